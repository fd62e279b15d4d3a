"""Numbers up to one in whole units of 2^-62, every operation rounded down.

For sums of very many products of probabilities, in columns of 64-bit words. What comes out is
never above the true value; how far below it is nobody estimates: the parts of a law are computed,
and what they lack to one is what was lost (note DECODERS, section "Laws that are enclosed").

The reciprocal of a sum does not split into factors. A sum of exponentials does, and `NODES` is one
that is nowhere above 1/x: reciprocals of sums of up to eight weights are taken from below so.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Units = NDArray[np.int64]
"""Numbers from 0 to 1 in units of 2^-62."""

BITS = 62
ONE = 1 << BITS
WEIGHT_BITS = 20
"""Weights of shares are whole multiples of 2^-20, up to 1."""
HALF_BITS = BITS // 2
_LOW = (1 << HALF_BITS) - 1
_LIMB = (1 << 20) - 1
ROWS = 1 << 12

NODES: tuple[tuple[Fraction, Fraction], ...] = tuple(
    (Fraction(rate, 10**9), Fraction(factor, 10**9))
    for rate, factor in (
        (66_931_539, 173_414_798),
        (367_925_788, 439_725_343),
        (982_989_071, 818_324_428),
        (2_089_899_459, 1_457_407_723),
        (4_078_413_424, 2_647_067_345),
        (7_759_193_747, 4_991_499_242),
        (15_030_278_839, 10_471_467_651),
    )
)
"""Rates t and factors c, by a numerical fit: the sum of c exp(-tx) is near 1/x from 0.367 to 8.
That it is below 1/x after a division by `excess()` is checked before it is used."""


def floored(value: Fraction) -> int:
    """A number from 0 to 1 in units, rounded down."""
    return value.numerator * ONE // value.denominator


def times(left: Units, right: Units | int) -> Units:
    """The product, at most two units too small.

    >>> half = np.array([ONE >> 1, ONE - 1, ONE])
    >>> [ONE // 4 - int(one) for one in times(half, half)[:1]], int(times(half, ONE)[2]) == ONE
    ([0], True)
    """
    a, b = left >> HALF_BITS, left & _LOW
    c, d = right >> HALF_BITS, right & _LOW
    product: Units = a * c + ((a * d + b * c) >> HALF_BITS)
    return product


def summed_products(left: Units, right: Units) -> Units:
    """The sums over the rows of left column times right column, for all pairs of columns.

    All of `left` adds up to at most one; there are less than 2^20 rows. The numbers are cut into
    three limbs of 20 bits, so that sums over some thousand rows stay below 2^53: in floating point
    such whole numbers are exact, in whatever order they are added. Products of the lowest limbs are
    left out. Raises `ValueError` for more rows.
    """
    if len(left) >= 1 << 20:
        raise ValueError(f"{len(left)} configurations of one state")
    shape = (3, left.shape[1], 3, right.shape[1])
    found = np.zeros(shape, dtype=np.int64)
    for first in range(0, len(left), ROWS):
        one, two = (
            np.concatenate([side >> 42, (side >> 22) & _LIMB, (side >> 2) & _LIMB], axis=1).astype(
                np.float64
            )
            for side in (left[first : first + ROWS], right[first : first + ROWS])
        )
        found += (one.T @ two).astype(np.int64).reshape(shape)
    high = found[0, :, 0] << 22
    middle = (found[0, :, 1] + found[1, :, 0]) << 2
    low = (found[0, :, 2] + found[1, :, 1] + found[2, :, 0]) >> 18
    total: Units = high + middle + low
    return total


def coins(weights: Units, sums: Units, most: Fraction) -> tuple[Units, Units]:
    """most * weight / sum, and what it lacks to one, both rounded down.

    Weights are at most 2^20, sums at most 2^24.
    """
    high, rest = np.divmod(weights << 38, sums)
    share = (high << 24) + (rest << 24) // sums
    # The true value is less than one unit above `share`, and a product loses less than two.
    above = times(share, -floored(-most) if most < 1 else ONE) + 3
    return times(share, floored(most)), np.maximum(ONE - above, 0)


# --- exponentials --------------------------------------------------------------------------------


def exponential_units(x: Fraction, *, up: bool = False, bits: int = BITS) -> int:
    """exp(-x) for x >= 0 in units of 2^-bits, rounded down, or up; at most four units away.

    >>> ONE - exponential_units(Fraction(0)), exponential_units(Fraction(1)) * 100 // ONE
    (1, 36)
    """
    # exp(-x) = (exp(-x / 2^k))^(2^k); the series alternates, with terms that shrink.
    halvings = max(0, (x.numerator // x.denominator).bit_length() + 1)
    one = 1 << (bits + 2 * halvings + 16)
    small = x / 2**halvings
    term, total, k = one, one, 0
    low = high = one
    while term:
        k += 1
        term = term * small.numerator // (small.denominator * k)
        total += -term if k % 2 else term
        # Each floor loses at most one unit in its term, less in those after it.
        low, high = total - 2 * k - 2, total + 2 * k + 2
    for _ in range(halvings):
        low, high = low * low // one, -(-high * high // one)
    scale = bits - one.bit_length() + 1
    return min(-(-high >> -scale), 1 << bits) if up else max(low >> -scale, 0)


@cache
def excess() -> Fraction:
    """A number that x times the sum of c exp(-tx) nowhere exceeds, from 373/1024 to 12.

    The sum is convex, so that between two points it is below its chord, and x times a chord is a
    parabola.
    """
    grid, first, last = 1 << 10, 373, 12 << 10
    total = [0] * (last - first + 1)
    for rate, factor in NODES:
        value = exponential_units(rate * Fraction(first, grid), up=True, bits=96)
        step = exponential_units(rate / grid, up=True, bits=96)
        for k in range(len(total)):
            total[k] += -(-value * factor.numerator // factor.denominator)
            value = -(-value * step >> 96)
    found = Fraction(0)
    for k, (one, other) in enumerate(pairwise(total)):
        x, slope = Fraction(first + k, grid), Fraction(other - one) * grid
        # x (one + slope (x - x0)) is concave; if it grows at the left end, then up to its vertex.
        growth = max(Fraction(0), one + slope * x)
        gain = min(growth / grid, growth**2 / (-4 * slope))
        found = max(found, x * one + gain)
    return found / 2**96


@cache
def node_factors() -> list[Fraction]:
    """The factors, with which the sum is below 1/x."""
    return [factor / excess() for _, factor in NODES]


@cache
def node_tables() -> tuple[Units, Units]:
    """Per node exp(-t w) for w = 1024 h and for w = l, h up to 1024 and l below it, in units of
    2^-31, which is enough for nodes.
    """
    high, low = (
        np.array(
            [
                [_exponential(rate * Fraction(k << shift, 1 << WEIGHT_BITS)) for k in numbers]
                for rate, _ in NODES
            ],
            dtype=np.int64,
        )
        for shift, numbers in ((10, range(1025)), (0, range(1024)))
    )
    return high, low


def _exponential(x: Fraction) -> int:
    return exponential_units(x, bits=HALF_BITS)


def decays(weights: Units) -> Units:
    """exp(-t w) for each node (first axis) and weight, rounded down, in units of 2^-31."""
    high, low = node_tables()
    return (high[:, weights >> 10] * low[:, weights & 1023]) >> HALF_BITS
