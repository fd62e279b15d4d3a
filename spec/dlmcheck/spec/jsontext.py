"""JSON text, read strictly, with line numbers for errors.

Exact work has no use for floats, and a key given twice hides one of its values; both are
refused, as are NaN and the infinities. A value is found again in the text only when there is
something to complain about: reading stays fast, and every complaint names a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias, TypeVar

from dlmcheck.spec.errors import BadInput, MalformedSyntax

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
"""What strict JSON text holds: no floats."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: the keys and indices that lead to it from the outermost value."""

MAX_DIGITS = 1000
"""Longer integers are refused: none is meant, and converting them takes quadratic time."""

_Choice = TypeVar("_Choice", bound=Enum)


def load_json(text: str, source: str = "JSON") -> Json:
    r"""The value of a JSON text.

    Raises `MalformedSyntax`, with the line, for text that is no JSON, for numbers that are no
    integers, for integers of more than `MAX_DIGITS` digits and for keys given twice.

    >>> load_json('{"a": [1, true]}')
    {'a': [1, True]}
    >>> load_json('[\n0.5]')
    Traceback (most recent call last):
    dlmcheck.spec.errors.MalformedSyntax: JSON:2: the number 0.5 (expected an integer)
    """
    all_short = _has_short_integers(text)
    try:
        value: Json = json.loads(
            text,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=int if all_short else _integer,
            object_pairs_hook=_object,
        )
    except _Refused:
        raise _first_refusal(text, source) from None
    except json.JSONDecodeError as error:
        raise MalformedSyntax(
            f"{error.msg} at column {error.colno}",
            source=source,
            line=error.lineno,
            expected="JSON text",
        ) from None
    except RecursionError:
        raise MalformedSyntax(
            "values are nested too deeply", source=source, line=1, expected="JSON text"
        ) from None
    return value


def line_of(text: str, path: Sequence[str | int]) -> int:
    r"""The 1-based line where the value at a path begins.

    If there is no such value, the line of the innermost value that contains its place. `text`
    has been read by `load_json` before.

    >>> line_of('{"a": [1,\n 2]}', ("a", 1)), line_of('{"a": [1,\n 2]}', ("a", 7))
    (2, 1)
    """
    wanted = tuple(path)
    best = 1
    for mark in _marks(text):
        if mark.is_key:
            continue
        if mark.path == wanted:
            return mark.line
        if mark.path == wanted[: len(mark.path)]:
            best = mark.line
    return best


