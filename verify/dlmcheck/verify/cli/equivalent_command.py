"""`dlmcheck equivalent`: does a schedule, whoever made it, sample what a circuit samples?

Everything is read, checked and put into words for a file by one task, so that the limits hold for
all of it and nothing large goes from one process to another but the evidence.

With cut points and a second core, what the kernel does alone is a task of its own, which is given
what the files hold: the first one unrolls the schedule meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from dlmcheck.model.formats.load import circuit_of, read_circuit, text_of
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import schedule_from_json
from dlmcheck.verify.cli import print_lines
from dlmcheck.verify.cli.limits import Limits, limits
from dlmcheck.verify.cli.outputs import check_outputs, write_files
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.cli.tasks import Refused, print_times, run_all
from dlmcheck.verify.cli.verifying import (
    ROADS,
    answered,
    certificate,
    check_roads,
    solver_seconds,
    steps,
    unanswered,
    verified,
)
from dlmcheck.verify.equivalence import Equivalence, unrolled
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.jobs import After, Ending, Finished, InParts, Task, without_collecting
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel_roads import KernelRoads, kernel_roads
from dlmcheck.verify.plan_files import plan_of
from dlmcheck.verify.report.answers import answer_lines, interface_text, report_line
from dlmcheck.verify.report.outcome import Interface, Outcome, Spent

TASK = "equivalent"
KERNEL = "kernel"

_LEFT_TO_THE_END: list[object] = []
"""What the task's process has read: it goes with the process, all at once."""


@dataclass(frozen=True)
class EquivalentOptions:
    """The options of `dlmcheck equivalent`."""

    schedule: str
    circuit: str
    random: tuple[str, ...]
    plan: Path | None
    roads: str
    certificate: Path | None
    json: Path | None
    limits: Limits
    times: bool
    seed: int


@dataclass(frozen=True)
class Shape:
    """How long a schedule is, in cells and in rounds, and what may become of its tokens."""

    length: int
    rounds: int
    edits: str


@dataclass(frozen=True)
class Texts:
    """What the files hold."""

    schedule: str
    circuit: bytes
    plan: str


@dataclass(frozen=True)
class Read:
    """What the task hands on once it has read the files.

    `texts` is for the kernel's task, if there is to be one.
    """

    schedule: Shape
    circuit: Interface
    texts: Texts | None


@dataclass(frozen=True)
class Answer:
    """What the task ends with: the answer, labels for a wrong run, and the file of its evidence."""

    equivalence: Equivalence
    labels: tuple[str, ...]
    evidence: str


def equivalent_action(
    schedule: str,
    circuit: str,
    *,
    random: Sequence[str] | None = None,
    plan: Path | None = None,
    roads: str = ROADS[0],
    certificate: Path | None = None,
    json: Path | None = None,
    timeout: str | None = None,
    memory: str | None = None,
    times: bool = False,
    seed: int = 0,
) -> Callable[[object], ExitCode]:
    """What `dlmcheck equivalent` does with its arguments. Raises `BadInput`."""
    options = EquivalentOptions(
        schedule=schedule,
        circuit=circuit,
        random=tuple(random or ()),
        plan=plan,
        roads=roads,
        certificate=certificate,
        json=json,
        limits=limits(timeout, memory, None),
        times=times,
        seed=seed,
    )
    return lambda _: run_equivalent(options)


def run_equivalent(options: EquivalentOptions) -> ExitCode:
    """Check, print, write. Raises `BadInput` before anything is printed or written."""
    check_roads(options.roads)
    check_outputs(
        {"--certificate": options.certificate, "--json": options.json},
        inputs=[
            options.schedule,
            options.circuit,
            None if options.plan is None else str(options.plan),
        ],
    )
    read: list[Read] = []
    progress = Progress(1)

    def on_first(_name: str, value: object) -> list[Task]:
        if not isinstance(value, Read):
            return []
        read.append(value)
        if value.texts is None:
            return []
        progress.expect(1)
        return [Task(KERNEL, partial(_ask_kernel, options, value.texts))]

    try:
        done, *others = run_all(
            [Task(TASK, partial(_check, options))], options.limits, progress, on_first
        )
    finally:
        progress.close()
    if isinstance(done.value, Refused):
        raise done.value.error()
    found = Outcome(
        file=options.schedule,
        interface=read[0].circuit if read else Interface((), (), 0),
        spent={one.name: Spent(one.seconds, one.peak_bytes) for one in (done, *others)},
    )
    # Without what the kernel finds there is no answer.
    failed = [one for one in (*others, done) if one.ending is not Ending.DONE]
    if failed:
        found = unanswered(found, failed[0])
    answer = done.value
    if isinstance(answer, Answer):
        found = answered(found, answer.equivalence, lambda: answer.labels)
    shape = read[0].schedule if read else None
    files: list[tuple[Path, str]] = []
    if options.json is not None:
        files.append((options.json, _document(options, found, shape)))
    if options.certificate is not None:
        evidence = answer.evidence if isinstance(answer, Answer) else ""
        files += certificate(options.certificate, evidence)
    failures = write_files(files)
    print_lines(_lines(options, found, shape))
    sys.stdout.flush()
    if options.times:
        print_times([done, *others])
    return worst([found.code, *failures])


