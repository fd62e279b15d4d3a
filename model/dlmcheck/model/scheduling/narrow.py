"""A narrow assignment for a circuit: cuts, several beginnings, local search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.scheduling.cuts import all_cuts
from dlmcheck.model.scheduling.orders import beginnings
from dlmcheck.model.scheduling.search import improved
from dlmcheck.model.scheduling.slack import Slack

MOVES = 100_000
"""How many moves the local search tries if nobody says otherwise."""


@dataclass(frozen=True)
class Narrow:
    """An assignment, its width, and a lower bound on the width of every assignment.

    `cut` is the layer whose least cut is the bound; None if the bound is the slack's floor
    (outputs, or inputs that cannot move). All of it is proposed, for a checker to confirm.
    """

    layer: tuple[int, ...]
    width: int
    bound: int
    cut: int | None

    @property
    def is_least(self) -> bool:
        """Whether no assignment is narrower, if the bound is right."""
        return self.width == self.bound


def narrow(
    slack: Slack, *, moves: int = MOVES, seed: int = 0, start: Sequence[int] | None = None
) -> Narrow:
    """The best assignment of the beginnings, improved by so many moves (none if it is least).

    `start` is one more beginning, and gets half of the moves: a layer for each number, as they may
    be for fewer layers. The same arguments give the same assignment.
    """
    cuts = all_cuts(slack)
    bound, cut = slack.floor, None
    if slack.last and max(cuts.values) > bound:
        bound, cut = max(cuts.values), cuts.best
    best: list[int] | None = None
    width = 0
    for layer in beginnings(slack, cuts.entry):
        found = slack.width(layer)
        if best is None or found < width:
            best, width = layer, found
        if width == bound:
            break
    assert best is not None
    result = improved(slack, best, bound, moves if start is None else moves // 2, seed)
    if start is not None and result.width > bound:
        again = improved(slack, start, bound, moves - moves // 2, seed)
        result = min(again, result, key=lambda found: found.width)
    return Narrow(result.layer, result.width, bound, cut)
