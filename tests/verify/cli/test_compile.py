"""`dlmcheck compile`: figures, answers, files, limits, and a flipped gate found and replayed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import load_circuit, write_circuit
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Op, assignment, evaluate
from dlmcheck.spec.schedule import Schedule, start_state
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.spec.trace import output_of, run_on_coins
from dlmcheck.verify.api import compile_write_once, equivalent
from dlmcheck.verify.cli import compile_tasks, verifying
from dlmcheck.verify.compilation import Choices, construction
from dlmcheck.verify.engines import coupling
from dlmcheck.verify.engines.coupling import (
    CouplingResult,
    CouplingVerdict,
    Refutes,
)
from dlmcheck.verify.engines.wrong import SeedWitness
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import ROOT, Result, complaint, here, outside

EPFL = ROOT.parent / "shared" / "data" / "epfl"
needs_epfl = pytest.mark.skipif(
    not EPFL.is_dir(), reason="the EPFL circuits are not there (../shared/data/epfl)"
)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    return lambda *arguments: here(capsys, *arguments)


def family(folder: Path, name: str, size: int, suffix: str = "json") -> Path:
    path = folder / f"{name}-{size}.{suffix}"
    write_circuit(FAMILIES[name](size), path)
    return path


# --- answers -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("suffix", ["aag", "aig", "bench", "json"])
def test_every_family_in_every_format_is_equivalent(
    tmp_path: Path, cli: Callable[..., Result], name: str, suffix: str
) -> None:
    path = family(tmp_path, name, max(4, FAMILIES[name].least), suffix)
    done = cli("compile", path, "--random", "all", "--verify")
    assert done.code == 0, done
    assert "EQUIVALENT, seed for seed, for all data" in done.out
    assert "PROVED [cut points, replayed by the kernel; checked by the kernel]" in done.out
    assert "PROVED [symbolic unrolling and coupling; trusted]" in done.out
    assert "masks preserved: PROVED" in done.out


@pytest.mark.parametrize("layer_0", ["sampled", "free", "private"])
@pytest.mark.parametrize("frontier", ["arguments", "block-shift", "token-shift"])
def test_every_reading_and_frontier(
    tmp_path: Path, cli: Callable[..., Result], layer_0: str, frontier: str
) -> None:
    path = family(tmp_path, "parity-tree", 5)
    path.write_text(path.read_text().replace('"random"', '"data"'))
    done = cli(
        "compile", path, "--random", "x1", "--random", "x3", "--verify",
        "--layer-0", layer_0, "--frontier", frontier,
    )  # fmt: skip
    assert done.code == 0, done
    assert "3 data inputs, 2 random inputs, 1 outputs" in done.out
    assert f"layer 0 {layer_0}; frontier {frontier}" in done.out


@pytest.mark.parametrize("edits", ["remask", "revise"])
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_by_the_constructions_that_work_in_layers(
    tmp_path: Path, cli: Callable[..., Result], name: str, edits: str
) -> None:
    path, evidence = family(tmp_path, name, max(2, FAMILIES[name].least)), tmp_path / "evidence"
    done = cli(
        "compile", path, "--random", "all", "--verify", "--edits", edits,
        "--certificate", evidence,
    )  # fmt: skip
    assert done.code == 0, done
    assert "PROVED [cut points, replayed by the kernel; checked by the kernel]" in done.out
    assert ("masks preserved: PROVED" in done.out) == (edits == "remask")
    assert ("  G   " in done.out) == (edits == "remask")
    assert cli("replay", evidence).code == 0


@pytest.mark.parametrize("part", ["predictor", "unmask", "remask"])
def test_a_flipped_gate_of_a_remasking_schedule(
    tmp_path: Path, cli: Callable[..., Result], part: str
) -> None:
    path, evidence = family(tmp_path, "comparator", 2), tmp_path / "evidence"
    codes: list[int] = []
    for index in range(0, 12, 3):
        done = cli(
            "compile", path, "--verify", "--edits", "remask", "--flip", f"{part}:{index}",
            "--certificate", evidence,
        )  # fmt: skip
        codes.append(done.code)
        if evidence.exists():
            assert cli("replay", evidence).code == 0
            evidence.unlink()
    assert set(codes) <= {0, 1, 3}
    assert 1 in codes


def test_what_only_write_once_schedules_have_is_refused_for_others(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    path = family(tmp_path, "parity-chain", 3)
    for choice in (("--layer-0", "free"), ("--frontier", "token-shift")):
        done = cli("compile", path, "--edits", "revise", *choice)
        assert done.code == 2, done
        assert "a choice that only write-once schedules have" in done.err.splitlines()[-1]


def test_the_figures_are_those_of_the_schedule(tmp_path: Path, cli: Callable[..., Result]) -> None:
    path, output = family(tmp_path, "ripple-adder", 3), tmp_path / "schedule.json"
    report = tmp_path / "report.json"
    done = cli("compile", path, "--random", "all", "-o", output, "--json", report)
    assert done.code == 0, done
    assert "EQUIVALENT" not in done.out  # nothing was verified, so nothing is said
    schedule = schedule_from_json(output.read_text())
    assert f"length L   {schedule.length} cells" in done.out
    assert f"rounds D   {schedule.rounds}\n" in done.out
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("compile-1"))
    (one,) = raw["circuits"]
    assert one["answer"] is None
    figures = one["figures"]
    assert figures["nodes_after"] == figures["length"] == schedule.length
    added = sum(entry["count"] for entry in figures["added"])
    assert figures["nodes_before"] + added - figures["dropped"] == figures["nodes_after"]
    assert figures["parts"]["unmask"]["size"] == schedule.unmask.node_count


def test_added_nodes_are_named_with_their_reason(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    path = tmp_path / "mixed.bench"
    path.write_text(
        "INPUT(a)\nINPUT(b)\nOUTPUT(x)\nOUTPUT(a)\nOUTPUT(y)\nOUTPUT(z)\n"
        "x = AND(a, b)\ny = NOT(x)\nz = BUFF(x)\nunused = OR(a, b)\n"
    )
    done = cli("compile", path, "--random", "all", "--verify")
    assert done.code == 0, done
    (line,) = [line for line in done.out.splitlines() if "nodes N" in line]
    assert "1 ID (input)" in line
    assert line.endswith("dropped 1")


def test_several_circuits_and_the_worst_of_their_codes(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    first, second = family(tmp_path, "parity-chain", 3), family(tmp_path, "comparator", 2)
    done = cli("compile", first, second, first, "--random", "all", "--verify", "-j", "2")
    assert done.code == 0, done
    assert [line for line in done.out.splitlines() if line.startswith(str(tmp_path))] == [
        str(first), str(second), str(first)
    ]  # fmt: skip
    assert done.out.count("EQUIVALENT") == 3


def test_the_largest_is_begun_first_and_what_is_printed_stays_in_order(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    small, large = family(tmp_path, "parity-chain", 3), family(tmp_path, "parity-chain", 30)
    done = cli("compile", small, large, "--random", "all", "--verify", "--times", "-j", "1")
    begun = [line.split(": ")[0] for line in done.err.splitlines() if ": done," in line]
    assert begun == [
        f"2 compile {large} (write-once)", f"2 verify {large} (write-once)",
        f"1 compile {small} (write-once)", f"1 verify {small} (write-once)",
    ]  # fmt: skip
    assert done.out.index(str(small)) < done.out.index(str(large))
    timed = [line.split(" MB  ")[1] for line in done.err.splitlines() if " MB  " in line]
    assert [line.split()[0] for line in timed] == ["1", "2", "1", "2"]


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    path = family(tmp_path, "sorting-network", 4)
    found: list[tuple[str, ...]] = []
    for flip in ((), ("--flip", "predictor:7")):
        for _ in range(2):
            files = [tmp_path / "schedule", tmp_path / "evidence", tmp_path / "report"]
            done = outside(
                "compile", path, "--random", "all", "--verify", *flip,
                "-o", files[0], "--certificate", files[1], "--json", files[2],
            )  # fmt: skip
            assert done.code == (1 if flip else 0), done
            found.append((done.out, *(file.read_text() for file in files)))
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert found[0] != found[2]


def test_the_verifier_reads_the_serialised_schedule(
    tmp_path: Path, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in what is written is found, though the compiler's object is right."""
    path = family(tmp_path, "parity-chain", 3)

    def one_round_less(schedule: Schedule) -> str:
        raw = json.loads(schedule_to_json(schedule))
        raw["rounds"] -= 1
        return json.dumps(raw)

    monkeypatch.setattr(compile_tasks, "schedule_to_json", one_round_less)
    assert cli("compile", path, "--random", "all", "--verify").code == 1


