"""`dlmcheck law`: the exact law of a circuit's outputs, or of a schedule's, by an engine."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput, DlmcheckError, IllegalCode, IllegalSampler
from dlmcheck.spec.serial import SCHEDULE_FORMAT, schedule_from_json
from dlmcheck.verify.cli import DEBUG, complain
from dlmcheck.verify.cli.law_lines import LINEAR, is_affine, law_document, print_illegal, print_law
from dlmcheck.verify.cli.limits import Limits as TaskLimits
from dlmcheck.verify.cli.limits import limits
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.engines.law_engines import (
    AUTO,
    PATIENCE,
    Answered,
    CircuitLaw,
    CountedLaw,
    LawProblem,
    Limits,
    RunLaw,
    Unknown,
    Why,
    about,
    engine,
    law,
)
from dlmcheck.verify.exits import ExitCode

NO_LIMITS = TaskLimits(None, None, 1)
_SCHEDULE = re.compile(rf'"format"\s*:\s*"{SCHEDULE_FORMAT}"')
"""Within a string quotes have a backslash before them, so that no name looks like this."""


@dataclass(frozen=True)
class LawOptions:
    """The options of `dlmcheck law`; `engines` are all asked, and have to agree."""

    circuit: str
    random: tuple[str, ...] = ()
    data: str | None = None
    outputs: tuple[str, ...] = ()
    engines: tuple[str, ...] = (AUTO,)
    nodes: int | None = None
    outcomes: int | None = None
    limits: TaskLimits = NO_LIMITS
    json: Path | None = None
    certificate: Path | None = None
    times: bool = False


def law_action(
    circuit: str,
    *,
    random: Sequence[str] | None = None,
    data: str | None = None,
    outputs: Sequence[str] | None = None,
    engine: str = AUTO,
    nodes: int | None = None,
    outcomes: int | None = None,
    certificate: Path | None = None,
    json: Path | None = None,
    timeout: str | None = None,
    memory: str | None = None,
    times: bool = False,
) -> Callable[[object], ExitCode]:
    """What `dlmcheck law` does with its arguments. Raises `BadInput`."""
    options = LawOptions(
        circuit,
        tuple(random or ()),
        data,
        tuple(outputs or ()),
        tuple(engine.split(",")),
        nodes=nodes,
        outcomes=outcomes,
        limits=limits(timeout, memory, 1),
        json=json,
        certificate=certificate,
        times=times,
    )
    return lambda _: run_law(options)


def run_law(options: LawOptions) -> ExitCode:
    """Print the law: 0 with a law, 1 for a run that breaks a rule, 3 unknown, 4 for engines that
    disagree or evidence that the kernel rejects.

    Raises `BadInput` for a circuit or options that cannot be read.
    """
    began = time.monotonic()
    check_outputs(
        {"--json": options.json, "--certificate": options.certificate}, inputs=[options.circuit]
    )
    for name in options.engines:
        if name != AUTO:
            engine(name)
    problem = _problem(options)
    times: list[Times] = []
    try:
        answers = [_ask(problem, name, options, times) for name in options.engines]
    except (IllegalSampler, IllegalCode) as error:
        print_illegal(error)
        return ExitCode.REFUTED
    found = [one.answer for one in answers if isinstance(one.answer, CountedLaw)]
    code = ExitCode.OK if len(found) == len(answers) else ExitCode.UNKNOWN
    if any(one != found[0] for one in found):
        code = ExitCode.FAILURE
    print_law(problem, answers, code, sure=options.certificate is not None)
    if options.certificate is not None and code is ExitCode.OK:
        code = _certify(problem, found[0], answers[0].engine, options.certificate)
    elif is_affine(answers):
        code = _certify(problem, None, LINEAR, options.certificate)
    elif options.certificate is not None:  # a file of that name may be there from before
        complain(f"{options.certificate} is not written: there is no law that is agreed upon")
    spent, peak = time.monotonic() - began, _peak()
    said = _times_json(problem, answers, times) if options.times else []
    if options.json is not None:
        document = law_document(options, problem, answers, code)
        if options.times:
            document["times"] = said
        text = json.dumps(document, indent=2)
        write_file(options.json, text + "\n")
    # Not among the results: these are the same bytes each time.
    print(f"{spent:.2f} s, peak memory {peak >> 20} MB", file=sys.stderr)
    return code


def _peak() -> int:
    """Bytes of this process or of the largest of its children, at their peak."""
    import resource

    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * max(resource.getrusage(who).ru_maxrss for who in whose)


# --- what is asked -------------------------------------------------------------------------


def _problem(options: LawOptions) -> LawProblem:
    if options.circuit.lower().endswith(".json"):
        text = _text(options.circuit)
        if _SCHEDULE.search(text):
            schedule = schedule_from_json(text, options.circuit)
            if options.random:
                raise BadInput("a schedule", source="--random", expected="a circuit")
            if options.outputs:
                chosen = _chosen(schedule.output_names, options.outputs)
                schedule = replace(
                    schedule,
                    output=tuple(schedule.output[i] for i in chosen),
                    output_names=tuple(schedule.output_names[i] for i in chosen),
                )
            return RunLaw(schedule, _data(options.data, schedule.data_names))
    from dlmcheck.model.formats import load_circuit

    circuit = load_circuit(options.circuit, options.random)
    if options.outputs:
        chosen = _chosen(circuit.output_names, options.outputs)
        circuit = Circuit(
            circuit.inputs,
            circuit.gates,
            tuple(circuit.outputs[i] for i in chosen),
            tuple(circuit.output_names[i] for i in chosen),
        )
    names = [circuit.inputs[v].name for v in circuit.data_inputs]
    return CircuitLaw(circuit, _data(options.data, names))


def _text(path: str) -> str:
    from dlmcheck.model.formats.signals import decode

    try:
        return decode(Path(path).read_bytes(), path)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", source=path) from None


def _chosen(names: Sequence[str], patterns: Sequence[str]) -> list[int]:
    """The outputs that match a pattern, in order; brackets mean themselves, as with `--random`.

    Raises `BadInput` for a pattern that matches none.
    """
    chosen: set[int] = set()
    for pattern in patterns:
        literal = pattern.replace("[", "[[]")
        matched = {index for index, name in enumerate(names) if fnmatchcase(name, literal)}
        if not matched:
            raise BadInput(f"{pattern!r} matches no output", source="--outputs")
        chosen |= matched
    return sorted(chosen)


def _data(text: str | None, names: Sequence[str]) -> tuple[bool, ...]:
    given = "" if text is None else text
    if len(given) != len(names) or not set(given) <= {"0", "1"}:
        shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        raise BadInput(
            f"{given!r}" if text is not None else "no data",
            source="--data",
            expected=f"{len(names)} bits, for {shown or 'no data inputs'}",
        )
    return tuple(bit == "1" for bit in given)


# --- asking --------------------------------------------------------------------------------


def _ask(problem: LawProblem, name: str, options: LawOptions, times: list[Times]) -> Answered:
    """By an engine of this process; with limits in a process of its own, which can be killed."""
    bounds = Limits(options.limits.timeout, options.limits.memory, options.nodes)
    if options.outcomes is not None:
        bounds = replace(bounds, outcomes=options.outcomes)
    if bounds.seconds is None and bounds.memory is None:
        answered, spent = _asked(problem, name, bounds, options.times)
        times.append(spent)
        return answered
    from dlmcheck.verify.jobs import Ending, Task, run_tasks

    def work(_progress: object) -> tuple[Answered, Times] | DlmcheckError:
        if bounds.memory is not None and not os.environ.get(DEBUG):
            # Libraries have much to say of memory that they are refused; the answer says it. What
            # we say goes on to be heard.
            sys.stderr = open(os.dup(2), "w", encoding="utf-8", buffering=1)  # noqa: SIM115
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            return _asked(problem, name, bounds, options.times)
        except DlmcheckError as error:
            return error

    grace = None if bounds.seconds is None else bounds.seconds + 1
    (done,) = run_tasks([Task(name, work)], timeout=grace, memory=bounds.memory)
    if isinstance(done.value, DlmcheckError):
        raise done.value
    if done.ending is Ending.DONE:
        answered, spent = cast("tuple[Answered, Times]", done.value)
        times.append(spent)
        return answered
    times.append({})
    if done.ending is Ending.INTERRUPTED:
        raise KeyboardInterrupt
    whys = {Ending.TIMEOUT: Why.TIME, Ending.MEMORY: Why.MEMORY}
    if done.ending not in whys:
        raise RuntimeError(done.message)
    return Answered(name, "asked for", Unknown(whys[done.ending], done.message))


Times = dict[str, float]
"""Seconds by phase of an engine's work; empty where nobody has asked."""


