"""Adders and the comparator. Numbers are little-endian: index 0 is the lowest bit."""

from __future__ import annotations

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.inputs import (
    RandomChoice,
    named_inputs,
    numbered,
    require,
)
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit, Literal


def _two_numbers(n: int, random: RandomChoice) -> Builder:
    return Builder(named_inputs([*numbered("a", n), *numbered("b", n)], random))


def ripple_carry_adder(n: int, random: RandomChoice = True) -> Circuit:
    """a + b with the carry handed from place to place.

    Inputs a0..a(n-1), b0..b(n-1); outputs s0..s(n-1) and `carry`. For n >= 1: size 7n - 3 (two
    inputs and five gates a place, two gates at the lowest place), depth 2n - 1. Raises
    `BadCircuit` for n < 1.
    """
    require(n, 1, "ripple-carry adder")
    b = _two_numbers(n, random)
    lowest, carry = half_adder(b, 0, n)
    sums = [lowest]
    for i in range(1, n):
        place, carry = full_adder(b, i, n + i, carry)
        sums.append(place)
    return b.build([*sums, carry], [*numbered("s", n), "carry"])


def half_adder(b: Builder, first: Literal, second: Literal) -> tuple[Literal, Literal]:
    """Sum and carry of the lowest place."""
    return b.xor(first, second), b.and_(first, second)


def full_adder(
    b: Builder, first: Literal, second: Literal, carry: Literal
) -> tuple[Literal, Literal]:
    """Sum and carry of a place that a carry enters."""
    differ = b.xor(first, second)
    total = b.xor(differ, carry)
    return total, b.or_(b.and_(first, second), b.and_(differ, carry))


def kogge_stone_adder(n: int, random: RandomChoice = True) -> Circuit:
    """a + b with all carries by parallel prefix (Kogge and Stone 1973).

    Inputs a0..a(n-1), b0..b(n-1); outputs s0..s(n-1) and `carry`. For n >= 1: size
    `kogge_stone_size(n)`, of order 3 n log2 n; depth `kogge_stone_depth(n)`, at most
    2 ceil(log2 n) + 1. Raises `BadCircuit` for n < 1.
    """
    require(n, 1, "Kogge-Stone adder")
    b = _two_numbers(n, random)
    # carries[i]: a carry leaves place i, whatever enters below the block that was looked at;
    # passes[i]: a carry that enters that block leaves it. Blocks double in length each turn.
    places = [half_adder(b, i, n + i) for i in range(n)]
    differ = [place for place, _ in places]
    carries = [carry for _, carry in places]
    passes = list(differ)
    step = 1
    while step < n:
        carries, passes = (
            [
                carried(b, carries[i], passes[i], carries[i - step]) if i >= step else carries[i]
                for i in range(n)
            ],
            # A block that begins at place 0 is complete: nothing enters it any more.
            [
                passed(b, passes[i], passes[i - step]) if i >= 2 * step else passes[i]
                for i in range(n)
            ],
        )
        step *= 2
    sums = [differ[0], *(entered(b, differ[i], carries[i - 1]) for i in range(1, n))]
    return b.build([*sums, carries[-1]], [*numbered("s", n), "carry"])


def carried(b: Builder, carry: Literal, passes: Literal, below: Literal) -> Literal:
    """Whether a carry leaves a block that is lengthened by the one below."""
    return b.or_(carry, b.and_(passes, below))


def passed(b: Builder, passes: Literal, below: Literal) -> Literal:
    """Whether a carry that enters the lengthened block leaves it."""
    return b.and_(passes, below)


def entered(b: Builder, differ: Literal, carry: Literal) -> Literal:
    """The sum of a place that a carry enters."""
    return b.xor(differ, carry)


def kogge_stone_size(n: int) -> int:
    """5n - 1 + the sum over steps s = 1, 2, 4, ... < n of 2(n - s) + max(0, n - 2s).

    Two inputs, two first gates and one sum a place (the lowest sum is a first gate already); at
    step s, two gates for each place >= s and one more for each place >= 2s.
    """
    steps = [1 << j for j in range(ceil_log2(n))]
    return 5 * n - 1 + sum(2 * (n - step) + max(0, n - 2 * step) for step in steps)


def kogge_stone_depth(n: int) -> int:
    """max(c(n), c(n-1) + 1) for n >= 2 with c(m) = ceil(log2 m) + floor(log2 m) + 1; 1 for n = 1.

    c(m) is the layer of the carry out of the m lowest places: each doubling costs two gates, but
    the last costs one only if what it joins is not a whole power of two. The highest sum needs
    the carry out of n - 1 places and one gate more.
    """

    def carry_out(places: int) -> int:
        return ceil_log2(places) + places.bit_length()

    return 1 if n == 1 else max(carry_out(n), carry_out(n - 1) + 1)


def comparator(n: int, random: RandomChoice = True) -> Circuit:
    """Whether a < b, and whether a = b, by a balanced tree over the places.

    Inputs a0..a(n-1), b0..b(n-1); outputs `less` and `equal` (for n = 1 `equal` is a negated
    literal, else a gate). For n >= 1: size 7n - 3, depth 2 ceil(log2 n) + 1. Raises `BadCircuit`
    for n < 1.
    """
    require(n, 1, "comparator")
    b = _two_numbers(n, random)
    blocks = [compared_bits(b, i, n + i) for i in range(n)]
    while len(blocks) > 1:
        paired = [
            compared_blocks(b, blocks[i], blocks[i + 1]) for i in range(0, len(blocks) - 1, 2)
        ]
        blocks = paired + blocks[len(blocks) // 2 * 2 :]
    return b.build(blocks[0], ["less", "equal"])


Comparison = tuple[Literal, Literal]
"""Whether the first is less, and whether both are equal."""


def compared_bits(b: Builder, first: Literal, second: Literal) -> Comparison:
    """One place."""
    return b.and_(~first, second), ~b.xor(first, second)


def compared_blocks(b: Builder, low: Comparison, high: Comparison) -> Comparison:
    """Two blocks of places, from the comparison of each."""
    (low_less, low_equal), (high_less, high_equal) = low, high
    less = b.or_(high_less, b.and_(high_equal, low_less))
    return less, b.and_(high_equal, low_equal)
