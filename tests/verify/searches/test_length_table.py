"""The tables in the notes are what the searches find."""

from __future__ import annotations

from pathlib import Path

from dlmcheck.verify.searches.length_table import length_lines, space_lines

NOTES = Path(__file__).parents[3] / "proofs_notes"


def test_the_table_of_lengths_is_up_to_date() -> None:
    assert "\n".join(["", *length_lines(), ""]) in (NOTES / "T3-SHORTER.md").read_text()


def test_the_table_of_footprints_is_up_to_date() -> None:
    assert "\n".join(["", *space_lines(), ""]) in (NOTES / "C-SPACE.md").read_text()
