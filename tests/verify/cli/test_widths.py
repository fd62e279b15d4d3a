"""`compile --optimise` and `dlmcheck widths`: what is printed and written, and bad usage."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import write_circuit
from dlmcheck.model.scheduling.narrow import narrow
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.serial import circuit_to_json, schedule_from_json
from dlmcheck.verify.cli import widths_command
from dlmcheck.verify.compilation import Optimise, choices, construction
from dlmcheck.verify.engines import widths as engine
from dlmcheck.verify.report.schemas import schema
from dlmcheck.verify.widths import widths
from tests.model.constructions.small_circuits import any_circuit
from tests.verify.cli.running import Result, complaint, here


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    return lambda *arguments: here(capsys, *arguments)


@pytest.fixture
def adder(tmp_path: Path) -> Path:
    path = tmp_path / "adder.json"
    write_circuit(FAMILIES["ripple-adder"](4), path)
    return path


# --- compile -------------------------------------------------------------------------------


@pytest.mark.parametrize("edits", ["remask", "revise"])
@pytest.mark.parametrize("what", ["width", "width-and-coins"])
@pytest.mark.parametrize("short", [False, True])
def test_an_optimised_schedule_is_verified_and_shorter(
    cli: Callable[..., Result], adder: Path, tmp_path: Path, edits: str, what: str, short: bool
) -> None:
    plain, best, report = tmp_path / "plain", tmp_path / "best", tmp_path / "report"
    common = ("compile", adder, "--random", "all", "--edits", edits)
    assert cli(*common, "-o", plain).code == 0
    more = ("--short",) if short else ()
    done = cli(
        *common, "--optimise", what, *more, "--moves", 200, "--verify", "-o", best,
        "--json", report,
    )  # fmt: skip
    assert done.code == 0, done
    assert "EQUIVALENT, seed for seed, for all data" in done.out
    assert "PROVED [cut points, replayed by the kernel; checked by the kernel]" in done.out
    assert "values kept at most" in done.out
    before, after = (schedule_from_json(path.read_text()) for path in (plain, best))
    # The eight inputs in layer 0 are as many as are kept later: only late ones make a difference.
    late = what == "width-and-coins"
    assert after.length < before.length or not late
    assert after.length <= before.length
    assert after.rounds == before.rounds
    document = json.loads(report.read_text())
    jsonschema.validate(document, schema("compile-1"))
    found = document["circuits"][0]["figures"]["optimised"]
    assert found["lower_bound"] <= found["width"] <= found["width_before"]
    assert (found["width"] < found["width_before"]) == found["random_inputs_late"] == late


def test_more_rounds_are_taken_if_they_are_allowed(
    cli: Callable[..., Result], adder: Path, tmp_path: Path
) -> None:
    lengths: list[int] = []
    for rounds in (8, 12):
        out = tmp_path / f"{rounds}"
        done = cli(
            "compile", adder, "--random", "all", "--edits", "revise", "--optimise",
            "width-and-coins", "--rounds", rounds, "--moves", 200, "--verify", "-o", out,
        )  # fmt: skip
        assert done.code == 0, done
        schedule = schedule_from_json(out.read_text())
        assert schedule.rounds <= rounds
        lengths.append(schedule.length)
    assert lengths[1] <= lengths[0]


def test_a_certificate_of_the_width_is_written_and_checked(
    cli: Callable[..., Result], adder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "width.json"
    arguments = ("compile", adder, "--random", "all", "--edits", "revise", "--optimise", "width")
    assert cli(*arguments, "--width-certificate", path).code == 0
    first = path.read_text()
    checked = cli("cert", path)
    assert checked.code == 0
    assert "the least width with layers 0.." in checked.out
    assert cli(*arguments, "--width-certificate", path).code == 0
    assert path.read_text() == first
    forged = json.loads(first)
    forged["bound"] += 1
    path.write_text(json.dumps(forged))
    assert cli("cert", path).code == 4


def test_canary_a_search_that_reports_a_width_it_has_not_is_stopped(
    cli: Callable[..., Result], adder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is raised above what the assignment has: the kernel counts for itself."""

    def liar(*given: Any, **options: Any) -> Any:
        found = narrow(*given, **options)
        return replace(found, width=found.width - 1, bound=found.width + 1, cut=None)

    monkeypatch.setattr(engine, "narrow", liar)
    done = cli("compile", adder, "--random", "all", "--edits", "revise", "--optimise", "width")
    assert done.code == 4
    assert "the bound is" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--optimise", "length", "--edits", "revise"), "--optimise"),
        (("--optimise", "width", "--edits", "write-once"), "--optimise or --short"),
        (("--short", "--edits", "write-once"), "--optimise or --short"),
        (("--rounds", "9", "--edits", "revise"), "--rounds or --moves"),
        (("--moves", "9", "--edits", "revise"), "--rounds or --moves"),
        (("--width-certificate", "x.json", "--edits", "revise"), "--width-certificate"),
        (("--optimise", "width", "--rounds", "3", "--edits", "revise"), "3 rounds for a circuit"),
    ],
)
def test_choices_that_do_not_fit_are_bad_input(
    cli: Callable[..., Result], adder: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = cli("compile", adder, "--random", "all", *arguments)
    assert done.code == 2
    assert said in complaint(done) if "rounds for" not in said else said in done.err


def test_among_all_edit_models_write_once_has_nothing_to_optimise_and_says_so(
    cli: Callable[..., Result], adder: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    done = cli(
        "compile", adder, "--random", "all", "--edits", "all", "--optimise", "width", "--short",
        "--moves", 100, "--verify", "--json", report,
    )  # fmt: skip
    assert done.code == 0, done
    assert done.out.count("EQUIVALENT, seed for seed, for all data") == 3
    assert done.out.count("values kept at most") == 2
    assert done.out.count("optimise width; counter short") == 2
    [line] = [line for line in done.out.splitlines() if "edits write-once" in line]
    assert line.endswith("optimise nothing, as every value is kept")
    document = json.loads(report.read_text())
    jsonschema.validate(document, schema("compile-1"))
    figures = [one["figures"] for one in document["circuits"]]
    assert ["optimised" in one for one in figures] == [False, True, True]


# --- widths --------------------------------------------------------------------------------


def test_a_table_of_widths(cli: Callable[..., Result], adder: Path, tmp_path: Path) -> None:
    tree, report = tmp_path / "tree.json", tmp_path / "report"
    write_circuit(FAMILIES["parity-tree"](4), tree)
    done = cli("widths", adder, tree, "--random", "all", "--moves", 200, "--json", report)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("| circuit | N | d | D | w early |")
    assert lines[2].startswith("| adder | ")
    assert lines[3].startswith("| tree | 7 | 2 | 3 | 4 | 4 | = |")
    document = json.loads(report.read_text())
    jsonschema.validate(document, schema("widths-1"))
    figures = document["circuits"][0]["figures"]
    assert figures["gates"]["verdict"] == "PROVED"
    assert figures["gates_and_coins"]["width"] <= figures["gates"]["width"]
    assert figures["lengths"]["revise_stated"] < figures["write_once"]


def test_a_circuit_without_random_inputs_has_no_late_ones(
    cli: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "data.json"
    write_circuit(FAMILIES["parity-chain"](3), path)
    text = path.read_text().replace('"random"', '"data"')
    path.write_text(text)
    done = cli("widths", path)
    assert done.code == 0
    assert "| data | 5 | 2 | 3 | 2 | 1 | = |  |  | 2 | 8 -> 6 -> 3 |" in done.out


def test_a_curve(cli: Callable[..., Result], adder: Path, tmp_path: Path) -> None:
    table, report = tmp_path / "curve.csv", tmp_path / "report"
    arguments = ("widths", adder, "--random", "all", "--curve", "--late-coins", "--moves", 200)
    done = cli(*arguments, "--points", 4, "--csv", table, "--json", report)
    assert done.code == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    widths = [int(row["width"]) for row in rows]
    assert widths == sorted(widths, reverse=True)
    assert all(int(row["lower_bound"]) <= int(row["width"]) for row in rows)
    assert all(int(row["rounds"]) <= int(row["rounds_allowed"]) for row in rows)
    document = json.loads(report.read_text())
    jsonschema.validate(document, schema("widths-1"))
    assert [point["width"] for point in document["curve"]] == widths
    assert cli(*arguments, "--points", 4).out == done.out


@pytest.mark.parametrize("option", [("--csv", "x"), ("--until", "9"), ("--late-coins",)])
def test_options_of_a_curve_need_one(
    cli: Callable[..., Result], adder: Path, option: tuple[str, ...]
) -> None:
    done = cli("widths", adder, *option)
    assert done.code == 2
    assert "is about a curve" in complaint(done)


def test_a_curve_does_not_end_before_it_begins(
    cli: Callable[..., Result], adder: Path, tmp_path: Path
) -> None:
    written = tmp_path / "curve.json"
    done = cli("widths", adder, "--curve", "--until", "1", "--json", written)
    assert done.code == 2, done
    assert complaint(done).startswith("--until: 1 rounds (expected at least the ")
    assert not done.out
    assert not written.exists()


def test_a_curve_is_of_one_circuit(cli: Callable[..., Result], adder: Path) -> None:
    done = cli("widths", adder, adder, "--curve")
    assert done.code == 2
    assert "several circuits" in complaint(done)


def test_a_deadline_ends_in_unknown(
    cli: Callable[..., Result], adder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_circuit: Circuit, *, moves: int) -> None:
        time.sleep(60 + moves)

    monkeypatch.setattr(widths_command, "widths", slow)
    done = cli("widths", adder, "--random", "all", "--timeout", "0.3")
    assert done.code == 3
    assert "timeout" in done.out


# --- as compiled ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_the_table_has_what_is_compiled(seed: int) -> None:
    """Lengths and rounds, of all four constructions; dead gates and skipped layers among them."""
    circuit = any_circuit(seed, gates=6)
    found = widths(circuit, moves=20)
    for edits, short in product(("remask", "revise"), (False, True)):
        for what, printed, rounds in (
            (Optimise.NOTHING, found.before, found.early_rounds),
            (Optimise.WIDTH, found.after, found.rounds),
            (Optimise.WIDTH_AND_COINS, found.after_coins, found.rounds),
        ):
            if what is Optimise.WIDTH_AND_COINS and not circuit.random_inputs:
                continue
            made = replace(choices("sampled", "arguments"), optimise=what, short=short, moves=20)
            try:
                schedule = construction(edits)(circuit, made).schedule
            except BadCircuit:
                assert printed is None
                continue
            assert printed is not None
            length = getattr(printed, f"{edits}_{'short' if short else 'stated'}")
            assert length == schedule.length - len(schedule.data_cells)
            assert rounds == schedule.rounds


TWICE = Circuit((Input("r", InputKind.RANDOM),), (), (0, ~0))


@pytest.mark.parametrize(
    ("circuit", "cell"),
    [
        (Circuit((), (), ()), "| no output | no output |"),
        (TWICE, "| two outputs show one random bit -> two outputs show one input |"),
        # A gate that nothing reads makes a second round, if nothing is optimised.
        (replace(TWICE, gates=(Gate(Op.NOT, (0,)),)), "| 8 -> two outputs show one input |"),
    ],
)
def test_what_is_not_compiled_has_a_reason_for_a_length(
    cli: Callable[..., Result], tmp_path: Path, circuit: Circuit, cell: str
) -> None:
    path, report = tmp_path / "circuit.json", tmp_path / "report.json"
    path.write_text(circuit_to_json(circuit))
    done = cli("widths", path, "--json", report)
    assert done.code == 0, done
    assert cell in done.out
    document = json.loads(report.read_text())
    jsonschema.validate(document, schema("widths-1"))
    figures = document["circuits"][0]["figures"]
    assert figures["lengths"] is None
    assert figures["refused"] in cell
    assert (figures["lengths_early"] is None) == bool(figures["refused_early"])
    refused = cli("widths", path, "--curve")
    assert refused.code == 2
    assert complaint(refused).startswith("--curve: ")


def test_a_curve_says_how_hard_it_tried(cli: Callable[..., Result], adder: Path) -> None:
    done = cli("widths", adder, "--random", "all", "--curve", "--points", 2, "--moves", 20)
    assert "gives up\nafter 500 conflicts; `compile --optimise width --rounds D` allows 2000." in (
        done.out
    )
