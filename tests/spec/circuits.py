"""Small circuits for the tests of the specification, and random ones."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op


def data(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name, InputKind.DATA) for name in names)


def coins(*names: str) -> tuple[Input, ...]:
    return tuple(Input(name, InputKind.RANDOM) for name in names)


class Net:
    """Gates added one after the other over fixed inputs."""

    def __init__(self, inputs: tuple[Input, ...]) -> None:
        self.inputs = inputs
        self.gates: list[Gate] = []

    def add(self, op: Op, *args: Literal) -> Literal:
        self.gates.append(Gate(op, args))
        return len(self.inputs) + len(self.gates) - 1

    def mux(self, select: Literal, when_one: Literal, when_zero: Literal) -> Literal:
        one = self.add(Op.AND, select, when_one)
        zero = self.add(Op.AND, ~select, when_zero)
        return self.add(Op.OR, one, zero)

    def circuit(self, *outputs: Literal) -> Circuit:
        return Circuit(self.inputs, tuple(self.gates), outputs)

    def random_literal(self, source: random.Random, pool: list[Literal], gates: int) -> Literal:
        """A literal that some random gates over a pool of literals end in."""
        known = pool.copy()
        for _ in range(gates):
            op = source.choice([Op.AND, Op.OR, Op.XOR])
            args = [source.choice(known) for _ in range(source.randint(1, 3))]
            known.append(self.add(op, *(a if source.random() < 0.5 else ~a for a in args)))
        chosen = known[-1] if known else self.add(Op.CONST0)
        return chosen if source.random() < 0.5 else ~chosen


def random_circuit(
    seed: int, data_count: int, coin_count: int, gates: int, outputs: int
) -> Circuit:
    """A circuit with gates of all kinds; edges may skip layers and nodes may be dead."""
    source = random.Random(seed)
    given = data(*(f"d{i}" for i in range(data_count)))
    thrown = coins(*(f"r{i}" for i in range(coin_count)))
    net = Net((*given, *thrown))
    for _ in range(gates):
        below = range(len(net.inputs) + len(net.gates))
        op = source.choice(list(Op))
        wanted = {Op.CONST0: 0, Op.CONST1: 0, Op.ID: 1, Op.NOT: 1}.get(op, source.randint(1, 3))
        if wanted and not below:
            op, wanted = Op.CONST1, 0
        args = [source.choice(below) for _ in range(wanted)]
        net.add(op, *(a if source.random() < 0.7 else ~a for a in args))
    nodes = range(len(net.inputs) + len(net.gates))
    ends = [source.choice(nodes) for _ in range(outputs)] if nodes else []
    return net.circuit(*(v if source.random() < 0.7 else ~v for v in ends))


CIRCUITS = st.builds(
    random_circuit,
    st.integers(0, 10**6),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 8),
    st.integers(0, 3),
)