def _asked(problem: LawProblem, name: str, bounds: Limits, times: bool) -> tuple[Answered, Times]:
    if bounds.seconds is None:
        _warn(problem, name)
    if not times:
        return law(problem, name, bounds), {}
    from dlmcheck.verify.engines.phases import recorded

    with recorded() as seconds:
        answered = law(problem, name, bounds)
    return answered, seconds


def _warn(problem: LawProblem, name: str) -> None:
    """Say it of an engine that was asked for by its name if it expects to take very long.

    Without a limit of time nobody else would. For `linear`, to be asked is most of the work.
    """
    if name in (AUTO, LINEAR) or engine(name).refuses(problem):
        return
    estimate = engine(name).estimate(problem)
    if estimate.seconds is not None and estimate.seconds > PATIENCE:
        complain(
            f"warning: {name} may take as long as {about(estimate.seconds)} ({estimate.reason}); "
            "with --timeout it ends in unknown, and --engine auto may choose another one"
        )


def _times_json(
    problem: LawProblem, answers: Sequence[Answered], times: Sequence[Times]
) -> list[dict[str, Any]]:
    """What the engines that enumerate have done; also said on stderr."""
    from dlmcheck.verify.engines.throughput import throughput

    found: list[dict[str, Any]] = []
    for one, seconds in zip(answers, times, strict=True):
        known = throughput(problem, one.engine, seconds)
        for line in [] if known is None else known.lines():
            print(f"{one.engine}: {line}", file=sys.stderr)
        found.append({"engine": one.engine, **({} if known is None else known.document())})
    return found


def _certify(problem: LawProblem, found: CountedLaw | None, by: str, path: Path | None) -> ExitCode:
    """Write a certificate that the kernel has checked; without a list, that of an affine set.

    Without a file the law of an affine set is said all the same: it is an answer.
    """
    from dlmcheck.verify.engines.affine_evidence import (
        NoCertificate,
        affine_certificate,
        check_affine,
    )

    text = ""
    try:
        if found is not None:
            from dlmcheck.verify.engines.law_evidence import certificate

            text, checked = certificate(problem, found, by)
        else:
            if path is None:
                checked = check_affine(problem)
            else:
                text, checked = affine_certificate(problem)
            print(f"law          {checked.statement}")
    except NoCertificate as error:
        if found is not None:
            print(f"evidence     none, trusted: {by}")
        complain(str(error) if path is None else f"{path} is not written: {error}")
        return ExitCode.UNKNOWN
    except DlmcheckError as error:
        print(f"evidence     REJECTED by the kernel: {error}")
        return ExitCode.FAILURE
    if path is not None:
        write_file(path, text)
    where = "" if path is None else f"{path}: "
    print(f"evidence     {where}{checked.verdict.value}; {checked.evidence}")
    return ExitCode.OK
