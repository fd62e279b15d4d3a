"""Assignments to start from: earliest, latest, along least cuts, and along orders of the gates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush

from dlmcheck.model.scheduling.slack import Slack
from dlmcheck.spec.circuit import node_of

Layers = list[int]

_ENDS = tuple(Fraction(part, 20) for part in (12, 14, 15, 16, 18, 20))
"""Where, as fractions of all layers, the work along an order of the nodes ends."""


def beginnings(slack: Slack, entry: Sequence[int]) -> Iterator[Layers]:
    """Assignments of several kinds, always the same ones in the same order.

    `entry` is that of the least cuts (`cuts.Cuts`).
    """
    yield list(slack.earliest)
    yield list(slack.latest)
    yield _in_time(slack, list(entry))
    yield _in_time(slack, _pushed(slack, entry))
    branches = depth_first(slack, [node_of(output) for output in slack.circuit.outputs])
    place = [0] * len(slack)
    for k, i in enumerate(branches):
        place[i] = k
    for order in (branches, freeing(slack, slack.latest), freeing(slack, place)):
        for end in _ENDS:
            yield along(slack, order, end)


def _pushed(slack: Slack, wanted: Sequence[int]) -> Layers:
    """Each number in the wanted layer, or later if its arguments are, as long as there is time."""
    layer: Layers = []
    for at, args, earliest, latest in zip(
        wanted, slack.args, slack.earliest, slack.latest, strict=True
    ):
        place = at if at > earliest else earliest
        for arg in args:
            if layer[arg] >= place:
                place = layer[arg] + 1
        layer.append(place if place < latest else latest)
    return layer


def _in_time(slack: Slack, layer: Layers) -> Layers:
    """Each number in its layer, or earlier if its readers are: at least its earliest still.

    A layer never is below the earliest if no wanted layer is.
    """
    latest, args = slack.latest, slack.args
    for i in range(len(slack) - 1, -1, -1):
        at = layer[i] if layer[i] < latest[i] else latest[i]
        layer[i] = at
        for arg in args[i]:
            if layer[arg] >= at:
                layer[arg] = at - 1
    return layer


def depth_first(slack: Slack, outputs: Sequence[int]) -> list[int]:
    """All numbers in an order in which arguments come first, one output after the other."""
    number = {node: i for i, node in enumerate(slack.nodes)}
    seen = [False] * len(slack)
    order: list[int] = []
    for output in outputs:
        stack = [(number[output], False)] if output in number else []
        while stack:
            i, done = stack.pop()
            if done:
                order.append(i)
            elif not seen[i]:
                seen[i] = True
                stack.append((i, True))
                args = sorted(slack.args[i], key=lambda a: slack.earliest[a])
                stack += [(a, False) for a in args if not seen[a]]
    return order


def freeing(slack: Slack, urgency: Sequence[int]) -> list[int]:
    """All numbers in an order in which arguments come first, as if one were placed at a time.

    Next comes the one that sets free most values (arguments that nobody else is waiting for), and
    among these the one with the smallest urgency, then number.
    """
    waiting = [len(readers) for readers in slack.readers]
    missing = [len(args) for args in slack.args]
    done = bytearray(len(slack))
    # Minus how many values each number would set free, were it placed now.
    kept = [-sum(waiting[a] == 1 and not slack.is_output[a] for a in args) for args in slack.args]
    ready = [(kept[i], urgency[i], i) for i in range(len(slack)) if not missing[i]]
    heapify(ready)
    order: list[int] = []
    while ready:
        score, _, i = heappop(ready)
        if done[i] or kept[i] != score:
            continue  # it stands there once more, with what it sets free now
        done[i] = True
        order.append(i)
        for arg in slack.args[i]:
            waiting[arg] -= 1
            if waiting[arg] == 1 and not slack.is_output[arg]:
                r = next(r for r in slack.readers[arg] if not done[r])
                kept[r] -= 1
                if not missing[r]:
                    heappush(ready, (kept[r], urgency[r], r))
        for r in slack.readers[i]:
            missing[r] -= 1
            if not missing[r]:
                heappush(ready, (kept[r], urgency[r], r))
    return order


def along(slack: Slack, order: Sequence[int], end: Fraction) -> Layers:
    """The numbers spread over the layers along an order, evenly up to a fraction of them."""
    wanted = [0] * len(slack)
    step, whole = slack.last * end.numerator, end.denominator * len(order)

    def at(place: int) -> int:
        # Rounded to the nearest, as a fraction is, without making one for each place.
        below, rest = divmod(step * place, whole)
        return below + (2 * rest > whole or (2 * rest == whole and below % 2))

    begin = 0
    for layer in range(at(len(order) - 1) + 1 if order else 0):
        beyond = bisect_right(range(len(order)), layer, lo=begin, key=at)
        for i in order[begin:beyond]:
            wanted[i] = layer
        begin = beyond
    return _in_time(slack, _pushed(slack, wanted))
