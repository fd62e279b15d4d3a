r"""Targets as JSON tables of exact rationals.

The format, version 1:

    {"format": "dlmcheck-target", "version": 1, "length": 4, "vocabulary": 2,
     "law": {"0110": "1/3", "1001": "2/3"}}

Each key is a string of `length` digits below `vocabulary` (2 to 10), each weight an exact
rational in a string, or the integer 0 or 1. Optional: `name`, a text. Weights sum to 1, and no
number anywhere is a float.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

from dlmcheck.model.targets.exact import rational
from dlmcheck.model.targets.sources import Target
from dlmcheck.spec.errors import (
    BadInput,
    BadProbability,
    MalformedSyntax,
    UnnormalisedLaw,
    UnsupportedFeature,
)
from dlmcheck.spec.jsontext import Document, Json, show
from dlmcheck.spec.law import Law

FORMAT = "dlmcheck-target"
VERSION = 1
LARGEST_VOCABULARY = 10


def target_from_json(text: str, source: str = "target") -> Target:
    """The target of a JSON table.

    Raises, each with its line: `MalformedSyntax` for what is not in the format (a float, a key
    twice, a string of the wrong length, a symbol outside the vocabulary), `UnsupportedFeature`
    for another version or too large a vocabulary, `BadProbability` for a weight that is no exact
    number from 0 to 1, `UnnormalisedLaw` if the weights do not sum to 1.

    >>> target_from_json('''{"format": "dlmcheck-target", "version": 1, "length": 2,
    ...     "vocabulary": 2, "law": {"01": "1/3", "10": "2/3"}}''').law
    Law({(0, 1): 1/3, (1, 0): 2/3})
    """
    document = Document.parse(text, source)
    fields = document.fields(
        document.value, (), ("format", "version", "length", "vocabulary", "law"), ("name",)
    )
    if fields["format"] != FORMAT:
        raise document.malformed(fields["format"], ("format",), f'"{FORMAT}"')
    version = document.integer(fields["version"], ("version",), 1)
    if version != VERSION:
        raise document.bad(
            f"version {version}", ("version",), f"version {VERSION}", kind=UnsupportedFeature
        )
    length = document.integer(fields["length"], ("length",), 1)
    vocabulary = document.integer(fields["vocabulary"], ("vocabulary",), 2)
    if vocabulary > LARGEST_VOCABULARY:
        raise document.bad(
            f"a vocabulary of {show(vocabulary)}",
            ("vocabulary",),
            f"at most {LARGEST_VOCABULARY}",
            kind=UnsupportedFeature,
        )
    name = document.string(fields.get("name", source), ("name",))
    table = fields["law"]
    if not isinstance(table, dict):
        raise document.malformed(table, ("law",), "an object of strings and weights")
    weights: dict[tuple[int, ...], Fraction] = {}
    for key, value in table.items():
        weights[_string(document, key, length, vocabulary)] = _weight(document, key, value)
    total = sum(weights.values(), Fraction(0))
    if total != 1:
        raise UnnormalisedLaw(total, source=source, line=document.line(("law",)))
    return Target(name, Law(weights), vocabulary)


def _string(document: Document, key: str, length: int, vocabulary: int) -> tuple[int, ...]:
    symbols = "0123456789"[:vocabulary]
    strange = next((symbol for symbol in key if symbol not in symbols), None)
    if strange is not None:
        raise document.bad(
            f"the symbol {show(strange)} in {show(key)}",
            ("law", key),
            f"digits from 0 to {vocabulary - 1}",
            kind=MalformedSyntax,
        )
    if len(key) != length:
        raise document.bad(
            f"{show(key)} has {len(key)} tokens", ("law", key), f"{length}", kind=MalformedSyntax
        )
    return tuple(int(symbol) for symbol in key)


def _weight(document: Document, key: str, value: Json) -> Fraction:
    where = ("law", key)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise document.bad(
            f"the weight {show(value)} of {show(key)}",
            where,
            "an exact rational in a string",
            kind=BadProbability,
        )
    if isinstance(value, int):
        weight = Fraction(value)
    else:
        try:
            weight = rational(value)
        except BadProbability as error:
            # The line is looked up only now: finding it means reading the text once more.
            raise document.bad(
                f"{error.message} as the weight of {show(key)}",
                where,
                error.expected,
                kind=BadProbability,
            ) from None
    if not 0 <= weight <= 1:
        raise document.bad(
            f"the weight {show(value)} of {show(key)}",
            where,
            "a number from 0 to 1",
            kind=BadProbability,
        )
    return weight


def target_to_json(target: Target) -> str:
    """The table of a target, with its strings in order: the same law gives the same bytes.

    Raises `UnsupportedFeature` if the vocabulary has more than ten tokens, and `BadInput` if the
    target is an estimate: the table has no place to say so.
    """
    if target.is_estimate:
        raise BadInput("an estimate", source=target.name, expected="a law that is known exactly")
    if target.vocabulary > LARGEST_VOCABULARY:
        raise UnsupportedFeature(
            f"a vocabulary of {target.vocabulary}",
            source=target.name,
            expected=f"at most {LARGEST_VOCABULARY}",
        )
    law = {"".join(map(str, string)): str(target.law[string]) for string in sorted(target.law)}
    content = {
        "format": FORMAT,
        "version": VERSION,
        "name": target.name,
        "length": target.length,
        "vocabulary": target.vocabulary,
        "law": law,
    }
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def load_target(path: Path) -> Target:
    """The target of a file. Raises as `target_from_json`, and `OSError` if it cannot be read."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise MalformedSyntax(
            "bytes that are no text", source=str(path), line=line, expected="UTF-8"
        ) from None
    return target_from_json(text, str(path))
