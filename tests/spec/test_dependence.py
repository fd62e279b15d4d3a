"""On which cells a sampler depends, by behaviour."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.dependence import (
    Locality,
    cells_that_matter,
    locality,
    predictor_dependence,
    remasking_dependence,
    unmasking_dependence,
)
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import Law, bernoulli, certain, uniform
from dlmcheck.spec.policies import JointRemasking, Positions, Round
from dlmcheck.spec.sampler import (
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointUnmasking,
    SameRateUnmasking,
    Sampler,
)
from dlmcheck.spec.schedule import cells_read, predictor_reads, sampler_of
from dlmcheck.spec.tokens import MASK, State, Token
from tests.spec.schedules import Shape, copy_schedule, random_schedule

HALF = Fraction(1, 2)


def keep_or(x: State, i: int, law: Law[Token]) -> Law[Token]:
    return law if x[i] == MASK else certain(x[i])


def three_cells(edits: Edits = Edits.WRITE_ONCE, clock: Clock = Clock.STATE_ONLY) -> Sampler:
    """Cell 0: a coin. Cell 1: the value of cell 0. Cell 2: biased iff cell 1 is masked.

    F: cell i once its left neighbour is written. G: masks a 1 with rate 1/2.
    """

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if i == 0:
            return keep_or(x, 0, uniform([0, 1]))
        if i == 1:
            return keep_or(x, 1, certain(int(x[0] == 1)))
        return keep_or(x, 2, bernoulli(Fraction(1, 4) if x[1] == MASK else HALF))

    return Sampler(
        length=3,
        predictor=predictor,
        unmask=DeterministicUnmasking(
            lambda x, t: frozenset(i for i in range(3) if i == 0 or x[i - 1] != MASK)
        ),
        rounds=3,
        output=(0, 1, 2),
        edits=edits,
        clock=clock,
        remask=IndependentRemasking(lambda x, i, t: HALF if x[i] == 1 else Fraction(0))
        if edits is Edits.REMASK
        else None,
    )


def test_dependence_by_hand() -> None:
    sampler = three_cells()
    assert [predictor_dependence(sampler, i) for i in range(3)] == [set(), {0}, {1}]
    assert [unmasking_dependence(sampler, i) for i in range(3)] == [set(), {0}, {1}]
    assert locality(sampler) == Locality(1, 1, None)


def test_the_own_mask_status_is_free_but_the_own_token_counts_for_a_remask() -> None:
    sampler = three_cells(Edits.REMASK)
    assert [remasking_dependence(sampler, i) for i in range(3)] == [{0}, {1}, {2}]
    assert locality(sampler) == Locality(1, 1, 1)


def test_a_remask_of_all_visible_cells_depends_on_nothing() -> None:
    sampler = replace(
        three_cells(Edits.REMASK),
        remask=IndependentRemasking(lambda x, i, t: HALF if x[i] != MASK else Fraction(0)),
    )
    assert [remasking_dependence(sampler, i) for i in range(3)] == [set(), set(), set()]


def test_with_revision_the_own_cell_counts() -> None:
    sampler = three_cells(Edits.REVISE_TOKEN)
    assert [predictor_dependence(sampler, i) for i in range(3)] == [{0}, {0, 1}, {1, 2}]


def test_a_rate_in_place_of_a_rule() -> None:
    independent = replace(
        three_cells(),
        unmask=IndependentUnmasking(lambda x, i, t: HALF if x[2 - i] == 0 else Fraction(1)),
    )
    # Cell 1 is its own mirror image, and its own mask status is free.
    assert [unmasking_dependence(independent, i) for i in range(3)] == [{2}, set(), {0}]
    common = replace(
        three_cells(), unmask=SameRateUnmasking(lambda x, t: Fraction(1, 1 + x.count(MASK)))
    )
    assert [unmasking_dependence(common, i) for i in range(3)] == [{1, 2}, {0, 2}, {0, 1}]


def test_dependence_in_any_round_counts() -> None:
    plain = three_cells(clock=Clock.ROUND_NUMBER)

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if t == 2 and i == 0:
            return keep_or(x, 0, certain(int(x[2] == 1)))
        return plain.predictor(x, i, t)

    assert predictor_dependence(replace(plain, predictor=predictor), 0) == {2}


def test_a_prompt_is_fixed_and_nothing_depends_on_it() -> None:
    prompted = replace(three_cells(), prompt=((0, 1),))
    assert predictor_dependence(prompted, 1) == set()


def test_policies_that_do_not_act_position_by_position_have_no_local_dependence() -> None:
    none: Positions = frozenset()
    joint = replace(three_cells(), unmask=JointUnmasking(lambda x, t: certain(none)))
    with pytest.raises(BadPoint):
        unmasking_dependence(joint, 0)
    assert locality(joint).unmasking is None
    with pytest.raises(BadPoint):
        remasking_dependence(three_cells(), 0)
    remasked = replace(three_cells(Edits.REMASK), remask=JointRemasking(lambda x, t: certain(none)))
    assert locality(remasked).remasking is None
    with pytest.raises(BadPoint):
        remasking_dependence(remasked, 0)


def test_a_deterministic_remask_that_reads_its_neighbour() -> None:
    sampler = replace(
        three_cells(Edits.REMASK),
        remask=DeterministicRemasking(lambda x, t: frozenset(i for i in (1, 2) if x[i - 1] == 1)),
    )
    assert [remasking_dependence(sampler, i) for i in range(3)] == [set(), {0}, {1}]


@given(st.integers(0, 2**27 - 1))
def test_cells_that_matter_by_the_definition(table: int) -> None:
    states: list[State] = list(product((MASK, 0, 1), repeat=3))
    value = {state: table >> k & 1 for k, state in enumerate(states)}
    expected = {
        j
        for j in range(3)
        for x in states
        for y in states
        if all(a == b for i, (a, b) in enumerate(zip(x, y, strict=True)) if i != j)
        and value[x] != value[y]
    }
    assert cells_that_matter(value.__getitem__, states) == expected


def test_on_no_state_nothing_matters() -> None:
    assert cells_that_matter(len, []) == frozenset()


@given(st.integers(0, 10**6), st.sampled_from([Edits.WRITE_ONCE, Edits.REVISE_TOKEN]))
def test_behaviour_reads_no_more_than_the_wires(seed: int, edits: Edits) -> None:
    schedule = random_schedule(seed, Shape(edits, length=3, rounds=1))
    sampler = sampler_of(schedule)
    for i, inputs in enumerate(predictor_reads(schedule)):
        assert predictor_dependence(sampler, i) <= cells_read(schedule, inputs)


def test_wires_may_reach_further_than_behaviour() -> None:
    # Cell 1 is wired to itself (is it masked?) and to cell 0; only cell 0 matters where it counts.
    schedule = copy_schedule()
    assert cells_read(schedule, predictor_reads(schedule)[1]) == {0, 1}
    assert predictor_dependence(sampler_of(schedule), 1) == {0}
