"""Exact laws by decision diagrams (OxiDD's, with complement edges): for structure, not for size.

The diagrams of the outputs are built gate by gate, then the seeds are split by one output after
the other; branches that no seed takes are cut off. How large a diagram gets depends on the order
of the coins, so several orders are tried under a small node limit before the large one:

    first met    by depth-first search from the outputs, in order: interleaves what meets in gates
    last met     the same, arguments and outputs from the last to the first
    as given     the order of the inputs
    by force     coins pulled together along the gates (`force`)

The library can establish an order that it is told, but looks for none by itself. Where all of these
fail, the one that got furthest is tried once more, and the diagrams are sifted while they are built
(`sifting`); what came out is then one order more for the next limit. `Found` says which it was.

A run is the circuit that it unrolls to: each cell stays a function of the coins drawn so far; what
neither an output nor an open rule reads is dropped before the first diagram is made, and a gate's
diagram after its last reader. No coin is counted out before the end: how few cells are live does
not bound the diagrams. There is no diagram with numbers at its leaves in this library; the push-
forward that sums coins out round by round is that of `law_by_frontier`, with the values that are
still read as tuples, and that of `law_by_states`, with states.

OxiDD's capacity is fixed when a manager is made; running out of it is `Why.NODES`. Its counts are
whole numbers (not so in all packages: a test compares them beyond 64 and 1023 bits). Nothing is
shared with the engines that enumerate, but the unrolling of a run into a circuit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import (
    Circuit,
    Gate,
    InputKind,
    Literal,
    Op,
    cone,
    is_inverted,
    node_of,
)
from dlmcheck.verify.engines.force import arrangement
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    counted,
)
from dlmcheck.verify.engines.sifting import Sifter
from dlmcheck.verify.engines.straight_line import as_circuit, legal

if TYPE_CHECKING:
    from oxidd.bcdd import BCDDFunction

NODES = 1 << 22
"""Nodes at most where no limit says otherwise."""
FIRST = 1 << 14
"""Nodes when orders are tried for the first time; eight times as many at each further time."""
MOST_SIFTED = 1 << 17
"""Managers with more nodes are not sifted: each swap goes through all of their tables."""
FIRST_TRIED, SIFTED = "first met", ", sifted"
MOST_PULLED = 20_000
"""Circuits with more gates are not arranged by force."""
BYTES = 64
"""Bytes of a node with its share of the tables, roughly: measured from outside."""
MOST_COINS = 4096
"""The library goes down one coin per call of a function, and its stack is finite."""


ADDRESSES = 2 << 30
"""Bytes of address space that the library's threads reserve (and do not use)."""


@dataclass(frozen=True)
class Found:
    """A law and the order of coins (nodes of the circuit) in which its diagrams were small.

    `how` says where the order is from.
    """

    law: CountedLaw
    order: tuple[int, ...]
    how: str


class Diagrams:
    """Decision diagrams under several orders."""

    said = ""
    """The order in which the last answer was found, if that was not the first one tried."""

    def refuses(self, problem: LawProblem) -> str:
        """For want of the library, or of stack."""
        from importlib.util import find_spec

        if find_spec("oxidd") is None:
            return "oxidd is not installed"
        law = as_circuit(problem)
        coins = len(cone(law.circuit, law.circuit.outputs)[0].random_inputs)
        return f"{coins} coins, more than {MOST_COINS}" if coins > MOST_COINS else ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """It cannot be told: small with structure, hopeless without."""
        return Estimate(None, "decision diagrams, which may be small or not")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """By the first order that stays within the limits."""
        self.said = ""
        found = find_law(as_circuit(problem), limits)
        if not isinstance(found, Found):
            return found
        if found.how != FIRST_TRIED:
            self.said = f"coins {found.how}"
        return legal(problem, found.law)


