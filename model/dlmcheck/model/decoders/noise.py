"""Ancestral samplers of masking diffusion: every masked cell by coins of its own.

Sources, as published rules: MDLM (Sahoo et al. 2024), ancestral sampling with a linear schedule
and a last round that takes the likeliest token of every masked cell; ReMDM (Wang et al. 2025),
which also turns visible tokens back to M, each with a probability that the schedule gives; Dream
(Ye et al. 2025), alg=origin, whose last step writes everything. Repositories and commits are in
`named`. Without the cut of small probabilities (nucleus) that ReMDM's experiments use.

Times are exact: t runs from 1 to `end` in T equal steps; the share of visible tokens at time t
is a(t) = 1 - t.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from dlmcheck.model.decoders.confidence import exponential, likeliest
from dlmcheck.model.decoders.rules import prompt_cells
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Coins, Step, StepFunction
from dlmcheck.spec.tokens import MASK, State, Token


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


def greedily(state: State, candidates: Candidates) -> Step:
    """The likeliest token for every masked cell."""
    return Step(
        edit=tuple(
            (cell, likeliest(candidates.law(cell)))
            for cell, token in enumerate(state)
            if token == MASK
        )
    )


def ancestral(schedule: Schedule) -> StepFunction:
    """MDLM: F independent per position, one rate for all; a round T+1 fills the rest greedily."""
    rates = [schedule.rate(k) for k in range(1, schedule.steps + 1)]

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if number > schedule.steps:
            return greedily(state, candidates)
        return Step(reveal_coins=written_by_coins(state, rates[number - 1]))

    return step


def origin(schedule: Schedule) -> StepFunction:
    """Dream, alg=origin: as the ancestral sampler, but the last step draws all that is left."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        rate = schedule.rate(number) if number < schedule.steps else Fraction(1)
        return Step(reveal_coins=written_by_coins(state, rate))

    return step


def written_by_coins(state: State, rate: Fraction) -> Coins:
    """Each masked cell is written with one probability, by a coin of its own."""
    return tuple((cell, rate) for cell, token in enumerate(state) if token == MASK)


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
    follows the schedule. Both by coins of the cell's own, before the write is seen. If the
    schedule ends before time 0, a round T+1 fills the rest greedily.
    """

    def rates_of(k: int) -> tuple[Fraction, Fraction]:
        chance = sigma(schedule, k)
        shown, then = 1 - schedule.time(k - 1), 1 - schedule.time(k)
        return (then - (1 - chance) * shown) / (1 - shown), chance

    rates = [rates_of(k) for k in range(1, schedule.steps + 1)]

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if number > schedule.steps:
            return greedily(state, candidates)
        prompt = prompt_cells(state, number, memory)
        write, chance = rates[number - 1]
        return written_and_remasked(state, write, chance, prompt)

    return step


def written_and_remasked(
    state: State, write: Fraction, remask: Fraction, prompt: tuple[int, ...]
) -> Step:
    """Each masked cell is written, each visible one remasked, by coins of their own; the prompt,
    which is carried as memory, stays.
    """
    shown = [cell for cell, token in enumerate(state) if token != MASK and cell not in prompt]
    return Step(
        memory=prompt,
        reveal_coins=written_by_coins(state, write),
        remask_coins=tuple((cell, remask) for cell in shown),
    )


@dataclass(frozen=True)
class Loop:
    """ReMDM-loop: tokens are written until the share `shown` is reached at time `on`; until time
    `off` the share stays, while a visible token is remasked with probability `sigma`; then the
    rest is written.
    """

    on: Fraction
    off: Fraction
    shown: Fraction
    sigma: Fraction

    def masked_share(self, time: Fraction, before: Fraction) -> Fraction:
        """The share of masked tokens at a time, in the branch of the step that began at `before`.

        A step that overshoots has a negative share at its end, and so nothing stays masked.
        """
        if before > self.on:
            return max(Fraction(0), 1 - (1 - time) * self.shown / (1 - self.on))
        return max(Fraction(0), time * (1 - self.shown) / self.off)


def looping(schedule: Schedule, loop: Loop) -> StepFunction:
    """ReMDM-loop; a round T+1 fills the rest greedily.

    In the published code the share kept between `on` and `off` is 9/10 whatever `shown` is.
    """
    share = Fraction(9, 10)

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if number > schedule.steps:
            return greedily(state, candidates)
        prompt = prompt_cells(state, number, memory)
        before, then = schedule.time(number - 1), schedule.time(number)
        if loop.off < before <= loop.on:
            write = loop.sigma * share / (1 - share)
            return written_and_remasked(state, write, loop.sigma, prompt)
        left = loop.masked_share(before, before)
        rate = 1 - loop.masked_share(then, before) / left if left else Fraction(1)
        return Step(reveal_coins=written_by_coins(state, rate), memory=prompt)

    return step


@dataclass(frozen=True)
class Shares:
    """ReMDM-conf in numbers, for who computes its law without calling the step each time.

    In round r, up to `steps`, each masked cell is written with probability write(r), by a coin of
    its own; a visible cell of note p is remasked with probability remask(r) weight(p) over the sum
    of the weights of the visible cells. The note of a cell is the probability that its token had
    when it was written; a prompt has none, and stays. After that, one round fills the rest.
    """

    steps: int
    write: Callable[[int], Fraction]
    remask: Callable[[int], Fraction]
    weight: Callable[[Fraction], Fraction]


def confidence_shares(schedule: Schedule) -> Shares:
    """The numbers of `by_confidence`."""
    return Shares(
        schedule.steps,
        schedule.rate,
        lambda k: largest_sigma(schedule, k),
        lambda p: exponential(-p),
    )


def by_confidence(schedule: Schedule) -> StepFunction:
    """ReMDM-conf: a visible token of which the predictor was less sure is remasked more often.

    Hidden memory: per visible cell the probability p that its token had when it was written; it
    is dropped when nothing is remasked any more. A cell is remasked with probability
    sigma_max exp(-p) / (sum over visible cells), where exp(-p) is rounded to a multiple of 2^-20
    (the published code rounds to 8 bits). Masked cells are written at the rate without remasking,
    so that fewer tokens are visible than the schedule says. A round T+1 fills the rest greedily.
    """
    shares = confidence_shares(schedule)

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if number > schedule.steps:
            return greedily(state, candidates)
        sure = dict(cast("tuple[tuple[int, Fraction], ...] | None", memory) or ())
        weights = {cell: shares.weight(p) for cell, p in sure.items()}
        total = sum(weights.values(), Fraction(0))
        most = shares.remask(number)
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        notes: dict[int, tuple[tuple[Token, Hashable], ...]] = {
            cell: ((state[cell], p),) for cell, p in sure.items()
        }
        notes |= {cell: tuple(candidates.law(cell).items()) for cell in masked}
        return Step(
            reveal_coins=written_by_coins(state, shares.write(number)),
            remask_coins=tuple((cell, most * weight / total) for cell, weight in weights.items()),
            notes=tuple(notes.items()) if number < schedule.steps else None,
        )

    return step
