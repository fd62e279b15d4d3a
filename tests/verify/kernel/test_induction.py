"""Proofs for all n: what the kernel accepts, and what it must not."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.verify.kernel.evidence import Induction, SolverAnswer
from dlmcheck.verify.kernel.induction import (
    Proof,
    Rule,
    Step,
    check_proof,
    check_step,
    countermodel,
    truth_columns,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict


def step(name: str = "modus ponens", *, negated: bool = False, idle: bool = False) -> Step:
    """From a, and a implies b, follows b; with defects on request."""
    builder = Builder.with_names(data=["a", "b"])
    outputs = [0, builder.or_(~0, 1)]
    names = ["a", "a implies b"]
    if idle:
        outputs.append(builder.or_(0, ~0))
        names.append("a or not a")
    return Step(name, builder.build([*outputs, ~1 if negated else 1], [*names, "conclusion"]))


def proof(*steps: Step, queries: tuple[str, ...] = ()) -> Proof:
    return Proof("S", steps[:1], steps[1:], (Rule.ROUNDS,), queries)


def test_a_proof_says_what_it_rests_on() -> None:
    checked = check_proof(proof(step("first"), step("second")))
    assert checked.verdict is Verdict.PROVED
    assert checked.evidence == Induction(("first",), ("second",), (Rule.ROUNDS.value,), 8)


def test_queries_must_be_answered_by_somebody_who_is_named() -> None:
    asked = proof(step(), queries=("n >= 1",))
    with pytest.raises(Rejected, match="not every query"):
        check_proof(asked)
    with pytest.raises(Rejected, match="not every query"):
        check_proof(proof(step()), SolverAnswer("E", "1", 1))
    evidence = check_proof(asked, SolverAnswer("E", "1", 1)).evidence
    assert isinstance(evidence, Induction)
    assert evidence.trusted == "E 1"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (step(negated=True), "fails at a=1, b=1"),
        (step(idle=True), "'a or not a' is not needed"),
    ],
)
def test_steps_that_prove_nothing_are_rejected(wrong: Step, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        check_proof(proof(wrong))


def test_premises_that_contradict_each_other_are_rejected() -> None:
    builder = Builder.with_names(data=["a", "b"])
    absurd = Step("absurd", builder.build([0, ~0, 1], ["a", "not a", "conclusion"]))
    with pytest.raises(Rejected, match="contradict"):
        check_step(absurd)


def test_a_proof_needs_steps_of_different_names_and_a_rule() -> None:
    with pytest.raises(Rejected, match="has steps"):
        check_proof(proof())
    with pytest.raises(Rejected, match="no two of one name"):
        check_proof(proof(step(), step()))
    with pytest.raises(Rejected, match="rests on a rule"):
        check_proof(Proof("S", (step(),), (), ()))


def test_a_step_names_its_premises_and_its_conclusion() -> None:
    with pytest.raises(ValueError, match="a conclusion"):
        Step("nameless", Builder.with_names(data=["a"]).build([0]))


def test_without_a_premise_there_is_a_countermodel() -> None:
    assert countermodel(step(), "a") == {"a": False, "b": False}
    assert countermodel(step(), "a implies b") == {"a": True, "b": False}
    with pytest.raises(Rejected, match="not needed"):
        countermodel(step(idle=True), "a or not a")


def test_too_many_atoms_make_no_table() -> None:
    wide = Builder.with_names(data=[f"a{i}" for i in range(21)])
    with pytest.raises(Rejected, match="21 atoms"):
        check_step(Step("wide", wide.build([0, 1], ["a", "conclusion"])))


FIXED = {Op.CONST0: 0, Op.CONST1: 0, Op.ID: 1, Op.NOT: 1}


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    """Circuits of any gates on up to four inputs."""
    inputs = tuple(Input(f"a{i}", InputKind.DATA) for i in range(draw(st.integers(1, 4))))
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, 6))):
        op = draw(st.sampled_from(Op))
        fan_in = FIXED.get(op)
        if fan_in is None:
            fan_in = draw(st.integers(1, 3))
        last = len(inputs) + len(gates) - 1
        args = [draw(st.integers(-last - 1, last)) for _ in range(fan_in)]
        gates.append(Gate(op, tuple(args)))
    last = len(inputs) + len(gates) - 1
    outputs = draw(st.lists(st.integers(-last - 1, last), min_size=1, max_size=3))
    return Circuit(inputs, tuple(gates), tuple(outputs))


@given(circuits())
def test_the_table_is_that_of_the_specification(circuit: Circuit) -> None:
    columns = truth_columns(circuit)
    for row, reversed_values in enumerate(product((False, True), repeat=len(circuit.inputs))):
        expected = evaluate(circuit, list(reversed_values[::-1]))
        assert [bool(column >> row & 1) for column in columns] == list(expected)
