"""Every way to wire a few gates: circuits whose edges skip layers, for checks by enumeration.

A width depends on the wires alone, not on what gates compute; here gates of one argument are NOT,
and those of two are XOR and AND in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, node_of

Layers = tuple[int, ...]


def wirings(inputs: int, gates: int) -> Iterator[Circuit]:
    """Circuits of so many random inputs and gates of one or two different arguments.

    The outputs are the last gate, or the last two; all gates and inputs are needed. In a fixed
    order; circuits that differ by the order of independent gates are told apart.
    """
    nodes = [range(inputs + k) for k in range(gates)]
    choices = [[*((v,) for v in below), *combinations(below, 2)] for below in nodes]
    given = tuple(Input(f"r{k}", InputKind.RANDOM) for k in range(inputs))
    for args in product(*choices):
        made = tuple(Gate(_op(k, len(one)), one) for k, one in enumerate(args))
        for count in (1, 2):
            if gates >= count:
                last = tuple(range(inputs + gates - count, inputs + gates))
                circuit = Circuit(given, made, last)
                if len(needed_nodes(circuit)) == circuit.node_count:
                    yield circuit


def _op(k: int, fan_in: int) -> Op:
    if fan_in == 1:
        return Op.NOT
    return Op.XOR if k % 2 == 0 else Op.AND


def assignments(circuit: Circuit, last: int, *, late_coins: bool = False) -> Iterator[Layers]:
    """Every layer assignment of a circuit in which all is needed, node by node, in order."""
    inputs = len(circuit.inputs)

    def extended(layers: Layers) -> Iterator[Layers]:
        node = len(layers)
        if node == circuit.node_count:
            yield layers
            return
        if node < inputs:
            choices = range(max(last, 1)) if late_coins else range(1)
        else:
            below = [layers[node_of(arg)] for arg in circuit.gate_of(node).args]
            choices = range(1 + max(below, default=0), last + 1)
        for layer in choices:
            yield from extended((*layers, layer))

    return extended(())
