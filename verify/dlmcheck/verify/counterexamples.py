"""Looking for the smallest counterexample to a claim without one of its hypotheses.

An ablation is a row that says which hypothesis it drops. Its domains list their members smallest
first, so that the first failure met is the smallest one of the domain; it is replayed by the
kernel before it is believed. If a domain has none, all of it was gone through, and the kernel
says so with its count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.audit import RoadResult
from dlmcheck.verify.claims.registry import Claim, Job, Profile, Registry, Road, Row, SweepJob
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import Outcome, Sweep, check_witness, conclude, run_part


class UnknownHypothesis(BadInput):
    """A claim has no such hypothesis; `known` lists those it has."""

    def __init__(self, claim: Claim, name: str) -> None:
        self.claim = claim.id
        self.name = name
        self.known = claim.hypotheses
        super().__init__(
            f"{name!r} is no hypothesis of {claim.id}",
            source="--drop",
            expected=f"one of {', '.join(self.known)}" if self.known else "none: it has none",
        )


@dataclass(frozen=True)
class Search:
    """One domain in which a counterexample may be: a road of a row without a hypothesis."""

    row: Row
    road: Road


def searches(
    registry: Registry, claim: Claim, hypothesis: str, profile: Profile
) -> tuple[Search, ...]:
    """Where to look, in the registry's order. Raises `UnknownHypothesis`."""
    if hypothesis not in claim.hypotheses:
        raise UnknownHypothesis(claim, hypothesis)
    return tuple(
        Search(row, road)
        for row in registry.rows
        if row.claim == claim.id and row.dropped == hypothesis
        for road in row.roads_of(profile)
    )


def first_failure(
    job: Job, statement: str, profile: Profile, progress: Callable[[int], None]
) -> Checked:
    """What the kernel says of one statement: the first counterexample, or that there is none.

    A sweep stops at the first failure; any other job is done whole. Raises `Rejected` if the
    kernel does not accept what was found, `KeyError` if the job does not decide the statement.
    """
    if isinstance(job, SweepJob):
        return _sweep(job.make(profile), statement, progress)
    parts = [job.run(profile, part, progress) for part in range(job.parts(profile))]
    return job.conclude(profile, parts)[statement]


class _Failed(Exception):
    """Leaves a pass at the first failure, with its reason."""


def _sweep(sweep: Sweep[Any, Any], statement: str, progress: Callable[[int], None]) -> Checked:
    holds = sweep.properties[statement]
    last: list[Any] = []

    def prepare(member: Any) -> Any:
        last[:] = [member]
        return sweep.prepare(member)

    def stopping(prepared: Any) -> Outcome:
        outcome = holds(prepared)
        if outcome.failure is not None:
            raise _Failed(outcome.failure)
        return outcome

    single = Sweep(sweep.domain, prepare, {statement: stopping})
    try:
        part = run_part(single, progress=progress)
    except _Failed as failed:
        text = sweep.domain.write(last[0])
        return check_witness(sweep, Witness(statement, text, str(failed)))
    return conclude(single, [part])[statement]


def road_result(search: Search, checked: Checked) -> RoadResult:
    """What was found, in the form in which an audit has it."""
    road = search.road
    return RoadResult(road.job, road.statement, road.engine, checked.verdict, checked.evidence)
