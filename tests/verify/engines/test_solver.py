"""Queries about networks: as text, asked of two solvers, and never outvoted."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.verify.engines import smt, solver
from dlmcheck.verify.engines.network import Lit, Network
from dlmcheck.verify.engines.smt import SolversDisagree
from dlmcheck.verify.engines.solver import Answer, Z3Solver, network_script


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


def test_the_solvers_that_said_it_are_named() -> None:
    network, literals = unsatisfiable()
    asked = Z3Solver(network)
    assert asked.satisfy(literals).answer is Answer.UNSAT
    assert (" and cvc5 " in asked.engine) == (importlib.util.find_spec("cvc5") is not None)
    assert asked.engine.startswith("z3 ")


def test_canary_a_second_solver_that_disagrees_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = ["sat"]

    def planted(text: str) -> str:
        assert text.endswith("(check-sat)\n")
        return said[-1]

    monkeypatch.setattr(solver, "has_second", lambda: True)
    monkeypatch.setattr(solver, "second_opinion", planted)
    network, literals = unsatisfiable()
    with pytest.raises(SolversDisagree, match="z3 says unsat, cvc5 says sat"):
        Z3Solver(network).satisfy(literals)
    said.append("unknown")
    asked = Z3Solver(network)
    assert asked.satisfy(literals).answer is Answer.UNSAT
    assert "cvc5" not in asked.engine
