"""Even parity, write-once, with an unmasking policy that draws coins or sees the candidates.

Two or three rounds at constant locality, L = n: with such an F the lower bound for write-once
samplers (Jiang, Haghtalab, Chen, ICLR 2026, Theorem 4.5) does not hold. Which cells were
selected is a random memory that the next rounds erase. These samplers are not in that paper.
"""

from __future__ import annotations

from dlmcheck.model.samplers.cell_wires import CellWires, P, fixed
from dlmcheck.model.samplers.local_rules import (
    PAIRS,
    PAIRS_AFTER_ONE,
    TWO_AND_SINGLE,
    Layout,
    LocalSampler,
    one_coin_each,
    one_coin_less,
)
from dlmcheck.model.samplers.remasking import ring_low
from dlmcheck.model.samplers.wires import Wires
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.policies import JointUnmasking, Positions, Round
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import State, Token, all_masked, masked_positions

# --- F independent per position ------------------------------------------------------------


def parity_independent_unmasking(n: int, *, clock: bool = False) -> Schedule:
    """Three rounds, F independent per position with rates 0, 1/2 and 1, two tokens, n >= 2.

    n = 2m, with clock: round 1 writes each a_i (i < m) with probability 1/2, fair; y_i = [a_i was
    written], y_0 = y_m = 0. Round 2 writes every b_i: a_i xor y_i xor y_(i-1) if a_i is visible,
    else fair. Round 3 writes the other a_i = b_i xor y_i xor y_(i-1). Block i has parity
    y_i xor y_(i-1), which telescopes to 0.

    Without a clock the last a is always written in round 1, as the mark that round 1 is over;
    its y stays 0. Odd n: a single fair cell, always written in round 1, takes the place of y_0
    and is that mark. Raises `BadInput` for n < 2.
    """
    return independent_unmasking(odd=n % 2 == 1, clock=clock).schedule(n)


def independent_unmasking(*, odd: bool, clock: bool = False) -> LocalSampler:
    """The rules of `parity_independent_unmasking` for odd or for even n, in blocks (a, b).

    For odd n unit -1 is the single cell.
    """
    layout = PAIRS_AFTER_ONE if odd else PAIRS

    def low(w: CellWires[P], j: P, m: P) -> tuple[Literal, ...]:
        if j < 0:
            return (w.coin(fixed(j, 0)),)
        a, b = layout.cells(j)
        carry = _carry_in(w, layout, j)
        from_b = w.parity_of(w.value(b), *carry)
        from_a = w.parity_of(w.value(a), *carry)
        # Without a clock and a single cell the last a is the mark.
        marks = j == m - 1 and not clock and not odd
        low_a = w.coin(a) if marks else w.builder.mux(w.masked(b), w.coin(a), from_b)
        # In the last block y is 0, even where a is visible.
        return low_a, w.builder.mux(w.visible(a), ~from_a if j < m - 1 else from_a, w.coin(b))

    def flag(f: CellWires[P], j: P, m: P) -> tuple[Literal, ...]:
        if j < 0:
            return (f.masked(fixed(j, 0)),)
        a, b = layout.cells(j)
        draws = j < m - 1
        if clock:
            first = [f.all_of(f.round_is(1), f.coin(a))] if draws else []
            flag_a = f.all_of(f.masked(a), f.any_of(f.round_is(3), *first))
            return flag_a, f.all_of(f.masked(b), f.round_is(2))
        marker = fixed(j, 0) if odd else layout.cells(m - 1)[0]
        if not draws and not odd:
            return f.masked(a), f.all_of(f.masked(b), f.visible(marker))
        first = [f.all_of(f.masked(marker), f.coin(a))] if draws else []
        flag_a = f.all_of(f.masked(a), f.any_of(f.visible(b), *first))
        return flag_a, f.all_of(f.masked(b), f.visible(marker))

    return LocalSampler(
        "parity by independent unmasking",
        2,
        3,
        low,
        flag,
        layout=layout,
        clock=clock,
        predictor_coins=one_coin_each,
        unmask_coins=one_coin_each,
    )


