"""Even-parity samplers with one hypothesis dropped, to show what it is for.

Sources as in `revision`, `remasking` and `one_parity_check`; each function names what it drops.
"""

from __future__ import annotations

from enum import Enum, unique

from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule


@unique
class Boundary(Enum):
    """What stands at the two ends of the running parity y_(-1), ..., y_(n-1)."""

    BOTH_ZERO = "both zero"
    """As in Theorems 4.1 and 4.2: the outputs telescope to y_(n-1) xor y_(-1) = 0."""
    FIRST_ONE = "first one"
    """y_(-1) = 1: all outputs have odd parity."""
    LAST_FAIR = "last fair"
    """y_(n-1) is a coin: by revision the outputs are uniform on all strings; by remasking they are
    odd with probability 1/4 only (n >= 2), since a last cell that is masked forgets the coin."""


def revision_with_boundary(n: int, boundary: Boundary) -> Schedule:
    """Theorem 4.1's two rounds of revision with other ends, n >= 1. Raises `BadInput` for n < 1."""
    require_cells(n, 1, "parity by revision")
    w = Wires(n, random=n)
    lows: list[Literal] = []
    for i in range(n):
        fair = i < n - 1 or boundary is Boundary.LAST_FAIR
        fresh = w.coin(i) if fair else w.zero()
        difference = w.parity_of(*(w.value(j) for j in (i, i - 1) if j >= 0))
        if i == 0 and boundary is Boundary.FIRST_ONE:
            difference = ~difference
        lows.append(w.builder.mux(w.masked(i), fresh, difference))
    f = Wires(n)
    return parity_schedule(
        n,
        2,
        w.values(lows),
        f.marks([f.one()] * n),
        edits=Edits.REVISE_TOKEN,
        absorbing=False,
    )


def remasking_with_boundary(n: int, boundary: Boundary, *, clock: bool = True) -> Schedule:
    """Two rounds of remasking with other ends or without the round number, n >= 1.

    Without the clock the first round's rule goes on: F writes masked cells by fair coins and G
    masks again whatever follows a 1. Raises `BadInput` for n < 1.
    """
    require_cells(n, 1, "parity by remasking")
    bits = clock_width(2) if clock else 0
    w = Wires(n, clock_bits=bits, random=n)
    g = Wires(n, clock_bits=bits)
    first = boundary is Boundary.FIRST_ONE
    lows: list[Literal] = []
    marks: list[Literal] = []
    for i in range(n):
        fair = i < n - 1 or boundary is Boundary.LAST_FAIR
        fresh = w.coin(i) if fair else w.zero()
        again = w.visible(i + 1) if i < n - 1 else w.one()
        lows.append(w.builder.mux(w.round_is(1), fresh, again) if clock else fresh)
        one_before = (g.one() if first else g.zero()) if i == 0 else g.value(i - 1)
        marks.append(g.all_of(g.round_is(1), one_before) if clock else one_before)
    f = Wires(n, clock_bits=bits)
    return parity_schedule(
        n,
        2,
        w.values(lows),
        f.marks([f.masked(i) for i in range(n)]),
        remask=g.marks(marks),
        edits=Edits.REMASK,
        clock=clock,
        absorbing=not clock,
    )


def parity_with_scratch(n: int) -> Schedule:
    """Write-once, deterministic F, L = 2n - 1: two rounds, two tokens, n >= 1.

    Scratch cells y_0, ..., y_(n-2) are fair; then every output is written as
    z_i = y_i xor y_(i-1). So L = n is a hypothesis of Theorem 4.5. Raises `BadInput` for n < 1.
    """
    require_cells(n, 1, "parity with scratch cells")
    scratch = n - 1
    length = scratch + n
    w = Wires(length, random=scratch)
    f = Wires(length)
    lows: list[Literal] = []
    flags: list[Literal] = []
    for i in range(scratch):
        lows.append(w.any_of(w.all_of(w.masked(i), w.coin(i)), w.value(i)))
        flags.append(f.masked(i))
    for i in range(n):
        cell = scratch + i
        reads = [j for j in (i, i - 1) if 0 <= j < scratch]
        z = w.parity_of(*(w.value(j) for j in reads))
        lows.append(w.any_of(w.all_of(w.masked(cell), z), w.value(cell)))
        flags.append(f.all_of(f.masked(cell), *(f.visible(j) for j in reads)))
    return Schedule(
        length=length,
        rounds=2,
        predictor=w.values(lows),
        unmask=f.marks(flags),
        output=tuple(range(scratch, length)),
        output_names=tuple(f"z{i}" for i in range(n)),
    )
