"""DEC-STEPS: how many rounds an error needs, by the total and the dual total correlation.

Source: Chen, Cong, Li, "Optimal Inference Schedules for Masked Diffusion Models", which bounds the
number of rounds by either correlation and log n; Lavenant, Zanella, "Error Bounds and Optimal
Schedules for Masked Diffusions", which bounds the error by the average number of cells a round.
Proofs, and what the published texts announce, in the note BATCH-SCHEDULES.
"""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.verify.claims import step_checks as checks
from dlmcheck.verify.claims.batch_cases import Scheduled
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.step_cases import (
    Coded,
    Counted,
    code_cases,
    counted_cases,
    law_cases,
    lengths,
)
from dlmcheck.verify.kernel.sweep import Outcome, Sweep

NOTE = "BATCH-SCHEDULES"
SOURCE = (
    "Chen, Cong, Li (Optimal Inference Schedules for Masked Diffusion Models); Lavenant, Zanella "
    "(Error Bounds and Optimal Schedules for Masked Diffusions); statements in our words"
)
# --- jobs and rows -----------------------------------------------------------------------------

LAWS, CODES, COUNTS, LENGTHS = "step-laws", "step-codes", "step-counts", "step-lengths"

OF_LAWS: dict[str, Callable[[Scheduled], Outcome]] = {
    checks.BY_TOTAL: checks.by_total,
    checks.BY_DUAL: checks.by_dual,
    checks.BY_LARGEST: checks.by_largest,
    checks.BY_TOTAL_CURVE: checks.by_total_curve,
    checks.BY_DUAL_CURVE: checks.by_dual_curve,
    checks.BY_LARGEST_CURVE: checks.by_largest_curve,
    checks.FIXED: checks.fixed,
    checks.MARGINALS: checks.marginals,
    checks.AVERAGE: checks.average,
    checks.KNOWN: checks.known,
}

OF_CODES: dict[str, Callable[[Coded], Outcome]] = {
    checks.SHARP_TOTAL: checks.sharp_total,
    checks.SHARP_DUAL: checks.sharp_dual,
    checks.SHARP_LARGEST: checks.sharp_largest,
}

OF_COUNTS: dict[str, Callable[[Counted], Outcome]] = {
    checks.ROUNDS_TOTAL: checks.rounds_total,
    checks.ROUNDS_TOTAL_TWO: checks.rounds_total_two,
    checks.ROUNDS_DUAL: checks.rounds_dual,
    checks.ANNOUNCED_TOTAL: checks.announced_total,
    checks.ANNOUNCED_DUAL: checks.announced_dual,
}

OF_LENGTHS: dict[str, Callable[[int], Outcome]] = {
    checks.SAYS: checks.says,
    checks.SAYS_ALWAYS: checks.says_always,
    checks.LOGARITHM: checks.logarithm,
}


def _laws(_: Profile) -> Sweep[Scheduled, Scheduled]:
    name = "the targets of SCHED-COST and the code with 9 words on 4 cells, all schedules"
    return Sweep(listed(name, law_cases(), str), lambda case: case, OF_LAWS)


def _codes(_: Profile) -> Sweep[Coded, Coded]:
    name = "all schedules on 2 to 4 cells"
    return Sweep(listed(name, code_cases(), str), lambda case: case, OF_CODES)


def _counts(_: Profile) -> Sweep[Counted, Counted]:
    name = "2 to 16 cells, and every share at which a schedule changes"
    return Sweep(listed(name, counted_cases(), str), lambda case: case, OF_COUNTS)


def _lengths(_: Profile) -> Sweep[int, int]:
    return Sweep(listed("2 to 16 cells", lengths(), str), lambda length: length, OF_LENGTHS)


JOBS = (
    SweepJob(LAWS, _laws),
    SweepJob(CODES, _codes),
    SweepJob(COUNTS, _counts),
    SweepJob(LENGTHS, _lengths),
)

RANDOM_ORDER, PERFECT, LARGEST, ALL_TARGETS, THREE_CELLS, THIRTEEN = (
    "random-order",
    "perfect-predictor",
    "largest-batch",
    "one-schedule-for-all-targets",
    "n>=3",
    "n>=13",
)


