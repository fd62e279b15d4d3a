"""M4RI, as Sage has it: dense matrices over GF(2), elimination by the method of four Russians."""

from importlib import import_module
from typing import Any

from benchmarks.peers import common


def equations(path: str, out: str) -> common.Answers:
    """The equations of the outputs: a basis of the left kernel."""
    dense: Any = import_module("sage.matrix.matrix_mod2_dense")
    spaces: Any = import_module("sage.matrix.matrix_space")
    field: Any = import_module("sage.rings.finite_rings.finite_field_constructor").GF(2)
    circuit = common.read_circuit(path)
    outputs = common.forms(circuit)
    space = spaces.MatrixSpace(field, len(outputs), circuit.inputs)
    matrix = dense.Matrix_mod2_dense(space, None)
    for i, form in enumerate(outputs):
        for v in common.coins_of(form):
            if v < circuit.inputs:
                matrix[i, v] = 1
    kernel = matrix.left_kernel_matrix(basis="computed")
    # a line for each row, [0 1 1]; its text is the quickest way out
    found = [int(line[-2:0:-2], 2) for line in kernel.str().splitlines() if "1" in line]
    return common.write_equations(out, found, [form >> circuit.inputs for form in outputs])


if __name__ == "__main__":
    common.answer({"equations": equations})
