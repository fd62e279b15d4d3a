"""Strict layers: find them where they exist, make them by ID gates where they do not.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: in a layered circuit every edge leads from
a layer to the next, and the outputs are the last layer; Theorem 3.1 writes one such block of
nodes in each round.

The *earliest* layers of `dlmcheck.spec.resources.levels` put every constant gate in layer 1. A
constant reads nothing, so it may as well stand in any later layer, and in layered circuits it
does. That freedom is used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op, node_of
from dlmcheck.spec.errors import NotLayered
from dlmcheck.spec.resources import levels


def strict_layers(circuit: Circuit) -> tuple[int, ...]:
    """Layers with inputs alone in layer 0 and every edge from a layer to the next.

    Where inputs reach, there is no choice. A part that hangs on constants only is free: if it
    has an output it ends in the last layer, else it starts in layer 1.
    Raises `NotLayered`, with an edge that cannot be right, if there are no such layers.
    """
    inputs = len(circuit.inputs)
    readers = _readers(circuit)
    place: list[int | None] = [None] * circuit.node_count
    fixed = _spread(circuit, readers, place, range(inputs))
    for node in fixed:
        for reader in readers[node]:
            if node >= inputs and place[node] == 0:
                # Only a constant, or what hangs on one, can be drawn below layer 1.
                raise NotLayered((node, reader), (1, 1))
    last = max((place[node] or 0 for node in fixed), default=0)
    outputs = {node_of(output) for output in circuit.outputs}
    floating: list[list[int]] = []
    for node in range(inputs, circuit.node_count):
        if place[node] is None:
            part = _spread(circuit, readers, place, [node])
            lowest = min(place[v] or 0 for v in part)
            for v in part:
                place[v] = (place[v] or 0) - lowest + 1
            last = max(last, *(place[v] or 0 for v in part))
            if not outputs.isdisjoint(part):
                floating.append(part)
    for part in floating:
        top = max(place[v] or 0 for v in part)
        for v in part:
            place[v] = (place[v] or 0) + last - top
    return tuple(layer or 0 for layer in place)


def _readers(circuit: Circuit) -> list[list[int]]:
    readers: list[list[int]] = [[] for _ in range(circuit.node_count)]
    for index, gate in enumerate(circuit.gates):
        for arg in gate.args:
            readers[node_of(arg)].append(len(circuit.inputs) + index)
    return readers


def _spread(
    circuit: Circuit, readers: list[list[int]], place: list[int | None], start: Sequence[int]
) -> list[int]:
    """Put `start` at 0 and all that hangs together with it where its edges say; list it."""
    for node in start:
        place[node] = 0
    reached = list(start)
    for node in reached:
        here = place[node] or 0
        below: tuple[int, ...] = ()
        if node >= len(circuit.inputs):
            below = tuple(node_of(arg) for arg in circuit.gate_of(node).args)
        for other, layer in [(v, here - 1) for v in below] + [(v, here + 1) for v in readers[node]]:
            known = place[other]
            if known is None:
                place[other] = layer
                reached.append(other)
            elif known != layer:
                edge = (node, other) if layer > here else (other, node)
                raise NotLayered(edge, (place[edge[0]] or 0, place[edge[1]] or 0))
    return reached


@dataclass(frozen=True)
class Padded:
    """A circuit with strict layers, the layer of each node, and where each node came from.

    `origin` has for each node the node of the first circuit whose value it shows.
    """

    circuit: Circuit
    layers: tuple[int, ...]
    origin: tuple[int, ...]


def layered(circuit: Circuit) -> tuple[Circuit, tuple[int, ...]]:
    """The circuit made strictly layered, with all outputs in the last layer, and its layers.

    A value that is needed more than one layer later is handed on by one ID gate a layer, shared
    by all its readers. The gates come out sorted by layer, so each layer is a block of node
    numbers. A circuit that is so already is returned unchanged; otherwise gates stand in their
    earliest layers, constants just below their first reader. Nothing is simplified, dead gates
    stay, output literals keep their negation, and two outputs may still share a node. The depth
    is that of the circuit, the number of nodes at most N (d + 1).

    >>> from dlmcheck.model.builder import Builder
    >>> b = Builder.with_names(data=["x", "y", "z"])
    >>> padded, layers = layered(b.build([b.xor(b.and_(0, 1), 2)]))
    >>> layers
    (0, 0, 0, 1, 1, 2)
    """
    found = padded_to_layers(circuit)
    return found.circuit, found.layers


def padded_to_layers(circuit: Circuit) -> Padded:
    """As `layered`, with the origin of each node.

    >>> from dlmcheck.model.families import FAMILIES
    >>> padded_to_layers(FAMILIES["parity-chain"](3)).origin
    (0, 1, 2, 3, 2, 4)
    """
    layers = _layers_to_pad(circuit)
    last, first = max(layers, default=0), len(circuit.inputs)
    until = list(layers)
    for node, gate in enumerate(circuit.gates, start=first):
        below = layers[node] - 1
        for literal in gate.args:
            arg = literal if literal >= 0 else ~literal
            until[arg] = until[arg] if until[arg] > below else below
    for output in circuit.outputs:
        until[node_of(output)] = last
    nodes_of: list[list[int]] = [[] for _ in range(last + 1)]
    for node, layer in enumerate(layers):
        nodes_of[layer].append(node)

    gates: list[Gate] = []
    new_layers = [0] * first
    origin = list(range(first))
    # The node that carries the value of each node in the layer that was built last.
    carrier = list(range(circuit.node_count))
    standing = nodes_of[0]
    for layer in range(1, last + 1):
        for node in nodes_of[layer]:
            gate = circuit.gates[node - first]
            gates.append(Gate(gate.op, tuple([moved(arg, carrier) for arg in gate.args])))
        carried = [node for node in standing if until[node] >= layer]
        gates += [Gate(Op.ID, (carrier[node],)) for node in carried]
        standing = nodes_of[layer] + carried
        for number, node in enumerate(standing, start=len(origin)):
            carrier[node] = number
        origin += standing
        new_layers += [layer] * len(standing)
    outputs = tuple(moved(output, carrier) for output in circuit.outputs)
    whole = Circuit(circuit.inputs, tuple(gates), outputs, circuit.output_names)
    return Padded(whole, tuple(new_layers), tuple(origin))


def moved(literal: Literal, carrier: Sequence[int]) -> Literal:
    """A literal of the node that stands for this one's, negated if this one is."""
    return carrier[literal] if literal >= 0 else ~carrier[~literal]


