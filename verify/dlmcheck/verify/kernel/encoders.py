"""Certificates that clauses have no model, tied to a claim by the encoder that made the clauses.

A file names an encoder and gives it the claim as data; the encoder, which is part of this package,
makes the clauses anew, and they must be those of the file, byte for byte. Then the file's proof is
gone through. So what is believed is the encoder alone: that its clauses say what the claim says is
argued in its docstring or note and tested against enumeration, not replayed. The result names it.

To add an encoder: a function of this form and a line in `ENCODERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.verify.kernel.circuit_formulas import EQUAL, INVERSE, read_equal, read_inverse
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.refutation import Encoded, check_claim, dimacs
from dlmcheck.verify.kernel.results import Checked

KIND = "refutation"

Encoder = Callable[[Document, Mapping[str, Json], Path], Encoded]
"""From the claim's fields ("encoder" among them), which stand at a path of the document."""

ENCODERS: dict[str, Encoder] = {
    EQUAL: read_equal,
    INVERSE: read_inverse,
}


def refutation_text(claim: Mapping[str, object], encoded: Encoded, proof: str) -> str:
    """A certificate: the claim with its encoder's name, the clauses, a proof with hints."""
    return certificate_text(
        KIND,
        claim={"encoder": encoded.encoder, **claim},
        dimacs=dimacs(encoded.variables, encoded.clauses),
        proof=proof,
    )


def check_document(document: Document) -> Checked:
    """Make the clauses of the claim anew, compare them, and go through the proof."""
    raw = fields_of(document, ("claim", "dimacs", "proof"))
    claim, path = raw["claim"], ("claim",)
    if not isinstance(claim, dict) or "encoder" not in claim:
        raise document.malformed(claim, path, "an object with encoder")
    name = document.string(claim["encoder"], (*path, "encoder"))
    if name not in ENCODERS:
        raise document.bad(
            f"unknown encoder {name!r}", path, ", ".join(ENCODERS), kind=MalformedSyntax
        )
    encoded = ENCODERS[name](document, claim, path)
    written = document.string(raw["dimacs"], ("dimacs",))
    return check_claim(encoded, written, document.string(raw["proof"], ("proof",)))
