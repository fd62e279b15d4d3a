"""Seeded random schedules and circuits, small, over the whole lattice of conventions.

The schedules here are *nearly legal*: most keep the rules of the model (Jiang, Haghtalab, Chen,
ICLR 2026, section 2), some write over a visible token, write M, or give the code 11, so that two
readers of schedules can be held against each other where rules are broken, too. Schedules that
keep every rule on every state are in `legal_schedules`.

The same arguments give the same object, on every machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op
from dlmcheck.spec.lattice import REVISING, Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import Encoding

ENCODINGS: Final = tuple(
    Encoding(zero=codes[0], one=codes[1], mask=codes[2])
    for codes in [
        ((False, False), (False, True), (True, False)),
        ((False, True), (False, False), (True, False)),
        ((True, False), (False, False), (False, True)),
        ((False, True), (True, False), (False, False)),
        ((True, False), (False, True), (False, False)),
        ((False, False), (True, False), (False, True)),
    ]
)
"""Every encoding: the three legal codes for 0, 1 and M, in each order; the paper's is the first."""


@dataclass(frozen=True)
class Shape:
    """The conventions of a random schedule.

    `clock`: with clock bits; `sees_candidates`: F reads the candidates; `random_unmask`: F has
    coins, maybe shared ones; `data` and `given` are how many cells show a data input or a coin
    at the start (fewer if there are not so many cells).
    """

    edits: Edits = Edits.WRITE_ONCE
    clock: bool = False
    sees_candidates: bool = False
    random_unmask: bool = False
    data: int = 0
    given: int = 0
    stop: Stop = Stop.FIXED_ROUNDS


class _Maker:
    """Draws the parts of one schedule, in a fixed order, from one source."""

    def __init__(self, shape: Shape, source: random.Random) -> None:
        self.shape = shape
        self.source = source
        self.length = source.randint(1, 3)
        self.rounds = source.randint(0, 3)
        self.encoding = source.choice(ENCODINGS)
        self.clock_bits = 2 if shape.clock else 0

    def schedule(self) -> Schedule:
        source, shape = self.source, self.shape
        cells = source.sample(range(self.length), self.length)
        data = cells[: min(shape.data, self.length)]
        given = cells[len(data) : len(data) + shape.given]
        output = source.sample(range(self.length), source.randint(0, self.length))
        return Schedule(
            length=self.length,
            rounds=self.rounds,
            predictor=self._predictor(),
            unmask=self._policy(candidates=shape.sees_candidates, random=shape.random_unmask),
            remask=self._policy(remask=True, random=source.random() < 0.5)
            if shape.edits is Edits.REMASK
            else None,
            output=tuple(output),
            output_names=tuple(f"o{j}" for j in range(len(output))),
            edits=shape.edits,
            clock_bits=self.clock_bits,
            unmask_sees_candidates=shape.sees_candidates,
            data_cells=tuple(data),
            data_names=tuple(f"d{j}" for j in range(len(data))),
            given_cells=tuple(given),
            end=source.choice(list(End)),
            stop=shape.stop,
            encoding=self.encoding,
        )

    def _is(self, builder: Builder, cell: int, code: tuple[bool, bool]) -> Literal:
        high, low = 2 * cell, 2 * cell + 1
        return builder.and_(high if code[0] else ~high, low if code[1] else ~low)

    def _mess(self, builder: Builder, inputs: list[int], gates: int = 3) -> Literal:
        """A small random function of some inputs."""
        pool = [v if self.source.random() < 0.5 else ~v for v in inputs]
        for _ in range(gates):
            op = self.source.choice([Op.AND, Op.OR, Op.XOR, Op.XOR, Op.NOT, Op.CONST1])
            count = 0 if op is Op.CONST1 else 1 if op is Op.NOT else self.source.randint(1, 3)
            pool.append(builder.gate(op, [self.source.choice(pool) for _ in range(count)]))
        return pool[-1]

    def _predictor(self) -> Circuit:
        own = [self.source.randint(0, 2) for _ in range(self.length)]
        builder = Builder(interface(self.length, clock_bits=self.clock_bits, random=sum(own)))
        fixed = 2 * self.length + self.clock_bits
        outputs: list[Literal] = []
        first = fixed
        revises = self.shape.edits in REVISING
        for cell in range(self.length):
            coins = list(range(first, first + own[cell]))
            first += own[cell]
            value = self._mess(builder, [*range(fixed), *coins, *coins])
            if not (revises and self.source.random() < 0.8):
                masked = self._is(builder, cell, self.encoding.mask)
                value = builder.mux(masked, value, self._is(builder, cell, self.encoding.one))
            chosen = self.encoding.one, self.encoding.zero
            if self.source.random() < 0.1 or (revises and self.source.random() < 0.3):
                chosen = self.encoding.one, self.encoding.mask
            for half in (0, 1):
                one, zero = (builder.constant(code[half]) for code in chosen)
                outputs.append(builder.mux(value, one, zero))
        circuit = builder.build(outputs)
        # Sharing gates does not share coins: each position has its own.
        return self._mutated(circuit) if self.source.random() < 0.25 else circuit

    def _policy(
        self, *, candidates: bool = False, remask: bool = False, random: bool = False
    ) -> Circuit:
        coins = self.source.randint(1, 2) if random else 0
        inputs = interface(
            self.length, clock_bits=self.clock_bits, candidates=candidates, random=coins
        )
        builder = Builder(inputs)
        outputs: list[Literal] = []
        for cell in range(self.length):
            flag = self._mess(builder, list(range(len(inputs))))
            masked = self._is(builder, cell, self.encoding.mask)
            if remask:
                flag = builder.and_(flag, self._mess(builder, list(range(len(inputs)))))
            elif self.source.random() < 0.6:
                flag = masked if self.source.random() < 0.5 else builder.and_(masked, flag)
            outputs.append(flag)
        return builder.build(outputs)

    def _mutated(self, circuit: Circuit) -> Circuit:
        return mutate(circuit, self.source)


