"""`dlmcheck compile`: circuits to schedules, and whether these sample the same.

What is done with each circuit in each edit model is in `compile_tasks`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dlmcheck.model.formats import load_circuit
from dlmcheck.model.mutations import PARTS
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.cli import print_lines
from dlmcheck.verify.cli.compile_tasks import Described, Done, Job, run_jobs
from dlmcheck.verify.cli.limits import Limits, limits
from dlmcheck.verify.cli.outputs import check_outputs, write_files
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.cli.tasks import Refused, print_times
from dlmcheck.verify.cli.verifying import ROADS, answered, certificate, check_roads, unanswered
from dlmcheck.verify.compilation import (
    CONSTRUCTIONS,
    Choices,
    choices,
    optimising,
)
from dlmcheck.verify.equivalence import Equivalence
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.jobs import Ending, without_collecting
from dlmcheck.verify.report.compiled import outcome_lines
from dlmcheck.verify.report.outcome import CompiledOutcome, Interface, Spent

WRITE_ONCE = "write-once"
"""The one that keeps every value."""

ALL = "all"
"""Every edit model that there is a construction for."""


@dataclass(frozen=True)
class CompileOptions:
    """The options of `dlmcheck compile`."""

    circuits: tuple[str, ...]
    random: tuple[str, ...]
    edits: tuple[str, ...]
    layer_0: str
    frontier: str
    verify: bool
    flip: str | None
    output: Path | None
    certificate: Path | None
    json: Path | None
    limits: Limits
    seed: int
    optimise: str
    rounds: int | None
    moves: int | None
    short: bool
    width_certificate: Path | None
    times: bool
    roads: str


def compile_action(
    circuits: Sequence[str],
    *,
    random: Sequence[str] | None = None,
    edits: Sequence[str] | None = None,
    layer_0: str = "sampled",
    frontier: str = "arguments",
    optimise: str = "nothing",
    rounds: int | None = None,
    moves: int | None = None,
    short: bool = False,
    width_certificate: Path | None = None,
    verify: bool = False,
    roads: str = ROADS[0],
    flip: str | None = None,
    output: Path | None = None,
    certificate: Path | None = None,
    json: Path | None = None,
    timeout: str | None = None,
    memory: str | None = None,
    jobs: int | None = None,
    times: bool = False,
    seed: int = 0,
) -> Callable[[object], ExitCode]:
    """What `dlmcheck compile` does with its arguments. Raises `BadInput`."""
    options = CompileOptions(
        circuits=tuple(circuits),
        random=tuple(random or ()),
        edits=tuple(edits or (WRITE_ONCE,)),
        layer_0=layer_0,
        frontier=frontier,
        verify=verify,
        flip=flip,
        output=output,
        certificate=certificate,
        json=json,
        limits=limits(timeout, memory, jobs),
        seed=seed,
        optimise=optimise,
        rounds=rounds,
        moves=moves,
        short=short,
        width_certificate=width_certificate,
        times=times,
        roads=roads,
    )
    return lambda _: run_compile(options)


def run_compile(options: CompileOptions) -> ExitCode:
    """Compile, verify, print, write. Raises `BadInput` before anything is printed or written."""
    models = edit_models(options.edits)
    chosen = choices_of(options, models)
    flip = None if options.flip is None else parse_flip(options.flip)
    _check_usage(options, len(options.circuits) * len(models))
    with without_collecting():
        circuits = [load_circuit(name, options.random) for name in options.circuits]
    jobs = [
        Job(name, circuit, edits, chosen[edits], flip, options.roads)
        for name, circuit in zip(options.circuits, circuits, strict=True)
        for edits in models
    ]
    progress = Progress(len(jobs) * (2 if options.verify else 1))
    try:
        done = run_jobs(
            jobs,
            options.limits,
            progress,
            seed=options.seed if options.verify else None,
            certify=options.certificate is not None,
        )
    finally:
        progress.close()
    for job, one in zip(jobs, done, strict=True):
        if isinstance(one.compiled.value, Refused):
            raise one.compiled.value.error(job.file)
    outcomes = [
        _outcome(job, one, asked=options.verify) for job, one in zip(jobs, done, strict=True)
    ]
    code = worst([outcome.code for outcome in outcomes])
    rewriting = [edits for edits in models if edits != WRITE_ONCE]
    failures = _write_files(options, outcomes, jobs, done, chosen[(rewriting or models)[0]], code)
    for outcome in outcomes:
        described = {"edits": outcome.edits, **chosen[outcome.edits].described}
        if outcome.edits != WRITE_ONCE:  # the others know one rule only
            del described["frontier"]
        elif options.optimise != "nothing":
            described["optimise"] = "nothing, as every value is kept"
        print_lines(outcome_lines(outcome, described))
    sys.stdout.flush()
    if options.times:
        print_times(one.tasks.get(kind) for kind in ("compile", "verify", "kernel") for one in done)
    return worst([code, *failures])


def choices_of(options: CompileOptions, models: Sequence[str]) -> dict[str, Choices]:
    """The choices for each edit model.

    Write-once schedules keep every value, so that there is nothing to optimise: among others they
    go without, alone they are refused. Raises `BadInput` for what does not fit.
    """
    stated = choices(options.layer_0, options.frontier)

    def with_rewriting(edits: str) -> Choices:
        if edits == WRITE_ONCE and len(models) > 1:
            return stated
        return optimising(
            stated,
            options.optimise,
            options.rounds,
            options.moves,
            short=options.short,
            edits=edits,
        )

    return {edits: with_rewriting(edits) for edits in models}


def edit_models(named: Sequence[str]) -> tuple[str, ...]:
    """The edit models that are named, each once. Raises `BadInput` if there is no such one.

    >>> edit_models(["all"])
    ('write-once', 'remask', 'revise')
    """
    listed = [edits for name in named for edits in (CONSTRUCTIONS if name == ALL else [name])]
    for edits in listed:
        if edits not in CONSTRUCTIONS:
            expected = f"{', '.join(CONSTRUCTIONS)} or {ALL}"
            raise BadInput(f"{edits!r}", source="--edits", expected=expected)
    return tuple(dict.fromkeys(listed))


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


def _check_usage(options: CompileOptions, count: int) -> None:
    check_roads(options.roads)
    if options.certificate is not None and not options.verify:
        raise BadInput("nothing is verified", source="--certificate", expected="--verify")
    if options.width_certificate is not None and options.optimise == "nothing":
        raise BadInput(
            "nothing is optimised", source="--width-certificate", expected="--optimise width"
        )
    for_one = (options.output, options.certificate, options.width_certificate)
    if count > 1 and any(for_one):
        raise BadInput(
            f"{count} schedules for one file",
            source="--output, --certificate or --width-certificate",
            expected="one circuit and one edit model",
        )
    check_outputs(
        {
            "--output": options.output,
            "--certificate": options.certificate,
            "--width-certificate": options.width_certificate,
            "--json": options.json,
        },
        inputs=options.circuits,
    )


def _outcome(job: Job, done: Done, *, asked: bool) -> CompiledOutcome:
    spent = {name: Spent(task.seconds, task.peak_bytes) for name, task in done.tasks.items()}
    found = CompiledOutcome(
        file=job.file, interface=Interface.of(job.circuit), edits=job.edits, spent=spent
    )
    if isinstance(done.compiled.value, Described):
        found = replace(found, figures=done.compiled.value.figures)
    last = done.decisive
    if last.ending is not Ending.DONE:
        return unanswered(found, last)
    if isinstance(last.value, Equivalence) and done.assembled is not None:
        return answered(found, last.value, done.assembled.labels.open)
    if asked:  # compiled, and then there was no more time
        return replace(found, problem="interrupted", code=ExitCode.INTERRUPTED)
    return found


# --- files ---------------------------------------------------------------------------------


def _write_files(
    options: CompileOptions,
    outcomes: Sequence[CompiledOutcome],
    jobs: Sequence[Job],
    done: Sequence[Done],
    chosen: Choices,
    code: ExitCode,
) -> list[ExitCode]:
    files: list[tuple[Path, str]] = []
    if options.json is not None:
        from dlmcheck.verify.report.audit_json import to_text
        from dlmcheck.verify.report.compile_json import compile_document

        described = {
            "edits": ",".join(edit_models(options.edits)),
            **chosen.described,
            "random": list(options.random),
            "flip": options.flip,
            "verify": options.verify,
            "seed": options.seed,
        }
        if options.roads != ROADS[0]:
            described["roads"] = options.roads
        asked = {"rounds": options.rounds, "moves": options.moves}
        described |= {name: number for name, number in asked.items() if number is not None}
        files.append(
            (
                options.json,
                to_text(compile_document(outcomes, described, code, times=options.times)),
            )
        )
    assembled, value = done[0].assembled, done[0].compiled.value
    if options.output is not None and assembled is not None:
        files.append((options.output, assembled.text))
    if options.width_certificate is not None and isinstance(value, Described):
        found = value.figures.optimised
        if found is not None:
            from dlmcheck.verify.kernel.widths import width_text

            files.append((options.width_certificate, width_text(found.claim)))
    if options.certificate is not None:
        files += certificate(options.certificate, _evidence(outcomes[0], jobs[0], done[0]))
    return write_files(files)


def _evidence(outcome: CompiledOutcome, job: Job, done: Done) -> str:
    """The evidence file of an answer that the kernel has checked; empty if there is none."""
    found, described = outcome.equivalence, done.compiled.value
    if found is None or done.assembled is None or not isinstance(described, Described):
        return ""
    from dlmcheck.verify.equivalence_files import evidence_of

    return evidence_of(found, done.assembled.text, job.circuit, lambda: described.simulation)
