"""`dlmcheck rounds` and `dlmcheck separate`: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.formats import write_circuit
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import complaint, here

Capture = pytest.CaptureFixture[str]


def test_an_exact_number_with_its_certificates(capsys: Capture, tmp_path: Path) -> None:
    folder, file = tmp_path / "certificates", tmp_path / "rounds.json"
    result = here(capsys, "rounds", "one-hot:4", "--certificates", folder, "--json", file)
    assert result.code == 0
    assert result.out.startswith("one-hot:4: 4 rounds\n")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2
    assert all(name in result.out for name in names)
    checked = here(capsys, "cert", *sorted(folder.iterdir()))
    assert checked.code == 0, checked
    content = json.loads(file.read_text())
    jsonschema.validate(content, schema("rounds-1"))
    (found,) = content["results"]
    assert (found["interval"], found["lower"]["certificate"]) == ("4", names[0])


def test_files_are_named_only_if_they_are_written(capsys: Capture, tmp_path: Path) -> None:
    alone = here(capsys, "rounds", "one-hot:4").out
    beside = here(capsys, "rounds", "one-hot:4", "--certificates", tmp_path).out
    assert ".json" not in alone
    assert alone.count("(with certificate;") == 2
    assert all(file.name in beside for file in tmp_path.iterdir())
    assert beside.count(".json") == 2


def test_the_axes(capsys: Capture) -> None:
    for options, said in (
        (["--edits", "revise-token"], "2 rounds"),
        (["--edits", "revise-token", "--predictor", "dyadic"], "2 rounds"),
        (["--predictor", "dyadic"], "in no number of rounds"),
        (["--f", "independent"], "2 rounds"),
        (["--edits", "remask", "--g", "joint", "--clock"], "2 rounds"),
        (["--scratch", "any"], "2 rounds"),
        (["--fixed"], "sets fixed in advance, 4 rounds"),
    ):
        result = here(capsys, "rounds", "one-hot:4", *options)
        assert result.code == 0, options
        assert result.out.startswith(f"one-hot:4: {said}\n"), options


def test_an_exchangeable_family_far_beyond_tables(capsys: Capture, tmp_path: Path) -> None:
    cases: list[tuple[list[str], str]] = [([], ""), (["--fixed"], "sets fixed in advance, ")]
    for options, said in cases:
        folder, file = tmp_path / f"c{len(options)}", tmp_path / f"{len(options)}.json"
        places: list[str | Path] = ["--certificates", folder, "--json", file]
        result = here(capsys, "rounds", "fixed-weight:40,20", *options, *places)
        assert result.code == 0
        assert result.out.startswith(f"fixed-weight:40,20: {said}40 rounds\n")
        assert here(capsys, "cert", *sorted(folder.iterdir())).code == 0
        jsonschema.validate(json.loads(file.read_text()), schema("rounds-1"))
    refused = here(capsys, "rounds", "fixed-weight:40,41")
    assert (refused.code, complaint(refused)) == (
        2,
        "target: length minus weight is -1 (expected at least 0)",
    )


def test_the_method_and_its_symmetry_are_named(capsys: Capture) -> None:
    said = here(capsys, "rounds", "one-hot:4").out
    assert "by numbers of zeros and ones shown (all permutations of the cells)" in said
    assert "by residual laws up to names" in here(capsys, "rounds", "permutations:3").out
    fixed = here(capsys, "rounds", "permutations:3", "--fixed").out
    assert "(no symmetry)" in fixed
    assert "at every point that contains: " in here(capsys, "rounds", "one-hot:4", "--clock").out


def test_a_search_for_local_samplers_can_be_resumed(capsys: Capture, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    command = ["rounds", "even-parity:4", "--clock", "--locality", "1"]
    options = ["--resume", str(folder), "-j", "1", "--timeout", "30"]
    first = here(capsys, *command, *options)
    assert (first.code, first.out.partition("\n")[0]) == (0, "even-parity:4: 5 rounds")
    assert any(folder.iterdir())
    assert here(capsys, *command, *options).out == first.out
    refused = here(capsys, "rounds", "even-parity:4", *options)
    assert refused.code == 2
    assert "--locality K" in complaint(refused)


def test_an_interval_is_no_number(capsys: Capture) -> None:
    result = here(capsys, "rounds", "one-hot:4", "--scratch", "1")
    assert result.code == 3
    assert "3..4 rounds (an interval: nothing between is known)" in result.out


def test_the_fixed_schedule_of_permutations_takes_a_round_more(capsys: Capture) -> None:
    assert "permutations:3: 3 rounds" in here(capsys, "rounds", "permutations:3").out
    fixed = here(capsys, "rounds", "permutations:3", "--fixed")
    assert "sets fixed in advance, 4 rounds" in fixed.out


def test_targets_from_files(capsys: Capture, tmp_path: Path) -> None:
    table = tmp_path / "target.json"
    table.write_text(
        '{"format": "dlmcheck-target", "version": 1, "length": 2, "vocabulary": 2,\n'
        ' "law": {"01": "1/3", "10": "2/3"}}'
    )
    assert ": 2 rounds" in here(capsys, "rounds", table).out
    for name in ("parity.bench", "parity.json", "PARITY.AAG", "PARITY.JSON"):
        circuit = tmp_path / name
        write_circuit(even_strings(3), circuit)
        assert ": 2 rounds" in here(capsys, "rounds", circuit).out, name
    samples = tmp_path / "samples.txt"
    samples.write_text("01\n10\n10\n")
    result = here(capsys, "rounds", samples, "--samples")
    assert result.code == 0
    assert "an estimate: the answer is about the empirical law of the samples" in result.out
    separated = here(capsys, "separate", samples, "--samples", "--scratch", "0")
    assert "This is an estimate" in separated.out


@pytest.mark.parametrize(
    ("law", "reason"),
    [
        ('{"01": "1/3", "10": "1/3"}', "sum to 2/3"),
        ('{"01": "-1/3", "10": "4/3"}', "a number from 0 to 1"),
        ('{"01": 0.5, "10": "1/2"}', "the number 0.5"),
        ('{"01": "0.5", "10": "1/2"}', "0.5"),
    ],
)
def test_a_target_that_is_no_law_is_refused(
    law: str, reason: str, capsys: Capture, tmp_path: Path
) -> None:
    table = tmp_path / "target.json"
    table.write_text(
        '{"format": "dlmcheck-target", "version": 1, "length": 2, "vocabulary": 2, "law": '
        + law
        + "}"
    )
    for command in ("rounds", "separate"):
        out = tmp_path / "out.json"
        result = here(capsys, command, table, "--json", out)
        assert result.code == 2
        assert reason in complaint(result)
        assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["rounds", "no-family:3"], "no target family"),
        (["rounds", "one-hot:3", "--edits", "whim"], "write-once, remask"),
        (["rounds", "one-hot:3", "--f", "whim"], "deterministic, independent"),
        (["rounds", "one-hot:3", "--g", "joint"], "remasking"),
        (["rounds", "one-hot:3", "--predictor", "float"], "real or dyadic"),
        (["rounds", "one-hot:3", "--scratch", "-1"], "a number, or any"),
        (["rounds", "one-hot:3", "--fixed", "--edits", "revise-any"], "fixed in advance"),
        (["separate"], "one target or --page"),
        (["separate", "one-hot:3", "--page", "x"], "one target or --page"),
        (["separate", "one-hot:3", "--scratch", "0,x"], "a number, or any"),
        (["rounds", "nowhere.json"], "cannot be read"),
        (["rounds", "nowhere.txt", "--samples"], "cannot be read"),
    ],
)
def test_bad_usage_is_one_line(arguments: list[str], reason: str, capsys: Capture) -> None:
    result = here(capsys, *arguments)
    assert result.code == 2
    assert reason in complaint(result)


def test_circuits_with_inputs_that_are_no_coins(capsys: Capture, tmp_path: Path) -> None:
    circuit = tmp_path / "and.bench"
    circuit.write_text("INPUT(a)\nINPUT(b)\nOUTPUT(y)\ny = AND(a, b)\n")
    result = here(capsys, "rounds", circuit)
    assert result.code == 2
    assert "--random all" in complaint(result)
    assert here(capsys, "rounds", circuit, "--random", "all").code == 0


def test_separate_prints_and_links_every_certificate(capsys: Capture, tmp_path: Path) -> None:
    folder, file = tmp_path / "certificates", tmp_path / "table.json"
    result = here(
        capsys,
        "separate",
        "one-hot:3",
        "--scratch",
        "0,1",
        "--certificates",
        folder,
        "--json",
        file,
    )
    assert result.code == 0
    names = sorted(path.name for path in folder.iterdir())
    assert all(name in result.out for name in names)
    assert here(capsys, "cert", *sorted(folder.iterdir())).code == 0
    content = json.loads(file.read_text())
    jsonschema.validate(content, schema("rounds-1"))
    linked = {
        found[end]["certificate"] for found in content["results"] for end in ("lower", "upper")
    }
    assert linked - {None} == set(names)
    # Every cell with a number says what it rests on.
    for found in content["results"]:
        for end in ("lower", "upper"):
            bound = found[end]
            assert bound["rests_on"] or (bound["rounds"] is None and not bound["never"])


def test_two_runs_give_the_same_bytes(capsys: Capture, tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    outs = [
        here(capsys, "separate", "markov:3,1/3", "--json", file).out for file in (first, second)
    ]
    assert outs[0] == outs[1]
    assert first.read_bytes() == second.read_bytes()


def test_the_page_needs_its_marks(capsys: Capture, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks\n")
    result = here(capsys, "separate", "--page", page)
    assert result.code == 2
    assert "no place for tables" in complaint(result)
    assert page.read_text() == "no marks\n"
