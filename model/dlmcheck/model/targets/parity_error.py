"""How close too few rounds come to even parity: the exact bounds, compared without roots.

Source: note T4.5-ERROR of this project, with the proofs. The bounds are irrational, distances are
rational, so every comparison is an inequality of rationals.
"""

from __future__ import annotations

from fractions import Fraction

from dlmcheck.spec.errors import BadInput


def reaches_one_round_bound(n: int, distance: Fraction) -> bool:
    """Whether distance >= (1 - (2^(1/n) - 1)^n) / 2, for n >= 2.

    That is what one round is away from D_n at least, in total variation. Equality never holds:
    (2^(1/n) - 1)^n is irrational, so the intervals below get small enough. Raises `BadInput` for
    n < 2.

    >>> reaches_one_round_bound(2, Fraction(41421, 100000)), 2**0.5 - 1 > 0.41421
    (False, True)
    """
    if n < 2:
        raise BadInput(f"n = {n}", source="one-round bound", expected="n >= 2")
    rest = 1 - 2 * distance
    if rest <= 0:
        return True
    bits = 16
    while True:
        # rest^(1/n) lies between low and low + 2^-bits.
        low = Fraction(integer_root(int(rest * (1 << bits * n)), n), 1 << bits)
        if (1 + low + Fraction(1, 1 << bits)) ** n <= 2:
            return True
        if (1 + low) ** n > 2:
            return False
        bits *= 2


def reaches_two_round_bound(distance: Fraction) -> bool:
    """Whether distance >= (sqrt(3) - 1) / 2, the bound for n = 3, two rounds, one token read.

    >>> reaches_two_round_bound(Fraction(366, 1000)), reaches_two_round_bound(Fraction(367, 1000))
    (False, True)
    """
    return distance >= 0 and (2 * distance + 1) ** 2 >= 3


def integer_root(number: int, degree: int) -> int:
    """The largest r with r^degree <= number, for number >= 0 and degree >= 1.

    >>> [integer_root(26, 3), integer_root(27, 3), integer_root(0, 2)]
    [2, 3, 0]
    """
    low, high = 0, 1 << (number.bit_length() // degree + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if middle**degree <= number:
            low = middle
        else:
            high = middle
    return low
