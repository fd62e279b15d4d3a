"""The slack of each gate: between which layers it may stand, and what a choice costs.

Source: the note WIDTH of this project. The problem is the one-shot pebble game with as many moves
in a round as one likes: which values are kept is decided by the layers of the gates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.spec.assignment import needed_nodes
from dlmcheck.spec.circuit import Circuit, node_of
from dlmcheck.spec.errors import BadInput


@dataclass(frozen=True)
class Slack:
    """The needed nodes of a circuit without its data inputs, numbered anew, with their slack.

    `nodes[i]` is the node of the circuit behind number i; arguments have smaller numbers than
    their readers. `earliest[i]` and `latest[i]` bound the layer of i, with layers 0..last.
    `floor` is a width that no assignment goes below: outputs, and inputs that cannot move.
    `idle` counts the random inputs that no output depends on (they stand in layer 0).
    """

    circuit: Circuit
    last: int
    late_coins: bool
    nodes: tuple[int, ...]
    args: tuple[tuple[int, ...], ...]
    readers: tuple[tuple[int, ...], ...]
    is_output: tuple[bool, ...]
    earliest: tuple[int, ...]
    latest: tuple[int, ...]
    idle: int
    floor: int

    def __len__(self) -> int:
        return len(self.nodes)

    def row_lengths(self, layer: Sequence[int]) -> list[int]:
        """How many values stand in layers 0, ..., last-1, with each number in its layer."""
        change = [0] * (self.last + 2)
        change[0] += self.idle
        change[1] -= self.idle
        for at in layer:
            change[at] += 1
        for last in self.last_uses(layer):
            change[last + 1] -= 1
        rows: list[int] = []
        for t in range(self.last):
            rows.append(change[t] + (rows[-1] if rows else 0))
        return rows

    def last_use(self, i: int, layer: Sequence[int]) -> int:
        """The last layer at whose time the value of i must stand."""
        if self.is_output[i]:
            return self.last
        return max(map(layer.__getitem__, self.readers[i])) - 1

    def last_uses(self, layer: Sequence[int]) -> list[int]:
        """`last_use` of each number: a reader tells it to its arguments."""
        after = [self.last + 1 if is_output else 1 for is_output in self.is_output]
        for at, args in zip(layer, self.args, strict=True):
            for arg in args:
                after[arg] = after[arg] if after[arg] > at else at
        return [layer - 1 for layer in after]

    def width(self, layer: Sequence[int]) -> int:
        """The width of an assignment (`dlmcheck.spec.assignment.bank_width`)."""
        return max([self.floor, *self.row_lengths(layer)])

    def layers(self, layer: Sequence[int]) -> tuple[int, ...]:
        """The assignment for all nodes of the circuit; those left out stand in layer 0 or 1."""
        inputs = len(self.circuit.inputs)
        # At depth 0 there is no layer 1, not even for gates that nothing needs.
        found = [int(node >= inputs and self.last > 0) for node in range(self.circuit.node_count)]
        for node, at in zip(self.nodes, layer, strict=True):
            found[node] = at
        return tuple(found)


def needed_depth(circuit: Circuit) -> int:
    """d of the part that outputs depend on: the least number of the last layer."""
    return slack_of(circuit).last


def slack_of(circuit: Circuit, last: int | None = None, *, late_coins: bool = False) -> Slack:
    """The slack with layers 0..last (default: as few as possible).

    With `late_coins` a random input may be sampled in any layer below the last.
    Raises `BadInput` if `last` is less than the depth of what the outputs need.
    """
    needed, data = needed_nodes(circuit), set(circuit.data_inputs)
    nodes = tuple(v for v in range(circuit.node_count) if v in needed and v not in data)
    number = {v: i for i, v in enumerate(nodes)}
    inputs = len(circuit.inputs)
    args: list[tuple[int, ...]] = []
    readers: list[list[int]] = [[] for _ in nodes]
    earliest: list[int] = []
    for i, node in enumerate(nodes):
        read = () if node < inputs else map(node_of, circuit.gates[node - inputs].args)
        below = tuple([number[v] for v in dict.fromkeys(read) if v in number])
        for arg in below:
            readers[arg].append(i)
        args.append(below)
        highest = max(map(earliest.__getitem__, below), default=0)
        earliest.append(0 if node < inputs else 1 + highest)
    depth = max(earliest, default=0)
    if last is None:
        last = depth
    if last < depth:
        raise BadInput(
            f"{last + 1} rounds for a circuit of depth {depth}",
            source="--rounds",
            expected=f"at least {depth + 1}",
        )
    latest = [last] * len(nodes)
    for i in range(len(nodes) - 1, -1, -1):
        if nodes[i] < inputs:
            latest[i] = min(latest[i], max(last - 1, 0)) if late_coins else 0
        before = latest[i] - 1
        for arg in args[i]:
            latest[arg] = before if latest[arg] > before else latest[arg]
    shown = {node_of(output) for output in circuit.outputs}
    idle = sum(v not in needed for v in circuit.random_inputs)
    floor = max(1, len(circuit.outputs), idle)
    if last == 0:
        floor = max(
            floor, len(circuit.outputs) + sum(v not in shown for v in circuit.random_inputs)
        )
    elif not late_coins:
        floor = max(floor, len(circuit.random_inputs))
    return Slack(
        circuit=circuit,
        last=last,
        late_coins=late_coins,
        nodes=nodes,
        args=tuple(args),
        readers=tuple(map(tuple, readers)),
        is_output=tuple(v in shown for v in nodes),
        earliest=tuple(earliest),
        latest=tuple(latest),
        idle=idle,
        floor=floor,
    )
