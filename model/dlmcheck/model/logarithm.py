"""The one logarithm that lengths, rounds and depths are stated in."""

from __future__ import annotations


def ceil_log2(count: int) -> int:
    """The least k with 2^k >= count, for count >= 1, exactly.

    >>> [ceil_log2(count) for count in (1, 2, 3, 4, 5)]
    [0, 1, 2, 2, 3]
    """
    return (count - 1).bit_length()
