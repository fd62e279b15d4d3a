"""Ablations of section 4: other ends of the running parity, scratch cells, strong predictors.

Each entry is (claim, hypothesis, what is stated without it, the property of one n).
"""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.model.samplers.ablated import (
    Boundary,
    parity_with_scratch,
    remasking_with_boundary,
    revision_with_boundary,
)
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import parity_after_sampling
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.targets import even_parity
from dlmcheck.spec.law import is_product
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.claims.inexact import more_than_one_round
from dlmcheck.verify.claims.parity_samplers import sizes, wrong_law_by_definition
from dlmcheck.verify.claims.registry import Profile, SweepJob
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, Sweep, fails


def _parity(make: Callable[[int], Schedule]) -> Callable[[int], Outcome]:
    def holds(n: int) -> Outcome:
        wrong = wrong_law_by_definition(make(n), n)
        return fails(f"n = {n}: {wrong}") if wrong else HOLDS

    return holds


def _more_than_two_rounds(make: Callable[[int], Schedule]) -> Callable[[int], Outcome]:
    """That D_n takes more than two rounds: refuted by an exact sampler of two."""

    def holds(n: int) -> Outcome:
        schedule = make(n)
        if wrong_law_by_definition(schedule, n) or schedule.rounds > 2:
            return HOLDS
        cells = f"L = {schedule.length}, " if schedule.length != n else ""
        return fails(f"n = {n}: {cells}two rounds sample D_n")

    return holds


def _not_product(n: int) -> Outcome:
    return fails(f"D_{n} is a product law") if is_product(even_parity(n)) else HOLDS


FIXED_ENDS: tuple[tuple[str, str, str, Callable[[int], Outcome]], ...] = (
    (
        "T4.1",
        "y_0=0",
        "y_0 may be 1",
        _parity(lambda n: revision_with_boundary(n, Boundary.FIRST_ONE)),
    ),
    (
        "T4.1",
        "y_n=0",
        "y_n may be fair",
        _parity(lambda n: revision_with_boundary(n, Boundary.LAST_FAIR)),
    ),
    (
        "T4.2",
        "y_0=0",
        "y_0 may be 1",
        _parity(lambda n: remasking_with_boundary(n, Boundary.FIRST_ONE)),
    ),
    (
        "T4.2",
        "y_n=0",
        "y_n may be fair",
        _parity(lambda n: remasking_with_boundary(n, Boundary.LAST_FAIR)),
    ),
    (
        "T4.2",
        "round-number",
        "the two rounds that read one token need no round number",
        _parity(lambda n: remasking_with_boundary(n, Boundary.BOTH_ZERO, clock=False)),
    ),
    ("R-4", "n>=2", "D_n is no product law for any n >= 1", _not_product),
    ("T4.5", "n>=2", "D_n takes more than one round for every n >= 1", _not_product),
)

_FEWER_ROUNDS: tuple[tuple[str, str, Callable[[int], Outcome]], ...] = (
    (
        "write-once",
        "with revision, and p reading two tokens, D_n takes more than two rounds",
        _more_than_two_rounds(parity_revision),
    ),
    (
        "L=n",
        "with scratch cells, and p and F reading two tokens, D_n takes more than two rounds",
        _more_than_two_rounds(parity_with_scratch),
    ),
    (
        "weak-predictor",
        "with a predictor that reads all tokens D_n takes more than two rounds",
        _more_than_two_rounds(parity_two_rounds),
    ),
)

TWO_ROUNDS: tuple[tuple[str, str, str, Callable[[int], Outcome]], ...] = (
    *(
        (claim, hypothesis, says, holds)
        for claim in ("T4.5", "T4.5-BOUND")
        for hypothesis, says, holds in _FEWER_ROUNDS
    ),
    (
        "T4.5-BOUND",
        "deterministic-F",
        "with F after sampling, p and F reading two tokens, D_n takes more than two rounds",
        _more_than_two_rounds(parity_after_sampling),
    ),
    (
        "T4.5",
        "exact-law",
        "with a total-variation error of 1/2 allowed D_n takes more than one round",
        more_than_one_round,
    ),
)


def _section_4(_: Profile) -> Sweep[int, int]:
    return Sweep(sizes("D_n", 1, 5), lambda n: n, _named(FIXED_ENDS))


def _bounds(_: Profile) -> Sweep[int, int]:
    # From n = 4 on deterministic F on n cells, reading two tokens, takes three rounds or more.
    return Sweep(sizes("D_n", 4, 5), lambda n: n, _named(TWO_ROUNDS))


def _named(
    listed: tuple[tuple[str, str, str, Callable[[int], Outcome]], ...],
) -> dict[str, Callable[[int], Outcome]]:
    return {f"{claim} without {name}": holds for claim, name, _, holds in listed}


JOBS = (
    SweepJob("ablations-4", _section_4, split=1),
    SweepJob("ablations-bounds", _bounds, split=1),
)
