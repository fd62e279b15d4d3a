"""Our engines beside what a user would pick instead: python -m benchmarks.

    python -m benchmarks                     all workloads; makes .venv-benchmarks if need be
    python -m benchmarks --only linear       one of them; repeatable
    python -m benchmarks --short             small sizes, answers only, no peer needed
    python -m benchmarks --markdown FILE --json FILE

Exit codes: 0 all answers agree; 1 two differ (both are named), or a way does not notice a mutant,
or an engine of ours has no answer in the short version.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import environment
from benchmarks.comparison import Limits, ask, compare, disagreements, load
from benchmarks.equivalence import installed_abc
from benchmarks.linear_questions import canary_ways, formula_canaries, mutants
from benchmarks.measure import say
from benchmarks.peers.common import Answers
from benchmarks.processes import run
from benchmarks.questions import WORKLOADS
from benchmarks.report import Comparison
from benchmarks.ways import TOLD, Workload, said

CANARIES = {
    "dd": ("dd's count of the non-zero strings of 128 bits", "by_dd", 2**128 - 1),
    "pysdd": ("PySDD's count of the non-zero strings of 70 bits", "by_pysdd", 2**70 - 1),
}
"""Counts that these libraries are known to get wrong; the comparison must notice."""


def machine() -> str:
    """Processor, cores, memory, Python."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count()
    return f"{cores} cores of {model}, {memory:.0f} GB, Python {platform.python_version()}"


def canaries(absent: dict[str, str], limits: Limits) -> list[str]:
    """What the libraries' own counts say, and whether comparing answers shows that it is wrong."""
    lines: list[str] = []
    for package, (title, module, exact) in CANARIES.items():
        if package in absent:
            continue
        command = [str(environment.PYTHON), "-m", f"benchmarks.peers.{module}", "canary"]
        done = run(
            command, limit=limits.seconds, gigabytes=limits.gigabytes, folder=environment.ROOT
        )
        found: dict[str, Answers] = {"exact": {"count": str(exact)}}
        if done.failure:
            lines.append(f"{title}: {done.failure}")
            continue
        found[package] = said(done.output)
        state = "wrong, and noticed" if disagreements(found) else "right by now"
        lines.append(f"{title} is {found[package]['count']}: {state} (exact: {exact})")
    return lines + mutants_noticed(absent, limits)


def mutants_noticed(absent: dict[str, str], limits: Limits) -> list[str]:
    """Whether each way that is asked about linear samplers says of mutants what is right."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        asked = [("a shift by two in place of one", formula_canaries())]
        for number, (title, circuit) in enumerate(mutants()):
            folder = Path(name) / str(number)
            folder.mkdir()
            asked.append((title, canary_ways(circuit, folder)))
        for title, ways in asked:
            right: list[str] = []
            for way, expected in ways:
                if way.package in absent:
                    continue
                found = ask(way, 0, limits)
                if found.answers == expected:
                    right.append(way.name.removesuffix(f", {TOLD}"))
                else:
                    said = found.failure or found.answers
                    lines.append(f"MISSED: even strings, {title}: {way.name} says {said}")
            lines.append(f"Even strings, {title}: noticed by {'; '.join(right) or 'nobody'}")
    return lines


def compared(
    chosen: Sequence[Workload],
    limits: Limits,
    *,
    short: bool,
    write: Callable[[Comparison, list[Workload]], None],
) -> Comparison:
    """Run the comparison; what there is so far is written after each workload."""
    if not short:
        environment.make()
    peers = [] if short else environment.peers()
    absent = {peer.package: peer.absent for peer in peers if peer.absent}
    if short:
        absent = dict.fromkeys([*environment.MODULES, "abc"], "no peer in the short version")
    elif installed_abc() is None:
        absent["abc"] = "not installed (Debian: berkeley-abc)"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    found = Comparison(machine(), today, limits, peers)
    if not short:
        abc = "" if "abc" in absent else "of the system"
        found.peers.append(environment.Peer("abc", abc, absent.get("abc", "")))
        found.canaries = canaries(absent, limits)
    for one in chosen:
        before = load()
        say(f"{one.name}: {one.title}")
        results, wrong = compare(one, one.short if short else one.sizes, absent, limits)
        found.results[one.name], found.wrong = results, found.wrong + wrong
        found.loads[one.name] = (before, load())
        write(found, [done for done in chosen if done.name in found.results])
    return found


def main() -> int:
    """Read the command line, compare, write the tables."""
    names = [one.name for one in WORKLOADS]
    parser = argparse.ArgumentParser(prog="benchmarks", description="Ours beside the peers.")
    parser.add_argument("--short", action="store_true", help="small sizes, answers only")
    parser.add_argument("--only", action="append", choices=names, help="a workload; repeatable")
    parser.add_argument(
        "--size", action="append", type=int, help="in place of a workload's own; repeatable"
    )
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of a process")
    parser.add_argument("--memory", type=float, default=8.0, help="gigabytes of a process")
    parser.add_argument("--repeat", type=int, default=3, help="runs of what takes under 5 s")
    parser.add_argument("--jobs", type=int, default=1, help="peers at a time")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    repeat = 1 if asked.short else asked.repeat
    limits = Limits(asked.limit, asked.memory, repeat, asked.jobs)
    chosen = [one for one in WORKLOADS if asked.only is None or one.name in asked.only]
    if asked.size:
        chosen = [replace(one, sizes=tuple(asked.size)) for one in chosen]

    def write(found: Comparison, done: list[Workload]) -> None:
        if asked.json is not None:
            asked.json.write_text(found.as_json(done), "utf-8")
        if asked.markdown is not None:
            asked.markdown.write_text(found.as_markdown(done), "utf-8")

    found = compared(chosen, limits, short=asked.short, write=write)
    if asked.markdown is None and not asked.short:
        say(found.as_markdown(chosen))
    for line in found.wrong:
        say(f"DISAGREEMENT: {line}")
    silent = [
        f"{name}, {one.size}: {one.way}: {one.failure}"
        for name, results in found.results.items()
        for one in results
        if asked.short and one.failure and not one.failure.startswith("absent")
    ]
    for line in silent:
        say(f"NO ANSWER: {line}")
    missed = [line for line in found.canaries if line.startswith("MISSED")]
    for line in missed:
        say(line)
    return 1 if found.wrong or silent or missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
