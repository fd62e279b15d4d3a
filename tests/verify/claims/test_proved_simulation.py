"""Section 3 proved for every circuit: the roads, and the rows that they decide."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from dlmcheck.verify.claims import optimality, proved_simulation, section3, t31
from dlmcheck.verify.claims.proved_simulation import JOBS
from dlmcheck.verify.claims.registry import Profile, ProofJob, Row
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict

ROWS = [
    *t31.CLAIM.rows[: len(t31.AFFIRMED)],
    *(row for claim in section3.CLAIMS for row in claim.rows),
    *(row for row in optimality.CLAIMS[0].rows if row.reading.startswith(("converse,", "limit,"))),
    *optimality.CLAIMS[1].rows,
]


@cache
def concluded(job: ProofJob) -> Mapping[str, Checked]:
    return job.conclude(Profile.QUICK, [job.run(Profile.QUICK, 0, lambda _: None)])


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_every_proof_is_accepted(job: ProofJob) -> None:
    found = concluded(job)
    assert set(found) == {proof.statement for proof in job.make()}
    assert {checked.verdict for checked in found.values()} == {Verdict.PROVED}


def test_the_number_of_proofs_is_that_of_the_readings() -> None:
    # 10 readings under two rules F; 7 constructions under two ends; 4 kinds of rounds, 3 of blocks;
    # 3 statements of C-GEN.
    assert [len(job.make()) for job in JOBS] == [20, 14, 7, 3]
    assert len(ROWS) == 10 + 14 + 3 + 3 + 3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_for_every_circuit_rests_on_a_proof(row: Row) -> None:
    jobs = {job.id: job for job in JOBS}
    roads = [road for road in row.roads if road.job in jobs]
    assert len(roads) == (2 if row.claim == "T3.1" else 1)
    for road in roads:
        assert concluded(jobs[road.job])[road.statement].verdict is Verdict.PROVED


def test_the_answers_are_to_the_queries_that_a_proof_names() -> None:
    for argument in proved_simulation.arguments():
        assert argument.proof.queries == tuple(query.name for query in argument.queries)
        assert argument.proof.skeleton
