"""Wrong rounds, each caught by the comparison that the right round passes.

`agrees` compares a round function with the plain enumeration of paths, on one sampler. For each
mistake there is a sampler, small enough to be followed by hand, on which it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from fractions import Fraction

import pytest

from dlmcheck.spec.lattice import Clock, Edits, End
from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.sampler import (
    AfterSamplingUnmasking,
    Configuration,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentUnmasking,
    MemoryUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
    Sampler,
    UniformSubsetUnmasking,
    candidate_law,
    initial_configurations,
    remask_law,
    round_law,
    write_law,
)
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions
from tests.spec.paths import total_by_paths

RoundFunction = Callable[[Sampler, Configuration, int], Law[Configuration]]
COIN = uniform([0, 1])
ALL = DeterministicUnmasking(lambda x, t: masked_positions(x))


def agrees(round_function: RoundFunction, sampler: Sampler) -> bool:
    """Whether D rounds of this function give the law of the enumerated paths."""
    law = initial_configurations(sampler)
    for number in range(1, sampler.rounds + 1):
        law = law.bind(_step(round_function, sampler, number))
    return {(c.state, c.memory): p for c, p in law.items()} == total_by_paths(sampler)


def _step(
    round_function: RoundFunction, sampler: Sampler, number: int
) -> Callable[[Configuration], Law[Configuration]]:
    return lambda before: round_function(sampler, before, number)


def states(law: Law[State], memory: Hashable = None) -> Law[Configuration]:
    return law.map(lambda state: Configuration(state, memory))


# --- samplers on which mistakes show ---------------------------------------------------------


def sampler(length: int, rounds: int, **changes: object) -> Sampler:
    base = Sampler(
        length=length,
        predictor=lambda x, i, t: COIN if x[i] == MASK else certain(x[i]),
        unmask=ALL,
        rounds=rounds,
        output=(),
        end=End.OUTPUT_ONLY,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields of all types


TWO_COINS = sampler(2, 1)
"""Two independent fair bits in one round."""


def _leftmost(x: State, t: Round) -> Positions:
    return frozenset([min(masked_positions(x))]) if MASK in x else frozenset()


def _copy(x: State, i: int, t: Round) -> Law[Token]:
    if x[i] != MASK:
        return certain(x[i])
    return COIN if x[0] == MASK else certain(x[0])


def _flip(x: State, i: int, t: Round) -> Law[Token]:
    return certain(0 if x[i] == MASK else 1 - x[i])


COPY_LATER = sampler(
    2,
    2,
    predictor=_copy,
    unmask=DeterministicUnmasking(_leftmost),
)
"""Cell 0 is a coin; a round later cell 1 copies it."""
COPY_AT_ONCE = replace(COPY_LATER, unmask=ALL, rounds=1)
"""The same predictor, both cells in one round: cell 1 cannot see cell 0 and is a coin, too."""
MASK_WHERE_ONE = sampler(
    1,
    1,
    edits=Edits.REMASK,
    remask=DeterministicRemasking(lambda x, t: frozenset(i for i in range(1) if x[i] == 1)),
)
"""A coin that is masked again if it shows 1."""
CONFIDENT = sampler(
    1,
    1,
    unmask=AfterSamplingUnmasking(
        lambda x, candidates, t: certain(frozenset([0] if candidates[0] == 1 else []))
    ),
)
"""A coin that is only kept if it shows 1."""


def _wait_a_round(
    x: State, memory: Hashable, candidates: State, t: Round
) -> Law[tuple[Positions, Hashable]]:
    return certain((frozenset([0] if memory == "go" else []), "go"))


REMEMBERS = sampler(1, 2, unmask=MemoryUnmasking("wait", _wait_a_round))
"""Cell 0 is selected in the rounds in which memory says so: not in the first."""
THIRD = sampler(1, 2, unmask=SameRateUnmasking(lambda x, t: Fraction(1, 3)))
"""Each round, a masked cell is written with probability 1/3."""
OWN_RATES = sampler(2, 1, unmask=IndependentUnmasking(lambda x, i, t: Fraction(1, i + 2)))
"""Cell 0 is written with probability 1/2, cell 1 with probability 1/3."""
ONE_OF_TWO = sampler(2, 1, unmask=UniformSubsetUnmasking(lambda x, t: 1))
"""One of two cells, chosen fairly, becomes a coin."""
SECOND_ROUND = sampler(
    1,
    2,
    clock=Clock.ROUND_NUMBER,
    unmask=DeterministicUnmasking(lambda x, t: frozenset([0] if t == 2 else [])),
)
"""A coin that is written in round 2."""
FLIP = sampler(
    1,
    2,
    edits=Edits.REVISE_TOKEN,
    unmask=SameRateUnmasking(lambda x, t: Fraction(1)),
    predictor=_flip,
)
"""With revision: round 1 writes 0, round 2 turns it into 1."""
SAMPLERS = [
    TWO_COINS,
    COPY_LATER,
    COPY_AT_ONCE,
    MASK_WHERE_ONE,
    CONFIDENT,
    REMEMBERS,
    THIRD,
    OWN_RATES,
    ONE_OF_TWO,
    SECOND_ROUND,
    FLIP,
]


# --- mistakes ----------------------------------------------------------------------------------


def write_before_select(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """F sees the state with everything written."""
    free = masked_positions(before.state)
    policy = s.unmask
    assert isinstance(policy, DeterministicUnmasking)

    def keep(drawn: State) -> Configuration:
        chosen = policy.select(drawn, s.round_argument(n))
        pairs = enumerate(zip(before.state, drawn, strict=True))
        return Configuration(tuple(new if i in chosen else old for i, (old, new) in pairs))

    return candidate_law(s, before.state, n, free).map(keep)


def remask_sees_the_old_state(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    g = s.remask
    assert isinstance(g, DeterministicRemasking)
    chosen = g.select(before.state, s.round_argument(n))
    return write_law(s, before, n).map(
        lambda c: Configuration(tuple(MASK if i in chosen else t for i, t in enumerate(c.state)))
    )


def remask_before_write(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    return remask_law(s, before.state, n).bind(lambda x: write_law(s, Configuration(x), n))


def no_remask(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    return write_law(s, before, n)


def one_coin_for_all(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """All masked cells get the same draw."""
    first, *_ = masked_positions(before.state)
    row = s.predictor(before.state, first, s.round_argument(n))
    return row.map(
        lambda token: Configuration(tuple(token if t == MASK else t for t in before.state))
    )


def draws_see_earlier_draws(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """Cells are drawn from left to right, each given the ones already written."""
    law = certain(before.state)
    for cell in sorted(masked_positions(before.state)):
        law = law.bind(_draw_one(s, n, cell))
    return states(law)


def _draw_one(s: Sampler, n: int, cell: int) -> Callable[[State], Law[State]]:
    return lambda x: candidate_law(s, x, n, frozenset([cell]))


def everything_is_written(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    free = masked_positions(before.state)
    return states(candidate_law(s, before.state, n, free), before.memory)


def redraw_after_selecting(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """The policy sees candidates, and then others are written."""
    f = s.unmask
    assert isinstance(f, AfterSamplingUnmasking)
    free = masked_positions(before.state)
    seen = candidate_law(s, before.state, n, free)
    return states(
        seen.bind(lambda c: f.select(before.state, c, s.round_argument(n))).bind(
            lambda chosen: candidate_law(s, before.state, n, chosen)
        )
    )


def forgetful(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """Memory starts anew in every round."""
    f = s.unmask
    assert isinstance(f, MemoryUnmasking)
    return round_law(s, Configuration(before.state, f.initial), n)


def rate_means_always(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """A positive rate is taken for certainty."""
    f = s.unmask
    assert isinstance(f, SameRateUnmasking | IndependentUnmasking)
    return round_law(replace(s, unmask=SameRateUnmasking(lambda x, t: Fraction(1))), before, n)


def one_coin_selects_all(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """One number u in [0, 1] is compared with every rate: selections are not independent."""
    f = s.unmask
    assert isinstance(f, IndependentUnmasking)
    first, second = (f.rate(before.state, i, s.round_argument(n)) for i in range(2))
    sets = Law(
        {frozenset({0, 1}): second, frozenset({0}): first - second, frozenset[int](): 1 - first}
    )
    return states(sets.bind(lambda chosen: candidate_law(s, before.state, n, chosen)))


def first_subset_only(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """The leftmost k cells instead of a uniform subset of k."""
    f = s.unmask
    assert isinstance(f, UniformSubsetUnmasking)
    free = sorted(masked_positions(before.state))
    chosen = frozenset(free[: f.size(before.state, s.round_argument(n))])
    return states(candidate_law(s, before.state, n, chosen))


def rounds_from_zero(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    number = n - 1
    f = s.unmask
    assert isinstance(f, DeterministicUnmasking)
    return states(candidate_law(s, before.state, n, f.select(before.state, number)))


def no_clock(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    return round_law(replace(s, clock=Clock.STATE_ONLY), before, n)


def only_masked_cells(s: Sampler, before: Configuration, n: int) -> Law[Configuration]:
    """An exchangeable policy that forgets that revision can change every cell."""
    return states(candidate_law(s, before.state, n, masked_positions(before.state)))


CANARIES: list[tuple[RoundFunction, Sampler]] = [
    (write_before_select, COPY_LATER),
    (remask_sees_the_old_state, MASK_WHERE_ONE),
    (remask_before_write, MASK_WHERE_ONE),
    (no_remask, MASK_WHERE_ONE),
    (one_coin_for_all, TWO_COINS),
    (draws_see_earlier_draws, COPY_AT_ONCE),
    (everything_is_written, COPY_LATER),
    (everything_is_written, CONFIDENT),
    (redraw_after_selecting, CONFIDENT),
    (forgetful, REMEMBERS),
    (rate_means_always, THIRD),
    (rate_means_always, OWN_RATES),
    (one_coin_selects_all, OWN_RATES),
    (first_subset_only, ONE_OF_TWO),
    (rounds_from_zero, SECOND_ROUND),
    (no_clock, SECOND_ROUND),
    (only_masked_cells, FLIP),
]


@pytest.mark.parametrize("number", range(len(SAMPLERS)))
def test_the_specified_round_agrees_with_the_paths(number: int) -> None:
    assert agrees(round_law, SAMPLERS[number])


@pytest.mark.parametrize(
    ("mistake", "where"), CANARIES, ids=[f"{m.__name__}-{k}" for k, (m, _) in enumerate(CANARIES)]
)
def test_canary_a_wrong_round_is_caught(mistake: RoundFunction, where: Sampler) -> None:
    assert not agrees(mistake, where)


def test_the_laws_behind_the_canaries_are_the_ones_worked_out_by_hand() -> None:
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    expected: list[tuple[Sampler, dict[State, Fraction]]] = [
        (TWO_COINS, dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], quarter)),
        (COPY_LATER, dict.fromkeys([(0, 0), (1, 1)], half)),
        (COPY_AT_ONCE, dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], quarter)),
        (MASK_WHERE_ONE, {(0,): half, (MASK,): half}),
        (CONFIDENT, {(1,): half, (MASK,): half}),
        # Selected in round 2: a fair coin, no mask left.
        (REMEMBERS, {(0,): half, (1,): half}),
        # Masked after two rounds with probability (2/3)^2 = 4/9; the rest is fair.
        (THIRD, {(MASK,): Fraction(4, 9), (0,): Fraction(5, 18), (1,): Fraction(5, 18)}),
        (ONE_OF_TWO, dict.fromkeys([(0, MASK), (1, MASK), (MASK, 0), (MASK, 1)], quarter)),
        (SECOND_ROUND, {(0,): half, (1,): half}),
        (FLIP, {(1,): Fraction(1)}),
    ]
    for sampler_, law in expected:
        totals = {x: p for (x, _), p in total_by_paths(sampler_).items()}
        assert totals == law
