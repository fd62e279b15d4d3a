"""Sampling circuits: gates over data inputs and random inputs.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: a circuit C(chi, R) with input chi and
uniform fair bits R samples the law of its outputs. Fan-in is bounded by two (NC) or not (AC).

Numbering. Node v is input v for v < len(inputs), then gate v - len(inputs). A *literal* is a
node number v >= 0, or ~v (that is -v-1) for the negation of node v: inverted edges are part of
the gate that reads them, as in and-inverter graphs, and count as no gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from itertools import product

from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.law import Law

Literal = int
Bits = tuple[bool, ...]


@unique
class InputKind(Enum):
    """Whether an input is given or a fair coin."""

    DATA = "data"
    RANDOM = "random"


@unique
class Op(Enum):
    """The gate functions. AND, OR and XOR take any positive number of arguments."""

    CONST0 = "0"
    CONST1 = "1"
    ID = "ID"
    NOT = "NOT"
    AND = "AND"
    OR = "OR"
    XOR = "XOR"

    # Members are compared by identity; the hash that `Enum` has is of the name, and slow.
    __hash__ = object.__hash__


# Inputs and gates are many, and what a frozen class does by itself to be made takes half as long
# again as setting its slots.


@dataclass(frozen=True, slots=True, init=False)
class Input:
    """A data input or a random input, with its name."""

    name: str
    kind: InputKind

    def __init__(self, name: str, kind: InputKind) -> None:
        _set_name(self, name)
        _set_kind(self, kind)


@dataclass(frozen=True, slots=True, init=False)
class Gate:
    """A gate and the literals that it reads."""

    op: Op
    args: tuple[Literal, ...] = ()

    def __init__(self, op: Op, args: tuple[Literal, ...] = ()) -> None:
        _set_op(self, op)
        _set_args(self, args)


_set_name: Callable[[Input, str], None] = vars(Input)["name"].__set__
_set_kind: Callable[[Input, InputKind], None] = vars(Input)["kind"].__set__
_set_op: Callable[[Gate, Op], None] = vars(Gate)["op"].__set__
_set_args: Callable[[Gate, tuple[Literal, ...]], None] = vars(Gate)["args"].__set__


def node_of(literal: Literal) -> int:
    """The node that a literal speaks of.

    >>> node_of(3), node_of(~3)
    (3, 3)
    """
    return literal if literal >= 0 else ~literal


def is_inverted(literal: Literal) -> bool:
    """Whether a literal is the negation of its node."""
    return literal < 0


def apply_op(op: Op, values: Sequence[bool]) -> bool:
    """The value of a gate function on its argument values.

    >>> apply_op(Op.XOR, [True, True, True])
    True
    """
    if op is Op.CONST0:
        return False
    if op is Op.CONST1:
        return True
    if op is Op.ID:
        return values[0]
    if op is Op.NOT:
        return not values[0]
    if op is Op.AND:
        return all(values)
    if op is Op.OR:
        return any(values)
    return sum(values) % 2 == 1


@dataclass(frozen=True)
class Circuit:
    """A circuit with data and random inputs; gates stand in topological order.

    `outputs` are literals, `output_names` one name each (made up as `o0, o1, ...` if empty).
    Raises `BadCircuit` if a gate reads a later node, has the wrong number of arguments, an
    output does not exist, or two inputs or two outputs share a name.
    """

    inputs: tuple[Input, ...]
    gates: tuple[Gate, ...]
    outputs: tuple[Literal, ...]
    output_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.output_names:
            names = tuple(f"o{i}" for i in range(len(self.outputs)))
            object.__setattr__(self, "output_names", names)
        if len(self.output_names) != len(self.outputs):
            raise BadCircuit("number of output names differs from number of outputs")
        if len({i.name for i in self.inputs}) != len(self.inputs):
            raise BadCircuit("two inputs share a name")
        if len(set(self.output_names)) != len(self.output_names):
            raise BadCircuit("two outputs share a name")
        node = len(self.inputs)
        for gate in self.gates:
            args = gate.args
            for arg in args:
                if not -node <= arg < node:  # as ~v is -v-1
                    raise BadCircuit(
                        f"gate {node} reads {args}", expected="arguments that come before it"
                    )
            # Some arguments fit most operations: only the others are looked at more closely.
            if (not args or gate.op in _NARROW) and not _arity_fits(gate):
                raise BadCircuit(f"gate {node}: {gate.op.value} with {len(args)} arguments")
            node += 1
        for output in self.outputs:
            if not -node <= output < node:
                raise BadCircuit(f"output literal {output}", expected="an existing node")

    @property
    def node_count(self) -> int:
        """N, the number of nodes: inputs and gates."""
        return len(self.inputs) + len(self.gates)

    @property
    def data_inputs(self) -> tuple[int, ...]:
        """The nodes that are data inputs, in order."""
        return tuple(v for v, i in enumerate(self.inputs) if i.kind is InputKind.DATA)

    @property
    def random_inputs(self) -> tuple[int, ...]:
        """The nodes that are random inputs, in order."""
        return tuple(v for v, i in enumerate(self.inputs) if i.kind is InputKind.RANDOM)

    def gate_of(self, node: int) -> Gate:
        """The gate at a node. Raises `BadCircuit` for an input."""
        if not len(self.inputs) <= node < self.node_count:
            raise BadCircuit(f"node {node} is no gate")
        return self.gates[node - len(self.inputs)]


_NARROW = frozenset({Op.CONST0, Op.CONST1, Op.ID, Op.NOT})
"""The operations that do not take any positive number of arguments."""


def _arity_fits(gate: Gate) -> bool:
    if gate.op in (Op.CONST0, Op.CONST1):
        return not gate.args
    if gate.op in (Op.ID, Op.NOT):
        return len(gate.args) == 1
    return len(gate.args) >= 1


def literal_value(literal: Literal, values: Sequence[bool]) -> bool:
    """The value of a literal, given the value of every node."""
    return values[literal] if literal >= 0 else not values[~literal]


def node_values(circuit: Circuit, inputs: Sequence[bool]) -> Bits:
    """The value of every node for one assignment to all inputs (in input order).

    Raises `BadCircuit` if the number of values is not the number of inputs.
    """
    if len(inputs) != len(circuit.inputs):
        raise BadCircuit(f"{len(inputs)} values for {len(circuit.inputs)} inputs")
    values = list(inputs)
    for gate in circuit.gates:
        values.append(apply_op(gate.op, [literal_value(arg, values) for arg in gate.args]))
    return tuple(values)


def evaluate(circuit: Circuit, inputs: Sequence[bool]) -> Bits:
    """The outputs for one assignment to all inputs.

    >>> half_adder = Circuit(
    ...     (Input("a", InputKind.DATA), Input("b", InputKind.DATA)),
    ...     (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (0, 1))), (2, 3), ("sum", "carry"))
    >>> evaluate(half_adder, (True, True))
    (False, True)
    """
    values = node_values(circuit, inputs)
    return tuple(literal_value(output, values) for output in circuit.outputs)


def assignment(circuit: Circuit, data: Sequence[bool], random: Sequence[bool]) -> Bits:
    """Data values and random values (each in input order) as one assignment to all inputs.

    Raises `BadCircuit` if a number of values does not fit.
    """
    if len(data) != len(circuit.data_inputs) or len(random) != len(circuit.random_inputs):
        raise BadCircuit(f"{len(data)} data and {len(random)} random values do not fit the inputs")
    values = dict(zip(circuit.data_inputs, data, strict=True))
    values.update(zip(circuit.random_inputs, random, strict=True))
    return tuple(values[v] for v in range(len(circuit.inputs)))


def output_law(circuit: Circuit, data: Sequence[bool] = ()) -> Law[Bits]:
    """The exact law of the outputs for given data, over uniform random inputs.

    >>> coin = Circuit((Input("r", InputKind.RANDOM),), (), (0, ~0))
    >>> output_law(coin)
    Law({(False, True): 1/2, (True, False): 1/2})
    """
    return node_law(circuit, data).map(
        lambda values: tuple(literal_value(output, values) for output in circuit.outputs)
    )


def node_law(circuit: Circuit, data: Sequence[bool] = ()) -> Law[Bits]:
    """The exact joint law of all nodes for given data, over uniform random inputs."""
    seeds = list(product((False, True), repeat=len(circuit.random_inputs)))
    weights: dict[Bits, Fraction] = {}
    for seed in seeds:
        values = node_values(circuit, assignment(circuit, data, seed))
        weights[values] = weights.get(values, Fraction(0)) + Fraction(1, len(seeds))
    return Law(weights)


def all_data(circuit: Circuit) -> list[Bits]:
    """Every assignment to the data inputs."""
    return list(product((False, True), repeat=len(circuit.data_inputs)))


def cone(circuit: Circuit, outputs: Sequence[Literal]) -> tuple[Circuit, Mapping[int, int]]:
    """The sub-circuit on which some literals depend, and where its inputs stood.

    Returns a circuit with exactly the needed inputs and gates, whose outputs are the literals
    given, and a map from its input numbers to the input numbers of `circuit`.
    """
    needed: set[int] = set()
    stack = [node_of(output) for output in outputs]
    while stack:
        node = stack.pop()
        if node in needed:
            continue
        needed.add(node)
        if node >= len(circuit.inputs):
            stack.extend(node_of(arg) for arg in circuit.gate_of(node).args)
    number = {node: new for new, node in enumerate(sorted(needed))}

    def renumber(literal: Literal) -> Literal:
        return number[literal] if literal >= 0 else ~number[~literal]

    kept_inputs = [node for node in sorted(needed) if node < len(circuit.inputs)]
    kept_gates = [circuit.gate_of(node) for node in sorted(needed) if node >= len(circuit.inputs)]
    smaller = Circuit(
        tuple(circuit.inputs[node] for node in kept_inputs),
        tuple(Gate(g.op, tuple(renumber(arg) for arg in g.args)) for g in kept_gates),
        tuple(renumber(output) for output in outputs),
    )
    return smaller, {number[node]: node for node in kept_inputs}
