"""What changed between two audits, from their JSON documents.

Rows are compared by id: their verdicts, what they rest on, their roads, and what the evidence of
each road is about and counts. Versions, texts and times are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlmcheck.verify.lock import PINNED


@dataclass(frozen=True)
class Change:
    """One way in which a row is not what it was; `row` is empty for the audit as a whole."""

    row: str
    kind: str
    old: str
    new: str

    def __str__(self) -> str:
        subject = f"{self.row}: {self.kind}" if self.row else self.kind
        if self.kind in ("new row", "row gone"):
            return f"{subject}, {self.new or self.old}"
        return f"{subject}: {self.old or 'none'} -> {self.new or 'none'}"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """All changes: of the whole first, then row by row, those that are gone last."""
    found = [
        Change("", name, str(old[name]), str(new[name]))
        for name in ("profile", "interrupted")
        if old[name] != new[name]
    ]
    before = {row["id"]: row for row in old["rows"]}
    after = {row["id"]: row for row in new["rows"]}
    for name, row in after.items():
        if name in before:
            found += _row_changes(name, before[name], row)
        else:
            found.append(Change(name, "new row", "", row["verdict"]))
    found += [
        Change(name, "row gone", row["verdict"], "")
        for name, row in before.items()
        if name not in after
    ]
    return tuple(found)


def _row_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for field in ("verdict", "statement"):
        if old[field] != new[field]:
            yield Change(name, field, old[field], new[field])
    gained = [one for one in new["assumptions"] if one not in old["assumptions"]]
    lost = [one for one in old["assumptions"] if one not in new["assumptions"]]
    if gained or lost:
        yield Change(name, "rests on", "; ".join(lost), "; ".join(gained))
    before, after = _by_road(old["roads"]), _by_road(new["roads"])
    for road in dict.fromkeys((*before, *after)):
        was, now = before.get(road), after.get(road)
        if was != now:
            yield Change(name, f"road {road}", was or "", now or "")


def _by_road(roads: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {f"{road['engine']} ({road['job']})": _summary(road) for road in roads}


def _summary(road: Mapping[str, Any]) -> str:
    """Verdict and what a lock would keep of the evidence."""
    evidence = road["evidence"]
    if evidence is None:
        return str(road["verdict"])
    kept = PINNED.get(evidence["type"], ())
    fields = evidence["fields"]
    listed = (f"{name} {_short(fields[name])}" for name in kept if name in fields)
    return f"{road['verdict']} by {evidence['type']} ({', '.join(listed)})"


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"[{'; '.join(map(str, value))}]"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return str(value)
