"""What a command does not use it does not load: an audit of imports, and not of times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dlmcheck.verify import cli

HEAVY = (
    *("z3", "cvc5", "sympy", "numpy", "numba", "pysat", "oxidd"),
    *("aigverse", "cirbo", "jsonschema", "junitparser", "hypothesis"),
)
COMMANDS = sorted(path.stem for path in Path(cli.__file__).parent.glob("*_command.py"))
CLAIMS = {"audit_command", "counterexample_command", "explain_command", "notes_command"}
"""Commands that need the catalogue of claims, which they load when they run."""


def loaded(program: str) -> list[str]:
    """Which heavy packages a program has loaded once it has run."""
    code = (
        f"import json, sys\n{program}\nprint(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 10
    assert set(COMMANDS) >= CLAIMS


def test_no_command_loads_anything_heavy_before_it_runs() -> None:
    names = "\n".join(f"import dlmcheck.verify.cli.{name}" for name in COMMANDS)
    assert loaded(names) == []


def test_the_front_door_of_the_library_is_light() -> None:
    assert loaded("import dlmcheck.verify.api, dlmcheck.model, dlmcheck.spec") == []


EQUIVALENCE = """
from dlmcheck.model.families import FAMILIES
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.compilation import CONSTRUCTIONS, choices, construction
from dlmcheck.verify.equivalence import equivalent
circuit = FAMILIES["ripple-adder"](3)
for edits in CONSTRUCTIONS:
    built = construction(edits)(circuit, choices("sampled", "arguments"))
    schedule = schedule_from_json(schedule_to_json(built.schedule))
    assert equivalent(schedule, circuit, plan=built.plan).simulates.is_affirmative
"""


def test_compiling_and_verifying_needs_no_solver_where_hashing_does() -> None:
    assert loaded(EQUIVALENCE) == []


@pytest.mark.parametrize("package", ["sympy", "z3", "numpy"])
def test_canary_a_package_that_is_loaded_is_seen(package: str) -> None:
    assert package in loaded(f"import {package}")
