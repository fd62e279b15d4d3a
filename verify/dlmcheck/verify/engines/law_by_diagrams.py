"""Exact laws by decision diagrams (OxiDD's, with complement edges): for structure, not for size.

The diagrams of the outputs are built gate by gate, then the seeds are split by one output after
the other; branches that no seed takes are cut off. How large a diagram gets depends on the order
of the coins, so several orders are tried under a small node limit before the large one:

    first met    by depth-first search from the outputs, in order: interleaves what meets in gates
    last met     the same, arguments and outputs from the last to the first
    as given     the order of the inputs

The library can establish an order that it is told, but looks for none by itself (no sifting);
nothing is reordered while diagrams are built: an order that does not fit is given up for the next.

A law of states is not pushed forward round by round here. The unrolling goes through a run round
by round and keeps each cell as a function of the coins drawn so far; what neither an output nor an
open rule reads is dropped before the first diagram is made, and a gate's diagram after its last
reader. No coin is counted out before the end: how few cells are live does not bound the diagrams.
The push-forward, which merges equal states after each round, is that of `law_by_states`, with
states listed one by one.

OxiDD's capacity is fixed when a manager is made; running out of it is `Why.NODES`. Its counts are
whole numbers (not so in all packages: a test compares them beyond 64 and 1023 bits). Nothing is
shared with the engines that enumerate, but the unrolling of a run into a circuit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import Circuit, InputKind, Literal, Op, cone, is_inverted, node_of
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
from dlmcheck.verify.engines.straight_line import as_circuit, legal

if TYPE_CHECKING:
    from oxidd.bcdd import BCDDFunction, BCDDManager

NODES = 1 << 22
"""Nodes at most where no limit says otherwise."""
FIRST = 1 << 14
"""Nodes when orders are tried for the first time; eight times as many at each further time."""
BYTES = 64
"""Bytes of a node with its share of the tables, roughly: measured from outside."""
MOST_COINS = 4096
"""The library goes down one coin per call of a function, and its stack is finite."""


ADDRESSES = 2 << 30
"""Bytes of address space that the library's threads reserve (and do not use)."""


@dataclass(frozen=True)
class Found:
    """A law and the order of coins (nodes of the circuit) in which its diagrams were small."""

    law: CountedLaw
    order: tuple[int, ...]


class Diagrams:
    """Decision diagrams under several orders."""

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
        found = find_law(as_circuit(problem), limits)
        return legal(problem, found.law) if isinstance(found, Found) else found


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
    chosen = list(orders(small))
    capacity = min(FIRST, most)
    while True:
        for order in chosen:
            try:
                found = _law(problem, order, capacity, deadline, limits.outcomes)
            except MemoryError:  # the library's own error is a kind of it
                continue
            return found if isinstance(found, Unknown) else Found(found, order)
        if capacity >= most:
            text = f"more than {most} nodes in each of {len(chosen)} orders"
            return Unknown(Why.NODES, text)
        capacity = min(8 * capacity, most)


def coin_names(circuit: Circuit, order: Sequence[int]) -> list[str]:
    """An order of the coins of a circuit's cone by the names of the inputs."""
    small, _ = cone(circuit, circuit.outputs)
    return [small.inputs[node].name for node in order]


def orders(small: Circuit) -> Iterator[tuple[int, ...]]:
    """Orders of the coins of a circuit that has no idle ones, without repetition."""
    given = small.random_inputs
    seen: set[tuple[int, ...]] = set()
    for order in (_as_met(small, 1), _as_met(small, -1), given):
        if order not in seen:
            seen.add(order)
            yield order


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


def _law(
    problem: CircuitLaw,
    order: Sequence[int],
    capacity: int,
    deadline: float | None,
    most_outcomes: int | None,
) -> CountedLaw | Unknown:
    """In one order of the coins of the cone. Raises `MemoryError` beyond the capacity."""
    from oxidd.bcdd import BCDDManager

    small, place = cone(problem.circuit, problem.circuit.outputs)
    manager = BCDDManager(capacity, max(1 << 12, capacity // 2), 1)
    manager.add_vars(len(order))
    given = dict(zip(problem.circuit.data_inputs, problem.data, strict=True))
    inputs = [
        manager.true() if one.kind is InputKind.DATA and given[place[node]] else manager.false()
        for node, one in enumerate(small.inputs)
    ]
    for level, node in enumerate(order):
        inputs[node] = manager.var(level)
    functions = _outputs(small, inputs, manager, deadline)
    if functions is None:
        return Unknown(Why.TIME, "while the diagrams were built")
    # Depth first: at any time there is one part for each output at most, with its sibling.
    counts: dict[int, int] = {}
    stack = [(0, 0, manager.true())]
    while stack:
        done, word, part = stack.pop()
        if deadline is not None and time.monotonic() > deadline:
            return Unknown(Why.TIME, f"after {len(counts)} outcomes")
        if done == len(functions):
            counts[word] = part.sat_count(len(order))
            if most_outcomes is not None and len(counts) > most_outcomes:
                return Unknown(Why.OUTCOMES, f"more than {most_outcomes} outcomes")
            continue
        for bit, both in ((1, part & functions[done]), (0, part & ~functions[done])):
            if both.satisfiable():
                stack.append((done + 1, 2 * word + bit, both))
    return counted(problem.outputs, counts, len(order))


def _outputs(
    circuit: Circuit,
    inputs: Sequence[BCDDFunction],
    manager: BCDDManager,
    deadline: float | None,
) -> list[BCDDFunction] | None:
    """The diagrams of the outputs, those of gates let go after their last reader; None if late."""
    values: list[BCDDFunction | None] = list(inputs)
    readers = [0] * circuit.node_count
    for literal in (*circuit.outputs, *(arg for gate in circuit.gates for arg in gate.args)):
        readers[node_of(literal)] += 1

    def value(literal: Literal) -> BCDDFunction:
        node = node_of(literal)
        found = values[node]
        assert found is not None
        readers[node] -= 1
        if not readers[node]:
            values[node] = None
        return ~found if is_inverted(literal) else found

    for gate in circuit.gates:
        if deadline is not None and time.monotonic() > deadline:
            return None
        args = [value(arg) for arg in gate.args]
        if gate.op in (Op.CONST0, Op.CONST1):
            values.append(manager.true() if gate.op is Op.CONST1 else manager.false())
            continue
        result = args[0]
        for arg in args[1:]:
            if gate.op is Op.AND:
                result &= arg
            elif gate.op is Op.OR:
                result |= arg
            else:
                result ^= arg
        values.append(~result if gate.op is Op.NOT else result)
    return [value(output) for output in circuit.outputs]


ENGINE = Diagrams()
