"""Any law in three rounds of revision or in two with joint coins: proofs, and wrong samplers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.samplers.alias import (
    Marking,
    Phase,
    alias_table,
    any_target_by_revision,
)
from dlmcheck.model.samplers.drawn_patterns import (
    any_target_by_joint_patterns,
    any_target_by_joint_remasking,
)
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import laws_by_round, output_law
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims.proved_rounds import ANY_TARGET
from dlmcheck.verify.engines import smt
from dlmcheck.verify.proofs import any_target, joint_patterns
from dlmcheck.verify.proofs.terms import Term
from tests.verify.proofs.rounds import accepted, countermodels, failing

F = Fraction


@pytest.mark.parametrize("statement", ANY_TARGET)
def test_the_kernel_accepts_it(statement: str) -> None:
    argument = ANY_TARGET[statement]()
    assert argument.proof.statement == statement
    accepted(argument.proof, smt.answer(argument.queries))


# --- what the steps and queries say, on tables and samplers ------------------------------------

WEIGHTS = st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any)


@given(WEIGHTS)
def test_what_is_kept_and_handed_over_adds_up_to_the_weights(numbers: list[int]) -> None:
    weights = [F(number, sum(numbers)) for number in numbers]
    table = alias_table(weights)
    for bin_, weight in enumerate(weights):
        received = sum(
            (1 - keep for j, keep in enumerate(table.keep) if table.alias[j] == bin_ != j), F(0)
        )
        assert 0 <= table.keep[bin_] <= 1
        assert table.keep[bin_] == 1 or table.alias[bin_] != bin_
        assert len(weights) * weight == table.keep[bin_] + received


def _law(n: int, numbers: Sequence[int]) -> Law[State]:
    strings = [tuple(k >> i & 1 for i in range(n)) for k in range(1 << n)]
    total = sum(numbers[: len(strings)])
    return Law({z: F(w, total) for z, w in zip(strings, numbers, strict=False)})


NUMBERS = st.lists(st.integers(0, 3), min_size=8, max_size=8).filter(lambda w: any(w[:2]))


@pytest.mark.parametrize("marking", Marking)
@given(numbers=NUMBERS, n=st.integers(1, 3))
def test_the_rounds_are_those_of_the_steps(marking: Marking, numbers: list[int], n: int) -> None:
    law = _law(n, numbers)
    sampler = any_target_by_revision(law, marking=marking)
    start, first, second, third = laws_by_round(sampler)
    assert [c.state for c in start] == [(MASK,) * n]
    if n > 1:
        end = 0 if marking is Marking.CLOCK else MASK
        assert all(c.state[-1] == end and MASK not in c.state[:-1] for c in first)
        assert all(weight == F(1, 1 << (n - 1)) for _, weight in first.items())
        assert all(MASK not in c.state for c in second)
    assert third.map(lambda c: c.state) == law


@given(NUMBERS, st.integers(1, 3))
def test_the_pattern_says_what_was_drawn(numbers: list[int], n: int) -> None:
    law = _law(n, numbers)
    sampler = any_target_by_joint_patterns(law)
    _, first, second = laws_by_round(sampler)
    for configuration in first:
        assert any(token != MASK for token in configuration.state)
        assert all(token in (MASK, 1) for token in configuration.state[1:])
    assert second.map(lambda c: c.state) == law
    if n > 1:
        assert output_law(any_target_by_joint_remasking(law)) == law


# --- countermodels and wrong rules -------------------------------------------------------------


@pytest.mark.parametrize("marking", Marking)
def test_without_a_premise_a_round_is_taken_for_another(marking: Marking) -> None:
    steps = any_target.alias_argument(marking).proof.every_step
    for step in (one for one in steps if one.name.startswith("round ")):
        assert len(countermodels(step)) == len(step.premises)


def _owes(small: Term, giver: Term, one: Term) -> tuple[Term, Term]:
    return small, giver - one


def _keeps_all(small: Term, giver: Term, one: Term) -> tuple[Term, Term]:
    return one, giver


@pytest.mark.parametrize(
    ("planted", "fails"),
    [
        (
            _owes,
            {
                "one bin less still holds as much as it is",
                "the giver's weight is what it has left, has received and receives",
            },
        ),
        (
            _keeps_all,
            {
                "one bin less still holds as much as it is",
                "the small bin's weight is what it keeps and has received",
                "what is kept is a probability, and the giver does not owe",
            },
        ),
    ],
)
def test_canary_a_wrong_table(
    planted: Any, fails: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(any_target, "handed_over", planted)
    assert failing(any_target.alias_argument(Marking.CLOCK)) == fails


def test_canary_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_a_mark(_: Any, *, prefix_masked: bool, end_masked: bool) -> Phase:
        return Phase.BINS if prefix_masked else Phase.RESULT

    monkeypatch.setattr(any_target, "phase", without_a_mark)
    for marking in Marking:
        found = failing(any_target.alias_argument(marking))
        expected = {"round 2 draws the mark"}
        if marking is Marking.CLOCK:
            expected |= {"round 1 draws a bin"}
        assert found == expected


def test_canary_everything_is_written_in_round_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(**_: bool) -> bool:
        return True

    monkeypatch.setattr(any_target, "is_selected", everything)
    assert failing(any_target.alias_argument(Marking.UNWRITTEN)) == {"round 1 draws a bin"}
    assert failing(any_target.alias_argument(Marking.CLOCK)) == set()


def test_canary_the_alias_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(marked: bool, kept: bool, alias: bool) -> bool:
        return alias if marked else kept

    monkeypatch.setattr(any_target, "chosen", swapped)
    found = failing(any_target.alias_argument(Marking.CLOCK))
    assert found == {"a kept bin", "an alias"}


def test_canary_a_pattern_of_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    def zeros(bit: bool, *, odd: bool, empty: bool) -> bool:
        return empty if odd else not bit

    monkeypatch.setattr(joint_patterns, "shown_by_pattern", zeros)
    assert failing(joint_patterns.joint_f_argument()) == {
        "F writes ones, and the pattern is read as the bits",
        "F leaves a cell visible",
    }
    monkeypatch.setattr(joint_patterns, "hidden_by_pattern", bool)
    assert failing(joint_patterns.joint_g_argument()) == {
        "G hides zeros, and the pattern is read as the bits"
    }


def test_canary_no_cell_for_the_empty_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    def never_odd(bit: bool, *, odd: bool, empty: bool) -> bool:
        return bit and not odd

    monkeypatch.setattr(joint_patterns, "shown_by_pattern", never_odd)
    assert failing(joint_patterns.joint_f_argument()) == {
        "F leaves a cell visible",
        "the odd cell is written in round 1 if y is 0, and only then",
    }
