"""Simulation, law and preservation: three questions, kept apart, and how their roads join."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify import equivalence
from dlmcheck.verify.engines import coupling
from dlmcheck.verify.engines.coupling import CouplingResult, CouplingVerdict
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.engines.wrong import SeedWitness
from dlmcheck.verify.equivalence import equivalent
from dlmcheck.verify.kernel import same_law
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import Certificate, Coupling, Exhaustive, Witness
from dlmcheck.verify.kernel.laws import difference, difference_for
from dlmcheck.verify.kernel.verdicts import Verdict

A = Input("a", InputKind.DATA)
R = Input("r", InputKind.RANDOM)
S = Input("s", InputKind.RANDOM)
CIRCUIT = Circuit(
    (A, R, S), (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (3, ~2)), Gate(Op.OR, (1, 4))), (4, 5)
)
COMPILED = compile_write_once(CIRCUIT)
PLAN = cut_points(COMPILED)


def answers(found: equivalence.Equivalence) -> tuple[Verdict, Verdict, Verdict]:
    return found.simulates, found.same_law, found.preserves


PROVED, REFUTED, UNKNOWN = Verdict.PROVED, Verdict.REFUTED, Verdict.UNKNOWN


def test_a_compilation_is_equivalent_on_both_roads() -> None:
    said: list[str] = []
    found = equivalent(COMPILED.schedule, CIRCUIT, plan=PLAN, progress=said.append)
    assert answers(found) == (PROVED, PROVED, PROVED)
    assert [road.verdict for road in found.roads] == [PROVED, PROVED]
    assert [type(road.evidence) for road in found.roads] == [Certificate, Coupling]
    assert [road.checked is not None for road in found.roads] == [True, False]
    assert not found.disagreement
    assert found.wrong_run is None
    assert found.preservation is not None
    assert isinstance(found.preservation.evidence, Exhaustive)
    assert len(said) == 3


def test_without_a_plan_there_is_one_road() -> None:
    found = equivalent(COMPILED.schedule, CIRCUIT)
    assert answers(found) == (PROVED, PROVED, PROVED)
    assert len(found.roads) == 1


def test_a_wrong_gate_is_refuted_with_a_run_that_the_kernel_replayed() -> None:
    ops = [gate.op for gate in COMPILED.schedule.predictor.gates]
    wrong = flip_gate(COMPILED.schedule, "predictor", ops.index(Op.XOR))
    found = equivalent(wrong, CIRCUIT, plan=PLAN)
    assert answers(found) == (REFUTED, REFUTED, PROVED)
    assert [road.verdict for road in found.roads] == [UNKNOWN, REFUTED]
    assert found.roads[0].message.startswith("certificate rejected: round 2: cell 3")
    assert found.roads[1].checked is not None
    assert found.wrong_run is not None
    assert (found.wrong_run.round_number, found.wrong_run.cell) == (2, 3)
    assert set(found.coupling) == {"r", "s"}
    assert not found.disagreement


def copying(*, keeps: bool) -> tuple[Schedule, Circuit]:
    """Cell 0 is a coin, cell 1 its copy; cell 1 keeps its token also where cell 0 is M, or not."""
    builder = Builder(interface(2, random=1))
    zero = builder.constant(False)
    first = builder.or_(builder.and_(masked_bit(0), 4), value_bit(0))
    second = builder.or_(builder.and_(masked_bit(1), value_bit(0)), value_bit(1))
    if not keeps:
        second = builder.or_(second, builder.and_(masked_bit(0), ~masked_bit(1)))
    unmask = Builder(interface(2))
    schedule = Schedule(
        length=2,
        rounds=2,
        predictor=builder.build([zero, first, zero, second]),
        unmask=unmask.build([masked_bit(0), unmask.and_(masked_bit(1), ~masked_bit(0))]),
        output=(0, 1),
        output_names=("x", "y"),
    )
    return schedule, Circuit((R,), (), (0, 0), ("x", "y"))


def test_canary_a_predictor_that_breaks_masks_out_of_reach_is_reported() -> None:
    schedule, circuit = copying(keeps=False)
    assert difference(schedule, circuit) is None
    found = equivalent(schedule, circuit)
    assert answers(found) == (PROVED, PROVED, REFUTED)
    assert found.preservation is not None
    assert found.preservation.checked is not None
    assert isinstance(found.preservation.evidence, Witness)
    assert found.preservation.message == (
        "the predictor does not preserve masks (cell 1 in state M0): 0 becomes 1"
    )
    assert answers(equivalent(*copying(keeps=True))) == (PROVED, PROVED, PROVED)


def test_where_revision_is_allowed_preservation_is_vacuous() -> None:
    schedule, circuit = copying(keeps=False)
    found = equivalent(replace(schedule, edits=Edits.REVISE_TOKEN), circuit)
    assert answers(found) == (PROVED, PROVED, Verdict.VACUOUS)
    assert found.preservation is not None
    assert found.preservation.message == "revision is allowed: no token has to stay"


def test_an_illegal_run_refutes_everything_but_masks() -> None:
    short = replace(COMPILED.schedule, rounds=COMPILED.schedule.rounds - 1)
    found = equivalent(short, CIRCUIT)
    assert answers(found) == (REFUTED, REFUTED, PROVED)
    assert found.law_reason == "a run of positive probability is illegal"


def test_a_coupling_that_breaks_leaves_the_law_to_be_looked_at() -> None:
    """The run inverts its coin: the same law, though under no coupling that is not inverted."""
    schedule, circuit = copying(keeps=True)
    builder = Builder(interface(2, random=1))
    zero = builder.constant(False)
    first = builder.or_(builder.and_(masked_bit(0), ~4), value_bit(0))
    second = builder.or_(builder.and_(masked_bit(1), value_bit(0)), value_bit(1))
    inverted = replace(schedule, predictor=builder.build([zero, first, zero, second]))
    found = equivalent(inverted, circuit)
    assert found.same_law is PROVED
    assert found.preserves is PROVED


# --- roads that contradict each other, or seem to --------------------------------------------


def guessing(monkeypatch: pytest.MonkeyPatch, result: CouplingResult) -> None:
    def guess(*_: object, **__: object) -> CouplingResult:
        return result

    monkeypatch.setattr(coupling.Coupler, "check", guess)


def misleading() -> tuple[Schedule, Circuit, Simulation]:
    """A right schedule of r and not s, in which every hint takes r for s.

    Labels are exchanged, and the circuit lists s before r, against the order of cells and coins.
    """
    compiled = compile_write_once(Circuit((R, S), (Gate(Op.AND, (0, ~1)),), (2,), ("o",)))
    other = {"random:r": "random:s", "random:s": "random:r"}
    labels = tuple(other.get(label, label) for label in compiled.schedule.labels)
    circuit = Circuit((S, R), (Gate(Op.AND, (1, ~0)),), (2,), ("o",))
    plan = Simulation((((0, 1), (1, 0)), ((2, 2),)), ((1, 0, 1), (1, 1, 0)))
    return replace(compiled.schedule, labels=labels), circuit, plan


def test_canary_a_bad_guess_of_a_coupling_does_not_contradict_the_certificate() -> None:
    schedule, circuit, plan = misleading()
    assert difference(schedule, circuit) is None
    found = equivalent(schedule, circuit, plan=plan)
    assert [road.verdict for road in found.roads] == [PROVED, UNKNOWN]
    assert found.roads[1].message.startswith("another coupling breaks: output o is ")
    assert answers(found) == (PROVED, PROVED, PROVED)
    assert not found.disagreement
    assert found.wrong_run is None
    # Without the certificate the coupling that was guessed is refuted, and the law is not.
    guess = equivalent(schedule, circuit)
    assert answers(guess) == (REFUTED, PROVED, PROVED)
    assert guess.wrong_run is not None
    assert guess.same_law_only
    assert guess.law_reason == "all data and all seeds listed (checked by the kernel)"
    assert guess.law_witness is None


def test_canary_an_engine_that_refutes_what_the_kernel_has_seen_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine says that a run is illegal; on replay nothing goes wrong."""
    witness = SeedWitness((True,), ())
    guessing(monkeypatch, CouplingResult(CouplingVerdict.REFUTED, witness=witness))
    found = equivalent(COMPILED.schedule, CIRCUIT, plan=PLAN)
    assert (found.simulates, found.same_law) == (Verdict.ERROR, Verdict.ERROR)
    assert found.roads[-1].message == "rejected: nothing goes wrong in this run"


