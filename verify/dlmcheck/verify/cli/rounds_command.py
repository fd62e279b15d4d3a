"""`dlmcheck rounds` and `dlmcheck separate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar, cast

from dlmcheck.model.formats import load_circuit
from dlmcheck.model.targets import (
    Target,
    circuit_target,
    empirical_target,
    load_target,
    parse_target,
    samples_from_text,
)
from dlmcheck.model.targets.exchangeable import Weights, parse_weights
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import (
    Clock,
    Edits,
    Point,
    PredictorClass,
    Reals,
    Remasking,
    Unmasking,
)
from dlmcheck.spec.serial import CIRCUIT_FORMAT
from dlmcheck.verify.cli.limits import parse_seconds
from dlmcheck.verify.cli.outputs import check_outputs, write_file
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.report.rounds import (
    LEGEND,
    certificates,
    result_lines,
    rounds_json,
    table_lines,
)
from dlmcheck.verify.rounds.local_facts import Effort
from dlmcheck.verify.rounds.partial_states import MOST_CELLS
from dlmcheck.verify.rounds.results import RoundsResult
from dlmcheck.verify.rounds.solve import Scope, by_method, rounds, separate
from dlmcheck.verify.rounds.write_once import write_once, write_once_by_weights

_CIRCUITS = (".aag", ".aig", ".bench")
_Axis = TypeVar("_Axis", bound=Enum)


@dataclass(frozen=True)
class TargetOptions:
    """Where the target comes from."""

    text: str
    samples: bool = False
    random: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoundsOptions:
    """The options of `dlmcheck rounds`, as text."""

    target: TargetOptions
    edits: str = "write-once"
    unmasking: str = "deterministic"
    remasking: str | None = None
    clock: bool = False
    scratch: str = "0"
    locality: int | None = None
    predictor: str = "real"
    fixed: bool = False
    certificates: Path | None = None
    json: Path | None = None
    resume: Path | None = None
    workers: int | None = None
    timeout: str | None = None


@dataclass(frozen=True)
class SeparateOptions:
    """The options of `dlmcheck separate`, as text."""

    target: TargetOptions | None
    scratch: str = "0,1,any"
    locality: str = "any"
    certificates: Path | None = None
    json: Path | None = None
    page: Path | None = None


def load(options: TargetOptions) -> Target:
    """The target that the options name. Raises `BadInput`, whatever is wrong with it."""
    path = Path(options.text)
    if options.samples:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"cannot be read: {error}", source=options.text) from None
        return empirical_target(samples_from_text(text, options.text), name=options.text)
    if path.suffix.lower() in _CIRCUITS or options.random or _is_circuit(path):
        circuit = load_circuit(path, options.random)
        if circuit.data_inputs:
            names = ", ".join(circuit.inputs[v].name for v in circuit.data_inputs[:5])
            raise BadInput(
                f"the inputs {names} are no coins", source=options.text, expected="--random all"
            )
        return circuit_target(circuit, name=options.text)
    if path.suffix.lower() == ".json":
        try:
            return load_target(path)
        except OSError as error:
            raise BadInput(f"cannot be read: {error.strerror}", source=options.text) from None
    return parse_target(options.text)


def _is_circuit(path: Path) -> bool:
    """Whether a JSON file says that it holds a circuit: tables of targets have the same suffix."""
    if path.suffix.lower() != ".json":
        return False
    try:
        content: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False  # whoever reads it says what is wrong
    if not isinstance(content, dict):
        return False
    return cast("dict[str, object]", content).get("format") == CIRCUIT_FORMAT


def run_rounds(options: RoundsOptions) -> ExitCode:
    """Print the least number of rounds, or an interval (3). Raises `BadInput` before any work."""
    point = point_of(options)
    effort = _effort(options, point)
    _check_places(options.certificates, options.json, options.target)
    strategies = Point(scratch=0, clock=point.clock, predictor=_unbounded(point))
    weights = _long_weights(options.target) if point == strategies else None
    if weights is not None:
        return _run_by_weights(options, point, weights)
    target = load(options.target)
    if options.fixed:
        if point != strategies:
            raise BadInput(
                "a schedule fixed in advance",
                source="--fixed",
                expected="write-once, deterministic F, no scratch cells, no locality",
            )
        found = write_once(target, adaptive=False, reals=point.predictor.reals, clock=point.clock)
        result = by_method(found)
    else:
        result = rounds(target, point, effort)
    _print(options, result)
    _write(options.certificates, options.json, target, [result])
    return ExitCode.OK if result.is_exact else ExitCode.UNKNOWN


def _effort(options: RoundsOptions, point: Point) -> Effort:
    """What a search for local samplers may cost. Raises `BadInput` where there is none."""
    asked = (options.resume, options.workers, options.timeout) != (None, None, None)
    if asked and point.predictor.locality is None:
        raise BadInput(
            "limits of a search among local samplers", source="rounds", expected="--locality K"
        )
    if options.resume is not None:
        if options.resume.exists() and not options.resume.is_dir():
            raise BadInput("is no folder", source=f"--resume {options.resume}", expected="a folder")
        options.resume.mkdir(parents=True, exist_ok=True)
    timeout = None if options.timeout is None else parse_seconds(options.timeout)
    return Effort(options.resume, options.workers or 1, timeout)


def _print(options: RoundsOptions, result: RoundsResult) -> None:
    heading = "sets fixed in advance, " if options.fixed else ""
    written = options.certificates is not None
    print("\n".join(result_lines(result, heading=heading, written=written)))


def _long_weights(options: TargetOptions) -> Weights | None:
    """The weights of an exchangeable family that is longer than a table of states can hold."""
    weights = None if options.samples or options.random else parse_weights(options.text)
    return weights if weights is not None and len(weights) - 1 > MOST_CELLS else None


def _run_by_weights(options: RoundsOptions, point: Point, weights: Weights) -> ExitCode:
    name = options.target.text.strip()
    found = write_once_by_weights(
        name,
        weights,
        adaptive=not options.fixed,
        reals=point.predictor.reals,
        clock=point.clock,
    )
    result = by_method(found)
    _print(options, result)
    _write_files(options.certificates, options.json, name, len(weights) - 1, [result])
    return ExitCode.OK


def _unbounded(point: Point) -> PredictorClass:
    return PredictorClass(point.predictor.reals)


def point_of(options: RoundsOptions) -> Point:
    """The point that the options name. Raises `BadInput`."""
    edits = _member(Edits, options.edits, "--edits")
    default = Remasking.DETERMINISTIC if edits is Edits.REMASK else Remasking.NONE
    return Point(
        edits=edits,
        unmasking=_member(Unmasking, options.unmasking, "--f"),
        remasking=(
            default if options.remasking is None else _member(Remasking, options.remasking, "--g")
        ),
        clock=Clock.ROUND_NUMBER if options.clock else Clock.STATE_ONLY,
        scratch=_count(options.scratch, "--scratch"),
        predictor=PredictorClass(_reals(options.predictor), options.locality),
    )


def _member(axis: type[_Axis], text: str, option: str) -> _Axis:
    for member in axis:
        if member.value == text:
            return member
    names = ", ".join(str(member.value) for member in axis)
    raise BadInput(repr(text), source=option, expected=names)


def _reals(text: str) -> Reals:
    found = {"real": Reals.UNRESTRICTED, "dyadic": Reals.DYADIC}.get(text)
    if found is None:
        raise BadInput(repr(text), source="--predictor", expected="real or dyadic")
    return found


def _count(text: str, option: str) -> int | None:
    if text == "any":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise BadInput(repr(text), source=option, expected="a number, or any")
    return int(text)


def _counts(text: str, option: str) -> tuple[int | None, ...]:
    return tuple(dict.fromkeys(_count(part.strip(), option) for part in text.split(",")))


def run_separate(options: SeparateOptions) -> ExitCode:
    """Print the table of a target, or write the page. Raises `BadInput` before any work."""
    if (options.target is None) == (options.page is None):
        raise BadInput("one target or --page", source="separate", expected="either of them")
    if options.page is not None:
        return _write_page(options.page)
    assert options.target is not None
    _check_places(options.certificates, options.json, options.target)
    scope = Scope(_counts(options.scratch, "--scratch"), _counts(options.locality, "--locality"))
    target = load(options.target)
    table = separate(target, scope)
    written = options.certificates is not None
    print("\n".join([*table_lines(table, written=written), LEGEND]))
    _write(options.certificates, options.json, target, table.results)
    return ExitCode.OK


def _write_page(path: Path) -> ExitCode:
    from dlmcheck.verify.rounds.page import renewed

    check_outputs({"--page": path})
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", source=str(path)) from None
    write_file(path, renewed(text, str(path)))
    print(f"{path}: written", file=sys.stderr)
    return ExitCode.OK


def _check_places(folder: Path | None, json: Path | None, target: TargetOptions) -> None:
    check_outputs(
        {"--certificates": folder, "--json": json}, ("--certificates",), inputs=[target.text]
    )


def _write(
    folder: Path | None, json: Path | None, target: Target, results: Sequence[RoundsResult]
) -> None:
    estimate = target.is_estimate
    _write_files(folder, json, target.name, target.length, results, estimate=estimate)


def _write_files(
    folder: Path | None,
    json: Path | None,
    name: str,
    length: int,
    results: Sequence[RoundsResult],
    *,
    estimate: bool = False,
) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in certificates(results).items():
            write_file(folder / file, text)
    if json is not None:
        write_file(json, rounds_json(name, length, results, estimate=estimate))
