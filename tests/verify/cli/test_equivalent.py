"""`dlmcheck equivalent`: schedules that others have made, with plans and without; their files."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import load_circuit, load_schedule, write_circuit
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.rewriting import reexpressed_schedule
from dlmcheck.spec.circuit import Circuit, Op
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_to_json
from dlmcheck.verify import equivalence_files
from dlmcheck.verify.cli import equivalent_command, verifying
from dlmcheck.verify.compilation import Built, choices, construction
from dlmcheck.verify.engines import coupling
from dlmcheck.verify.engines.cores import cores
from dlmcheck.verify.engines.coupling import CouplingResult, CouplingVerdict
from dlmcheck.verify.equivalence import Equivalence, equivalent
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.plan_files import load_plan
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import Result, complaint, here, outside, start
from tests.verify.sample_certificates import samples

BY_PLAN = "PROVED [cut points, replayed by the kernel; checked by the kernel]"
REJECTED = "UNKNOWN [cut points, replayed by the kernel]: certificate rejected: "
Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return lambda *arguments: here(capsys, "equivalent", *arguments)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Any other command."""
    return lambda *arguments: here(capsys, *arguments)


def built(circuit: Circuit, edits: str = "write-once") -> Built:
    return construction(edits)(circuit, choices("sampled", "arguments"))


class Files:
    """A circuit, its schedule with every gate written in another way, and the compiler's plan."""

    def __init__(
        self, folder: Path, name: str = "ripple-adder", size: int = 3, edits: str = "write-once"
    ) -> None:
        self.folder = folder
        self.circuit = folder / "circuit.json"
        self.schedule = folder / "schedule.json"
        self.plan = folder / "plan.json"
        write_circuit(FAMILIES[name](size), self.circuit)
        self.loaded = load_circuit(self.circuit)
        self.built = built(self.loaded, edits)
        assert self.built.plan is not None
        self.proposed: Simulation = self.built.plan
        self.write(reexpressed_schedule(self.built.schedule, 1))
        self.plan.write_text(self.proposed.to_json())

    def write(self, schedule: Schedule) -> None:
        self.schedule.write_text(schedule_to_json(schedule))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


# --- answers -------------------------------------------------------------------------------


@pytest.mark.parametrize("edits", ["write-once", "remask", "revise"])
@pytest.mark.parametrize("planned", [True, False])
def test_a_rewritten_schedule_is_equivalent(
    tmp_path: Path, cli: Cli, run: Cli, edits: str, planned: bool
) -> None:
    files = Files(tmp_path, edits=edits)
    evidence, report = tmp_path / "evidence.json", tmp_path / "report.json"
    plan = ("--plan", files.plan) if planned else ()
    done = cli(files.schedule, files.circuit, *plan, "--certificate", evidence, "--json", report)
    assert done.code == 0, done
    assert "EQUIVALENT, seed for seed, for all data" in done.out
    assert (BY_PLAN in done.out) == planned
    assert "PROVED [symbolic unrolling and coupling" in done.out
    assert ("masks preserved: PROVED" in done.out) == (edits != "revise")
    schedule = files.built.schedule
    shown = f"  schedule   {schedule.length} cells, {schedule.rounds} rounds, edits "
    assert shown + schedule.edits.value in done.out
    assert "circuit.json: 0 data inputs, 6 random inputs, 4 outputs" in done.out
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("equivalent-1"))
    assert raw["answer"] == "EQUIVALENT"
    assert raw["schedule"]["read"]["length"] == schedule.length
    assert raw["options"]["plan"] == (str(files.plan) if planned else None)
    assert "times" not in raw
    kind = json.loads(evidence.read_text())["kind"]
    assert kind == ("simulation" if planned else "merged-simulation")
    assert run("replay", evidence).code == 0
    checked = run("cert", evidence)
    assert checked.code == 0
    # The evidence is about the files that were given, byte for byte.
    for path in (files.schedule, files.circuit):
        assert sha256(path.read_bytes()).hexdigest() in checked.out


