"""What each claim rests on, by name: `python -m tests.verify.claims.assumed` writes the pins.

The names are computed from the proofs, engines and solvers behind the rows, as an audit computes
them from the evidence; the pins are in `assumptions.txt`, one claim a paragraph, so that a change
is seen by whoever reads the difference.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.locality_table import TrustingJob
from dlmcheck.verify.claims.registry import Claim, DirectJob, Profile, ProofJob, Road, Row
from dlmcheck.verify.kernel.evidence import Exhaustive, SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.trust import merged, names, proof_names

NOTHING = "no rule, encoder, solver or theorem by name"
PINS = Path(__file__).with_name("assumptions.txt")


@cache
def proofs(job: str) -> dict[str, Proof]:
    found = catalogue().job(job)
    assert isinstance(found, ProofJob)
    return {proof.statement: proof for proof in found.make()}


@cache
def done(job: str) -> dict[str, Checked]:
    found = catalogue().job(job)
    return dict(found.conclude(Profile.QUICK, [found.run(Profile.QUICK, 0, lambda _: None)]))


def of_road(road: Road) -> tuple[bool, tuple[str, ...]]:
    """Whether a road proves, and the names that it adds."""
    job = catalogue().job(road.job)
    if isinstance(job, ProofJob):
        proof = proofs(road.job)[road.statement]
        return True, proof_names([rule.value for rule in proof.rules], proof.queries)
    if isinstance(job, TrustingJob):
        return False, names(SolverAnswer(job.engine.says, "", 1), road.engine)
    if isinstance(job, DirectJob):
        checked = done(road.job)[road.statement]
        return checked.verdict is Verdict.PROVED, names(checked.evidence, road.engine)
    return False, names(Exhaustive("", 1, 1), road.engine)


def of_row(row: Row) -> frozenset[str]:
    """What a row rests on if its roads end as they are meant to."""
    found = [of_road(road) for road in row.roads_of(Profile.QUICK)]
    proved = any(proves for proves, _ in found)
    used = [name for proves, listed in found if proves is proved for name in listed]
    return frozenset(merged(row.assumptions, used))


def of_claim(claim: Claim) -> list[str]:
    """What some row of a claim rests on, sorted."""
    return sorted({name for row in claim.rows for name in of_row(row)})


def text() -> str:
    """All claims as text."""
    paragraphs = (
        "\n".join([claim.id, *(f"  {name}" for name in of_claim(claim) or [NOTHING])])
        for claim in catalogue().claims
    )
    return "\n\n".join(paragraphs) + "\n"


def pinned() -> dict[str, list[str]]:
    """The pins, by claim."""
    found: dict[str, list[str]] = {}
    for paragraph in PINS.read_text("utf-8").strip().split("\n\n"):
        claim, *listed = paragraph.split("\n")
        found[claim] = [line.strip() for line in listed]
    return found


if __name__ == "__main__":
    PINS.write_text(text(), "utf-8")
