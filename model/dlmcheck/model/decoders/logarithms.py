"""The sign of a rational combination of logarithms of rationals, exactly.

    sum of q_i log(b_i) + c,   q_i, c rational, b_i positive rationals

With c = 0 it is zero if and only if the product of the powers b_i^q_i is one: numerators and
denominators are written as products of integers that are pairwise coprime, which have no
relation but the trivial one (unique factorisation), so that all exponents have to vanish. With
c != 0 it is never zero, since exp of a rational that is not 0 is irrational (Lambert 1761). What
is not zero is told from zero by enclosures of rising precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import gcd

Terms = Mapping[Fraction, Fraction]
"""Bases with their factors."""


def sign(terms: Terms, constant: Fraction = Fraction(0)) -> int:
    """-1, 0 or 1. Raises `ValueError` for a base that is not positive.

    >>> sign({Fraction(4): Fraction(1), Fraction(2): Fraction(-2)})
    0
    >>> sign({Fraction(2): Fraction(1)}, Fraction(-7, 10)), sign({Fraction(1, 3): Fraction(1)})
    (-1, -1)
    """
    if any(base <= 0 for base in terms):
        raise ValueError("log of a number that is not positive")
    if not constant and is_zero(terms):
        return 0
    bits = 64
    while True:
        low, high = enclosure(terms, bits)
        if low + constant > 0:
            return 1
        if high + constant < 0:
            return -1
        bits *= 2


def is_zero(terms: Terms) -> bool:
    """Whether the combination is zero: whether the product of the powers is one.

    >>> is_zero({Fraction(6): Fraction(1), Fraction(2): Fraction(-1), Fraction(1, 3): Fraction(1)})
    True
    """
    powers: list[tuple[int, Fraction]] = []
    for base, factor in terms.items():
        powers += [(base.numerator, factor), (base.denominator, -factor)]
    coprime: dict[int, Fraction] = {}
    while powers:
        number, factor = powers.pop()
        if number == 1 or not factor:
            continue
        for other in coprime:
            common = gcd(number, other)
            if common > 1:
                # Both are split by what they have in common, and gone through again.
                old = coprime.pop(other)
                powers += [(common, factor + old), (number // common, factor)]
                powers.append((other // common, old))
                break
        else:
            coprime[number] = factor
    return not coprime


def enclosure(terms: Terms, bits: int) -> tuple[Fraction, Fraction]:
    """Rationals below and above the combination, the closer together the more bits."""
    low = high = Fraction(0)
    for base, factor in terms.items():
        ends = [factor * end for end in log_bounds(base, bits)]
        low, high = low + min(ends), high + max(ends)
    return low, high


@cache
def log_bounds(number: Fraction, bits: int) -> tuple[Fraction, Fraction]:
    """Rationals below and above log of a positive number.

    >>> low, high = log_bounds(Fraction(10), 64)
    >>> low < Fraction("2.302585092994045684") < high, high - low < Fraction(1, 10**15)
    (True, True)
    """
    # number = 2^k m with m from 2/3 to 4/3, and log m = 2 artanh((m - 1)/(m + 1)).
    k = number.numerator.bit_length() - number.denominator.bit_length()
    m = number / Fraction(2) ** k
    while m > Fraction(4, 3):
        m, k = m / 2, k + 1
    while m < Fraction(2, 3):
        m, k = m * 2, k - 1
    value, error = _artanh((m - 1) / (m + 1), bits)
    half, slack = _artanh(Fraction(1, 3), bits)  # log 2 = 2 artanh(1/3)
    total, width = 2 * (value + k * half), 2 * (error + abs(k) * slack)
    return Fraction(total - width, 1 << bits), Fraction(total + width, 1 << bits)


@cache
def _artanh(z: Fraction, bits: int) -> tuple[int, int]:
    """artanh z for |z| <= 1/3 in units of 2^-bits, and by how many units it is off at most.

    A power of z is off by less than 2 units: by 1 where it is rounded, by the square's rounding
    times the last power (at most 1/3), and by 1/9 of what the last power was off. With the
    division each term is off by less than 3. The terms left out sum to less than one.
    """
    power = (z.numerator << bits) // z.denominator
    square = (z.numerator**2 << bits) // z.denominator**2
    total, terms = 0, bits // 3 + 2
    for k in range(terms):
        total += power // (2 * k + 1)
        power = power * square >> bits
    return total, 3 * terms + 1
