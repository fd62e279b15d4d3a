"""Layer assignments: which layer each gate of a circuit is put in, and the width that this costs.

A gate may stand in any layer above its arguments. With remasking or revision a value stays only
as long as it is carried, so that the layers chosen decide how many cells a bank needs. Definitions:
the note WIDTH of this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3.

Data inputs stand in the prompt and take no cell of a bank; gates on which no output depends are
left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import Circuit, node_of
from dlmcheck.spec.errors import BadCircuit


def needed_nodes(circuit: Circuit) -> frozenset[int]:
    """The nodes that some output depends on (what its wires reach)."""
    needed = {node_of(output) for output in circuit.outputs}
    node = circuit.node_count
    for gate in reversed(circuit.gates):
        node -= 1
        if node in needed:
            for arg in gate.args:
                needed.add(arg if arg >= 0 else ~arg)
    return frozenset(needed)


def check_assignment(
    circuit: Circuit, layers: Sequence[int], last: int, *, late_coins: bool = False
) -> None:
    """Check a layer assignment with layers 0..last.

    Inputs stand in layer 0, every needed gate in a layer from 1 to `last`, above its arguments.
    With `late_coins` a needed random input may stand in any layer below `last`.

    Raises `BadCircuit` with the node that is in a wrong layer, or if the number of layers does
    not fit.
    """
    if len(layers) != circuit.node_count:
        raise BadCircuit(f"{len(layers)} layers for {circuit.node_count} nodes")
    needed = needed_nodes(circuit)
    coins = set(circuit.random_inputs) & needed if late_coins else set[int]()
    data = set(circuit.data_inputs)
    for node, layer in enumerate(layers):
        if node in coins:
            right = 0 <= layer < max(last, 1)
        elif node < len(circuit.inputs):
            right = layer == 0
        elif node in needed:
            args = map(node_of, circuit.gate_of(node).args)
            right = 1 <= layer <= last and all(layers[v] < layer for v in args if v not in data)
        else:
            right = True
        if not right:
            raise BadCircuit(
                f"node {node} in layer {layer}",
                expected=f"gates in layers 1..{last}, each above its arguments, inputs in layer 0",
            )


def kept(circuit: Circuit, layers: Sequence[int], t: int) -> frozenset[int]:
    """K_t: the needed nodes, data inputs apart, whose values must stand when layer t is written.

    Those are the nodes of layers <= t that are outputs or are read by a needed gate in a layer
    > t; for t = 0 also the random inputs on which no output depends, which layer 0 samples.
    """
    needed = needed_nodes(circuit)
    wanted = {node_of(output) for output in circuit.outputs}
    for node in needed:
        if node >= len(circuit.inputs) and layers[node] > t:
            wanted.update(node_of(arg) for arg in circuit.gate_of(node).args)
    found = {node for node in wanted if layers[node] <= t}
    if t == 0:
        found.update(node for node in circuit.random_inputs if node not in needed)
    return frozenset(found - set(circuit.data_inputs))


def bank_rows(circuit: Circuit, layers: Sequence[int], last: int) -> tuple[int, ...]:
    """How many values stand when layer t = 0, ..., last is written.

    |K_t| (`kept`) below `last`; in layer `last` one for each output, also if two outputs show one
    node. At `last` = 0 random inputs that are no outputs stand beside these.
    """
    needed, data = needed_nodes(circuit), set(circuit.data_inputs)
    shown = {node_of(output) for output in circuit.outputs}
    if last == 0:
        beside = sum(node not in shown for node in circuit.random_inputs)
        return (beside + len(circuit.outputs),)
    until = dict.fromkeys(shown, last - 1)
    for node in needed:
        if node >= len(circuit.inputs):
            for arg in map(node_of, circuit.gate_of(node).args):
                until[arg] = max(until.get(arg, 0), layers[node] - 1)
    rows = [0] * last
    for node in needed - data:
        for t in range(layers[node], until[node] + 1):
            rows[t] += 1
    rows[0] += sum(node not in needed for node in circuit.random_inputs)
    return (*rows, len(circuit.outputs))


def bank_width(circuit: Circuit, layers: Sequence[int], last: int) -> int:
    """w of a layer assignment: the largest of its rows, and at least 1.

    It is the number of value cells of a bank in the constructions of Theorems 3.2 and 3.3, whose
    first cell also shows whether anything is written.
    """
    return max(1, *bank_rows(circuit, layers, last))
