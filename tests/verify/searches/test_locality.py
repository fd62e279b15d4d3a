"""Least rounds of local write-once samplers of even parity: encodings, decoding, canaries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.locality import (
    FAIR,
    LocalPolicy,
    Question,
    Reading,
    Rule,
    read_question,
)
from dlmcheck.verify.searches.locality_brute import least_tokens
from dlmcheck.verify.searches.locality_last import LastCellEncoding
from dlmcheck.verify.searches.locality_schedules import (
    at_round,
    objection,
    schedule_of,
    tokens_read,
)
from dlmcheck.verify.searches.locality_search import (
    CADICAL,
    GLUCOSE,
    Encoder,
    Engine,
    answer,
    ask_solver,
)
from dlmcheck.verify.searches.locality_states import StateEncoding
from dlmcheck.verify.searches.locality_traces import TraceEncoding
from dlmcheck.verify.searches.propositional import Model, Refutation, check_refutation


def traces_plain(question: Question) -> TraceEncoding:
    return TraceEncoding(question, symmetry=False)


def states_plain(question: Question) -> StateEncoding:
    return StateEncoding(question, symmetry=False)


def last_plain(question: Question) -> LastCellEncoding:
    return LastCellEncoding(question, symmetry=False)


ENCODERS: tuple[Encoder, ...] = (
    TraceEncoding,
    StateEncoding,
    LastCellEncoding,
    traces_plain,
    states_plain,
    last_plain,
)


def exists(question: Question, encoder: Encoder = TraceEncoding) -> bool:
    return answer(question, encoder, with_proof=False).sampler is not None


@cache
def by_brute_force(n: int, rounds: int) -> dict[Reading, int | None]:
    return least_tokens(n, rounds)


# --- the answers ---


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_encodings_agree_with_all_policies_one_by_one(n: int, encoder: Encoder) -> None:
    for rounds, reading in product((1, 2, 3), Reading):
        found = [k for k in range(n) if exists(Question(n, k, rounds, reading), encoder)]
        assert min(found, default=None) == by_brute_force(n, rounds)[reading]
        assert found == list(range(min(found, default=n), n)), "more tokens cannot hurt"


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("tokens", [0, 1, 2, 3])
def test_encodings_agree_for_four_cells(tokens: int, reading: Reading) -> None:
    # More tokens need fewer rounds; beyond the least number nothing new is asked.
    for rounds in range(1, 6 if tokens == 1 else 4):
        question = Question(4, tokens, rounds, reading)
        assert len({exists(question, encoder) for encoder in ENCODERS}) == 1, str(question)


@pytest.mark.parametrize("reading", Reading)
def test_solvers_agree_on_odd_strings_too(reading: Reading) -> None:
    """Flipping one bit turns even strings into odd ones and changes no locality."""
    for n, tokens, rounds in ((3, 1, 2), (3, 1, 3), (4, 1, 4), (4, 2, 2), (4, 2, 3)):
        even = Question(n, tokens, rounds, reading)
        odd = replace(even, parity=1)
        assert len({exists(q, e) for q in (even, odd) for e in ENCODERS[:3]}) == 1
        assert exists(even) == (answer(even, engine=GLUCOSE).sampler is not None)


def test_more_rounds_and_fewer_cells_are_easier() -> None:
    for reading in Reading:
        grid = {
            (n, k, d): exists(Question(n, k, d, reading))
            for n in (2, 3, 4)
            for k in (1, 2)
            for d in (1, 2, 3, 4)
        }
        for (n, k, d), yes in grid.items():
            if yes:
                assert grid.get((n, k, d + 1), True)
                # With a clock: a cell that round 1 writes may be taken to be 0, and dropped.
                assert not reading.has_clock or grid.get((n - 1, k, d), True)
                bound = least_rounds(n, k)
                assert bound is not None
                assert d >= bound


def test_one_set_for_all_rounds_is_not_one_set_per_round() -> None:
    found = answer(Question(4, 1, 4, Reading.PER_ROUND)).sampler
    assert found is not None
    assert tokens_read(found, Reading.PER_ROUND) == 1
    assert tokens_read(found, Reading.ONE_SET) > 1
    assert "wires" in objection(found, Question(4, 1, 4, Reading.ONE_SET))
    assert answer(Question(4, 1, 4, Reading.ONE_SET)).sampler is None
    frozen = at_round(found, 2)
    assert frozen.clock_bits == 0
    assert tokens_read(frozen, Reading.STATE_ONLY, by_behaviour=True) <= 1


# --- canaries: each condition of an encoding is needed ---


@pytest.mark.parametrize(
    ("part", "question"),
    [
        ("progress", Question(4, 1, 3, Reading.ONE_SET)),
        ("one cell is left for last", Question(3, 2, 1, Reading.ONE_SET)),
        ("F is local", Question(4, 1, 3, Reading.PER_ROUND)),
        ("p is local", Question(4, 1, 2, Reading.PER_ROUND)),
    ],
)
def test_traces_without_a_condition_give_no_sampler(part: str, question: Question) -> None:
    encoding = TraceEncoding(question)
    assert not isinstance(ask_solver(encoding.formula, CADICAL, with_proof=True), Model)
    found = ask_solver(encoding.formula.without(part), CADICAL, with_proof=False)
    assert isinstance(found, Model), "dropping the condition must matter"
    assert objection(schedule_of(encoding.policy(found)), question) != ""


@pytest.mark.parametrize(
    ("part", "question"),
    [
        ("only strings of the target", Question(3, 1, 1, Reading.ONE_SET)),
        ("one certain choice on each trace", Question(3, 1, 1, Reading.ONE_SET)),
        ("at most k cells matter", Question(4, 1, 2, Reading.PER_ROUND)),
        ("reached states", Question(3, 1, 1, Reading.PER_ROUND)),
    ],
)
def test_states_without_a_condition_give_no_sampler(part: str, question: Question) -> None:
    encoding = StateEncoding(question)
    assert ask_solver(encoding.formula, CADICAL, with_proof=False) is None
    found = ask_solver(encoding.formula.without(part), CADICAL, with_proof=False)
    assert isinstance(found, Model), "dropping the condition must matter"
    assert objection(schedule_of(encoding.policy(found)), question) != ""


def test_a_part_that_does_not_exist() -> None:
    with pytest.raises(BadInput, match="no part"):
        TraceEncoding(Question(2, 1, 2, Reading.ONE_SET)).formula.without("nothing")


# --- canaries: samplers and refutations that are none ---


def _changed(rule: Rule, content: tuple[int, ...], value: int) -> Rule:
    return Rule(rule.reads, {**rule.table, content: value}, rule.default)


@pytest.mark.parametrize("reading", Reading)
def test_every_reached_entry_of_a_sampler_matters(reading: Reading) -> None:
    """Whatever entry of a table is changed: the law breaks, or no reached state looks there."""
    question = Question(3, 2, 2, reading)
    encoding = TraceEncoding(question)
    model = ask_solver(encoding.formula, CADICAL, with_proof=False)
    assert isinstance(model, Model)
    policy = encoding.policy(model)
    assert objection(schedule_of(policy), question) == ""
    reasons: list[str] = []
    for place, rule in policy.write.items():
        for content in product((0, 1), repeat=len(rule.reads)):
            other = {0: 1, 1: 0, FAIR: 0}[rule.table.get(content, rule.default)]
            write = {**policy.write, place: _changed(rule, content, other)}
            changed = LocalPolicy(question, policy.select, write)
            reasons.append(objection(schedule_of(changed), question))
    assert sum("law" in reason for reason in reasons) >= 4


def test_objections_name_what_is_wrong() -> None:
    question = Question(3, 2, 2, Reading.ONE_SET)
    found = answer(question).sampler
    assert found is not None
    assert objection(found, question) == ""
    assert "not L = n" in objection(found, Question(4, 2, 2, Reading.ONE_SET))
    assert "2 rounds" in objection(found, Question(3, 2, 3, Reading.ONE_SET))
    assert "another clock" in objection(found, Question(3, 2, 2, Reading.STATE_ONLY))
    assert "2 tokens" in objection(found, Question(3, 1, 2, Reading.ONE_SET))
    assert "another law" in objection(found, replace(question, parity=1))


def test_a_model_that_is_no_sampler_is_rejected() -> None:
    """An encoder that forgets a condition is found out by running what it finds."""

    def forgetful(question: Question) -> TraceEncoding:
        encoding = TraceEncoding(question)
        kept = encoding.formula.without("p is local")
        encoding.formula.clauses = kept.clauses
        return encoding

    with pytest.raises(Rejected, match="no such sampler"):
        answer(Question(4, 1, 2, Reading.PER_ROUND), forgetful)


@pytest.mark.parametrize("solver", [CADICAL, GLUCOSE])
def test_refutations_are_gone_through(solver: Engine) -> None:
    encoding = TraceEncoding(Question(4, 1, 3, Reading.PER_ROUND))
    proof = ask_solver(encoding.formula, solver, with_proof=True)
    assert isinstance(proof, Refutation)
    assert check_refutation(encoding.formula.clauses, proof) > 0
    weaker = encoding.formula.without("p is local")
    with pytest.raises(Rejected, match="does not follow"):
        check_refutation(weaker.clauses, proof)
    with pytest.raises(Rejected, match="does not"):
        check_refutation(encoding.formula.clauses, Refutation(((),)))


# --- questions ---


@pytest.mark.parametrize("reading", Reading)
def test_questions_are_read_back(reading: Reading) -> None:
    question = Question(5, 2, 3, reading)
    assert read_question(str(question)) == question


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one-set",
        "one-set n=3 k=1",
        "one-set n=03 k=1 D=2",
        "two-sets n=3 k=1 D=2",
        "one-set n=0 k=1 D=2",
        "one-set n=3 k=1 D=2 odd",
        "one-set n=3 k=1 D=2 ",
    ],
)
def test_what_is_no_question_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_question(text)


@pytest.mark.parametrize(("n", "tokens", "rounds"), [(0, 1, 1), (3, -1, 1), (3, 1, 0)])
def test_numbers_out_of_range(n: int, tokens: int, rounds: int) -> None:
    with pytest.raises(BadInput):
        Question(n, tokens, rounds, Reading.ONE_SET)


def test_brute_force_is_for_three_cells() -> None:
    with pytest.raises(BadInput):
        least_tokens(4, 2)
