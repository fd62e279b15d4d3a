"""The even-parity proofs: accepted, able to fail, and about the schedules that run."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.spec.circuit import evaluate
from dlmcheck.verify.claims import proved_parity
from dlmcheck.verify.claims.parity_samplers import GROUPS, ParitySampler, key
from dlmcheck.verify.claims.proved_parity import PROVED_GROUPS
from dlmcheck.verify.engines.smt import answer, confirm_steps
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import check_proof, countermodel
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs.parity import LocalProof
from dlmcheck.verify.proofs.parity_steps import LocalStep
from tests.verify.proofs.parity_concrete import concluded, instance

MAKERS = {s: make for g in PROVED_GROUPS for s, make in proved_parity.makers(g).items()}
STATEMENTS = tuple(MAKERS)
each = pytest.mark.parametrize("statement", STATEMENTS)

LARGEST = 6
"""The largest unit number and number of units of an instance."""


@cache
def built(statement: str) -> LocalProof:
    return MAKERS[statement](statement)


def test_every_sampler_with_these_edits_or_this_f_is_proved() -> None:
    expected = [key(g, s) for g in PROVED_GROUPS for s in GROUPS[g]]
    assert sorted(proved_parity.PROOFS) == sorted(expected)
    assert len(STATEMENTS) == len(expected) == 11


@each
def test_the_kernel_accepts_the_proof(statement: str) -> None:
    local = built(statement)
    # What solvers say of the queries is another test.
    asked = SolverAnswer("nobody", "0", len(local.queries))
    checked = check_proof(local.proof, asked)
    assert (checked.verdict, checked.statement) == (Verdict.PROVED, statement)
    assert local.proof.base
    assert 4 <= len(local.proof.skeleton) <= 8
    assert len({query.name for query in local.queries}) == len(local.queries)


def test_solvers_answer_every_query() -> None:
    unique = {q for s in STATEMENTS for q in built(s).queries}
    assert answer(sorted(unique, key=lambda q: q.name)).queries == len(unique)


def test_solvers_confirm_what_the_tables_decided() -> None:
    steps = [one.step for one in built(STATEMENTS[2]).steps]
    assert confirm_steps(steps) > 3 * len(steps)


def test_the_numbers_of_steps_are_pinned() -> None:
    found = [(len(built(s).steps), len(built(s).queries)) for s in STATEMENTS]
    assert found == PINNED


PINNED = [
    (20, 22), (20, 22), (24, 31), (46, 46), (28, 22), (72, 88),
    (67, 127), (58, 109), (39, 68), (15, 16), (72, 84),
]  # fmt: skip
"""Steps and queries, in the order of the samplers."""


# --- the schedules that run ----------------------------------------------------------------


@each
def test_the_proof_is_about_the_sampler_of_the_claim(statement: str) -> None:
    (sampler,) = (
        s
        for group, samplers in GROUPS.items()
        for s in samplers
        if key(group, s) in proved_parity.PROOFS and proved_parity.statement(group, s) == statement
    )
    assert isinstance(sampler, ParitySampler)
    for n in sampler.sizes(14):
        accounts = [one.account for one in built(statement).steps]
        layouts = {a.layout: a for a in accounts}
        fitting = [a for lay, a in layouts.items() if (n - lay.extra) % lay.size == 0]
        assert [a.sampler.schedule(n) for a in fitting] == [sampler.make(n)]


@each
def test_every_countermodel_is_a_concrete_run(statement: str) -> None:
    """Without a premise there is an instance of the schedule where the conclusion fails."""
    replayed = 0
    for one in built(statement).steps:
        for premise in one.step.premises:
            values = countermodel(one.step, premise)
            for integers in one.situation.instances(LARGEST)[:2]:
                found = instance(one, integers, values, lambda family, _: family == "masked")
                assert not concluded(found), (one.step.name, premise, integers)
                replayed += 1
    assert replayed > 20


def steps_of(statement: str) -> list[LocalStep]:
    return list(built(statement).steps)


@settings(max_examples=400)
@given(data=st.data())
def test_a_step_agrees_with_the_concrete_round(data: st.DataObject) -> None:
    """On any state, coins and string, the step's conclusion is true iff it is of the run."""
    statement = data.draw(st.sampled_from(STATEMENTS))
    one = data.draw(st.sampled_from(steps_of(statement)))
    integers = data.draw(st.sampled_from(one.situation.instances(LARGEST)))
    random = Random(data.draw(st.integers(0, 2**32)))
    check_agreement(one, dict(integers), random)


def check_agreement(one: LocalStep, integers: dict[str, int], random: Random) -> None:
    inputs = [atom.name for atom in one.step.circuit.inputs]
    values = {name: random.random() < 0.5 for name in inputs}
    seed = random.getrandbits(32)

    def other(family: str, place: int) -> bool:
        return Random(f"{seed} {family} {place}").random() < 0.5

    found = instance(one, integers, values, other)
    *_, conclusion = evaluate(one.step.circuit, [values[name] for name in inputs])
    assert concluded(found) == conclusion, (one.step.name, integers, values)


@each
def test_every_step_agrees_with_a_concrete_round(statement: str) -> None:
    random = Random(0)
    for one in steps_of(statement):
        for integers in one.situation.instances(LARGEST)[:3]:
            check_agreement(one, dict(integers), random)
