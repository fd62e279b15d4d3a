"""Seeded samples of a decoder: its own code, with draws in place of enumeration.

Every run draws its own answer to every random choice. Runs that have had the same answers so far
are carried on by one call of the code, so that 200,000 of them cost little more than the draws:
nothing is weighed, and nothing of the enumerator is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import sqrt
from random import Random
from typing import Any, TypeVar

from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Decoder, one_round
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State

T = TypeVar("T")
RUNS = 200_000


class Together(Choices):
    """Answers for `count` runs at once: those that draw another answer wait for their turn."""

    def __init__(
        self, random: Random, answers: list[Any], count: int, waiting: list[tuple[list[Any], int]]
    ) -> None:
        super().__init__([], 0)
        self._random = random
        self._answers = answers
        self._place = 0
        self._waiting = waiting
        self.count = count

    def choose(self, law: Law[Any]) -> Any:
        """The answer drawn by the runs that go on."""
        if self._place == len(self._answers):
            outcomes, weights = zip(*law.items(), strict=True)
            drawn = Counter(
                self._random.choices(range(len(outcomes)), list(map(float, weights)), k=self.count)
            )
            first, *others = sorted(drawn)
            for other in others:
                self._waiting.append(([*self._answers, outcomes[other]], drawn[other]))
            self._answers.append(outcomes[first])
            self.count = drawn[first]
        self._place += 1
        return self._answers[self._place - 1]


def drawn_together(program: Callable[[Choices], T], runs: int, random: Random) -> Counter[T]:
    """What a program returned, in so many runs that draw."""
    found: Counter[T] = Counter()
    waiting: list[tuple[list[Any], int]] = [([], runs)]
    while waiting:
        answers, count = waiting.pop()
        choices = Together(random, answers, count, waiting)
        result = program(choices)
        found[result] += choices.count
    return found


def drawn_states(decoder: Decoder, runs: int, seed: str) -> Counter[State]:
    """The states at the end of so many runs."""
    random = Random(seed)
    running = Counter({decoder.start(): runs})
    ended: Counter[State] = Counter()
    number = 0
    while running:
        for one in [one for one in running if decoder.ends(one.state, number)]:
            ended[one.state] += running.pop(one)
        number += 1
        following: Counter[Configuration] = Counter()
        for before, count in running.items():

            def after(
                choices: Choices, before: Configuration = before, now: int = number
            ) -> Configuration:
                made = one_round(decoder, before, now, choices)
                return Configuration(made.state, made.step.memory)

            following += drawn_together(after, count, random)
        running = following
    return ended


def disagreement(law: Mapping[State, Fraction], counts: Counter[State]) -> str | None:
    """The first state whose share is more than five standard deviations off, or impossible."""
    runs = counts.total()
    for state in sorted({*law, *counts}):
        weight = float(law.get(state, 0))
        if counts[state] and not weight:
            return f"{state} is impossible, and comes out {counts[state]} times"
        spread = sqrt(weight * (1 - weight) / runs)
        if abs(counts[state] / runs - weight) > 5 * spread + 1e-9:
            return f"{state} comes out {counts[state]} times of {runs}, not with {weight}"
    return None
