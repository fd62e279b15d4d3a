"""Circuits that move bits by an address: multiplexer, decoder, barrel shifter.

Addresses are little-endian: s0 is the lowest bit.
"""

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


def multiplexer(k: int, random: RandomChoice = True) -> Circuit:
    """One of 2^k bits, chosen by an address of k bits.

    Inputs d0..d(2^k - 1), then s0..s(k-1); output `chosen` = d(s). For k >= 0: size
    2^k + k + 3 (2^k - 1), depth 2k. Raises `BadCircuit` for k < 0.
    """
    require(k, 0, "multiplexer")
    count = 2**k
    b = Builder(named_inputs([*numbered("d", count), *numbered("s", k)], random))
    left: list[Literal] = list(range(count))
    for place in range(k):
        select = count + place
        left = [selected(b, select, left[i + 1], left[i]) for i in range(0, len(left), 2)]
    return b.build(left, ["chosen"])


def selected(b: Builder, select: Literal, one: Literal, zero: Literal) -> Literal:
    """One of two bits, by a bit of the address: one cell of multiplexer and shifter."""
    return b.mux(select, one, zero)


def decoder(k: int, random: RandomChoice = True) -> Circuit:
    """The one-hot code of an address: with fair address bits, the uniform one-hot law.

    Inputs s0..s(k-1); outputs h0..h(2^k - 1), where h(i) = [s = i] is one AND gate of fan-in k
    (unbounded fan-in: AC0, not NC0). For k >= 1: size 2^k + k, depth 1, fan-in k. Raises
    `BadCircuit` for k < 1.
    """
    require(k, 1, "decoder")
    b = Builder(named_inputs(numbered("s", k), random))
    hot = [
        b.and_(*(place if i >> place & 1 else ~place for place in range(k))) for i in range(2**k)
    ]
    return b.build(hot, numbered("h", 2**k))


def barrel_shifter(n: int, random: RandomChoice = True) -> Circuit:
    """n bits, rotated upwards by an address: output (i + s) mod n is input i.

    Any n >= 1, a power of two or not. Inputs x0..x(n-1), then s0..s(k-1) with k = ceil(log2 n)
    (so s may exceed n - 1, and is taken mod n); outputs y0..y(n-1). Size n + k + 3nk, depth 2k.
    Raises `BadCircuit` for n < 1.
    """
    require(n, 1, "barrel shifter")
    k = ceil_log2(n)
    b = Builder(named_inputs([*numbered("x", n), *numbered("s", k)], random))
    row: list[Literal] = list(range(n))
    for place in range(k):
        row = [selected(b, n + place, row[(i - (1 << place)) % n], row[i]) for i in range(n)]
    return b.build(row, numbered("y", n))
