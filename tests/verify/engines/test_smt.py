"""Queries as SMT-LIB2 text: what they say, who answers, and that they can fail."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.verify.engines import smt
from dlmcheck.verify.engines.smt import (
    Query,
    SolversDisagree,
    answer,
    confirm_steps,
    decide,
    script,
    second_opinion,
    solve,
    step_script,
)
from dlmcheck.verify.kernel.induction import Step, truth_columns
from dlmcheck.verify.kernel.results import Rejected

N = ("(declare-const n Int)", "(declare-const m Int)")
GOOD = Query("step", "QF_LIA", N, (("large", "(>= n 2)"), ("more", "(> m n)")), "(>= m 3)")


def test_a_good_query_is_answered_and_its_solvers_are_named() -> None:
    found = answer([GOOD, replace(GOOD, name="again")])
    assert found.queries == 2
    assert found.engine == "z3"
    assert (" and cvc5 " in found.version) == (importlib.util.find_spec("cvc5") is not None)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (replace(GOOD, conclusion="(>= m 4)"), "query step does not hold"),
        (
            replace(GOOD, premises=(*GOOD.premises, ("clash", "(< m n)"))),
            "query step: the premises contradict each other",
        ),
        (
            replace(GOOD, premises=(*GOOD.premises, ("idle", "(< n 90)"))),
            "query step: premise 'idle' is not needed",
        ),
        (replace(GOOD, conclusion="true"), "query step: premise 'large' is not needed"),
    ],
)
def test_canary_a_query_that_cannot_fail_or_does_not_hold_is_rejected(
    query: Query, reason: str
) -> None:
    with pytest.raises(Rejected) as caught:
        answer([query])
    assert caught.value.reason == reason


def test_no_answer_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "RESOURCES", 1)
    hard = Query(
        "cubes",
        "QF_NIA",
        tuple(f"(declare-const {v} Int)" for v in "abc"),
        (("sum", "(= (+ (* a a a) (* b b b) (* c c c)) 42)"),),
        "false",
    )
    with pytest.raises(Rejected, match="query cubes: no answer of z3"):
        answer([hard])


def test_canary_solvers_that_disagree_are_reported_and_not_outvoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = ["sat"]

    def planted(_text: str) -> str:
        return said[-1]

    monkeypatch.setattr(smt, "second_opinion", planted)
    with pytest.raises(SolversDisagree, match="z3 says unsat, cvc5 says sat") as caught:
        answer([GOOD])
    assert caught.value.answers == {"z3": "unsat", "cvc5": "sat"}
    said.append("unknown")
    with pytest.raises(Rejected, match="premise 'large' is not needed"):
        answer([replace(GOOD, conclusion="true")])  # it is Z3 who is asked then


def test_who_confirms_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second solver gives up, the answer says that it rests on the first alone."""

    def only_the_first(text: str) -> str:
        return solve(text) if text.startswith("; step") else "unknown"

    class Second:
        __version__ = "9"

    monkeypatch.setattr(smt, "has_second", lambda: True)
    monkeypatch.setattr(smt, "second_opinion", only_the_first)
    monkeypatch.setitem(sys.modules, "cvc5", Second)
    version = answer([GOOD]).version
    assert version.endswith(" and cvc5 9")
    z3 = version.removesuffix(" and cvc5 9")
    other = replace(GOOD, name="other")
    assert answer([GOOD, other]).version == f"{z3}, of whose answers cvc5 9 confirms 1"


@pytest.mark.parametrize(
    "text",
    [
        "(assert x)\n(check-sat)\n",
        "(check-sat)\n(check-sat)\n",
        "(declare-const x Bool)\n",
        "(check-sat",
    ],
)
def test_text_that_is_no_query_is_an_error_and_no_answer(text: str) -> None:
    with pytest.raises(ValueError, match="z3 cannot read the query"):
        solve(text)


@pytest.mark.parametrize(
    "term", ["true) (assert false", "(and a b", "a b", "", "; a", "(and a) b)", "|a", ")("]
)
def test_a_term_is_one_expression(term: str) -> None:
    with pytest.raises(ValueError, match="not one expression"):
        Query("q", "QF_UF", (), (), term)
    with pytest.raises(ValueError, match="not one expression"):
        Query("q", "QF_UF", (), (("p", term),), "false")


