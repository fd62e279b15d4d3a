"""Schedules with certificates that were grown together with the circuit that they are about.

A random certificate of a random circuit is nearly always wrong, and shows little. Here a walk
with the kernel's rules is led through a random schedule: for each cell that it finds selected some
content is sought that it accepts, if need be by adding a gate to the circuit. So nearly all of
the certificates are accepted, on schedules that nobody designed; if the kernel were unsound
somewhere, this is where false statements would grow.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import ENCODINGS, Shape, mutate, random_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, node_of
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import Code, Encoding
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.results import Rejected
from tests.verify.kernel.plain_walk import PlainWalk

Grown = tuple[Schedule, Circuit, Simulation]


def schedule_of(seed: int) -> Schedule:
    """A random schedule in whose rounds something can be certified more often than not."""
    source = random.Random(seed)
    if seed % 4 == 0:
        clock = source.random() < 0.4
        shape = Shape(edits=source.choice(list(Edits)), clock=clock, data=seed % 3 % 2, given=1)
        return random_schedule(shape, seed)
    return _Simple(source).schedule()


class _Simple:
    """Predictors of one gate per cell, policies that look at masks and clock only."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.length = source.randint(1, 4)
        self.edits = source.choice(list(Edits))
        self.clock_bits = 3 if source.random() < 0.5 else 0
        self.encoding: Encoding = source.choice(ENCODINGS)

    def _is(self, builder: Builder, cell: int, code: Code) -> Literal:
        high, low = 2 * cell, 2 * cell + 1
        return builder.and_(high if code[0] else ~high, low if code[1] else ~low)

    def _clock(self) -> Literal:
        return 2 * self.length + self.source.randrange(self.clock_bits)

    def _predictor(self) -> Circuit:
        source, encoding = self.source, self.encoding
        own = [source.choice([0, 0, 1, 1, 2]) for _ in range(self.length)]
        builder = Builder(interface(self.length, clock_bits=self.clock_bits, random=sum(own)))
        revises = self.edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY)
        first = 2 * self.length + self.clock_bits
        outputs: list[Literal] = []
        for cell in range(self.length):
            args = [j for j in range(first, first + own[cell]) if source.random() < 0.9]
            first += own[cell]
            for _ in range(source.randint(0, 2)):
                other = source.randrange(self.length)
                args.append(self._is(builder, other, encoding.one))
            if self.clock_bits and source.random() < 0.3:
                args.append(self._clock())
            signed = [arg if source.random() < 0.7 else ~arg for arg in args]
            op = source.choice([Op.AND, Op.OR, Op.XOR])
            value = builder.gate(op, signed) if signed else builder.constant(False)
            if not (revises and source.random() < 0.7):
                masked = self._is(builder, cell, encoding.mask)
                value = builder.mux(masked, value, self._is(builder, cell, encoding.one))
            hide: Literal | None = None
            if self.edits is Edits.REVISE_ANY and source.random() < 0.4:
                shown = source.choice([encoding.one, encoding.mask])
                other = source.randrange(self.length)
                hide = self._clock() if self.clock_bits else self._is(builder, other, shown)
            for half in (0, 1):
                codes = (encoding.one, encoding.zero, encoding.mask)
                one, zero, mask = (builder.constant(code[half]) for code in codes)
                bit = builder.mux(value, one, zero)
                outputs.append(bit if hide is None else builder.mux(hide, mask, bit))
        return builder.build(outputs)

    def _policy(self, *, remask: bool) -> Circuit:
        source = self.source
        builder = Builder(interface(self.length, clock_bits=self.clock_bits))
        outputs: list[Literal] = []
        for cell in range(self.length):
            terms: list[Literal] = []
            if source.random() < (0.1 if remask else 0.6):
                terms.append(self._is(builder, cell, self.encoding.mask))
            for _ in range(source.choice([0, 0, 1, 2])):
                other = source.randrange(self.length)
                terms.append(self._is(builder, other, self.encoding.mask))
            if self.clock_bits and source.random() < 0.5:
                terms.append(self._clock())
            signed = [
                term if k == 0 or source.random() < 0.5 else ~term for k, term in enumerate(terms)
            ]
            if not signed or (remask and source.random() < 0.4):
                outputs.append(builder.constant(not remask))
            else:
                outputs.append(builder.gate(source.choice([Op.AND, Op.OR]), signed))
        return builder.build(outputs)

    def schedule(self) -> Schedule:
        source = self.source
        cells = source.sample(range(self.length), self.length)
        data = cells[: source.choice([0, 0, 1])]
        given = cells[len(data) :][: source.choice([0, 1])]
        output = source.sample(range(self.length), source.randint(1, self.length))
        fixed = bool(self.clock_bits) or source.random() < 0.6
        return Schedule(
            length=self.length,
            rounds=source.randint(0, 4),
            predictor=self._predictor(),
            unmask=self._policy(remask=False),
            remask=self._policy(remask=True) if self.edits is Edits.REMASK else None,
            output=tuple(output),
            output_names=tuple(f"o{j}" for j in range(len(output))),
            edits=self.edits,
            clock_bits=self.clock_bits,
            data_cells=tuple(data),
            data_names=tuple(f"d{j}" for j in range(len(data))),
            given_cells=tuple(given),
            end=source.choice(list(End)),
            stop=Stop.FIXED_ROUNDS if fixed else Stop.ABSORBING,
            encoding=self.encoding,
        )


