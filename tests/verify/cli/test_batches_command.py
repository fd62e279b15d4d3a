"""`dlmcheck batches`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from dlmcheck.verify.cli import main
from dlmcheck.verify.report.schemas import schema


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["batches", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_parity_but_for_its_last_cell_is_one_batch(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("even-parity:5") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.strip().startswith("4, 1")] == [["4,", "1", "0"]]


def test_the_own_law_is_nearer_than_the_error_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written = tmp_path / "found.json"
    assert run("markov:3,1/3", "--all", "--own-law", "--json", str(written)) == 0
    assert "distance 4/81" in capsys.readouterr().out
    document = json.loads(written.read_text())
    jsonschema.validate(document, schema("batches-1"))
    assert (document["format"], document["version"]) == ("dlmcheck-batches", 1)
    rows = {tuple(row["sizes"]): row for row in document["schedules"]}
    assert list(rows) == [(3,), (1, 2), (2, 1), (1, 1, 1)]
    assert rows[1, 2]["error"].startswith("[0.0336316")
    assert rows[1, 2]["own_kl"].startswith("[0.0114897")
    assert rows[1, 1, 1]["exact"] == "0"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("even-parity:13",), "expected at most 12"),
        (("even-parity:7", "--own-law"), "with --own-law"),
        (("no-such:3",), "expected"),
        (("no-such.json",), "cannot be read"),
    ],
)
def test_what_is_too_large_or_unknown_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], reason: str
) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert ("with --own-law" in said) is ("--own-law" in arguments)
