"""Least rounds by going through all policies, and samplers that leave the setting.

Source: our note ROUNDS-WRITE-ONCE. The dynamic program rests on the event identity. Here nothing
rests on it: every deterministic F is tried, the sampler is run by the specification, and its
output law is compared with the target. The samplers at the end drop a hypothesis each, and sample
one-hot strings in two rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from dlmcheck.model.targets.exact import TokenLaw
from dlmcheck.model.targets.strings import one_hot
from dlmcheck.spec import law as laws
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import HALF, Law, bernoulli, certain
from dlmcheck.spec.policies import DeterministicUnmasking, JointUnmasking, Positions, Round
from dlmcheck.spec.rounds import (
    least_rounds,
    length_of,
    non_empty_subsets,
    strategy_sampler,
)
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import MASK, State, Token, all_masked, masked_positions
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, fails

Policy = dict[State, Positions]


def policies(state: State) -> Iterator[tuple[Policy, int]]:
    """All deterministic F for bits from a state on, with the number of rounds each takes.

    F writes at least one cell in each round: an empty round can be left out. For n = 3 there are
    31 from the state that is all mask.

    >>> [sum(1 for _ in policies((MASK,) * n)) for n in (1, 2, 3)]
    [1, 3, 31]
    """
    masked = masked_positions(state)
    if not masked:
        yield {}, 0
        return
    for cells in non_empty_subsets(masked):
        outcomes = list(_outcomes(state, cells))
        for branches in product(*(list(policies(after)) for after in outcomes)):
            chosen: Policy = {state: cells}
            for branch, _ in branches:
                chosen.update(branch)
            yield chosen, 1 + max(rounds for _, rounds in branches)


def _outcomes(state: State, cells: Positions) -> Iterator[State]:
    ordered = sorted(cells)
    for tokens in product((0, 1), repeat=len(ordered)):
        shown = dict(zip(ordered, tokens, strict=True))
        yield tuple(shown.get(i, token) for i, token in enumerate(state))


def least_rounds_by_policies(target: TokenLaw) -> int | None:
    """The fewest rounds of a policy whose sampler, run by the semantics, samples the target."""
    best: int | None = None
    for policy, rounds in policies(all_masked(length_of(target))):
        if best is not None and rounds >= best:
            continue
        if output_law(strategy_sampler(target, _choose(policy), rounds)) == target:
            best = rounds
    return best


def _choose(policy: Policy) -> _Choice:
    return _Choice(policy)


class _Choice:
    """A policy as a function; no cell where the policy is never asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def __call__(self, state: State) -> Positions:
        return self._policy.get(state, frozenset())


# --- hypotheses dropped ------------------------------------------------------------------------


def one_hot_with_random_set(n: int) -> Sampler:
    """Jointly random F: round 1 writes a 1 at a random cell, round 2 writes the zeros."""

    def select(state: State, clock: Round) -> Law[Positions]:
        if clock == 1:
            return laws.uniform([frozenset({i}) for i in range(n)])
        return certain(masked_positions(state))

    def predictor(state: State, position: int, clock: Round) -> Law[Token]:
        if state[position] != MASK:
            return certain(state[position])
        return certain(int(clock == 1))

    return Sampler(
        n, predictor, JointUnmasking(select), 2, tuple(range(n)), clock=Clock.ROUND_NUMBER
    )


def one_hot_by_revision(bits: int) -> Sampler:
    """n = 2^bits cells: round 1 writes an address of fair bits, round 2 rewrites everything."""
    n = 1 << bits

    def predictor(state: State, position: int, clock: Round) -> Law[Token]:
        if clock == 1:
            return bernoulli(HALF) if position < bits else certain(0)
        address = sum(state[j] << j for j in range(bits))
        return certain(int(position == address))

    return Sampler(
        n,
        predictor,
        DeterministicUnmasking(lambda _, __: frozenset(range(n))),
        2,
        tuple(range(n)),
        edits=Edits.REVISE_TOKEN,
        clock=Clock.ROUND_NUMBER,
    )


def one_hot_with_scratch(bits: int) -> Sampler:
    """n = 2^bits cells and `bits` more: an address in scratch cells, then the string."""
    n = 1 << bits

    def predictor(state: State, position: int, _: Round) -> Law[Token]:
        if state[position] != MASK:
            return certain(state[position])
        if position >= n:
            return bernoulli(HALF)
        address = sum(state[n + j] << j for j in range(bits) if state[n + j] != MASK)
        return certain(int(position == address))

    def select(state: State, _: Round) -> Positions:
        scratch = frozenset(range(n, n + bits))
        return scratch if scratch & masked_positions(state) else frozenset(range(n))

    return Sampler(n + bits, predictor, DeterministicUnmasking(select), 2, tuple(range(n)))


def not_fewer(sampler: Sampler, n: int) -> Outcome:
    """That a sampler of one-hot strings takes no fewer rounds than the dynamic program says."""
    target = one_hot(n)
    if output_law(sampler) != target:
        return fails("the sampler has another output law")
    least = least_rounds(target)
    if least is None or sampler.rounds < least:
        return fails(
            f"n = {n}: {sampler.rounds} rounds sample it, the dynamic program says {least}"
        )
    return HOLDS
