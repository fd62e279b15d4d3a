"""The gates of a binary AIGER file, all at once.

Source: Biere, "The AIGER And-Inverter Graph (AIG) Format Version 20071012", Johannes Kepler
University Linz. Gate j defines the variable I + 1 + j and is written as two differences, its
literal less its first argument and that less the second, seven bits a byte and low ones first. So
gates stand in topological order, and variables are nodes but for the constant.

Whatever is not as it should be is left to the reader in `aiger`, which knows what to say of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from dlmcheck.spec.circuit import Gate, Literal, Op

_MOST_BITS = 63
Pair = tuple[int, int]
"""The arguments of a gate, by the literals of the file."""


def read_pairs(content: bytes, at: int, inputs: int, ands: int) -> tuple[list[Pair], int] | None:
    """The arguments of the gates that begin at a place, and where they end; None if any is wrong.

    >>> read_pairs(bytes([2, 1, 3, 0]), 0, 2, 2)
    ([(4, 3), (5, 5)], 4)
    """
    found = _numbers(content, at, 2 * ands)
    if found is None:
        return None
    numbers, end = found
    pairs: list[Pair] = []
    left = 2 * (inputs + 1)
    for down, further in zip(numbers[::2], numbers[1::2], strict=True):
        first = left - down
        if down < 1 or not first - further >= 0:
            return None
        pairs.append((first, first - further))
        left += 2
    return pairs, end


def _numbers(content: bytes, at: int, count: int) -> tuple[list[int], int] | None:
    found: list[int] = []
    value = shift = 0
    for end, byte in enumerate(memoryview(content)[at:], start=at + 1):
        if len(found) == count:
            return found, end - 1
        if byte < 0x80:
            found.append(value | byte << shift)
            value = shift = 0
        else:
            value |= (byte & 0x7F) << shift
            shift += 7
            if shift > _MOST_BITS:
                return None
    return (found, len(content)) if len(found) == count and not shift else None


def connect_pairs(
    inputs: int, pairs: Sequence[Pair], outputs: Sequence[int]
) -> tuple[tuple[Gate, ...], tuple[Literal, ...]]:
    """Gates and outputs as literals of the circuit; the constant is a gate if something reads it.

    >>> gates, outputs = connect_pairs(2, [(4, 3)], [7, 0])
    >>> [gate.args for gate in gates], outputs
    ([(), (1, -1)], (-4, 2))
    """
    read = min(min(map(min, pairs), default=2), min(outputs, default=2))
    constant = read < 2
    # Literals of the file in order: 0, 1, those of the inputs, those of the gates.
    first = inputs + constant
    nodes = chain([inputs], range(inputs), range(first, first + len(pairs)))
    literal = [either for node in nodes for either in (node, ~node)]
    gates = [Gate(Op.CONST0)] if constant else []
    op = Op.AND
    gates += [Gate(op, (literal[one], literal[other])) for one, other in pairs]
    return tuple(gates), tuple([literal[output] for output in outputs])
