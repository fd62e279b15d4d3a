"""The README says what the program prints: every command in it is run and compared."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
SHARED = ROOT.parent / "shared" / "data" / "epfl"

_BLOCK = re.compile(r"```\n\$ dlmcheck (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)


def blocks(text: str) -> list[tuple[str, str]]:
    """The commands of a text with the output that it shows for each."""
    return [(m["command"], m["output"]) for m in _BLOCK.finditer(text)]


def run(command: str) -> str:
    """What a command prints to stdout, from the root of the repository."""
    arguments = [sys.executable, "-m", "dlmcheck.verify.cli", *shlex.split(command)]
    found = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout


@pytest.mark.parametrize(("command", "output"), blocks(README.read_text()))
def test_the_readme_shows_what_the_command_prints(command: str, output: str) -> None:
    if str(Path("..", "shared")) in command and not SHARED.is_dir():
        pytest.skip(f"the EPFL circuits are not at {SHARED.relative_to(ROOT.parent)}")
    assert run(command) == output


def test_the_readme_has_commands() -> None:
    assert len(blocks(README.read_text())) >= 4


def test_a_changed_output_would_be_noticed() -> None:
    ((command, output),) = blocks("```\n$ dlmcheck counterexample R-4\nnothing\n```")
    assert run(command) != output


if __name__ == "__main__":
    # Writes the outputs into the README: python -m tests.headline.test_readme
    text = README.read_text()
    for command, output in blocks(text):
        text = text.replace(
            f"$ dlmcheck {command}\n{output}```", f"$ dlmcheck {command}\n{run(command)}```"
        )
    README.write_text(text)
