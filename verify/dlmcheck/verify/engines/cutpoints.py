"""Cut-point certificates proposed from what a compiler says it did.

A compiler knows which node stands in which cell after which round. Nothing of that is believed:
it only saves the kernel the search (`kernel.simulation` checks every step of it against the
serialised schedule and the circuit that the user gave).
"""

from __future__ import annotations

from operator import itemgetter

from dlmcheck.model.constructions.write_once import Compiled
from dlmcheck.spec.circuit import Literal, Op, is_inverted, node_of
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.verify.kernel.contents import Content, Simulation


def original_literals(compiled: Compiled) -> dict[int, Literal]:
    """For each node of the mapped circuit, the literal of the original that has its value."""
    mapped = compiled.mapped
    if mapped.circuit is mapped.original:
        return {node: node for node in range(mapped.circuit.node_count)}
    literal: dict[int, Literal] = {
        new: old for old, new in enumerate(mapped.new_node) if new is not None
    }
    for output, original in zip(mapped.circuit.outputs, mapped.original.outputs, strict=True):
        literal.setdefault(node_of(output), original)
    # What remains are copies that padding to layers has put in.
    for node in range(len(mapped.circuit.inputs), mapped.circuit.node_count):
        gate = mapped.circuit.gate_of(node)
        if node not in literal and gate.op in (Op.ID, Op.NOT):
            (arg,) = gate.args
            inverted = is_inverted(arg) != (gate.op is Op.NOT)
            copied = literal[node_of(arg)]
            literal[node] = ~copied if inverted else copied
    return literal


def cut_points(compiled: Compiled) -> Simulation:
    """The certificate that a write-once compilation claims for itself."""
    literal = original_literals(compiled)
    circuit = compiled.circuit
    writes: list[list[tuple[int, Content]]] = [[] for _ in range(compiled.schedule.rounds)]
    for node, (cell, number) in enumerate(zip(compiled.cell_of, compiled.round_of, strict=True)):
        if number and cell is not None:
            writes[number - 1].append((cell, literal[node]))
    for cell, number in _padding(compiled):
        writes[number - 1].append((cell, "0"))
    coins: list[tuple[int, int, int]] = []
    given: list[int] = []
    readers = _readers(compiled) if compiled.random_bits is RandomBits.PRIVATE else {}
    for j, node in enumerate(circuit.random_inputs):
        number = compiled.round_of[node]
        if compiled.random_bits is RandomBits.FREE:
            given.append(literal[node])
        elif number is not None:
            coins.append((number, j, literal[node]))
        elif node in readers:
            reader_round = compiled.round_of[readers[node]]
            if reader_round is not None:
                coins.append((reader_round, j, literal[node]))
    return Simulation(
        tuple(tuple(sorted(line, key=itemgetter(0))) for line in writes),
        tuple(coins),
        tuple(given),
    )


def _readers(compiled: Compiled) -> dict[int, int]:
    """For each private random input, the one gate that reads it."""
    circuit = compiled.circuit
    private = {v for v in circuit.random_inputs if compiled.cell_of[v] is None}
    return {
        node_of(arg): gate
        for gate in range(len(circuit.inputs), circuit.node_count)
        for arg in circuit.gate_of(gate).args
        if node_of(arg) in private
    }


def _padding(compiled: Compiled) -> list[tuple[int, int]]:
    """Padding cells with the round that writes them: that of their block's real cells."""
    if not compiled.padding_cells:
        return []
    round_of_cell = {
        cell: number
        for cell, number in zip(compiled.cell_of, compiled.round_of, strict=True)
        if cell is not None and number is not None
    }
    found: list[tuple[int, int]] = []
    following: int | None = None
    # Padding stands in front of its block, so the next real cell has its round.
    for cell in range(compiled.schedule.length - 1, -1, -1):
        if cell in round_of_cell:
            following = round_of_cell[cell]
        elif following is not None:
            found.append((cell, following))
    return found
