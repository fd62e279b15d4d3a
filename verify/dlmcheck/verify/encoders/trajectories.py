"""Certificates that no layer-by-layer simulation of a circuit fits on so few cells.

The circuit is a sequence of bijections of w bits; which cells are masked may depend on the values
(`searches.trajectories`, and the note T3-SHORTER). So this is more than that no scheme fits, for
one circuit.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.encoders.reading import number_up_to
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.refutation import Encoded, check_claim, dimacs
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.searches.trajectories import Wires, question

KIND = "trajectory"
ENCODER = "trajectories"
MOST_WIRES = 4
MOST_CELLS = 16
MOST_STATES = 128
"""More wires, cells, or states (layers times seeds) are refused: the clauses grow with them."""


@dataclass(frozen=True)
class NoSimulation:
    """The claim: no layer-by-layer simulation of the wires fits on this many cells."""

    wires: Wires
    edits: Edits
    length: int
    end: End

    @property
    def encoded(self) -> Encoded:
        """The claim as clauses, which have a model if it is false."""
        formula = question(self.wires, self.edits, self.length, self.end)
        statement = (
            f"no layer-by-layer simulation of the bijections {list(map(list, self.wires.maps))} "
            f"of {self.wires.width} bits on {self.length} cells "
            f"({self.edits.value}, {self.end.value})"
        )
        return Encoded(statement, ENCODER, formula.variables, tuple(formula.clauses))


def trajectory_text(claim: NoSimulation, proof: str) -> str:
    """A certificate from a refutation with hints (see `engines.hints.refute`), not checked here."""
    encoded = claim.encoded
    return certificate_text(
        KIND,
        edits=claim.edits.value,
        width=claim.wires.width,
        layers=[list(table) for table in claim.wires.maps],
        length=claim.length,
        end=claim.end.value,
        dimacs=dimacs(encoded.variables, encoded.clauses),
        proof=proof,
    )


def check_document(document: Document) -> Checked:
    """Make the clauses of the claim anew, compare them, and go through the proof."""
    raw = fields_of(document, ("edits", "width", "layers", "length", "end", "dimacs", "proof"))
    edits = document.choice(raw["edits"], ("edits",), Edits)
    end = document.choice(raw["end"], ("end",), End)
    width = number_up_to(document, raw["width"], "width", 1, MOST_WIRES)
    wires = Wires(width, _bijections(document, raw["layers"], width))
    length = number_up_to(document, raw["length"], "length", width, MOST_CELLS)
    claim = NoSimulation(wires, edits, length, end)
    written = document.string(raw["dimacs"], ("dimacs",))
    return check_claim(claim.encoded, written, document.string(raw["proof"], ("proof",)))


def _bijections(document: Document, value: Json, width: int) -> tuple[tuple[int, ...], ...]:
    layers = document.array(value, ("layers",))
    if (len(layers) + 1) << width > MOST_STATES:
        raise document.malformed(value, ("layers",), f"at most {MOST_STATES} states of all layers")
    tables: list[tuple[int, ...]] = []
    for t, layer in enumerate(layers):
        path = ("layers", t)
        entries = document.array(layer, path)
        table = tuple(document.integer(entry, (*path, k)) for k, entry in enumerate(entries))
        if sorted(table) != list(range(1 << width)):
            raise document.malformed(layer, path, f"each number below {1 << width} once")
        tables.append(table)
    return tuple(tables)
