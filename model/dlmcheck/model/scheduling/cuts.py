"""Lower bounds on the width: least cuts, and walks that show them.

Source: the note WIDTH of this project. When layer t is written, the nodes placed so far are closed
under arguments, contain all whose latest layer is <= t, and none whose earliest is > t. The least
number of values that such a set must keep is a least cut of a network (after Picard, "Maximal
closure of a graph", 1976, with each node counted once), so that a largest flow shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlmcheck.model.scheduling.slack import Slack

_MANY = 1 << 30


class _Network:
    """A flow network with whole capacities (Ford and Fulkerson, 1956), as arrays.

    Arc 2k + 1 is the reverse of arc 2k; what flows on an arc is what its reverse has left.
    """

    def __init__(self, vertices: int) -> None:
        self.arcs: list[list[int]] = [[] for _ in range(vertices)]
        self.head: list[int] = []
        self.left: list[int] = []

    def connect(self, start: int, ends: Sequence[int], capacity: int) -> None:
        """Arcs from one vertex to some others."""
        arcs, head, left = self.arcs, self.head, self.left
        own = arcs[start]
        for end in ends:
            own.append(len(head))
            arcs[end].append(len(head) + 1)
            head += (end, start)
            left += (capacity, 0)

    def largest_flow(self, source: int, sink: int) -> None:
        """Let flow as much as can; then `source_side` is that of the least cut."""
        while self._more(source, sink):
            pass

    def _more(self, source: int, sink: int) -> bool:
        """Look for paths, in one search that enters each vertex once; whether there was one.

        From the sink backwards: few vertices lead there when little more can flow, while from the
        source nearly all are reached to the end.
        """
        arcs, head, left = self.arcs, self.head, self.left
        entered = bytearray(len(arcs))
        tried = [0] * len(arcs)
        more = False
        path: list[int] = []  # in reverses of its arcs, from the sink to the vertex
        vertex = sink
        while True:
            for at in range(tried[vertex], len(arcs[vertex])):
                arc = arcs[vertex][at]
                start = head[arc]
                if not entered[start] and left[arc ^ 1]:
                    tried[vertex] = at + 1
                    path.append(arc)
                    break
            else:
                if not path:
                    return more
                tried[vertex] = len(arcs[vertex])
                vertex = head[path.pop() ^ 1]
                continue
            if start != source:
                entered[start] = True
                vertex = start
                continue
            for arc in path:
                left[arc ^ 1] -= 1
                left[arc] += 1
            more = True
            path.clear()
            vertex = sink

    def source_side(self, source: int) -> list[bool]:
        """For each vertex whether more could flow there from the source."""
        arcs, head, left = self.arcs, self.head, self.left
        found = [False] * len(arcs)
        found[source] = True
        reached = [source]
        for vertex in reached:
            for arc in arcs[vertex]:
                end = head[arc]
                if not found[end] and left[arc]:
                    found[end] = True
                    reached.append(end)
        return found


@dataclass(frozen=True)
class _Entries:
    """Between which layers each number enters the sets of the least cuts, as far as is known.

    At layer t the set has those that enter at t or earlier.
    """

    soonest: list[int]
    latest: list[int]

    def stays_out(self, readers: Sequence[int], t: int) -> bool:
        """Whether one of some numbers is surely not in the set at layer t."""
        soonest = self.soonest
        for reader in readers:  # as any() would find out, in a third of the time
            if soonest[reader] > t:
                return True
        return False


@dataclass(frozen=True)
class _Cut:
    """The network of one cut: vertices 2k and 2k + 1 belong to number `order[k]`."""

    network: _Network
    order: Sequence[int]

    def chosen(self) -> Iterator[tuple[int, bool]]:
        """Each number with whether it is in the smallest of the sets whose cut is least."""
        side = self.network.source_side(2 * len(self.order))
        return zip(self.order, side[::2], strict=False)


def _least_cut(slack: Slack, entries: _Entries, t: int, free: Sequence[int]) -> _Cut:
    """A largest flow for the least number of values kept by a closed set at layer t.

    `free` are the numbers that may be in the set or not. Vertex 2k stands for "number order[k] is
    in the set", 2k + 1 for "and is not kept": the arc between them costs 1. Numbers that are
    surely in the set are there only if it is open whether they are kept.
    """
    latest, args, readers = entries.latest, slack.args, slack.readers
    within = {
        arg
        for v in free
        for arg in args[v]
        if latest[arg] <= t and not slack.is_output[arg] and not entries.stays_out(readers[arg], t)
    }
    order = sorted([*free, *within])
    place = {v: 2 * k for k, v in enumerate(order)}
    source, sink = 2 * len(order), 2 * len(order) + 1
    network = _Network(sink + 1)
    for v, vertex in place.items():
        network.connect(vertex, (vertex + 1,), 1)
        if v not in within and (slack.is_output[v] or entries.stays_out(readers[v], t)):
            network.connect(vertex + 1, (sink,), 1)
        else:
            open_ends = [place[reader] for reader in readers[v] if latest[reader] > t]
            network.connect(vertex + 1, open_ends, 1)
        if v in within:
            network.connect(source, (vertex,), _MANY)
        else:
            network.connect(vertex, [place[arg] for arg in args[v] if arg in place], _MANY)
    network.largest_flow(source, sink)
    return _Cut(network, order)


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
    """The least cuts at all layers, from the middle outwards: each one narrows the others.

    A number whose layer of entry is known is in no further network; what the sets keep is counted
    at the end, as they are the sets of what stands in an assignment at each layer.
    """
    entries = _Entries(list(slack.earliest), list(slack.latest))
    soonest, latest = entries.soonest, entries.latest

    def between(first: int, end: int, open_ones: Sequence[int]) -> None:
        if first >= end or not open_ones:
            return
        t = (first + end) // 2
        cut = _least_cut(slack, entries, t, [v for v in open_ones if soonest[v] <= t < latest[v]])
        for v, inside in cut.chosen():
            if inside:
                latest[v] = min(latest[v], t)
            else:
                soonest[v] = t + 1
        still = [v for v in open_ones if soonest[v] < latest[v]]
        between(first, t, [v for v in still if latest[v] <= t])
        between(t + 1, end, [v for v in still if soonest[v] > t])

    between(0, slack.last, [v for v in range(len(slack)) if soonest[v] < latest[v]])
    return Cuts(tuple(slack.row_lengths(latest)), tuple(latest))


def walks(slack: Slack, t: int) -> tuple[tuple[int, ...], ...]:
    """Walks that show the least cut at layer t, in nodes of the circuit, one for each value kept.

    A walk starts at a node whose latest layer is <= t. A step to an argument is free, a step to a
    reader uses up the node that it leaves, and the last node is used up, too: it is an output or
    has a reader whose earliest layer is > t. No node is used up twice.
    """
    entries = _Entries(list(slack.earliest), list(slack.latest))
    count = range(len(slack))
    free = [v for v in count if slack.earliest[v] <= t < slack.latest[v]]
    cut = _least_cut(slack, entries, t, free)
    network, order = cut.network, cut.order
    source, sink = 2 * len(order), 2 * len(order) + 1
    flow = {arc: network.left[arc ^ 1] for arc in range(0, len(network.head), 2)}
    found: list[tuple[int, ...]] = [
        (slack.nodes[v],)
        for v in count
        if slack.latest[v] <= t and (slack.is_output[v] or entries.stays_out(slack.readers[v], t))
    ]
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