def test_other_malformed_queries() -> None:
    with pytest.raises(ValueError, match="share a name"):
        Query("q", "QF_UF", (), (("p", "true"), ("p", "false")), "false")
    with pytest.raises(ValueError, match="is no logic"):
        Query("q", "QF_UF) (exit", (), (), "false")
    with pytest.raises(ValueError, match="no premise 'absent'"):
        script(GOOD, "absent")
    with pytest.raises(ValueError, match="no premise 'absent'"):
        step_script(modus_ponens(), "absent")


# --- steps ---------------------------------------------------------------------------------


def modus_ponens(*, negated: bool = False) -> Step:
    """From a, and a implies b, follows b."""
    builder = Builder.with_names(data=["a", "b|c\\"])
    outputs = [0, builder.or_(~0, 1), ~1 if negated else 1]
    return Step("modus ponens", builder.build(outputs, ["a", "a implies b", "conclusion"]))


def test_the_text_of_a_step() -> None:
    assert step_script(modus_ponens(), "a") == (
        "; modus ponens (conclusion), without premise a\n"
        "(set-logic QF_UF)\n"
        "(declare-const |atom a| Bool)\n"
        "(declare-const |atom b%7Cc%5C| Bool)\n"
        "(define-fun |node 2| () Bool (or (not |atom a|) |atom b%7Cc%5C|))\n"
        "(assert (! |node 2| :named |premise a implies b|))\n"
        "(assert (! (not |atom b%7Cc%5C|) :named |not the conclusion|))\n"
        "(check-sat)\n"
    )


def test_solvers_confirm_a_step_and_a_wrong_one_is_rejected() -> None:
    assert confirm_steps([modus_ponens()]) == 4
    with pytest.raises(Rejected, match="modus ponens is satisfiable"):
        confirm_steps([modus_ponens(negated=True)])


OPS = (Op.CONST0, Op.CONST1, Op.ID, Op.NOT, Op.AND, Op.OR, Op.XOR)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    atoms = draw(st.integers(1, 4))
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, 6))):
        op = draw(st.sampled_from(OPS))
        count = {Op.CONST0: 0, Op.CONST1: 0, Op.ID: 1, Op.NOT: 1}.get(op)
        if count is None:
            count = draw(st.integers(1, 3))
        nodes = st.integers(-atoms - len(gates), atoms + len(gates) - 1)
        gates.append(Gate(op, tuple(draw(nodes) for _ in range(count))))
    last = atoms + len(gates) - 1
    outputs = tuple(draw(st.integers(-last - 1, last)) for _ in range(draw(st.integers(1, 3))))
    names = (*(f"p{i}" for i in range(len(outputs) - 1)), "conclusion")
    inputs = tuple(Input(f"x{i}", InputKind.DATA) for i in range(atoms))
    return Step("random", Circuit(inputs, tuple(gates), outputs, names))


@given(steps())
def test_the_text_of_a_step_says_what_its_truth_table_says(step: Step) -> None:
    *premises, conclusion = truth_columns(step.circuit)
    every = (1 << (1 << len(step.circuit.inputs))) - 1
    models = every
    for column in premises:
        models &= column
    assert decide(step_script(step)) == bool(models & ~conclusion)
    assert decide(step_script(step, conclude=False)) == bool(models)


def test_the_second_solver_reads_the_same_text() -> None:
    if importlib.util.find_spec("cvc5") is None:
        assert second_opinion(script(GOOD)) is None
        return
    assert second_opinion(script(GOOD)) == "unsat"
    assert second_opinion(script(GOOD, "more")) == "sat"
    assert second_opinion(step_script(modus_ponens())) == "unsat"
    with pytest.raises(ValueError, match="cvc5 cannot read"):
        second_opinion("(set-logic QF_UF)\n(assert x)\n(check-sat)\n")


def test_no_solver_is_loaded_with_the_module() -> None:
    code = "import sys, dlmcheck.verify.engines.smt; print('z3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
