"""The law of a run by plain enumeration of its paths: a second writing of the semantics.

Nothing here uses the specification's rounds. Every choice of every round is spelled out, equal
states are never merged, and the weights are added up only at the very end.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from fractions import Fraction
from itertools import combinations, product

from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.sampler import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    MemoryUnmasking,
    SameRateUnmasking,
    Sampler,
    UniformSubsetUnmasking,
)
from dlmcheck.spec.tokens import MASK, State

Path = tuple[Fraction, State, Hashable]
"""Probability, state and memory at the end of one path."""


def coin_flips(rates: list[Fraction]) -> Iterator[tuple[Fraction, frozenset[int]]]:
    """Every outcome of independent coins, as the set of those that came up."""
    for flags in product((False, True), repeat=len(rates)):
        weight = Fraction(1)
        for flag, rate in zip(flags, rates, strict=True):
            weight *= rate if flag else 1 - rate
        if weight:
            yield weight, frozenset(i for i, flag in enumerate(flags) if flag)


def drawn(
    sampler: Sampler, x: State, t: int | None, cells: list[int]
) -> Iterator[tuple[Fraction, State]]:
    """Every way to draw the cells listed, one after the other, all from the laws given x."""
    if not cells:
        yield Fraction(1), x
        return
    first, *others = cells
    for token, weight in sampler.predictor(x, first, t).items():
        for rest, candidates in drawn(sampler, x, t, others):
            yield weight * rest, (*candidates[:first], token, *candidates[first + 1 :])


def put(x: State, candidates: State, chosen: frozenset[int]) -> State:
    return tuple(candidates[i] if i in chosen else x[i] for i in range(len(x)))


def after_write(sampler: Sampler, x: State, memory: Hashable, t: int | None) -> Iterator[Path]:
    policy = sampler.unmask
    length = len(x)
    revises = sampler.edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY)
    free = [i for i in range(length) if revises or x[i] == MASK]
    if isinstance(policy, AfterSamplingUnmasking):
        for weight, candidates in drawn(sampler, x, t, free):
            for chosen, w in policy.select(x, candidates, t).items():
                yield weight * w, put(x, candidates, chosen), memory
        return
    if isinstance(policy, MemoryUnmasking):
        for weight, candidates in drawn(sampler, x, t, free):
            for (chosen, later), w in policy.select(x, memory, candidates, t).items():
                yield weight * w, put(x, candidates, chosen), later
        return
    choices: list[tuple[Fraction, frozenset[int]]]
    if isinstance(policy, DeterministicUnmasking):
        choices = [(Fraction(1), policy.select(x, t))]
    elif isinstance(policy, IndependentUnmasking):
        choices = list(coin_flips([policy.rate(x, i, t) for i in range(length)]))
    elif isinstance(policy, SameRateUnmasking):
        rate = policy.rate(x, t)
        choices = list(coin_flips([rate if i in free else Fraction(0) for i in range(length)]))
    elif isinstance(policy, UniformSubsetUnmasking):
        size = min(policy.size(x, t), len(free))
        sets = [frozenset(c) for c in combinations(free, size)]
        choices = [(Fraction(1, len(sets)), chosen) for chosen in sets]
    else:
        choices = [(w, chosen) for chosen, w in policy.select(x, t).items()]
    for weight, chosen in choices:
        for w, candidates in drawn(sampler, x, t, sorted(chosen)):
            yield weight * w, candidates, memory


def after_remask(sampler: Sampler, x: State, t: int | None) -> Iterator[tuple[Fraction, State]]:
    policy = sampler.remask
    if policy is None:
        choices = [(Fraction(1), frozenset[int]())]
    elif isinstance(policy, DeterministicRemasking):
        choices = [(Fraction(1), policy.select(x, t))]
    elif isinstance(policy, IndependentRemasking):
        choices = list(coin_flips([policy.rate(x, i, t) for i in range(len(x))]))
    else:
        choices = [(w, chosen) for chosen, w in policy.select(x, t).items()]
    for weight, chosen in choices:
        yield weight, tuple(MASK if i in chosen else x[i] for i in range(len(x)))


def paths(sampler: Sampler) -> Iterator[Path]:
    """Every path of a legal sampler without a given start, with its probability."""
    start = tuple(dict(sampler.prompt).get(i, MASK) for i in range(sampler.length))
    memory = sampler.unmask.initial if isinstance(sampler.unmask, MemoryUnmasking) else None
    yield from _paths_from(sampler, start, memory, 1)


def _paths_from(sampler: Sampler, x: State, memory: Hashable, number: int) -> Iterator[Path]:
    if number > sampler.rounds:
        yield Fraction(1), x, memory
        return
    t = number if sampler.clock is Clock.ROUND_NUMBER else None
    for first, written, later in after_write(sampler, x, memory, t):
        for second, y in after_remask(sampler, written, t):
            for rest, final, end in _paths_from(sampler, y, later, number + 1):
                yield first * second * rest, final, end


def total_by_paths(sampler: Sampler) -> dict[tuple[State, Hashable], Fraction]:
    """The weights of all paths, added up by where they end."""
    total: dict[tuple[State, Hashable], Fraction] = {}
    for weight, state, memory in paths(sampler):
        total[state, memory] = total.get((state, memory), Fraction(0)) + weight
    return total
