"""Theorem 3.3: one bank, one counter, revision; and what happens at each of its edges."""

from __future__ import annotations

import pytest

from dlmcheck.model.constructions.revise import compile_revision, revision_length
from dlmcheck.model.constructions.rows import Mistake, rows_of
from dlmcheck.model.domains import seeded_circuit, small_layers
from dlmcheck.model.families.layered_random import block_layers, random_layered
from dlmcheck.model.layering import layered
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec import sampler
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, all_data
from dlmcheck.spec.errors import BadCircuit, BadPoint, NotLayered
from dlmcheck.spec.lattice import Clock, Edits, End, Stop, Unmasking
from dlmcheck.spec.resources import depth, layer_width
from dlmcheck.spec.rows import check_rows
from dlmcheck.spec.sampler import laws_by_round, unmasking_class
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import all_masked
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

COIN = Input("r", InputKind.RANDOM)
DEPTHS = range(9)
POWERS = {0, 1, 3, 7}
"""The depths d below 9 for which d+1 is a power of two."""


# --- the theorem ---------------------------------------------------------------------------


def test_law_is_exact_on_a_subset_of_all_small_circuits() -> None:
    assert sweep(compile_revision, some_small_circuits()) == {SAME: 477}


@pytest.mark.parametrize("seed", range(12))
def test_law_is_exact_on_larger_random_circuits(seed: int) -> None:
    circuit, layers = layered(seeded_circuit(seed))
    assert outcome(compile_revision(circuit, layers=layers).schedule, circuit) == SAME


@pytest.mark.parametrize("width", [1, 2, 3, 5])
@pytest.mark.parametrize("d", DEPTHS)
def test_length_and_rounds_are_exactly_as_stated(width: int, d: int) -> None:
    circuit = random_layered(width, 0, width, width, d)
    layers = block_layers(circuit, width)
    banked = compile_revision(circuit, layers=layers)
    counter = next(c for c in range(9) if 2**c >= d + 1)
    assert layer_width(layers) == width
    assert banked.schedule.length == width + counter == revision_length(width, d)
    assert banked.schedule.rounds == d + 1
    assert banked.schedule.output == tuple(range(counter, counter + width))


def test_edit_model_clock_policy_and_start_are_as_stated() -> None:
    banked = compile_revision(alternating(3))
    run = sampler_of(banked.schedule)
    assert run.edits is Edits.REVISE_TOKEN
    assert run.clock is Clock.STATE_ONLY
    assert run.stop is Stop.ABSORBING
    assert unmasking_class(run.unmask) is Unmasking.DETERMINISTIC
    assert dict(run.start().items()) == {all_masked(banked.schedule.length): 1}


@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize("d", [0, 1, 2, 3, 4])
def test_both_end_conventions_hold(end: End, d: int) -> None:
    circuit = alternating(d)
    assert outcome(compile_revision(circuit, end=end).schedule, circuit) == SAME


@pytest.mark.parametrize("d", [0, 1, 2, 3, 4])
def test_further_rounds_change_nothing(d: int) -> None:
    run = sampler_of(compile_revision(alternating(d)).schedule)
    laws = laws_by_round(run, d + 5)
    assert all(law == laws[d + 1] for law in laws[d + 2 :])
    assert laws[d] != laws[d + 1]


def test_round_t_plus_1_shows_layer_t_and_its_number() -> None:
    laws = laws_by_round(sampler_of(compile_revision(alternating(2)).schedule))
    counters = [{configuration.state[:2] for configuration in law} for law in laws]
    assert counters == [{(-1, -1)}, {(0, 0)}, {(1, 0)}, {(0, 1)}]
    values = {configuration.state[2:] for configuration in laws[2]}
    assert values == {(0, 0), (0, 1), (1, 1)}


@pytest.mark.parametrize("d", [0, 1, 2])
def test_rows_are_legal_in_every_state_reachable_or_not(d: int) -> None:
    circuit = random_layered(3, 0, 1, 1, d)
    run = sampler_of(compile_revision(circuit, layers=block_layers(circuit, 1)).schedule)
    assert check_rows(run) == run.length * 3**run.length


# --- prompts -------------------------------------------------------------------------------


def test_prompt_stands_in_front_is_never_changed_and_counts_apart() -> None:
    circuit = late_reader()
    banked = compile_revision(circuit)
    assert banked.schedule.data_cells == (0, 1)
    assert banked.prompt_cells == 2
    assert banked.generated_length == revision_length(2, 3) == banked.schedule.length - 2
    assert outcome(banked.schedule, circuit) == SAME
    for data in all_data(circuit):
        for law in laws_by_round(sampler_of(banked.schedule, data)):
            assert {configuration.state[:2] for configuration in law} == {tuple(map(int, data))}


