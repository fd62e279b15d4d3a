"""The sweep: orders and their widths, laws that nothing else reaches, limits, planted errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from benchmarks.workloads import adder, machine, xor_rich
from dlmcheck.model.builder import Builder
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, node_of
from dlmcheck.verify.engines import law_by_frontier, law_engines
from dlmcheck.verify.engines.frontier_orders import all_orders, best_order
from dlmcheck.verify.engines.law_by_frontier import plan_of, sweep
from dlmcheck.verify.engines.law_engines import (
    PATIENCE,
    CircuitLaw,
    CountedLaw,
    Limits,
    RunLaw,
    Unknown,
    Why,
    choose,
    engine,
    law,
)
from dlmcheck.verify.engines.law_evidence import certificate
from dlmcheck.verify.kernel.run_circuits import run_circuit
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.engines.law_problems import circuits


def top(bits: int) -> CircuitLaw:
    """The carry of an adder."""
    whole = adder(bits)
    return CircuitLaw(Circuit(whole.inputs, whole.gates, whole.outputs[-1:]))


def swept(problem: CircuitLaw | RunLaw, limits: Limits | None = None) -> CountedLaw:
    found = engine("frontier").law(problem, limits or Limits())
    assert isinstance(found, CountedLaw), found
    return found


# --- orders --------------------------------------------------------------------------------


def live_after(circuit: Circuit, gates: tuple[int, ...], step: int) -> int:
    """The live values by their definition."""
    first = len(circuit.inputs)
    done = gates[: step + 1]
    met = set(done)
    for node in done:
        met |= {node_of(arg) for arg in circuit.gates[node - first].args}
    read = {node_of(output) for output in circuit.outputs}
    for node in gates[step + 1 :]:
        read |= {node_of(arg) for arg in circuit.gates[node - first].args}
    return len({node for node in met & read if node not in circuit.data_inputs})


@given(problem=circuits())
def test_every_order_has_each_needed_gate_after_what_it_reads(problem: CircuitLaw) -> None:
    circuit = problem.circuit
    first = len(circuit.inputs)
    found = all_orders(circuit)
    for order in found:
        assert sorted(order.gates) == sorted(found[0].gates)
        place = {node: at for at, node in enumerate(order.gates)}
        for node in order.gates:
            args = [node_of(arg) for arg in circuit.gates[node - first].args]
            assert all(arg < first or place[arg] < place[node] for arg in args)
        assert list(order.widths) == [
            live_after(circuit, order.gates, step) for step in range(len(order.gates))
        ]


def tree(depth: int) -> Circuit:
    """A binary tree of gates, layer by layer: all of a layer is live in the order given."""
    builder = Builder.with_names(random=[f"r{i}" for i in range(1 << depth)])
    layer = list(range(1 << depth))
    while len(layer) > 1:
        gate = builder.and_ if len(layer) & 0x55555555 else builder.or_
        layer = [gate(a, ~b) for a, b in zip(layer[::2], layer[1::2], strict=True)]
    return builder.build(layer, ["root"])


def test_a_tree_is_swept_with_as_many_live_values_as_it_has_layers() -> None:
    widths = {order.name: order.width for order in all_orders(tree(8))}
    assert widths["as given"] >= 128
    assert widths["by need"] <= 9
    assert best_order(tree(8)).width <= 9


def test_gates_in_layers_are_put_in_the_order_of_places() -> None:
    """All sums of two bits first, then the carries: the order given is of no use."""
    circuit = top(40).circuit
    first = len(circuit.inputs)
    early = [k for k, gate in enumerate(circuit.gates) if max(map(node_of, gate.args)) < first]
    late = [k for k in range(len(circuit.gates)) if k not in set(early)]
    number = {first + k: first + at for at, k in enumerate([*early, *late])}

    def moved(literal: int) -> int:
        node = number.get(node_of(literal), node_of(literal))
        return node if literal >= 0 else ~node

    gates = [circuit.gates[k] for k in (*early, *late)]
    layered = Circuit(
        circuit.inputs,
        tuple(Gate(gate.op, tuple(map(moved, gate.args))) for gate in gates),
        tuple(map(moved, circuit.outputs)),
    )
    order = best_order(layered)
    assert all_orders(layered)[0].width > 40
    assert order.name != "as given"
    assert order.width <= 8
    assert swept(CircuitLaw(layered)) == swept(top(40))


def test_moving_whole_cones_leaves_fewer_values_live() -> None:
    """Cells from the last to the first: then old values are needed no more when new ones come."""
    schedule = local_schedule(5, 8, 3, whole=True)
    run = run_circuit(schedule)
    by_name = {order.name: order for order in all_orders(run)}
    given, moved = by_name["as given"], by_name["as given, refined"]
    assert moved.width <= given.width - 4
    assert 64 * moved.weight < given.weight


# --- laws ----------------------------------------------------------------------------------


def test_an_adder_of_twenty_thousand_coins() -> None:
    found = swept(top(10_000))
    assert found.exponent == 10_001
    assert found.counts == {0: 2**10_000 + 1, 1: 2**10_000 - 1}


def test_a_gate_of_thousands_of_arguments() -> None:
    coins = 3_000
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(coins))
    args = tuple(i if i % 2 else ~i for i in range(coins))
    gates = (Gate(Op.AND, args), Gate(Op.XOR, args), Gate(Op.OR, (*args, coins)))
    found = swept(CircuitLaw(Circuit(inputs, gates[:1], (coins,))))
    assert found.counts == {0: 2**coins - 1, 1: 1}
    assert swept(CircuitLaw(Circuit(inputs, gates[1:2], (coins,)))).exponent == 1


@pytest.mark.parametrize("steps", [1, 2])
def test_a_machine_has_the_law_that_is_counted(steps: int) -> None:
    problem = CircuitLaw(machine(steps))
    assert swept(problem) == engine("columns").law(problem, Limits())


def test_a_machine_of_many_steps_is_chosen_for_certified_and_beyond_diagrams() -> None:
    problem = CircuitLaw(machine(24))
    answered = law(problem)
    assert answered.engine == "frontier"
    assert "14 values live" in answered.why
    assert isinstance(answered.answer, CountedLaw)
    _, checked = certificate(problem, answered.answer, answered.engine)
    assert checked.verdict is Verdict.PROVED
    diagrams = engine("diagrams").law(problem, Limits(nodes=1 << 12))
    assert isinstance(diagrams, Unknown)
    assert diagrams.why is Why.NODES


def test_fifty_rounds_with_new_coins_in_each() -> None:
    """The push-forward of `states`, by another road."""
    problem = RunLaw(local_schedule(3, 50, 2, whole=True))
    assert swept(problem) == engine("states").law(problem, Limits())


def test_two_cells_of_a_run_through_more_states_than_anybody_lists() -> None:
    """Sixty cells, 3^60 states; what two cells show depends on a few cells before them."""
    schedule = local_schedule(60, 6, 5, whole=True)
    problem = RunLaw(replace(schedule, output=(40, 41), output_names=("y", "z")))
    found = swept(problem)
    assert found.exponent > 53
    diagrams = engine("diagrams").law(problem, Limits(nodes=1 << 12))
    assert isinstance(diagrams, Unknown)
    _, checked = certificate(problem, found, "frontier")
    assert checked.verdict is Verdict.PROVED


def test_where_nobody_can_tell_each_is_given_a_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds say 2^30 and more, but the cells show three tokens, and one neighbour at a time."""
    schedule = local_schedule(60, 10, 5, whole=True)
    problem = RunLaw(replace(schedule, output=(40, 41), output_names=("y", "z")))
    assert choose(problem).open_ended == ("frontier", "diagrams")
    monkeypatch.setattr(law_engines, "PROBE", 0.2)
    answered = law(problem)
    assert answered.engine == "frontier"
    assert "32 values live; states, the quickest that can tell" in answered.why
    assert isinstance(answered.answer, CountedLaw)


