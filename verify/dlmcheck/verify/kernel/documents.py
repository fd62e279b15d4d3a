"""Certificates as files: one object, whose kind says which module of the kernel reads it.

    {"format": "dlmcheck-evidence", "version": 1, "kind": KIND, ... the fields of that kind ...}

A module that offers a kind defines `KIND` and `check_document(document)`, which reads the fields
with the helpers here, checks the certificate and returns a `Checked`. It raises `BadInput` (best
`MalformedSyntax`, through the document's own methods, which find the line) for a field that is
missing or of the wrong form, and `Rejected` for a certificate that is well formed and wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeVar, cast

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_from_json, schedule_from_json
from dlmcheck.verify.kernel.results import BeyondLimits

Item = TypeVar("Item")

FORMAT = "dlmcheck-evidence"
VERSION = 1
_HEAD = ("format", "version", "kind")
MOST_ROUNDS = 1 << 20
"""Runs of more rounds are not gone through one by one: nobody would wait for the answer."""


def kind_of(document: Document) -> str:
    """The kind that a file says it is of. Raises `MalformedSyntax` for another format."""
    value = document.value
    head = value if isinstance(value, dict) else {}
    version = head.get("version")
    if head.get("format") != FORMAT or version != VERSION or isinstance(version, bool):
        raise MalformedSyntax(
            "another format", source=document.source, line=1, expected=f"{FORMAT}, version 1"
        )
    if "kind" not in head:
        raise document.bad('no key "kind"', (), "kind", kind=MalformedSyntax)
    return document.string(head["kind"], ("kind",))


def fields_of(
    document: Document, required: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, Json]:
    """The fields of a certificate, beside format, version and kind; no others are allowed."""
    found = document.fields(document.value, (), (*_HEAD, *required), optional)
    return {key: value for key, value in found.items() if key not in _HEAD}


def schedule_field(document: Document, key: str = "schedule") -> Schedule:
    """The schedule that stands in a field as text.

    Raises `Rejected` for more rounds than anybody goes through, which one number can ask for.
    """
    schedule = schedule_from_json(text_field(document, key), f"{document.source}: {key}")
    if schedule.rounds > MOST_ROUNDS:
        raise BeyondLimits(f"more than {MOST_ROUNDS} rounds are too many to be gone through")
    return schedule


def circuit_field(document: Document, key: str = "circuit") -> Circuit:
    """The circuit that stands in a field as text."""
    return circuit_from_json(text_field(document, key), f"{document.source}: {key}")


def text_field(document: Document, key: str) -> str:
    """A field that is a string."""
    value = document.value
    assert isinstance(value, dict)
    return document.string(value[key], (key,))


def list_field(document: Document, key: str, item: Callable[[Json, Path], Item]) -> list[Item]:
    """A field that is a list, its entries read by one of the document's methods."""
    value = document.value
    assert isinstance(value, dict)
    return [item(one, (key, at)) for at, one in enumerate(document.array(value[key], (key,)))]


def called(name: str) -> str:
    """What a result is about whose target is given in its file: the name there is the file's own.

    >>> called("even-parity:3")
    "the target in the file, called 'even-parity:3'"
    """
    return f"the target in the file, called {name!r}"


def certificate_text(kind: str, **fields: object) -> str:
    """A certificate as text; equal fields in equal order give equal bytes."""
    head = {"format": FORMAT, "version": VERSION, "kind": kind}
    shown = (f"{json.dumps(key)}: {_field(value)}" for key, value in (head | fields).items())
    return "{\n " + ",\n ".join(shown) + "\n}\n"


def _field(value: object) -> str:
    """What `json.dumps` writes of a field with an indent of 1, which is slow for long lists.

    A line break in JSON separates values, so what is replaced is never part of a string.
    """
    if isinstance(value, (list, tuple)) and value:
        items = cast("Sequence[Sequence[object]]", value)
        kinds = set(map(type, items))
        if kinds <= {int, str}:
            text = json.dumps(items, separators=(",\n  ", ":"))
            return f"[\n  {text[1:-1]}\n ]"
        rows = kinds <= {list, tuple} and all(items)
        if rows and set(map(type, chain.from_iterable(items))) <= {int, str}:
            text = json.dumps(items, separators=(",\n   ", ":"))
            text = text.replace("],\n   [", "\n  ],\n  [\n   ")
            return f"[\n  [\n   {text[2:-2]}\n  ]\n ]"
    return json.dumps(value, indent=1).replace("\n", "\n ")