def test_a_circuit_without_random_inputs_is_computed() -> None:
    circuit = random_layered(5, 2, 0, 2, 3)
    banked = compile_revision(circuit, layers=block_layers(circuit, 2))
    assert outcome(banked.schedule, circuit) == SAME


# --- boundary conditions -------------------------------------------------------------------


def test_counter_must_stand_before_the_values() -> None:
    assert outcomes_of_mistake(compile_revision, None, DEPTHS) == dict.fromkeys(DEPTHS, SAME)
    wrong = outcomes_of_mistake(compile_revision, Mistake.COUNTER_AFTER_VALUES, DEPTHS)
    # At depth 0 there is no counter, so it does not matter where it stands.
    assert wrong == {d: SAME if d == 0 else OTHER for d in DEPTHS}


def test_start_must_be_the_mask_and_no_counter_value() -> None:
    wrong = outcomes_of_mistake(compile_revision, Mistake.START_IS_A_VALUE, DEPTHS)
    assert wrong == {d: "NotAbsorbing" if d in POWERS else SAME for d in DEPTHS}


def test_start_as_a_value_is_harmless_with_a_fixed_stop() -> None:
    wrong = outcomes_of_mistake(
        compile_revision, Mistake.START_IS_A_VALUE, DEPTHS, stop=Stop.FIXED_ROUNDS
    )
    assert wrong == dict.fromkeys(DEPTHS, SAME)


def test_unmasking_must_stop_at_the_last_layer() -> None:
    wrong = outcomes_of_mistake(compile_revision, Mistake.DOES_NOT_STOP, DEPTHS)
    assert wrong == dict.fromkeys(DEPTHS, "NotAbsorbing")


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 6, 7])
def test_counter_that_does_not_stop_wraps_after_a_power_of_two(d: int) -> None:
    circuit = alternating(d)
    banked = compile_revision(circuit, mistake=Mistake.DOES_NOT_STOP, stop=Stop.FIXED_ROUNDS)
    until_wrap = 2**banked.counter_cells - (d + 1)
    assert (until_wrap == 0) == (d in POWERS)
    for extra in range(until_wrap + 1):
        assert outcome(banked.schedule, circuit, extra) == SAME
    # One round more shows layer 0 where the output was.
    assert outcome(banked.schedule, circuit, until_wrap + 1) == OTHER


def test_counter_one_cell_shorter_is_not_enough() -> None:
    wrong = outcomes_of_mistake(compile_revision, Mistake.COUNTER_TOO_SHORT, DEPTHS)
    assert wrong == {d: "none" if d == 0 else SAME if d == 1 else "NotAbsorbing" for d in DEPTHS}


def test_depth_1_without_counter_rewrites_its_own_output() -> None:
    """The alternating circuit's layer 1 is idempotent, so writing it again does no harm.

    A negation is not.
    """
    negation = Circuit((COIN,), (Gate(Op.NOT, (0,)),), (1,))
    banked = compile_revision(negation, mistake=Mistake.COUNTER_TOO_SHORT)
    assert banked.counter_cells == 0
    assert outcome(banked.schedule, negation) == "NotAbsorbing"


def test_one_round_less_is_not_enough() -> None:
    for d in range(1, 6):
        banked = compile_revision(alternating(d), stop=Stop.FIXED_ROUNDS)
        assert outcome(banked.schedule, alternating(d), -1) == OTHER
    single = compile_revision(alternating(0), stop=Stop.FIXED_ROUNDS)
    assert outcome(single.schedule, alternating(0), -1) == "LeavesMask"


def test_mistakes_of_two_banks_cannot_be_made_with_one() -> None:
    for mistake in (Mistake.ALWAYS_LEFT, Mistake.REMASKS_AT_END):
        with pytest.raises(BadPoint, match=mistake.value):
            compile_revision(alternating(1), mistake=mistake)


# --- hypotheses on the circuit ---------------------------------------------------------------


def test_edges_that_skip_a_layer_are_refused() -> None:
    skipping = Circuit((COIN,), (Gate(Op.ID, (0,)), Gate(Op.AND, (0, 1))), (2,))
    with pytest.raises(NotLayered) as caught:
        rows_of(skipping)
    assert caught.value.edge == (0, 2)
    padded, layers = layered(skipping)
    assert outcome(compile_revision(padded, layers=layers).schedule, skipping) == SAME


