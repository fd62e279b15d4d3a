"""Laws as certificates state them: of a circuit, or of a run, by counts of seeds.

    "circuit": ..., "data": "01", "exponent": 4, "counts": {"00": "12", "01": "4"}

with "schedule" instead of "circuit" for a run. Of 2^exponent seeds so many give each string of
outputs (first output first) for the data. How a kind of certificate finds the law is its own
affair; how it is written, read and compared is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Bits, Circuit
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.kernel.documents import (
    certificate_text,
    circuit_field,
    fields_of,
    schedule_field,
    text_field,
)
from dlmcheck.verify.kernel.evidence import Evidence
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.run_circuits import run_circuit
from dlmcheck.verify.kernel.verdicts import Verdict

CIRCUIT, SCHEDULE = "circuit", "schedule"
STATEMENTS = {CIRCUIT: "law of a circuit", SCHEDULE: "law of a run"}
LONG = 256
"""Probabilities over larger powers of two are not written out where they differ."""


@dataclass(frozen=True)
class Counts:
    """How many of 2^exponent seeds give each string of output bits, first output first."""

    exponent: int
    counts: Mapping[str, int]

    def fits(self, other: Counts) -> bool:
        """Whether this is the same law, whatever the exponents."""
        if self.counts.keys() != other.counts.keys():
            return False
        return all(
            count << other.exponent == other.counts[text] << self.exponent
            for text, count in self.counts.items()
        )


@dataclass(frozen=True)
class Notation:
    """How a count is written: a prefix, digits of a base, no zero in front, at most so many.

    `called` says what one is to somebody who has written something else.
    """

    base: int
    prefix: str
    digits: frozenset[str]
    called: str
    write: Callable[[int], str]
    longest: int | None = None

    def reads(self, written: str) -> bool:
        """Whether a text is a positive number in this notation."""
        digits = written.removeprefix(self.prefix)
        return (
            written.startswith(self.prefix)
            and bool(digits)
            and digits[0] != "0"
            and (self.longest is None or len(digits) <= self.longest)
            and self.digits.issuperset(digits)
        )


DECIMAL = Notation(
    10, "", frozenset("0123456789"), "a positive whole number of up to 4300 digits", str, 4300
)
"""Python by itself reads and writes no longer ones."""
HEXADECIMAL = Notation(16, "0x", frozenset("0123456789abcdef"), "a positive number in base 16", hex)
"""For counts of any length: in a base that is a power of two they take linear time."""


@dataclass(frozen=True)
class StatedLaw:
    """The subject of a certificate, its data, and the law that is stated of it."""

    subject: Circuit | Schedule
    data: Bits
    law: Counts

    def as_circuit(self) -> tuple[Circuit, Bits]:
        """The circuit and its data; of a run, the circuit that `run_circuit` makes of it."""
        if isinstance(self.subject, Circuit):
            return self.subject, self.data
        return run_circuit(self.subject, self.data), ()

    def confirm(self, found: Counts, evidence: Evidence) -> Checked:
        """PROVED if the law found of `as_circuit` is the one stated. Raises `Rejected`."""
        if isinstance(self.subject, Circuit):
            return confirm(STATEMENTS[CIRCUIT], found, self.law, evidence)
        # The circuit of a run has one output more, which is 1 if a rule is broken.
        if any(text.endswith("1") for text in found.counts):
            raise Rejected("a rule of the model is broken on some seeds")
        legal = Counts(found.exponent, {text[:-1]: n for text, n in found.counts.items()})
        return confirm(STATEMENTS[SCHEDULE], legal, self.law, evidence)


def confirm(statement: str, found: Counts, stated: Counts, evidence: Evidence) -> Checked:
    """PROVED if two laws are the same. Raises `Rejected` with a string on which they differ."""
    if not found.fits(stated):
        raise Rejected(f"the law is another one: {difference(found, stated)}")
    return kernel_result(statement, Verdict.PROVED, evidence)


def difference(found: Counts, stated: Counts) -> str:
    """The first string of outputs with two probabilities, which are said if they are short."""
    for text in sorted(found.counts.keys() | stated.counts.keys()):
        ours, theirs = found.counts.get(text, 0), stated.counts.get(text, 0)
        if ours << stated.exponent != theirs << found.exponent:
            if max(found.exponent, stated.exponent) > LONG:
                return f"output {text or '(empty)'} has another probability"
            return (
                f"output {text or '(empty)'} has probability {ours}/2^{found.exponent}, "
                f"not {theirs}/2^{stated.exponent}"
            )
    return "none"


# --- as fields of a file -------------------------------------------------------------------


def stated_text(
    kind: str,
    stated: StatedLaw,
    notation: Notation = DECIMAL,
    *,
    before: Mapping[str, object] | None = None,
    **after: object,
) -> str:
    """A certificate of a law as text, with the kind's own fields before or after the law's."""
    if isinstance(stated.subject, Circuit):
        subject = {CIRCUIT: circuit_to_json(stated.subject)}
    else:
        subject = {SCHEDULE: schedule_to_json(stated.subject)}
    return certificate_text(
        kind,
        **subject,
        data="".join(str(int(bit)) for bit in stated.data),
        **(before or {}),
        exponent=stated.law.exponent,
        counts={text: notation.write(count) for text, count in stated.law.counts.items()},
        **after,
    )


def stated_law(
    document: Document,
    others: Sequence[str] = (),
    notation: Notation = DECIMAL,
    subjects: Sequence[str] = (CIRCUIT, SCHEDULE),
) -> StatedLaw:
    """What a certificate states of a circuit or a run; `others` are the kind's own fields.

    Raises `MalformedSyntax`, and `Rejected` for counts that are no law.
    """
    fields = ("data", "exponent", "counts", *others)
    if len(subjects) == 1:
        raw = fields_of(document, (*subjects, *fields))
    else:
        raw = fields_of(document, fields, subjects)
        named = [key for key in subjects if key in raw]
        if not named:
            missing = ", and ".join(f'no key "{key}"' for key in subjects)
            raise document.bad(missing, (), "one of them", kind=MalformedSyntax)
        if len(named) > 1:
            both = " and ".join(f"a {key}" for key in named)
            raise document.bad(both, (named[-1],), "one of them", kind=MalformedSyntax)
    if CIRCUIT in raw:
        circuit = circuit_field(document)
        data = data_field(document, len(circuit.data_inputs))
        return StatedLaw(circuit, data, counts_field(document, len(circuit.outputs), notation))
    schedule = schedule_field(document)
    data = data_field(document, len(schedule.data_cells))
    return StatedLaw(schedule, data, counts_field(document, len(schedule.output), notation))


def data_field(document: Document, number: int) -> Bits:
    """The values of so many data inputs. Raises `MalformedSyntax`."""
    shown = text_field(document, "data")
    if len(shown) != number or not set(shown) <= {"0", "1"}:
        raise document.malformed(shown, ("data",), f"{number} bits")
    return tuple(bit == "1" for bit in shown)


def counts_field(
    document: Document,
    places: int,
    notation: Notation = DECIMAL,
    letters: str = "01",
    called: str = "output bits",
) -> Counts:
    """The counts of strings of so many letters, and their exponent.

    Raises `MalformedSyntax`, and `Rejected` if they do not sum to 2^exponent.
    """
    raw = document.value
    assert isinstance(raw, dict)
    exponent = document.integer(raw["exponent"], ("exponent",))
    listed = raw["counts"]
    if not isinstance(listed, dict):
        raise document.malformed(listed, ("counts",), "an object")
    counts: dict[str, int] = {}
    for text, value in listed.items():
        written = document.string(value, ("counts", text))
        if len(text) != places or not set(text) <= set(letters):
            raise document.malformed(text, ("counts",), f"{places} {called}")
        if not notation.reads(written):
            raise document.malformed(written[:80], ("counts", text), notation.called)
        counts[text] = int(written, notation.base)
    total = sum(counts.values())
    if total.bit_length() != exponent + 1 or total & (total - 1):
        raise Rejected(f"the counts do not sum to 2^{exponent}")
    return Counts(exponent, counts)
