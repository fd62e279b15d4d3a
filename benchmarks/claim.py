"""How ours stands beside the fastest peer, and at which sizes a claim about that holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.comparison import Result
from benchmarks.ways import CERTIFIED, EASIER, OURS, REPLAY, THE_SAME, TOLD, Workload

FACTOR = 10
"""How many times as fast as the fastest peer is worth a claim."""


def mine(
    results: Sequence[Result], size: int, *questions: str, certified: bool = False
) -> float | None:
    """Our seconds at a size: the fastest of our ways that answer one of these questions, or ours.

    `certified` is for those with a certificate that was replayed.
    """
    ways = [
        one
        for one in results
        if one.size == size
        and one.ours
        and one.way != REPLAY
        and one.question in (THE_SAME, *questions)
    ]
    if certified:
        ways = [one for one in ways if one.way == CERTIFIED or _is_check(one)]
        if not replayed(results, size).startswith("yes"):
            return None
    return min((one.seconds for one in ways if one.seconds is not None), default=None)


def _is_check(one: Result) -> bool:
    """Whether what was timed is the kernel on a certificate."""
    return one.way.startswith(f"{OURS}: cut points")


def rivals(results: Sequence[Result], size: int, *questions: str) -> list[Result]:
    """The peers that are there and were given one of these questions, now or at a smaller size."""
    return [
        one
        for one in results
        if one.size == size
        and not one.ours
        and one.question in questions
        and not one.failure.startswith("absent")
    ]


def fastest(results: Sequence[Result], size: int, *questions: str) -> Result | None:
    """The fastest peer that has an answer."""
    found = [one for one in rivals(results, size, *questions) if one.seconds is not None]
    return min(found, key=lambda one: one.seconds or 0.0, default=None)


@dataclass(frozen=True)
class Claim:
    """The sizes at which ours takes at most a tenth of the fastest peer, or no peer answers.

    `ours` and `certified` look at peers that answer the same question, those that are told the law
    among them; `found` at those that are not told; `easier` at all peers. But for `ours` all are
    times with a certificate that was replayed. `absent` are the ways whose peer is not there.
    """

    factor: int
    sizes: list[int]
    ours: list[int]
    certified: list[int]
    found: list[int]
    easier: list[int]
    absent: list[str]


def claim(results: Sequence[Result]) -> Claim:
    """What the results allow to claim; nothing at a size where every peer is absent."""
    sizes = list(dict.fromkeys(one.size for one in results))

    def where(*questions: str, certified: bool) -> list[int]:
        return [n for n in sizes if _holds(results, n, questions, certified=certified)]

    return Claim(
        factor=FACTOR,
        sizes=sizes,
        ours=where(THE_SAME, TOLD, certified=False),
        certified=where(THE_SAME, TOLD, certified=True),
        found=where(THE_SAME, certified=True),
        easier=where(THE_SAME, TOLD, EASIER, certified=True),
        absent=sorted({one.way for one in results if one.failure.startswith("absent")}),
    )


def _holds(
    results: Sequence[Result], size: int, questions: tuple[str, ...], *, certified: bool
) -> bool:
    seconds = mine(results, size, certified=certified)
    if seconds is None or not rivals(results, size, *questions):
        return False
    best = fastest(results, size, *questions)
    return best is None or (best.seconds or 0.0) >= FACTOR * seconds


def claimed(workload: Workload, results: Sequence[Result], limit: float) -> list[str]:
    """The claim in words."""
    found = claim(results)

    def at(sizes: list[int]) -> str:
        if sizes == found.sizes:
            return "all sizes"
        return f"{', '.join(map(str, sizes))} {workload.unit}" if sizes else "no size"

    limited = f"or none of them answers in {limit:.0f} s"
    lines = [
        f"At least {FACTOR} times the fastest peer that answers the same question, {limited}:",
        f"at {at(found.ours)}; with a certificate that was replayed at {at(found.certified)}.",
    ]
    asked = {one.question for one in results if not one.ours}
    if TOLD in asked:
        lines.append(f"Beside peers that are not told the law: at {at(found.found)}.")
    if EASIER in asked:
        lines.append(f"Beside easier questions, too: at {at(found.easier)}.")
    if found.absent:
        lines.append(f"Absent: {', '.join(found.absent)}.")
    return [" ".join(lines), ""]


def headline(results: Sequence[Result], size: int, *questions: str) -> str:
    """Ours beside the fastest peer at a size, of those that were given one of these questions."""
    seconds = mine(results, size, *questions)
    if seconds is None:
        return "no answer of ours"
    if not rivals(results, size, *questions):
        return "no peer was asked"
    best = fastest(results, size, *questions)
    if best is None:
        return "no peer has an answer"
    said = f"{(best.seconds or 0.0) / seconds:.1f} times {best.way.removeprefix(EASIER + ': ')}"
    certified = mine(results, size, certified=True)
    if certified is not None and certified > seconds:
        said += f", {(best.seconds or 0.0) / certified:.1f} with a certificate"
    return said


def replayed(results: Sequence[Result], size: int) -> str:
    """Whether the kernel replayed our certificate."""
    for one in results:
        if one.size == size and one.way == REPLAY:
            return "yes" if one.seconds is not None else f"no ({why(one)})"
        if one.size == size and _is_check(one):
            return "yes, it is what was timed" if one.seconds is not None else f"no ({why(one)})"
    return "no"


def why(one: Result) -> str:
    """Why there is no answer."""
    if one.failure == "time":
        return f"time, {one.processor:.0f} s of a processor" if one.processor else "time"
    return one.failure.replace("|", "/")