def _carry_in(w: CellWires[P], layout: Layout, j: P) -> list[Literal]:
    """y_(j-1): whether the a before was written in round 1; at first the single cell."""
    before = j - 1
    if before < layout.first:
        return []
    cell = layout.cells(before)[0]
    return [w.visible(cell) if before >= 0 else w.value(cell)]


# --- F jointly random ----------------------------------------------------------------------


def parity_joint_unmasking(n: int, *, clock: bool = False) -> Schedule:
    """Two rounds, F jointly random, n >= 2.

    With a clock: F draws z even and selects {i : z_i = 1}, p writes 1; then F selects the rest and
    p writes 0. No part reads any other token. Without: F draws u on the cells from 2 on, uniform,
    selects {i : u_i = 1}, and of cells 0 and 1 the one whose number is the parity of u, whose
    token is a fair coin. In round 2 the other of the two copies it (parity 0) or takes its
    negation, the rest becomes 0. Two tokens are read: exactly one of cells 0 and 1 is visible
    between the rounds. Raises `BadInput` for n < 2.
    """
    return (joint_unmasking_clock() if clock else joint_unmasking()).schedule(n)


def joint_unmasking_clock() -> LocalSampler:
    """The rules of `parity_joint_unmasking` with a clock."""

    def drawn(f: CellWires[P], i: P, n: P) -> Literal:
        return f.parity_of(*(f.coin(j) for j in (i, i - 1) if j >= 0 and j < n - 1))

    def low(w: CellWires[P], _i: P, _n: P) -> tuple[Literal, ...]:
        return (w.round_is(1),)

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        return (f.all_of(f.masked(i), f.any_of(f.round_is(2), drawn(f, i, n))),)

    return LocalSampler(
        "parity by joint unmasking",
        2,
        2,
        low,
        flag,
        clock=True,
        unmask_coins=one_coin_less,
        before_flags=lambda f, n: [drawn(f, i, n) for i in range(n)],
    )


def two_coins(n: P, _units: P) -> P:
    """Two coins for any n."""
    return fixed(n, 2)


def two_coins_less(n: P, _units: P) -> P:
    """A coin for every cell but two."""
    return n - 2


def joint_unmasking() -> LocalSampler:
    """The rules of `parity_joint_unmasking` without a clock; cells 0 and 1 are unit 1."""

    # u_i = r_i xor r_(i-1) is uniform, and its parity is the last coin: no deep circuit for it.
    def parity(f: CellWires[P], n: P) -> Literal:
        return f.coin(n - 3) if n > 2 else f.zero()

    def drawn(f: CellWires[P], i: P) -> Literal:
        return f.parity_of(*(f.coin(j) for j in (i - 2, i - 3) if j >= 0))

    def started(f: CellWires[P], n: P) -> Literal:
        return f.any_of(f.visible(fixed(n, 0)), f.visible(fixed(n, 1)))

    def gates(f: Wires, n: int) -> list[Literal]:
        return [parity(f, n), *(drawn(f, i) for i in range(2, n)), started(f, n)]

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i > 1:
            return (f.all_of(f.masked(i), f.any_of(started(f, n), drawn(f, i))),)
        zero, one = i - 1, i
        return (
            f.all_of(f.masked(zero), f.any_of(f.visible(one), ~parity(f, n))),
            f.all_of(f.masked(one), f.any_of(f.visible(zero), parity(f, n))),
        )

    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        zero, one = fixed(n, 0), fixed(n, 1)
        copies = (
            w.builder.mux(w.masked(one), w.coin(zero), ~w.value(one)),
            w.builder.mux(w.masked(zero), w.coin(one), w.value(zero)),
        )
        drawn_now = w.all_of(w.masked(zero), w.masked(one))
        return (drawn_now,) if i > 1 else copies

    return LocalSampler(
        "parity by joint unmasking",
        2,
        2,
        low,
        flag,
        layout=TWO_AND_SINGLE,
        predictor_coins=two_coins,
        unmask_coins=two_coins_less,
        before_flags=gates,
    )


