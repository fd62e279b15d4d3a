"""The reduction of Theorem 4.5 for every sampler: steps and depths on recognisers, canaries."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.reductions import parity_recogniser
from dlmcheck.model.reductions.cones import check_cones, longest_parity
from dlmcheck.model.reductions.folding import Folder
from dlmcheck.model.reductions.parity_recogniser import support_recogniser
from dlmcheck.model.reductions.trace import cell_round
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.resources import depth, levels
from dlmcheck.verify.claims import proved_write_once
from dlmcheck.verify.claims.parity_samplers import WRITE_ONCE, ParitySampler
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import check_proof
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import recogniser
from dlmcheck.verify.proofs.depths import deepest, output_depths
from dlmcheck.verify.proofs.locality import Planted
from dlmcheck.verify.proofs.terms import Argument, Term, number
from tests.verify.proofs.rounds import failing

MAKERS: dict[str, Callable[[str, Argument], Argument]] = {
    "recogniser": recogniser.recognises_parity,
    "bound": recogniser.some_check_reads_all,
}


@cache
def joint(which: str, sampler: ParitySampler) -> Argument:
    return MAKERS[which]("S", proved_write_once.exact(sampler))


@pytest.mark.parametrize("sampler", WRITE_ONCE, ids=lambda s: s.name)
@pytest.mark.parametrize("which", MAKERS)
def test_the_kernel_accepts_the_joint_proof(which: str, sampler: ParitySampler) -> None:
    found = joint(which, sampler)
    asked = SolverAnswer("nobody", "0", len(found.queries))
    assert check_proof(found.proof, asked).verdict is Verdict.PROVED
    kinds = {step.name.partition(",")[0] for step in found.proof.every_step}
    assert kinds == {"sampler", which}
    assert len({query.name for query in found.queries}) == len(found.queries)
    assert 5 <= len(found.proof.skeleton) <= 10


def test_solvers_answer_the_queries_on_depth() -> None:
    assert smt.answer(recogniser.depth_queries()).queries == 5


def test_the_statements_are_those_of_the_roads() -> None:
    found = {a.proof.statement for a in proved_write_once.arguments()}
    roads = {
        road.statement
        for s in WRITE_ONCE
        for road in (
            proved_write_once.exact_road(s),
            proved_write_once.reduction_road(s),
            proved_write_once.locality_road(s),
        )
    }
    assert found == roads
    assert len(found) == 18


# --- on samplers ---------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", WRITE_ONCE, ids=lambda s: s.name)
@pytest.mark.parametrize("n", range(2, 8))
def test_the_recogniser_is_what_the_proof_says(sampler: ParitySampler, n: int) -> None:
    schedule = sampler.make(n)
    found = support_recogniser(schedule)
    for z in product((False, True), repeat=n):
        assert evaluate(found.circuit, z) == (sum(z) % 2 == 0,)
    unmask, predictor = depth(schedule.unmask), depth(schedule.predictor)
    rounds = recogniser.depth_of_round(number(unmask))
    last = recogniser.depth_of_end(number(predictor), number(unmask))
    bound = Term(f"(+ (* {schedule.rounds - 1} {rounds.text}) {last.text})")
    claim = smt.Query("bound", "QF_LIA", (), (), bound.equals(found.depth_bound))
    assert not smt.decide(smt.script(claim))
    assert found.resources.depth <= found.depth_bound


@pytest.mark.parametrize("sampler", WRITE_ONCE, ids=lambda s: s.name)
@pytest.mark.parametrize("n", [2, 3, 5, 9, 14])
def test_cones_are_what_the_proof_says(sampler: ParitySampler, n: int) -> None:
    schedule = sampler.make(n)
    read = wire_locality(schedule)
    k = max(read.predictor or 0, read.unmasking or 0)
    widest = max(len(one.cells) for one in check_cones(schedule))
    assert n == widest <= longest_parity(k, schedule.rounds)


# --- depths --------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([Op.AND, Op.OR, Op.XOR, Op.NOT, Op.CONST1]), max_size=8), st.data())
def test_a_term_of_depth_is_the_depth(ops: list[Op], data: st.DataObject) -> None:
    inputs = tuple(Input(name, InputKind.DATA) for name in "ab")
    gates: list[Gate] = []
    for op in ops:
        arity = {Op.CONST1: 0, Op.NOT: 1}.get(op, 2)
        nodes = st.integers(0, len(inputs) + len(gates) - 1)
        gates.append(Gate(op, tuple(data.draw(nodes) for _ in range(arity))))
    output = data.draw(st.integers(0, len(inputs) + len(gates) - 1))
    circuit = Circuit(inputs, tuple(gates), (output,), ("o",))
    (found,) = output_depths(circuit, [number(0), number(0)])
    claim = smt.Query("depth", "QF_LIA", (), (), found.equals(levels(circuit)[output]))
    assert not smt.decide(smt.script(claim))


def test_depths_are_counted_from_those_of_the_inputs() -> None:
    circuit = Circuit(
        (Input("a", InputKind.DATA), Input("b", InputKind.DATA)),
        (Gate(Op.NOT, (0,)), Gate(Op.AND, (2, 1))),
        (3,),
        ("o",),
    )
    (found,) = output_depths(circuit, [number(1), number(7)])
    claim = smt.Query("depth", "QF_LIA", (), (), found.equals(8))
    assert not smt.decide(smt.script(claim))
    assert deepest([]) == number(0)
    with pytest.raises(ValueError, match="1 depths for 2 inputs"):
        output_depths(circuit, [number(0)])


# --- planted errors ------------------------------------------------------------------------


def wrong(monkeypatch: pytest.MonkeyPatch, name: str, planted: Any) -> set[str]:
    monkeypatch.setattr(recogniser, name, planted)
    found = failing(MAKERS["recogniser"]("S", proved_write_once.exact(WRITE_ONCE[0])))
    return {one.removeprefix("recogniser, ") for one in found}


def test_canary_a_random_f(monkeypatch: pytest.MonkeyPatch) -> None:
    right = recogniser.recognised

    def random_f() -> Any:
        return right(Planted.RANDOM_F)

    assert wrong(monkeypatch, "recognised", random_f) == {
        "the trace follows the run",
        "a string that passes is drawn",
    }


def test_canary_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    right = recogniser.recognised

    def revised() -> Any:
        return right(Planted.REVISION)

    assert wrong(monkeypatch, "recognised", revised) == {"a visible token stays"}


def test_canary_every_setting_in_place_of_some(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_only(folder: Any, drawn: Any, code: Any) -> Any:
        return parity_recogniser.drawn_by_some(folder, drawn[:1], code)

    assert wrong(monkeypatch, "drawn_by_some", first_only) == {
        "a token is possible iff it is drawn by some setting"
    }


def test_canary_a_round_that_is_said_to_be_one_gate_shallower(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shallower(unmask: Term) -> Term:
        return unmask + 2

    assert wrong(monkeypatch, "depth_of_round", shallower) == {"a round adds F and three"}


def test_canary_an_end_that_is_said_to_be_one_gate_shallower(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = recogniser.depth_of_end

    def shallower(predictor: Term, unmask: Term) -> Term:
        return right(predictor, unmask) - 1

    assert wrong(monkeypatch, "depth_of_end", shallower) == {
        "the checks of a round and the gate that joins them"
    }


def test_canary_a_mask_that_takes_a_gate_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def deeper(folder: Folder, masked: Any, flag: Any) -> Any:
        return cell_round(folder, masked, folder.all_of([masked, flag]))

    assert wrong(monkeypatch, "cell_round", deeper) >= {"a round adds F and three"}
