"""The tasks of `dlmcheck compile` for each circuit and edit model, in processes of their own.

The first compiles, gives the schedule as text, and measures. The second reads that text again
and verifies it, so that nothing the compiler knows reaches the verifier but the text and a
certificate, which the kernel checks. It begins while the first still measures.

Where there is a worker to spare, what the kernel does alone is a third task: it reads the same
text, and the second unrolls the schedule meanwhile, waits for what the kernel finds, and answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from dlmcheck.verify.cli.tasks import Refused, run_all
from dlmcheck.verify.cli.verifying import ROADS, solver_seconds, steps, verified
from dlmcheck.verify.compilation import Choices, CompiledFigures, construction
from dlmcheck.verify.equivalence import Equivalence, unrolled
from dlmcheck.verify.jobs import (
    After,
    Ending,
    Finished,
    InParts,
    Sealed,
    Task,
    seal,
    without_collecting,
)
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel_roads import KernelRoads, kernel_roads

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
    roads: str = ROADS[0]

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.file} ({self.edits})"


@dataclass(frozen=True)
class Assembled:
    """What the first task hands on: the schedule as text, and what it claims of it.

    `numbering` is the circuit that the labels speak of, as text; empty if it is the one that was
    compiled.
    """

    text: str
    plan: Sealed[Simulation] | None
    numbering: str
    labels: Sealed[tuple[str, ...]]


@dataclass(frozen=True)
class Described:
    """What the first task ends with: figures, and the evidence file if the kernel should agree.

    `simulation` is that of the certificate in `Assembled`; empty if none was asked for.
    """

    figures: CompiledFigures
    simulation: str


@dataclass(frozen=True)
class Done:
    """What came of a job: of its tasks, and what the first handed on, if they came to that.

    The first task's value is `Described` or `Refused`, that of the second an `Equivalence`, that of
    the third, if there is one, `KernelRoads`.
    """

    compiled: Finished
    assembled: Assembled | None = None
    verified: Finished | None = None
    kernel: Finished | None = None

    @property
    def tasks(self) -> dict[str, Finished]:
        """The tasks that there were, and what came of them.

        The time of "verify" includes waiting for "kernel", where that is a task of its own.
        """
        named = {"compile": self.compiled, "verify": self.verified, "kernel": self.kernel}
        return {name: task for name, task in named.items() if task is not None}

    @property
    def decisive(self) -> Finished:
        """The task that gives the answer, or the one for which there is none."""
        for task in (self.compiled, self.kernel):
            if task is not None and task.ending is not Ending.DONE:
                return task
        return self.verified or self.compiled


def run_jobs(
    jobs: Sequence[Job], limits: Limits, progress: Progress, *, seed: int | None, certify: bool
) -> list[Done]:
    """Compile all jobs and, given a seed, verify them; `certify` asks for evidence files.

    Once a circuit is refused, what is compiled afterwards is not verified.
    """
    # Tasks go by number: the same file may be given twice.
    first = [f"{number} compile {job.name}" for number, job in enumerate(jobs, 1)]
    second = [f"{number} verify {job.name}" for number, job in enumerate(jobs, 1)]
    third = [f"{number} kernel {job.name}" for number, job in enumerate(jobs, 1)]
    to_spare = len(jobs) < limits.workers
    assembled: dict[str, Assembled] = {}
    refused = False
    seconds = solver_seconds(limits)

    def on_first(name: str, value: object) -> list[Task]:
        nonlocal refused
        if not isinstance(value, Assembled):
            refused = True
            return []
        assembled[name] = value
        if seed is None or refused:
            return []
        index = first.index(name)
        job, both = jobs[index], jobs[index].roads == ROADS[0]
        if both:  # loaded once, and not by each task
            import_module("dlmcheck.verify.engines.coupling")
        if not (both and to_spare and value.plan is not None):
            return [Task(second[index], partial(_verify, job, value, seconds, seed))]
        progress.expect(1)
        # What takes longer is begun first.
        return [
            Task(second[index], partial(_unroll, job, value, seconds, seed, third[index])),
            Task(third[index], partial(_ask_kernel, job, value)),
        ]

    tasks = [
        Task(name, partial(_compile, job, certify)) for name, job in zip(first, jobs, strict=True)
    ]
    # The largest first: begun last, it would be waited for when all others are done.
    order = sorted(range(len(jobs)), key=lambda place: -jobs[place].circuit.node_count)
    ended = run_all([tasks[place] for place in order], limits, progress, on_first)
    done = {outcome.name: outcome for outcome in ended}
    return [
        Done(done[compiled], assembled.get(compiled), done.get(verified), done.get(kernel))
        for compiled, verified, kernel in zip(first, second, third, strict=True)
    ]


def _compile(job: Job, certify: bool, _progress: Callable[[int], None]) -> InParts:
    with without_collecting():
        try:
            built = construction(job.edits)(job.circuit, job.chosen)
            schedule = built.schedule if job.flip is None else flip_gate(built.schedule, *job.flip)
        except BadInput as error:
            refused = Refused.of(error)
            return InParts(refused, lambda: refused)
        _LEFT_TO_THE_END.append((built, schedule))
        numbering = "" if built.numbering is job.circuit else circuit_to_json(built.numbering)
        text, plan = schedule_to_json(schedule), built.plan

        @without_collecting()
        def described() -> Described:
            file = ""
            if certify and plan is not None:
                from dlmcheck.verify.equivalence_files import simulation_file

                file = simulation_file(text, job.circuit, plan)
            return Described(built.figures(), file)

        proposed = None if plan is None else seal(plan)
        return InParts(Assembled(text, proposed, numbering, seal(schedule.labels)), described)


@without_collecting()
def _verify(
    job: Job,
    assembled: Assembled,
    seconds: float,
    seed: int,
    progress: Callable[[int], None],
) -> Equivalence:
    return verified(
        schedule_from_json(assembled.text),
        job.circuit,
        plan=_plan(assembled),
        numbering=_numbering(assembled),
        seconds=seconds,
        seed=seed,
        roads=job.roads,
        progress=progress,
    )


@without_collecting()
def _unroll(
    job: Job,
    assembled: Assembled,
    seconds: float,
    seed: int,
    kernel: str,
    progress: Callable[[int], None],
) -> After:
    answer = unrolled(
        schedule_from_json(assembled.text),
        job.circuit,
        numbering=_numbering(assembled),
        timeout=seconds,
        seed=seed,
        progress=steps(progress),
    )

    @without_collecting()
    def rest(outcome: Finished) -> Equivalence | None:
        known = outcome.value
        # Without what the kernel finds there is no answer: see `Done.decisive`.
        return answer(known) if isinstance(known, KernelRoads) else None

    return After(kernel, rest)


@without_collecting()
def _ask_kernel(job: Job, assembled: Assembled, progress: Callable[[int], None]) -> KernelRoads:
    schedule = schedule_from_json(assembled.text)
    return kernel_roads(schedule, job.circuit, _plan(assembled), steps(progress))


def _plan(assembled: Assembled) -> Simulation | None:
    return None if assembled.plan is None else assembled.plan.open()


def _numbering(assembled: Assembled) -> Callable[[], Circuit] | None:
    return partial(circuit_from_json, assembled.numbering) if assembled.numbering else None
