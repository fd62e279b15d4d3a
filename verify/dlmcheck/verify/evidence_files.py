"""Evidence as files: what `replay` reads, and what the other commands write.

A file is a certificate of one of the kinds in `certificate_kinds`, complete in itself, or a row of
an audit: one of its roads, and what the kernel found on it.

A row is replayed by going through its domain, or through its witness, once more; what a file says
of its own verdict is compared, never believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Json
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult
from dlmcheck.verify.certificate_kinds import check_certificate, read_document
from dlmcheck.verify.claims.registry import Profile, Registry, SweepJob
from dlmcheck.verify.kernel import proof_documents, same_law
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import FORMAT, certificate_text, fields_of, kind_of
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.laws import LawWitness
from dlmcheck.verify.kernel.preservation import BrokenMask
from dlmcheck.verify.kernel.proof_documents import place_of
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import check_sweep, check_witness
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import Partners, WrongRun, partners_to_json
from dlmcheck.verify.proof_files import ProofFiles, check_place, replay_proof

ROW = "row"
_ROW_FIELDS = ("row", "profile", "job", "statement", "verdict", "evidence")


def simulation_file(schedule: Schedule, circuit: Circuit, certificate: Simulation) -> str:
    """A certificate of equivalence, complete: nothing else is needed to check it."""
    return certificate_text(
        "simulation",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        certificate=certificate.to_json(),
    )


def wrong_run_file(schedule: Schedule, circuit: Circuit, coupling: Partners, run: WrongRun) -> str:
    """A seed on which a schedule goes wrong, complete."""
    return certificate_text(
        "wrong-run",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        coupling=json.loads(partners_to_json(coupling)),
        run=run.to_json(),
    )


def same_law_file(schedule: Schedule, circuit: Circuit) -> str:
    """A schedule and a circuit with equal laws, small enough to be gone through; complete."""
    return certificate_text(
        same_law.KIND, schedule=schedule_to_json(schedule), circuit=circuit_to_json(circuit)
    )


def law_file(schedule: Schedule, circuit: Circuit, witness: LawWitness) -> str:
    """Data for which the output laws differ, complete."""
    return certificate_text(
        "law",
        schedule=schedule_to_json(schedule),
        circuit=circuit_to_json(circuit),
        witness=witness.to_json(),
    )


def broken_mask_file(schedule: Schedule, broken: BrokenMask) -> str:
    """A state in which the predictor does not preserve masks, complete."""
    return certificate_text(
        "broken-mask", schedule=schedule_to_json(schedule), witness=broken.to_json()
    )


def row_file(profile: Profile, result: RowResult, road: RoadResult) -> str:
    """One road of one row of an audit."""
    return certificate_text(
        ROW,
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


def write_rows(result: AuditResult, folder: Path, registry: Registry | None = None) -> list[Path]:
    """One file per road of each row that the kernel settled; returns the paths.

    With the registry that was audited, a road that is a proof for all n is written as a
    certificate of its steps, which can be checked without the registry.
    """
    folder.mkdir(parents=True, exist_ok=True)
    proofs = ProofFiles(registry)
    written: list[Path] = []
    for row in result.rows:
        for index, road in enumerate(row.roads):
            if road.verdict.is_settled:
                name = row.row.id.replace("/", "--").replace(">=", "ge")
                path = folder / f"{name}--{index}.json"
                text = ""
                if road.verdict is Verdict.PROVED:
                    text = proofs.text(result.profile, row.row.id, road.job, road.statement)
                path.write_text(text or row_file(result.profile, row, road), "utf-8")
                written.append(path)
    return written


def replay_file(path: Path, registry: Registry) -> Checked:
    """Replay a file through the kernel: a certificate, or a row of an audit.

    Raises `BadInput` or `MalformedSyntax` if it cannot be read, and `Rejected` if the kernel
    does not come to what the file says.
    """
    document = read_document(path)
    kind = kind_of(document)
    if kind == proof_documents.KIND and place_of(document) is not None:
        return replay_proof(document, registry)
    if kind != ROW:
        return check_certificate(document)
    try:
        return _replay_row(fields_of(document, _ROW_FIELDS), registry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedSyntax(
            f"a field is missing or of the wrong form ({error})",
            source=document.source,
            expected=FORMAT,
        ) from error


def _replay_row(raw: Mapping[str, Json], registry: Registry) -> Checked:
    job = registry.job(str(raw["job"]))
    profile = Profile(raw["profile"])
    statement, verdict = str(raw["statement"]), Verdict(raw["verdict"])
    check_place(registry, str(raw["row"]), profile, job.id, statement)
    evidence = raw["evidence"]
    if not isinstance(evidence, dict):
        raise TypeError("evidence is no object")
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
