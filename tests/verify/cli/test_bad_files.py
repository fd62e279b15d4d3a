"""Malformed circuits and evidence through the command line: exit 2, one line, nothing written.

The reasons themselves are tested beside the readers (`tests/model/formats/test_malformed.py`);
here a representative of each goes the whole way, together with a good file and all options that
write something.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import write_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.serial import circuit_to_json
from tests.model.formats.test_malformed import AAG, AIG, BENCH, FORMATS, JSON, Case
from tests.verify.cli.planted import registry
from tests.verify.cli.running import PLANTED, Result, complaint, here, outside
from tests.verify.sample_certificates import samples

CHOSEN = [
    pytest.param(suffix, case, id=f"{suffix}: {case.name}")
    for suffix, cases in (("aag", AAG), ("aig", AIG), ("bench", BENCH), ("json", JSON))
    for case in cases[::2]
]


def test_there_are_enough_of_them_and_of_every_kind() -> None:
    cases = [*AAG[::2], *AIG[::2], *BENCH[::2], *JSON[::2]]
    assert len(cases) == len(CHOSEN) >= 25
    assert {case.error.__name__ for case in cases} == {
        "MalformedSyntax",
        "UnsupportedFeature",
        "SequentialCircuit",
        "CyclicCircuit",
        "UndefinedSignal",
        "DuplicateSignal",
        "BadCircuit",
    }


@pytest.mark.parametrize(("suffix", "case"), CHOSEN)
def test_a_malformed_circuit_is_exit_2_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, case: Case
) -> None:
    good = FORMATS[suffix][0]
    assert case.old in good
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(good.replace(case.old, case.new, 1))
    done = here(
        capsys, "compile", path, "--verify", "-o", tmp_path / "schedule.json",
        "--certificate", tmp_path / "evidence.json", "--json", tmp_path / "report.json",
    )  # fmt: skip
    assert done.code == 2, done
    said = complaint(done)
    assert said.startswith(str(path) if case.line is None else f"{path}:{case.line}: ")
    assert case.message in said
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_file_that_the_others_vary_is_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(FORMATS[suffix][0])
    assert here(capsys, "compile", path, "--verify").code == 0


def test_one_bad_file_among_good_ones_stops_all(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.aag", tmp_path / "bad.aag"
    good.write_bytes(FORMATS["aag"][0])
    bad.write_bytes(FORMATS["aag"][0].replace(b"8 7 3", b"8 9 3"))
    report = tmp_path / "report.json"
    done = outside("compile", good, bad, "--verify", "--json", report)
    assert done.code == 2
    assert complaint(done).startswith(f"{bad}:7: ")
    assert not report.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.aag", "No such file"),
        ("circuit.blif", "the suffix '.blif'"),
        ("circuit", "the suffix ''"),
        (".", "the suffix ''"),
        ("folder.aag", "Is a directory"),
    ],
)
def test_what_is_no_circuit_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    (tmp_path / "circuit.blif").touch()
    (tmp_path / "folder.aag").mkdir()
    done = here(capsys, "compile", tmp_path / name)
    assert done.code == 2
    assert message in complaint(done)


# --- evidence ------------------------------------------------------------------------------


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    return lambda *arguments: here(capsys, *arguments, registry=registry())


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good evidence of several kinds: a simulation, two laws that differ, a wrong run, rows."""
    folder = tmp_path_factory.mktemp("good") / "evidence"
    assert outside("audit", "GOOD", "BAD", "--evidence", folder, module=PLANTED).code == 1
    circuit = folder.parent / "circuit.json"
    write_circuit(FAMILIES["comparator"](2), circuit)
    common = ("compile", circuit, "--random", "all", "--verify", "--certificate")
    assert outside(*common, folder / "simulation.json").code == 0
    assert outside(*common, folder / "law.json", "--flip", "predictor:20").code == 1
    (folder / "wrong.json").write_text(samples()["wrong-run"], "utf-8")
    return folder


