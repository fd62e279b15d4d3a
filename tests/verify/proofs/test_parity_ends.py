"""Other ends of the running parity: the proof, its steps on schedules, the laws, canaries."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product
from random import Random

import pytest

from dlmcheck.model.samplers.ablated import (
    Boundary,
    remasking_rules,
    remasking_with_boundary,
    revision_rules,
    revision_with_boundary,
)
from dlmcheck.model.samplers.remasking import remask_clock
from dlmcheck.model.samplers.revision import revision
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import identity_checks
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import countermodel
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import parity_ends
from dlmcheck.verify.proofs.parity import local_proof
from dlmcheck.verify.proofs.parity_account import EVEN, Account
from dlmcheck.verify.proofs.parity_steps import Kind
from tests.verify.concluding import conclusions
from tests.verify.proofs.parity_concrete import concluded, instance, run, schedule_of
from tests.verify.proofs.rounds import rejected
from tests.verify.proofs.test_parity_proofs import check_agreement

ACCOUNTS = dict(zip(parity_ends.PARTS, parity_ends.accounts(), strict=True))
each = pytest.mark.parametrize("part", ACCOUNTS)


def test_it_is_proved() -> None:
    job = identity_checks.ENDS_PROVED
    found = conclusions(job)
    assert [checked.verdict for checked in found.values()] == [Verdict.PROVED]
    assert set(found) == {parity_ends.STATEMENT}


def test_the_numbers_of_steps_are_pinned() -> None:
    found = parity_ends.argument()
    assert (len(found.proof.every_step), len(found.queries)) == (91, 86)
    assert len(found.proof.skeleton) == 5


@each
def test_the_proof_is_about_the_sampler_of_the_claim(part: str) -> None:
    boundary = Boundary.FIRST_ONE if "y_0" in part else Boundary.LAST_FAIR
    revised = part.startswith("T4.1")
    make = revision_with_boundary if revised else remasking_with_boundary
    for n in range(2, 9):
        assert ACCOUNTS[part].sampler.schedule(n) == make(n, boundary)
    rules = revision_rules if revised else remasking_rules
    assert rules(boundary).rounds == ACCOUNTS[part].sampler.rounds


def test_with_the_true_ends_the_rules_are_those_of_the_theorems() -> None:
    """But for the coin of the last cell, which nobody reads."""
    for n in range(2, 7):
        for other, own in (
            (revision_rules(Boundary.BOTH_ZERO), revision()),
            (remasking_rules(Boundary.BOTH_ZERO), remask_clock()),
        ):
            assert law(other.schedule(n)) == law(own.schedule(n)) == even_parity(n)


def law(schedule: object) -> Law[State]:
    from dlmcheck.spec.sampler import output_law
    from dlmcheck.spec.schedule import Schedule, sampler_of

    assert isinstance(schedule, Schedule)
    return output_law(sampler_of(schedule))


# --- on schedules --------------------------------------------------------------------------


@each
def test_every_step_agrees_with_the_schedule(part: str) -> None:
    random = Random(part)
    for one in local_proof(ACCOUNTS[part]).steps:
        # What the strings satisfy is looked at on all runs, below.
        if one.kind is not Kind.EVEN:
            for numbers in one.situation.instances(6)[:3]:
                check_agreement(one, dict(numbers), random)


@each
def test_every_countermodel_is_a_concrete_run(part: str) -> None:
    replayed = 0
    for one in local_proof(ACCOUNTS[part]).steps:
        for premise in one.step.premises if one.kind is not Kind.EVEN else ():
            values = countermodel(one.step, premise)
            for numbers in one.situation.instances(6)[:2]:
                found = instance(one, numbers, values, lambda family, _: family == "masked")
                assert not concluded(found), (one.step.name, premise)
                replayed += 1
    assert replayed > 15


@each
@pytest.mark.parametrize("n", range(2, 7))
def test_strings_are_made_as_often_as_the_proof_says(part: str, n: int) -> None:
    account = ACCOUNTS[part]
    number = n if "fair" in part else n - 1
    made: Counter[State] = Counter()
    for coins in product((False, True), repeat=number):
        made[run(schedule_of(account.sampler, n), partial(_coin, coins))] += 1
    for z in product((0, 1), repeat=n):
        odd, prefix = sum(z) % 2, sum(z[:-1]) % 2
        expected = {
            "T4.1, y_0 = 1": odd,
            "T4.2, y_0 = 1": odd,
            "T4.1, fair last bit": 1,
            "T4.2, fair last bit": 2 * z[-1] if prefix else 1,
        }[part]
        assert made[z] == expected
    distance = total_variation(
        Law({z: Fraction(count, 1 << number) for z, count in made.items()}), even_parity(n)
    )
    wanted = {"y_0 = 1": Fraction(1), "fair last bit": Fraction(1, 2)}[part[6:]]
    assert distance == (wanted / 2 if part == "T4.2, fair last bit" else wanted)


def _coin(coins: tuple[bool, ...], family: str, index: int) -> bool:
    return family == "p1" and index < len(coins) and coins[index]


# --- planted errors ------------------------------------------------------------------------


def failing(account: Account) -> set[str]:
    return rejected(local_proof(account).steps)


@pytest.mark.parametrize("part", ["T4.1, y_0 = 1", "T4.2, y_0 = 1"])
def test_canary_even_in_place_of_odd(part: str) -> None:
    assert failing(replace(ACCOUNTS[part], support=EVEN)) == {
        f"{kind}: {situation}"
        for kind in ("even", "string from the seeds")
        for situation in ("only", "last")
    }


def test_canary_every_string_in_place_of_some() -> None:
    found = failing(replace(ACCOUNTS["T4.1, y_0 = 1"], support=None))
    assert found == {f"string from the seeds: {situation}" for situation in ("only", "last")}
    found = failing(replace(ACCOUNTS["T4.2, fair last bit"], support=None))
    assert found == {"string from the seeds: last"}


@pytest.mark.parametrize("part", ["T4.1, fair last bit", "T4.2, fair last bit"])
def test_canary_the_sampler_of_the_theorem(part: str) -> None:
    """A last bit that is 0 is not the coin that the account speaks of."""
    rules = revision_rules if part.startswith("T4.1") else remasking_rules
    found = failing(replace(ACCOUNTS[part], sampler=rules(Boundary.BOTH_ZERO)))
    situations = ("only", "last") if part.startswith("T4.1") else ("last",)
    assert found == {f"round 1, write: {situation}" for situation in situations}


def test_canary_another_distance() -> None:
    for one in parity_ends.distance_queries():
        wrong = replace(one, conclusion="(= (* 8 distance) 1)")
        with pytest.raises(Rejected, match="does not hold"):
            smt.answer([wrong])
