"""The sanity lemmas of the semantics, on random samplers of every policy class.

Rows sum to one; visible tokens are kept without revision; given the state and the set of written
positions, one round is a product law; the numbering of the positions does not matter; merging
equal configurations does not matter.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import certain, is_product, uniform
from dlmcheck.spec.rows import all_states, check_mask_preservation, check_rows
from dlmcheck.spec.sampler import (
    Configuration,
    DeterministicRemasking,
    DeterministicUnmasking,
    Sampler,
    UniformSubsetUnmasking,
    candidate_law,
    laws_by_round,
    round_law,
    selection_law,
    write_law,
)
from dlmcheck.spec.tokens import MASK, masked_positions
from tests.spec.paths import total_by_paths
from tests.spec.random_samplers import SHAPES, all_kinds, kinds_for, permuted, random_sampler

KINDS = st.sampled_from(all_kinds())
SEEDS = st.integers(0, 10**6)
CLOCKS = st.sampled_from(list(Clock))


def test_every_policy_form_meets_every_edit_model() -> None:
    # 7 forms of F, with write-once, two kinds of revision, and three kinds of G: 7 * 6.
    assert len(all_kinds()) == 42


@given(KINDS, SEEDS, CLOCKS)
def test_rows_sum_to_one_and_keep_visible_tokens(
    kind: tuple[str, Edits, str], seed: int, clock: Clock
) -> None:
    unmasking, edits, remasking = kind
    sampler = random_sampler(seed, unmasking, edits, remasking=remasking, clock=clock)
    # 9 states, 2 positions, and 2 rounds where they are told.
    count = 36 if clock is Clock.ROUND_NUMBER else 18
    assert check_rows(sampler) == count
    # Each position is visible in 2 states of 3.
    keeps = edits in (Edits.WRITE_ONCE, Edits.REMASK)
    assert check_mask_preservation(sampler) == (count * 2 // 3 if keeps else 0)


@given(KINDS, SEEDS)
def test_without_revision_no_visible_token_is_written_over(
    kind: tuple[str, Edits, str], seed: int
) -> None:
    unmasking, edits, remasking = kind
    sampler = random_sampler(seed, unmasking, edits, remasking=remasking)
    for state in all_states(sampler):
        for after in write_law(sampler, Configuration(state, 0), 1):
            kept = all(old in (MASK, new) for old, new in zip(state, after.state, strict=True))
            assert kept or edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY)


@given(KINDS, SEEDS, CLOCKS, st.sampled_from(SHAPES))
@settings(max_examples=60)
def test_merging_equal_states_does_not_change_the_law(
    kind: tuple[str, Edits, str], seed: int, clock: Clock, shape: tuple[int, int]
) -> None:
    unmasking, edits, remasking = kind
    sampler = random_sampler(seed, unmasking, edits, shape=shape, remasking=remasking, clock=clock)
    law = laws_by_round(sampler)[-1]
    assert {(c.state, c.memory): p for c, p in law.items()} == total_by_paths(sampler)


@pytest.mark.parametrize(("unmasking", "edits", "remasking"), all_kinds())
def test_the_law_is_that_of_the_paths_for_every_kind(
    unmasking: str, edits: Edits, remasking: str
) -> None:
    sampler = random_sampler(7, unmasking, edits, remasking=remasking)
    law = laws_by_round(sampler)[-1]
    assert {(c.state, c.memory): p for c, p in law.items()} == total_by_paths(sampler)


@given(KINDS, SEEDS, st.permutations(range(3)))
@settings(max_examples=60)
def test_the_numbering_of_positions_does_not_matter(
    kind: tuple[str, Edits, str], seed: int, order: list[int]
) -> None:
    unmasking, edits, remasking = kind
    sampler = random_sampler(seed, unmasking, edits, shape=(3, 2), remasking=remasking)

    def renumber(c: Configuration) -> Configuration:
        return Configuration(tuple(c.state[i] for i in order), c.memory)

    renumbered = [law.map(renumber) for law in laws_by_round(sampler)]
    assert laws_by_round(permuted(sampler, order)) == renumbered


@given(st.sampled_from(list(Edits)), SEEDS, st.booleans())
def test_one_round_is_a_product_law_given_state_and_selected_set(
    edits: Edits, seed: int, joint: bool
) -> None:
    """The precise statement: given x and S, the written cells are independent."""
    unmasking = "joint" if joint else "uniform-subset"
    remasking = "joint" if edits is Edits.REMASK else "none"
    sampler = random_sampler(seed, unmasking, edits, remasking=remasking)
    for state in all_states(sampler):
        for chosen in selection_law(sampler, state, 1):
            assert is_product(candidate_law(sampler, state, 1, chosen))


@given(st.sampled_from(kinds_for(("deterministic", "independent", "same-rate"))), SEEDS, CLOCKS)
def test_given_the_state_a_write_is_a_product_law_if_positions_are_selected_independently(
    kind: tuple[str, Edits, str], seed: int, clock: Clock
) -> None:
    """For deterministic F, and also for F with a coin of its own at each position."""
    unmasking, edits, remasking = kind
    sampler = random_sampler(seed, unmasking, edits, remasking=remasking, clock=clock)
    for state in all_states(sampler):
        written = write_law(sampler, Configuration(state), 1).map(lambda c: c.state)
        assert is_product(written)


def test_given_the_state_alone_a_random_subset_makes_no_product_law() -> None:
    # One of two masked cells is written: exactly one of them shows a token afterwards.
    sampler = Sampler(
        length=2,
        predictor=lambda x, i, t: certain(0),
        unmask=UniformSubsetUnmasking(lambda x, t: 1),
        rounds=2,
        output=(0, 1),
    )
    law = write_law(sampler, Configuration((MASK, MASK)), 1).map(lambda c: c.state)
    assert law == uniform([(0, MASK), (MASK, 0)])
    assert not is_product(law)


def test_a_deterministic_remask_makes_a_round_no_product_law() -> None:
    # Two fair bits are written, and cell 1 is masked iff cell 0 shows 1.
    sampler = Sampler(
        length=2,
        predictor=lambda x, i, t: uniform([0, 1]),
        unmask=DeterministicUnmasking(lambda x, t: masked_positions(x)),
        rounds=1,
        output=(),
        edits=Edits.REMASK,
        remask=DeterministicRemasking(lambda x, t: frozenset({1} if x[0] == 1 else ())),
    )
    before = Configuration((MASK, MASK))
    assert is_product(write_law(sampler, before, 1).map(lambda c: c.state))
    after = round_law(sampler, before, 1).map(lambda c: c.state)
    quarter = Fraction(1, 4)
    assert dict(after.items()) == {(0, 0): quarter, (0, 1): quarter, (1, MASK): 2 * quarter}
    assert not is_product(after)
