"""Claims on batch schedules: verdicts, the smallest witnesses, and planted errors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from dlmcheck.spec.entropy import LogSum
from dlmcheck.spec.law import Law, marginal, product_law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.batch_schedules import CLAIMS, JOBS
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.decoders.batch_schedules import curve_error
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import check_sweep
from tests.verify.claims.verdicts import check_verdict

ROWS = {row.id: row for claim in CLAIMS for row in claim.rows}
PAIR = "000:1/2 011:1/2 in batches of 1, 2"

WITNESSES = {
    "SCHED-COST/fixed-order": (PAIR, "log 2, not 1/3 log 2"),
    "SCHED-COST/marginals": ("00:1/2 11:1/2 in batches of 1, 1", "log 2, not 0"),
    "SCHED-COST/adaptive": (PAIR, "1/3 log 2, not 2/9 log 2"),
    "SCHED-OWN-LAW/equal": (PAIR, "log 2 + log 3 - log 5, not 1/3 log 2"),
    "SCHED-OWN-LAW/best": (
        "0010:1/3 1101:1/3 1110:1/3 in batches of 2, 2",
        "5/3 log 2 - 2/3 log 3 is more than 4/3 log 3 - 2/3 log 5",
    ),
}
"""The smallest target and schedule without a hypothesis, and what goes wrong there."""


@cache
def found() -> dict[str, Checked]:
    return check_sweep(JOBS[0].make(Profile.QUICK))


@pytest.mark.parametrize("row", ROWS)
def test_the_verdict_of_every_row(row: str) -> None:
    results = [found()[road.statement] for road in ROWS[row].roads]
    check_verdict(ROWS[row], results, WITNESSES)


# --- errors that `tests/headline` plants -------------------------------------------------------


def one_cell_late(curve: Sequence[LogSum], sizes: Sequence[int]) -> LogSum:
    """The sum starts one cell late: the first batch costs nothing."""
    return curve_error(curve, sizes) - curve_error(curve, (sizes[0],))


def independent(target: Law[State], sizes: Sequence[int]) -> Law[State]:
    """The own law of a decoder that writes everything at once."""
    return product_law([marginal(target, cell) for cell in range(sum(sizes))])
