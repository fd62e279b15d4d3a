"""Theorem 3.1 as a construction: a circuit becomes a write-once DLM.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1: a circuit with N nodes and depth d is
simulated by a DLM with L = N cells, one per node; round i writes layer i; predictor and unmasking
policy have constant depth. Where the wording leaves a choice, the choice is a parameter.

Each cell's predictor has high output 0 and low output (masked and g) or value, where g is the
gate on the value bits of its arguments' cells. So a visible cell keeps its token in every legal
state, reachable or not, and a masked cell gets the gate's value, which is right once all
arguments are visible. Each F selects a masked cell only when they are (`layout.Layout`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions import rules, shift
from dlmcheck.model.constructions.layout import Frontier, Layout, layout_of
from dlmcheck.model.netlist import Mapped, map_netlist, pad_to_layers
from dlmcheck.spec.circuit import Circuit, InputKind, Literal, node_of
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.lattice import RandomBits, Stop
from dlmcheck.spec.schedule import Schedule, interface

__all__ = ["Compiled", "Frontier", "SharedPrivateBit", "compile_write_once"]


class SharedPrivateBit(BadCircuit):
    """A random input that is to be private is read by more than one gate.

    `name` is the input, `readers` are the nodes (of the mapped circuit) that read it.
    """

    def __init__(self, name: str, readers: tuple[int, ...]) -> None:
        self.name = name
        self.readers = readers
        super().__init__(
            f"random input {name} is read by {len(readers)} gates",
            source="circuit",
            expected="one gate for each private random bit",
        )


@dataclass(frozen=True)
class Compiled:
    """A schedule, and how it came from the circuit.

    For each node of the mapped `circuit`: `cell_of` its cell, `round_of` the round that writes it
    (0: visible before round 1); both None for a private random input. All of this is for reports
    and hints; what the DLM does is in `schedule` alone.
    """

    schedule: Schedule
    mapped: Mapped
    cell_of: tuple[int | None, ...]
    round_of: tuple[int | None, ...]
    random_bits: RandomBits
    frontier: Frontier
    padding_cells: int

    @property
    def circuit(self) -> Circuit:
        """The mapped circuit, one node per cell."""
        return self.mapped.circuit

    @property
    def original(self) -> Circuit:
        """The circuit that was compiled."""
        return self.mapped.original


def compile_write_once(
    circuit: Circuit,
    *,
    random_bits: RandomBits = RandomBits.SAMPLED,
    frontier: Frontier = Frontier.ARGUMENTS,
    pad_layers: bool = False,
    equal_widths: bool = False,
    random_outputs: bool = False,
    stop: Stop = Stop.FIXED_ROUNDS,
) -> Compiled:
    """The write-once DLM that samples what a circuit samples.

    The circuit is mapped first (`map_netlist`). Data inputs are the prompt and take the first
    cells, the outputs take the last m. Random inputs are cells that round 1 writes by a fair coin
    (SAMPLED), cells that show a fair coin before round 1 (FREE), or coins of the gate that reads
    them (PRIVATE, no cell). Predictor coin j stands for random input j of the circuit.

    `pad_layers` makes the circuit strictly layered by ID nodes (`pad_to_layers`), which are then
    part of N. `equal_widths` (BLOCK_SHIFT only) fills each layer up to the largest with cells
    that get the token 0, which makes F literally a shift by one number of cells.
    `random_outputs` lets an output that is a random input share its cell; it has no effect on
    PRIVATE, on TOKEN_SHIFT, and on FREE with BLOCK_SHIFT.

    Raises `SharedPrivateBit` (PRIVATE only).
    """
    by_arguments = frontier is Frontier.ARGUMENTS
    # The shifts write their cells in the order of the sequence, in which the outputs come last.
    sampled = random_bits is RandomBits.SAMPLED and frontier is not Frontier.TOKEN_SHIFT
    free = random_bits is RandomBits.FREE and by_arguments
    mapped = map_netlist(
        circuit,
        sink_outputs=not by_arguments,
        random_outputs=random_outputs and (sampled or free),
    )
    _check_private(mapped.circuit, random_bits)
    if pad_layers:
        mapped = pad_to_layers(mapped, private=random_bits is RandomBits.PRIVATE)
    layout = layout_of(mapped.circuit, random_bits, frontier, equal_widths=equal_widths)
    cell_of = _cells(layout, mapped.circuit.node_count)
    return Compiled(
        schedule=_schedule(mapped.circuit, random_bits, layout, cell_of, stop),
        mapped=mapped,
        cell_of=cell_of,
        round_of=tuple(None if cell is None else layout.rounds[cell] for cell in cell_of),
        random_bits=random_bits,
        frontier=frontier,
        padding_cells=layout.nodes.count(None),
    )


def _check_private(circuit: Circuit, random_bits: RandomBits) -> None:
    if random_bits is not RandomBits.PRIVATE:
        return
    readers: dict[int, set[int]] = {v: set() for v in circuit.random_inputs}
    for node in range(len(circuit.inputs), circuit.node_count):
        for arg in circuit.gate_of(node).args:
            if node_of(arg) in readers:
                readers[node_of(arg)].add(node)
    for node, found in readers.items():
        if len(found) > 1:
            raise SharedPrivateBit(circuit.inputs[node].name, tuple(sorted(found)))


# --- the schedule --------------------------------------------------------------------------


def _cells(layout: Layout, node_count: int) -> tuple[int | None, ...]:
    cells: list[int | None] = [None] * node_count
    for cell, node in enumerate(layout.nodes):
        if node is not None:
            cells[node] = cell
    return tuple(cells)


def _schedule(
    circuit: Circuit,
    random_bits: RandomBits,
    layout: Layout,
    cell_of: tuple[int | None, ...],
    stop: Stop,
) -> Schedule:
    length = len(layout.nodes)
    given = circuit.random_inputs if random_bits is RandomBits.FREE else ()
    predictor = _predictor(circuit, random_bits, layout, cell_of)
    return Schedule(
        length=length,
        rounds=max(layout.rounds, default=0),
        predictor=predictor,
        unmask=shift.frontier(length, layout.waits_for, predictor.inputs[: 2 * length]),
        output=_found(cell_of, circuit.outputs),
        output_names=circuit.output_names,
        data_cells=_found(cell_of, circuit.data_inputs),
        data_names=tuple(circuit.inputs[v].name for v in circuit.data_inputs),
        given_cells=_found(cell_of, given),
        stop=stop,
        labels=tuple(_label(circuit, node) for node in layout.nodes),
    )


def _found(cell_of: tuple[int | None, ...], nodes: Iterable[int]) -> tuple[int, ...]:
    return tuple(cell for cell in (cell_of[v] for v in nodes) if cell is not None)


def _label(circuit: Circuit, node: int | None) -> str:
    if node is None:
        return "padding"
    if node >= len(circuit.inputs):
        return f"n{node}"
    kind = "in" if circuit.inputs[node].kind is InputKind.DATA else "random"
    return f"{kind}:{circuit.inputs[node].name}"


def _predictor(
    circuit: Circuit,
    random_bits: RandomBits,
    layout: Layout,
    cell_of: tuple[int | None, ...],
) -> Circuit:
    length = len(layout.nodes)
    coins = () if random_bits is RandomBits.FREE else circuit.random_inputs
    builder = Builder(interface(length, random=len(coins)))
    coin_of = {node: 2 * length + j for j, node in enumerate(coins)}
    seen = [coin_of[node] if cell is None else value_bit(cell) for node, cell in enumerate(cell_of)]
    first = len(circuit.inputs)
    outputs: list[Literal] = []
    for cell, node in enumerate(layout.nodes):
        masked, value = masked_bit(cell), value_bit(cell)
        # A visible cell keeps its token whatever is drawn; padding draws 0.
        drawn: Literal | bool = False
        if node is not None and node >= first:
            gate = circuit.gates[node - first]
            args = [rules.along(arg, seen[arg if arg >= 0 else ~arg]) for arg in gate.args]
            drawn = rules.drawn_bit(builder, gate.op, args)
        elif node in coin_of:
            drawn = coin_of[node]
        outputs += rules.keeping_bits(builder, masked, value, drawn)
    return builder.build(outputs)
