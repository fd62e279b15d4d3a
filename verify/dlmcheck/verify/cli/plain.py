"""Commands in plain form, read without the parser: importing that takes longer than a small law.

A command line is plain if every option is spelt in full, stands once (unless it may be repeated)
and has a value that begins with no dash. Everything else, mistakes and `--help` among it, is left
to the parser, so nothing is complained of here. A test holds the table below against the parser's
own, and both readings of the same command lines against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from dlmcheck.verify.exits import ExitCode

Action = Callable[[Any], ExitCode]


@unique
class Kind(Enum):
    """What the value of an option is."""

    TEXT = "text"
    TEXTS = "texts"
    """May be repeated."""
    PATH = "path"
    COUNT = "count"
    """A whole number, 1 or more."""
    FLAG = "flag"
    """No value."""


@dataclass(frozen=True)
class Command:
    """Where its action is made, the parameter of its arguments (`many` or one), its options."""

    module: str
    function: str
    argument: str
    many: bool = False
    path: bool = False
    options: Mapping[str, Kind] = field(default_factory=dict[str, Kind])


COMMANDS = {
    "law": Command(
        "dlmcheck.verify.cli.law_command",
        "law_action",
        "circuit",
        options={
            "random": Kind.TEXTS,
            "data": Kind.TEXT,
            "outputs": Kind.TEXTS,
            "engine": Kind.TEXT,
            "nodes": Kind.COUNT,
            "outcomes": Kind.COUNT,
            "certificate": Kind.PATH,
            "json": Kind.PATH,
            "timeout": Kind.TEXT,
            "memory": Kind.TEXT,
            "times": Kind.FLAG,
        },
    ),
    "cert": Command(
        "dlmcheck.verify.cli.cert_command", "cert_action", "files", many=True, path=True
    ),
}


def plain_action(words: Sequence[str]) -> Action | None:
    """What a plain command line asks for; None for all others. Raises `BadInput`."""
    given = parameters(words)
    if given is None:
        return None
    command = COMMANDS[words[0]]
    made = getattr(import_module(command.module), command.function)
    return cast(Action, made(**given))


def parameters(words: Sequence[str]) -> dict[str, object] | None:
    """The parameters of a plain command line by name; None for all others.

    >>> parameters(["law", "a.aig", "--random", "r*", "--random=s", "--nodes", "9"])
    {'circuit': 'a.aig', 'random': ['r*', 's'], 'nodes': 9}
    >>> parameters(["law", "a.aig", "--help"])
    """
    if not words or words[0] not in COMMANDS:
        return None
    command = COMMANDS[words[0]]
    plain: list[str] = []
    found: dict[str, object] = {}
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith("-"):
            plain.append(word)
            continue
        name, equals, text = word.removeprefix("--").partition("=")
        kind = command.options.get(name) if word.startswith("--") else None
        if kind is None or (name in found and kind is not Kind.TEXTS):
            return None
        if kind is Kind.FLAG:
            if equals:
                return None
            found[name] = True
            continue
        value = _value(kind, text if equals else next(rest, ""))
        if value is None:
            return None
        if kind is Kind.TEXTS:
            value = [*cast(list[str], found.get(name, [])), value]
        found[name] = value
    if not all(plain) or not plain or (len(plain) > 1 and not command.many):
        return None
    arguments = [Path(word) if command.path else word for word in plain]
    return {command.argument: arguments if command.many else arguments[0], **found}


def _value(kind: Kind, text: str) -> object:
    if not text or text.startswith("-"):
        return None
    if kind is Kind.COUNT:
        good = text.isascii() and text.isdigit() and not text.startswith("0") and len(text) < 10
        return int(text) if good else None
    return Path(text) if kind is Kind.PATH else text
