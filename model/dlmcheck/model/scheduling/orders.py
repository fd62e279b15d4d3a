"""Assignments to start from: earliest, latest, along least cuts, and along orders of the gates."""

from __future__ import annotations

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
    for i, at in enumerate(wanted):
        after = max((layer[a] + 1 for a in slack.args[i]), default=0)
        layer.append(min(max(at, after, slack.earliest[i]), slack.latest[i]))
    return layer


def _in_time(slack: Slack, layer: Layers) -> Layers:
    """Each number in its layer, or earlier if its readers are: at least its earliest still.

    A layer never is below the earliest if no wanted layer is.
    """
    for i in range(len(slack) - 1, -1, -1):
        layer[i] = min([layer[i], slack.latest[i], *(layer[r] - 1 for r in slack.readers[i])])
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
    done = [False] * len(slack)

    def kept(i: int) -> int:
        return -sum(waiting[a] == 1 and not slack.is_output[a] for a in slack.args[i])

    ready = [(kept(i), urgency[i], i) for i in range(len(slack)) if not missing[i]]
    heapify(ready)
    order: list[int] = []
    while ready:
        score, _, i = heappop(ready)
        if done[i] or kept(i) != score:
            continue  # it stands there once more, with what it sets free now
        done[i] = True
        order.append(i)
        for arg in slack.args[i]:
            waiting[arg] -= 1
            if waiting[arg] == 1:
                for r in slack.readers[arg]:
                    if not done[r] and not missing[r]:
                        heappush(ready, (kept(r), urgency[r], r))
        for r in slack.readers[i]:
            missing[r] -= 1
            if not missing[r]:
                heappush(ready, (kept(r), urgency[r], r))
    return order


def along(slack: Slack, order: Sequence[int], end: Fraction) -> Layers:
    """The numbers spread over the layers along an order, evenly up to a fraction of them."""
    wanted = [0] * len(slack)
    step, whole = slack.last * end.numerator, end.denominator * len(order)
    for place, i in enumerate(order):
        # Rounded to the nearest, as a fraction is, without making one for each place.
        below, rest = divmod(step * place, whole)
        wanted[i] = below + (2 * rest > whole or (2 * rest == whole and below % 2))
    return _in_time(slack, _pushed(slack, wanted))
