"""Theorem 3.2: two banks that take turns; and what happens at each of their edges."""

from __future__ import annotations

import pytest

from dlmcheck.model.constructions.remask import compile_remasking, remasking_length
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.model.families.layered_random import block_layers, random_layered
from dlmcheck.model.layering import layered
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec import sampler
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, all_data
from dlmcheck.spec.errors import BadPoint, NotLayered
from dlmcheck.spec.lattice import Clock, Edits, End, Remasking, Stop, Unmasking
from dlmcheck.spec.resources import depth
from dlmcheck.spec.rows import check_mask_preservation, check_rows
from dlmcheck.spec.sampler import laws_by_round, remasking_class, unmasking_class
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import MASK, all_masked
from tests.model.constructions.banked import (
    OTHER,
    SAME,
    alternating,
    late_reader,
    outcome,
    outcomes_of_mistake,
    some_small_circuits,
    sweep,
    verdicts_on_mutants,
)

DEPTHS = range(9)
EVEN = {d for d in DEPTHS if d % 2 == 0}
POWERS = {0, 1, 3, 7}
"""The depths d below 9 for which d+1 is a power of two."""


# --- the theorem ---------------------------------------------------------------------------


@pytest.mark.parametrize("end", list(End))
def test_law_is_exact_on_a_subset_of_all_small_circuits(end: End) -> None:
    assert sweep(compile_remasking, some_small_circuits(), end=end) == {SAME: 477}


@pytest.mark.parametrize("seed", range(8))
def test_law_is_exact_on_larger_random_circuits(seed: int) -> None:
    circuit, layers = layered(seeded_circuit(seed))
    end = End.OUTPUT_ONLY if seed % 2 else End.WHOLE_STATE
    assert outcome(compile_remasking(circuit, layers=layers, end=end).schedule, circuit) == SAME


@pytest.mark.parametrize("width", [1, 2, 3, 5])
@pytest.mark.parametrize("d", DEPTHS)
def test_length_and_rounds_are_exactly_as_stated(width: int, d: int) -> None:
    circuit = random_layered(width, 0, width, width, d)
    banked = compile_remasking(circuit, layers=block_layers(circuit, width))
    counter = next(c for c in range(9) if 2**c >= d + 1)
    length = 2 * width + 2 * counter
    assert banked.schedule.length == length == remasking_length(width, d)
    assert banked.schedule.rounds == d + 1
    assert banked.schedule.output == tuple(range(length - width, length))


def test_edit_model_clock_policies_and_start_are_as_stated() -> None:
    banked = compile_remasking(alternating(3))
    run = sampler_of(banked.schedule)
    assert run.edits is Edits.REMASK
    assert run.clock is Clock.STATE_ONLY
    assert run.stop is Stop.ABSORBING
    assert unmasking_class(run.unmask) is Unmasking.DETERMINISTIC
    assert remasking_class(run.remask) is Remasking.DETERMINISTIC
    assert dict(run.start().items()) == {all_masked(banked.schedule.length): 1}


@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize("d", [0, 1, 2, 3, 4])
def test_further_rounds_change_nothing(end: End, d: int) -> None:
    circuit = alternating(d)
    banked = compile_remasking(circuit, end=end)
    assert outcome(banked.schedule, circuit) == SAME
    laws = laws_by_round(sampler_of(banked.schedule), d + 5)
    assert all(law == laws[d + 1] for law in laws[d + 2 :])
    assert laws[d] != laws[d + 1]


@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_exactly_one_bank_is_visible_between_rounds(end: End, d: int) -> None:
    banked = compile_remasking(alternating(d), end=end)
    half = banked.schedule.length // 2
    for number, law in enumerate(laws_by_round(sampler_of(banked.schedule))):
        for configuration in law:
            left, right = configuration.state[:half], configuration.state[half:]
            visible = {s for s, bank in ((0, left), (1, right)) if MASK not in bank}
            masked = {s for s, bank in ((0, left), (1, right)) if set(bank) == {MASK}}
            last = number == d + 1
            home = 1 if (d - (number - 1)) % 2 == 0 else 0
            expected = {0, 1} if last and end is End.WHOLE_STATE else {home}
            assert visible == (expected if number else set())
            assert masked == {0, 1} - visible


@pytest.mark.parametrize("d", [0, 1, 2])
def test_visible_tokens_are_kept_in_every_state_reachable_or_not(d: int) -> None:
    circuit = random_layered(3, 0, 1, 1, d)
    run = sampler_of(compile_remasking(circuit, layers=block_layers(circuit, 1)).schedule)
    states = 3**run.length
    assert check_rows(run) == run.length * states
    assert check_mask_preservation(run) == run.length * states * 2 // 3


