"""An audit as a table of plain text.

On a terminal the table has its width and colours. Anywhere else (a pipe, a file) it has a fixed
width and is plain ASCII, so that the same audit gives the same bytes. Ids are never cut. The
column `trust` says who was believed, in the words of `dlmcheck.verify.trust.Basis`.
"""

from __future__ import annotations

from typing import TextIO

from rich.box import SIMPLE_HEAD, Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dlmcheck.verify.audit import RoadResult, RowResult
from dlmcheck.verify.gate import Gate
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.report.audit_json import verdict_counts

PIPED_WIDTH = 160
_LEAST_WIDTH = 110
_LEAST_BESIDE = 90
"""What stands beside an id needs so many columns."""
_ASCII = Box("    \n    \n -- \n    \n    \n -- \n    \n    \n", ascii=True)
_STYLES = {
    Verdict.PROVED: "green",
    Verdict.BOUNDED: "green",
    Verdict.REFUTED: "red",
    Verdict.UNKNOWN: "yellow",
    Verdict.VACUOUS: "yellow",
    Verdict.UNSETTLEABLE: "cyan",
    Verdict.ERROR: "bold red",
}


def print_table(gate: Gate, stream: TextIO) -> None:
    """Print the table, then what deviates from the lock, then one line of summary."""
    console = console_on(stream)
    if gate.result.rows:
        console.width = max(console.width, longest_id(gate) + _LEAST_BESIDE)
        table = Table(
            box=SIMPLE_HEAD if console.is_terminal and not console.options.ascii_only else _ASCII,
            pad_edge=False,
            show_edge=False,
        )
        table.add_column("claim/reading", no_wrap=True, min_width=longest_id(gate))
        table.add_column("verdict", no_wrap=True, min_width=len("UNSETTLEABLE"))
        table.add_column("trust", min_width=len("encoder"))
        table.add_column("evidence of each road, and what it rests on", overflow="fold")
        for row in gate.result.rows:
            verdict = Text(row.verdict.value, style=_STYLES[row.verdict])
            basis = Text("\n".join(one.value for one in row.bases) or "none")
            table.add_row(Text(row.row.id), verdict, basis, Text("\n".join(row_lines(row))))
        print_lines(console, table)
    for deviation in gate.deviations:
        print_lines(console, Text(f"! {deviation.row}: {deviation.message}"))
    print_lines(console, Text(summary(gate)))


def longest_id(gate: Gate) -> int:
    """The width that ids need."""
    return max(len(row.row.id) for row in gate.result.rows)


def row_lines(row: RowResult) -> list[str]:
    """What the roads of a row found, why it is bounded if it is, then what it rests on.

    Roads that found the same share a line, with all their engines.
    """
    if row.disagreement:
        lines = ["the roads contradict each other:"]
        lines += [f"{r.verdict.value}: {found_by(r)} [{r.engine}]" for r in row.roads]
    else:
        engines: dict[str, list[str]] = {}
        for road in row.roads:
            engines.setdefault(found_by(road), []).append(road.engine)
        lines = [f"{found} [{' + '.join(names)}]" for found, names in engines.items()]
    if row.bounded is not None:
        lines.append(f"bounded: {row.bounded.why.value}")
    if row.assumptions:
        lines.append(f"rests on: {'; '.join(row.assumptions)}")
    return lines


def found_by(road: RoadResult) -> str:
    """What one road found, in one line."""
    if road.evidence is not None:
        return str(road.evidence).replace(" instances of ", " ", 1)
    # Of a traceback only the last line, which names the error; the JSON has all of it.
    message = road.message.strip().splitlines()[-1:] or ["no reason given"]
    first = road.message.strip().partition(":")[0].partition("\n")[0]
    text = message[0] if first in message[0] else f"{first}: {message[0]}"
    return f"no result: {text}"


def summary(gate: Gate) -> str:
    """One line: how many rows have which verdict, and whether the lock is met."""
    rows = len(gate.result.rows)
    if not rows:
        return "nothing selected"
    counts = ", ".join(f"{count} {name}" for name, count in verdict_counts(gate).items())
    text = f"{rows} {'row' if rows == 1 else 'rows'}, profile {gate.result.profile.value}: {counts}"
    if gate.selection.unmet:
        text += f"; nothing matches {', '.join(gate.selection.unmet)}"
    if gate.result.interrupted:
        return f"{text}; interrupted"
    if not gate.locked:
        return f"{text}; no lock given"
    if not gate.deviations:
        return f"{text}; as locked"
    number = len(gate.deviations)
    return f"{text}; {number} {'deviation' if number == 1 else 'deviations'} from the lock"


def console_on(stream: TextIO) -> Console:
    """A console on a stream, whose width is fixed unless the stream is a terminal."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = max(console.width, _LEAST_WIDTH) if console.is_terminal else PIPED_WIDTH
    return console


def print_lines(console: Console, item: Table | Text) -> None:
    """Print without the blanks with which tables fill their lines; text is not wrapped."""
    if console.is_terminal:
        console.print(item, soft_wrap=isinstance(item, Text))
        return
    with console.capture() as captured:
        console.print(item, soft_wrap=isinstance(item, Text))
    for line in captured.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")
