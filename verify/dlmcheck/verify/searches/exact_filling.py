"""Weights to be placed so that every place holds exactly as much: a seeded local search.

It finds placements and decides nothing: what it returns is to be added up by whoever uses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

STEPS, STEPS_EACH = 4_000, 10
"""So many moves and swaps are tried, and so many more for each item."""

Item = tuple[int, Sequence[int]]
"""A weight, and the places where it may go."""

_Change = tuple[int, int, int | None]
"""An item, its new place, and the item that comes back for it."""


def fill(
    items: Sequence[Item],
    places: list[int],
    target: int,
    fixed: Mapping[int, int],
    random: Random,
) -> bool:
    """Change `places` (one for each item) until each place holds `target`; False if that fails.

    `fixed` are weights that stand at a place for good. Places that no item may go to are not
    looked at.
    """
    return _Filling(items, places, target, fixed, random).done()


class _Filling:
    def __init__(
        self,
        items: Sequence[Item],
        places: list[int],
        target: int,
        fixed: Mapping[int, int],
        random: Random,
    ) -> None:
        self.items, self.places, self.target, self.random = items, places, target, random
        self.allowed = [frozenset(open_to) for _, open_to in items]
        every = sorted({place for _, open_to in items for place in open_to})
        self.load = {place: fixed.get(place, 0) for place in every}
        self.held: dict[int, dict[int, None]] = {place: {} for place in every}
        for item, place in enumerate(places):
            self.load[place] += items[item][0]
            self.held[place][item] = None
        self.wrong = [place for place in every if self.load[place] != target]
        self.index = {place: at for at, place in enumerate(self.wrong)}

    def done(self) -> bool:
        """See `fill`."""
        for _ in range(STEPS + STEPS_EACH * len(self.items)):
            if not self.wrong:
                return True
            change = self._choose(self.wrong[self.random.randrange(len(self.wrong))])
            if change is not None:
                self._make(change)
        return not self.wrong

    def _choose(self, place: int) -> _Change | None:
        """The change of this place that helps most; sometimes one that only mixes."""
        off = self.load[place] - self.target
        best: list[_Change] = []
        gain: int | None = None
        mixing: list[_Change] = []
        for item in self.held[place]:
            weight, open_to = self.items[item]
            for other in open_to:
                if other == place:
                    continue
                there = self.load[other] - self.target
                now = abs(off) + abs(there)
                worse = abs(off - weight) + abs(there + weight) - now
                if gain is None or worse < gain:
                    gain, best = worse, [(item, other, None)]
                elif worse == gain:
                    best.append((item, other, None))
                for back in self.held[other]:
                    less = weight - self.items[back][0]
                    if less and (less > 0) != (off > 0):
                        continue
                    if place not in self.allowed[back]:
                        continue
                    if not less:
                        mixing.append((item, other, back))
                        continue
                    worse = abs(off - less) + abs(there + less) - now
                    if worse < gain:
                        gain, best = worse, [(item, other, back)]
                    elif worse == gain:
                        best.append((item, other, back))
        if mixing and (gain is None or gain >= 0) and self.random.random() < 0.3:
            best = mixing
        elif gain is None or (gain > 0 and self.random.random() < 0.7):
            return None
        return best[self.random.randrange(len(best))]

    def _make(self, change: _Change) -> None:
        item, new, back = change
        old, weight = self.places[item], self.items[item][0]
        del self.held[old][item]
        self.held[new][item] = None
        self.places[item] = new
        if back is not None:
            del self.held[new][back]
            self.held[old][back] = None
            self.places[back] = old
            weight -= self.items[back][0]
        self.load[old] -= weight
        self.load[new] += weight
        for place in (old, new):
            if (self.load[place] != self.target) != (place in self.index):
                self._turn(place)

    def _turn(self, place: int) -> None:
        """A place becomes wrong, or right."""
        if place not in self.index:
            self.index[place] = len(self.wrong)
            self.wrong.append(place)
            return
        at, moved = self.index.pop(place), self.wrong.pop()
        if moved != place:
            self.wrong[at], self.index[moved] = moved, at
