"""Least rounds of targets with few strings, over any vocabulary: events instead of 3^n states.

Setting: `dlmcheck.spec.rounds`. The number of rounds left depends only on the law of the open
cells given the event of the state (those whose token is not certain), and not on the names of
cells and tokens. So events are merged whose laws are equal after a renaming, which is found by
sorting (`Events.renamed`); the renaming itself shows that the merging is right. One-hot of length
n has n such laws, against 3^n states.

The search deepens: first one round, then two, and so on. It counts the sets it looks at and gives
up at a limit; what it has found until then are bounds.
"""

from __future__ import annotations

from collections.abc import Iterator

from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel.partial_events import Event, Events, Key, independent_sets

DEFAULT_LIMIT = 200_000


class GaveUp(Exception):
    """The limit on the number of sets looked at was reached."""


class Residuals:
    """The search for one target. `limit` is the number of sets that may be looked at."""

    def __init__(
        self,
        target: Law[State],
        reals: Reals = Reals.UNRESTRICTED,
        limit: int = DEFAULT_LIMIT,
    ) -> None:
        self.events = Events(target)
        self.reals = reals
        self.looked = 0
        self._limit = limit
        self._least: dict[Key, int] = {}
        self._most: dict[Key, int] = {}
        self._keys: dict[Event, Key] = {}

    def key(self, event: Event) -> Key:
        """The law of the open cells up to names."""
        found = self._keys.get(event)
        if found is None:
            found = self._keys[event] = self.events.renamed(event)
        return found

    def at_least(self, event: Event) -> int:
        """The best lower bound found so far."""
        if self._all_writable(event, self.events.open_cells(event)):
            return 1
        return self._least.get(self.key(event), 2)

    def usable(self, event: Event) -> list[int]:
        """The open cells that may be written at all."""
        cells = self.events.open_cells(event)
        if self.reals is Reals.UNRESTRICTED:
            return list(cells)
        return [cell for cell in cells if self.events.is_dyadic(event, cell)]

    def attains(self, event: Event, rounds: int) -> bool:
        """Whether everything can be written within this number of rounds (at least 1).

        Raises `GaveUp` at the limit.
        """
        cells = self.events.open_cells(event)
        # Asked first, as it is cheaper than a renaming.
        if self._all_writable(event, cells):
            return True
        if rounds == 1:
            return False
        key = self.key(event)
        if self._least.get(key, 2) > rounds:
            return False
        if self._most.get(key, rounds + 1) <= rounds:
            return True
        if self.set_for(event, rounds) is None:
            self._least[key] = max(rounds + 1, self._least.get(key, 1))
            return False
        self._most[key] = min(rounds, self._most.get(key, rounds))
        return True

    def set_for(self, event: Event, rounds: int) -> tuple[int, ...] | None:
        """Open cells to write first so that everything is written within `rounds`, or None."""
        cells = self.events.open_cells(event)
        if self._all_writable(event, cells):
            return cells
        if rounds == 1:
            return None
        for chosen, parts in self._candidates(event, self.usable(event)):
            self.looked += 1
            if self.looked > self._limit:
                raise GaveUp
            if all(self.attains(part, rounds - 1) for part in sorted(parts, reverse=True)):
                return chosen
        return None

    def _all_writable(self, event: Event, cells: tuple[int, ...]) -> bool:
        return len(self.usable(event)) == len(cells) and self.events.is_independent(event, cells)

    def _candidates(
        self, event: Event, usable: list[int]
    ) -> Iterator[tuple[tuple[int, ...], list[Event]]]:
        """Sets that may be written: a large one first, then all of them."""
        yield from self.greedy(event, usable)
        yield from independent_sets(self.events, event, usable)

    def greedy(
        self, event: Event, usable: list[int]
    ) -> Iterator[tuple[tuple[int, ...], list[Event]]]:
        """At most one set to which no further cell in order can be added."""
        chosen: tuple[int, ...] = ()
        for cell in usable:
            if self.events.is_independent(event, (*chosen, cell)):
                chosen = (*chosen, cell)
        if chosen:
            yield chosen, [part for _, part in self.events.parts(event, chosen)]

    def rounds_from(self, event: Event) -> int | None:
        """The least number of rounds; None if no number is enough. Raises `GaveUp`.

        More rounds than there are open cells are never needed (but one where none is open).
        """
        last = max(1, len(self.events.open_cells(event)))
        for rounds in range(1, last + 1):
            if self.attains(event, rounds):
                return rounds
        return None
