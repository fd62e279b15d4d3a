"""Planted errors in what claims are about: which rows fail then, on which roads, and why.

The jobs that decide the rows are the real ones; only their domains are smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TypeVar

from dlmcheck.model.constructions.rows import rows_of
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.audit import RoadResult, RowResult, combine
from dlmcheck.verify.claims import domains
from dlmcheck.verify.claims.registry import Claim, Job, Profile, ProofJob, Row, SweepJob
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import Domain, check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.concluding import conclusions

X = TypeVar("X")

PROFILE = Profile.FULL
"""The full profile goes every road of a row; the domains are reduced anyway."""

REDUCED = 1
"""Circuits of each shape that a reduced domain has."""

SEEDS = (2, 0, 11, 3)
"""Random circuits of depth 1, 2, 3 and 4."""


@dataclass(frozen=True)
class Audited:
    """The rows of some claims, audited on reduced domains."""

    rows: tuple[RowResult, ...]

    def verdicts(self) -> set[Verdict]:
        return {row.verdict for row in self.rows}

    def refuted_roads(self) -> dict[str, dict[str, str]]:
        """Row -> engine -> reason, for every road that is refuted."""
        found: dict[str, dict[str, str]] = {}
        for row in self.rows:
            for road in row.roads:
                if road.verdict is Verdict.REFUTED:
                    assert isinstance(road.evidence, Witness)
                    found.setdefault(row.row.id, {}).setdefault(road.engine, road.evidence.reason)
        return found

    def of(self, row_id: str) -> RowResult:
        (result,) = (row for row in self.rows if row.row.id == row_id)
        return result


def audit(claims: Iterable[Claim], jobs: Sequence[Job]) -> Audited:
    """Run the jobs that the claims need, in this process, and combine the roads of each row."""
    rows = [row for claim in claims for row in claim.rows]
    wanted = {road.job for row in rows for road in row.roads_of(PROFILE)}
    found: dict[tuple[str, str], Checked] = {}
    for job in jobs:
        if job.id in wanted:
            for statement, checked in _checked(job).items():
                found[job.id, statement] = checked
    results: list[RowResult] = []
    for row in rows:
        roads: list[RoadResult] = []
        for road in row.roads_of(PROFILE):
            checked = found[road.job, road.statement]
            roads.append(
                RoadResult(road.job, road.statement, road.engine, checked.verdict, checked.evidence)
            )
        results.append(combine(row, roads))
    return Audited(tuple(results))


def _checked(job: Job) -> dict[str, Checked]:
    if isinstance(job, SweepJob):
        return check_sweep(job.make(PROFILE))
    return conclusions(job, PROFILE)


def without_proofs(claims: Iterable[Claim], jobs: Sequence[Job]) -> tuple[Claim, ...]:
    """The claims without the roads that are proofs for all n, where there are others.

    A proof is about the rules of a construction, and has canaries of its own; it does not look at
    what is planted in a sweep.
    """
    proofs = {job.id for job in jobs if isinstance(job, ProofJob)}

    def left(row: Row) -> Row:
        roads = tuple(road for road in row.roads if road.job not in proofs)
        return replace(row, roads=roads or row.roads)

    return tuple(replace(claim, rows=tuple(map(left, claim.rows))) for claim in claims)


# --- reduced domains -----------------------------------------------------------------------


def few_circuits(_: Profile) -> Domain[Circuit]:
    """A few of the plain circuits of each depth and number of gates."""
    return domains.listed("a few circuits", _few_circuits(), circuit_to_json)


@cache
def _few_circuits() -> tuple[Circuit, ...]:
    by_shape: dict[tuple[int, int], list[Circuit]] = {}
    for circuit in domains.plain_circuits(Profile.QUICK).members():
        shape = len(rows_of(circuit).rows), len(circuit.gates)
        by_shape.setdefault(shape, []).append(circuit)
    return tuple(
        circuit
        for _, listed in sorted(by_shape.items())
        for circuit in islice(listed[:: max(1, len(listed) // REDUCED)], REDUCED)
    )


def few_seeds(_: int = 0) -> Domain[int]:
    return domains.listed("a few seeds", SEEDS, str)


def at_most(
    sizes: Callable[[str, int, int, int], Domain[int]], largest: int
) -> Callable[..., Domain[int]]:
    """The same numbers n, up to a bound."""

    def reduced(name: str, least: int, most: int, step: int = 1) -> Domain[int]:
        return sizes(name, least, max(least, min(most, largest)), step)

    return reduced
