"""The even-parity samplers: exact laws, rounds, places on the lattice, locality."""

from __future__ import annotations

import pytest

from dlmcheck.model.samplers.mask_memory import (
    Node,
    capacity,
    chain_shape,
    parity_on_tree,
    parity_tree,
    tree_shape,
)
from dlmcheck.model.samplers.random_unmasking import (
    any_target_by_joint_unmasking,
    parity_independent_unmasking,
    parity_joint_unmasking,
    target_missing_a_string_by_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import parity_remask_blocks
from dlmcheck.model.samplers.revision import parity_revision_absorbing
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.model.targets.strings import even_parity, one_hot, tilted_even_parity
from dlmcheck.spec.dependence import Locality, locality
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock, Stop
from dlmcheck.spec.policies import unmasking_class
from dlmcheck.spec.sampler import output_law, selection_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import MASK, all_masked
from dlmcheck.verify.claims.parity_samplers import WRITE_ONCE
from dlmcheck.verify.engines import statelaw
from tests.model.samplers.zoo import ZOO, Entry, even

LARGEST = 12
BY_DEFINITION = 5

each = pytest.mark.parametrize("entry", ZOO, ids=lambda entry: entry.name)


@each
def test_the_law_is_uniform_on_even_strings_for_every_n_up_to_12(entry: Entry) -> None:
    for n in entry.sizes(LARGEST):
        assert statelaw.output_law(entry.make(n)).is_uniform_on(even(n)), n


@each
def test_the_law_by_the_definition_agrees_for_small_n(entry: Entry) -> None:
    for n in entry.sizes(BY_DEFINITION):
        assert output_law(sampler_of(entry.make(n))) == even_parity(n), n


def test_the_number_of_instances() -> None:
    assert len(ZOO) == 20
    assert sum(len(entry.sizes(LARGEST)) for entry in ZOO) == 220
    assert sum(len(entry.sizes(BY_DEFINITION)) for entry in ZOO) == 83


@each
def test_rounds_and_length_are_as_stated(entry: Entry) -> None:
    for n in entry.sizes(60):
        schedule = entry.make(n)
        assert (schedule.length, schedule.rounds) == (n, entry.rounds(n))


@each
def test_the_place_on_the_lattice(entry: Entry) -> None:
    schedule = entry.make(12)
    sampler = sampler_of(schedule)
    assert sampler.edits is entry.edits
    assert unmasking_class(sampler.unmask) is entry.unmasking
    assert sampler.clock is (Clock.ROUND_NUMBER if entry.clock else Clock.STATE_ONLY)
    # Without a clock only the plain revision sampler goes on changing the state.
    absorbing = not entry.clock and entry.name != "revision"
    assert sampler.stop is (Stop.ABSORBING if absorbing else Stop.FIXED_ROUNDS)


@each
def test_measured_locality_at_12(entry: Entry) -> None:
    assert wire_locality(entry.make(12)) == Locality(*entry.locality)


@pytest.mark.parametrize(
    "entry",
    [e for e in ZOO if e.locality[0] < 11 and "tree" not in e.name],
    ids=lambda entry: entry.name,
)
def test_constant_locality_stays_the_same_up_to_60(entry: Entry) -> None:
    found = {wire_locality(entry.make(n)) for n in entry.sizes(60) if n >= 8}
    assert found == {Locality(*entry.locality)}


@each
def test_locality_by_behaviour_is_within_that_by_wires(entry: Entry) -> None:
    for n in entry.sizes(4):
        schedule = entry.make(n)
        by_behaviour, by_wires = locality(sampler_of(schedule)), wire_locality(schedule)
        assert by_behaviour.predictor <= by_wires.predictor
        if by_behaviour.unmasking is not None and by_wires.unmasking is not None:
            assert by_behaviour.unmasking <= by_wires.unmasking
        if by_behaviour.remasking is not None and by_wires.remasking is not None:
            assert by_behaviour.remasking <= by_wires.remasking


def test_the_revision_sampler_depends_on_two_tokens_by_behaviour() -> None:
    assert locality(sampler_of(ZOO[0].make(4))) == Locality(2, 0, None)


def test_rates_of_the_independent_policy_are_zero_half_or_one() -> None:
    for n in range(2, 8):
        schedule = parity_independent_unmasking(n)
        law = selection_law(sampler_of(schedule), all_masked(n), 1)
        rates = [sum(w for chosen, w in law.items() if i in chosen) for i in range(n)]
        assert {rate * 2 for rate in rates} <= {0, 1, 2}
        assert sum(rate * 2 == 1 for rate in rates) == n // 2 - 1


# --- shapes of the mask memory -------------------------------------------------------------


@pytest.mark.parametrize("arity", [1, 2, 3, 4])
def test_a_tree_uses_every_cell_once_within_its_arity(arity: int) -> None:
    for n in range(2, 200):
        root = tree_shape(n, arity)
        nodes = list(root.below())
        cells = sorted(cell for node in nodes for cell in (*node.payload, *node.pair))
        assert cells == list(range(n))
        assert all(len(node.children) <= arity for node in nodes)
        assert all(len(node.payload) <= arity + 1 for node in nodes if node.level > 1)
        assert all(node.payload for node in nodes if node.level == 2)
        assert n <= capacity(root.level, arity)
        assert root.level == 1 or n > capacity(root.level - 1, arity)
        parity_on_tree(root)


def test_wider_trees_are_exact_too() -> None:
    for arity in (3, 4):
        for n in (7, 10, 11, 12):
            for clock in (False, True):
                law = statelaw.output_law(parity_tree(n, arity, clock=clock))
                assert law.is_uniform_on(even(n))


def test_a_tree_of_three_levels_of_pairs_is_exact() -> None:
    schedule = parity_tree(14, clock=True)
    assert schedule.rounds == 5
    assert statelaw.output_law(schedule).is_uniform_on(even(14))


@pytest.mark.parametrize("arity", [2, 3, 5, 8])
@pytest.mark.parametrize("clock", [True, False])
def test_tree_locality_is_within_the_formula(arity: int, clock: bool) -> None:
    for n in (5, 12, 30, 100, 300):
        measured = wire_locality(parity_tree(n, arity, clock=clock))
        assert measured.unmasking is not None
        assert measured.unmasking <= arity + 2 * arity**2 + 2 * (not clock)
        assert measured.predictor <= 1 + 2 * arity or n <= arity + 2


def test_the_binary_trees_of_the_audit_read_what_is_stated_at_sizes_beyond_it() -> None:
    """Up to n = 12 five tokens are enough; the audit's bound must hold for every n."""
    for sampler in WRITE_ONCE:
        if sampler.name.startswith("binary tree"):
            read = [wire_locality(sampler.make(n)).unmasking for n in range(13, 61)]
            assert max(tokens or 0 for tokens in read) == sampler.tokens


def test_the_tree_beats_the_chain_in_rounds() -> None:
    assert [parity_tree(n, 4).rounds for n in (12, 100, 1000)] == [4, 5, 7]
    assert [chain_shape(n).rounds for n in (12, 100, 1000)] == [6, 50, 500]


def test_the_chain_takes_n_over_2_rounds_but_not_at_2() -> None:
    assert [chain_shape(n).rounds for n in (2, 3, 4, 5, 6, 8, 11)] == [2, 2, 2, 3, 3, 4, 6]


# --- jointly random F, any target ----------------------------------------------------------


def test_joint_unmasking_samples_any_target_in_two_rounds() -> None:
    for target in (even_parity(3), one_hot(4), tilted_even_parity([2, 3, 5])):
        sampler = any_target_by_joint_unmasking(target)
        assert sampler.rounds == 2
        assert output_law(sampler) == target


def test_without_a_clock_it_samples_any_target_that_misses_a_string() -> None:
    odd, all_zero = (1, 0, 0), (0, 0, 0)
    for target, missing in ((even_parity(3), odd), (one_hot(3), all_zero)):
        sampler = target_missing_a_string_by_joint_unmasking(target, missing)
        assert sampler.clock is Clock.STATE_ONLY
        assert output_law(sampler) == target


def test_a_string_of_the_support_is_refused_as_missing() -> None:
    with pytest.raises(BadInput, match="probability 1/4"):
        target_missing_a_string_by_joint_unmasking(even_parity(3), (0, 0, 0))


def test_joint_unmasking_without_a_clock_shows_one_of_two_cells_between_the_rounds() -> None:
    law = statelaw.laws_by_round(parity_joint_unmasking(5))[1]
    assert {(state[0] == MASK) + (state[1] == MASK) for state in law.weights} == {1}


# --- ranges --------------------------------------------------------------------------------


@each
def test_n_below_the_range_is_refused(entry: Entry) -> None:
    with pytest.raises(BadInput) as caught:
        entry.make(entry.least - 1)
    assert caught.value.expected == f"n >= {entry.least}"


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(BadInput, match="an even n"):
        parity_remask_blocks(5)
    with pytest.raises(BadInput, match="n >= 2"):
        parity_revision_absorbing(1)
    with pytest.raises(BadInput, match="at least 1"):
        tree_shape(4, 0)
    with pytest.raises(BadInput, match="layers"):
        Node(3, (0, 1), (), (Node(1, (2, 3)),))
    with pytest.raises(BadInput, match="once"):
        parity_on_tree(Node(1, (0, 2)))
    with pytest.raises(BadInput, match="a clock"):
        parity_on_tree(Node(3, (0, 1)))
