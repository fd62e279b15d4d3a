"""`dlmcheck equivalent --plan` on two cores: a task for the kernel, and all else is the same."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import load_circuit, write_circuit
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_to_json
from dlmcheck.verify.cli import equivalent_command, limits
from dlmcheck.verify.compilation import choices, construction
from tests.verify.cli.running import Result, here

Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """On so many cores."""

    def run(cores: int, *arguments: str | Path) -> Result:
        monkeypatch.setattr(limits, "cores", lambda: cores)
        return here(capsys, "equivalent", *arguments)

    return run


class Files:
    """A circuit in a format of its own, its schedule, and the compiler's plan."""

    def __init__(self, folder: Path, edits: str = "write-once", suffix: str = "json") -> None:
        self.folder = folder
        self.circuit = folder / f"circuit.{suffix}"
        self.schedule, self.plan = folder / "schedule.json", folder / "plan.json"
        write_circuit(FAMILIES["comparator"](2), self.circuit)
        loaded = load_circuit(self.circuit, ["a*"])
        built = construction(edits)(loaded, choices("sampled", "arguments"))
        assert built.plan is not None
        self.built = built.schedule
        self.write(self.built)
        self.plan.write_text(built.plan.to_json())

    def write(self, schedule: Schedule) -> None:
        self.schedule.write_text(schedule_to_json(schedule))

    def said(self, cli: Cli, cores: int, *asked: str | Path) -> tuple[object, ...]:
        """Everything that the command leaves, on so many cores."""
        files = [self.folder / "evidence", self.folder / "report"]
        for file in files:
            file.unlink(missing_ok=True)
        done = cli(
            cores, self.schedule, self.circuit, "--plan", self.plan, "--random", "a*", *asked,
            "--certificate", files[0], "--json", files[1],
        )  # fmt: skip
        if done.code != 2:
            assert ("kernel: done, " in done.err) == (cores > 1 and "first" not in asked)
        read = [file.read_bytes() if file.exists() else None for file in files]
        refusal = done.err.splitlines()[-1] if done.code == 2 else ""
        return done.code, done.out, refusal, *read

    def agree(self, cli: Cli, *asked: str | Path) -> object:
        """The exit code, which is the same on one core and on two, as is everything else."""
        alone, side_by_side = (self.said(cli, cores, *asked) for cores in (1, 2))
        assert alone == side_by_side
        return alone[0]


@pytest.mark.parametrize("suffix", ["json", "aag"])
@pytest.mark.parametrize("edits", ["write-once", "remask", "revise"])
def test_right_and_wrong_schedules(tmp_path: Path, cli: Cli, edits: str, suffix: str) -> None:
    files = Files(tmp_path, edits, suffix)
    assert files.agree(cli) == 0
    assert files.agree(cli, "--roads", "first") == 0
    codes: set[object] = set()
    for index in range(0, 20, 4):
        files.write(flip_gate(files.built, "predictor", index))
        codes.add(files.agree(cli))
    assert 1 in codes
    files.write(files.built)
    raw = json.loads(files.plan.read_text())
    files.plan.write_text(json.dumps(raw | {"coins": []}))
    assert files.agree(cli) == 0


def test_what_is_refused(tmp_path: Path, cli: Cli) -> None:
    """Names that differ are found by the first task, in whatever way the kernel's ends."""
    files = Files(tmp_path)
    files.write(replace(files.built, output_names=tuple("abc"[: len(files.built.output)])))
    assert files.agree(cli) == 2
    files.plan.write_text("nothing")
    assert files.agree(cli) == 2


def test_files_are_read_once(tmp_path: Path, cli: Cli) -> None:
    """They may be pipes."""
    files, text = Files(tmp_path), (tmp_path / "schedule.json").read_text()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    thread = threading.Thread(target=pipe.write_text, args=(text,))
    thread.start()
    done = cli(2, pipe, files.circuit, "--plan", files.plan, "--random", "a*")
    thread.join()
    assert done.code == 0, done
    assert "kernel: done, " in done.err


def slow(*_: object, **__: object) -> None:
    time.sleep(600)


def greedy(*_: object, **__: object) -> None:
    bytearray(400 << 20)
    raise AssertionError("there was enough memory")


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


@pytest.mark.parametrize("whose", ["kernel_roads", "unrolled"])
@pytest.mark.parametrize(
    ("does", "limit", "code", "said"),
    [
        (slow, ("--timeout", "0.7"), 3, "timeout: 0.7 s"),
        (greedy, ("--memory", "256M"), 3, "out of memory: memory limit reached"),
        (broken, (), 4, "RuntimeError: broken"),
    ],
)
def test_limits_hold_for_either(
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    whose: str,
    does: object,
    limit: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    files = Files(tmp_path)
    monkeypatch.setattr(equivalent_command, whose, does)
    done = cli(2, files.schedule, files.circuit, "--plan", files.plan, "--random", "a*", *limit)
    assert done.code == code, done
    assert said in done.out
    assert "random inputs" in done.out  # what was read is told
