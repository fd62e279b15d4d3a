"""Two circuits on the same inputs are equal: node after node shown to be another one.

The nodes of both are gone through in order. A node that is the same gate on the same nodes as an
earlier one is that one. For others the certificate says so: a *merge* names a node, a literal of
earlier nodes, how far to look, and perhaps a proof. The kernel looks at a *window*: the two, and
below them as many gates as the merge says, the latest first; whatever is read and not opened may
take any value. If no values of the window make the two differ, by its truth table or by a proof
with hints that its clauses have no model, they are equal on all inputs, and the later one is put
for the earlier one from then on. So every step is local, and the next one starts from there.
(SAT sweeping: Kuehlmann, Krohm, "Equivalence checking using cuts and heaps", 1997.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, is_inverted, node_of
from dlmcheck.verify.kernel.circuit_formulas import never_true
from dlmcheck.verify.kernel.columns import apply_to_columns, variable_column
from dlmcheck.verify.kernel.refutation import Clause, check_lrat, read_lrat
from dlmcheck.verify.kernel.results import Rejected

TABLE_LIMIT = 12
"""A merge without a proof is decided by a table over at most this many variables."""


@dataclass(frozen=True)
class Merge:
    """A node is a literal of earlier nodes; `opened` gates show it, by a table or by `proof`."""

    node: int
    literal: Literal
    opened: int
    proof: str = ""


@dataclass(frozen=True)
class Window:
    """The gates looked at, in order, the nodes below that may take any value, and two literals."""

    gates: tuple[tuple[int, Gate], ...]
    free: tuple[int, ...]
    left: Literal
    right: Literal

    def tables_agree(self) -> bool:
        """Whether the two literals have one truth table over the free nodes."""
        every = (1 << (1 << len(self.free))) - 1
        columns = {node: variable_column(j, len(self.free)) for j, node in enumerate(self.free)}

        def value(literal: Literal) -> int:
            return columns[literal] if literal >= 0 else columns[~literal] ^ every

        for node, gate in self.gates:
            columns[node] = apply_to_columns(gate.op, [value(arg) for arg in gate.args], every)
        return value(self.left) == value(self.right)

    def clauses(self) -> tuple[int, tuple[Clause, ...]]:
        """The number of variables, and clauses whose models are where the two literals differ."""
        number = {node: k for k, node in enumerate(self.free)}
        number |= {node: k for k, (node, _) in enumerate(self.gates, start=len(self.free))}

        def moved(literal: Literal) -> Literal:
            return number[literal] if literal >= 0 else ~number[~literal]

        gates = [Gate(gate.op, tuple(moved(arg) for arg in gate.args)) for _, gate in self.gates]
        gates.append(Gate(Op.XOR, (moved(self.left), moved(self.right))))
        inputs = tuple(Input(f"n{node}", InputKind.DATA) for node in self.free)
        encoded = never_true(Circuit(inputs, tuple(gates), (len(number),)))
        return encoded.variables, encoded.clauses


def joined(left: Circuit, right: Circuit) -> Circuit:
    """Both circuits as one: the inputs, the constant 0, the gates of `left`, those of `right`.

    The outputs are those of `left`, then those of `right`. `right` may have further inputs after
    those of `left`. Raises `Rejected` if the inputs of `left` are not the first of `right`.
    """
    if right.inputs[: len(left.inputs)] != left.inputs:
        raise Rejected("the circuits do not have the same inputs")
    gates = [Gate(Op.CONST0)]
    outputs: list[Literal] = []
    for circuit in (left, right):
        first, here = len(circuit.inputs), len(right.inputs) + len(gates)

        def moved(literal: Literal, first: int = first, here: int = here) -> Literal:
            node = node_of(literal)
            node = node if node < first else node - first + here
            return ~node if is_inverted(literal) else node

        gates += [Gate(gate.op, tuple(map(moved, gate.args))) for gate in circuit.gates]
        outputs += map(moved, circuit.outputs)
    return Circuit(right.inputs, tuple(gates), tuple(outputs))


class Merged:
    """The nodes of a circuit, added one by one; those that were shown equal are one.

    Gate 0 of the circuit has to be the constant 0, as in what `joined` makes.
    """

    def __init__(self, circuit: Circuit) -> None:
        if not circuit.gates or circuit.gates[0].op is not Op.CONST0:
            raise Rejected("the first gate is not the constant 0")
        self._circuit = circuit
        self._zero = len(circuit.inputs)
        self._same: list[Literal] = list(range(len(circuit.inputs)))
        """What each node is: itself, or a literal of an earlier one."""
        self._gates: dict[int, Gate] = {}
        self._known: dict[tuple[Op, tuple[Literal, ...]], Literal] = {}

    def of(self, literal: Literal) -> Literal:
        """The earliest literal that this one was shown to be."""
        node = node_of(literal)
        while True:
            same = self._same[node]
            if node_of(same) == node:
                return literal
            literal = ~same if is_inverted(literal) else same
            node = node_of(literal)

    def add(self) -> int:
        """Take the next gate of the circuit; its node."""
        node = len(self._same)
        gate = self._circuit.gate_of(node)
        self._same.append(node)
        self._same[node] = self._found(node, gate.op, [self.of(arg) for arg in gate.args])
        return node

    def _found(self, node: int, op: Op, args: Sequence[Literal]) -> Literal:
        """An earlier literal that is this gate, or the node itself."""
        zero = self._zero
        if op is Op.CONST0 or op is Op.CONST1:
            return zero if op is Op.CONST0 else ~zero
        if op is Op.ID or op is Op.NOT:
            return args[0] if op is Op.ID else ~args[0]
        if op is Op.XOR:
            return self._odd(node, args)
        if op is Op.OR:
            return ~self._all(~node, [~arg for arg in args])
        return self._all(node, args)

    def _all(self, own: Literal, args: Iterable[Literal]) -> Literal:
        """The literal that is an AND; `own` if there was none."""
        distinct = set(args) - {~self._zero}
        if self._zero in distinct or any(~arg in distinct for arg in distinct):
            return self._zero
        if len(distinct) < 2:
            return distinct.pop() if distinct else ~self._zero
        return self._kept(own, Op.AND, tuple(sorted(distinct)))

    def _odd(self, node: int, args: Iterable[Literal]) -> Literal:
        odd = set[int]()
        sign = False
        for arg in args:
            sign ^= is_inverted(arg)
            odd ^= {node_of(arg)}
        odd -= {self._zero}
        if len(odd) < 2:
            found = odd.pop() if odd else self._zero
        else:
            found = self._kept(~node if sign else node, Op.XOR, tuple(sorted(odd)))
        return ~found if sign else found

    def _kept(self, own: Literal, op: Op, args: tuple[Literal, ...]) -> Literal:
        known = self._known.setdefault((op, args), own)
        if known != own:
            return self.of(known)
        gate = Gate(op, args)
        if is_inverted(own):  # the node itself is the negation
            gate = Gate(Op.OR, tuple(~arg for arg in args))
            if op is Op.XOR:
                gate = Gate(op, (~args[0], *args[1:]))
        self._gates[node_of(own)] = gate
        return own

    def window(self, left: Literal, right: Literal, opened: int) -> Window:
        """The latest gates below two literals, so many of them."""
        left, right = self.of(left), self.of(right)
        waiting: list[int] = []
        seen: set[int] = set()
        gates: list[tuple[int, Gate]] = []
        free: list[int] = []

        def look(literal: Literal) -> None:
            node = node_of(literal)
            if node not in seen:
                seen.add(node)
                heappush(waiting, -node)

        look(left)
        look(right)
        while waiting:
            node = -heappop(waiting)
            gate = self._gates.get(node)
            if node == self._zero:
                gates.append((node, Gate(Op.CONST0)))
            elif gate is None or len(gates) >= opened:
                free.append(node)
            else:
                args = tuple(map(self.of, gate.args))
                gates.append((node, Gate(gate.op, args)))
                for arg in args:
                    look(arg)
        return Window(tuple(reversed(gates)), tuple(reversed(free)), left, right)

    def merge(self, merge: Merge) -> None:
        """Put the literal for the node, if they are shown equal. Raises `Rejected` if not."""
        node, literal = merge.node, merge.literal
        if not node_of(literal) < node < len(self._same):
            raise Rejected(f"node {node} cannot be merged with node {node_of(literal)}")
        window = self.window(node, literal, merge.opened)
        if window.left == window.right:
            return
        if merge.proof:
            _, clauses = window.clauses()
            try:
                check_lrat(clauses, read_lrat(merge.proof))
            except Rejected as error:
                raise Rejected(f"node {node}: {error.reason}") from None
        elif len(window.free) > TABLE_LIMIT:
            raise Rejected(f"node {node}: {len(window.free)} values are too many to table")
        elif not window.tables_agree():
            raise Rejected(f"node {node} is not shown to be {_shown(literal)}")
        self.unite(window.left, window.right)

    def unite(self, left: Literal, right: Literal) -> None:
        """Make one of two literals, each of which `of` leaves as it is."""
        if node_of(left) < node_of(right):
            left, right = right, left
        self._same[node_of(left)] = ~right if is_inverted(left) else right


def _shown(literal: Literal) -> str:
    return f"{'not ' if is_inverted(literal) else ''}node {node_of(literal)}"


def check_equal(
    left: Circuit, right: Circuit, merges: Sequence[Merge], last: Sequence[Merge] = ()
) -> int:
    """Check that two circuits have equal outputs on all inputs; the number of merges.

    Outputs are compared in order. Nodes are those of `joined`. Each of `merges` is made when its
    node is added, each of `last` when all are. Raises `Rejected`, with the first merge that does
    not hold, or the first output that is not shown equal.
    """
    if left.output_names != right.output_names:
        raise Rejected("the circuits do not have the same outputs")
    both = joined(left, right)
    merged = Merged(both)
    waiting = list(reversed(merges))
    for _ in both.gates:
        node = merged.add()
        while waiting and waiting[-1].node == node:
            merged.merge(waiting.pop())
    if waiting:
        raise Rejected(f"the merge of node {waiting[-1].node} is out of order")
    for merge in last:
        merged.merge(merge)
    half = len(left.outputs)
    for name, ours, theirs in zip(
        left.output_names, both.outputs[:half], both.outputs[half:], strict=True
    ):
        if merged.of(ours) != merged.of(theirs):
            raise Rejected(f"output {name} is not shown equal")
    return len(merges) + len(last)
