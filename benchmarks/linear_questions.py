"""Questions about linear samplers over GF(2), each put to every peer as a careful user would.

Ours reads a circuit and says that its output is uniform on the solutions of equations, which it
finds. Linear algebra can be asked the same: the equations are the left null space of the matrix.
Solvers for SAT and SMT find no equations. They are told them where a user could know them: are the
outputs uniform on the even strings, which is that (a) no two seeds give the same output, (b) the
sum of all outputs is 0 for every seed, (c) there is one coin less than outputs. Nobody can know
the equations of sums that are dealt at random; there solvers are asked (a) alone.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks import equations
from benchmarks.peers.common import Answers
from benchmarks.ways import EASIER, OURS, TOLD, Way, elimination, laws, peer, plain, said
from benchmarks.workloads import sparse_sums
from dlmcheck.model.families.parity import even_strings
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.serial import circuit_to_json

YES, NO = {"even strings": "yes"}, {"even strings": "no"}


def solved(out: Path, outputs: int, output: str) -> Answers:
    """The dimension that a way printed, and the digest of the equations that it wrote."""
    return {**said(output), "equations": equations.written(out, outputs)}


def confirmed(outputs: int, output: str) -> Answers:
    """What "yes" says about the law; "no" is another answer."""
    answer = said(output)
    if answer != YES:
        return answer
    all_of_them = equations.digest([(1 << outputs) - 1], outputs)
    return {"dimension": str(outputs - 1), "equations": all_of_them}


def told(way: Way, outputs: int) -> Way:
    """A way that is told that the outputs are uniform on the even strings."""
    return replace(
        way,
        name=f"{way.name}, {TOLD}",
        read=partial(confirmed, outputs),
        question=TOLD,
    )


def ours(file: Path, outputs: int) -> list[Way]:
    """Ours. The equations are in the certificate; without one only their number is said."""
    plainly, certified, replay = laws(file)
    path = file.with_suffix(".certificate")

    def both(output: str) -> Answers:
        return {**certified.read(output), "equations": equations.certified(path, outputs)}

    return [
        replace(plainly, name=f"{EASIER}: {OURS}, the dimension alone", question=EASIER),
        replace(certified, read=both),
        replay,
    ]


def solvers(file: Path, outputs: int) -> list[Way]:
    """Ways that find the equations."""
    ways: list[Way] = []
    for name, package, module, question in (
        ("numpy, elimination of packed rows", "numpy", "by_numpy", "equations"),
        ("M4RI as in Sage, left kernel", "passagemath-m4ri-m4rie", "by_m4ri", "equations"),
        ("SymPy, null space over GF(2)", "sympy", "by_sympy", "equations"),
    ):
        out = file.with_suffix(f".{module}")
        way = peer(name, package, module, question, file, out)
        ways.append(replace(way, read=partial(solved, out, outputs)))
    for kind in ("integers", "sets"):
        out = file.with_suffix(f".{kind}")
        way = elimination(kind, file, out)
        ways.append(replace(way, read=partial(solved, out, outputs)))
    return ways


def confirming(file: Path, outputs: int) -> list[Way]:
    """Ways that are told that the law is that of the even strings."""
    return [
        told(peer(name, package, module, question, file), outputs)
        for name, package, module, question in (
            ("CaDiCaL", "python-sat", "by_sat", "even"),
            ("CryptoMiniSat", "pycryptosat", "by_cryptominisat", "even"),
            ("Z3", "z3-solver", "by_z3", "even"),
            ("bitwuzla", "bitwuzla", "by_bitwuzla", "even"),
            ("numpy, full matrices", "numpy", "by_numpy", "dense"),
        )
    ]


def injective(file: Path) -> list[Way]:
    """Ways that are asked for less: whether the map is injective, or its rank."""
    return [
        peer(name, package, module, "dimension", file, easier=True)
        for name, package, module in (
            ("Z3, injective or not", "z3-solver", "by_z3"),
            ("CaDiCaL, injective or not", "python-sat", "by_sat"),
            ("CryptoMiniSat, injective or not", "pycryptosat", "by_cryptominisat"),
            ("numpy, rank alone", "numpy", "by_numpy"),
        )
    ]


def law_peers(file: Path) -> list[Way]:
    """Ways that go through the law."""
    return [
        peer("ProbLog, exact weights", "problog", "by_problog", "law", file),
        peer("Storm, exact", "stormpy", "by_storm", "law", file),
        plain("law", file),
    ]


def _written(circuit: Circuit, folder: Path) -> Path:
    file = folder / "circuit.json"
    file.write_text(circuit_to_json(circuit), "utf-8")
    return file


def even(size: int, folder: Path) -> list[Way]:
    """The even strings of a length."""
    file = _written(even_strings(size), folder)
    formulas = [
        peer(f"{name}, of a formula, no file", package, module, "formula", size, easier=True)
        for name, package, module in (
            ("Z3", "z3-solver", "by_z3"),
            ("bitwuzla", "bitwuzla", "by_bitwuzla"),
        )
    ]
    return [
        *ours(file, size),
        *solvers(file, size),
        *law_peers(file),
        *confirming(file, size),
        *injective(file),
        *(replace(way, read=partial(confirmed, size)) for way in formulas),
    ]


def sums(size: int, folder: Path) -> list[Way]:
    """Twice as many sums of five coins as coins."""
    file = _written(sparse_sums(size), folder)
    return [
        *ours(file, 2 * size),
        *solvers(file, 2 * size),
        *law_peers(file),
        *injective(file),
    ]


# --- canaries ----------------------------------------------------------------------------------


def rewired(outputs: int, gate: int | None, coin: int, other: int) -> Circuit:
    """The even strings with one wire changed: a gate reads another coin; or all gates do."""
    circuit = even_strings(outputs)
    gates = list(circuit.gates)
    for i in range(outputs) if gate is None else (gate,):
        args = tuple(other if arg == coin else arg for arg in gates[i].args)
        gates[i] = replace(gates[i], args=args)
    return replace(circuit, gates=tuple(gates))


def mutants(outputs: int = 8) -> list[tuple[str, Circuit]]:
    """Samplers that are nearly that of the even strings: an odd sum, and a lost coin."""
    return [
        ("one wire changed", rewired(outputs, 3, 3, 5)),
        ("one coin in place of another", rewired(outputs, None, 3, 4)),
    ]


def canary_ways(circuit: Circuit, folder: Path) -> list[tuple[Way, Answers]]:
    """All ways that know linear circuits, and what they must say of a mutant."""
    file = _written(circuit, folder)
    outputs = len(circuit.outputs)
    right = equations.by_definition(circuit)
    found = {"dimension": str(outputs - int(right.split()[0])), "equations": right}
    return [
        *((way, found) for way in solvers(file, outputs)),
        *((way, NO) for way in confirming(file, outputs)),
    ]


def formula_canaries() -> list[tuple[Way, Answers]]:
    """u ^ (u << 2) in place of u ^ (u << 1)."""
    return [
        (peer(name, package, module, "formula", 8, 2), NO)
        for name, package, module in (
            ("Z3, of a formula", "z3-solver", "by_z3"),
            ("bitwuzla, of a formula", "bitwuzla", "by_bitwuzla"),
        )
    ]
