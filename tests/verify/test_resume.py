"""Kept parts: taken only if they are whole and of the same sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import dlmcheck.verify
from dlmcheck.verify import resume
from dlmcheck.verify.api import audit
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.kernel.evidence import Exhaustive
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.resume import kept_parts, resumable, source_digest
from tests.verify.cli.planted import registry


def kept(folder: Path) -> frozenset[str]:
    return kept_parts(resumable(registry(), folder), Profile.QUICK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the parts of GOOD and BAD."""
    audit(["GOOD", "BAD", "CITED"], registry=registry(), resume=tmp_path)
    assert kept(tmp_path) == {"good#0", "good#1", "good2#0", "bad#0"}
    return tmp_path


def file_of(folder: Path, job: str) -> Path:
    (path,) = folder.rglob(f"quick--{job}--1-of-1.json")
    return path


def test_a_second_audit_says_the_same_and_how_much_of_it_is_old(folder: Path) -> None:
    rows = {row.row.id: row for row in audit(["GOOD", "BAD"], registry=registry(), resume=folder)
            .result.rows}  # fmt: skip
    evidence = [road.evidence for road in rows["GOOD/reading"].roads]
    assert evidence == [
        Exhaustive("numbers below 10", 10, 10, 2),
        Exhaustive("numbers below 10", 10, 9, 1),
    ]
    assert rows["BAD/reading"].verdict is Verdict.REFUTED


DAMAGE: list[Callable[[str], str]] = [
    lambda text: text[: len(text) // 2],
    lambda text: "",
    lambda text: "[]",
    lambda text: text.replace('"version": 1', '"version": 2'),
    lambda text: text.replace('"job": "good2"', '"job": "good3"'),
    lambda text: text.replace('\\"holds\\": 9', '\\"holds\\": 10'),
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_part_is_done_again(folder: Path, damage: Callable[[str], str]) -> None:
    path = file_of(folder, "good2")
    text = path.read_text()
    assert damage(text) != text
    path.write_text(damage(text))
    assert "good2#0" not in kept(folder)
    (row,) = audit(["GOOD"], registry=registry(), resume=folder).result.rows
    assert row.roads[1].evidence == Exhaustive("numbers below 10", 10, 9, 0)
    assert "good2#0" in kept(folder)


def test_a_forged_counterexample_is_replayed_and_not_believed(folder: Path) -> None:
    path = file_of(folder, "bad")
    raw = json.loads(path.read_text())
    raw["found"] = raw["found"].replace('[3, "3"', '[4, "4"')
    raw["check"] = resume._check(raw["found"])  # pyright: ignore[reportPrivateUsage]
    path.write_text(json.dumps(raw))
    assert "bad#0" in kept(folder)
    (row,) = audit(["BAD"], registry=registry(), resume=folder).result.rows
    assert row.verdict is Verdict.ERROR
    assert "does not refute" in row.roads[0].message


def _another() -> str:
    return "another"


def test_other_sources_share_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "source_digest", _another)
    assert kept(folder) == frozenset()
    audit(["GOOD"], registry=registry(), resume=folder)
    assert kept(folder) == {"good#0", "good#1", "good2#0"}
    monkeypatch.undo()
    assert len(kept(folder)) == 4


def test_the_digest_is_of_every_module_and_of_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = source_digest()
    assert source_digest() == before
    with monkeypatch.context() as patch:
        patch.setattr(resume, "version", str)
        assert source_digest() != before
    (tmp_path / "module.py").write_text("x = 1\n")
    with monkeypatch.context() as patch:
        patch.setattr(dlmcheck.verify, "__path__", [str(tmp_path)])
        first = source_digest()
        (tmp_path / "module.py").write_text("x = 2\n")
        assert len({before, first, source_digest()}) == 3


def test_a_folder_that_cannot_be_written_costs_no_result(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.touch()
    (row,) = audit(["GOOD"], registry=registry(), resume=blocked / "parts").result.rows
    assert row.verdict is Verdict.BOUNDED


def test_jobs_in_one_piece_are_as_they_were() -> None:
    given: Registry = registry()
    wrapped = resumable(given, Path("nowhere"))
    assert wrapped.job("cited") is given.job("cited")
    assert wrapped.job("good") is not given.job("good")
    assert wrapped.claims == given.claims
