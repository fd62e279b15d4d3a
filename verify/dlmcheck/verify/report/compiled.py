"""Compiled circuits as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dlmcheck.spec.resources import Resources
from dlmcheck.verify.compilation import CompiledFigures
from dlmcheck.verify.report.answers import answer_lines, interface_text, report_line
from dlmcheck.verify.report.outcome import CompiledOutcome

if TYPE_CHECKING:
    from dlmcheck.verify.engines.widths import Optimised

_PARTS = {"predictor": "p", "unmask": "F", "remask": "G"}


def outcome_lines(outcome: CompiledOutcome, choices: Mapping[str, str]) -> list[str]:
    """The report on one circuit."""
    lines = [outcome.file, report_line("circuit", interface_text(outcome.interface))]
    if outcome.figures is not None:
        lines += figure_lines(outcome.figures)
    lines.append(
        report_line("chosen", "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in choices.items()))
    )
    return lines + answer_lines(outcome)


def figure_lines(figures: CompiledFigures) -> list[str]:
    """What was measured, a line per kind of figure."""
    added = ", ".join(
        f"{n} {f'constant {op}' if op in '01' else op} ({reason})"
        for (op, reason), n in figures.added.items()
    )
    padding = f", {figures.padding_cells} of them padding" if figures.padding_cells else ""
    return [
        report_line(
            "nodes N",
            f"{figures.nodes_before} -> {figures.nodes_after}: added {added or 'none'}; "
            f"dropped {figures.dropped}",
        ),
        report_line("depth d", f"{figures.depth_before} -> {figures.depth_after}"),
        report_line(
            "width w", f"{figures.layer_width} (largest layer), {figures.live_width} (live)"
        ),
        *_optimised(figures.optimised),
        report_line("length L", f"{figures.length} cells{padding}"),
        report_line("rounds D", str(figures.rounds)),
        *(report_line(_PARTS[name], _resources(part)) for name, part in figures.parts.items()),
    ]


def _optimised(found: Optimised | None) -> list[str]:
    if found is None:
        return []
    gap = "the least" if not found.gap else f"at least {found.claim.bound} are needed"
    return [
        report_line(
            "optimised", f"{found.width} values kept at most, {found.before} before; {gap}"
        ),
        report_line("", f"{found.checked.verdict.value} [{found.checked.evidence}]"),
    ]


def _resources(part: Resources) -> str:
    return (
        f"depth {part.depth}, fan-in {part.fan_in}, size {part.size}, "
        f"locality {part.locality} {'bit' if part.locality == 1 else 'bits'}"
    )
