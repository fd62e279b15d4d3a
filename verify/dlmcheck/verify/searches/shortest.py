"""The least L of a gate-for-gate scheme: counting, and a search through all schemes.

Two numbers are kept apart here: the least L of any scheme, by going through all of them, and what a
count of states leaves. For revision to any the count bounds every layer-by-layer simulation; in the
other edit models it bounds schemes only (`trajectories` has simulations that are shorter).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

from dlmcheck.model.constructions.remask import remasking_length
from dlmcheck.model.constructions.revise import revision_length
from dlmcheck.model.constructions.shorter import (
    growing_revision_length,
    split_remasking_length,
    ternary_revision_length,
)
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.searches.schemes import (
    Pattern,
    Scheme,
    followers,
    masked_by,
    overlap,
)

# --- counting ------------------------------------------------------------------------------


def most_layers(edits: Edits, width: int, length: int) -> int:
    """An upper bound on the layers 0..d of a scheme, exact for revision and for write-once.

    Revision to any: a layer takes at least 2^w of the states with w or more visible cells.
    Revision to tokens: the visible cells only grow, and with k of them there are 2^k states.
    Write-once: a layer takes w new cells. Remasking: two neighbouring layers share no value cell
    (a visible token does not change), and the states are those of revision to any.

    >>> [most_layers(edits, 1, 3) for edits in Edits]
    [3, 13, 7, 13]
    """
    if width < 1:
        raise BadInput(f"width {width}", source="scheme", expected="at least 1")
    if length < width:
        return 0
    if edits is Edits.WRITE_ONCE:
        return length // width
    if edits is Edits.REVISE_TOKEN:
        return int(2 ** (length - width + 1)) - 1
    if edits is Edits.REMASK and length < 2 * width:
        return 1
    return sum(comb(length, k) * 2 ** (k - width) for k in range(width, length + 1))


def counted_length(edits: Edits, width: int, depth: int) -> int:
    """The least L that `most_layers` leaves for layers 0..depth."""
    length = width
    while most_layers(edits, width, length) < depth + 1:
        length += 1
    return length


# --- search --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A scheme, or None after all were gone through; `visited` counts the partial schemes."""

    scheme: Scheme | None
    visited: int


def search(edits: Edits, width: int, depth: int, length: int, end: End) -> Answer:
    """Look for a scheme by going through all of them, layer by layer.

    Cells may be renamed and a constant symbol of one cell flipped everywhere, so that layer 0 is
    taken sorted, with no constant 1. Otherwise nothing is left out.

    Raises `BadInput` for width < 1, depth < 0 or length < 0.
    """
    if width < 1 or depth < 0 or length < 0:
        raise BadInput(f"w = {width}, d = {depth}, L = {length}", source="search")
    run = _Search(edits, width, depth, end)
    for middle, pattern in followers(edits, "M" * length, width):
        cells = list(zip(middle, pattern, strict=True))
        if cells != sorted(cells) or "1" in middle:
            continue
        found = run.extend([pattern], [middle])
        if found is not None:
            return Answer(found, run.visited)
    return Answer(None, run.visited)


class _Search:
    """Depth first, through all ways to add a layer."""

    def __init__(self, edits: Edits, width: int, depth: int, end: End) -> None:
        self.edits = edits
        self.width = width
        self.depth = depth
        self.end = end
        self.visited = 0

    def extend(self, patterns: list[Pattern], middles: list[Pattern]) -> Scheme | None:
        self.visited += 1
        if len(patterns) == self.depth + 1:
            return self._finish(patterns, middles)
        for middle, after in followers(self.edits, patterns[-1], self.width):
            if any(overlap(after, p) for p in patterns):
                continue
            if self.edits is Edits.REMASK and any(overlap(middle, m) for m in middles):
                continue
            found = self.extend([*patterns, after], [*middles, middle])
            if found is not None:
                return found
        return None

    def _finish(self, patterns: list[Pattern], middles: list[Pattern]) -> Scheme | None:
        last = patterns[-1]
        if self.end is End.WHOLE_STATE and "M" in last:
            return None
        # The last layer must stand in the last cells: rename them.
        order = [i for i, s in enumerate(last) if s != "*"]
        order += [i for i, s in enumerate(last) if s == "*"]

        def renamed(pattern: Pattern) -> Pattern:
            return "".join(pattern[i] for i in order)

        moved = tuple(map(renamed, patterns))
        if self.edits is not Edits.REMASK:
            return Scheme(self.edits, self.width, self.end, moved)
        for further in _standstills(last):
            if self._can_stand_still(patterns, middles, further):
                between = tuple(map(renamed, (*middles, further)))
                return Scheme(self.edits, self.width, self.end, moved, between)
        return None

    @staticmethod
    def _can_stand_still(patterns: list[Pattern], middles: list[Pattern], further: Pattern) -> bool:
        if any(overlap(further, m) for m in middles[:-1]):
            return False
        if not overlap(further, middles[-1]):
            return True
        stays = patterns[-1].replace("*", "?")
        return masked_by(middles[-1], patterns[-1]) == masked_by(further, stays)


def _standstills(last: Pattern) -> Iterator[Pattern]:
    """What the write may leave, after the last round, for G to turn back into the last layer."""
    for middle, after in followers(Edits.REMASK, last, 0):
        if after == last.replace("*", "?"):
            yield middle


# --- what is stated and built --------------------------------------------------------------


def stated_length(edits: Edits, width: int, depth: int) -> int:
    """L as Theorems 3.1 (N = w(d+1) nodes), 3.2 and 3.3 (either form of revision) state it."""
    if edits is Edits.WRITE_ONCE:
        return width * (depth + 1)
    if edits is Edits.REMASK:
        return remasking_length(width, depth)
    return revision_length(width, depth)


def built_length(edits: Edits, width: int, depth: int) -> int:
    """L of the shortest construction of `dlmcheck.model.constructions` (state-only, absorbing)."""
    if edits is Edits.WRITE_ONCE:
        return width * (depth + 1)
    if edits is Edits.REMASK:
        # Without a layer 1 there is no second bank.
        return split_remasking_length(width, width if depth else 0, depth)
    if edits is Edits.REVISE_TOKEN:
        return growing_revision_length(width, depth)
    return ternary_revision_length(width, depth)
