"""Cut points from files: a plan by itself, or the one inside a certificate."""

from __future__ import annotations

from pathlib import Path

from dlmcheck.model.formats.load import text_of
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel import documents, simulation
from dlmcheck.verify.kernel.contents import FORMAT, Simulation

_BEGINNING = 200
"""Within so many characters a plan that was written here says that it is one."""


def load_plan(path: str | Path) -> Simulation:
    """The cut points in a file: what `Simulation.to_json` gives, or evidence that has them.

    Of evidence of the kind `simulation` the certificate is taken and nothing else: the schedule
    and the circuit there may be others. Raises `BadInput` if the file cannot be read, and
    `MalformedSyntax` if it is neither.
    """
    return plan_of(text_of(path, "cut points"), str(path))[0]


def plan_of(text: str, source: str) -> tuple[Simulation, str]:
    """The cut points that a text has, and the text of these alone; see `load_plan`."""
    if f'"{FORMAT}"' not in text[:_BEGINNING]:
        document = Document.parse(text, source)
        value = document.value
        if isinstance(value, dict) and value.get("format") == documents.FORMAT:
            return _inside(document)
    return _read(text, source), text


def _inside(document: Document) -> tuple[Simulation, str]:
    kind, expected = documents.kind_of(document), f'evidence of the kind "{simulation.KIND}"'
    if kind != simulation.KIND:
        raise document.bad(f"the kind {kind!r}", ("kind",), expected, kind=MalformedSyntax)
    value = document.value
    if not isinstance(value, dict) or "certificate" not in value:
        raise document.bad("no certificate", (), expected, kind=MalformedSyntax)
    text = documents.text_field(document, "certificate")
    return _read(text, f"{document.source}: certificate"), text


def _read(text: str, source: str) -> Simulation:
    try:
        return Simulation.from_json(text)
    except MalformedSyntax as error:  # there the file is not known by its name
        line, expected = error.line, error.expected
        raise MalformedSyntax(error.message, source=source, line=line, expected=expected) from None
