"""Fixed schedules of targets with few strings, over any vocabulary, with a limit on the work.

Setting: `dlmcheck.spec.rounds`. A set may be written after the cells of S are visible if its
tokens are independent given all possible tokens of S. The search goes from the start through the
sets of cells that can become visible at all.
"""

from __future__ import annotations

from dlmcheck.spec.lattice import Reals
from dlmcheck.verify.kernel.partial_events import Event, Events
from dlmcheck.verify.rounds.residuals import GaveUp


class FixedSchedules:
    """The search for one target; `limit` is the number of tests of independence it may make."""

    def __init__(self, events: Events, reals: Reals, limit: int) -> None:
        self.events = events
        self.reals = reals
        self.never = events.length + 1
        self._tests = limit
        self._best: dict[int, tuple[int, int]] = {}

    def rounds_after(self, visible: int) -> int:
        """The least number of rounds left; n + 1 if no number is enough. Raises `GaveUp`."""
        return self._solve(visible)[0]

    def first_after(self, visible: int) -> int:
        """The set, as bits, that an optimal schedule writes next."""
        return self._solve(visible)[1]

    def _solve(self, visible: int) -> tuple[int, int]:
        if visible == (1 << self.events.length) - 1:
            return 0, 0
        if visible not in self._best:
            seen = [cell for cell in range(self.events.length) if visible >> cell & 1]
            outcomes = [part for _, part in self.events.parts(self.events.everything, seen)]
            ways = [(self.never, 0)]
            for chosen in self._sets(visible, outcomes):
                ways.append((1 + min(self.never - 1, self.rounds_after(visible | chosen)), chosen))
            self._best[visible] = min(ways)
        return self._best[visible]

    def _sets(self, visible: int, outcomes: list[Event]) -> list[int]:
        """All sets that may be written, as bits."""
        rest = [cell for cell in range(self.events.length) if not visible >> cell & 1]
        found: list[int] = []
        level: list[tuple[int, ...]] = [()]
        while level:
            longer = [
                (*chosen, cell)
                for chosen in level
                for cell in rest
                if (not chosen or cell > chosen[-1]) and self._may((*chosen, cell), outcomes)
            ]
            found += [sum(1 << cell for cell in chosen) for chosen in longer]
            level = longer
        return found

    def _may(self, cells: tuple[int, ...], outcomes: list[Event]) -> bool:
        for event in outcomes:
            self._tests -= 1
            if self._tests < 0:
                raise GaveUp
            if self.reals is Reals.DYADIC and not self.events.is_dyadic(event, cells[-1]):
                return False
            if not self.events.is_independent(event, cells):
                return False
        return True