def test_outputs_outside_the_last_layer_are_refused() -> None:
    early = Circuit((COIN,), (Gate(Op.ID, (0,)), Gate(Op.NOT, (1,))), (1, 2))
    with pytest.raises(BadCircuit, match="not in the last layer"):
        compile_revision(early)


def test_one_random_bit_shown_twice_at_depth_0_is_refused() -> None:
    with pytest.raises(BadCircuit, match="one random bit"):
        compile_revision(Circuit((COIN,), (), (0, ~0)))
    deeper = Circuit((COIN,), (Gate(Op.ID, (0,)),), (1, ~1))
    assert outcome(compile_revision(deeper).schedule, deeper) == SAME


def test_no_output_and_wrong_layers_are_refused() -> None:
    with pytest.raises(BadCircuit, match="no output"):
        rows_of(Circuit((COIN,), (), ()))
    with pytest.raises(BadCircuit, match="2 layers for 1 nodes"):
        rows_of(Circuit((COIN,), (), (0,)), (0, 1))
    with pytest.raises(BadCircuit, match="in layer 1"):
        rows_of(Circuit((COIN,), (), (0,)), (1,))


def test_dead_gates_in_the_last_layer_do_not_move_the_output() -> None:
    dead = Circuit((COIN,), (Gate(Op.ID, (0,)), Gate(Op.CONST1)), (1,))
    banked = compile_revision(dead)
    assert banked.value_cells == 2
    assert outcome(banked.schedule, dead) == SAME


# --- depth ---------------------------------------------------------------------------------


def test_depth_of_predictor_and_policy_grows_with_the_logarithm_of_d() -> None:
    measured: dict[int, tuple[int, int]] = {}
    for d in (1, 2, 4, 8, 16, 32, 64, 128):
        circuit = random_layered(1, 0, 2, 2, d)
        schedule = compile_revision(circuit, layers=block_layers(circuit, 2)).schedule
        measured[d] = (depth(schedule.predictor), depth(schedule.unmask))
    assert measured == {
        1: (4, 3),
        2: (6, 5),
        4: (7, 6),
        8: (9, 8),
        16: (10, 9),
        32: (11, 10),
        64: (12, 11),
        128: (14, 13),
    }


def test_depth_stays_below_a_bound_of_order_log_d() -> None:
    for d in range(1, 40):
        circuit = alternating(d)
        banked = compile_revision(circuit)
        counter_bits = 2 * banked.counter_cells + 1
        bound = ceil_log2(d + 1) + ceil_log2(counter_bits) + 2
        assert depth(banked.schedule.predictor) <= bound
        assert depth(banked.schedule.unmask) < bound


def test_depth_does_not_depend_on_the_width() -> None:
    depths: set[tuple[int, int]] = set()
    for width in (2, 4, 8, 16):
        circuit = alternating_bank(width, 4)
        schedule = compile_revision(circuit).schedule
        depths.add((depth(schedule.predictor), depth(schedule.unmask)))
    assert len(depths) == 1


def alternating_bank(width: int, d: int) -> Circuit:
    """A ring in which every layer replaces each bit by its xor with its right neighbour."""
    coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(width))
    gates = tuple(
        Gate(Op.XOR, (width * t + i, width * t + (i + 1) % width))
        for t in range(d)
        for i in range(width)
    )
    return Circuit(coins, gates, tuple(range(width * d, width * (d + 1))))


# --- canaries ------------------------------------------------------------------------------


def test_canary_single_mutants_are_caught() -> None:
    circuit = alternating(2)
    verdicts = verdicts_on_mutants(compile_revision(circuit).schedule, circuit, 150)
    # Those of the same law change what no run reaches, or a gate that another one repeats.
    assert verdicts == {
        OTHER: 64,
        SAME: 44,
        "IllegalCode": 16,
        "LeavesMask": 11,
        "NotAbsorbing": 8,
        "WritesMask": 6,
        "BadInput": 1,
    }


def test_canary_the_law_of_another_circuit_is_noticed() -> None:
    assert outcome(compile_revision(alternating(2)).schedule, alternating(3)) == OTHER


def test_canary_the_subset_of_small_circuits_is_not_trivial() -> None:
    chosen = some_small_circuits()
    assert sum(1 for circuit in chosen if circuit.random_inputs) == 305
    assert sum(1 for circuit in chosen if max(small_layers(circuit)) == 2) == 474


def test_run_law_ends_with_every_cell_visible() -> None:
    run = sampler_of(compile_revision(alternating(2), end=End.WHOLE_STATE).schedule)
    assert all(-1 not in state for state in sampler.run_law(run))