# --- a flipped gate ------------------------------------------------------------------------


def flips(path: Path, part: str) -> range:
    schedule = compile_write_once(load_circuit(path, ["all"])).schedule
    return range(len((schedule.predictor if part == "predictor" else schedule.unmask).gates))


@pytest.mark.parametrize("part", ["predictor", "unmask"])
def test_every_flip_is_refuted_or_shown_harmless_and_replays(
    tmp_path: Path, cli: Callable[..., Result], part: str
) -> None:
    path = family(tmp_path, "parity-chain", 3)
    evidence, report = tmp_path / "evidence.json", tmp_path / "report.json"
    circuit = load_circuit(path, ["all"])
    refuted = same_law = 0
    for index in flips(path, part):
        done = cli(
            "compile", path, "--random", "all", "--verify", "-j", "1",
            "--flip", f"{part}:{index}", "--certificate", evidence, "--json", report,
        )  # fmt: skip
        raw = json.loads(report.read_text())
        jsonschema.validate(raw, schema("compile-1"))
        found = raw["circuits"][0]["equivalence"]
        assert done.code == raw["exit_code"]
        assert done.code in (0, 1), done
        if done.code == 1:
            assert "REFUTED" in (found["simulates"], found["preserves_masks"])
            refuted += 1
        else:
            assert found["same_law"] == "PROVED"
            assert found["preserves_masks"] == "PROVED"
            flipped = flip_gate(compile_write_once(circuit).schedule, part, index)
            assert difference(flipped, circuit) is None
        if raw["circuits"][0]["answer"] == "SAME LAW":
            assert "SAME LAW, for all data; seed for seed: " in done.out
            assert "NOT EQUIVALENT" not in done.out
            if done.code == 0:  # if a mask is broken, that is in the file
                assert json.loads(evidence.read_text())["kind"] == "same-law"
                same_law += 1
        replayed = cli("replay", evidence)
        assert replayed.code == 0, (index, done, replayed)
        assert ("the refutation replays" in replayed.out) == (done.code == 1)
        jsonschema.validate(json.loads(evidence.read_text()), schema("evidence-1"))
        evidence.unlink()
    assert refuted >= len(flips(path, part)) // 2
    assert same_law