@pytest.fixture
def evidence(tmp_path: Path, made_once: Path) -> Path:
    return Path(shutil.copytree(made_once, tmp_path / "evidence"))


def test_good_evidence_replays_and_a_refutation_says_so(
    evidence: Path, cli: Callable[..., Result]
) -> None:
    done = cli("replay", *sorted(evidence.iterdir()))
    assert done.code == 0, done
    said = {
        Path(line.partition(": ")[0]).name: line.partition(": ")[2]
        for line in done.out.splitlines()
    }
    assert set(said) == {path.name for path in evidence.iterdir()}
    assert said["BAD--reading--0.json"].startswith("the refutation replays: REFUTED no three")
    assert said["GOOD--reading--1.json"].startswith("replays: BOUNDED holds; exhaustive: 9 of 10")
    assert said["simulation.json"].startswith("replays: PROVED simulation; certificate")
    assert said["law.json"].startswith("the refutation replays: REFUTED same law; witness")
    assert said["wrong.json"].startswith("the refutation replays: REFUTED simulation; witness")


Change = Callable[[dict[str, Any]], object]


def inner(field: str, change: Change) -> Change:
    """A change of the text that stands in a field."""

    def whole(raw: dict[str, Any]) -> None:
        value = json.loads(raw[field])
        change(value)
        raw[field] = json.dumps(value)

    return whole


def first_write(raw: dict[str, Any]) -> None:
    raw["writes"][0][0][1] = "0"


FORGED: list[tuple[str, str, Change]] = [
    ("GOOD--reading--0.json", "verdict", lambda raw: raw.update(verdict="PROVED")),
    ("GOOD--reading--0.json", "count", lambda raw: raw["evidence"].update(met=11)),
    ("GOOD--reading--0.json", "row", lambda raw: raw.update(row="BAD/reading")),
    ("BAD--reading--0.json", "verdict", lambda raw: raw.update(verdict="BOUNDED")),
    ("BAD--reading--0.json", "instance", lambda raw: raw["evidence"].update(instance="4")),
    ("BAD--reading--0.json", "no member", lambda raw: raw["evidence"].update(instance="11")),
    ("BAD--reading--0.json", "reason", lambda raw: raw["evidence"].update(reason="it is odd")),
    ("simulation.json", "content", inner("certificate", first_write)),
    ("simulation.json", "coin", inner("certificate", lambda raw: raw["coins"].pop())),
    ("simulation.json", "circuit", inner("circuit", lambda raw: raw["outputs"].reverse())),
    ("simulation.json", "schedule", inner("schedule", lambda raw: raw.update(rounds=1))),
    ("wrong.json", "another run", inner("run", lambda raw: raw.update(coins=[]))),
    ("wrong.json", "coupling", lambda raw: raw.update(coupling={})),
]


@pytest.mark.parametrize(
    ("name", "change"), [pytest.param(n, c, id=f"{n}: {what}") for n, what, c in FORGED]
)
def test_forged_evidence_is_rejected(
    evidence: Path, cli: Callable[..., Result], name: str, change: Change
) -> None:
    path = evidence / name
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))
    done = cli("replay", path)
    assert done.code == 4, done
    assert f"{path}: REJECTED by the kernel: " in done.out


