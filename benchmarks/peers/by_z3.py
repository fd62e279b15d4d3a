"""Z3 as it is: models one by one for laws, a plain miter for equivalence."""

from collections import Counter
from importlib import import_module
from typing import Any

from benchmarks.peers import common


def _outputs(z3: Any, circuit: common.Circuit) -> tuple[list[Any], list[Any]]:
    inputs = [z3.Bool(f"r{v}") for v in range(circuit.inputs)]
    gates = {"AND": z3.And, "OR": z3.Or, "XOR": z3.Xor}
    constants = (z3.BoolVal(False), z3.BoolVal(True))
    return inputs, common.values(circuit, inputs, constants, z3.Not, gates)


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs: every seed is a model."""
    z3: Any = import_module("z3")
    circuit = common.read_circuit(path)
    inputs, outputs = _outputs(z3, circuit)
    named = [z3.Bool(f"o{i}") for i in range(len(outputs))]
    solver = z3.Solver()
    solver.add(*(name == output for name, output in zip(named, outputs, strict=True)))
    counts = Counter[str]()
    while str(solver.check()) == "sat":
        model = solver.model()
        counts["".join("01"[z3.is_true(model.eval(name, True))] for name in named)] += 1
        solver.add(z3.Or(*(one != model.eval(one, True) for one in inputs)))
    return common.counted(counts, circuit.inputs)


def equivalence(*paths: str) -> common.Answers:
    """Is there an input on which some output of two circuits differs?"""
    z3: Any = import_module("z3")
    sides = [_outputs(z3, common.read_circuit(path))[1] for path in paths]
    solver = z3.Solver()
    solver.add(z3.Or(*(z3.Xor(a, b) for a, b in zip(*sides, strict=True))))
    return {"verdict": {"unsat": "equivalent", "sat": "different"}[str(solver.check())]}


def dimension(path: str) -> common.Answers:
    """Do all coins count? Asked as: some non-zero seed gives what zero gives (linear circuits)."""
    z3: Any = import_module("z3")
    circuit = common.read_circuit(path)
    inputs, outputs = _outputs(z3, circuit)
    solver = z3.Solver()
    solver.add(z3.Or(*inputs), *(z3.Not(output) for output in outputs))
    if str(solver.check()) != "unsat":
        raise ValueError("not injective: this way has no answer")
    return {"dimension": str(circuit.inputs)}


if __name__ == "__main__":
    common.answer({"law": law, "equivalence": equivalence, "dimension": dimension})
