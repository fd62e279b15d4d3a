"""Evidence as files: what `replay` reads, and what the other commands write.

Format `dlmcheck-evidence`, version 1, of one of these kinds:

    simulation   a schedule, a circuit, and a cut-point certificate
    wrong-run    a schedule, a circuit, a coupling, and a seed on which the run goes wrong
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
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.sweep import check_sweep, check_witness
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import Partners, WrongRun, check_wrong_run

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
    partners = {
        name: [list(place), inverted] for name, (place, inverted) in sorted(coupling.items())
    }
    return _document(
        "wrong-run",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        coupling=partners,
        run=run.to_json(),
    )


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
        return {"kind": "none", "message": road.message}
    fields: dict[str, Any] = dict(vars(evidence))
    return {"kind": type(evidence).__name__, **fields}


def write_rows(result: AuditResult, folder: Path) -> list[Path]:
    """One file per road of each row that the kernel settled; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for row in result.rows:
        for index, road in enumerate(row.roads):
            if road.verdict.is_settled:
                name = row.row.id.replace("/", "--").replace(">=", "ge")
                path = folder / f"{name}--{index}.json"
                path.write_text(row_file(result.profile, row, road))
                written.append(path)
    return written


def replay_file(path: Path, registry: Registry) -> Checked:
    """Replay a file through the kernel.

    Raises `BadInput` or `MalformedSyntax` if it cannot be read, and `Rejected` if the kernel
    does not come to what the file says.
    """
    source = str(path)
    try:
        raw = json.loads(path.read_text())
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", source=source) from None
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise MalformedSyntax(str(error), source=source, line=line, expected="JSON") from None
    try:
        if raw["format"] != FORMAT or raw["version"] != 1:
            raise MalformedSyntax("another format", source=source, expected=f"{FORMAT}, version 1")
        return _replay(raw, source, registry)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedSyntax(
            f"a field is missing or of the wrong form ({error})", source=source, expected=FORMAT
        ) from error


def _replay(raw: Mapping[str, Any], source: str, registry: Registry) -> Checked:
    if raw["kind"] == "row":
        return _replay_row(raw, registry)
    schedule = schedule_from_json(str(raw["schedule"]), f"{source}: schedule")
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
    raise MalformedSyntax(
        f"unknown kind {raw['kind']!r}", source=source, expected="simulation, wrong-run or row"
    )


def _replay_row(raw: Mapping[str, Any], registry: Registry) -> Checked:
    job = registry.job(str(raw["job"]))
    profile = Profile(raw["profile"])
    statement, verdict = str(raw["statement"]), Verdict(raw["verdict"])
    evidence = raw["evidence"]
    if isinstance(job, SweepJob) and evidence["kind"] == Witness.__name__:
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
