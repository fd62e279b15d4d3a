"""Gates, cells and circuits as lines of JSON text: what `serial` writes with.

One gate, input, output or label a line, so that an error leads to it; equal objects give equal
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice

from dlmcheck.spec.circuit import Circuit, Gate, Op

_BATCH = 4096
"""So many lines stand in memory beside the text that they become."""


def lines(items: Iterable[str]) -> str:
    r"""An array of values that are JSON already, one a line.

    >>> lines(["1", "2"]), lines([])
    ('[\n  1,\n  2]', '[]')
    """
    rest = iter(items)
    batches = iter(lambda: ",\n  ".join(islice(rest, _BATCH)), "")
    text = ",\n  ".join(batches)
    return f"[\n  {text}]" if text else "[]"


def string_lines(strings: Sequence[str]) -> str:
    r"""An array of strings, one a line.

    >>> string_lines(["a", '"'])
    '[\n  "a",\n  "\\""]'
    """
    text = json.dumps(list(strings), separators=(",\n  ", ": "))
    return f"[\n  {text[1:]}" if strings else "[]"


def quoted(strings: Sequence[str]) -> list[str]:
    r"""Each string as JSON.

    >>> quoted(["a", "b\n"])
    ['"a"', '"b\\n"']
    """
    # All in one: a line break within a string is written as an escape.
    return json.dumps(list(strings), separators=("\n", ": "))[1:-1].split("\n") if strings else []


_NAMES = {op: op.value for op in Op}


def gate_text(gate: Gate) -> str:
    """A gate: its operation and its arguments.

    >>> gate_text(Gate(Op.XOR, (0, ~1)))
    '["XOR", 0, -2]'
    """
    name, args = _NAMES[gate.op], gate.args
    # Most gates have two arguments, and many of a policy three: one format is quickest.
    if len(args) == 2:
        return f'["{name}", {args[0]}, {args[1]}]'
    if len(args) == 3:
        return f'["{name}", {args[0]}, {args[1]}, {args[2]}]'
    return "[" + ", ".join([f'"{name}"', *map(str, args)]) + "]"


def cell_lines(names: Sequence[str], cells: Sequence[int]) -> str:
    """An array of cells with their names.

    >>> cell_lines([], [])
    '[]'
    """
    pairs = zip(quoted(names), cells, strict=True)
    return lines(f'{{"name": {name}, "cell": {cell}}}' for name, cell in pairs)


def part_text(circuit: Circuit, per_line: int) -> str:
    r"""A circuit of a schedule; the outputs of one cell stand on one line.

    >>> part_text(Circuit((), (), ()), 1)
    '{"random": 0,\n  "gates": [],\n  "outputs": []}'
    """
    outputs = [str(literal) for literal in circuit.outputs]
    # As many from each of so many lists are joined as stand on a line.
    columns = [outputs[j::per_line] for j in range(per_line)]
    cells = map(", ".join, zip(*columns, strict=True))
    head = f'{{"random": {len(circuit.random_inputs)},\n  "gates": '
    # Joined once: the text of the gates is long.
    return "".join(
        [head, lines(map(gate_text, circuit.gates)), ',\n  "outputs": ', lines(cells), "}"]
    )
