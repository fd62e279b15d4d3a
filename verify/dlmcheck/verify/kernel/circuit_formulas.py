"""Formulas about circuits: equal functions, and a function with its inverse.

The encoders of two claims. A circuit becomes clauses by one variable for each node (Tseitin, "On
the complexity of derivation in propositional calculus", 1968); the claim fails exactly on the
models of the clauses. Data inputs and random inputs are bits alike: the claims are about functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dlmcheck.spec.circuit import Circuit, Op, is_inverted, node_of
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.serial import circuit_from_json
from dlmcheck.verify.kernel.refutation import Clause, Encoded
from dlmcheck.verify.kernel.results import Rejected

EQUAL = "equal-circuits"
INVERSE = "inverse-circuits"
NEVER = "never-true"


class _Clauses:
    """Clauses over numbered variables, growing."""

    def __init__(self) -> None:
        self.variables = 0
        self.clauses: list[Clause] = []

    def new(self) -> int:
        self.variables += 1
        return self.variables

    def conjunction(self, literals: Sequence[int]) -> int:
        """A variable that is the AND of literals."""
        made = self.new()
        self.clauses += [(-made, literal) for literal in literals]
        self.clauses.append((made, *(-literal for literal in literals)))
        return made

    def parity(self, literals: Sequence[int]) -> int:
        """A variable, or a literal, that is the XOR of literals, taken in pairs from the left."""
        result = literals[0]
        for literal in literals[1:]:
            made = self.new()
            self.clauses += [
                (-made, result, literal),
                (-made, -result, -literal),
                (made, -result, literal),
                (made, result, -literal),
            ]
            result = made
        return result

    def outputs(self, circuit: Circuit, inputs: Sequence[int]) -> list[int]:
        """The literals of a circuit's outputs, given those of its inputs."""
        values = list(inputs)

        def value(literal: int) -> int:
            found = values[node_of(literal)]
            return -found if is_inverted(literal) else found

        for gate in circuit.gates:
            args = [value(arg) for arg in gate.args]
            if gate.op is Op.CONST0:
                values.append(-self.conjunction([]))
            elif gate.op is Op.CONST1:
                values.append(self.conjunction([]))
            elif gate.op is Op.ID:
                values.append(args[0])
            elif gate.op is Op.NOT:
                values.append(-args[0])
            elif gate.op is Op.AND:
                values.append(self.conjunction(args))
            elif gate.op is Op.OR:
                values.append(-self.conjunction([-arg for arg in args]))
            else:
                values.append(self.parity(args))
        return [value(output) for output in circuit.outputs]

    def differ(self, left: Sequence[int], right: Sequence[int]) -> None:
        """Require that two lists of literals differ somewhere."""
        self.clauses.append(tuple(self.parity(pair) for pair in zip(left, right, strict=True)))


def equal_circuits(left: Circuit, right: Circuit) -> Encoded:
    """Two circuits compute the same outputs from the same inputs, matched by name.

    Raises `Rejected` if their inputs or outputs do not have the same names.
    """
    names = [one.name for one in left.inputs]
    if sorted(names) != sorted(one.name for one in right.inputs):
        raise Rejected("the inputs of the two circuits do not have the same names")
    if sorted(left.output_names) != sorted(right.output_names):
        raise Rejected("the outputs of the two circuits do not have the same names")
    made = _Clauses()
    inputs = {name: made.new() for name in names}
    ours = made.outputs(left, [inputs[name] for name in names])
    theirs = made.outputs(right, [inputs[one.name] for one in right.inputs])
    by_name = dict(zip(right.output_names, theirs, strict=True))
    made.differ(ours, [by_name[name] for name in left.output_names])
    outputs = ", ".join(left.output_names)
    return Encoded(f"the circuits agree on {outputs}", EQUAL, made.variables, tuple(made.clauses))


def inverse_circuits(forward: Circuit, backward: Circuit) -> Encoded:
    """The second circuit undoes the first; with as many outputs as inputs, both are bijections.

    The outputs of one are the inputs of the other, by place. Raises `Rejected` if their numbers
    do not fit.
    """
    size = len(forward.inputs)
    if not size == len(forward.outputs) == len(backward.inputs) == len(backward.outputs):
        raise Rejected("the two circuits do not have as many outputs as inputs, and equally many")
    made = _Clauses()
    inputs = [made.new() for _ in range(size)]
    made.differ(inputs, made.outputs(backward, made.outputs(forward, inputs)))
    statement = f"the circuits are bijections of {size} bits, inverse to one another"
    return Encoded(statement, INVERSE, made.variables, tuple(made.clauses))


def never_true(circuit: Circuit) -> Encoded:
    """No output of a circuit is ever 1. The variables of the inputs come first, in order."""
    made = _Clauses()
    inputs = [made.new() for _ in circuit.inputs]
    made.clauses.append(tuple(made.outputs(circuit, inputs)))
    names = ", ".join(circuit.output_names)
    return Encoded(f"never 1: {names}", NEVER, made.variables, tuple(made.clauses))


def _of_two(
    first: str, second: str, encode: Callable[[Circuit, Circuit], Encoded]
) -> Callable[[Document, Mapping[str, Json], Path], Encoded]:
    def read(document: Document, claim: Mapping[str, Json], path: Path) -> Encoded:
        fields = document.fields(dict(claim), path, ("encoder", first, second))
        circuits = [
            circuit_from_json(
                document.string(fields[key], (*path, key)), f"{document.source}: {key}"
            )
            for key in (first, second)
        ]
        return encode(circuits[0], circuits[1])

    return read


read_equal = _of_two("left", "right", equal_circuits)
read_inverse = _of_two("forward", "backward", inverse_circuits)
