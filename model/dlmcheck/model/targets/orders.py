"""Targets that are easy to write in one of two orders, and the first token says in which.

Source: our note ROUNDS-WRITE-ONCE (adaptive against fixed schedules). Two blocks of k bits: in one
order the first block is fair and the second shows where its first 1 stands, in the other order the
blocks change their roles. Both orders are equally likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from dlmcheck.model.targets.exact import TokenLaw, require, require_room
from dlmcheck.spec.law import Law


def first_one(bits: Sequence[int]) -> tuple[int, ...]:
    """The string with a single 1 where the first 1 of the bits stands; all 0 if there is none.

    >>> first_one((0, 1, 1))
    (0, 1, 0)
    """
    return tuple(int(is_first_one(bit == 1, earlier=any(bits[:i]))) for i, bit in enumerate(bits))


def is_first_one(bit: bool, *, earlier: bool) -> bool:
    """Whether a bit is the first 1: it is 1, and none before it is."""
    return bit and not earlier


def with_order(bit: int, order: int) -> int:
    """The token of a marked cell: its bit, plus 2 in the second order."""
    return 2 * order + bit


def either_order(k: int) -> TokenLaw:
    """n = 2k + 1 bits: the order c, then both blocks of k bits. k >= 1.

    >>> len(either_order(1)), len(either_order(2))
    (4, 8)
    """
    return _weighted(k, ((order, *blocks) for order, blocks in _draws(k)))


def either_order_marked(k: int) -> TokenLaw:
    """n = 2k tokens 0, ..., 3: a bit of the blocks, plus 2 on every cell in the second order."""
    return _weighted(
        k, (tuple(with_order(b, order) for b in blocks) for order, blocks in _draws(k))
    )


def _draws(k: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    require(k, 1, "block length")
    require_room(2 ** (k + 1), 2 * k + 1)
    for bits in product((0, 1), repeat=k):
        yield 0, (*bits, *first_one(bits))
        yield 1, (*first_one(bits), *bits)


def _weighted(k: int, strings: Iterator[tuple[int, ...]]) -> TokenLaw:
    weights: dict[tuple[int, ...], Fraction] = {}
    for string in strings:
        weights[string] = weights.get(string, Fraction(0)) + Fraction(1, 2 ** (k + 1))
    return Law({string: weights[string] for string in sorted(weights)})