def test_two_laws_without_a_wrong_run_are_evidence_that_replays(
    tmp_path: Path, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No coupling is found; the laws differ, and the kernel has listed them."""
    path, evidence = family(tmp_path, "comparator", 2), tmp_path / "evidence.json"
    report = tmp_path / "report.json"

    def none_found(*_: object, **__: object) -> CouplingResult:
        return CouplingResult(CouplingVerdict.UNKNOWN, "none found")

    monkeypatch.setattr(coupling.Coupler, "check", none_found)
    ops = [
        gate.op for gate in compile_write_once(load_circuit(path, ["all"])).schedule.predictor.gates
    ]
    done = cli(
        "compile", path, "--random", "all", "--verify", "-j", "1",
        "--flip", f"predictor:{ops.index(Op.AND)}", "--certificate", evidence, "--json", report,
    )  # fmt: skip
    assert done.code == 1, done
    assert "(checked by the kernel)" in done.out
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("compile-1"))
    assert raw["circuits"][0]["equivalence"]["wrong_run"] is None
    saved = json.loads(evidence.read_text())
    jsonschema.validate(saved, schema("evidence-1"))
    assert saved["kind"] == "law"
    assert json.loads(saved["witness"]) == raw["circuits"][0]["equivalence"]["law_witness"]
    assert cli("replay", evidence).code == 0
    forged = json.loads(saved["witness"]) | {"by_run": "1/3"}
    evidence.write_text(json.dumps(saved | {"witness": json.dumps(forged)}))
    assert cli("replay", evidence).code == 4


def test_the_witness_is_a_wrong_run_by_the_specification(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    """What is printed is run again here, by the specification alone."""
    path = family(tmp_path, "comparator", 2)
    path.write_text(path.read_text().replace('"random"', '"data"'))
    schedule_file, report = tmp_path / "schedule.json", tmp_path / "report.json"
    gate = len(flips(path, "predictor")) - 8
    done = cli(
        "compile", path, "--random", "b*", "--verify", "--flip", f"predictor:{gate}",
        "-o", schedule_file, "--json", report,
    )  # fmt: skip
    assert done.code == 1, done
    circuit = load_circuit(path, ["b*"])
    schedule = schedule_from_json(schedule_file.read_text())
    (one,) = json.loads(report.read_text())["circuits"]
    run = one["equivalence"]["wrong_run"]
    label: str = schedule.labels[int(run["cell"])]
    assert f"first wrong: round {run['round']}, cell {run['cell']} ({label})" in done.out
    assert "data bits that are 1: " in done.out
    assert "coins that are 1: " in done.out
    assert "output laws: different" in done.out
    assert wrong_outputs(schedule, circuit, run)


def wrong_outputs(schedule: Schedule, circuit: Circuit, run: dict[str, Any]) -> list[str]:
    """The outputs that differ on a printed seed. Round 1 coin j stands for random input j."""
    ones = {(coin["part"], coin["round"], coin["index"]) for coin in run["coins"]}
    data = [bit == "1" for bit in run["data"]]
    steps = run_on_coins(schedule, data, [], lambda part, t, j: (part, t, j) in ones)
    found = output_of(schedule, steps, start_state(schedule, data, []))
    seed = [("predictor", 1, j) in ones for j in range(len(circuit.random_inputs))]
    wanted = evaluate(circuit, assignment(circuit, data, seed))
    return [
        name
        for name, token, bit in zip(circuit.output_names, found, wanted, strict=True)
        if token != int(bit)
    ]


def test_canary_the_printed_run_is_right_on_the_schedule_that_was_not_flipped(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    path, report = family(tmp_path, "parity-chain", 3), tmp_path / "report.json"
    circuit = load_circuit(path, ["all"])
    runs = 0
    for index in flips(path, "unmask"):
        cli(
            "compile", path, "--random", "all", "--verify", "--flip", f"unmask:{index}",
            "--json", report,
        )  # fmt: skip
        (one,) = json.loads(report.read_text())["circuits"]
        run = one["equivalence"]["wrong_run"]
        if run is not None:
            runs += 1
            assert wrong_outputs(compile_write_once(circuit).schedule, circuit, run) == []
    assert runs


@pytest.mark.parametrize(
    ("flip", "message"),
    [
        ("predictor", "PART:INDEX"),
        ("predictor:x", "PART:INDEX"),
        ("predictor:-1", "PART:INDEX"),
        ("policy:1", "predictor, unmask, remask"),
        ("predictor:100000", "no gate 100000 in the predictor circuit"),
        ("remask:0", "no circuit 'remask'"),
    ],
)
def test_what_cannot_be_flipped(
    tmp_path: Path, cli: Callable[..., Result], flip: str, message: str
) -> None:
    path, output = family(tmp_path, "parity-chain", 3), tmp_path / "schedule.json"
    done = cli("compile", path, "--verify", "--flip", flip, "-o", output)
    assert done.code == 2, done
    assert done.out == ""
    assert message in done.err.splitlines()[-1]
    assert not output.exists()


# --- limits --------------------------------------------------------------------------------


def slow(*_: object, **__: object) -> None:
    time.sleep(600)


def greedy(*_: object, **__: object) -> None:
    bytearray(400 << 20)
    raise AssertionError("there was enough memory")


@pytest.fixture(
    params=[
        (verifying, "equivalent", "1"),
        (compile_tasks, "kernel_roads", "2"),
        (compile_tasks, "unrolled", "2"),
    ]
)
def in_place_of_anybody(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[..., object]], str]:
    """Puts something in the place of whoever verifies; gives the number of workers for that.

    There is one task, or there are two where there is a worker to spare.
    """
    module, name, workers = request.param

    def put(other: Callable[..., object]) -> str:
        monkeypatch.setattr(module, name, other)
        return str(workers)

    return put


def test_a_timeout_is_unknown_and_keeps_the_figures(
    tmp_path: Path,
    cli: Callable[..., Result],
    in_place_of_anybody: Callable[[Callable[..., object]], str],
) -> None:
    path = family(tmp_path, "parity-chain", 3)
    report = tmp_path / "report.json"
    workers = in_place_of_anybody(slow)
    done = cli("compile", path, "--verify", "--timeout", "0.5", "--json", report, "-j", workers)
    assert done.code == 3, done
    assert "  UNKNOWN\n" in done.out
    assert "timeout: 0.5 s" in done.out
    assert "rounds D   " in done.out
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("compile-1"))
    assert raw["circuits"][0]["answer"] == "UNKNOWN"


def test_all_edit_models_in_one_command(tmp_path: Path, cli: Callable[..., Result]) -> None:
    """Two circuits, three models each; times and memory of the twelve tasks on request."""
    paths = [family(tmp_path, "ripple-adder", 3), family(tmp_path, "parity-tree", 5)]
    report = tmp_path / "report.json"
    asked = ("compile", *paths, "--random", "all", "--verify", "--json", report)
    done = cli(*asked, "--edits", "all", "--times", "-j", "6")
    assert done.code == 0, done
    assert done.out.count("EQUIVALENT, seed for seed, for all data") == 6
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("compile-1"))
    models = ["write-once", "remask", "revise"]
    assert [one["edits"] for one in raw["circuits"]] == models * 2
    assert raw["options"]["edits"] == ",".join(models)
    for one in raw["circuits"]:
        assert set(one["times"]) == {"compile", "verify"}  # no worker to spare
        # A process that runs this package holds some megabytes, and not all that there are.
        assert all(1 << 20 < task["peak_bytes"] < 1 << 36 for task in one["times"].values())
    assert done.err.count(" MB  ") == 12
    plain = cli(*asked, "--edits", "revise", "--edits", "remask", "--edits", "revise")
    assert plain.out.count("EQUIVALENT, seed for seed, for all data") == 4
    raw = json.loads(report.read_text())
    assert [one["edits"] for one in raw["circuits"]] == ["revise", "remask"] * 2
    assert not any("times" in one for one in raw["circuits"])


def test_the_first_road_that_decides_is_enough_if_that_is_wanted(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    path, report = family(tmp_path, "parity-tree", 5), tmp_path / "report.json"
    asked = ("compile", path, "--random", "all", "--verify", "--json", report)
    done = cli(*asked, "--roads", "first")
    assert done.code == 0, done
    assert "cut points, replayed by the kernel" in done.out
    assert "symbolic unrolling" not in done.out
    raw = json.loads(report.read_text())
    jsonschema.validate(raw, schema("compile-1"))
    assert raw["options"]["roads"] == "first"
    # Where the first does not decide, the next is asked.
    changed = cli(*asked, "--roads", "first", "--flip", "unmask:1")
    assert "UNKNOWN [cut points, replayed by the kernel]: certificate rejected" in changed.out
    assert "REFUTED [symbolic unrolling and coupling; checked by the kernel]" in changed.out
    assert cli(*asked, "--roads", "none").code == 2


def test_several_edit_models_do_not_go_into_one_file(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    path, output = family(tmp_path, "parity-chain", 3), tmp_path / "schedule.json"
    done = cli("compile", path, "--edits", "all", "--output", output)
    assert done.code == 2
    assert "3 schedules for one file" in done.err
    assert not output.exists()


def test_running_out_of_memory_is_unknown(
    tmp_path: Path,
    cli: Callable[..., Result],
    in_place_of_anybody: Callable[[Callable[..., object]], str],
) -> None:
    path = family(tmp_path, "parity-chain", 3)
    workers = in_place_of_anybody(greedy)
    done = cli("compile", path, "--verify", "--memory", "256M", "-j", workers)
    assert done.code == 3, done
    assert "out of memory" in done.out


def test_a_verifier_that_breaks_is_exit_4(
    tmp_path: Path,
    cli: Callable[..., Result],
    in_place_of_anybody: Callable[[Callable[..., object]], str],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    workers = in_place_of_anybody(broken)
    done = cli("compile", family(tmp_path, "parity-chain", 3), "--verify", "-j", workers)
    assert done.code == 4, done
    assert "  ERROR\n" in done.out
    assert "RuntimeError: broken" in done.out


def test_an_engine_that_lies_is_exit_4(
    tmp_path: Path, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that presents a wrong run that is none: the kernel replays it and rejects."""
    check = coupling.Coupler.check

    def liar(self: coupling.Coupler, **options: Any) -> CouplingResult:
        honest = check(self, **options)
        data = (False,) * len(self.schedule.data_cells)
        return replace(
            honest,
            verdict=CouplingVerdict.REFUTED,
            refutes=Refutes.COUPLING,
            witness=SeedWitness(data, (), 1, 0, None, "y", 1, 0),
        )

    monkeypatch.setattr(coupling.Coupler, "check", liar)
    done = cli("compile", family(tmp_path, "parity-chain", 3), "--random", "all", "--verify")
    assert done.code == 4, done
    assert "ERROR [symbolic unrolling and coupling]: rejected: nothing goes wrong" in done.out


# --- usage ---------------------------------------------------------------------------------


def test_usage_errors_write_nothing(tmp_path: Path, cli: Callable[..., Result]) -> None:
    path, target = family(tmp_path, "parity-chain", 3), tmp_path / "target"
    for arguments, message in (
        (("--edits", "overwrite"), "'overwrite' (expected write-once, remask, revise or all)"),
        (("--layer-0", "bought"), "--layer-0: 'bought' (expected sampled, free, private)"),
        (("--frontier", "far"), "(expected arguments, block-shift, token-shift)"),
        (("--certificate", target), "--certificate: nothing is verified (expected --verify)"),
        ((path, "-o", target), "2 schedules for one file"),
        (("-o", tmp_path / "no" / "file"), "the folder does not exist"),
        (("--random", "q*"), "no input matches the pattern 'q*'"),
    ):
        done = cli("compile", path, *arguments)
        assert done.code == 2, done
        assert message in complaint(done)
        assert not target.exists()


def test_a_private_bit_that_is_shared_is_bad_input(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    path, target = family(tmp_path, "comparator", 2), tmp_path / "target"
    done = cli("compile", path, "--random", "all", "--layer-0", "private", "-o", target)
    assert done.code == 2, done
    assert done.out == ""
    assert "is read by" in done.err.splitlines()[-1]
    assert not target.exists()


def test_no_certificate_without_something_that_the_kernel_checked(
    tmp_path: Path, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "evidence.json"
    monkeypatch.setattr(verifying, "equivalent", slow)
    done = cli(
        "compile", family(tmp_path, "parity-chain", 3), "--verify", "--timeout", "0.5", "-j", "1",
        "--certificate", target,
    )  # fmt: skip
    assert done.code == 3
    assert "is not written" in done.err
    assert not target.exists()


# --- the library, and real circuits --------------------------------------------------------


def test_the_library_says_the_same(tmp_path: Path) -> None:
    path = family(tmp_path, "parity-chain", 3)
    circuit = load_circuit(path, ["all"])
    found = equivalent(compile_write_once(circuit).schedule, circuit)
    assert found.simulates.value == found.same_law.value == "PROVED"


@needs_epfl
@pytest.mark.parametrize("name", ["ctrl", "int2float", "router", "dec"])
def test_real_circuits(cli: Callable[..., Result], name: str) -> None:
    done = cli("compile", EPFL / f"{name}.aig", "--random", "all", "--verify")
    assert done.code == 0, done
    assert "EQUIVALENT, seed for seed, for all data" in done.out
    assert "p          depth 3, fan-in 2" in done.out


@needs_epfl
def test_a_flipped_gate_of_a_real_circuit_is_found(
    tmp_path: Path, cli: Callable[..., Result]
) -> None:
    evidence = tmp_path / "evidence.json"
    done = cli(
        "compile", EPFL / "ctrl.aig", "--random", "all", "--verify",
        "--flip", "predictor:100", "--certificate", evidence,
    )  # fmt: skip
    assert done.code == 1, done
    assert "a wrong run, minimised and replayed by the kernel:" in done.out
    assert cli("replay", evidence).code == 0


def test_evidence_is_that_of_the_road_that_was_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the plan is rejected and merged nodes show equality, the file has the merges."""
    builder = Builder.with_names(data=["a"], random=["b", "c"])
    asked = builder.build([builder.and_(0, builder.or_(1, 2))])
    builder = Builder.with_names(data=["a"], random=["b", "c"])
    written = builder.build([builder.or_(builder.and_(0, 1), builder.and_(0, 2))])

    def another(edits: str) -> Callable[[Circuit, Choices], object]:
        return lambda _, chosen: construction(edits)(written, chosen)

    monkeypatch.setattr(compile_tasks, "construction", another)
    write_circuit(asked, tmp_path / "circuit.json")
    path = tmp_path / "evidence.json"
    done = here(capsys, "compile", tmp_path / "circuit.json", "--verify", "--certificate", path)
    assert done.code == 0, done
    assert "certificate rejected" in done.out
    assert json.loads(path.read_text())["kind"] == "merged-simulation"
    assert here(capsys, "cert", path).code == 0
