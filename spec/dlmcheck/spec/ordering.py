"""Putting gates that were written in any order into topological order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

from dlmcheck.spec.errors import CyclicCircuit


def topological_order(
    reads: Sequence[Sequence[int]],
    *,
    name: Callable[[int], str],
    line: Callable[[int], int | None],
    source: str,
) -> list[int]:
    """An order in which each gate comes after the gates that it reads.

    Gate g reads the gates `reads[g]`. Of all gates that could come next, the first one written
    does: the order is reproducible, and gates that already stand in order keep it. `name` and
    `line` describe a gate in an error.

    >>> topological_order([[1], [], [0]], name=str, line=lambda _: None, source="example")
    [1, 0, 2]

    Raises `CyclicCircuit`; its `cycle` begins with the gate written first, and each gate on it
    reads the next.
    """
    readers: list[list[int]] = [[] for _ in reads]
    missing = [0] * len(reads)
    for gate, arguments in enumerate(reads):
        for argument in set(arguments):
            readers[argument].append(gate)
            missing[gate] += 1
    ready = [gate for gate, count in enumerate(missing) if count == 0]
    heapify(ready)
    order: list[int] = []
    while ready:
        gate = heappop(ready)
        order.append(gate)
        for reader in readers[gate]:
            missing[reader] -= 1
            if missing[reader] == 0:
                heappush(ready, reader)
    if len(order) < len(reads):
        cycle = _a_cycle(reads, {gate for gate, count in enumerate(missing) if count > 0})
        names = [name(gate) for gate in cycle]
        shown = [*names, names[0]] if len(names) <= 6 else [*names[:6], "..."]
        raise CyclicCircuit(
            f"a cycle of {len(names)} gate{'s' * (len(names) > 1)}: {' reads '.join(shown)}",
            cycle=tuple(names),
            source=source,
            line=line(cycle[0]),
        )
    return order


def _a_cycle(reads: Sequence[Sequence[int]], left: set[int]) -> list[int]:
    """A cycle among gates of which each one reads another one of them."""
    gate = min(left)
    seen: dict[int, int] = {}
    path: list[int] = []
    while gate not in seen:
        seen[gate] = len(path)
        path.append(gate)
        gate = next(argument for argument in reads[gate] if argument in left)
    cycle = path[seen[gate] :]
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
