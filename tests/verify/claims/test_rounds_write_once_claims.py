"""Write-once rounds: every row gets the verdict it should, and planted errors turn rows red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.rounds import least_rounds
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import round_cases, round_families, round_subsets
from dlmcheck.verify.claims.proved_rounds import WRITE_ONCE_PROOFS
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Registry, SweepJob
from dlmcheck.verify.claims.round_cases import RoundCase, cases_sweep, subsets_domain, uniform_on
from dlmcheck.verify.claims.round_families import CASES, log_rounds, subspaces
from dlmcheck.verify.claims.round_subsets import GREEDY, five_sweep
from dlmcheck.verify.claims.rounds_write_once import CLAIMS, JOBS
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import Domain, check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict

SLOW = {"rounds-four-cells"}
"""Checked with a smaller domain below."""


def found(job: SweepJob) -> dict[str, Checked]:
    return check_sweep(job.make(Profile.QUICK))


def test_the_claims_fit_their_jobs_and_every_hypothesis_is_dropped() -> None:
    Registry(CLAIMS, JOBS)
    for claim in CLAIMS:
        assert {row.dropped for row in claim.rows if row.dropped} == set(claim.hypotheses)
    statements = {job.id: set(_statements(job)) for job in JOBS}
    for row in (row for claim in CLAIMS for row in claim.rows):
        assert all(road.statement in statements[road.job] for road in row.roads)


def _statements(job: object) -> list[str]:
    if isinstance(job, ProofJob):
        return [proof.statement for proof in job.make()]
    assert isinstance(job, SweepJob)
    return list(job.make(Profile.QUICK).properties)


PROVED = {
    "ROUNDS-ADAPTIVE/either-order-marked",
    "ROUNDS-PRODUCT/uniform-sets",
    "ROUNDS-CODES/all-codes",
    "ROUNDS-MARKOV/fixed-start",
    "ROUNDS-MARKOV/symmetric",
    "ROUNDS-MARKOV/uneven",
    "ROUNDS-TILTED/weights",
    "ROUNDS-WEIGHT/uniform",
}


def test_rows_are_proved_for_every_n() -> None:
    parts = [WRITE_ONCE_PROOFS.run(Profile.QUICK, 0, lambda _: None)]
    checked = WRITE_ONCE_PROOFS.conclude(Profile.QUICK, parts)
    proved: set[str] = set()
    for row in (row for claim in CLAIMS for row in claim.rows):
        for road in row.roads:
            if road.job == WRITE_ONCE_PROOFS.id:
                assert checked[road.statement].verdict is Verdict.PROVED
                proved.add(row.id)
    assert proved == PROVED


MET = {
    ("rounds-few-strings", "all policies take as many rounds as the dynamic program"): 273,
    ("rounds-few-strings", "one round if and only if a product law, run"): 273,
    ("rounds-codes", "rounds of codes, by certificates"): 90,
    ("rounds-codes", "rounds of codes, by definition"): 90,
    ("rounds-markov", "rounds of markov, by certificates"): 32,
    ("rounds-markov", "rounds of markov, by definition"): 20,
    ("rounds-markov", "rounds of markov-fixed-start, by certificates"): 32,
    ("rounds-markov", "rounds of markov-uneven, by certificates"): 24,
    ("rounds-weight", "rounds of fixed-weight, by certificates"): 28,
    ("rounds-weight", "rounds of fixed-weight, by definition"): 10,
    ("rounds-tilted", "rounds of tilted-parity, by certificates"): 21,
    ("rounds-tilted", "rounds of tilted-parity, by definition"): 15,
    ("rounds-adaptive", "rounds of permutations, by certificates"): 1,
    ("rounds-adaptive", "rounds of either-order, by certificates"): 4,
    ("rounds-adaptive", "rounds of either-order, by definition"): 2,
    ("rounds-adaptive", "rounds of either-order-marked, by certificates"): 4,
    ("rounds-adaptive", "rounds of either-order-marked, by definition"): 1,
}
"""How many instances met the hypotheses of a statement, in the small profile."""

FASTER = "n = 4: 2 rounds sample it, the dynamic program says 4"
REASONS = {
    "ROUNDS-EVENTS/without,deterministic-F": FASTER,
    "ROUNDS-EVENTS/without,write-once": FASTER,
    "ROUNDS-EVENTS/without,L=n": FASTER,
    "ROUNDS-CODES/without,linear": "3: 3 rounds, stated 2",
    "ROUNDS-CODES/without,uniform": "3: 3 rounds, stated 2",
    "ROUNDS-MARKOV/without,dependent-steps": "4,1/2: 1 rounds, stated 3",
    "ROUNDS-MARKOV/without,two-tokens": "4: 2 rounds, stated 3",
    "ROUNDS-MARKOV/without,chain-seen": "3: 3 rounds, stated 2",
    "ROUNDS-WEIGHT/without,0<k<n": "2,0: 1 rounds, stated 2",
    "ROUNDS-WEIGHT/without,uniform": "4,2: 3 rounds, stated 4",
    "ROUNDS-TILTED/without,no-weight-1": "1,2,3: 2 rounds, stated 3",
    "ROUNDS-ADAPTIVE/without,order-varies": "2: fixed 2 rounds, stated 3",
    "ROUNDS-GREEDY/without,n<=4": "maximal sets take 4 rounds, others 3",
    "ROUNDS-GREEDY/seeing-more": "2 rounds from the start, 3 once cell 3 shows 0",
}
"""What the counterexample to each refuted row shows; every other row holds."""


def test_every_row_gets_its_verdict_for_its_reason_on_both_roads() -> None:
    results = {
        (job.id, name): checked
        for job in JOBS
        if isinstance(job, SweepJob) and job.id not in SLOW
        for name, checked in found(job).items()
    }
    seen: set[str] = set()
    for row in (row for claim in CLAIMS for row in claim.rows):
        for road in row.roads:
            if road.job in SLOW or road.job == WRITE_ONCE_PROOFS.id:
                continue
            checked = results[road.job, road.statement]
            if checked.verdict is Verdict.REFUTED:
                assert isinstance(checked.evidence, Witness)
                assert checked.evidence.reason == REASONS[row.id]
                seen.add(row.id)
            else:
                assert (checked.verdict, row.id in REASONS) == (Verdict.BOUNDED, False)
    assert seen == set(REASONS)
    for key, met in MET.items():
        evidence = results[key].evidence
        assert isinstance(evidence, Exhaustive)
        assert evidence.met == met


def test_maximal_sets_are_enough_for_few_strings_on_four_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fewer = subsets_domain([(2, 4), (3, 4), (4, 2)])

    def reduced(_: object) -> Domain[tuple[str, ...]]:
        return fewer

    monkeypatch.setattr(round_subsets, "subsets_domain", reduced)
    for checked in check_sweep(round_subsets.four_sweep(Profile.QUICK)).values():
        assert checked.verdict is Verdict.BOUNDED


# --- formulas and domains ----------------------------------------------------------------------


def test_all_linear_codes_are_there_once() -> None:
    """Their number is the Galois number, by its own recurrence."""
    numbers = [1, 2]
    while len(numbers) < 7:
        numbers.append(2 * numbers[-1] + (2 ** (len(numbers) - 1) - 1) * numbers[-2])
    for n in range(1, 7):
        codes = subspaces(n)
        assert len(codes) == len(set(codes)) == numbers[n]
        assert all(len(row) == n for rows in codes for row in rows)


def test_the_formula_for_chains() -> None:
    assert [max(1, log_rounds(n - 1)) for n in range(1, 8)] == [1, 1, 2, 2, 3, 3, 3]


def test_canary_the_greedy_witness_is_minimal() -> None:
    """Without any one of its strings the witness is none: so the statement can hold, too."""
    for out in GREEDY:
        fewer = tuple(string for string in GREEDY if string != out)
        assert round_subsets.greedy_rounds(fewer) == least_rounds(uniform_on(fewer))


# --- planted errors ----------------------------------------------------------------------------


def red(job: str, claim: str) -> set[str]:
    """The roads of a claim's rows that a job now refutes."""
    (wanted,) = (c for c in CLAIMS if c.id == claim)
    (sweep,) = (j for j in JOBS if j.id == job)
    assert isinstance(sweep, SweepJob)
    refuted = {name for name, c in found(sweep).items() if c.verdict is Verdict.REFUTED}
    return _roads(wanted, job) & refuted


