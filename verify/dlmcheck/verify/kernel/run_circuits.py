"""The circuit of a schedule's run: its output cells as functions of all coins, round by round.

Source of the rules: Jiang, Haghtalab, Chen (ICLR 2026), section 2. The kernel goes through the
rounds once; every cell is a pair of functions (`functions`) of the coins met so far. What selection
and remasking are need not be known: a cell is what is written where it is selected, and what it was
elsewhere. Equal functions are stored once and constants vanish, so that a cell which everybody
knows to be masked costs nothing. One more output says whether any rule of the model is broken; on
such seeds the others mean nothing.

Refused: selection that sees the candidates, and runs of too many gates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlmcheck.spec.circuit import Bits, Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import Code as Written
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.results import BeyondLimits, Rejected

MOST_GATES = 1 << 25
"""Runs that would go through more gates are refused."""

Cell = tuple[Code, Code]
"""The functions of a cell's high and low bit."""


def run_circuit(schedule: Schedule, data: Bits = ()) -> Circuit:
    """The run as a circuit without data: the output cells, then whether a rule is broken.

    Its random inputs are the coins in the order in which they are tossed. Raises `Rejected` for
    schedules that are refused, and for data that do not fit.
    """
    if len(schedule.data_cells) != len(data):
        raise Rejected("the schedule has data inputs whose values are not given")
    if schedule.unmask_sees_candidates:
        raise BeyondLimits("the unmasking policy sees the candidates")
    parts = (schedule.predictor, schedule.unmask, schedule.remask)
    size = sum(part.node_count for part in parts if part is not None)
    if schedule.rounds * (size + schedule.length) > MOST_GATES:
        raise BeyondLimits(f"a run of more than {MOST_GATES} gates: too many to be gone through")
    run = _Run(schedule, data)
    for number in range(1, schedule.rounds + 1):
        run.round(number)
    return run.circuit()


