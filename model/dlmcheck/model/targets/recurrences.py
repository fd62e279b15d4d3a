"""Weights of string families, a cell at a time, on numbers or on terms that stand for them.

What a law is divided by, and what of it is left for two cells when the others are summed out. Our
note ROUNDS-WRITE-ONCE argues with these; a proof for all n runs them on terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol, Self, TypeVar


class Weight(Protocol):
    """A number, or a term: what can be added, subtracted and multiplied."""

    def __add__(self, other: Self, /) -> Self:
        """The sum."""
        ...

    def __sub__(self, other: Self, /) -> Self:
        """The difference."""
        ...

    def __mul__(self, other: Self, /) -> Self:
        """The product."""
        ...


W = TypeVar("W", bound=Weight)


def parity_with_one_more(even: W, odd: W, weight: W) -> tuple[W, W]:
    """The total weights of the even and of the odd strings, one cell longer.

    A 1 in the new cell has the weight given, a 0 the weight 1.
    """
    return even + odd * weight, odd + even * weight


def parity_weights(weights: Iterable[Fraction]) -> tuple[Fraction, Fraction]:
    """The total weights of all even and of all odd strings.

    >>> parity_weights([Fraction(2), Fraction(3)])
    (Fraction(7, 1), Fraction(5, 1))
    """
    even, odd = Fraction(1), Fraction(0)
    for weight in weights:
        even, odd = parity_with_one_more(even, odd, weight)
    return even, odd


def tilted_pair(same: W, other: W, first: W, second: W) -> tuple[W, W, W, W]:
    """The weights of two cells showing 00, 01, 10, 11, in strings of one parity.

    `same` and `other` are the total weights of the other cells, of the parity that is left if the
    two agree, and if they do not; `first` and `second` are what a 1 weighs in the two cells.
    """
    return same, other * second, other * first, same * (first * second)


def zeros_made_ones(cells: W, ones: W, one: W, here: W, above: W) -> tuple[W, W]:
    """Two counts of one set: a string with so many ones and one of its zeros, made a 1.

    `here` counts the strings of so many `cells` with so many `ones`, `above` those with one more,
    `one` is the number 1. The set is counted by the strings before, and by those after.

    >>> zeros_made_ones(4, 1, 1, 4, 6)
    (12, 12)
    """
    return here * (cells - ones), above * (ones + one)


def two_state_rows(one: W, up: W, down: W) -> list[list[W]]:
    """The transitions of a chain on two tokens, 0 -> 1 with chance `up`, 1 -> 0 with `down`.

    `one` is the number 1, as what the chances are.
    """
    return [[one - up, up], [down, one - down]]


def next_weights(weights: Sequence[W], rows: Sequence[Sequence[W]]) -> list[W]:
    """What weights of the states of a chain become in one step.

    >>> next_weights([1, 2], [[3, 4], [5, 6]])
    [13, 16]
    """
    found: list[W] = []
    for column in range(len(rows[0])):
        terms = [weight * row[column] for weight, row in zip(weights, rows, strict=True)]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        found.append(total)
    return found
