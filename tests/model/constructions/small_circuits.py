"""Seeded small circuits for the tests of constructions: any DAG, constants and dead gates too."""

from __future__ import annotations

from random import Random

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op

_MANY = (Op.AND, Op.OR, Op.XOR)


def inputs_of(data: int, random: int) -> tuple[Input, ...]:
    """Data inputs and random inputs in turn, so that neither kind comes first by accident."""
    made: list[Input] = []
    for i in range(max(data, random)):
        if i < random:
            made.append(Input(f"r{i}", InputKind.RANDOM))
        if i < data:
            made.append(Input(f"a{i}", InputKind.DATA))
    return tuple(made)


def any_circuit(seed: int, *, data: int = 1, random: int = 2, gates: int = 4) -> Circuit:
    """A circuit with gates of every kind, fan-in up to 3, and outputs of every awkward form."""
    rng = Random(seed)
    inputs = inputs_of(data, random)
    made: list[Gate] = []

    def literal() -> Literal:
        node = rng.randrange(len(inputs) + len(made))
        return node if rng.random() < 0.7 else ~node

    for _ in range(gates):
        op = rng.choice([*Op, *_MANY, *_MANY])
        if op in (Op.CONST0, Op.CONST1) or not (inputs or made):
            made.append(Gate(rng.choice([Op.CONST0, Op.CONST1])))
        elif op in (Op.ID, Op.NOT):
            made.append(Gate(op, (literal(),)))
        else:
            made.append(Gate(op, tuple(literal() for _ in range(rng.choice([1, 2, 2, 3])))))
    outputs = [literal() for _ in range(rng.choice([1, 2, 3]))] if inputs or made else []
    return Circuit(inputs, tuple(made), tuple(outputs))


def private_circuit(seed: int, *, data: int = 1, random: int = 2, gates: int = 4) -> Circuit:
    """A circuit in which every random input is read by at most one gate."""
    rng = Random(seed)
    inputs = inputs_of(data, random)
    free = [v for v, i in enumerate(inputs) if i.kind is InputKind.RANDOM]
    shared = [v for v, i in enumerate(inputs) if i.kind is InputKind.DATA]
    made: list[Gate] = []
    for _ in range(gates):
        args = [rng.choice(shared) for _ in range(rng.choice([0, 1, 2])) if shared]
        if free and (not args or rng.random() < 0.6):
            args.append(free.pop())
        node = len(inputs) + len(made)
        if args:
            signed = tuple(a if rng.random() < 0.7 else ~a for a in args)
            made.append(Gate(rng.choice(_MANY), signed))
        else:
            made.append(Gate(rng.choice([Op.CONST0, Op.CONST1])))
        shared.append(node)
    first = len(inputs)
    outputs = [rng.randrange(first, first + gates) for _ in range(2)]
    return Circuit(inputs, tuple(made), tuple(o if rng.random() < 0.7 else ~o for o in outputs))