# --- the tasks -----------------------------------------------------------------------------


def _check(options: EquivalentOptions, progress: Callable[[int], None]) -> InParts:
    try:
        with without_collecting():
            circuit, content = read_circuit(options.circuit, options.random)
            schedule_text = text_of(options.schedule, "a schedule")
            schedule = schedule_from_json(schedule_text, options.schedule)
            plan, plan_text = None, ""
            if options.plan is not None:
                source = str(options.plan)
                plan, plan_text = plan_of(text_of(source, "cut points"), source)
    except BadInput as error:
        refused = Refused.of(error)
        return InParts(refused, lambda: refused)
    _LEFT_TO_THE_END.append((schedule, circuit, plan))
    shape = Shape(schedule.length, schedule.rounds, schedule.edits.value)
    seconds, seed = solver_seconds(options.limits), options.seed
    # The other road and the kernel's, if there is a plan for that and a worker to spare.
    is_split = plan is not None and options.roads == ROADS[0] and options.limits.workers > 1

    @without_collecting()
    def answer() -> Answer | After | Refused:
        try:
            if not is_split:
                return answer_of(
                    verified(
                        schedule,
                        circuit,
                        plan=plan,
                        seconds=seconds,
                        seed=seed,
                        roads=options.roads,
                        progress=progress,
                    )
                )
            knowing = unrolled(
                schedule, circuit, timeout=seconds, seed=seed, progress=steps(progress)
            )
        except BadInput as error:  # the two have not the same inputs or outputs
            return replace(Refused.of(error), source=options.schedule)

        @without_collecting()
        def rest(outcome: Finished) -> Answer | None:
            known = outcome.value
            return answer_of(knowing(known)) if isinstance(known, KernelRoads) else None

        return After(KERNEL, rest)

    def answer_of(found: Equivalence) -> Answer:
        labels = () if found.wrong_run is None else schedule.labels
        evidence = ""
        if options.certificate is not None:
            from dlmcheck.verify.equivalence_files import evidence_of, simulation_file

            # What was read as JSON, and not changed by options, stands in the evidence as it is.
            same = not options.random and options.circuit.lower().endswith(".json")
            of = content.decode() if same else circuit
            evidence = evidence_of(
                found,
                schedule_text,
                of,
                lambda: simulation_file(schedule_text, of, plan_text),
            )
        return Answer(found, labels, evidence)

    texts = Texts(schedule_text, content, plan_text) if is_split else None
    return InParts(Read(shape, Interface.of(circuit), texts), answer)


@without_collecting()
def _ask_kernel(
    options: EquivalentOptions, texts: Texts, progress: Callable[[int], None]
) -> KernelRoads:
    schedule = schedule_from_json(texts.schedule, options.schedule)
    circuit = circuit_of(texts.circuit, options.circuit, options.random)
    plan = Simulation.from_json(texts.plan)
    _LEFT_TO_THE_END.append((schedule, circuit, plan))
    return kernel_roads(schedule, circuit, plan, steps(progress))


# --- what is said --------------------------------------------------------------------------


def _lines(options: EquivalentOptions, found: Outcome, shape: Shape | None) -> list[str]:
    lines = [found.file]
    if shape is not None:
        text = f"{shape.length} cells, {shape.rounds} rounds, edits {shape.edits}"
        lines.append(report_line("schedule", text))
        lines.append(
            report_line("circuit", f"{options.circuit}: {interface_text(found.interface)}")
        )
    if options.plan is not None:
        lines.append(report_line("plan", str(options.plan)))
    return lines + answer_lines(found)


def _document(options: EquivalentOptions, found: Outcome, shape: Shape | None) -> str:
    from dlmcheck.verify.report.audit_json import to_text
    from dlmcheck.verify.report.equivalence_json import equivalent_document, interface_json

    described = {
        "random": list(options.random),
        "plan": None if options.plan is None else str(options.plan),
        "roads": options.roads,
        "seed": options.seed,
    }
    read = shape is not None
    schedule = {"file": options.schedule, "read": None if shape is None else asdict(shape)}
    circuit = {"file": options.circuit, "read": interface_json(found.interface) if read else None}
    return to_text(equivalent_document(found, described, schedule, circuit, times=options.times))
