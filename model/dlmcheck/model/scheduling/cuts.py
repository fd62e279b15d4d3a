"""Lower bounds on the width: least cuts, and walks that show them.

Source: the note WIDTH of this project. When layer t is written, the nodes placed so far are closed
under arguments, contain all whose latest layer is <= t, and none whose earliest is > t. The least
number of values that such a set must keep is a least cut of a network (after Picard, "Maximal
closure of a graph", 1976, with each node counted once), so that a largest flow shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.scheduling.slack import Slack

_MANY = 1 << 30


class _Network:
    """A flow network with whole capacities (Dinic, 1970), as arrays."""

    def __init__(self, vertices: int) -> None:
        self.arcs: list[list[int]] = [[] for _ in range(vertices)]
        self.head: list[int] = []
        self.left: list[int] = []
        self.level: list[int] = []

    def arc(self, start: int, end: int, capacity: int) -> None:
        self.arcs[start].append(len(self.head))
        self.arcs[end].append(len(self.head) + 1)
        self.head += (end, start)
        self.left += (capacity, 0)

    def _levels(self, source: int, sink: int) -> bool:
        level = [-1] * len(self.arcs)
        level[source] = 0
        queue = [source]
        for vertex in queue:
            if vertex == sink:
                break
            for arc in self.arcs[vertex]:
                if self.left[arc] and level[self.head[arc]] < 0:
                    level[self.head[arc]] = level[vertex] + 1
                    queue.append(self.head[arc])
        self.level = level
        return level[sink] >= 0

    def largest_flow(self, source: int, sink: int) -> int:
        """The flow; afterwards `level` is >= 0 exactly on the source's side of the least cut."""
        flow = 0
        while self._levels(source, sink):
            place = [0] * len(self.arcs)
            while self._augment(source, sink, place):
                flow += 1
        return flow

    def _augment(self, source: int, sink: int, place: list[int]) -> bool:
        head, left, level = self.head, self.left, self.level
        path: list[int] = []
        vertex = source
        while vertex != sink:
            arcs = self.arcs[vertex]
            while place[vertex] < len(arcs):
                arc = arcs[place[vertex]]
                if left[arc] and level[head[arc]] == level[vertex] + 1:
                    path.append(arc)
                    vertex = head[arc]
                    break
                place[vertex] += 1
            else:
                if not path:
                    return False
                vertex = head[path.pop() ^ 1]
                place[vertex] += 1
        for arc in path:
            left[arc] -= 1
            left[arc ^ 1] += 1
        return True


@dataclass(frozen=True)
class _Cut:
    """The network of one cut: `order` lists the numbers in it, `sure` counts those outside."""

    network: _Network
    order: Sequence[int]
    sure: Sequence[int]
    flow: int

    @property
    def value(self) -> int:
        return len(self.sure) + self.flow


def _least_cut(slack: Slack, inside: Sequence[bool], allowed: Sequence[bool]) -> _Cut:
    """The least number of values kept by a closed set that contains `inside`, within `allowed`.

    Vertex 2k stands for "number order[k] is in the set", 2k + 1 for "and is not kept": the arc
    between them costs 1.
    """
    order: list[int] = []
    sure: list[int] = []
    leaves: list[bool] = []
    place: dict[int, int] = {}
    for v in range(len(slack)):
        if not allowed[v]:
            continue
        leaving = slack.is_output[v] or any(not allowed[r] for r in slack.readers[v])
        if inside[v]:
            if leaving:
                sure.append(v)
                continue
            if all(inside[r] for r in slack.readers[v]):
                continue
        place[v] = len(order)
        order.append(v)
        leaves.append(leaving)
    source, sink = 2 * len(order), 2 * len(order) + 1
    network = _Network(sink + 1)
    for k, v in enumerate(order):
        network.arc(2 * k, 2 * k + 1, 1)
        if leaves[k]:
            network.arc(2 * k + 1, sink, 1)
        else:
            for reader in slack.readers[v]:
                if not inside[reader]:
                    network.arc(2 * k + 1, 2 * place[reader], 1)
        if inside[v]:
            network.arc(source, 2 * k, _MANY)
        else:
            for arg in slack.args[v]:
                if arg in place:
                    network.arc(2 * k, 2 * place[arg], _MANY)
    return _Cut(network, order, sure, network.largest_flow(source, sink))


@dataclass(frozen=True)
class Cuts:
    """The least cut at each layer t < last, and the layer at which each number enters the set.

    The sets of the least cuts, each the smallest, grow with t; `entry` is `last` for numbers that
    are in none.
    """

    values: tuple[int, ...]
    entry: tuple[int, ...]

    @property
    def best(self) -> int:
        """A layer at which the cut is largest (the first)."""
        return self.values.index(max(self.values))


def all_cuts(slack: Slack) -> Cuts:
    """The least cuts at all layers, from the middle outwards: each one narrows the others."""
    count = len(slack)
    values = [0] * slack.last
    entry = [slack.last] * count

    def between(first: int, end: int, low: list[bool], high: list[bool]) -> None:
        if first >= end:
            return
        t = (first + end) // 2
        inside = [low[v] or slack.latest[v] <= t for v in range(count)]
        allowed = [high[v] and slack.earliest[v] <= t for v in range(count)]
        cut = _least_cut(slack, inside, allowed)
        values[t] = cut.value + (slack.idle if t == 0 else 0)
        for k, v in enumerate(cut.order):
            inside[v] = inside[v] or cut.network.level[2 * k] >= 0
        for v in range(count):
            if inside[v]:
                entry[v] = min(entry[v], t)
        between(first, t, low, inside)
        between(t + 1, end, inside, high)

    between(0, slack.last, [False] * count, [True] * count)
    return Cuts(tuple(values), tuple(entry))


def walks(slack: Slack, t: int) -> tuple[tuple[int, ...], ...]:
    """Walks that show the least cut at layer t, in nodes of the circuit, one for each value kept.

    A walk starts at a node whose latest layer is <= t. A step to an argument is free, a step to a
    reader uses up the node that it leaves, and the last node is used up, too: it is an output or
    has a reader whose earliest layer is > t. No node is used up twice.
    """
    count = range(len(slack))
    inside = [slack.latest[v] <= t for v in count]
    cut = _least_cut(slack, inside, [slack.earliest[v] <= t for v in count])
    network, order = cut.network, cut.order
    source, sink = 2 * len(order), 2 * len(order) + 1
    # What flows on an arc is what its reverse has left.
    flow = {arc: network.left[arc ^ 1] for arc in range(0, len(network.head), 2)}
    found: list[tuple[int, ...]] = [(slack.nodes[v],) for v in cut.sure]
    starts = [arc for arc in network.arcs[source] if not arc & 1]
    for start in starts:
        for _ in range(flow[start]):
            walk: list[int] = []
            vertex = network.head[start]
            while vertex != sink:
                if vertex % 2 == 0:
                    walk.append(slack.nodes[order[vertex // 2]])
                arc = next(a for a in network.arcs[vertex] if not a & 1 and flow[a])
                flow[arc] -= 1
                vertex = network.head[arc]
            found.append(tuple(walk))
    return tuple(found)
