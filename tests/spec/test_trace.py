"""A run on given coins against the law of the run: the law is what uniform coins give."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.spec.circuit import Circuit, InputKind, Op
from dlmcheck.spec.errors import (
    ChangesPrompt,
    DlmcheckError,
    IllegalCode,
    LeavesMask,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.spec.schedule import Schedule, interface, sampler_of, start_state
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.spec.trace import Coins, Step, output_of, run_on_coins
from tests.spec.circuits import Net
from tests.spec.schedules import Shape, copy_schedule, random_schedule

F, T = False, True


def coin_count(circuit: Circuit | None) -> int:
    inputs = () if circuit is None else circuit.inputs
    return sum(i.kind is InputKind.RANDOM for i in inputs)


def coins_from(schedule: Schedule, seed: Sequence[bool]) -> Coins:
    """All coins of a run, in one row: round by round, predictor, unmask, remask."""
    names = {"predictor": schedule.predictor, "unmask": schedule.unmask, "remask": schedule.remask}
    keys = [
        (part, number, index)
        for number in range(1, schedule.rounds + 1)
        for part, circuit in names.items()
        for index in range(coin_count(circuit))
    ]
    table = dict(zip(keys, seed, strict=True))
    return lambda part, number, index: table[part, number, index]


def total_coins(schedule: Schedule) -> int:
    parts = (schedule.predictor, schedule.unmask, schedule.remask)
    return schedule.rounds * sum(map(coin_count, parts))


def law_of_traces(schedule: Schedule, data: Sequence[bool]) -> Law[State]:
    """The push-forward of uniform coins through `run_on_coins`."""
    weights: dict[State, Fraction] = {}
    throws = total_coins(schedule)
    givens = len(schedule.given_cells)
    for values in product((F, T), repeat=givens):
        for seed in product((F, T), repeat=throws):
            steps = run_on_coins(schedule, data, values, coins_from(schedule, seed))
            end = steps[-1].state if steps else start_state(schedule, data, values)
            weights[end] = weights.get(end, Fraction(0)) + Fraction(1, 2 ** (givens + throws))
    return Law(weights)


SHAPES = [
    Shape(),
    Shape(rounds=0, given=2),
    Shape(length=3),
    Shape(data=1, given=1),
    Shape(clock_bits=2, rounds=3),
    Shape(unmask_coins=1),
    Shape(unmask_coins=2),
    Shape(sees_candidates=True),
    Shape(sees_candidates=True, unmask_coins=1, clock_bits=2),
    Shape(Edits.REMASK),
    Shape(Edits.REMASK, remask_coins=1, unmask_coins=1),
    Shape(Edits.REMASK, remask_coins=2, clock_bits=2),
    Shape(Edits.REMASK, sees_candidates=True, given=1),
    Shape(Edits.REVISE_TOKEN, rounds=3),
    Shape(Edits.REVISE_TOKEN, sees_candidates=True, unmask_coins=1),
    Shape(Edits.REVISE_ANY, unmask_coins=2),
    Shape(Edits.REVISE_ANY, sees_candidates=True, given=1),
]


@given(st.sampled_from(SHAPES), st.integers(0, 10**6))
@settings(max_examples=80)
def test_the_law_of_the_run_is_the_law_of_its_traces(shape: Shape, seed: int) -> None:
    schedule = random_schedule(seed, shape)
    for data in product((F, T), repeat=shape.data):
        law = laws_by_round(sampler_of(schedule, data))[-1].map(lambda c: c.state)
        assert law == law_of_traces(schedule, data)


@pytest.mark.parametrize("shape", SHAPES)
def test_law_and_traces_agree_on_every_shape(shape: Shape) -> None:
    schedule = random_schedule(1, shape)
    data = (T,) * shape.data
    law = laws_by_round(sampler_of(schedule, data))[-1].map(lambda c: c.state)
    assert law == law_of_traces(schedule, data)


ILLEGAL = [
    Shape(all_rows_legal=False, given=1),
    Shape(all_rows_legal=False, sees_candidates=True, given=1),
    Shape(Edits.REMASK, all_rows_legal=False, data=1),
    Shape(Edits.REVISE_TOKEN, all_rows_legal=False),
    Shape(Edits.REVISE_ANY, data=1, unmask_coins=1),
    Shape(Edits.REVISE_ANY, all_rows_legal=False, sees_candidates=True),
]


def refused(schedule: Schedule, data: Sequence[bool]) -> set[type[DlmcheckError]]:
    """The errors that some coins lead to."""
    found: set[type[DlmcheckError]] = set()
    for values in product((F, T), repeat=len(schedule.given_cells)):
        for seed in product((F, T), repeat=total_coins(schedule)):
            try:
                run_on_coins(schedule, data, values, coins_from(schedule, seed))
            except DlmcheckError as error:
                found.add(type(error))
    return found


@given(st.sampled_from(ILLEGAL), st.integers(0, 10**6))
@settings(max_examples=60)
def test_a_law_is_refused_exactly_if_some_trace_is(shape: Shape, seed: int) -> None:
    schedule = random_schedule(seed, shape)
    data = (F,) * shape.data
    by_traces = refused(schedule, data)
    if not by_traces:
        assert sum(p for _, p in laws_by_round(sampler_of(schedule, data))[-1].items()) == 1
        return
    # The law meets all codes of a row before any cell is written, a trace one cell after the other.
    with pytest.raises((*by_traces, IllegalCode)):
        laws_by_round(sampler_of(schedule, data))


def test_every_kind_of_refusal_turns_up_among_the_random_schedules() -> None:
    found: set[type[DlmcheckError]] = set()
    for shape in ILLEGAL:
        for seed in range(12):
            found |= refused(random_schedule(seed, shape), (F,) * shape.data)
    assert found == {IllegalCode, WritesVisibleToken, WritesMask, ChangesPrompt}


# --- by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize("coin", [F, T])
def test_a_trace_by_hand(coin: bool) -> None:
    schedule = copy_schedule()
    # The coin of round 1 counts; that of round 2 is thrown and not used.
    steps = run_on_coins(
        schedule, (), (), lambda part, number, index: coin if number == 1 else not coin
    )
    v = int(coin)
    assert steps == [
        Step(1, frozenset({0}), (v, MASK), frozenset(), (v, MASK)),
        Step(2, frozenset({1}), (v, v), frozenset(), (v, v)),
    ]
    assert output_of(schedule, steps, (MASK, MASK)) == (v, v)
    assert output_of(schedule, [], (1, 0)) == (1, 0)


def test_remasking_sees_the_state_after_the_write() -> None:
    # G masks cell 0 iff it shows 1, at the end of the same round.
    remask = Net(interface(2))
    schedule = copy_schedule(
        edits=Edits.REMASK,
        remask=remask.circuit(remask.add(Op.AND, ~0, 1), remask.add(Op.CONST0)),
        rounds=1,
        output=(),
        output_names=(),
        end=random_schedule(0, Shape()).end,
    )
    one = run_on_coins(schedule, (), (), lambda part, number, index: T)
    zero = run_on_coins(schedule, (), (), lambda part, number, index: F)
    assert one == [Step(1, frozenset({0}), (1, MASK), frozenset({0}), (MASK, MASK))]
    assert zero == [Step(1, frozenset({0}), (0, MASK), frozenset(), (0, MASK))]


def test_a_trace_that_ends_with_a_mask_is_refused() -> None:
    with pytest.raises(LeavesMask) as error:
        run_on_coins(copy_schedule(rounds=1), (), (), lambda part, number, index: T)
    assert (error.value.state, error.value.round_number) == ((1, MASK), 1)
    assert error.value.probability == 1


def test_a_trace_may_not_remask_the_prompt() -> None:
    remask = Net(interface(2))
    schedule = copy_schedule(
        edits=Edits.REMASK,
        remask=remask.circuit(remask.add(Op.CONST1), remask.add(Op.CONST0)),
        data_cells=(0,),
        data_names=("d",),
    )
    with pytest.raises(ChangesPrompt) as error:
        run_on_coins(schedule, (T,), (), lambda part, number, index: T)
    assert (error.value.position, error.value.round_number) == (0, 1)


def test_many_given_cells_are_no_obstacle_to_one_trace() -> None:
    # The reading in which layer 0 is free: 2^60 starts, of which one is run.
    length = 60
    zeros = Net(interface(length))
    zero = zeros.add(Op.CONST0)
    schedule = Schedule(
        length=length,
        rounds=1,
        predictor=zeros.circuit(*([zero] * (2 * length))),
        unmask=zeros.circuit(*([zero] * length)),
        output=(59,),
        output_names=("z",),
        given_cells=tuple(range(length)),
    )
    steps = run_on_coins(schedule, (), [T] * length, lambda part, number, index: T)
    assert steps[-1].state == (1,) * length


# --- canaries ----------------------------------------------------------------------------------


def test_canary_a_gate_that_is_changed_changes_law_and_traces_alike() -> None:
    # Cell 1 is written in round 1 as well: it cannot copy yet and shows 0.
    unmask = Net(interface(2))
    hasty = copy_schedule(unmask=unmask.circuit(0, 2))
    law = laws_by_round(sampler_of(hasty))[-1].map(lambda c: c.state)
    assert law == law_of_traces(hasty, ())
    assert law != law_of_traces(copy_schedule(), ())
