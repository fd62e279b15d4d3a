"""Intervals against all samplers with fair coins on two and three cells, enumerated one by one.

The enumeration is written from the definition of a round and shares no code with the package: a
law on states is pushed forward by every deterministic F and G and every predictor whose rows are
0, 1 or a fair coin, with the round number known. What it finds in D rounds no lower bound may
exclude.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product

import pytest

from dlmcheck.model.targets import Target
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals, Remasking
from dlmcheck.spec.law import Law
from dlmcheck.verify.rounds.results import RoundsResult
from dlmcheck.verify.rounds.solve import rounds

State = tuple[int, ...]
Weights = tuple[tuple[State, Fraction], ...]
M = -1
KEEP, ZERO, ONE, COIN, MASKED = range(5)
OUTCOMES: dict[int, tuple[tuple[int, Fraction], ...]] = {
    ZERO: ((0, Fraction(1)),),
    ONE: ((1, Fraction(1)),),
    MASKED: ((M, Fraction(1)),),
}
OUTCOMES[COIN] = ((0, Fraction(1, 2)), (1, Fraction(1, 2)))


def steps_from(state: State, edits: Edits) -> list[Weights]:
    """Every law on states that one round may lead to from a state."""
    menus = [
        (KEEP,)
        if token != M and edits in (Edits.WRITE_ONCE, Edits.REMASK)
        else (KEEP, ZERO, ONE, COIN, *((MASKED,) if edits is Edits.REVISE_ANY else ()))
        for token in state
    ]
    found: set[Weights] = set()
    for actions in product(*menus):
        cells = [
            ((token, Fraction(1)),) if action == KEEP else OUTCOMES[action]
            for token, action in zip(state, actions, strict=True)
        ]
        written: dict[State, Fraction] = {}
        for drawn in product(*cells):
            after = tuple(token for token, _ in drawn)
            weight = Fraction(1)
            for _, share in drawn:
                weight *= share
            written[after] = written.get(after, Fraction(0)) + weight
        if edits is Edits.REMASK:
            found |= set(remasked(written))
        else:
            found.add(tuple(sorted(written.items())))
    return sorted(found)


def remasked(written: dict[State, Fraction]) -> Iterator[Weights]:
    """Every deterministic G: for each written state a set of cells that turn to M."""
    states = sorted(written)
    flags = list(product((False, True), repeat=len(states[0])))
    for choice in product(flags, repeat=len(states)):
        after: dict[State, Fraction] = {}
        for state, hide in zip(states, choice, strict=True):
            seen = tuple(M if flag else t for t, flag in zip(state, hide, strict=True))
            after[seen] = after.get(seen, Fraction(0)) + written[state]
        yield tuple(sorted(after.items()))


def rounds_after(laws: set[Weights], edits: Edits, *, last: bool) -> set[Weights]:
    """Every law after one more round; with `last`, those without masks only."""
    found: set[Weights] = set()
    options: dict[State, list[Weights]] = {}
    for law in sorted(laws):
        partial: set[Weights] = {()}
        for state, weight in law:
            if state not in options:
                options[state] = [
                    step
                    for step in steps_from(state, edits)
                    if not last or all(M not in after for after, _ in step)
                ]
            partial = {
                merged(before, step, weight) for before in partial for step in options[state]
            }
        found |= partial
    return found


def merged(before: Weights, step: Weights, weight: Fraction) -> Weights:
    total = dict(before)
    for state, share in step:
        total[state] = total.get(state, Fraction(0)) + weight * share
    return tuple(sorted(total.items()))


@cache
def least_rounds(n: int, edits: Edits, most: int) -> dict[Weights, int]:
    """For every law that some sampler has within so many rounds, the fewest of them."""
    found: dict[Weights, int] = {}
    start: set[Weights] = {(((M,) * n, Fraction(1)),)}
    for number in range(1, most + 1):
        for law in rounds_after(start, edits, last=True):
            found.setdefault(law, number)
        if number < most:
            start = rounds_after(start, edits, last=False)
    return found


CASES = [
    (2, Edits.WRITE_ONCE, 2),
    (2, Edits.REMASK, 2),
    (2, Edits.REVISE_TOKEN, 2),
    (2, Edits.REVISE_ANY, 2),
    (3, Edits.WRITE_ONCE, 3),
]


def interval(law: Weights, edits: Edits, reals: Reals) -> RoundsResult:
    remasking = Remasking.DETERMINISTIC if edits is Edits.REMASK else Remasking.NONE
    point = Point(
        edits=edits,
        remasking=remasking,
        clock=Clock.ROUND_NUMBER,
        scratch=0,
        predictor=PredictorClass(reals),
    )
    return rounds(Target("found", Law(dict(law))), point)


@pytest.mark.parametrize(("n", "edits", "most"), CASES)
def test_no_lower_bound_excludes_what_some_sampler_does(n: int, edits: Edits, most: int) -> None:
    found = least_rounds(n, edits, most)
    assert len(found) > 10
    # A sample of the laws, spread over the list, keeps the slow reals out of the way.
    listed = sorted(found.items())
    for law, number in listed[:: max(1, len(listed) // 25)]:
        for reals in Reals:
            result = interval(law, edits, reals)
            assert not result.lower.never
            assert result.lower.value is not None
            assert result.lower.value <= number
            assert result.upper.value is None or result.upper.value >= 1


def test_exact_numbers_are_those_of_the_enumeration_write_once() -> None:
    """Fair coins are all that uniform laws take, so the enumeration attains every exact number."""
    found = least_rounds(3, Edits.WRITE_ONCE, 3)
    uniform = {law: d for law, d in found.items() if len({w for _, w in law}) == 1}
    assert {1, 2} <= set(uniform.values())
    for law, number in sorted(uniform.items()):
        assert interval(law, Edits.WRITE_ONCE, Reals.DYADIC).interval == str(number)


@pytest.mark.parametrize("edits", [Edits.REMASK, Edits.REVISE_TOKEN, Edits.REVISE_ANY])
def test_exact_numbers_are_those_of_the_enumeration_on_two_cells(edits: Edits) -> None:
    """A product law takes one round with finer coins; every other law takes the two found."""
    found = least_rounds(2, edits, 2)
    for law, number in sorted(found.items())[::7]:
        weight = dict(law)
        corners = [weight.get(z, Fraction(0)) for z in product((0, 1), repeat=2)]
        is_product = corners[0] * corners[3] == corners[1] * corners[2]
        expected = 1 if is_product else number
        assert interval(law, edits, Reals.UNRESTRICTED).interval == str(expected)
        assert is_product or number == 2
