"""Certificates on local samplers of even parity: accepted, and rejected for the right reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.kernel import local_certificate
from dlmcheck.verify.kernel.local_certificate import (
    Case,
    check_case,
    check_cases,
    left_out,
    policy_certificate,
    refutation_certificate,
)
from dlmcheck.verify.kernel.local_parity import (
    Clause,
    LocalParity,
    Question,
    Reading,
    clauses_about,
)
from dlmcheck.verify.kernel.local_policy import FAIR, LocalPolicy, Rule, check_policy
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.locality_refute import decide

NO = Question(4, 1, 3, Reading.PER_ROUND)
YES = Question(3, 1, 3, Reading.ONE_SET)


def case_of(question: Question, sizes: tuple[int, ...] = ()) -> Case:
    found = decide(question, sizes)
    assert isinstance(found, Case)
    return found


def policy_of(question: Question) -> LocalPolicy:
    found = decide(question)
    assert isinstance(found, LocalPolicy)
    return found


def refutation(question: Question = NO) -> str:
    return refutation_certificate(question, [case_of(question)])


def changed(text: str, change: Callable[[dict[str, Any]], object]) -> Document:
    raw = json.loads(text)
    change(raw)
    return Document.parse(json.dumps(raw), "file")


# --- accepted ---


def test_a_refutation_is_accepted() -> None:
    checked = check_certificate(Document.parse(refutation(), "file"))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == "set-per-round n=4 k=1 D=3: no sampler"


@pytest.mark.parametrize("reading", Reading)
def test_a_sampler_is_accepted(reading: Reading) -> None:
    question = Question(4, 2, 3, reading)
    text = policy_certificate(policy_of(question))
    checked = check_certificate(Document.parse(text, "file"))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == f"{question}: a sampler"


def test_seven_cells_two_tokens_three_rounds() -> None:
    """The entry for which a proof was out of reach before; the certificate is small."""
    question = Question(7, 2, 3, Reading.PER_ROUND)
    text = refutation(question)
    assert len(text) < 100_000
    assert "no sampler" in check_certificate(Document.parse(text, "file")).statement


def test_cases_together_are_accepted_and_apart_are_not() -> None:
    cases = [case_of(NO, (size,)) for size in range(5)]
    assert check_cases(NO, cases) >= 5
    for number in range(5):
        with pytest.raises(Rejected, match=rf"no case for visible cells \({number}, "):
            check_cases(NO, [*cases[:number], *cases[number + 1 :]])


def test_cases_may_go_to_different_depths() -> None:
    assert left_out(NO, [(0,), (1,), (2, 2), (2, 3), (2, 4), (3,), (4,)]) is None
    assert left_out(NO, [(0,), (1,), (2, 2), (2, 4), (3,), (4,)]) == (2, 3)
    assert left_out(NO, []) == (0, 0)
    assert left_out(Question(2, 1, 1, Reading.ONE_SET), [()]) is None


# --- symmetry ---


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(("n", "tokens", "rounds"), [(1, 1, 2), (2, 0, 2), (3, 1, 3), (4, 2, 3)])
def test_the_formula_has_the_symmetry(n: int, tokens: int, rounds: int, reading: Reading) -> None:
    parity = LocalParity(Question(n, tokens, rounds, reading))
    for cells in permutations(range(n)):
        assert parity.is_invariant(parity.renamed(cells))
    for i in range(n - 1):
        assert parity.is_invariant(parity.renamed(range(n), (i, i + 1)))


def test_one_flip_leads_to_strings_of_the_other_parity() -> None:
    with pytest.raises(KeyError):
        LocalParity(NO).renamed(range(4), (0,))


class Lopsided(LocalParity):
    """A formula that prefers a cell."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.clauses.append((int(self.visible(1, 2, "0000")),))


def test_a_formula_without_the_symmetry_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_certificate, "LocalParity", Lopsided)
    case = Case((), (1,), "2 0 1 0\n")
    with pytest.raises(Rejected, match="changed by renaming"):
        check_cases(NO, [case])


# --- rejected ---


def _other_case(raw: dict[str, Any]) -> None:
    raw["cases"][0]["sizes"] = [1]


def _other_question(raw: dict[str, Any]) -> None:
    raw["question"] = "set-per-round n=4 k=1 D=4"


def _fewer_clauses(raw: dict[str, Any]) -> None:
    raw["cases"][0]["core"].pop()


def _other_digest(raw: dict[str, Any]) -> None:
    raw["digest"] = "0" * 32


def _no_cases(raw: dict[str, Any]) -> None:
    raw["cases"] = []


def _clause_out_of_range(raw: dict[str, Any]) -> None:
    raw["cases"][0]["core"][-1] = 10**6


