"""On which cells a sampler depends, measured on what it does, not on how it is written.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2 (predictors and policies in NC0 read O(1)
bits). A function of the state *depends* on cell j if two states that differ in cell j only have
different values. Wires of a circuit give an upper bound (`resources.reads`,
`schedule.cells_read`); here every state is tried, 3^L of them for bits, so L must be small.

The own cell. Without revision p_i and F_i matter only where cell i is masked, and G_i only where
it shows a token; they are measured on these states, so that a cell's own mask status is free and
only further cells (and, for G_i, the own token) are counted. With revision p_i and F_i are
measured on all states and the own cell counts like any other.

All legal states count, reachable or not, and all rounds up to D if there is a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.policies import (
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    SameRateUnmasking,
)
from dlmcheck.spec.rows import all_states, told_rounds
from dlmcheck.spec.sampler import writable_cells
from dlmcheck.spec.tokens import MASK, State


def cells_that_matter(
    function: Callable[[State], Hashable], states: Iterable[State]
) -> frozenset[int]:
    """The cells j for which two of the states differ in cell j only and in the function's value.

    >>> sorted(cells_that_matter(lambda x: x[0] ^ x[1] ^ x[1], [(0, 0), (0, 1), (1, 0), (1, 1)]))
    [0]
    """
    values = {state: function(state) for state in states}
    found: set[int] = set()
    # States that agree outside cell j form a line; the function must be constant on each.
    for j in range(max((len(state) for state in values), default=0)):
        on_line: dict[State, Hashable] = {}
        for state, value in values.items():
            line = state[:j] + state[j + 1 :]
            if on_line.setdefault(line, value) != value:
                found.add(j)
                break
    return frozenset(found)


def predictor_dependence(sampler: Sampler, position: int) -> frozenset[int]:
    """The cells on which p_i depends."""
    states = [x for x in all_states(sampler) if position in writable_cells(sampler, x)]
    return _over_rounds(
        sampler,
        states,
        lambda state, number: sampler.predictor(state, position, sampler.round_argument(number)),
    )


def unmasking_dependence(sampler: Sampler, position: int) -> frozenset[int]:
    """The cells on which the probability that F selects a position depends.

    Raises `BadPoint` for a policy that is more than its probabilities at single positions
    (uniform subsets, joint, after sampling, with memory).
    """
    policy = sampler.unmask

    def rate(state: State, number: int) -> Fraction:
        clock = sampler.round_argument(number)
        if isinstance(policy, DeterministicUnmasking):
            return Fraction(position in policy.select(state, clock))
        if isinstance(policy, IndependentUnmasking):
            return policy.rate(state, position, clock)
        if isinstance(policy, SameRateUnmasking):
            return policy.rate(state, clock)
        raise BadPoint("an unmasking policy that does not act position by position")

    states = [x for x in all_states(sampler) if position in writable_cells(sampler, x)]
    return _over_rounds(sampler, states, rate)


def remasking_dependence(sampler: Sampler, position: int) -> frozenset[int]:
    """The cells on which the probability that G remasks a position depends.

    Raises `BadPoint` if there is no remasking policy, or a joint one.
    """
    policy = sampler.remask

    def rate(state: State, number: int) -> Fraction:
        clock = sampler.round_argument(number)
        if isinstance(policy, DeterministicRemasking):
            return Fraction(position in policy.select(state, clock))
        if isinstance(policy, IndependentRemasking):
            return policy.rate(state, position, clock)
        raise BadPoint("no remasking policy that acts position by position")

    states = [x for x in all_states(sampler) if x[position] != MASK]
    return _over_rounds(sampler, states, rate)


@dataclass(frozen=True)
class Locality:
    """The largest number of cells on which a single p_i, F_i or G_i depends.

    None where F or G does not act position by position, or there is no G.
    """

    predictor: int
    unmasking: int | None
    remasking: int | None


def locality(sampler: Sampler) -> Locality:
    """How many tokens the parts of a sampler read, by behaviour."""

    def largest(of: Callable[[Sampler, int], frozenset[int]]) -> int:
        return max((len(of(sampler, i)) for i in range(sampler.length)), default=0)

    single_f = (DeterministicUnmasking, IndependentUnmasking, SameRateUnmasking)
    single_g = (DeterministicRemasking, IndependentRemasking)
    return Locality(
        largest(predictor_dependence),
        largest(unmasking_dependence) if isinstance(sampler.unmask, single_f) else None,
        largest(remasking_dependence) if isinstance(sampler.remask, single_g) else None,
    )


def _over_rounds(
    sampler: Sampler, states: list[State], function: Callable[[State, int], Hashable]
) -> frozenset[int]:
    found: frozenset[int] = frozenset()
    for number in told_rounds(sampler):
        found |= cells_that_matter(_at_round(function, number), states)
    return found


def _at_round(
    function: Callable[[State, int], Hashable], number: int
) -> Callable[[State], Hashable]:
    return lambda state: function(state, number)
