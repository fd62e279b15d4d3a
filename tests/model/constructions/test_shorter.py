"""Lengths below those of Theorems 3.2 and 3.3, at the same number of rounds."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dlmcheck.model.constructions.remask import remasking_length
from dlmcheck.model.constructions.revise import compile_revision, revision_length
from dlmcheck.model.constructions.rows import Mistake
from dlmcheck.model.constructions.shorter import (
    binary_revision_length,
    ceil_log3,
    compile_binary_revision,
    compile_clocked_remasking,
    compile_clocked_revision,
    compile_growing_revision,
    compile_split_remasking,
    compile_ternary_revision,
    growing_code,
    growing_revision_length,
    split_remasking_length,
    ternary_code,
    ternary_revision_length,
)
from dlmcheck.model.families.layered_random import block_layers, random_layered
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.lattice import Clock, Edits, End, Stop
from dlmcheck.spec.resources import depth
from dlmcheck.spec.rows import check_mask_preservation, check_rows
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import MASK
from tests.model.constructions.banked import (
    OTHER,
    SAME,
    Compile,
    alternating,
    late_reader,
    outcome,
    some_small_circuits,
    sweep,
    verdicts_on_mutants,
)

DEPTHS = range(12)
COUNTING = (
    compile_binary_revision,
    compile_growing_revision,
    compile_ternary_revision,
    compile_split_remasking,
)
CLOCKED = (compile_clocked_revision, compile_clocked_remasking)


def uneven(d: int) -> Circuit:
    """One coin; odd layers are three negations of one bit, even layers one conjunction of all."""
    gates: list[Gate] = []
    below = [0]
    for t in range(1, d + 1):
        if t % 2:
            made = [Gate(Op.NOT, (below[0],))] * 3
        else:
            made = [Gate(Op.AND, tuple(below))]
        first = 1 + len(gates)
        gates += made
        below = list(range(first, first + len(made)))
    return Circuit((Input("r", InputKind.RANDOM),), tuple(gates), tuple(below))


# --- laws ----------------------------------------------------------------------------------


@pytest.mark.parametrize("compile_", [*COUNTING, *CLOCKED])
def test_law_is_exact_on_a_subset_of_all_small_circuits(compile_: Compile) -> None:
    assert sweep(compile_, some_small_circuits()[::2]) == {SAME: 239}


@pytest.mark.parametrize("compile_", COUNTING)
@pytest.mark.parametrize("stop", list(Stop))
@pytest.mark.parametrize("end", list(End))
def test_law_is_exact_at_every_depth_and_convention(
    compile_: Compile, stop: Stop, end: End
) -> None:
    for d in DEPTHS:
        for circuit in (alternating(d), uneven(d)):
            assert outcome(compile_(circuit, stop=stop, end=end).schedule, circuit) == SAME


@pytest.mark.parametrize("compile_", CLOCKED)
@pytest.mark.parametrize("end", list(End))
def test_law_is_exact_with_a_round_number(compile_: Compile, end: End) -> None:
    for d in DEPTHS:
        for circuit in (alternating(d), uneven(d)):
            assert outcome(compile_(circuit, end=end).schedule, circuit) == SAME


@pytest.mark.parametrize("compile_", [*COUNTING, *CLOCKED])
def test_prompts_are_kept_and_read_across_layers(compile_: Compile) -> None:
    circuit = late_reader()
    banked = compile_(circuit)
    assert banked.schedule.data_cells == (0, 1)
    assert outcome(banked.schedule, circuit) == SAME


# --- lengths -------------------------------------------------------------------------------


@pytest.mark.parametrize("d", DEPTHS)
def test_lengths_and_rounds_are_exactly_as_said(d: int) -> None:
    circuit = random_layered(1, 0, 3, 3, d)
    layers = block_layers(circuit, 3)
    for stop in Stop:
        for compile_, length in (
            (compile_binary_revision, binary_revision_length(3, d, stop)),
            (compile_growing_revision, growing_revision_length(3, d, stop)),
            (compile_ternary_revision, ternary_revision_length(3, d, stop)),
        ):
            banked = compile_(circuit, layers=layers, stop=stop)
            assert banked.schedule.length == length
            assert banked.schedule.rounds == d + 1
            assert banked.schedule.output == tuple(range(length - 3, length))
    assert binary_revision_length(3, d, Stop.ABSORBING) == revision_length(3, d)
    clocked = compile_clocked_revision(circuit, layers=layers)
    assert (clocked.schedule.length, clocked.schedule.rounds) == (3, d + 1)


@pytest.mark.parametrize("d", DEPTHS)
def test_split_remasking_is_as_wide_as_its_own_layers(d: int) -> None:
    circuit = uneven(d)
    even, odd = 1, 3 if d else 0
    split = compile_split_remasking(circuit)
    assert split.schedule.length == split_remasking_length(even, odd, d)
    assert split.schedule.length <= remasking_length(max(even, odd), d)
    clocked = compile_clocked_remasking(circuit)
    assert (clocked.schedule.length, clocked.schedule.rounds) == (even + odd, d + 1)


def test_table_of_lengths_at_width_4() -> None:
    table = {
        d: (
            revision_length(4, d),
            growing_revision_length(4, d),
            ternary_revision_length(4, d),
            remasking_length(4, d),
            split_remasking_length(4, 4 if d else 0, d),
        )
        for d in (0, 1, 2, 3, 4, 6, 7, 8, 14, 26)
    }
    assert table == {
        0: (4, 4, 4, 8, 4),
        1: (5, 5, 5, 10, 8),
        2: (6, 5, 5, 12, 9),
        3: (6, 6, 6, 12, 10),
        4: (7, 6, 6, 14, 11),
        6: (7, 6, 6, 14, 12),
        7: (7, 7, 6, 14, 12),
        8: (8, 7, 6, 16, 13),
        14: (8, 7, 7, 16, 14),
        26: (9, 8, 7, 18, 16),
    }


def test_shorter_lengths_are_never_longer_than_stated_and_sometimes_shorter() -> None:
    gained = {"growing": 0, "ternary": 0, "split": 0}
    for d in range(200):
        gains = {
            "growing": revision_length(4, d) - growing_revision_length(4, d),
            "ternary": revision_length(4, d) - ternary_revision_length(4, d),
            "split": remasking_length(4, d) - split_remasking_length(4, 4, d),
        }
        assert all(gain >= 0 for gain in gains.values())
        assert gains["growing"] <= 1
        for name, gain in gains.items():
            gained[name] += gain > 0
    # M as a symbol helps unless d+1 is a power of two (d = 0, 1, 3, ..., 127).
    assert gained == {"growing": 192, "ternary": 197, "split": 199}


# --- counters ------------------------------------------------------------------------------


def test_growing_codes_differ_never_return_to_the_mask_and_fill_their_cells() -> None:
    for count in range(1, 70):
        codes = growing_code(count)
        assert len(set(codes)) == count
        for before, after in pairwise(codes):
            assert all(b == MASK or a != MASK for b, a in zip(before, after, strict=True))
        assert MASK not in codes[-1]
        cells = len(codes[0])
        assert 2**cells - 1 < count <= 2 ** (cells + 1) - 1


def test_growing_codes_are_as_many_as_a_counter_without_return_can_have() -> None:
    """The longest chain of counter states without a token-to-mask step, by search."""
    for cells in (0, 1, 2):
        assert _longest_chain(cells) == 2 ** (cells + 1) - 1


def _longest_chain(cells: int) -> int:
    states: list[tuple[int, ...]] = [()]
    for _ in range(cells):
        states = [(*s, t) for s in states for t in (MASK, 0, 1)]

    def extend(last: tuple[int, ...], used: frozenset[tuple[int, ...]]) -> int:
        following = [
            s
            for s in states
            if s not in used and all(a == MASK or b != MASK for a, b in zip(last, s, strict=True))
        ]
        return max((1 + extend(s, used | {s}) for s in following), default=0)

    return max(1 + extend(s, frozenset({s})) for s in states)


def test_ternary_codes_differ_and_end_without_a_mask() -> None:
    for count in range(1, 90):
        codes = ternary_code(count)
        assert len(set(codes)) == count
        assert MASK not in codes[-1]
        assert 3 ** len(codes[0]) >= count > 3 ** (len(codes[0]) - 1) or count == 1


def test_exact_logarithms_agree_with_their_definition() -> None:
    for number in range(1, 300):
        assert 3 ** ceil_log3(number) >= number
        assert ceil_log3(number) == 0 or 3 ** (ceil_log3(number) - 1) < number


# --- conventions ---------------------------------------------------------------------------


def test_edit_models_and_clocks_are_as_said() -> None:
    circuit = alternating(4)
    assert compile_growing_revision(circuit).schedule.edits is Edits.REVISE_TOKEN
    assert compile_ternary_revision(circuit).schedule.edits is Edits.REVISE_ANY
    assert compile_split_remasking(circuit).schedule.edits is Edits.REMASK
    for counting in COUNTING:
        run = sampler_of(counting(circuit).schedule)
        assert (run.clock, run.stop) == (Clock.STATE_ONLY, Stop.ABSORBING)
    for clocked in CLOCKED:
        run = sampler_of(clocked(circuit).schedule)
        assert (run.clock, run.stop) == (Clock.ROUND_NUMBER, Stop.FIXED_ROUNDS)


@pytest.mark.parametrize("compile_", [*COUNTING, *CLOCKED])
@pytest.mark.parametrize("d", [0, 1, 2])
def test_rows_are_legal_in_every_state_reachable_or_not(compile_: Compile, d: int) -> None:
    circuit = random_layered(3, 0, 1, 1, d)
    run = sampler_of(compile_(circuit, layers=block_layers(circuit, 1)).schedule)
    assert check_rows(run) > 0
    kept = check_mask_preservation(run)
    assert (kept > 0) == (run.edits is Edits.REMASK)


def test_mask_really_is_a_counter_symbol() -> None:
    laws = laws_by_round(sampler_of(compile_growing_revision(alternating(2)).schedule))
    assert [{c.state[:1] for c in law} for law in laws] == [{(MASK,)}, {(MASK,)}, {(0,)}, {(1,)}]


def test_a_fixed_stop_needs_no_number_for_the_last_layer() -> None:
    """At d = 1 no counter at all is left, and so a third round would write layer 1 again."""
    negation = Circuit((Input("r", InputKind.RANDOM),), (Gate(Op.NOT, (0,)),), (1,))
    banked = compile_binary_revision(negation, stop=Stop.FIXED_ROUNDS)
    assert banked.schedule.length == 1
    assert outcome(banked.schedule, negation) == SAME


@pytest.mark.parametrize("compile_", [*COUNTING, *CLOCKED])
def test_depth_stays_of_order_log_d(compile_: Compile) -> None:
    for d in (1, 3, 7, 15, 31, 63):
        schedule = compile_(alternating(d)).schedule
        parts = [schedule.predictor, schedule.unmask]
        parts += [schedule.remask] if schedule.remask is not None else []
        assert all(depth(part) <= 2 * ceil_log2(d + 1) + 6 for part in parts)


# --- canaries ------------------------------------------------------------------------------


CAUGHT = (42, 52, 53, 50, 55, 53)
"""Of 60 mutants each; the others change what no run reaches, or a gate that is repeated."""


@pytest.mark.parametrize(
    ("compile_", "caught"), list(zip([*COUNTING, *CLOCKED], CAUGHT, strict=True))
)
def test_canary_most_single_mutants_are_caught(compile_: Compile, caught: int) -> None:
    circuit = alternating(2)
    verdicts = verdicts_on_mutants(compile_(circuit).schedule, circuit, 60)
    assert sum(n for verdict, n in verdicts.items() if verdict != SAME) == caught
    assert verdicts[OTHER] > 0


def test_canary_two_codes_alike_are_noticed() -> None:
    """The stated construction with the shorter counter's number of cells is wrong."""
    assert compile_growing_revision(alternating(2)).counter_cells == 1
    circuit = alternating(2)
    wrong = compile_revision(circuit, mistake=Mistake.COUNTER_TOO_SHORT)
    assert wrong.counter_cells == 1
    assert outcome(wrong.schedule, circuit) == "NotAbsorbing"
