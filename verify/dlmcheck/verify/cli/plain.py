"""Commands in plain form, read without the parser: importing that takes longer than a small law.

A command line is plain if every option is spelt in full, stands once (unless it may be repeated)
and has a value that begins with no dash. Everything else, mistakes and `--help` among it, is left
to the parser, so nothing is complained of here.

What options a command has is read off the function that makes its action: one for each of its
parameters, of the kind that the annotation says. The parser has declarations of its own, with
their help; a test holds both against each other, and both readings of the same command lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any, cast

from dlmcheck.verify.exits import ExitCode

Action = Callable[[Any], ExitCode]

ACTIONS = {
    "cert": ("dlmcheck.verify.cli.cert_command", "cert_action"),
    "compile": ("dlmcheck.verify.cli.compile_command", "compile_action"),
    "equivalent": ("dlmcheck.verify.cli.equivalent_command", "equivalent_action"),
    "law": ("dlmcheck.verify.cli.law_command", "law_action"),
}
"""Commands that are read here: the module and the function that makes the action."""


@unique
class Kind(Enum):
    """What the value of an option is."""

    TEXT = "text"
    TEXTS = "texts"
    """May be repeated."""
    PATH = "path"
    COUNT = "count"
    """A whole number, 1 or more (where 0 is one, too, it is left to the parser)."""
    FLAG = "flag"
    """No value."""


KINDS = {
    "str": Kind.TEXT,
    "str | None": Kind.TEXT,
    "Sequence[str] | None": Kind.TEXTS,
    "Path | None": Kind.PATH,
    "int": Kind.COUNT,
    "int | None": Kind.COUNT,
    "bool": Kind.FLAG,
}
"""The kind of an option by the annotation of its parameter."""


@dataclass(frozen=True)
class Command:
    """A command: what makes its action, the parameters of its arguments, its options by name.

    The arguments are one for each parameter, or `many` for the only one; paths or texts.
    """

    function: Callable[..., Action]
    arguments: Sequence[str]
    many: bool
    path: bool
    options: Mapping[str, tuple[str, Kind]]
    """For each option, the parameter that it is and the kind of its value."""


def command(name: str) -> Command:
    """The command of a name in `ACTIONS`, as its function says. Loads what the command runs.

    >>> sorted(command("cert").options), command("law").options["nodes"]
    ([], ('nodes', <Kind.COUNT: 'count'>))
    """
    module, function = ACTIONS[name]
    made = cast("FunctionType", getattr(import_module(module), function))
    annotations = made.__annotations__
    # As it is written: the arguments, then the options (by keyword only), then what is returned.
    count = made.__code__.co_argcount
    arguments, rest = list(annotations)[:count], list(annotations.items())[count:]
    of = annotations[arguments[0]]
    return Command(
        made,
        arguments,
        many=of.startswith("Sequence"),
        path="Path" in of,
        options={
            parameter.replace("_", "-"): (parameter, KINDS[annotation])
            for parameter, annotation in rest[:-1]
        },
    )


def plain_action(words: Sequence[str]) -> Action | None:
    """What a plain command line asks for; None for all others. Raises `BadInput`."""
    given = parameters(words)
    return None if given is None else command(words[0]).function(**given)


def parameters(words: Sequence[str]) -> dict[str, object] | None:
    """The parameters of a plain command line by name; None for all others.

    >>> parameters(["law", "a.aig", "--random", "r*", "--random=s", "--nodes", "9"])
    {'circuit': 'a.aig', 'random': ['r*', 's'], 'nodes': 9}
    >>> parameters(["law", "a.aig", "--help"])
    """
    if not words or words[0] not in ACTIONS or not {"-h", "--help"}.isdisjoint(words):
        return None
    asked = command(words[0])
    plain: list[str] = []
    found: dict[str, object] = {}
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith("-"):
            plain.append(word)
            continue
        name, equals, text = word.removeprefix("--").partition("=")
        option = asked.options.get(name) if word.startswith("--") else None
        if option is None:
            return None
        parameter, kind = option
        if parameter in found and kind is not Kind.TEXTS:
            return None
        if kind is Kind.FLAG:
            if equals:
                return None
            found[parameter] = True
            continue
        value = _value(kind, text if equals else next(rest, ""))
        if value is None:
            return None
        if kind is Kind.TEXTS:
            value = [*cast(list[str], found.get(parameter, [])), value]
        found[parameter] = value
    if not all(plain) or not plain or (len(plain) != len(asked.arguments) and not asked.many):
        return None
    given = [Path(word) if asked.path else word for word in plain]
    return {**dict(zip(asked.arguments, [given] if asked.many else given, strict=True)), **found}


def _value(kind: Kind, text: str) -> object:
    if not text or text.startswith("-"):
        return None
    if kind is Kind.COUNT:
        good = text.isascii() and text.isdigit() and not text.startswith("0") and len(text) < 10
        return int(text) if good else None
    return Path(text) if kind is Kind.PATH else text
