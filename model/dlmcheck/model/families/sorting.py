"""Batcher's odd-even merge sort on bits, for any n, and the thresholds that come with it.

On bits a comparator is one OR (the larger) and one AND (the smaller). Sorted downwards, place j
holds a one iff at least j + 1 inputs are one, so every threshold is a place of the sorted row.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.inputs import (
    RandomChoice,
    named_inputs,
    numbered,
    require,
)
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit, Literal, cone
from dlmcheck.spec.errors import BadCircuit


def sorting_network(n: int, random: RandomChoice = True) -> Circuit:
    """n bits, sorted downwards (Batcher 1968; for any n as in Knuth, volume 3, section 5.3.4).

    Inputs x0..x(n-1), outputs t0..t(n-1), where t(j) = [at least j + 1 ones]. For n >= 1: size
    n + 2 `comparators(n)`, depth at most k (k + 1) / 2 with k = ceil(log2 n), and exactly that if
    n is a power of two. Raises `BadCircuit` for n < 1.
    """
    require(n, 1, "sorting network")
    b = Builder(named_inputs(numbered("x", n), random))
    return b.build(_sort(b, list(range(n))), numbered("t", n))


def _sort(b: Builder, row: Sequence[Literal]) -> list[Literal]:
    if len(row) <= 1:
        return list(row)
    half = (len(row) + 1) // 2
    return _merge(b, _sort(b, row[:half]), _sort(b, row[half:]))


def _merge(b: Builder, left: Sequence[Literal], right: Sequence[Literal]) -> list[Literal]:
    """Merge two rows that are sorted downwards."""
    if not left or not right:
        return [*left, *right]
    if len(left) == len(right) == 1:
        return [*larger_and_smaller(b, left[0], right[0])]
    # Places 0, 2, 4, ... hold zero to two ones more than places 1, 3, 5, ...; one more row of
    # comparators, shifted by one, therefore finishes the merge.
    even = _merge(b, left[::2], right[::2])
    odd = _merge(b, left[1::2], right[1::2])
    merged = [even[0]]
    pairs = min(len(odd), len(even) - 1)
    for upper, lower in zip(odd[:pairs], even[1 : 1 + pairs], strict=True):
        merged += larger_and_smaller(b, upper, lower)
    return merged + even[1 + pairs :] + odd[pairs:]


def larger_and_smaller(b: Builder, first: Literal, second: Literal) -> tuple[Literal, Literal]:
    """A comparator on bits: two gates."""
    return b.or_(first, second), b.and_(first, second)


def comparators(n: int) -> int:
    """The number of comparators of the network, by its recurrence.

    c(1) = 0, c(n) = c(ceil(n/2)) + c(floor(n/2)) + m(ceil(n/2), floor(n/2)); for n = 2^k this is
    (k^2 - k + 4) 2^(k-2) - 1.

    >>> [comparators(n) for n in range(1, 10)]
    [0, 1, 3, 5, 9, 12, 16, 19, 26]
    """
    if n <= 1:
        return 0
    high, low = (n + 1) // 2, n // 2
    return comparators(high) + comparators(low) + _merge_comparators(high, low)


def _merge_comparators(m: int, n: int) -> int:
    if m * n <= 1:
        return m * n
    return (
        _merge_comparators((m + 1) // 2, (n + 1) // 2)
        + _merge_comparators(m // 2, n // 2)
        + (m + n - 1) // 2
    )


def sorting_depth(n: int) -> int:
    """k (k + 1) / 2 with k = ceil(log2 n): the depth of the network, or more than it."""
    k = ceil_log2(n)
    return k * (k + 1) // 2


def threshold(n: int, k: int, random: RandomChoice = True) -> Circuit:
    """Whether at least k of n bits are one: one place of the sorting network, and its cone.

    Inputs x0..x(n-1), output `enough`. For 1 <= k <= n: size at most n + 2 `comparators(n)`,
    depth at most `sorting_depth(n)`: what the place does not need is left out. Raises
    `BadCircuit` for other k (the answer would be a constant).
    """
    _check_threshold(n, k)
    whole = sorting_network(n, random)
    needed, _ = cone(whole, [whole.outputs[k - 1]])
    return Circuit(needed.inputs, needed.gates, needed.outputs, ("enough",))


def threshold_grid(n: int, k: int, random: RandomChoice = True) -> Circuit:
    """Whether at least k of n bits are one, by the recurrence over the inputs: slow and narrow.

    "At least j of the first i" is "at least j of the first i - 1, or at least j - 1 of them and
    the i-th". Inputs x0..x(n-1), output `enough`. For 1 <= k <= n: size n + (n - 1) +
    2 (k - 1)(n - k), depth (n - k) + 2 (k - 1), or n - 1 if k = n. Raises `BadCircuit` for other k.
    """
    _check_threshold(n, k)
    b = Builder(named_inputs(numbered("x", n), random))
    enough: dict[tuple[int, int], Literal] = {}
    for j in range(1, k + 1):
        # Only states from which k of n can still fail or succeed are built: j <= i <= j + n - k.
        for i in range(j, j + n - k + 1):
            with_this = i - 1 if j == 1 else b.and_(enough[i - 1, j - 1], i - 1)
            enough[i, j] = with_this if i == j else b.or_(enough[i - 1, j], with_this)
    return b.build([enough[n, k]], ["enough"])


def _check_threshold(n: int, k: int) -> None:
    require(n, 1, "threshold")
    if not 1 <= k <= n:
        raise BadCircuit(
            f"threshold {k} of {n}", source="circuit family", expected="a threshold from 1 to n"
        )


def majority(n: int, random: RandomChoice = True) -> Circuit:
    """Whether more than half of n bits are one: `threshold(n, n // 2 + 1)`, with its bounds."""
    return threshold(n, n // 2 + 1, random)


def majority_grid(n: int, random: RandomChoice = True) -> Circuit:
    """Whether more than half of n bits are one: `threshold_grid(n, n // 2 + 1)`, with its sizes."""
    return threshold_grid(n, n // 2 + 1, random)
