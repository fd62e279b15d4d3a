"""`dlmcheck law`: the exact law of a circuit, with limits, evidence and engines that agree."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from benchmarks.workloads import adder, xor_rich
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.formats import write_circuit
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, output_law
from dlmcheck.spec.serial import schedule_to_json
from dlmcheck.verify.cli import run
from dlmcheck.verify.engines import law_engines, throughput
from dlmcheck.verify.engines.law_engines import CountedLaw, LawProblem, Limits, Unknown, Why, engine
from dlmcheck.verify.kernel import counted_laws
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import here, outside, start

MIXED = Circuit(
    (Input("x", InputKind.DATA), Input("r", InputKind.RANDOM), Input("s", InputKind.RANDOM)),
    (Gate(Op.AND, (1, 2)), Gate(Op.XOR, (0, 3))),
    (4, 1),
    ("flip", "coin"),
)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.json"
    write_circuit(MIXED, path)
    return path


def counts(path: Path) -> dict[str, int]:
    document = json.loads(path.read_text("utf-8"))
    jsonschema.validate(document, schema("law-1"))
    (answer, *others) = document["answers"]
    assert all(other["counts"] == answer["counts"] for other in others)
    return {
        text: int(count) << (2 - answer["exponent"]) for text, count in answer["counts"].items()
    }


@pytest.mark.parametrize("name", ["auto", "reference", "columns", "numpy", "compiled", "diagrams"])
def test_the_law_is_printed_exactly(
    mixed: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    out = mixed.parent / "law.json"
    result = here(capsys, "law", mixed, "--data", "1", "--engine", name, "--json", out)
    assert result.code == 0
    assert "  10  1/2\n" in result.out
    assert ("engine       reference" if name == "auto" else f"engine       {name}") in result.out
    law = output_law(MIXED, (True,))
    wanted = {"".join(str(int(b)) for b in bits): int(w * 4) for bits, w in law.items()}
    assert counts(out) == wanted


@pytest.mark.parametrize("n", [64, 1024])
def test_a_uniform_law_too_large_to_be_listed_is_said_by_its_equations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], n: int
) -> None:
    path = tmp_path / "even.json"
    write_circuit(even_strings(n), path)
    result = here(capsys, "law", path)
    assert result.code == 0
    assert f"uniform on the solutions of 1 equation in {n} bits" in result.out
    assert "PROVED" in result.out
    # One output less is free of equations, and so is any other part: the answer is computed.
    odd = [f"--outputs=*{digit}" for digit in "13579"]
    part = here(capsys, "law", path, *odd)
    assert part.code == 0
    assert "1 equation" not in part.out


def test_brackets_in_names_of_outputs_mean_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bus.json"
    write_circuit(replace(MIXED, outputs=(1, 2, ~1), output_names=("y[0]", "y[1]", "y0")), path)
    one = here(capsys, "law", path, "--data", "0", "--outputs", "y[0]")
    assert one.code == 0
    assert ", 1 outputs\n" in one.out
    both = here(capsys, "law", path, "--data", "0", "--outputs", "y[?]")
    assert ", 2 outputs\n" in both.out
    none = here(capsys, "law", path, "--data", "0", "--outputs", "y[01]")
    assert none.code == 2


def test_several_engines_have_to_agree(
    mixed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = mixed.parent / "law.json"
    arguments: list[str | Path] = [
        "law",
        mixed,
        "--data",
        "1",
        "--engine",
        "numpy,diagrams",
        "--json",
        out,
    ]
    result = here(capsys, *arguments)
    assert result.code == 0
    assert "trusted: numpy and diagrams" in result.out
    assert counts(out)

    def wrong(problem: LawProblem, limits: Limits) -> CountedLaw:
        return CountedLaw(2, {0: 1}, 0)

    monkeypatch.setattr(engine("numpy"), "law", wrong)
    result = here(capsys, *arguments)
    assert result.code == 4
    assert "the engines DISAGREE" in result.out
    assert json.loads(out.read_text("utf-8"))["exit_code"] == 4


@pytest.mark.parametrize("engines", ["reference,reference", "auto,reference"])
def test_an_engine_that_is_asked_twice_is_one_engine(
    mixed: Path, engines: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = here(capsys, "law", mixed, "--data", "1", "--engine", engines)
    assert result.code == 0
    assert result.out.splitlines()[3].endswith("trusted: reference")


def test_an_engine_that_is_wrong_gets_no_certificate(
    mixed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(problem: LawProblem, limits: Limits) -> CountedLaw:
        return CountedLaw(2, {0: 1}, 0)

    monkeypatch.setattr(engine("numpy"), "law", wrong)
    path = mixed.parent / "c.json"
    result = here(capsys, "law", mixed, "--data", "1", "--engine", "numpy", "--certificate", path)
    assert result.code == 4
    assert "REJECTED by the kernel: the law is another one: output 00" in result.out
    assert not path.exists()


def test_a_certificate_is_checked_from_its_file(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = mixed.parent / "c.json"
    made = here(capsys, "law", mixed, "--data", "0", "--certificate", path)
    assert made.code == 0
    # What the kernel has accepted is not trusted, and what it has not seen is.
    assert "found by reference\n" in made.out
    assert "trusted" not in made.out
    assert "PROVED" in made.out
    assert "trusted: reference\n" in here(capsys, "law", mixed, "--data", "0").out
    assert here(capsys, "cert", path).code == 0
    assert here(capsys, "replay", path).code == 0
    path.write_text(path.read_text("utf-8").replace('"data": "0"', '"data": "1"'), "utf-8")
    assert here(capsys, "cert", path).code == 4


@pytest.mark.parametrize(
    ("name", "engine", "kind"),
    [("auto", "frontier", "frontier-law"), ("diagrams", "diagrams", "diagram-law")],
)
def test_one_output_of_an_adder_that_no_enumeration_reaches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, engine: str, kind: str
) -> None:
    circuit, path = tmp_path / "adder.json", tmp_path / "c.json"
    write_circuit(adder(128), circuit)
    names = adder(128).output_names
    options = ("--outputs", names[-1], "--engine", name, "--certificate", path)
    result = here(capsys, "law", circuit, *options)
    assert result.code == 0
    assert f"  1  {2**128 - 1}/{2**129}\n" in result.out
    assert f"engine       {engine}" in result.out
    assert f"certificate: {kind}" in result.out
    assert here(capsys, "cert", path).code == 0


# --- limits --------------------------------------------------------------------------------


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    path = tmp_path / "hard.json"
    write_circuit(xor_rich(48, 2000, 8), path)
    return path


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (["--engine", "compiled", "--timeout", "0.5"], "time"),
        (["--engine", "reference", "--timeout", "0.2"], "time"),
        (["--engine", "columns", "--timeout", "0.2"], "time"),
        (["--engine", "diagrams", "--nodes", "5000"], "nodes"),
        (["--engine", "diagrams", "--memory", "1G"], "memory"),
    ],
)
def test_a_limit_that_is_met_ends_in_unknown(
    hard: Path, capsys: pytest.CaptureFixture[str], limits: list[str], why: str
) -> None:
    out = hard.parent / "law.json"
    result = here(capsys, "law", hard, *limits, "--json", out)
    assert result.code == 3
    document = json.loads(out.read_text("utf-8"))
    jsonschema.validate(document, schema("law-1"))
    assert document["answers"][0]["unknown"] == why
    assert "UNKNOWN (" in result.out
    assert "law  " not in result.out


def test_memory_that_runs_out_ends_in_unknown(
    hard: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted_laws, "BLOCK", 27)  # 16 MB for each column
    result = here(capsys, "law", hard, "--engine", "columns", "--memory", "64M")
    assert result.code == 3
    assert "UNKNOWN (memory)" in result.out


@pytest.mark.parametrize("memory", ["64M", "100M", "150M"])
def test_memory_that_does_not_suffice_to_load_a_library_ends_in_unknown(
    hard: Path, memory: str
) -> None:
    result = outside("law", hard, "--engine", "numpy", "--memory", memory, "--timeout", "20")
    assert result.code == 3
    assert result.out.splitlines()[-1].startswith("             UNKNOWN (memory): ")
    assert len(result.out.splitlines()[-1]) < 100
    assert result.err.splitlines()[1:] == [], result  # but for time and memory


def test_no_law_gives_no_certificate_and_says_so(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an earlier run left under that name is not of this circuit."""
    path = tmp_path / "law.json"
    path.write_text("of another circuit", "utf-8")
    options: list[str | Path] = ["--data", "1", "--outcomes", "1", "--certificate", path]
    result = here(capsys, "law", mixed, *options)
    assert result.code == 3
    assert f"{path} is not written" in result.err
    assert path.read_text("utf-8") == "of another circuit"