def _layers_to_pad(circuit: Circuit) -> tuple[int, ...]:
    """Strict layers if there are any, else the earliest ones."""
    if not _surely_skips(circuit):
        try:
            return strict_layers(circuit)
        except NotLayered:
            pass
    return _earliest(circuit)


def _surely_skips(circuit: Circuit) -> bool:
    """Whether two arguments of some gate would stand in different layers, as inputs fix both.

    In strict layers a gate on whose argument inputs act stands in the layer above that argument.
    """
    free = -1  # what hangs on constants only
    layer = [0] * len(circuit.inputs)
    for gate in circuit.gates:
        fixed = free
        for literal in gate.args:
            found = layer[literal if literal >= 0 else ~literal]
            if found not in (free, fixed):
                if fixed != free:
                    return True
                fixed = found
        layer.append(free if fixed == free else fixed + 1)
    return False


def _earliest(circuit: Circuit) -> tuple[int, ...]:
    """The earliest layers, but constants just below their first reader (or last, if outputs)."""
    layers, first = list(levels(circuit)), len(circuit.inputs)
    readers: dict[int, list[int]] = {
        node: [] for node, gate in enumerate(circuit.gates, start=first) if not gate.args
    }
    if readers:
        last = max(layers)
        for node, gate in enumerate(circuit.gates, start=first):
            for arg in map(node_of, gate.args):
                if arg in readers:
                    readers[arg].append(layers[node])
        outputs = {node_of(output) for output in circuit.outputs}
        for node, above in readers.items():
            if above:
                layers[node] = min(above) - 1
            elif node in outputs:
                layers[node] = last
    return tuple(layers)
