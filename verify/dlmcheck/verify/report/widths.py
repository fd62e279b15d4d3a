"""Widths and lengths as Markdown, CSV and versioned JSON (schema `widths-1`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dlmcheck.verify.engines.widths import CONFLICTS, Optimised
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.report.audit_json import evidence_json
from dlmcheck.verify.widths import CURVE_CONFLICTS, CurvePoint, Lengths, Widths

FORMAT = "dlmcheck-widths"
LEGEND = """\
N nodes, d depth of what the outputs need, D = d+1 rounds of remasking and revision. w: the most
values kept at a time, with every gate in its earliest layer / its layer optimised / and random
inputs sampled late; `= w` is the least there is, `>= b` a lower bound, both checked by the kernel.
L in cells besides the prompt: T3.1 write-once; then for remasking and for revision: as stated,
gates early -> as stated, optimised -> shorter counters (-> and random inputs late). s and MB: the
time and the peak memory of the row. Gates early is what `compile` does if nothing is optimised: it
keeps gates that no output depends on, and where these need more rounds, D is `those -> d+1`."""
EFFORT = f"""\
Each D starts from the assignment of the one before, with half of the moves, and the solver gives up
after {CURVE_CONFLICTS} conflicts; `compile --optimise width --rounds D` allows {CONFLICTS}."""
_HEAD = (
    ("circuit", "N", "d", "D", "w early", "w", "", "w late coins", ""),
    ("L write-once", "L remask", "L revise", "s", "MB"),
)
_WIDE = 40


@dataclass(frozen=True)
class Row:
    """A circuit's file with its figures; if there are none, why."""

    file: str
    widths: Widths | None
    seconds: float
    peak_bytes: int
    problem: str = ""


def table(rows: Iterable[Row]) -> list[str]:
    """The table as lines of Markdown."""
    head = [*_HEAD[0], *_HEAD[1]]
    lines = [_line(head), "|" + "---|" * len(head)]
    for row in rows:
        found = row.widths
        measured = [f"{row.seconds:.1f}", str(row.peak_bytes >> 20)]
        if found is None:
            gaps = [""] * (len(head) - 4)
            lines.append(_line([Path(row.file).stem, row.problem, *gaps, *measured]))
            continue
        lines.append(
            _line(
                [
                    Path(row.file).stem,
                    *map(str, (found.nodes, found.depth, _rounds(found), found.early)),
                    *_width(found.gates),
                    *(("", "") if found.coins is None else _width(found.coins)),
                    str(found.write_once),
                    _arrows(found, "remask"),
                    _arrows(found, "revise"),
                    *measured,
                ]
            )
        )
    return lines


def _line(columns: Iterable[str]) -> str:
    return f"| {' | '.join(columns)} |"


def _width(found: Optimised) -> tuple[str, str]:
    return str(found.width), _bound(found)


def _rounds(found: Widths) -> str:
    more = found.early_rounds != found.rounds
    return f"{found.early_rounds} -> {found.rounds}" if more else str(found.rounds)


def _bound(found: Optimised) -> str:
    return f">= {found.claim.bound}" if found.gap else "="


def _arrows(found: Widths, edits: str) -> str:
    def of(lengths: Lengths, which: str) -> int:
        value: int = getattr(lengths, f"{edits}_{which}")
        return value

    steps = [found.refused_early if found.before is None else str(of(found.before, "stated"))]
    if found.after is None:
        steps += [] if found.refused in steps else [found.refused]
    else:
        steps += [str(of(found.after, "stated")), str(of(found.after, "short"))]
    if found.after_coins is not None:
        steps.append(str(of(found.after_coins, "short")))
    return " -> ".join(steps)


# --- a curve -------------------------------------------------------------------------------


def curve_lines(points: Sequence[CurvePoint]) -> list[str]:
    """The curve as lines of Markdown, with a bar for the length with revision, and the effort."""
    lines = [
        _line(("D", "w", "", "L remask, stated", "short", "L revise, stated", "short", "")),
        "|" + "---|" * 8,
    ]
    longest = max((point.lengths.revise_short for point in points), default=1)
    for point in points:
        of = point.lengths
        bar = "#" * max(1, _WIDE * of.revise_short // longest)
        numbers = (of.remask_stated, of.remask_short, of.revise_stated, of.revise_short)
        lines.append(
            _line((str(point.rounds), *_width(point.found), *map(str, numbers), f"`{bar}`"))
        )
    return [*lines, "", EFFORT]


def curve_csv(points: Iterable[CurvePoint]) -> str:
    """The curve as comma-separated values, with a head."""
    head = "rounds_allowed,rounds,width,lower_bound"
    lines = [f"{head},remask_stated,remask_short,revise_stated,revise_short"]
    for point in points:
        of = point.lengths
        numbers = [point.rounds, point.used, point.found.width, point.found.claim.bound]
        numbers += [of.remask_stated, of.remask_short, of.revise_stated, of.revise_short]
        lines.append(",".join(map(str, numbers)))
    return "\n".join(lines) + "\n"


# --- JSON ----------------------------------------------------------------------------------


def widths_document(
    rows: Iterable[Row],
    points: Iterable[CurvePoint],
    options: dict[str, object],
    code: ExitCode,
) -> dict[str, Any]:
    """Everything as one object."""
    return {
        "format": FORMAT,
        "version": 1,
        "dlmcheck": version("dlmcheck"),
        "options": options,
        "exit_code": int(code),
        "circuits": [_row(row) for row in rows],
        "curve": [_point(point) for point in points],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "file": row.file,
        "seconds": round(row.seconds, 3),
        "peak_bytes": row.peak_bytes,
        "problem": row.problem,
        "figures": None if row.widths is None else _figures(row.widths),
    }


def _figures(found: Widths) -> dict[str, Any]:
    def of(lengths: Lengths | None) -> dict[str, int] | None:
        return None if lengths is None else dict(vars(lengths))

    return {
        "nodes": found.nodes,
        "data_inputs": found.data,
        "random_inputs": found.random,
        "outputs": found.outputs,
        "depth": found.depth,
        "rounds": found.rounds,
        "width_early": found.early,
        "gates": _optimised(found.gates),
        "gates_and_coins": None if found.coins is None else _optimised(found.coins),
        "write_once": found.write_once,
        "rounds_early": found.early_rounds,
        "lengths_early": of(found.before),
        "lengths": of(found.after),
        "lengths_coins_late": of(found.after_coins),
        "refused_early": found.refused_early,
        "refused": found.refused,
    }


def _optimised(found: Optimised) -> dict[str, Any]:
    return {
        "width": found.width,
        "lower_bound": found.claim.bound,
        "statement": found.checked.statement,
        "verdict": found.checked.verdict.value,
        "evidence": evidence_json(found.checked.evidence),
    }


def _point(point: CurvePoint) -> dict[str, Any]:
    return {
        "rounds_allowed": point.rounds,
        "rounds": point.used,
        **_optimised(point.found),
        "lengths": dict(vars(point.lengths)),
    }
