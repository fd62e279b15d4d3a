"""Cells of write-once, gate-local DLMs: two roads, and what a gate is worth."""

from __future__ import annotations

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.searches.write_once_space import (
    Target,
    computable,
    decide_program,
    essential_inputs,
    full_adder,
    gates_taken,
    majority,
    running,
    targets,
    without_copies,
)


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_the_circuits_have_no_gate_too_many(target: Target) -> None:
    gates = gates_taken(target)
    for number in range(gates + 1):
        if target.inputs == 5 and number == gates:
            continue  # the search for a program of four gates on five bits takes long
        assert computable(target, number) == (number == gates)
    assert [decide_program(target, n)[0] for n in range(gates + 1)] == [False] * gates + [True]


def test_a_wasteful_circuit_is_found_out() -> None:
    """The majority by its usual formula has five gates; the search finds four to be enough."""
    b = Builder.with_names(data=["a", "b", "c"])
    either = b.or_(b.and_(0, 1), b.and_(1, 2))
    wasteful = Target("majority, wastefully", b.build([b.or_(either, b.and_(0, 2))]))
    assert gates_taken(wasteful) == 5
    assert computable(wasteful, 4)
    assert decide_program(wasteful, 4)[0]
    assert not computable(wasteful, 3)


def test_copies_are_left_out() -> None:
    for target, copies in ((majority(), 1), (full_adder(), 1), (running("p", Op.XOR, 4), 0)):
        plain = without_copies(target.circuit)
        assert len(target.circuit.gates) - len(plain.gates) == copies
        assert Target("plain", plain).tables() == target.tables()


def test_essential_inputs() -> None:
    assert essential_inputs(running("parity", Op.XOR, 4)) == 4
    assert essential_inputs(majority()) == 3
    b = Builder.with_names(data=["a", "b", "c"])
    assert essential_inputs(Target("two of three", b.build([b.and_(0, 2)]))) == 2


def test_outputs_that_are_no_functions_of_their_own_are_refused() -> None:
    b = Builder.with_names(data=["a", "b"])
    gate = b.and_(0, 1)
    for outputs in ([gate, ~gate], [0], [b.constant(True)]):
        with pytest.raises(BadInput, match="needs no gate of its own"):
            Target("bad", b.build(outputs)).tables()
