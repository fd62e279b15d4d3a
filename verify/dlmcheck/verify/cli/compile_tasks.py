"""The two tasks of `dlmcheck compile` for each circuit and edit model, in processes of their own.

The first compiles and measures, and gives the schedule as text. The second reads that text again
and verifies it, so that nothing the compiler knows reaches the verifier but the text and a
certificate, which the kernel checks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module

from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import (
    circuit_from_json,
    circuit_to_json,
    schedule_from_json,
    schedule_to_json,
)
from dlmcheck.verify.cli.limits import Limits
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.cli.tasks import run_all
from dlmcheck.verify.compilation import Choices, CompiledFigures, construction
from dlmcheck.verify.equivalence import Equivalence, equivalent
from dlmcheck.verify.jobs import Ending, Finished, Sealed, Task, seal, without_collecting
from dlmcheck.verify.kernel.contents import Simulation

SOLVER_SECONDS = 60.0
"""What the solver gets if there is no --timeout; else it gets a third of that."""


_LEFT_TO_THE_END: list[object] = []
"""What a task's process has made and needs no more: it goes with the process, all at once."""


@dataclass(frozen=True)
class Job:
    """A circuit, by the name of its file, and how it is to be compiled."""

    file: str
    circuit: Circuit
    edits: str
    chosen: Choices
    flip: tuple[str, int] | None = None
    all_roads: bool = True

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.file} ({self.edits})"


@dataclass(frozen=True)
class Assembled:
    """What the first task hands on: the schedule as text, and what is known of it.

    `numbering` is the circuit that the labels speak of, as text; empty if it is the one that was
    compiled.
    """

    text: str
    figures: CompiledFigures
    plan: Sealed[Simulation | None]
    numbering: str
    labels: Sealed[tuple[str, ...]]


@dataclass(frozen=True)
class Refused:
    """A circuit that this construction does not take: bad input, found while compiling."""

    message: str


def compile_all(jobs: Sequence[Job], limits: Limits, progress: Progress) -> list[Finished]:
    """The first task of each job; its value is `Assembled` or `Refused`."""
    tasks = [Task(f"compile {job.name}", partial(_compile, job)) for job in jobs]
    return _run(tasks, [job.circuit.node_count for job in jobs], limits, progress)


def verify_all(
    jobs: Sequence[Job], compiled: Sequence[Finished], limits: Limits, progress: Progress, seed: int
) -> dict[int, Finished]:
    """The second task of each job that was compiled, by its number; its value an `Equivalence`."""
    if any(done.ending is Ending.INTERRUPTED for done in compiled):
        return {}
    seconds = SOLVER_SECONDS if limits.timeout is None else limits.timeout / 3
    ready = {
        index: done.value
        for index, done in enumerate(compiled)
        if isinstance(done.value, Assembled)
    }
    if any(job.all_roads for job in jobs):  # loaded once, and not by each task
        import_module("dlmcheck.verify.engines.coupling")
    tasks = [
        Task(
            f"verify {jobs[index].name}",
            partial(_verify, jobs[index], assembled, seconds, seed),
        )
        for index, assembled in ready.items()
    ]
    lengths = [len(assembled.text) for assembled in ready.values()]
    return dict(zip(ready, _run(tasks, lengths, limits, progress), strict=True))


@without_collecting()
def _compile(job: Job, _progress: Callable[[int], None]) -> Assembled | Refused:
    try:
        built = construction(job.edits)(job.circuit, job.chosen)
        schedule = built.schedule if job.flip is None else flip_gate(built.schedule, *job.flip)
    except BadInput as error:
        return Refused(error.message + (f"; expected {error.expected}" if error.expected else ""))
    _LEFT_TO_THE_END.append((built, schedule))
    return Assembled(
        schedule_to_json(schedule),
        built.figures,
        seal(built.plan),
        "" if built.numbering is job.circuit else circuit_to_json(built.numbering),
        seal(schedule.labels),
    )


@without_collecting()
def _verify(
    job: Job,
    assembled: Assembled,
    solver_seconds: float,
    seed: int,
    progress: Callable[[int], None],
) -> Equivalence:
    steps = 0

    def step(_what: str) -> None:
        nonlocal steps
        steps += 1
        progress(steps)

    schedule = schedule_from_json(assembled.text)
    return equivalent(
        schedule,
        job.circuit,
        plan=assembled.plan.open(),
        numbering=partial(circuit_from_json, assembled.numbering) if assembled.numbering else None,
        timeout=solver_seconds,
        seed=seed,
        all_roads=job.all_roads,
        progress=step,
    )


def _run(
    tasks: Sequence[Task], sizes: Sequence[int], limits: Limits, progress: Progress
) -> list[Finished]:
    # Tasks go by number: the same file may be given twice.
    numbered = [replace(task, name=f"{number} {task.name}") for number, task in enumerate(tasks, 1)]
    # The largest first: begun last, it would be waited for when all others are done.
    order = sorted(range(len(tasks)), key=lambda place: -sizes[place])
    done = run_all([numbered[place] for place in order], limits, progress)
    found = dict(zip(order, done, strict=True))
    return [found[place] for place in range(len(tasks))]
