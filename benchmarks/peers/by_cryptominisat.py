"""CryptoMiniSat: SAT with XOR clauses and elimination; is a linear circuit uniform on even strings?

It is also asked whether a linear circuit is injective, which is less.
"""

from importlib import import_module
from typing import Any

from benchmarks.peers import common


def solver_of(circuit: common.Circuit) -> tuple[Any, list[int]]:
    """A solver that knows the gates, an XOR clause for each, and the variables of the outputs."""
    solver: Any = import_module("pycryptosat").Solver()
    true = last = circuit.inputs + 1
    solver.add_clause([true])

    def add(a: int, b: int) -> int:
        nonlocal last
        last += 1
        solver.add_xor_clause([abs(a), abs(b), last], (a < 0) != (b < 0))
        return last

    literals = list(range(1, circuit.inputs + 1))
    return solver, common.values(circuit, literals, (-true, true), lambda v: -v, {"XOR": add})


def injective(circuit: common.Circuit) -> bool:
    """No seed but the first gives what it gives."""
    solver, outputs = solver_of(circuit)
    solver.add_clause(list(range(1, circuit.inputs + 1)))
    for output in outputs:
        solver.add_clause([-output])
    return solver.solve()[0] is False


def even(path: str) -> common.Answers:
    """Two questions: a lost seed, an odd sum."""
    circuit = common.read_circuit(path)
    if circuit.inputs != len(circuit.outputs) - 1:
        raise ValueError(f"{circuit.inputs} coins for {len(circuit.outputs)} outputs")
    lost = not injective(circuit)
    solver, outputs = solver_of(circuit)
    odd = sum(output < 0 for output in outputs) % 2 == 1
    solver.add_xor_clause([abs(output) for output in outputs], not odd)
    return common.told(lost=lost, odd=solver.solve()[0] is not False)


def dimension(path: str) -> common.Answers:
    """Do all coins count?"""
    circuit = common.read_circuit(path)
    if not injective(circuit):
        raise ValueError("not injective: this way has no answer")
    return {"dimension": str(circuit.inputs)}


if __name__ == "__main__":
    common.answer({"even": even, "dimension": dimension})
