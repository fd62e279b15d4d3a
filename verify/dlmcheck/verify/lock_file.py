"""Locks as text: format `dlmcheck-lock`, version 1, in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dlmcheck.spec.errors import BadInput, MalformedSyntax, UnsupportedFeature
from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock import EXPECTABLE, PINNED, Lock, LockedRoad, LockedRow, Section

FORMAT = "dlmcheck-lock"

# --- writing -------------------------------------------------------------------------------


def lock_text(lock: Lock) -> str:
    """A lock as text: sorted, one road a line, so that a change is a line of a diff."""
    profiles = ",\n".join(
        f"  {json.dumps(profile.value)}: {_section_text(lock.sections[profile])}"
        for profile in Profile
        if profile in lock.sections
    )
    return f'{{\n "format": "{FORMAT}",\n "version": 1,\n "profiles": {{\n{profiles}\n }}\n}}\n'


def _section_text(section: Section) -> str:
    rows = ",\n".join(f"   {json.dumps(n)}: {_row_text(section[n])}" for n in sorted(section))
    return f"{{\n{rows}\n  }}" if rows else "{}"


def _row_text(row: LockedRow) -> str:
    roads = ",\n".join(f"     {json.dumps(_road_json(road))}" for road in row.roads)
    return (
        f'{{\n    "verdict": {json.dumps(row.verdict.value)},\n'
        f'    "assumptions": {json.dumps(list(row.assumptions))},\n'
        f'    "roads": [\n{roads}\n    ]\n   }}'
    )


def _road_json(road: LockedRoad) -> dict[str, Any]:
    return {
        "job": road.job,
        "engine": road.engine,
        "evidence": {"type": road.kind, **road.pinned},
    }


# --- reading -------------------------------------------------------------------------------


def read_lock(path: Path) -> Lock:
    """A lock from a file. Raises `BadInput` or one of its kinds, with the line."""
    source = str(path)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise MalformedSyntax("no text", source=source, line=1, expected="UTF-8 text") from None
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}", source=source, expected="a lock"
        ) from None
    return parse_lock(text, source)


def parse_lock(text: str, source: str = "lock") -> Lock:
    """A lock from its text. Raises `MalformedSyntax` or `UnsupportedFeature`, with the line."""
    document = Document.parse(text, source)
    raw = document.fields(document.value, (), ("format", "version", "profiles"))
    if raw["format"] != FORMAT:
        raise document.malformed(raw["format"], ("format",), f'"{FORMAT}"')
    if raw["version"] != 1:
        raise document.bad(
            f"version {raw['version']}", ("version",), "version 1", kind=UnsupportedFeature
        )
    profiles = raw["profiles"]
    if not isinstance(profiles, dict):
        raise document.malformed(profiles, ("profiles",), "an object with a profile per key")
    sections: dict[Profile, Section] = {}
    for key, value in profiles.items():
        profile = document.choice(key, ("profiles", key), Profile)
        if not isinstance(value, dict):
            raise document.malformed(value, ("profiles", key), "an object with a row per key")
        sections[profile] = {
            name: _read_row(document, entry, ("profiles", key, name))
            for name, entry in value.items()
        }
    return Lock(sections)


def _read_row(document: Document, value: Json, path: tuple[str | int, ...]) -> LockedRow:
    raw = document.fields(value, path, ("verdict", "assumptions", "roads"))
    verdict = document.choice(raw["verdict"], (*path, "verdict"), Verdict)
    if verdict not in EXPECTABLE:
        raise document.bad(
            f"{verdict.value} cannot be expected",
            (*path, "verdict"),
            ", ".join(v.value for v in EXPECTABLE),
            kind=MalformedSyntax,
        )
    assumptions = document.array(raw["assumptions"], (*path, "assumptions"))
    roads = document.array(raw["roads"], (*path, "roads"))
    return LockedRow(
        verdict,
        tuple(document.string(one, (*path, "assumptions", i)) for i, one in enumerate(assumptions)),
        tuple(_read_road(document, one, (*path, "roads", i)) for i, one in enumerate(roads)),
    )


def _read_road(document: Document, value: Json, path: tuple[str | int, ...]) -> LockedRoad:
    raw = document.fields(value, path, ("job", "engine", "evidence"))
    where = (*path, "evidence")
    evidence = raw["evidence"]
    kind = evidence.get("type") if isinstance(evidence, dict) else None
    if not isinstance(evidence, dict) or not isinstance(kind, str):
        raise document.malformed(evidence, where, "an object with a type")
    if kind not in (*PINNED, "none"):
        raise document.malformed(kind, (*where, "type"), f"one of {', '.join(PINNED)}")
    keys = PINNED.get(kind, ())
    document.fields(evidence, where, ("type", *keys))
    return LockedRoad(
        document.string(raw["job"], (*path, "job")),
        document.string(raw["engine"], (*path, "engine")),
        kind,
        {key: _read_pinned(document, evidence[key], (*where, key)) for key in keys},
    )


def _read_pinned(
    document: Document, value: Json, path: tuple[str | int, ...]
) -> str | int | tuple[str, ...]:
    if isinstance(value, list):
        return tuple(document.string(one, (*path, i)) for i, one in enumerate(value))
    if isinstance(value, str):
        return value
    return document.integer(value, path)
