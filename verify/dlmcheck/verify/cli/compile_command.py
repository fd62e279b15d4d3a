"""`dlmcheck compile`: circuits to schedules, and whether these sample the same.

Each circuit goes through two tasks in processes of their own. The first compiles and measures,
and gives the schedule as text. The second reads that text again and verifies it, so that nothing
the compiler knows reaches the verifier but the text and a certificate, which the kernel checks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from dlmcheck.model.formats import load_circuit
from dlmcheck.model.mutations import PARTS, flip_gate
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.cli import complain
from dlmcheck.verify.cli.limits import Limits
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.compilation import (
    Choices,
    CompiledFigures,
    Construction,
    choices,
    construction,
    optimising,
)
from dlmcheck.verify.equivalence import Equivalence, equivalent
from dlmcheck.verify.evidence_files import (
    broken_mask_file,
    law_file,
    same_law_file,
    simulation_file,
    wrong_run_file,
)
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.jobs import Ending, Finished, Task, run_tasks
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.preservation import BrokenMask
from dlmcheck.verify.kernel.widths import width_text
from dlmcheck.verify.report.audit_json import to_text
from dlmcheck.verify.report.compile_json import compile_document
from dlmcheck.verify.report.compiled import outcome_lines
from dlmcheck.verify.report.outcome import Outcome, code_of

SOLVER_SECONDS = 60.0
"""What the solver gets if there is no --timeout; else it gets a third of that."""


@dataclass(frozen=True)
class CompileOptions:
    """The options of `dlmcheck compile`."""

    circuits: tuple[str, ...]
    random: tuple[str, ...]
    edits: str
    layer_0: str
    frontier: str
    verify: bool
    flip: str | None
    output: Path | None
    certificate: Path | None
    json: Path | None
    limits: Limits
    seed: int = 0
    optimise: str = "nothing"
    rounds: int | None = None
    moves: int | None = None
    short: bool = False
    width_certificate: Path | None = None


@dataclass(frozen=True)
class Assembled:
    """What the first task hands on: the schedule as text, and what is known of it."""

    text: str
    plan: Simulation | None
    numbering: Circuit
    figures: CompiledFigures
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """A circuit that this construction does not take: bad input, found while compiling."""

    message: str


def run_compile(options: CompileOptions) -> ExitCode:
    """Compile, verify, print, write. Raises `BadInput` before anything is printed or written."""
    build = construction(options.edits)
    chosen = optimising(
        choices(options.layer_0, options.frontier),
        options.optimise,
        options.rounds,
        options.moves,
        short=options.short,
        edits=options.edits,
    )
    flip = None if options.flip is None else parse_flip(options.flip)
    _check_usage(options)
    circuits = [load_circuit(name, options.random) for name in options.circuits]
    progress = Progress(len(circuits) * (2 if options.verify else 1))
    try:
        compiled = _run(
            [
                Task(f"compile {name}", partial(_compile, circuit, build, chosen, flip))
                for name, circuit in _named(options, circuits)
            ],
            options.limits,
            progress,
        )
        for (name, _), done in zip(_named(options, circuits), compiled, strict=True):
            if isinstance(done.value, Refused):
                raise BadInput(done.value.message, source=name)
        verified = _verified(options, circuits, compiled, progress) if options.verify else {}
    finally:
        progress.close()
    outcomes = [
        _outcome(name, circuit, done, verified.get(index), asked=options.verify)
        for index, ((name, circuit), done) in enumerate(
            zip(_named(options, circuits), compiled, strict=True)
        )
    ]
    code = worst([outcome.code for outcome in outcomes])
    failures = _write_files(options, outcomes, compiled, chosen, code)
    described = {"edits": options.edits, **chosen.described}
    if options.edits != "write-once":  # the others know one rule only
        del described["frontier"]
    for outcome in outcomes:
        print("\n".join(outcome_lines(outcome, described)))
    sys.stdout.flush()
    return worst([code, *failures])


def parse_flip(text: str) -> tuple[str, int]:
    """PART:INDEX. Raises `BadInput`.

    >>> parse_flip("unmask:3")
    ('unmask', 3)
    """
    part, colon, index = text.partition(":")
    if part not in PARTS or not colon or not (index.isascii() and index.isdigit()):
        raise BadInput(
            f"{text!r}", source="--flip", expected=f"PART:INDEX, PART one of {', '.join(PARTS)}"
        )
    return part, int(index)


def _check_usage(options: CompileOptions) -> None:
    if options.certificate is not None and not options.verify:
        raise BadInput("nothing is verified", source="--certificate", expected="--verify")
    if options.width_certificate is not None and options.optimise == "nothing":
        raise BadInput(
            "nothing is optimised", source="--width-certificate", expected="--optimise width"
        )
    for_one = (options.output, options.certificate, options.width_certificate)
    if len(options.circuits) > 1 and any(for_one):
        raise BadInput(
            f"{len(options.circuits)} circuits for one file",
            source="--output, --certificate or --width-certificate",
            expected="one circuit",
        )
    check_outputs(
        {
            "--output": options.output,
            "--certificate": options.certificate,
            "--width-certificate": options.width_certificate,
            "--json": options.json,
        }
    )


def _named(options: CompileOptions, circuits: Sequence[Circuit]) -> list[tuple[str, Circuit]]:
    return list(zip(options.circuits, circuits, strict=True))


# --- the tasks -----------------------------------------------------------------------------


def _compile(
    circuit: Circuit,
    build: Construction,
    chosen: Choices,
    flip: tuple[str, int] | None,
    _progress: Callable[[int], None],
) -> Assembled | Refused:
    try:
        built = build(circuit, chosen)
        schedule = built.schedule if flip is None else flip_gate(built.schedule, *flip)
    except BadInput as error:
        return Refused(error.message + (f"; expected {error.expected}" if error.expected else ""))
    text = schedule_to_json(schedule)
    return Assembled(text, built.plan, built.numbering, built.figures, schedule.labels)


def _verify(
    assembled: Assembled,
    circuit: Circuit,
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
        circuit,
        plan=assembled.plan,
        numbering=assembled.numbering,
        timeout=solver_seconds,
        seed=seed,
        progress=step,
    )


def _run(tasks: Sequence[Task], limits: Limits, progress: Progress) -> list[Finished]:
    # Tasks go by number: the same file may be given twice.
    numbered = [replace(task, name=f"{number} {task.name}") for number, task in enumerate(tasks, 1)]
    return run_tasks(
        numbered,
        workers=limits.workers,
        timeout=limits.timeout,
        memory=limits.memory,
        on_finish=progress.on_finish,
        on_progress=progress.on_progress,
    )


def _verified(
    options: CompileOptions,
    circuits: Sequence[Circuit],
    compiled: Sequence[Finished],
    progress: Progress,
) -> dict[int, Finished]:
    """The outcome of verifying each circuit that was compiled, by its number."""
    if any(done.ending is Ending.INTERRUPTED for done in compiled):
        return {}
    limit = options.limits.timeout
    seconds = SOLVER_SECONDS if limit is None else limit / 3
    ready = {
        index: done.value
        for index, done in enumerate(compiled)
        if isinstance(done.value, Assembled)
    }
    tasks = [
        Task(
            f"verify {options.circuits[index]}",
            partial(_verify, assembled, circuits[index], seconds, options.seed),
        )
        for index, assembled in ready.items()
    ]
    return dict(zip(ready, _run(tasks, options.limits, progress), strict=True))


_CODES = {
    Ending.TIMEOUT: ExitCode.UNKNOWN,
    Ending.MEMORY: ExitCode.UNKNOWN,
    Ending.INTERRUPTED: ExitCode.INTERRUPTED,
    Ending.REJECTED: ExitCode.FAILURE,
    Ending.CRASHED: ExitCode.FAILURE,
}


def _outcome(
    name: str, circuit: Circuit, compiled: Finished, verified: Finished | None, *, asked: bool
) -> Outcome:
    found = Outcome(name, circuit)
    if isinstance(compiled.value, Assembled):
        found = replace(found, figures=compiled.value.figures, labels=compiled.value.labels)
    last = compiled if verified is None else verified
    if last.ending is not Ending.DONE:
        problem = f"{last.ending.value}: {last.message}".rstrip(": ")
        return replace(found, problem=problem, code=_CODES[last.ending])
    if isinstance(last.value, Equivalence):
        return replace(found, equivalence=last.value, code=code_of(last.value))
    if asked:  # compiled, and then there was no more time
        return replace(found, problem="interrupted", code=ExitCode.INTERRUPTED)
    return found


# --- files ---------------------------------------------------------------------------------


def _write_files(
    options: CompileOptions,
    outcomes: Sequence[Outcome],
    compiled: Sequence[Finished],
    chosen: Choices,
    code: ExitCode,
) -> list[ExitCode]:
    files: list[tuple[Path, str]] = []
    if options.json is not None:
        described = {
            "edits": options.edits,
            **chosen.described,
            "random": list(options.random),
            "flip": options.flip,
            "verify": options.verify,
            "seed": options.seed,
        }
        asked = {"rounds": options.rounds, "moves": options.moves}
        described |= {name: number for name, number in asked.items() if number is not None}
        files.append((options.json, to_text(compile_document(outcomes, described, code))))
    first = compiled[0].value
    if options.output is not None and isinstance(first, Assembled):
        files.append((options.output, first.text))
    if options.width_certificate is not None and isinstance(first, Assembled):
        found = first.figures.optimised
        if found is not None:
            files.append((options.width_certificate, width_text(found.claim)))
    if options.certificate is not None:
        text = _evidence(outcomes[0], first)
        if text:
            files.append((options.certificate, text))
        else:
            complain(f"{options.certificate} is not written: the kernel has checked no evidence")
    failures: list[ExitCode] = []
    for path, content in files:
        try:
            write_file(path, content)
        except OSError as error:
            complain(f"{path}: cannot be written: {error.strerror}")
            failures.append(ExitCode.FAILURE)
    return failures


def _evidence(outcome: Outcome, assembled: object) -> str:
    """The evidence file of an answer that the kernel has checked; empty if there is none."""
    found = outcome.equivalence
    if found is None or not isinstance(assembled, Assembled):
        return ""
    schedule = schedule_from_json(assembled.text)
    law, masks, run = found.law_witness, found.preservation, found.wrong_run
    if found.same_law_only:  # a run that refutes one coupling is no evidence of that answer
        run = None
    if law is not None:  # two laws refute every coupling, a run refutes one
        return law_file(schedule, outcome.circuit, law)
    if run is not None:
        return wrong_run_file(schedule, outcome.circuit, found.coupling, run)
    if masks is not None and isinstance(masks.evidence, Witness):
        return broken_mask_file(schedule, BrokenMask.from_json(masks.evidence.instance))
    affirmed = any(road.checked and road.verdict.is_affirmative for road in found.roads)
    if affirmed and assembled.plan is not None:
        return simulation_file(schedule, outcome.circuit, assembled.plan)
    return same_law_file(schedule, outcome.circuit) if found.laws_listed else ""
