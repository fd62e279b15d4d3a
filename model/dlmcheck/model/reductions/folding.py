"""Inlining circuits into a circuit, with constants folded, and XOR gates spelled out.

A trace starts from constants (everything is masked). If they were kept as gates, the measured
depth and size of a reduction would be those of its bookkeeping. Sources: circuits as in Jiang,
Haghtalab, Chen (ICLR 2026), section 2; AC0 has AND, OR and NOT gates of unbounded fan-in only.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique
from itertools import product

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Input, Literal, Op, node_of
from dlmcheck.spec.errors import BadCircuit


@unique
class Constant(Enum):
    """A wire whose value is known."""

    ZERO = False
    ONE = True


Wire = Literal | Constant
"""A literal of the circuit being built, or a constant."""


def constant(value: bool) -> Constant:
    """The constant wire of a value."""
    return Constant.ONE if value else Constant.ZERO


def negated(wire: Wire) -> Wire:
    """The negation, without a gate."""
    return constant(not wire.value) if isinstance(wire, Constant) else ~wire


class Folder:
    """A builder on wires: constants, repetitions and complements never become gates.

    >>> from dlmcheck.spec.circuit import InputKind
    >>> f = Folder([Input("a", InputKind.DATA)])
    >>> f.all_of([0, Constant.ONE, 0]), f.all_of([0, ~0]), f.parity_of([0, ~0])
    (0, <Constant.ZERO: False>, <Constant.ONE: True>)
    """

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.builder = Builder(inputs)

    def all_of(self, wires: Sequence[Wire]) -> Wire:
        """AND."""
        kept: dict[Literal, None] = {}
        for wire in wires:
            if wire is Constant.ZERO:
                return Constant.ZERO
            if not isinstance(wire, Constant):
                if ~wire in kept:
                    return Constant.ZERO
                kept[wire] = None
        if not kept:
            return Constant.ONE
        return next(iter(kept)) if len(kept) == 1 else self.builder.and_(*kept)

    def any_of(self, wires: Sequence[Wire]) -> Wire:
        """OR."""
        kept: dict[Literal, None] = {}
        for wire in wires:
            if wire is Constant.ONE:
                return Constant.ONE
            if not isinstance(wire, Constant):
                if ~wire in kept:
                    return Constant.ONE
                kept[wire] = None
        if not kept:
            return Constant.ZERO
        return next(iter(kept)) if len(kept) == 1 else self.builder.or_(*kept)

    def negated(self, wire: Wire) -> Wire:
        """NOT, without a gate."""
        return negated(wire)

    def parity_of(self, wires: Sequence[Wire]) -> Wire:
        """XOR."""
        odd = False
        kept: dict[Literal, None] = {}
        for wire in wires:
            if isinstance(wire, Constant):
                odd ^= wire.value
                continue
            odd ^= wire < 0
            node = wire if wire >= 0 else ~wire
            if node in kept:
                del kept[node]
            else:
                kept[node] = None
        if not kept:
            return constant(odd)
        total = next(iter(kept)) if len(kept) == 1 else self.builder.xor(*kept)
        return negated(total) if odd else total

    def inline(self, circuit: Circuit, inputs: Sequence[Wire]) -> list[Wire]:
        """The outputs of a circuit for given input wires.

        Raises `BadCircuit` if the number of wires is not the number of inputs.
        """
        if len(inputs) != len(circuit.inputs):
            raise BadCircuit(f"{len(inputs)} wires for {len(circuit.inputs)} inputs")
        wires = list(inputs)

        def wire_of(literal: Literal) -> Wire:
            return wires[literal] if literal >= 0 else negated(wires[~literal])

        for gate in circuit.gates:
            arguments = [wire_of(arg) for arg in gate.args]
            wires.append(self.gate(gate.op, arguments))
        return [wire_of(output) for output in circuit.outputs]

    def gate(self, op: Op, arguments: Sequence[Wire]) -> Wire:
        """A gate of any kind."""
        if op is Op.AND:
            return self.all_of(arguments)
        if op is Op.OR:
            return self.any_of(arguments)
        if op is Op.XOR:
            return self.parity_of(arguments)
        if op is Op.ID:
            return arguments[0]
        if op is Op.NOT:
            return negated(arguments[0])
        return constant(op is Op.CONST1)

    def finish(self, outputs: Sequence[Wire], names: Sequence[str] = ()) -> Circuit:
        """The circuit with these outputs: constants become gates here, unused gates go."""
        literals = [
            self.builder.constant(wire.value) if isinstance(wire, Constant) else wire
            for wire in outputs
        ]
        return without_dead_gates(self.builder.build(literals, names))


def without_dead_gates(circuit: Circuit) -> Circuit:
    """The same circuit without the gates that no output depends on; all inputs stay."""
    first = len(circuit.inputs)
    needed: set[int] = set()
    stack = [node_of(output) for output in circuit.outputs]
    while stack:
        node = stack.pop()
        if node >= first and node not in needed:
            needed.add(node)
            stack.extend(node_of(arg) for arg in circuit.gate_of(node).args)
    kept = [*range(first), *sorted(needed)]
    number = {old: new for new, old in enumerate(kept)}

    def renumbered(literal: Literal) -> Literal:
        return number[literal] if literal >= 0 else ~number[~literal]

    return Circuit(
        circuit.inputs,
        tuple(
            Gate(gate.op, tuple(map(renumbered, gate.args)))
            for gate in (circuit.gate_of(node) for node in kept[first:])
        ),
        tuple(map(renumbered, circuit.outputs)),
        circuit.output_names,
    )


def without_xor(circuit: Circuit, widest: int = 12) -> Circuit:
    """The same function with AND, OR and constants only: each XOR as an OR of 2^(k-1) ANDs.

    That is the depth-2 form of a function of k bits: what makes a gate of fan-in O(log n) an AC0
    circuit of polynomial size. Raises `BadCircuit` for an XOR of more than `widest` arguments.
    """
    folder = Folder(circuit.inputs)
    wires: list[Wire] = list(range(len(circuit.inputs)))
    for gate in circuit.gates:
        arguments = [wires[arg] if arg >= 0 else negated(wires[~arg]) for arg in gate.args]
        if gate.op is Op.XOR:
            if len(arguments) > widest:
                raise BadCircuit(
                    f"an XOR of {len(arguments)} arguments", expected=f"at most {widest}"
                )
            odd = [b for b in product((False, True), repeat=len(arguments)) if sum(b) % 2]
            terms = [
                [w if bit else negated(w) for w, bit in zip(arguments, bits, strict=True)]
                for bits in odd
            ]
            wires.append(folder.any_of([folder.all_of(term) for term in terms]))
        else:
            wires.append(folder.gate(gate.op, arguments))
    outputs = [wires[o] if o >= 0 else negated(wires[~o]) for o in circuit.outputs]
    return folder.finish(outputs, circuit.output_names)
