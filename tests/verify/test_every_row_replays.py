"""The evidence of every locked row of the quick audit: written, read again, and replayed in part.

Counterexamples are replayed whole, all of them. Of a pass over a domain the first members are gone
through here; the whole passes cost as much as the audit, and `tests.verify.replaying` does them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.verify.audit import AuditResult, RoadResult, RowResult
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Profile, Row, SweepJob
from dlmcheck.verify.evidence_files import replay_file, write_rows
from dlmcheck.verify.kernel.evidence import Evidence, Exhaustive, SolverAnswer, Witness
from dlmcheck.verify.kernel.sweep import Sweep
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock import LockedRoad, LockedRow
from dlmcheck.verify.lock_file import read_lock
from tests.verify.cli.running import ROOT

FIRST = 2
"""So many members of a domain are looked at."""


@cache
def section() -> dict[str, LockedRow]:
    return dict(read_lock(ROOT / "claims.lock").section(Profile.QUICK))


@cache
def made(job: str) -> Sweep[Any, Any] | None:
    found = catalogue().job(job)
    found = getattr(found, "inner", found)  # where a solver is believed, the pass is inside
    return found.make(Profile.QUICK) if isinstance(found, SweepJob) else None


def reason_of(sweep: Sweep[Any, Any], statement: str, instance: str) -> str:
    outcome = sweep.properties[statement](sweep.prepare(sweep.domain.read(instance)))
    return outcome.failure or ""


def evidence_of(road: LockedRoad, statement: str) -> Evidence | None:
    """The evidence that a lock stands for; None for kinds that it does not have all of."""
    pinned = dict(road.pinned)
    if road.kind == "Exhaustive":
        return Exhaustive(str(pinned["domain"]), int(str(pinned["count"])), int(str(pinned["met"])))
    if road.kind == "SolverAnswer":
        return SolverAnswer(str(pinned["engine"]), "", int(str(pinned["queries"])))
    sweep = made(road.job)
    if road.kind == "Witness" and sweep is not None:
        instance = str(pinned["instance"])
        return Witness(statement, instance, reason_of(sweep, statement, instance))
    return None


def result_of(row: Row, locked: LockedRow) -> RowResult:
    roads: list[RoadResult] = []
    road_of = {(road.job, road.engine): road for road in row.roads_of(Profile.QUICK)}
    for was in locked.roads:
        road = road_of.get((was.job, was.engine))  # else the lock is stale: the audit says so
        evidence = None if road is None else evidence_of(was, road.statement)
        if road is not None and evidence is not None:
            verdict = Verdict.REFUTED if isinstance(evidence, Witness) else Verdict.BOUNDED
            roads.append(RoadResult(road.job, road.statement, road.engine, verdict, evidence))
    return RowResult(row, locked.verdict, tuple(roads))


@cache
def results() -> tuple[RowResult, ...]:
    known = section()
    return tuple(result_of(row, known[row.id]) for row in catalogue().rows if row.id in known)


def test_every_row_of_the_lock_is_written_and_read_again(tmp_path: Path) -> None:
    written = write_rows(AuditResult(Profile.QUICK, results()), tmp_path)
    roads = [road for result in results() for road in result.roads]
    assert len(written) == len(set(written)) == len(roads) > 250
    for path, road in zip(written, roads, strict=True):
        raw = json.loads(path.read_text("utf-8"))
        assert (raw["job"], raw["statement"]) == (road.job, road.statement)
        sweep = made(road.job)
        if sweep is not None:
            assert road.statement in sweep.properties, raw["row"]


def test_every_counterexample_of_a_pass_replays(tmp_path: Path) -> None:
    refuted = [
        replace(result, roads=tuple(r for r in result.roads if isinstance(r.evidence, Witness)))
        for result in results()
    ]
    written = write_rows(AuditResult(Profile.QUICK, tuple(refuted)), tmp_path)
    assert len(written) >= 70
    for path in written:
        checked = replay_file(path, catalogue())
        assert checked.verdict is Verdict.REFUTED, path


JOBS = sorted({road.job for result in results() for road in result.roads})


@pytest.mark.parametrize("job", JOBS)
def test_one_statement_of_each_pass_holds_on_the_first_members_of_its_domain(job: str) -> None:
    sweep = made(job)
    if sweep is None:
        # A check in one piece has no first members; it is known to the catalogue, and no more.
        assert catalogue().job(job).parts(Profile.QUICK) == 1
        return
    affirmed = [
        road.statement
        for result in results()
        for road in result.roads
        if road.job == job and road.verdict.is_affirmative
    ]
    for statement in affirmed[:1]:
        members = list(islice(sweep.domain.members(), FIRST))
        assert members
        for member in members:
            assert sweep.domain.contains(member)
            assert sweep.domain.write(sweep.domain.read(sweep.domain.write(member)))
            assert sweep.properties[statement](sweep.prepare(member)).failure is None


def test_canary_a_file_with_another_witness_or_reason_is_rejected(tmp_path: Path) -> None:
    (result,) = (one for one in results() if one.row.id == "R-4/without,n>=2")
    (path,) = write_rows(AuditResult(Profile.QUICK, (result,)), tmp_path)
    good = path.read_text("utf-8")
    for old, new in (('"instance": "1"', '"instance": "2"'), ("product law", "other law")):
        assert old in good
        path.write_text(good.replace(old, new), "utf-8")
        with pytest.raises(Exception, match="witness"):
            replay_file(path, catalogue())
