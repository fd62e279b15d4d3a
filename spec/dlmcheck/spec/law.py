"""Finite exact probability laws.

Everything a verdict rests on is a `Law`: finitely many outcomes, each with an exact rational
probability, summing to one. There are no floats here and none can get in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import lcm
from typing import Generic, TypeVar

from dlmcheck.spec.errors import BadProbability, UnnormalisedLaw

T = TypeVar("T", bound=Hashable)
U = TypeVar("U", bound=Hashable)

ZERO = Fraction(0)
ONE = Fraction(1)
HALF = Fraction(1, 2)


class Law(Generic[T]):
    """A probability law with finite support and rational weights.

    Weights are `Fraction` or `int`; outcomes of weight zero are dropped. Raises
    `BadProbability` for a float, a negative number or a number above one, and
    `UnnormalisedLaw` if the weights do not sum to one.

    >>> Law({"a": Fraction(1, 3), "b": Fraction(2, 3)})["b"]
    Fraction(2, 3)
    """

    __slots__ = ("_weights",)

    def __init__(self, weights: Mapping[T, Fraction | int]) -> None:
        checked: dict[T, Fraction] = {}
        for outcome, weight in weights.items():
            if type(weight) not in (int, Fraction):
                raise BadProbability(
                    f"weight {weight!r} of {outcome!r}", source="law", expected="an exact rational"
                )
            if not 0 <= weight.numerator <= weight.denominator:
                raise BadProbability(
                    f"weight {weight} of {outcome!r}", source="law", expected="a number in [0, 1]"
                )
            if weight:
                checked[outcome] = weight if type(weight) is Fraction else Fraction(weight)
        # Over one denominator: an addition of fractions would cancel every time.
        common = lcm(*(weight.denominator for weight in checked.values()))
        total = sum(w.numerator * (common // w.denominator) for w in checked.values())
        if total != common:
            raise UnnormalisedLaw(Fraction(total, common))
        self._weights = checked

    def __getitem__(self, outcome: T) -> Fraction:
        """The probability of an outcome (zero outside the support)."""
        return self._weights.get(outcome, ZERO)

    def __iter__(self) -> Iterator[T]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Law) and self._weights == other._weights  # pyright: ignore[reportUnknownMemberType]

    def __hash__(self) -> int:
        return hash(frozenset(self._weights.items()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{outcome!r}: {weight}" for outcome, weight in self._weights.items())
        return f"Law({{{inside}}})"

    def items(self) -> Iterable[tuple[T, Fraction]]:
        """Outcomes of positive probability with their probabilities."""
        return self._weights.items()

    @property
    def support(self) -> frozenset[T]:
        """The outcomes of positive probability."""
        return frozenset(self._weights)

    def map(self, function: Callable[[T], U]) -> Law[U]:
        """The law of `function(X)` (the push-forward).

        >>> uniform([0, 1, 2, 3]).map(lambda n: n % 2)
        Law({0: 1/2, 1: 1/2})
        """
        weights: dict[U, Fraction] = {}
        for outcome, weight in self._weights.items():
            image = function(outcome)
            weights[image] = weights[image] + weight if image in weights else weight
        return Law(weights)

    def bind(self, kernel: Callable[[T], Law[U]]) -> Law[U]:
        """The law of Y, where X follows this law and Y given X = x follows `kernel(x)`."""
        weights: dict[U, Fraction] = {}
        for outcome, weight in self._weights.items():
            for image, step in kernel(outcome).items():
                mass = weight * step
                weights[image] = weights[image] + mass if image in weights else mass
        return Law(weights)

    def probability(self, event: Callable[[T], bool]) -> Fraction:
        """The probability of an event."""
        return sum((w for outcome, w in self._weights.items() if event(outcome)), ZERO)

    def given(self, event: Callable[[T], bool]) -> Law[T]:
        """The conditional law given an event. Raises `UnnormalisedLaw` if it has probability 0."""
        mass = self.probability(event)
        if not mass:
            raise UnnormalisedLaw(ZERO, source="conditional law given an impossible event")
        return Law({outcome: w / mass for outcome, w in self._weights.items() if event(outcome)})


def certain(outcome: T) -> Law[T]:
    """The law of a constant."""
    return Law({outcome: ONE})


def uniform(outcomes: Iterable[T]) -> Law[T]:
    """The uniform law on distinct outcomes. Raises `UnnormalisedLaw` on none at all."""
    distinct = list(dict.fromkeys(outcomes))
    return Law({outcome: Fraction(1, len(distinct)) for outcome in distinct})


def bernoulli(p: Fraction | int) -> Law[int]:
    """The law of a bit that is 1 with probability p.

    >>> bernoulli(Fraction(1, 4))
    Law({0: 3/4, 1: 1/4})
    """
    return Law({0: 1 - p, 1: p})


def product_law(factors: Iterable[Law[T]]) -> Law[tuple[T, ...]]:
    """The joint law of independent variables, as tuples in the order given.

    >>> len(product_law([uniform([0, 1])] * 3))
    8
    """
    listed = list(factors)
    weights: dict[tuple[T, ...], Fraction] = {}
    for combination in product(*(factor.items() for factor in listed)):
        weight = ONE
        for _, factor_weight in combination:
            weight *= factor_weight
        weights[tuple(outcome for outcome, _ in combination)] = weight
    return Law(weights)


def marginal(law: Law[tuple[T, ...]], position: int) -> Law[T]:
    """The law of one coordinate."""
    return law.map(lambda outcome: outcome[position])


def is_product(law: Law[tuple[T, ...]]) -> bool:
    """Whether the coordinates are independent: the law equals the product of its marginals.

    >>> is_product(uniform([(0, 0), (1, 1)]))
    False
    """
    widths = {len(outcome) for outcome in law}
    if len(widths) != 1:
        return False
    marginals = [marginal(law, i) for i in range(widths.pop())]
    # A product law is supported on a full box: compare sizes before the box is built.
    size = 1
    for factor in marginals:
        size *= len(factor)
    return size == len(law) and law == product_law(marginals)


def total_variation(left: Law[T], right: Law[T]) -> Fraction:
    """The total-variation distance: half the sum of the absolute differences.

    >>> total_variation(bernoulli(Fraction(1, 2)), bernoulli(Fraction(3, 4)))
    Fraction(1, 4)
    """
    outcomes = left.support | right.support
    common = lcm(*(law[outcome].denominator for law in (left, right) for outcome in outcomes))

    def whole(weight: Fraction) -> int:
        return weight.numerator * (common // weight.denominator)

    total = sum(abs(whole(left[outcome]) - whole(right[outcome])) for outcome in outcomes)
    return Fraction(total, 2 * common)
