"""The notes and the claims of this tree fit together, and every kind of misfit is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Claim, Profile, Registry, Row
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.lock_file import read_lock
from dlmcheck.verify.notes import INDEX, index, problems, read_note, read_notes

# --- the real tree -------------------------------------------------------------------------


def test_every_claim_has_its_note_and_every_note_is_sound(source_root: Path) -> None:
    assert problems(read_notes(source_root / "proofs_notes"), catalogue()) == []


def test_the_index_is_the_one_that_the_lock_gives(source_root: Path) -> None:
    folder = source_root / "proofs_notes"
    section = read_lock(source_root / "claims.lock").section(Profile.QUICK)
    verdicts = {row: entry.verdict.value for row, entry in section.items()}
    page = index(read_notes(folder), catalogue(), verdicts)
    assert (folder / INDEX).read_text("utf-8") == page, "run dlmcheck notes --write"


def test_every_row_of_the_index_is_locked(source_root: Path) -> None:
    page = (source_root / "proofs_notes" / INDEX).read_text("utf-8")
    assert "not locked" not in page
    assert page.count("\n| ") == len(catalogue().rows) + 1


# --- canaries, on a small tree -------------------------------------------------------------


def note_text(
    name: str = "A", symbols: str = "- dlmcheck.spec.law.Law", uses: str = "", body: str = "Text."
) -> str:
    used = f"uses:\n{uses}\n" if uses else ""
    named = f"symbols:\n{symbols}\n" if symbols else "symbols: []\n"
    return f"---\nid: {name}\nreference: a book\n{named}{used}---\n\n# A\n{body}\n"


def registry(*notes: str) -> Registry:
    claims = [
        Claim(note, f"claim {note}", "a book", (), note, (Row(note, "reading", "it | holds", ()),))
        for note in notes
    ]
    return Registry(tuple(claims), ())


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., list[str]]:
    """The problems of a folder with one note, A.md, and of claims with the notes named."""

    def problems_of(text: str, *claims: str) -> list[str]:
        (tmp_path / "A.md").write_text(text)
        return problems(read_notes(tmp_path), registry(*claims))

    return problems_of


def test_a_good_note_has_no_problem(found: Callable[..., list[str]]) -> None:
    assert found(note_text(), "A") == []
    assert (
        found(note_text(uses="- A", body="It is not proved, and BOUNDEDNESS is no verdict.")) == []
    )


def test_canary_a_claim_without_note(found: Callable[..., list[str]]) -> None:
    assert found(note_text(), "A", "B") == ["claim B: no note B"]


@pytest.mark.parametrize(
    "symbol",
    [
        "dlmcheck.spec.law.Lore",
        "dlmcheck.spec.lore",
        "dlmcheck.spec.law.Law.lore",
        "nowhere.at.all",
    ],
)
def test_canary_a_symbol_that_does_not_exist(found: Callable[..., list[str]], symbol: str) -> None:
    assert found(note_text(symbols=f"- {symbol}"), "A") == [f"A.md: no symbol {symbol}"]


def test_canary_a_note_without_symbols(found: Callable[..., list[str]]) -> None:
    assert found(note_text(symbols=""), "A") == ["A.md: names no symbol"]


@pytest.mark.parametrize("verdict", [verdict.value for verdict in Verdict])
def test_canary_a_verdict_that_was_typed(found: Callable[..., list[str]], verdict: str) -> None:
    text = note_text(body=f"Well.\nThis is {verdict}.")
    line = text.splitlines().index(f"This is {verdict}.") + 1
    assert found(text, "A") == [f"A.md:{line}: verdict {verdict} typed by hand"]


def test_canary_another_id(found: Callable[..., list[str]]) -> None:
    assert found(note_text("B"), "B") == ["A.md: its id is B"]


def test_canary_a_note_that_uses_none(found: Callable[..., list[str]]) -> None:
    assert found(note_text(uses="- B"), "A") == ["A.md: uses B, which is no note"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# A\n", 1),
        ("---\nid: A\n", 1),
        ("---\nid: A\n---\n", 2),
        ("---\nreference: a book\n---\n", 2),
        ("---\nid: A\nreference: a book\nno colon\n---\n", 4),
    ],
)
def test_canary_front_matter_that_is_none(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "A.md").write_text(text)
    with pytest.raises(MalformedSyntax) as caught:
        read_note(tmp_path / "A.md")
    assert caught.value.line == line


def test_the_index_has_every_row_with_its_verdict_and_every_further_note(tmp_path: Path) -> None:
    for name in ("A", "B"):
        (tmp_path / f"{name}.md").write_text(note_text(name))
    (tmp_path / INDEX).write_text("no front matter: this page is generated")
    notes = read_notes(tmp_path)
    page = index(notes, registry("A"), {"A/reading": "BOUNDED"})
    assert "| A/reading | BOUNDED | it \\| holds | [A](A.md) |" in page
    assert "- [B](B.md): a book" in page
    assert "| A/reading | not locked |" in index(notes, registry("A"), {})


def test_canary_a_stale_index_is_another_page(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_text(note_text())
    notes = read_notes(tmp_path)
    page = index(notes, registry("A"), {"A/reading": "BOUNDED"})
    assert page != index(notes, registry("A"), {"A/reading": "REFUTED"})
    assert page != index(notes, registry("A", "B"), {"A/reading": "BOUNDED"})
