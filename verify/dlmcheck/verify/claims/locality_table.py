"""The least number of rounds for even parity at each locality, n <= 9, as a table of rows.

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, and searches reported
in the public follow-up notes. Write-once, L = n, F deterministic, every p_i and F_i reading at most
k tokens: for each reading of "reads k tokens" and each (n, k) the least D (`locality_entries`).
The upper end of a row is a sampler that is run; the lower end is a refutation of one round less.
Two roads: one encoding whose refutations the kernel checks, another one with the solver's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.model.reductions.cones import check_cones, least_rounds
from dlmcheck.model.reductions.parity_recogniser import support_recogniser
from dlmcheck.spec.lattice import Clock, Point, PredictorClass, Reals, Unmasking
from dlmcheck.verify.claims.locality_ablations import ABLATION_JOB, ROWS
from dlmcheck.verify.claims.locality_entries import ENTRIES, Entry
from dlmcheck.verify.claims.locality_rounds import THREE_JOB, THREE_ROWS
from dlmcheck.verify.claims.registry import Claim, Job, Profile, Progress, Road, Row, SweepJob
from dlmcheck.verify.engines.cointables import evaluate_columns
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.kernel.trusted import on_the_word_of
from dlmcheck.verify.searches.locality import Question, Reading, read_question
from dlmcheck.verify.searches.locality_last import LastCellEncoding
from dlmcheck.verify.searches.locality_refute import certificate
from dlmcheck.verify.searches.locality_search import (
    CADICAL,
    Answer,
    Encoder,
    Engine,
    answer,
    certified_answer,
)
from dlmcheck.verify.searches.locality_states import StateEncoding
from dlmcheck.verify.searches.locality_traces import TraceEncoding

SOURCE = "Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, locality form"


# --- the table ---------------------------------------------------------------------------------


def questions_domain(name: str, questions: Sequence[Question]) -> Domain[Question]:
    """Questions as a domain; the count is that of different (reading, n, k, D)."""
    different = {(q.reading, q.n, q.tokens, q.rounds) for q in questions}
    return Domain(
        name,
        len(different),
        lambda: questions,
        lambda question: question in questions,
        str,
        read_question,
    )


@dataclass(frozen=True)
class Asked:
    """A question with its answer."""

    question: Question
    answer: Answer


def agrees(entry: Entry) -> Callable[[Asked], Outcome]:
    """The answers are those that the entry states."""

    def holds(asked: Asked) -> Outcome:
        question, found = asked.question, asked.answer.sampler
        if question not in entry.questions:
            return NOT_MET
        yes = entry.high is not None and question.rounds >= entry.high
        if yes == (found is not None):
            return HOLDS
        return fails(f"{question}: {'no sampler' if yes else 'a sampler was found and run'}")

    return holds


def _goes(starts: Profile | None, profile: Profile) -> bool:
    order = list(Profile)
    return starts is not None and order.index(starts) <= order.index(profile)


def table_sweep(
    entries: Sequence[Entry], ask: Callable[[Question], Answer]
) -> Sweep[Question, Asked]:
    """All questions of some entries, each answered once."""
    questions = [question for entry in entries for question in entry.questions]
    return Sweep(
        questions_domain("questions on local samplers of even parity", questions),
        lambda q: Asked(q, ask(q)),
        {entry.statement: agrees(entry) for entry in entries},
    )


def on_word(encoder: Encoder) -> Callable[[Question], Answer]:
    """Answers with the solver's word for a no."""
    return lambda question: answer(question, encoder, CADICAL, with_proof=False)


def _with_proof(profile: Profile) -> Sweep[Question, Asked]:
    return table_sweep([e for e in ENTRIES if _goes(e.proof, profile)], certified_answer)


def _certificates(_: Profile, statement: str) -> Iterator[tuple[str, str]]:
    """The answers that an entry rests on, each as a certificate."""
    for entry in ENTRIES:
        if entry.statement == statement:
            for question in entry.questions:
                yield f"D{question.rounds}", certificate(question)


def _on_trust(profile: Profile) -> Sweep[Question, Asked]:
    entries = [e for e in ENTRIES if _goes(e.word, profile) and not e.word_on_traces]
    return table_sweep(entries, on_word(StateEncoding))


def _traces_on_trust(profile: Profile) -> Sweep[Question, Asked]:
    entries = [e for e in ENTRIES if _goes(e.word, profile) and e.word_on_traces]
    return table_sweep(entries, on_word(TraceEncoding))


@dataclass(frozen=True)
class TrustingJob:
    """A sweep in which the solver's "no" is taken on trust: the evidence says so."""

    inner: SweepJob
    engine: Engine
    queries: Mapping[str, int]
    """Per statement, how many answers are taken on trust."""

    @property
    def id(self) -> str:
        """See `Job`."""
        return self.inner.id

    def parts(self, profile: Profile) -> int:
        """See `Job`."""
        return self.inner.parts(profile)

    def run(self, profile: Profile, part: int, progress: Progress) -> object:
        """See `Job`."""
        return self.inner.run(profile, part, progress)

    def conclude(self, profile: Profile, parts: Sequence[object]) -> Mapping[str, Checked]:
        """See `Job`."""
        return {
            name: on_the_word_of(checked, self.engine.says, self.engine.version, self.queries[name])
            for name, checked in self.inner.conclude(profile, parts).items()
        }