class _Growth:
    """A walk through a schedule, and the circuit that grows with it."""

    def __init__(self, schedule: Schedule, source: random.Random) -> None:
        self.schedule = schedule
        self.source = source
        tossed = len(schedule.predictor.random_inputs)
        rounds = range(1, min(schedule.rounds, source.randint(1, 3)) + 1)
        places = [(t, j) for t in rounds for j in range(tossed) if source.random() < 0.9][:6]
        shown = len(schedule.data_cells)
        first = shown + len(schedule.given_cells)
        self.inputs = (
            *(Input(name, InputKind.DATA) for name in schedule.data_names),
            *(Input(f"r{k}", InputKind.RANDOM) for k in range(first - shown + len(places))),
        )
        self.gates = [Gate(Op.CONST0), Gate(Op.CONST1)]
        self.coins = tuple((t, j, first + k) for k, (t, j) in enumerate(places))
        self.given = tuple(range(shown, first))
        empty = Simulation(((),) * schedule.rounds, self.coins, self.given)
        self.walk = PlainWalk(schedule, self.circuit([0] * len(schedule.output)), empty)

    def circuit(self, outputs: Sequence[Literal]) -> Circuit:
        return Circuit(self.inputs, tuple(self.gates), tuple(outputs), self.schedule.output_names)

    def grow(self) -> Grown | None:
        """The schedule with circuit and certificate; None where no content was found."""
        writes: list[tuple[tuple[int, Content], ...]] = []
        try:
            for number in range(1, self.schedule.rounds + 1):
                new: dict[int, Content] = {}
                self.walk.begin(number)
                for i in sorted(self.walk.selected):
                    content = self._content(i, number)
                    if content != self.walk.contents[i]:
                        new[i] = content
                self.walk.finish(number, new)
                writes.append(tuple(new.items()))
        except Rejected:
            return None
        held = [self.walk.contents[cell] for cell in self.schedule.output]
        outputs = [content for content in held if isinstance(content, int)]
        if len(outputs) < len(held):
            return None
        certificate = Simulation(tuple(writes), self.coins, self.given)
        return self.schedule, self.circuit(outputs), certificate

    def _content(self, cell: int, number: int) -> Content:
        """A content that the kernel takes for what the cell gets. Raises `Rejected`."""
        nodes = self._nodes_shown(number)
        literals = [literal for node in nodes for literal in (node, ~node)]
        zero = len(self.inputs)
        contents: list[Content] = [zero, zero + 1, *literals]
        contents.insert(0, self.walk.contents[cell])
        if cell not in self.schedule.output:
            contents.extend(("0", "1"))
        if self.schedule.edits is Edits.REVISE_ANY:
            contents.append("M")
        self.source.shuffle(contents)
        for content in contents:
            if self._taken(cell, content, number):
                return content
        for gate in self._gates(nodes):
            node = len(self.inputs) + len(self.gates)
            self.walk.embed(gate)
            if self._taken(cell, node, number):
                self.gates.append(gate)
                return node
            self.walk.nodes.pop()
        raise Rejected("no content found")

    def _taken(self, cell: int, content: Content, number: int) -> bool:
        if content == "M" and self.schedule.edits is not Edits.REVISE_ANY:
            return False
        try:
            self.walk.check_write(cell, content, number)
        except Rejected:
            return False
        return True

    def _nodes_shown(self, number: int) -> list[int]:
        """What the cells hold, and what the coins of this round stand for."""
        nodes = {node_of(content) for content in self.walk.contents if isinstance(content, int)}
        return sorted(nodes | {node for t, _, node in self.coins if t == number})

    @staticmethod
    def _gates(nodes: Sequence[int]) -> Iterator[Gate]:
        for width in range(1, min(3, len(nodes)) + 1):
            for chosen in combinations(nodes, width):
                for inverted in product((False, True), repeat=width):
                    args = tuple(~v if i else v for v, i in zip(chosen, inverted, strict=True))
                    for op in (Op.AND, Op.OR, Op.XOR):
                        yield Gate(op, args)


def grown(seed: int) -> Grown | None:
    """A schedule, a circuit and a certificate that the walk has accepted round by round."""
    schedule = schedule_of(seed)
    if not schedule.output:
        return None
    try:
        growth = _Growth(schedule, random.Random(seed + 1_000_000))
    except Rejected:
        return None
    return growth.grow()


def perturbed(found: Grown, source: random.Random) -> Grown:
    """One change of the schedule or of the circuit, or of claim and output alike.

    The certificate stays, or goes along; what it is about has changed.
    """
    schedule, circuit, certificate = found
    kind = source.randrange(5)
    if kind == 0 and schedule.predictor.gates:
        changed = mutate(schedule.predictor, source)
        return replace(schedule, predictor=changed), circuit, certificate
    if kind == 1:
        return replace(schedule, unmask=mutate(schedule.unmask, source)), circuit, certificate
    if kind == 2 and schedule.remask is not None:
        return replace(schedule, remask=mutate(schedule.remask, source)), circuit, certificate
    if kind == 3:
        return schedule, mutate(circuit, source), certificate
    # The last claim for an output cell, and the output itself, become another literal.
    node = source.randrange(circuit.node_count)
    literal = node if source.random() < 0.5 else ~node
    place = source.randrange(len(schedule.output))
    cell = schedule.output[place]
    writes = list(certificate.writes)
    last = max((t for t, line in enumerate(writes) if cell in dict(line)), default=None)
    if last is not None:
        writes[last] = tuple((i, literal if i == cell else c) for i, c in writes[last])
    outputs = tuple(literal if k == place else o for k, o in enumerate(circuit.outputs))
    return schedule, replace(circuit, outputs=outputs), replace(certificate, writes=tuple(writes))
