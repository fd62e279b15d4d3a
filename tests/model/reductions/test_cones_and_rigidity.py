"""The locality form of the lower bound, and rigidity."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from dlmcheck.model.reductions.cones import (
    check_cones,
    cone_bounds,
    least_rounds,
    longest_parity,
)
from dlmcheck.model.reductions.rigidity import reachable_choices
from dlmcheck.model.samplers.mask_memory import parity_chain, parity_tree
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.model.targets.strings import one_hot
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.law import Law, bernoulli, certain
from dlmcheck.spec.policies import DeterministicUnmasking, Round
from dlmcheck.spec.sampler import Sampler, output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import MASK, State, masked_positions
from tests.model.samplers.zoo import DETERMINISTIC_WRITE_ONCE, Entry

each = pytest.mark.parametrize("entry", DETERMINISTIC_WRITE_ONCE, ids=lambda entry: entry.name)

# Least rounds for n = 3, ..., 7 and locality k (deterministic F, with a clock), as reported by SAT
# searches that are not repeated here: the bound may not exceed them.
REPORTED = {
    (3, 1): 3, (3, 2): 2,
    (4, 1): 4, (4, 2): 3, (4, 3): 2,
    (5, 2): 3, (5, 3): 3, (5, 4): 2,
    (6, 2): 4, (6, 3): 3, (6, 4): 3, (6, 5): 2,
    (7, 2): 4, (7, 3): 3,
}  # fmt: skip


def locality_of(schedule: Schedule) -> int:
    measured = wire_locality(schedule)
    return max(measured.predictor, measured.unmasking or 0)


# --- the bound -----------------------------------------------------------------------------


def test_the_recursion_has_the_closed_form() -> None:
    for k in range(6):
        for t, (mask, cell) in enumerate(cone_bounds(k, 8)):
            assert (mask, cell) == (
                (0, 0) if t == 0 else ((k + 1) ** (t - 1) - 1, (k + 1) ** (t - 1))
            )


def test_checks_of_early_rounds_see_less_than_the_last_one_may() -> None:
    for k in range(1, 8):
        bounds = cone_bounds(k, 9)
        for rounds in range(2, 9):
            for t in range(1, rounds):
                mask, cell = bounds[t - 1]
                assert mask + 2 * k * cell + 1 <= longest_parity(k, rounds)
            mask, cell = bounds[rounds - 1]
            assert mask + k * cell + 1 == longest_parity(k, rounds)


def test_the_bound_is_the_rounded_up_logarithm_in_integers() -> None:
    for k in range(1, 6):
        for n in range(1, 2000):
            rounds = least_rounds(n, k)
            assert rounds is not None
            assert (k + 1) ** (rounds - 1) >= n
            assert rounds == 1 or (k + 1) ** (rounds - 2) < n


def test_the_bound_against_reported_searches() -> None:
    bounds = {case: least_rounds(*case) for case in REPORTED}
    assert all(bound is not None and bound <= REPORTED[case] for case, bound in bounds.items())
    assert {case for case, bound in bounds.items() if bound != REPORTED[case]} == {
        (4, 1),
        (6, 2),
        (7, 2),
    }


@each
def test_every_sampler_respects_the_bound(entry: Entry) -> None:
    for n in entry.sizes(40):
        schedule = entry.make(n)
        least = least_rounds(n, locality_of(schedule))
        assert least is not None
        assert least <= schedule.rounds


@each
def test_some_check_of_every_sampler_sees_all_bits_and_none_more_than_the_bound(
    entry: Entry,
) -> None:
    for n in entry.sizes(16):
        schedule = entry.make(n)
        widest = max(len(check.cells) for check in check_cones(schedule))
        assert widest == n
        assert widest <= longest_parity(locality_of(schedule), schedule.rounds)


def test_where_the_chain_is_optimal() -> None:
    """With a clock and three tokens: no sampler of that locality needs fewer rounds."""
    optimal = [n for n in range(2, 30) if least_rounds(n, 3) == parity_chain(n, clock=True).rounds]
    assert optimal == [2, 3, 4, 5, 6]


def test_canary_the_same_wires_with_fewer_rounds_see_too_little() -> None:
    """Nothing with these wires and so few rounds can be exact: no check sees all bits."""
    for schedule, rounds in ((parity_chain(8, clock=True), 2), (parity_tree(12, clock=True), 2)):
        cut = check_cones(replace(schedule, rounds=rounds))
        assert max(len(check.cells) for check in cut) < schedule.length


def test_bad_arguments_are_refused() -> None:
    for arguments in ((0, 2), (3, -1)):
        with pytest.raises(BadPoint):
            least_rounds(*arguments)
    with pytest.raises(BadPoint):
        cone_bounds(-1, 2)
    with pytest.raises(BadPoint):
        longest_parity(2, 0)
    with pytest.raises(BadPoint, match="edits"):
        check_cones(parity_revision(4))


# --- rigidity ------------------------------------------------------------------------------


@each
def test_every_reachable_choice_of_an_exact_sampler_is_fair_or_certain(entry: Entry) -> None:
    for n in entry.sizes(5):
        choices = list(reachable_choices(sampler_of(entry.make(n))))
        assert choices
        assert all(choice.is_rigid for choice in choices)
        # Exactly one choice on a trace is certain: it makes the parity even.
        fair = sum(len(choice.law) == 2 for choice in choices if choice.round_number == 1)
        assert fair <= max(n - 1, 0)


def one_hot_left_to_right(n: int) -> Sampler:
    """Uniform one-hot strings, one cell a round, with probabilities 1/n, 1/(n-1), ..."""

    def write(state: State, i: int, _number: Round) -> Law[int]:
        if 1 in state:
            return certain(0)
        return bernoulli(Fraction(1, n - i))

    return Sampler(
        length=n,
        predictor=write,
        unmask=DeterministicUnmasking(
            lambda state, _: frozenset(sorted(masked_positions(state))[:1])
        ),
        rounds=n,
        output=tuple(range(n)),
    )


def test_canary_one_hot_choices_are_not_rigid() -> None:
    for n in (3, 4):
        sampler = one_hot_left_to_right(n)
        assert output_law(sampler) == one_hot(n)
        loose = [choice for choice in reachable_choices(sampler) if not choice.is_rigid]
        assert loose
        assert loose[0].state == (MASK,) * n
        assert loose[0].law[1] == Fraction(1, n)
    # Two cells: one-hot strings are the odd ones, and one coin does it.
    assert all(choice.is_rigid for choice in reachable_choices(one_hot_left_to_right(2)))


def test_choices_of_a_random_policy_are_refused() -> None:
    with pytest.raises(BadPoint, match="not deterministic"):
        list(reachable_choices(sampler_of(parity_independent_unmasking(4))))
