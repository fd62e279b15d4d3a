"""Proofs for all n as evidence: built anew from the claims, compared with a file, and checked.

A proof has steps, and perhaps queries of arithmetic, or it is queries alone. What can be checked
without the claims is checked by `kernel.proof_documents` and `kernel.query_documents`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.audit import RoadResult
from dlmcheck.verify.claims.registry import DirectJob, Job, Profile, ProofJob, Registry
from dlmcheck.verify.engines.smt import recorded, script
from dlmcheck.verify.kernel.documents import FORMAT
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof, check_proof
from dlmcheck.verify.kernel.proof_documents import (
    compare_proofs,
    place_of,
    proof_text,
    query_texts,
    read_proof,
)
from dlmcheck.verify.kernel.query_documents import (
    Queries,
    place_in,
    queries_text,
    read_queries,
)
from dlmcheck.verify.kernel.results import Checked, Rejected


@dataclass(frozen=True)
class BuiltProof:
    """A proof, the texts of its queries by name, and who answered them."""

    proof: Proof
    queries: Mapping[str, str]
    answers: SolverAnswer | None

    @property
    def trusted(self) -> str:
        """The solver and its version; empty if there are no queries."""
        return "" if self.answers is None else f"{self.answers.engine} {self.answers.version}"


def build_proof(job: ProofJob, statement: str, made: Sequence[Proof] | None = None) -> BuiltProof:
    """Build a job's proof of a statement anew and have its queries answered again.

    `made` are the job's proofs if they have just been built. Raises `Rejected` if the job has no
    such proof, or nobody answers as the proof needs it.
    """
    for proof in job.make() if made is None else made:
        if proof.statement == statement:
            if job.answer is None or not proof.queries:
                return BuiltProof(proof, {}, None)
            with recorded() as asked:
                answers = job.answer(proof)
            missing = [name for name in proof.queries if name not in asked]
            if missing:
                raise Rejected(f"the query {missing[0]!r} was not asked as SMT-LIB2 text")
            return BuiltProof(proof, {n: script(asked[n]) for n in proof.queries}, answers)
    raise Rejected(f"the job {job.id} has no proof of {statement}")


class ProofFiles:
    """The proofs of a registry's jobs as files, each built (and its queries asked) once."""

    def __init__(self, registry: Registry | None) -> None:
        self._jobs = {} if registry is None else {job.id: job for job in registry.jobs}
        self._made: dict[str, Sequence[Proof]] = {}
        self._built: dict[tuple[str, str], BuiltProof | Rejected] = {}

    def made(self, job: ProofJob) -> Sequence[Proof]:
        """The proofs of a job, built anew."""
        if job.id not in self._made:
            self._made[job.id] = job.make()
        return self._made[job.id]

    def built(self, job: ProofJob, statement: str) -> BuiltProof:
        """A job's proof of a statement, its queries asked again. Raises as `build_proof`."""
        key = job.id, statement
        if key not in self._built:
            try:
                self._built[key] = build_proof(job, statement, self.made(job))
            except Rejected as error:
                self._built[key] = error
        built = self._built[key]
        if isinstance(built, Rejected):
            raise built
        return built

    def checked(self, job: ProofJob, statement: str) -> Checked:
        """A job's proof of a statement, whoever answers its queries. Raises `Rejected`."""
        for proof in self.made(job):
            if proof.statement == statement:
                asks = job.answer if proof.queries else None
                return check_proof(proof, None if asks is None else asks(proof))
        raise Rejected(f"the job {job.id} has no proof of {statement}")

    def text(self, profile: Profile, row: str, road: RoadResult) -> str:
        """The file of a road that is PROVED by steps or by queries.

        Empty if it is neither, or cannot be built again.
        """
        found = self._jobs.get(road.job)
        place = {"row": row, "job": road.job, "profile": profile.value}
        try:
            if isinstance(found, ProofJob):
                built = self.built(found, road.statement)
                return proof_text(built.proof, built.queries, built.trusted, place)
            if isinstance(found, DirectJob) and isinstance(road.evidence, SolverAnswer):
                trusted = f"{road.evidence.engine} {road.evidence.version}"
                return queries_text(queries_of(found, road.statement), trusted, place)
        except Rejected:
            return ""
        return ""


def queries_of(job: DirectJob, statement: str) -> Queries:
    """The queries that a statement rests on, written anew. Raises `Rejected` if there are none."""
    for one in job.queries() if job.queries is not None else ():
        if one.statement == statement:
            return one
    raise Rejected(f"no statement of the job {job.id} rests on queries alone: {statement}")


def query_job(document: Document, registry: Registry) -> tuple[DirectJob, Profile]:
    """The job and the profile that a file of queries names, if a row rests on its statement.

    Raises `MalformedSyntax` if there is no such job or profile, `Rejected` if no row does.
    """
    place = place_in(document)
    assert place is not None
    job, profile = _job_and_profile(document, registry, place)
    if not isinstance(job, DirectJob):
        raise Rejected(f"the job {job.id} asks no queries of its own")
    check_place(registry, place["row"], profile, job.id, read_queries(document).statement)
    return job, profile


def _job_and_profile(
    document: Document, registry: Registry, place: Mapping[str, str]
) -> tuple[Job, Profile]:
    try:
        return registry.job(place["job"]), Profile(place["profile"])
    except (KeyError, ValueError) as error:
        raise MalformedSyntax(
            f"no such job or profile ({error})", source=document.source, expected=FORMAT
        ) from None


def replay_proof(document: Document, registry: Registry, proofs: ProofFiles) -> Checked:
    """Build the proof that a row rests on anew, compare it with the file's, and check it.

    `proofs` are those of the registry, built so far for other files.
    """
    place = place_of(document)
    assert place is not None
    theirs = read_proof(document)
    job, profile = _job_and_profile(document, registry, place)
    if not isinstance(job, ProofJob):
        raise Rejected(f"the job {job.id} is no proof for all n")
    check_place(registry, place["row"], profile, job.id, theirs.statement)
    built = proofs.built(job, theirs.statement)
    compare_proofs(built.proof, theirs)
    texts = query_texts(document)
    for name, text in built.queries.items():
        if texts[name] != text:
            raise Rejected(f"the query {name!r}, written anew, is not that of the file")
    return check_proof(built.proof, built.answers)


def check_place(registry: Registry, row: str, profile: Profile, job: str, statement: str) -> None:
    """Raise `Rejected` unless a row rests on a statement of a job."""
    roads = [one.roads_of(profile) for one in registry.rows if one.id == row]
    if not any((r.job, r.statement) == (job, statement) for road in roads for r in road):
        raise Rejected(f"no row {row} that rests on {statement} of {job}")
