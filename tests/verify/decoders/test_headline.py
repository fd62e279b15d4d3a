"""The tables of the note: regenerated, and what they say."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.targets import parse_target
from dlmcheck.verify.decoders import headline
from dlmcheck.verify.decoders.headline import main, runs_of, show_distance, verdicts, with_tables


def test_the_note_has_the_tables_that_the_command_gives(source_root: Path, tmp_path: Path) -> None:
    text = (source_root / "proofs_notes" / "DECODERS.md").read_text("utf-8")
    copy = tmp_path / "note.md"
    copy.write_text(text.replace("| llada-random |", "| changed |"), "utf-8")
    assert main(["--write", str(copy)]) == 0
    assert copy.read_text("utf-8") == text, "run python -m dlmcheck.verify.decoders.headline"


def test_a_note_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no marks"):
        with_tables("nothing", "tables")


def test_the_columns_of_two_rules() -> None:
    random = dict(zip(headline.HEADS[1:], verdicts(runs_of("llada-random", (2, 3))), strict=True))
    assert random["class of F"] == "exchangeable"
    assert random["DEC-BLIND"] == "yes"
    assert random["T4.5"] == "no"
    sure = dict(zip(headline.HEADS[1:], verdicts(runs_of("llada-low-confidence")), strict=True))
    assert (sure["class of F"], sure["DEC-BLIND"], sure["DEC-JOINT"]) == (
        "after-sampling",
        "no",
        "yes",
    )


def test_rules_that_look_simpler_on_three_cells_are_shown_on_more() -> None:
    for name, unmasking, cells in (
        ("wino", "deterministic", "remasks"),
        ("llada-low-confidence-blocks", "after-sampling", "write-once"),
    ):
        found = {**runs_of(name, (3,)), **headline.larger_runs_of(name)}
        row = dict(zip(headline.HEADS[1:], verdicts(found), strict=True))
        assert (row["class of F"], row["T4.5"]) == (unmasking, "no")
        assert row["cells"].startswith(cells)


def test_distances_are_exact_or_cut_off() -> None:
    assert show_distance(Fraction(1, 10_001)) == "< 0.0001"
    assert show_distance(Fraction(19_999, 20_001)) == "0.9999.."


def test_a_run_that_does_not_end_has_no_distance() -> None:
    analysis = headline.run(RULES["llada-random"], parse_target("one-hot:3").law, 3)
    assert analysis is not None
    assert headline.show_run(analysis, "one-hot:3") == "0"
    assert headline.show_run(None, "one-hot:3") == "-"
