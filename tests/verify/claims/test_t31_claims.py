"""Theorem 3.1: wrong constructions fail exactly the rows whose reading they break."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.write_once import Compiled, compile_write_once
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.lattice import DepthCount, End, RandomBits
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.claims import domains, t31
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.t31 import AFFIRMED, COUPLING, CUT_POINTS, REFERENCE, Reading
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.sweep import Domain
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims.planting import Audited, audit, without_proofs

A = Input("d0", InputKind.DATA)
R = Input("r0", InputKind.RANDOM)
S = Input("r1", InputKind.RANDOM)

CIRCUITS = (
    Circuit((R, S), (Gate(Op.AND, (0, 1)),), (2,)),
    Circuit((A, R), (Gate(Op.OR, (0, 1)),), (2,)),
    Circuit((A, R), (Gate(Op.XOR, (0, 1)), Gate(Op.NOT, (0,)), Gate(Op.AND, (2, 3))), (4,)),
)
"""In each of them AND taken for OR, or OR for AND, gives another law."""

SEEDS = (2, 42, 430)
"""The last two can be compiled with private coins."""

ROWS = t31.CLAIM.rows[: len(AFFIRMED)]
CLAIM = replace(t31.CLAIM, rows=ROWS)


@pytest.fixture(autouse=True)
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(_: Profile) -> Domain[Circuit]:
        return domains.listed("a few circuits", CIRCUITS, circuit_to_json)

    monkeypatch.setattr(t31, "small_circuits", few)
    monkeypatch.setattr(t31, "random_circuits", few)
    monkeypatch.setattr(t31, "circuit_seeds", lambda: domains.listed("a few seeds", SEEDS, str))


def audited() -> Audited:
    return audit(without_proofs([CLAIM], t31.JOBS), t31.JOBS)


def row(reading: Reading) -> str:
    bits, count, end = reading
    return f"T3.1/{bits.value},{count.value},{end.value}"


def rows(
    bits: RandomBits, counts: Iterable[DepthCount] = DepthCount, ends: Iterable[End] = End
) -> set[str]:
    return {
        row((bits, count, end))
        for count in counts
        for end in ends
        if (bits, count, end) in AFFIRMED
    }


def refuted(found: Audited) -> dict[str, set[str]]:
    """Engine -> the rows that it refutes."""
    roads = found.refuted_roads()
    return {
        engine: {name for name, reasons in roads.items() if engine in reasons}
        for engine in (REFERENCE, CUT_POINTS, COUPLING)
    }


def test_the_construction_passes_in_every_reading_on_every_road() -> None:
    found = audited()
    assert [result.row.id for result in found.rows] == [row(reading) for reading in AFFIRMED]
    assert found.verdicts() == {Verdict.BOUNDED}
    assert {len(result.roads) for result in found.rows} == {4}


# --- planted errors --------------------------------------------------------------------------


def plant(
    monkeypatch: pytest.MonkeyPatch,
    bits: RandomBits,
    change: Callable[[Circuit, Compiled], Compiled],
    plan: Callable[[Simulation, Compiled], Simulation] = lambda plan, _: plan,
) -> None:
    """Change what is compiled in one reading of layer 0, and what the compiler says of it."""

    def wrong(circuit: Circuit, *, random_bits: RandomBits, **options: Any) -> Compiled:
        found = compile_write_once(circuit, random_bits=random_bits, **options)
        return change(circuit, found) if _planted(found) else found

    def _planted(found: Compiled) -> bool:
        return found.random_bits is bits and bool(found.original.random_inputs)

    def planned(found: Compiled) -> Simulation:
        return plan(cut_points(found), found) if _planted(found) else cut_points(found)

    monkeypatch.setattr(t31, "compile_write_once", wrong)
    monkeypatch.setattr(t31, "cut_points", planned)


def and_for_or(circuit: Circuit, found: Compiled) -> Compiled:
    """The schedule of a circuit in which AND and OR have changed places."""
    turned = {Op.AND: Op.OR, Op.OR: Op.AND}
    gates = tuple(Gate(turned.get(gate.op, gate.op), gate.args) for gate in circuit.gates)
    other = compile_write_once(
        replace(circuit, gates=gates), random_bits=found.random_bits, random_outputs=True
    )
    return replace(found, schedule=other.schedule)


def with_cell(
    schedule: Schedule,
    selected: Callable[[Builder], Literal],
    others: Callable[[Builder, Literal], Literal] = lambda builder, flag: flag,
    late: int = 0,
) -> Schedule:
    """The schedule with one more cell, behind all others, that gets the token 0.

    `selected` says when F selects it, `others` what it changes in F for the other cells.
    """
    length = schedule.length + 1

    def wider(circuit: Circuit, random: int) -> tuple[Builder, list[Literal]]:
        builder = Builder(interface(length, random=random))
        first = 2 * schedule.length
        place = {v: v if v < first else v + 2 for v in range(len(circuit.inputs))}
        for index, gate in enumerate(circuit.gates):
            args = [place[a] if a >= 0 else ~place[~a] for a in gate.args]
            made = builder.gate(gate.op, args)
            place[len(circuit.inputs) + index] = made
        return builder, [place[o] if o >= 0 else ~place[~o] for o in circuit.outputs]

    random = len(schedule.predictor.inputs) - 2 * schedule.length
    predictor, outputs = wider(schedule.predictor, random)
    outputs += [predictor.constant(False), value_bit(length - 1)]
    unmask, flags = wider(schedule.unmask, 0)
    flags = [others(unmask, flag) for flag in flags]
    return replace(
        schedule,
        length=length,
        rounds=schedule.rounds + late,
        predictor=predictor.build(outputs),
        unmask=unmask.build([*flags, selected(unmask)]),
        labels=(),
    )


def never_written(_: Circuit, found: Compiled) -> Compiled:
    schedule = with_cell(found.schedule, lambda builder: builder.constant(False))
    return replace(found, schedule=schedule)


def waits_a_round(_: Circuit, found: Compiled) -> Compiled:
    """All others wait for the new cell, which round 1 writes."""
    cell = found.schedule.length
    schedule = with_cell(
        found.schedule,
        lambda builder: masked_bit(cell),
        lambda builder, flag: builder.and_(flag, ~masked_bit(cell)),
        late=1,
    )
    return replace(found, schedule=schedule)


def a_round_later(plan: Simulation, found: Compiled) -> Simulation:
    # `found` is the changed compilation already: its last cell is the new one.
    first: tuple[tuple[int, Content], ...] = ((found.schedule.length - 1, "0"),)
    coins = tuple((number + 1, j, node) for number, j, node in plan.coins)
    writes = (first, *plan.writes[: found.schedule.rounds - 1])
    return Simulation(writes, coins, plan.given)


@pytest.mark.parametrize("bits", RandomBits)
def test_canary_a_wrong_gate_fails_every_row_of_its_layer_0(
    monkeypatch: pytest.MonkeyPatch, bits: RandomBits
) -> None:
    plant(monkeypatch, bits, and_for_or)
    found = audited()
    wrong = rows(bits)
    assert refuted(found) == {REFERENCE: wrong, CUT_POINTS: wrong, COUPLING: wrong}
    for name in wrong:
        assert found.of(name).verdict is Verdict.REFUTED
        reasons = found.refuted_roads()[name]
        assert reasons[REFERENCE].endswith("the output law is another one")
        assert "does not write node" in reasons[CUT_POINTS]
        assert reasons[COUPLING].startswith("refuted: ")
    assert {r.verdict for r in found.rows if r.row.id not in wrong} == {Verdict.BOUNDED}


@pytest.mark.parametrize("bits", RandomBits)
def test_canary_a_cell_that_is_never_written_fails_where_the_whole_state_must_be_unmasked(
    monkeypatch: pytest.MonkeyPatch, bits: RandomBits
) -> None:
    plant(monkeypatch, bits, never_written)
    found = audited()
    wrong = rows(bits, ends=[End.WHOLE_STATE])
    by_engine = refuted(found)
    assert by_engine[REFERENCE] == by_engine[COUPLING] == wrong
    # On the small circuits one certificate, for the whole state, serves both ends.
    assert by_engine[CUT_POINTS] == rows(bits)
    for name in wrong:
        reasons = found.refuted_roads()[name]
        assert found.of(name).verdict is Verdict.REFUTED
        assert reasons[REFERENCE].endswith("M")
        assert "the state can be" in reasons[REFERENCE]
        assert reasons[CUT_POINTS].endswith("is masked at the end")
        assert "refuted: " in reasons[COUPLING]
    for result in found.rows:
        if result.row.id not in rows(bits):
            assert result.verdict is Verdict.BOUNDED


@pytest.mark.parametrize("bits", RandomBits)
def test_canary_a_round_lost_fails_where_there_is_none_to_spare(
    monkeypatch: pytest.MonkeyPatch, bits: RandomBits
) -> None:
    """d + 1 rounds: none to spare where layer 0 is sampled, or where layers count from 0."""
    plant(monkeypatch, bits, waits_a_round, a_round_later)
    found = audited()
    tight = list(DepthCount) if bits is RandomBits.SAMPLED else [DepthCount.FROM_ZERO]
    wrong = rows(bits, tight)
    by_engine = refuted(found)
    assert by_engine[REFERENCE] == by_engine[COUPLING] == wrong
    # The certificate of the small circuits is for the fewest rounds of all readings.
    assert by_engine[CUT_POINTS] == rows(bits)
    for name in wrong:
        reasons = found.refuted_roads()[name]
        assert found.of(name).verdict is Verdict.REFUTED
        assert "the state can be" in reasons[REFERENCE]
        assert reasons[CUT_POINTS].startswith("needs 1 rounds more than")
    for result in found.rows:
        if result.row.id not in rows(bits):
            assert result.verdict is Verdict.BOUNDED
        elif result.row.id not in wrong:
            # Two roads contradict each other: that is never an affirmation.
            assert (result.verdict, result.disagreement) == (Verdict.ERROR, True)


def test_every_row_is_failed_by_some_canary_for_each_thing_it_promises() -> None:
    whole = {row(r) for r in AFFIRMED if r[2] is End.WHOLE_STATE}
    tight = {row(r) for r in AFFIRMED if r[1] is DepthCount.FROM_ZERO}
    tight |= rows(RandomBits.SAMPLED)
    assert (len(AFFIRMED), len(whole), len(tight)) == (10, 5, 6)


def test_a_reading_whose_hypothesis_fails_is_not_met() -> None:
    """A coin that two gates read cannot be private."""
    shared = Circuit((R,), (Gate(Op.ID, (0,)), Gate(Op.NOT, (0,))), (1, 2))
    case = t31.Case(shared)
    for reading in AFFIRMED:
        outcomes = [
            t31.samples_in_d_rounds(reading)(case),
            t31.cut_points_accepted(reading)(case),
            t31.coupled(reading)(case),
        ]
        assert {o.met for o in outcomes} == {reading[0] is not RandomBits.PRIVATE}
        assert {o.failure for o in outcomes} == {None}
