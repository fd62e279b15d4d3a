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

from collections.abc import Iterator

from dlmcheck.spec.circuit import Bits, Circuit, InputKind, cone
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.column_programs import column_program
from dlmcheck.verify.kernel.columns import variable_column
from dlmcheck.verify.kernel.evidence import Exhaustive
from dlmcheck.verify.kernel.results import BeyondLimits, Checked
from dlmcheck.verify.kernel.row_counts import Tally
from dlmcheck.verify.kernel.stated_laws import Counts, StatedLaw, stated_law, stated_text

KIND = "circuit-law"
BLOCK = 17
"""Seeds are taken 2^BLOCK at a time: with longer numbers, fewer stay in the cache."""
MOST_COINS = 40
"""Certificates that ask for more coins are refused: nobody would wait for the answer."""


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
    return stated_text(KIND, StatedLaw(subject, data, law))


def check_document(document: Document) -> Checked:
    """PROVED if a circuit, or a run, has the law that a file states. Raises `Rejected`."""
    stated = stated_law(document)
    circuit, data = stated.as_circuit()
    coins = len(cone(circuit, circuit.outputs)[0].random_inputs)
    if coins > MOST_COINS:
        raise BeyondLimits(f"{coins} coins are too many to be gone through")
    seeds, total = 1 << coins, len(circuit.random_inputs)
    domain = f"all seeds of the {coins} of {total} coins that outputs read"
    return stated.confirm(count_outputs(circuit, data), Exhaustive(domain, seeds, seeds))
