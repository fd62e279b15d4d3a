"""`dlmcheck diff`: two audits that agree, and one line for each way in which they may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.verify.cli.diff_command import read_audit, run_diff
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.report.audit_diff import changes
from tests.verify.cli.planted import registry
from tests.verify.cli.running import here


@pytest.fixture
def audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Path]:
    def run(name: str, *claims: str) -> Path:
        path = tmp_path / name
        here(capsys, "audit", *claims, "--json", path, registry=registry())
        return path

    return run


def lines(capsys: pytest.CaptureFixture[str], old: Path, new: Path, code: ExitCode) -> list[str]:
    capsys.readouterr()
    assert run_diff(old, new) is code
    return capsys.readouterr().out.splitlines()


def test_an_audit_does_not_differ_from_itself(
    audited: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old = audited("old.json", "GOOD", "BAD")
    assert lines(capsys, old, old, ExitCode.OK) == ["no changes"]


def test_rows_that_came_and_went(
    audited: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = audited("old.json", "GOOD", "BAD"), audited("new.json", "GOOD", "CITED")
    assert lines(capsys, old, new, ExitCode.REFUTED) == [
        "CITED/reading: new row, UNSETTLEABLE",
        "BAD/reading: row gone, REFUTED",
        "2 changes",
    ]


def other_words(row: dict[str, Any]) -> None:
    row["roads"][0]["message"] = "other words"


TEN = "BOUNDED by Exhaustive (domain numbers below 10, count 10, met 10)"
NINE = TEN.replace("met 10", "met 9")

CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], list[str]]] = {
    "verdict": (
        lambda row: row.update(verdict="PROVED"),
        ["GOOD/reading: verdict: BOUNDED -> PROVED"],
    ),
    "assumptions": (
        lambda row: row.update(assumptions=["rule: r"]),
        ["GOOD/reading: rests on: none -> rule: r"],
    ),
    "count": (
        lambda row: row["roads"][0]["evidence"]["fields"].update(met=9),
        [f"GOOD/reading: road first engine (good): {TEN} -> {NINE}"],
    ),
    "road": (
        lambda row: row["roads"].pop(),
        [f"GOOD/reading: road second engine (good2): {NINE} -> none"],
    ),
    "words": (other_words, []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_kind_of_change_is_one_line(audited: Callable[..., Path], name: str) -> None:
    change, expected = CHANGES[name]
    old = read_audit(audited("old.json", "GOOD"))
    new = json.loads(json.dumps(old))
    change(new["rows"][0])
    assert [str(one) for one in changes(old, new)] == expected


def test_other_profiles_are_said(audited: Callable[..., Path]) -> None:
    old = read_audit(audited("old.json", "GOOD"))
    assert [str(one) for one in changes(old, {**old, "profile": "full"})] == [
        "profile: quick -> full"
    ]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (None, BadInput, "cannot be read"),
        ("{", MalformedSyntax, "new.json"),
        ('{"format": "dlmcheck-lock"}', MalformedSyntax, "what dlmcheck audit --json writes"),
    ],
)
def test_what_is_no_audit_is_bad_input(
    tmp_path: Path, text: str | None, kind: type[BadInput], message: str
) -> None:
    path = tmp_path / "new.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(kind, match=message):
        read_audit(path)
