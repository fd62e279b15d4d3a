"""Queries about networks: as text, asked of two solvers, and never outvoted."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.verify.engines import smt, solver
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.engines.network import Lit, Network
from dlmcheck.verify.engines.smt import SolversDisagree
from dlmcheck.verify.engines.solver import Answer, Z3Solver, network_formula, network_script
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import Formula, Model


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, list[Lit]]:
    network = Network()
    made = [network.variable(("x", 0, i)) for i in range(3)]
    for _ in range(draw(st.integers(0, 6))):
        a, b = (draw(st.sampled_from(made)) ^ draw(st.integers(0, 1)) for _ in range(2))
        made.append(network.and_(a, b) if draw(st.booleans()) else network.xor(a, b))
    asked = draw(st.lists(st.sampled_from(made), min_size=1, max_size=3))
    return network, [literal ^ draw(st.integers(0, 1)) for literal in asked]


@given(networks())
def test_the_text_of_a_query_has_the_answer_of_the_query(case: tuple[Network, list[Lit]]) -> None:
    network, literals = case
    found = Z3Solver(network).satisfy(literals).answer
    assert smt.solve(network_script(network, literals)) == found.value
    second = smt.second_opinion(network_script(network, literals))
    assert second in (None, found.value)


def unsatisfiable() -> tuple[Network, list[Lit]]:
    """a xor b, both of a and b: no folding sees it."""
    network = Network()
    a, b = network.variable(("a", 0, 0)), network.variable(("b", 0, 0))
    return network, [network.xor(a, b), a, b]


@given(networks())
def test_the_clauses_of_a_query_have_the_answer_of_the_query(
    case: tuple[Network, list[Lit]],
) -> None:
    network, literals = case
    found = Z3Solver(network).satisfy(literals).answer
    refuted = refute(network_formula(network, literals))
    assert isinstance(refuted, Model) == (found is Answer.SAT)


def test_what_is_unsatisfiable_is_refuted_and_the_refutation_checked() -> None:
    network, literals = unsatisfiable()
    asked = Z3Solver(network)
    assert asked.satisfy(literals).answer is Answer.UNSAT
    assert asked.engine == f"z3 {z3_version()}, refutations checked"


def z3_version() -> str:
    return smt.engines().version.partition(" ")[0]


def test_without_a_refutation_the_solvers_that_said_it_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solver, "NODES", 0)
    network, literals = unsatisfiable()
    asked = Z3Solver(network)
    assert asked.satisfy(literals).answer is Answer.UNSAT
    assert (" and cvc5 " in asked.engine) == (importlib.util.find_spec("cvc5") is not None)
    assert asked.engine.startswith(f"z3 {z3_version()}")
    assert "checked" not in asked.engine


def test_canary_a_second_solver_that_disagrees_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = ["sat"]

    def planted(text: str) -> str:
        assert text.endswith("(check-sat)\n")
        return said[-1]

    monkeypatch.setattr(solver, "NODES", 0)
    monkeypatch.setattr(solver, "has_second", lambda: True)
    monkeypatch.setattr(solver, "second_opinion", planted)
    network, literals = unsatisfiable()
    with pytest.raises(SolversDisagree, match="z3 says unsat, cvc5 says sat"):
        Z3Solver(network).satisfy(literals)
    said.append("unknown")
    asked = Z3Solver(network)
    assert asked.satisfy(literals).answer is Answer.UNSAT
    assert "cvc5" not in asked.engine


@pytest.mark.parametrize(
    ("found", "error", "message"),
    [
        (Model(frozenset({1})), SolversDisagree, "z3 says unsat, CaDiCaL says sat"),
        ("9 0 1 0\n", Rejected, "literals left"),
        ("", Rejected, "does not reach the empty clause"),
    ],
)
def test_canary_a_model_or_a_wrong_refutation_is_an_error(
    monkeypatch: pytest.MonkeyPatch, found: Model | str, error: type[Exception], message: str
) -> None:
    def planted(_formula: Formula, _conflicts: int | None) -> Model | str:
        return found

    monkeypatch.setattr(solver, "refute_within", planted)
    network, literals = unsatisfiable()
    with pytest.raises(error, match=message):
        Z3Solver(network).satisfy(literals)
