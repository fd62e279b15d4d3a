"""Local search: gates are moved, and what is in their way is pushed along.

A move takes one number to another layer, and its readers (or arguments) as far as they must give
way; it is kept if the excess of the rows over an aim does not grow, or grows by little. Which
moves are tried depends on the seed alone, and how many on `moves` alone: never on the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from dlmcheck.model.scheduling.slack import Slack

_STEPS = (1, 1, 2, 3, 5, 8, 16, 32)
_TOLERATED = (0, 0, 0, 0, 0, 0, 64, 200)
"""By how much a move may make it worse; 64 stands for one value too many in one layer."""
_FAR = 60
"""A move that pushes more numbers than this is not tried."""


@dataclass(frozen=True)
class Found:
    """The best assignment that was met, its width, and how many moves were tried."""

    layer: tuple[int, ...]
    width: int
    moves: int


def improved(slack: Slack, layer: Sequence[int], aim: int, moves: int, seed: int = 0) -> Found:
    """Look for an assignment of width `aim`, from a given one, with so many moves at most."""
    return _Search(slack, list(layer), aim).run(moves, Random(seed))


class _Search:
    def __init__(self, slack: Slack, layer: list[int], aim: int) -> None:
        self.slack = slack
        self.layer = layer
        self.aim = aim
        self.rows = slack.row_lengths(layer)
        self.end = slack.last_uses(layer)
        self.movable = [i for i in range(len(slack)) if slack.earliest[i] < slack.latest[i]]
        self.best = 0
        self.wide = 0
        """How many rows are no shorter than the best width so far."""
        self.since: dict[int, int] = {}
        """Where the numbers that have moved since then stood in the best assignment."""

    def run(self, moves: int, random: Random) -> Found:
        slack = self.slack
        self._is_best()
        tried = 0
        while self.best > self.aim and tried < moves and self.movable:
            tried += 1
            # int(random() * n) instead of choice(): the same, in a third of the time.
            i = self.movable[int(random.random() * len(self.movable))]
            step = _STEPS[int(random.random() * len(_STEPS))]
            later = random.random() < 0.5
            tolerated = _TOLERATED[int(random.random() * len(_TOLERATED))]
            pushed = self._push_later(i, step) if later else self._push_earlier(i, step)
            if not pushed or not self._take(pushed, tolerated):
                continue
            if not self.wide and slack.floor < self.best:
                self._is_best()
        for i, at in self.since.items():
            self.layer[i] = at
        return Found(tuple(self.layer), self.best, tried)

    def _is_best(self) -> None:
        """The assignment is narrower than all before."""
        self.best = max([self.slack.floor, *self.rows])
        self.wide = sum(row >= self.best for row in self.rows)
        self.since.clear()

    def _push_later(self, i: int, step: int) -> dict[int, int] | None:
        layer, readers = self.layer, self.slack.readers
        target = min(self.slack.latest[i], layer[i] + step)
        if target == layer[i]:
            return None
        new = {i: target}
        stack = [i]
        while stack:
            v = stack.pop()
            after = new[v] + 1
            for reader in readers[v]:
                if new.get(reader, layer[reader]) < after:
                    new[reader] = after
                    stack.append(reader)
            if len(new) > _FAR:
                return None
        return new

    def _push_earlier(self, i: int, step: int) -> dict[int, int] | None:
        layer, args = self.layer, self.slack.args
        target = max(self.slack.earliest[i], layer[i] - step)
        if target == layer[i]:
            return None
        new = {i: target}
        stack = [i]
        while stack:
            v = stack.pop()
            before = new[v] - 1
            for arg in args[v]:
                if new.get(arg, layer[arg]) > before:
                    new[arg] = before
                    stack.append(arg)
            if len(new) > _FAR:
                return None
        return new

    def _take(self, new: dict[int, int], tolerated: int) -> bool:
        """Make a move, or leave all as it is if that is too costly."""
        slack, layer, end = self.slack, self.layer, self.end
        old = {i: layer[i] for i in new}
        touched = set(new)
        for i, at in new.items():
            layer[i] = at
            touched.update(slack.args[i])
        ends: dict[int, int] = {}
        change: dict[int, int] = {}
        for i in touched:
            ends[i] = slack.last_use(i, layer)
            begin, before = layer[i], old.get(i, layer[i])
            for t in range(begin, before):
                change[t] = change.get(t, 0) + 1
            for t in range(before, begin):
                change[t] = change.get(t, 0) - 1
            for t in range(end[i] + 1, ends[i] + 1):
                change[t] = change.get(t, 0) + 1
            for t in range(ends[i] + 1, end[i] + 1):
                change[t] = change.get(t, 0) - 1
        if self._cost(change) > tolerated:
            for i, at in old.items():
                layer[i] = at
            return False
        for i, last in ends.items():
            end[i] = last
        for i, at in old.items():
            self.since.setdefault(i, at)
        for t, by in change.items():
            if t < slack.last:
                before = self.rows[t]
                self.rows[t] = before + by
                self.wide += (before + by >= self.best) - (before >= self.best)
        return True

    def _cost(self, change: dict[int, int]) -> int:
        """How much larger the squares of what is too much in a layer become, and the area."""
        rows, aim, cost = self.rows, self.aim, 0
        for t, by in change.items():
            if t < len(rows) and by:
                before, after = max(rows[t] - aim, 0), max(rows[t] + by - aim, 0)
                cost += 64 * (after * after - before * before) + by
        return cost
