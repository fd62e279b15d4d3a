"""The least number of rounds by definition, on targets small enough to work out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, product_law, uniform
from dlmcheck.spec.rounds import (
    fixed_choice,
    given,
    is_writable,
    least_fixed_rounds,
    least_rounds,
    least_rounds_by_state,
    partial_states,
    strategy_sampler,
    successors,
)
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State, parse_state

F = Fraction
COPIES: Law[State] = uniform([(0, 0), (1, 1)])
ONE_HOT: Law[State] = uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
EVEN: Law[State] = uniform([(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])


def cells(*chosen: int) -> frozenset[int]:
    return frozenset(chosen)


def test_a_state_is_the_event_that_the_string_agrees_with_it() -> None:
    assert given(ONE_HOT, parse_state("0MM")) == uniform([(0, 1, 0), (0, 0, 1)])
    assert len(partial_states(COPIES)) == 7  # 01 and 10 are impossible
    assert successors(EVEN, parse_state("1MM"), cells(1)) == {(1, 0, -1), (1, 1, -1)}


def test_what_may_be_written_is_what_is_independent_given_the_event() -> None:
    start = parse_state("MMM")
    assert is_writable(EVEN, start, cells(0, 1))
    assert not is_writable(EVEN, start, cells(0, 1, 2))
    assert is_writable(EVEN, parse_state("01M"), cells(2))
    assert not is_writable(ONE_HOT, start, cells(0, 1))
    assert is_writable(ONE_HOT, parse_state("1MM"), cells(1, 2))


def test_with_dyadic_predictors_a_cell_needs_a_dyadic_law() -> None:
    start = parse_state("MMM")
    assert is_writable(ONE_HOT, start, cells(0))
    assert not is_writable(ONE_HOT, start, cells(0), Reals.DYADIC)
    assert is_writable(ONE_HOT, parse_state("0MM"), cells(1), Reals.DYADIC)


@pytest.mark.parametrize(
    ("target", "adaptive", "fixed", "dyadic"),
    [
        (product_law([Law({0: F(1, 3), 1: F(2, 3)})] * 2), 1, 1, None),
        (uniform([(0, 1)]), 1, 1, 1),
        (COPIES, 2, 2, 2),
        (EVEN, 2, 2, 2),
        (ONE_HOT, 3, 3, None),
        (uniform([(0, 1, 2), (1, 2, 0), (2, 0, 1)]), 2, 2, None),
    ],
)
def test_least_rounds_worked_out_by_hand(
    target: Law[tuple[int, ...]], adaptive: int, fixed: int, dyadic: int | None
) -> None:
    assert least_rounds(target) == adaptive
    assert least_fixed_rounds(target) == fixed
    assert least_rounds(target, Reals.DYADIC) == dyadic


def test_each_state_has_its_own_number() -> None:
    least = least_rounds_by_state(ONE_HOT)
    assert {state: least[state] for state in map(parse_state, ("MMM", "0MM", "1MM", "00M"))} == {
        (-1, -1, -1): 3,
        (0, -1, -1): 2,
        (1, -1, -1): 1,
        (0, 0, -1): 1,
    }


def test_the_sampler_of_a_schedule_has_the_target_as_its_output_law() -> None:
    choose = fixed_choice([cells(0, 2), cells(1)])
    assert output_law(strategy_sampler(EVEN, choose, 2)) == EVEN


def test_canary_the_sampler_of_a_set_that_is_not_independent_has_another_law() -> None:
    choose = fixed_choice([cells(0, 1, 2)])
    assert output_law(strategy_sampler(EVEN, choose, 1)) != EVEN


def test_strings_of_different_lengths_are_refused() -> None:
    with pytest.raises(BadPoint):
        least_rounds(uniform([(0,), (0, 1)]))
