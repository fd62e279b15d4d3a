"""Local samplers of any law: against even parity, the dynamic program, and forged certificates."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, product_law, uniform
from dlmcheck.spec.rounds import least_rounds_by_state
from dlmcheck.spec.tokens import State, all_masked
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_brute import least_tokens
from dlmcheck.verify.searches.locality_search import answer
from dlmcheck.verify.searches.locality_targets import Decided, decide_target

REAL, DYADIC = Reals.UNRESTRICTED, Reals.DYADIC
ONE_HOT: Law[State] = uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)])


def exists(target: Law[State], question: Question, reals: Reals = REAL) -> bool:
    found = decide_target(target, question, reals)
    checked = check_certificate(Document.parse(found.certificate, "file"))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement.endswith(": no sampler" if found.policy is None else ": a sampler")
    return found.policy is not None


# --- the answers ---


@pytest.mark.parametrize("reals", Reals)
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_even_parity_up_to_three_cells(n: int, reading: Reading, reals: Reals) -> None:
    """As all policies one by one; dyadic and real predictors need the same rounds."""
    for rounds in (1, 2, 3):
        least = least_tokens(n, rounds)[reading] if n < 3 or rounds < 3 else None
        for tokens in range(n):
            question = Question(n, tokens, rounds, reading)
            found = exists(uniform(question.strings()), question, reals)
            if n < 3 or rounds < 3:
                assert found == (least is not None and least <= tokens)
            assert found == (answer(question, with_proof=False).sampler is not None)


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(("tokens", "rounds"), [(1, 3), (1, 4), (2, 2), (2, 3), (3, 1), (3, 2)])
def test_even_parity_of_four_cells(tokens: int, rounds: int, reading: Reading) -> None:
    question = Question(4, tokens, rounds, reading)
    found = answer(question, with_proof=False).sampler is not None
    assert exists(uniform(question.strings()), question) == found


def test_certificates_name_the_law() -> None:
    found = refutation()
    assert check_certificate(Document.parse(found.certificate, "file")).statement == (
        "state-only n=3 k=2 D=2, law 001: 1/3, 010: 1/3, 100: 1/3, unrestricted predictors: "
        "no sampler"
    )
    question = Question(4, 3, 4, Reading.STATE_ONLY)
    long = decide_target(uniform([*question.strings(), (0, 0, 0, 1)]), question, REAL)
    named = check_certificate(Document.parse(long.certificate, "file")).statement
    assert named.startswith("state-only n=4 k=3 D=4, law on 9 strings, ")


def test_one_hot_strings() -> None:
    """In n rounds with real predictors, and never with dyadic ones."""
    for reading in Reading:
        assert not exists(ONE_HOT, Question(3, 2, 2, reading))
        assert exists(ONE_HOT, Question(3, 2, 3, reading))
        for rounds in (3, 4):
            assert not exists(ONE_HOT, Question(3, 2, rounds, reading), DYADIC)
    # The last cell has to know of both others. A set per round does not help.
    assert not exists(ONE_HOT, Question(3, 1, 4, Reading.STATE_ONLY))


def test_a_product_law_takes_one_round_and_no_token() -> None:
    third = Law({0: Fraction(2, 3), 1: Fraction(1, 3)})
    target: Law[State] = product_law([third, uniform([0, 1]), third])
    assert exists(target, Question(3, 0, 1, Reading.STATE_ONLY))
    assert not exists(target, Question(3, 2, 3, Reading.ONE_SET), DYADIC)


@st.composite
def _laws(draw: st.DrawFn) -> Law[State]:
    strings = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    weights = draw(st.lists(st.integers(0, 3), min_size=8, max_size=8).filter(any))
    total = sum(weights)
    return Law(
        {z: Fraction(weight, total) for z, weight in zip(strings, weights, strict=True) if weight}
    )


@settings(max_examples=40, deadline=None)
@given(_laws(), st.sampled_from(list(Reals)))
def test_all_tokens_read_is_the_dynamic_program(target: Law[State], reals: Reals) -> None:
    """Where a part may read all other cells, nothing but the round complexity is left."""
    least = least_rounds_by_state(target, reals)[all_masked(3)]
    for rounds in (1, 2, 3):
        enough = least is not None and least <= rounds
        assert exists(target, Question(3, 2, rounds, Reading.STATE_ONLY), reals) == enough


# --- rejected ---


def sampler() -> Decided:
    return decide_target(ONE_HOT, Question(3, 2, 3, Reading.STATE_ONLY), REAL)


def refutation() -> Decided:
    return decide_target(ONE_HOT, Question(3, 2, 2, Reading.STATE_ONLY), REAL)


def forged(found: Decided, change: Callable[[dict[str, Any]], object]) -> Document:
    raw = json.loads(found.certificate)
    change(raw)
    return Document.parse(json.dumps(raw), "file")


def _other_target(raw: dict[str, Any]) -> None:
    raw["target"]["law"] = {"100": "1/2", "010": "1/4", "001": "1/4"}


def _easier_target(raw: dict[str, Any]) -> None:
    raw["target"]["law"] = {"100": "1/2", "011": "1/2"}


def _dyadic(raw: dict[str, Any]) -> None:
    raw["reals"] = "dyadic"


def _fewer_rounds(raw: dict[str, Any]) -> None:
    raw["question"] = "state-only n=3 k=2 D=2"


def _more_rounds(raw: dict[str, Any]) -> None:
    raw["question"] = "state-only n=3 k=2 D=3"


def _fewer_tokens(raw: dict[str, Any]) -> None:
    raw["question"] = "state-only n=3 k=1 D=3"


def _other_choice(raw: dict[str, Any]) -> None:
    raw["ones"] = [*raw["ones"][:2], "1/3", *raw["ones"][3:]]


def _clause_out_of_range(raw: dict[str, Any]) -> None:
    raw["core"][0] = 10**6


def _shorter_proof(raw: dict[str, Any]) -> None:
    raw["proof"] = raw["proof"][: raw["proof"].rindex("\n", 0, -1) + 1]


@pytest.mark.parametrize(
    ("found", "change", "reason"),
    [
        (sampler, _other_target, "another law"),
        (sampler, _dyadic, "not dyadic"),
        (sampler, _fewer_rounds, "round|mask|M|another law"),
        (sampler, _fewer_tokens, "reads 2 tokens"),
        (sampler, _other_choice, "another law"),
        (refutation, _easier_target, "not those that the encoder makes"),
        (refutation, _dyadic, "not those that the encoder makes"),
        (refutation, _more_rounds, "not those that the encoder makes"),
        (refutation, _clause_out_of_range, "a clause beyond"),
        (refutation, _shorter_proof, "does not reach the empty clause"),
    ],
)
def test_forged_certificates(
    found: Callable[[], Decided], change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    with pytest.raises(Exception, match=reason) as caught:
        check_certificate(forged(found(), change))
    assert isinstance(caught.value, Rejected) or "LeavesMask" in type(caught.value).__name__


@pytest.mark.parametrize("target", [uniform([(0, 1), (1, 0)]), uniform([(0, 0, 2), (1, 1, 0)])])
def test_strings_of_another_kind(target: Law[State]) -> None:
    with pytest.raises(BadInput, match="3 bits"):
        decide_target(target, Question(3, 1, 2, Reading.ONE_SET), REAL)
