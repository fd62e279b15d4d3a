"""The tables of a comparison, in Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.comparison import Limits, Result, growth
from benchmarks.environment import Peer
from benchmarks.questions import CERTIFIED, OURS, REPLAY, Workload


@dataclass
class Comparison:
    """Everything that one run of the command found."""

    machine: str
    date: str
    limits: Limits
    peers: list[Peer]
    canaries: list[str] = field(default_factory=list[str])
    loads: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    results: dict[str, list[Result]] = field(default_factory=dict[str, list[Result]])
    wrong: list[str] = field(default_factory=list[str])

    def as_json(self, workloads: Sequence[Workload]) -> str:
        """All figures."""
        found = {
            "format": "dlmcheck-benchmarks",
            "version": 1,
            "date": self.date,
            "machine": self.machine,
            "limits": asdict(self.limits),
            "peers": [peer._asdict() for peer in self.peers],
            "canaries": self.canaries,
            "disagreements": self.wrong,
            "workloads": {
                one.name: {
                    "title": one.title,
                    "unit": one.unit,
                    "load": self.loads[one.name],
                    "summary": summary(one, self.results[one.name]),
                    "results": [asdict(result) for result in self.results[one.name]],
                }
                for one in workloads
            },
        }
        return json.dumps(found, indent=1) + "\n"

    def as_markdown(self, workloads: Sequence[Workload]) -> str:
        """The tables."""
        limits = self.limits
        lines = [
            f"{self.date}, {self.machine}.",
            f"{limits.seconds:.0f} s and {limits.gigabytes:.0f} GB a process, medians of up to",
            f"{limits.repeat} runs, {limits.jobs} peers at a time.",
            "",
            "Peers: " + "; ".join(_peer(peer) for peer in self.peers) + ".",
            "",
            *(f"- {line}" for line in self.canaries),
            "- Answers: " + ("all agree." if not self.wrong else "THEY DIFFER:"),
            *(f"  - {line}" for line in self.wrong),
            "",
        ]
        for one in workloads:
            lines += _section(one, self.results[one.name], self.loads[one.name])
        return "\n".join(lines)


def _peer(peer: Peer) -> str:
    return f"{peer.package} {peer.version or 'ABSENT: ' + peer.absent}"


def summary(workload: Workload, results: Sequence[Result]) -> list[dict[str, object]]:
    """For each way: the largest size that it answered, and how its time grows."""
    found: list[dict[str, object]] = []
    for way in dict.fromkeys(one.way for one in results):
        mine = [one for one in results if one.way == way]
        sizes = [one.size for one in mine if one.seconds is not None]
        reason = next((one.failure for one in mine if one.failure), "")
        found.append(
            {
                "way": way,
                "largest": max(sizes, default=None),
                "growth": growth(mine, workload.growth),
                "stopped": reason,
            }
        )
    return found


def headline(results: Sequence[Result], size: int) -> str:
    """Ours beside the fastest peer at a size."""
    now = [one for one in results if one.size == size]
    ours = [one for one in now if one.ours and one.seconds is not None and one.way != REPLAY]
    peers = [one for one in now if not one.ours and one.seconds is not None]
    if not ours:
        return "no answer of ours"
    if not peers:
        return "no peer has an answer"
    best = min(peers, key=lambda one: one.seconds or 0.0)
    mine = min(ours, key=lambda one: one.seconds or 0.0)
    said = f"{(best.seconds or 0.0) / (mine.seconds or 1.0):.1f} times {best.way}"
    certified = next((one for one in ours if one.way == CERTIFIED), None)
    if mine.way == OURS and certified is not None:
        said += f", {(best.seconds or 0.0) / (certified.seconds or 1.0):.1f} with a certificate"
    return said


def replayed(results: Sequence[Result], size: int) -> str:
    """Whether the kernel replayed our certificate."""
    for one in results:
        if one.size == size and one.way == REPLAY:
            return "yes" if one.seconds is not None else f"no ({_why(one)})"
        if one.size == size and one.way.startswith(f"{OURS}: cut points"):
            return "yes, it is what was timed" if one.seconds is not None else f"no ({_why(one)})"
    return "no"


def _why(one: Result) -> str:
    if one.failure == "time":
        return f"time, {one.processor:.0f} s of a processor" if one.processor else "time"
    return one.failure.replace("|", "/")


def _section(
    workload: Workload, results: Sequence[Result], loads: tuple[float, float]
) -> list[str]:
    sizes = list(dict.fromkeys(one.size for one in results))
    lines = [
        f"## {workload.title}",
        "",
        f"Load of the machine {loads[0]} before, {loads[1]} after.",
        "",
        f"| {workload.unit} | faster than the fastest peer | certificate replayed |",
        "|---|---|---|",
        *(f"| {n} | {headline(results, n)} | {replayed(results, n)} |" for n in sizes),
        "",
        f"| way | {' | '.join(map(str, sizes))} | peak | largest | growth |",
        "|---|" + "---|" * (len(sizes) + 3),
    ]
    for found in summary(workload, results):
        mine = {one.size: one for one in results if one.way == found["way"]}
        cells = [_cell(mine[n]) for n in sizes]
        grown = found["growth"]
        growing = ""
        if isinstance(grown, float):
            growing = f"{grown:.2f}" + (" each" if workload.growth == "factor" else "")
        peak = max(one.megabytes for one in mine.values())
        largest = "" if found["largest"] is None else str(found["largest"])
        lines.append(
            f"| {found['way']} | {' | '.join(cells)} | {peak} MB | {largest} | {growing} |"
        )
    reasons = [
        f"- {one.way}, {one.size} {workload.unit}: {_why(one)}"
        for one in results
        if one.failure and not one.failure.startswith("not asked")
    ]
    unique = dict.fromkeys(reasons)
    return [*lines, "", *(["No answer:", "", *unique, ""] if unique else [])]


def _cell(one: Result) -> str:
    if one.seconds is not None:
        return f"{one.seconds:.2f} s ({one.processor:.2f})"
    return "none" if not one.failure.startswith(("not asked", "absent")) else "-"
