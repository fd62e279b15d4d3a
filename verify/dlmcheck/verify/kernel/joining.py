"""ORs of ORs as one gate, so that a choice between many layers is one gate of a schedule's circuit.

A cell's token is an OR of "this layer is due, and this is its value" over all layers, which the
schedule's circuit has as a tree of small gates. As one gate it can remember which of its terms
are switched off (`folding`), however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from dlmcheck.spec.circuit import Literal


def join_ors(
    args: list[tuple[Literal, ...]], is_or: Sequence[int], outputs: Sequence[Literal]
) -> None:
    """Make an OR that nobody but another OR reads a part of that one.

    `args` are those of the negation of an OR, a conjunction.
    """
    ors = [node for node, it_is in enumerate(is_or) if it_is]
    below = [~arg for node in ors for arg in args[node] if arg < 0 and is_or[~arg]]
    if not below:
        return
    read, again = bytearray(len(args)), bytearray(len(args))
    for of in chain(args, [outputs]):
        for arg in of:
            node = arg if arg >= 0 else ~arg
            again[node] |= read[node]
            read[node] = 1
    part = {node for node in below if not again[node]}
    joined: dict[int, list[Literal]] = {}
    for node in ors:
        of = args[node]
        lists = [
            joined.pop(~arg) if ~arg in joined else [*args[~arg]] for arg in of if ~arg in part
        ]
        if lists:
            longest = max(lists, key=len)
            for one in lists:
                if one is not longest:
                    longest += one
            longest += [arg for arg in of if ~arg not in part]
            joined[node] = longest
    for node in part:
        args[node] = ()
    for node, of in joined.items():
        args[node] = tuple(of)