def test_with_a_plan_the_first_road_is_enough(files: Files, cli: Cli) -> None:
    done = cli(files.schedule, files.circuit, "--plan", files.plan, "--roads", "first")
    assert done.code == 0, done
    assert BY_PLAN in done.out
    assert "symbolic unrolling" not in done.out
    # Without one the first road is the second.
    done = cli(files.schedule, files.circuit, "--roads", "first")
    assert done.code == 0, done
    assert "PROVED [symbolic unrolling and coupling" in done.out


@pytest.mark.parametrize("suffix", ["aag", "aig", "bench"])
def test_every_format_and_inputs_that_are_random_by_option(
    files: Files, cli: Cli, run: Cli, suffix: str
) -> None:
    """The file does not say which inputs are random, or says it of fewer."""
    text = files.circuit.read_text().replace('"random"', '"data"')
    files.circuit.write_text(text)
    other, evidence = files.folder / f"circuit.{suffix}", files.folder / "evidence.json"
    write_circuit(load_circuit(files.circuit), other)
    for path in (files.circuit, other):
        done = cli(files.schedule, path)
        assert done.code == 2
        assert "do not have the same data inputs" in complaint(done)
        done = cli(files.schedule, path, "--random", "all", "--certificate", evidence)
        assert done.code == 0, done
        # What stands in the evidence is the circuit with these inputs.
        assert run("cert", evidence).code == 0
        assert json.loads(evidence.read_text())["circuit"] != path.read_text("latin-1")
    done = cli(files.schedule, other, "--random", "q*")
    assert "no input matches the pattern 'q*'" in complaint(done)


def test_a_plan_out_of_evidence_is_the_plan_and_nothing_else(
    files: Files, cli: Cli, run: Cli
) -> None:
    """`compile --certificate` wrote it, of the schedule as it was; this one is another."""
    original, evidence = files.folder / "original.json", files.folder / "evidence.json"
    compiled = run("compile", files.circuit, "--verify", "-o", original, "--certificate", evidence)
    assert compiled.code == 0, compiled
    raw = json.loads(evidence.read_text())
    assert raw["schedule"] == original.read_text() != files.schedule.read_text()
    # Neither are its schedule and circuit looked at, nor does the order of its keys matter.
    stripped = files.folder / "stripped.json"
    stripped.write_text(json.dumps({**dict(sorted(raw.items())), "schedule": "", "circuit": 7}))
    for plan in (evidence, stripped):
        done = cli(files.schedule, files.circuit, "--plan", plan, "--roads", "first")
        assert done.code == 0, done
        assert BY_PLAN in done.out
    assert load_plan(evidence) == load_plan(stripped) == load_plan(files.plan) == files.proposed


def other_plans(files: Files) -> dict[str, Simulation]:
    plan = files.proposed
    another = built(FAMILIES["ripple-adder"](4)).plan
    assert another is not None
    changed = [list(line) for line in plan.writes]
    changed[1][0] = (changed[1][0][0], "0")
    return {
        "of another schedule": another,
        "of another edit model": built(files.loaded, "remask").plan or another,
        "one content": replace(plan, writes=tuple(map(tuple, changed))),
        "one coin less": replace(plan, coins=plan.coins[1:]),
        "a coin of no input": replace(plan, coins=((1, 0, 10**9), *plan.coins[1:])),
        "no such cell": replace(plan, writes=(((10**9, "0"),), *plan.writes[1:])),
        "no such node": replace(plan, writes=(((0, 10**30),), *plan.writes[1:])),
        "given cells": replace(plan, given=(-1,)),
        "nothing": Simulation(()),
    }


def test_a_plan_that_is_rejected_does_not_hide_the_answer(files: Files, cli: Cli, run: Cli) -> None:
    evidence, report = files.folder / "evidence.json", files.folder / "report.json"
    for what, plan in other_plans(files).items():
        files.plan.write_text(plan.to_json())
        for roads in ("all", "first"):
            done = cli(
                files.schedule, files.circuit, "--plan", files.plan, "--roads", roads,
                "--certificate", evidence, "--json", report,
            )  # fmt: skip
            assert done.code == 0, (what, done)
            assert "EQUIVALENT, seed for seed, for all data" in done.out
            assert REJECTED in done.out, what
            raw = json.loads(report.read_text())
            assert [road["verdict"] for road in raw["equivalence"]["roads"]] == [
                "UNKNOWN", "PROVED"
            ]  # fmt: skip
            assert json.loads(evidence.read_text())["kind"] == "merged-simulation"
            assert run("cert", evidence).code == 0


