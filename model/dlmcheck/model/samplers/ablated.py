"""Even-parity samplers with one hypothesis dropped, to show what it is for.

Sources as in `revision`, `remasking` and `one_parity_check`; each function names what it drops.
"""

from __future__ import annotations

from enum import Enum, unique

from dlmcheck.model.samplers.cell_wires import CellWires, P
from dlmcheck.model.samplers.local_rules import LocalSampler, one_coin_each
from dlmcheck.model.samplers.wires import Wires, require_cells
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
    return revision_rules(boundary).schedule(n)


def revision_rules(boundary: Boundary) -> LocalSampler:
    """The rules of `revision_with_boundary`."""

    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = _fresh(w, i, n, boundary)
        difference = w.parity_of(*(w.value(j) for j in (i, i - 1) if j >= 0))
        if boundary is Boundary.FIRST_ONE and not i > 0:
            difference = ~difference
        return (w.builder.mux(w.masked(i), fresh, difference),)

    def flag(f: CellWires[P], _i: P, _n: P) -> tuple[Literal, ...]:
        return (f.one(),)

    return LocalSampler(
        "parity by revision",
        1,
        2,
        low,
        flag,
        edits=Edits.REVISE_TOKEN,
        absorbing=False,
        predictor_coins=one_coin_each,
    )


def _fresh(w: CellWires[P], i: P, n: P, boundary: Boundary) -> Literal:
    fair = i < n - 1 or boundary is Boundary.LAST_FAIR
    return w.coin(i) if fair else w.zero()


def remasking_with_boundary(n: int, boundary: Boundary, *, clock: bool = True) -> Schedule:
    """Two rounds of remasking with other ends or without the round number, n >= 1.

    Without the clock the first round's rule goes on: F writes masked cells by fair coins and G
    masks again whatever follows a 1. Raises `BadInput` for n < 1.
    """
    return remasking_rules(boundary, clock=clock).schedule(n)


def remasking_rules(boundary: Boundary, *, clock: bool = True) -> LocalSampler:
    """The rules of `remasking_with_boundary`."""

    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = _fresh(w, i, n, boundary)
        again = w.visible(i + 1) if i < n - 1 else w.one()
        return (w.builder.mux(w.round_is(1), fresh, again) if clock else fresh,)

    def flag(f: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
        return (f.masked(i),)

    def mark(g: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
        before_first = g.one() if boundary is Boundary.FIRST_ONE else g.zero()
        one_before = g.value(i - 1) if i > 0 else before_first
        return (g.all_of(g.round_is(1), one_before) if clock else one_before,)

    return LocalSampler(
        "parity by remasking",
        1,
        2,
        low,
        flag,
        mark,
        edits=Edits.REMASK,
        clock=clock,
        predictor_coins=one_coin_each,
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
