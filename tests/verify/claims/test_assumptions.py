"""Assumptions travel: for each claim the exact set of what it rests on is pinned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock_file import read_lock
from tests.verify.claims.assumed import NOTHING, of_claim, of_row, pinned
from tests.verify.cli.running import ROOT

CLAIMS = {claim.id: claim for claim in catalogue().claims}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_rests_on_exactly_what_is_pinned(claim: str) -> None:
    expected = pinned().get(claim, ["not pinned: python -m tests.verify.claims.assumed"])
    assert (of_claim(CLAIMS[claim]) or [NOTHING]) == expected


COMPUTED = ("rule: ", "encoder: ", "solver: ", "engine: ")


def test_the_audit_that_was_locked_found_the_same_by_its_evidence() -> None:
    """Here the names come from what stands behind a row, in the lock from what an audit found."""
    section = read_lock(ROOT / "claims.lock").section(Profile.QUICK)
    for row in catalogue().rows:
        locked = section.get(row.id)
        if locked is None:
            continue
        found = {name for name in locked.assumptions if name.startswith(COMPUTED)}
        if found or locked.verdict is Verdict.PROVED:
            assert found == {name for name in of_row(row) if name.startswith(COMPUTED)}, row.id


def test_every_rule_that_is_pinned_is_one_of_the_kernel() -> None:
    rules = {f"rule: {rule.value}" for rule in Rule}
    named = {name for listed in pinned().values() for name in listed if name.startswith("rule: ")}
    assert named <= rules
    assert named


def test_canary_one_assumption_more_is_noticed() -> None:
    claim = CLAIMS["R-4"]
    more = replace(claim, rows=(replace(claim.rows[0], assumptions=("the moon",)), *claim.rows[1:]))
    assert of_claim(more) != pinned()["R-4"]