def any_target_by_joint_unmasking(target: Law[State]) -> Sampler:
    """Two rounds for any law on {0,1}^n, real weights included: F jointly random, with a clock.

    Select {i : z_i = 1} with z from the target and write 1s; then write 0s. The predictor reads
    nothing but the round number. Raises `BadInput` if an outcome is no string over {0,1} of the
    common length.
    """
    length = _common_length(target)

    def select(state: State, number: Round) -> Law[Positions]:
        if number == 1:
            return target.map(lambda z: frozenset(i for i, bit in enumerate(z) if bit))
        return certain(masked_positions(state))

    return Sampler(
        length=length,
        predictor=lambda _state, _i, number: certain(int(number == 1)),
        unmask=JointUnmasking(select),
        rounds=2,
        output=tuple(range(length)),
        clock=Clock.ROUND_NUMBER,
    )


def target_missing_a_string_by_joint_unmasking(target: Law[State], missing: State) -> Sampler:
    """The same without a clock, for a law whose support misses a string.

    With w the complement of the missing string, round 1 writes w_i where z_i = w_i; as z is not
    `missing`, at least one cell is written, and the next round sees it. It writes the complement
    of w. Raises `BadInput` if the string is in the support, or has another length.
    """
    length = _common_length(target)
    if len(missing) != length or any(bit not in (0, 1) for bit in missing):
        raise BadInput(f"{missing}", source="missing string", expected=f"{length} bits")
    if target[missing]:
        raise BadInput(
            f"{missing} has probability {target[missing]}",
            source="missing string",
            expected="a string outside the support",
        )
    start = all_masked(length)

    def select(state: State, _number: Round) -> Law[Positions]:
        if state == start:
            return target.map(
                lambda z: frozenset(i for i, bit in enumerate(z) if bit != missing[i])
            )
        return certain(masked_positions(state))

    def write(state: State, i: int, _number: Round) -> Law[Token]:
        return certain(1 - missing[i] if state == start else missing[i])

    return Sampler(
        length=length,
        predictor=write,
        unmask=JointUnmasking(select),
        rounds=2,
        output=tuple(range(length)),
    )


def _common_length(target: Law[State]) -> int:
    lengths = {len(z) for z in target}
    if len(lengths) != 1 or any(bit not in (0, 1) for z in target for bit in z):
        raise BadInput("outcomes are no strings of one length", source="target", expected="bits")
    return lengths.pop()


# --- F after sampling ----------------------------------------------------------------------


def parity_after_sampling(n: int) -> Schedule:
    """Two rounds, F sees the drawn candidates and draws nothing itself, absorbing, n >= 2.

    The ring of `parity_remask_state_only` without remasking: cell i of the ring keeps its
    candidate in round 1 iff candidate i-1 (cyclically) is 0, the marker always keeps it, the check
    never; in round 2 all keep theirs. p and F read at most two tokens or candidates beside the
    own mask. For n = 2 the ring is empty. Raises `BadInput` for n < 2.
    """
    return after_sampling().schedule(n)


def after_sampling() -> LocalSampler:
    """The rules of `parity_after_sampling`."""

    def keep(f: CellWires[P], i: P, n: P) -> Literal:
        return f.any_of(f.visible(n - 2), ~f.candidate((i - 1) % (n - 2)))

    def flag(f: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        if i < n - 2:
            return (f.all_of(f.masked(i), keep(f, i, n)),)
        if i < n - 1:
            return (f.masked(i),)
        return (f.all_of(f.masked(i), f.visible(n - 2)),)

    return LocalSampler(
        "parity by after-sampling unmasking",
        2,
        2,
        ring_low,
        flag,
        candidates=True,
        predictor_coins=one_coin_less,
        before_flags=lambda f, n: [keep(f, i, n) for i in range(n - 2)],
    )
