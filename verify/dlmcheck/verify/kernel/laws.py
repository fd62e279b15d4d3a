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
from dlmcheck.spec.errors import IllegalCode, IllegalSampler, MalformedSyntax
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import output_law as run_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State, show_state
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict


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
        try:
            raw = json.loads(text)
            return cls(
                str(raw["data"]),
                str(raw["output"]),
                Fraction(str(raw["by_run"])),
                Fraction(str(raw["by_circuit"])),
                str(raw["error"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedSyntax(f"no law witness: {error}", source="witness") from error


def as_tokens(law: Law[Bits]) -> Law[State]:
    """A law of bit strings as a law of tokens."""
    return law.map(lambda bits: tuple(int(bit) for bit in bits))


def difference(schedule: Schedule, circuit: Circuit) -> LawWitness | None:
    """The first data for which the run's law is not the circuit's, with an output; or None.

    Raises `Rejected` if inputs or outputs of the two are not the same by name.
    """
    if schedule.data_names != tuple(circuit.inputs[v].name for v in circuit.data_inputs):
        raise Rejected("the schedule's data inputs are not the circuit's")
    if schedule.output_names != circuit.output_names:
        raise Rejected("the schedule's outputs are not the circuit's")
    for data in all_data(circuit):
        shown = "".join(str(int(bit)) for bit in data)
        wanted = as_tokens(circuit_law(circuit, data))
        try:
            found = run_law(sampler_of(schedule, data))
        except (IllegalSampler, IllegalCode) as error:
            return LawWitness(shown, error=type(error).__name__)
        if found != wanted:
            output = min(o for o in found.support | wanted.support if found[o] != wanted[o])
            return LawWitness(shown, show_state(output), found[output], wanted[output])
    return None


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
