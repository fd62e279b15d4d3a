"""Real circuits for one bank: values that are needed later are carried from layer to layer.

With remasking or revision a value is overwritten one round after it was written, so that a value
that a later layer reads must be handed on by ID gates, one a layer. The width that counts is then
the largest live set, and it depends on the layer that each gate is put in: gates have slack. The
prompt is never overwritten, so data inputs need not be carried. Source: Jiang, Haghtalab, Chen
(ICLR 2026), Theorems 3.2 and 3.3, which speak of strictly layered circuits.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.layering import Padded, moved
from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit, Gate, Op, node_of
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
        for arg in map(node_of, circuit.gates[node - len(circuit.inputs)].args):
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

    first = len(circuit.inputs)
    gates: list[Gate] = []
    new_layers = list(where[:first])
    origin = list(range(first))
    # The node that carries the value of each node in the layer that was built last.
    carrier = list(range(circuit.node_count))
    standing = [node for node in range(first) if not where[node] and node not in data]

    def add(made: Gate, layer: int, node: int) -> None:
        carrier[node] = len(origin)
        gates.append(made)
        new_layers.append(layer)
        origin.append(node)

    for layer in range(1, last + 1):
        here = by_layer[layer]
        # What is made here is read in later layers only: so nothing is overwritten too early.
        for node in here:
            if node >= first:
                gate = circuit.gates[node - first]
                add(Gate(gate.op, tuple([moved(arg, carrier) for arg in gate.args])), layer, node)
        carried_on = [node for node in standing if until.get(node, -1) >= layer]
        for node in carried_on:
            add(Gate(Op.ID, (carrier[node],)), layer, node)
        standing = here + carried_on
    shown = {node_of(output) for output in circuit.outputs}
    if last:
        # A data input among the outputs is copied from the prompt in the last layer.
        for node in sorted(shown & data):
            add(Gate(Op.ID, (node,)), last, node)
    elif len(shown) != len(circuit.outputs):
        raise BadCircuit("two outputs show one input", expected="an ID gate for each of them")
    outputs = tuple(moved(output, carrier) for output in circuit.outputs)
    whole = Circuit(circuit.inputs, tuple(gates), outputs, circuit.output_names)
    return Padded(whole, tuple(new_layers), tuple(origin))


def _check(circuit: Circuit, layers: Sequence[int]) -> None:
    if len(layers) != circuit.node_count:
        raise BadCircuit(f"{len(layers)} layers for {circuit.node_count} nodes")
    coins, last, first = set(circuit.random_inputs), max(layers, default=0), len(circuit.inputs)
    needed = needed_nodes(circuit)
    for node, layer in enumerate(layers[:first]):
        if layer and not (node in coins and node in needed and 0 < layer < last):
            raise _misplaced(node, layer)
    for node, gate in enumerate(circuit.gates, start=first):
        if node in needed:  # what is not is left out
            highest = 0
            for literal in gate.args:
                below = layers[literal if literal >= 0 else ~literal]
                highest = below if below > highest else highest
            if layers[node] <= highest:
                raise _misplaced(node, layers[node])


def _misplaced(node: int, layer: int) -> BadCircuit:
    return BadCircuit(
        f"node {node} in layer {layer}",
        expected="inputs in layer 0 (random ones below the last), "
        "and every gate above its arguments",
    )


def _last_use(circuit: Circuit, layers: Sequence[int], last: int) -> dict[int, int]:
    """For each node that an output depends on, the last layer at whose time it is needed."""
    first = len(circuit.inputs)
    until = {node_of(output): last for output in circuit.outputs}
    for node in range(circuit.node_count - 1, first - 1, -1):
        if node not in until:
            continue
        before = layers[node] - 1
        for literal in circuit.gates[node - first].args:
            arg = literal if literal >= 0 else ~literal
            if until.get(arg, -1) < before:
                until[arg] = before
    return until
