"""Better orders of gates: the next gate by growth, and moves of whole cones.

    by_growth   next, with all that it still needs, the gate after which fewest values are live,
                among the gates that read a live value
    refined     gates with a single reader stand before it, as one cone; then each cone in turn is
                moved to where the sum of 2^(live values) is least, between those that it reads and
                those that read it, until nothing is gained

Both are heuristics: they change what a sweep takes, and never what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_BELOW = 40
"""Gates that need more gates to be computed first are not considered as the next one."""
PASSES = 4
REACH = 200
"""A cone is moved past so many others at most."""


@dataclass(frozen=True)
class Readers:
    """The needed gates of a circuit with the nodes they read, and the outputs' nodes.

    Nodes from `first` on are gates, those before coins; `count` is the number of nodes.
    """

    first: int
    count: int
    args: Mapping[int, tuple[int, ...]]
    roots: frozenset[int]

    def above(self) -> dict[int, list[int]]:
        """The gates that read a node."""
        found: dict[int, list[int]] = {}
        for node, args in self.args.items():
            for arg in args:
                found.setdefault(arg, []).append(node)
        return found


def by_growth(shape: Readers) -> tuple[int, ...]:
    """An order made step by step."""
    return _Growth(shape).order()


class _Growth:
    def __init__(self, shape: Readers) -> None:
        self.shape = shape
        self.above = shape.above()
        self.left = {node: len(gates) for node, gates in self.above.items()}
        for root in shape.roots:
            self.left[root] = self.left.get(root, 0) + 1
        self.done = bytearray(shape.count)
        """Gates that are computed, and coins that are met."""
        self.live: dict[int, None] = {}

    def order(self) -> tuple[int, ...]:
        found: list[int] = []
        waiting = sorted(self.shape.args, reverse=True)
        while waiting:
            if self.done[waiting[-1]]:
                waiting.pop()
                continue
            near = {g for v in self.live for g in self.above.get(v, ()) if not self.done[g]}
            best: tuple[int, int, int] | None = None
            chosen: list[int] = []
            for gate in sorted(near):
                part = self._below(gate, MOST_BELOW)
                if part and (best is None or (self._growth(part), len(part), gate) < best):
                    best, chosen = (self._growth(part), len(part), gate), part
            for node in chosen or self._below(waiting[-1], self.shape.count):
                self._compute(node)
                found.append(node)
        return tuple(found)

    def _below(self, gate: int, most: int) -> list[int]:
        """What has to be computed for a gate, in order, the gate last; nothing if that is more."""
        part: list[int] = []
        seen = set[int]()
        stack = [gate]
        while stack:
            node = stack.pop()
            if node < 0:
                part.append(~node)
            elif node not in seen and not self.done[node] and node >= self.shape.first:
                seen.add(node)
                if len(seen) > most:
                    return []
                stack.append(~node)
                stack += self.shape.args[node]
        return part

    def _growth(self, part: Sequence[int]) -> int:
        """How many more values are live after some gates."""
        growth = len(part)
        used: dict[int, int] = {}
        for node in part:
            for arg in self.shape.args[node]:
                if arg < self.shape.first and not self.done[arg] and arg not in used:
                    growth += 1
                used[arg] = used.get(arg, 0) + 1
        return growth - sum(self.left[arg] == times for arg, times in used.items())

    def _compute(self, node: int) -> None:
        self.done[node] = 1
        self.live[node] = None
        for arg in self.shape.args[node]:
            if not self.done[arg]:
                self.done[arg] = 1
                self.live[arg] = None
            self.left[arg] -= 1
            if not self.left[arg]:
                self.live.pop(arg, None)


def refined(shape: Readers, order: Sequence[int]) -> tuple[int, ...]:
    """An order that is as good, or better in the sum of 2^(live values) after each cone."""
    return _Moves(shape, order).best()


class _Moves:
    """Cones in an order, and how many values are live after each."""

    def __init__(self, shape: Readers, order: Sequence[int]) -> None:
        self.shape = shape
        above = shape.above()
        home: dict[int, int] = {}
        for node in reversed(order):
            readers = above.get(node, list[int]())
            alone = len(readers) == 1 and node not in shape.roots
            home[node] = home[readers[0]] if alone else node
        self.members: dict[int, list[int]] = {}
        for node in order:
            self.members.setdefault(home[node], []).append(node)
        self.line = [node for node in order if home[node] == node]
        self.place = {cone: at for at, cone in enumerate(self.line)}
        self.reads: dict[int, list[int]] = {}
        self.readers: dict[int, list[int]] = {}
        for cone in self.line:
            args = {arg for node in self.members[cone] for arg in shape.args[node]}
            self.reads[cone] = sorted(arg for arg in args if home.get(arg) != cone)
            for arg in self.reads[cone]:
                self.readers.setdefault(arg, []).append(cone)
        self.live: list[int] = []
        for at, cone in enumerate(self.line):
            self.live.append((self.live[-1] if at else 0) + self._growth(cone))

    def best(self) -> tuple[int, ...]:
        """Move cones until nothing is gained, or often enough."""
        for _ in range(PASSES):
            if not sum([self._move(cone) for cone in list(self.line)]):
                break
        return tuple(node for cone in self.line for node in self.members[cone])

    def _growth(self, cone: int) -> int:
        """How many more values are live after a cone than before it."""
        here = self.place[cone]
        growth = 1
        for arg in self.reads[cone]:
            places = [self.place[reader] for reader in self.readers[arg]]
            growth += arg < self.shape.first and min(places) == here
            growth -= arg not in self.shape.roots and max(places) == here
        return growth

    def _swap(self, at: int) -> float:
        """Swap two neighbours; by how much the sum grows."""
        one, other = self.line[at], self.line[at + 1]
        self.line[at], self.line[at + 1] = other, one
        self.place[one], self.place[other] = at + 1, at
        before = self.live[at]
        self.live[at] = (self.live[at - 1] if at else 0) + self._growth(other)
        return 2.0 ** min(self.live[at], 900) - 2.0 ** min(before, 900)

    def _move(self, cone: int) -> bool:
        """Move a cone to its best place; whether that is another one."""
        at = start = best = self.place[cone]
        total = least = 0.0
        last = min(len(self.line) - 1, start + REACH)
        while at < last and cone not in self.reads[self.line[at + 1]]:
            total += self._swap(at)
            at += 1
            if total < least:
                least, best = total, at
        while at > start:
            at -= 1
            self._swap(at)
        total = 0.0
        while at > max(0, start - REACH) and self.line[at - 1] not in self.reads[cone]:
            at -= 1
            total += self._swap(at)
            if total < least:
                least, best = total, at
        while at < best:
            self._swap(at)
            at += 1
        while at > best:
            at -= 1
            self._swap(at)
        return best != start
