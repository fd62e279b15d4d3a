"""Linear samplers over GF(2), ours against the naive ways: python -m benchmarks.linear [SIZES]

The sampler is that of the uniform even strings, x_i = u_i + u_(i+1), as a circuit file or as a
schedule file (revision, two rounds), random sums of five coins each, and a random circuit whose
matrix is dense. The question is
whether the outputs are uniform on an affine set, and of which dimension. Ours reads the file,
eliminates, writes a certificate and has the kernel check it; a way that is killed has no answer.
"""

# Z3 ships no types that pyright knows.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
from collections.abc import Callable
from random import Random

from benchmarks.measure import Timing, agreed, load, say, table, timed
from benchmarks.workloads import sparse_sums
from dlmcheck.model.builder import Builder
from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.serial import (
    circuit_from_json,
    circuit_to_json,
    schedule_from_json,
    schedule_to_json,
)
from dlmcheck.verify.engines.elimination import linear_run_text, linear_text, uniform_outputs
from dlmcheck.verify.kernel.affine import numbers_in
from dlmcheck.verify.kernel.linear import (
    Outputs,
    check_document,
    check_outputs,
    circuit_outputs,
)


def layered(n: int, depth: int, seed: int = 0) -> Circuit:
    """n outputs of n coins: each layer adds a random permutation of the last one to it.

    After about log2 n layers every output is a sum of about half of the coins.
    """
    source = Random(f"{n} {depth} {seed}")
    builder = Builder.with_names(random=[f"r{i}" for i in range(n)])
    layer = list(range(n))
    for _ in range(depth):
        others = list(layer)
        source.shuffle(others)
        layer = [builder.xor(one, other) for one, other in zip(layer, others, strict=True)]
    return builder.build(layer)


def claimed(outputs: Outputs) -> int:
    """Elimination and the kernel's check; the dimension."""
    claim = uniform_outputs(outputs)
    check_outputs(outputs, claim)
    return len(claim.coins)


def from_circuit_file(text: str) -> str:
    """A circuit's text to a certificate, and the kernel's word on its text."""
    certificate = linear_text(circuit_from_json(text))
    return dimension_said(certificate)


def from_schedule_file(text: str) -> str:
    """A schedule's text to a certificate, and the kernel's word on its text."""
    return dimension_said(linear_run_text(schedule_from_json(text)))


def dimension_said(certificate: str) -> str:
    """The dimension that a certificate shows, once the kernel has accepted it."""
    document = Document.parse(certificate, "certificate")
    check_document(document)
    assert isinstance(document.value, dict)
    coins = document.value["coins"]
    assert isinstance(coins, list)
    return str(len(coins))


# --- the naive ways ------------------------------------------------------------------------


def dense_check(n: int) -> int:
    """L A = I for even parity with full matrices, by BLAS: products below 2^24 are exact."""
    import numpy as np

    matrix = np.eye(n - 1, dtype=np.float32) + np.eye(n - 1, k=-1, dtype=np.float32)
    left = np.tri(n - 1, dtype=np.float32)
    if not np.array_equal((left @ matrix) % 2, np.eye(n - 1, dtype=np.float32)):
        raise ValueError("L A is not the identity")
    return n - 1


def python_rank(outputs: Outputs) -> int:
    """Elimination row by row, the rows as sets in Python, no certificate."""
    pivots: dict[int, set[int]] = {}
    for form in outputs.forms:
        row = set(numbers_in(form)) - {0}
        while row:
            top = max(row)
            if top not in pivots:
                pivots[top] = row
                break
            row ^= pivots[top]
    return len(pivots)


def sympy_rank(outputs: Outputs) -> int:
    """SymPy's rank over GF(2), no certificate."""
    from sympy import GF
    from sympy.polys.matrices import DomainMatrix

    field = GF(2)
    rows = [
        [field(int(1 + j in numbers_in(form))) for j in range(outputs.coins)]
        for form in outputs.forms
    ]
    return int(DomainMatrix(rows, (len(rows), outputs.coins), field).rank())


def z3_injective(outputs: Outputs) -> int:
    """Z3 on "some non-zero u has A u = 0": if there is none, all coins count. No certificate."""
    import z3

    coins = [z3.Bool(f"u{j}") for j in range(outputs.coins)]
    solver = z3.Solver()
    solver.add(z3.Or(coins))
    for form in outputs.forms:
        total = z3.BoolVal(False)
        for number in sorted(numbers_in(form) - {0}):
            total = z3.Xor(total, coins[number - 1])
        solver.add(z3.Not(total))
    if str(solver.check()) != "unsat":
        raise ValueError("not injective")
    return outputs.coins


# --- the comparison ------------------------------------------------------------------------


