"""Times of several ways to the same answer, side by side: each in a process that can be killed."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection


@dataclass(frozen=True)
class Timing:
    """Seconds of the runs of one way, its answer, its peak memory; no answer if it was killed.

    `processor` are the seconds that it was given a processor: on a machine with other work to do
    they say more than those that passed.
    """

    way: str
    seconds: tuple[float, ...]
    answer: str | None
    megabytes: int
    processor: tuple[float, ...] = ()

    @property
    def median(self) -> float | None:
        """The median time, or None without an answer."""
        return statistics.median(self.seconds) if self.answer is not None else None


def timed(way: str, run: Callable[[], object], *, limit: float, repeat: int = 3) -> Timing:
    """Run something so often, each time in a fresh process, which is killed after so long.

    The answers' texts have to be equal (`ValueError`). Preparation belongs outside of `run`.
    """
    seconds: list[float] = []
    processor: list[float] = []
    answers: set[str] = set()
    memory = 0
    for _ in range(repeat):
        found = _once(run, limit)
        if found is None:
            return Timing(way, tuple(seconds), None, memory, tuple(processor))
        spent, given, answer, used = found
        seconds.append(spent)
        processor.append(given)
        answers.add(answer)
        memory = max(memory, used)
    if len(answers) != 1:
        raise ValueError(f"{way} gives several answers: {sorted(answers)}")
    return Timing(way, tuple(seconds), answers.pop(), memory, tuple(processor))


def _once(run: Callable[[], object], limit: float) -> tuple[float, float, str, int] | None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(run, there))
    process.start()
    there.close()
    try:
        if not here.poll(limit):
            return None
        spent, given, answer, used = here.recv()
        return float(spent), float(given), str(answer), int(used)
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def _child(run: Callable[[], object], there: Connection) -> None:
    began, given = time.perf_counter(), time.process_time()
    answer = run()
    spent, given = time.perf_counter() - began, time.process_time() - given
    here = resource.getrusage(resource.RUSAGE_SELF)
    # A way may be a program of its own, which was waited for.
    program = resource.getrusage(resource.RUSAGE_CHILDREN)
    given += program.ru_utime + program.ru_stime
    there.send((spent, given, str(answer), max(here.ru_maxrss, program.ru_maxrss) >> 10))


def agreed(timings: Sequence[Timing]) -> str:
    """The answer that all ways give which gave one. Raises `ValueError` if they differ."""
    answers = {one.answer for one in timings if one.answer is not None}
    if len(answers) != 1:
        raise ValueError(f"the answers differ: {[(one.way, one.answer) for one in timings]}")
    return str(answers.pop())


def table(title: str, timings: Sequence[Timing], limit: float) -> str:
    """Lines of a table in Markdown, with the ratios to the first way."""
    first = timings[0].median
    lines = [
        f"| {title} | median | ratio | processor | ratio | peak memory | answer |",
        "|---|---|---|---|---|---|---|",
    ]
    least = statistics.median(timings[0].processor) if timings[0].processor else None
    for one in timings:
        if one.median is None:
            lines.append(f"| {one.way} | none in {limit:.0f} s | | | | | |")
            continue
        given = statistics.median(one.processor) if one.processor else one.median
        ratio = f"{one.median / first:.1f}" if first else ""
        other = f"{given / least:.1f}" if least else ""
        lines.append(
            f"| {one.way} | {one.median:.3f} s | {ratio} | {given:.3f} s | {other} "
            f"| {one.megabytes} MB | {one.answer} |"
        )
    return "\n".join(lines) + "\n"


def say(text: str) -> None:
    """A line of output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def load() -> str:
    """The machine's load and cores, to be printed beside any time."""
    return f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"
