"""Certificates that no scheme fits on so few cells: refutations of `searches.scheme_queries`.

A scheme is where the layers of a gate-for-gate simulation stand, whatever the circuit is (see
`searches.schemes`, and the note T3-SHORTER). That there is none on L cells is a lower bound on the
length of every construction of that form.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.encoders.reading import number_up_to
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.refutation import Encoded, check_claim, dimacs
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.searches.scheme_queries import question

KIND = "length"
ENCODER = "schemes"
LARGEST = 64
"""Larger widths, depths and lengths are refused: their clauses could not be written down."""
_FIELDS = ("edits", "width", "depth", "length", "end")


@dataclass(frozen=True)
class NoScheme:
    """The claim: no scheme of this width and depth fits on this many cells."""

    edits: Edits
    width: int
    depth: int
    length: int
    end: End

    @property
    def encoded(self) -> Encoded:
        """The claim as clauses, which have a model if it is false."""
        formula = question(self.edits, self.width, self.depth, self.length, self.end).formula
        statement = (
            f"no scheme for width {self.width} and depth {self.depth} on {self.length} cells "
            f"({self.edits.value}, {self.end.value})"
        )
        return Encoded(statement, ENCODER, formula.variables, tuple(formula.clauses))


def length_text(claim: NoScheme, proof: str) -> str:
    """A certificate from a refutation with hints (see `engines.hints.refute`), not checked here."""
    encoded = claim.encoded
    return certificate_text(
        KIND,
        edits=claim.edits.value,
        width=claim.width,
        depth=claim.depth,
        length=claim.length,
        end=claim.end.value,
        dimacs=dimacs(encoded.variables, encoded.clauses),
        proof=proof,
    )


def check_document(document: Document) -> Checked:
    """Make the clauses of the claim anew, compare them, and go through the proof."""
    raw = fields_of(document, (*_FIELDS, "dimacs", "proof"))
    width, depth, length = (
        number_up_to(document, raw[key], key, least, LARGEST)
        for key, least in (("width", 1), ("depth", 0), ("length", 0))
    )
    edits = document.choice(raw["edits"], ("edits",), Edits)
    end = document.choice(raw["end"], ("end",), End)
    claim = NoScheme(edits, width, depth, length, end)
    written = document.string(raw["dimacs"], ("dimacs",))
    return check_claim(claim.encoded, written, document.string(raw["proof"], ("proof",)))
