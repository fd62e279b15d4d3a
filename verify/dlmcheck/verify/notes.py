"""The notes and the claims name each other; this module resolves the names both ways.

A note is a Markdown file in `proofs_notes/` whose front matter gives `id`, `reference`,
`symbols` (dotted names of this package that it speaks of) and `uses` (ids of other notes). Every
claim names its note. Verdicts stand in the index only, and the index is generated from the lock,
which the audit holds to what it finds: no status is typed by hand.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.kernel.verdicts import Verdict

INDEX = "INDEX.md"
_STATUS = re.compile(r"\b(" + "|".join(verdict.value for verdict in Verdict) + r")\b")


@dataclass(frozen=True)
class Note:
    """A note's front matter, its body, and the line where the body begins (from 1)."""

    path: Path
    id: str
    reference: str
    symbols: tuple[str, ...]
    uses: tuple[str, ...]
    body: str
    first_line: int


def read_note(path: Path) -> Note:
    """Read one note. Raises `MalformedSyntax` if the front matter is not as described."""
    lines = path.read_text("utf-8").splitlines()
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        raise MalformedSyntax("no front matter", source=str(path), line=1, expected="---")
    end = lines.index("---", 1)
    single: dict[str, str] = {}
    listed: dict[str, list[str]] = {}
    key = ""
    for number, line in enumerate(lines[1:end], start=2):
        if line.strip().startswith("- ") and key:
            listed.setdefault(key, []).append(line.strip()[2:].strip())
            continue
        key, colon, value = line.partition(":")
        if not colon or key != key.strip():
            raise MalformedSyntax(
                f"{line!r}", source=str(path), line=number, expected="key: value, or - item"
            )
        if value.strip() and value.strip() != "[]":
            single[key] = value.strip()
    for required in ("id", "reference"):
        if required not in single:
            raise MalformedSyntax(f"no {required}", source=str(path), line=2, expected=required)
    return Note(
        path,
        single["id"],
        single["reference"],
        tuple(listed.get("symbols", [])),
        tuple(listed.get("uses", [])),
        "\n".join(lines[end + 1 :]),
        end + 2,
    )


def read_notes(folder: Path) -> tuple[Note, ...]:
    """All notes of a folder, by id. Raises `MalformedSyntax` as `read_note` does."""
    paths = sorted(path for path in folder.glob("*.md") if path.name != INDEX)
    return tuple(sorted((read_note(path) for path in paths), key=lambda note: note.id))


def resolves(symbol: str) -> bool:
    """Whether a dotted name leads to a module, or to something inside one."""
    parts = symbol.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def problems(notes: Sequence[Note], registry: Registry) -> list[str]:
    """Everything that does not fit between notes and claims, one line each.

    A claim without a note, a note that is not called like its file, a symbol that does not
    exist, a note that uses one that does not exist, a verdict typed into a note.
    """
    ids = {note.id for note in notes}
    found = [
        f"claim {claim.id}: no note {claim.note}"
        for claim in registry.claims
        if claim.note not in ids
    ]
    for note in notes:
        where = note.path.name
        if note.path.stem != note.id:
            found.append(f"{where}: its id is {note.id}")
        found += [f"{where}: no symbol {s}" for s in note.symbols if not resolves(s)]
        found += [
            f"{where}: uses {used}, which is no note" for used in note.uses if used not in ids
        ]
        if not note.symbols:
            found.append(f"{where}: names no symbol")
        for number, line in enumerate(note.body.splitlines(), start=note.first_line):
            for match in _STATUS.finditer(line):
                found.append(f"{where}:{number}: verdict {match.group()} typed by hand")
    return found


def index(notes: Sequence[Note], registry: Registry, verdicts: Mapping[str, str]) -> str:
    """The index page: every row of the catalogue with its locked verdict and its note.

    `verdicts` maps row ids to verdicts, as the lock has them. The page is a function of its
    arguments, so that a test can tell whether it is up to date.
    """
    lines = [
        "# Index of claims",
        "",
        "Generated from `claims.lock` by `dlmcheck notes --write`; do not edit. `make check` fails",
        "when this page is out of date, and when a verdict is not what the audit finds.",
        "",
        "| row | verdict | statement | note |",
        "|---|---|---|---|",
    ]
    for row in registry.rows:
        note = registry.claim(row.claim).note
        larger = bool(row.roads) and not row.roads_of(Profile.QUICK)
        verdict = verdicts.get(row.id, "only in larger profiles" if larger else "not locked")
        statement = row.statement.replace("|", "\\|")
        lines.append(f"| {row.id} | {verdict} | {statement} | [{note}]({note}.md) |")
    used = {claim.note for claim in registry.claims}
    others = [note for note in notes if note.id not in used]
    if others:
        lines += ["", "Further notes:", ""]
        lines += [f"- [{note.id}]({note.path.name}): {note.reference}" for note in others]
    return "\n".join(lines) + "\n"
