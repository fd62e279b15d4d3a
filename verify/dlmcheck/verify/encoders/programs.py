"""Certificates that no program of so few gates computes some functions (`program_queries`).

For a write-once, gate-local sampler whose masks depend on the round alone, the least number of
cells besides the prompt is the number of gates that the function needs (the note C-SPACE).
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.encoders.reading import number_up_to
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.refutation import Encoded, check_claim, dimacs
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.searches.program_queries import program_formula

KIND = "program"
ENCODER = "programs"
MOST_INPUTS = 6
MOST_GATES = 16
"""More inputs, gates or functions are refused: their clauses could not be written down."""


@dataclass(frozen=True)
class NoProgram:
    """The claim: no program of so many gates has each of the functions at a gate.

    Bit x of a table is the function's value where input i is bit i of x.
    """

    inputs: int
    tables: tuple[int, ...]
    gates: int

    @property
    def functions(self) -> list[str]:
        """The tables as text: character x is the value at x."""
        return ["".join(str(t >> x & 1) for x in range(1 << self.inputs)) for t in self.tables]

    @property
    def encoded(self) -> Encoded:
        """The claim as clauses, which have a model if it is false."""
        formula = program_formula(self.inputs, self.tables, self.gates)
        statement = (
            f"no program of {self.gates} gates of fan-in two on {self.inputs} bits has at its "
            f"gates {', '.join(self.functions)}"
        )
        return Encoded(statement, ENCODER, formula.variables, tuple(formula.clauses))


def program_text(claim: NoProgram, proof: str) -> str:
    """A certificate from a refutation with hints (see `engines.hints.refute`), not checked here."""
    encoded = claim.encoded
    return certificate_text(
        KIND,
        inputs=claim.inputs,
        functions=claim.functions,
        gates=claim.gates,
        dimacs=dimacs(encoded.variables, encoded.clauses),
        proof=proof,
    )


def check_document(document: Document) -> Checked:
    """Make the clauses of the claim anew, compare them, and go through the proof."""
    raw = fields_of(document, ("inputs", "functions", "gates", "dimacs", "proof"))
    inputs = number_up_to(document, raw["inputs"], "inputs", 2, MOST_INPUTS)
    gates = number_up_to(document, raw["gates"], "gates", 0, MOST_GATES)
    tables: list[int] = []
    for k, value in enumerate(document.array(raw["functions"], ("functions",))):
        text = document.string(value, ("functions", k))
        if len(text) != 1 << inputs or set(text) - set("01"):
            raise document.malformed(value, ("functions", k), f"{1 << inputs} characters 0 or 1")
        tables.append(int(text[::-1], 2))
    if not 1 <= len(tables) <= MOST_GATES:
        raise document.malformed(raw["functions"], ("functions",), f"1 to {MOST_GATES} functions")
    written = document.string(raw["dimacs"], ("dimacs",))
    claim = NoProgram(inputs, tuple(tables), gates)
    return check_claim(claim.encoded, written, document.string(raw["proof"], ("proof",)))
