"""DEC-STEPS: verdicts, the smallest witnesses, shares of schedules, and planted errors."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import pytest

from dlmcheck.spec.entropy import LogSum
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.step_bounds import CLAIM, JOBS
from dlmcheck.verify.claims.step_cases import codes
from dlmcheck.verify.decoders.batch_schedules import (
    all_schedules,
    curve_error,
    dual_total_correlation,
    entropy_curve,
    total_correlation,
)
from dlmcheck.verify.decoders.step_counts import (
    growing,
    share_of_dual,
    share_of_total,
    shrinking,
)
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import check_sweep
from tests.verify.claims.verdicts import check_verdict

ROWS = {row.id: row for row in CLAIM.rows}

WITNESSES = {
    "DEC-STEPS/fixed-order": (
        "000:1/3 001:1/3 110:1/3 in batches of 2, 1",
        "-2/3 log 2 + log 3 is more than -log 2 + log 3",
    ),
    "DEC-STEPS/marginals": ("00:1/2 11:1/2 in batches of 1, 1", "log 2 is more than 0"),
    "DEC-STEPS/average": (
        "000:1/2 111:1/2 in batches of 2, 1",
        "log 2 is more than 1/2 log 2",
    ),
    "DEC-STEPS/known-target": (
        "000:1/2 011:1/2 in batches of 1, 2",
        "error 1/3 log 2 in 2 rounds, 1/3 log 2 is allowed",
    ),
    "DEC-STEPS/total,rounds,n=2": ("2 cells, shares from 1/2 to 1", "(1, 1) has 2 rounds"),
    "DEC-STEPS/total,announced,short": (
        "2",
        "at most 2 rounds are ever needed, and the bound is no smaller",
    ),
}
"""The smallest instance without a hypothesis, and what goes wrong there."""


@cache
def found() -> dict[str, Checked]:
    return {
        statement: result
        for job in JOBS
        for statement, result in check_sweep(job.make(Profile.QUICK)).items()
    }


@pytest.mark.parametrize("row", ROWS)
def test_the_verdict_of_every_row(row: str) -> None:
    results = [found()[road.statement] for road in ROWS[row].roads]
    check_verdict(ROWS[row], results, WITNESSES)


def one_drop(length: int, place: int) -> tuple[LogSum, ...]:
    """The curve of a code: log 2 before `place`, 0 from there on."""
    one = LogSum({2: Fraction(1)})
    return (one,) * place + (LogSum({}),) * (length - place)


@pytest.mark.parametrize("length", range(2, 8))
def test_the_share_of_a_schedule_is_the_worst_ratio_over_the_codes(length: int) -> None:
    for sizes in all_schedules(length):
        curves = [one_drop(length, place) for place in range(1, length)]
        errors = [curve_error(c, sizes).coefficients.get(2, Fraction(0)) for c in curves]
        totals = [total_correlation(c).coefficients[2] for c in curves]
        duals = [dual_total_correlation(c).coefficients[2] for c in curves]
        assert share_of_total(sizes) == max(e / t for e, t in zip(errors, totals, strict=True))
        assert share_of_dual(sizes) == max(e / d for e, d in zip(errors, duals, strict=True))


@pytest.mark.parametrize("length", [2, 3, 4])
def test_the_codes_have_one_drop_each_at_every_place(length: int) -> None:
    for place, law in enumerate(codes(length), 1):
        curve = entropy_curve(law)
        assert len(set(curve[:place])) == 1
        assert curve[place:] == (LogSum({}),) * (length - place)


@pytest.mark.parametrize("length", range(1, 9))
def test_no_schedule_of_a_share_is_shorter(length: int) -> None:
    shares = {Fraction(p, q) for q in range(1, length + 1) for p in range(1, length + 1)}
    for share in shares:
        for best, share_of in ((shrinking, share_of_total), (growing, share_of_dual)):
            sizes = best(length, share)
            assert sum(sizes) == length
            assert share_of(sizes) <= share
            fewest = min(len(s) for s in all_schedules(length) if share_of(s) <= share)
            assert len(sizes) == fewest


# --- errors that `tests/headline` plants -------------------------------------------------------


def start_counted_as_masked(sizes: Sequence[int]) -> Fraction:
    """The cell that a batch starts with counted among those that are masked afterwards."""
    masked, found = sum(sizes), Fraction(0)
    for size in sizes:
        if size > 1:
            found = max(found, Fraction(size - 1, masked))
        masked -= size
    return found