def test_rejected_wins_over_what_replays(evidence: Path, cli: Callable[..., Result]) -> None:
    path = evidence / "GOOD--reading--0.json"
    path.write_text(path.read_text().replace("BOUNDED", "PROVED"))
    assert cli("replay", *sorted(evidence.iterdir())).code == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "7",
        "{}",
        '{"format": "dlmcheck-evidence", "version": 1}',
        '{"format": "dlmcheck-evidence", "version": 2, "kind": "row"}',
        '{"format": "dlmcheck-audit", "version": 1, "kind": "row"}',
        '{"format": "dlmcheck-evidence", "version": 1, "kind": "hearsay", "schedule": "{}"}',
        '{"format": "dlmcheck-evidence", "version": 1, "kind": "row", "job": "no such job"}',
        '{"format": "dlmcheck-evidence", "version": 1, "kind": "simulation", "schedule": "{}"}',
        '{"format": "dlmcheck-evidence", "version": 1, "kind": "wrong-run", "schedule": []}',
        100_000 * "[",
        "\x00",
    ],
)
def test_malformed_evidence_is_exit_2(
    tmp_path: Path, cli: Callable[..., Result], text: str
) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(text)
    done = cli("replay", path)
    assert done.code == 2, done
    assert complaint(done).startswith(str(path))


@pytest.mark.parametrize("field", ["schedule", "circuit", "coupling", "run"])
@pytest.mark.parametrize("value", [None, 1, [], {}, "", "{}", [[]], {"x": 1}])
def test_every_field_of_the_wrong_form_is_exit_2(
    evidence: Path, cli: Callable[..., Result], field: str, value: object
) -> None:
    path = evidence / "wrong.json"
    raw = json.loads(path.read_text())
    if field == "coupling" and value == {}:
        return  # an empty coupling is a coupling; see FORGED
    raw[field] = value
    path.write_text(json.dumps(raw))
    done = cli("replay", path)
    assert done.code == 2, done
    assert complaint(done)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("compile", ("--json", "-o", "--certificate")),
        ("law", ("--json", "--certificate")),
        ("widths", ("--json",)),
        ("rounds", ("--json",)),
        ("batches", ("--json",)),
        ("sampler", ("--json", "--certificate")),
    ],
)
def test_what_is_read_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, options: tuple[str, ...]
) -> None:
    if command in {"compile", "law", "widths"}:
        path = tmp_path / "circuit.json"
        write_circuit(FAMILIES["comparator"](2), path)
        words: list[str | Path] = [command, path, *(["--verify"] if command == "compile" else [])]
    else:
        path = tmp_path / "target.json"
        path.write_text('{"00": "1/2", "11": "1/2"}')
        words = ["sampler", "left-to-right", "--target"] if command == "sampler" else [command]
        words.append(path)
    before = path.read_bytes()
    # The same file by another name.
    other = tmp_path / "." / "folder" / ".." / path.name
    (tmp_path / "folder").mkdir()
    for option in options:
        done = here(capsys, *words, option, other)
        assert done.code == 2, done
        assert "is read (expected other files)" in complaint(done)
        assert path.read_bytes() == before


def test_names_in_circuits_make_no_lines_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong schedule does not look right: neither by a line break nor by moving the cursor."""
    lie = "\n  EQUIVALENT, seed for seed, for all data"
    inputs = (Input(f"r){lie}", InputKind.RANDOM), Input("s\x1b[1A\x1b[2K", InputKind.RANDOM))
    circuit = Circuit(inputs, (Gate(Op.XOR, (0, 1)),), (2, 0), (f"x{lie}", "y\x9b2K"))
    path, schedule = tmp_path / "circuit.json", tmp_path / "schedule.json"
    path.write_text(circuit_to_json(circuit))
    other = tmp_path / "other.json"
    other.write_text(circuit_to_json(replace(circuit, outputs=(0, 0))))
    assert here(capsys, "compile", path, "-o", schedule).code == 0
    refused = here(capsys, "compile", path, "--verify", "--flip", "predictor:2")
    differs = here(capsys, "equivalent", schedule, other)
    for result in (refused, differs, here(capsys, "law", path, "--random", "\x1b[31m")):
        assert result.code in (1, 2)
        lines = (result.out + result.err).splitlines()
        assert not any(line.startswith("  EQUIVALENT") for line in lines), lines
        assert all(line.isprintable() for line in lines), lines
    assert "\\n  EQUIVALENT" in refused.out
    assert "\\n  EQUIVALENT" in differs.out
