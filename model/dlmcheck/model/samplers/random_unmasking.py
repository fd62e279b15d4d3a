"""Even parity, write-once, with an unmasking policy that draws coins or sees the candidates.

Two or three rounds at constant locality, L = n: with such an F the lower bound for write-once
samplers (Jiang, Haghtalab, Chen, ICLR 2026, Theorem 4.5) does not hold. Which cells were
selected is a random memory that the next rounds erase. These samplers are not in that paper.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.model.samplers.remasking import ring_predictor
from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.policies import JointUnmasking, Positions, Round
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import State, Token, all_masked, masked_positions

# --- F independent per position ------------------------------------------------------------


@dataclass(frozen=True)
class _Blocks:
    """Cells of the block layout: for odd n a single cell, then blocks (a_i, b_i)."""

    n: int

    @property
    def single(self) -> int | None:
        return 0 if self.n % 2 else None

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return [(a, a + 1) for a in range(self.n % 2, self.n, 2)]

    def carry_in(self, w: Wires, index: int) -> list[Literal]:
        """y_(i-1): whether the a before was written in round 1; at first the single cell."""
        if index:
            return [w.visible(self.pairs[index - 1][0])]
        return [] if self.single is None else [w.value(self.single)]


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
    require_cells(n, 2, "parity by independent unmasking")
    rounds = 3
    bits = clock_width(rounds) if clock else 0
    layout = _Blocks(n)
    w, f = Wires(n, clock_bits=bits, random=n), Wires(n, clock_bits=bits, random=n)
    last = len(layout.pairs) - 1
    marker = layout.pairs[last][0] if layout.single is None else layout.single
    lows: list[Literal] = []
    flags: list[Literal] = []
    if layout.single is not None:
        lows.append(w.coin(layout.single))
        flags.append(f.masked(layout.single))
    for index, (a, b) in enumerate(layout.pairs):
        carry = layout.carry_in(w, index)
        from_b = w.parity_of(w.value(b), *carry)
        from_a = w.parity_of(w.value(a), *carry)
        marks = a == marker and not clock
        lows.append(w.coin(a) if marks else w.builder.mux(w.masked(b), w.coin(a), from_b))
        # In the last block y is 0, even where a is visible.
        lows.append(w.builder.mux(w.visible(a), ~from_a if index < last else from_a, w.coin(b)))
        flags.extend(_block_flags(f, (a, b), marker, draws=index < last, clock=clock))
    return parity_schedule(n, rounds, w.values(lows), f.marks(flags), clock=clock)


def _block_flags(
    f: Wires, pair: tuple[int, int], marker: int, *, draws: bool, clock: bool
) -> tuple[Literal, Literal]:
    a, b = pair
    if clock:
        first = [f.all_of(f.round_is(1), f.coin(a))] if draws else []
        flag_a = f.all_of(f.masked(a), f.any_of(f.round_is(3), *first))
        return flag_a, f.all_of(f.masked(b), f.round_is(2))
    if a == marker:
        return f.masked(a), f.all_of(f.masked(b), f.visible(marker))
    first = [f.all_of(f.masked(marker), f.coin(a))] if draws else []
    flag_a = f.all_of(f.masked(a), f.any_of(f.visible(b), *first))
    return flag_a, f.all_of(f.masked(b), f.visible(marker))


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
    require_cells(n, 2, "parity by joint unmasking")
    rounds = 2
    if clock:
        bits = clock_width(rounds)
        f = Wires(n, clock_bits=bits, random=n - 1)
        drawn = [f.parity_of(*(f.coin(j) for j in (i, i - 1) if 0 <= j < n - 1)) for i in range(n)]
        flags = [f.all_of(f.masked(i), f.any_of(f.round_is(2), drawn[i])) for i in range(n)]
        w = Wires(n, clock_bits=bits)
        values = w.values([w.round_is(1)] * n)
        return parity_schedule(n, rounds, values, f.marks(flags), clock=True)
    free = n - 2
    f = Wires(n, random=free)
    # u_i = r_i xor r_(i-1) is uniform, and its parity is the last coin: no deep circuit for it.
    parity = f.coin(free - 1) if free else f.zero()
    drawn = [f.parity_of(*(f.coin(j) for j in (i, i - 1) if j >= 0)) for i in range(free)]
    started = f.any_of(f.visible(0), f.visible(1))
    flags = [
        f.all_of(f.masked(0), f.any_of(f.visible(1), ~parity)),
        f.all_of(f.masked(1), f.any_of(f.visible(0), parity)),
        *(f.all_of(f.masked(i + 2), f.any_of(started, drawn[i])) for i in range(free)),
    ]
    w = Wires(n, random=2)
    lows = [
        w.builder.mux(w.masked(1), w.coin(0), ~w.value(1)),
        w.builder.mux(w.masked(0), w.coin(1), w.value(0)),
        *([w.all_of(w.masked(0), w.masked(1))] * free),
    ]
    return parity_schedule(n, rounds, w.values(lows), f.marks(flags))


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
    require_cells(n, 2, "parity by after-sampling unmasking")
    k, marker, check = n - 2, n - 2, n - 1
    f = Wires(n, candidates=True)
    ring = [f.any_of(f.visible(marker), ~f.candidate((i - 1) % k)) for i in range(k)]
    flags = [
        *(f.all_of(f.masked(i), keep) for i, keep in enumerate(ring)),
        f.masked(marker),
        f.all_of(f.masked(check), f.visible(marker)),
    ]
    w = Wires(n, random=n - 1)
    return parity_schedule(n, 2, w.values(ring_predictor(w)), f.marks(flags), candidates=True)
