"""dd with CUDD: binary decision diagrams with complement edges, in the order that they are given.

Reordering as they grow, which dd would do by itself, only costs time on these workloads.
Its count is a float; so the exact one is computed here, over the nodes.
"""

from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from typing import Any

from benchmarks.peers import common


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs."""
    circuit = common.read_circuit(path)
    manager: Any = import_module("dd.cudd").BDD()
    manager.configure(reordering=False)
    names = {v: f"r{v}" for v in range(circuit.inputs)}
    manager.declare(*(names[v] for v in circuit.order()))
    inputs = [manager.var(names[v]) for v in range(circuit.inputs)]
    gates: dict[str, Callable[[Any, Any], Any]] = {
        "AND": common.both,
        "OR": common.either,
        "XOR": lambda a, b: manager.apply("xor", a, b),
    }
    outputs = common.values(
        circuit, inputs, (manager.false, manager.true), lambda node: ~node, gates
    )
    known: dict[int, Fraction] = {}
    counts = {
        bits: int(share(manager, node, known) * 2**circuit.inputs)
        for bits, node in common.outcomes(outputs, manager.true, common.both, lambda node: ~node)
    }
    return common.counted(counts, circuit.inputs)


def share(manager: Any, root: Any, known: dict[int, Fraction]) -> Fraction:
    """The share of assignments that a diagram accepts."""
    waiting = [root if not root.negated else ~root]
    while waiting:
        node = waiting[-1]
        if node == manager.true:
            known[int(node)] = Fraction(1)
            waiting.pop()
            continue
        _, low, high = manager.succ(node)
        plain = [~one if one.negated else one for one in (low, high)]
        missing = [one for one in plain if int(one) not in known]
        if missing:
            waiting += missing
            continue
        parts = [
            1 - known[int(one)] if found.negated else known[int(one)]
            for found, one in zip((low, high), plain, strict=True)
        ]
        known[int(node)] = (parts[0] + parts[1]) / 2
        waiting.pop()
    if root.negated:
        return 1 - known[int(~root)]
    return known[int(root)]


def canary() -> common.Answers:
    """The library's own count of the assignments of 128 bits that are not all 0."""
    manager: Any = import_module("dd.cudd").BDD()
    manager.declare(*(f"r{i}" for i in range(128)))
    found = manager.false
    for i in range(128):
        found |= manager.var(f"r{i}")
    return {"count": str(int(manager.count(found, 128)))}


if __name__ == "__main__":
    common.answer({"law": law, "canary": canary}, deep=True)
