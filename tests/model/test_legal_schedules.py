"""Random schedules and samplers: reproducible, of the kind they say, legal on every state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import combinations, permutations, product

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.legal_samplers import SAMPLER_KINDS, BeyondCircuits, legal_sampler
from dlmcheck.model.legal_schedules import (
    KINDS,
    Kind,
    Selection,
    coin_count,
    legal_schedule,
)
from dlmcheck.model.random_schedules import Shape, random_circuit, random_schedule
from dlmcheck.model.renumbering import renumbered, renumbered_state
from dlmcheck.spec.errors import BadInput, BadPoint, WritesVisibleToken
from dlmcheck.spec.lattice import Clock, Edits, End, Remasking, Unmasking
from dlmcheck.spec.law import uniform
from dlmcheck.spec.rows import all_states, check_mask_preservation, check_rows, told_rounds
from dlmcheck.spec.sampler import (
    IndependentUnmasking,
    MemoryUnmasking,
    Sampler,
    check_end,
    laws_by_round,
    remasking_class,
    selection_law,
    unmasking_class,
    writable_cells,
)
from dlmcheck.spec.schedule import Schedule, interface, sampler_of
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json

SEEDS = range(2)


def schedules() -> Iterator[tuple[Kind, Schedule]]:
    for kind in KINDS:
        for seed in SEEDS:
            yield kind, legal_schedule(kind, seed)


def samplers(schedule: Schedule) -> Iterator[Sampler]:
    for data in product((False, True), repeat=len(schedule.data_cells)):
        yield sampler_of(schedule, data)


def digest(texts: Iterator[str]) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()[:16]


def test_the_same_seeds_give_the_same_bytes_everywhere() -> None:
    assert digest(schedule_to_json(s) for _, s in schedules()) == "5320a883593fc88b"
    shapes = [Shape(edits, clock, data=1, given=1) for edits in Edits for clock in (False, True)]
    nearly = (schedule_to_json(random_schedule(shape, 5)) for shape in shapes)
    assert digest(nearly) == "37d0b6ce1352edb8"
    circuits = (
        circuit_to_json(random_circuit(n, data=1, coins=2, gates=4, outputs=2)) for n in range(5)
    )
    assert digest(circuits) == "83c08049e569498f"


def test_there_is_every_kind_once() -> None:
    assert len(set(KINDS)) == len(KINDS) == 72
    assert len(set(SAMPLER_KINDS)) == len(SAMPLER_KINDS) == 18
    with pytest.raises(BadPoint):
        Kind(Edits.REMASK, Selection.JOINT, Remasking.NONE, clock=False)


def test_legal_schedules_are_legal_on_every_state_and_end_as_promised() -> None:
    for _, schedule in schedules():
        for sampler in samplers(schedule):
            assert check_rows(sampler) > 0
            check_mask_preservation(sampler)
            check_end(sampler, laws_by_round(sampler)[-1])


def test_canary_an_inverted_row_is_not_legal() -> None:
    schedule = legal_schedule(Kind(Edits.WRITE_ONCE, Selection.JOINT, Remasking.NONE, False), 0)
    row = schedule.predictor
    wrong = replace(schedule, predictor=replace(row, outputs=_exchanged(schedule)))
    assert wrong != schedule
    with pytest.raises(WritesVisibleToken):
        check_mask_preservation(next(samplers(wrong)))


def _exchanged(schedule: Schedule) -> tuple[int, ...]:
    """The bit in which 0 and 1 differ, inverted in the row of cell 0."""
    half = 0 if schedule.encoding.zero[0] != schedule.encoding.one[0] else 1
    outputs = list(schedule.predictor.outputs)
    outputs[half] = ~outputs[half]
    return tuple(outputs)


READ_OFF = {
    Selection.DETERMINISTIC: Unmasking.DETERMINISTIC,
    Selection.INDEPENDENT: Unmasking.INDEPENDENT,
    Selection.SAME_RATE: Unmasking.INDEPENDENT,
    Selection.UNIFORM_SUBSET: Unmasking.JOINT,
    Selection.JOINT: Unmasking.JOINT,
    Selection.AFTER_SAMPLING: Unmasking.AFTER_SAMPLING,
}


def test_the_specification_reads_off_the_kind_that_was_asked_for() -> None:
    for kind, schedule in schedules():
        sampler = next(samplers(schedule))
        assert sampler.edits is kind.edits
        assert (sampler.clock is Clock.ROUND_NUMBER) == kind.clock
        assert unmasking_class(sampler.unmask) is READ_OFF[kind.selection]
        found = remasking_class(sampler.remask)
        # One cell alone cannot share a coin, and G spares the prompt.
        free = schedule.length - len(schedule.data_cells)
        alone = kind.remasking is Remasking.JOINT and free < 2
        assert found is (Remasking.INDEPENDENT if alone else kind.remasking)


def test_one_rate_is_one_rate_and_a_uniform_subset_is_uniform() -> None:
    for kind, schedule in schedules():
        sampler = next(samplers(schedule))
        for state in all_states(sampler):
            for number in told_rounds(sampler):
                writable = writable_cells(sampler, state)
                if kind.selection is Selection.SAME_RATE:
                    assert isinstance(sampler.unmask, IndependentUnmasking)
                    told = sampler.round_argument(number)
                    rates = {sampler.unmask.rate(state, i, told) for i in writable}
                    assert len(rates) <= 1
                elif kind.selection is Selection.UNIFORM_SUBSET:
                    law = selection_law(sampler, state, number)
                    (size,) = {len(chosen) for chosen in law}
                    assert law == uniform(map(frozenset, combinations(sorted(writable), size)))


def test_the_schedules_differ_in_what_a_seed_decides() -> None:
    all_schedules = [s for _, s in schedules()]
    assert {s.length for s in all_schedules} == {1, 2, 3}
    assert {s.rounds for s in all_schedules} == {1, 2, 3}
    assert len({s.encoding for s in all_schedules}) == 6
    ends = Counter(s.end for s in all_schedules)
    assert min(ends[End.WHOLE_STATE], ends[End.OUTPUT_ONLY]) > 20
    assert sum(len(s.data_cells) for s in all_schedules) > 20
    assert sum(len(s.given_cells) for s in all_schedules) > 20
    # Most runs get somewhere by chance, and many have few coins.
    laws = [laws_by_round(next(samplers(s)))[-1] for s in all_schedules]
    assert sum(len(law) > 1 for law in laws) > len(laws) // 2
    assert sum(coin_count(s) <= 5 for s in all_schedules) > len(laws) // 3


def test_beyond_circuits_there_are_thirds_subsets_and_memory_that_counts() -> None:
    remembered: set[object] = set()
    odd = 0
    for kind in SAMPLER_KINDS:
        sampler = legal_sampler(kind, 0)
        final = laws_by_round(sampler)[-1]
        check_end(sampler, final)
        check_mask_preservation(sampler)
        odd += any(weight.denominator.bit_count() > 1 for _, weight in final.items())
        if kind.form is BeyondCircuits.MEMORY:
            assert isinstance(sampler.unmask, MemoryUnmasking)
            remembered |= {c.memory for c in final}
    assert remembered == {0, 1}
    assert odd > len(SAMPLER_KINDS) // 3


# --- renumbering -------------------------------------------------------------------------------


def test_renumbering_there_and_back_gives_the_schedule_again() -> None:
    for _, schedule in schedules():
        for order in permutations(range(schedule.length)):
            back = tuple(order.index(i) for i in range(schedule.length))
            assert renumbered(renumbered(schedule, order), back) == schedule


def test_renumbering_moves_cells_and_nothing_else() -> None:
    builder = Builder.with_names(data=["x0.high", "x0.low", "x1.high", "x1.low"], random=["r0"])
    # Cell 0 is a coin; cell 1 shows the data and keeps it.
    predictor = builder.build([builder.constant(False), builder.mux(0, 4, 1), 2, 3])
    flags = Builder(interface(2))
    schedule = Schedule(
        length=2,
        rounds=1,
        predictor=predictor,
        unmask=flags.build([0, flags.constant(False)]),
        output=(0,),
        output_names=("a",),
        data_cells=(1,),
        data_names=("d",),
        labels=("coin", "prompt"),
    )
    turned = renumbered(schedule, (1, 0))
    assert (turned.output, turned.data_cells, turned.labels) == ((1,), (0,), ("prompt", "coin"))
    assert turned.unmask.outputs[1] == 2
    assert turned.predictor.outputs[:2] == (0, 1)
    for data in ((False,), (True,)):
        laws = [
            [law.map(lambda c: c.state) for law in laws_by_round(sampler_of(s, data))]
            for s in (schedule, turned)
        ]
        assert laws[1] == [law.map(lambda x: renumbered_state(x, (1, 0))) for law in laws[0]]


def test_an_order_must_name_each_cell_once() -> None:
    _, schedule = next(schedules())
    with pytest.raises(BadInput, match="no order of the cells"):
        renumbered(schedule, (0,) * (schedule.length + 1))
