"""Real circuits for one bank: values that are needed later are carried from layer to layer.

With remasking or revision a value is overwritten one round after it was written, so that a value
that a later layer reads must be handed on by ID gates, one a layer. The width that counts is then
the largest live set, and it depends on the layer that each gate is put in: gates have slack. The
prompt is never overwritten, so data inputs need not be carried. Source: Jiang, Haghtalab, Chen
(ICLR 2026), Theorems 3.2 and 3.3, which speak of strictly layered circuits.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.layering import Padded
from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op, node_of
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import levels


def latest_layers(circuit: Circuit) -> tuple[int, ...]:
    """Every gate as late as the depth allows; inputs in layer 0, outputs and dead gates last.

    >>> from dlmcheck.model.builder import Builder
    >>> b = Builder.with_names(random="rst")
    >>> latest_layers(b.build([b.and_(b.and_(b.and_(0, 1), 2), b.xor(0, 2))]))
    (0, 0, 0, 1, 2, 2, 3)
    """
    last = max(levels(circuit), default=0)
    layers = [last] * circuit.node_count
    for node in range(circuit.node_count - 1, len(circuit.inputs) - 1, -1):
        for arg in map(node_of, circuit.gate_of(node).args):
            layers[arg] = min(layers[arg], layers[node] - 1)
    layers[: len(circuit.inputs)] = [0] * len(circuit.inputs)
    return tuple(layers)


def carried(
    circuit: Circuit, layers: Sequence[int] | None = None
) -> tuple[Circuit, tuple[int, ...]]:
    """A circuit with strict layers but for data inputs, all outputs in the last one; its layers.

    `layers` (default: the earliest) puts each gate above its arguments; a random input may stand
    below its readers in any layer but the last, and is then sampled that much later. The result
    has the same outputs and depth; its gates are sorted by layer. Gates that no output depends on
    are dropped. It is what `rows_of` and the constructions on it take, together with the layers.

    Raises `BadCircuit` if the layers do not fit, or if there is no gate and two outputs show the
    same input (one round is a product law).
    """
    found = carried_along(circuit, layers)
    return found.circuit, found.layers


def carried_along(circuit: Circuit, layers: Sequence[int] | None = None) -> Padded:
    """As `carried`, with the origin of each node."""
    where = levels(circuit) if layers is None else tuple(layers)
    _check(circuit, where)
    data = set(circuit.data_inputs)
    last = max(where, default=0)
    until = _last_use(circuit, where, last)
    by_layer: list[list[int]] = [[] for _ in range(last + 1)]
    for node, layer in enumerate(where):
        if node in until:
            by_layer[layer].append(node)

    gates: list[Gate] = []
    new_layers = list(where[: len(circuit.inputs)])
    origin = list(range(len(circuit.inputs)))
    carrier = {node: node for node in range(len(circuit.inputs)) if not where[node]}

    def add(gate: Gate, layer: int, node: int) -> int:
        origin.append(node)
        gates.append(gate)
        new_layers.append(layer)
        return len(new_layers) - 1

    for layer in range(1, last + 1):
        built = {node: node for node in data}
        for node in by_layer[layer]:
            if node < len(circuit.inputs):
                built[node] = node
                continue
            gate = circuit.gate_of(node)
            args = tuple(_moved(arg, carrier) for arg in gate.args)
            built[node] = add(Gate(gate.op, args), layer, node)
        for node, old in carrier.items():
            if node not in built and until.get(node, -1) >= layer:
                built[node] = add(Gate(Op.ID, (old,)), layer, node)
        carrier = built
    shown = {node_of(output) for output in circuit.outputs}
    if last:
        # A data input among the outputs is copied from the prompt in the last layer.
        for node in sorted(shown & data):
            carrier[node] = add(Gate(Op.ID, (node,)), last, node)
    elif len(shown) != len(circuit.outputs):
        raise BadCircuit("two outputs show one input", expected="at least one layer of gates")
    outputs = tuple(_moved(output, carrier) for output in circuit.outputs)
    whole = Circuit(circuit.inputs, tuple(gates), outputs, circuit.output_names)
    return Padded(whole, tuple(new_layers), tuple(origin))


def _check(circuit: Circuit, layers: Sequence[int]) -> None:
    if len(layers) != circuit.node_count:
        raise BadCircuit(f"{len(layers)} layers for {circuit.node_count} nodes")
    coins, last = set(circuit.random_inputs), max(layers, default=0)
    needed = needed_nodes(circuit)
    for node, layer in enumerate(layers):
        if node < len(circuit.inputs):
            right = layer == 0 or (node in coins and node in needed and 0 < layer < last)
        elif node in needed:
            args = map(node_of, circuit.gate_of(node).args)
            right = layer > 0 and all(layers[arg] < layer for arg in args)
        else:
            right = True  # it is left out
        if not right:
            raise BadCircuit(
                f"node {node} in layer {layer}",
                expected="inputs in layer 0 (random ones below the last), "
                "and every gate above its arguments",
            )


def _last_use(circuit: Circuit, layers: Sequence[int], last: int) -> dict[int, int]:
    """For each node that an output depends on, the last layer at whose time it is needed."""
    until = {node_of(output): last for output in circuit.outputs}
    for node in range(circuit.node_count - 1, len(circuit.inputs) - 1, -1):
        if node not in until:
            continue
        for arg in map(node_of, circuit.gate_of(node).args):
            until[arg] = max(until.get(arg, 0), layers[node] - 1)
    return until


def _moved(literal: Literal, carrier: dict[int, int]) -> Literal:
    return carrier[literal] if literal >= 0 else ~carrier[~literal]
