"""Ask all ways the same questions, and say where their answers differ."""

from __future__ import annotations

import math
import os
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.environment import ROOT
from benchmarks.measure import say
from benchmarks.peers.common import Answers
from benchmarks.processes import run
from benchmarks.ways import THE_SAME, Way, Workload

QUICK = 5.0
"""Seconds below which a run is repeated."""


@dataclass(frozen=True)
class Limits:
    """Seconds and gigabytes of a process, runs of a quick one, peers at a time."""

    seconds: float = 60.0
    gigabytes: float = 8.0
    repeat: int = 3
    jobs: int = 1


@dataclass(frozen=True)
class Result:
    """One way at one size: medians over its runs, or why it has no answer."""

    way: str
    ours: bool
    size: int
    seconds: float | None = None
    processor: float | None = None
    megabytes: int = 0
    runs: int = 0
    answers: Answers = field(default_factory=dict[str, str])
    failure: str = ""
    question: str = THE_SAME


def _failed(way: Way, size: int, failure: str) -> Result:
    return Result(way.name, way.ours, size, failure=failure, question=way.question)


def ask(way: Way, size: int, limits: Limits) -> Result:
    """Run one way, again if it is quick."""
    if way.needs is not None and not way.needs.exists():
        return _failed(way, size, "no certificate was written")
    seconds: list[float] = []
    processor: list[float] = []
    memory = 0
    answers: Answers = {}
    for number in range(max(1, limits.repeat)):
        done = run(way.command, limit=limits.seconds, gigabytes=limits.gigabytes, folder=ROOT)
        failure = done.failure
        found: Answers = {}
        if not failure:
            try:
                found = way.read(done.output)
            except (ValueError, KeyError, IndexError, OSError) as error:
                failure = f"no answer: {error}"
        if not failure and number and found != answers:
            failure = f"several answers: {answers} and {found}"
        if failure:
            return replace(
                _failed(way, size, failure), processor=done.processor, megabytes=done.megabytes
            )
        answers = found
        seconds.append(done.seconds)
        processor.append(done.processor)
        memory = max(memory, done.megabytes)
        if done.seconds > QUICK:
            break
    return Result(
        way.name,
        way.ours,
        size,
        statistics.median(seconds),
        statistics.median(processor),
        memory,
        len(seconds),
        answers,
        question=way.question,
    )


def disagreements(answers: Mapping[str, Answers]) -> list[str]:
    """Every two ways that answer the same question differently, by name."""
    found: list[str] = []
    ways = list(answers)
    for number, one in enumerate(ways):
        for other in ways[number + 1 :]:
            for question in answers[one].keys() & answers[other].keys():
                left, right = answers[one][question], answers[other][question]
                if left != right:
                    found.append(f"{question}: {one} says {left}, {other} says {right}")
    return sorted(found)


def compare(
    workload: Workload, sizes: Sequence[int], absent: Mapping[str, str], limits: Limits
) -> tuple[list[Result], list[str]]:
    """All ways at all sizes; one without an answer is not asked at larger sizes."""
    results: list[Result] = []
    wrong: list[str] = []
    given_up: dict[str, str] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            ways = workload.prepare(size, Path(name))
            for way in ways:
                if way.package in absent:
                    given_up.setdefault(way.name, f"absent: {absent[way.package]}")

            def one(way: Way, size: int = size) -> Result:
                if way.name in given_up:
                    return _failed(way, size, given_up[way.name])
                found = ask(way, size, limits)
                time = found.failure or f"{found.seconds:.3f} s"
                say(f"  {workload.name} {size}: {way.name}: {time}")
                return found

            now = [one(way) for way in ways if way.ours]
            with ThreadPoolExecutor(limits.jobs) as pool:
                now += pool.map(one, [way for way in ways if not way.ours])
        for found in now:
            if found.failure:
                given_up.setdefault(found.way, f"not asked: none at {size} {workload.unit}")
        wrong += [
            f"{workload.name}, {size} {workload.unit}: {text}"
            for text in disagreements({found.way: found.answers for found in now})
        ]
        results += now
    return results, wrong


def growth(results: Sequence[Result], kind: str) -> float | None:
    """From the two largest sizes answered: the factor per step of size, or the exponent of size."""
    found = [(one.size, one.seconds) for one in results if one.seconds]
    if len(found) < 2:
        return None
    (small, before), (large, after) = found[-2:]
    if kind == "factor":
        return float((after / before) ** (1 / (large - small)))
    return math.log(after / before) / math.log(large / small)


def load() -> float:
    """Processes that want a processor, on average over the last minute."""
    return round(os.getloadavg()[0], 1)
