"""Even parity with remasking: blocks in four rounds, and two rounds, which is optimal.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.2 (first the parity of each block of two,
then each block spread uniformly over the strings of its parity); the two-round samplers are not
in that paper. There the pattern of masks holds the bit that remasking a cell would erase.
"""

from __future__ import annotations

from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import BadInput
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
    require_cells(n, 2, "parity by remasking in blocks")
    if n % 2:
        raise BadInput(f"n = {n}", source="parity by remasking in blocks", expected="an even n")
    rounds = 4
    bits = clock_width(rounds)
    w = Wires(n, clock_bits=bits, random=n // 2)
    f = Wires(n, clock_bits=bits)
    g = Wires(n, clock_bits=bits)
    lows: list[Literal] = []
    flags: list[Literal] = []
    marks: list[Literal] = []
    for a in range(0, n, 2):
        b = a + 1
        coin = w.coin(a // 2)
        # In the last block a is 0 in round 1, so it is fair in round 3 only.
        fresh = coin if b < n - 1 else w.all_of(w.round_is(3), coin)
        lows.append(w.any_of(w.round_is(4), fresh))
        parity = w.parity_of(*(w.value(j) for j in (a, a - 2) if j >= 0))
        lows.append(w.builder.mux(w.round_is(4), w.visible(a), parity))
        flags.append(f.all_of(f.masked(a), ~f.round_is(2)))
        flags.append(f.all_of(f.masked(b), f.any_of(f.round_is(2), f.round_is(4))))
        marks.append(g.any_of(g.round_is(2), g.all_of(g.round_is(3), g.value(a), g.value(b))))
        marks.append(g.all_of(g.round_is(3), g.value(a)))
    return parity_schedule(
        n,
        rounds,
        w.values(lows),
        f.marks(flags),
        remask=g.marks(marks),
        edits=Edits.REMASK,
        clock=True,
    )


def parity_remask_clock(n: int) -> Schedule:
    """Two rounds with a clock, reading one token, n >= 1.

    Round 1: x_0, ..., x_(n-2) fair, x_(n-1) = 0; G masks cell i iff x_(i-1) = 1. Round 2: a masked
    cell i becomes NOT [cell i+1 is masked], which is NOT x_i. So z_i = x_i xor x_(i-1) for every
    cell, masked or not. Raises `BadInput` for n < 1.
    """
    require_cells(n, 1, "parity by remasking with a clock")
    rounds = 2
    bits = clock_width(rounds)
    w = Wires(n, clock_bits=bits, random=n - 1)
    lows: list[Literal] = []
    for i in range(n):
        fresh = w.coin(i) if i < n - 1 else w.zero()
        again = w.visible(i + 1) if i < n - 1 else w.one()
        lows.append(w.builder.mux(w.round_is(1), fresh, again))
    f = Wires(n, clock_bits=bits)
    g = Wires(n, clock_bits=bits)
    none = g.zero()
    marks = [none, *(g.all_of(g.round_is(1), g.value(i - 1)) for i in range(1, n))]
    return parity_schedule(
        n,
        rounds,
        w.values(lows),
        f.marks([f.masked(i) for i in range(n)]),
        remask=g.marks(marks),
        edits=Edits.REMASK,
        clock=True,
    )


def parity_remask_state_only(n: int) -> Schedule:
    """Two rounds without a clock, absorbing, reading two tokens, n >= 2.

    Cells 0, ..., k-1 with k = n - 2 form a ring, cell k is the marker and cell k+1 the check.
    Round 1 writes all but the check, fair; while the check is masked, G masks ring cell i iff
    x_(i-1) = 1 (indices modulo k), so that x_i = [ring cell i+1 is masked] in round 2. Then
    z_0 = x_0, z_i = x_i xor x_(i-1), and the check is x_(k-1) xor the marker.
    Raises `BadInput` for n < 2.
    """
    require_cells(n, 2, "parity by remasking without a clock")
    k, marker, check = n - 2, n - 2, n - 1
    f = Wires(n)
    flags = [*(f.masked(i) for i in range(n - 1)), f.all_of(f.masked(check), f.visible(marker))]
    g = Wires(n)
    marks = [g.all_of(g.masked(check), g.value((i - 1) % k)) for i in range(k)]
    w = Wires(n, random=n - 1)
    return parity_schedule(
        n,
        2,
        w.values(ring_predictor(w)),
        f.marks(flags),
        remask=g.marks([*marks, g.zero(), g.zero()]),
        edits=Edits.REMASK,
    )


def ring_predictor(w: Wires) -> list[Literal]:
    """The values that the ring samplers write (also the one with an after-sampling F).

    While the marker is masked every cell is fair. Then a masked ring cell knows x_(i-1) = 1 and
    reads x_i off the next ring cell; ring cell 0 takes x_0 itself.
    """
    k, marker = w.length - 2, w.length - 2
    lows: list[Literal] = []
    for i in range(k):
        following = w.masked((i + 1) % k)
        lows.append(w.builder.mux(w.masked(marker), w.coin(i), following if i == 0 else ~following))
    carried = [w.masked(0)] if k else []
    return [*lows, w.coin(k), w.parity_of(w.value(marker), *carried)]
