"""What a claim is, what a row of the audit is, and which jobs decide a row.

A *claim* is a statement of the paper (or of its follow-up). It is audited once per *reading*:
a row. A row is decided along one or more *roads*, each a statement that some *job* checks; the
roads of a row share no engine, and if they disagree the audit says so instead of voting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dlmcheck.spec.lattice import Point
from dlmcheck.verify.claims.bounded import Bound, why_bounded
from dlmcheck.verify.claims.profiles import Profile
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof, check_proof
from dlmcheck.verify.kernel.query_documents import Queries
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import Part, Sweep, conclude, run_part

__all__ = [
    "Claim",
    "DirectJob",
    "Job",
    "Profile",
    "Progress",
    "ProofJob",
    "Registry",
    "Road",
    "Row",
    "SweepJob",
    "by_statement",
]

Progress = Callable[[int], None]


class Job(Protocol):
    """A unit of checking that yields one checked result per statement.

    It may be split: the parts run in processes of their own, `conclude` joins what they found.
    """

    @property
    def id(self) -> str:
        """A unique name."""
        ...

    def parts(self, profile: Profile) -> int:
        """How many parts there are."""
        ...

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        """Do one part and return something picklable."""
        ...

    def conclude(self, profile: Profile, parts: Sequence[object]) -> Mapping[str, Checked]:
        """Join the parts: statement -> checked result."""
        ...


@dataclass(frozen=True)
class SweepJob:
    """A pass of the kernel over a domain, split evenly into parts."""

    id: str
    make: Callable[[Profile], Sweep[Any, Any]]
    split: int = 2
    certificates: Callable[[Profile, str], Iterable[tuple[str, str]]] | None = None
    """For a statement that rests on refutations of clauses: the certificates behind it, each a
    file by itself, with names that no two of them share. None where nothing is kept."""

    def parts(self, profile: Profile) -> int:
        """See `Job`."""
        return self.split

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        """See `Job`."""
        return run_part(self.make(profile), part, self.split, progress)

    def conclude(self, profile: Profile, parts: Sequence[object]) -> Mapping[str, Checked]:
        """See `Job`."""
        return conclude(self.make(profile), [p for p in parts if isinstance(p, Part)])


@dataclass(frozen=True)
class DirectJob:
    """A check in one piece that makes its checked results itself, through the kernel."""

    id: str
    check: Callable[[Profile], Mapping[str, Checked]]
    queries: Callable[[], Sequence[Queries]] | None = None
    """The statements that rest on queries of arithmetic alone, with the texts of these."""
    certificates: Callable[[Profile, str], Iterable[tuple[str, str]]] | None = None
    """See `SweepJob`: for a statement that rests on what the kernel can read from a file."""

    def parts(self, profile: Profile) -> int:
        """See `Job`."""
        return 1

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        """See `Job`."""
        return dict(self.check(profile))

    def conclude(self, profile: Profile, parts: Sequence[object]) -> Mapping[str, Checked]:
        """See `Job`."""
        return by_statement(parts[0])


def by_statement(found: object) -> dict[str, Checked]:
    """The checked results in a dictionary that a worker handed over.

    A result counts for the statement that the kernel put into it, whatever key it is under.
    Raises `TypeError` for anything but a dictionary.
    """
    if not isinstance(found, dict):
        raise TypeError("a job in one piece returns a dictionary")
    values: list[object] = list(found.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return {result.statement: result for result in values if isinstance(result, Checked)}


@dataclass(frozen=True)
class ProofJob:
    """Proofs for all n: their steps are decided by the kernel, whatever the profile.

    `make` builds the proofs anew from the constructions that they are about. `answer` asks a
    solver the queries of arithmetic that a proof rests on; None where no proof has any.
    """

    id: str
    make: Callable[[], Sequence[Proof]]
    answer: Callable[[Proof], SolverAnswer] | None = None

    def parts(self, profile: Profile) -> int:
        """See `Job`."""
        return 1

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        """See `Job`."""
        checked: dict[str, Checked] = {}
        for number, proof in enumerate(self.make()):
            answers = self.answer(proof) if self.answer is not None and proof.queries else None
            checked[proof.statement] = check_proof(proof, answers)
            progress(number)
        return checked

    def conclude(self, profile: Profile, parts: Sequence[object]) -> Mapping[str, Checked]:
        """See `Job`."""
        return by_statement(parts[0])


@dataclass(frozen=True)
class Road:
    """One way to decide a row: a statement that a job checks, by the named engine.

    The roads of one row have different engines: different code that could be wrong.
    """

    job: str
    statement: str
    engine: str
    from_profile: Profile = Profile.QUICK
    """The smallest profile that goes this road."""


@dataclass(frozen=True)
class Row:
    """A claim in one reading.

    `statement` is the claim in our words at this point of the lattice; `assumptions` is what
    the verdict rests on beyond the kernel and the specification.
    """

    claim: str
    reading: str
    statement: str
    roads: tuple[Road, ...]
    point: Point | None = None
    assumptions: tuple[str, ...] = ()
    dropped: str | None = None
    """The hypothesis that an ablation drops; None for a reading of the claim itself."""

    def roads_of(self, profile: Profile) -> tuple[Road, ...]:
        """The roads that a profile goes."""
        order = list(Profile)
        limit = order.index(profile)
        return tuple(road for road in self.roads if order.index(road.from_profile) <= limit)

    @property
    def id(self) -> str:
        """`CLAIM/reading`, as it stands in the lock."""
        return f"{self.claim}/{self.reading}"

    @property
    def bounded(self) -> Bound | None:
        """Why the row is BOUNDED and not PROVED, from the table in `bounded`; None if it is not."""
        return why_bounded(self.id)


@dataclass(frozen=True)
class Claim:
    """A statement of the source, with its hypotheses and the name of its note."""

    id: str
    title: str
    reference: str
    hypotheses: tuple[str, ...]
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Registry:
    """All claims and the jobs that decide them.

    Raises `ValueError` if names repeat or a road leads to no job.
    """

    claims: tuple[Claim, ...]
    jobs: tuple[Job, ...]

    def __post_init__(self) -> None:
        rows = [row.id for row in self.rows]
        names = [job.id for job in self.jobs]
        claims = [claim.id for claim in self.claims]
        for kind, listed in (("row", rows), ("job", names), ("claim", claims)):
            if len(set(listed)) != len(listed):
                raise ValueError(f"two {kind}s share a name")
        for row in self.rows:
            for road in row.roads:
                if road.job not in names:
                    raise ValueError(f"{row.id}: no job {road.job}")
            engines = [(road.engine, road.job) for road in row.roads]
            if len(set(engines)) != len(engines):
                raise ValueError(f"{row.id}: two roads are the same")

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all claims, in order."""
        return tuple(row for claim in self.claims for row in claim.rows)

    def job(self, name: str) -> Job:
        """A job by name. Raises `KeyError`."""
        for job in self.jobs:
            if job.id == name:
                return job
        raise KeyError(name)

    def claim(self, name: str) -> Claim:
        """A claim by name. Raises `KeyError`."""
        for claim in self.claims:
            if claim.id == name:
                return claim
        raise KeyError(name)