# --- prompts -------------------------------------------------------------------------------


@pytest.mark.parametrize("end", list(End))
def test_prompt_stands_in_front_is_never_changed_and_counts_apart(end: End) -> None:
    circuit = late_reader()
    banked = compile_remasking(circuit, end=end)
    assert banked.schedule.data_cells == (0, 1)
    assert banked.generated_length == remasking_length(2, 3) == banked.schedule.length - 2
    assert outcome(banked.schedule, circuit) == SAME
    for data in all_data(circuit):
        for law in laws_by_round(sampler_of(banked.schedule, data)):
            assert {configuration.state[:2] for configuration in law} == {tuple(map(int, data))}


# --- boundary conditions -------------------------------------------------------------------


@pytest.mark.parametrize("end", list(End))
def test_right_construction_holds_at_every_depth(end: End) -> None:
    right = outcomes_of_mistake(compile_remasking, None, DEPTHS, end=end)
    assert right == dict.fromkeys(DEPTHS, SAME)


def test_always_left_start_leaves_the_output_masked_for_even_depth() -> None:
    wrong = outcomes_of_mistake(compile_remasking, Mistake.ALWAYS_LEFT, DEPTHS, end=End.OUTPUT_ONLY)
    assert wrong == {d: "LeavesMask" if d in EVEN else SAME for d in DEPTHS}


def test_always_left_start_shows_the_layer_before_if_the_whole_state_ends_visible() -> None:
    wrong = outcomes_of_mistake(compile_remasking, Mistake.ALWAYS_LEFT, DEPTHS)
    assert wrong == {d: OTHER if d in EVEN else SAME for d in DEPTHS}


def test_plain_remasking_never_ends_with_the_whole_state_visible() -> None:
    wrong = outcomes_of_mistake(compile_remasking, Mistake.REMASKS_AT_END, DEPTHS)
    # At depth 0 there is no older bank that could be remasked.
    assert wrong == {d: SAME if d == 0 else "LeavesMask" for d in DEPTHS}


def test_plain_remasking_is_right_if_only_the_output_must_end_visible() -> None:
    for d in DEPTHS:
        circuit = alternating(d)
        plain = compile_remasking(circuit, end=End.OUTPUT_ONLY, mistake=Mistake.REMASKS_AT_END)
        assert plain.schedule == compile_remasking(circuit, end=End.OUTPUT_ONLY).schedule


def test_keeping_the_older_bank_changes_the_remasking_policy_only() -> None:
    for d in range(1, 6):
        keeping = compile_remasking(alternating(d)).schedule
        plain = compile_remasking(alternating(d), end=End.OUTPUT_ONLY).schedule
        assert keeping.predictor == plain.predictor
        assert keeping.unmask == plain.unmask
        assert keeping.remask != plain.remask


def test_counters_must_stand_before_the_values() -> None:
    wrong = outcomes_of_mistake(compile_remasking, Mistake.COUNTER_AFTER_VALUES, DEPTHS)
    assert wrong == {d: SAME if d == 0 else OTHER for d in DEPTHS}


def test_start_must_be_the_mask_and_no_counter_value() -> None:
    wrong = outcomes_of_mistake(
        compile_remasking, Mistake.START_IS_A_VALUE, DEPTHS, end=End.OUTPUT_ONLY
    )
    # At depth 1 one bit cannot tell 1, 2 from nothing: G takes the masked bank for layer 1 at
    # once. At depth 0 F writes masked cells only, and none are left.
    expected = {d: "NotAbsorbing" if d in POWERS else SAME for d in DEPTHS}
    assert wrong == expected | {0: SAME, 1: "LeavesMask"}


def test_start_as_a_value_is_harmless_if_the_whole_state_ends_visible() -> None:
    wrong = outcomes_of_mistake(compile_remasking, Mistake.START_IS_A_VALUE, DEPTHS)
    assert wrong == dict.fromkeys(DEPTHS, SAME)


def test_unmasking_must_stop_at_the_last_layer() -> None:
    wrong = outcomes_of_mistake(
        compile_remasking, Mistake.DOES_NOT_STOP, DEPTHS, end=End.OUTPUT_ONLY
    )
    # At depth 1 the pairs (0, 1) and (1, 0) of counters look alike, so G masks both banks.
    expected = dict.fromkeys(DEPTHS, "NotAbsorbing")
    assert wrong == expected | {0: SAME, 1: "LeavesMask"}


