"""Schedules: samplers whose parts are circuits over the two-bit encoding."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.spec.circuit import Circuit, InputKind, Op
from dlmcheck.spec.errors import BadInput, BadPoint, IllegalCode, SharedRandomBits
from dlmcheck.spec.lattice import Clock, Edits, End, Stop
from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.rows import check_mask_preservation, check_rows
from dlmcheck.spec.sampler import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    laws_by_round,
    output_law,
    selection_law,
)
from dlmcheck.spec.schedule import (
    Schedule,
    cells_read,
    clock_value,
    interface,
    predictor_reads,
    sampler_from,
    sampler_of,
    start_state,
)
from dlmcheck.spec.tokens import MASK, Encoding, show_state
from tests.spec.circuits import Net
from tests.spec.schedules import copy_schedule


def one_cell(predictor: Circuit, unmask: Circuit, **changes: Any) -> Schedule:
    arguments: dict[str, Any] = {
        "length": 1,
        "rounds": 1,
        "predictor": predictor,
        "unmask": unmask,
        "output": (0,),
        "output_names": ("z",),
    }
    return Schedule(**(arguments | changes))


def constants(length: int, *values: bool, **kind: Any) -> Circuit:
    """A circuit whose outputs are constants."""
    net = Net(interface(length, **kind))
    return net.circuit(*(net.add(Op.CONST1 if value else Op.CONST0) for value in values))


COIN = Circuit(interface(1, random=1), (), (2, 2))
"""Both bits of the only cell are the same coin: 00 or 11."""


# --- by hand ----------------------------------------------------------------------------------


def test_the_interface_lists_state_clock_candidates_coins() -> None:
    names = [i.name for i in interface(1, clock_bits=2, candidates=True, random=1)]
    assert names == ["x0.high", "x0.low", "t0", "t1", "c0.high", "c0.low", "r0"]
    kinds = {i.kind for i in interface(1, clock_bits=2, candidates=True)}
    assert kinds == {InputKind.DATA}


def test_the_copying_schedule_by_hand() -> None:
    sampler = sampler_of(copy_schedule())
    by_round = [law.map(lambda c: show_state(c.state)) for law in laws_by_round(sampler)]
    assert by_round == [certain("MM"), uniform(["0M", "1M"]), uniform(["00", "11"])]
    assert output_law(sampler) == uniform([(0, 0), (1, 1)])
    # 9 states and 2 positions; a cell is visible in 6 of the states.
    assert check_rows(sampler) == 18
    assert check_mask_preservation(sampler) == 12


def test_cells_and_coins_that_a_position_reads() -> None:
    schedule = copy_schedule()
    assert predictor_reads(schedule) == (frozenset({0, 1, 4}), frozenset({1, 2, 3}))
    assert [sorted(cells_read(schedule, r)) for r in predictor_reads(schedule)] == [[0], [0, 1]]


def test_the_code_of_a_token_is_a_matter_of_the_encoding() -> None:
    # With 0 = 10, 1 = 01 and M = 00 the outputs r and NOT r are a fair coin.
    predictor = Circuit(interface(1, random=1), (), (2, ~2))
    encoding = Encoding(zero=(True, False), one=(False, True), mask=(False, False))
    schedule = one_cell(predictor, constants(1, True), encoding=encoding)
    assert output_law(sampler_of(schedule)) == uniform([(0,), (1,)])
    # In the paper's encoding the same circuit gives 1 or M.
    unread = one_cell(
        predictor,
        constants(1, True),
        edits=Edits.REVISE_ANY,
        output=(),
        output_names=(),
        end=End.OUTPUT_ONLY,
    )
    assert laws_by_round(sampler_of(unread))[-1].map(lambda c: c.state) == uniform([(1,), (MASK,)])


def test_the_clock_is_read_lowest_bit_first() -> None:
    # F is the lowest clock bit: cell 0 is written in rounds 1 and 3. The value is the higher bit:
    # in round 1 it is 0; nothing is written over, so the predictor must keep what is there.
    predictor = Net(interface(1, clock_bits=2))
    zero = predictor.add(Op.CONST0)
    value = predictor.mux(0, 3, 1)
    schedule = one_cell(
        predictor.circuit(zero, value),
        Circuit(interface(1, clock_bits=2), (), (2,)),
        clock_bits=2,
        rounds=3,
    )
    sampler = sampler_of(schedule)
    assert sampler.clock is Clock.ROUND_NUMBER
    assert output_law(sampler) == certain((0,))
    assert [sorted(selection_law(sampler, (MASK,), t).support) for t in (1, 2, 3)] == [
        [frozenset({0})],
        [frozenset()],
        [frozenset({0})],
    ]
    assert clock_value(schedule, 2) == (False, True)
    for number in (-1, 4):
        with pytest.raises(BadInput, match=f"round {number} does not fit 2 bits"):
            clock_value(schedule, number)
    assert clock_value(copy_schedule(), 99) == ()


def test_data_cells_are_a_prompt_and_given_cells_are_coins() -> None:
    schedule = copy_schedule(rounds=1, given_cells=(0,))
    assert output_law(sampler_of(schedule)) == uniform([(0, 0), (1, 1)])
    asked = copy_schedule(rounds=1, data_cells=(0,), data_names=("d",))
    sampler = sampler_of(asked, (True,))
    assert sampler.prompt == ((0, 1),)
    assert output_law(sampler) == certain((1, 1))
    assert start_state(asked, (True,), ()) == (1, MASK)
    for data, given in (((), ()), ((True,), (True,))):
        with pytest.raises(BadInput, match=f"{len(data)} data and {len(given)} given values"):
            start_state(asked, data, given)
    with pytest.raises(BadInput, match="0 data and 0 given values"):
        sampler_of(asked)


def test_a_sampler_may_start_from_one_state_of_many() -> None:
    # 2^40 values of the given cells cannot be listed; one can.
    length = 40
    zeros = constants(length, *([False] * (2 * length)))
    schedule = Schedule(
        length=length,
        rounds=0,
        predictor=zeros,
        unmask=constants(length, *([False] * length)),
        output=(0,),
        output_names=("z",),
        given_cells=tuple(range(length)),
    )
    start = start_state(schedule, (), [True] * length)
    assert output_law(sampler_from(schedule, (), certain(start))) == certain((1,))


def test_a_start_must_show_the_data() -> None:
    asked = copy_schedule(rounds=1, data_cells=(0,), data_names=("d",))
    with pytest.raises(BadPoint, match="contradicts the prompt"):
        sampler_from(asked, (True,), certain((0, MASK)))


# --- the class of F and G is read off their circuits ---------------------------------------------


def policies(coins: int, *outputs: int) -> Circuit:
    return Circuit(interface(2, random=coins), (), outputs)


def test_the_class_of_the_unmasking_policy() -> None:
    def form(circuit: Circuit) -> object:
        return type(sampler_of(copy_schedule(unmask=circuit)).unmask)

    assert form(policies(0, 0, 2)) is DeterministicUnmasking
    assert form(policies(2, 4, 5)) is IndependentUnmasking
    assert form(policies(1, 4, 4)) is JointUnmasking
    sees = Circuit(interface(2, candidates=True), (), (4, 5))
    seeing = sampler_of(copy_schedule(unmask=sees, unmask_sees_candidates=True))
    assert type(seeing.unmask) is AfterSamplingUnmasking


def test_the_class_of_the_remasking_policy() -> None:
    def form(circuit: Circuit) -> object:
        return type(sampler_of(copy_schedule(remask=circuit, edits=Edits.REMASK)).remask)

    assert form(policies(0, 1, 3)) is DeterministicRemasking
    assert form(policies(2, 4, 5)) is IndependentRemasking
    assert form(policies(1, 4, ~4)) is JointRemasking


def test_selections_by_hand() -> None:
    both = frozenset({0, 1})
    joint = sampler_of(copy_schedule(unmask=policies(1, 4, 4)))
    assert selection_law(joint, (MASK, MASK), 1) == uniform([frozenset[int](), both])
    # Cell 0 with probability 1/2, cell 1 with probability 1/4.
    net = Net(interface(2, random=3))
    independent = sampler_of(copy_schedule(unmask=net.circuit(4, net.add(Op.AND, 5, 6))))
    assert selection_law(independent, (MASK, MASK), 1) == Law(
        {
            frozenset[int](): Fraction(3, 8),
            frozenset({0}): Fraction(3, 8),
            frozenset({1}): Fraction(1, 8),
            both: Fraction(1, 8),
        }
    )


# --- what a schedule may not be -------------------------------------------------------------------


def test_the_code_11_is_found_when_it_is_drawn() -> None:
    schedule = one_cell(COIN, constants(1, True))
    with pytest.raises(IllegalCode) as error:
        output_law(sampler_of(schedule))
    assert (error.value.code, error.value.position) == ((True, True), 0)


def test_the_code_11_is_found_by_the_check_of_rows_even_if_it_is_never_drawn() -> None:
    schedule = one_cell(COIN, constants(1, False), output=(), output_names=(), end=End.OUTPUT_ONLY)
    sampler = sampler_of(schedule)
    assert laws_by_round(sampler)[-1].map(lambda c: c.state) == certain((MASK,))
    with pytest.raises(IllegalCode) as error:
        check_rows(sampler)
    assert error.value.position == 0


def test_two_positions_may_not_read_one_random_bit() -> None:
    net = Net(interface(3, random=2))
    zero = net.add(Op.CONST0)
    deep = net.add(Op.AND, 7, 0)
    predictor = net.circuit(zero, 6, zero, 7, zero, net.add(Op.OR, deep, zero))
    with pytest.raises(SharedRandomBits) as error:
        Schedule(
            length=3,
            rounds=1,
            predictor=predictor,
            unmask=constants(3, True, True, True),
            output=(),
            output_names=(),
        )
    assert error.value.positions == (1, 2)
    assert error.value.bit == "r1"


def test_the_two_bits_of_one_position_may_read_one_random_bit() -> None:
    assert one_cell(COIN, constants(1, True)).length == 1


COPY = copy_schedule()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"length": -1}, "negative length, rounds or clock bits"),
        ({"rounds": -1}, "negative length, rounds or clock bits"),
        ({"clock_bits": -1}, "negative length, rounds or clock bits"),
        ({"clock_bits": 1, "rounds": 1}, "the predictor circuit has 5 inputs"),
        ({"length": 3}, "the predictor circuit has 5 inputs"),
        ({"predictor": COPY.unmask}, "the predictor circuit has 2 outputs"),
        ({"unmask": constants(2, True)}, "the unmask circuit has 1 outputs"),
        ({"unmask_sees_candidates": True}, "the unmask circuit has 4 inputs"),
        (
            {"remask": COPY.unmask},
            "edits write-once do not fit the presence of a remasking circuit",
        ),
        ({"edits": Edits.REMASK}, "edits remask do not fit the presence of a remasking circuit"),
        (
            {"edits": Edits.REMASK, "remask": constants(2, True)},
            "the remask circuit has 1 outputs",
        ),
        ({"output_names": ("a",)}, "number of output names differs from output cells"),
        ({"data_names": ("a",)}, "number of data names differs from data cells"),
        ({"labels": ("a",)}, "number of labels differs from the length"),
        ({"output": (0, 0)}, "a cell is named twice or does not exist"),
        ({"output": (0, 2)}, "a cell is named twice or does not exist"),
        ({"given_cells": (-1,)}, "a cell is named twice or does not exist"),
        (
            {"given_cells": (0,), "data_cells": (0,), "data_names": ("d",)},
            "a cell is named twice or does not exist",
        ),
    ],
)
def test_schedules_that_do_not_fit(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as error:
        copy_schedule(**changes)
    assert error.value.message == message


def test_random_inputs_stand_last() -> None:
    state = interface(1)
    mixed = Circuit((state[0], *interface(0, random=1), state[1]), (), (0, 1))
    with pytest.raises(BadInput) as error:
        one_cell(mixed, constants(1, True))
    assert error.value.expected == "2 state, clock and candidate bits, then random bits"


def test_the_clock_must_reach_the_last_round() -> None:
    def timed(rounds: int) -> Schedule:
        return one_cell(
            constants(1, False, False, clock_bits=2),
            constants(1, True, clock_bits=2),
            clock_bits=2,
            rounds=rounds,
        )

    assert timed(3).rounds == 3
    with pytest.raises(BadInput, match="round 4 does not fit 2 bits"):
        timed(4)


def test_an_absorbing_stop_goes_without_a_clock() -> None:
    assert output_law(sampler_of(copy_schedule(stop=Stop.ABSORBING))) == uniform([(0, 0), (1, 1)])
    with pytest.raises(BadInput, match="an absorbing stop with a round number"):
        one_cell(
            constants(1, False, False, clock_bits=2),
            constants(1, True, clock_bits=2),
            clock_bits=2,
            stop=Stop.ABSORBING,
        )


def test_long_schedules_are_checked_in_one_pass() -> None:
    # A coin of its own at each of 3000 positions, behind a chain of 3000 gates that all read.
    length = 3000
    net = Net(interface(length, random=length))
    chain = 0
    for i in range(length):
        chain = net.add(Op.AND, chain, 2 * i)
    outputs: list[int] = []
    for i in range(length):
        outputs += [chain, net.add(Op.AND, chain, 2 * length + i)]
    schedule = Schedule(
        length=length,
        rounds=1,
        predictor=net.circuit(*outputs),
        unmask=constants(length, *([True] * length)),
        output=(),
        output_names=(),
    )
    assert schedule.length == length
