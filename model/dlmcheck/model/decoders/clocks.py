"""Exponential clocks that are never read, but only asked which of them rings first.

Of independent clocks with rates a and b the first rings before the second with probability
a / (a + b). The time until the first one rings is then exponential with rate a + b, and from that
moment the other one is as new. So what has been found out is kept as trees, in each of which a
clock rings before its children: the time from a clock to its child is exponential with the sum of
the rates below the child, whatever else is known. Comparisons split by that, and `min`, `max` and
`sorted` of such numbers are exact.
"""

from __future__ import annotations

from fractions import Fraction

from dlmcheck.model.decoders.exact import FloatRefused, as_fraction
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import bernoulli


class _Node:
    """One clock in the tree of what is known; its rate is fixed when it is first compared."""

    __slots__ = ("choices", "parent", "rate", "total")

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.parent: _Node | None = None
        self.rate: Fraction | None = None
        self.total = Fraction(0)
        """The rates of all clocks from here downwards."""

    def enter(self, rate: Fraction) -> None:
        if self.rate is None:
            self.rate = self.total = rate
        elif self.rate != rate:
            raise FloatRefused("the same noise is used in two races")

    def line(self) -> list[_Node]:
        """From the root to here."""
        return [self] if self.parent is None else [*self.parent.line(), self]

    def is_before(self, other: _Node) -> bool:
        while True:
            ours, theirs = self.line(), other.line()
            pairs = zip(ours, theirs, strict=False)
            fork = next((pair for pair in pairs if pair[0] is not pair[1]), None)
            if fork is None:
                return len(ours) < len(theirs)
            left, right = fork
            share = left.total / (left.total + right.total)
            first, second = fork if self.choices.choose(bernoulli(share)) else (right, left)
            second.parent = first
            first.total += second.total


class Clock:
    """An exponential random number X, or p / X, to be compared with its like.

    It can be multiplied and divided by exact positive numbers, and divide one. Whatever would need
    its value is refused, and so is the same number in two races with different weights.
    """

    __slots__ = ("_is_inverse", "_node", "_rate")

    def __init__(self, node: _Node, rate: Fraction, *, is_inverse: bool) -> None:
        self._node = node
        self._rate = rate
        self._is_inverse = is_inverse

    @staticmethod
    def of_rate(rate: object, choices: Choices) -> Clock:
        """A new one, independent of all others. Raises `BadInput` for a rate up to 0."""
        exact = as_fraction(rate)
        if exact <= 0:
            raise BadInput(f"the rate {exact}", source="random source", expected="a positive one")
        return Clock(_Node(choices), exact, is_inverse=False)

    def __repr__(self) -> str:
        return "exponential noise"

    def __mul__(self, factor: object) -> Clock:
        exact = _factor(factor)
        if self._is_inverse:
            return Clock(self._node, self._rate * exact, is_inverse=True)
        return Clock(self._node, self._rate / _positive(exact), is_inverse=False)

    __rmul__ = __mul__

    def __truediv__(self, divisor: object) -> Clock:
        return self * (1 / _positive(_factor(divisor)))

    def __rtruediv__(self, weight: object) -> Clock:
        if self._is_inverse:
            return self._refuse(weight)
        return Clock(self._node, self._rate * _factor(weight), is_inverse=True)

    def __lt__(self, other: object) -> bool:
        theirs = self._like(other)
        return theirs._rings_before(self) if self._is_inverse else self._rings_before(theirs)

    def __gt__(self, other: object) -> bool:
        return self._like(other) < self

    def __le__(self, other: object) -> bool:
        return not self > other

    def __ge__(self, other: object) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        return not self < other and not self > other

    def __hash__(self) -> int:
        return id(self._node)

    def _rings_before(self, other: Clock) -> bool:
        if not (self._rate and other._rate):
            # Weight zero makes the number zero, which is exact, and loses to every other one.
            return self._rate > other._rate
        self._node.enter(self._rate)
        other._node.enter(other._rate)
        return self._node is not other._node and self._node.is_before(other._node)

    def _like(self, other: object) -> Clock:
        if not isinstance(other, Clock) or other._is_inverse != self._is_inverse:
            raise FloatRefused(
                f"exponential noise is compared with {other!r}: only which one of several is the "
                "first, X / p or p / X, has exact probabilities"
            )
        return other

    def _refuse(self, other: object = None) -> Clock:
        raise FloatRefused(
            "exponential noise is calculated with: it can be scaled by exact numbers, divide one, "
            "and be compared with its like"
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __pow__ = __neg__ = _refuse

    def __float__(self) -> float:
        raise FloatRefused("exponential noise is asked for as a float; compare it with its like")


def _factor(value: object) -> Fraction:
    if isinstance(value, Clock):
        raise FloatRefused("two exponential noises are multiplied or divided")
    exact = as_fraction(value)
    if exact < 0:
        raise FloatRefused(f"exponential noise with the factor {exact}, which is negative")
    return exact


def _positive(exact: Fraction) -> Fraction:
    if not exact:
        raise FloatRefused("exponential noise with the factor 0, or divided by 0")
    return exact
