"""Compiled circuits as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.resources import Resources
from dlmcheck.verify.compilation import CompiledFigures
from dlmcheck.verify.equivalence import Equivalence, RoadTaken
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import WrongRun
from dlmcheck.verify.report.outcome import Outcome

if TYPE_CHECKING:
    from dlmcheck.verify.engines.widths import Optimised

_PARTS = {"predictor": "p", "unmask": "F", "remask": "G"}
_MOST_NAMES = 40
LAWS = {
    Verdict.PROVED: "equal",
    Verdict.BOUNDED: "equal",
    Verdict.REFUTED: "different",
    Verdict.UNKNOWN: "not known",
}


def outcome_lines(outcome: Outcome, choices: Mapping[str, str]) -> list[str]:
    """The report on one circuit."""
    lines = [outcome.file, _line("circuit", _interface(outcome.circuit))]
    if outcome.figures is not None:
        lines += figure_lines(outcome.figures)
    lines.append(
        _line("chosen", "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in choices.items()))
    )
    if outcome.answer:
        lines += _answer_lines(outcome)
    if outcome.problem:
        lines.append(_line("", outcome.problem.strip().splitlines()[-1]))
    return lines


def figure_lines(figures: CompiledFigures) -> list[str]:
    """What was measured, a line per kind of figure."""
    added = ", ".join(
        f"{n} {f'constant {op}' if op in '01' else op} ({reason})"
        for (op, reason), n in figures.added.items()
    )
    padding = f", {figures.padding_cells} of them padding" if figures.padding_cells else ""
    return [
        _line(
            "nodes N",
            f"{figures.nodes_before} -> {figures.nodes_after}: added {added or 'none'}; "
            f"dropped {figures.dropped}",
        ),
        _line("depth d", f"{figures.depth_before} -> {figures.depth_after}"),
        _line("width w", f"{figures.layer_width} (largest layer), {figures.live_width} (live)"),
        *_optimised(figures.optimised),
        _line("length L", f"{figures.length} cells{padding}"),
        _line("rounds D", str(figures.rounds)),
        *(_line(_PARTS[name], _resources(part)) for name, part in figures.parts.items()),
    ]


def _optimised(found: Optimised | None) -> list[str]:
    if found is None:
        return []
    gap = "the least" if not found.gap else f"at least {found.claim.bound} are needed"
    return [
        _line("optimised", f"{found.width} values kept at most, {found.before} before; {gap}"),
        _line("", f"{found.checked.verdict.value} [{found.checked.evidence}]"),
    ]


def _resources(part: Resources) -> str:
    return (
        f"depth {part.depth}, fan-in {part.fan_in}, size {part.size}, "
        f"locality {part.locality} {'bit' if part.locality == 1 else 'bits'}"
    )


def _interface(circuit: Circuit) -> str:
    data, random, outputs = (
        len(circuit.data_inputs),
        len(circuit.random_inputs),
        len(circuit.outputs),
    )
    return f"{data} data inputs, {random} random inputs, {outputs} outputs"


def _answer_lines(outcome: Outcome) -> list[str]:
    found = outcome.equivalence
    broken = found is not None and found.simulates is Verdict.REFUTED
    coupling = "not under the coupling that was tried" if broken else "no coupling found"
    text = {
        "EQUIVALENT": "EQUIVALENT, seed for seed, for all data",
        "NOT EQUIVALENT": "NOT EQUIVALENT, seed for seed",
        "SAME LAW": f"SAME LAW, for all data; seed for seed: {coupling}",
    }.get(outcome.answer, outcome.answer)
    lines = [f"  {text}"]
    if found is None:
        return lines
    lines += [f"    {road_line(road)}" for road in found.roads]
    if found.disagreement:
        lines.append("    the roads contradict each other")
    if found.wrong_run is not None:
        lines += [f"    {line}" for line in wrong_run_lines(outcome, found, found.wrong_run)]
    if not found.simulates.is_affirmative:
        said = LAWS.get(found.same_law, found.same_law.value)
        lines.append(f"    output laws: {said}" + _because(found.law_reason))
    if found.preservation is not None and found.preserves is not Verdict.VACUOUS:
        lines.append(f"  masks preserved: {road_line(found.preservation)}")
    return lines


def _because(reason: str) -> str:
    return f" ({shortened(reason)})" if reason else ""


def shortened(text: str, most: int = 300) -> str:
    """A text without its middle if it is very long (an event may list hundreds of outputs).

    >>> shortened("abcdefgh", 6)
    'abc ... fgh'
    """
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-(most // 2) :]}"


def road_line(road: RoadTaken) -> str:
    """What one road found, and on whom that rests.

    >>> road_line(RoadTaken("some engine", Verdict.UNKNOWN, None, "out of time"))
    'UNKNOWN [some engine]: out of time'
    """
    if road.verdict is Verdict.UNKNOWN or road.evidence is None:
        return f"{road.verdict.value} [{road.engine}]: {road.message or 'no reason given'}"
    rests = "checked by the kernel" if road.checked is not None else "trusted"
    return f"{road.verdict.value} [{road.engine}; {rests}]: {road.evidence}"


def wrong_run_lines(outcome: Outcome, found: Equivalence, run: WrongRun) -> list[str]:
    """A wrong run for the reader: what is 1, where it goes wrong first, what comes out."""
    place = "not told apart"
    if run.cell >= 0:
        label = outcome.labels[run.cell] if run.cell < len(outcome.labels) else ""
        place = f"round {run.round_number}, cell {run.cell}" + (f" ({label})" if label else "")
    circuit = outcome.circuit
    data = [circuit.inputs[v].name for v in circuit.data_inputs]
    ones = set(run.coins)
    data_ones = [name for name, bit in zip(data, run.data, strict=True) if bit == "1"]
    coins = [f"{part} round {number} no. {index}" for part, number, index in run.coins]
    seed = [name for name, (coin, inverted) in found.coupling.items() if (coin in ones) != inverted]
    return [
        "a wrong run, minimised and replayed by the kernel:",
        f"  data bits that are 1: {_some(data_ones)} (of {len(data)})",
        f"  coins that are 1: {_some(coins)}",
        f"  random inputs that are 1: {_some(seed)} (of {len(circuit.random_inputs)})",
        f"  first wrong: {place}",
        f"  outcome: {found.wrong}",
    ]


def _some(names: Iterable[str]) -> str:
    """Names in one line; of very many the first ones and their number."""
    listed = list(names)
    shown = ", ".join(listed[:_MOST_NAMES]) or "none"
    return f"{shown}, ... ({len(listed)} in all)" if len(listed) > _MOST_NAMES else shown


def _line(name: str, text: str) -> str:
    return f"  {name:<10} {text}".rstrip()
