"""The exact law of a circuit or a run in which few values are live at a time.

    {"kind": "frontier-law", "circuit": ..., "data": "", "exponent": 4,
     "counts": {"01": "0x7", ...}, "order": [8, 9, 12, ...]}

with "schedule" instead of "circuit" for a run, which is then the circuit `run_circuits` makes of
it. The file gives the law and the one thing that is hard to find: an order of the gates. The
kernel sweeps the gates in that order. It holds, for each tuple of values that somebody will still
read, on how many settings of the coins met so far it occurs (note CERTIFICATES). Coins enter when
they are first read; a value leaves with its last reader, which the kernel finds for itself. So an
order can be bad, and is then rejected for its width, but no order makes a wrong count.

Counts are in base 16: they have as many bits as there are coins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dlmcheck.spec.circuit import Bits, Circuit, Gate, Literal, Op, node_of
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.documents import list_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected
from dlmcheck.verify.kernel.stated_laws import (
    HEXADECIMAL,
    Counts,
    StatedLaw,
    stated_law,
    stated_text,
)

KIND = "frontier-law"
MOST_TUPLES = 1 << 20
"""Orders in which more tuples of values are live at a time are rejected."""
MOST_BITS = 1 << 34
"""So are those whose counts, each of a bit for each coin met, need more room together."""

Held = dict[int, int]
"""Live values, one bit each at a place that stays theirs, and the number of settings."""


def law_in_order(circuit: Circuit, data: Bits, order: Sequence[int]) -> Counts:
    """The law of a circuit's outputs, by a sweep over the gates that they depend on.

    `order` has each of these gates once, as a node, and arguments before who reads them. Raises
    `Rejected` if it is no such order, or if too many tuples of values are live at a time.

    >>> from dlmcheck.spec.circuit import Input, InputKind
    >>> coins = tuple(Input(name, InputKind.RANDOM) for name in "abc")
    >>> both = Circuit(coins, (Gate(Op.AND, (0, 1)), Gate(Op.AND, (3, 2))), (4,))
    >>> law_in_order(both, (), [3, 4])
    Counts(exponent=3, counts={'0': 7, '1': 1})
    """
    return _Sweep(circuit, data).law(order)


def needed_gates(circuit: Circuit) -> list[int]:
    """The gates that some output depends on, as nodes, in the order of the circuit.

    It is an order for `law_in_order`.
    """
    first = len(circuit.inputs)
    needed = bytearray(circuit.node_count)
    for output in circuit.outputs:
        needed[node_of(output)] = 1
    for node in range(circuit.node_count - 1, first - 1, -1):
        if needed[node]:
            for arg in circuit.gates[node - first].args:
                needed[node_of(arg)] = 1
    return [node for node in range(first, circuit.node_count) if needed[node]]


class _Read(NamedTuple):
    """A literal as it is read: where it stands (negative: a constant), and if it enters or leaves.

    `flip` negates it, or is the constant itself.
    """

    place: int
    flip: bool
    enters: bool
    leaves: bool


class _Sweep:
    """The tuples of live values and how often they occur, moved forward gate by gate."""

    def __init__(self, circuit: Circuit, data: Bits) -> None:
        self.circuit = circuit
        self.fixed = dict(zip(circuit.data_inputs, data, strict=True))
        self.gates = needed_gates(circuit)
        self.readers = [0] * circuit.node_count
        first = len(circuit.inputs)
        for node in self.gates:
            for arg in circuit.gates[node - first].args:
                self.readers[node_of(arg)] += 1
        for output in circuit.outputs:
            self.readers[node_of(output)] += 1
        self.place: dict[int, int] = {}
        self.free: list[int] = []
        self.held: Held = {0: 1}
        self.coins = 0

    def law(self, order: Sequence[int]) -> Counts:
        """All gates, then the outputs. Raises `Rejected`."""
        missing = set(self.gates)
        if len(order) != len(missing) or missing != set(order):
            raise Rejected("the order does not have each gate once that an output depends on")
        done = bytearray(self.circuit.node_count)
        first = len(self.circuit.inputs)
        for node in order:
            gate = self.circuit.gates[node - first]
            for arg in gate.args:
                below = node_of(arg)
                if below >= first and not done[below]:
                    raise Rejected(f"gate {node} comes before gate {below}, which it reads")
            self._gate(node, gate)
            done[node] = 1
        return self._outputs()

    def _take(self) -> int:
        """A free place."""
        return self.free.pop() if self.free else len(self.place)

    def _read(self, literal: Literal) -> _Read:
        """One reader less; a coin that is read for the first time gets its place."""
        node = node_of(literal)
        self.readers[node] -= 1
        if node in self.fixed:
            return _Read(-1, self.fixed[node] ^ (literal < 0), enters=False, leaves=False)
        enters = node not in self.place
        if enters:
            self.place[node] = self._take()
            self.coins += 1
        place, leaves = self.place[node], not self.readers[node]
        if leaves:
            del self.place[node]
            self.free.append(place)
        return _Read(place, literal < 0, enters, leaves)

    def _gate(self, node: int, gate: Gate) -> None:
        """A gate takes its arguments one after the other; its value so far is live."""
        value = self.place[node] = self._take()
        if gate.op is Op.CONST1:
            self.held = {key | 1 << value: count for key, count in self.held.items()}
        # The value so far is 0: it becomes the first argument, whatever the gate, or its negation.
        op = Op.NOT if gate.op is Op.NOT else Op.ID
        for arg in gate.args:
            # A place that is given away here is not taken again before the next read.
            self._step(op, value, self._read(arg))
            op = gate.op

    def _step(self, op: Op, value: int, read: _Read) -> None:
        """The value of a gate takes one more argument. A constant one counts as a bit that is 0."""
        mine = 1 << read.place if read.place >= 0 else 0
        keep = ~mine if read.leaves else -1
        kept0, set0, flip0 = _effect(op, 1 << value, bit=read.flip)
        kept1, set1, flip1 = _effect(op, 1 << value, bit=not read.flip)
        kept0, kept1 = kept0 & keep, kept1 & keep
        found: Held = {}
        for key, count in self.held.items():
            if not key & mine:
                after = (key & kept0 | set0) ^ flip0
                # Counts are long: one that is alone is not added to anything.
                found[after] = found[after] + count if after in found else count
                if not read.enters:
                    continue
            after = ((key | mine) & kept1 | set1) ^ flip1
            found[after] = found[after] + count if after in found else count
        self.held = found
        self._limits()

    def _limits(self) -> None:
        if len(self.held) > MOST_TUPLES:
            raise BeyondLimits(f"more than {MOST_TUPLES} tuples of values are live in this order")
        if len(self.held) * self.coins > MOST_BITS:
            raise BeyondLimits(f"counts of {self.coins} coins take too much room in this order")

    def _outputs(self) -> Counts:
        """Output by output; coins that no gate read enter here."""
        reads: list[tuple[int, bool]] = []
        for output in self.circuit.outputs:
            node = node_of(output)
            if node in self.fixed:
                reads.append((-1, self.fixed[node] ^ (output < 0)))
                continue
            if node not in self.place:
                mine = 1 << self._take()
                self.place[node] = mine.bit_length() - 1
                self.coins += 1
                self.held |= {key | mine: count for key, count in self.held.items()}
                self._limits()
            reads.append((self.place[node], output < 0))
        counts: dict[str, int] = {}
        for key, count in self.held.items():
            text = "".join(
                "1" if (place >= 0 and bool(key >> place & 1)) ^ flip else "0"
                for place, flip in reads
            )
            counts[text] = counts.get(text, 0) + count
        return Counts(self.coins, dict(sorted(counts.items())))


def _effect(op: Op, one: int, *, bit: bool) -> tuple[int, int, int]:
    """What an argument does to the value so far, `one`: kept bits, then set ones, then flipped."""
    if op is Op.AND:
        return (-1 if bit else ~one), 0, 0
    if op is Op.XOR:
        return -1, 0, one * bit
    return -1, one * (bit ^ (op is Op.NOT)), 0


# --- certificates --------------------------------------------------------------------------


def frontier_law_text(
    subject: Circuit | Schedule, data: Bits, law: Counts, order: Sequence[int]
) -> str:
    """A certificate of a law as text."""
    return stated_text(KIND, StatedLaw(subject, data, law), HEXADECIMAL, order=list(order))


def check_document(document: Document) -> Checked:
    """PROVED if a circuit, or a run, has the law that a file states. Raises `Rejected`."""
    stated = stated_law(document, ("order",), HEXADECIMAL)
    order = list_field(document, "order", document.integer)
    circuit, data = stated.as_circuit()
    found = law_in_order(circuit, data, order)
    return stated.confirm(found, Certificate(KIND, "kernel", len(order)))
