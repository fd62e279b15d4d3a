"""Predictors for a chain of blocks, under coins of one rate: even parity in four rounds.

MDLM's linear schedule of four steps to time 0 writes each cell at a time uniform on 1..4. The
cells are cut into blocks, and up to round 3 a block looks at itself alone. What it shows before
round 4 says how it votes on an odd parity shared with the block after it and with the one before,
and which strings it ends in. A block with no masked cell left votes no. What such tables have to
satisfy, and why blocks of bounded size serve every length, is in `kernel.block_chains` and in
Theorem 5 of the note LOCAL-DECODERS. Source: this project.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from dlmcheck.verify.kernel.block_chains import (
    NO,
    VOTES,
    Block,
    Ending,
    Kind,
    Shown,
    subsets,
)
from dlmcheck.verify.searches import block_of_five
from dlmcheck.verify.searches.exact_filling import fill

TRIES = 40
"""So many random orders are tried for a block."""

SHAKES = 60
"""So often a group of equal votes is filled, or mixed with the others where that failed."""


def share_of(kind: Kind, votes: tuple[int, int]) -> int:
    """Of the 4^b lists of times, how many vote so and end in one given string."""
    each: int = 2 ** (kind.cells + 1)
    for side in range(kind.neighbours):
        each = each * VOTES[votes[side]] // 16
    return each


def completions(shown: Shown, parity: int) -> list[int]:
    """The strings of a parity that agree with what is shown."""
    rest = (shown.ones.bit_count() + parity) % 2
    return [shown.ones | y for y in subsets(shown.masked) if y.bit_count() % 2 == rest]


# --- the rounds before the last ----------------------------------------------------------------


def ones_where_masked(masked: int) -> int:
    """Round 2: ones, but a zero for one cell if their number is odd; which cell, varies."""
    cells = [i for i in range(masked.bit_length()) if masked >> i & 1]
    return masked ^ (1 << cells[sum(cells) % len(cells)]) if len(cells) % 2 else masked


class _Early:
    """Round 2 by a rule; round 3 so that the strings that are complete early are even in number.

    `weights` says for how many of the lists of times (up to round 3; cells written in round 4
    count once) the block shows this before round 4.
    """

    def __init__(self, cells: int, random: Random) -> None:
        everything = (1 << cells) - 1
        self.second = {masked: ones_where_masked(masked) for masked in range(1, everything + 1)}
        self.third: dict[Shown, int] = {}
        self.weights: Counter[Shown] = Counter()
        before: Counter[Shown] = Counter({Shown(0, 0): 1})
        for masked, token in self.second.items():
            for left in subsets(masked):
                before[Shown(left, token & ~left)] += 1
        complete = Counter({s.ones: w for s, w in before.items() if not s.masked})
        self.weights.update({s: w for s, w in before.items() if not s.masked})
        order = [shown for shown in sorted(before) if shown.masked]
        random.shuffle(order)
        order.sort(key=lambda shown: shown.masked.bit_count())
        for shown in order:
            full = min(completions(shown, 0), key=lambda z: (complete[z], random.random()))
            self.third[shown] = full
            complete[full] += before[shown]
            for left in subsets(shown.masked):
                self.weights[Shown(left, full & ~left)] += before[shown]


# --- round 4 -----------------------------------------------------------------------------------


def find_block(kind: Kind) -> Block | None:
    """Tables with which, given any votes, the ending is uniform; None if none was found.

    For either parity: of all 4^b lists of times, `share_of(kind, votes)` vote so and end in any one
    string of that parity (for two votes of no there is no odd one). Deterministic.
    """
    if kind == Kind(5, 1):
        return _known()
    for seed in range(1, TRIES + 1):
        random = Random(seed)
        early = _Early(kind.cells, random)
        last = _Late(kind, early.weights, random).endings()
        if last is not None:
            return Block(kind, early.second, early.third, last)
    return None


def _known() -> Block:
    """The block of five cells at an end, from its table."""
    kind, early = Kind(5, 1), _Early(5, Random(block_of_five.SEED))
    last = {s: Ending((NO, NO), s.ones, s.ones) for s in early.weights if not s.masked}
    still_open = sorted(shown for shown in early.weights if shown.masked)
    for shown, (vote, even, odd) in zip(still_open, block_of_five.rows(), strict=True):
        last[shown] = Ending((vote, NO), even, odd)
    return Block(kind, early.second, early.third, last)


class _Late:
    """Which votes and which strings belong to what a block shows before round 4."""

    def __init__(self, kind: Kind, weights: Mapping[Shown, int], random: Random) -> None:
        self.kind, self.weights, self.random = kind, weights, random
        self.even = completions(Shown((1 << kind.cells) - 1, 0), 0)
        self.open = sorted(shown for shown in weights if shown.masked)
        self.ends: dict[Shown, tuple[tuple[int, int], int, int]] = {}

    def endings(self) -> dict[Shown, Ending] | None:
        """The table, or None where this order of things did not lead to one."""
        none = (NO, NO)
        self.ends = {s: (none, s.ones, s.ones) for s in self.weights if not s.masked}
        if self.kind.neighbours and not self._no_twice():
            return None
        voted = [v for v in self.kind.votes if v != none or not self.kind.neighbours]
        groups = self._greedily(voted)
        waiting = list(voted)
        for _ in range(SHAKES):
            if not waiting:
                return {shown: Ending(*end) for shown, end in self.ends.items()}
            if self._exactly(waiting[0], groups[waiting[0]]):
                waiting.pop(0)
                continue
            waiting += [votes for votes in self._shaken(waiting[0], groups) if votes not in waiting]
        return None

    def _shaken(
        self, votes: tuple[int, int], groups: Mapping[tuple[int, int], list[Shown]]
    ) -> list[tuple[int, int]]:
        """Every fourth of a group changes places with one as heavy elsewhere; the groups met."""
        met: list[tuple[int, int]] = []
        for shown in self.random.sample(groups[votes], len(groups[votes]) // 4):
            other = self.random.choice([v for v in groups if v != votes] or [votes])
            alike = [s for s in groups[other] if self.weights[s] == self.weights[shown]]
            if alike and other != votes:
                self._put(shown, groups[votes], groups[other], other)
                self._put(self.random.choice(alike), groups[other], groups[votes], votes)
                met.append(other)
        return met

    def _put(
        self, shown: Shown, old: list[Shown], new: list[Shown], votes: tuple[int, int]
    ) -> None:
        old.remove(shown)
        new.append(shown)
        self.ends[shown] = votes, completions(shown, 0)[0], completions(shown, 1)[0]

    def _no_twice(self) -> bool:
        """What the complete blocks leave free under two votes of no is filled up exactly."""
        missing = {z: share_of(self.kind, (NO, NO)) - self.weights[Shown(0, z)] for z in self.even}
        left = {shown: self.weights[shown] for shown in self.open}
        for z in sorted(missing, key=lambda z: (missing[z], z)):
            fitting = [Shown(m, z & ~m) for m in range(1, 1 << self.kind.cells)]
            fitting = [shown for shown in fitting if left.get(shown, missing[z] + 1) <= missing[z]]
            self.random.shuffle(fitting)
            chosen = _summing_to(missing[z], [(shown, left[shown]) for shown in fitting])
            if chosen is None:
                return False
            for shown in chosen:
                self.ends[shown] = ((NO, NO), z, z)
                del left[shown]
        self.open = sorted(left)
        return True

    def _greedily(self, voted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[Shown]]:
        """The heaviest first to where most room is; then the sums over all strings are exact."""
        target = {votes: share_of(self.kind, votes) for votes in voted}
        room: Counter[tuple[tuple[int, int], int]] = Counter()
        total = {votes: target[votes] * len(self.even) for votes in voted}
        if not self.kind.neighbours:
            for z in self.even:
                room[(NO, NO), z] -= self.weights[Shown(0, z)]
                total[NO, NO] -= self.weights[Shown(0, z)]
        for shown in sorted(self.open, key=lambda s: (-self.weights[s], self.random.random())):
            weight = self.weights[shown]
            ends = [completions(shown, parity) for parity in (0, 1)]
            best: tuple[float, tuple[int, int], int, int] | None = None
            for votes in voted:
                z, y = (max(end, key=partial(_room, room, votes)) for end in ends)
                free = min(room[votes, z], room[votes, y]) - weight
                if best is None or free / target[votes] + 1 > best[0]:
                    best = free / target[votes] + 1, votes, z, y
            assert best is not None
            _, votes, z, y = best
            self.ends[shown] = (votes, z, y)
            total[votes] -= weight
            room[votes, z] -= weight
            room[votes, y] -= weight
        return self._balanced(total, voted)

    def _balanced(
        self, total: dict[tuple[int, int], int], voted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], list[Shown]]:
        """Moves and swaps between the groups until each has its sum."""
        groups = {votes: [s for s in self.open if self.ends[s][0] == votes] for votes in voted}
        while any(total.values()):
            full, empty = min(voted, key=lambda v: total[v]), max(voted, key=lambda v: total[v])
            spare = {self.weights[shown]: shown for shown in reversed(groups[empty])} | {0: None}
            most = min(-total[full], total[empty])
            step, moved = next(
                (step, shown)
                for step in range(most, 0, -1)
                for shown in groups[full]
                if self.weights[shown] - step in spare
            )
            back = spare[self.weights[moved] - step]
            for shown, old, new in ((moved, full, empty), (back, empty, full)):
                if shown is not None:
                    self._put(shown, groups[old], groups[new], new)
            total[full] += step
            total[empty] -= step
        return groups

    def _exactly(self, votes: tuple[int, int], group: Sequence[Shown]) -> bool:
        """Every string gets its share."""
        target = share_of(self.kind, votes)
        for parity in (0, 1) if self.kind.neighbours else (0,):
            items = [(self.weights[s], completions(s, parity)) for s in group]
            ends = [self.ends[s] for s in group]
            places = [odd if parity else even for _, even, odd in ends]
            fixed = (
                {} if self.kind.neighbours else {z: self.weights[Shown(0, z)] for z in self.even}
            )
            if not fill(items, places, target, fixed, self.random):
                return False
            for shown, (_, even, odd), place in zip(group, ends, places, strict=True):
                self.ends[shown] = (votes, even, place) if parity else (votes, place, odd)
        return True


def _room(
    room: Mapping[tuple[tuple[int, int], int], int], votes: tuple[int, int], string: int
) -> int:
    return room[votes, string]


def _summing_to(
    total: int, fitting: Sequence[tuple[Shown, int]], start: int = 0
) -> list[Shown] | None:
    """Some of the given ones with exactly this sum of weights, from a place on."""
    if not total:
        return []
    for shown, weight in fitting[start:]:
        if weight == total:
            return [shown]
    for at, (shown, weight) in enumerate(fitting[start:], start):
        if weight < total:
            rest = _summing_to(total - weight, fitting, at + 1)
            if rest is not None:
                return [shown, *rest]
    return None
