"""Laws under biased coins: the definition at one half, and schedules right for fair coins only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import pytest

from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.families import parity_chain
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.spec.circuit import Circuit, all_data
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.verify.claims import biased_coins
from dlmcheck.verify.claims.biased_coins import CONSTRUCTIONS, Case, Coined, agrees, coupled
from dlmcheck.verify.claims.domains import plain_circuits
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.engines.biased import (
    biased_circuit_law,
    biased_schedule_law,
    coin_biases,
    polynomials,
)
from dlmcheck.verify.kernel.induction import Rule, check_proof
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict

HALF = Fraction(1, 2)
SOME = list(islice(plain_circuits(Profile.QUICK).members(), 0, None, 29))
each = pytest.mark.parametrize("make", CONSTRUCTIONS.values(), ids=CONSTRUCTIONS)
Make = Callable[[Circuit], Coined]


@each
def test_at_one_half_the_laws_are_those_of_the_specification(make: Make) -> None:
    for circuit in SOME:
        coined = make(circuit)
        count = len(coined.schedule.predictor.random_inputs)
        for data in all_data(circuit):
            by_run = biased_schedule_law(coined.schedule, data, [HALF] * count)
            assert Law(by_run) == output_law(sampler_of(coined.schedule, data))
            fair = dict.fromkeys(circuit.random_inputs, HALF)
            by_circuit = biased_circuit_law(circuit, data, fair)
            wanted = circuit_law(circuit, data)
            assert Law(by_circuit) == wanted.map(lambda bits: tuple(map(int, bits)))


@each
def test_the_statements_hold_on_some_circuits(make: Make) -> None:
    for circuit in SOME:
        case = Case(circuit)
        assert agrees(make)(case).failure is None
        assert coupled(make)(case).failure is None


def with_negated_coins(circuit: Circuit) -> Coined:
    """T3.3, but every coin is negated where it is read: right for fair coins only."""
    coined = biased_coins.by_revision(circuit)
    predictor = coined.schedule.predictor
    random = set(predictor.random_inputs)

    def turned(literal: int) -> int:
        return ~literal if (literal if literal >= 0 else ~literal) in random else literal

    gates = tuple(replace(g, args=tuple(map(turned, g.args))) for g in predictor.gates)
    negated = replace(predictor, gates=gates, outputs=tuple(map(turned, predictor.outputs)))
    return Coined(replace(coined.schedule, predictor=negated), coined.certificate)


def test_canary_negated_coins_are_right_at_one_half_only() -> None:
    circuit = Case(parity_chain(2))
    schedule = with_negated_coins(circuit.circuit).schedule
    assert output_law(sampler_of(schedule)) == output_law(
        sampler_of(compile_revision(circuit.circuit).schedule)
    )
    # The xor of two negated bits is that of the bits; an AND tells.
    conjunction = next(c for c in SOME if agrees(with_negated_coins)(Case(c)).failure is not None)
    wrong = with_negated_coins(conjunction)
    count = len(wrong.schedule.predictor.random_inputs)
    fair = Law(biased_schedule_law(wrong.schedule, (), [HALF] * count))
    assert fair == output_law(sampler_of(wrong.schedule))
    reason = agrees(with_negated_coins)(Case(conjunction)).failure
    assert reason is not None
    assert "the laws differ" in reason
    assert coupled(with_negated_coins)(Case(conjunction)).failure is not None


def test_a_coin_stands_for_one_input() -> None:
    schedule = compile_revision(parity_chain(2)).schedule
    p, q, spare = polynomials(("p", "q", "s"))
    biases = {0: p, 1: q}
    assert coin_biases(schedule, [(1, 0, 0), (1, 1, 1)], biases, spare)[:2] == [p, q]
    assert coin_biases(schedule, [(1, 1, 0)], biases, spare)[0] == spare
    with pytest.raises(Rejected, match="stands for two"):
        coin_biases(schedule, [(1, 0, 0), (2, 0, 1)], biases, spare)
    with pytest.raises(Rejected, match="has two coins"):
        coin_biases(schedule, [(1, 0, 0), (2, 1, 0)], biases, spare)


def test_random_policies_are_refused() -> None:
    with pytest.raises(Rejected, match="deterministic F"):
        biased_schedule_law(parity_independent_unmasking(4), (), [])


def test_the_laws_agree_for_every_circuit_and_every_bias() -> None:
    found = [check_proof(proof, biased_coins.answered(proof)) for proof in biased_coins.proofs()]
    assert {checked.verdict for checked in found} == {Verdict.PROVED}
    assert len(found) == len(CONSTRUCTIONS)


def test_canary_a_proof_without_coupling_says_nothing_of_biased_coins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    argument = biased_coins.arguments()["T3.1"]
    bare = replace(argument.proof, rules=(Rule.ROUNDS,))
    planted = {"T3.1": replace(argument, proof=bare)}
    monkeypatch.setattr(biased_coins, "arguments", lambda: planted)
    with pytest.raises(Rejected, match="no coupling"):
        biased_coins.proofs()