def _shorter_proof(raw: dict[str, Any]) -> None:
    lines = raw["cases"][0]["proof"].splitlines(keepends=True)
    raw["cases"][0]["proof"] = "".join(lines[:-1])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_other_case, "no case for visible cells"),
        (_other_question, "not those that the encoder makes"),
        (_fewer_clauses, "lemma|clause"),
        (_other_digest, "not those that the encoder makes"),
        (_no_cases, "no case for visible cells"),
        (_clause_out_of_range, "a clause beyond"),
        (_shorter_proof, "does not reach the empty clause"),
    ],
)
def test_a_refutation_that_is_none(change: Callable[[dict[str, Any]], None], reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        check_certificate(changed(refutation(), change))


def test_what_is_refuted_here_is_not_refuted_elsewhere() -> None:
    """The proof for three rounds does not go through for four, in which there is a sampler."""
    more = Question(4, 1, 4, Reading.PER_ROUND)
    assert isinstance(decide(more), LocalPolicy)
    with pytest.raises(Rejected):
        check_case(LocalParity(more), case_of(NO))


@pytest.mark.parametrize("part", ["F", "p"])
def test_a_policy_that_reads_too_much(part: str) -> None:
    policy = policy_of(Question(3, 2, 2, Reading.STATE_ONLY))
    tight = LocalPolicy(Question(3, 1, 2, Reading.STATE_ONLY), policy.select, policy.write)
    with pytest.raises(Rejected, match="reads 2 tokens"):
        check_policy(tight)
    wide = {place: Rule((0, 1, 2), {}) for place in policy.select}
    narrow = {place: Rule((), {}) for place in policy.select}
    both = (wide, narrow) if part == "F" else (narrow, wide)
    with pytest.raises(Rejected, match=f"{part} of cell 0 reads 2 tokens"):
        check_policy(LocalPolicy(tight.question, *both))


def test_one_set_for_all_rounds_is_counted_over_the_rounds() -> None:
    found = policy_of(Question(4, 1, 4, Reading.PER_ROUND))
    one = LocalPolicy(Question(4, 1, 4, Reading.ONE_SET), found.select, found.write)
    with pytest.raises(Rejected, match=r"reads (2|3) tokens"):
        check_policy(one)


def test_the_own_token_costs_nothing_and_says_nothing() -> None:
    found = policy_of(YES)
    write = {
        (i, w): Rule((*rule.reads, i), {(*c, -1): v for c, v in rule.table.items()}, FAIR)
        for (i, w), rule in found.write.items()
    }
    assert check_policy(LocalPolicy(YES, found.select, write)) == check_policy(found)


def test_a_policy_with_another_law() -> None:
    found = policy_of(YES)
    always_fair = {place: Rule((), {}, FAIR) for place in found.write}
    with pytest.raises(Rejected, match="another law, by the specification"):
        check_policy(LocalPolicy(YES, found.select, always_fair))


def _rule_missing(raw: dict[str, Any]) -> None:
    raw["select"].pop()


def test_a_policy_with_a_rule_missing() -> None:
    text = policy_certificate(policy_of(YES))
    with pytest.raises(Rejected, match="a rule for each cell and round"):
        check_certificate(changed(text, _rule_missing))


BAD_POLICIES: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda raw: raw.update(question="one-set n=40 k=2 D=3"),
    lambda raw: raw.update(question="one-set n=1000000 k=2 D=3"),
    lambda raw: raw.update(question="one-set n=3 k=1 D=1000000"),
    lambda raw: raw.update(question="some other question"),
    lambda raw: raw["select"][0].update(cell=3),
    lambda raw: raw["select"][0].update(round=-1),
    lambda raw: raw["select"][0].update(table=[]),
    lambda raw: raw["select"][0].update(table={"2": 1}),
    lambda raw: raw["select"].append(raw["select"][0]),
    lambda raw: raw["write"][0].update(reads=["a"]),
    lambda raw: raw.pop("write"),
)
BAD_REFUTATIONS: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda raw: raw["cases"][0].update(sizes=[True]),
    lambda raw: raw["cases"][0].update(core="1 2"),
    lambda raw: raw["cases"][0].update(proof=[]),
    lambda raw: raw["cases"][0].update(proof="nonsense\n"),
    lambda raw: raw.update(write=[]),
)


@pytest.mark.parametrize("change", BAD_POLICIES)
def test_malformed_policies(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(BadInput, match=r"file:|no question|too large"):
        check_certificate(changed(policy_certificate(policy_of(YES)), change))


@pytest.mark.parametrize("change", BAD_REFUTATIONS)
def test_malformed_refutations(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(MalformedSyntax):
        check_certificate(changed(refutation(), change))


@pytest.mark.parametrize("question", ["set-per-round n=30 k=3 D=3", "one-set n=4 k=1 D=1000000"])
def test_a_formula_that_is_too_large_is_not_built(question: str) -> None:
    raw = json.loads(refutation())
    with pytest.raises(BadInput, match="too large"):
        check_certificate(Document.parse(json.dumps({**raw, "question": question}), "file"))


def test_the_size_of_a_formula_is_about_right() -> None:
    for reading in Reading:
        question = Question(6, 2, 4, reading)
        exact = len(LocalParity(question).clauses)
        assert exact / 3 < clauses_about(question) < exact * 3


def test_cases_of_more_rounds_than_there_are() -> None:
    with pytest.raises(BadInput, match="3 sizes"):
        LocalParity(NO).prefix((1, 2, 3))
    clauses: list[Clause] = LocalParity(NO).prefix((1,))
    assert clauses[0][0] > 0 > clauses[1][0]
