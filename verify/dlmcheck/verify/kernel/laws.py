"""Equality of output laws by the specification itself: the reference enumeration.

Both laws are computed by the definitions, in exact rationals: the run's from the serialised
schedule by the generic semantics, the circuit's by going through all its seeds. Exponential in
the number of random bits, and the yardstick for every engine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.circuit import Bits, Circuit, all_data
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import output_law as run_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State, show_state
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "law"


@dataclass(frozen=True)
class LawWitness:
    """Data for which the laws differ: an output and its two probabilities, or an illegal run.

    `error` names the rule that the run breaks; then there is no output.
    """

    data: str
    output: str = ""
    by_run: Fraction = Fraction(0)
    by_circuit: Fraction = Fraction(0)
    error: str = ""

    @property
    def reason(self) -> str:
        """One line: what is wrong for which data."""
        given = f"for data {self.data}: " if self.data else ""
        if self.error:
            return f"{given}the run is illegal ({self.error})"
        return (
            f"{given}output {self.output or '(empty)'} has probability {self.by_run} in the run "
            f"and {self.by_circuit} in the circuit"
        )

    def to_json(self) -> str:
        """The witness as text."""
        return json.dumps(
            {
                "data": self.data,
                "output": self.output,
                "by_run": str(self.by_run),
                "by_circuit": str(self.by_circuit),
                "error": self.error,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> LawWitness:
        """The inverse of `to_json`. Raises `MalformedSyntax`."""
        document = Document.parse(text, "law witness")
        raw = document.fields(
            document.value, (), ("data", "output", "by_run", "by_circuit", "error")
        )
        found = {key: document.string(value, (key,)) for key, value in raw.items()}
        try:
            by_run, by_circuit = Fraction(found["by_run"]), Fraction(found["by_circuit"])
        except (ValueError, ZeroDivisionError):
            raise document.malformed(raw["by_run"], ("by_run",), "two fractions") from None
        return cls(found["data"], found["output"], by_run, by_circuit, found["error"])


def as_tokens(law: Law[Bits]) -> Law[State]:
    """A law of bit strings as a law of tokens."""
    return law.map(lambda bits: tuple(int(bit) for bit in bits))


def difference(schedule: Schedule, circuit: Circuit) -> LawWitness | None:
    """The first data for which the run's law is not the circuit's, with an output; or None.

    Raises `Rejected` if inputs or outputs of the two are not the same by name.
    """
    _check_names(schedule, circuit)
    for data in all_data(circuit):
        found = difference_for(schedule, circuit, data)
        if found is not None:
            return found
    return None


def _check_names(schedule: Schedule, circuit: Circuit) -> None:
    if schedule.data_names != tuple(circuit.inputs[v].name for v in circuit.data_inputs):
        raise Rejected("the schedule's data inputs are not the circuit's")
    if schedule.output_names != circuit.output_names:
        raise Rejected("the schedule's outputs are not the circuit's")


def difference_for(schedule: Schedule, circuit: Circuit, data: Bits) -> LawWitness | None:
    """The first output with two probabilities for these data, or an illegal run; None if neither.

    Inputs and outputs of the two are the same by name, as in `difference`.
    """
    shown = "".join(str(int(bit)) for bit in data)
    wanted = as_tokens(circuit_law(circuit, data))
    try:
        found = run_law(sampler_of(schedule, data))
    except (IllegalSampler, IllegalCode) as error:
        return LawWitness(shown, error=type(error).__name__)
    if found == wanted:
        return None
    output = min(o for o in found.support | wanted.support if found[o] != wanted[o])
    return LawWitness(shown, show_state(output), found[output], wanted[output])


def check_same_law(name: str, schedule: Schedule, circuit: Circuit) -> Checked:
    """Decide by enumeration whether a schedule samples a circuit, for all data.

    PROVED or REFUTED; exponential in the number of random and data bits.
    """
    witness = difference(schedule, circuit)
    if witness is not None:
        return kernel_result(
            name, Verdict.REFUTED, Witness(name, witness.to_json(), witness.reason)
        )
    count = len(all_data(circuit))
    return kernel_result(name, Verdict.PROVED, Exhaustive("all data and all seeds", count, count))


def check_law_witness(
    name: str, schedule: Schedule, circuit: Circuit, witness: LawWitness
) -> Checked:
    """Replay a law witness: for its data the laws differ as it says.

    Raises `Rejected` if they do not, or if the data do not fit.
    """
    _check_names(schedule, circuit)
    if len(witness.data) != len(circuit.data_inputs) or not set(witness.data) <= {"0", "1"}:
        raise Rejected("the witness does not give one bit per data input")
    found = difference_for(schedule, circuit, tuple(bit == "1" for bit in witness.data))
    if found is None:
        raise Rejected("the laws are equal for these data")
    if found != witness:
        raise Rejected(f"the laws differ in another way: {found.reason}")
    return kernel_result(name, Verdict.REFUTED, Witness(name, witness.to_json(), witness.reason))


def check_document(document: Document) -> Checked:
    """A schedule, a circuit and data for which their laws differ, from a file."""
    fields_of(document, ("schedule", "circuit", "witness"))
    schedule, circuit = schedule_field(document), circuit_field(document)
    witness = LawWitness.from_json(text_field(document, "witness"))
    return check_law_witness("same law", schedule, circuit, witness)
