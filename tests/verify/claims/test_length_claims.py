"""The least lengths and the footprint as claims: verdicts, counts, witnesses, planted errors."""

from __future__ import annotations

from functools import cache

import pytest

from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.claims import footprint, length_cases, lengths, widths
from dlmcheck.verify.claims.length_cases import Case, case_domain, read_case
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.kernel.evidence import Exhaustive, Induction, Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import run_part
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.schemes import Scheme
from dlmcheck.verify.searches.shortest import search
from dlmcheck.verify.searches.write_once_space import Target, targets, without_copies
from tests.verify.concluding import conclusions

# The claim on the layers of gates has tests of its own.
CLAIMS = tuple(claim for claim in lengths.CLAIMS if claim not in widths.CLAIMS)
REGISTRY = Registry(CLAIMS, lengths.JOBS)
ROWS = {row.id: row for row in REGISTRY.rows}

REFUTED = {
    "T3-MINIMUM/stated,remask": ("remask 1 0 whole-state", "1 cells instead of 2"),
    "T3-MINIMUM/stated,revise-token": ("revise-token 1 2 whole-state", "2 cells instead of 3"),
    "T3-MINIMUM/stated,revise-any": ("revise-any 1 2 whole-state", "2 cells instead of 3"),
    "T3-MINIMUM/built,remask": ("remask 1 3 whole-state", "3 cells instead of 4"),
    "T3-MINIMUM/built,revise-any": ("revise-any 1 3 whole-state", "2 cells instead of 3"),
    "T3-MINIMUM/without,masks depend on the round alone,remask": (
        "remask 2 1 whole-state",
        "3 cells, 4 with a scheme",
    ),
    "T3-MINIMUM/without,masks depend on the round alone,deep": (
        "revise-token 1 15 whole-state",
        "4 cells, 5 with a scheme",
    ),
    "T3-MINIMUM/without,the state tells the round": ("revise-token 1 1 whole-state", "1 cells"),
    "C-SPACE/without,masks depend on the round alone": ("parity of 3", "one cell"),
    "C-SPACE/without,a cell is a coin or one gate of fan-in two": ("parity of 3", "1 cells"),
    "C-SPACE/without,tokens stay": ("parity of 5", "3 cells"),
}

COUNTS = {
    "lengths-searched": (60, 20),
    "lengths-refuted": (60, 20),
    "lengths-counted": (656, 656),
    "space-schemes-searched": (22, 22),
    "space-schemes-refuted": (22, 22),
    "space-programs": (10, 10),
    "space-queries": (10, 10),
    "space-growth": (6, 6),
}


@cache
def results(job: str) -> dict[str, Checked]:
    return conclusions(REGISTRY.job(job))


@pytest.mark.parametrize("row", ROWS)
def test_verdicts_on_every_road(row: str) -> None:
    for road in ROWS[row].roads:
        result = results(road.job)[road.statement]
        if row in REFUTED:
            instance, reason = REFUTED[row]
            assert result.verdict is Verdict.REFUTED
            assert isinstance(result.evidence, Witness)
            assert result.evidence.instance == instance
            assert result.evidence.reason.startswith(reason) or reason in result.evidence.reason
        elif road.job == "schemes-proved":
            assert result.verdict is Verdict.PROVED
            assert isinstance(result.evidence, Induction)
        else:
            assert result.verdict is Verdict.BOUNDED
            assert isinstance(result.evidence, Exhaustive)
            assert (result.evidence.count, result.evidence.met) == COUNTS[road.job]


def test_these_rows_have_a_proof_for_all_w_and_d() -> None:
    proved = {row.id for row in ROWS.values() if any(r.job == "schemes-proved" for r in row.roads)}
    assert proved == {
        "T3-MINIMUM/least,revise-token",
        "T3-MINIMUM/least,revise-any",
        "T3-MINIMUM/any-masks,revise-any",
        "T3-MINIMUM/without,masks depend on the round alone,revise-any",
        "C-SPACE/schemes",
        "C-SPACE/growth",
    }


def test_every_hypothesis_is_dropped_once() -> None:
    for claim in CLAIMS:
        assert {row.dropped for row in claim.rows} - {None} == set(claim.hypotheses)


def test_cases_are_read_back() -> None:
    domain = case_domain(tuple(Edits), 2, 3, 6)
    members = list(domain.members())
    assert [read_case(str(case)) for case in members] == members
    assert len(members) == domain.count == 4 * 2 * (4 + 3)


# --- planted errors ------------------------------------------------------------------------


CASE = Case(Edits.REMASK, 1, 3, End.WHOLE_STATE)


def test_a_claim_that_is_too_long_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(length_cases.LEAST_REMASKING, (1, 3), 4)
    for decide in (length_cases.by_search, length_cases.by_refutation):
        outcome = length_cases.least_by(decide)(CASE)
        assert outcome.failure is not None
        assert outcome.failure.startswith("3 cells, 4 claimed")


def test_a_claim_that_is_too_short_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(length_cases.LEAST_REMASKING, (1, 3), 2)
    for decide in (length_cases.by_search, length_cases.by_refutation):
        outcome = length_cases.least_by(decide)(CASE)
        assert outcome.failure == "no scheme on 2 cells"
    assert length_cases.negations_need(CASE).failure == "impossible on 2 cells"


def test_a_scheme_that_does_not_run_is_no_evidence() -> None:
    def planted(case: Case, length: int) -> Scheme | None:
        found = search(case.edits, case.width, case.depth, length, case.end).scheme
        if found is None:
            return None
        return Scheme(found.edits, found.width, found.end, found.patterns[:1] * 4, found.middles)

    outcome = length_cases.least_by(planted)(CASE)
    assert outcome.failure is not None
    assert outcome.failure.endswith("the last layer is not in the last cells")


def test_a_target_with_a_gate_too_many_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint, "gates_taken", _one_more)
    for job in ("space-programs", "space-queries"):
        (found,) = (made for made in footprint.JOBS if made.id == job)
        part = run_part(found.make(Profile.QUICK))
        assert part.failures[footprint.CELLS][2] == "1 cells are enough"


def _one_more(target: Target) -> int:
    assert target in targets()
    return len(without_copies(target.circuit).gates) + 1