def test_canary_a_refutation_without_a_witness_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    guessing(monkeypatch, CouplingResult(CouplingVerdict.REFUTED))
    found = equivalent(COMPILED.schedule, CIRCUIT)
    assert found.simulates is Verdict.ERROR
    assert found.roads[-1].message == "refuted without a witness"


def test_where_no_coupling_is_found_a_difference_of_the_laws_still_refutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guessing(monkeypatch, CouplingResult(CouplingVerdict.UNKNOWN, "none found"))
    same = equivalent(COMPILED.schedule, CIRCUIT)
    assert answers(same) == (UNKNOWN, PROVED, PROVED)
    assert same.same_law_only
    assert same.laws_listed
    other = replace(CIRCUIT, gates=(Gate(Op.OR, (0, 1)), *CIRCUIT.gates[1:]))
    found = equivalent(COMPILED.schedule, other)
    assert answers(found) == (REFUTED, REFUTED, PROVED)
    assert found.law_reason.startswith("for data 1: output ")
    assert found.law_reason.endswith("(checked by the kernel)")
    assert found.wrong_run is None
    assert found.law_witness == difference_for(COMPILED.schedule, other, (True,))
    # Where the kernel would have to list too many seeds, the engine is believed, by name.
    monkeypatch.setattr(same_law, "MOST_INPUTS", 1)
    assert answers(equivalent(COMPILED.schedule, CIRCUIT)) == (UNKNOWN, UNKNOWN, PROVED)
    large = equivalent(COMPILED.schedule, other)
    assert answers(large) == (REFUTED, REFUTED, PROVED)
    assert large.law_witness is None
    assert "for data all 1: " in large.law_reason
    assert "trusted" in large.law_reason
