"""Weights of many states in few long numbers.

A state is a text of the characters 0, 1 and M, one for each cell. Some cells are in front: for
each string that they show there is one number. The others are in the back: that number has a slot
for each string that these show. Whoever draws cells in front adds and multiplies the weights for
all strings in the back in one operation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from struct import unpack

Weights = dict[str, int]


@dataclass(frozen=True)
class Packed:
    """Weights of states, many in one number: for each string of the cells in `front` a number
    with a slot of `width` bytes for each of `strings`, those of the cells in `back`.

    The weights sum to `total`, and a slot is wide enough for it: no slot runs over into the next.
    Every number has a weight that is not zero, and so has every string.
    """

    front: tuple[int, ...]
    back: tuple[int, ...]
    strings: list[str]
    held: Weights
    total: int
    width: int

    @staticmethod
    def of(weights: Weights) -> Packed:
        """Weights by states, positive ones."""
        cells = tuple(range(len(next(iter(weights)))))
        total = sum(weights.values())
        return Packed(cells, (), [""], weights, total, _width(total))

    def slots(self, number: int) -> tuple[bytes, ...]:
        """The weights for all strings."""
        size = self.width * len(self.strings)
        return unpack(f"{self.width}s" * len(self.strings), number.to_bytes(size, "little"))

    def packed(self, weights: Weights) -> int:
        """The number for weights by strings of the back: `slots` the other way round."""
        found = [weights.get(string, 0).to_bytes(self.width, "little") for string in self.strings]
        return int.from_bytes(b"".join(found), "little")

    def states(self) -> int:
        """How many states have a weight that is not zero."""
        if not self.back:
            return len(self.held)
        none, each = bytes(self.width), len(self.strings)
        return sum(each - self.slots(number).count(none) for number in self.held.values())

    def shown(self) -> dict[int, set[str]]:
        """What each cell shows in some state."""
        found: dict[int, set[str]] = {}
        for cells, strings in (self.front, self.held), (self.back, self.strings):
            text = "".join(strings)
            found |= {cell: set(text[k :: len(cells)]) for k, cell in enumerate(cells)}
        return found

    def onto(self, cells: Sequence[int]) -> Weights:
        """The weights of what some cells show."""
        back = set(self.back)
        ahead = [cell for cell in cells if cell not in back]
        behind = [cell for cell in cells if cell in back]
        numbers: Weights = {}
        strings = picked(self.held, self.front, ahead)
        for string, number in zip(strings, self.held.values(), strict=True):
            numbers[string] = numbers.get(string, 0) + number
        found: Weights = {}
        others = picked(self.strings, self.back, behind)
        for string, number in numbers.items():
            for other, slot in zip(others, self.slots(number), strict=True):
                weight = int.from_bytes(slot, "little")
                if weight:
                    found[string + other] = found.get(string + other, 0) + weight
        return dict(zip(picked(found, [*ahead, *behind], cells), found.values(), strict=True))

    def regrouped(self, needed: Collection[int], total: int) -> Packed:
        """What is in the back comes to the front, what is in front and not needed to the back.

        Slots become as wide as another total needs.
        """
        stays = tuple([cell for cell in self.front if cell in needed])
        goes = tuple([cell for cell in self.front if cell not in needed])
        if not self.back and not goes:
            return replace(self, total=total, width=_width(total))
        parts: dict[str, dict[str, int]] = {}
        strings = picked(self.held, self.front, goes)
        for string, moved, number in zip(
            picked(self.held, self.front, stays), strings, self.held.values(), strict=True
        ):
            parts.setdefault(string, {})[moved] = number
        strings = list(dict.fromkeys(strings))
        wider = bytes(_width(total) - self.width)
        held: Weights = {}
        for string, part in parts.items():
            rows = [self.slots(part.get(moved, 0)) for moved in strings]
            for other, column in zip(self.strings, zip(*rows, strict=True), strict=True):
                number = int.from_bytes(wider.join(column), "little")
                if number:
                    held[string + other] = number
        return Packed(stays + self.back, goes, strings, held, total, _width(total))


def picked(states: Iterable[str], order: Sequence[int], cells: Sequence[int]) -> list[str]:
    """What some cells show, in states whose cells come in this order."""
    if not cells:
        return ["" for _ in states]
    if list(cells) == list(order):
        return list(states)
    place = {cell: k for k, cell in enumerate(order)}
    pick = itemgetter(*[place[cell] for cell in cells])
    return ["".join(pick(state)) for state in states]


def _width(total: int) -> int:
    """Bytes of a slot."""
    return total.bit_length() // 8 + 1
