"""Evidence as files: what `replay` reads, and what the other commands write.

A file is a certificate of one of the kinds in `certificate_kinds`, complete in itself, or a row of
an audit: one of its roads, and what the kernel found on it. Certificates of answers on equivalence
are written by `equivalence_files`.

A row is replayed by going through its domain, or through its witness, once more; what a file says
of its own verdict is compared, never believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult
from dlmcheck.verify.certificate_kinds import check_certificate, read_document
from dlmcheck.verify.claims.registry import DirectJob, Job, Profile, ProofJob, Registry, SweepJob
from dlmcheck.verify.kernel import proof_documents, query_documents
from dlmcheck.verify.kernel.documents import FORMAT, certificate_text, fields_of, kind_of
from dlmcheck.verify.kernel.evidence import Evidence, Witness
from dlmcheck.verify.kernel.proof_documents import place_of
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import Sweep, check_sweep, check_witness
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proof_files import (
    ProofFiles,
    check_place,
    queries_of,
    query_job,
    replay_proof,
)

ROW = "row"
_ROW_FIELDS = ("row", "profile", "job", "statement", "verdict", "evidence")


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
    return _fields_of_evidence(evidence)


def write_rows(result: AuditResult, folder: Path, registry: Registry | None = None) -> list[Path]:
    """One file per road of each row that the kernel settled; returns the paths.

    With the registry that was audited, a road that is a proof for all n is written as a
    certificate of its steps, one that rests on queries alone as these, and beside a road that
    rests on refutations of clauses, or on tables, there stands each of them: all can be checked
    without the registry. Raises `Rejected` if one is not found again.
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
                    text = proofs.text(result.profile, row.row.id, road)
                path.write_text(text or row_file(result.profile, row, road), "utf-8")
                written.append(path)
                for which, text in _certificates(registry, result.profile, road):
                    path = folder / f"{name}--{index}--{which}.json"
                    path.write_text(text, "utf-8")
                    written.append(path)
    return written


def _certificates(
    registry: Registry | None, profile: Profile, road: RoadResult
) -> Iterable[tuple[str, str]]:
    """The certificates that an affirmed road rests on, with what tells them apart."""
    if registry is None or not road.verdict.is_affirmative:
        return ()
    job = registry.job(road.job)
    if not isinstance(job, SweepJob | DirectJob) or job.certificates is None:
        return ()
    return job.certificates(profile, road.statement)


def replay_file(path: Path, registry: Registry) -> Checked:
    """Replay one file through the kernel; see `Replay.file`."""
    return Replay(registry).file(path)


