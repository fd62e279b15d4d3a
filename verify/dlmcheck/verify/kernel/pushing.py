"""One phase of a round on the law of states: cells are drawn one after the other.

In a state every cell has a row, the law of what it shows next, and given the state cells are
independent. For what is still to come of a state only its list of rows counts: states with equal
lists are one class. A state is a text of the characters 0, 1 and M, one for each cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import compress
from operator import itemgetter

from dlmcheck.spec.tokens import MASK, show_state
from dlmcheck.verify.kernel.results import BeyondLimits

MOST_WEIGHTS = 1 << 26
"""With more weights at once a law is refused: nobody would wait for the answer."""

ROW = 32
"""Bits for the number of a row: a cell has fewer rows than this, by the limits of `state_laws`."""

TOKENS = (0, 1, MASK)
TOKEN_OF = {show_state((token,)): token for token in TOKENS}
Row = tuple[int, int, int]
"""How many settings of the own coins make a cell show 0, 1 and M."""
Weights = dict[str, int]


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


def pushed(law: Weights, sites: Sequence[Site]) -> Weights:
    """Draw the cells one after the other.

    A class is a list of rows, those of the cells from some place on; `after[c]` is the class that
    is left of class c without its first row, `first[c]`. For each class there are weights, one
    for each string of tokens drawn so far: slots of `width` bytes in one long number, wide enough
    for the sum of all weights, so that no slot runs over into the next.
    """
    if not sites:
        return law
    total = sum(law.values()) << sum(site.coins for site in sites)
    width = total.bit_length() // 8 + 1
    classes, steps = _classes(list(law), sites[::-1])
    held = [0] * (max(classes) + 1)
    for number, weight in zip(classes, law.values(), strict=True):
        held[number] += weight
    strings = [""]
    for site, after, first in reversed(steps):
        if len(TOKENS) * len(strings) * (max(after) + 1) > MOST_WEIGHTS:
            raise BeyondLimits(f"more than {MOST_WEIGHTS} weights at once")
        held = _drawn(held, list(site.rows), after, first, 8 * width * len(strings))
        strings = [drawn + token for token in TOKEN_OF for drawn in strings]
        strings, held = _alive(strings, held, width)
    place = {site.cell: k for k, site in enumerate(sites)}
    cells = _arranged(strings, [place[cell] for cell in range(len(sites))])
    octets = held[0].to_bytes(width * len(strings), "little")
    weights = [
        int.from_bytes(octets[k : k + width], "little") for k in range(0, len(octets), width)
    ]
    return dict(zip(cells, weights, strict=True))


def _classes(
    states: Sequence[str], behind: Sequence[Site]
) -> tuple[list[int], list[tuple[Site, list[int], list[int]]]]:
    """The class of each state, the rows of all cells; and the steps that lead there from behind.

    The rows of the sites up to some place depend on what these read, with `order` on the first
    `ends` cells: states that agree there are looked at once.
    """
    order = list(dict.fromkeys(cell for site in behind for cell in site.reads))
    read: set[int] = set()
    ends = [len(read := read | set(site.reads)) for site in behind]
    levels = [_arranged(states, order)]
    for end in reversed(ends[:-1]):
        known = levels[-1]
        shorter = end < len(known[0])
        levels.append(list(dict.fromkeys([s[:end] for s in known])) if shorter else known)
    steps: list[tuple[Site, list[int], list[int]]] = []
    classes, before = {"": 0}, 0
    found: list[int] = []
    for site, end, level in zip(behind, ends, reversed(levels), strict=True):
        row = site.reader(order)
        numbers: dict[int, int] = {}  # of class and row, in one number: pairs would be many objects
        number = numbers.setdefault
        found = [number(classes[s[:before]] << ROW | row(s), len(numbers)) for s in level]
        rows = (1 << ROW) - 1
        steps.append((site, [key >> ROW for key in numbers], [key & rows for key in numbers]))
        classes, before = dict(zip(level, found, strict=True)), end
    return found, steps


def _arranged(states: Sequence[str], order: Sequence[int]) -> list[str]:
    """States with their cells in another order."""
    if len(order) == 1:
        return list(states)
    pick = itemgetter(*order)
    return ["".join(pick(state)) for state in states]


def _drawn(
    held: Sequence[int], rows: Sequence[Row], after: Sequence[int], first: Sequence[int], bits: int
) -> list[int]:
    """Draw one cell: the weights of class c go to class `after[c]`, once for each token."""
    drawn = tuple([0] * (max(after) + 1) for _ in TOKENS)
    for weights, goes, row in zip(held, after, first, strict=True):
        for target, count in zip(drawn, rows[row], strict=True):
            if count:
                target[goes] += count * weights
    return [zero | one << bits | mask << 2 * bits for zero, one, mask in zip(*drawn, strict=True)]


def _alive(strings: list[str], held: list[int], width: int) -> tuple[list[str], list[int]]:
    """Without the strings that nothing leads to, or else there would be 3^L of few states."""
    size = width * len(strings)
    octets = reduce(int.__or__, held).to_bytes(size, "little")
    none = bytes(width)
    keep = [octets[k : k + width] != none for k in range(0, size, width)]
    if all(keep):
        return strings, held
    kept: list[int] = []
    for weights in held:
        octets = weights.to_bytes(size, "little")
        slots = [octets[k : k + width] for k in range(0, size, width)]
        kept.append(int.from_bytes(b"".join(compress(slots, keep)), "little"))
    return list(compress(strings, keep)), kept
