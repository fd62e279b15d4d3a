"""Even parity with revision: two rounds, two tokens.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.1: write y_0, ..., y_(n-2) fair and
y_(n-1) = 0, then replace every y_i by z_i = y_i xor y_(i-1), with y_(-1) = 0. The map y -> z is
a bijection between GF(2)^(n-1) and the even strings, and z_i reads two tokens.
"""

from __future__ import annotations

from dlmcheck.model.samplers.cell_wires import CellWires, P, fixed
from dlmcheck.model.samplers.local_rules import LocalSampler, one_coin_less
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule

ROUNDS = 2


def parity_revision(n: int, *, clock: bool = False) -> Schedule:
    """The sampler of Theorem 4.1 on L = n cells, n >= 1; each position reads two tokens.

    With a clock the round number says what to write. Without one the first round is recognised
    by the own cell being masked; then further rounds would go on changing the state, so that the
    number of rounds is part of the sampler. Raises `BadInput` for n < 1.
    """
    return revision(clock=clock).schedule(n)


def revision(*, clock: bool = False) -> LocalSampler:
    """The rules of `parity_revision`."""

    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        first = w.round_is(1) if clock else w.masked(i)
        fresh = w.coin(i) if i < n - 1 else w.zero()
        return (w.builder.mux(first, fresh, _difference(w, i)),)

    def flag(f: CellWires[P], _i: P, _n: P) -> tuple[Literal, ...]:
        return (f.one(),)

    return LocalSampler(
        "parity by revision",
        1,
        ROUNDS,
        low,
        flag,
        edits=Edits.REVISE_TOKEN,
        clock=clock,
        absorbing=False,
        predictor_coins=one_coin_less,
    )


def parity_revision_absorbing(n: int) -> Schedule:
    """The same without a clock and with an absorbing stop, n >= 2; no position reads over two.

    The last cell stays masked in round 1 (its y is 0, which needs no cell): while it is masked
    and cell 0 is not, the round is the second one. F reads one token, p two. Raises `BadInput`
    for n < 2.
    """
    return revision_absorbing().schedule(n)


def revision_absorbing() -> LocalSampler:
    """The rules of `parity_revision_absorbing`."""

    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i < n - 1:
            return (w.builder.mux(w.masked(i), w.coin(i), _difference(w, i)),)
        # The last cell is still masked when it is written, so its value bit is y_(n-1) = 0.
        return (w.value(i - 1),)

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        unfinished = f.masked(n - 1)
        return (unfinished if i < n - 1 else f.all_of(unfinished, f.visible(fixed(n, 0))),)

    return LocalSampler(
        "parity by revision with an absorbing stop",
        2,
        ROUNDS,
        low,
        flag,
        edits=Edits.REVISE_TOKEN,
        predictor_coins=one_coin_less,
    )


def _difference(w: CellWires[P], i: P) -> Literal:
    return w.parity_of(*(w.value(j) for j in (i, i - 1) if j >= 0))
