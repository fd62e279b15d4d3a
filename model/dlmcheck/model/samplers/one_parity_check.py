"""Even parity, write-once, deterministic F, with one position that reads all others.

The two extremes without any memory: all free cells at once, or left to right as an
autoregressive model does. Source of the target: Jiang, Haghtalab, Chen (ICLR 2026), section 4.
"""

from __future__ import annotations

from dlmcheck.model.samplers.cell_wires import CellWires
from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.schedule import Schedule


def parity_two_rounds(n: int, *, clock: bool = False) -> Schedule:
    """Round 1 writes n - 1 fair cells, round 2 the last one, which reads all of them; n >= 2.

    Two rounds are the least there are (one round is a product law), n - 1 tokens the price.
    Raises `BadInput` for n < 2.
    """
    require_cells(n, 2, "parity in two rounds")
    rounds = 2
    bits = clock_width(rounds) if clock else 0
    w, f = Wires(n, clock_bits=bits, random=n - 1), Wires(n, clock_bits=bits)
    ready = f.round_is(2) if clock else f.visible(0)
    return parity_schedule(
        n,
        rounds,
        w.values(tokens(w, n)),
        f.marks([*map(f.masked, range(n - 1)), at_its_turn(f, n - 1, ready)]),
        clock=clock,
    )


def parity_left_to_right(n: int, *, clock: bool = False) -> Schedule:
    """One cell a round from left to right, n rounds; the last one reads all others; n >= 1.

    An autoregressive sampler as a DLM. Raises `BadInput` for n < 1.
    """
    require_cells(n, 1, "parity from left to right")
    bits = clock_width(n) if clock else 0
    w, f = Wires(n, clock_bits=bits, random=n - 1), Wires(n, clock_bits=bits)
    turns = [f.round_is(i + 1) if clock else after_the_left(f, i) for i in range(n)]
    return parity_schedule(
        n,
        n,
        w.values(tokens(w, n)),
        f.marks([at_its_turn(f, i, turn) for i, turn in enumerate(turns)]),
        clock=clock,
    )


def after_the_left(f: CellWires[int], i: int) -> Literal:
    """Whether it is the turn of cell i: the cell on its left is visible, if there is one."""
    return f.all_of(*([f.visible(i - 1)] if i else []))


def at_its_turn(f: CellWires[int], i: int, turn: Literal) -> Literal:
    """F at a cell that waits for its turn."""
    return f.all_of(f.masked(i), turn)


def tokens(w: CellWires[int], n: int) -> list[Literal]:
    """What is written: fair bits, and into the last cell the parity of those before."""
    before = range(n - 1)
    return [*map(w.coin, before), w.parity_of(*map(w.value, before))]
