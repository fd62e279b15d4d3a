"""Seeded random samplers whose unmasking policy no circuit can express.

A circuit over fair coins has dyadic probabilities and forgets everything but the state. So a
uniform subset of one cell in three, a rate of 1/3, and hidden memory need a sampler that is given
by functions. Here the predictor and the remasking policy are those of a legal schedule
(`legal_schedules`), and the unmasking policy is looked up in a table that the seed fills.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum, unique
from fractions import Fraction
from random import Random

from dlmcheck.model.legal_schedules import Kind, Selection, legal_schedule
from dlmcheck.spec.lattice import Edits, Remasking
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import (
    MemoryUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import State, masked_positions


@unique
class BeyondCircuits(Enum):
    """The forms of F that are made here."""

    SAME_RATE = "same-rate"
    """A rate of 0, 1/3, 2/5 or 1, by the number of masked cells."""
    UNIFORM_SUBSET = "uniform-subset"
    """k positions, by the number of masked cells."""
    MEMORY = "memory"
    """A hidden bit; S and the next bit follow a law given the bit and the candidates."""


@dataclass(frozen=True)
class SamplerKind:
    """A form of F with an edit model and a form of G. Raises `BadPoint` as `Kind` does."""

    form: BeyondCircuits
    edits: Edits
    remasking: Remasking

    def __post_init__(self) -> None:
        self.base()

    def base(self) -> Kind:
        """The kind of the schedule that supplies predictor and G."""
        return Kind(self.edits, Selection.SAME_RATE, self.remasking, clock=False)

    def __str__(self) -> str:
        return f"{self.form.value}, {self.edits.value}, {self.remasking.value}"


SAMPLER_KINDS = tuple(
    SamplerKind(form, edits, remasking)
    for form in BeyondCircuits
    for edits in Edits
    for remasking in Remasking
    if (edits is Edits.REMASK) == (remasking is not Remasking.NONE)
)
"""Every kind: three forms, with three edit models without G and one with three forms of it."""


def legal_sampler(kind: SamplerKind, seed: int) -> Sampler:
    """The sampler of a kind and a seed: 1 to 3 cells, 1 to 3 rounds, data inputs all 0.

    With memory there are 3 rounds: the past can only tell after a second state.

    >>> legal_sampler(SAMPLER_KINDS[0], 0).rounds in (1, 2, 3)
    True
    """
    schedule = legal_schedule(kind.base(), seed)
    sampler = sampler_of(schedule, (False,) * len(schedule.data_cells))
    source = Random(f"{kind}, seed {seed}")
    rounds = 3 if kind.form is BeyondCircuits.MEMORY else sampler.rounds
    return replace(sampler, unmask=_policy(kind.form, sampler.length, source), rounds=rounds)


def _policy(form: BeyondCircuits, length: int, source: Random) -> UnmaskingPolicy:
    if form is BeyondCircuits.SAME_RATE:
        choices = (Fraction(0), Fraction(1, 3), Fraction(1, 3), Fraction(2, 5), Fraction(1))
        rates = [source.choice(choices) for _ in range(length + 1)]
        return SameRateUnmasking(lambda state, number: rates[len(masked_positions(state))])
    if form is BeyondCircuits.UNIFORM_SUBSET:
        sizes = [source.randint(0, length) for _ in range(length + 1)]
        return UniformSubsetUnmasking(lambda state, number: sizes[len(masked_positions(state))])
    return _memory(length, source)


def _memory(length: int, source: Random) -> MemoryUnmasking:
    """A hidden bit: what is selected, and the next bit, depend on it and on a parity."""

    def subset() -> Positions:
        return frozenset(i for i in range(length) if source.random() < 0.6)

    def entry() -> Law[tuple[Positions, Hashable]]:
        if source.random() < 0.3:
            return Law({(subset(), source.randrange(2)): 1})
        return Law({(subset(), 0): Fraction(1, 3), (subset(), 1): Fraction(2, 3)})

    table = {(bit, parity): entry() for bit in range(2) for parity in range(2)}

    def select(
        state: State, memory: Hashable, candidates: State, number: Round
    ) -> Law[tuple[Positions, Hashable]]:
        bit = 1 if memory == 1 else 0
        return table[bit, sum(token == 1 for token in candidates) % 2]

    return MemoryUnmasking(0, select)
