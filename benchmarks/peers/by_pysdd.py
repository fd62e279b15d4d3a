"""PySDD: sentential decision diagrams on a right-linear vtree.

On a balanced one the workloads take longer: the order of the inputs is good as it is.
Its model count saturates at 2^64 - 1, so the exact one is computed here, over the elements.
"""

from collections.abc import Hashable
from fractions import Fraction
from importlib import import_module
from typing import Any

from benchmarks.peers import common


def manager_of(order: list[int], shape: str = "right") -> Any:
    """A manager for variables in this order (from 1 on)."""
    sdd: Any = import_module("pysdd.sdd")
    vtree = sdd.Vtree(var_count=len(order), var_order=order, vtree_type=shape)
    return sdd.SddManager.from_vtree(vtree)


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs."""
    circuit = common.read_circuit(path)
    manager = manager_of([v + 1 for v in circuit.order()])
    inputs = [manager.literal(v + 1) for v in range(circuit.inputs)]
    true, false = manager.true(), manager.false()

    def xor(a: Any, b: Any) -> Any:
        return (a & ~b) | (~a & b)

    gates = {"AND": common.both, "OR": common.either, "XOR": xor}
    outputs = common.values(circuit, inputs, (false, true), lambda node: ~node, gates)
    known: dict[Hashable, Fraction] = {}
    counts = {
        bits: int(common.probability(node, id_of, parts, known) * 2**circuit.inputs)
        for bits, node in common.outcomes(outputs, true, common.both, lambda node: ~node)
    }
    return common.counted(counts, circuit.inputs)


def id_of(node: Any) -> int:
    """The library's number of a node."""
    return int(node.id)


def parts(node: Any) -> list[tuple[Any, Any]] | Fraction:
    """The elements of a node, or what it is."""
    if node.is_true():
        return Fraction(1)
    if node.is_false():
        return Fraction(0)
    if node.is_literal():
        return Fraction(1, 2)
    return list(node.elements())


def canary() -> common.Answers:
    """The library's own count of the assignments of 70 bits that are not all 0."""
    manager = manager_of(list(range(1, 71)), "balanced")
    found = manager.false()
    for v in range(1, 71):
        found = found | manager.literal(v)
    return {"count": str(int(manager.global_model_count(found)))}


if __name__ == "__main__":
    common.answer({"law": law, "canary": canary}, deep=True)
