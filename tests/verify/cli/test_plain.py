"""Commands read without the parser are read as the parser reads them."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_command

from dlmcheck.verify.cli.plain import ACTIONS, Kind, command, parameters, plain_action
from dlmcheck.verify.cli.sampling import app

PARSER: Any = get_command(app)
SPELT = {"workers": "jobs"}
"""Parameters of the parser's functions that are called as the option is where it is read here."""


def parsed(words: list[str]) -> dict[str, object]:
    """What the parser makes of a command line: the parameters that are given."""
    context = PARSER.commands[words[0]].make_context(words[0], list(words[1:]))
    given: dict[str, object] = context.params
    return {SPELT.get(name, name): value for name, value in given.items() if value}


def made(words: list[str]) -> dict[str, object]:
    """What the table makes of it, with the defaults of the function that is called."""
    found = parameters(words)
    assert found is not None
    whole = inspect.signature(command(words[0]).function).bind(**found)
    whole.apply_defaults()
    return {name: value for name, value in whole.arguments.items() if value}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_each_command_has_the_options_of_the_parser(name: str) -> None:
    options: dict[str, tuple[str, Kind]] = {}
    arguments: dict[str, bool] = {}
    for one in PARSER.commands[name].params:
        if one.param_type_name == "argument":
            arguments[one.name] = one.nargs == -1
        elif one.name != "help":
            (spelt,) = [opt for opt in one.opts if opt.startswith("--")]
            assert list(one.secondary_opts) == []
            parameter: str = one.name
            options[spelt.removeprefix("--")] = SPELT.get(parameter, parameter), kind_of(one)
    found = command(name)
    assert options == dict(found.options)
    assert arguments == dict.fromkeys(found.arguments, found.many)


def kind_of(option: Any) -> Kind:
    if option.is_flag:
        return Kind.FLAG
    if option.multiple:
        return Kind.TEXTS
    if option.metavar in ("N", "D"):
        return Kind.COUNT
    return Kind.PATH if option.metavar == "FILE" else Kind.TEXT


WORDS = st.sampled_from(["a", "b.json", "7", "2G", "x=y", "12", "r*", "columns,numpy"])


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    name = draw(st.sampled_from(sorted(ACTIONS)))
    asked = command(name)
    count = draw(st.integers(1, 3)) if asked.many else len(asked.arguments)
    groups = [[draw(WORDS)] for _ in range(count)]
    for option in draw(st.lists(st.sampled_from(sorted(asked.options)), unique=True))\
            if asked.options else []:  # fmt: skip
        _, kind = asked.options[option]
        for _ in range(draw(st.integers(1, 2)) if kind is Kind.TEXTS else 1):
            value = str(draw(st.integers(1, 999))) if kind is Kind.COUNT else draw(WORDS)
            long = [f"--{option}={value}"] if draw(st.booleans()) else [f"--{option}", value]
            groups.append([f"--{option}"] if kind is Kind.FLAG else long)
    return [name, *(word for group in draw(st.permutations(groups)) for word in group)]


@given(lines())
def test_plain_lines_are_read_as_the_parser_reads_them(words: list[str]) -> None:
    assert made(words) == parsed(words)


@pytest.mark.parametrize(
    "line",
    [
        "", "law", "law --help", "law -h a", "audit", "law a b", "law a --data", "law a --nodes 0",
        "law a --nodes x", "law a --nodes 007", "law a --data -1", "law a --times=1", "law -- a",
        "law a --data 1 --data 0", "law a --dat 1", "law a -data 1", "law a --", "cert", "cert -x",
        "compile", "compile a -o b", "compile a --seed 0", "compile a --workers 2", "compile -h",
        "compile a --layer_0 free", "compile a -j 2", "compile a --moves 0", "compile a --verify=1",
        "equivalent", "equivalent a", "equivalent a b c", "equivalent a b --seed 0",
    ],
)  # fmt: skip
def test_everything_else_is_left_to_the_parser(line: str) -> None:
    assert parameters(line.split()) is None
    assert plain_action(line.split()) is None


def test_empty_words_are_left_to_the_parser() -> None:
    assert parameters(["law", ""]) is None
    assert parameters(["law", "a", "--data", ""]) is None


def test_a_plain_line_loads_no_parser(tmp_path: Path) -> None:
    path = tmp_path / "coin.json"
    path.write_text(
        '{"format": "dlmcheck-circuit", "version": 1, "inputs": [{"name": "r", "kind": "random"}],'
        ' "gates": [], "outputs": [{"name": "out", "literal": 0}]}',
        "utf-8",
    )
    schedule = str(tmp_path / "schedule.json")
    for command_line in (
        ["law", str(path)],
        ["compile", str(path), "--verify", "--jobs", "1", "--output", schedule],
        ["equivalent", schedule, str(path)],
    ):
        code = (
            "import sys\nfrom dlmcheck.verify.cli import run\n"
            f"assert run({command_line!r}) == 0\n"
            "assert not {'typer', 'pydantic', 'click', 'rich'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
