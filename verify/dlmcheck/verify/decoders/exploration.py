"""`spec.choices.explore`, with less arithmetic: the same law in the same order of outcomes.

The specification multiplies the weights of all answers of a path in every run. Here a path shares
the product up to the last answer that changed with the path before it, and products and sums are
whole numbers until the end. The two are compared by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from fractions import Fraction
from math import lcm
from typing import TypeVar

from dlmcheck.spec.choices import Choices, NotReproducible, TooManyChoices
from dlmcheck.spec.law import Law

T = TypeVar("T", bound=Hashable)


class Answers(Choices):
    """The answers of one run, not weighed."""

    def choose(self, law: Law[T]) -> T:
        """An outcome of the law. Raises `NotReproducible`, `TooManyChoices`."""
        position, path = self._next, self._path
        self._next += 1
        if position == len(path):
            if position == self._limit:
                raise TooManyChoices(self._limit)
            path.append((next(iter(law)), law))  # type: ignore[arg-type]  # as in the base
        answer, asked = path[position]
        if asked is not law and asked != law:
            raise NotReproducible(position + 1)
        return answer  # type: ignore[return-value]  # as in the base


def explored(program: Callable[[Choices], T], limit: int = 10_000) -> Law[T]:
    """The exact law of what a program returns. Raises what `explore` raises."""
    ways: dict[T, list[tuple[int, int]]] = {}
    path: list[tuple[Hashable, Law[Hashable]]] = []
    # Per answer of the path: the outcomes of its law that are left, and the weight up to here.
    left: list[Iterator[Hashable]] = []
    products = [(1, 1)]
    while True:
        choices = Answers(path, limit)
        result = program(choices)
        if choices.asked < len(path):
            raise NotReproducible(choices.asked + 1)
        for answer, law in path[len(products) - 1 :]:
            above, below = products[-1]
            weight = law[answer]
            products.append((above * weight.numerator, below * weight.denominator))
        for _, law in path[len(left) :]:
            outcomes = iter(law)
            next(outcomes)
            left.append(outcomes)
        ways.setdefault(result, []).append(products[-1])
        while path:
            _, law = path.pop()
            products.pop()
            for following in left[-1]:
                path.append((following, law))
                break
            else:
                left.pop()
                continue
            break
        else:
            return _summed(ways)


def _summed(ways: dict[T, list[tuple[int, int]]]) -> Law[T]:
    common = lcm(*{below for found in ways.values() for _, below in found})
    return Law(
        {
            result: Fraction(sum(above * (common // below) for above, below in found), common)
            for result, found in ways.items()
        }
    )
