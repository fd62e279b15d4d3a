"""The exact law of a circuit as a certificate: counts of seeds, gone through a block at a time.

    {"kind": "circuit-law", "circuit": ..., "data": "0110", "exponent": 20,
     "counts": {"00": "786432", "01": "262144"}}

with "schedule" instead of "circuit" for a run, which is then the circuit `run_circuits` makes of
it. The law says how many of 2^exponent seeds give each string of outputs (first output first) for
the data. There is nothing to believe and no hint to follow: all seeds are gone through, 2^BLOCK in
one number (`column_programs`), and counted (`row_counts`). Coins that no output depends on are
left out; they change no probability.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Bits, Circuit, InputKind, cone
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.kernel.column_programs import column_program
from dlmcheck.verify.kernel.columns import variable_column
from dlmcheck.verify.kernel.documents import (
    certificate_text,
    circuit_field,
    fields_of,
    schedule_field,
    text_field,
)
from dlmcheck.verify.kernel.evidence import Exhaustive
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.row_counts import Tally
from dlmcheck.verify.kernel.run_circuits import run_circuit
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "circuit-law"
STATEMENT = "law of a circuit"
RUN_STATEMENT = "law of a run"
BLOCK = 17
"""Seeds are taken 2^BLOCK at a time: with longer numbers, fewer stay in the cache."""
MOST_COINS = 40
"""Certificates that ask for more coins are refused: nobody would wait for the answer."""


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


def count_outputs(circuit: Circuit, data: Bits) -> Counts:
    """The law of a circuit's outputs by going through the seeds of the coins they depend on."""
    *_, (exponent, tally) = blocks_of_counts(circuit, data)
    return Counts(exponent, tally.counts())


def blocks_of_counts(circuit: Circuit, data: Bits) -> Iterator[tuple[int, Tally]]:
    """The number of coins, and the counts up to then; after each block of seeds."""
    small, place = cone(circuit, circuit.outputs)
    program = column_program(small)
    given = dict(zip(circuit.data_inputs, data, strict=True))
    coins = small.random_inputs
    inner, outer = coins[:BLOCK], coins[BLOCK:]
    rows = 1 << len(inner)
    every = (1 << rows) - 1
    inputs = [0] * len(small.inputs)
    for node, one in enumerate(small.inputs):
        if one.kind is InputKind.DATA and given[place[node]]:
            inputs[node] = every
    for index, node in enumerate(inner):
        inputs[node] = variable_column(index, len(inner))
    tally = Tally(len(small.outputs))
    for number in range(1 << len(outer)):
        for index, node in enumerate(outer):
            inputs[node] = every * (number >> index & 1)
        tally.add(program.columns(inputs, every), rows)
        yield len(coins), tally


# --- certificates --------------------------------------------------------------------------


def law_text(subject: Circuit | Schedule, data: Bits, law: Counts) -> str:
    """A certificate of the law of a circuit, or of a run, as text."""
    if isinstance(subject, Circuit):
        of = {"circuit": circuit_to_json(subject)}
    else:
        of = {"schedule": schedule_to_json(subject)}
    return certificate_text(
        KIND,
        **of,
        data="".join(str(int(bit)) for bit in data),
        exponent=law.exponent,
        counts={text: str(count) for text, count in law.counts.items()},
    )


def law_fields(document: Document, others: Sequence[str] = ()) -> tuple[Circuit, Bits, Counts]:
    """The circuit, the data and the law that a certificate states. Raises `MalformedSyntax`."""
    fields_of(document, ("circuit", "data", "exponent", "counts", *others))
    circuit = circuit_field(document)
    data = _data(document, len(circuit.data_inputs))
    return circuit, data, _stated(document, len(circuit.outputs))


def _data(document: Document, number: int) -> Bits:
    shown = text_field(document, "data")
    if len(shown) != number or not set(shown) <= {"0", "1"}:
        raise document.malformed(shown, ("data",), f"{number} bits")
    return tuple(bit == "1" for bit in shown)


def _stated(document: Document, outputs: int) -> Counts:
    raw = fields_of(document, ("exponent", "counts"), ("circuit", "schedule", "data", "order"))
    exponent = document.integer(raw["exponent"], ("exponent",))
    listed = raw["counts"]
    if not isinstance(listed, dict):
        raise document.malformed(listed, ("counts",), "an object")
    counts: dict[str, int] = {}
    for text, value in listed.items():
        written = document.string(value, ("counts", text))
        if len(text) != outputs or not set(text) <= {"0", "1"}:
            raise document.malformed(text, ("counts",), f"{outputs} output bits")
        if not (written.isascii() and written.isdigit()) or written.startswith("0"):
            raise document.malformed(written, ("counts", text), "a positive whole number")
        counts[text] = int(written)
    total = sum(counts.values())
    if total.bit_length() != exponent + 1 or total & (total - 1):
        raise Rejected(f"the counts do not sum to 2^{exponent}")
    return Counts(exponent, counts)


def check_document(document: Document) -> Checked:
    """PROVED if a circuit, or a run, has the law that a file states. Raises `Rejected`."""
    of_a_run = isinstance(document.value, dict) and "schedule" in document.value
    if of_a_run:
        fields_of(document, ("schedule", "data", "exponent", "counts"))
        schedule = schedule_field(document)
        data = _data(document, len(schedule.data_cells))
        stated = _stated(document, len(schedule.output))
        circuit, data = run_circuit(schedule, data), ()
    else:
        circuit, data, stated = law_fields(document)
    coins = len(cone(circuit, circuit.outputs)[0].random_inputs)
    if coins > MOST_COINS:
        raise Rejected(f"{coins} coins are too many to be gone through")
    found = count_outputs(circuit, data)
    if of_a_run:
        found = _legal(found)
    if not found.fits(stated):
        raise Rejected(f"the law is another one: {difference(found, stated)}")
    seeds = 1 << coins
    statement = RUN_STATEMENT if of_a_run else STATEMENT
    return kernel_result(statement, Verdict.PROVED, Exhaustive("all seeds", seeds, seeds))


def _legal(law: Counts) -> Counts:
    """The law of a run from that of its circuit, whose last output is 1 if a rule is broken."""
    if any(text.endswith("1") for text in law.counts):
        raise Rejected("a rule of the model is broken on some seeds")
    return Counts(law.exponent, {text[:-1]: count for text, count in law.counts.items()})


def difference(found: Counts, stated: Counts) -> str:
    """The first string of outputs with two probabilities, with both."""
    for text in sorted(found.counts.keys() | stated.counts.keys()):
        ours, theirs = found.counts.get(text, 0), stated.counts.get(text, 0)
        if ours << stated.exponent != theirs << found.exponent:
            return (
                f"output {text or '(empty)'} has probability {ours}/2^{found.exponent}, "
                f"not {theirs}/2^{stated.exponent}"
            )
    return "none"
