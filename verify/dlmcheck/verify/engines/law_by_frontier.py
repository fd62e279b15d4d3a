"""Exact laws by a sweep over the gates, in an order in which few values are live at a time.

For structure that neither enumeration nor a decision diagram reaches: the joint law of the values
that somebody will still read is held as a table, coins enter when they are first read, and a value
is summed out with its last reader. So time is linear in the gates, times 2^w for w live values, and
does not grow with the coins beyond the size of the counts. Adders, chains, trees, local rules, and
runs of many rounds with new coins in each have orders with small w (`frontier_orders`).

Gates are taken in blocks that read few values. The table of a block, from what it reads to what it
leaves with how many settings of its own coins, is made by truth-table columns; big numbers are
touched once for a block and not once for a gate. Values that are live together may depend on each
other, so that 2^w bounds the rows of the table and need not be reached; `Limits.nodes` bounds the
rows themselves.

A run is swept as the circuit that it unrolls to, which goes through it round by round: the push-
forward of the law on states, restricted to what later rounds read. Nothing but the unrolling is
shared with the kernel's sweep (`kernel.frontier_laws`), which takes gate after gate.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from dlmcheck.spec.circuit import Literal, Op, is_inverted, node_of
from dlmcheck.verify.engines.frontier_orders import Order, best_order
from dlmcheck.verify.engines.law_engines import (
    PATIENCE,
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    counted,
    too_many,
)
from dlmcheck.verify.engines.straight_line import as_circuit, legal

ROWS = 1 << 20
"""Rows of the table at most where no limit says otherwise."""
READS = 10
"""Values that a block reads, its own coins among them."""
WIDEST = 6
"""Gates of more arguments are taken in parts."""
ROW_BYTES = 250
"""Bytes of a row besides the bits of its count, roughly."""
PER_GATE = 6e-6
PER_ROW = 5e-7
"""Seconds for a gate, and for a row at a block, roughly."""

_AND, _XOR, _NOT, _CONST1 = Op.AND, Op.XOR, Op.NOT, Op.CONST1
"""A member of an enumeration is looked up slowly."""

Rows = dict[int, int]
"""Live values, one bit each, and how many settings of the coins lead there."""


class Frontier:
    """Sweeps."""

    def refuses(self, problem: LawProblem) -> str:
        """Nothing."""
        return ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """By the live width; where that bound is hopeless, the rows reached may still be few."""
        plan = plan_of(as_circuit(problem))
        order = plan.order
        reason = f"a sweep of {len(order.gates)} gates {order.name}, {order.width} values live"
        return Estimate(plan.seconds if plan.seconds <= PATIENCE else None, reason)

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """The rows after the last gate."""
        found = sweep(plan_of(as_circuit(problem)), limits)
        return legal(problem, found) if isinstance(found, CountedLaw) else found


class _Gate(NamedTuple):
    """A gate, or a part of a wide one, with the node that it computes."""

    op: Op
    node: int
    args: tuple[Literal, ...]


class _Block(NamedTuple):
    """Where a block ends, the coins that it meets, and the earlier values that it reads."""

    end: int
    own: list[int]
    reads: list[int]


@dataclass(frozen=True)
class Plan:
    """A problem, an order, its gates in blocks, and what that may take."""

    problem: CircuitLaw
    order: Order
    gates: tuple[_Gate, ...]
    blocks: tuple[_Block, ...]
    roots: tuple[Literal, ...]
    seconds: float


_last: list[Plan] = []
"""The plan that was made last: a problem is asked about, and then solved."""


def plan_of(problem: CircuitLaw) -> Plan:
    """How a circuit would be swept."""
    if not _last or _last[0].problem is not problem:
        _last[:] = [_planned(problem)]
    return _last[0]


def _planned(problem: CircuitLaw) -> Plan:
    circuit = problem.circuit
    order = best_order(circuit)
    nodes = circuit.node_count
    first = len(circuit.inputs)
    fixed = frozenset(circuit.data_inputs)
    gates: list[_Gate] = []
    widths: list[int] = []
    for node, width in zip(order.gates, order.widths, strict=True):
        gate = circuit.gates[node - first]
        args, done = gate.args, 0
        so_far: tuple[int, ...] = ()
        while len(so_far) + len(args) - done > WIDEST:
            end = done + WIDEST - len(so_far)
            gates.append(_Gate(gate.op, nodes, (*so_far, *args[done:end])))
            widths.append(width + 1)
            so_far, done, nodes = (nodes,), end, nodes + 1
        gates.append(_Gate(gate.op, node, (*so_far, *args[done:]) if done else args))
        widths.append(width)
    lone = {output for output in map(node_of, circuit.outputs) if output < first} - fixed
    if lone:
        lone.difference_update(node_of(arg) for gate in gates for arg in gate.args)
    roots: list[Literal] = []
    for output in circuit.outputs:
        if node_of(output) in lone:
            # A coin that no gate reads is met by a gate of its own.
            gates.append(_Gate(Op.ID, nodes, (node_of(output),)))
            widths.append((widths[-1] if widths else 0) + 1)
            roots.append(~nodes if is_inverted(output) else nodes)
            nodes += 1
        else:
            roots.append(output)
    blocks, seconds = _blocks(gates, widths, fixed, first)
    return Plan(problem, order, tuple(gates), blocks, tuple(roots), seconds)


def _blocks(
    gates: Sequence[_Gate], widths: Sequence[int], fixed: frozenset[int], first: int
) -> tuple[tuple[_Block, ...], float]:
    """The blocks, and the seconds that the sweep may take."""
    blocks: list[_Block] = []
    met = bytearray(first)
    coins = 0
    seconds = PER_GATE * len(gates)
    begin, before = 0, 0
    while begin < len(gates):
        inside = set[int]()
        own: list[int] = []
        reads: list[int] = []
        sizes: list[tuple[int, int]] = []
        for at in range(begin, len(gates)):
            gate = gates[at]
            for arg in gate.args:
                node = arg if arg >= 0 else ~arg
                if node not in inside and node not in fixed:
                    inside.add(node)
                    (own if node < first and not met[node] else reads).append(node)
            if len(own) + len(reads) > READS and sizes:
                break
            inside.add(gate.node)
            sizes.append((len(own), len(reads)))
        end = begin + len(sizes)
        # In the later half, where fewest values are live.
        best = min(range((begin + end) // 2, end), key=lambda at: (widths[at], -at))
        mine, others = sizes[best - begin]
        for node in own[:mine]:
            met[node] = 1
        coins += mine
        rows = 2.0 ** min(400, before, coins - mine)
        spread = 2.0 ** min(400, mine, widths[best])
        seconds += PER_ROW * rows * spread * (1 + coins / 1e5)
        before = widths[best]
        begin = best + 1
        blocks.append(_Block(begin, own[:mine], reads[:others]))
    return tuple(blocks), seconds


# --- the sweep -----------------------------------------------------------------------------


class _Stopped(Exception):
    """A limit was met."""

    def __init__(self, answer: Unknown) -> None:
        super().__init__(answer.message)
        self.answer = answer


def sweep(plan: Plan, limits: Limits) -> CountedLaw | Unknown:
    """The law of a planned problem, or the limit that was met."""
    run = _Sweep(plan, limits)
    try:
        begin = 0
        for block in plan.blocks:
            run.block(plan.gates[begin : block.end], block)
            begin = block.end
        return run.law()
    except _Stopped as stopped:
        return stopped.answer


class _Sweep:
    """The rows, moved forward block by block."""

    def __init__(self, plan: Plan, limits: Limits) -> None:
        self.plan = plan
        circuit = plan.problem.circuit
        self.limits = limits
        self.deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        self.most = ROWS if limits.nodes is None else limits.nodes
        self.fixed = dict(zip(circuit.data_inputs, plan.problem.data, strict=True))
        parts = len(plan.gates) - len(plan.order.gates)
        self.last = [-1] * (circuit.node_count + parts)
        """The place of the last gate that reads a node; beyond all of them for an output."""
        for at, gate in enumerate(plan.gates):
            for arg in gate.args:
                self.last[arg if arg >= 0 else ~arg] = at
        for root in plan.roots:
            self.last[node_of(root)] = len(plan.gates)
        self.place: dict[int, int] = {}
        self.free: list[int] = []
        self.rows: Rows = {0: 1}
        self.exponent = 0

    def block(self, gates: Sequence[_Gate], block: _Block) -> None:
        """Some gates at once. Raises `_Stopped`."""
        self._check(len(self.rows))
        end, own, reads = block
        last, place_of = self.last, self.place
        columns = self._columns(gates, own, reads)
        table_of = _Table(len(own), [place_of[node] for node in reads])
        mine = 0
        for node in reads:
            if last[node] < end:
                mine |= 1 << place_of[node]
                self.free.append(place_of.pop(node))
        left: list[tuple[int, int]] = []
        for node in (*own, *(gate.node for gate in gates)):
            if last[node] >= end:
                place = self.free.pop() if self.free else len(place_of)
                place_of[node] = place
                left.append((1 << place, columns[node]))
        mask = table_of.mask
        table, shift = table_of.entries({row & mask for row in self.rows}, left)
        self._push(table, mask, ~mine)
        self.exponent += len(own) - shift

    def _columns(
        self, gates: Sequence[_Gate], own: Sequence[int], reads: Sequence[int]
    ) -> dict[int, int]:
        """The values of all nodes of a block, for all values of what it reads."""
        size = len(own) + len(reads)
        every = (1 << (1 << size)) - 1
        columns = {node: _variable(place, size) for place, node in enumerate((*own, *reads))}
        if self.fixed:
            read = {node_of(arg) for gate in gates for arg in gate.args}
            columns.update((node, every * self.fixed[node]) for node in read & self.fixed.keys())
        for op, node, args in gates:
            result = every if op is _AND or op is _CONST1 else 0
            for arg in args:
                column = columns[arg] if arg >= 0 else columns[~arg] ^ every
                if op is _AND:
                    result &= column
                elif op is _XOR:
                    result ^= column
                else:
                    result |= column
            columns[node] = result ^ every if op is _NOT else result
        return columns

    def _push(self, table: Mapping[int, Sequence[tuple[int, int]]], mask: int, keep: int) -> None:
        found: Rows = {}
        step = 1 << 12
        waits = step
        for row, count in self.rows.items():
            rest = row & keep
            for more, times in table[row & mask]:
                after = rest | more
                part = count if times == 1 else count * times
                # Counts are long: one that is alone is not added to anything.
                found[after] = found[after] + part if after in found else part
            waits -= 1
            if not waits:
                self._check(len(found))
                waits = step
        self.rows = found
        self._check(len(found))

    def _check(self, rows: int) -> None:
        if rows > self.most:
            raise _Stopped(Unknown(Why.NODES, f"more than {self.most} rows of live values"))
        memory = self.limits.memory
        if memory is not None and rows * (ROW_BYTES + self.exponent // 7) > memory:
            raise _Stopped(Unknown(Why.MEMORY, f"{rows} rows of {self.exponent} bits"))
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise _Stopped(Unknown(Why.TIME, f"{len(self.rows)} rows of live values"))

    def law(self) -> CountedLaw | Unknown:
        """The rows read as outputs."""
        self._check(0)
        roots = self.plan.roots
        flips, moves = 0, list[tuple[int, int]]()
        for number, root in enumerate(reversed(roots)):
            node, one = node_of(root), 1 << number
            if is_inverted(root):
                flips |= one
            if node in self.fixed:
                flips ^= one * self.fixed[node]
            else:
                moves.append((1 << self.place[node], one))
        # Rows are live outputs alone, so two rows are two words.
        counts = {
            sum(one for mine, one in moves if row & mine) ^ flips: count
            for row, count in self.rows.items()
        }
        return too_many(len(counts), self.limits) or counted(len(roots), counts, self.exponent)


class _Table:
    """What a block makes of each value that it reads: what it leaves, and on how many settings.

    Columns have the block's own coins as their lowest variables, then what it reads at `places`.
    """

    def __init__(self, own: int, places: Sequence[int]) -> None:
        self.own = own
        self.places = places
        self.mask = sum(1 << place for place in places)

    def entries(
        self, patterns: set[int], left: Sequence[tuple[int, int]]
    ) -> tuple[dict[int, list[tuple[int, int]]], int]:
        """For each pattern that occurs, what is left with how many settings over 2^shift."""
        every = (1 << (1 << self.own)) - 1
        table: dict[int, list[tuple[int, int]]] = {}
        common = 1 << self.own
        for pattern in patterns:
            low = sum(1 << k for k, place in enumerate(self.places) if pattern >> place & 1)
            low <<= self.own
            parts = [(0, every)]
            for one, column in left:
                shown = column >> low & every
                split: list[tuple[int, int]] = []
                for more, part in parts:
                    both = part & shown
                    if both:
                        split.append((more | one, both))
                    if both != part:
                        split.append((more, part ^ both))
                parts = split
            table[pattern] = entries = [(more, part.bit_count()) for more, part in parts]
            for _, times in entries:
                common |= times
        shift = (common & -common).bit_length() - 1
        if shift:
            table = {
                pattern: [(more, times >> shift) for more, times in entries]
                for pattern, entries in table.items()
            }
        return table, shift


@lru_cache(maxsize=256)
def _variable(place: int, size: int) -> int:
    """The truth table of a variable among `size`, variable 0 changing fastest."""
    half = 1 << place
    ones = ((1 << half) - 1) << half
    return ones * (((1 << (1 << size)) - 1) // ((1 << 2 * half) - 1))


ENGINE = Frontier()
