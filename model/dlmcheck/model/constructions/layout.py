"""Which cell each node gets, in which round it is written, and what it waits for until then.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1: one cell per node, round i writes layer i.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.shift import block_source
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.resources import levels


@unique
class Frontier(Enum):
    """By which rule F finds the cells that are to be written next."""

    ARGUMENTS = "arguments"
    """A cell is written once all its arguments are visible. Edges may skip layers."""
    BLOCK_SHIFT = "block shift"
    """The source's rule, ShiftR by one layer block. Edges may skip layers here too."""
    TOKEN_SHIFT = "token shift"
    """ShiftR by one token, the literal reading: one cell a round, from left to right."""


@dataclass(frozen=True)
class Layout:
    """Which node stands in which cell, when it is written, and for which cells it waits.

    Invariant, for every layout made here: after round t exactly the cells with `rounds` <= t are
    visible. It holds for t = 0 because the cells of round 0 are the shown ones. From t to t + 1
    it needs that among masked cells (those with rounds > t) exactly those with rounds = t + 1
    have everything they wait for visible, that is: the latest round among the cells that a cell
    of round s >= 1 waits for is s - 1 (or it waits for nothing and s = 1). Each layout says why.
    """

    nodes: tuple[int | None, ...]
    """The node of each cell; None for a padding cell, which gets the token 0."""
    rounds: tuple[int, ...]
    waits_for: tuple[tuple[int, ...], ...]


def layout_of(
    circuit: Circuit, random_bits: RandomBits, frontier: Frontier, *, equal_widths: bool = False
) -> Layout:
    """The layout of a mapped circuit under one frontier.

    Both shifts take for granted that no output is read (`map_netlist` with `sink_outputs`).
    """
    if frontier is Frontier.ARGUMENTS:
        return _arguments_layout(circuit, random_bits)
    if frontier is Frontier.BLOCK_SHIFT:
        return _block_layout(circuit, random_bits, equal_widths)
    return _token_layout(circuit, random_bits)


def _shown(circuit: Circuit, random_bits: RandomBits) -> list[int]:
    given = circuit.random_inputs if random_bits is RandomBits.FREE else ()
    return [*circuit.data_inputs, *given]


def _sampled(circuit: Circuit, random_bits: RandomBits) -> list[int]:
    return list(circuit.random_inputs) if random_bits is RandomBits.SAMPLED else []


def _outputs_last(circuit: Circuit, nodes: Iterable[int]) -> list[int]:
    """The nodes with the outputs among them behind the others, in output order."""
    outputs = set(circuit.outputs)
    listed = list(nodes)
    present = set(listed)
    return [
        *(v for v in listed if v not in outputs),
        *(v for v in circuit.outputs if v in present),
    ]


def _in_sequence(circuit: Circuit, random_bits: RandomBits) -> list[int]:
    """All nodes that have a cell: shown, sampled, gates; outputs behind everything."""
    gates = range(len(circuit.inputs), circuit.node_count)
    first = [*_shown(circuit, random_bits), *_sampled(circuit, random_bits)]
    return _outputs_last(circuit, [*first, *gates])


def _arguments_layout(circuit: Circuit, random_bits: RandomBits) -> Layout:
    """Every cell waits for the cells of its arguments: the invariant holds by definition.

    A gate whose arguments are all private, or that has none, waits for nothing: round 1. So a
    gate that no sampled bit reaches can be written a round before its layer would be.
    """
    nodes = _in_sequence(circuit, random_bits)
    private = -1
    cell_of = [private] * circuit.node_count
    for cell, node in enumerate(nodes):
        cell_of[node] = cell
    rounds = [rules.next_round(0)] * len(circuit.inputs)
    for node in _shown(circuit, random_bits):
        rounds[node] = 0
    waits: list[tuple[int, ...]] = [()] * len(circuit.inputs)
    for gate in circuit.gates:
        latest = 0
        awaited: dict[int, None] = {}
        for arg in gate.args:
            node = arg if arg >= 0 else ~arg
            cell = cell_of[node]
            # Each cell once, in the order in which the gate names them.
            if cell != private and cell not in awaited:
                awaited[cell] = None
                latest = latest if latest > rounds[node] else rounds[node]
        rounds.append(rules.next_round(latest))
        waits.append(tuple(awaited))
    return Layout(
        tuple(nodes),
        tuple([rounds[node] for node in nodes]),
        tuple([waits[node] for node in nodes]),
    )


def _block_layout(circuit: Circuit, random_bits: RandomBits, equal_widths: bool) -> Layout:
    """Shown cells, then one block per round; a cell waits for one cell of the block before.

    A mixed layer 0 must not be one block: its data cells are visible from the start and its
    sampled ones are not, so a cell of layer 1 that waited for a data cell would be written in
    round 1, before the bits it may read. Hence data cells stand in front of the blocks, and the
    first block is the sampled random inputs alone; if there are none (FREE, PRIVATE, no random
    input), layer 1 is the first block. Outputs are put off to the last block, where they can be
    the last cells; nothing reads them, so nobody misses them.

    The invariant: block k is written in round k, all of it. A cell of the first block waits for
    a shown cell or for nothing, a cell of block k > 1 for a cell of block k - 1 (`block_source`).
    And what is waited for is enough: when block k - 1 is visible, so are all blocks before it and
    the shown cells, and every argument of a layer stands in an earlier one. Edges may therefore
    skip layers: written tokens stay. No block is empty, because a longest path has a node in
    each layer and only its last one can be an output.
    """
    layers = levels(circuit)
    last = max(layers, default=0)
    outputs = set(circuit.outputs)
    shown = _shown(circuit, random_bits)
    sampled = _sampled(circuit, random_bits)
    # Layer 0 holds here what is sampled; it may be empty, and then it is no block.
    in_layer: list[list[int]] = [[] for _ in range(last + 1)]
    for node in [*sampled, *range(len(circuit.inputs), circuit.node_count)]:
        in_layer[last if node in outputs else layers[node]].append(node)
    in_layer[last] = _outputs_last(circuit, in_layer[last])
    blocks: list[list[int | None]] = [list(nodes) for nodes in in_layer if nodes]
    if equal_widths:
        width = max(map(len, blocks), default=0)
        # In front, because the outputs have to stay last.
        blocks = [[*(None for _ in range(width - len(block))), *block] for block in blocks]
    source = block_source(len(shown), [len(block) for block in blocks])
    return Layout(
        nodes=(*shown, *(node for block in blocks for node in block)),
        rounds=(
            *(0 for _ in shown),
            *(number for number, block in enumerate(blocks, start=1) for _ in block),
        ),
        waits_for=tuple(() if cell is None else (cell,) for cell in source),
    )


def _token_layout(circuit: Circuit, random_bits: RandomBits) -> Layout:
    """Every cell waits for the cell on its left: the k-th cell that is not shown, round k.

    The sequence is a topological order (outputs are read by nothing, so they may come last), so
    that all arguments are visible when the cell on the left is.
    """
    nodes = _in_sequence(circuit, random_bits)
    shown = len(_shown(circuit, random_bits))
    return Layout(
        nodes=tuple(nodes),
        rounds=tuple(max(0, cell - shown + 1) for cell in range(len(nodes))),
        waits_for=tuple((cell - 1,) if cell else () for cell in range(len(nodes))),
    )
