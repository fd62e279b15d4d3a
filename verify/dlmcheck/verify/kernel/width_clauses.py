"""The question "is there a layer assignment of width w" as clauses.

An encoder: that the clauses have a model exactly if there is such an assignment is argued in the
note WIDTH and tested against enumeration and a second encoding, not replayed. A node's layer is
told by variables "it stands in layer <= t"; how many values are kept is counted in unary (Sinz,
"Towards an optimal CNF encoding of Boolean cardinality constraints", 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit, node_of
from dlmcheck.verify.kernel.refutation import Clause, Encoded

ENCODER = "layer-width"

Truth = int | bool
"""A literal, or a constant."""


@dataclass(frozen=True)
class Windows:
    """The needed nodes without data inputs, and between which layers each may stand."""

    nodes: tuple[int, ...]
    args: dict[int, tuple[int, ...]]
    readers: dict[int, tuple[int, ...]]
    outputs: frozenset[int]
    earliest: dict[int, int]
    latest: dict[int, int]
    idle: int
    """Random inputs on which no output depends: they stand in layer 0."""


def windows(circuit: Circuit, last: int, *, late_coins: bool) -> Windows:
    """What follows from the order of the gates alone, with layers 0..last."""
    needed = needed_nodes(circuit)
    data, inputs = set(circuit.data_inputs), len(circuit.inputs)
    nodes = tuple(v for v in sorted(needed) if v not in data)
    args: dict[int, tuple[int, ...]] = {}
    readers: dict[int, list[int]] = {v: [] for v in nodes}
    earliest: dict[int, int] = {}
    for v in nodes:
        found = () if v < inputs else (node_of(arg) for arg in circuit.gate_of(v).args)
        args[v] = tuple(sorted({arg for arg in found if arg not in data}))
        for arg in args[v]:
            readers[arg].append(v)
        earliest[v] = 0 if v < inputs else max((earliest[arg] + 1 for arg in args[v]), default=1)
    latest: dict[int, int] = {}
    for v in reversed(nodes):
        latest[v] = min((latest[reader] - 1 for reader in readers[v]), default=last)
        if v < inputs:
            latest[v] = min(latest[v], last - 1) if late_coins else 0
    return Windows(
        nodes=nodes,
        args=args,
        readers={v: tuple(found) for v, found in readers.items()},
        outputs=frozenset(node_of(output) for output in circuit.outputs),
        earliest=earliest,
        latest=latest,
        idle=sum(v not in needed for v in circuit.random_inputs),
    )


@dataclass(frozen=True)
class WidthQuestion:
    """The claim "no assignment has this width" as clauses, and how to read a model of them.

    `placed[v, t]` is the variable "node v stands in a layer <= t", for the t that are open.
    """

    encoded: Encoded
    windows: Windows
    placed: dict[tuple[int, int], int]

    def assignment(self, true: Collection[int]) -> dict[int, int]:
        """The layer of each needed node in a model, given by its true variables."""
        found: dict[int, int] = {}
        for v in self.windows.nodes:
            first, end = self.windows.earliest[v], self.windows.latest[v]
            found[v] = next((t for t in range(first, end) if self.placed[v, t] in true), end)
        return found


def width_question(
    circuit: Circuit, last: int, width: int, *, late_coins: bool = False
) -> WidthQuestion:
    """No assignment of a circuit to layers 0..last, last >= 1, has so small a width."""
    made = _Clauses(windows(circuit, last, late_coins=late_coins))
    if width < max(1, len(circuit.outputs)):
        made.clauses.append(())
    for t in range(last):
        made.keep_at_most(width, t)
    statement = f"no assignment to layers 0..{last} has width {width}"
    encoded = Encoded(statement, ENCODER, made.variables, tuple(made.clauses))
    return WidthQuestion(encoded, made.around, made.placed)


class _Clauses:
    """Clauses, growing; at first those that say that the layers are an assignment."""

    def __init__(self, around: Windows) -> None:
        self.around = around
        self.clauses: list[Clause] = []
        self.variables = 0
        self.placed: dict[tuple[int, int], int] = {}
        for v in around.nodes:
            for t in range(around.earliest[v], around.latest[v]):
                self.placed[v, t] = self.new()
                if t > around.earliest[v]:
                    self.clauses.append((-self.placed[v, t - 1], self.placed[v, t]))
        for v in around.nodes:
            for arg in around.args[v]:
                for t in range(around.earliest[v], around.latest[v] + 1):
                    self.require(_negated(self.stands(v, t)), self.stands(arg, t - 1))

    def new(self) -> int:
        self.variables += 1
        return self.variables

    def stands(self, v: int, t: int) -> Truth:
        """Node v stands in a layer <= t."""
        return self.placed.get((v, t), t >= self.around.latest[v])

    def require(self, *literals: Truth) -> None:
        if not any(literal is True for literal in literals):
            self.clauses.append(tuple(x for x in literals if x is not False))

    def keep_at_most(self, width: int, t: int) -> None:
        """So many values are kept at most when layer t is written."""
        around = self.around
        sure, counted = around.idle if t == 0 else 0, list[int]()
        for v in around.nodes:
            here = self.stands(v, t)
            reasons: list[Truth] = [_negated(self.stands(r, t)) for r in around.readers[v]]
            if v in around.outputs:
                reasons.append(True)
            if here is True and any(reason is True for reason in reasons):
                sure += 1
            elif here is not False and any(reason is not False for reason in reasons):
                counted.append(self.new())
                for reason in reasons:
                    self.require(_negated(here), _negated(reason), counted[-1])
        _at_most(self.clauses, counted, width - sure, self.new)


def _negated(truth: Truth) -> Truth:
    return (not truth) if isinstance(truth, bool) else -truth


def _at_most(
    clauses: list[Clause], literals: Sequence[int], most: int, new: Callable[[], int]
) -> None:
    """At most so many of the literals hold."""
    if most < 0:
        clauses.append(())
        return
    if len(literals) <= most:
        return
    if most == 0:
        clauses.extend((-literal,) for literal in literals)
        return
    # after[j]: of the literals so far, more than j hold.
    after: list[int] = []
    for literal in literals:
        before = after
        after = [new() for _ in range(min(len(before) + 1, most))]
        clauses.append((-literal, after[0]))
        for j, old in enumerate(before):
            clauses.append((-old, after[j]))
            if j + 1 < len(after):
                clauses.append((-literal, -old, after[j + 1]))
        if len(before) == most:
            clauses.append((-literal, -before[-1]))
