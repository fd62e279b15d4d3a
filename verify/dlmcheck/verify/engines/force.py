"""Arrangements on a line in which what is connected stands close together.

By force (Aloul, Markov, Sakallah, "FORCE: a fast and easy-to-implement variable-ordering
heuristic", 2003): every net is drawn to the mean of the places of its members, every member to
the mean of its nets; the places are then the ranks, and so on while the nets get shorter.
"""

from __future__ import annotations

from collections.abc import Sequence

ROUNDS = 60
PATIENCE = 5
"""So many rounds without an improvement end the search."""


def arrangement(count: int, nets: Sequence[Sequence[int]]) -> list[int]:
    """A place for each of `count` members, such that the members of a net are close.

    >>> arrangement(4, [(0, 2), (2, 1), (1, 3)])
    [0, 2, 1, 3]
    """
    member_of: list[list[int]] = [[] for _ in range(count)]
    for number, net in enumerate(nets):
        for member in net:
            member_of[member].append(number)
    # A net pulls its members with a force of one, however many they are.
    force = [_SCALE // max(1, len(net) - 1) for net in nets]
    place = list(range(count))
    best, shortest, waited = place, _span(place, nets), 0
    for _ in range(ROUNDS):
        # Whole numbers, so that the result is the same on every machine.
        middle = [_SCALE * sum([place[m] for m in net]) // max(1, len(net)) for net in nets]
        pulled = [
            sum([force[n] * middle[n] for n in mine]) // sum([force[n] for n in mine])
            if mine
            else _SCALE * place[member]
            for member, mine in enumerate(member_of)
        ]
        for rank, member in enumerate(sorted(range(count), key=lambda m: (pulled[m], place[m]))):
            pulled[member] = rank
        place = pulled
        span = _span(place, nets)
        waited += 1
        if span < shortest:
            best, shortest, waited = place, span, 0
        if waited > PATIENCE:
            break
    return best


_SCALE = 1 << 20


def _span(place: Sequence[int], nets: Sequence[Sequence[int]]) -> int:
    total = 0
    for net in nets:
        places = [place[member] for member in net]
        if places:
            total += max(places) - min(places)
    return total
