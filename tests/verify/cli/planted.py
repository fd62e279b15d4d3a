"""A registry of small claims with every kind of ending, and a command line on it.

`python -m tests.verify.cli.planted audit LIES` is the real command line, on these claims.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Point
from dlmcheck.verify.claims.registry import (
    Claim,
    DirectJob,
    Profile,
    Registry,
    Road,
    Row,
    SweepJob,
)
from dlmcheck.verify.cli import main
from dlmcheck.verify.kernel.imports import imported
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails

LOG = "PLANTED_LOG"
"""With this variable set, every part of "slow" that is run is noted in that file."""

HOLD = "PLANTED_HOLD"
"""While the file that this variable names is there, the claim SLOW does not finish."""


def numbers(count: int, generated: int | None = None) -> Domain[int]:
    def read(text: str) -> int:
        if not text.isdigit():
            raise BadInput(f"{text!r} is no number", source="witness")
        return int(text)

    members = range(count if generated is None else generated)
    return Domain(
        f"numbers below {count}", count, lambda: members, lambda n: 0 <= n < count, str, read
    )


def sweep(
    job: str, statement: str, holds: Callable[[int], Outcome], count: int = 10, split: int = 1
) -> SweepJob:
    return SweepJob(job, lambda _: Sweep(numbers(count), lambda n: n, {statement: holds}), split)


def is_not_three(number: int) -> Outcome:
    return fails("it is three") if number == 3 else HOLDS


def crashes(number: int) -> Outcome:
    raise RuntimeError(f"broken on {number}")


def hogs(_: int) -> Outcome:
    """Takes 400 MB for a moment: more than a limited worker has, no harm without a limit."""
    return HOLDS if bytearray(400 << 20) else NOT_MET


def waits(number: int) -> Outcome:
    log = os.environ.get(LOG)
    if log:
        with Path(log).open("a") as stream:
            stream.write(f"{number}\n")
    hold = os.environ.get(HOLD)
    # The first part (even numbers) is quick, the second waits.
    while number % 2 and hold and Path(hold).exists():
        time.sleep(0.02)
    return HOLDS


def cited(_: Profile) -> Mapping[str, Checked]:
    return {"cited": imported("cited", "Somebody, A theorem")}


def broken_domain(_: Profile) -> Sweep[int, int]:
    """One member fewer than the domain is said to have."""
    return Sweep(numbers(10, generated=9), lambda n: n, {"holds": lambda _: HOLDS})


def by_profile(profile: Profile) -> Sweep[int, int]:
    count = 10 if profile is Profile.QUICK else 20
    return Sweep(numbers(count), lambda n: n, {"grows": lambda _: HOLDS})


def claim(name: str, *roads: tuple[str, str, str], assumptions: tuple[str, ...] = ()) -> Claim:
    row = Row(
        name,
        "reading",
        f"{name} holds",
        tuple(Road(*road) for road in roads),
        Point(),
        assumptions,
    )
    return Claim(name, f"the claim {name}", "planted", ("none",), name, (row,))


def registry() -> Registry:
    return Registry(
        claims=(
            claim("GOOD", ("good", "holds", "first engine"), ("good2", "holds", "second engine")),
            claim("BAD", ("bad", "no three", "first engine"), assumptions=("three is a number",)),
            claim("VACUOUS", ("vacuous", "nothing", "first engine")),
            claim("LIES", ("bad", "no three", "first engine"), ("liar", "no three", "a liar")),
            claim("CRASH", ("crash", "crashes", "first engine")),
            claim("REJECTED", ("broken", "holds", "first engine")),
            claim("HOG", ("hog", "fits", "first engine")),
            claim("SLOW", ("slow", "in time", "first engine")),
            claim("CITED", ("cited", "cited", "the literature")),
            claim("GROWS", ("grows", "grows", "first engine")),
            Claim(
                "LATER",
                "a claim of the full profile",
                "planted",
                (),
                "LATER",
                (
                    Row(
                        "LATER",
                        "reading",
                        "it holds",
                        (Road("good", "holds", "first engine", Profile.FULL),),
                    ),
                ),
            ),
        ),
        jobs=(
            sweep("good", "holds", lambda _: HOLDS, split=2),
            sweep("good2", "holds", lambda n: NOT_MET if n == 0 else HOLDS),
            sweep("bad", "no three", is_not_three),
            sweep("liar", "no three", lambda _: HOLDS),
            sweep("vacuous", "nothing", lambda _: NOT_MET),
            sweep("crash", "crashes", crashes),
            SweepJob("broken", broken_domain, 1),
            sweep("hog", "fits", hogs),
            sweep("slow", "in time", waits, split=2),
            DirectJob("cited", cited),
            SweepJob("grows", by_profile, 1),
        ),
    )


if __name__ == "__main__":
    main(sys.argv[1:], registry())