class _Run:
    """The cells as functions, moved forward round by round."""

    def __init__(self, schedule: Schedule, data: Bits) -> None:
        self.schedule = schedule
        self.functions = Functions()
        self.broken: Code = FALSE
        encoding = schedule.encoding
        self.mask, self.zero, self.one = map(
            _constant, (encoding.mask, encoding.zero, encoding.one)
        )
        tokens = (self.mask, self.zero, self.one)
        codes = ((high, low) for high in (FALSE, TRUE) for low in (FALSE, TRUE))
        self.illegal = [code for code in codes if code not in tokens]
        self.cells: list[Cell] = [self.mask] * schedule.length
        for i, bit in zip(schedule.data_cells, data, strict=True):
            self.cells[i] = self.one if bit else self.zero
        for i in schedule.given_cells:
            self.cells[i] = self._choose(self.functions.leaf(), self.one, self.zero)
        self.prompt = {i: self.cells[i] for i in schedule.data_cells}

    def round(self, number: int) -> None:
        """Select, draw and write; then remask."""
        schedule = self.schedule
        before = self._fixed(number)
        drawn = self._values(schedule.predictor, before)
        chosen = self._values(schedule.unmask, before)
        for i, flag in enumerate(chosen):
            if flag == FALSE:
                continue
            new, old = (drawn[2 * i], drawn[2 * i + 1]), self.cells[i]
            wrong = FALSE
            for code in self.illegal:
                wrong = self._either(wrong, self._is(new, code))
            if schedule.edits is not Edits.REVISE_ANY:
                wrong = self._either(wrong, self._is(new, self.mask))
            if schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK):
                visible = self._is(old, self.mask) ^ 1
                wrong = self._either(wrong, self._both(visible, self._differ(new, old)))
            self._break(self._both(flag, wrong))
            self.cells[i] = self._choose(flag, new, old)
        self._check_prompt()
        if schedule.remask is not None:
            for i, flag in enumerate(self._values(schedule.remask, self._fixed(number))):
                self.cells[i] = self._choose(flag, self.mask, self.cells[i])
            self._check_prompt()

    def circuit(self) -> Circuit:
        """After the last round: the end is checked, and what came out is written as gates."""
        schedule = self.schedule
        outputs = [self._value(self.cells[i]) for i in schedule.output]
        ends = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
        for i in ends:
            self._break(self._is(self.cells[i], self.mask))
        if schedule.stop is Stop.ABSORBING:
            # Without a clock one round that changes nothing means that no further one does.
            final = list(self.cells)
            self.round(schedule.rounds + 1)
            for old, new in zip(final, self.cells, strict=True):
                self._break(self._differ(old, new))
        return circuit_of(self.functions, [*outputs, self.broken])

    # -- parts

    def _fixed(self, number: int) -> list[Code]:
        """The codes of the cells, and the clock."""
        clock = clock_value(self.schedule, number)
        return [*(half for cell in self.cells for half in cell), *map(int, clock)]

    def _values(self, circuit: Circuit, fixed: Sequence[Code]) -> list[Code]:
        """The outputs of a circuit of the schedule, with new coins."""
        functions = self.functions
        values = list(fixed)
        values += [functions.leaf() for _ in range(len(circuit.inputs) - len(fixed))]

        def value(literal: Literal) -> Code:
            return values[literal] if literal >= 0 else values[~literal] ^ 1

        for gate in circuit.gates:
            values.append(functions.gate(gate.op, [value(arg) for arg in gate.args]))
        return [value(output) for output in circuit.outputs]

    def _break(self, wrong: Code) -> None:
        self.broken = self._either(self.broken, wrong)

    def _check_prompt(self) -> None:
        for i, cell in self.prompt.items():
            self._break(self._differ(self.cells[i], cell))

    def _both(self, a: Code, b: Code) -> Code:
        """Conjunction. What one side says of a part of the other is used: it settles most rules."""
        for one, other in ((a, b), (b, a)):
            op, parts = self.functions.parts(other >> 1)
            if op is Op.AND and one ^ 1 in parts:
                return one if other & 1 else FALSE
            if op is Op.AND and one in parts and not other & 1:
                return other
        return self.functions.both(a, b)

    def _either(self, a: Code, b: Code) -> Code:
        return self._both(a ^ 1, b ^ 1) ^ 1

    def _is(self, cell: Cell, token: Cell) -> Code:
        """Whether a cell shows a token, which is constant."""
        return self._both(cell[0] ^ token[0] ^ 1, cell[1] ^ token[1] ^ 1)

    def _differ(self, one: Cell, other: Cell) -> Code:
        functions = self.functions
        return self._either(functions.differ(one[0], other[0]), functions.differ(one[1], other[1]))

    def _choose(self, flag: Code, then: Cell, other: Cell) -> Cell:
        both, differ = self._both, self.functions.differ
        high, low = (differ(b, both(flag, differ(a, b))) for a, b in zip(then, other, strict=True))
        return high, low

    def _value(self, cell: Cell) -> Code:
        """Whether a cell shows 1, given that it shows 0 or 1."""
        half = 0 if self.one[0] != self.zero[0] else 1
        return cell[half] ^ self.one[half] ^ 1


def _constant(code: Written) -> Cell:
    return (TRUE if code[0] else FALSE), (TRUE if code[1] else FALSE)


def circuit_of(functions: Functions, codes: Iterable[Code]) -> Circuit:
    """Some functions as a circuit of what they are built from; variables are its coins."""
    roots = list(codes)
    needed: set[int] = set()
    stack = [code >> 1 for code in roots]
    while stack:
        number = stack.pop()
        if number not in needed:
            needed.add(number)
            stack += [arg >> 1 for arg in functions.parts(number)[1]]
    coins = [number for number in sorted(needed) if number and not functions.parts(number)[1]]
    node = {number: place for place, number in enumerate(coins)}
    gates: list[Gate] = []

    def literal(code: Code) -> Literal:
        return ~node[code >> 1] if code & 1 else node[code >> 1]

    for number in sorted(needed):  # arguments have smaller numbers
        if number not in node:
            node[number] = len(coins) + len(gates)
            op, args = functions.parts(number)
            gates.append(Gate(op, tuple(map(literal, args))) if number else Gate(Op.CONST0))
    inputs = tuple(Input(f"r{place}", InputKind.RANDOM) for place in range(len(coins)))
    return Circuit(inputs, tuple(gates), tuple(map(literal, roots)))