class Replay:
    """Replays files through the kernel, and does once what several of them rest on.

    `paths` are the files to come, where they are known. Of a pass over a domain only what rows
    among them state is checked, in one pass; so it costs a file by itself no more than its own
    statement. A check in one piece is done once, and so is a proof.
    """

    def __init__(self, registry: Registry, paths: Sequence[Path] = ()) -> None:
        self._registry = registry
        self._paths = tuple(paths)
        self._found: dict[tuple[str, Profile], dict[str, Checked]] = {}
        self._sweeps: dict[tuple[str, Profile], Sweep[Any, Any]] = {}
        self._proofs = ProofFiles(registry)

    def file(self, path: Path) -> Checked:
        """Replay a file: a certificate, or a row of an audit.

        Raises `BadInput` or `MalformedSyntax` if it cannot be read, and `Rejected` if the kernel
        does not come to what the file says.
        """
        document = read_document(path)
        kind = kind_of(document)
        if kind == proof_documents.KIND and place_of(document) is not None:
            return replay_proof(document, self._registry, self._proofs)
        if kind == query_documents.KIND and query_documents.place_in(document) is not None:
            return self._queries(document)
        if kind != ROW:
            return check_certificate(document)
        said = _row_of(document)
        try:
            job = self._registry.job(said.job)
        except KeyError:
            raise document.bad(
                f"no such job: {said.job}", ("job",), FORMAT, kind=MalformedSyntax
            ) from None
        check_place(self._registry, said.row, said.profile, said.job, said.statement)
        checked = self._checked(job, said)
        if checked.verdict is not said.verdict:
            raise Rejected(
                f"the file says {said.verdict.value}, the kernel {checked.verdict.value}"
            )
        _compare(said.evidence, checked.evidence)
        return checked

    def _queries(self, document: Document) -> Checked:
        """Write the queries that a row rests on anew, compare them, and have them asked again."""
        theirs = query_documents.read_queries(document)
        job, profile = query_job(document, self._registry)
        query_documents.compare_queries(queries_of(job, theirs.statement), theirs)
        found = self._found.setdefault((job.id, profile), {})
        if not found:
            found.update(job.check(profile))
        return found[theirs.statement]

    def _checked(self, job: Job, said: _RowFile) -> Checked:
        if isinstance(job, SweepJob) and said.witness is not None:
            return check_witness(self._sweep(job, said.profile), said.witness)
        found = self._found.setdefault((job.id, said.profile), {})
        if said.statement not in found:
            found.update(self._done_again(job, said))
        if said.statement not in found:
            raise Rejected(f"the job {job.id} has no statement {said.statement}")
        return found[said.statement]

    def _done_again(self, job: Job, said: _RowFile) -> Mapping[str, Checked]:
        if isinstance(job, SweepJob):
            sweep = self._sweep(job, said.profile)
            asked = self._asked(said)
            wanted = {name: holds for name, holds in sweep.properties.items() if name in asked}
            return check_sweep(replace(sweep, properties=wanted))
        if isinstance(job, ProofJob):
            return {said.statement: self._proofs.checked(job, said.statement)}
        parts = [job.run(said.profile, k, lambda _: None) for k in range(job.parts(said.profile))]
        return job.conclude(said.profile, parts)

    def _sweep(self, job: SweepJob, profile: Profile) -> Sweep[Any, Any]:
        key = job.id, profile
        if key not in self._sweeps:
            self._sweeps[key] = job.make(profile)
        return self._sweeps[key]

    def _asked(self, said: _RowFile) -> set[str]:
        """The statements of a pass that this file and those to come are about."""
        rows = [said]
        for path in self._paths:
            try:
                document = read_document(path)
                if kind_of(document) == ROW:
                    rows.append(_row_of(document))
            except BadInput:
                continue  # said when it is that file's turn
        same = [row for row in rows if (row.job, row.profile) == (said.job, said.profile)]
        return {row.statement for row in same if row is said or row.witness is None}


@dataclass(frozen=True)
class _RowFile:
    """What a file says of a road of a row."""

    row: str
    profile: Profile
    job: str
    statement: str
    verdict: Verdict
    evidence: Mapping[str, Json]
    witness: Witness | None


def _row_of(document: Document) -> _RowFile:
    raw = fields_of(document, _ROW_FIELDS)
    row, job, statement = (document.string(raw[key], (key,)) for key in ("row", "job", "statement"))
    profile = document.choice(raw["profile"], ("profile",), Profile)
    verdict = document.choice(raw["verdict"], ("verdict",), Verdict)
    evidence = raw["evidence"]
    if not isinstance(evidence, dict) or "type" not in evidence:
        raise document.malformed(evidence, ("evidence",), "an object with a type")
    witness = None
    if evidence["type"] == Witness.__name__:
        named = ("instance", "reason")
        given = document.fields(evidence, ("evidence",), ("type", "statement", *named))
        instance, reason = (document.string(given[key], ("evidence", key)) for key in named)
        witness = Witness(statement, instance, reason)
    return _RowFile(row, profile, job, statement, verdict, evidence, witness)


OF_THE_RUN = ("kept", "engine", "version", "trusted")
"""Fields of evidence that tell how a run went and with which libraries: not what was found."""


def _compare(said: Mapping[str, Json], evidence: Evidence) -> None:
    """Raise `Rejected` unless a file's evidence is what the kernel has come to."""
    now: dict[str, Json] = json.loads(json.dumps(_fields_of_evidence(evidence)))
    for name, value in now.items():
        if name not in OF_THE_RUN and (name not in said or said[name] != value):
            shown = json.dumps(said.get(name))
            raise Rejected(f"{name}: the file says {shown}, the kernel {json.dumps(value)}")


def _fields_of_evidence(evidence: Evidence) -> dict[str, Any]:
    return {"type": type(evidence).__name__, **vars(evidence)}
