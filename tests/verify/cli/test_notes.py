"""`dlmcheck notes`: misfits are found, and the index follows the lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.cli.planted import registry
from tests.verify.cli.running import Result, complaint, here


@pytest.fixture
def notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """The command on a folder with a good note per planted claim, and a lock of one of them."""
    folder, lock = tmp_path / "notes", tmp_path / "claims.lock"
    folder.mkdir()
    for claim in registry().claims:
        front = f"id: {claim.id}\nreference: planted\nsymbols:\n- dlmcheck.spec.law.Law"
        (folder / f"{claim.id}.md").write_text(f"---\n{front}\n---\nIt holds.\n")
    here(capsys, "audit", "GOOD", "--write-lock", lock, registry=registry())
    return lambda *arguments: here(
        capsys, "notes", "--folder", folder, "--lock", lock, *arguments, registry=registry()
    )


def test_the_index_is_written_from_the_lock(tmp_path: Path, notes: Callable[..., Result]) -> None:
    index = tmp_path / "notes" / "INDEX.md"
    done = notes()
    assert done.code == 1
    assert "INDEX.md is out of date" in done.out
    assert not index.exists()
    assert notes("--write").code == 0
    assert "| GOOD/reading | BOUNDED | GOOD holds | [GOOD](GOOD.md) |" in index.read_text()
    assert "| BAD/reading | not locked |" in index.read_text()
    done = notes()
    assert done.code == 0, done
    assert done.out.endswith("no misfits\n")


def test_an_index_edited_by_hand_is_found(tmp_path: Path, notes: Callable[..., Result]) -> None:
    notes("--write")
    index = tmp_path / "notes" / "INDEX.md"
    index.write_text(index.read_text().replace("BOUNDED", "PROVED"))
    assert notes().code == 1


def test_misfits_are_listed(tmp_path: Path, notes: Callable[..., Result]) -> None:
    notes("--write")
    note = tmp_path / "notes" / "GOOD.md"
    note.write_text(note.read_text().replace("law.Law", "law.Lore") + "It is PROVED.\n")
    done = notes()
    assert done.code == 1
    assert "GOOD.md: no symbol dlmcheck.spec.law.Lore" in done.out
    assert "verdict PROVED typed by hand" in done.out
    assert done.out.endswith("2 misfits\n")


def test_a_folder_that_is_none(tmp_path: Path, notes: Callable[..., Result]) -> None:
    done = notes("--folder", tmp_path / "nowhere")
    assert done.code == 2
    assert "is no folder" in complaint(done)
