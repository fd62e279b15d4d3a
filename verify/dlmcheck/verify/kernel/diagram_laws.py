"""The exact law of a circuit with more coins than can be gone through, by decision diagrams.

    {"kind": "diagram-law", "circuit": ..., "data": "", "exponent": 4, "counts": {...},
     "order": ["b3", "a3", "b2", ...]}

The file gives the law and the one thing about diagrams that is hard to find: an order of the
coins in which they are small. The diagrams themselves are built anew here: ordered, reduced, with
complement edges (Bryant, "Graph-based algorithms for Boolean function manipulation", 1986; Brace,
Rudell, Bryant, "Efficient implementation of a BDD package", 1990), by one rule for all gates. A
bad order is no danger: then there are too many nodes, and the certificate is rejected.

An edge is `2 * node + inverted`. Node 0 is the constant false, so edge 0 is false and edge 1 is
true. A node has a level, an edge for 1 and an edge for 0; the latter is never inverted, so that
equal functions are equal edges. Arguments of a node have smaller numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import (
    Bits,
    Circuit,
    Gate,
    InputKind,
    Literal,
    Op,
    cone,
    is_inverted,
    node_of,
)
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel.documents import list_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected
from dlmcheck.verify.kernel.stated_laws import (
    CIRCUIT,
    Counts,
    StatedLaw,
    stated_law,
    stated_text,
)

KIND = "diagram-law"
MOST_NODES = 1 << 20
"""Certificates that need more nodes are rejected."""
MOST_BITS = 1 << 34
"""So are those whose nodes' weights, each of a bit for each coin, need more room together."""

Edge = int
FALSE: Edge = 0
TRUE: Edge = 1


class Diagrams:
    """Decision diagrams over `levels` variables; level 0 is asked first.

    >>> d = Diagrams(2)
    >>> a, b = d.variable(0), d.variable(1)
    >>> both = d.both(a, b)
    >>> d.seeds(both), d.seeds(both ^ 1), d.seeds(d.differ(a, b))
    (1, 3, 2)
    """

    def __init__(self, levels: int) -> None:
        self.levels = levels
        self.level = [levels]
        self.high: list[Edge] = [FALSE]
        self.low: list[Edge] = [FALSE]
        self._weight = [0]
        self._node: dict[tuple[int, Edge, Edge], int] = {}
        self._memo: tuple[dict[int, Edge], dict[int, Edge]] = ({}, {})

    def variable(self, level: int) -> Edge:
        """The variable of a level."""
        return self._make(level, TRUE, FALSE)

    def _make(self, level: int, high: Edge, low: Edge) -> Edge:
        if high == low:
            return low
        sign = low & 1
        key = (level, high ^ sign, low ^ sign)
        node = self._node.get(key)
        if node is None:
            node = len(self.level)
            if node > MOST_NODES:
                raise BeyondLimits(f"more than {MOST_NODES} nodes in this order")
            if node * self.levels > MOST_BITS:
                raise BeyondLimits(f"nodes of {self.levels} coins take too much room in this order")
            self._node[key] = node
            self.level.append(level)
            self.high.append(key[1])
            self.low.append(key[2])
            # Half of the seeds have a 1 here, and what a branch says does not depend on it.
            weight = self.seeds(key[1]) + self.seeds(key[2])
            self._weight.append(weight >> 1)
        return 2 * node + sign

    def seeds(self, edge: Edge) -> int:
        """How many of the 2^levels assignments make it true."""
        weight = self._weight[edge >> 1]
        return (1 << self.levels) - weight if edge & 1 else weight

    def both(self, a: Edge, b: Edge) -> Edge:
        """Conjunction."""
        return self._apply(0, a, b)

    def differ(self, a: Edge, b: Edge) -> Edge:
        """Exclusive or."""
        return self._apply(1, a, b)

    def _apply(self, exclusive: int, a: Edge, b: Edge) -> Edge:
        """Both branches of the upper variable, and a node for the two; without recursion."""
        memo = self._memo[exclusive]
        if len(memo) > MOST_NODES:
            memo.clear()
        known = _exclusive if exclusive else _both
        level, high, low, make = self.level, self.high, self.low, self._make
        stack = [(a, b)]
        while stack:
            a, b = stack[-1]
            if known(memo, a, b) is not None:
                stack.pop()
                continue
            p, q = a >> 1, b >> 1
            top = min(level[p], level[q])
            a1, a0 = (high[p] ^ a & 1, low[p] ^ a & 1) if level[p] == top else (a, a)
            b1, b0 = (high[q] ^ b & 1, low[q] ^ b & 1) if level[q] == top else (b, b)
            when_1, when_0 = known(memo, a1, b1), known(memo, a0, b0)
            if when_1 is None or when_0 is None:
                stack += [(a0, b0)] if when_0 is None else []
                stack += [(a1, b1)] if when_1 is None else []
                continue
            made = make(top, when_1, when_0)
            sign = (a ^ b) & 1 if exclusive else 0
            memo[_key(a ^ (a & exclusive), b ^ (b & exclusive))] = made ^ sign
            stack.pop()
        found = known(memo, a, b)
        assert found is not None
        return found