# --- schedules that do something else ------------------------------------------------------


@pytest.mark.parametrize("planned", [True, False])
def test_a_flipped_gate_is_a_wrong_run_that_replays(
    files: Files, cli: Cli, run: Cli, planned: bool
) -> None:
    evidence, report = files.folder / "evidence.json", files.folder / "report.json"
    plan = ("--plan", files.plan) if planned else ()
    good = reexpressed_schedule(files.built.schedule, 1)
    seen: set[str] = set()
    wrong_runs = 0
    for index in range(0, len(good.predictor.gates), 9):
        flipped = flip_gate(good, "predictor", index)
        files.write(flipped)
        done = cli(
            files.schedule, files.circuit, *plan, "--certificate", evidence, "--json", report
        )
        raw = json.loads(report.read_text())
        jsonschema.validate(raw, schema("equivalent-1"))
        assert done.code == raw["exit_code"]
        assert done.code in (0, 1), done
        assert (difference(flipped, files.loaded) is None) == (
            raw["equivalence"]["same_law"] == "PROVED"
        )
        seen.add(raw["answer"])
        if raw["answer"] == "NOT EQUIVALENT":
            assert done.code == 1
            assert (REJECTED in done.out) == planned
            run_found, law = (raw["equivalence"][key] for key in ("wrong_run", "law_witness"))
            told = "a wrong run, minimised and replayed by the kernel:" in done.out
            assert told == (run_found is not None)
            assert told or law is not None
            assert not told or run_found["reason"] in done.out
            wrong_runs += told
        assert run("replay", evidence).code == 0
        assert run("cert", evidence).code == 0
        jsonschema.validate(json.loads(evidence.read_text()), schema("evidence-1"))
        evidence.unlink()
    assert "NOT EQUIVALENT" in seen
    assert wrong_runs > 5


def test_a_run_that_breaks_a_rule_is_refuted(files: Files, cli: Cli, run: Cli) -> None:
    """One round less: what is to be written in the last one is still masked."""
    evidence = files.folder / "evidence.json"
    schedule = load_schedule(files.schedule)
    files.write(replace(schedule, rounds=schedule.rounds - 1))
    done = cli(files.schedule, files.circuit, "--plan", files.plan, "--certificate", evidence)
    assert done.code == 1, done
    assert "the run is illegal" in done.out or "is M" in done.out
    assert "the refutation replays" in run("replay", evidence).out


