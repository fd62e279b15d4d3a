"""Layered circuits whose rows of slots tell by themselves which layer was written."""

from __future__ import annotations

from dlmcheck.model.constructions.rows import Rows
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op

RANDOM = [Input(name, InputKind.RANDOM) for name in "abc"]


def one_hot(depth: int) -> Rows:
    """Row t shows 1 in slot t and 0 in the others; for t = 0 the 1 is a coin's.

    A bank that was masked, or showed 0, shows after a round (with the coin 1) which layers were
    written: the bits of all of them.
    """
    one = Gate(Op.CONST1)
    circuit = Circuit((RANDOM[0],), (one,), ())
    rows: list[tuple[Literal, ...]] = []
    for t in range(depth + 1):
        row = [~1] * (depth + 1)
        row[t] = 0 if t == 0 else 1
        rows.append(tuple(row))
    final = Circuit(circuit.inputs, circuit.gates, rows[-1])
    return Rows(final, tuple(rows))


DATA = Input("d", InputKind.DATA)
WITH_PROMPT = Rows(
    Circuit((DATA, RANDOM[0]), (Gate(Op.AND, (0, 1)),), (2,)),
    ((1,), (2,)),
)
"""Row 1 reads the prompt."""

X, G, H = 0, 1, 2
"""The cells of the bank of `two_sources`: the one looked at, and the two that are read."""


def two_sources(*, spare: bool = False) -> Rows:
    """Four rows of three slots; slot X of row 1 reads slot G, slot X of row 3 reads slot H.

    With `spare` row 1 has no slot X.
    """
    copy = [
        *(Gate(Op.ID, (node,)) for node in (1, 1, 2)),  # nodes 3, 4, 5: row 1
        *(Gate(Op.ID, (node,)) for node in (4, 4, 5)),  # nodes 6, 7, 8: row 2
        *(Gate(Op.ID, (node,)) for node in (8, 7, 8)),  # nodes 9, 10, 11: row 3
    ]
    circuit = Circuit(tuple(RANDOM), tuple(copy), (9, 10, 11))
    row = (4, 5) if spare else (3, 4, 5)
    return Rows(circuit, ((0, 1, 2), row, (6, 7, 8), (9, 10, 11)))


def one_gate(op: Op, args: tuple[Literal, ...]) -> Rows:
    """Row 0: a, b, c; row 1: 0 and the gate's value, plain and negated."""
    gates = (Gate(Op.CONST0), Gate(op, args))
    circuit = Circuit(tuple(RANDOM), gates, (3, 4, ~4))
    return Rows(circuit, ((0, 1, 2), (3, 4, ~4)))
