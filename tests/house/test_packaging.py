"""The lock, the dependencies, the wheel and the entry points of the checks."""

from __future__ import annotations

import os
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house import checks

DIGEST = "sha256:" + 64 * "0"


def lock_text(root: Path) -> str:
    return (root / "requirements.lock").read_text("utf-8")


def requirement_lines(root: Path) -> list[str]:
    return (root / "requirements.in").read_text("utf-8").splitlines()


def names_in(lines: list[str]) -> set[str]:
    naming = re.compile(r'\s*"?([A-Za-z0-9._-]+)')
    found = [naming.match(line) for line in lines if not line.lstrip().startswith("#")]
    return {checks.canonical(match.group(1)) for match in found if match}


# -- the lock


def test_the_lock_names_no_host(source_root: Path) -> None:
    assert checks.host_mentions(lock_text(source_root)) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.example/simple",
        "#    uv pip compile --extra-index-url=x requirements.in",
        "--find-links wheels",
        "-f wheels",
        "-i x",
        "# taken from registry.example.org",
        "numpy @ file:numpy.whl",
    ],
)
def test_canary_a_lock_that_names_a_host_is_reported(source_root: Path, line: str) -> None:
    assert checks.host_mentions(lock_text(source_root) + line + "\n") == [line]


def test_each_locked_requirement_has_a_hash(source_root: Path) -> None:
    assert checks.unhashed(lock_text(source_root)) == []


def test_canary_a_requirement_without_a_good_hash_is_reported() -> None:
    text = f"a==1 \\\n    --hash={DIGEST}\nb==1\nc==1 --hash=sha256:12\nd==1 --hash=md5:12\n"
    assert checks.unhashed(text) == ["b", "c", "d"]
    with pytest.raises(ValueError, match="not a pinned requirement: numpy>=2"):
        checks.locked("numpy>=2\n")


def test_no_requirement_is_locked_for_one_python_version_only(source_root: Path) -> None:
    """One version of each library for every Python, so that a verdict rests on the same engines."""
    entries = checks.locked(lock_text(source_root))
    names = [entry.name for entry in entries]
    assert sorted(set(names)) == sorted(names)
    assert [entry.name for entry in entries if "python_version" in entry.marker] == []


def test_every_requirement_is_in_the_lock(source_root: Path) -> None:
    entries = {entry.name for entry in checks.locked(lock_text(source_root))}
    assert names_in(requirement_lines(source_root)) <= entries


def test_run_time_requirements_are_listed_alike_in_both_files(source_root: Path) -> None:
    configuration = tomllib.loads((source_root / "pyproject.toml").read_text("utf-8"))
    declared = names_in(configuration["project"]["dependencies"])
    lines = requirement_lines(source_root)
    first, last = lines.index("# -- run time"), lines.index("# -- build (see the Makefile)")
    assert names_in(lines[first:last]) == declared
    build = names_in(configuration["build-system"]["requires"])
    assert build <= names_in(lines[last:])


def test_every_requirement_states_its_reason(source_root: Path) -> None:
    project = (source_root / "pyproject.toml").read_text("utf-8")
    array = project.partition("\ndependencies = [\n")[2].partition("\n]\n")[0].splitlines()
    configuration = tomllib.loads(project)
    assert names_in(array) == names_in(configuration["project"]["dependencies"])
    assert checks.without_reason(array) == []
    assert checks.without_reason(requirement_lines(source_root)) == []


def test_canary_a_requirement_without_a_reason_is_reported() -> None:
    lines = [
        "# heading",
        "",
        "numpy",
        "rich  # tables",
        '    "sympy",',
        '    "typer",  # CLI',
        "z3  #",
    ]
    assert checks.without_reason(lines) == ["numpy", '"sympy",', "z3  #"]


# -- what is built


def test_the_wheel_holds_the_three_floors_as_one_namespace(
    source_root: Path, tmp_path: Path
) -> None:
    build = ("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    done = checks.run_python(source_root, *build)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for floor in checks.FLOORS:
        assert {f"dlmcheck/{floor}/__init__.py", f"dlmcheck/{floor}/py.typed"} <= names
    assert "dlmcheck/__init__.py" not in names
    outside = {name.partition("/")[0] for name in names}
    assert {name for name in outside if not name.endswith(".dist-info")} == {"dlmcheck"}


# -- how the checks are started


def test_ci_runs_the_same_checks_as_a_developer(source_root: Path) -> None:
    script = source_root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line.strip() for line in script.read_text("utf-8").splitlines()]
    assert "set -euo pipefail" in lines
    assert lines[-1] == "make check"


@pytest.mark.parametrize("floor", checks.FLOORS)
def test_canary_a_wrong_doctest_in_any_floor_turns_the_tests_red(
    source_root: Path, tmp_path: Path, floor: str
) -> None:
    configuration = (source_root / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(configuration, "utf-8")
    for name in ("tests", *checks.FLOORS):
        (tmp_path / name / "dlmcheck" / name).mkdir(parents=True)
    planted = tmp_path / floor / "dlmcheck" / floor / "planted.py"
    planted.write_text('"""Arithmetic.\n\n>>> 1 + 1\n3\n"""\n', "utf-8")
    done = checks.run_python(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"dlmcheck.{floor}.planted" in done.stdout
    assert "1 failed" in done.stdout
