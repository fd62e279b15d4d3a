"""Schemes of least length for revision and write-once, for any width and depth, written down.

They meet the bound of `most_layers`, so that no search is needed: with revision to tokens the
visible cells grow one by one, with revision to any every set of w or more visible cells is used.
"""

from __future__ import annotations

from itertools import combinations, islice, product

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import REVISING, Edits, End
from dlmcheck.verify.searches.schemes import Pattern, Scheme
from dlmcheck.verify.searches.shortest import counted_length


def block_symbol(later: bool, due: bool) -> str:
    """What a block of cells shows at a layer: its own is later, due, or past."""
    if later:
        return "M"
    return "*" if due else "?"


def write_once_scheme(width: int, depth: int) -> Scheme:
    """The write-once scheme on w(d+1) cells: block b shows layer b, and keeps its values.

    >>> str(write_once_scheme(1, 2))
    '*MM ?*M ??*'

    Raises `BadInput` for width < 1 or depth < 0.
    """
    if width < 1 or depth < 0:
        raise BadInput(f"w = {width}, d = {depth}", source="scheme", expected="w >= 1, d >= 0")
    layers = range(depth + 1)
    patterns = tuple("".join(block_symbol(b > t, b == t) * width for b in layers) for t in layers)
    return Scheme(Edits.WRITE_ONCE, width, End.WHOLE_STATE, patterns)


def revision_scheme(edits: Edits, width: int, depth: int) -> Scheme:
    """The scheme with revision on `counted_length` cells; all of them are visible at the end.

    In each pattern the values stand in the last visible cells, constants in the others. Patterns
    with the same visible cells differ in a constant; others differ in a mask.

    >>> str(revision_scheme(Edits.REVISE_TOKEN, 1, 2))
    'M* 0* 1*'
    >>> str(revision_scheme(Edits.REVISE_ANY, 1, 3))
    '*M M* 0* 1*'

    Raises `BadInput` for edits that are no revision, width < 1 or depth < 0.
    """
    if edits not in REVISING or depth < 0:
        raise BadInput(f"{edits.value}, d = {depth}", source="scheme", expected="revision, d >= 0")
    length = counted_length(edits, width, depth)
    cells = range(length)
    patterns: list[Pattern] = []
    # Largest visible sets first; turned round below, so that a shorter run leaves out the start.
    for size in range(length, width - 1, -1):
        for visible in islice(
            combinations(reversed(cells), size), None if edits is Edits.REVISE_ANY else 1
        ):
            for constants in product("10", repeat=size - width):
                symbols = iter((*constants, *"*" * width))
                shown = {cell: next(symbols) for cell in sorted(visible)}
                patterns.append("".join(shown.get(cell, "M") for cell in cells))
    chosen = tuple(reversed(patterns[: depth + 1]))
    return Scheme(edits, width, End.WHOLE_STATE, chosen)