# --- limits --------------------------------------------------------------------------------


def test_rows_beyond_the_limit_end_in_unknown() -> None:
    problem = CircuitLaw(xor_rich(24, 300, 4))
    found = engine("frontier").law(problem, Limits(nodes=1000))
    assert isinstance(found, Unknown)
    assert found.why is Why.NODES
    assert found.message == "more than 1000 rows of live values"


def test_memory_of_rows_and_long_counts_is_asked_for() -> None:
    assert isinstance(engine("frontier").law(top(2000), Limits(memory=1 << 20)), CountedLaw)
    found = engine("frontier").law(top(2000), Limits(memory=1000))
    assert isinstance(found, Unknown)
    assert found.why is Why.MEMORY


def test_what_it_would_take_is_told_by_the_live_values() -> None:
    told = engine("frontier").estimate(top(500))
    assert told.seconds is not None
    assert "1997 gates as given" in told.reason
    hopeless = engine("frontier").estimate(CircuitLaw(xor_rich(80, 800, 4)))
    assert hopeless.seconds is None
    assert plan_of(CircuitLaw(xor_rich(80, 800, 4))).seconds > PATIENCE


# --- canaries ------------------------------------------------------------------------------


Patch = pytest.MonkeyPatch


def forgotten_too_early(patch: Patch) -> None:
    """A value leaves the rows though one gate still reads it."""
    whole = law_by_frontier._Sweep.__init__  # pyright: ignore[reportPrivateUsage]

    def changed(
        self: law_by_frontier._Sweep,  # pyright: ignore[reportPrivateUsage]
        plan: law_by_frontier.Plan,
        limits: Limits,
    ) -> None:
        whole(self, plan, limits)
        inner = plan.blocks[3].reads[0]
        self.last[inner] = plan.blocks[2].end - 1

    patch.setattr(law_by_frontier._Sweep, "__init__", changed)  # pyright: ignore[reportPrivateUsage]


def a_coin_that_is_not_fair(patch: Patch) -> None:
    whole = law_by_frontier._variable  # pyright: ignore[reportPrivateUsage]

    def changed(place: int, size: int) -> int:
        return whole(place, size) | (place == 0)

    patch.setattr(law_by_frontier, "_variable", changed)


def settings_not_scaled(patch: Patch) -> None:
    """What a block leaves is divided by more than what the exponent says."""
    whole = law_by_frontier._Table.entries  # pyright: ignore[reportPrivateUsage]

    def changed(
        self: law_by_frontier._Table,  # pyright: ignore[reportPrivateUsage]
        patterns: set[int],
        left: list[tuple[int, int]],
    ) -> object:
        table, shift = whole(self, patterns, left)
        return table, shift + (self.own > 0)

    patch.setattr(law_by_frontier._Table, "entries", changed)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "plant", [forgotten_too_early, a_coin_that_is_not_fair, settings_not_scaled]
)
def test_canary_an_error_in_the_sweep_is_another_law_or_none(
    monkeypatch: Patch, plant: Callable[[Patch], None]
) -> None:
    problem = CircuitLaw(xor_rich(15, 330, 7))
    right = engine("columns").law(problem, Limits())
    assert sweep(plan_of(problem), Limits()) == right
    plant(monkeypatch)
    try:
        found: object = sweep(plan_of(problem), Limits())
    except (ValueError, KeyError) as error:
        found = error
    assert found != right