def test_too_many_outcomes_end_in_unknown(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = " ".join(here(capsys, "law", "--help").out.split())
    assert "--outcomes N" in words
    assert "A law with more outcomes than so many is unknown." in words
    result = here(capsys, "law", mixed, "--data", "1", "--outcomes", "2")
    assert result.code == 3
    assert "more than 2 outcomes" in result.out


@pytest.mark.parametrize("limits", [[], ["--memory", "1G"]])
def test_an_engine_that_expects_to_take_very_long_says_so_before_it_begins(
    mixed: Path,
    hard: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    limits: list[str],
) -> None:
    def at_once(_problem: LawProblem, _limits: Limits) -> Unknown:
        return Unknown(Why.TIME, "as if it had taken very long")

    monkeypatch.setattr(engine("columns"), "law", at_once)

    def said(path: Path, *more: str) -> str:
        run(["law", str(path), *more])
        return capfd.readouterr().err

    warned = said(hard, "--engine", "columns", *limits)
    assert "dlmcheck: warning: columns may take as long as about " in warned
    assert "48 coins" in warned
    assert "warning" not in said(hard, "--engine", "columns", "--timeout", "60")
    assert "warning" not in said(mixed, "--data", "1", "--engine", "columns", *limits)
    assert "warning" not in said(mixed, "--data", "1", *limits)


# --- schedules -----------------------------------------------------------------------------


def test_the_law_of_a_run_and_of_a_run_that_breaks_a_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = compile_write_once(MIXED).schedule
    path = tmp_path / "schedule.json"
    path.write_text(schedule_to_json(schedule), "utf-8")
    evidence = tmp_path / "c.json"
    for name in ("reference", "columns", "diagrams"):
        result = here(
            capsys, "law", path, "--data", "1", "--engine", name, "--certificate", evidence
        )
        assert result.code == 0
        assert "  10  1/2\n" in result.out
        assert here(capsys, "cert", evidence).code == 0
        evidence.unlink()
    codes = set[int]()
    for index in range(len(schedule.predictor.gates)):
        path.write_text(schedule_to_json(flip_gate(schedule, "predictor", index)), "utf-8")
        found = [here(capsys, "law", path, "--data", "1", "--engine", name)
                 for name in ("reference", "columns")]  # fmt: skip
        assert found[0].code == found[1].code
        codes.add(found[0].code)
    assert codes == {0, 1}


# --- bad usage -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no data (expected 1 bits, for x)"),
        (["--data", "11"], "'11' (expected 1 bits, for x)"),
        (["--data", "2"], "'2' (expected 1 bits, for x)"),
        (["--data", "1", "--engine", "oracle"], "--engine: no engine 'oracle'"),
        (["--data", "1", "--engine", "auto,oracle"], "no engine 'oracle'"),
        (["--data", "1", "--outputs", "z*"], "'z*' matches no output"),
        (["--data", "1", "--certificate", "."], "is a folder"),
        (["--data", "1", "--random", "q"], "q"),
    ],
)
def test_bad_usage_is_one_line_and_nothing_is_printed(
    mixed: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    result = here(capsys, "law", mixed, *arguments)
    assert result.code == 2
    assert message in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_every_engine_is_named_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(here(capsys, "law", "--help").out.split())
    assert all(name in text for name in (law_engines.AUTO, *law_engines.ENGINES))


# --- start-up ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["law", "CIRCUIT"], ["law", "--help"]])
def test_nothing_heavy_is_imported_on_paths_that_do_not_use_it(
    tmp_path: Path, arguments: list[str]
) -> None:
    path = tmp_path / "c.json"
    write_circuit(xor_rich(16, 60, 4), path)
    given = [str(path) if one == "CIRCUIT" else one for one in arguments]
    process = start(*given, PYTHONVERBOSE="", PYTHONPROFILEIMPORTTIME="1")
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out
    loaded = {line.rpartition("|")[2].strip() for line in err.splitlines() if "|" in line}
    assert "dlmcheck.verify.cli" in loaded
    for heavy in ("numpy", "z3", "sympy", "oxidd", "pysat"):
        assert heavy not in loaded, heavy


def test_times_are_measured_and_no_part_of_the_results(
    mixed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "VOLUME", 1 << 22)
    out = mixed.parent / "law.json"
    words: list[str | Path] = [
        "law",
        mixed,
        "--data",
        "1",
        "--engine",
        "compiled,reference",
        "--json",
        out,
    ]
    plain = here(capsys, *words)
    without = json.loads(out.read_text("utf-8"))
    timed = here(capsys, *words, "--times")
    document = json.loads(out.read_text("utf-8"))
    jsonschema.validate(document, schema("law-1"))
    assert plain.out == timed.out
    first, second = document.pop("times")
    assert document == without
    assert second == {"engine": "reference"}
    assert set(first["seconds"]) == {"compiling", "enumerating", "counting"}
    assert set(first["ratios"]) == {"L1", "L2", "memory"}
    assert "G gates x seeds a second" in timed.err
    assert f"limit: {first['limit']}" in timed.err
