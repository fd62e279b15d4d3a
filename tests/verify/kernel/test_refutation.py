"""Refutations: what the kernel accepts follows, and each defect is rejected for its reason."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.refutation import (
    Addition,
    Clause,
    Deletion,
    Encoded,
    check_claim,
    check_lrat,
    check_rup,
    dimacs,
    read_lrat,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict

SQUARE: tuple[Clause, ...] = ((1, 2), (1, -2), (-1, 2), (-1, -2))
PROOF = "5 1 0 1 2 0\n5 d 1 2 0\n6 0 5 3 4 0\n"
ENCODED = Encoded("no two bits are all four", "square", 2, SQUARE)


def steps(text: str) -> list[Addition | Deletion]:
    return list(read_lrat(text))


def test_a_proof_with_hints_is_read_and_checked() -> None:
    assert steps(PROOF) == [
        Addition(5, (1,), (1, 2)),
        Deletion((1, 2)),
        Addition(6, (), (5, 3, 4)),
    ]
    assert check_lrat(SQUARE, read_lrat(PROOF)) == 2
    assert check_rup(SQUARE, [(1,), ()]) == 2


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        ("", "does not reach the empty clause"),
        ("5 1 0 1 2 0\n", "does not reach the empty clause"),
        ("5 0 1 2 0\n", "lemma 5: clause 1 has 2 literals left"),
        ("5 1 0 1 0\n", "lemma 5: its hints lead to no conflict"),
        ("5 1 0 0\n", "lemma 5: its hints lead to no conflict"),
        ("5 1 0 1 9 0\n", "lemma 5: there is no clause 9"),
        ("5 1 0 1 5 0\n", "lemma 5: there is no clause 5"),
        ("5 1 0 1 2 0\n5 d 3 0\n6 0 5 3 4 0\n", "lemma 6: there is no clause 3"),
        ("5 1 0 1 2 0\n5 d 9 0\n", "there is no clause 9 to delete"),
        ("5 1 0 1 2 0\n5 d 1 1 0\n", "there is no clause 1 to delete"),
        ("4 1 0 1 2 0\n", "the number 4 is taken"),
        ("0 1 0 1 2 0\n", "the number 0 is taken"),
        ("7 1 0 1 2 0\n6 0 7 3 4 0\n", "the number 6 is taken, or comes after a larger one"),
        ("5 1 0 1 2 0\n6 0 -5 3 4 0\n", "lemma 6 is a RAT step"),
        ("5 1 0 1 -2 0\n", "lemma 5 is a RAT step"),
        ("5 -1 0 1 2 0\n", "lemma 5: clause 1 has 2 literals left"),
    ],
)
def test_canary_a_wrong_proof_is_rejected(proof: str, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        check_lrat(SQUARE, read_lrat(proof))


def test_nothing_counts_after_the_empty_clause() -> None:
    assert check_lrat(SQUARE, read_lrat("5 1 0 1 2 0\n6 0 5 4 3 0\n6 0 5 -3 4 0\n")) == 2


@pytest.mark.parametrize(
    "line",
    ["", "x", "5", "5 1", "5 1 0 1 2", "5 1 2", "5 x 0 1 0", "5 d 1", "5 d 0 0", "5 1 0 0 2 0",
     "5 0", "d 1 0", "5 1.0 0 1 0"],
)  # fmt: skip
def test_what_is_no_step_of_a_proof_is_malformed(line: str) -> None:
    with pytest.raises(MalformedSyntax, match="proof:2: ") as caught:
        steps(f"5 1 0 1 2 0\n{line}\n")
    assert caught.value.line == 2


# --- soundness -----------------------------------------------------------------------------

literals = st.integers(1, 4).flatmap(lambda v: st.sampled_from((v, -v)))
clauses = st.lists(st.lists(literals, max_size=3).map(tuple), max_size=9)
proofs = st.lists(
    st.tuples(st.lists(literals, max_size=2).map(tuple), st.lists(st.integers(1, 14), max_size=5)),
    max_size=5,
)


def satisfiable(formula: list[Clause]) -> bool:
    return any(
        all(any((literal > 0) == row[abs(literal) - 1] for literal in c) for c in formula)
        for row in product((False, True), repeat=4)
    )


@given(clauses, proofs)
def test_whatever_is_accepted_has_no_model(
    formula: list[Clause], proof: list[tuple[Clause, list[int]]]
) -> None:
    lemmas = [
        Addition(len(formula) + k, lemma, tuple(hints))
        for k, (lemma, hints) in enumerate(proof, start=1)
    ]
    for accepted in (
        accepts(formula, lemmas),
        accepts(formula, [step.lemma for step in lemmas]),
    ):
        assert not (accepted and satisfiable(formula))


def accepts(formula: list[Clause], proof: Sequence[Addition | Clause]) -> bool:
    """Whether one of the two checkers accepts a proof, with hints or without."""
    hinted = [step for step in proof if isinstance(step, Addition)]
    try:
        if hinted:
            check_lrat(formula, hinted)
        else:
            check_rup(formula, [lemma for lemma in proof if isinstance(lemma, tuple)])
    except Rejected:
        return False
    return True


@given(clauses)
def test_every_lemma_by_itself_follows(formula: list[Clause]) -> None:
    """A lemma that propagation finds is true in every model."""
    for lemma in [(1,), (-2,), (1, 2), (-3, 4)]:
        try:
            check_rup([*formula, *((-literal,) for literal in lemma)], [()])
        except Rejected:
            continue
        assert not satisfiable([*formula, *((-literal,) for literal in lemma)])


# --- claims --------------------------------------------------------------------------------


def test_a_claim_is_proved_by_its_own_clauses_only() -> None:
    checked = check_claim(ENCODED, dimacs(2, SQUARE), PROOF)
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == ENCODED.statement
    assert checked.evidence == Certificate(
        "refutation of 4 clauses by the encoder 'square'",
        "the kernel, by the hints of the proof",
        2,
    )


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (dimacs(3, SQUARE), "line 1 is another"),
        (dimacs(2, SQUARE[::-1]), "line 2 is another"),
        (dimacs(2, [*SQUARE[:3], (1,)]), "line 5 is another"),
        (dimacs(2, SQUARE).replace("4\n", "4\n ", 1), "line 2 is another"),
        (dimacs(2, SQUARE) + "\n", "their number, or the end of a line, differs"),
        (dimacs(2, SQUARE).replace("\n", "\r\n"), "their number, or the end of a line, differs"),
        ("", "their number, or the end of a line, differs"),
    ],
)
def test_canary_other_clauses_are_rejected(written: str, reason: str) -> None:
    with pytest.raises(Rejected, match=f"the encoder 'square' makes of the claim: {reason}"):
        check_claim(ENCODED, written, PROOF)
