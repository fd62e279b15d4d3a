"""The converse: a schedule of D rounds is one circuit of depth at most (depth of a round) * D."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.shorter import (
    compile_clocked_remasking,
    compile_clocked_revision,
    compile_ternary_revision,
)
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.domains import seeded_circuit, small_layers
from dlmcheck.model.layering import layered
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.reductions.unrolled import (
    Unrolled,
    least_rounds,
    round_depth,
    unroll,
    without_idle_coins,
)
from dlmcheck.model.samplers.mask_memory import parity_chain, parity_tree
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import (
    parity_remask_blocks,
    parity_remask_clock,
    parity_remask_state_only,
)
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.spec import sampler
from dlmcheck.spec.circuit import Circuit, evaluate, output_law
from dlmcheck.spec.errors import BadInput, LeavesMask
from dlmcheck.spec.lattice import Edits, End, RandomBits
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.schedule import Schedule, interface, sampler_of
from dlmcheck.spec.tokens import Encoding, State
from tests.model.constructions.banked import OTHER, SAME, alternating, outcome, some_small_circuits


def token_law(circuit: Circuit, data: tuple[bool, ...]) -> Law[State]:
    small = without_idle_coins(circuit)
    return output_law(small, data).map(lambda bits: tuple(map(int, bits)))


def check(schedule: Schedule) -> Unrolled:
    """Unroll, compare the laws for all data, and measure the depth against the bound."""
    unrolled = unroll(schedule)
    for data in product((False, True), repeat=len(schedule.data_cells)):
        assert token_law(unrolled.circuit, data) == sampler.output_law(sampler_of(schedule, data))
        never = (0,) * len(schedule.output)
        assert token_law(unrolled.masked, data).support == {never}
    assert unrolled.depth <= unrolled.bound == round_depth(schedule) * schedule.rounds
    return unrolled


# --- any schedule --------------------------------------------------------------------------


def test_compiled_schedules_of_every_kind_unroll_to_their_law() -> None:
    checked = 0
    for circuit in some_small_circuits()[::10]:
        layers = small_layers(circuit)
        check(compile_remasking(circuit, layers=layers).schedule)
        check(compile_remasking(circuit, layers=layers, end=End.OUTPUT_ONLY).schedule)
        check(compile_revision(circuit, layers=layers).schedule)
        check(compile_ternary_revision(circuit, layers=layers).schedule)
        check(compile_clocked_revision(circuit, layers=layers).schedule)
        check(compile_clocked_remasking(circuit, layers=layers).schedule)
        for random_bits in (RandomBits.SAMPLED, RandomBits.FREE):
            check(compile_write_once(circuit, random_bits=random_bits).schedule)
        checked += 8
    assert checked == 8 * 48


def test_even_parity_samplers_of_every_kind_unroll_to_their_law() -> None:
    schedules = [
        parity_two_rounds(4),
        parity_revision(4),
        parity_revision_absorbing(4),
        parity_remask_blocks(4),
        parity_remask_clock(4),
        parity_remask_state_only(4),
        parity_chain(4),
        parity_tree(4),
        parity_independent_unmasking(4),
        parity_joint_unmasking(3),
        parity_after_sampling(4),
    ]
    for schedule in schedules:
        unrolled = check(schedule)
        even = [z for z in product((0, 1), repeat=schedule.length) if sum(z) % 2 == 0]
        assert token_law(unrolled.circuit, ()) == uniform(even)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_unrolling_a_compiled_circuit_gives_back_an_equivalent_circuit(seed: int) -> None:
    circuit, layers = layered(seeded_circuit(seed))
    for schedule in (
        compile_revision(circuit, layers=layers).schedule,
        compile_remasking(circuit, layers=layers).schedule,
    ):
        unrolled = unroll(schedule)
        assert unrolled.depth <= unrolled.bound
        for data in product((False, True), repeat=len(schedule.data_cells)):
            assert token_law(unrolled.circuit, data) == token_law(circuit, data)


def test_random_policies_and_candidates_are_unrolled_too() -> None:
    for schedule in (coin_first(independent=True), coin_first(independent=False), confident()):
        check(schedule)


def coin_first(*, independent: bool) -> Schedule:
    """Two cells, three rounds of random F and random G; then everything that is left.

    With `independent` each position has its own coin, else both share one.
    """
    builder = Builder(interface(2, clock_bits=2, random=2))
    last = builder.and_(4, 5)
    coins = (6, 7) if independent else (6, 6)
    select = builder.build([builder.or_(last, coin) for coin in coins])
    builder = Builder(interface(2, clock_bits=2, random=2))
    last = builder.and_(4, 5)
    remask = builder.build(
        [builder.and_(~last, value_bit(i), c) for i, c in enumerate(reversed((6, 7)))]
    )
    builder = Builder(interface(2, clock_bits=2, random=2))
    never = builder.constant(False)
    low = [
        builder.mux(masked_bit(i), builder.and_(6 + i, ~value_bit(1 - i)), value_bit(i))
        for i in range(2)
    ]
    return Schedule(
        length=2,
        rounds=3,
        predictor=builder.build([never, low[0], never, low[1]]),
        unmask=select,
        remask=remask,
        output=(1, 0),
        output_names=("late", "early"),
        edits=Edits.REMASK,
        clock_bits=2,
    )


def confident() -> Schedule:
    """Two cells; F sees the candidates and keeps ones; whatever is left is written in round 3."""
    builder = Builder(interface(2, clock_bits=2, candidates=True))
    last = builder.and_(4, 5)
    select = builder.build([builder.or_(last, 7), builder.or_(last, 9)])
    builder = Builder(interface(2, clock_bits=2, random=2))
    never = builder.constant(False)
    low = [builder.mux(masked_bit(i), 6 + i, value_bit(i)) for i in range(2)]
    return Schedule(
        length=2,
        rounds=3,
        predictor=builder.build([never, low[0], never, low[1]]),
        unmask=select,
        output=(0, 1),
        output_names=("a", "b"),
        clock_bits=2,
        unmask_sees_candidates=True,
    )


def test_candidates_put_the_policy_behind_the_predictor() -> None:
    schedule = confident()
    # Predictor 2, the choice of a candidate 2, F 2, the write 2.
    assert round_depth(schedule) == 8
    # Predictor 3, the write 2, then G 2 and the remask 1.
    assert round_depth(coin_first(independent=True)) == 8


@pytest.mark.parametrize(
    "encoding",
    [
        Encoding(),
        Encoding(zero=(True, False), one=(False, True), mask=(False, False)),
        Encoding(zero=(False, True), one=(False, False), mask=(True, False)),
        Encoding(zero=(False, False), one=(True, False), mask=(False, True)),
    ],
)
def test_every_encoding_is_unrolled(encoding: Encoding) -> None:
    """Two cells: the second copies the first, whatever the codes are."""
    builder = Builder(interface(2, random=1))
    codes = {t: encoding.code_of(t) for t in (0, 1, -1)}

    def shows(cell: int, token: int) -> int:
        bits = (2 * cell, 2 * cell + 1)
        return builder.and_(*(b if on else ~b for b, on in zip(bits, codes[token], strict=True)))

    outputs: list[int] = []
    for half in (0, 1):
        on, off = codes[1][half], codes[0][half]
        outputs.append(builder.constant(on) if on == off else 4 if on else ~4)
    copy = shows(0, 1)
    for half in (0, 1):
        on, off = codes[1][half], codes[0][half]
        outputs.append(builder.constant(on) if on == off else copy if on else ~copy)
    predictor = builder.build(outputs)
    builder = Builder(interface(2))
    first, second = shows(0, -1), shows(1, -1)
    unmask = builder.build([first, builder.and_(second, ~first)])
    schedule = Schedule(
        length=2,
        rounds=2,
        predictor=predictor,
        unmask=unmask,
        output=(0, 1),
        output_names=("a", "b"),
        encoding=encoding,
    )
    unrolled = check(schedule)
    assert token_law(unrolled.circuit, ()) == uniform([(0, 0), (1, 1)])


# --- depth ---------------------------------------------------------------------------------


def xor_ring(d: int) -> Circuit:
    """Three coins in a ring; each layer replaces every bit by its xor with the next one."""
    builder = Builder.with_names(random="abc")
    layer = [0, 1, 2]
    for _ in range(d):
        layer = [builder.xor(layer[i], layer[(i + 1) % 3]) for i in range(3)]
    return builder.build(layer)


def test_measured_depths_of_a_round_and_of_the_whole() -> None:
    table: dict[int, tuple[int, int, int]] = {}
    for d in (1, 2, 4, 8, 16):
        unrolled = unroll(compile_revision(xor_ring(d)).schedule)
        table[d] = (unrolled.round_depth, unrolled.depth, unrolled.bound)
    # What the counter shows is known in every round, so all of the bookkeeping folds away.
    assert table == {
        1: (6, 1, 12),
        2: (8, 2, 24),
        4: (9, 4, 45),
        8: (11, 8, 99),
        16: (12, 16, 204),
    }


def test_bound_turns_round() -> None:
    assert [least_rounds(d, 4) for d in (0, 1, 4, 5, 8)] == [0, 1, 1, 2, 2]


def test_no_rounds_and_no_cells_are_no_special_case() -> None:
    empty = Builder(interface(1)).build([0, 1]), Builder(interface(1)).build([0])
    shown = Schedule(
        length=1,
        rounds=0,
        predictor=empty[0],
        unmask=empty[1],
        output=(0,),
        output_names=("x",),
        data_cells=(0,),
        data_names=("x",),
    )
    unrolled = check(shown)
    assert unrolled.depth == unrolled.bound == 0
    assert evaluate(unrolled.circuit, (True,)) == (True,)


# --- what goes wrong is seen ---------------------------------------------------------------


def test_a_mask_that_is_left_shows_in_the_mask_circuit() -> None:
    schedule = replace(confident(), rounds=2)
    with pytest.raises(LeavesMask):
        sampler.output_law(sampler_of(schedule))
    left = token_law(unroll(schedule).masked, ()).probability(any)
    # Each cell stays masked if its coin falls 0 twice.
    assert left == 1 - (1 - uniform(range(4)).probability(lambda k: k == 0)) ** 2


def test_names_that_collide_are_refused() -> None:
    builder = Builder(interface(2, random=1))
    schedule = Schedule(
        length=2,
        rounds=1,
        predictor=builder.build([builder.constant(False), 1, builder.constant(False), 4]),
        unmask=Builder(interface(2)).build([0, 2]),
        output=(1,),
        output_names=("o",),
        data_cells=(0,),
        data_names=("predictor1.0",),
    )
    with pytest.raises(BadInput, match="name of a coin"):
        unroll(schedule)
    check(replace(schedule, data_names=("x",)))


def test_canary_unrolling_follows_the_schedule_and_not_the_circuit() -> None:
    """On each legal mutant the unrolled circuit has the mutant's law, right or wrong."""
    schedule = compile_revision(alternating(2)).schedule
    right = token_law(unroll(schedule).circuit, ())
    changed, legal = 0, 0
    for index in range(len(schedule.predictor.gates)):
        mutant = flip_gate(schedule, "predictor", index)
        verdict = outcome(mutant, alternating(2))
        law = token_law(unroll(mutant).circuit, ())
        if verdict in (SAME, OTHER):
            legal += 1
            assert (law == right) == (verdict == SAME)
            assert law == sampler.output_law(sampler_of(mutant))
        changed += law != right
    assert (legal, changed) == (20, 17)
