"""SymPy: the null space of a linear circuit's matrix over GF(2), as sparse as its rows are."""

from importlib import import_module
from typing import Any

from benchmarks.peers import common


def equations(path: str, out: str) -> common.Answers:
    """The equations of the outputs: a basis of the null space of the transposed matrix."""
    field: Any = import_module("sympy").GF(2)
    matrices: Any = import_module("sympy.polys.matrices")
    circuit = common.read_circuit(path)
    outputs = common.forms(circuit)
    one = field(1)
    rows: dict[int, dict[int, Any]] = {}
    for i, form in enumerate(outputs):
        for v in common.coins_of(form):
            if v < circuit.inputs:
                rows.setdefault(v, {})[i] = one
    shape = (circuit.inputs, len(outputs))
    kernel = matrices.DomainMatrix(rows, shape, field).nullspace()
    found = [0] * kernel.shape[0]
    for (k, i), value in kernel.to_dok().items():
        if value:
            found[k] |= 1 << i
    return common.write_equations(out, found, [form >> circuit.inputs for form in outputs])


if __name__ == "__main__":
    common.answer({"equations": equations})
