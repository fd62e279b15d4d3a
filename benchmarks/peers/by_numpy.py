"""Rank over GF(2) of a linear circuit with numpy: packed rows, elimination column by column."""

from importlib import import_module
from typing import Any

from benchmarks.peers import common


def dimension(path: str) -> common.Answers:
    """The dimension of the space of outputs; no certificate."""
    np: Any = import_module("numpy")
    circuit = common.read_circuit(path)
    words = circuit.inputs // 64 + 1
    rows = np.zeros((circuit.inputs, words), np.uint64)
    for v in range(circuit.inputs):
        rows[v, v // 64] = 1 << (v % 64)
    zero = np.zeros(words, np.uint64)
    # a constant changes no dimension, so a negation is left out
    outputs = common.values(
        circuit, list(rows), (zero, zero), lambda row: row, {"XOR": common.differ}
    )
    matrix = np.array(outputs)
    rank = 0
    for v in range(circuit.inputs):
        bits = (matrix[rank:, v // 64] >> np.uint64(v % 64)) & np.uint64(1)
        having = rank + np.flatnonzero(bits)
        if not len(having):
            continue
        pivot = matrix[having[0]].copy()
        matrix[having[1:]] ^= pivot
        matrix[having[0]] = matrix[rank]
        matrix[rank] = pivot
        rank += 1
    return {"dimension": str(rank)}


if __name__ == "__main__":
    common.answer({"dimension": dimension})