def find_law(problem: CircuitLaw, limits: Limits) -> Found | Unknown:
    """The law of a circuit with the order that it was found in, or the limit that was met."""
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
    most = NODES if limits.nodes is None else limits.nodes
    if limits.memory is not None:
        most = min(most, limits.memory // BYTES)
    import resource

    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY and addresses < ADDRESSES:
        # The library ends the whole process where it cannot have them.
        return Unknown(Why.MEMORY, "OxiDD needs 2 GB of address space for its threads")
    small, _ = cone(problem.circuit, problem.circuit.outputs)
    chosen = dict(orders(small))
    capacity = min(FIRST, most)
    while True:
        furthest, best = -1, ""
        for how, order in chosen.items():
            build = _Build(problem, order, capacity, deadline, limits.outcomes)
            found = build.law()
            if isinstance(found, CountedLaw):
                return Found(found, order, how)
            if found is not None:
                return found
            if build.built > furthest:
                furthest, best = build.built, how
        if capacity <= MOST_SIFTED and best:
            build = _Build(problem, chosen[best], capacity, deadline, limits.outcomes, sifted=True)
            found = build.law()
            how = best if best.endswith(SIFTED) else best + SIFTED
            if isinstance(found, CountedLaw):
                return Found(found, build.order(), how)
            if found is not None:
                return found
            chosen[how] = build.order()
        if deadline is not None and time.monotonic() > deadline:
            return Unknown(Why.TIME, f"diagrams of more than {capacity} nodes")
        if capacity >= most:
            text = f"more than {most} nodes in each of {len(chosen)} orders"
            return Unknown(Why.NODES, text)
        capacity = min(8 * capacity, most)


def coin_names(circuit: Circuit, order: Sequence[int]) -> list[str]:
    """An order of the coins of a circuit's cone by the names of the inputs."""
    small, _ = cone(circuit, circuit.outputs)
    return [small.inputs[node].name for node in order]


def orders(small: Circuit) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Orders of the coins of a circuit that has no idle ones, with names, without repetition."""
    seen: set[tuple[int, ...]] = set()
    for how, order in (
        (FIRST_TRIED, _as_met(small, 1)),
        ("last met", _as_met(small, -1)),
        ("as given", small.random_inputs),
        ("by force", _by_force(small)),
    ):
        if order not in seen:
            seen.add(order)
            yield how, order


def _by_force(circuit: Circuit) -> tuple[int, ...]:
    """The coins in an arrangement of all nodes in which arguments are close to their gates."""
    if len(circuit.gates) > MOST_PULLED:
        return circuit.random_inputs
    first = len(circuit.inputs)
    nets = [(first + k, *map(node_of, gate.args)) for k, gate in enumerate(circuit.gates)]
    place = arrangement(circuit.node_count, nets)
    return tuple(sorted(circuit.random_inputs, key=place.__getitem__))


def _as_met(circuit: Circuit, step: int) -> tuple[int, ...]:
    """The coins as depth-first search from the outputs meets them; backwards with step -1."""
    coins = set(circuit.random_inputs)
    met: dict[int, None] = {}
    seen: set[int] = set()
    stack = [node_of(output) for output in circuit.outputs[::-step]]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in coins:
            met[node] = None
        elif node >= len(circuit.inputs):
            stack += [node_of(arg) for arg in circuit.gate_of(node).args[::-step]]
    return tuple(met)


class _Build:
    """The diagrams of a circuit in one order of the coins of its cone, and then the law."""

    def __init__(
        self,
        problem: CircuitLaw,
        order: Sequence[int],
        capacity: int,
        deadline: float | None,
        most_outcomes: int | None,
        *,
        sifted: bool = False,
    ) -> None:
        from oxidd.bcdd import BCDDManager

        self.outputs = problem.outputs
        self.coins = order
        self.deadline, self.most_outcomes = deadline, most_outcomes
        self.circuit, place = cone(problem.circuit, problem.circuit.outputs)
        given = dict(zip(problem.circuit.data_inputs, problem.data, strict=True))
        self.manager = manager = BCDDManager(capacity, max(1 << 12, capacity // 2), 1)
        self.sifter = Sifter(manager, len(order), capacity, deadline) if sifted else None
        self.built = 0
        """How many gates have diagrams."""
        manager.add_vars(len(order))
        self.values: list[BCDDFunction | None] = [
            manager.true() if one.kind is InputKind.DATA and given[place[node]] else manager.false()
            for node, one in enumerate(self.circuit.inputs)
        ]
        self.readers = [0] * self.circuit.node_count
        for gate in self.circuit.gates:
            for arg in gate.args:
                self.readers[node_of(arg)] += 1
        for output in self.circuit.outputs:
            self.readers[node_of(output)] += 1

    def order(self) -> tuple[int, ...]:
        """The order of the coins as it is now."""
        levels = range(len(self.coins)) if self.sifter is None else self.sifter.order()
        return tuple(self.coins[variable] for variable in levels)

    def law(self) -> CountedLaw | Unknown | None:
        """The law, or the limit that was met; None beyond the capacity."""
        try:
            for level, node in enumerate(self.coins):
                self.values[node] = self.manager.var(level)
            for gate in self.circuit.gates:
                if self.deadline is not None and time.monotonic() > self.deadline:
                    return Unknown(Why.TIME, "while the diagrams were built")
                self._gate(gate)
                self.built += 1
            return self._counted([self._value(output) for output in self.circuit.outputs])
        except MemoryError:  # the library's own error is a kind of it
            return None

    def _value(self, literal: Literal) -> BCDDFunction:
        """A literal's diagram; that of its node is let go with its last reader."""
        node = node_of(literal)
        found = self.values[node]
        assert found is not None
        self.readers[node] -= 1
        if not self.readers[node]:
            self.values[node] = None
        return ~found if is_inverted(literal) else found

    def _gate(self, gate: Gate) -> None:
        args = [self._value(arg) for arg in gate.args]
        if gate.op in (Op.CONST0, Op.CONST1):
            constant = gate.op is Op.CONST1
            self.values.append(self.manager.true() if constant else self.manager.false())
            return
        result = args[0]
        for arg in args[1:]:
            try:
                result = _applied(gate.op, result, arg)
            except MemoryError:
                if self.sifter is None or not self.sifter.sift():
                    raise
                result = _applied(gate.op, result, arg)
            if self.sifter is not None:
                self.sifter.look()
        self.values.append(~result if gate.op is Op.NOT else result)

    def _counted(self, functions: Sequence[BCDDFunction]) -> CountedLaw | Unknown:
        """Depth first: at any time there is one part for each output at most, with its sibling."""
        counts: dict[int, int] = {}
        stack = [(0, 0, self.manager.true())]
        while stack:
            done, word, part = stack.pop()
            if self.deadline is not None and time.monotonic() > self.deadline:
                return Unknown(Why.TIME, f"after {len(counts)} outcomes")
            if done == len(functions):
                counts[word] = part.sat_count(len(self.coins))
                if self.most_outcomes is not None and len(counts) > self.most_outcomes:
                    return Unknown(Why.OUTCOMES, f"more than {self.most_outcomes} outcomes")
                continue
            for bit, both in ((1, part & functions[done]), (0, part & ~functions[done])):
                if both.satisfiable():
                    stack.append((done + 1, 2 * word + bit, both))
        return counted(self.outputs, counts, len(self.coins))


def _applied(op: Op, one: BCDDFunction, other: BCDDFunction) -> BCDDFunction:
    if op is Op.AND:
        return one & other
    return one | other if op is Op.OR else one ^ other


ENGINE = Diagrams()
