"""The figures that the notes T3.1 and C-AR print are the figures that are measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlmcheck.model.autoregressive import steps_against_rounds
from dlmcheck.model.constructions.figures import compare_frontiers, describe
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats.load import load_circuit

IN_NOTE = {
    "parity of 64 bits, chain": "parity-chain",
    "parity of 64 bits, tree": "parity-tree",
    "64 bits of even parity from 63": "even-strings",
    "sum of two 64-bit numbers, carry by carry": "ripple-adder",
    "sum of two 64-bit numbers, prefix": "prefix-adder",
    "64 bits rotated by an address": "barrel-shifter",
    "64 bits sorted": "sorting-network",
}


def rows(note: Path) -> dict[str, list[int]]:
    """First column and the numbers of each table row of a note."""
    found: dict[str, list[int]] = {}
    for line in note.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if line.startswith("|") and len(cells) >= 5:
            text = " ".join(cells[1:])
            found[cells[0]] = [int(n.replace(",", "")) for n in re.findall(r"\d(?:,?\d)*", text)]
    return found


def test_steps_and_rounds_of_the_families_are_as_the_note_says(source_root: Path) -> None:
    noted = rows(source_root / "proofs_notes" / "C-AR.md")
    measured = {
        row.name: [row.nodes, row.depth, row.steps, row.rounds]
        for row in steps_against_rounds(
            (text, FAMILIES[name](64)) for text, name in IN_NOTE.items()
        )
    }
    assert {text: noted[text] for text in IN_NOTE} == measured


@pytest.mark.parametrize(
    "name", ["ctrl", "int2float", "router", "dec", "adder", "bar", "voter", "square"]
)
def test_figures_of_the_epfl_circuits_are_as_the_note_says(source_root: Path, name: str) -> None:
    path = source_root.parent / "shared" / "data" / "epfl" / f"{name}.aig"
    if not path.exists():
        pytest.skip("needs the EPFL circuits in ../shared/data/epfl")
    noted = rows(source_root / "proofs_notes" / "T3.1.md")[name]
    circuit = load_circuit(path, random=["all"])
    figures = describe(compile_write_once(circuit))
    assert noted[:6] == [
        figures.nodes_before,
        figures.nodes_after,
        figures.depth_before,
        figures.depth_after,
        figures.length,
        figures.rounds,
    ]
    assert (figures.predictor.depth, figures.predictor.locality) == (3, 4)
    assert (figures.unmask.depth, figures.unmask.locality) == (1, 3)
    if figures.length < 400:
        by_frontier = compare_frontiers(circuit)
        assert noted[6:] == [
            by_frontier["block shift, equal widths"].length,
            by_frontier["block shift, strict layers"].length,
            by_frontier["token shift"].rounds,
        ]
