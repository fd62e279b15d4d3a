"""The exact law of a circuit as a certificate: counts of seeds, gone through a block at a time.

    {"kind": "circuit-law", "circuit": ..., "data": "0110", "exponent": 20,
     "counts": {"00": "786432", "01": "262144"}}

The law says how many of 2^exponent seeds give each string of outputs (first output first) for the
data. There is nothing to believe and no hint to follow: all seeds are gone through, 2^BLOCK in one
number (`column_programs`), and counted (`row_counts`). Coins that no output depends on are left
out; they change no probability.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Bits, Circuit, InputKind, cone
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.kernel.column_programs import column_program
from dlmcheck.verify.kernel.columns import variable_column
from dlmcheck.verify.kernel.documents import (
    certificate_text,
    circuit_field,
    fields_of,
    text_field,
)
from dlmcheck.verify.kernel.evidence import Exhaustive
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.row_counts import Tally
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "circuit-law"
STATEMENT = "law of a circuit"
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


def law_text(circuit: Circuit, data: Bits, law: Counts) -> str:
    """A certificate of a law as text."""
    return certificate_text(
        KIND,
        circuit=circuit_to_json(circuit),
        data="".join(str(int(bit)) for bit in data),
        exponent=law.exponent,
        counts={text: str(count) for text, count in law.counts.items()},
    )


def law_fields(document: Document, others: Sequence[str] = ()) -> tuple[Circuit, Bits, Counts]:
    """The circuit, the data and the law that a certificate states. Raises `MalformedSyntax`."""
    raw = fields_of(document, ("circuit", "data", "exponent", "counts", *others))
    circuit, shown = circuit_field(document), text_field(document, "data")
    if len(shown) != len(circuit.data_inputs) or not set(shown) <= {"0", "1"}:
        raise document.malformed(shown, ("data",), f"{len(circuit.data_inputs)} bits")
    exponent = document.integer(raw["exponent"], ("exponent",))
    listed = raw["counts"]
    if not isinstance(listed, dict):
        raise document.malformed(listed, ("counts",), "an object")
    counts: dict[str, int] = {}
    for text, value in listed.items():
        written = document.string(value, ("counts", text))
        if len(text) != len(circuit.outputs) or not set(text) <= {"0", "1"}:
            raise document.malformed(text, ("counts",), f"{len(circuit.outputs)} output bits")
        if not (written.isascii() and written.isdigit()) or written.startswith("0"):
            raise document.malformed(written, ("counts", text), "a positive whole number")
        counts[text] = int(written)
    total = sum(counts.values())
    if total.bit_length() != exponent + 1 or total & (total - 1):
        raise Rejected(f"the counts do not sum to 2^{exponent}")
    return circuit, tuple(bit == "1" for bit in shown), Counts(exponent, counts)


def check_document(document: Document) -> Checked:
    """PROVED if a circuit has the law that a file states. Raises `Rejected` if it has not."""
    circuit, data, stated = law_fields(document)
    coins = len(cone(circuit, circuit.outputs)[0].random_inputs)
    if coins > MOST_COINS:
        raise Rejected(f"{coins} coins are too many to be gone through")
    found = count_outputs(circuit, data)
    if not found.fits(stated):
        raise Rejected(f"the law is another one: {difference(found, stated)}")
    seeds = 1 << coins
    return kernel_result(STATEMENT, Verdict.PROVED, Exhaustive("all seeds", seeds, seeds))


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
