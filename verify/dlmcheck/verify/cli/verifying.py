"""Checking schedules against circuits, for the commands that do: in a task, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TypeVar

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.cli import complain
from dlmcheck.verify.cli.limits import Limits
from dlmcheck.verify.cli.tasks import CODES
from dlmcheck.verify.equivalence import Equivalence, equivalent
from dlmcheck.verify.jobs import Finished
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.report.outcome import Outcome, code_of

ROADS = ("all", "first")
"""Every road that there is, or only until one decides."""

SOLVER_SECONDS = 60.0
"""What the solver gets if there is no --timeout; else it gets a third of that."""

Found = TypeVar("Found", bound=Outcome)


def check_roads(roads: str) -> None:
    """Raises `BadInput` for a choice of roads that is none."""
    if roads not in ROADS:
        raise BadInput(f"{roads!r}", source="--roads", expected=" or ".join(ROADS))


def solver_seconds(limits: Limits) -> float:
    """How long the solver may take in a task under these limits."""
    return SOLVER_SECONDS if limits.timeout is None else limits.timeout / 3


def steps(progress: Callable[[int], None]) -> Callable[[str], None]:
    """What is to be called as steps are begun: `progress` is told how many."""
    numbers = count(1)
    return lambda _what: progress(next(numbers))


def verified(
    schedule: Schedule,
    circuit: Circuit,
    *,
    plan: Simulation | None,
    numbering: Callable[[], Circuit] | None = None,
    seconds: float,
    seed: int,
    roads: str,
    progress: Callable[[int], None],
) -> Equivalence:
    """`equivalent`, as a task does it."""
    return equivalent(
        schedule,
        circuit,
        plan=plan,
        numbering=numbering,
        timeout=seconds,
        seed=seed,
        all_roads=roads == ROADS[0],
        progress=steps(progress),
    )


def unanswered(found: Found, last: Finished) -> Found:
    """An outcome whose task has come to no value: why, and what that means."""
    problem = f"{last.ending.value}: {last.message}".rstrip(": ")
    return replace(found, problem=problem, code=CODES[last.ending])


def answered(found: Found, answer: Equivalence, labels: Callable[[], tuple[str, ...]]) -> Found:
    """An outcome with its answer."""
    # Labels serve to name the cell where a run goes wrong, and for nothing else.
    named = () if answer.wrong_run is None else labels()
    return replace(found, equivalence=answer, code=code_of(answer), labels=named)


def certificate(path: Path, text: str) -> list[tuple[Path, str]]:
    """The evidence file to be written; if there is no evidence, that is said."""
    if text:
        return [(path, text)]
    complain(f"{path} is not written: the kernel has checked no evidence")
    return []
