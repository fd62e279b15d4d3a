"""`dlmcheck widths`: how narrow and how short the schedules of circuits can be made.

Each circuit is a task of its own, and so is a curve.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from dlmcheck.model.formats import load_circuit
from dlmcheck.model.scheduling.narrow import MOVES
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.cli.limits import Limits
from dlmcheck.verify.cli.outputs import check_outputs, write_files
from dlmcheck.verify.cli.progress import Progress
from dlmcheck.verify.cli.tasks import CODES, run_all
from dlmcheck.verify.exits import ExitCode, worst
from dlmcheck.verify.jobs import Ending, Finished, Task
from dlmcheck.verify.report.audit_json import to_text
from dlmcheck.verify.report.widths import (
    LEGEND,
    Row,
    curve_csv,
    curve_lines,
    table,
    widths_document,
)
from dlmcheck.verify.widths import CurvePoint, Widths, allowed_rounds, curve, widths


@dataclass(frozen=True)
class WidthsOptions:
    """The options of `dlmcheck widths`.

    With `curve` the width of one circuit is measured against rounds, up to `until` of them and at
    `points` places; `late_coins` is for the curve only, since the table has both.
    """

    circuits: tuple[str, ...]
    random: tuple[str, ...]
    curve: bool
    late_coins: bool
    until: int | None
    points: int
    moves: int | None
    json: Path | None
    csv: Path | None
    limits: Limits


def run_widths(options: WidthsOptions) -> ExitCode:
    """Measure, print, write. Raises `BadInput` before anything is printed or written."""
    _check_usage(options)
    circuits = [load_circuit(name, options.random) for name in options.circuits]
    moves = MOVES if options.moves is None else options.moves
    tasks = [
        Task(f"{number} widths {name}", partial(_widths, circuit, moves))
        for number, (name, circuit) in enumerate(zip(options.circuits, circuits, strict=True), 1)
    ]
    if options.curve:
        rounds = allowed_rounds(circuits[0], options.until, options.points)
        work = partial(_curve, circuits[0], rounds, options.late_coins, moves)
        tasks = [Task(f"1 curve {options.circuits[0]}", work)]
    progress = Progress(len(tasks))
    try:
        done = run_all(tasks, options.limits, progress)
    finally:
        progress.close()
    code = worst([CODES.get(one.ending, ExitCode.OK) for one in done])
    rows = [_row(name, one) for name, one in zip(options.circuits, done, strict=False)]
    points: list[CurvePoint] = []
    if options.curve:
        points = cast("list[CurvePoint]", done[0].value or [])
        print("\n".join([options.circuits[0], "", *curve_lines(points)]))
        if rows[0].problem:
            print(rows[0].problem)
        rows = []
    else:
        print("\n".join([*table(rows), "", LEGEND]))
    sys.stdout.flush()
    return worst([code, *_write_files(options, rows, points, moves, code)])


def _check_usage(options: WidthsOptions) -> None:
    if options.curve and len(options.circuits) > 1:
        raise BadInput("several circuits", source="--curve", expected="one circuit")
    asked = {
        "--csv": options.csv,
        "--until": options.until,
        "--late-coins": options.late_coins or None,
    }
    for option, value in asked.items():
        if value is not None and not options.curve:
            raise BadInput("is about a curve", source=option, expected="--curve")
    check_outputs({"--json": options.json, "--csv": options.csv}, inputs=options.circuits)


def _widths(circuit: Circuit, moves: int, _progress: Callable[[int], None]) -> Widths:
    return widths(circuit, moves=moves)


def _curve(
    circuit: Circuit,
    rounds: list[int],
    late_coins: bool,
    moves: int,
    progress: Callable[[int], None],
) -> list[CurvePoint]:
    points: list[CurvePoint] = []
    for point in curve(circuit, rounds, late_coins=late_coins, moves=moves):
        points.append(point)
        progress(len(points))
    return points


def _row(name: str, done: Finished) -> Row:
    found = done.value if isinstance(done.value, Widths) else None
    problem = ""
    if done.ending is not Ending.DONE:
        problem = f"{done.ending.value}: {done.message}".rstrip(": ").splitlines()[-1]
    return Row(name, found, done.seconds, done.peak_bytes, problem)


def _write_files(
    options: WidthsOptions,
    rows: list[Row],
    points: list[CurvePoint],
    moves: int,
    code: ExitCode,
) -> list[ExitCode]:
    files: list[tuple[Path, str]] = []
    if options.json is not None:
        described: dict[str, object] = {
            "random": list(options.random),
            "curve": options.curve,
            "late_coins": options.late_coins,
            "moves": moves,
        }
        files.append((options.json, to_text(widths_document(rows, points, described, code))))
    if options.csv is not None:
        files.append((options.csv, curve_csv(points)))
    return write_files(files)
