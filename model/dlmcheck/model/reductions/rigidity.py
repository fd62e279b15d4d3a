"""Rigidity: in exact dyadic write-once samplers every reachable choice is a fair coin or certain.

Source: a lemma behind the AC0 form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, from the
public follow-up notes. Write-once, L = n, F deterministic, all atoms of the target of weight
2^-m, dyadic predictors: a reachable choice p_i(. | x) is (1, 0), (0, 1) or (1/2, 1/2). For the
output fixes the trace, so 2^-m is the product of the choices on it; a product of dyadic numbers
is a power of 2 only if each is, and if p and 1 - p both are, p = 1/2. For the uniform even
strings dyadicity is not needed: a reachable state x is the event {X_S = x_S}, so p_i(. | x) is the
conditional law of X_i, which is fair, or certain if all other cells are visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.law import HALF, ONE, Law
from dlmcheck.spec.policies import DeterministicUnmasking
from dlmcheck.spec.sampler import Sampler, laws_by_round
from dlmcheck.spec.tokens import State, Token


@dataclass(frozen=True)
class Choice:
    """A cell that F selects in a reachable state, and the law of the token written there."""

    round_number: int
    state: State
    position: int
    law: Law[Token]

    @property
    def is_rigid(self) -> bool:
        """Whether it is certain, or fair between two tokens."""
        return all(weight in (HALF, ONE) for _, weight in self.law.items())


def reachable_choices(sampler: Sampler) -> Iterator[Choice]:
    """Every choice that has positive probability to be made, in order of the rounds.

    Raises `BadPoint` if F is not given as a deterministic policy, and the errors of a run.
    """
    policy = sampler.unmask
    if not isinstance(policy, DeterministicUnmasking):
        raise BadPoint("choices of an F that is not deterministic", source="rigidity")
    for number, law in enumerate(laws_by_round(sampler)[:-1], start=1):
        clock = sampler.round_argument(number)
        for state in sorted(configuration.state for configuration in law):
            for i in sorted(policy.select(state, clock)):
                yield Choice(number, state, i, sampler.predictor(state, i, clock))
