"""How many tokens a part of a sampler reads: by the wires of circuits, or by the values of a table.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2 (predictors and policies in NC0 read O(1)
bits); conventions as in `dlmcheck.spec.dependence`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import combinations

from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.resources import reads
from dlmcheck.spec.schedule import Schedule, cells_read, predictor_reads
from dlmcheck.spec.tokens import State

MOST_CELLS = 3
"""Sets of more cells are not tried."""


def tokens_read(schedule: Schedule) -> int:
    """The most tokens that one p_i, F_i or G_i reads, by the wires of its circuit.

    Without revision the own cell is free for p_i and F_i, which matter only where it is masked.
    """
    own_is_free = schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK)
    most = 0
    for i, inputs in enumerate(predictor_reads(schedule)):
        cells = set(cells_read(schedule, inputs))
        most = max(most, len(cells - {i} if own_is_free else cells))
    for i, inputs in enumerate(reads(schedule.unmask)):
        cells = set(cells_read(schedule, inputs))
        if own_is_free:
            cells.discard(i)
        if schedule.unmask_sees_candidates:
            first = 2 * schedule.length + schedule.clock_bits
            span = range(first, first + 2 * schedule.length)
            cells |= {(node - first) // 2 for node in inputs if node in span}
        most = max(most, len(cells))
    if schedule.remask is not None:
        shown = (len(cells_read(schedule, inputs)) for inputs in reads(schedule.remask))
        most = max(most, *shown, 0)
    return most


def fewest_cells(
    values: Mapping[tuple[int, State], Hashable | None], free: int | None
) -> int | None:
    """The size of the smallest set of cells that determines values; None if above `MOST_CELLS`.

    `values` maps round number (0 without a clock) and state to a value. The round number is known
    for nothing; the set is the same for all rounds. Cell `free` is not tried: in the states given
    it is masked.

    >>> fewest_cells({(0, (0, 0)): 0, (0, (0, 1)): 1, (0, (1, 1)): 1}, None)
    1
    """
    length = max((len(state) for _, state in values), default=0)
    cells = [i for i in range(length) if i != free]
    for size in range(min(MOST_CELLS, len(cells)) + 1):
        if any(_determine(values, chosen) for chosen in combinations(cells, size)):
            return size
    return None


def _determine(values: Mapping[tuple[int, State], Hashable | None], cells: tuple[int, ...]) -> bool:
    seen: dict[tuple[int, ...], Hashable | None] = {}
    for (number, state), value in values.items():
        key = number, *(state[i] for i in cells)
        if seen.setdefault(key, value) != value:
            return False
    return True