def _key(a: Edge, b: Edge) -> int:
    return a << 32 | b if a < b else b << 32 | a


def _both(memo: dict[int, Edge], a: Edge, b: Edge) -> Edge | None:
    """What is known of a conjunction without looking below."""
    if FALSE in (a, b) or a == b ^ 1:
        return FALSE
    if a in (TRUE, b):
        return b
    if b == TRUE:
        return a
    return memo.get(_key(a, b))


def _exclusive(memo: dict[int, Edge], a: Edge, b: Edge) -> Edge | None:
    """What is known of an exclusive or without looking below; signs are moved outside."""
    if a <= TRUE:
        return a ^ b
    if b <= TRUE:
        return a ^ b
    if a >> 1 == b >> 1:
        return (a ^ b) & 1
    found = memo.get(_key(a & ~1, b & ~1))
    return None if found is None else found ^ ((a ^ b) & 1)


# --- laws ----------------------------------------------------------------------------------


def law_by_diagrams(circuit: Circuit, data: Bits, order: Sequence[str]) -> Counts:
    """The law of a circuit's outputs, with its coins in an order (the others behind, as they are).

    Raises `Rejected` if the order names something twice or something that is no coin, or if the
    diagrams get too large.
    """
    small, place = cone(circuit, circuit.outputs)
    coin_names = {circuit.inputs[v].name for v in circuit.random_inputs}
    if len(set(order)) != len(order) or not coin_names >= set(order):
        raise Rejected("the order is none of random inputs")
    rank = {name: number for number, name in enumerate(order)}
    coins = sorted(
        small.random_inputs, key=lambda v: (rank.get(small.inputs[v].name, len(rank)), v)
    )
    diagrams = Diagrams(len(coins))
    given = dict(zip(circuit.data_inputs, data, strict=True))
    values: list[Edge] = [FALSE] * len(small.inputs)
    for node, one in enumerate(small.inputs):
        if one.kind is InputKind.DATA:
            values[node] = TRUE if given[place[node]] else FALSE
    for level, node in enumerate(coins):
        values[node] = diagrams.variable(level)

    def value(literal: Literal) -> Edge:
        return values[node_of(literal)] ^ is_inverted(literal)

    for gate in small.gates:
        values.append(_gate(diagrams, gate, [value(arg) for arg in gate.args]))
    parts = {"": TRUE}
    for output in small.outputs:
        edge = value(output)
        parts = {
            text + bit: part
            for above, so_far in parts.items()
            for text, bit, part in (
                (above, "0", diagrams.both(so_far, edge ^ 1)),
                (above, "1", diagrams.both(so_far, edge)),
            )
            if part != FALSE
        }
    return Counts(len(coins), {text: diagrams.seeds(part) for text, part in parts.items()})


def _gate(diagrams: Diagrams, gate: Gate, args: Sequence[Edge]) -> Edge:
    """The meaning of a gate is that of `dlmcheck.spec.circuit.apply_op`."""
    if gate.op is Op.CONST0:
        return FALSE
    if gate.op is Op.CONST1:
        return TRUE
    if gate.op is Op.NOT:
        return args[0] ^ 1
    result = args[0]
    for arg in args[1:]:
        if gate.op is Op.AND:
            result = diagrams.both(result, arg)
        elif gate.op is Op.OR:
            result = diagrams.both(result ^ 1, arg ^ 1) ^ 1
        else:
            result = diagrams.differ(result, arg)
    return result


# --- certificates --------------------------------------------------------------------------


def diagram_law_text(circuit: Circuit, data: Bits, law: Counts, order: Sequence[str]) -> str:
    """A certificate of a law as text."""
    return stated_text(KIND, StatedLaw(circuit, data, law), order=list(order))


def check_document(document: Document) -> Checked:
    """PROVED if a circuit has the law that a file states. Raises `Rejected` if it has not."""
    stated = stated_law(document, ("order",), subjects=(CIRCUIT,))
    order = list_field(document, "order", document.string)
    found = law_by_diagrams(*stated.as_circuit(), order)
    return stated.confirm(found, Certificate(KIND, "kernel", len(order)))
