"""Do so many gates compute some functions? As a propositional question about truth tables.

A *program* on n bits is a sequence of gates of fan-in at most two (all 16 functions), each on
inputs and earlier gates. `write_once_space` says what that has to do with cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.searches.propositional import Formula


def program_formula(inputs: int, tables: Sequence[int], gates: int) -> Formula:
    """A formula that holds iff some program of so many gates has each function at a gate.

    Bit x of a table is the function's value where input i is bit i of x. Each gate chooses two
    earlier nodes and a table of four bits (a gate that ignores one of them has fan-in one), each
    function chooses a gate.

    Raises `BadInput` for fewer than two inputs, where a gate has no two nodes to choose.
    """
    if inputs < 2 or gates < 0:
        raise BadInput(f"{inputs} inputs, {gates} gates", source="program", expected=">= 2, >= 0")
    formula = Formula()
    points = range(1 << inputs)
    values = [[formula.variable() for _ in points] for _ in range(inputs + gates)]
    for i in range(inputs):
        for x in points:
            formula.add(values[i][x] if x >> i & 1 else -values[i][x])
    for g in range(inputs, inputs + gates):
        table = [[formula.variable() for _ in range(2)] for _ in range(2)]
        choices = {pair: formula.variable() for pair in combinations(range(g), 2)}
        formula.add(*choices.values())
        for (a, b), chosen in choices.items():
            for x, p, q in product(points, (0, 1), (0, 1)):
                here = [-values[a][x] if p else values[a][x], -values[b][x] if q else values[b][x]]
                formula.add(-chosen, *here, -values[g][x], table[p][q])
                formula.add(-chosen, *here, values[g][x], -table[p][q])
    for wanted in tables:
        outputs = {g: formula.variable() for g in range(inputs, inputs + gates)}
        formula.add(*outputs.values())
        for g, chosen in outputs.items():
            for x in points:
                formula.add(-chosen, values[g][x] if wanted >> x & 1 else -values[g][x])
    return formula
