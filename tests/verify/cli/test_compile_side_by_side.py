"""`dlmcheck compile` with a worker to spare: the kernel has its own task, and all else is the same.

Whatever is asked, the report, the evidence and the exit code are those of one task for everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import write_circuit
from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.cli import compile_tasks
from dlmcheck.verify.compilation import Choices, construction
from dlmcheck.verify.engines import coupling
from dlmcheck.verify.engines.coupling import CouplingResult, CouplingVerdict
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import Result, here

Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return lambda *arguments: here(capsys, *arguments)


def family(folder: Path, name: str, size: int) -> Path:
    path = folder / f"{name}-{size}.json"
    write_circuit(FAMILIES[name](size), path)
    return path


def said(folder: Path, cli: Cli, workers: int, *asked: str | Path) -> tuple[object, ...]:
    """Everything that a command leaves, with so many workers."""
    files = [folder / f"{workers}-{kind}" for kind in ("schedule", "evidence", "report")]
    for file in files:
        file.unlink(missing_ok=True)
    done = cli(
        "compile", *asked, "--verify", "-j", str(workers), "-o", files[0],
        "--certificate", files[1], "--json", files[2],
    )  # fmt: skip
    assert ("1 kernel " in done.err) == (workers > 1 and "first" not in asked)
    read = [file.read_bytes() if file.exists() else None for file in files]
    return done.code, done.out, *read


def agree(folder: Path, cli: Cli, *asked: str | Path) -> int:
    """The exit code, which is the same for one worker and for two, as is everything else."""
    alone, side_by_side = (said(folder, cli, workers, *asked) for workers in (1, 2))
    assert alone == side_by_side
    assert isinstance(alone[0], int)
    return alone[0]


@pytest.mark.parametrize("edits", ["write-once", "remask", "revise"])
@pytest.mark.parametrize("name", ["parity-chain", "comparator", "sorting-network"])
def test_schedules_that_are_right(tmp_path: Path, cli: Cli, name: str, edits: str) -> None:
    path = family(tmp_path, name, max(3, FAMILIES[name].least))
    for random_inputs in ((), ("--random", "all")):
        assert agree(tmp_path, cli, path, *random_inputs, "--edits", edits) == 0


@pytest.mark.parametrize("edits", ["write-once", "remask", "revise"])
def test_schedules_with_a_flipped_gate(tmp_path: Path, cli: Cli, edits: str) -> None:
    path = family(tmp_path, "parity-chain", 3)
    codes: set[int] = set()
    for gate in (*(f"predictor:{index}" for index in range(0, 11, 2)), "unmask:0", "unmask:1"):
        codes.add(agree(tmp_path, cli, path, "--random", "all", "--edits", edits, "--flip", gate))
    assert codes >= {0, 1}


def without_a_write(plan: Simulation) -> Simulation:
    return replace(plan, writes=(*plan.writes[:-1], plan.writes[-1][:-1]))


def with_another_content(plan: Simulation) -> Simulation:
    (cell, content), *others = plan.writes[-1]
    assert isinstance(content, int)
    return replace(plan, writes=(*plan.writes[:-1], ((cell, ~content), *others)))


def without_coins(plan: Simulation) -> Simulation:
    return replace(plan, coins=())


def without_rounds(_: Simulation) -> Simulation:
    return Simulation(())


@pytest.mark.parametrize(
    "forged", [without_a_write, with_another_content, without_coins, without_rounds]
)
def test_plans_that_are_rejected(
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    forged: Callable[[Simulation], Simulation],
) -> None:
    """The schedule is right, so that the other road affirms, with a certificate of its own."""

    def forging(edits: str) -> Callable[[Circuit, Choices], object]:
        def build(circuit: Circuit, choices: Choices) -> object:
            built = construction(edits)(circuit, choices)
            assert built.plan is not None
            return replace(built, plan=forged(built.plan))

        return build

    monkeypatch.setattr(compile_tasks, "construction", forging)
    path = family(tmp_path, "ripple-adder", 3)
    assert agree(tmp_path, cli, path, "--random", "all") == 0
    report = json.loads((tmp_path / "2-report").read_text())
    roads = report["circuits"][0]["equivalence"]["roads"]
    assert [road["verdict"] for road in roads] == ["UNKNOWN", "PROVED"]
    assert json.loads((tmp_path / "2-evidence").read_text())["kind"] == "merged-simulation"
    assert agree(tmp_path, cli, path, "--random", "all", "--flip", "predictor:9") == 1


@pytest.mark.parametrize(
    "result",
    [
        CouplingResult(CouplingVerdict.UNKNOWN, "none found"),
        CouplingResult(CouplingVerdict.REFUTED),
        CouplingResult(CouplingVerdict.EQUIVALENT, engine="some engine"),
    ],
)
@pytest.mark.parametrize("flip", [(), ("--flip", "predictor:7")])
def test_whatever_the_engine_says(
    tmp_path: Path,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    result: CouplingResult,
    flip: tuple[str, ...],
) -> None:
    def says(*_: object, **__: object) -> CouplingResult:
        return result

    monkeypatch.setattr(coupling.Coupler, "check", says)
    path = family(tmp_path, "parity-chain", 3)
    agree(tmp_path, cli, path, "--random", "all", *flip)


def test_without_a_plan_or_with_one_road_there_is_one_task(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = family(tmp_path, "comparator", 2)
    assert agree(tmp_path, cli, path, "--roads", "first") == 0

    def without_plan(edits: str) -> Callable[[Circuit, Choices], object]:
        return lambda circuit, chosen: replace(construction(edits)(circuit, chosen), plan=None)

    monkeypatch.setattr(compile_tasks, "construction", without_plan)
    done = cli("compile", path, "--verify", "-j", "2")
    assert done.code == 0, done
    assert "1 verify " in done.err
    assert "1 kernel " not in done.err
    assert "cut points, replayed" not in done.out


def test_times_and_memory_are_those_of_each_task(tmp_path: Path, cli: Cli) -> None:
    paths = [family(tmp_path, "ripple-adder", 3), family(tmp_path, "parity-tree", 5)]
    report = tmp_path / "report.json"
    asked = ("compile", *paths, "--random", "all", "--verify", "--times", "--json", report)
    for workers, kinds in (("2", ["compile", "verify"]), ("3", ["compile", "verify", "kernel"])):
        done = cli(*asked, "-j", workers)
        assert done.code == 0, done
        timed = [line.split(" MB  ")[1] for line in done.err.splitlines() if " MB  " in line]
        assert [tuple(line.split()[:2]) for line in timed] == [
            (number, kind) for kind in kinds for number in ("1", "2")
        ]
        raw = json.loads(report.read_text())
        jsonschema.validate(raw, schema("compile-1"))
        for one in raw["circuits"]:
            assert sorted(one["times"]) == sorted(kinds)
            assert all(task["peak_bytes"] > 1 << 20 for task in one["times"].values())


def test_a_kernel_that_is_late_decides_and_a_coupling_that_breaks_does_not_hide_it(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one task for both would have it, which asks the kernel first."""

    def rejects(*_: object, **__: object) -> None:
        raise MemoryError

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(compile_tasks, "kernel_roads", rejects)
    path = family(tmp_path, "parity-chain", 3)
    done = cli("compile", path, "--verify", "-j", "2")
    assert done.code == 3, done
    assert "out of memory: memory limit reached" in done.out
    monkeypatch.setattr(compile_tasks, "unrolled", breaks)
    done = cli("compile", path, "--verify", "-j", "2")
    assert done.code == 3, done
    assert "out of memory: memory limit reached" in done.out
    assert "RuntimeError" not in done.out
