"""Measured resources of a concrete circuit: depth, widths, size, fan-in, locality.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), section 2 (layers, depth d, width w, size N); NC0
and AC0 as usual: bounded locality at constant depth, and constant depth with polynomial size at
unbounded fan-in. A single circuit is in neither class, because a class is a property of a
family: what is here are the numbers whose growth along a family decides membership.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, Op, node_of
from dlmcheck.spec.errors import BadCircuit, NotLayered


def levels(circuit: Circuit) -> tuple[int, ...]:
    """The earliest layer of each node: 0 for inputs, else one above the highest argument.

    A constant gate has no arguments and gets layer 1: it is written, so it takes a round.
    """
    level = [0] * len(circuit.inputs)
    for gate in circuit.gates:
        level.append(1 + max((level[node_of(arg)] for arg in gate.args), default=0))
    return tuple(level)


def depth(circuit: Circuit) -> int:
    """d, the largest layer (layers counted from 0), over all nodes."""
    return max(levels(circuit), default=0)


def check_layered(circuit: Circuit, layers: Sequence[int]) -> None:
    """Check a layer assignment: inputs in layer 0, every edge from a layer to the next.

    Raises `NotLayered` with the offending edge, `BadCircuit` if an input is not in layer 0, a
    gate is, or the number of layers does not fit.
    """
    if len(layers) != circuit.node_count:
        raise BadCircuit(f"{len(layers)} layers for {circuit.node_count} nodes")
    for node, layer in enumerate(layers):
        if (layer == 0) != (node < len(circuit.inputs)):
            raise BadCircuit(f"node {node} in layer {layer}", expected="inputs, alone, in layer 0")
        if node >= len(circuit.inputs):
            for arg in circuit.gate_of(node).args:
                if layers[node_of(arg)] != layer - 1:
                    raise NotLayered((node_of(arg), node), (layers[node_of(arg)], layer))


def is_layered(circuit: Circuit) -> bool:
    """Whether the earliest layers already make the circuit strictly layered."""
    try:
        check_layered(circuit, levels(circuit))
    except NotLayered:
        return False
    return True


def layer_width(layers: Sequence[int]) -> int:
    """w as the number of nodes in the largest layer (inputs are layer 0)."""
    return max((layers.count(layer) for layer in set(layers)), default=0)


def live_width(circuit: Circuit, layers: Sequence[int]) -> int:
    """w as the largest live set: the values that must be kept when layer t is complete.

    A node is live at time t if it stands in a layer <= t and is an output, or is read by a node
    in a layer > t. In a strictly layered circuit without dead nodes, whose outputs are its last
    layer, the live set at time t is layer t.
    """
    last_use = list(layers)
    for node in range(len(circuit.inputs), circuit.node_count):
        for arg in circuit.gate_of(node).args:
            # The value must still be there when the reader is written, one round earlier.
            last_use[node_of(arg)] = max(last_use[node_of(arg)], layers[node] - 1)
    end = max(layers, default=0)
    for output in circuit.outputs:
        last_use[node_of(output)] = end
    return max(
        (
            sum(1 for v in range(circuit.node_count) if layers[v] <= time <= last_use[v])
            for time in range(end + 1)
        ),
        default=0,
    )


def reads(circuit: Circuit) -> tuple[frozenset[int], ...]:
    """For each output, the inputs in its cone (what its wires reach)."""
    return tuple(_inputs_below(circuit, node_of(output)) for output in circuit.outputs)


def _inputs_below(circuit: Circuit, node: int) -> frozenset[int]:
    seen = {node}
    stack = [node]
    while stack:
        current = stack.pop()
        if current >= len(circuit.inputs):
            for arg in circuit.gate_of(current).args:
                if node_of(arg) not in seen:
                    seen.add(node_of(arg))
                    stack.append(node_of(arg))
    return frozenset(v for v in seen if v < len(circuit.inputs))


def fan_in(circuit: Circuit) -> int:
    """The largest number of arguments of a gate."""
    return max((len(gate.args) for gate in circuit.gates), default=0)


def output_depths(circuit: Circuit) -> tuple[int, ...]:
    """The layer of each output's node."""
    level = levels(circuit)
    return tuple(level[node_of(output)] for output in circuit.outputs)


@dataclass(frozen=True)
class Resources:
    """What was measured of one circuit. All counts are in nodes, depths in gates.

    `locality` is the largest number of inputs in the cone of an output; `uses_xor` matters
    because XOR of unbounded fan-in is not an AC0 gate.
    """

    size: int
    depth: int
    width_layer: int
    width_live: int
    fan_in: int
    locality: int
    uses_xor: bool


def measure(circuit: Circuit) -> Resources:
    """All resources of one circuit, at its earliest layers."""
    layers = levels(circuit)
    return Resources(
        size=circuit.node_count,
        depth=max(layers, default=0),
        width_layer=layer_width(layers),
        width_live=live_width(circuit, layers),
        fan_in=fan_in(circuit),
        locality=max((len(cone) for cone in reads(circuit)), default=0),
        uses_xor=any(gate.op is Op.XOR for gate in circuit.gates),
    )
