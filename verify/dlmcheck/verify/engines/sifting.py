"""Reordering of decision diagrams that are being built: sifting, on top of OxiDD.

The library can establish an order and looks for none. Here each variable in turn is moved through
all levels, one swap of neighbours at a time, and left where the diagrams were smallest (Rudell,
"Dynamic variable ordering for ordered binary decision diagrams", 1993). A direction is given up
once the diagrams have grown by a half. The number of swaps is bounded, not the time, so that the
order found is the same on every machine.

The library ends the whole process if a reordering runs out of nodes. A swap makes at most two new
nodes for each one of its upper level; so it is safe where up to a third of the capacity is in use,
and so is the way back.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxidd.bcdd import BCDDManager

SWAPS = 8_000
"""Swaps of neighbours while one set of diagrams is built, with up to `SMALL` nodes."""
SMALL = 1 << 14
"""With more nodes fewer swaps are allowed, as each one goes through all tables of the library."""
GROWTH = 1.5
SAFE = 4
"""Diagrams are reordered as long as they have no more than one in so many of the nodes."""


class Sifter:
    """Reorders the diagrams of a manager when they have grown, as long as swaps are left."""

    def __init__(
        self, manager: BCDDManager, variables: int, capacity: int, deadline: float | None
    ) -> None:
        self.manager = manager
        self.variables = variables
        self.capacity = capacity
        self.deadline = deadline
        self.left = SWAPS * SMALL // max(SMALL, capacity)
        self.threshold = capacity // (2 * SAFE)

    def order(self) -> list[int]:
        """The variables by level."""
        return [self.manager.level_to_var(level) for level in range(self.variables)]

    def look(self) -> None:
        """Reorder if the diagrams have become large; to be called between two operations."""
        if self.manager.approx_num_inner_nodes() > self.threshold and self._size() > self.threshold:
            self.sift()
            self.threshold = max(self.threshold, 2 * self.manager.num_inner_nodes())

    def sift(self) -> bool:
        """Move every variable to its best level; whether the diagrams have become smaller."""
        before = size = self._size()
        while SAFE * size <= self.capacity and self.left > 0:
            for variable in self.order():
                self._move(variable)
            after = self._size()
            if after >= size:
                break
            size = after
        return size < before

    def _size(self) -> int:
        self.manager.gc()
        return self.manager.num_inner_nodes()

    def _move(self, variable: int) -> None:
        order = self.order()
        size = best = self._size()
        at = start = home = order.index(variable)
        # The nearer end first, then through to the other one, then home.
        ends = (self.variables - 1, 0) if 2 * start >= self.variables else (0, self.variables - 1)
        for end in ends:
            step = 1 if end > at else -1
            while at != end and self._may_go_on(size):
                at = self._swap(order, at, at + step)
                size = self._size()
                if size < best:
                    best, home = size, at
                if size > GROWTH * best:
                    break
        while at != home:  # sizes that have been met: room enough
            at = self._swap(order, at, at + (1 if home > at else -1))
            self._size()

    def _may_go_on(self, size: int) -> bool:
        late = self.deadline is not None and time.monotonic() > self.deadline
        return self.left > 0 and not late and SAFE * size <= self.capacity

    def _swap(self, order: list[int], at: int, to: int) -> int:
        self.left -= 1
        order[at], order[to] = order[to], order[at]
        self.manager.set_var_order(order)
        return to
