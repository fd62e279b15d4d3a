"""The lock: what an audit is expected to find, so that every change of a verdict is seen.

Per profile and row: the verdict, the assumptions (with those that the evidence names), and per
road the job, the engine and what its evidence counts (`lock_file` has it as text). An audit meets
its lock if all of that is exactly so. A verdict that is stronger than expected is a deviation as
well: the lock would no longer be true. What is no result (UNKNOWN, VACUOUS, ERROR) cannot be
expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.kernel.evidence import Evidence, SymbolicIdentity
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.selection import Selection
from dlmcheck.verify.trust import without_version

EXPECTABLE = (Verdict.PROVED, Verdict.BOUNDED, Verdict.REFUTED, Verdict.UNSETTLEABLE)
"""From strong to weak, as far as that can be said."""

# What is pinned of each kind of evidence: what it is about and what it counts. Versions of
# solvers are not, so that an upgrade of a library changes no lock.
PINNED: Mapping[str, tuple[str, ...]] = {
    "Exhaustive": ("domain", "count", "met"),
    "Certificate": ("kind", "checked_by", "size"),
    "Induction": ("base", "steps", "rules", "queries", "rows"),
    "SymbolicIdentity": ("identity", "engine"),
    "Coupling": ("seeds",),
    "Witness": ("instance",),
    "SolverAnswer": ("engine", "queries"),
    "Citation": ("source",),
    "Sampled": ("count", "seed"),
}

Pinned = Mapping[str, str | int | tuple[str, ...]]


@dataclass(frozen=True)
class LockedRoad:
    """What one road is expected to rest on."""

    job: str
    engine: str
    kind: str
    pinned: Pinned


@dataclass(frozen=True)
class LockedRow:
    """What a row is expected to be."""

    verdict: Verdict
    assumptions: tuple[str, ...]
    roads: tuple[LockedRoad, ...]


Section = Mapping[str, LockedRow]


@dataclass(frozen=True)
class Lock:
    """The expectations of each profile that has any, by row id."""

    sections: Mapping[Profile, Section] = field(default_factory=dict[Profile, Section])

    def section(self, profile: Profile, source: str = "lock") -> Section:
        """The section that an audit is held against. Raises `BadInput` if there is none."""
        if profile not in self.sections:
            there = ", ".join(one.value for one in self.sections) or "none"
            raise BadInput(
                f"nothing is locked for the profile {profile.value}",
                source=source,
                expected=f"a locked profile ({there}); --write-lock adds one",
            )
        return self.sections[profile]

    def verdicts(self, profile: Profile) -> dict[str, str]:
        """Row id -> verdict, in one profile."""
        return {row: entry.verdict.value for row, entry in self.sections.get(profile, {}).items()}


@dataclass(frozen=True)
class Deviation:
    """One way in which an audit is not what the lock says."""

    row: str
    code: ExitCode
    message: str


# --- comparing -----------------------------------------------------------------------------


def pinned(evidence: Evidence) -> Pinned:
    """What a lock keeps of a piece of evidence."""
    found = {name: getattr(evidence, name) for name in PINNED[type(evidence).__name__]}
    if isinstance(evidence, SymbolicIdentity):
        found["engine"] = without_version(evidence.engine)
    return found


def locked_row(result: RowResult) -> LockedRow:
    """The entry that expects just what was found.

    Raises `ValueError` if that is no result.
    """
    if result.verdict not in EXPECTABLE:
        raise ValueError(f"{result.row.id} is {result.verdict.value}")
    return LockedRow(
        result.verdict,
        tuple(sorted(result.assumptions)),
        tuple(map(_locked_road, result.roads)),
    )


def _locked_road(road: RoadResult) -> LockedRoad:
    if road.evidence is None:
        return LockedRoad(road.job, road.engine, "none", {})
    return LockedRoad(road.job, road.engine, type(road.evidence).__name__, pinned(road.evidence))


def compare(section: Section, result: AuditResult, selection: Selection) -> tuple[Deviation, ...]:
    """All deviations of an audit from one section of a lock, in the order of the table.

    Rows of the lock that are no longer audited count where the selection covers them.
    """
    found: list[Deviation] = []
    for row in result.rows:
        found += _deviations(section.get(row.row.id), row)
    present = {row.row.id for row in result.rows}
    for name in sorted(section):
        if name not in present and selection.covers(name):
            message = "in the lock, but this profile has no such row"
            found.append(Deviation(name, ExitCode.REFUTED, message))
    return tuple(found)


def judge(row: RowResult) -> ExitCode:
    """What a row means without a lock; with one, only what is no result at all."""
    if row.disagreement or row.verdict is Verdict.ERROR:
        return ExitCode.FAILURE
    if row.verdict in (Verdict.UNKNOWN, Verdict.VACUOUS):
        return ExitCode.UNKNOWN
    return ExitCode.REFUTED if row.verdict is Verdict.REFUTED else ExitCode.OK


def _deviations(locked: LockedRow | None, row: RowResult) -> list[Deviation]:
    name = row.row.id
    if row.verdict not in EXPECTABLE:
        expected = f", locked {locked.verdict.value}" if locked else ""
        why = " (the roads contradict each other)" if row.disagreement else ""
        return [Deviation(name, judge(row), f"verdict {row.verdict.value}{why}{expected}")]
    if locked is None:
        return [Deviation(name, ExitCode.REFUTED, "not in the lock")]
    if row.verdict is not locked.verdict:
        order = EXPECTABLE.index
        settled = Verdict.REFUTED in (row.verdict, locked.verdict)
        stronger = order(row.verdict) < order(locked.verdict)
        how = "other" if settled else "stronger" if stronger else "weaker"
        text = f"verdict {row.verdict.value}, locked {locked.verdict.value} ({how})"
        return [Deviation(name, ExitCode.REFUTED, text)]
    actual = locked_row(row)
    return [
        Deviation(name, ExitCode.REFUTED, message)
        for message in (*_assumptions(locked, actual), *_roads(locked.roads, actual.roads))
    ]


def _assumptions(locked: LockedRow, actual: LockedRow) -> Iterable[str]:
    for one in sorted(set(actual.assumptions) - set(locked.assumptions)):
        yield f"rests on an assumption that the lock does not have: {one}"
    for one in sorted(set(locked.assumptions) - set(actual.assumptions)):
        yield f"no longer rests on: {one}"


def _roads(locked: Sequence[LockedRoad], actual: Sequence[LockedRoad]) -> Iterable[str]:
    if [(r.job, r.engine) for r in locked] != [(r.job, r.engine) for r in actual]:
        yield f"roads {_names(actual)}, locked {_names(locked)}"
        return
    for was, now in zip(locked, actual, strict=True):
        if was.kind != now.kind:
            yield f"{now.engine} ({now.job}): evidence {now.kind}, locked {was.kind}"
            continue
        for key, value in now.pinned.items():
            if value != was.pinned.get(key):
                old = was.pinned.get(key)
                yield f"{now.engine} ({now.job}): {key} {_short(value)}, locked {_short(old)}"


def _names(roads: Sequence[LockedRoad]) -> str:
    return "; ".join(f"{road.engine} ({road.job})" for road in roads) or "none"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def updated(lock: Lock, result: AuditResult, selection: Selection) -> Lock:
    """The lock with the rows of an audit as they were found, and all else as it was.

    An audit of everything replaces its profile's section, one of some rows replaces these.
    Raises `ValueError` if a row is no result.
    """
    old = lock.sections.get(result.profile, {})
    kept = {name: entry for name, entry in old.items() if not selection.covers(name)}
    new = {row.row.id: locked_row(row) for row in result.rows}
    return Lock({**lock.sections, result.profile: {**kept, **new}})
