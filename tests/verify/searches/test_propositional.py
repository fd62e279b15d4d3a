"""The checker of refutations, against all assignments, and against spoilt proofs."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import (
    Clause,
    Formula,
    Model,
    Refutation,
    check_refutation,
    solve,
)
from dlmcheck.verify.searches.scheme_queries import question

VARIABLES = 4

literals = st.integers(1, VARIABLES).flatmap(lambda v: st.sampled_from((v, -v)))
clauses = st.lists(st.lists(literals, max_size=3).map(tuple), max_size=24)


def satisfiable(listed: list[Clause]) -> bool:
    return any(
        all(any(bits[abs(x) - 1] == (x > 0) for x in clause) for clause in listed)
        for bits in product((False, True), repeat=VARIABLES)
    )


@given(clauses)
def test_answers_are_right_and_refutations_pass(listed: list[Clause]) -> None:
    answer = solve(Formula(VARIABLES, list(listed)))
    assert isinstance(answer, Model) == satisfiable(listed)
    if isinstance(answer, Refutation):
        assert check_refutation(listed, answer) <= len(answer.lemmas)
    else:
        assert all(any((x > 0) == (abs(x) in answer.true) for x in clause) for clause in listed)


@given(clauses, st.lists(st.lists(literals, max_size=2).map(tuple), max_size=6))
def test_nothing_satisfiable_is_ever_refuted(listed: list[Clause], lemmas: list[Clause]) -> None:
    """Whatever is handed in as a proof."""
    try:
        check_refutation(listed, Refutation((*lemmas, ())))
    except Rejected:
        return
    assert not satisfiable(listed)


PIGEONS = question(Edits.REVISE_ANY, 1, 4, 2, End.OUTPUT_ONLY).formula


def test_a_proof_with_lemmas_left_out_is_refused() -> None:
    answer = solve(PIGEONS)
    assert isinstance(answer, Refutation)
    assert check_refutation(PIGEONS.clauses, answer) > 10
    with pytest.raises(Rejected, match="lemma 1 does not follow"):
        check_refutation(PIGEONS.clauses, Refutation(((),)))
    with pytest.raises(Rejected, match="does not reach the empty clause"):
        check_refutation(PIGEONS.clauses, Refutation(answer.lemmas[:3]))


def test_a_proof_does_not_fit_a_weaker_formula() -> None:
    answer = solve(PIGEONS)
    assert isinstance(answer, Refutation)
    weaker = question(Edits.REVISE_ANY, 1, 3, 2, End.OUTPUT_ONLY).formula
    assert isinstance(solve(weaker), Model)
    with pytest.raises(Rejected):
        check_refutation(weaker.clauses, answer)


def test_files() -> None:
    formula = Formula()
    first, second = formula.variable(), formula.variable()
    formula.exactly(1, [first, second])
    assert formula.dimacs() == "p cnf 2 2\n-1 -2 0\n1 2 0\n"
    assert Refutation(((1, -2), ())).text() == "1 -2 0\n0\n"


def test_a_count_out_of_reach_is_a_contradiction() -> None:
    formula = Formula()
    formula.exactly(2, [formula.variable()])
    assert isinstance(solve(formula), Refutation)
