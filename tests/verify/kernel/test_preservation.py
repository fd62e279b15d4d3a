"""Mask preservation: what the tables say is what all states say."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.random_schedules import Shape, random_circuit, random_schedule
from dlmcheck.spec.circuit import Op, evaluate
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, RandomBits
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, clock_value, interface, sampler_of
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.preservation import (
    BrokenMask,
    check_broken_mask,
    check_preservation,
    settled,
    settled_nearby,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.kernel.small import compiled, one_coin


def preserves(schedule: Schedule) -> bool:
    """The definition: every state, every round, every coin, every visible cell."""
    coins = len(schedule.predictor.random_inputs)
    rounds = range(1, schedule.rounds + 1) if schedule.clock_bits else (0,)
    for number, state in product(rounds, product((0, 1, MASK), repeat=schedule.length)):
        fixed = schedule.encoding.encode(state) + clock_value(schedule, number)
        for toss in product((False, True), repeat=coins):
            bits = evaluate(schedule.predictor, fixed + toss)
            for i, token in enumerate(state):
                code = schedule.encoding.code_of(token)
                if token != MASK and (bits[2 * i], bits[2 * i + 1]) != code:
                    return False
    return True


def shape(seed: int) -> Shape:
    source = random.Random(seed)
    edits = source.choice([Edits.WRITE_ONCE, Edits.REMASK])
    return Shape(edits=edits, clock=source.random() < 0.4, given=source.randint(0, 1))


def test_the_verdict_is_that_of_the_definition_on_300_random_schedules() -> None:
    found: Counter[tuple[Verdict, bool]] = Counter()
    for seed in range(300):
        schedule = random_schedule(shape(seed), seed)
        verdict = check_preservation("p", schedule).verdict
        assert (verdict is Verdict.PROVED) == preserves(schedule), seed
        found[verdict, bool(schedule.clock_bits)] += 1
    assert set(found) == set(product((Verdict.PROVED, Verdict.REFUTED), (False, True)))
    assert min(found.values()) >= 10


def test_a_clock_counts_up_to_the_last_round_only() -> None:
    """The predictor rewrites in round 2 what it wrote: wrong with two rounds, not with one."""
    builder = Builder(interface(1, clock_bits=2))
    zero = builder.constant(False)
    predictor = builder.build([zero, builder.xor(3, value_bit(0))])
    unmask = Builder(interface(1, clock_bits=2)).build([masked_bit(0)])
    one = Schedule(1, 1, predictor, unmask, (0,), ("o",), clock_bits=2)
    assert check_preservation("p", one).verdict is Verdict.PROVED
    two = check_preservation("p", replace(one, rounds=2))
    assert isinstance(two.evidence, Witness)
    assert two.evidence.reason == (
        "the predictor does not preserve masks (cell 0 in state 0 in round 2): 0 becomes 1"
    )


@pytest.mark.parametrize("bits", RandomBits)
def test_compilations_preserve_masks(bits: RandomBits) -> None:
    for seed in range(20):
        circuit = random_circuit(seed, data=2, coins=1, gates=4, outputs=2)
        if bits is not RandomBits.PRIVATE:
            checked = check_preservation("p", compiled(bits, circuit).schedule)
            assert checked.verdict is Verdict.PROVED
            assert isinstance(checked.evidence, Exhaustive)
            assert checked.evidence.met == checked.evidence.count > 0


def test_wide_gates_need_no_table() -> None:
    """An AND of sixty cells: with its own cell visible, one gate settles it."""
    circuit = FAMILIES["parity-tree"](8)
    schedule = compile_write_once(circuit).schedule
    assert check_preservation("p", schedule, row_limit=0).verdict is Verdict.PROVED
    builder = Builder(interface(61))
    zero = builder.constant(False)
    wide = builder.gate(Op.AND, [value_bit(i) for i in range(60)])
    low = builder.or_(builder.and_(masked_bit(60), wide), value_bit(60))
    outputs = [bit for i in range(60) for bit in (zero, value_bit(i))]
    unmask = Builder(interface(61)).build([masked_bit(i) for i in range(61)])
    schedule = Schedule(61, 2, builder.build([*outputs, zero, low]), unmask, (60,), ("o",))
    assert check_preservation("p", schedule, row_limit=0).verdict is Verdict.PROVED
    # The same gate without the cell's own mask bit: a table of 3^60 rows would decide.
    bare = builder.or_(wide, value_bit(60))
    worse = replace(schedule, predictor=builder.build([*outputs, zero, bare]))
    with pytest.raises(Rejected, match="cell 60 reads 60 other cells: too many to table"):
        check_preservation("p", worse)


def test_where_revision_is_allowed_nothing_is_asked() -> None:
    for edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY):
        checked = check_preservation("p", one_coin(edits=edits)[0])
        assert checked.verdict is Verdict.VACUOUS
        assert isinstance(checked.evidence, Exhaustive)
        assert (checked.evidence.count, checked.evidence.met) == (1, 0)


def unreachable() -> Schedule:
    """Cell 1 copies cell 0 once that is visible; visible itself, it turns 1 where cell 0 is M.

    A run shows cell 1 only after cell 0, so its output law is right.
    """
    builder = Builder(interface(2, random=1))
    zero = builder.constant(False)
    first = builder.or_(builder.and_(masked_bit(0), 4), value_bit(0))
    copied = builder.or_(builder.and_(masked_bit(1), value_bit(0)), value_bit(1))
    second = builder.or_(copied, builder.and_(masked_bit(0), ~masked_bit(1)))
    unmask = Builder(interface(2))
    ready = unmask.and_(masked_bit(1), ~masked_bit(0))
    return Schedule(
        length=2,
        rounds=2,
        predictor=builder.build([zero, first, zero, second]),
        unmask=unmask.build([masked_bit(0), ready]),
        output=(0, 1),
        output_names=("x", "y"),
    )


def test_canary_a_predictor_that_fails_where_no_run_goes_is_refuted() -> None:
    schedule = unreachable()
    assert {len(set(output)) for output in output_law(sampler_of(schedule))} == {1}
    checked = check_preservation("p", schedule)
    assert checked.verdict is Verdict.REFUTED
    assert isinstance(checked.evidence, Witness)
    assert checked.evidence.reason == (
        "the predictor does not preserve masks (cell 1 in state M0): 0 becomes 1"
    )
    again = BrokenMask.from_json(checked.evidence.instance)
    assert again == BrokenMask(1, ((0, MASK), (1, 0)))
    assert repr(check_broken_mask("p", schedule, again)) == repr(checked)


def test_the_illegal_code_is_named_in_the_reason() -> None:
    schedule, _ = one_coin()
    builder = Builder(interface(1, random=1))
    one = builder.constant(True)
    checked = check_preservation("p", replace(schedule, predictor=builder.build([one, one])))
    assert isinstance(checked.evidence, Witness)
    assert checked.evidence.reason.endswith("(cell 0 in state 0): 0 becomes the illegal code 11")


def test_a_long_state_is_shown_by_the_cells_that_matter() -> None:
    schedule = compile_write_once(FAMILIES["parity-tree"](24)).schedule
    assert schedule.length > 40
    for index in range(200):
        checked = check_preservation("p", flip_gate(schedule, "predictor", index))
        if isinstance(checked.evidence, Witness):
            assert "; all others M)" in checked.evidence.reason
            return
    pytest.fail("no mutant breaks it")


# --- witnesses -------------------------------------------------------------------------------

GOOD = BrokenMask(1, ((0, MASK), (1, 0)))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(GOOD, cell=0), "cell 0 is not visible"),
        (replace(GOOD, tokens=((0, MASK),)), "cell 1 is not visible"),
        (replace(GOOD, tokens=((0, 0), (1, 0))), "cell 1 keeps its token"),
        (replace(GOOD, tokens=((1, 1),)), "cell 1 keeps its token"),
        (replace(GOOD, cell=2, tokens=((2, 0),)), "names a cell, token, coin or round"),
        (replace(GOOD, tokens=((1, 0), (1, 0))), "names a cell, token, coin or round"),
        (replace(GOOD, tokens=((0, 2), (1, 0))), "names a cell, token, coin or round"),
        (replace(GOOD, coins=(1,)), "names a cell, token, coin or round"),
        (replace(GOOD, round_number=1), "names a cell, token, coin or round"),
    ],
)
def test_canary_a_tampered_witness_is_rejected(broken: BrokenMask, reason: str) -> None:
    check_broken_mask("p", unreachable(), GOOD)
    with pytest.raises(Rejected, match=reason):
        check_broken_mask("p", unreachable(), broken)


def test_a_witness_against_another_schedule_is_rejected() -> None:
    with pytest.raises(Rejected, match="cell 0 keeps its token"):
        check_broken_mask("p", compiled().schedule, BrokenMask(0, ((0, 1),)))
    revising = replace(unreachable(), edits=Edits.REVISE_TOKEN)
    with pytest.raises(Rejected, match="with revision no mask has to be preserved"):
        check_broken_mask("p", revising, GOOD)


@pytest.mark.parametrize(
    "change",
    [
        {"cell": -1},
        {"cell": "0"},
        {"tokens": [[0, "M", 1]]},
        {"tokens": [[0, "MM"]]},
        {"tokens": [[0, "x"]]},
        {"coins": [0.5]},
        {"round": None},
        {"more": 1},
    ],
    ids=str,
)
def test_a_malformed_witness_is_bad_input(change: dict[str, Any]) -> None:
    raw = {**json.loads(GOOD.to_json()), **change}
    with pytest.raises(BadInput):
        BrokenMask.from_json(json.dumps(raw))


# --- three-valued evaluation -----------------------------------------------------------------


@given(st.integers(0, 10_000), st.lists(st.sampled_from([None, False, True]), max_size=4))
def test_what_is_settled_is_so_for_every_value_of_the_unknown(
    seed: int, inputs: list[bool | None]
) -> None:
    circuit = random_circuit(seed, data=len(inputs), coins=0, gates=6, outputs=3)
    told = settled(circuit, inputs)
    ways = product(*([value] if value is not None else [False, True] for value in inputs))
    for values in ways:
        for said, is_so in zip(told, evaluate(circuit, values), strict=True):
            assert said is None or said == is_so
    if None not in inputs:
        assert None not in told


def test_what_is_settled_nearby_is_settled() -> None:
    """On random circuits with some inputs known, two cases at once: as by all gates, or none."""
    seen: Counter[bool | None] = Counter()
    for seed in range(400):
        circuit = random_circuit(seed, data=4, coins=2, gates=12, outputs=4)
        source = random.Random(seed)
        cases = [
            {v: source.random() < 0.5 for v in range(6) if source.random() < 0.6} for _ in range(2)
        ]
        known = {
            v: (
                sum((case.get(v) is False) << k for k, case in enumerate(cases)),
                sum((case.get(v) is True) << k for k, case in enumerate(cases)),
            )
            for v in range(6)
        }
        everything = [settled(circuit, [case.get(v) for v in range(6)]) for case in cases]
        for j, literal in enumerate(circuit.outputs):
            zeros, ones = settled_nearby(circuit, literal, known, 0b11)
            for k in range(2):
                nearby = None if not (zeros | ones) >> k & 1 else bool(ones >> k & 1)
                assert nearby in (everything[k][j], None)
                assert not (zeros & ones) >> k & 1
                seen[nearby] += 1
    assert min(seen.values()) > 100, seen
