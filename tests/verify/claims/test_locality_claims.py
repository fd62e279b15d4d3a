"""The table of least rounds as a claim: wrong entries are found out, trust is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.claims.locality_ablations import DROPPED, Dropped, takes_as_long
from dlmcheck.verify.claims.locality_entries import ENTRIES, Entry, table_text
from dlmcheck.verify.claims.locality_rounds import (
    ENOUGH,
    TOO_FEW,
    enough,
    three_domain,
    too_few,
)
from dlmcheck.verify.claims.locality_table import CLAIM, JOBS, TrustingJob, on_word, table_sweep
from dlmcheck.verify.claims.registry import Profile, Registry, SweepJob
from dlmcheck.verify.kernel.evidence import Exhaustive, SolverAnswer, Witness
from dlmcheck.verify.kernel.local_policy import LocalPolicy, check_policy
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import (
    HOLDS,
    NOT_MET,
    Sweep,
    check_sweep,
    check_witness,
    run_part,
)
from dlmcheck.verify.kernel.trusted import on_the_word_of
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_search import (
    CADICAL,
    Answer,
    answer,
    certified_answer,
)
from dlmcheck.verify.searches.locality_states import StateEncoding
from dlmcheck.verify.searches.locality_three import three_round_policy
from dlmcheck.verify.searches.locality_traces import TraceEncoding

NOTE = Path(__file__).parents[3] / "proofs_notes" / "T4.5-LOCAL.md"
RIGHT = Entry(Reading.ONE_SET, 3, 1, 3, 3)


def test_the_claim_fits_its_jobs() -> None:
    registry = Registry((CLAIM,), JOBS)
    assert all(row.roads for row in registry.rows)
    assert len({entry.slug for entry in ENTRIES}) == len(ENTRIES)


ASKED: tuple[Callable[[Question], Answer], ...] = (
    certified_answer,
    on_word(TraceEncoding),
    on_word(StateEncoding),
)


@pytest.mark.parametrize("ask", ASKED)
def test_a_right_entry(ask: Callable[[Question], Answer]) -> None:
    sweep = table_sweep([RIGHT], ask)
    result = check_sweep(sweep)[RIGHT.statement]
    assert result.verdict is Verdict.BOUNDED
    assert isinstance(result.evidence, Exhaustive)
    assert result.evidence.met == 2


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        (2, 2, "one-set n=3 k=1 D=2: no sampler"),
        (4, 4, "one-set n=3 k=1 D=3: a sampler was found and run"),
        (1, 2, "one-set n=3 k=1 D=2: no sampler"),
        (1, None, "one-set n=3 k=1 D=3: a sampler was found and run"),
    ],
)
def test_a_wrong_entry_is_refuted(
    low: int, high: int | None, reason: str, ask: Callable[[Question], Answer]
) -> None:
    wrong = replace(RIGHT, low=low, high=high)
    sweep = table_sweep([wrong], ask)
    result = check_sweep(sweep)[wrong.statement]
    assert result.verdict is Verdict.REFUTED
    assert isinstance(result.evidence, Witness)
    assert result.evidence.reason == reason
    assert check_witness(sweep, result.evidence).verdict is Verdict.REFUTED


def test_trust_is_named() -> None:
    inner = SweepJob("small", lambda _: table_sweep([RIGHT], on_word(StateEncoding)), split=1)
    job = TrustingJob(inner, CADICAL, {RIGHT.statement: 1})
    part = job.run(Profile.QUICK, 0, lambda _: None)
    result = job.conclude(Profile.QUICK, [part])[RIGHT.statement]
    assert result.verdict is Verdict.BOUNDED
    assert result.evidence == SolverAnswer("CaDiCaL", "1.9.5", 1)


def test_trust_makes_nothing_of_a_refuted_statement() -> None:
    wrong = replace(RIGHT, low=4, high=4)
    checked = check_sweep(table_sweep([wrong], on_word(TraceEncoding)))
    refuted = checked[wrong.statement]
    assert on_the_word_of(refuted, "CaDiCaL", "1.9.5", 1) is refuted


def test_nobody_was_trusted() -> None:
    sweep = table_sweep([RIGHT], certified_answer)
    result = check_sweep(sweep)[RIGHT.statement]
    with pytest.raises(ValueError, match="on trust"):
        on_the_word_of(result, "Glucose", "4.1", 0)


def test_parts_of_the_quick_table_belong_to_one_domain() -> None:
    job = JOBS[0]
    assert isinstance(job, SweepJob)
    sweep = job.make(Profile.QUICK)
    assert sweep.domain.count == len(list(sweep.domain.members()))
    assert run_part(sweep, 0, sweep.domain.count).met != {}


def test_entries_obey_the_cone_bound_and_each_other() -> None:
    known = {(e.reading, e.n, e.tokens): e for e in ENTRIES}
    for entry in ENTRIES:
        bound = least_rounds(entry.n, entry.tokens)
        assert bound is not None
        assert entry.high is None or entry.high >= bound
        easier = known.get((Reading.PER_ROUND, entry.n, entry.tokens))
        if easier is not None and entry.high is not None:
            assert easier.low <= entry.high, "the weakest reading needs the fewest rounds"


def test_where_the_cone_bound_is_not_met() -> None:
    """As the note says, for one set of cells per round."""
    above = [
        (e.n, e.tokens)
        for e in ENTRIES
        if e.reading is Reading.PER_ROUND and e.low > (least_rounds(e.n, e.tokens) or 0)
    ]
    assert sorted(above) == [
        *((4, 1), (5, 1), (6, 1)),
        *((6, 2), (7, 2), (8, 2), (8, 3), (9, 2), (9, 3)),
    ]


# --- three rounds ---


def test_three_rounds_up_to_five_cells() -> None:
    sweep = Sweep(three_domain(5), lambda pair: pair, {ENOUGH: enough, TOO_FEW: too_few()})
    found = check_sweep(sweep)
    met: list[int] = []
    for statement in (ENOUGH, TOO_FEW):
        evidence = found[statement].evidence
        assert found[statement].verdict is Verdict.BOUNDED
        assert isinstance(evidence, Exhaustive)
        met.append(evidence.met)
    assert met == [7, 2]


def test_a_bound_that_is_too_small_is_found_out() -> None:
    """Canary: with 2k in place of 2k + 1 a sampler contradicts the row."""
    sweep = Sweep(three_domain(5), lambda pair: pair, {TOO_FEW: too_few(lambda k: 2 * k)})
    result = check_sweep(sweep)[TOO_FEW]
    assert result.verdict is Verdict.REFUTED
    assert isinstance(result.evidence, Witness)
    assert result.evidence.reason == "set-per-round n=3 k=1 D=3: a sampler was found and run"


def test_a_sampler_for_three_rounds_has_too_many_cells() -> None:
    """Canary: what is read with one token less is too much."""
    with pytest.raises(BadInput, match="3 <= n <= 2k"):
        three_round_policy(6, 2)
    with pytest.raises(BadInput, match="a clock"):
        three_round_policy(3, 2, Reading.STATE_ONLY)
    found = three_round_policy(5, 2)
    tight = LocalPolicy(Question(5, 1, 3, Reading.PER_ROUND), found.select, found.write)
    with pytest.raises(Rejected, match="reads 2 tokens"):
        check_policy(tight)


def test_pairs_are_read_back() -> None:
    domain = three_domain(4)
    assert [domain.read(domain.write(pair)) for pair in domain.members()] == list(domain.members())
    with pytest.raises(BadInput, match="no pair"):
        domain.read("n=3")


# --- the rest of the claim ---


@pytest.mark.parametrize("dropped", DROPPED, ids=lambda d: d.hypothesis)
def test_without_a_hypothesis_there_is_a_faster_sampler(dropped: Dropped) -> None:
    outcome = takes_as_long(dropped, dropped.make)(4)
    assert outcome.failure is not None
    assert "n = 4: 2 rounds" in outcome.failure
    # A sampler that keeps the hypothesis is not faster; one of something else does not count.
    found = answer(Question(4, 2, 3, Reading.PER_ROUND)).sampler
    assert found is not None
    assert takes_as_long(replace(dropped, tokens=None), lambda _: found)(4) == HOLDS
    assert takes_as_long(dropped, lambda _: dropped.make(3))(4) == NOT_MET


def test_every_hypothesis_is_dropped_once() -> None:
    dropped = [row.dropped for row in CLAIM.rows if row.dropped is not None]
    assert sorted(dropped) == sorted(CLAIM.hypotheses)


def test_the_note_has_the_table_as_it_is_claimed() -> None:
    assert table_text() in NOTE.read_text("utf-8")
