"""The exact condition for d rounds, for every circuit: steps and rounds on runs, canaries."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.gate_for_gate import (
    GateForGate,
    depends_on_random,
    gate_for_gate,
    product_cut_exists,
)
from dlmcheck.spec.circuit import (
    Circuit,
    Gate,
    Input,
    InputKind,
    Op,
    all_data,
    evaluate,
    node_law,
    node_of,
)
from dlmcheck.spec.resources import is_layered, levels
from dlmcheck.verify.claims import exactly_d as claims
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import countermodel
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import exactly_d
from tests.verify.concluding import conclusions
from tests.verify.proofs.rounds import failing, rows


def test_the_proofs_hold() -> None:
    job = claims.PROOFS
    found = conclusions(job)
    assert set(found) == {exactly_d.IFF, exactly_d.IF}
    assert {checked.verdict for checked in found.values()} == {Verdict.PROVED}


def test_solvers_confirm_what_the_tables_decided() -> None:
    steps = [exactly_d.below_a_cut(), exactly_d.along_a_path()]
    assert smt.confirm_steps(steps) == sum(len(step.premises) + 2 for step in steps)


# --- on circuits ---------------------------------------------------------------------------


def layered_circuit(seed: int) -> Circuit:
    """A strictly layered circuit of depth 1 to 4, all its outputs in the last layer."""
    random = Random(seed)
    kinds = [random.choice((InputKind.RANDOM, InputKind.DATA)) for _ in range(2)]
    inputs = tuple(Input(f"x{k}", kind) for k, kind in enumerate(kinds))
    layer, gates = list(range(len(inputs))), list[Gate]()
    for _ in range(random.randrange(1, 5)):
        new: list[int] = []
        for _ in range(random.randrange(1, 4)):
            op = random.choice((Op.ID, Op.NOT, Op.AND, Op.OR, Op.XOR))
            count = 1 if op in (Op.ID, Op.NOT) else 2
            gates.append(Gate(op, tuple(random.choice(layer) for _ in range(count))))
            new.append(len(inputs) + len(gates) - 1)
        layer = new
    return Circuit(inputs, tuple(gates), tuple(layer))


def drawn_of(circuit: Circuit, seed: int) -> frozenset[int]:
    random = Random(seed)
    return frozenset(v for v in sorted(depends_on_random(circuit)) if random.random() < 0.5)


def reached_by_paths(circuit: Circuit, avoided: frozenset[int]) -> frozenset[int]:
    """The nodes at the end of a path from a random input that avoids a set, path by path."""
    found: set[int] = set()
    stack = [v for v in circuit.random_inputs if v not in avoided]
    while stack:
        node = stack.pop()
        found.add(node)
        for reader in range(len(circuit.inputs), circuit.node_count):
            reads = map(node_of, circuit.gate_of(reader).args)
            if node in reads and reader not in avoided and reader not in found:
                stack.append(reader)
    return frozenset(found)


@settings(max_examples=150)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_rounds_and_reached_nodes_are_as_the_proof_says(seed: int, choice: int) -> None:
    circuit = layered_circuit(seed)
    assert is_layered(circuit)
    layer, drawn = levels(circuit), drawn_of(circuit, choice)
    above = frozenset(v for v in drawn if layer[v] > 0)
    reached = reached_by_paths(circuit, above)
    is_cut = not any(node_of(output) in reached for output in circuit.outputs)
    found = gate_for_gate(circuit, drawn | (frozenset(circuit.random_inputs) - above))
    assert found is not None
    if not is_cut:
        assert found.rounds > max(layer)
    else:
        # Only what a cut leaves: no random input is needed below it.
        without = gate_for_gate(circuit, above)
        assert without is not None
        rounds = dict(without.round_of)
        assert all(rounds[v] <= max(layer[v], 0) for v in without.kept)
        assert without.rounds <= max(layer)


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_the_condition_on_random_layered_circuits(seed: int) -> None:
    circuit = layered_circuit(seed)
    outputs = [node_of(output) for output in circuit.outputs]
    laws = [node_law(circuit, data) for data in all_data(circuit)]
    if len(set(outputs)) == len(outputs) and circuit.node_count <= 8:
        case = claims.Exactly(circuit)
        assert case.faithful == (product_cut_exists(circuit, laws) is not None)


@pytest.mark.parametrize("make", [exactly_d.below_a_cut, exactly_d.along_a_path])
def test_a_step_says_what_the_search_for_cuts_does(make: Any) -> None:
    """A gate of two arguments, each a random input in the set or not; the gate in it or not."""
    step = make()
    circuit = Circuit(
        (Input("r", InputKind.RANDOM), Input("s", InputKind.RANDOM)), (Gate(Op.AND, (0, 1)),), (2,)
    )
    for row in rows(step):
        one, other = row.atoms[exactly_d.ONE], row.atoms[exactly_d.OTHERS]
        own = row.atoms[exactly_d.IN_CUT]
        avoided = frozenset(v for v, inside in ((0, not one), (1, not other), (2, own)) if inside)
        found = reached_by_paths(circuit, avoided)
        assert ({0, 1} & found) == {v for v, there in ((0, one), (1, other)) if there}
        if step.premises == (exactly_d.REACHED,):
            assert (2 in found) == row.premises
        else:
            assert (2 not in found and not own) == row.premises
    for premise in step.premises:
        values = countermodel(step, premise)
        bits = [values[one.name] for one in step.circuit.inputs]
        assert not evaluate(step.circuit, bits)[-1]


# --- planted errors ------------------------------------------------------------------------

IFF = exactly_d.exactly_with_a_product_cut


def test_canary_draws_in_another_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exactly_d, "DRAWN_ROUND", 2)
    assert failing(IFF()) == {"a drawn node in a layer above 0 is in time"}
    monkeypatch.setattr(exactly_d, "DRAWN_ROUND", 0)
    assert failing(IFF()) == {"a random input appears after its layer"}


def test_canary_computed_in_the_round_of_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    def same_round(latest: Any) -> Any:
        return latest

    monkeypatch.setattr(rules, "next_round", same_round)
    monkeypatch.setattr(
        exactly_d, "_COMPUTED", {"it is computed": exactly_d.ROUND.equals(exactly_d.LATEST)}
    )
    assert failing(IFF()) == {"a computed node that reads one that is late is late"}


def test_canary_a_set_that_does_not_count_its_own_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    def through(gates: Any, in_cut: Any, args: Sequence[Any]) -> Any:
        del in_cut
        return gates.any_of(args)

    monkeypatch.setattr(exactly_d, "is_reached", through)
    assert failing(IFF()) == {exactly_d.along_a_path().name}


def test_canary_a_path_that_must_use_every_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    def every(gates: Any, in_cut: Any, args: Sequence[Any]) -> Any:
        return gates.all_of([gates.negated(in_cut), *args])

    monkeypatch.setattr(exactly_d, "is_reached", every)
    assert failing(IFF()) == {exactly_d.below_a_cut().name}


def test_without_strict_layers_a_short_path_is_computed_in_time() -> None:
    """Two copies of AND(x', r), x' a copy of data: d = 2, no product cut, and d rounds."""
    inputs = (Input("x", InputKind.DATA), Input("r", InputKind.RANDOM))
    gates = (Gate(Op.ID, (0,)), Gate(Op.AND, (2, 1)), Gate(Op.AND, (2, 1)))
    circuit = Circuit(inputs, gates, (3, 4))
    assert not is_layered(circuit)
    laws = [node_law(circuit, data) for data in all_data(circuit)]
    assert product_cut_exists(circuit, laws) is None
    found = gate_for_gate(circuit, frozenset({1}))
    assert isinstance(found, GateForGate)
    assert found.rounds == 2 == max(levels(circuit))
