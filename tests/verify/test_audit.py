"""One verdict from several roads, and what an audit makes of parts that go wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pytest

from dlmcheck.verify.audit import RoadResult, RowResult, combine, run_audit
from dlmcheck.verify.claims.registry import (
    Claim,
    DirectJob,
    Job,
    Profile,
    Progress,
    Registry,
    Road,
    Row,
    SweepJob,
)
from dlmcheck.verify.kernel.evidence import Evidence, Exhaustive, Sampled
from dlmcheck.verify.kernel.imports import imported
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.kernel.verdicts import Verdict

ROW = Row("C", "reading", "statement", (Road("job", "S", "engine"),))


def road(verdict: Verdict, evidence: Evidence | None = None) -> RoadResult:
    return RoadResult("job", "S", "engine", verdict, evidence)


def joined(*verdicts: Verdict) -> RowResult:
    return combine(ROW, [road(verdict) for verdict in verdicts])


def test_roads_that_agree_give_their_verdict() -> None:
    for verdict in Verdict:
        found = joined(verdict, verdict)
        assert (found.verdict, found.disagreement) == (verdict, False)


def test_of_two_affirmative_verdicts_the_weaker_counts() -> None:
    assert joined(Verdict.PROVED, Verdict.BOUNDED).verdict is Verdict.PROVED


@pytest.mark.parametrize("affirmed", [Verdict.PROVED, Verdict.BOUNDED])
def test_canary_a_contradiction_is_never_put_to_the_vote(affirmed: Verdict) -> None:
    for others in product(Verdict, repeat=2):
        found = joined(affirmed, Verdict.REFUTED, *others)
        assert (found.verdict, found.disagreement) == (Verdict.ERROR, True)


def test_a_row_is_affirmed_only_if_every_road_affirms_it() -> None:
    for verdicts in product(Verdict, repeat=3):
        found = joined(*verdicts)
        affirmed = all(verdict.is_affirmative for verdict in verdicts)
        assert found.verdict.is_affirmative == affirmed
        if found.verdict is Verdict.REFUTED:
            assert set(verdicts) == {Verdict.REFUTED}


def test_samples_never_support_more_than_a_hint() -> None:
    found = combine(ROW, [road(Verdict.PROVED, Sampled(10**6, 0)), road(Verdict.PROVED)])
    assert found.verdict is Verdict.UNKNOWN


def test_a_row_without_roads_is_an_error() -> None:
    assert combine(ROW, []).verdict is Verdict.ERROR


def test_the_count_of_a_row_is_the_smallest_of_its_roads() -> None:
    counted = [road(Verdict.BOUNDED, Exhaustive("D", 9, met)) for met in (7, 5)]
    assert combine(ROW, [*counted, road(Verdict.PROVED)]).count == 5
    assert joined(Verdict.PROVED).count is None


# --- whole audits ----------------------------------------------------------------------------

DOMAIN = Domain("numbers", 4, lambda: range(4), lambda n: 0 <= n < 4, str, int)


def sweep_of(holds: Callable[[int], Outcome], domain: Domain[int] = DOMAIN) -> Job:
    return SweepJob("job", lambda _: Sweep(domain, lambda n: n, {"S": holds}))


def breaks(n: int) -> Outcome:
    if n == 2:
        raise ZeroDivisionError
    return HOLDS


def sleeps(_: int) -> Outcome:
    time.sleep(60)
    return HOLDS


def holds_for_one(n: int) -> Outcome:
    return HOLDS if n == 1 else NOT_MET


@dataclass(frozen=True)
class Forging:
    """A job whose parts are fine and whose conclusion is none."""

    error: Exception
    id: str = "job"

    def parts(self, profile: Profile) -> int:
        del profile
        return 1

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        del profile, part, progress
        return "done"

    def conclude(self, profile: Profile, parts: Sequence[object]) -> Mapping[str, Checked]:
        del profile, parts
        raise self.error


def audited(job: Job, timeout: float | None = None) -> RowResult:
    claim = Claim("C", "title", "reference", (), "note", (ROW,))
    registry = Registry((claim,), (job,))
    result = run_audit(registry, registry.rows, workers=2, timeout=timeout)
    (found,) = result.rows
    return found


def zero_fails(n: int) -> Outcome:
    return fails("zero") if n == 0 else HOLDS


def always(_: int) -> Outcome:
    return HOLDS


def never(_: int) -> Outcome:
    return NOT_MET


@pytest.mark.parametrize(
    ("holds", "verdict", "count"),
    [
        (always, Verdict.BOUNDED, 4),
        (holds_for_one, Verdict.BOUNDED, 1),
        (never, Verdict.VACUOUS, 0),
        (zero_fails, Verdict.REFUTED, None),
    ],
)
def test_a_sweep_comes_out_of_the_audit_with_its_verdict_and_count(
    holds: Callable[[int], Outcome], verdict: Verdict, count: int | None
) -> None:
    found = audited(sweep_of(holds))
    assert (found.verdict, found.count) == (verdict, count)


@pytest.mark.parametrize(
    ("job", "verdict", "message"),
    [
        (sweep_of(breaks), Verdict.ERROR, "ZeroDivisionError"),
        (
            sweep_of(always, Domain("n", 5, lambda: range(4), lambda _: True, str, int)),
            Verdict.ERROR,
            "rejected: 4 members of the domain n, which has 5",
        ),
        (
            sweep_of(always, Domain("n", 4, lambda: range(4), lambda n: n != 2, str, int)),
            Verdict.ERROR,
            "rejected: Rejected: 2 is not in the domain n",
        ),
        (DirectJob("job", lambda _: {}), Verdict.ERROR, "no result for S"),
        (
            DirectJob("job", lambda _: {"S": imported("T", "a paper")}),
            Verdict.ERROR,
            "no result for S",
        ),
        (Forging(Rejected("why")), Verdict.ERROR, "rejected: why"),
        (Forging(KeyError("S")), Verdict.ERROR, "KeyError: 'S'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_canary_what_breaks_is_an_error_with_its_reason(
    job: Job, verdict: Verdict, message: str
) -> None:
    found = audited(job)
    assert found.verdict is verdict
    assert message in found.roads[0].message


def test_an_imported_theorem_is_unsettleable_here() -> None:
    found = audited(DirectJob("job", lambda _: {"S": imported("S", "a paper")}))
    assert found.verdict is Verdict.UNSETTLEABLE


def test_a_part_that_overruns_its_time_makes_the_row_unknown() -> None:
    found = audited(sweep_of(sleeps), timeout=0.5)
    assert found.verdict is Verdict.UNKNOWN
    assert found.roads[0].message.startswith("timeout")
