"""Gate-for-gate simulations: when do d rounds suffice for a circuit of depth d?

Source: the claim "exactly d decoding rounds" of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1,
in the reading in which the random bits are layer 0 and a DLM must sample what it uses.

Definition. A gate-for-gate write-once simulation of a circuit has one cell per node that it
keeps. A kept node is either *computed*, by its gate, in a round after all its arguments are
visible, or *drawn*, in round 1, by its own coins with the node's marginal law given the data.
Outputs are kept; a computed node keeps its arguments. Data inputs are the prompt. The simulation
is *faithful* if the joint law of all kept nodes is the circuit's, for all data; it *samples* the
circuit if the law of the outputs is.

With every needed random input drawn and everything else computed this is the construction of
Theorem 3.1, of d+1 rounds. Fewer rounds need deeper draws, and those must be independent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from dlmcheck.model.constructions import rules
from dlmcheck.model.reductions.unrolled import Gates, W
from dlmcheck.spec.circuit import (
    Circuit,
    InputKind,
    Literal,
    apply_op,
    is_inverted,
    node_of,
)
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.law import Law, bernoulli, certain
from dlmcheck.spec.resources import reads
from dlmcheck.spec.sampler import DeterministicUnmasking, Round, Sampler
from dlmcheck.spec.tokens import MASK, State, Token


@dataclass(frozen=True)
class GateForGate:
    """A choice of drawn nodes: what is kept, and the round in which each kept node appears.

    Round 0 is the prompt. `kept` is in topological order.
    """

    circuit: Circuit
    drawn: frozenset[int]
    kept: tuple[int, ...]
    round_of: tuple[tuple[int, int], ...]

    @property
    def rounds(self) -> int:
        """The number of rounds until the last kept node is visible."""
        return max((number for _, number in self.round_of), default=0)


DRAWN_ROUND = 1
"""The round in which every drawn node appears."""


def depends_on_random(circuit: Circuit) -> frozenset[int]:
    """The nodes with a random input in their cone."""
    every = Circuit(circuit.inputs, circuit.gates, tuple(range(circuit.node_count)))
    random = frozenset(circuit.random_inputs)
    return frozenset(v for v, below in enumerate(reads(every)) if below & random)


def gate_for_gate(circuit: Circuit, drawn: frozenset[int]) -> GateForGate | None:
    """The simulation with these drawn nodes; None if a needed random input is not drawn.

    Drawn nodes that nothing needs are left out.
    """
    kept: set[int] = set()
    stack = [node_of(output) for output in circuit.outputs]
    while stack:
        node = stack.pop()
        if node in kept:
            continue
        kept.add(node)
        if node in drawn:
            continue
        if node < len(circuit.inputs):
            if circuit.inputs[node].kind is InputKind.RANDOM:
                return None
            continue
        stack.extend(node_of(arg) for arg in circuit.gate_of(node).args)
    number: dict[int, int] = {}
    for node in sorted(kept):
        if node in drawn:
            number[node] = DRAWN_ROUND
        elif node < len(circuit.inputs):
            number[node] = 0
        else:
            args = circuit.gate_of(node).args
            number[node] = rules.next_round(max((number[node_of(arg)] for arg in args), default=0))
    return GateForGate(
        circuit, drawn & frozenset(kept), tuple(sorted(kept)), tuple(sorted(number.items()))
    )


def simulations(circuit: Circuit, rounds: int) -> Iterator[GateForGate]:
    """All gate-for-gate simulations of at most so many rounds, fewest draws first."""
    candidates = sorted(depends_on_random(circuit))
    seen: set[frozenset[int]] = set()
    for size in range(len(candidates) + 1):
        for drawn in combinations(candidates, size):
            found = gate_for_gate(circuit, frozenset(drawn))
            if found is not None and found.rounds <= rounds and found.drawn not in seen:
                seen.add(found.drawn)
                yield found


def as_sampler(simulation: GateForGate, law_of_nodes: Law[tuple[bool, ...]]) -> Sampler:
    """The simulation as a DLM: one cell per kept node, in the order of `kept`.

    `law_of_nodes` is the circuit's joint node law for the data at hand; it gives the draws
    their marginals and the prompt its values. F selects a masked cell once it is drawn or its
    arguments are visible. The output cells are those of the circuit's outputs.

    Raises `BadCircuit` if an output is negated or used twice (it has no cell of its own then).
    """
    circuit = simulation.circuit
    cell_of = {node: cell for cell, node in enumerate(simulation.kept)}
    outputs = [node_of(output) for output in circuit.outputs]
    if any(map(is_inverted, circuit.outputs)) or len(set(outputs)) != len(outputs):
        raise BadCircuit("an output has no cell of its own", expected="distinct plain outputs")
    chance = {node: _chance(law_of_nodes, node) for node in simulation.drawn}
    some = next(iter(law_of_nodes))
    prompt = tuple(
        (cell_of[node], int(some[node]))
        for node in simulation.kept
        if node < len(circuit.inputs) and node not in simulation.drawn
    )

    def ready(state: State, cell: int) -> bool:
        node = simulation.kept[cell]
        if state[cell] != MASK:
            return False
        return node in simulation.drawn or all(
            state[cell_of[node_of(arg)]] != MASK for arg in circuit.gate_of(node).args
        )

    def predictor(state: State, cell: int, _: Round) -> Law[Token]:
        node = simulation.kept[cell]
        if state[cell] != MASK:
            return certain(state[cell])
        if node in simulation.drawn:
            return bernoulli(chance[node])
        gate = circuit.gate_of(node)
        return certain(int(apply_op(gate.op, [_shown(state, cell_of, a) for a in gate.args])))

    return Sampler(
        length=len(simulation.kept),
        predictor=predictor,
        unmask=DeterministicUnmasking(
            lambda state, _: frozenset(i for i in range(len(state)) if ready(state, i))
        ),
        rounds=simulation.rounds,
        output=tuple(cell_of[node] for node in outputs),
        prompt=prompt,
    )


def _chance(law: Law[tuple[bool, ...]], node: int) -> Fraction:
    return law.probability(lambda values: values[node])


def _shown(state: State, cell_of: dict[int, int], literal: Literal) -> bool:
    return bool(state[cell_of[node_of(literal)]]) != is_inverted(literal)


def nodes_law(law: Law[tuple[bool, ...]], nodes: Sequence[int]) -> Law[State]:
    """The joint law of some nodes, as tokens."""
    return law.map(lambda values: tuple(int(values[node]) for node in nodes))


def product_cut_exists(
    circuit: Circuit, laws: Sequence[Law[tuple[bool, ...]]]
) -> frozenset[int] | None:
    """A cut of nodes in layers >= 1 with a product law under each of the node laws, or None.

    A cut meets every path from a random input to an output. This is the condition on the
    circuit alone, computed with no simulation in sight.
    """
    inner = [v for v in sorted(depends_on_random(circuit)) if v >= len(circuit.inputs)]
    for size in range(len(inner) + 1):
        for cut in combinations(inner, size):
            if _meets_all_paths(circuit, frozenset(cut)) and all(
                _independent(law, cut) for law in laws
            ):
                return frozenset(cut)
    return None


def _meets_all_paths(circuit: Circuit, cut: frozenset[int]) -> bool:
    reached = {v: v not in cut for v in circuit.random_inputs}
    for node in range(len(circuit.inputs), circuit.node_count):
        args = [reached.get(node_of(arg), False) for arg in circuit.gate_of(node).args]
        reached[node] = is_reached(_BITS, node in cut, args)
    return not any(reached.get(node_of(output), False) for output in circuit.outputs)


def is_reached(gates: Gates[W], in_cut: W, args: Sequence[W]) -> W:
    """Whether a path from a random input to a node avoids a cut, from the same of its arguments."""
    return gates.all_of([gates.negated(in_cut), gates.any_of(args)])


class _Bits:
    """Gates on known bits."""

    def all_of(self, wires: Sequence[bool]) -> bool:
        """AND."""
        return all(wires)

    def any_of(self, wires: Sequence[bool]) -> bool:
        """OR."""
        return any(wires)

    def negated(self, wire: bool) -> bool:
        """NOT."""
        return not wire


_BITS = _Bits()


def _independent(law: Law[tuple[bool, ...]], nodes: Sequence[int]) -> bool:
    """Whether some nodes are independent: by comparing all joint and marginal probabilities."""
    joint = nodes_law(law, nodes)
    ones = [_chance(law, node) for node in nodes]
    total = Fraction(0)
    for outcome, probability in joint.items():
        expected = Fraction(1)
        for token, one in zip(outcome, ones, strict=True):
            expected *= one if token else 1 - one
        if probability != expected:
            return False
        total += expected
    return total == 1
