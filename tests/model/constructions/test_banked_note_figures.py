"""The figures that the notes T3.2, T3.3 and C-OPT print are the figures that are measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlmcheck.model.constructions.blocks import compile_write_once_blocks
from dlmcheck.model.constructions.carrying import carried, latest_layers
from dlmcheck.model.constructions.remask import compile_remasking, remasking_length
from dlmcheck.model.constructions.revise import compile_revision, revision_length
from dlmcheck.model.constructions.rows import rows_of
from dlmcheck.model.constructions.shorter import (
    growing_revision_length,
    split_remasking_length,
    ternary_revision_length,
)
from dlmcheck.model.families.layered_random import block_layers, random_layered
from dlmcheck.model.formats.load import load_circuit
from dlmcheck.model.reductions.unrolled import unroll
from dlmcheck.spec.lattice import Stop
from dlmcheck.spec.resources import depth
from tests.model.constructions.test_blocks import parity_chain
from tests.model.reductions.test_unrolled import xor_ring

DEPTHS = (1, 2, 4, 8, 16, 32, 64, 128)


def table(note: Path, first: str, which: int = 0) -> dict[str, list[int]]:
    """Of the tables whose head begins with a word, one: first column, and all numbers."""
    tables: list[dict[str, list[int]]] = []
    inside = False
    for line in note.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
            tables.append({})
        elif inside and not cells[0].startswith("-"):
            numbers = re.findall(r"\d(?:,?\d)*", " ".join(cells[1:]))
            tables[-1][cells[0]] = [int(n.replace(",", "")) for n in numbers]
    return tables[which]


@pytest.fixture
def notes(source_root: Path) -> Path:
    return source_root / "proofs_notes"


def test_depths_of_both_constructions_are_as_the_notes_say(notes: Path) -> None:
    remasking: list[tuple[int, int, int]] = []
    revision: list[tuple[int, int]] = []
    for d in DEPTHS:
        circuit = random_layered(1, 0, 2, 2, d)
        layers = block_layers(circuit, 2)
        schedule = compile_remasking(circuit, layers=layers).schedule
        assert schedule.remask is not None
        parts = schedule.predictor, schedule.unmask, schedule.remask
        remasking.append((depth(parts[0]), depth(parts[1]), depth(parts[2])))
        schedule = compile_revision(circuit, layers=layers).schedule
        revision.append((depth(schedule.predictor), depth(schedule.unmask)))
    noted = table(notes / "T3.2.md", "d")
    assert noted == dict(zip("pFG", map(list, zip(*remasking, strict=True)), strict=True))
    noted = table(notes / "T3.3.md", "d")
    assert noted == dict(zip("pF", map(list, zip(*revision, strict=True)), strict=True))


def test_lengths_are_as_the_note_says(notes: Path) -> None:
    assert table(notes / "T3.3.md", "d", 1) == {
        str(d): [
            revision_length(4, d),
            growing_revision_length(4, d),
            growing_revision_length(4, d, Stop.FIXED_ROUNDS),
            ternary_revision_length(4, d),
            remasking_length(4, d),
            split_remasking_length(4, 4, d),
        ]
        for d in (1, 2, 3, 4, 7, 8, 15, 63, 127)
    }


def test_unrolled_depths_and_blocks_are_as_the_note_says(notes: Path) -> None:
    noted: dict[str, list[int]] = {}
    for d in (1, 2, 4, 8, 16):
        unrolled = unroll(compile_revision(xor_ring(d)).schedule)
        noted[str(d)] = [unrolled.round_depth, unrolled.depth, unrolled.bound]
    assert table(notes / "C-OPT.md", "d") == noted
    noted = {}
    for d in (4, 8, 16):
        noted[str(d)] = []
        for c in (1, 2, 4, d):
            schedule = compile_write_once_blocks(parity_chain(d), c).schedule
            noted[str(d)] += [schedule.rounds, depth(schedule.predictor)]
    assert table(notes / "C-OPT.md", "d", 1) == noted


BENCHMARKS = ("ctrl", "int2float", "router", "dec", "adder", "bar", "voter", "square")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_widths_of_benchmark_circuits_are_as_the_note_says(
    name: str, notes: Path, source_root: Path
) -> None:
    path = source_root.parent / "shared" / "data" / "epfl" / f"{name}.aig"
    if not path.exists():
        pytest.skip("needs the EPFL circuits in ../shared/data/epfl")
    circuit = load_circuit(path, random=("*",))
    early = rows_of(*carried(circuit))
    late = rows_of(*carried(circuit, latest_layers(circuit)))
    length = revision_length(late.width, late.depth)
    assert table(notes / "T3.3.md", "circuit")[name][-6:] == [
        circuit.node_count,
        late.depth,
        early.width,
        late.width,
        length,
        late.depth + 1,
    ]