def mutate(circuit: Circuit, source: random.Random) -> Circuit:
    """One random change of a gate or of an output; the reads stay in place or become inverted.

    Raises `ValueError` for a circuit with neither gates nor outputs.
    """
    gates = list(circuit.gates)
    outputs = list(circuit.outputs)
    place = source.randrange(len(gates) + len(outputs))
    if place >= len(gates):
        outputs[place - len(gates)] = ~outputs[place - len(gates)]
    else:
        gate = gates[place]
        if gate.args and source.random() < 0.5:
            turned = source.randrange(len(gate.args))
            args = tuple(~a if k == turned else a for k, a in enumerate(gate.args))
            gates[place] = Gate(gate.op, args)
        elif not gate.args:
            gates[place] = Gate(Op.CONST1 if gate.op is Op.CONST0 else Op.CONST0)
        elif len(gate.args) == 1:
            gates[place] = Gate(Op.NOT if gate.op is not Op.NOT else Op.ID, gate.args)
        else:
            others = [op for op in (Op.AND, Op.OR, Op.XOR) if op is not gate.op]
            gates[place] = Gate(source.choice(others), gate.args)
    return Circuit(circuit.inputs, tuple(gates), tuple(outputs), circuit.output_names)


def random_schedule(shape: Shape, seed: int) -> Schedule:
    """The nearly legal schedule of a shape and a seed: 1 to 3 cells, 0 to 3 rounds, any encoding.

    >>> random_schedule(Shape(), 7) == random_schedule(Shape(), 7)
    True

    Raises `BadInput` for an absorbing stop with a clock.
    """
    return _Maker(shape, random.Random(seed)).schedule()


def random_circuit(seed: int, *, data: int, coins: int, gates: int, outputs: int) -> Circuit:
    """A seeded circuit over all gate functions, with inverted edges and shared outputs.

    `data` and `coins` inputs (d0, d1, ..., then r0, r1, ...), so many gates of at most three
    arguments, and so many outputs.
    """
    source = random.Random(seed)
    builder = Builder.with_names(
        data=[f"d{j}" for j in range(data)], random=[f"r{j}" for j in range(coins)]
    )
    pool: list[Literal] = list(range(data + coins)) or [builder.constant(False)]
    for _ in range(gates):
        op = source.choice([Op.AND, Op.OR, Op.XOR, Op.NOT, Op.ID, Op.CONST0, Op.CONST1, Op.AND])
        arity = {Op.NOT: 1, Op.ID: 1, Op.CONST0: 0, Op.CONST1: 0}.get(op, source.randint(1, 3))
        args = [source.choice(pool[-5:] if source.random() < 0.5 else pool) for _ in range(arity)]
        pool.append(builder.gate(op, [a if source.random() < 0.7 else ~a for a in args]))
    chosen = [source.choice(pool) for _ in range(outputs)]
    return builder.build([a if source.random() < 0.8 else ~a for a in chosen])
