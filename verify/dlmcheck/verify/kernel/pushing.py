"""One phase of a round on the law of states: cells are drawn one after the other.

In a state every cell has a row, the law of what it shows next, and given the state cells are
independent. For what is still to come of a state only its list of rows counts: states with equal
lists are one class. A state is a text of the characters 0, 1 and M, one for each cell.

Where rows depend on few cells, a phase is gone through in two blocks: while the cells of one are
drawn nobody looks at what the others alone read, and long numbers hold the weights for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from dlmcheck.spec.tokens import MASK, show_state
from dlmcheck.verify.kernel.packed_laws import Packed, Weights, picked
from dlmcheck.verify.kernel.results import BeyondLimits

SPARE = 2
"""A phase is gone through in two blocks if so few cells more than there are have to be held."""
MOST_WEIGHTS = 1 << 26
"""With more weights at once a law is refused: nobody would wait for the answer."""
MANY = 81
"""Strings of tokens that nearly all classes have are held in one number if both are so many."""
ALONE = 6
"""A number takes the room of so many slots besides those that it has."""

ROW = 32
"""Bits for the number of a row: a cell has fewer rows than this, by the limits of `state_laws`."""

TOKENS = (0, 1, MASK)
TOKEN_OF = {show_state((token,)): token for token in TOKENS}
Row = tuple[int, int, int]
"""How many settings of the own coins make a cell show 0, 1 and M."""


@dataclass
class Site:
    """The rows of one cell; `law` computes the one for what the cells in `reads` show."""

    cell: int
    reads: tuple[int, ...]
    coins: int
    law: Callable[[Mapping[int, int]], Row]
    rows: dict[Row, int] = field(default_factory=dict[Row, int])
    known: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])

    def reader(self, order: Sequence[int]) -> Callable[[str], int]:
        """A function: the number of the row that a state has, whose cells come in this order."""
        pick = itemgetter(*[order.index(cell) for cell in self.reads])
        known = self.known

        def row(state: str) -> int:
            read = pick(state)  # one character, or several in a tuple
            number = known.get(read)
            if number is None:
                found = self.law({i: TOKEN_OF[c] for i, c in zip(self.reads, read, strict=True)})
                number = known[read] = self.rows.setdefault(found, len(self.rows))
            return number

        return row


def in_order(sites: Sequence[Site]) -> list[Site]:
    """Any order is right; in this one, from behind, a cell reads few cells for the first time."""
    left, behind = list(sites), list[Site]()
    read: set[int] = set()
    while left:
        chosen = min(left, key=lambda site: (len(set(site.reads) - read), -site.cell))
        left.remove(chosen)
        behind.append(chosen)
        read.update(chosen.reads)
    return behind[::-1]


def pushed(law: Packed, sites: Sequence[Site]) -> Packed:
    """Draw the cells one after the other. Raises `BeyondLimits` if weights are too many."""
    blocks = _in_blocks(law, sites)
    try:
        return through(law, blocks)
    except BeyondLimits:
        if len(blocks) == 1:
            raise
        return through(law, [sites])


def _in_blocks(law: Packed, sites: Sequence[Site]) -> list[Sequence[Site]]:
    """Two blocks in which fewer cells are read than there are; one, if there are none."""
    best, place = len(sites), 0
    first, second = _numbers_read(sites), _numbers_read(sites[::-1])[::-1]
    for k in range(1, len(sites)):
        # Between the blocks there are weights for what the first shows and the second reads.
        if k + second[k] <= len(sites) + SPARE and max(first[k - 1], second[k]) < best:
            best, place = max(first[k - 1], second[k]), k
    if place:
        needed = _read(sites[:place])
        stays = set(picked(law.held, law.front, [c for c in law.front if c in needed]))
        goes = set(picked(law.held, law.front, [c for c in law.front if c not in needed]))
        if len(stays) * len(goes) <= 2 * len(law.held):
            return [sites[:place], sites[place:]]
    return [sites]


def _numbers_read(sites: Sequence[Site]) -> list[int]:
    """How many cells the sites up to each one read."""
    read: set[int] = set()
    found: list[int] = []
    for site in sites:
        read.update(site.reads)
        found.append(len(read))
    return found


def _read(sites: Iterable[Site]) -> frozenset[int]:
    return frozenset(cell for site in sites for cell in site.reads)


def through(law: Packed, blocks: Sequence[Sequence[Site]]) -> Packed:
    """Draw block after block; a cell that has been drawn is called ~cell until all are."""
    total = law.total << sum(site.coins for block in blocks for site in block)
    for k, block in enumerate(blocks):
        later = _read(site for other in blocks[k + 1 :] for site in other)
        law = _block_drawn(law.regrouped(_read(block), total), block, later)
    front, back = (tuple([~cell for cell in cells]) for cells in (law.front, law.back))
    return replace(law, front=front, back=back)


def _block_drawn(law: Packed, sites: Sequence[Site], later: Collection[int]) -> Packed:
    """Draw some cells; what they read is forgotten, but for what is read later.

    A class is a list of rows, those of the cells from some place on, and what the cells to be read
    later show; `after[c]` is the class that is left of class c without its first row, `first[c]`.
    For each class there are weights by the tokens drawn so far, for all strings in the back in one
    number.
    """
    keeps = [cell for cell in law.front if cell in later]
    left, classes, steps = _classes(law.held, law.front, keeps, sites[::-1])
    held: list[Weights] = [{} for _ in range(max(classes) + 1)]
    for number, weights in zip(classes, law.held.values(), strict=True):
        held[number][""] = held[number].get("", 0) + weights
    drawn: list[int] = []
    for site, after, first in reversed(steps):
        if not law.back and len(held) >= MANY and 2 * sum(map(len, held)) >= MANY * len(held):
            strings = list(dict.fromkeys([string for weights in held for string in weights]))
            if 2 * sum(map(len, held)) >= len(strings) * len(held):
                # Nearly all classes have nearly all of them: from here on they are carried along.
                law = replace(law, back=tuple(drawn), strings=strings)
                held = [{"": law.packed(weights)} for weights in held]
                drawn = []
        held = _cell_drawn(held, list(site.rows), after, first)
        drawn.append(~site.cell)
        if sum(map(len, held)) * (ALONE + len(law.strings)) > MOST_WEIGHTS:
            raise BeyondLimits(f"more than {MOST_WEIGHTS} weights at once")
    found = {
        kept + shown: weights
        for kept, weights_of in zip(left, held, strict=True)
        for shown, weights in weights_of.items()
    }
    return replace(law, front=(*keeps, *drawn), held=found)


def _classes(
    states: Iterable[str], cells: Sequence[int], keeps: Sequence[int], behind: Sequence[Site]
) -> tuple[list[str], list[int], list[tuple[Site, list[int], list[int]]]]:
    """What the cells in `keeps` show, a class each if all rows are gone; the class of each state;
    and the steps that lead there from behind.

    The rows of the sites up to some place depend on what these read, with `order` on the first
    `ends` cells: states that agree there are looked at once.
    """
    order = list(dict.fromkeys([*keeps, *[cell for site in behind for cell in site.reads]]))
    read = set(keeps)
    ends = [len(keeps), *[len(read := read | set(site.reads)) for site in behind]]
    levels = [picked(states, cells, order)]
    for end in reversed(ends[:-1]):
        known = levels[-1]
        shorter = end < len(known[0])
        levels.append(list(dict.fromkeys([s[:end] for s in known])) if shorter else known)
    left = levels.pop()
    steps: list[tuple[Site, list[int], list[int]]] = []
    classes, before = {kept: number for number, kept in enumerate(left)}, ends[0]
    found: list[int] = []
    for site, end, level in zip(behind, ends[1:], reversed(levels), strict=True):
        row = site.reader(order)
        numbers: dict[int, int] = {}  # of class and row, in one number: pairs would be many objects
        number = numbers.setdefault
        found = [number(classes[s[:before]] << ROW | row(s), len(numbers)) for s in level]
        rows = (1 << ROW) - 1
        steps.append((site, [key >> ROW for key in numbers], [key & rows for key in numbers]))
        classes, before = dict(zip(level, found, strict=True)), end
    return left, found, steps


def _cell_drawn(
    held: Sequence[Weights], rows: Sequence[Row], after: Sequence[int], first: Sequence[int]
) -> list[Weights]:
    """Draw one cell: the weights of class c go to class `after[c]`, once for each token."""
    drawn: list[Weights] = [{} for _ in range(max(after) + 1)]
    for weights, goes, row in zip(held, after, first, strict=True):
        target = drawn[goes]
        for token, count in zip(TOKEN_OF, rows[row], strict=True):
            if count == 0:
                continue
            for string, weight in weights.items():
                longer = string + token
                part = weight if count == 1 else count * weight
                target[longer] = target[longer] + part if longer in target else part
    return drawn
