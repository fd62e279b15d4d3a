"""Circuits as straight-line programs: what the engines that enumerate seeds evaluate.

A problem becomes a circuit (`as_circuit`), and that a `Program`: the data are put in, constants
are folded and equal nodes shared (`network`), dead gates and idle coins dropped. Negations cost
nothing: a node holds its value or the complement of it, whichever its operation gives.

This is the common front of the engines `numpy` and `compiled`, and the only code they share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique
from functools import lru_cache

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.errors import IllegalSampler
from dlmcheck.verify.engines.law_engines import CircuitLaw, CountedLaw, LawProblem, counted
from dlmcheck.verify.engines.network import FALSE, TRUE, Lit, Network, embedded
from dlmcheck.verify.engines.unroll import unroll


@unique
class Operation(Enum):
    """What a step computes from its two arguments, bit by bit."""

    AND = "and"
    AND_NOT = "and not"
    OR = "or"
    XOR = "xor"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on two earlier nodes."""

    operation: Operation
    left: int
    right: int


@dataclass(frozen=True)
class Program:
    """Coins 0, 1, ..., then one node for each step, in order.

    `outputs` has a node and whether its complement is meant for each output that is no constant,
    by the number of the output; `constants` the others.
    """

    coins: int
    steps: tuple[Step, ...]
    outputs: Mapping[int, tuple[int, bool]]
    constants: Mapping[int, bool]

    @property
    def columns(self) -> list[int]:
        """The distinct nodes that outputs read: what has to be counted, in order of nodes."""
        return sorted({node for node, _ in self.outputs.values()})

    def law(self, outputs: int, counts: Mapping[int, int], exponent: int) -> CountedLaw:
        """The law of all outputs, from counts over 2^exponent of words whose bit i is column i."""
        place = {node: index for index, node in enumerate(self.columns)}
        moves = [
            (place[node], outputs - 1 - number, inverted)
            for number, (node, inverted) in self.outputs.items()
        ]
        fixed = sum(1 << outputs - 1 - number for number, one in self.constants.items() if one)
        found: dict[int, int] = {}
        for word, count in counts.items():
            image = fixed
            for source, target, inverted in moves:
                image |= ((word >> source & 1) ^ inverted) << target
            found[image] = count
        return counted(outputs, found, exponent)


def program_of(law: CircuitLaw) -> Program:
    """The program of a circuit with its data put in."""
    return _program(law)


@lru_cache(maxsize=4)
def _program(law: CircuitLaw) -> Program:
    network, roots = _folded(law)
    number: dict[int, int] = {}
    phase: dict[int, bool] = {}
    cone = [node for node in network.cone(roots) if node]
    leaves = [node for node in cone if network.key_of(2 * node) is not None]
    for node in leaves:
        number[node] = len(number)
        phase[node] = False
    steps: list[Step] = []
    for node in cone:
        if node in number:
            continue
        kind, left, right = network.arguments(node)
        one, two = left >> 1, right >> 1
        first, second = (bool(left & 1) ^ phase[one], bool(right & 1) ^ phase[two])
        operation, phase[node] = Operation.XOR, first ^ second
        if kind == "and":
            operation, phase[node] = Operation.AND, False
            if first and second:
                operation, phase[node] = Operation.OR, True
            elif first or second:
                operation = Operation.AND_NOT
                one, two = (two, one) if first else (one, two)
        number[node] = len(number)
        steps.append(Step(operation, number[one], number[two]))
    outputs = {
        index: (number[root >> 1], bool(root & 1) ^ phase[root >> 1])
        for index, root in enumerate(roots)
        if root > TRUE
    }
    constants = {index: root == TRUE for index, root in enumerate(roots) if root <= TRUE}
    return Program(len(leaves), tuple(steps), outputs, constants)


def _folded(law: CircuitLaw) -> tuple[Network, list[Lit]]:
    network = Network()
    data = dict(zip(law.circuit.data_inputs, law.data, strict=True))
    inputs = [
        (TRUE if data[node] else FALSE) if node in data else network.variable(("coin", 0, node))
        for node in range(len(law.circuit.inputs))
    ]
    values = network.embed(law.circuit, inputs)
    return network, [embedded(values, output) for output in law.circuit.outputs]


# --- runs as circuits ----------------------------------------------------------------------


def as_circuit(problem: LawProblem) -> CircuitLaw:
    """The problem itself if it is about a circuit; a run unrolled, with one output more.

    That last output says whether a rule of the model is broken on a seed. `legal` takes it away
    again.
    """
    return problem if isinstance(problem, CircuitLaw) else _unrolled(problem)


@lru_cache(maxsize=4)
def _unrolled(problem: LawProblem) -> CircuitLaw:
    assert not isinstance(problem, CircuitLaw)
    run = unroll(problem.schedule, data=problem.data)
    broken = run.network.or_all(obligation.broken for obligation in run.open)
    return CircuitLaw(circuit_of(run.network, [*run.outputs, broken]))


def legal(problem: LawProblem, law: CountedLaw) -> CountedLaw:
    """The law of a problem from that of `as_circuit`. Raises `IllegalSampler` for broken rules."""
    if isinstance(problem, CircuitLaw):
        return law
    broken = sum(count for word, count in law.counts.items() if word & 1)
    if broken:
        found = f"{broken}/2^{law.exponent}"
        raise IllegalSampler(f"a rule is broken with probability {found}, all cases together")
    counts = {word >> 1: count for word, count in law.counts.items()}
    return counted(law.outputs - 1, counts, law.exponent)


def circuit_of(network: Network, roots: list[Lit]) -> Circuit:
    """Some literals of a network as a circuit whose random inputs are the network's variables."""
    cone = [node for node in network.cone(roots) if node]
    leaves = [node for node in cone if network.key_of(2 * node) is not None]
    place = {node: index for index, node in enumerate(leaves)}
    gates: list[Gate] = []

    def literal(lit: Lit) -> Literal:
        return ~place[lit >> 1] if lit & 1 else place[lit >> 1]

    if any(root <= TRUE for root in roots):
        place[0] = len(leaves)
        gates.append(Gate(Op.CONST0))
    for node in cone:
        if node in place:
            continue
        kind, left, right = network.arguments(node)
        place[node] = len(leaves) + len(gates)
        gates.append(Gate(Op.AND if kind == "and" else Op.XOR, (literal(left), literal(right))))
    inputs = tuple(
        Input(" ".join(map(str, network.key_of(2 * node) or ())), InputKind.RANDOM)
        for node in leaves
    )
    return Circuit(inputs, tuple(gates), tuple(literal(root) for root in roots))
