"""Certificates of widths: why some are rejected; the clauses against enumeration and Z3."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.scheduling.shapes import assignments, wirings
from dlmcheck.spec.assignment import bank_width
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.claims.widths import least_width
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.engines.widths import optimise
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.width_clauses import width_question
from dlmcheck.verify.kernel.widths import (
    Refuted,
    Walks,
    WidthClaim,
    check_document,
    check_width,
    width_text,
)
from dlmcheck.verify.searches.propositional import Formula, Model
from tests.model.constructions.small_circuits import any_circuit
from tests.model.constructions.test_carrying import all_random

ADDER = all_random(FAMILIES["ripple-adder"](4))
FOUND = optimise(ADDER, late_coins=True, moves=100, conflicts=0).claim


def test_the_adder_has_a_claim_by_walks() -> None:
    assert isinstance(FOUND.below, Walks)
    checked = check_width(FOUND)
    assert checked.verdict is Verdict.PROVED
    assert f"is {FOUND.bound}" in checked.statement or f"from {FOUND.bound}" in checked.statement


def walked(*walks: tuple[int, ...], layer: int | None = None) -> WidthClaim:
    below = FOUND.below
    assert isinstance(below, Walks)
    return replace(FOUND, below=Walks(below.layer if layer is None else layer, walks))


def rejected(claim: WidthClaim) -> str:
    with pytest.raises(Rejected) as caught:
        check_width(claim)
    return caught.value.reason


def test_canary_walks_that_show_less_are_rejected() -> None:
    below = FOUND.below
    assert isinstance(below, Walks)
    assert "give" in rejected(walked(*below.walks[1:]))
    assert "is used up twice" in rejected(walked(*below.walks, below.walks[0]))
    assert "is empty" in rejected(walked((), *below.walks))
    assert "is empty" in rejected(walked((10_000,), *below.walks))
    assert "not below the last" in rejected(walked(*below.walks, layer=FOUND.last))
    late = next(v for v in range(ADDER.node_count - 1, 0, -1))
    assert "may stand above layer" in rejected(walked((late,), layer=1))


def test_canary_a_step_without_an_edge_and_a_walk_that_ends_early_are_rejected() -> None:
    chain = next(c for c in wirings(1, 3) if [g.args for g in c.gates] == [(0,), (1,), (2,)])
    claim = optimise(chain, 4, moves=0).claim

    def with_walks(layer: int, *walks: tuple[int, ...]) -> WidthClaim:
        return replace(claim, below=Walks(layer, walks))

    check_width(with_walks(1, (0, 1)))
    assert "no edge between 0 and 2" in rejected(with_walks(1, (0, 2)))
    assert "need not be kept" in rejected(with_walks(2, (0,)))


def test_canary_a_width_that_is_reported_too_small_is_rejected() -> None:
    """The width is counted by the kernel, from the layers: nobody's word is taken."""
    assert "the bound is" in rejected(replace(FOUND, bound=FOUND.bound + 50))
    layers = list(FOUND.layers)
    layers[-1] = 0
    assert "not an assignment" in rejected(replace(FOUND, layers=tuple(layers)))
    assert "not an assignment" in rejected(replace(FOUND, last=FOUND.last - 1))
    assert "not an assignment" in rejected(replace(FOUND, late_coins=False))


def test_canary_a_refutation_of_another_question_is_rejected() -> None:
    circuit = any_circuit(372, data=0, random=3, gates=7)
    claim = optimise(circuit, moves=0).claim
    assert isinstance(claim.below, Refuted)
    assert check_width(claim).statement.endswith("is 5")
    assert "lemma" in rejected(replace(claim, below=Refuted("18 0 1 2 0\n")))
    assert "empty clause" in rejected(replace(claim, below=Refuted("")))
    assert "bound is 5" in rejected(replace(claim, below=None))


def test_files_are_read_back() -> None:
    for circuit in (ADDER, any_circuit(372, data=0, random=3, gates=7), Circuit((), (), ())):
        claim = optimise(circuit, moves=50).claim
        text = width_text(claim)
        found = check_document(Document.parse(text, "file"))
        assert found.statement == check_width(claim).statement
        assert width_text(claim) == text


# --- the clauses ---------------------------------------------------------------------------


def decided(circuit: Circuit, last: int, width: int, late: bool) -> bool:
    """Whether the clauses have a model; then its assignment is looked at."""
    question = width_question(circuit, last, width, late_coins=late)
    answer = refute(Formula(question.encoded.variables, list(question.encoded.clauses)))
    if not isinstance(answer, Model):
        return False
    layer = question.assignment(answer.true)
    layers = tuple(layer[v] for v in range(circuit.node_count))
    assert layers in set(assignments(circuit, last, late_coins=late))
    assert bank_width(circuit, layers, last) <= width
    return True


@pytest.mark.parametrize("size", [(1, 2), (2, 2), (1, 3), (2, 3)])
def test_clauses_have_a_model_exactly_from_the_least_width_on(size: tuple[int, int]) -> None:
    for circuit in list(wirings(*size))[::5]:
        last = optimise(circuit, moves=0).claim.last
        for more in (0, 1):
            for late in (False, True):
                least = least_width(circuit, last + more, late_coins=late)
                for width in range(least + 2):
                    assert decided(circuit, last + more, width, late) == (width >= least)


def z3_least(circuit: Circuit, last: int, late: bool) -> int:
    """A second encoding, written apart: layers as integers, a sum of conditions at each time."""
    z3: Any = import_module("z3")  # it has no types
    solver = z3.Optimize()
    inputs = len(circuit.inputs)
    layer = [z3.Int(f"l{v}") for v in range(circuit.node_count)]
    width = z3.Int("w")
    for v in range(circuit.node_count):
        solver.add(layer[v] >= (1 if v >= inputs else 0), layer[v] <= last)
        if v < inputs:
            solver.add(layer[v] <= (last - 1 if late else 0))
        else:
            for arg in circuit.gate_of(v).args:
                solver.add(layer[arg] + 1 <= layer[v])
    solver.add(width >= 1, width >= len(circuit.outputs))
    for t in range(last):
        live: list[Any] = []
        for v in range(circuit.node_count):
            readers = [g for g in range(inputs, circuit.node_count) if v in circuit.gate_of(g).args]
            needed = z3.Or(v in circuit.outputs, *(layer[g] > t for g in readers))
            live.append(z3.If(z3.And(layer[v] <= t, needed), 1, 0))
        solver.add(z3.Sum(live) <= width)
    solver.minimize(width)
    assert solver.check() == z3.sat
    return int(solver.model()[width].as_long())


def test_a_second_encoding_has_the_same_least_widths() -> None:
    for size in ((2, 2), (1, 3), (2, 3)):
        for circuit in list(wirings(*size))[::11]:
            last = optimise(circuit, moves=0).claim.last
            for more in (0, 1):
                for late in (False, True):
                    found = optimise(circuit, last + more, late_coins=late, moves=100)
                    assert not found.gap
                    assert found.width == z3_least(circuit, last + more, late)
