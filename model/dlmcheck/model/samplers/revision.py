"""Even parity with revision: two rounds, two tokens.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.1: write y_0, ..., y_(n-2) fair and
y_(n-1) = 0, then replace every y_i by z_i = y_i xor y_(i-1), with y_(-1) = 0. The map y -> z is
a bijection between GF(2)^(n-1) and the even strings, and z_i reads two tokens.
"""

from __future__ import annotations

from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
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
    require_cells(n, 1, "parity by revision")
    bits = clock_width(ROUNDS) if clock else 0
    w = Wires(n, clock_bits=bits, random=n - 1)
    lows: list[Literal] = []
    for i in range(n):
        first = w.round_is(1) if clock else w.masked(i)
        fresh = w.coin(i) if i < n - 1 else w.zero()
        lows.append(w.builder.mux(first, fresh, _difference(w, i)))
    policy = Wires(n, clock_bits=bits)
    everywhere = policy.one()
    return parity_schedule(
        n,
        ROUNDS,
        w.values(lows),
        policy.marks([everywhere] * n),
        edits=Edits.REVISE_TOKEN,
        clock=clock,
        absorbing=False,
    )


def parity_revision_absorbing(n: int) -> Schedule:
    """The same without a clock and with an absorbing stop, n >= 2; no position reads over two.

    The last cell stays masked in round 1 (its y is 0, which needs no cell): while it is masked
    and cell 0 is not, the round is the second one. F reads one token, p two. Raises `BadInput`
    for n < 2.
    """
    require_cells(n, 2, "parity by revision with an absorbing stop")
    last = n - 1
    w = Wires(n, random=n - 1)
    lows = [w.builder.mux(w.masked(i), w.coin(i), _difference(w, i)) for i in range(last)]
    f = Wires(n)
    flags = [f.masked(last)] * last + [f.all_of(f.masked(last), f.visible(0))]
    return parity_schedule(
        n,
        ROUNDS,
        # The last cell is still masked when it is written, so its value bit is y_(n-1) = 0.
        w.values([*lows, w.value(last - 1)]),
        f.marks(flags),
        edits=Edits.REVISE_TOKEN,
    )


def _difference(w: Wires, i: int) -> Literal:
    return w.parity_of(*(w.value(j) for j in (i, i - 1) if j >= 0))