def _roads(claim: Claim, job: str) -> set[str]:
    return {road.statement for row in claim.rows for road in row.roads if road.job == job}


def stating(change: Callable[[RoundCase], RoundCase]) -> Callable[[str, list[RoundCase]], set[str]]:
    def refuted(name: str, cases: list[RoundCase]) -> set[str]:
        checked = check_sweep(cases_sweep(name, [change(case) for case in cases]))
        return {key for key, c in checked.items() if c.verdict is Verdict.REFUTED}

    return refuted


@pytest.mark.parametrize("job", [name for name in CASES if not name.endswith("dropped")])
@pytest.mark.parametrize("off", [-1, 1])
def test_canary_another_number_is_refuted_on_every_road(job: str, off: int) -> None:
    cases = [case for case in CASES[job](Profile.QUICK) if len(case.name) < 6][:8]
    refuted = stating(lambda case: replace(case, stated=case.stated + off))(job, cases)
    assert {f"rounds of {case.group}, by certificates" for case in cases} <= refuted


def test_canary_a_dynamic_program_that_is_off_by_one_disagrees_with_the_policies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def off(law: Law[State], reals: Reals = Reals.UNRESTRICTED) -> int | None:
        least = least_rounds(law, reals)
        return least if least in (None, 1) else least - 1

    monkeypatch.setattr(round_subsets, "least_rounds", off)
    assert red("rounds-few-strings", "ROUNDS-EVENTS") == {
        round_subsets.AGREE,
        round_subsets.AGREE_CERTIFIED,
    }


def test_canary_a_test_of_independence_that_always_says_yes_turns_the_definition_red(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def always(_: object) -> bool:
        return True

    monkeypatch.setattr("dlmcheck.spec.rounds.is_product", always)
    assert "rounds of fixed-weight, by definition" in red("rounds-weight", "ROUNDS-WEIGHT")
    refuted = {
        name
        for name, c in check_sweep(five_sweep(Profile.QUICK)).items()
        if c.verdict is Verdict.REFUTED
    }
    assert refuted == {name for name in five_sweep(Profile.QUICK).properties if "engine" in name}


def test_canary_the_specification_is_asked_where_it_is_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(round_cases, "DEFINED_CELLS", 0)
    checked = check_sweep(
        cases_sweep("weights", round_families.CASES["rounds-weight"](Profile.QUICK))
    )
    assert checked["rounds of fixed-weight, by definition"].verdict is Verdict.VACUOUS
