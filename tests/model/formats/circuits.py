"""Random circuits for round trips, and what it means that two of them do the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hypothesis import strategies as st

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate

PLAIN_NAMES = (
    "a",
    "b",
    "a[0]",
    "a[1]",
    "n23",
    "i0",
    "i1",
    "o0",
    "g3",
    "g3_",
    "not_a",
    "VDD",
    "INPUT",
)
"""Names that every format can hold, among them ones that a writer might make up itself."""
PREFIXED_NAMES = ("random:x", "data:y", "data:random:z", "random:", "data:")
SPACED_NAMES = (" a", "a b ", "é", "x,y", "(z)", "!a", "#1", "=")

BINARY = (Op.AND, Op.OR, Op.XOR)
ALL_OPS = tuple(Op)


@st.composite
def circuits(
    draw: st.DrawFn,
    *,
    ops: Sequence[Op] = ALL_OPS,
    names: Sequence[str] = PLAIN_NAMES,
    output_names: Sequence[str] | None = None,
    max_arguments: int = 4,
    inverted: bool = True,
) -> Circuit:
    """A circuit with at most four inputs, ten gates and four outputs."""
    input_names = draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
    kinds = st.sampled_from(tuple(InputKind))
    inputs = tuple(Input(name, draw(kinds)) for name in input_names)
    gates: list[Gate] = []

    def literal() -> int:
        node = draw(st.integers(0, len(inputs) + len(gates) - 1))
        return ~node if inverted and draw(st.booleans()) else node

    for _ in range(draw(st.integers(0, 10))):
        op = draw(st.sampled_from(ops))
        if op in (Op.CONST0, Op.CONST1):
            gates.append(Gate(op))
        elif inputs or gates:
            most = max_arguments if op in BINARY else 1
            least = 2 if op in BINARY and max_arguments == 2 else 1
            count = draw(st.integers(least, most))
            gates.append(Gate(op, tuple(literal() for _ in range(count))))
    chosen = (
        output_names if output_names is not None else [n for n in names if n not in input_names]
    )
    most = min(4, len(chosen)) if inputs or gates else 0
    listed = draw(st.lists(st.sampled_from(chosen or ["o"]), max_size=most, unique=True))
    return Circuit(inputs, tuple(gates), tuple(literal() for _ in listed), tuple(listed))


def table(circuit: Circuit) -> list[tuple[bool, ...]]:
    """The outputs for every assignment to all inputs, in order."""
    every = product((False, True), repeat=len(circuit.inputs))
    return [evaluate(circuit, values) for values in every]


def assert_same_behaviour(found: Circuit, wanted: Circuit) -> None:
    """Equal inputs, output names and functions."""
    assert found.inputs == wanted.inputs
    assert found.output_names == wanted.output_names
    assert table(found) == table(wanted)
