"""OxiDD by itself: binary decision diagrams with complement edges, and its own exact count."""

from importlib import import_module
from typing import Any

from benchmarks.peers import common

NODES = 1 << 26
"""As many as have room in 8 GB; where these do not suffice, twice as many take too long."""
CACHE = 1 << 22


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs."""
    circuit = common.read_circuit(path)
    manager: Any = import_module("oxidd.bcdd").BCDDManager(NODES, CACHE, 2)
    manager.add_vars(circuit.inputs)
    inputs: list[Any] = [None] * circuit.inputs
    for place, v in enumerate(circuit.order()):
        inputs[v] = manager.var(place)
    true, false = manager.true(), manager.false()
    gates = {"AND": common.both, "OR": common.either, "XOR": common.differ}
    outputs = common.values(circuit, inputs, (false, true), lambda node: ~node, gates)
    counts = {
        bits: int(node.sat_count(circuit.inputs))
        for bits, node in common.outcomes(outputs, true, common.both, lambda node: ~node)
    }
    return common.counted(counts, circuit.inputs)


if __name__ == "__main__":
    common.answer({"law": law}, deep=True)
