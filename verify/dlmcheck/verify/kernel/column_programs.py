"""A circuit made ready to be evaluated on many columns, one block of rows after the other.

`columns.output_columns` reads the circuit again each time, and spends an operation on each
negation. Here the circuit is read once, into steps with two arguments, and a value is kept either
as it is or negated, whichever costs nothing: x or y, say, for the negation of (not x and not y).
Values share places: one is overwritten once its last reader is done, so that few are held. A test
compares the two, and with the specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, unique

from dlmcheck.spec.circuit import Circuit, Gate, Op, is_inverted, node_of


@unique
class Step(IntEnum):
    """What a step computes from x and y."""

    AND = 0
    OR = 1
    XOR = 2
    LESS = 3
    """y and not x."""


Held = tuple[int, bool]
"""A value, and whether its negation is meant."""


@dataclass(frozen=True)
class ColumnProgram:
    """Steps (what, target, x, y) on places: the inputs, a constant 0, then what is computed."""

    inputs: int
    places: int
    steps: tuple[tuple[Step, int, int, int], ...]
    outputs: tuple[Held, ...]

    def columns(self, inputs: Sequence[int], every: int) -> list[int]:
        """The columns of the outputs, given those of the inputs; `every` is the column of ones."""
        place = [*inputs, *[0] * (self.places - self.inputs)]
        for what, target, one, other in self.steps:
            x, y = place[one], place[other]
            if what == Step.XOR:
                place[target] = x ^ y
            elif what == Step.AND:
                place[target] = x & y
            elif what == Step.OR:
                place[target] = x | y
            else:
                place[target] = y ^ (x & y)
        return [every ^ place[held] if negated else place[held] for held, negated in self.outputs]


def column_program(circuit: Circuit) -> ColumnProgram:
    """The program of a circuit."""
    inputs = len(circuit.inputs)
    steps: list[tuple[Step, int, int]] = []  # of values: inputs, the constant 0, one for each step
    values: list[Held] = [(node, False) for node in range(inputs)]
    for gate in circuit.gates:
        values.append(_gate(gate, values, steps, zero=inputs))
    outputs = [_read(values, literal) for literal in circuit.outputs]
    return _placed(inputs, steps, outputs)


def _read(values: Sequence[Held], literal: int) -> Held:
    value, negated = values[node_of(literal)]
    return value, negated ^ is_inverted(literal)


def _gate(
    gate: Gate, values: Sequence[Held], steps: list[tuple[Step, int, int]], zero: int
) -> Held:
    if gate.op in (Op.CONST0, Op.CONST1):
        return zero, gate.op is Op.CONST1
    args = [_read(values, arg) for arg in gate.args]
    if gate.op in (Op.NOT, Op.ID):
        value, negated = args[0]
        return value, negated ^ (gate.op is Op.NOT)
    if gate.op is Op.OR:  # the negation of the conjunction of the negations
        args = [(value, not negated) for value, negated in args]
    result = args[0]
    for value, negated in args[1:]:
        before, inverted = result
        if gate.op is Op.XOR:
            step, result_negated = (Step.XOR, before, value), inverted ^ negated
        elif inverted and negated:
            step, result_negated = (Step.OR, before, value), True
        elif negated:
            step, result_negated = (Step.LESS, value, before), False
        elif inverted:
            step, result_negated = (Step.LESS, before, value), False
        else:
            step, result_negated = (Step.AND, before, value), False
        steps.append(step)
        result = (zero + len(steps), result_negated)
    return (result[0], not result[1]) if gate.op is Op.OR else result


def _placed(
    inputs: int, steps: Sequence[tuple[Step, int, int]], outputs: Sequence[Held]
) -> ColumnProgram:
    """Values to places; a value nobody reads any more gives its place to the next."""
    last: dict[int, int] = {}
    for number, (_, one, other) in enumerate(steps):
        last[one] = last[other] = number
    for value, _ in outputs:
        last[value] = len(steps)
    place = {value: value for value in range(inputs + 1)}
    places = inputs + 1
    free: list[int] = []
    placed: list[tuple[Step, int, int, int]] = []
    for number, (what, one, other) in enumerate(steps):
        x, y = place[one], place[other]
        for value in {one, other}:
            if last[value] == number and value != inputs:
                free.append(place.pop(value))
        if not free:
            free.append(places)
            places += 1
        target = place[inputs + 1 + number] = free.pop()
        if inputs + 1 + number not in last:  # nobody reads it
            free.append(place.pop(inputs + 1 + number))
        placed.append((what, target, x, y))
    held = tuple((place[value], negated) for value, negated in outputs)
    return ColumnProgram(inputs, places, tuple(placed), held)
