"""Claims as tests of another project: one for each locked row, red for each deviation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.verify.cli.planted import registry
from tests.verify.cli.running import ROOT, environment, here

PLANTED = "tests.verify.cli.planted:registry"


@pytest.fixture
def lock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "claims.lock"
    here(capsys, "audit", "GOOD", "BAD", "--write-lock", path, registry=registry())
    return path


def run_pytest(lock: Path, *more: str, claims: str = PLANTED) -> tuple[int, str]:
    """pytest in an empty folder, as another project would run it."""
    folder = lock.parent / "empty"
    folder.mkdir(exist_ok=True)
    arguments = ["-p", "dlmcheck.verify.pytest_plugin", "-p", "no:cacheprovider", "-rA", "-q"]
    options = [f"--dlmcheck-lock={lock}", f"--dlmcheck-registry={claims}", *more]
    variables = environment()
    variables["PYTHONPATH"] += f":{ROOT}"
    found = subprocess.run(
        [sys.executable, "-m", "pytest", f"--rootdir={folder}", "-c", "/dev/null",
         *arguments, *options, str(folder)],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return found.returncode, found.stdout + found.stderr


def test_every_locked_row_is_a_test_and_passes(lock: Path) -> None:
    code, said = run_pytest(lock)
    assert code == 0, said
    assert "2 passed" in said
    assert "claims::GOOD/reading" in said
    assert "claims::BAD/reading" in said


def test_canary_a_row_that_is_not_as_locked_fails_with_the_deviation(lock: Path) -> None:
    lock.write_text(lock.read_text().replace('"verdict": "REFUTED"', '"verdict": "BOUNDED"'))
    code, said = run_pytest(lock)
    assert code == 1, said
    assert "1 failed, 1 passed" in said
    assert "BAD/reading: verdict REFUTED, locked BOUNDED (other)" in said


def test_a_selection_is_tested_alone(lock: Path) -> None:
    code, said = run_pytest(lock, "--dlmcheck-claims=GO*")
    assert (code, "1 passed" in said) == (0, True), said


@pytest.mark.parametrize(
    ("more", "claims", "message"),
    [
        (("--dlmcheck-profile=deep",), PLANTED, "nothing is locked for the profile deep"),
        ((), "no.such.module:registry", "No module named"),
        ((), "tests.verify.cli.planted:LOG", "no registry"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error(
    lock: Path, more: tuple[str, ...], claims: str, message: str
) -> None:
    code, said = run_pytest(lock, *more, claims=claims)
    assert code == 4, said
    assert message in said


def test_without_the_option_nothing_is_added(tmp_path: Path) -> None:
    variables = environment()
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "dlmcheck.verify.pytest_plugin", "-q",
         "-p", "no:cacheprovider", f"--rootdir={tmp_path}", "-c", "/dev/null", str(tmp_path)],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert found.returncode == 5, found.stdout + found.stderr
