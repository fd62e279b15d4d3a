"""Habits that can be checked by reading the files."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house import checks


def test_committed_files_hold_no_path_of_a_machine(source_root: Path) -> None:
    found = {name: checks.machine_paths(text) for name, text in checks.committed_text(source_root)}
    assert {name: paths for name, paths in found.items() if paths} == {}
    # The listing itself must not have come out empty.
    assert {"pyproject.toml", "README.md", ".ci/run"} <= set(found)


@pytest.mark.parametrize(
    ("parts", "caught"),
    [
        (("", "home", "me", "x.aig"), True),
        (("", "tmp", "x"), True),
        (("", "usr", "bin", "python3"), True),
        (("see (", "Users", "me)"), True),
        (("#!", "usr", "bin", "env bash"), False),
        ((".", "tmp", "x"), False),
        (("a", "var", "b"), False),
        (("$(VENV)", "usr", "b"), False),
        (("..", "shared", "data"), False),
    ],
)
def test_canary_absolute_paths_are_told_from_relative_ones(
    parts: tuple[str, ...], caught: bool
) -> None:
    assert bool(checks.machine_paths("/".join(parts))) is caught


def test_canary_a_committed_path_is_found_with_and_without_git(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("/".join(("", "home", "me", "x")), "utf-8")
    (tmp_path / "image.bin").write_bytes(b"\0" + b"/".join((b"", b"home", b"me")))
    assert [name for name, _ in checks.committed_text(tmp_path)] == ["note.md"]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "note.md"], cwd=tmp_path, check=True)
    ((name, text),) = checks.committed_text(tmp_path)
    assert name == "note.md"
    assert checks.machine_paths(text) == ["/".join(("", "home", "me", "x"))]


def test_every_module_is_short_enough_to_read(source_root: Path) -> None:
    assert checks.long_modules(source_root) == []


def test_canary_a_long_module_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "spec"
    folder.mkdir()
    (folder / "short.py").write_text("\n" * checks.MODULE_LINES, "utf-8")
    (folder / "long.py").write_text("\n" * (checks.MODULE_LINES + 1), "utf-8")
    assert checks.long_modules(tmp_path) == [f"spec/long.py: {checks.MODULE_LINES + 1} lines"]


def untyped_libraries(root: Path) -> tuple[str, ...]:
    configuration = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    (override,) = configuration["tool"]["mypy"]["overrides"]
    return tuple(name.removesuffix(".*") for name in override["module"])


def test_pyright_is_relaxed_only_beside_untyped_libraries(source_root: Path) -> None:
    assert checks.unearned_relaxations(source_root, untyped_libraries(source_root)) == []


@pytest.mark.parametrize(
    ("source", "reported"),
    [
        ("# pyright: reportUnknownMemberType=false\nimport z3\n", False),
        ("# pyright: reportUnknownA=false, reportUnknownB=false\nimport z3\n", False),
        ("# pyright: reportUnknownMemberType=false\nimport numpy\n", True),
        ("# pyright: basic\nimport z3\n", True),
        ("# pyright: reportPrivateUsage=false\nimport z3\n", True),
    ],
)
def test_canary_an_unearned_relaxation_is_reported(
    tmp_path: Path, source: str, reported: bool
) -> None:
    folder = tmp_path / "verify"
    folder.mkdir()
    (folder / "engine.py").write_text(source, "utf-8")
    assert bool(checks.unearned_relaxations(tmp_path, ("z3", "sympy"))) is reported