def test_two_laws_are_told_where_no_coupling_is_known(
    files: Files, cli: Cli, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No coupling is found; the laws differ, and the kernel has listed them."""
    evidence = files.folder / "evidence.json"

    def none_found(*_: object, **__: object) -> CouplingResult:
        return CouplingResult(CouplingVerdict.UNKNOWN, "none found")

    schedule = files.built.schedule
    gate = [gate.op for gate in schedule.predictor.gates].index(Op.AND)
    monkeypatch.setattr(coupling.Coupler, "check", none_found)
    files.write(flip_gate(schedule, "predictor", gate))
    done = cli(files.schedule, files.circuit, "--certificate", evidence)
    assert done.code == 1, done
    assert "output laws: different" in done.out
    assert "(checked by the kernel)" in done.out
    assert json.loads(evidence.read_text())["kind"] == "law"
    assert run("replay", evidence).code == 0
    # The same engine, and a schedule that is right: the laws are listed and equal.
    files.write(schedule)
    done = cli(files.schedule, files.circuit, "--certificate", evidence)
    assert done.code == 0, done
    assert "SAME LAW, for all data; seed for seed: no coupling found" in done.out
    assert json.loads(evidence.read_text())["kind"] == "same-law"
    assert run("replay", evidence).code == 0


def test_masks_that_are_not_preserved_are_a_refutation(tmp_path: Path, cli: Cli, run: Cli) -> None:
    """Of all flips there are some that no run shows, and that break the predictor's definition."""
    files, evidence = Files(tmp_path, "parity-chain", 3), tmp_path / "evidence.json"
    schedule = files.built.schedule
    kinds: list[str] = []
    for index in range(len(schedule.predictor.gates)):
        files.write(flip_gate(schedule, "predictor", index))
        done = cli(files.schedule, files.circuit, "--certificate", evidence)
        if "masks preserved: REFUTED" in done.out:
            assert done.code == 1
            kinds.append(json.loads(evidence.read_text())["kind"])
            assert run("replay", evidence).code == 0
    assert "broken-mask" in kinds


def test_an_engine_that_lies_is_exit_4(
    files: Files, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One road affirms what the kernel has refuted: nobody is believed."""
    schedule = flip_gate(files.built.schedule, "predictor", 40)
    files.write(schedule)
    honest = equivalent(schedule, files.loaded)
    good = equivalent(files.built.schedule, files.loaded, plan=files.proposed)
    assert [honest.simulates.value, good.simulates.value] == ["REFUTED", "PROVED"]
    both = replace(honest, roads=(good.roads[0], *honest.roads))

    def liar(*_: object, **__: object) -> Equivalence:
        return both

    monkeypatch.setattr(verifying, "equivalent", liar)
    done = cli(files.schedule, files.circuit)
    assert done.code == 4, done
    assert "the roads contradict each other" in done.out


# --- what cannot be read -------------------------------------------------------------------


def test_names_that_do_not_fit_are_bad_input(files: Files, cli: Cli) -> None:
    written, other = files.folder / "written", files.folder / "other.json"
    text = files.circuit.read_text()
    for old, new, what in (
        ('"name": "s0"', '"name": "sum"', "outputs (expected equal names; s0, sum only on one "),
        ('"kind": "random"', '"kind": "data"', "data inputs (expected equal names; "),
    ):
        assert old in text
        other.write_text(text.replace(old, new, 1))
        for more in ((), ("--plan", files.plan, "--roads", "first", "--certificate", written)):
            done = cli(files.schedule, other, *more, "--json", written.with_suffix(".json"))
            assert done.code == 2, done
            said = f"{files.schedule}: schedule and circuit do not have the same {what}"
            assert complaint(done).startswith(said)
    assert not list(files.folder.glob("written*"))


def malformed_plans(files: Files) -> list[tuple[str, str]]:
    good, simulation = json.loads(files.plan.read_text()), samples()["simulation"]
    evidence = json.loads(simulation)
    here, inside = f"{files.plan}:", f"{files.plan}: certificate:"
    return [
        ("", f"{here}1: Expecting value"),
        ("[]", f"{here}1: the text is an array"),
        ("{}", f"{here}1: no key"),
        (json.dumps({**good, "version": 2}), f"{here}1: version is 2"),
        (json.dumps({**good, "writes": 7}), f"{here}1: writes is 7"),
        (json.dumps({**good, "foreign": 7}), f'{here}1: unknown key "foreign"'),
        (json.dumps({**good, "coins": [[1, 2]]}), f"{here}1: coins[0] is an array"),
        (json.dumps({**good, "writes": [[[0, 0.5]]]}), f"{here}1: the number 0.5"),
        (samples()["wrong-run"], f"{here}4: the kind 'wrong-run' (expected evidence of the kind"),
        (json.dumps({**evidence, "version": 2}), f"{here}1: another format"),
        (json.dumps({**evidence, "certificate": {}}), f"{here}1: certificate is an object"),
        (json.dumps({**evidence, "certificate": "{}"}), f"{inside}1: no key"),
        (json.dumps({k: v for k, v in evidence.items() if k != "certificate"}), f"{here}1: no c"),
        (100_000 * "[", f"{here}1: values are nested too deeply"),
    ]  # fmt: skip


def test_malformed_plans_are_one_line_and_nothing_is_written(files: Files, cli: Cli) -> None:
    written = files.folder / "written"
    for text, said in malformed_plans(files):
        files.plan.write_text(text)
        done = cli(files.schedule, files.circuit, "--plan", files.plan, "--json", written)
        assert done.code == 2, done
        assert complaint(done).startswith(said), (said, done)
        assert not written.exists()
        with pytest.raises(MalformedSyntax):
            load_plan(files.plan)


def test_other_malformed_files(files: Files, cli: Cli) -> None:
    good, no_text = files.schedule.read_text(), files.folder / "bytes.json"
    no_text.write_bytes(good.encode().replace(b"\n", b"\n\xff", 1))
    missing, folder = files.folder / "missing.json", files.folder / "folder.json"
    folder.mkdir()
    cases: list[tuple[Path, Path, Path | None, str]] = [
        (files.circuit, files.circuit, None, 'circuit.json:1: the format is "dlmcheck-circuit"'),
        (files.schedule, files.schedule, None, 'schedule.json:1: the format is "dlmcheck-s'),
        (missing, files.circuit, None, "missing.json: cannot be read: No such file"),
        (files.schedule, missing, None, "missing.json: cannot be read: No such file"),
        (files.schedule, files.circuit, missing, "missing.json: cannot be read: No such file"),
        (folder, files.circuit, None, "folder.json: cannot be read: Is a directory"),
        (files.schedule, files.folder / "x.blif", None, "x.blif: the suffix '.blif'"),
        (no_text, files.circuit, None, "bytes.json:2: byte 0xff (expected UTF-8 text)"),
        (files.schedule, no_text, None, "bytes.json:2: byte 0xff (expected UTF-8 text)"),
        (files.schedule, files.circuit, no_text, "bytes.json:2: byte 0xff (expected UTF-8 text)"),
    ]
    for schedule, circuit, plan, said in cases:
        done = cli(schedule, circuit, *(() if plan is None else ("--plan", plan)))
        assert done.code == 2, done
        assert complaint(done).startswith(f"{files.folder}/{said}"), done
    files.schedule.write_text(good.replace('"rounds": 6', '"rounds": -6'))
    assert f"{files.schedule}:4: rounds is -6" in complaint(cli(files.schedule, files.circuit))


def test_what_is_read_is_not_written_over(files: Files, cli: Cli) -> None:
    (files.folder / "folder").mkdir()
    for path in (files.schedule, files.circuit, files.plan):
        before = path.read_bytes()
        other = files.folder / "folder" / ".." / path.name
        for option in ("--json", "--certificate"):
            done = cli(files.schedule, files.circuit, "--plan", files.plan, option, other)
            assert done.code == 2, done
            assert "is read (expected other files)" in complaint(done)
            assert path.read_bytes() == before


def test_usage(files: Files, cli: Cli) -> None:
    for arguments, said in (
        ((files.schedule,), "Missing argument 'CIRCUIT'"),
        ((files.schedule, files.circuit, files.plan), "unexpected extra argument"),
        (
            (files.schedule, files.circuit, "--roads", "second"),
            "--roads: 'second' (expected all or",
        ),
        ((files.schedule, files.circuit, "--timeout", "0"), "--timeout: '0'"),
        ((files.schedule, files.circuit, "--memory", "much"), "--memory: 'much'"),
        ((files.schedule, files.circuit, "--json", files.folder), "is a folder"),
        ((files.schedule, files.circuit, "--edits", "remask"), "No such option"),
    ):
        done = cli(*arguments)
        assert done.code == 2, done
        assert said in complaint(done)


# --- limits, interruption, bytes -----------------------------------------------------------


def slow(*_: object, **__: object) -> None:
    time.sleep(600)


def greedy(*_: object, **__: object) -> None:
    bytearray(400 << 20)
    raise AssertionError("there was enough memory")


@pytest.mark.parametrize("place", ["reading", "checking"])
@pytest.mark.parametrize(
    ("does", "limit", "said"),
    [
        (slow, ("--timeout", "0.5"), "timeout: 0.5 s"),
        (greedy, ("--memory", "256M"), "out of memory: memory limit reached"),
    ],
)
def test_limits_hold_for_all_of_the_work(
    files: Files, cli: Cli, monkeypatch: pytest.MonkeyPatch, place: str, does: object,
    limit: tuple[str, str], said: str,
) -> None:  # fmt: skip
    report, evidence = files.folder / "report.json", files.folder / "evidence.json"
    if place == "reading":
        monkeypatch.setattr(equivalent_command, "schedule_from_json", does)
    else:
        monkeypatch.setattr(verifying, "equivalent", does)
    done = cli(files.schedule, files.circuit, *limit, "--json", report, "--certificate", evidence)
    assert done.code == 3, done
    assert "  UNKNOWN\n" in done.out
    assert said in done.out
    assert ("6 random inputs" in done.out) == (place == "checking")
    assert f"{evidence} is not written: the kernel has checked no evidence" in done.err
    assert not evidence.exists()
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("equivalent-1"))
    assert (raw["answer"], raw["exit_code"], raw["equivalence"]) == ("UNKNOWN", 3, None)
    assert (raw["circuit"]["read"] is None) == (place == "reading")


def test_a_check_that_breaks_is_exit_4(
    files: Files, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(verifying, "equivalent", broken)
    done = cli(files.schedule, files.circuit)
    assert done.code == 4, done
    assert "  ERROR\n" in done.out
    assert "RuntimeError: broken" in done.out


def test_130_interrupted(files: Files) -> None:
    """The schedule comes through a pipe that nobody writes to."""
    pipe, report = files.folder / "pipe.json", files.folder / "report.json"
    os.mkfifo(pipe)
    process = start("equivalent", pipe, files.circuit, "--json", report)
    # The task is there once it has opened the pipe.
    with pipe.open("w"):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130, (out, err)
    assert "interrupted" in out
    assert json.loads(report.read_text())["exit_code"] == 130


def test_two_runs_give_the_same_bytes_and_times_come_on_request(files: Files, cli: Cli) -> None:
    names = [files.folder / "evidence", files.folder / "report"]
    asked = ("--certificate", names[0], "--json", names[1])
    planned = ("--plan", files.plan)
    found: list[tuple[str, ...]] = []
    for schedule in (files.built.schedule, flip_gate(files.built.schedule, "predictor", 40)):
        files.write(schedule)
        for plan in ((), planned):
            for _ in range(2):
                done = outside("equivalent", files.schedule, files.circuit, *plan, *asked)
                found.append((done.out, *(name.read_text() for name in names)))
            assert found[-1] == found[-2]
    assert len({out for out, *_ in found}) == 4
    plain = json.loads(found[-1][2])
    done = cli(files.schedule, files.circuit, *planned, "--times", "--json", names[1])
    timed = json.loads(names[1].read_text())
    jsonschema.validate(timed, schema("equivalent-1"))
    tasks = ["equivalent", "kernel"] if cores() > 1 else ["equivalent"]
    assert sorted(timed.pop("times")) == tasks
    assert timed == plain
    assert [line.split(" MB  ")[1] for line in done.err.splitlines() if " MB  " in line] == tasks


def test_what_was_read_is_not_written_anew(
    files: Files, cli: Cli, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schedule with blanks of its own stands in the evidence as it was given."""

    def never(_: object) -> str:
        raise AssertionError("written anew")

    evidence = files.folder / "evidence.json"
    files.schedule.write_text(files.schedule.read_text() + "  \r\n \n", newline="")
    files.plan.write_text(files.plan.read_text() + "\n\n")
    for name in ("schedule_to_json", "circuit_to_json"):
        monkeypatch.setattr(equivalence_files, name, never)
    done = cli(files.schedule, files.circuit, "--plan", files.plan, "--certificate", evidence)
    assert done.code == 0, done
    raw = json.loads(evidence.read_text())
    for key, path in (
        ("schedule", files.schedule),
        ("circuit", files.circuit),
        ("certificate", files.plan),
    ):
        assert raw[key].encode() == path.read_bytes()
    assert run("cert", evidence).code == 0


def test_the_schema_says_of_answers_what_that_of_compile_says() -> None:
    compiled, alone = schema("compile-1"), schema("equivalent-1")
    part: dict[str, Any] = compiled["properties"]["circuits"]["items"]["properties"]
    for name in ("equivalence", "problem", "exit_code", "times"):
        assert alone["properties"][name] == part[name]
    assert alone["properties"]["answer"]["enum"] == part["answer"]["enum"][:-1]
    for name, one in alone["$defs"].items():
        assert one == compiled["$defs"][name]