def compare(n: int, *, limit: float, repeat: int = 3) -> list[Timing]:
    """All ways on even parity with n outputs."""
    circuit = even_strings(n)
    outputs = circuit_outputs(circuit)
    circuit_text = circuit_to_json(circuit)
    schedule_text = schedule_to_json(parity_revision(n, clock=True))
    ways: list[tuple[str, Callable[[], object]]] = [
        ("ours, matrix to checked claim", lambda: claimed(outputs)),
        ("ours, circuit file to certificate to kernel", lambda: from_circuit_file(circuit_text)),
        ("ours, schedule file to certificate to kernel", lambda: from_schedule_file(schedule_text)),
        ("dense check with BLAS, inverse given", lambda: dense_check(n)),
        ("Python, rows as sets", lambda: python_rank(outputs)),
        ("Z3, injective or not", lambda: z3_injective(outputs)),
        ("SymPy, rank over GF(2)", lambda: sympy_rank(outputs)),
    ]
    return [timed(name, run, limit=limit, repeat=repeat) for name, run in ways]


def compare_dense(n: int, *, limit: float, repeat: int = 3) -> list[Timing]:
    """A dense matrix: from the gates, elimination by tables and by row in Python."""
    circuit = layered(n, 2 * n.bit_length())
    outputs = circuit_outputs(circuit)
    ways: list[tuple[str, Callable[[], object]]] = [
        ("ours, matrix to checked claim", lambda: claimed(outputs)),
        ("ours, elimination alone", lambda: len(uniform_outputs(outputs).coins)),
        ("Python, rows as integers", lambda: integer_rank(outputs)),
        ("SymPy, rank over GF(2)", lambda: sympy_rank(outputs)),
    ]
    return [timed(name, run, limit=limit, repeat=repeat) for name, run in ways]


def compare_sparse(n: int, *, limit: float, repeat: int = 3) -> list[Timing]:
    """Sums of five coins each, twice as many as coins: nothing follows by propagation."""
    circuit = sparse_sums(n)
    outputs = circuit_outputs(circuit)
    text = circuit_to_json(circuit)
    ways: list[tuple[str, Callable[[], object]]] = [
        ("ours, circuit file to certificate to kernel", lambda: from_circuit_file(text)),
        ("Python, rows as integers", lambda: integer_rank(outputs)),
        ("CaDiCaL on the gates, injective or not", lambda: sat_injective(circuit)),
        ("Z3 on the gates, injective or not", lambda: z3_gates_injective(circuit)),
    ]
    return [timed(name, run, limit=limit, repeat=repeat) for name, run in ways]


def sat_injective(circuit: Circuit) -> int:
    """CaDiCaL on "some non-zero u has A u = 0", gate by gate; only for circuits of binary XOR."""
    from pysat.solvers import Cadical153

    coins = len(circuit.inputs)
    with Cadical153() as solver:
        solver.add_clause(list(range(1, coins + 1)))
        for node, gate in enumerate(circuit.gates, start=coins + 1):
            one, other = (arg + 1 for arg in gate.args)
            for clause in ([one, other, -node], [-one, -other, -node], [one, -other, node],
                           [-one, other, node]):  # fmt: skip
                solver.add_clause(clause)
        for output in circuit.outputs:
            solver.add_clause([-(output + 1)])
        if solver.solve():
            raise ValueError("not injective")
    return coins


def z3_gates_injective(circuit: Circuit) -> int:
    """The same by Z3."""
    import z3

    nodes = [z3.Bool(f"u{j}") for j in range(len(circuit.inputs))]
    solver = z3.Solver()
    solver.add(z3.Or(nodes))
    for gate in circuit.gates:
        one, other = gate.args
        node = z3.Bool(f"g{len(nodes)}")
        solver.add(node == z3.Xor(nodes[one], nodes[other]))
        nodes.append(node)
    for output in circuit.outputs:
        solver.add(z3.Not(nodes[output]))
    if str(solver.check()) != "unsat":
        raise ValueError("not injective")
    return len(circuit.inputs)


def integer_rank(outputs: Outputs) -> int:
    """Elimination row by row, the rows as integers in Python, no certificate."""
    pivots: dict[int, int] = {}
    for form in outputs.forms:
        row = sum(1 << one for one in numbers_in(form) - {0})
        while row:
            top = row.bit_length()
            if top not in pivots:
                pivots[top] = row
                break
            row ^= pivots[top]
    return len(pivots)


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[64, 1024, 4096, 65536])
    parser.add_argument("--dense", nargs="*", type=int, default=[1024, 4096])
    parser.add_argument("--sparse", nargs="*", type=int, default=[32, 64, 128, 1024, 4096])
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    say(load())
    for n in options.sizes:
        timings = compare(n, limit=options.limit, repeat=options.repeat)
        agreed(timings)
        say(table(f"even parity, n = {n}", timings, options.limit))
    for n in options.sparse:
        timings = compare_sparse(n, limit=options.limit, repeat=options.repeat)
        agreed(timings)
        say(table(f"sums of five coins, {n} coins", timings, options.limit))
    for n in options.dense:
        timings = compare_dense(n, limit=options.limit, repeat=options.repeat)
        agreed(timings)
        say(table(f"dense, n = {n}", timings, options.limit))
    say(load())


if __name__ == "__main__":
    main()
