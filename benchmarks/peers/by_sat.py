"""CaDiCaL by python-sat: models one by one for laws, a plain miter for equivalence."""

from collections import Counter
from importlib import import_module
from typing import Any

from benchmarks.peers import common


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs: every seed is a model."""
    circuit = common.read_circuit(path)
    inputs = list(range(1, circuit.inputs + 1))
    formula, outputs = common.clauses(circuit, inputs, circuit.inputs + 1)
    counts = Counter[str]()
    solver: Any = import_module("pysat.solvers").Cadical195(bootstrap_with=formula)
    while solver.solve():
        model = solver.get_model()
        counts["".join("01"[(model[abs(v) - 1] > 0) == (v > 0)] for v in outputs)] += 1
        solver.add_clause([-model[v - 1] for v in inputs])
    return common.counted(counts, circuit.inputs)


def equivalence(*paths: str) -> common.Answers:
    """Is there an input on which some output of two circuits differs?"""
    first, second = map(common.read_circuit, paths)
    inputs = list(range(1, first.inputs + 1))
    formula, left = common.clauses(first, inputs, first.inputs + 1)
    free = 1 + max(max(map(abs, clause)) for clause in formula)
    more, right = common.clauses(second, inputs, free)
    formula += more
    free = 1 + max(max(map(abs, clause)) for clause in formula)
    for c, (a, b) in enumerate(zip(left, right, strict=True), free):
        formula += [[-c, a, b], [-c, -a, -b], [c, -a, b], [c, a, -b]]
    formula.append(list(range(free, free + len(left))))
    solver: Any = import_module("pysat.solvers").Cadical195(bootstrap_with=formula)
    return {"verdict": "different" if solver.solve() else "equivalent"}


def dimension(path: str) -> common.Answers:
    """Do all coins count? Asked as: some non-zero seed gives what zero gives (linear circuits)."""
    circuit = common.read_circuit(path)
    inputs = list(range(1, circuit.inputs + 1))
    formula, outputs = common.clauses(circuit, inputs, circuit.inputs + 1)
    formula += [inputs, *([-output] for output in outputs)]
    solver: Any = import_module("pysat.solvers").Cadical195(bootstrap_with=formula)
    if solver.solve():
        raise ValueError("not injective: this way has no answer")
    return {"dimension": str(circuit.inputs)}


def even(path: str) -> common.Answers:
    """Are the outputs uniform on the even strings? Two questions: a lost seed, an odd sum.

    The sum is a chain of XOR gates in the order of the outputs; a balanced tree takes longer.
    """
    circuit = common.read_circuit(path)
    inputs = list(range(1, circuit.inputs + 1))
    formula, outputs = common.clauses(circuit, inputs, circuit.inputs + 1)
    if circuit.inputs != len(outputs) - 1:
        raise ValueError(f"{circuit.inputs} coins for {len(outputs)} outputs")
    solvers: Any = import_module("pysat.solvers")
    kernel = [inputs, *([-output] for output in outputs)]
    lost = bool(solvers.Cadical195(bootstrap_with=formula + kernel).solve())
    free = 1 + max(max(map(abs, clause)) for clause in formula)
    for c, b in enumerate(outputs[1:], free):
        a = outputs[0] if c == free else c - 1
        formula += [[-c, a, b], [-c, -a, -b], [c, -a, b], [c, a, -b]]
    formula.append([free + len(outputs) - 2])
    odd = bool(solvers.Cadical195(bootstrap_with=formula).solve())
    return common.told(lost=lost, odd=odd)


if __name__ == "__main__":
    common.answer({"law": law, "equivalence": equivalence, "dimension": dimension, "even": even})
