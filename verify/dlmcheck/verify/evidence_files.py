"""Evidence as files: what `replay` reads, and what the other commands write.

Format `dlmcheck-evidence`, version 1, of one of these kinds:

    simulation   a schedule, a circuit, and a cut-point certificate
    wrong-run    a schedule, a circuit, a coupling, and a seed on which the run goes wrong
    law          a schedule, a circuit, and data for which their output laws differ
    broken-mask  a schedule, and a state in which its predictor changes a visible token
    row          a row of the audit, one of its roads, and what the kernel found on it

A file is replayed by the kernel from what it contains (a row: by going through its domain, or
through its witness, once more); what it says of its own verdict is compared, never believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import load_json
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import (
    circuit_from_json,
    circuit_to_json,
    schedule_from_json,
    schedule_to_json,
)
from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult
from dlmcheck.verify.claims.registry import Profile, Registry, SweepJob
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.laws import LawWitness, check_law_witness
from dlmcheck.verify.kernel.preservation import BrokenMask, check_broken_mask
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.sweep import check_sweep, check_witness
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import (
    Partners,
    WrongRun,
    check_wrong_run,
    partners_to_json,
)

FORMAT = "dlmcheck-evidence"


def simulation_file(schedule: Schedule, circuit: Circuit, certificate: Simulation) -> str:
    """A certificate of equivalence, complete: nothing else is needed to check it."""
    return _document(
        "simulation",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        certificate=certificate.to_json(),
    )


def wrong_run_file(schedule: Schedule, circuit: Circuit, coupling: Partners, run: WrongRun) -> str:
    """A seed on which a schedule goes wrong, complete."""
    return _document(
        "wrong-run",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        coupling=json.loads(partners_to_json(coupling)),
        run=run.to_json(),
    )


def law_file(schedule: Schedule, circuit: Circuit, witness: LawWitness) -> str:
    """Data for which the output laws differ, complete."""
    return _document(
        "law",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        witness=witness.to_json(),
    )


def broken_mask_file(schedule: Schedule, broken: BrokenMask) -> str:
    """A state in which the predictor does not preserve masks, complete."""
    return _document("broken-mask", schedule=schedule_to_json(schedule), witness=broken.to_json())


def row_file(profile: Profile, result: RowResult, road: RoadResult) -> str:
    """One road of one row of an audit."""
    return _document(
        "row",
        row=result.row.id,
        profile=profile.value,
        job=road.job,
        statement=road.statement,
        verdict=road.verdict.value,
        evidence=evidence_json(road),
    )


def evidence_json(road: RoadResult) -> dict[str, Any]:
    """What a road rests on, as JSON."""
    evidence = road.evidence
    if evidence is None:
        return {"type": "none", "message": road.message}
    fields: dict[str, Any] = dict(vars(evidence))
    return {"type": type(evidence).__name__, **fields}


def write_rows(result: AuditResult, folder: Path) -> list[Path]:
    """One file per road of each row that the kernel settled; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for row in result.rows:
        for index, road in enumerate(row.roads):
            if road.verdict.is_settled:
                name = row.row.id.replace("/", "--").replace(">=", "ge")
                path = folder / f"{name}--{index}.json"
                path.write_text(row_file(result.profile, row, road), "utf-8")
                written.append(path)
    return written


def replay_file(path: Path, registry: Registry) -> Checked:
    """Replay a file through the kernel.

    Raises `BadInput` or `MalformedSyntax` if it cannot be read, and `Rejected` if the kernel
    does not come to what the file says.
    """
    source = str(path)
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", source=source) from None
    except UnicodeDecodeError as error:
        raise MalformedSyntax(str(error), source=source, expected="text in UTF-8") from None
    raw: Any = load_json(text, source)
    try:
        if raw["format"] != FORMAT or raw["version"] != 1:
            raise MalformedSyntax("another format", source=source, expected=f"{FORMAT}, version 1")
        return _replay(raw, source, registry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedSyntax(
            f"a field is missing or of the wrong form ({error})", source=source, expected=FORMAT
        ) from error


def _replay(raw: Mapping[str, Any], source: str, registry: Registry) -> Checked:
    if raw["kind"] == "row":
        return _replay_row(raw, registry)
    schedule = schedule_from_json(str(raw["schedule"]), f"{source}: schedule")
    if raw["kind"] == "broken-mask":
        broken = BrokenMask.from_json(str(raw["witness"]))
        return check_broken_mask("preservation", schedule, broken)
    circuit = circuit_from_json(str(raw["circuit"]), f"{source}: circuit")
    if raw["kind"] == "simulation":
        certificate = Simulation.from_json(str(raw["certificate"]))
        return check_simulation("simulation", schedule, circuit, certificate)
    if raw["kind"] == "wrong-run":
        coupling: Partners = {
            str(name): ((str(place[0]), int(place[1]), int(place[2])), bool(inverted))
            for name, (place, inverted) in raw["coupling"].items()
        }
        run = WrongRun.from_json(str(raw["run"]))
        return check_wrong_run("simulation", schedule, circuit, coupling, run)
    if raw["kind"] == "law":
        law = LawWitness.from_json(str(raw["witness"]))
        return check_law_witness("same law", schedule, circuit, law)
    raise MalformedSyntax(
        f"unknown kind {raw['kind']!r}",
        source=source,
        expected="simulation, wrong-run, law, broken-mask or row",
    )


def _replay_row(raw: Mapping[str, Any], registry: Registry) -> Checked:
    job = registry.job(str(raw["job"]))
    profile = Profile(raw["profile"])
    statement, verdict = str(raw["statement"]), Verdict(raw["verdict"])
    roads = [row.roads_of(profile) for row in registry.rows if row.id == raw["row"]]
    if not any((r.job, r.statement) == (job.id, statement) for road in roads for r in road):
        raise Rejected(f"no row {raw['row']} that rests on {statement} of {job.id}")
    evidence = raw["evidence"]
    if isinstance(job, SweepJob) and evidence["type"] == Witness.__name__:
        witness = Witness(statement, str(evidence["instance"]), str(evidence["reason"]))
        checked = check_witness(job.make(profile), witness)
    elif isinstance(job, SweepJob):
        checked = check_sweep(job.make(profile))[statement]
    else:
        parts = [job.run(profile, part, lambda _: None) for part in range(job.parts(profile))]
        checked = job.conclude(profile, parts)[statement]
    if checked.verdict is not verdict:
        raise Rejected(f"the file says {verdict.value}, the kernel {checked.verdict.value}")
    if isinstance(checked.evidence, Exhaustive) and checked.evidence.met != evidence["met"]:
        raise Rejected(f"the file counts {evidence['met']}, the kernel {checked.evidence.met}")
    return checked


def _document(kind: str, **fields: object) -> str:
    return json.dumps({"format": FORMAT, "version": 1, "kind": kind, **fields}, indent=1) + "\n"
