"""Canaries of T4.5-ERROR: each row fails for a planted sampler or law, and for its own reason."""

from __future__ import annotations

import pytest

from dlmcheck.model.reductions.cones import check_cones, least_rounds
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.targets import even_parity
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import inexact
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.sweep import check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict


def verdicts() -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for job in inexact.JOBS:
        for name, checked in check_sweep(job.make(Profile.QUICK)).items():
            found[name] = checked.verdict
    return found


def test_the_verdicts() -> None:
    assert verdicts() == {
        inexact.BALANCED: Verdict.BOUNDED,
        inexact.FAR: Verdict.BOUNDED,
        inexact.TWO_BITS: Verdict.BOUNDED,
        inexact.HALF: Verdict.REFUTED,
    }


def test_a_check_that_reads_every_cell_breaks_both_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sampler that reads n - 1 tokens is D_n itself: no cell is missed."""

    def planted(_: int) -> tuple[int, Schedule]:
        return 3, parity_two_rounds(3)

    monkeypatch.setattr(inexact, "local_sampler", planted)
    found = check_sweep(inexact.JOBS[0].make(Profile.QUICK))
    assert found[inexact.BALANCED].verdict is Verdict.REFUTED
    assert "over even strings, 0 over odd ones" in str(found[inexact.BALANCED].evidence)
    assert "distance 0, stated at least 1/5" in str(found[inexact.FAR].evidence)


def test_bits_that_are_not_independent_come_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(_: inexact.TwoBits) -> Law[State]:
        return even_parity(2)

    monkeypatch.setattr(inexact.TwoBits, "law", property(planted))
    found = check_sweep(inexact.JOBS[1].make(Profile.QUICK))
    assert found[inexact.TWO_BITS].verdict is Verdict.REFUTED


def test_another_distance_would_keep_one_round_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(left: Law[State], right: Law[State]) -> object:
        return 2 * total_variation(left, right)

    monkeypatch.setattr(inexact, "total_variation", doubled)
    found = check_sweep(inexact.JOBS[2].make(Profile.QUICK))
    assert found[inexact.HALF].verdict is Verdict.BOUNDED


def test_the_samplers_are_too_local_for_their_rounds() -> None:
    for seed in range(40):
        n, schedule = inexact.local_sampler(seed)
        assert max(len(cone.cells) for cone in check_cones(schedule)) < n
        least = least_rounds(n, 1)
        assert least is not None
        assert schedule.rounds < least
