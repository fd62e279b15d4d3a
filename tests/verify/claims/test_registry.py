"""The rules that every claim, row, road and job keeps to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import (
    Claim,
    DirectJob,
    Job,
    Profile,
    Registry,
    Road,
    Row,
    SweepJob,
)
from dlmcheck.verify.kernel.imports import imported
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails

ROW = Row("C", "reading", "a statement", (Road("job", "S", "engine"),))
CLAIM = Claim("C", "title", "reference", (), "note", (ROW,))


def numbers(limit: int) -> SweepJob:
    def small(n: int) -> Outcome:
        return HOLDS if n < limit else fails(f"{n} is too large")

    domain = Domain("numbers", 5, lambda: range(5), lambda n: 0 <= n < 5, str, int)
    return SweepJob("job", lambda _: Sweep(domain, lambda n: n, {"S": small}))


def registry(*claims: Claim, jobs: tuple[Job, ...] = (numbers(5),)) -> Registry:
    return Registry(claims, jobs)


def test_a_registry_finds_claims_jobs_and_rows() -> None:
    found = registry(CLAIM)
    assert found.claim("C") is CLAIM
    assert found.job("job").id == "job"
    assert [row.id for row in found.rows] == ["C/reading"]
    for missing in (found.claim, found.job):
        with pytest.raises(KeyError):
            missing("other")


@pytest.mark.parametrize(
    ("claims", "jobs", "reason"),
    [
        ((CLAIM, CLAIM), (numbers(5),), "two rows share a name"),
        ((CLAIM, replace(CLAIM, rows=())), (numbers(5),), "two claims share a name"),
        ((CLAIM,), (numbers(5), numbers(4)), "two jobs share a name"),
        ((CLAIM,), (), "C/reading: no job job"),
        (
            (replace(CLAIM, rows=(replace(ROW, roads=ROW.roads * 2),)),),
            (numbers(5),),
            "C/reading: two roads are the same",
        ),
    ],
)
def test_canary_a_registry_against_the_rules_is_refused(
    claims: tuple[Claim, ...], jobs: tuple[Job, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        registry(*claims, jobs=jobs)


def test_a_profile_goes_the_roads_of_all_smaller_ones() -> None:
    roads = tuple(Road("job", f"S{p.value}", p.value, p) for p in Profile)
    row = replace(ROW, roads=roads)
    assert [len(row.roads_of(profile)) for profile in Profile] == [1, 2, 3]


# --- jobs ------------------------------------------------------------------------------------


def ran(job: Job) -> Mapping[str, Checked]:
    profile = Profile.QUICK
    parts = [job.run(profile, part, lambda _: None) for part in range(job.parts(profile))]
    return job.conclude(profile, parts)


def test_a_sweep_job_joins_its_parts() -> None:
    assert ran(numbers(5))["S"].verdict.is_affirmative
    assert not ran(numbers(3))["S"].verdict.is_affirmative


def test_canary_a_sweep_job_with_a_part_lost_or_replaced_is_rejected() -> None:
    job = numbers(5)
    halves = [job.run(Profile.QUICK, part, lambda _: None) for part in range(2)]
    for wrong in ([halves[0]], [halves[0], None], [halves[0], "done"], [halves[0], halves[0]]):
        with pytest.raises(Rejected):
            job.conclude(Profile.QUICK, wrong)


def test_a_direct_job_gives_the_results_under_the_names_that_the_kernel_knows() -> None:
    """Canary: a result under the name of another statement does not count for that."""
    result = imported("what was checked", "a paper")
    found = ran(DirectJob("job", lambda _: {"what is claimed": result}))
    assert found == {"what was checked": result}


def test_canary_what_is_no_checked_result_is_none() -> None:
    job = DirectJob("job", lambda _: {})
    assert job.conclude(Profile.QUICK, [{"S": "PROVED", "T": True}]) == {}
    with pytest.raises(TypeError):
        job.conclude(Profile.QUICK, [["S"]])


# --- the catalogue ---------------------------------------------------------------------------


def test_every_claim_has_rows_a_reference_and_a_note() -> None:
    for claim in catalogue().claims:
        assert claim.rows, claim.id
        assert all((claim.title, claim.reference, claim.note)), claim.id
        for row in claim.rows:
            assert row.claim == claim.id
            assert row.statement, row.id
            assert row.roads_of(Profile.QUICK) or row.roads_of(Profile.DEEP), row.id


def test_every_road_of_a_sweep_leads_to_a_statement_of_its_job() -> None:
    """On no profile does a row wait for a statement that its job does not check."""
    found = catalogue()
    made = {
        (job.id, profile): set(job.make(profile).properties)
        for job in found.jobs
        if isinstance(job, SweepJob)
        for profile in (Profile.QUICK, Profile.FULL)
    }
    for row in found.rows:
        for profile in (Profile.QUICK, Profile.FULL):
            for road in row.roads_of(profile):
                statements = made.get((road.job, profile))
                assert statements is None or road.statement in statements, (row.id, road)


def test_every_job_is_on_the_road_of_some_row() -> None:
    found = catalogue()
    used = {road.job for row in found.rows for road in row.roads}
    assert {job.id for job in found.jobs} == used


@pytest.mark.parametrize("claim", ["T3.1", "T3.1-EXACT", "NC0-SHIFT", "C-AR"])
def test_the_readings_of_theorem_31_and_its_neighbours_are_there(claim: str) -> None:
    count = {"T3.1": 14, "T3.1-EXACT": 2, "NC0-SHIFT": 2, "C-AR": 3}[claim]
    rows = [row for row in catalogue().claim(claim).rows if row.dropped is None]
    assert len(rows) == count
