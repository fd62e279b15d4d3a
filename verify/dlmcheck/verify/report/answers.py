"""Answers on equivalence as plain text: the roads behind them, and a wrong run if there is one."""

from __future__ import annotations

from collections.abc import Iterable

from dlmcheck.verify.equivalence import Equivalence
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import WrongRun
from dlmcheck.verify.kernel_roads import RoadTaken
from dlmcheck.verify.report.outcome import Interface, Outcome

_MOST_NAMES = 40
LAWS = {
    Verdict.PROVED: "equal",
    Verdict.BOUNDED: "equal",
    Verdict.REFUTED: "different",
    Verdict.UNKNOWN: "not known",
}


def answer_lines(outcome: Outcome) -> list[str]:
    """The answer if one was asked for, and why there is none if there is none."""
    lines = _answer_lines(outcome) if outcome.answer else []
    if outcome.problem:
        lines.append(report_line("", outcome.problem.strip().splitlines()[-1]))
    return lines


def interface_text(shown: Interface) -> str:
    """How many inputs and outputs a circuit has."""
    return (
        f"{len(shown.data)} data inputs, {len(shown.random)} random inputs, {shown.outputs} outputs"
    )


def report_line(name: str, text: str) -> str:
    """A line of a report, its name in a column of its own.

    >>> report_line("rounds D", "3")
    '  rounds D   3'
    """
    return f"  {name:<10} {text}".rstrip()


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
    if not found.simulates.is_affirmative or found.laws_listed:
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
    shown = outcome.interface
    ones = set(run.coins)
    data_ones = [name for name, bit in zip(shown.data, run.data, strict=True) if bit == "1"]
    coins = [f"{part} round {number} no. {index}" for part, number, index in run.coins]
    seed = [name for name, (coin, inverted) in found.coupling.items() if (coin in ones) != inverted]
    return [
        "a wrong run, minimised and replayed by the kernel:",
        f"  data bits that are 1: {_some(data_ones)} (of {len(shown.data)})",
        f"  coins that are 1: {_some(coins)}",
        f"  random inputs that are 1: {_some(seed)} (of {len(shown.random)})",
        f"  first wrong: {place}",
        f"  outcome: {found.wrong}",
    ]


def _some(names: Iterable[str]) -> str:
    """Names in one line; of very many the first ones and their number."""
    listed = list(names)
    shown = ", ".join(listed[:_MOST_NAMES]) or "none"
    return f"{shown}, ... ({len(listed)} in all)" if len(listed) > _MOST_NAMES else shown
