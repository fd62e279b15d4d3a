"""Samplers known from the literature have the laws that are claimed for them, in exact numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from dlmcheck.spec.dependence import Locality, locality
from dlmcheck.spec.errors import LeavesMask
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import Law, bernoulli, product_law, total_variation, uniform
from dlmcheck.spec.policies import Round
from dlmcheck.spec.rows import check_mask_preservation, check_rows, is_dyadic
from dlmcheck.spec.sampler import (
    Sampler,
    laws_by_round,
    output_law,
)
from dlmcheck.spec.tokens import State, Token, parse_state, show_state
from tests.spec.known_samplers import (
    after_sampling_parity_sampler,
    even_parity,
    independent_f_sampler,
    joint_f_sampler,
    most_confident_first,
    remasking_sampler,
    revision_sampler,
    state_only_remasking_sampler,
)


def by_name(sampler: Sampler, number: int) -> Law[str]:
    return laws_by_round(sampler)[number].map(lambda c: show_state(c.state))


@pytest.mark.parametrize("n", range(2, 7))
@pytest.mark.parametrize("exchangeable", [False, True])
def test_revision_samples_even_parity_in_two_rounds(n: int, exchangeable: bool) -> None:
    sampler = revision_sampler(n, exchangeable=exchangeable)
    assert sampler.rounds == 2
    assert output_law(sampler) == even_parity(n)


@pytest.mark.parametrize("n", range(2, 6))
def test_remasking_with_the_round_number_samples_even_parity_in_two_rounds(n: int) -> None:
    sampler = remasking_sampler(n)
    assert sampler.rounds == 2
    assert output_law(sampler) == even_parity(n)
    assert is_dyadic(sampler)


def test_the_remasking_sampler_goes_through_the_states_worked_out_by_hand() -> None:
    # n = 3, after round 1: x_1, x_2 fair, x_3 = 0; cell 2 masked iff x_1 = 1, cell 3 iff x_2 = 1.
    #   00 -> 000    01 -> 01M    10 -> 1M0    11 -> 1MM
    # after round 2:  000, 011 (cell 3: no cell 4, so 1), 110, 1 0 1 (cell 2 sees cell 3 masked).
    sampler = remasking_sampler(3)
    assert by_name(sampler, 1) == uniform(["000", "01M", "1M0", "1MM"])
    assert by_name(sampler, 2) == uniform(["000", "011", "110", "101"])


@pytest.mark.parametrize("n", range(3, 6))
def test_remasking_without_the_round_number_samples_even_parity_in_two_rounds(n: int) -> None:
    # The stop is absorbing, so output_law also checks that no further round changes anything.
    assert output_law(state_only_remasking_sampler(n)) == even_parity(n)


@pytest.mark.parametrize("clock", [True, False])
@pytest.mark.parametrize("n", [4, 6])
def test_independent_random_f_samples_even_parity_write_once_in_three_rounds(
    n: int, clock: bool
) -> None:
    sampler = independent_f_sampler(n, clock=clock)
    assert sampler.rounds == 3
    assert output_law(sampler) == even_parity(n)


def test_the_independent_f_sampler_erases_its_random_memory() -> None:
    # n = 4, with the round number. Before round 3, y_1 = 1 iff a_1 is visible; at the end every
    # even string may come from either, so that the mask pattern can no longer be told.
    sampler = independent_f_sampler(4, clock=True)
    # Round 1: a_1 is written with probability 1/2, a fair bit.
    assert by_name(sampler, 1) == Law(
        {"MMMM": Fraction(1, 2), "0MMM": Fraction(1, 4), "1MMM": Fraction(1, 4)}
    )
    # Round 2: b_1 = a_1 xor 1 if a_1 is visible, else fair; b_2 is fair.
    eighth = Fraction(1, 8)
    assert by_name(sampler, 2) == Law(
        dict.fromkeys(["0M10", "0M11", "1M00", "1M01", "MM00", "MM01", "MM10", "MM11"], eighth)
    )


@pytest.mark.parametrize("n", range(2, 6))
def test_joint_random_f_samples_even_parity_write_once_in_two_rounds(n: int) -> None:
    assert output_law(joint_f_sampler(even_parity(n))) == even_parity(n)


def test_joint_random_f_samples_any_target_in_two_rounds() -> None:
    target: Law[State] = Law(
        {(0, 0, 0): Fraction(1, 7), (0, 1, 1): Fraction(4, 7), (1, 0, 0): Fraction(2, 7)}
    )
    assert output_law(joint_f_sampler(target)) == target


@pytest.mark.parametrize("n", range(3, 6))
def test_after_sampling_f_samples_even_parity_write_once_in_two_rounds(n: int) -> None:
    assert output_law(after_sampling_parity_sampler(n)) == even_parity(n)


@pytest.mark.parametrize(
    "sampler",
    [
        revision_sampler(3),
        remasking_sampler(3),
        state_only_remasking_sampler(4),
        independent_f_sampler(4, clock=True),
        independent_f_sampler(4, clock=False),
        joint_f_sampler(even_parity(3)),
        after_sampling_parity_sampler(4),
    ],
)
def test_all_rows_that_are_met_are_laws_on_legal_tokens(sampler: Sampler) -> None:
    met = {c.state for law in laws_by_round(sampler)[:-1] for c in law}
    assert check_rows(sampler, met) > 0
    keeps = sampler.edits is not Edits.REVISE_TOKEN
    assert (check_mask_preservation(sampler, met) > 0) is keeps


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_remasking_sampler_with_clock_reads_one_token(n: int) -> None:
    # p_i: its right neighbour; F: the own mask status, which is free; G_i: its left neighbour.
    assert locality(remasking_sampler(n)) == Locality(predictor=1, unmasking=0, remasking=1)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_revision_sampler_reads_two_tokens(n: int) -> None:
    # p_i: itself and its left neighbour. With revision the own cell counts.
    assert locality(revision_sampler(n)) == Locality(predictor=2, unmasking=0, remasking=None)
    assert check_rows(revision_sampler(n)) == 3**n * n * 2


def test_canary_one_round_less_leaves_masks() -> None:
    with pytest.raises(LeavesMask) as error:
        output_law(replace(remasking_sampler(3), rounds=1))
    assert error.value.round_number == 1
    assert error.value.probability == Fraction(1, 4)
    assert error.value.state in {parse_state(x) for x in ("01M", "1M0", "1MM")}


def test_canary_a_sampler_off_by_one_neighbour_is_not_even_parity() -> None:
    right = revision_sampler(3)

    def shifted(x: State, i: int, t: Round) -> Law[Token]:
        return right.predictor(x, i if t == 1 else min(i + 1, 2), t)

    assert output_law(replace(right, predictor=shifted)) != even_parity(3)


# --- confidence-based decoding --------------------------------------------------------------------


def test_most_confident_first_samples_two_independent_bits_wrongly() -> None:
    # P(1) = 9/10. Round 1 keeps a candidate 1 rather than a 0, the left one if they are equal:
    #   1M with 9/10 (candidates 11 or 10), M1 with 9/100 (01), 0M with 1/100 (00).
    # Round 2 draws the other bit:
    #   00: 1/100 * 1/10 = 1/1000             01: 1/100 * 9/10 + 9/100 * 1/10 = 18/1000
    #   10: 9/10 * 1/10 = 90/1000             11: 9/10 * 9/10 + 9/100 * 9/10 = 891/1000
    nine_tenths = Fraction(9, 10)
    sampler = most_confident_first(nine_tenths)
    assert by_name(sampler, 1) == Law(
        {"1M": Fraction(90, 100), "M1": Fraction(9, 100), "0M": Fraction(1, 100)}
    )
    law = output_law(sampler)
    thousandths = [law[z] * 1000 for z in ((0, 0), (0, 1), (1, 0), (1, 1))]
    assert thousandths == [1, 18, 90, 891]
    perfect = product_law([bernoulli(nine_tenths)] * 2)
    assert [perfect[z] * 1000 for z in ((0, 0), (0, 1), (1, 0), (1, 1))] == [10, 90, 90, 810]
    assert total_variation(law, perfect) == Fraction(81, 1000)


def test_most_confident_first_is_right_where_confidence_says_nothing() -> None:
    # With P(1) = 1/2 all candidates are equally probable and the rule is left to right.
    assert output_law(most_confident_first(Fraction(1, 2), 3)) == product_law(
        [bernoulli(Fraction(1, 2))] * 3
    )
