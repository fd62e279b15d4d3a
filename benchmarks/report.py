"""The tables of a comparison, in Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.claim import claim, claimed, headline, replayed, why
from benchmarks.comparison import Limits, Result, growth
from benchmarks.environment import Peer
from benchmarks.ways import EASIER, THE_SAME, TOLD, Workload


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
            "version": 2,
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
                    "claim": asdict(claim(self.results[one.name])),
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
            lines += _section(one, self.results[one.name], self.loads[one.name], limits.seconds)
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


COLUMNS = {
    "faster than the fastest peer, the same question": (THE_SAME, TOLD),
    "of those not told the law": (THE_SAME,),
    "of those asked an easier question": (EASIER,),
}


def _section(
    workload: Workload, results: Sequence[Result], loads: tuple[float, float], limit: float
) -> list[str]:
    sizes = list(dict.fromkeys(one.size for one in results))
    asked = {one.question for one in results if not one.ours}
    columns = dict(COLUMNS)
    for title, kind in zip(list(COLUMNS)[1:], (TOLD, EASIER), strict=True):
        if kind not in asked:
            del columns[title]
    lines = [
        f"## {workload.title}",
        "",
        f"Load of the machine {loads[0]} before, {loads[1]} after.",
        "",
        f"| {workload.unit} | {' | '.join(columns)} | certificate replayed |",
        "|---|" + "---|" * (len(columns) + 1),
    ]
    for n in sizes:
        cells = [headline(results, n, *questions) for questions in columns.values()]
        lines.append(f"| {n} | {' | '.join(cells)} | {replayed(results, n)} |")
    lines += [
        "",
        *claimed(workload, results, limit),
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
        f"- {one.way}, {one.size} {workload.unit}: {why(one)}"
        for one in results
        if one.failure and not one.failure.startswith("not asked")
    ]
    unique = dict.fromkeys(reasons)
    return [*lines, "", *(["No answer:", "", *unique, ""] if unique else [])]


def _cell(one: Result) -> str:
    if one.seconds is not None:
        return f"{one.seconds:.2f} s ({one.processor:.2f})"
    return "none" if not one.failure.startswith(("not asked", "absent")) else "-"
