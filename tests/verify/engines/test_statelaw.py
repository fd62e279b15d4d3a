"""The engine that pushes laws on states forward, against the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec import sampler as reference
from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.spec.errors import (
    ChangesPrompt,
    DlmcheckError,
    IllegalCode,
    LeavesMask,
    NotAbsorbing,
    SharedRandomBits,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import Schedule, interface, sampler_of
from dlmcheck.spec.tokens import Encoding, State
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.engines.cointables import coin_groups

OPS = (Op.AND, Op.OR, Op.XOR)


def some_gates(draw: st.DrawFn, b: Builder, nodes: list[int]) -> Literal:
    """A literal over some new gates on the nodes given."""
    for _ in range(draw(st.integers(1, 2))):
        args = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=3))
        signs = draw(st.lists(st.booleans(), min_size=len(args), max_size=len(args)))
        signed = [~a if s else a for a, s in zip(args, signs, strict=True)]
        nodes.append(b.gate(draw(st.sampled_from(OPS)), signed))
    return ~nodes[-1] if draw(st.booleans()) else nodes[-1]


@st.composite
def predictors(draw: st.DrawFn, length: int, clock: int, legal: bool, writes_mask: bool) -> Circuit:
    """One coin per position. A legal one keeps to the paper's codes and writes M only if told."""
    b = Builder(interface(length, clock_bits=clock, random=length))
    fixed = len(b.inputs) - length
    found: list[Literal] = []
    for i in range(length):
        nodes = [*range(fixed), fixed + i]
        high = some_gates(draw, b, nodes) if writes_mask or not legal else b.constant(False)
        low = some_gates(draw, b, nodes)
        found += [high, b.and_(low, ~high) if legal else low]
    return b.build(found)


@st.composite
def policies(
    draw: st.DrawFn, length: int, clock: int, candidates: bool, only_masked: bool
) -> Circuit:
    """Zero to two coins for all positions."""
    coins = draw(st.integers(0, 2))
    b = Builder(interface(length, clock_bits=clock, candidates=candidates, random=coins))
    found: list[Literal] = []
    for i in range(length):
        flag = some_gates(draw, b, list(range(len(b.inputs))))
        found.append(b.and_(flag, 2 * i) if only_masked else flag)
    return b.build(found)


@st.composite
def schedules(draw: st.DrawFn, legal: bool) -> Schedule:
    length = draw(st.integers(1, 3))
    edits = draw(st.sampled_from(list(Edits)))
    clock = draw(st.sampled_from([0, 2]))
    sees = draw(st.booleans())
    prompt = draw(st.integers(0, 1)) if length > 1 and not legal else 0
    visible_stay = legal and edits in (Edits.WRITE_ONCE, Edits.REMASK)
    other = Encoding((True, False), (False, False), (False, True))
    return Schedule(
        length=length,
        rounds=draw(st.integers(0, 3)),
        predictor=draw(predictors(length, clock, legal, edits is Edits.REVISE_ANY)),
        unmask=draw(policies(length, clock, sees, visible_stay)),
        output=(0,),
        output_names=("z0",),
        remask=draw(policies(length, clock, False, False)) if edits is Edits.REMASK else None,
        edits=edits,
        clock_bits=clock,
        unmask_sees_candidates=sees,
        data_cells=(0,) * prompt,
        data_names=("a",) * prompt,
        given_cells=(length - 1,) if draw(st.booleans()) and length > 1 else (),
        end=draw(st.sampled_from(list(End))),
        stop=Stop.FIXED_ROUNDS if clock else draw(st.sampled_from(list(Stop))),
        encoding=Encoding() if legal else draw(st.sampled_from([Encoding(), other])),
    )


@settings(max_examples=300)
@given(schedules(legal=True))
def test_legal_schedules_have_the_laws_of_the_definition(schedule: Schedule) -> None:
    sampler = sampler_of(schedule)
    by_definition = [
        law.map(lambda configuration: configuration.state)
        for law in reference.laws_by_round(sampler)
    ]
    assert [law.as_law() for law in statelaw.laws_by_round(schedule)] == by_definition


def outcome(run: Callable[[], Law[State]]) -> Law[State] | type[DlmcheckError]:
    try:
        return run()
    except DlmcheckError as error:
        return type(error)


@settings(max_examples=300)
@given(schedules(legal=False), st.booleans())
def test_any_schedule_runs_or_fails_as_by_the_definition(schedule: Schedule, bit: bool) -> None:
    data = (bit,) * len(schedule.data_cells)
    expected = outcome(lambda: reference.output_law(sampler_of(schedule, data)))
    found = outcome(lambda: statelaw.output_law(schedule, data).as_law())
    if isinstance(expected, type):
        # Where a round breaks two rules, or only a further one does, the order decides.
        assert found == expected or found in ON_THE_WAY >= {expected}, (found, expected)
    else:
        assert found == expected


ON_THE_WAY = {WritesMask, WritesVisibleToken, ChangesPrompt, IllegalCode, NotAbsorbing}


def test_shared_coins_join_positions() -> None:
    schedule = parity_independent_unmasking(4)
    single = coin_groups(schedule.unmask, [(i,) for i in range(4)])
    assert [group.bundles for group in single] == [(0,), (1,), (2,), (3,)]
    b = Builder.with_names(data=["x"], random=["r", "s", "t"])
    chained = b.build([1, b.xor(1, 2), 3, b.and_(2, 0)])
    groups = coin_groups(chained, [(0,), (1,), (2,), (3,)])
    assert [group.bundles for group in groups] == [(0, 1, 3), (2,)]
    with pytest.raises(SharedRandomBits):
        replace(schedule, predictor=_with_shared_coin(schedule))


def _with_shared_coin(schedule: Schedule) -> Circuit:
    p = schedule.predictor
    outputs = list(p.outputs)
    outputs[1], outputs[3] = p.random_inputs[0], p.random_inputs[0]
    return Circuit(p.inputs, p.gates, tuple(outputs))


def test_a_run_that_is_too_short_leaves_a_mask_with_its_exact_probability() -> None:
    schedule = replace(parity_independent_unmasking(4, clock=True), rounds=2)
    with pytest.raises(LeavesMask) as caught:
        statelaw.output_law(schedule)
    with pytest.raises(LeavesMask) as by_definition:
        reference.output_law(sampler_of(schedule))
    assert caught.value.probability == by_definition.value.probability


def test_canary_a_promise_to_be_absorbing_is_checked() -> None:
    with pytest.raises(NotAbsorbing):
        statelaw.output_law(replace(parity_revision(3), stop=Stop.ABSORBING))


def test_canary_a_law_that_does_not_sum_up_is_refused() -> None:
    with pytest.raises(ValueError, match="no law"):
        statelaw.DyadicLaw({(0,): 1}, 1)


def test_canary_uniform_is_not_taken_for_granted() -> None:
    law = statelaw.DyadicLaw({(0,): 1, (1,): 3}, 2)
    assert not law.is_uniform_on([(0,), (1,)])
    assert not law.is_uniform_on([(0,)])