# --- what the samplers found must obey ---------------------------------------------------------

REDUCED = "the recogniser built from the sampler found computes parity"
CONES = "in the sampler found some check reads all n cells, and D >= 1 + ceil(log_(k+1) n)"
LARGEST_FOUND = {Profile.QUICK: 5, Profile.FULL: 6, Profile.DEEP: 6}


def _recognises(asked: Asked) -> Outcome:
    schedule, n = asked.answer.sampler, asked.question.n
    if schedule is None:
        return fails(f"{asked.question}: no sampler")
    circuit = support_recogniser(schedule).circuit
    count = 1 << n
    inputs = [sum((s >> i & 1) << s for s in range(count)) for i in range(n)]
    (column,) = evaluate_columns(circuit, inputs, (1 << count) - 1)
    if any((column >> s & 1) != (s.bit_count() % 2 == 0) for s in range(count)):
        return fails(f"{asked.question}: the recogniser is no parity")
    return HOLDS


def _obeys_cones(asked: Asked) -> Outcome:
    schedule, q = asked.answer.sampler, asked.question
    if schedule is None:
        return fails(f"{q}: no sampler")
    widest = max(len(cone.cells) for cone in check_cones(schedule))
    if widest < q.n:
        return fails(f"{q}: no check can read more than {widest} cells")
    least = least_rounds(q.n, q.tokens)
    if least is None or q.rounds < least:
        return fails(f"{q}: the bound is {least}")
    return HOLDS


def _found(profile: Profile) -> Sweep[Question, Asked]:
    questions = [
        Question(e.n, e.tokens, e.high, e.reading)
        for e in ENTRIES
        if e.high is not None
        and e.n <= LARGEST_FOUND[profile]
        and (_goes(e.word, profile) or _goes(e.proof, profile))
    ]
    return Sweep(
        questions_domain("entries of the table with a sampler", questions),
        lambda q: Asked(q, answer(q, LastCellEncoding, CADICAL, with_proof=False)),
        {REDUCED: _recognises, CONES: _obeys_cones},
    )


# --- rows --------------------------------------------------------------------------------------


def _row(entry: Entry) -> Row:
    clock = "round number known" if entry.reading.has_clock else "state only"
    sets = {
        Reading.PER_ROUND: "each part reading at most k tokens in each round",
        Reading.ONE_SET: "each part reading at most k tokens, the same ones in all rounds",
        Reading.STATE_ONLY: "each part reading at most k tokens",
    }[entry.reading]
    roads: list[Road] = []
    if entry.proof is not None:
        engine = f"{LastCellEncoding.name}, {CADICAL.says}, refutation checked by the kernel"
        roads.append(Road("locality-proofs", entry.statement, engine, entry.proof))
    if entry.word is not None:
        name = TraceEncoding.name if entry.word_on_traces else StateEncoding.name
        job = "locality-word-traces" if entry.word_on_traces else "locality-word"
        engine = f"{name}, {CADICAL.says} {CADICAL.version} trusted for its no"
        roads.append(Road(job, entry.statement, engine, entry.word))
    bound = least_rounds(entry.n, entry.tokens)
    what = entry.statement.partition(": ")[2]
    return Row(
        "T4.5-LOCAL",
        entry.slug,
        f"D_{entry.n}, k = {entry.tokens}, write-once, L = n, F deterministic, {clock}, {sets}: "
        f"{what} (cone bound {bound})",
        tuple(roads),
        Point(
            unmasking=Unmasking.DETERMINISTIC,
            clock=Clock.ROUND_NUMBER if entry.reading.has_clock else Clock.STATE_ONLY,
            scratch=0,
            predictor=PredictorClass(Reals.UNRESTRICTED, entry.tokens),
        ),
        ("rigidity and monotonicity in D (note T4.5-LOCAL)",),
    )


CLAIM = Claim(
    "T4.5-LOCAL",
    "the least number of rounds for even parity, write-once, at locality k",
    SOURCE,
    ("write-once", "L=n", "deterministic-F", "weak-predictor"),
    "T4.5-LOCAL",
    (
        *(_row(entry) for entry in ENTRIES),
        Row(
            "T4.5-LOCAL",
            "reduction",
            f"for every entry: {REDUCED}",
            (Road("locality-found", REDUCED, "truth tables"),),
        ),
        Row(
            "T4.5-LOCAL",
            "cones",
            f"for every entry: {CONES}",
            (Road("locality-found", CONES, "wires of the sampler's circuits"),),
        ),
        *THREE_ROWS,
        *ROWS,
    ),
)

QUERIES = {e.statement: len(e.questions) - (e.high is not None) for e in ENTRIES}

JOBS: tuple[Job, ...] = (
    SweepJob("locality-proofs", _with_proof, certificates=_certificates),
    TrustingJob(SweepJob("locality-word", _on_trust), CADICAL, QUERIES),
    TrustingJob(SweepJob("locality-word-traces", _traces_on_trust), CADICAL, QUERIES),
    SweepJob("locality-found", _found, split=1),
    THREE_JOB,
    ABLATION_JOB,
)
