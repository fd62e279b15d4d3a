"""Even parity with remasking: blocks in four rounds, and two rounds, which is optimal.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.2 (first the parity of each block of two,
then each block spread uniformly over the strings of its parity); the two-round samplers are not
in that paper. There the pattern of masks holds the bit that remasking a cell would erase.
"""

from __future__ import annotations

from dlmcheck.model.samplers.cell_wires import CellWires, P, fixed
from dlmcheck.model.samplers.local_rules import PAIRS, LocalSampler, one_coin_a_unit, one_coin_less
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule


def parity_remask_blocks(n: int) -> Schedule:
    """Theorem 4.2's own shape: n = 2m cells in blocks (a_i, b_i), four rounds, with a clock.

    Round 1: a_i = y_i, fair, and 0 in the last block. Round 2: b_i = y_i xor y_(i-1), the parity
    of block i; G masks every a. Round 3: every a fair; G turns 10 into 1M and 11 into MM.
    Round 4: 1M becomes 11, MM becomes 10.

    The shape needs the clock: the all-zero state must lose its a's in round 2 and is an output;
    for n >= 4 so is 1010, which must lose its b's in round 3. Two tokens are read at most.
    Raises `BadInput` for odd n or n < 2.
    """
    return remask_blocks().schedule(n)


def remask_blocks() -> LocalSampler:
    """The rules of `parity_remask_blocks`."""

    def low(w: CellWires[P], j: P, m: P) -> tuple[Literal, ...]:
        a, _ = PAIRS.cells(j)
        # In the last block a is 0 in round 1, so it is fair in round 3 only.
        fresh = w.coin(j) if j < m - 1 else w.all_of(w.round_is(3), w.coin(j))
        low_a = w.any_of(w.round_is(4), fresh)
        parity = w.parity_of(*(w.value(cell) for cell in (a, a - 2) if cell >= 0))
        return low_a, w.builder.mux(w.round_is(4), w.visible(a), parity)

    def flag(f: CellWires[P], j: P, _m: P) -> tuple[Literal, ...]:
        a, b = PAIRS.cells(j)
        flag_a = f.all_of(f.masked(a), ~f.round_is(2))
        return flag_a, f.all_of(f.masked(b), f.any_of(f.round_is(2), f.round_is(4)))

    def mark(g: CellWires[P], j: P, _m: P) -> tuple[Literal, ...]:
        a, b = PAIRS.cells(j)
        both = g.any_of(g.round_is(2), g.all_of(g.round_is(3), g.value(a), g.value(b)))
        return both, g.all_of(g.round_is(3), g.value(a))

    return LocalSampler(
        "parity by remasking in blocks",
        2,
        4,
        low,
        flag,
        mark,
        PAIRS,
        edits=Edits.REMASK,
        clock=True,
        predictor_coins=one_coin_a_unit,
    )


def parity_remask_clock(n: int) -> Schedule:
    """Two rounds with a clock, reading one token, n >= 1.

    Round 1: x_0, ..., x_(n-2) fair, x_(n-1) = 0; G masks cell i iff x_(i-1) = 1. Round 2: a masked
    cell i becomes NOT [cell i+1 is masked], which is NOT x_i. So z_i = x_i xor x_(i-1) for every
    cell, masked or not. Raises `BadInput` for n < 1.
    """
    return remask_clock().schedule(n)


def remask_clock() -> LocalSampler:
    """The rules of `parity_remask_clock`."""

    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(i) if i < n - 1 else w.zero()
        again = w.visible(i + 1) if i < n - 1 else w.one()
        return (w.builder.mux(w.round_is(1), fresh, again),)

    def mark(g: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
        return (g.all_of(g.round_is(1), g.value(i - 1)) if i > 0 else g.zero(),)

    return LocalSampler(
        "parity by remasking with a clock",
        1,
        2,
        low,
        while_masked,
        mark,
        edits=Edits.REMASK,
        clock=True,
        predictor_coins=one_coin_less,
    )


def while_masked(f: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
    """F that selects every masked cell."""
    return (f.masked(i),)


def parity_remask_state_only(n: int) -> Schedule:
    """Two rounds without a clock, absorbing, reading two tokens, n >= 2.

    Cells 0, ..., k-1 with k = n - 2 form a ring, cell k is the marker and cell k+1 the check.
    Round 1 writes all but the check, fair; while the check is masked, G masks ring cell i iff
    x_(i-1) = 1 (indices modulo k), so that x_i = [ring cell i+1 is masked] in round 2. Then
    z_0 = x_0, z_i = x_i xor x_(i-1), and the check is x_(k-1) xor the marker.
    Raises `BadInput` for n < 2.
    """
    return remask_state_only().schedule(n)


def remask_state_only() -> LocalSampler:
    """The rules of `parity_remask_state_only`."""

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i < n - 1:
            return (f.masked(i),)
        return (f.all_of(f.masked(i), f.visible(n - 2)),)

    def mark(g: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i < n - 2:
            return (g.all_of(g.masked(n - 1), g.value((i - 1) % (n - 2))),)
        return (g.zero(),)

    return LocalSampler(
        "parity by remasking without a clock",
        2,
        2,
        ring_low,
        flag,
        mark,
        edits=Edits.REMASK,
        predictor_coins=one_coin_less,
    )


def ring_low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
    """The value that the ring samplers write (also the one with an after-sampling F).

    While the marker is masked every cell is fair. Then a masked ring cell knows x_(i-1) = 1 and
    reads x_i off the next ring cell; ring cell 0 takes x_0 itself.
    """
    k, marker = n - 2, n - 2
    if i < k:
        following = w.masked((i + 1) % k)
        again = ~following if i > 0 else following
        return (w.builder.mux(w.masked(marker), w.coin(i), again),)
    if i < n - 1:
        return (w.coin(i),)
    carried = [w.masked(fixed(n, 0))] if k > 0 else []
    return (w.parity_of(w.value(marker), *carried),)
