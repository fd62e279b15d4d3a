"""Rigidity: its proofs, planted errors, and the event identity on runs that break it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.targets.strings import one_hot
from dlmcheck.spec.sampler import laws_by_round, output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims import proved_locality
from dlmcheck.verify.claims.loose_choices import LOOSE, choices, one_hot_left_to_right
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import Proof, check_proof, check_step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs.dimension import not_enough
from dlmcheck.verify.proofs.errors import balance_proof
from dlmcheck.verify.proofs.locality import Planted, locality_proof
from dlmcheck.verify.proofs.locality_runs import LocalSampler, Violation, check_certificate
from dlmcheck.verify.proofs.rigidity import (
    QUERIES,
    dyadic_rigidity,
    one_hot_needs_other_predictors,
    parity_rigidity,
)

PROOFS = (parity_rigidity, dyadic_rigidity, one_hot_needs_other_predictors)
each = pytest.mark.parametrize("make", PROOFS, ids=lambda make: make.__name__)


def failing(proof: Proof) -> set[str]:
    found: set[str] = set()
    for step in proof.every_step:
        try:
            check_step(step)
        except Rejected:
            found.add(step.name)
    return found


@each
def test_rigidity_is_proved(make: Callable[[], Proof]) -> None:
    proof = make()
    answers = smt.answer([QUERIES[name] for name in proof.queries])
    assert check_proof(proof, answers).verdict is Verdict.PROVED


@each
def test_planted_errors_fail_exactly_their_steps(make: Callable[[Planted], Proof]) -> None:
    same = "a run whose output agrees is in the same state"
    assert failing(make(Planted.RANDOM_F)) == {same}
    assert failing(make(Planted.REVISION)) == {"a visible token stays"}
    assert failing(make(Planted.OWN_MASK_NOT_COUNTED)) == {same}


def wrong_events(schedule: Schedule) -> int:
    """How many reached states have another probability than what they show."""
    sampler = sampler_of(schedule)
    output = output_law(sampler)
    wrong = 0
    for law in laws_by_round(sampler):
        for configuration, probability in law.items():
            shown = configuration.state
            agree = sum(
                p
                for z, p in output.items()
                if all(x in (MASK, bit) for x, bit in zip(shown, z, strict=True))
            )
            wrong += probability != agree
    return wrong


@pytest.mark.parametrize("make", [parity_independent_unmasking, parity_revision])
def test_without_its_hypotheses_a_state_is_no_event(make: Callable[[int], Schedule]) -> None:
    assert wrong_events(make(4)) > 0


def test_the_domain_meets_every_statement_often_and_each_ablation_fails() -> None:
    found = check_sweep(proved_locality.concrete(Profile.QUICK))
    assert {checked.verdict for checked in found.values()} == {Verdict.BOUNDED}
    dropped = check_sweep(proved_locality.without(Profile.QUICK))
    assert {checked.verdict for checked in dropped.values()} == {Verdict.REFUTED}


def test_every_loose_sampler_has_its_target() -> None:
    for loose in LOOSE:
        assert output_law(loose.sampler) == loose.target


def test_one_hot_with_other_probabilities_takes_the_first_choice_of_the_corollary() -> None:
    for n in (3, 4, 5):
        sampler = one_hot_left_to_right(n)
        assert output_law(sampler) == one_hot(n)
        assert n * choices(sampler)[0].law[1] == 1


# --- canaries of the comparisons with concrete samplers -----------------------------------------


def refuted(monkeypatch: pytest.MonkeyPatch, name: str, planted: object) -> set[str]:
    monkeypatch.setattr(proved_locality, name, planted)
    found = check_sweep(proved_locality.concrete(Profile.QUICK))
    return {name for name, checked in found.items() if checked.verdict is Verdict.REFUTED}


def test_smaller_bounds_are_exceeded(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_round_late(locality: int, rounds: int) -> tuple[tuple[int, int], ...]:
        bounds = [(0, 0), (0, 0)]
        for _ in range(rounds - 1):
            mask, cell = bounds[-1]
            bounds.append((mask + locality * cell, mask + locality * cell + 1))
        return tuple(bounds[: rounds + 1])

    assert refuted(monkeypatch, "cone_bounds", one_round_late) == {proved_locality.DEPENDS}


def test_a_certificate_without_the_own_bit_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_own(local: LocalSampler, z: State, violation: Violation) -> frozenset[int]:
        return check_certificate(local, z, violation) - {violation.cell}

    assert refuted(monkeypatch, "check_certificate", without_own) == {proved_locality.UNREAD}


def test_other_powers_are_not_rigid(monkeypatch: pytest.MonkeyPatch) -> None:
    def dyadic(weight: object) -> bool:
        return True

    assert refuted(monkeypatch, "_is_power_of_half", dyadic) == {proved_locality.POWERS}


# --- the second road of the steps ----------------------------------------------------------------


def test_the_solvers_decide_the_steps_as_the_tables_do() -> None:
    made = (locality_proof(), *(make() for make in PROOFS), balance_proof(), not_enough(2))
    steps = {step.name: step for proof in made for step in proof.every_step}
    asked = smt.confirm_steps(list(steps.values()))
    assert asked == sum(len(step.premises) + 2 for step in steps.values())
