"""Elimination as an engine for laws: errors that are planted in it, and what it refuses to do."""

from __future__ import annotations

import pytest

from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, output_law
from dlmcheck.verify.engines import law_by_elimination
from dlmcheck.verify.engines.law_by_elimination import ENGINE
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Limits,
    RunLaw,
    Unknown,
    Why,
)
from dlmcheck.verify.kernel import affine

PARITY = CircuitLaw(even_strings(6))


def found(problem: CircuitLaw) -> CountedLaw:
    answer = ENGINE.law(problem, Limits())
    assert isinstance(answer, CountedLaw)
    return answer


def test_constants_and_folded_products_are_linear() -> None:
    coin, fact = Input("r", InputKind.RANDOM), Input("x", InputKind.DATA)
    gates = (Gate(Op.AND, (0, 1)), Gate(Op.OR, (0, ~0)), Gate(Op.AND, (0, 0, 3)))
    circuit = Circuit((coin, fact), gates, (2, ~3, 4))
    for bit in (False, True):
        law = found(CircuitLaw(circuit, (bit,)))
        assert law.as_law() == output_law(circuit, (bit,))


def test_what_bends_is_named() -> None:
    coins = (Input("r", InputKind.RANDOM), Input("s", InputKind.RANDOM))
    problem = CircuitLaw(Circuit(coins, (Gate(Op.OR, (0, 1)),), (2,)))
    assert ENGINE.refuses(problem) == "node 2 is an OR, which is not linear"
    unread = CircuitLaw(Circuit(coins, (Gate(Op.OR, (0, 1)),), (0,)))
    assert ENGINE.refuses(unread) == ""


def test_sums_that_take_too_much_room_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(affine, "MOST_BITS", 100)
    coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(60))
    gates = (Gate(Op.XOR, tuple(range(60))), Gate(Op.XOR, (60, 0)))
    assert "more than 100 bits" in ENGINE.refuses(CircuitLaw(Circuit(coins, gates, (61,))))


def test_memory_is_looked_at_before_the_outcomes_are_listed() -> None:
    answer = ENGINE.law(RunLaw(parity_revision(20)), Limits(memory=1 << 20))
    assert isinstance(answer, Unknown)
    assert answer.why is Why.MEMORY


def test_canary_a_basis_that_is_not_independent_is_no_law(monkeypatch: pytest.MonkeyPatch) -> None:
    real = law_by_elimination.affine_space

    def dependent(*args: object) -> tuple[int, list[int]]:
        word, basis = real(*args)  # type: ignore[arg-type]  # handed on as it came
        return word, [*basis[:-1], basis[0] ^ basis[1]]

    monkeypatch.setattr(law_by_elimination, "affine_space", dependent)
    with pytest.raises(ValueError, match="the counts are no law over this power of two"):
        ENGINE.law(PARITY, Limits())


@pytest.mark.parametrize("change", ["a flipped bit", "a constant lost"])
def test_canary_a_wrong_matrix_gives_another_law(
    monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    circuit = even_strings(6)
    negated = Circuit(circuit.inputs, circuit.gates, (~circuit.outputs[0], *circuit.outputs[1:]))
    right = found(CircuitLaw(negated))
    real = law_by_elimination.affine_space

    def wrong(*args: object) -> tuple[int, list[int]]:
        word, basis = real(*args)  # type: ignore[arg-type]  # handed on as it came
        if change == "a flipped bit":
            return word, [basis[0] ^ 1, *basis[1:]]
        return 0, basis

    assert right.as_law() == output_law(negated)
    monkeypatch.setattr(law_by_elimination, "affine_space", wrong)
    assert found(CircuitLaw(negated)).as_law() != output_law(negated)
