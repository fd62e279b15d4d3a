"""Answers on equivalence as evidence files, each complete: nothing else is needed to check it.

A schedule and a circuit are given as they are, or as the text that they were read from or that
was written: what has been read need not be written anew, and its hash is that of the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.equivalence import Equivalence
from dlmcheck.verify.kernel import same_law
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.laws import LawWitness
from dlmcheck.verify.kernel.merged_simulation import merged_simulation_text
from dlmcheck.verify.kernel.preservation import BrokenMask
from dlmcheck.verify.kernel.witness import Partners, WrongRun, partners_to_json


def evidence_of(
    found: Equivalence,
    schedule: Schedule | str,
    circuit: Circuit | str,
    simulation: Callable[[], str],
) -> str:
    """The evidence file of an answer that the kernel has checked; empty if there is none.

    `simulation` gives the file of the plan that was proposed: it is asked where the kernel has
    accepted that, and may answer with nothing.
    """
    law, masks, run = found.law_witness, found.preservation, found.wrong_run
    if found.same_law_only:  # a run that refutes one coupling is no evidence of that answer
        run = None
    broken = None if masks is None else masks.evidence
    affirmed = [road for road in found.roads if road.checked and road.verdict.is_affirmative]
    if affirmed and not (law is not None or run is not None or isinstance(broken, Witness)):
        if affirmed[0].merged is None:
            return simulation()
        # The plan was rejected, and another road has found a certificate of its own.
        return merged_simulation_text(schedule, circuit, affirmed[0].merged)
    if law is not None:  # two laws refute every coupling, a run refutes one
        return law_file(schedule, circuit, law)
    if run is not None:
        return wrong_run_file(schedule, circuit, found.coupling, run)
    if isinstance(broken, Witness):
        return broken_mask_file(schedule, BrokenMask.from_json(broken.instance))
    return same_law_file(schedule, circuit) if found.laws_listed else ""


def simulation_file(
    schedule: Schedule | str, circuit: Circuit | str, certificate: Simulation | str
) -> str:
    """A schedule that simulates a circuit, with its cut points."""
    return certificate_text(
        "simulation",
        schedule=_schedule(schedule),
        circuit=_circuit(circuit),
        certificate=certificate if isinstance(certificate, str) else certificate.to_json(),
    )


def wrong_run_file(
    schedule: Schedule | str, circuit: Circuit | str, coupling: Partners, run: WrongRun
) -> str:
    """A seed on which a schedule goes wrong."""
    return certificate_text(
        "wrong-run",
        schedule=_schedule(schedule),
        circuit=_circuit(circuit),
        coupling=json.loads(partners_to_json(coupling)),
        run=run.to_json(),
    )


def same_law_file(schedule: Schedule | str, circuit: Circuit | str) -> str:
    """A schedule and a circuit with equal laws, small enough to be gone through."""
    return certificate_text(same_law.KIND, schedule=_schedule(schedule), circuit=_circuit(circuit))


def law_file(schedule: Schedule | str, circuit: Circuit | str, witness: LawWitness) -> str:
    """Data for which the output laws differ."""
    return certificate_text(
        "law",
        schedule=_schedule(schedule),
        circuit=_circuit(circuit),
        witness=witness.to_json(),
    )


def broken_mask_file(schedule: Schedule | str, broken: BrokenMask) -> str:
    """A state in which the predictor does not preserve masks."""
    return certificate_text("broken-mask", schedule=_schedule(schedule), witness=broken.to_json())


def _schedule(given: Schedule | str) -> str:
    return given if isinstance(given, str) else schedule_to_json(given)


def _circuit(given: Circuit | str) -> str:
    return given if isinstance(given, str) else circuit_to_json(given)
