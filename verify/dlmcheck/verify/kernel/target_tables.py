"""Targets inside certificates: tables of strings and exact weights, as text and back.

{"length": 3, "vocabulary": 2, "law": {"011": "1/3", "100": "2/3"}}
"""

from __future__ import annotations

import re
from fractions import Fraction

from dlmcheck.spec.errors import BadProbability, MalformedSyntax, UnnormalisedLaw
from dlmcheck.spec.jsontext import Document, Json, Path, show
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, parse_state, show_state

_RATIONAL = re.compile(r"[0-9]{1,1000}(/[0-9]{1,1000})?", re.ASCII)
REALS = ("unrestricted", "dyadic")


def target_fields(target: Law[State]) -> dict[str, object]:
    """A target as the value of a field, its strings in order. Tokens are digits."""
    strings = sorted(target)
    return {
        "length": len(strings[0]),
        "vocabulary": 1 + max(max(string, default=0) for string in strings),
        "law": {show_state(string): str(target[string]) for string in strings},
    }


def target_field(document: Document, value: Json, path: Path) -> Law[State]:
    """The target in a field.

    Raises, each with the line, `MalformedSyntax` for another form, `BadProbability` for a weight
    that is no exact number from 0 to 1, `UnnormalisedLaw` if the weights do not sum to 1.
    """
    fields = document.fields(value, path, ("length", "vocabulary", "law"))
    length = document.integer(fields["length"], (*path, "length"), 1)
    vocabulary = document.integer(fields["vocabulary"], (*path, "vocabulary"), 1)
    table = fields["law"]
    if not isinstance(table, dict) or not table:
        raise document.malformed(table, (*path, "law"), "an object of strings and weights")
    digits = "0123456789"[:vocabulary]
    weights: dict[State, Fraction] = {}
    for text, weight in table.items():
        where = (*path, "law", text)
        if len(text) != length or any(symbol not in digits for symbol in text):
            raise document.bad(
                f"the string {show(text)}",
                where,
                f"{length} digits below {vocabulary}",
                kind=MalformedSyntax,
            )
        weights[parse_state(text)] = rational_field(document, weight, where)
    total = sum(weights.values(), Fraction(0))
    if total != 1:
        raise UnnormalisedLaw(total, source=document.source, line=document.line((*path, "law")))
    return Law(weights)


def rational_field(document: Document, value: Json, path: Path) -> Fraction:
    """An exact number from 0 to 1, as a text like `1/3`. Raises `BadProbability`."""
    if isinstance(value, str) and _RATIONAL.fullmatch(value):
        numerator, _, denominator = value.partition("/")
        if int(denominator or "1"):
            found = Fraction(int(numerator), int(denominator or "1"))
            if found <= 1:
                return found
    raise document.bad(
        f"the number {show(value)}", path, "an exact number from 0 to 1", kind=BadProbability
    )


def reals_field(document: Document, value: Json, path: Path) -> Reals:
    """Which probabilities predictors may use."""
    return document.choice(value, path, Reals)


def state_field(document: Document, value: Json, path: Path, length: int) -> State:
    """A state of a given length, one character a cell, M for the mask."""
    text = document.string(value, path)
    if len(text) != length or any(symbol not in "0123456789M" for symbol in text):
        raise document.malformed(value, path, f"{length} characters of 0-9 and M")
    return parse_state(text)


def cells_field(document: Document, value: Json, path: Path, length: int) -> frozenset[int]:
    """A set of cells, as a list in which none comes twice."""
    listed = [
        document.integer(cell, (*path, k)) for k, cell in enumerate(document.array(value, path))
    ]
    if len(set(listed)) != len(listed) or any(cell >= length for cell in listed):
        raise document.malformed(value, path, f"different cells below {length}")
    return frozenset(listed)


def shown_cells(state: State) -> frozenset[int]:
    """The cells that show a token."""
    return frozenset(cell for cell, token in enumerate(state) if token != MASK)
