"""Renumbering the cells of a schedule, through its circuits.

A schedule names its cells by numbers: in the inputs of its circuits, in their outputs, in the
cells of data, coins and output. Renumbering changes all of these and nothing else, so that the
renumbered schedule must do to renumbered states what the schedule does to states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from dlmcheck.spec.circuit import Circuit, Gate, Literal
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import State

T = TypeVar("T")


def renumbered_state(state: State, order: Sequence[int]) -> State:
    """The state in which cell j shows what cell order[j] showed.

    >>> renumbered_state((0, 1, -1), (2, 0, 1))
    (-1, 0, 1)
    """
    return tuple(state[old] for old in order)


def renumbered(schedule: Schedule, order: Sequence[int]) -> Schedule:
    """The schedule whose cell j is cell order[j] of the one given.

    The order of data inputs, coins and outputs stays: only their cells have other numbers.
    Raises `BadInput` if `order` is no permutation of the cells.
    """
    length = schedule.length
    if sorted(order) != list(range(length)):
        raise BadInput(
            f"{tuple(order)} is no order of the cells",
            source="renumbering",
            expected=f"each of 0 to {length - 1} once",
        )
    place = {old: new for new, old in enumerate(order)}

    def bit(node: int) -> int:
        """The new number of a bit of a state."""
        return 2 * place[node // 2] + node % 2

    def moved(circuit: Circuit, *, candidates: bool = False) -> Circuit:
        """The circuit that reads the renumbered state, with its outputs as they were."""
        after = 2 * length + schedule.clock_bits
        new = list(range(circuit.node_count))
        for node in range(2 * length):
            new[node] = bit(node)
            if candidates:
                new[after + node] = after + bit(node)

        def literal(old: Literal) -> Literal:
            return new[old] if old >= 0 else ~new[~old]

        gates = (Gate(g.op, tuple(literal(arg) for arg in g.args)) for g in circuit.gates)
        return replace(circuit, gates=tuple(gates), outputs=tuple(map(literal, circuit.outputs)))

    def by_cell(items: Sequence[T]) -> tuple[T, ...]:
        return tuple(items[old] for old in order)

    def policy(circuit: Circuit, *, candidates: bool = False) -> Circuit:
        read = moved(circuit, candidates=candidates)
        return replace(read, outputs=by_cell(read.outputs))

    rows = moved(schedule.predictor)
    halves = [rows.outputs[2 * old + half] for old in order for half in (0, 1)]
    return replace(
        schedule,
        predictor=replace(rows, outputs=tuple(halves)),
        unmask=policy(schedule.unmask, candidates=schedule.unmask_sees_candidates),
        remask=None if schedule.remask is None else policy(schedule.remask),
        output=tuple(place[cell] for cell in schedule.output),
        data_cells=tuple(place[cell] for cell in schedule.data_cells),
        given_cells=tuple(place[cell] for cell in schedule.given_cells),
        labels=by_cell(schedule.labels) if schedule.labels else (),
    )
