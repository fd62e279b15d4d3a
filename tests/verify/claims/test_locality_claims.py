"""The table of least rounds as a claim: wrong entries are found out, trust is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.verify.claims.locality_ablations import DROPPED, Dropped, takes_as_long
from dlmcheck.verify.claims.locality_entries import ENTRIES, Entry, table_text
from dlmcheck.verify.claims.locality_table import CLAIM, JOBS, TrustingJob, table_sweep
from dlmcheck.verify.claims.registry import Profile, Registry, SweepJob
from dlmcheck.verify.kernel.evidence import Exhaustive, SolverAnswer, Witness
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, check_sweep, check_witness, run_part
from dlmcheck.verify.kernel.trusted import on_the_word_of
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_search import CADICAL, GLUCOSE, Encoder, answer
from dlmcheck.verify.searches.locality_states import StateEncoding
from dlmcheck.verify.searches.locality_traces import TraceEncoding

NOTE = Path(__file__).parents[3] / "proofs_notes" / "T4.5-LOCAL.md"
RIGHT = Entry(Reading.ONE_SET, 3, 1, 3, 3)


def test_the_claim_fits_its_jobs() -> None:
    registry = Registry((CLAIM,), JOBS)
    assert all(row.roads for row in registry.rows)
    assert len({entry.slug for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("encoder", [TraceEncoding, StateEncoding])
def test_a_right_entry(encoder: Encoder) -> None:
    sweep = table_sweep([RIGHT], encoder, GLUCOSE, with_proof=True)
    result = check_sweep(sweep)[RIGHT.statement]
    assert result.verdict is Verdict.BOUNDED
    assert isinstance(result.evidence, Exhaustive)
    assert result.evidence.met == 2


@pytest.mark.parametrize("encoder", [TraceEncoding, StateEncoding])
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
    low: int, high: int | None, reason: str, encoder: Encoder
) -> None:
    wrong = replace(RIGHT, low=low, high=high)
    sweep = table_sweep([wrong], encoder, CADICAL, with_proof=False)
    result = check_sweep(sweep)[wrong.statement]
    assert result.verdict is Verdict.REFUTED
    assert isinstance(result.evidence, Witness)
    assert result.evidence.reason == reason
    assert check_witness(sweep, result.evidence).verdict is Verdict.REFUTED


def test_trust_is_named() -> None:
    inner = SweepJob(
        "small", lambda _: table_sweep([RIGHT], StateEncoding, CADICAL, with_proof=False), split=1
    )
    job = TrustingJob(inner, CADICAL, {RIGHT.statement: 1})
    part = job.run(Profile.QUICK, 0, lambda _: None)
    result = job.conclude(Profile.QUICK, [part])[RIGHT.statement]
    assert result.verdict is Verdict.BOUNDED
    assert result.evidence == SolverAnswer("CaDiCaL", "1.9.5", 1)


def test_trust_makes_nothing_of_a_refuted_statement() -> None:
    wrong = replace(RIGHT, low=4, high=4)
    checked = check_sweep(table_sweep([wrong], TraceEncoding, CADICAL, with_proof=False))
    refuted = checked[wrong.statement]
    assert on_the_word_of(refuted, "CaDiCaL", "1.9.5", 1) is refuted


def test_nobody_was_trusted() -> None:
    sweep = table_sweep([RIGHT], TraceEncoding, GLUCOSE, with_proof=True)
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
    assert sorted(above) == [(4, 1), (5, 1), (6, 1), (6, 2), (7, 2)]


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
