"""Entropies and divergences of laws with rational weights, exactly.

A sum of rational multiples of logarithms of rationals is a sum of multiples of logarithms of
primes in one way only (unique factorisation). So two such numbers can be compared exactly, though
each of them is irrational: no rounding, no floats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import lcm

from dlmcheck.spec.law import Law, T


class LogSum:
    """A real number c_2 log 2 + c_3 log 3 + c_5 log 5 + ... with rational coefficients, in nats.

    `coefficients` maps primes to the coefficients that are not zero. Two sums are equal as numbers
    exactly if they have the same coefficients.

    >>> log(Fraction(8, 9)) == 3 * log(Fraction(2)) - 2 * log(Fraction(3))
    True
    >>> log(Fraction(8, 9))
    3 log 2 - 2 log 3
    """

    __slots__ = ("coefficients",)

    def __init__(self, coefficients: Mapping[int, Fraction]) -> None:
        self.coefficients = {p: Fraction(c) for p, c in sorted(coefficients.items()) if c}

    def __add__(self, other: LogSum) -> LogSum:
        primes = self.coefficients.keys() | other.coefficients.keys()
        zero = Fraction(0)
        return LogSum(
            {p: self.coefficients.get(p, zero) + other.coefficients.get(p, zero) for p in primes}
        )

    def __neg__(self) -> LogSum:
        return -1 * self

    def __sub__(self, other: LogSum) -> LogSum:
        return self + -other

    def __rmul__(self, factor: Fraction | int) -> LogSum:
        return LogSum({p: factor * c for p, c in self.coefficients.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LogSum) and self.coefficients == other.coefficients

    def __hash__(self) -> int:
        return hash(tuple(self.coefficients.items()))

    def __lt__(self, other: LogSum) -> bool:
        return (self - other).sign() < 0

    def __le__(self, other: LogSum) -> bool:
        return (self - other).sign() <= 0

    def __repr__(self) -> str:
        text = " + ".join(
            f"{'' if c == 1 else '-' if c == -1 else f'{c} '}log {p}"
            for p, c in self.coefficients.items()
        )
        return text.replace("+ -", "- ") or "0"

    def sign(self) -> int:
        """-1, 0 or 1: two powers of integers are compared.

        >>> (log(Fraction(2)) - log(Fraction(3))).sign(), log(Fraction(1)).sign()
        (-1, 0)
        """
        scale = lcm(*(c.denominator for c in self.coefficients.values()))
        above = below = 1
        for prime, coefficient in self.coefficients.items():
            exponent = int(coefficient * scale)
            if exponent > 0:
                above *= prime**exponent
            else:
                below *= prime**-exponent
        return (above > below) - (above < below)


NOTHING = LogSum({})


def log(value: Fraction) -> LogSum:
    """The natural logarithm of a positive rational. Raises `ValueError` for any other."""
    if value <= 0:
        raise ValueError(f"no logarithm of {value}")
    found: dict[int, Fraction] = {}
    for number, side in ((value.numerator, 1), (value.denominator, -1)):
        for prime in _prime_factors(number):
            found[prime] = found.get(prime, Fraction(0)) + side
    return LogSum(found)


def _prime_factors(number: int) -> Iterator[int]:
    """The prime factors of a positive integer, each as often as it divides."""
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor:
            divisor += 1
        else:
            yield divisor
            number //= divisor
    if number > 1:
        yield number


def entropy(law: Law[T]) -> LogSum:
    """The entropy - sum of P(x) log P(x), in nats.

    >>> from dlmcheck.spec.law import uniform
    >>> entropy(uniform(range(8)))
    3 log 2
    """
    total = NOTHING
    for _, weight in law.items():
        total -= weight * log(weight)
    return total


def divergence(left: Law[T], right: Law[T]) -> LogSum | None:
    """The Kullback-Leibler divergence sum of P(x) log(P(x)/Q(x)), in nats; None if infinite.

    >>> from dlmcheck.spec.law import uniform
    >>> divergence(uniform([0]), uniform([0, 1])), divergence(uniform([0, 1]), uniform([0]))
    (log 2, None)
    """
    total = NOTHING
    for outcome, weight in left.items():
        if not right[outcome]:
            return None
        total += weight * log(weight / right[outcome])
    return total