@dataclass(frozen=True)
class Document:
    """A JSON text, its value, and the name under which to complain about it.

    The methods check that a value found at a path has the form that is due there, and raise
    `MalformedSyntax` with its line if it has not.
    """

    text: str
    source: str
    value: Json

    @classmethod
    def parse(cls, text: str, source: str) -> Document:
        """Read a text. Raises as `load_json` does."""
        return cls(text, source, load_json(text, source))

    def line(self, path: Path) -> int:
        """The line of the value at a path."""
        return line_of(self.text, path)

    def bad(
        self, message: str, path: Path, expected: str = "", *, kind: type[BadInput] = BadInput
    ) -> BadInput:
        """An error of a class, about the value at a path."""
        return kind(message, source=self.source, line=self.line(path), expected=expected)

    def malformed(self, value: Json, path: Path, expected: str) -> BadInput:
        """The error that says what stands at a path and what was expected there."""
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        found = show(value)
        message = f"{place.lstrip('.')} is {found}" if place else f"the text is {found}"
        return self.bad(message, path, expected, kind=MalformedSyntax)

    def integer(self, value: Json, path: Path, minimum: int = 0) -> int:
        """An integer that is not below a minimum."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= minimum:
            return value
        raise self.malformed(value, path, f"an integer >= {minimum}")

    def string(self, value: Json, path: Path) -> str:
        """A string."""
        if isinstance(value, str):
            return value
        raise self.malformed(value, path, "a string")

    def boolean(self, value: Json, path: Path) -> bool:
        """A Boolean."""
        if isinstance(value, bool):
            return value
        raise self.malformed(value, path, "true or false")

    def array(self, value: Json, path: Path) -> list[Json]:
        """An array."""
        if isinstance(value, list):
            return value
        raise self.malformed(value, path, "an array")

    def choice(self, value: Json, path: Path, choices: type[_Choice]) -> _Choice:
        """The member of an enumeration that has this value."""
        if isinstance(value, str):
            try:
                return choices(value)
            except ValueError:
                pass
        names = ", ".join(str(member.value) for member in choices)
        raise self.malformed(value, path, f"one of {names}")

    def fields(
        self, value: Json, path: Path, required: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, Json]:
        """An object with all of the required keys and no key that is neither."""
        if not isinstance(value, dict):
            raise self.malformed(value, path, f"an object with {', '.join(required)}")
        for key in value:
            if key not in required and key not in optional:
                raise self.bad(
                    f"unknown key {show(key)}",
                    (*path, key),
                    ", ".join((*required, *optional)),
                    kind=MalformedSyntax,
                )
        for key in required:
            if key not in value:
                raise self.bad(f"no key {show(key)}", path, f"{key}", kind=MalformedSyntax)
        return value


def show(value: Json) -> str:
    """A value as one short line, for messages.

    >>> show("a" * 50), show([1, 2])
    ('"aaaaaaaaaaaaaaaaaaaaaaaaaaa..."', 'an array')
    """
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str) and len(value) > 30:
        value = value[:27] + "..."
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


# --- refusing ------------------------------------------------------------------------------

_DIGITS = "0123456789"


class _Refused(Exception):
    """Something that is JSON for others. Where it stands is found by a second pass."""


def _has_short_integers(text: str) -> bool:
    """Whether fewer than `MAX_DIGITS` digits ever stand side by side, in strings or out of them.

    So many would cover one of the places that are looked at.
    """
    for number, character in enumerate(text[::MAX_DIGITS]):
        if character in _DIGITS:
            place = number * MAX_DIGITS
            before, after = (
                text[max(0, place - MAX_DIGITS) : place],
                text[place : place + MAX_DIGITS],
            )
            digits = len(before) - len(before.rstrip(_DIGITS))
            digits += len(after) - len(after.lstrip(_DIGITS))
            if digits >= MAX_DIGITS:
                return False
    return True


def _refuse(_token: str) -> Json:
    raise _Refused


def _integer(token: str) -> int:
    if not _is_short_integer(token):
        raise _Refused
    return int(token)


def _is_short_integer(token: str) -> bool:
    return token.lstrip("-").isdigit() and len(token) <= MAX_DIGITS


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Refused
    return value


def _first_refusal(text: str, source: str) -> MalformedSyntax:
    """The first thing in the text that the hooks refuse."""
    keys: set[Path] = set()
    for mark in _marks(text):
        if mark.is_key:
            if mark.path in keys:
                message, expected = f"the key {show(mark.path[-1])} again", "each key once"
                return MalformedSyntax(message, source=source, line=mark.line, expected=expected)
            keys.add(mark.path)
        elif mark.token[0] in "-0123456789NI" and not _is_short_integer(mark.token):
            shown = mark.token if len(mark.token) <= 30 else f"{mark.token[:27]}..."
            message, expected = f"the number {shown}", "an integer"
            if mark.token.lstrip("-").isdigit():
                expected = f"an integer of at most {MAX_DIGITS} digits"
            return MalformedSyntax(message, source=source, line=mark.line, expected=expected)
    return MalformedSyntax("refused", source=source, line=1)


# --- the second pass -----------------------------------------------------------------------

_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[\[\]{},:]|[^ \t\r\n\[\]{},:"]+)', re.DOTALL)


class _Mark(NamedTuple):
    """The beginning of a value, or of a key (whose path is that of its value)."""

    path: Path
    line: int
    token: str
    is_key: bool


def _marks(text: str) -> Iterator[_Mark]:
    """All keys and values of a JSON text, in order, with their lines.

    A loop rather than a recursion, so that depth is no danger; it stops where the text stops
    being JSON.
    """
    steps: list[str | int] = []
    in_object: list[bool] = []
    key_is_due = False
    line, counted = 1, 0
    for found in _TOKEN.finditer(text):
        token, start = found.group(1), found.start(1)
        line += text.count("\n", counted, start)
        counted = start
        if token in ("]", "}"):
            if not steps:
                return
            steps.pop()
            in_object.pop()
        elif token == ",":
            key_is_due = bool(in_object) and in_object[-1]
            if steps and isinstance(steps[-1], int):
                steps[-1] += 1
        elif key_is_due:
            steps[-1] = str(json.loads(token))
            key_is_due = False
            yield _Mark(tuple(steps), line, token, is_key=True)
        elif token != ":":
            yield _Mark(tuple(steps), line, token, is_key=False)
            if token in ("[", "{"):
                in_object.append(token == "{")
                steps.append("" if token == "{" else 0)
                key_is_due = token == "{"
