"""Refutations with hints: whoever made them, the kernel accepts them, and trimming keeps that."""

from __future__ import annotations

import importlib
from itertools import combinations, product
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.verify.engines import hints
from dlmcheck.verify.engines.hints import additions, elaborate, refute, refute_within, trimmed
from dlmcheck.verify.kernel.refutation import Addition, Clause, check_lrat, read_lrat
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import Formula, Model, Refutation, solve


def pigeons(holes: int) -> Formula:
    """One pigeon more than there are holes."""
    at = {
        (p, h): p * holes + h + 1 for p, h in product(range(holes + 1), range(holes))
    }  # fmt: skip
    clauses: list[Clause] = [tuple(at[p, h] for h in range(holes)) for p in range(holes + 1)]
    for h in range(holes):
        clauses += [(-at[p, h], -at[q, h]) for p, q in combinations(range(holes + 1), 2)]
    return Formula(len(at), clauses)


@pytest.mark.parametrize("holes", [1, 2, 3, 5])
def test_the_kernel_accepts_what_the_solver_finds(holes: int) -> None:
    formula = pigeons(holes)
    proof = refute(formula)
    assert isinstance(proof, str)
    assert check_lrat(formula.clauses, read_lrat(proof)) == len(list(additions(proof)))
    assert proof == refute(formula)


@given(st.lists(st.lists(st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4]), min_size=1, max_size=3)))
def test_units_between_clauses_do_not_shift_their_numbers(drawn: list[list[int]]) -> None:
    """The solver propagates them while it takes clauses in, and numbers what it finds then."""
    clauses = [tuple(clause) for clause in drawn]
    proof = refute(Formula(4, clauses))
    if isinstance(proof, str):
        assert check_lrat(clauses, read_lrat(proof)) >= 1
    units: list[Clause] = [(-1, 2), (1,), (-3, 4), (3,), (-2, -4)]
    shifted = refute(Formula(4, [*clauses, *units]))
    assert isinstance(shifted, str)
    assert check_lrat([*clauses, *units], read_lrat(shifted)) >= 1


@pytest.mark.parametrize("holes", [1, 2, 3, 5])
def test_hints_are_found_for_a_proof_of_another_solver(holes: int) -> None:
    formula = pigeons(holes)
    found = solve(formula)
    assert isinstance(found, Refutation)
    proof = elaborate(formula.clauses, found.lemmas)
    assert 1 <= check_lrat(formula.clauses, read_lrat(proof)) <= len(found.lemmas)
    with pytest.raises(Rejected, match="lemma 1 does not follow"):
        elaborate(formula.clauses[:-1], [()])


def test_a_solvable_formula_has_a_model_and_an_empty_clause_is_its_own_refutation() -> None:
    assert refute(Formula(2, [(1,), (-2, 1), (-1, -2)])) == Model(frozenset({1}))
    formula = Formula(1, [(1,), ()])
    proof = refute(formula)
    assert isinstance(proof, str)
    assert proof == "3 0 2 0\n"
    assert check_lrat(formula.clauses, read_lrat(proof)) == 1


def test_a_refutation_that_takes_too_long_is_given_up() -> None:
    assert refute_within(pigeons(7), 10) is None
    assert refute_within(pigeons(4), 100_000) == refute(pigeons(4))


def test_a_deadline_or_a_long_proof_ends_a_refutation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "CONFLICTS_AT_ONCE", 10)
    assert refute_within(pigeons(7), None, deadline=0.0) is None
    assert refute_within(pigeons(7), 50, deadline=inf) is None
    found = refute_within(pigeons(5), None, deadline=inf)
    assert isinstance(found, str)  # in many calls, and it is one proof
    formula = pigeons(5)
    assert check_lrat(formula.clauses, read_lrat(found)) > 10
    monkeypatch.setattr(hints, "PROOF_BYTES", 0)
    assert refute_within(pigeons(7), None, deadline=inf) is None


def test_trimming_leaves_the_core_and_deletes_after_the_last_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hints, "DELETED_AT_ONCE", 1)
    steps = [
        Addition(10, (1,), (1, 2)),
        Addition(11, (2,), (1, 3)),  # of no use
        Addition(12, (-1,), (3, 4)),
        Addition(20, (), (10, 12)),
        Addition(21, (), (9,)),
    ]
    assert trimmed(4, steps) == (
        "5 1 0 1 2 0\n5 d 1 2 0\n6 -1 0 3 4 0\n6 d 3 4 0\n7 0 5 6 0\n7 d 5 6 0\n"
    )
    square: list[Clause] = [(1, 2), (1, -2), (-1, 2), (-1, -2)]
    assert check_lrat(square, read_lrat(trimmed(4, steps))) == 3
    with pytest.raises(Rejected, match="does not reach the empty clause"):
        trimmed(4, steps[:3])


literals = st.integers(1, 4).flatmap(lambda v: st.sampled_from((v, -v)))


@given(st.lists(st.lists(literals, max_size=4).map(tuple), max_size=25))
def test_both_ways_agree_with_enumeration(clauses: list[Clause]) -> None:
    """Also for clauses that say a literal twice, or that are always true."""
    formula = Formula(4, clauses)
    models = [
        row
        for row in product((False, True), repeat=4)
        if all(any((x > 0) == row[abs(x) - 1] for x in clause) for clause in clauses)
    ]
    found, other = refute(formula), solve(formula)
    if models:
        assert isinstance(found, Model)
        assert tuple(v in found.true for v in range(1, 5)) in models
        assert isinstance(other, Model)
        return
    assert isinstance(found, str)
    check_lrat(clauses, read_lrat(found))
    assert isinstance(other, Refutation)
    check_lrat(clauses, read_lrat(elaborate(clauses, other.lemmas)))


def test_a_checker_of_other_authors_accepts_the_same_lemmas() -> None:
    """dratify, which takes the lemmas without their hints."""
    dratify: Any = importlib.import_module("dratify")
    formula = pigeons(4)
    proof = refute(formula)
    assert isinstance(proof, str)
    lemmas = [step.lemma for step in additions(proof)]
    cnf = dratify.parse_dimacs(formula.dimacs())
    assert dratify.check_proof(cnf, Refutation(tuple(lemmas)).text()).ok
    weaker = dratify.parse_dimacs(Formula(formula.variables, formula.clauses[:-1]).dimacs())
    assert not dratify.check_proof(weaker, Refutation(tuple(lemmas)).text()).ok
