"""The audit: run the jobs behind the chosen rows and say what came of each row.

A row's verdict is that of its roads, which must agree. A road that did not finish makes the row
UNKNOWN, a road that broke makes it ERROR, roads that contradict each other are reported as such
(exit code 4); nothing is ever decided by a vote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from dlmcheck.verify.claims.bounded import Bound
from dlmcheck.verify.claims.registry import Job, Profile, Registry, Road, Row
from dlmcheck.verify.jobs import Ending, Finished, Task, run_tasks
from dlmcheck.verify.kernel.evidence import Evidence, Exhaustive, Sampled
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.trust import Basis, bases, merged, names


@dataclass(frozen=True)
class RoadResult:
    """What one road found, or why it found nothing."""

    job: str
    statement: str
    engine: str
    verdict: Verdict
    evidence: Evidence | None = None
    message: str = ""

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Who is believed on this road."""
        return bases(self.evidence, self.engine)


@dataclass(frozen=True)
class RowResult:
    """A row of the audit table."""

    row: Row
    verdict: Verdict
    roads: tuple[RoadResult, ...]
    disagreement: bool = False

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the verdict rests on: what the row declares, and what its roads used, by name.

        Only roads that come to the row's verdict count; the others confirm less.
        """
        used = [road for road in self.roads if road.verdict is self.verdict]
        found = [name for road in used for name in names(road.evidence, road.engine)]
        return merged(self.row.assumptions, found)

    @property
    def bounded(self) -> Bound | None:
        """Why the verdict is BOUNDED, if it is, and a reason is given."""
        return self.row.bounded if self.verdict is Verdict.BOUNDED else None

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Who is believed on some road, each once, in the order of the roads."""
        return tuple(dict.fromkeys(basis for road in self.roads for basis in road.bases))

    @property
    def count(self) -> int | None:
        """The smallest number of instances that a road checked; None if none counts any."""
        counts = [r.evidence.met for r in self.roads if isinstance(r.evidence, Exhaustive)]
        return min(counts) if counts else None


@dataclass(frozen=True)
class AuditResult:
    """All rows, with the work behind them."""

    profile: Profile
    rows: tuple[RowResult, ...]
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    peak_bytes: Mapping[str, int] = field(default_factory=dict[str, int])
    interrupted: bool = False


def combine(row: Row, roads: Sequence[RoadResult]) -> RowResult:
    """One verdict from the roads of a row.

    ERROR if a road broke or they contradict each other, UNKNOWN if one did not finish or rests
    on samples only; else their common verdict, the stronger of two affirmative ones: all roads
    of a row are about one statement, so what one proves for all n another may confirm up to its
    bound.
    """
    verdicts = {road.verdict for road in roads}
    affirmative = any(verdict.is_affirmative for verdict in verdicts)
    if affirmative and Verdict.REFUTED in verdicts:
        return RowResult(row, Verdict.ERROR, tuple(roads), disagreement=True)
    for worst in (Verdict.ERROR, Verdict.UNKNOWN, Verdict.VACUOUS, Verdict.UNSETTLEABLE):
        if worst in verdicts:
            return RowResult(row, worst, tuple(roads))
    if any(isinstance(road.evidence, Sampled) for road in roads):
        return RowResult(row, Verdict.UNKNOWN, tuple(roads))
    for verdict in (Verdict.REFUTED, Verdict.PROVED, Verdict.BOUNDED):
        if verdict in verdicts:
            return RowResult(row, verdict, tuple(roads))
    return RowResult(row, Verdict.ERROR, tuple(roads))


def run_audit(
    registry: Registry,
    rows: Sequence[Row],
    *,
    profile: Profile = Profile.QUICK,
    workers: int = 2,
    timeout: float | None = None,
    memory: int | None = None,
    on_finish: Callable[[Finished], None] | None = None,
    on_progress: Callable[[str, int], None] | None = None,
) -> AuditResult:
    """Audit some rows of a registry.

    `timeout` (seconds) and `memory` (bytes) hold for each task, that is for each part of a job.
    """
    wanted = {road.job for row in rows for road in row.roads_of(profile)}
    jobs = [job for job in registry.jobs if job.id in wanted]
    tasks = [
        Task(_task_name(job, part), partial(job.run, profile, part))
        for job in jobs
        for part in range(job.parts(profile))
    ]
    outcomes = {
        outcome.name: outcome
        for outcome in run_tasks(
            tasks,
            workers=workers,
            timeout=timeout,
            memory=memory,
            on_finish=on_finish,
            on_progress=on_progress,
        )
    }
    found = {job.id: _conclude(job, profile, outcomes) for job in jobs}
    results = tuple(
        combine(row, [_road(road, found[road.job]) for road in row.roads_of(profile)])
        for row in rows
    )
    return AuditResult(
        profile,
        results,
        {name: outcome.seconds for name, outcome in outcomes.items()},
        {name: outcome.peak_bytes for name, outcome in outcomes.items()},
        any(outcome.ending is Ending.INTERRUPTED for outcome in outcomes.values()),
    )


def _task_name(job: Job, part: int) -> str:
    return f"{job.id}#{part}"


_Concluded = Mapping[str, Checked] | tuple[Verdict, str]


def _conclude(job: Job, profile: Profile, outcomes: Mapping[str, Finished]) -> _Concluded:
    """The job's checked results, or the one reason for which it has none."""
    parts = [outcomes[_task_name(job, part)] for part in range(job.parts(profile))]
    for part in parts:
        if part.ending is not Ending.DONE:
            unknown = part.ending in (Ending.TIMEOUT, Ending.MEMORY, Ending.INTERRUPTED)
            verdict = Verdict.UNKNOWN if unknown else Verdict.ERROR
            return verdict, f"{part.ending.value}: {part.message}".rstrip(": ")
    try:
        return job.conclude(profile, [part.value for part in parts])
    except Rejected as error:
        return Verdict.ERROR, f"rejected: {error.reason}"
    except Exception as error:  # whatever breaks here must not take the other rows with it
        return Verdict.ERROR, f"{type(error).__name__}: {error}"


def _road(road: Road, concluded: _Concluded) -> RoadResult:
    if isinstance(concluded, tuple):
        return RoadResult(road.job, road.statement, road.engine, concluded[0], None, concluded[1])
    checked = concluded.get(road.statement)
    if checked is None:
        message = f"no result for {road.statement}"
        return RoadResult(road.job, road.statement, road.engine, Verdict.ERROR, None, message)
    return RoadResult(road.job, road.statement, road.engine, checked.verdict, checked.evidence)
