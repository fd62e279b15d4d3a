"""A schedule that simulates its circuit by way of another one, and what is refused of that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families.layered_random import random_layered
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.rewriting import reexpressed, reexpressed_schedule
from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.compilation import choices, construction
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.kernel.laws import check_same_law
from dlmcheck.verify.kernel.merged_simulation import (
    MergedSimulation,
    check_merged_simulation,
    merged_simulation_text,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.model.constructions.small_circuits import any_circuit


def found(schedule: Schedule, circuit: Circuit) -> MergedSimulation:
    result = check_coupling(schedule, circuit, certify=True)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert result.certificate is not None
    return result.certificate


def shared_and_rewritten() -> tuple[Schedule, Circuit]:
    builder = Builder.with_names(data=["a"], random=["r", "s"])
    both = builder.and_(0, 1)
    circuit = builder.build([builder.xor(both, 2), builder.or_(both, ~2)])
    other = reexpressed(reexpressed(circuit, 1), 2)
    return reexpressed_schedule(compile_write_once(other).schedule, 3), circuit


@pytest.mark.parametrize("seed", range(12))
def test_a_schedule_of_another_circuit_with_other_gates_is_proved(seed: int) -> None:
    circuit = any_circuit(seed, gates=5)
    other = reexpressed(circuit, seed)
    schedule = reexpressed_schedule(compile_write_once(other).schedule, seed)
    certificate = found(schedule, circuit)
    checked = check_merged_simulation("it", schedule, circuit, certificate)
    assert checked.verdict is Verdict.PROVED
    assert check_same_law("law", schedule, circuit).verdict is Verdict.PROVED
    text = merged_simulation_text(schedule, circuit, certificate)
    assert check_certificate(Document.parse(text, "file")).verdict is Verdict.PROVED


@pytest.mark.parametrize("edits", ["remask", "revise"])
def test_so_is_one_that_remasks_or_revises(edits: str) -> None:
    circuit = random_layered(2, 1, 4, 4, 3, inverted=True)
    built = construction(edits)(reexpressed(circuit, 1), choices("sampled", "arguments"))
    schedule = reexpressed_schedule(built.schedule, 2)
    checked = check_merged_simulation("it", schedule, circuit, found(schedule, circuit))
    assert checked.verdict is Verdict.PROVED


def test_a_certificate_proves_its_own_schedule_and_circuit_only() -> None:
    schedule, circuit = shared_and_rewritten()
    certificate = found(schedule, circuit)
    gates = circuit.gates
    for index in range(len(gates)):
        builder = Builder.with_names(data=["a"], random=["r", "s"])
        first = builder.and_(0, 1) if index else builder.or_(0, 1)
        second = builder.or_(first, ~2) if index == 1 else builder.xor(first, 2)
        third = builder.and_(first, ~2) if index == 2 else builder.or_(first, ~2)
        wrong = builder.build([second, third])
        with pytest.raises(Rejected, match=r"is not shown equal|is not shown to be"):
            check_merged_simulation("it", schedule, wrong, certificate)
    reasons: list[str] = []
    for index in range(0, len(schedule.predictor.gates), 3):
        flipped = flip_gate(schedule, "predictor", index)
        try:
            check_merged_simulation("it", flipped, circuit, certificate)
        except Rejected as error:
            reasons.append(error.reason)
        else:
            equal = check_same_law("law", flipped, circuit).verdict
            assert equal is Verdict.PROVED
    assert reasons
    assert all(reason.startswith("round ") for reason in reasons)


def test_what_the_run_shows_may_have_random_inputs_of_its_own_but_no_data() -> None:
    schedule, circuit = shared_and_rewritten()
    certificate = found(schedule, circuit)
    shown = certificate.shown
    assert shown.inputs == circuit.inputs
    further = Circuit(
        (*shown.inputs, Input("more", InputKind.DATA)), (), (0, 1), shown.output_names
    )
    with pytest.raises(Rejected, match="the circuit shown has further data inputs"):
        check_merged_simulation("it", schedule, circuit, replace(certificate, shown=further))


def test_a_coin_that_stands_for_nothing_is_an_input_of_what_is_shown() -> None:
    """A cell that no output rests on shows a coin; an output hides one behind r and not r."""
    builder = Builder.with_names(random=["r", "hidden"])
    hidden = builder.and_(builder.and_(0, 1), builder.and_(~0, builder.xor(1, 0)))
    other = builder.build([builder.or_(0, hidden), builder.or_(1, hidden)])
    schedule = compile_write_once(other).schedule
    builder = Builder.with_names(random=["r"])
    circuit = builder.build([0])
    alone = replace(schedule, output=schedule.output[:1], output_names=("o0",))
    certificate = found(alone, circuit)
    assert len(certificate.shown.inputs) == 2
    checked = check_merged_simulation("it", alone, circuit, certificate)
    assert checked.verdict is Verdict.PROVED
