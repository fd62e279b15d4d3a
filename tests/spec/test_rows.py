"""Checks on all rows of a predictor, and the canaries that they must catch."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.spec.errors import (
    BadProbability,
    UnnormalisedLaw,
    WritesForeignToken,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import Clock, Edits, End
from dlmcheck.spec.law import Law, bernoulli, certain, uniform
from dlmcheck.spec.rows import (
    all_states,
    check_mask_preservation,
    check_rows,
    is_dyadic,
    rows,
    told_rounds,
)
from dlmcheck.spec.sampler import DeterministicUnmasking, Predictor, Round, Sampler, laws_by_round
from dlmcheck.spec.tokens import MASK, State, Token

NEVER = DeterministicUnmasking(lambda x, t: frozenset())


def legal(x: State, i: int, t: Round) -> Law[Token]:
    return uniform([0, 1]) if x[i] == MASK else certain(x[i])


def sampler(predictor: Predictor, **changes: Any) -> Sampler:
    """Two cells, of which none is ever written: a run meets no row at all."""
    base = Sampler(
        length=2,
        predictor=predictor,
        unmask=NEVER,
        rounds=3,
        output=(),
        end=End.OUTPUT_ONLY,
    )
    return replace(base, **changes)


def only_at(state: State, cell: int, law: Law[Token], number: int | None = None) -> Predictor:
    """Legal rows, but for one."""
    return lambda x, i, t: law if (x, i) == (state, cell) and t == number else legal(x, i, t)


def test_all_states_show_the_prompt() -> None:
    assert len(list(all_states(sampler(legal)))) == 9
    assert len(list(all_states(sampler(legal, vocabulary=3)))) == 16
    asked = sampler(legal, prompt=((1, 0),))
    assert list(all_states(asked)) == [(MASK, 0), (0, 0), (1, 0)]


def test_every_round_is_looked_at_if_it_is_told() -> None:
    assert list(told_rounds(sampler(legal))) == [1]
    clocked = sampler(legal, clock=Clock.ROUND_NUMBER)
    assert list(told_rounds(clocked)) == [1, 2, 3]
    assert len(list(rows(clocked))) == 9 * 2 * 3
    assert check_rows(clocked) == 54
    assert check_mask_preservation(clocked) == 36


def test_the_rows_of_some_states_only() -> None:
    bad = sampler(only_at((0, 1), 0, certain(2)))
    assert check_rows(bad, [(0, 0), (MASK, MASK)]) == 4
    assert check_mask_preservation(sampler(legal), [(0, MASK)]) == 1


@pytest.mark.parametrize("token", [2, -2])
def test_canary_one_row_with_a_foreign_token_is_found(token: Token) -> None:
    bad = sampler(only_at((0, MASK), 1, uniform([0, token])))
    assert laws_by_round(bad)  # a run does not notice
    with pytest.raises(WritesForeignToken) as error:
        check_rows(bad)
    assert (error.value.state, error.value.position) == ((0, MASK), 1)


def test_canary_a_row_that_is_only_wrong_in_round_three_is_found() -> None:
    bad = sampler(only_at((1, 1), 0, certain(2), number=3), clock=Clock.ROUND_NUMBER)
    with pytest.raises(WritesForeignToken) as error:
        check_rows(bad)
    assert error.value.round_number == 3


class Weights:
    """Not a law, but it looks like one."""

    def __init__(self, weights: dict[Token, Any]) -> None:
        self.weights = weights

    def items(self) -> Any:
        return self.weights.items()


@pytest.mark.parametrize(
    ("weights", "wrong"),
    [
        ({0: Fraction(1, 2), 1: Fraction(1, 4)}, UnnormalisedLaw),
        ({0: 0.5, 1: 0.5}, BadProbability),
        ({0: Fraction(3, 2), 1: Fraction(-1, 2)}, BadProbability),
    ],
)
def test_canary_rows_that_do_not_sum_to_one_are_found(
    weights: dict[Token, Any], wrong: type[Exception]
) -> None:
    not_a_law: Any = Weights(weights)
    with pytest.raises(wrong):
        check_rows(sampler(only_at((1, 0), 1, not_a_law)))


def test_canary_a_visible_token_that_may_change_is_found() -> None:
    bad = sampler(only_at((1, MASK), 0, bernoulli(Fraction(9, 10))))
    assert check_rows(bad) == 18
    with pytest.raises(WritesVisibleToken) as error:
        check_mask_preservation(bad)
    assert (error.value.state, error.value.position) == ((1, MASK), 0)
    assert "probability 9/10 only" in str(error.value)
    revising = replace(bad, edits=Edits.REVISE_TOKEN)
    assert check_mask_preservation(revising) == 0


def test_a_masked_cell_may_have_no_prediction_but_a_revised_one_must_stay_a_token() -> None:
    unready = sampler(only_at((MASK, MASK), 0, certain(MASK)))
    assert check_rows(unready) == 18
    bad = sampler(only_at((0, 0), 0, uniform([1, MASK])), edits=Edits.REVISE_TOKEN)
    with pytest.raises(WritesMask) as error:
        check_rows(bad)
    assert (error.value.state, error.value.position) == ((0, 0), 0)
    assert check_rows(replace(bad, edits=Edits.REVISE_ANY)) == 18


def test_dyadic_rows() -> None:
    assert is_dyadic(sampler(legal))
    assert is_dyadic(sampler(only_at((MASK, 0), 0, bernoulli(Fraction(5, 8)))))
    thirds = sampler(only_at((MASK, 0), 0, bernoulli(Fraction(1, 3))))
    assert not is_dyadic(thirds)
    assert is_dyadic(thirds, [(MASK, 1)])
