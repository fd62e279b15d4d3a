"""Whole numbers and probabilities of thousands of digits, which Python by itself refuses to write.

Python limits how many digits it turns into text at a time, since that takes quadratic time. Here
a long number is cut in halves first.
"""

from __future__ import annotations

PLAIN = 4000
"""Digits that are written in one go."""
SHOWN = 512
"""Bits up to which a probability is shown as a fraction."""
PLACES = 12


def decimal(number: int) -> str:
    """A number >= 0 in base 10, whatever its length.

    >>> decimal(0), len(decimal(10**9999))
    ('0', 10000)
    """
    digits = number.bit_length() * 30103 // 100000 + 1
    if digits <= PLAIN:
        return str(number)
    half = digits // 2
    high, low = divmod(number, 10**half)
    return decimal(high) + decimal(low).rjust(half, "0")


def chance(count: int, exponent: int) -> str:
    """The probability count/2^exponent, as a fraction; a long one as its first decimal places.

    >>> chance(6, 3), chance(2**1000 // 3, 1000)
    ('3/4', '0.333333333333...')
    """
    common = min((count & -count).bit_length() - 1, exponent) if count else exponent
    count, exponent = count >> common, exponent - common
    if exponent <= SHOWN:
        return f"{count}/{1 << exponent}" if exponent else str(count)
    return f"0.{count * 10**PLACES >> exponent:0{PLACES}d}..."
