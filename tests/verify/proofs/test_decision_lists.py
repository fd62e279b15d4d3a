"""Two rounds by a decision list: the proofs, lists and samplers that run, and wrong rules."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.samplers.drawn_patterns import (
    fixed_weight_by_uniform_subset,
    one_hot_by_independent_unmasking,
    one_hot_by_remasking,
)
from dlmcheck.model.samplers.mixtures import codebook, first_one, hazards, pieces_of
from dlmcheck.model.targets import one_hot
from dlmcheck.spec.law import Law, is_product
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs import decision_lists
from dlmcheck.verify.proofs.decision_lists import MAKERS
from dlmcheck.verify.proofs.terms import Term
from tests.verify.proofs.rounds import accepted, failing

F = Fraction


@pytest.mark.parametrize("statement", MAKERS)
def test_the_kernel_accepts_it(statement: str) -> None:
    argument = MAKERS[statement]()
    assert argument.proof.statement == statement
    accepted(argument.proof, smt.answer(argument.queries))


# --- lists, books and samplers that run --------------------------------------------------------

MASSES = st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any)


@given(MASSES)
def test_the_first_one_has_the_mass_of_its_piece(numbers: list[int]) -> None:
    masses = [F(number, sum(numbers)) for number in numbers]
    chances = hazards(masses)[:-1]
    found = [F(0)] * len(masses)
    for word in range(1 << len(chances)):
        bits = [word >> i & 1 for i in range(len(chances))]
        weight = F(1)
        for bit, chance in zip(bits, chances, strict=True):
            weight *= chance if bit else 1 - chance
        found[first_one(bits)] += weight
    assert found == masses


@given(MASSES)
def test_a_book_names_each_piece_with_its_mass(numbers: list[int]) -> None:
    masses = [F(number, sum(numbers)) for number in numbers if number]
    book = codebook(masses, len(masses))
    assert book is not None
    found = [F(0)] * len(masses)
    for symbols, piece in book.piece.items():
        weight = F(1)
        for symbol, law in zip(symbols, book.symbols, strict=True):
            weight *= law[symbol]
        found[piece] += weight
    assert found == masses


LAWS = st.lists(st.integers(0, 3), min_size=8, max_size=8).filter(lambda w: any(w[:2]))


@given(LAWS, st.integers(1, 3))
def test_a_law_is_the_mixture_of_its_pieces(numbers: list[int], n: int) -> None:
    strings: list[State] = [tuple(k >> i & 1 for i in range(n)) for k in range(1 << n)]
    total = sum(numbers[: len(strings)])
    law = Law({z: F(w, total) for z, w in zip(strings, numbers, strict=False)})
    pieces = pieces_of(law)
    assert len(pieces) <= 1 << (n - 1)
    for z in strings:
        weight = F(0)
        for piece in pieces:
            part = piece.mass
            for bit, one in zip(z, piece.ones, strict=True):
                part *= one if bit else 1 - one
            weight += part
        assert weight == law[z]


def test_canary_the_last_cell_by_the_chance_of_the_other_token() -> None:
    query = decision_lists.piece_queries()[0]
    smt.answer((query,))
    swapped = query.conclusion.replace("one)", "?)").replace("zero)", "one)").replace("?)", "zero)")
    with pytest.raises(Rejected, match="does not hold"):
        smt.answer((replace(query, conclusion=swapped),))


@pytest.mark.parametrize("n", [2, 3, 4])
def test_one_hot_laws_are_sampled_in_two_rounds_and_are_no_products(n: int) -> None:
    law = one_hot(n)
    samplers = (
        one_hot_by_remasking(law),
        one_hot_by_independent_unmasking(law),
        fixed_weight_by_uniform_subset(n, 1),
    )
    for sampler in samplers:
        assert sampler.rounds == 2
        assert output_law(sampler) == law
    assert not is_product(law)


# --- wrong rules -------------------------------------------------------------------------------


def _fails(monkeypatch: pytest.MonkeyPatch, name: str, planted: Any) -> dict[str, set[str]]:
    monkeypatch.setattr(decision_lists, name, planted)
    found = {statement: failing(make()) for statement, make in MAKERS.items()}
    return {statement: wrong for statement, wrong in found.items() if wrong}


def test_canary_the_last_one_instead_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def any_one(bit: bool, *, earlier: bool) -> bool:
        return bit or (earlier and bit)

    found = _fails(monkeypatch, "is_taken", any_one)
    one = "a list takes one piece: the first 1"
    assert set(found) == set(MAKERS) - {decision_lists.SUBSET}
    assert all(one in wrong for wrong in found.values())


def test_canary_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_is_left(left: Term, mass: Term) -> Term:
        return left

    found = _fails(monkeypatch, "left_after", all_is_left)
    assert set(found) == set(MAKERS) - {decision_lists.SUBSET}
    assert {frozenset(wrong) for wrong in found.values()} == {
        frozenset(
            ("what is left when it is not taken", "what is left is what the pieces before leave")
        )
    }


def test_canary_every_one_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def every_one(bit: bool, *, earlier: bool) -> bool:
        return bit

    assert _fails(monkeypatch, "is_hidden", every_one) == {
        decision_lists.REMASK: {"G hides every 1 but the first, and 0 is written there"}
    }


def test_canary_a_second_one_beside_cell_0(monkeypatch: pytest.MonkeyPatch) -> None:
    def the_first(*, first: bool, one_is_there: bool) -> bool:
        return first

    assert _fails(monkeypatch, "becomes_one", the_first) == {
        decision_lists.INDEPENDENT: {"where cell 0 shows 1 no other cell becomes 1"}
    }


def test_canary_ones_in_round_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def ones(*, started: bool, shows_zero: bool) -> bool:
        return not shows_zero

    assert _fails(monkeypatch, "is_one_of_the_rest", ones) == {
        decision_lists.SUBSET: {"a cell becomes 1 exactly if round 1 does not select it"}
    }
