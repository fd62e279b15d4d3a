"""Circuits with coins, tabulated on many states at once.

One bit of a Python integer stands for one state, so that a gate is evaluated on all states by one
operation. Outputs that share no coin are independent; those that do are kept in one group, with
all settings of their coins counted (fair bits: Jiang, Haghtalab, Chen, ICLR 2026, section 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.spec.circuit import Circuit, InputKind, Op

Pattern = tuple[bool, ...]
Table = list[Counter[Pattern]]
"""For each state, how many coin settings give each pattern of a group's outputs."""


@dataclass(frozen=True)
class Group:
    """Bundles of outputs that share coins, directly or through each other, and these coins.

    `bundles` are numbers of bundles, ascending; `outputs` are all their outputs, in that order.
    """

    bundles: tuple[int, ...]
    outputs: tuple[int, ...]
    coins: tuple[int, ...]


def coin_groups(circuit: Circuit, bundles: Sequence[Sequence[int]]) -> list[Group]:
    """Bundles of output numbers, joined where they read a common coin; in order of the first."""
    below: list[int] = []
    for v, entry in enumerate(circuit.inputs):
        below.append(1 << v if entry.kind is InputKind.RANDOM else 0)

    def coins_of(literal: int) -> int:
        return below[literal if literal >= 0 else ~literal]

    for gate in circuit.gates:
        mask = 0
        for arg in gate.args:
            mask |= coins_of(arg)
        below.append(mask)
    merged: list[tuple[int, list[int]]] = []
    for number, bundle in enumerate(bundles):
        mask, members = 0, [number]
        for index in bundle:
            mask |= coins_of(circuit.outputs[index])
        apart: list[tuple[int, list[int]]] = []
        for other_mask, others in merged:
            if other_mask & mask:
                mask |= other_mask
                members += others
            else:
                apart.append((other_mask, others))
        merged = [*apart, (mask, members)]
    return [
        Group(
            tuple(sorted(members)),
            tuple(index for number in sorted(members) for index in bundles[number]),
            tuple(v for v in range(len(circuit.inputs)) if mask >> v & 1),
        )
        for mask, members in sorted(merged, key=lambda pair: min(pair[1]))
    ]


def evaluate_columns(circuit: Circuit, inputs: Sequence[int], full: int) -> list[int]:
    """The output columns for input columns; bit s of a column is the value in state s.

    `full` has a 1 for every state.
    """
    columns = list(inputs)

    def column(literal: int) -> int:
        return columns[literal] if literal >= 0 else columns[~literal] ^ full

    for gate in circuit.gates:
        value = _apply(gate.op, [column(arg) for arg in gate.args], full)
        columns.append(value)
    return [column(output) for output in circuit.outputs]


def _apply(op: Op, arguments: Sequence[int], full: int) -> int:
    value = full if op in (Op.AND, Op.CONST1) else 0
    for argument in arguments:
        if op is Op.AND:
            value &= argument
        elif op is Op.OR:
            value |= argument
        else:
            # XOR; ID and NOT have one argument, and NOT is undone below.
            value ^= argument
    return value ^ full if op is Op.NOT else value


def coin_tables(
    circuit: Circuit, groups: Sequence[Group], fixed: Sequence[int], size: int
) -> list[Table]:
    """For each group its table over `size` states; `fixed` are the columns of the data inputs."""
    full = (1 << size) - 1
    blank = [*fixed, *([0] * (len(circuit.inputs) - len(fixed)))]
    # Groups without coins have one evaluation in common.
    plain = evaluate_columns(circuit, blank, full)
    tables: list[Table] = []
    for group in groups:
        settings: Counter[tuple[int, ...]] = Counter()
        for coins in product((0, full), repeat=len(group.coins)):
            inputs = list(blank)
            for node, value in zip(group.coins, coins, strict=True):
                inputs[node] = value
            columns = evaluate_columns(circuit, inputs, full) if coins else plain
            settings[tuple(columns[index] for index in group.outputs)] += 1
        table: Table = [Counter() for _ in range(size)]
        for columns_of_group, count in settings.items():
            for state in range(size):
                table[state][tuple(bool(c >> state & 1) for c in columns_of_group)] += count
        tables.append(table)
    return tables
