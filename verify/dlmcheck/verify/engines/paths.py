"""The paths of a run, one by one: nothing is merged.

A second writing of the semantics (Jiang, Haghtalab, Chen, ICLR 2026, section 2) that shares no
code with `spec.sampler`. In every round a candidate is drawn for every cell, for all forms of F,
and the selection comes after that; a policy that does not see the candidates cannot tell the
difference. Equal states are kept apart, each with its past; whoever wants the law of the run adds
the weights of its paths. The samplers must be legal: no rule is checked here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.policies import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    MemoryUnmasking,
    SameRateUnmasking,
    UniformSubsetUnmasking,
)
from dlmcheck.spec.tokens import MASK, State

_Chosen = tuple[Fraction, frozenset[int], Hashable]


@dataclass(frozen=True)
class Path:
    """One path: its probability, the states before round 1 and after each round, the memory."""

    weight: Fraction
    states: tuple[State, ...]
    memory: Hashable


def paths(sampler: Sampler) -> list[Path]:
    """Every path of positive probability; two may pass through the same states."""
    memory = sampler.unmask.initial if isinstance(sampler.unmask, MemoryUnmasking) else None
    found = [Path(weight, (state,), memory) for state, weight in sampler.start().items()]
    for number in range(1, sampler.rounds + 1):
        told = number if sampler.clock is Clock.ROUND_NUMBER else None
        found = [longer for path in found for longer in _extended(sampler, path, told)]
    return found


def _extended(sampler: Sampler, path: Path, told: int | None) -> Iterator[Path]:
    before = path.states[-1]
    for first, candidates in _candidates(sampler, before, told):
        for second, chosen, memory in _selections(sampler, before, path.memory, candidates, told):
            written = tuple(candidates[i] if i in chosen else before[i] for i in range(len(before)))
            for third, hidden in _remasked(sampler, written, told):
                after = tuple(MASK if i in hidden else written[i] for i in range(len(written)))
                weight = path.weight * first * second * third
                yield Path(weight, (*path.states, after), memory)


def _free(sampler: Sampler, state: State) -> list[int]:
    """The cells that a write can change."""
    if sampler.edits in (Edits.WRITE_ONCE, Edits.REMASK):
        return [i for i in range(len(state)) if state[i] == MASK]
    return list(range(len(state)))


def _candidates(
    sampler: Sampler, state: State, told: int | None
) -> Iterator[tuple[Fraction, State]]:
    """A candidate for every cell that a write can change; the others are what they are."""
    partial: list[tuple[Fraction, State]] = [(Fraction(1), ())]
    free = _free(sampler, state)
    for i in range(len(state)):
        row = list(sampler.predictor(state, i, told).items()) if i in free else [(state[i], 1)]
        partial = [(w * p, (*tokens, token)) for w, tokens in partial for token, p in row]
    yield from partial


def _selections(
    sampler: Sampler, state: State, memory: Hashable, candidates: State, told: int | None
) -> Iterator[_Chosen]:
    policy = sampler.unmask
    free = _free(sampler, state)
    if isinstance(policy, MemoryUnmasking):
        for (chosen, later), weight in policy.select(state, memory, candidates, told).items():
            yield weight, chosen, later
    elif isinstance(policy, AfterSamplingUnmasking):
        for chosen, weight in policy.select(state, candidates, told).items():
            yield weight, chosen, memory
    elif isinstance(policy, DeterministicUnmasking):
        yield Fraction(1), policy.select(state, told), memory
    elif isinstance(policy, IndependentUnmasking):
        rates = {i: policy.rate(state, i, told) for i in range(len(state))}
        yield from ((weight, chosen, memory) for weight, chosen in _tossed(rates))
    elif isinstance(policy, SameRateUnmasking):
        rates = dict.fromkeys(free, policy.rate(state, told))
        yield from ((weight, chosen, memory) for weight, chosen in _tossed(rates))
    elif isinstance(policy, UniformSubsetUnmasking):
        size = min(policy.size(state, told), len(free))
        sets = [frozenset(chosen) for chosen in combinations(free, size)]
        yield from ((Fraction(1, len(sets)), chosen, memory) for chosen in sets)
    else:
        for chosen, weight in policy.select(state, told).items():
            yield weight, chosen, memory


def _remasked(
    sampler: Sampler, written: State, told: int | None
) -> Iterator[tuple[Fraction, frozenset[int]]]:
    policy = sampler.remask
    if policy is None:
        yield Fraction(1), frozenset()
    elif isinstance(policy, DeterministicRemasking):
        yield Fraction(1), policy.select(written, told)
    elif isinstance(policy, IndependentRemasking):
        yield from _tossed({i: policy.rate(written, i, told) for i in range(len(written))})
    else:
        yield from ((weight, chosen) for chosen, weight in policy.select(written, told).items())


def _tossed(rates: dict[int, Fraction]) -> Iterator[tuple[Fraction, frozenset[int]]]:
    """Every outcome of positive probability of independent coins, as the set that came up."""
    partial: list[tuple[Fraction, frozenset[int]]] = [(Fraction(1), frozenset())]
    for i, rate in rates.items():
        partial = [
            (weight * p, chosen | {i} if up else chosen)
            for weight, chosen in partial
            for up, p in ((True, rate), (False, 1 - rate))
            if p
        ]
    yield from partial
