"""Kullback-Leibler divergence between exact laws, enclosed between two rationals.

KL(p || q) = sum of p(x) log(p(x) / q(x)) in nats; it is plus infinity where q misses an outcome
of p. Logarithms are irrational, so what is given is an interval with rational ends, each computed
with rationals only: log r for r near 1 by the series of 2 artanh((r-1)/(r+1)), whose tail is
bounded by a geometric one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State

_GRID = 1 << 80
"""Ends are rounded outwards to multiples of 1/_GRID, so that they stay small numbers."""

_LONG = 1024
"""Bits of a denominator from which on a probability is rounded first."""
_KEPT = 256


@dataclass(frozen=True)
class Divergence:
    """low <= KL <= high, or infinite (then both are None)."""

    low: Fraction | None
    high: Fraction | None

    @property
    def is_infinite(self) -> bool:
        """Whether an outcome is impossible under the second law."""
        return self.high is None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return "+infinity"
        if self.low == self.high:
            return str(self.low)
        return f"[{decimal(self.low, down=True)}, {decimal(self.high, down=False)}]"


def divergence(left: Law[State], right: Law[State]) -> Divergence:
    """KL(left || right), in nats, to within about 2^-66 per outcome.

    >>> from dlmcheck.spec.law import uniform
    >>> str(divergence(uniform([(0,)]), uniform([(0,), (1,)])))
    '[0.693147180559, 0.693147180560]'
    """
    if left == right:
        return Divergence(Fraction(0), Fraction(0))
    low = high = Fraction(0)
    for outcome, weight in left.items():
        if not right[outcome]:
            return Divergence(None, None)
        other = right[outcome]
        if max(weight.denominator.bit_length(), other.denominator.bit_length()) > _LONG:
            # Exact to the last bit such numbers would take minutes: round outwards at once.
            first, last = _around(
                weight.numerator * other.denominator, weight.denominator * other.numerator
            )
            ends = _around(weight.numerator, weight.denominator)
            below, above = log_enclosure(first)[0], log_enclosure(last)[1]
            low += min(end * below for end in ends)
            high += max(end * above for end in ends)
        else:
            below, above = log_enclosure(weight / other)
            low += weight * below
            high += weight * above
    return Divergence(max(low, Fraction(0)), high)


def _around(above: int, below: int) -> tuple[Fraction, Fraction]:
    """Two short fractions around a quotient of positive numbers, 2^-255 of it apart or less."""
    shift = _KEPT + below.bit_length() - above.bit_length()
    if shift < 0:
        below <<= -shift
    quotient = (above << max(shift, 0)) // below
    unit = Fraction(1, 1 << shift) if shift > 0 else Fraction(1 << -shift)
    return quotient * unit, (quotient + 1) * unit


def log_enclosure(ratio: Fraction) -> tuple[Fraction, Fraction]:
    """An interval with rational ends that holds log(ratio), for a positive ratio.

    >>> low, high = log_enclosure(Fraction(2))
    >>> low < Fraction(69314718055994530941723, 10**23) < high, high - low < Fraction(1, 2**68)
    (True, True)
    """
    if ratio <= 0:
        raise ValueError(f"log of {ratio}")
    # ratio = 2^k m with m in [2/3, 4/3]
    power = 0
    while ratio > Fraction(4, 3):
        ratio /= 2
        power += 1
    while ratio < Fraction(2, 3):
        ratio *= 2
        power -= 1
    low, high = _log_near_one(ratio)
    if power:
        low2, high2 = _log_near_one(Fraction(4, 3))
        low3, high3 = _log_near_one(Fraction(3, 4))
        # log 2 = log(4/3) - log(3/4) + log(9/8)
        low4, high4 = _log_near_one(Fraction(9, 8))
        two = (low2 - high3 + low4, high2 - low3 + high4)
        ends = (power * two[0], power * two[1])
        low, high = low + min(ends), high + max(ends)
    return low, high


def _log_near_one(ratio: Fraction) -> tuple[Fraction, Fraction]:
    z = (ratio - 1) / (ratio + 1)
    square = z * z
    total, term = Fraction(0), z
    # |z| <= 1/5 here, so that 40 terms leave less than 5^-80.
    for k in range(1, 80, 2):
        total += _rounded(term / k)
        term = _rounded(term * square)
    slack = Fraction(200, _GRID)
    return 2 * total - slack, 2 * total + slack


def _rounded(value: Fraction) -> Fraction:
    return Fraction(round(value * _GRID), _GRID)


def decimal(value: Fraction, *, down: bool) -> str:
    """Twelve digits after the point, rounded to one side; for numbers >= 0.

    >>> decimal(Fraction(2, 3), down=True), decimal(Fraction(2, 3), down=False)
    ('0.666666666666', '0.666666666667')
    """
    scaled = value * 10**12
    whole = scaled.numerator // scaled.denominator
    if not down and whole != scaled:
        whole += 1
    return f"{whole // 10**12}.{whole % 10**12:012d}"
