"""Does a schedule sample what its circuit samples: python -m benchmarks.equivalence [SIZES]

Write-once schedules of random circuits, twice each: as compiled, and with every gate written in
another way, so that no structure is left that two sides share. Ours read the schedule's text and
the circuit's; cut points read a certificate, too, and sweeping makes its own. The plain miter
(CaDiCaL) and ABC get the run unrolled and folded already, so that their times leave out what ours
begin with. ABC is asked where it is installed (Debian: berkeley-abc, or the variable ABC).
"""

# python-sat ships no complete types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.measure import Timing, agreed, load, say, table, timed
from dlmcheck.model.formats import write_circuit
from dlmcheck.model.rewriting import reexpressed_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, node_of
from dlmcheck.spec.serial import (
    circuit_from_json,
    circuit_to_json,
    schedule_from_json,
    schedule_to_json,
)
from dlmcheck.verify.compilation import choices, construction
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.engines.network import Lit, Network
from dlmcheck.verify.engines.unroll import unroll
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.merged_simulation import check_merged_simulation
from dlmcheck.verify.kernel.simulation import check_simulation

SAME = "equivalent"
ABC = ("cec", "dcec", "&cec")


def random_mix(gates: int, depth: int, coins: int, seed: int = 0) -> Circuit:
    """A random circuit of gates in layers, half of them XOR; every gate reaches an output.

    Each gate reads the layer below and, one time in five, a kept gate of any earlier layer.
    """
    source = Random(f"{gates} {depth} {coins} {seed}")
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(coins))
    made: list[Gate] = []
    below, kept, read = list(range(coins)), list(range(coins)), set[int]()
    for layer in range(depth):
        first = coins + len(made)
        width = gates * (layer + 1) // depth - len(made)
        for _ in range(width):
            one = source.choice(below)
            other = one
            while other == one:
                other = source.choice(kept if source.random() < 0.2 else below)
            read |= {one, other}
            op = source.choice((Op.AND, Op.OR, Op.XOR, Op.XOR))
            args = tuple(v if source.random() < 0.5 else ~v for v in (one, other))
            made.append(Gate(op, args))
        below = list(range(first, first + width))
        kept += below[: max(1, width // 20)]
    outputs = [v for v in range(coins, coins + gates) if v not in read]
    return Circuit(inputs, tuple(made), tuple(outputs))


@dataclass(frozen=True)
class Case:
    """A schedule, its circuit and a certificate as texts, and the run unrolled, for the others."""

    circuit: str
    schedule: str
    certificate: str
    unrolled: Circuit


def case(gates: int, *, rewritten: bool, seed: int = 0) -> Case:
    """The case of a size: depth 50, or less where there are few gates."""
    circuit = random_mix(gates, min(50, 1 + gates // 20), max(16, gates // 100), seed)
    built = construction("write-once")(circuit, choices("sampled", "arguments"))
    schedule = reexpressed_schedule(built.schedule, seed) if rewritten else built.schedule
    assert built.plan is not None
    text = schedule_to_json(schedule)
    return Case(
        circuit_to_json(circuit), text, built.plan.to_json(), _unrolled(circuit, text, built.plan)
    )


def _unrolled(circuit: Circuit, text: str, plan: Simulation) -> Circuit:
    """The run as a circuit on the inputs of the circuit: constants folded, equal nodes shared."""
    network = Network()
    run = unroll(schedule_from_json(text), network)
    number = {("predictor", t, j): node for t, j, node in plan.coins}
    place: dict[int, int] = {}
    gates: list[Gate] = []

    def moved(literal: Lit) -> Literal:
        node = place[literal >> 1]
        return ~node if literal & 1 else node

    for node in network.cone(run.outputs):
        kind, left, right = network.arguments(node)
        key = network.key_of(2 * node)
        if key is not None:
            place[node] = number[key]
            continue
        gate = Gate(Op.CONST0)
        if kind != "leaf":
            gate = Gate(Op.AND if kind == "and" else Op.XOR, (moved(left), moved(right)))
        place[node] = len(circuit.inputs) + len(gates)
        gates.append(gate)
    outputs = tuple(moved(literal) for literal in run.outputs)
    return Circuit(circuit.inputs, tuple(gates), outputs, run.schedule.output_names)


# --- the ways ----------------------------------------------------------------------------------


def by_cut_points(found: Case) -> str:
    """The kernel on the certificate."""
    certificate = Simulation.from_json(found.certificate)
    schedule, circuit = schedule_from_json(found.schedule), circuit_from_json(found.circuit)
    check_simulation("simulation", schedule, circuit, certificate)
    return SAME


def by_sweeping(found: Case, limit: float) -> str:
    """Unrolling, hashing, sweeping, and what is left by solvers: an engine's word."""
    schedule, circuit = schedule_from_json(found.schedule), circuit_from_json(found.circuit)
    result = check_coupling(schedule, circuit, timeout=int(limit * 1000))
    return SAME if result.verdict is CouplingVerdict.EQUIVALENT else _no_answer()


def by_merges(found: Case, limit: float) -> str:
    """The same with a certificate, which the kernel checks; no cut points are given."""
    schedule, circuit = schedule_from_json(found.schedule), circuit_from_json(found.circuit)
    result = check_coupling(schedule, circuit, timeout=int(limit * 1000), certify=True)
    if result.certificate is None:
        return _no_answer()
    check_merged_simulation("simulation", schedule, circuit, result.certificate)
    return SAME


def miter(found: Case) -> list[list[int]]:
    """Clauses that say that some output differs; nothing is merged."""
    circuit = circuit_from_json(found.circuit)
    count = len(circuit.inputs)
    clauses: list[list[int]] = []
    sides: list[list[int]] = []
    for side in (circuit, found.unrolled):
        variables = list(range(1, len(side.inputs) + 1))

        def value(literal: Literal, variables: list[int] = variables) -> int:
            variable = variables[node_of(literal)]
            return variable if literal >= 0 else -variable

        for gate in side.gates:
            count += 1
            clauses += _clauses(gate.op, [value(arg) for arg in gate.args], count)
            variables.append(count)
        sides.append([value(output) for output in side.outputs])
    differs: list[int] = []
    for left, right in zip(*sides, strict=True):
        count += 1
        clauses += _clauses(Op.XOR, [left, right], count)
        differs.append(count)
    return [*clauses, differs]


def _clauses(op: Op, args: Sequence[int], made: int) -> list[list[int]]:
    if not args:
        return [[made if op is Op.CONST1 else -made]]
    if op is Op.XOR:
        a, b = args
        return [[-made, a, b], [-made, -a, -b], [made, -a, b], [made, a, -b]]
    sign = -1 if op is Op.OR else 1
    lines = [[-sign * made, sign * arg] for arg in args]
    return [*lines, [sign * made, *(-sign * arg for arg in args)]]


def by_miter(clauses: list[list[int]]) -> str:
    """CaDiCaL on the plain miter."""
    from pysat.solvers import Cadical195

    with Cadical195(bootstrap_with=clauses) as solver:
        return "different" if solver.solve() else SAME


def by_abc(abc: str, command: str, folder: Path, limit: float) -> str:
    """One of ABC's checks on two AIGER files."""
    first, second = folder / "circuit.aig", folder / "run.aig"
    script = f"{command} {first} {second}"
    if command.startswith("&"):
        script = f"&r {first}; {command} {second}"
    done = subprocess.run(
        [abc, "-c", script], capture_output=True, text=True, timeout=limit, check=False
    )
    lines = done.stdout.splitlines()
    if any("are equivalent" in line for line in lines):
        return SAME
    return "different" if any("NOT EQUIVALENT" in line for line in lines) else _no_answer()


def _no_answer() -> str:
    raise SystemExit(1)


def installed_abc() -> str | None:
    """ABC, if it is there."""
    return os.environ.get("ABC") or shutil.which("berkeley-abc") or shutil.which("abc")


def timings(found: Case, *, limit: float, repeat: int) -> list[Timing]:
    """All ways on one case; the answers of those that have one agree."""
    ways: dict[str, Callable[[], object]] = {
        "cut points, by the kernel": partial(by_cut_points, found),
        "unrolling and sweeping": partial(by_sweeping, found, limit),
        "the same, checked by the kernel": partial(by_merges, found, limit),
        "CaDiCaL on the miter": partial(by_miter, miter(found)),
    }
    abc = installed_abc()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if abc is not None:
            write_circuit(circuit_from_json(found.circuit), folder / "circuit.aig")
            write_circuit(found.unrolled, folder / "run.aig")
            for command in ABC:
                ways[f"ABC {command}"] = partial(by_abc, abc, command, folder, limit)
        measured = [timed(way, run, limit=limit, repeat=repeat) for way, run in ways.items()]
    agreed(measured)
    return measured


def main() -> None:
    """Print a table for each size, as compiled and rewritten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of a run")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    for gates in asked.sizes:
        for rewritten in (False, True):
            found = case(gates, rewritten=rewritten)
            title = f"{gates} gates, {'rewritten' if rewritten else 'as compiled'}"
            measured = timings(found, limit=asked.limit, repeat=asked.repeat)
            say(f"{load()}\n\n{table(title, measured, asked.limit)}")


if __name__ == "__main__":
    main()
