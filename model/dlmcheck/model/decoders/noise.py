"""Ancestral samplers of masking diffusion: every masked cell by coins of its own.

Sources, as published rules: MDLM (Sahoo et al. 2024), ancestral sampling with a linear schedule
and a last round that takes the likeliest token everywhere; ReMDM (Wang et al. 2025), which also
turns visible tokens back to M, each with a probability that the schedule gives.

Times are exact: t runs from 1 to 0 in T equal steps; the share of visible tokens at time t is
a(t) = 1 - t.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.model.decoders.confidence import likeliest
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.law import bernoulli
from dlmcheck.spec.tokens import MASK, State


@dataclass(frozen=True)
class Schedule:
    """T steps from time 1 down to `end`; step k (from 1) goes from time(k-1) to time(k)."""

    steps: int
    end: Fraction = Fraction(0)

    def time(self, k: int) -> Fraction:
        """The time after step k."""
        return 1 - (1 - self.end) * Fraction(k, self.steps)

    def rate(self, k: int) -> Fraction:
        """The probability with which step k writes a masked cell: (t - s) / t."""
        return 1 - self.time(k) / self.time(k - 1)


def ancestral(schedule: Schedule) -> StepFunction:
    """MDLM: F independent per position, one rate for all; a round T+1 fills the rest greedily."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        if number > schedule.steps:
            return Step(edit=tuple((cell, likeliest(candidates.law(cell))) for cell in masked))
        coin = bernoulli(schedule.rate(number))
        return Step(reveal=frozenset(cell for cell in masked if choices.choose(coin)))

    return step


Sigma = Callable[[Schedule, int], Fraction]
"""The probability with which a visible token is remasked in step k."""


def largest_sigma(schedule: Schedule, k: int) -> Fraction:
    """The largest one that keeps the marginals: min(1, (1 - a(s)) / a(t))."""
    shown = 1 - schedule.time(k - 1)
    return Fraction(1) if not shown else min(Fraction(1), schedule.time(k) / shown)


def capped(cap: Fraction) -> Sigma:
    """ReMDM-cap: at most `cap`."""
    return lambda schedule, k: min(cap, largest_sigma(schedule, k))


def rescaled(factor: Fraction) -> Sigma:
    """ReMDM-rescale: a share of the largest."""
    return lambda schedule, k: factor * largest_sigma(schedule, k)


def remasking(schedule: Schedule, sigma: Sigma) -> StepFunction:
    """ReMDM: a visible token is remasked with probability sigma; a masked cell is written with
    probability (a(s) - (1 - sigma) a(t)) / (1 - a(t)), so that the share of visible tokens
    follows the schedule. Both by coins of the cell's own, before the write is seen.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        chance = sigma(schedule, number)
        shown, then = 1 - schedule.time(number - 1), 1 - schedule.time(number)
        write = bernoulli((then - (1 - chance) * shown) / (1 - shown))
        remask = bernoulli(chance)
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        return Step(
            reveal=frozenset(cell for cell in masked if choices.choose(write)),
            remask=frozenset(
                cell for cell, token in enumerate(state) if token != MASK and choices.choose(remask)
            ),
        )

    return step
