"""Samplers with a reachable choice that is neither fair nor certain: rigidity and what it needs.

Source: the note RIGIDITY. Each sampler keeps all hypotheses of rigidity but one; it is run by the
specification.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.model.reductions.rigidity import Choice
from dlmcheck.model.targets import even_parity
from dlmcheck.model.targets.strings import one_hot
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import Law, bernoulli, certain
from dlmcheck.spec.policies import DeterministicUnmasking, IndependentUnmasking, Round
from dlmcheck.spec.sampler import Sampler, laws_by_round, selection_law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

QUARTER = Fraction(1, 4)


@dataclass(frozen=True)
class Loose:
    """A hypothesis that is dropped, what stands in its place, and the sampler of a target."""

    hypothesis: str
    says: str
    sampler: Sampler
    target: Law[State]

    @property
    def statement(self) -> str:
        """Rigidity without the hypothesis."""
        return f"reachable choices are rigid, {self.says}"


def choices(sampler: Sampler) -> list[Choice]:
    """Every choice with positive probability of being made, whatever the class of F.

    Raises the errors of a run.
    """
    found: list[Choice] = []
    for number, law in enumerate(laws_by_round(sampler)[:-1], start=1):
        clock = sampler.round_argument(number)
        for state in sorted(configuration.state for configuration in law):
            chosen = frozenset[int]().union(*selection_law(sampler, state, number))
            found += [
                Choice(number, state, i, sampler.predictor(state, i, clock)) for i in sorted(chosen)
            ]
    return found


def _leftmost(state: State, _: Round) -> frozenset[int]:
    return frozenset(sorted(masked_positions(state))[:1])


def one_hot_left_to_right(n: int) -> Sampler:
    """Uniform one-hot strings, one cell a round, with probabilities 1/n, 1/(n-1), ..."""

    def write(state: State, i: int, _: Round) -> Law[Token]:
        return certain(0) if 1 in state else bernoulli(Fraction(1, n - i))

    return _plain(n, n, write, DeterministicUnmasking(_leftmost))


def _plain(
    n: int,
    rounds: int,
    predictor: Callable[[State, int, Round], Law[Token]],
    unmask: DeterministicUnmasking | IndependentUnmasking,
    *,
    edits: Edits = Edits.WRITE_ONCE,
    output: tuple[int, ...] | None = None,
) -> Sampler:
    return Sampler(
        length=n,
        predictor=predictor,
        unmask=unmask,
        rounds=rounds,
        output=tuple(range(n)) if output is None else output,
        edits=edits,
        clock=Clock.ROUND_NUMBER,
    )


def _biased_bit() -> Sampler:
    return _plain(1, 1, lambda _, __, ___: bernoulli(QUARTER), DeterministicUnmasking(_leftmost))


def _parity_by_late_coin() -> Sampler:
    """D_2, F independent: cell 0 is written in round 1 or 2, with 1/4 or 3/4; then cell 1."""

    def rate(state: State, i: int, t: Round) -> Fraction:
        if state[i] != MASK:
            return Fraction(0)
        if i == 0:
            return Fraction(1, 2) if t == 1 else Fraction(1)
        return Fraction(t == 3)

    def write(state: State, i: int, t: Round) -> Law[Token]:
        if i == 1 and state[0] != MASK:
            return certain(state[0])
        return bernoulli(QUARTER if t == 1 else 1 - QUARTER)

    return _plain(2, 3, write, IndependentUnmasking(rate))


def _parity_with_revision() -> Sampler:
    """D_2: cell 0 is 1 with 1/4, then drawn again fairly, then cell 1 copies it."""

    def select(_: State, t: Round) -> frozenset[int]:
        return frozenset({1} if t == 3 else {0})

    def write(state: State, i: int, t: Round) -> Law[Token]:
        if i == 1 and state[0] != MASK:
            return certain(state[0])
        return bernoulli(QUARTER if t == 1 else Fraction(1, 2))

    revise = Edits.REVISE_TOKEN
    return _plain(2, 3, write, DeterministicUnmasking(select), edits=revise)


def _parity_with_scratch() -> Sampler:
    """D_1 on two cells: the other one is 1 with 1/4 and is not output."""
    return _plain(
        2,
        1,
        lambda _, i, __: certain(0) if i == 0 else bernoulli(QUARTER),
        DeterministicUnmasking(lambda state, _: masked_positions(state)),
        output=(0,),
    )


LOOSE = (
    Loose(
        "dyadic-predictor", "with predictors that are not dyadic", one_hot_left_to_right(4),
        one_hot(4),
    ),
    Loose(
        "atoms-powers-of-half", "with other atoms", _biased_bit(),
        Law({(0,): 1 - QUARTER, (1,): QUARTER}),
    ),
    Loose("deterministic-F", "with independent F", _parity_by_late_coin(), even_parity(2)),
    Loose("write-once", "with revision", _parity_with_revision(), even_parity(2)),
    Loose("L=n", "with a further cell", _parity_with_scratch(), even_parity(1)),
)  # fmt: skip
