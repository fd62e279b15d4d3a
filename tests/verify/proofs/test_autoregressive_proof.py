"""C-AR for every circuit: the steps on models that run, the queries, and what makes them fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model import autoregressive as model
from dlmcheck.model.autoregressive import autoregressive_model, steps_against_rounds
from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.model.netlist import map_netlist
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, evaluate, node_of
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import check_proof, check_step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import autoregressive
from dlmcheck.verify.proofs.write_once import CONSTANTS, MANY_NODES, ONE_NODE
from tests.verify.proofs.rounds import Atoms, countermodels, failing, rows

SHAPES = [
    *((op, ()) for op in CONSTANTS),
    *((op, ("j",)) for op in (*ONE_NODE, *MANY_NODES)),
    *((op, ("j", "k")) for op in MANY_NODES),
]


def test_the_proofs_hold() -> None:
    for found in autoregressive.arguments():
        checked = check_proof(found.proof, smt.answer(found.queries))
        assert checked.verdict is Verdict.PROVED
        assert 4 <= len(found.proof.skeleton) <= 6


def test_the_numbers_of_steps_are_pinned() -> None:
    found = [(len(a.proof.every_step), len(a.queries)) for a in autoregressive.arguments()]
    assert found == [(10, 2), (1, 4), (1, 5)]


def test_every_kind_of_gate_has_a_step() -> None:
    names = {autoregressive.next_token(op, *sources).name for op, sources in SHAPES}
    assert names == {step.name for step in autoregressive.token_steps()}
    assert {op for op, _ in SHAPES} == set(Op)


# --- steps on models that run --------------------------------------------------------------


def one_gate(op: Op, sources: Sequence[str]) -> Circuit:
    """A gate on data inputs, the first edge plain and the others inverted, as in the step."""
    inputs = tuple(Input(source, InputKind.DATA) for source in sources)
    edges = [k if k == 0 and len(sources) > 1 else ~k for k in range(len(sources))]
    return Circuit(inputs, (Gate(op, tuple(edges)),), (len(inputs),), ("o",))


def token_is_right(op: Op, sources: Sequence[str], atoms: Atoms) -> bool:
    """Whether the model's next token, on a prefix with these tokens, is the gate on the values."""
    circuit = one_gate(op, sources)
    values = [atoms[f"value of node {source}"] for source in sources]
    prefix = tuple(int(atoms[f"token {source}"]) for source in sources)
    (found,) = autoregressive_model(circuit, values).next_token(prefix)
    return (found,) == evaluate(circuit, values)


@pytest.mark.parametrize(("op", "sources"), SHAPES)
def test_a_step_says_what_the_model_does(op: Op, sources: tuple[str, ...]) -> None:
    step = autoregressive.next_token(op, *sources)
    check_step(step)
    for row in rows(step):
        assert token_is_right(op, sources, row.atoms) == row.conclusion


@pytest.mark.parametrize(("op", "sources"), SHAPES)
def test_countermodels_replay_as_runs(op: Op, sources: tuple[str, ...]) -> None:
    step = autoregressive.next_token(op, *sources)
    found = countermodels(step)
    assert len(found) == len(sources)
    for premise, atoms in found:
        assert not token_is_right(op, sources, atoms), premise


@given(st.integers(0, 10_000))
def test_order_and_numbers_on_random_circuits(seed: int) -> None:
    circuit = seeded_circuit(seed)
    compiled = compile_write_once(circuit, frontier=Frontier.TOKEN_SHIFT)
    mapped, cell = compiled.circuit, compiled.cell_of
    for node in range(len(mapped.inputs), mapped.node_count):
        for read in map(node_of, mapped.gate_of(node).args):
            before, here = cell[read], cell[node]
            assert here is not None
            assert before in range(here)
    (row,) = steps_against_rounds([("circuit", circuit)])
    few = map_netlist(circuit).nodes_after
    many = map_netlist(circuit, sink_outputs=True).nodes_after
    assert row.steps == many - len(circuit.data_inputs)
    assert few <= many <= few + len(circuit.outputs)
    assert row.rounds <= row.steps


# --- planted errors ------------------------------------------------------------------------


def same_law_fails_at(monkeypatch: pytest.MonkeyPatch, wrong: Any) -> set[str]:
    monkeypatch.setattr(autoregressive, "next_bit", wrong)
    return failing(autoregressive.same_law())


def test_canary_inverted_edges_taken_for_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(b: Builder, op: Op, edges: Sequence[Literal], wires: Sequence[Literal]) -> Literal:
        return model.next_bit(b, op, [0] * len(edges), wires)

    assert same_law_fails_at(monkeypatch, plain) == {
        f"the next token is {op.value} of {', '.join(sources)}" for op, sources in SHAPES if sources
    }


def test_canary_one_argument_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(b: Builder, op: Op, edges: Sequence[Literal], wires: Sequence[Literal]) -> Literal:
        return model.next_bit(b, op, edges[:1], wires[:1])

    assert same_law_fails_at(monkeypatch, first) == {
        f"the next token is {op.value} of j, k" for op in MANY_NODES
    }


def test_canary_an_output_that_is_copied_and_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapping for the sequence that leaves a node out wherever it had to add one."""

    class Fewer:
        def __init__(self, circuit: Circuit, sink_outputs: bool) -> None:
            plain = map_netlist(circuit).nodes_after
            found = map_netlist(circuit, sink_outputs=sink_outputs).nodes_after
            self.nodes_after = found - 2 * (found > plain)

    def mapping(circuit: Circuit, *, sink_outputs: bool = False) -> Any:
        return Fewer(circuit, sink_outputs)

    monkeypatch.setattr(autoregressive, "map_netlist", mapping)
    step = autoregressive.mapping_step()
    assert failing(autoregressive.steps_are_nodes()) == {step.name}
    assert failing(autoregressive.on_every_circuit()) == {step.name}


def test_canary_the_prompt_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(length: Any, prompt: Any) -> Any:
        return length - prompt - prompt

    monkeypatch.setattr(autoregressive, "generated", twice)
    assert failing(autoregressive.steps_are_nodes()) == {"no fewer steps than rounds"}
    assert failing(autoregressive.on_every_circuit()) == {
        "steps are the nodes, and up to one more for each output"
    }


def test_canary_queries_that_nobody_answers() -> None:
    with pytest.raises(Rejected, match="not every query"):
        check_proof(autoregressive.same_law().proof, SolverAnswer("nobody", "0", 1))
