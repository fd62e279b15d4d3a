"""Running the command line: in this process, or as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlmcheck.verify.claims.registry import Registry
from dlmcheck.verify.cli import run
from tests.house.checks import python_path

ROOT = Path(__file__).resolve().parents[3]
REAL = "dlmcheck.verify.cli"
PLANTED = "tests.verify.cli.planted"


class Result:
    """Exit code, stdout and stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def __repr__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


def here(
    capsys: pytest.CaptureFixture[str], *arguments: str | Path, registry: Registry | None = None
) -> Result:
    """Run the command line in this process."""
    capsys.readouterr()
    code = run([str(argument) for argument in arguments], registry)
    captured = capsys.readouterr()
    return Result(code, captured.out, captured.err)


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV", "DLMCHECK"))}
    # The code under test is that of this tree, whatever is installed.
    return {**kept, "PYTHONPATH": python_path(ROOT), "PYTHONHASHSEED": "random", **more}


def start(*arguments: str | Path, module: str = REAL, **more: str) -> subprocess.Popen[str]:
    """Start the command line as a process of its own, in the root of the source tree."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outside(*arguments: str | Path, module: str = REAL, **more: str) -> Result:
    """Run the command line as a process of its own."""
    process = start(*arguments, module=module, **more)
    out, err = process.communicate(timeout=300)
    return Result(process.returncode, out, err)


def complaint(result: Result) -> str:
    """What was said on stderr; it must be one line, and nothing on stdout."""
    assert result.out == "", result
    lines = result.err.splitlines()
    assert len(lines) == 1, result
    assert lines[0].startswith("dlmcheck: ")
    return lines[0].removeprefix("dlmcheck: ")
