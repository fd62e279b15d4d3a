"""Circuits that are not layered: values carried from layer to layer, and the width of that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.constructions.carrying import carried, latest_layers
from dlmcheck.model.constructions.remask import compile_remasking, remasking_length
from dlmcheck.model.constructions.revise import compile_revision, revision_length
from dlmcheck.model.constructions.rows import rows_of
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.scheduling.slack import slack_of
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, output_law
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import depth, levels, live_width
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from tests.model.constructions.banked import SAME, outcome
from tests.model.constructions.small_circuits import any_circuit

COIN = Input("r", InputKind.RANDOM)


def usable(seed: int) -> Circuit | None:
    """A small circuit with outputs; None if two outputs show one input at depth 0."""
    circuit = any_circuit(seed, gates=6)
    if not circuit.outputs or (not depth(circuit) and len(set(circuit.outputs)) < 2):
        return None
    return circuit


@pytest.mark.parametrize("latest", [False, True])
def test_any_circuit_is_carried_and_compiled_with_its_law(latest: bool) -> None:
    checked = 0
    for seed in range(16):
        circuit = usable(seed)
        if circuit is None:
            continue
        chosen = latest_layers(circuit) if latest else None
        strict, layers = carried(circuit, chosen)
        assert max(layers) == depth(circuit)
        revision = compile_revision(strict, layers=layers)
        width, d = revision.rows.width, revision.rows.depth
        assert revision.generated_length == revision_length(width, d)
        assert outcome(revision.schedule, circuit) == SAME
        remasking = compile_remasking(strict, layers=layers)
        assert remasking.generated_length == remasking_length(width, d)
        assert outcome(remasking.schedule, circuit) == SAME
        checked += 1
    assert checked == 16


def test_data_inputs_are_not_carried_and_random_ones_are() -> None:
    def late(kind: InputKind) -> Circuit:
        inputs = (COIN, Input("x", kind))
        return Circuit(inputs, (Gate(Op.NOT, (0,)), Gate(Op.NOT, (2,)), Gate(Op.AND, (1, 3))), (4,))

    widths = {kind: rows_of(*carried(late(kind))).width for kind in InputKind}
    assert widths == {InputKind.DATA: 1, InputKind.RANDOM: 2}
    for kind in InputKind:
        strict, layers = carried(late(kind))
        assert output_law(strict, (True,) * (kind is InputKind.DATA)) == output_law(
            late(kind), (True,) * (kind is InputKind.DATA)
        )
        schedule = compile_revision(strict, layers=layers).schedule
        assert outcome(schedule, late(kind)) == SAME


def test_width_is_the_largest_live_set_if_nothing_is_data() -> None:
    for seed in range(30):
        circuit = any_circuit(seed, data=0, random=3, gates=7)
        shown = {output if output >= 0 else ~output for output in circuit.outputs}
        if not depth(circuit) or len(shown) != len(circuit.outputs):
            continue
        strict, layers = carried(circuit)
        where = levels(circuit)
        alive = _without_dead(circuit)
        if alive:
            assert rows_of(strict, layers).width == live_width(circuit, where)


def _without_dead(circuit: Circuit) -> bool:
    used = {arg if arg >= 0 else ~arg for gate in circuit.gates for arg in gate.args}
    used |= {output if output >= 0 else ~output for output in circuit.outputs}
    return used == set(range(circuit.node_count))


def test_the_layer_chosen_for_a_gate_changes_the_width() -> None:
    """Eight coins, four of them joined by xor early or late; the other four are needed late."""
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(4))
    gates = (
        Gate(Op.NOT, (0,)),
        Gate(Op.NOT, (4,)),
        Gate(Op.NOT, (5,)),
        Gate(Op.XOR, (1, 2, 3)),
        Gate(Op.AND, (6, 7)),
    )
    circuit = Circuit(inputs, gates, (8,))
    early = rows_of(*carried(circuit))
    late_layers = latest_layers(circuit)
    late = rows_of(*carried(circuit, late_layers))
    assert (levels(circuit)[7], late_layers[7]) == (1, 3)
    assert [len(row) for row in early.rows] == [4, 2, 2, 2, 1]
    assert [len(row) for row in late.rows] == [4, 4, 4, 2, 1]


def test_latest_layers_keep_the_depth_and_put_outputs_last() -> None:
    for seed in range(40):
        circuit = any_circuit(seed, gates=8)
        layers = latest_layers(circuit)
        assert max(layers, default=0) == depth(circuit)
        for node in range(len(circuit.inputs), circuit.node_count):
            args = [arg if arg >= 0 else ~arg for arg in circuit.gate_of(node).args]
            assert all(layers[arg] < layers[node] for arg in args)
            assert layers[node] >= levels(circuit)[node]


def test_random_inputs_are_sampled_as_late_as_they_are_needed() -> None:
    checked = 0
    for seed in range(36):
        circuit = usable(seed)
        if circuit is None:
            continue
        slack = slack_of(circuit, late_coins=True)
        strict, layers = carried(circuit, slack.layers(slack.latest))
        late = any(layers[v] for v in circuit.random_inputs)
        checked += late
        for compile_ in (compile_revision, compile_remasking):
            banked = compile_(strict, layers=layers)
            assert banked.schedule.rounds == slack.last + 1
            assert outcome(banked.schedule, circuit) == SAME
            assert late == any(number > 1 for number, _, _ in banked.coins)
    assert checked >= 5


def test_a_random_input_in_the_last_layer_or_beside_its_reader_is_refused() -> None:
    circuit = Circuit(
        (COIN, replace(COIN, name="s")), (Gate(Op.NOT, (0,)), Gate(Op.AND, (1, 2))), (3,)
    )
    strict, layers = carried(circuit, (0, 1, 1, 2))
    assert layers[1] == 1
    for wrong in ((0, 2, 1, 2), (1, 0, 1, 2)):
        with pytest.raises(BadCircuit, match="in layer"):
            carried(circuit, wrong)
    with pytest.raises(BadCircuit, match="node 1 in layer 2"):
        rows_of(strict, (*layers[:1], 2, *layers[2:]))


def test_bad_layers_and_repeated_inputs_are_refused() -> None:
    chain = Circuit((COIN,), (Gate(Op.NOT, (0,)), Gate(Op.NOT, (1,))), (2,))
    with pytest.raises(BadCircuit, match="2 layers for 3 nodes"):
        carried(chain, (0, 1))
    with pytest.raises(BadCircuit, match="node 2 in layer 1"):
        carried(chain, (0, 1, 1))
    with pytest.raises(BadCircuit, match="show one input"):
        carried(Circuit((COIN,), (), (0, ~0)))


@pytest.mark.parametrize("name", ["prefix-adder", "ripple-adder", "barrel-shifter"])
def test_families_of_some_size_are_compiled_and_coupled(name: str) -> None:
    """Too large for a list of the law: the unrolled run and the circuit agree seed for seed."""
    circuit = all_random(FAMILIES[name](8))
    strict, layers = carried(circuit, latest_layers(circuit))
    for banked in (
        compile_revision(strict, layers=layers),
        compile_remasking(strict, layers=layers),
    ):
        assert check_coupling(banked.schedule, circuit).verdict is CouplingVerdict.EQUIVALENT
        assert banked.schedule.rounds == depth(circuit) + 1


def all_random(circuit: Circuit) -> Circuit:
    inputs = tuple(replace(i, kind=InputKind.RANDOM) for i in circuit.inputs)
    return replace(circuit, inputs=inputs)


def test_canary_carrying_too_little_is_noticed() -> None:
    """The layers of another circuit do not fit, and one round less than carried is wrong."""
    circuit = Circuit((COIN,), (Gate(Op.NOT, (0,)), Gate(Op.AND, (0, 1))), (2,))
    strict, layers = carried(circuit)
    assert layers == (0, 1, 1, 2)
    assert outcome(compile_revision(strict, layers=layers).schedule, circuit) == SAME
    broken = replace(strict, gates=(*strict.gates[:2], Gate(Op.AND, (1, 1))))
    assert outcome(compile_revision(broken, layers=layers).schedule, circuit) != SAME