def test_unmasking_need_not_stop_if_the_older_bank_is_kept() -> None:
    wrong = outcomes_of_mistake(compile_remasking, Mistake.DOES_NOT_STOP, DEPTHS)
    assert wrong == dict.fromkeys(DEPTHS, SAME) | {1: "LeavesMask"}


@pytest.mark.parametrize("d", [2, 3, 4, 5, 6, 7])
def test_unmasking_that_does_not_stop_loses_the_output_in_the_next_round(d: int) -> None:
    circuit = alternating(d)
    banked = compile_remasking(
        circuit, mistake=Mistake.DOES_NOT_STOP, end=End.OUTPUT_ONLY, stop=Stop.FIXED_ROUNDS
    )
    assert outcome(banked.schedule, circuit) == SAME
    assert outcome(banked.schedule, circuit, 1) == "LeavesMask"


def test_counters_one_cell_shorter_are_enough_at_some_depths_only() -> None:
    """The stated length is not needed at d = 1 or, where the older bank is kept, at d = 4, 8."""
    wrong = outcomes_of_mistake(compile_remasking, Mistake.COUNTER_TOO_SHORT, DEPTHS)
    enough = {1, 4, 8}
    assert wrong == {d: "none" if d == 0 else SAME if d in enough else "LeavesMask" for d in DEPTHS}


def test_one_round_less_is_not_enough() -> None:
    for d in range(6):
        banked = compile_remasking(alternating(d), end=End.OUTPUT_ONLY, stop=Stop.FIXED_ROUNDS)
        assert outcome(banked.schedule, alternating(d), -1) == "LeavesMask"


def test_hypotheses_on_the_circuit_and_on_the_mistake_are_checked() -> None:
    coin = Input("r", InputKind.RANDOM)
    with pytest.raises(NotLayered):
        compile_remasking(Circuit((coin,), (Gate(Op.ID, (0,)), Gate(Op.AND, (0, 1))), (2,)))
    with pytest.raises(BadPoint, match="no counter"):
        compile_remasking(alternating(0), mistake=Mistake.COUNTER_TOO_SHORT)


# --- depth ---------------------------------------------------------------------------------


def test_depth_of_predictor_and_policies_grows_with_the_logarithm_of_d() -> None:
    measured: dict[int, tuple[int, int, int]] = {}
    for d in (1, 2, 4, 8, 16, 32, 64, 128):
        circuit = random_layered(1, 0, 2, 2, d)
        layers = block_layers(circuit, 2)
        schedule = compile_remasking(circuit, layers=layers).schedule
        assert schedule.remask is not None
        measured[d] = (depth(schedule.predictor), depth(schedule.unmask), depth(schedule.remask))
    assert measured == {
        1: (5, 3, 1),
        2: (6, 4, 4),
        4: (8, 6, 5),
        8: (9, 7, 7),
        16: (11, 9, 8),
        32: (12, 10, 9),
        64: (13, 11, 10),
        128: (15, 12, 12),
    }


@pytest.mark.parametrize("end", list(End))
def test_depth_stays_below_a_bound_of_order_log_d(end: End) -> None:
    for d in range(1, 40):
        schedule = compile_remasking(alternating(d), end=end).schedule
        c = ceil_log2(d + 1)
        assert depth(schedule.predictor) <= c + ceil_log2(2 * c + 1) + 4
        assert depth(schedule.unmask) <= c + ceil_log2(2 * c + 1) + 2
        assert schedule.remask is not None
        assert depth(schedule.remask) <= c + ceil_log2(4 * c + 2)


# --- canaries ------------------------------------------------------------------------------


def test_canary_single_mutants_are_caught() -> None:
    circuit = alternating(2)
    verdicts = verdicts_on_mutants(compile_remasking(circuit).schedule, circuit, 150)
    # Those of the same law change what no run reaches, or a gate that another one repeats.
    assert verdicts == {
        "LeavesMask": 50,
        OTHER: 42,
        SAME: 38,
        "IllegalCode": 13,
        "WritesMask": 4,
        "BadInput": 2,
        "SharedRandomBits": 1,
    }


def test_canary_the_law_of_another_circuit_is_noticed() -> None:
    assert outcome(compile_remasking(alternating(2)).schedule, alternating(3)) == OTHER


def test_run_law_ends_with_every_cell_visible() -> None:
    run = sampler_of(compile_remasking(alternating(2), end=End.WHOLE_STATE).schedule)
    assert all(MASK not in state for state in sampler.run_law(run))
