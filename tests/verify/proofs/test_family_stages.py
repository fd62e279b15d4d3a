"""Size and depth of families by stages, and the words of a vocabulary: proofs and wrong cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.vocabulary import all_but_one, all_labellings, in_bits
from dlmcheck.model.families import FAMILIES
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.law import is_product
from dlmcheck.spec.resources import depth, levels
from dlmcheck.verify.engines.smt import decide, script
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import family_stages, prefix_adder, sorting_network
from dlmcheck.verify.proofs.cell_counts import CellRule, depths, emitted, gates
from dlmcheck.verify.proofs.family_stages import GROWTH, MAKERS
from dlmcheck.verify.proofs.terms import Term
from dlmcheck.verify.proofs.vocabulary import NO_LABELLING_PROOF


@pytest.mark.parametrize("family", MAKERS)
def test_the_closed_forms_are_proved(family: str) -> None:
    found = family_stages.proof(family).check()
    assert (found.verdict, found.statement) == (Verdict.PROVED, family_stages.statement(family))


@pytest.mark.parametrize("family", MAKERS)
def test_what_is_proved_is_what_is_built(family: str) -> None:
    growth = GROWTH[family]
    for k in range(growth.least, 6):
        circuit = FAMILIES[family](growth.member(k))
        size, layers = growth.closed(k)
        assert len(circuit.inputs) + len(circuit.gates) == size
        assert depth(circuit) == layers


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (family_stages.JOINED, 1),
        (family_stages.HALF_ADDER, 2),
        (family_stages.FULL_ADDER, 5),
        (family_stages.BITS, 2),
        (family_stages.BLOCKS, 3),
        (family_stages.SELECTED, 3),
        (prefix_adder.CARRIED, 2),
        (prefix_adder.PASSED, 1),
        (prefix_adder.ENTERED, 1),
        (sorting_network.COMPARED, 2),
    ],
)
def test_gates_and_depths_of_a_cell(rule: CellRule, count: int) -> None:
    assert gates(rule) == count
    circuit = emitted(rule)
    zero = [Term("0")] * rule.wires
    stated = depths(rule, zero)
    by_level = levels(circuit)
    for output, term in zip(circuit.outputs, stated, strict=True):
        level = by_level[output if output >= 0 else ~output]
        text = f"(set-logic QF_LIA)(assert (not {term.equals(level)}))(check-sat)"
        assert not decide(text)


# --- wrong cells -------------------------------------------------------------------------------


def failing(family: str) -> set[str]:
    return {q.name for q in MAKERS[family]() if decide(script(q), q.name)}


def _planted(
    monkeypatch: pytest.MonkeyPatch, name: str, emit: Any, module: Any = family_stages
) -> None:
    old = getattr(module, name)
    monkeypatch.setattr(module, name, CellRule(emit, old.wires, old.beside))


def test_canary_a_gate_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        return [b.or_(b.xor(w[0], w[1]), b.and_(w[0], w[1]))]

    _planted(monkeypatch, "JOINED", twice)
    assert failing("parity-chain") == {
        "a place more: its inputs and its cell",
        "a place more is a gate deeper",
    }
    assert failing("parity-tree") == {
        "one literal is left: the closed form",
        "a level more",
    }


def test_canary_a_deeper_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    def deeper(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        carry = b.or_(w[0], b.and_(w[1], b.xor(w[0], w[2])))
        return [b.xor(w[0], w[1]), b.or_(carry, w[1])]

    _planted(monkeypatch, "FULL_ADDER", deeper)
    assert failing("ripple-adder") == {"a place more: sum and carry"}


def test_canary_a_shallower_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_gate(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        return [b.and_(w[0], w[1], w[2])]

    _planted(monkeypatch, "SELECTED", one_gate)
    assert failing("multiplexer") == {"one literal is left: the closed form", "a level more"}


def test_canary_a_carry_that_takes_three_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    def three(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        return [b.or_(b.and_(w[0], w[1]), b.and_(w[1], w[2]))]

    _planted(monkeypatch, "CARRIED", three, prefix_adder)
    assert failing("prefix-adder") == {
        "a turn more: carry cells from s on, pass cells from 2 s on",
        "in lower places one less",
    }


def test_canary_a_deeper_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def deeper(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        return [b.and_(b.or_(w[0], w[1]), w[1])]

    _planted(monkeypatch, "PASSED", deeper, prefix_adder)
    assert failing("prefix-adder") == {
        "a turn more: carry cells from s on, pass cells from 2 s on",
        "a pass is at most as deep as turns",
    }


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_depths_of_carries_are_those_of_the_queries(k: int) -> None:
    n = 1 << k
    circuit = FAMILIES["prefix-adder"](n)
    by_level = levels(circuit)
    sums, carry = circuit.outputs[:n], circuit.outputs[n]
    assert by_level[carry] == 2 * k + 1
    # The highest sum is one deeper than the carry that enters it.
    assert by_level[sums[n - 1]] - 1 <= 2 * k


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_middle_place_of_the_network_is_the_deepest(k: int) -> None:
    circuit = FAMILIES["sorting-network"](1 << k)
    by_level = levels(circuit)
    assert by_level[circuit.outputs[1 << (k - 1)]] == depth(circuit) == k * (k + 1) // 2


def test_canary_a_comparator_of_three_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_xor(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        smaller = b.and_(w[0], w[1])
        return [b.or_(b.xor(w[0], w[1]), smaller), smaller]

    _planted(monkeypatch, "COMPARED", by_xor, sorting_network)
    assert failing("sorting-network") == {
        "inputs, and the gates of the comparators",
        "a comparator is at most one deeper",
        "and exactly, if one of the two is as deep as can be",
        "in rows of two the middle is the odd place",
    }


def test_canary_cells_that_share_a_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    def sharing(b: Builder, w: Sequence[Literal]) -> list[Literal]:
        return [b.or_(b.and_(w[0], w[1]), b.and_(w[0], w[2]))]

    _planted(monkeypatch, "SELECTED", sharing)
    with pytest.raises(Rejected, match="share a gate"):
        failing("barrel-shifter")


# --- vocabularies ------------------------------------------------------------------------------


def test_all_tokens_but_one_are_no_product_in_any_labelling() -> None:
    assert NO_LABELLING_PROOF.check().verdict is Verdict.PROVED
    for labelling in all_labellings(2):
        assert not is_product(in_bits(all_but_one(2), labelling))


@pytest.mark.parametrize("left_out", list(product((0, 1), repeat=2)))
def test_the_weights_of_two_bits_are_those_of_the_query(left_out: tuple[int, int]) -> None:
    for k in (2, 3, 4):
        words = [w for w in product((0, 1), repeat=k) if w != (*left_out, *(1,) * (k - 2))]
        for pair in product((0, 1), repeat=2):
            found = sum(word[:2] == pair for word in words)
            assert found == (1 << (k - 2)) - (pair == left_out)


def test_for_one_bit_the_law_is_a_product() -> None:
    for labelling in all_labellings(1):
        assert is_product(in_bits(all_but_one(1), labelling))
