"""Targets with batch schedules, on which the claims of `batch_schedules` are checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations, product

from dlmcheck.model.targets import parse_target
from dlmcheck.spec.batches import law_of_schedule, schedule_error
from dlmcheck.spec.entropy import NOTHING, LogSum, divergence, entropy
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.perfect import conditional
from dlmcheck.spec.tokens import MASK, State, show_state
from dlmcheck.verify.decoders.batch_schedules import (
    BestSchedule,
    all_schedules,
    best_schedules,
    entropy_curve,
)

Sizes = tuple[int, ...]


def _image(strings: frozenset[State], order: Sequence[int], flips: Sequence[int]) -> list[State]:
    return sorted(tuple(one[i] ^ f for i, f in zip(order, flips, strict=True)) for one in strings)


def uniform_targets(length: int) -> list[Law[State]]:
    """The uniform laws on sets of strings, up to the order of the cells and the names of tokens.

    >>> len(uniform_targets(2)), len(uniform_targets(3))
    (5, 21)
    """
    strings: list[State] = list(product((0, 1), repeat=length))
    found: list[Law[State]] = []
    for size in range(1, len(strings) + 1):
        for chosen in combinations(strings, size):
            images = (
                _image(frozenset(chosen), order, flips)
                for order in permutations(range(length))
                for flips in strings
            )
            if all(list(chosen) <= image for image in images):
                found.append(uniform(chosen))
    return found


WEIGHTED = ("product:9/10,9/10", "markov:3,1/3", "tilted-parity:2,3,5")
FOUR_CELLS = ("even-parity:4", "one-hot:4", "markov:4,1/4")
THREE_OF_FOUR: Law[State] = uniform([(0, 0, 1, 0), (1, 1, 0, 1), (1, 1, 1, 0)])
"""The smallest target seen whose best schedule depends on whether the order counts."""


def targets() -> list[Law[State]]:
    """The targets that the schedules are tried on."""
    named = [parse_target(text).law for text in (*WEIGHTED, *FOUR_CELLS)]
    laws: list[Law[State]] = [*uniform_targets(2), *uniform_targets(3), *named, THREE_OF_FOUR]
    return sorted(laws, key=lambda law: len(next(iter(law))))


@dataclass(frozen=True)
class Scheduled:
    """A target and a batch schedule for it, and what either side says of its error."""

    target: Law[State]
    sizes: Sizes

    def __str__(self) -> str:
        weights = " ".join(f"{show_state(x)}:{w}" for x, w in sorted(self.target.items()))
        return f"{weights} in batches of {', '.join(map(str, self.sizes))}"

    @property
    def length(self) -> int:
        """The number of cells."""
        return sum(self.sizes)

    @cached_property
    def defined(self) -> LogSum:
        """The error as it is defined."""
        return schedule_error(self.target, self.sizes)

    @cached_property
    def curve(self) -> tuple[LogSum, ...]:
        """The entropy curve, from the entropies of all sets of cells."""
        return entropy_curve(self.target)

    @cached_property
    def own(self) -> LogSum:
        """The divergence of the law that the decoder has, whatever the order."""
        return finite(divergence(self.target, law_of_schedule(self.target, self.sizes)))

    @cached_property
    def best(self) -> BestSchedule:
        """The schedule of least error for this number of rounds, by the curve."""
        return best_schedules(self.curve)[len(self.sizes) - 1]


def finite(value: LogSum | None) -> LogSum:
    """A divergence that is finite: a perfect predictor misses nothing of its target."""
    assert value is not None
    return value


def curve_by_conditionals(target: Law[State], length: int) -> list[LogSum]:
    """The entropy curve as it is defined: the mean over cells and visible sets, term by term."""
    curve: list[LogSum] = []
    for size in range(length):
        pairs = [
            (cells, cell)
            for cells in combinations(range(length), size)
            for cell in range(length)
            if cell not in cells
        ]
        total = NOTHING
        for cells, cell in pairs:
            for state, weight in target.map(showing(cells)).items():
                total += weight / len(pairs) * entropy(conditional(target, state, cell))
        curve.append(total)
    return curve


def showing(cells: Sequence[int]) -> Callable[[State], State]:
    """All but these cells masked."""
    return lambda outcome: tuple(
        token if cell in cells else MASK for cell, token in enumerate(outcome)
    )


def cases() -> list[Scheduled]:
    """Every target with each of its schedules."""
    return [
        Scheduled(target, sizes)
        for target in targets()
        for sizes in all_schedules(len(next(iter(target))))
    ]