ENGINES = {
    LAWS: ("every order run", "entropies of sets of cells"),
    CODES: ("every order run",),
    COUNTS: ("shortest path over the cells",),
    LENGTHS: ("dynamic program over the curve",),
}


def _row(reading: str, statement: str, job: str, *roads: str, dropped: str | None = None) -> Row:
    engines = ENGINES[job]
    return Row(
        "DEC-STEPS",
        reading,
        statement,
        tuple(Road(job, road, engine) for road, engine in zip(roads, engines, strict=False)),
        dropped=dropped,
    )


CLAIM = Claim(
    "DEC-STEPS",
    "the rounds that keep the error of random batches below a share of TC or DTC",
    SOURCE,
    (RANDOM_ORDER, PERFECT, LARGEST, ALL_TARGETS, THREE_CELLS, THIRTEEN),
    NOTE,
    (
        _row(
            "total",
            f"{checks.BY_TOTAL}, over the batches of m > 1 cells, r cells being masked before",
            LAWS,
            checks.BY_TOTAL,
            checks.BY_TOTAL_CURVE,
        ),
        _row(
            "dual",
            f"{checks.BY_DUAL}, over the batches of m > 1 cells, a cells being visible before",
            LAWS,
            checks.BY_DUAL,
            checks.BY_DUAL_CURVE,
        ),
        _row(
            "largest",
            f"{checks.BY_LARGEST}, M the largest batch",
            LAWS,
            checks.BY_LARGEST,
            checks.BY_LARGEST_CURVE,
        ),
        _row("total,sharp", f"for every schedule: {checks.SHARP_TOTAL}", CODES, checks.SHARP_TOTAL),
        _row("dual,sharp", f"for every schedule: {checks.SHARP_DUAL}", CODES, checks.SHARP_DUAL),
        _row(
            "largest,sharp",
            f"for every schedule: {checks.SHARP_LARGEST}",
            CODES,
            checks.SHARP_LARGEST,
        ),
        _row(
            "total,rounds",
            "n >= 3, 0 < eps < TC: batches of 1 + floor((eps/TC)(r - 1)) cells, r being masked, "
            "keep the error at most eps; no schedule that does so for all targets of that TC is "
            "shorter; these are at most 1 + ceil((TC/eps - 1/2) ln(n - 1)) rounds",
            COUNTS,
            checks.ROUNDS_TOTAL,
        ),
        _row(
            "dual,rounds",
            "n >= 2: batches of 1 + floor((eps/DTC)(a + 1)) cells, a being visible, keep the "
            "error at most eps; no schedule that does so for all targets of that DTC is shorter; "
            "these are at most ceil((DTC/eps + 1/2) ln n) rounds",
            COUNTS,
            checks.ROUNDS_DUAL,
        ),
        _row(
            "total,announced",
            f"natural logarithm: {checks.ANNOUNCED_TOTAL}",
            COUNTS,
            checks.ANNOUNCED_TOTAL,
        ),
        _row(
            "dual,announced",
            f"natural logarithm: {checks.ANNOUNCED_DUAL}",
            COUNTS,
            checks.ANNOUNCED_DUAL,
        ),
        _row("total,announced,informative", checks.SAYS, LENGTHS, checks.SAYS),
        _row(
            "logarithm", f"for every n >= 2 there is {checks.LOGARITHM}", LENGTHS, checks.LOGARITHM
        ),
        _row("fixed-order", checks.FIXED, LAWS, checks.FIXED, dropped=RANDOM_ORDER),
        _row("marginals", checks.MARGINALS, LAWS, checks.MARGINALS, dropped=PERFECT),
        _row("average", checks.AVERAGE, LAWS, checks.AVERAGE, dropped=LARGEST),
        _row("known-target", checks.KNOWN, LAWS, checks.KNOWN, dropped=ALL_TARGETS),
        _row(
            "total,rounds,n=2",
            "the bound of `total,rounds` for n >= 2",
            COUNTS,
            checks.ROUNDS_TOTAL_TWO,
            dropped=THREE_CELLS,
        ),
        _row(
            "total,announced,short",
            f"for every n: {checks.SAYS_ALWAYS}",
            LENGTHS,
            checks.SAYS_ALWAYS,
            dropped=THIRTEEN,
        ),
    ),
)

CLAIMS = (CLAIM,)
