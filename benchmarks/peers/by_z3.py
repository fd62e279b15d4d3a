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


def even(path: str) -> common.Answers:
    """Are the outputs uniform on the even strings? Two questions: a lost seed, an odd sum.

    Coins are bit-vectors of one bit: their sums are simplified as sums, Booleans' are not.
    """
    z3: Any = import_module("z3")
    circuit = common.read_circuit(path)
    inputs = [z3.BitVec(f"r{v}", 1) for v in range(circuit.inputs)]
    constants = (z3.BitVecVal(0, 1), z3.BitVecVal(1, 1))
    gates = {"XOR": common.differ}
    outputs = common.values(circuit, inputs, constants, lambda bit: ~bit, gates)
    kernel, parity = z3.Solver(), z3.Solver()
    kernel.add(z3.Or(*(one == 1 for one in inputs)), *(output == 0 for output in outputs))
    parity.add(common.in_order(circuit, outputs, common.differ) == 1)
    return answered(kernel, parity)


def formula(length: str, shift: str = "1") -> common.Answers:
    """The same of u ^ (u << 1) for a vector u, with a 0 in front: of a formula, and of no file."""
    z3: Any = import_module("z3")
    u = z3.ZeroExt(1, z3.BitVec("u", int(length) - 1))
    outputs = total = u ^ (u << int(shift))
    step = 1
    while step < int(length):
        total = total ^ z3.LShR(total, step)
        step *= 2
    kernel, parity = z3.Solver(), z3.Solver()
    kernel.add(u != 0, outputs == 0)
    parity.add(z3.Extract(0, 0, total) == 1)
    return answered(kernel, parity)


def answered(kernel: Any, parity: Any) -> common.Answers:
    """Both verdicts. Raises `KeyError` for "unknown"."""
    lost, odd = ({"sat": True, "unsat": False}[str(one.check())] for one in (kernel, parity))
    return common.told(lost=lost, odd=odd)


if __name__ == "__main__":
    common.answer(
        {
            "law": law,
            "equivalence": equivalence,
            "dimension": dimension,
            "even": even,
            "formula": formula,
        }
    )
