"""Truth tables a column at a time: all rows of a circuit at once, one bit of a number each.

A column is a number whose bit r is the value in row r. The meaning of a gate is that of
`dlmcheck.spec.circuit.apply_op`, bit by bit; a test compares the two on every gate.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import Circuit, Op, is_inverted, node_of


def apply_to_columns(op: Op, values: Sequence[int], every: int) -> int:
    """A gate on columns; `every` is the column of ones."""
    if op is Op.CONST0:
        return 0
    if op is Op.CONST1:
        return every
    if op is Op.NOT:
        return every ^ values[0]
    if op is Op.ID:
        return values[0]
    result = every if op is Op.AND else 0
    for value in values:
        if op is Op.AND:
            result &= value
        elif op is Op.OR:
            result |= value
        else:
            result ^= value
    return result


def output_columns(circuit: Circuit, inputs: Sequence[int], every: int) -> list[int]:
    """The columns of a circuit's outputs, given those of its inputs.

    A column is let go after its last reader: with long columns memory is what bounds a circuit.
    """
    columns = list(inputs)
    readers = [0] * circuit.node_count
    for literal in (*circuit.outputs, *(arg for gate in circuit.gates for arg in gate.args)):
        readers[node_of(literal)] += 1

    def value(literal: int) -> int:
        node = node_of(literal)
        column = columns[node]
        readers[node] -= 1
        if not readers[node]:
            columns[node] = 0
        return every ^ column if is_inverted(literal) else column

    for gate in circuit.gates:
        columns.append(apply_to_columns(gate.op, [value(arg) for arg in gate.args], every))
    return [value(output) for output in circuit.outputs]


def variable_column(index: int, variables: int) -> int:
    """Ones in the rows whose number has this bit: blocks of 2^index zeros and ones.

    >>> [bin(variable_column(i, 2)) for i in range(2)]
    ['0b1010', '0b1100']
    """
    block = 1 << index
    column = ((1 << block) - 1) << block
    width = 2 * block
    while width < 1 << variables:
        column |= column << width
        width *= 2
    return column


def rows_of_column(column: int, rows: int) -> list[bool]:
    """The bits of a column, row 0 first.

    >>> rows_of_column(0b0110, 4)
    [False, True, True, False]
    """
    return [bit == "1" for bit in reversed(f"{column:0{rows}b}")]
