"""Proofs for all n as evidence: built anew from the claims, compared with a file, and checked.

What can be checked without the claims is checked by `kernel.proof_documents`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.claims.registry import Profile, ProofJob, Registry
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

    def text(self, profile: Profile, row: str, job: str, statement: str) -> str:
        """The file of a road that is a proof; empty if it is none, or cannot be built again."""
        found = self._jobs.get(job)
        if not isinstance(found, ProofJob):
            return ""
        try:
            built = self.built(found, statement)
        except Rejected:
            return ""
        place = {"row": row, "job": job, "profile": profile.value}
        return proof_text(built.proof, built.queries, built.trusted, place)


def replay_proof(document: Document, registry: Registry, proofs: ProofFiles) -> Checked:
    """Build the proof that a row rests on anew, compare it with the file's, and check it.

    `proofs` are those of the registry, built so far for other files.
    """
    place = place_of(document)
    assert place is not None
    theirs = read_proof(document)
    try:
        job = registry.job(place["job"])
        profile = Profile(place["profile"])
    except (KeyError, ValueError) as error:
        raise MalformedSyntax(
            f"no such job or profile ({error})", source=document.source, expected=FORMAT
        ) from None
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
