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
from functools import lru_cache
from typing import NamedTuple

from dlmcheck.spec.circuit import Bits, Circuit, Gate, Literal, Op, apply_op, node_of
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
TOGETHER = 2
"""So many arguments of a gate are read at a time."""
SHARE = 64
"""Bits of a share."""

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


_Read = tuple[int, bool, bool, bool]
"""A literal as it is read: where it stands (negative: a constant), whether it is negated (or the
constant itself), whether it enters as a coin, and whether it leaves."""


class _Sweep:
    """The tuples of live values and how often they occur, moved forward gate by gate.

    Counts have a bit for each coin, and all that a gate does to them is to add some of them up. So
    a stretch of gates with fewer than `SHARE` coins of its own is gone through for shares: the
    share of the i-th tuple at its beginning is a number of `SHARE` bits at bit i * `SHARE`, and
    says on how many settings of the stretch's coins that tuple leads here.
    """

    def __init__(self, circuit: Circuit, data: Bits) -> None:
        self.circuit = circuit
        self.fixed = dict(zip(circuit.data_inputs, data, strict=True))
        self.gates = needed_gates(circuit)
        self.readers = [0] * circuit.node_count
        first = len(circuit.inputs)
        for node in self.gates:
            for arg in circuit.gates[node - first].args:
                self.readers[arg if arg >= 0 else ~arg] += 1
        for output in circuit.outputs:
            self.readers[node_of(output)] += 1
        self.place: dict[int, int] = {}
        self.places = 0
        self.free: list[int] = []
        self.gone: list[int] = []
        """Places of values that have just left; they are free once these are gone from `held`."""
        self.held: Held = {0: 1}
        self.coins = 0
        self.before: list[int] | None = None
        """The counts at the beginning of the stretch; None if `held` has the counts themselves."""
        self.began = 0
        """The coins that had been met then."""
        self.fewest = 1
        """The fewest tuples since then."""

    def law(self, order: Sequence[int]) -> Counts:
        """All gates, then the outputs. Raises `Rejected`."""
        missing = set(self.gates)
        if len(order) != len(missing) or missing != set(order):
            raise Rejected("the order does not have each gate once that an output depends on")
        done = bytearray(self.circuit.node_count)
        gates, first = self.circuit.gates, len(self.circuit.inputs)
        for node in order:
            gate = gates[node - first]
            for arg in gate.args:
                below = arg if arg >= 0 else ~arg
                if below >= first and not done[below]:
                    raise Rejected(f"gate {node} comes before gate {below}, which it reads")
            self._gate(node, gate)
            done[node] = 1
        self._count()
        return self._outputs()

    def _take(self) -> int:
        """A free place."""
        if self.free:
            return self.free.pop()
        self.places += 1
        return self.places - 1

    def _read(self, literal: Literal) -> _Read:
        """One reader less; a coin that is read for the first time gets its place."""
        node = literal if literal >= 0 else ~literal
        if node in self.fixed:
            return -1, self.fixed[node] ^ (literal < 0), False, False
        left = self.readers[node] = self.readers[node] - 1
        enters = node not in self.place
        if enters:
            self.place[node] = self._take()
            self.coins += 1
        if left:
            return self.place[node], literal < 0, enters, False
        place = self.place.pop(node)
        self.gone.append(place)
        return place, literal < 0, enters, True

    def _gate(self, node: int, gate: Gate) -> None:
        """A gate takes some arguments at a time; its value so far is one of the next."""
        value = self.place[node] = self._take()
        for begin in range(0, len(gate.args) or 1, TOGETHER):
            self._stretch()
            reads = tuple(map(self._read, gate.args[begin : begin + TOGETHER]))
            mask, table = _moves(gate.op, value, reads, begin > 0)
            self.free += self.gone
            self.gone.clear()
            keep = ~mask
            found: Held = {}
            for key, count in self.held.items():
                rest = key & keep
                for more in table[key & mask]:
                    after = rest | more
                    # Counts are long: one that is alone is not added to anything.
                    found[after] = found[after] + count if after in found else count
            self.held = found
            self._limits()

    def _limits(self) -> None:
        tuples = len(self.held)
        if tuples > MOST_TUPLES:
            raise BeyondLimits(f"more than {MOST_TUPLES} tuples of values are live in this order")
        if tuples * self.coins > MOST_BITS:
            raise BeyondLimits(f"counts of {self.coins} coins take too much room in this order")

    def _stretch(self) -> None:
        """Begin a new stretch before there are too many coins in this one, if few tuples are live.

        Shares pay where counts are longer than they are.
        """
        own, few = self.coins - self.began, len(self.held)
        if 2 * own < SHARE:
            self.fewest = min(self.fewest, few)
        elif few <= self.fewest or own + TOGETHER >= SHARE:
            self._count()
            if few * SHARE < self.coins:
                self.before = list(self.held.values())
                self.held = {key: 1 << i * SHARE for i, key in enumerate(self.held)}
            self.began, self.fewest = self.coins, few

    def _count(self) -> None:
        """Counts in place of shares."""
        if self.before is None:
            return
        every = (1 << SHARE) - 1
        for key, shares in self.held.items():
            parts = [
                (shares >> i * SHARE & every) * count
                for i, count in enumerate(self.before)
                if shares >> i * SHARE & every
            ]
            self.held[key] = sum(parts[1:], parts[0])
        self.before = None

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


class _Moves(NamedTuple):
    """Which live values decide what becomes of a tuple, and by their values what they become."""

    mask: int
    table: dict[int, list[int]]


@lru_cache(maxsize=1 << 12)
def _moves(op: Op, value: int, reads: tuple[_Read, ...], going_on: bool) -> _Moves:
    """What a gate at a place makes of what it reads, and of its value so far if it is going on."""
    own = 1 << value
    mask, entering, leaving = own if going_on else 0, 0, 0
    for place, _, enters, leaves in reads:
        if place >= 0:
            one = 1 << place
            entering |= one * enters
            leaving |= one * leaves
            mask |= one
    mask &= ~entering
    table: dict[int, list[int]] = {}
    for known in _parts(mask):
        table[known] = after = list[int]()
        for new in _parts(entering):
            live = known | new
            bits = [bool(live & own)] if going_on else []
            for place, flip, _, _ in reads:
                bits.append((place >= 0 and bool(live >> place & 1)) ^ flip)
            after.append(live & ~leaving & ~own | own * apply_op(op, bits))
    return _Moves(mask, table)


def _parts(mask: int) -> list[int]:
    """All numbers whose ones are ones of a mask."""
    found = [0]
    while mask:
        low = mask & -mask
        found += [low | one for one in found]
        mask ^= low
    return found


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
