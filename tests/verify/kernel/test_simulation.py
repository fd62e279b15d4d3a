"""Cut-point certificates: right ones are accepted, every kind of corruption is rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.write_once import Frontier, compile_write_once
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Op
from dlmcheck.spec.lattice import Edits, End, RandomBits, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.kernel.small import CIRCUIT, A, B, R, S, certified, one_coin, with_write

Case = tuple[Schedule, Circuit, Simulation]
Corruption = Callable[[Schedule, Circuit, Simulation], Case]


def sampled() -> Case:
    """Cells: 0 = a (prompt), 1 = r and 2 = s (round 1), 3, 4, 5 = nodes 3, 4, 5 (rounds 2-4)."""
    return certified(RandomBits.SAMPLED)


def free() -> Case:
    """As `sampled`, one round less: cells 1 and 2 show r and s from the start."""
    return certified(RandomBits.FREE)


def rejection(case: Case) -> str:
    with pytest.raises(Rejected) as caught:
        check_simulation("x", *case)
    return caught.value.reason


# --- what is accepted ------------------------------------------------------------------------


@pytest.mark.parametrize("base", [sampled, free])
@pytest.mark.parametrize("stop", Stop)
@pytest.mark.parametrize("end", End)
def test_the_certificate_of_a_compilation_is_accepted(
    base: Callable[[], Case], stop: Stop, end: End
) -> None:
    schedule, circuit, certificate = base()
    told: list[int] = []
    checked = check_simulation(
        "simulation", replace(schedule, stop=stop, end=end), circuit, certificate, told.append
    )
    assert (checked.statement, checked.verdict) == ("simulation", Verdict.PROVED)
    assert isinstance(checked.evidence, Certificate)
    assert checked.evidence.kind == "cut points"
    assert checked.evidence.size == sum(map(len, certificate.writes))
    assert told == list(range(1, schedule.rounds + 1))
    assert difference(schedule, circuit) is None


@pytest.mark.parametrize("frontier", Frontier)
@pytest.mark.parametrize("bits", RandomBits)
def test_certificates_are_accepted_at_every_frontier(bits: RandomBits, frontier: Frontier) -> None:
    gates = (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (3, ~2)), Gate(Op.CONST1))
    circuit = Circuit((A, R, S), gates, (4, ~3, 5, 0), ("y", "not x", "one", "a"))
    compiled = compile_write_once(circuit, random_bits=bits, frontier=frontier, pad_layers=True)
    check_simulation("x", compiled.schedule, circuit, cut_points(compiled))


def test_a_coin_that_is_drawn_again_is_accepted_where_the_token_stays() -> None:
    schedule, circuit = one_coin(again=True, rounds=3)
    writes = (((0, 0),), (), ())
    check_simulation("x", schedule, circuit, Simulation(writes, ((1, 0, 0),)))


def test_a_claim_for_a_cell_that_is_written_with_what_it_holds_is_accepted() -> None:
    schedule, circuit = one_coin(again=True, rounds=2)
    writes = (((0, 0),), ((0, 0),))
    check_simulation("x", schedule, circuit, Simulation(writes, ((1, 0, 0),)))


def test_a_random_input_that_nothing_reads_needs_no_coin() -> None:
    schedule, _ = one_coin()
    circuit = Circuit((S, R), (), (1,), ("o",))
    check_simulation("x", schedule, circuit, Simulation((((0, 1),),), ((1, 0, 1),)))


def test_a_cell_may_be_remasked_and_written_anew() -> None:
    schedule, circuit, certificate = remasking()
    check_simulation("x", schedule, circuit, certificate)
    assert difference(schedule, circuit) is None


def remasking(**changes: Any) -> Case:
    """Round 1 writes r into cell 0. Round 2 copies it to cell 1 and then masks cell 0."""
    predictor = Builder(interface(2, random=1))
    zero = predictor.constant(False)
    first = predictor.or_(predictor.and_(masked_bit(0), 4), value_bit(0))
    second = predictor.or_(predictor.and_(masked_bit(1), value_bit(0)), value_bit(1))
    unmask = Builder(interface(2))
    remask = Builder(interface(2))
    schedule = Schedule(
        length=2,
        rounds=2,
        predictor=predictor.build([zero, first, zero, second]),
        unmask=unmask.build(
            [
                unmask.and_(masked_bit(0), masked_bit(1)),
                unmask.and_(~masked_bit(0), masked_bit(1)),
            ]
        ),
        remask=remask.build([~masked_bit(1), remask.constant(False)]),
        edits=Edits.REMASK,
        output=(1,),
        output_names=("o",),
        end=End.OUTPUT_ONLY,
    )
    circuit = Circuit((R,), (), (0,), ("o",))
    certificate = Simulation((((0, 0),), ((1, 0),)), ((1, 0, 0),))
    return replace(schedule, **changes), circuit, certificate


def alternating(*, edits: Edits) -> Case:
    """With a clock: round 1 writes r, round 2 writes M (or 0, if M may not be), round 3 s."""
    builder = Builder(interface(1, clock_bits=2, random=1))
    second = builder.and_(~2, 3)
    high = second if edits is Edits.REVISE_ANY else builder.constant(False)
    unmask = Builder(interface(1, clock_bits=2))
    schedule = Schedule(
        length=1,
        rounds=3,
        predictor=builder.build([high, builder.and_(~second, 4)]),
        unmask=unmask.build([unmask.constant(True)]),
        edits=edits,
        clock_bits=2,
        output=(0,),
        output_names=("o",),
    )
    middle: Content = "M" if edits is Edits.REVISE_ANY else "0"
    certificate = Simulation((((0, 0),), ((0, middle),), ((0, 1),)), ((1, 0, 0), (3, 0, 1)))
    return schedule, Circuit((R, S), (), (1,), ("o",)), certificate


@pytest.mark.parametrize("edits", [Edits.REVISE_TOKEN, Edits.REVISE_ANY])
def test_a_visible_cell_may_be_revised_where_revision_is_allowed(edits: Edits) -> None:
    schedule, circuit, certificate = alternating(edits=edits)
    check_simulation("x", schedule, circuit, certificate)
    assert difference(schedule, circuit) is None


# --- what is rejected: the certificate is corrupted ------------------------------------------


def at(number: int, cell: int, content: Any) -> Corruption:
    """Another claim for a cell in a round; None takes it away."""
    return lambda s, c, k: (s, c, with_write(k, number, cell, content))


def coins(*triples: tuple[int, int, int]) -> Corruption:
    return lambda s, c, k: (s, c, replace(k, coins=triples))


def given(*nodes: int) -> Corruption:
    return lambda s, c, k: (s, c, replace(k, given=nodes))


def moved(cell: int, old: int, new: int) -> Corruption:
    """A claim in another round."""

    def corrupt(s: Schedule, c: Circuit, k: Simulation) -> Case:
        content = dict(k.writes[old - 1])[cell]
        return s, c, with_write(with_write(k, old, cell, None), new, cell, content)

    return corrupt


def of_schedule(**changes: Any) -> Corruption:
    return lambda s, c, k: (replace(s, **changes), c, k)


def of_circuit(**changes: Any) -> Corruption:
    return lambda s, c, k: (s, replace(c, **changes), k)


CORRUPTED: dict[str, tuple[Callable[[], Case], Corruption, str]] = {
    "wrong node": (sampled, at(2, 3, 4), "round 2: cell 3 does not write node 4"),
    "an input for a gate": (sampled, at(2, 3, 1), "round 2: cell 3 does not write node 1"),
    "inverted": (sampled, at(2, 3, ~3), "round 2: cell 3 does not write not node 3"),
    "coin inverted": (sampled, at(1, 1, ~1), "round 1: cell 1 does not write not node 1"),
    "the wrong coin": (sampled, at(1, 1, 2), "round 1: cell 1 does not write node 2"),
    "a constant for a value": (sampled, at(4, 5, "1"), "round 4: cell 5 does not write 1"),
    "a constant for a coin": (sampled, at(1, 2, "0"), "round 1: cell 2 does not write 0"),
    "M for a write": (
        sampled,
        at(2, 3, "M"),
        "round 2: cell 3 is written, the certificate omits it",
    ),
    "missing write": (
        sampled,
        at(2, 3, None),
        "round 2: cell 3 is written, the certificate omits it",
    ),
    "extra write": (sampled, at(2, 5, 5), "round 2: cell 5 is claimed but not written"),
    "prompt written": (sampled, at(1, 0, 0), "round 1: cell 0 is claimed but not written"),
    "written again": (sampled, at(3, 3, 3), "round 3: cell 3 is claimed but not written"),
    "a round early": (sampled, moved(5, 4, 3), "round 3: cell 5 is claimed but not written"),
    "a round late": (
        sampled,
        moved(3, 2, 3),
        "round 2: cell 3 is written, the certificate omits it",
    ),
    "no such cell": (sampled, at(2, 6, 3), "round 2: there is no cell 6"),
    "negative cell": (sampled, at(2, -1, 3), "round 2: there is no cell -1"),
    "no such node": (sampled, at(2, 3, 6), "round 2: the circuit has no node 6"),
    "no such inverted node": (sampled, at(2, 3, ~6), "round 2: the circuit has no node 6"),
    "no content": (sampled, at(2, 3, "2"), "round 2: '2' is no content"),
    "cell claimed twice": (
        sampled,
        lambda s, c, k: (
            s,
            c,
            replace(k, writes=(k.writes[0], ((3, 4), (3, 3)), *k.writes[2:])),
        ),
        "round 2: a cell is claimed twice",
    ),
    "a round too few": (
        sampled,
        lambda s, c, k: (s, c, replace(k, writes=k.writes[:-1])),
        "3 rounds claimed, the schedule runs 4",
    ),
    "a round too many": (
        sampled,
        lambda s, c, k: (s, c, replace(k, writes=(*k.writes, ()))),
        "5 rounds claimed, the schedule runs 4",
    ),
    "rounds exchanged": (
        sampled,
        lambda s, c, k: (s, c, replace(k, writes=k.writes[::-1])),
        "round 1: cell 5 is claimed but not written",
    ),
    "coin missing": (sampled, coins((1, 1, 2)), "round 1: cell 1 does not write node 1"),
    "coins exchanged": (
        sampled,
        coins((1, 0, 2), (1, 1, 1)),
        "round 1: cell 1 does not write node 1",
    ),
    "coin of a later round": (
        sampled,
        coins((2, 0, 1), (1, 1, 2)),
        "round 1: cell 1 does not write node 1",
    ),
    "coin used twice": (
        sampled,
        coins((1, 0, 1), (1, 0, 2)),
        "the coupling uses a coin twice",
    ),
    "random input used twice": (
        sampled,
        coins((1, 0, 1), (1, 1, 1)),
        "the coupling does not name random inputs only, each at most once",
    ),
    "coin for a data input": (
        sampled,
        coins((1, 0, 0), (1, 1, 2)),
        "the coupling does not name random inputs only, each at most once",
    ),
    "coin for a gate": (
        sampled,
        coins((1, 0, 1), (1, 1, 4)),
        "the coupling does not name random inputs only, each at most once",
    ),
    "coin for an inverted input": (
        sampled,
        coins((1, 0, ~1), (1, 1, 2)),
        "the coupling does not name random inputs only, each at most once",
    ),
    "foreign coin": (sampled, coins((1, 0, 1), (1, 2, 2)), "round 1 has no coin 2"),
    "negative coin": (sampled, coins((1, 0, 1), (1, -1, 2)), "round 1 has no coin -1"),
    "coin before the run": (sampled, coins((0, 0, 1), (1, 1, 2)), "round 0 has no coin 0"),
    "coin after the run": (sampled, coins((1, 0, 1), (5, 1, 2)), "round 5 has no coin 1"),
    "given without given cells": (
        sampled,
        given(1),
        "the certificate does not name one random input per given cell",
    ),
    "given missing": (
        free,
        given(1),
        "the certificate does not name one random input per given cell",
    ),
    "given exchanged": (free, given(2, 1), "round 1: cell 3 does not write node 3"),
    "given twice": (
        free,
        given(1, 1),
        "the coupling does not name random inputs only, each at most once",
    ),
    "given is data": (
        free,
        given(0, 2),
        "the coupling does not name random inputs only, each at most once",
    ),
    "M left out": (
        lambda: alternating(edits=Edits.REVISE_ANY),
        at(2, 0, 0),
        "round 2: cell 0 does not write node 0",
    ),
    "M where only tokens are written": (
        lambda: alternating(edits=Edits.REVISE_TOKEN),
        at(2, 0, "M"),
        "round 2: cell 0 is written, the certificate omits it",
    ),
    "the first coin for the last": (
        lambda: alternating(edits=Edits.REVISE_ANY),
        coins((1, 0, 1), (3, 0, 0)),
        "round 1: cell 0 does not write node 0",
    ),
    # --- the schedule is another one
    "another predictor": (
        sampled,
        lambda s, c, k: (flip_gate(s, "predictor", 5), c, k),
        "round 2: cell 3 does not write node 3",
    ),
    "another F": (
        sampled,
        lambda s, c, k: (flip_gate(s, "unmask", 1), c, k),
        "round 1: cell 4 is written, the certificate omits it",
    ),
    "other rounds": (sampled, of_schedule(rounds=5), "4 rounds claimed, the schedule runs 5"),
    "one round less": (
        sampled,
        lambda s, c, k: (replace(s, rounds=3), c, replace(k, writes=k.writes[:3])),
        "cell 5 is masked at the end",
    ),
    "other output cells": (
        sampled,
        of_schedule(output=(5, 4)),
        "output y is not what cell 5 holds",
    ),
    "other prompt cells": (
        sampled,
        of_schedule(data_cells=(1,)),
        "round 1: cell 1 is claimed but not written",
    ),
    # --- the circuit is another one
    "another gate": (
        sampled,
        of_circuit(gates=(Gate(Op.OR, (0, 1)), *CIRCUIT.gates[1:])),
        "round 2: cell 3 does not write node 3",
    ),
    "an edge inverted": (
        sampled,
        of_circuit(gates=(*CIRCUIT.gates[:2], Gate(Op.OR, (1, ~4)))),
        "round 4: cell 5 does not write node 5",
    ),
    "an output negated": (
        sampled,
        of_circuit(outputs=(4, ~5)),
        "output z is not what cell 5 holds",
    ),
    "outputs exchanged": (
        sampled,
        of_circuit(outputs=(5, 4)),
        "output y is not what cell 4 holds",
    ),
    "outputs in another order": (
        sampled,
        of_circuit(outputs=(5, 4), output_names=("z", "y")),
        "the schedule's outputs are not the circuit's",
    ),
    "random input is data": (
        sampled,
        of_circuit(inputs=(A, B, S)),
        "the schedule's data inputs are not the circuit's",
    ),
    "data input is random": (
        sampled,
        of_circuit(inputs=(B, R, S)),
        "the schedule's data inputs are not the circuit's",
    ),
}


@pytest.mark.parametrize("kind", CORRUPTED)
def test_canary_a_corrupted_certificate_is_rejected_for_the_right_reason(kind: str) -> None:
    base, corrupt, reason = CORRUPTED[kind]
    check_simulation("x", *base())
    assert rejection(corrupt(*base())) == reason


def test_there_are_enough_kinds_of_corruption() -> None:
    assert len(CORRUPTED) >= 50
