"""Samplers known from the literature, written out as functions of the state.

Even parity, D_n = Unif{z in {0,1}^n : xor of all z_i = 0}, from five points of the lattice, and
the confidence rule of decoders in use. Cells are numbered from 0 here and from 1 in the formulas.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from dlmcheck.spec.lattice import Clock, Edits, Stop
from dlmcheck.spec.law import Law, bernoulli, certain, uniform
from dlmcheck.spec.policies import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentUnmasking,
    JointUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
)
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

COIN: Law[Token] = uniform([0, 1])
HALF = Fraction(1, 2)


def even_parity(n: int) -> Law[State]:
    """The target D_n, listed."""
    return uniform([z for z in product((0, 1), repeat=n) if sum(z) % 2 == 0])


def everything_masked(x: State, t: Round) -> Positions:
    return masked_positions(x)


# --- revision (Theorem 4.1) --------------------------------------------------------------------


def revision_sampler(n: int, *, exchangeable: bool = False) -> Sampler:
    """Two rounds: y_1..y_{n-1} fair and y_n = 0, then z_i = y_i xor y_{i-1} with y_0 = 0.

    The round number tells the first round from the second. Every cell is written in both, so F
    may be taken as deterministic, or as exchangeable with rate 1.
    """

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if t == 1:
            return certain(0) if i == n - 1 else COIN
        # M never stands here in round 2; it is read as 0, so that every row is a law on bits.
        before = i > 0 and x[i - 1] == 1
        return certain(int((x[i] == 1) != before))

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=SameRateUnmasking(lambda x, t: Fraction(1))
        if exchangeable
        else DeterministicUnmasking(lambda x, t: frozenset(range(n))),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REVISE_TOKEN,
        clock=Clock.ROUND_NUMBER,
    )


# --- remasking (Theorem 4.2, in two rounds) ------------------------------------------------------


def remasking_sampler(n: int) -> Sampler:
    """With the round number: the mask pattern holds the bit that the remask erases.

    Round 1: x_1..x_{n-1} fair, x_n = 0; G masks cell i iff x_{i-1} = 1. Round 2: a masked cell i
    becomes NOT [cell i+1 is masked].
    """

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if x[i] != MASK:
            return certain(x[i])
        if t == 1:
            return certain(0) if i == n - 1 else COIN
        return certain(0 if i + 1 < n and x[i + 1] == MASK else 1)

    def remask(x: State, t: Round) -> Positions:
        return frozenset(i for i in range(1, n) if t == 1 and x[i - 1] == 1)

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=DeterministicUnmasking(everything_masked),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REMASK,
        remask=DeterministicRemasking(remask),
        clock=Clock.ROUND_NUMBER,
    )


def state_only_remasking_sampler(n: int) -> Sampler:
    """Without the round number, for n >= 3: while cell n is masked it is round 1.

    Round 1 writes cells 1..n-1 fair; then G masks ring cell i <= k = n - 2 iff x_{i-1} = 1
    (indices mod k). Round 2: x_i = [cell i+1 is masked] on the ring, z_1 = x_1,
    z_i = x_i xor x_{i-1} for the others, z_{n-1} is kept, z_n = x_k xor z_{n-1}.
    """
    k = n - 2

    def was_one(x: State, i: int) -> int:
        """x_i of round 1, for a ring cell i, from the mask pattern."""
        return int(x[(i + 1) % k] == MASK)

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if x[i] != MASK:
            return certain(x[i])
        if x[n - 2] == MASK:
            return COIN
        if i == n - 1:
            return certain(was_one(x, k - 1) ^ x[n - 2])
        return certain(was_one(x, 0) if i == 0 else was_one(x, i) ^ was_one(x, i - 1))

    def unmask(x: State, t: Round) -> Positions:
        if x[n - 2] == MASK:
            return frozenset(range(n - 1))
        return masked_positions(x)

    def remask(x: State, t: Round) -> Positions:
        if x[n - 1] != MASK:
            return frozenset()
        return frozenset(i for i in range(k) if x[(i - 1) % k] == 1)

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=DeterministicUnmasking(unmask),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REMASK,
        remask=DeterministicRemasking(remask),
        stop=Stop.ABSORBING,
    )


# --- write-once with random F -------------------------------------------------------------------


def independent_f_sampler(n: int, *, clock: bool) -> Sampler:
    """Write-once and L = n = 2m in three rounds, with coins of its own at each position of F.

    Cells a_1..a_m, then b_1..b_m. Round 1 selects each a_i (i < m) with probability 1/2 and
    writes a fair bit; y_i says whether it was written, y_0 = y_m = 0. Round 2 writes every b_i:
    a_i xor y_i xor y_{i-1} if a_i is visible, else fair. Round 3 writes the other a_i as
    b_i xor y_i xor y_{i-1}. Without the round number, a_m is always written in round 1.
    """
    m = n // 2

    def round_of(x: State, t: Round) -> int:
        if t is not None:
            return t
        if x[m] != MASK:
            return 3
        return 1 if x[m - 1] == MASK else 2

    def y(x: State, i: int) -> int:
        """y_i from the mask pattern before round 3 (i from 1; y_0 = y_m = 0)."""
        return int(0 < i < m and x[i - 1] != MASK)

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        if x[i] != MASK:
            return certain(x[i])
        now = round_of(x, t)
        block = i % m + 1
        shift = y(x, block) ^ y(x, block - 1)
        partner = x[i - m] if i >= m else x[i + m]
        if now == 1 or partner == MASK:
            return COIN
        return certain(partner ^ shift)

    def rate(x: State, i: int, t: Round) -> Fraction:
        now = round_of(x, t)
        if now == 1:
            if i == m - 1:
                return Fraction(0 if clock else 1)
            return HALF if i < m else Fraction(0)
        return Fraction(int((i >= m) if now == 2 else (i < m)))

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=IndependentUnmasking(rate),
        rounds=3,
        output=tuple(range(n)),
        clock=Clock.ROUND_NUMBER if clock else Clock.STATE_ONLY,
        stop=Stop.FIXED_ROUNDS if clock else Stop.ABSORBING,
    )


def joint_f_sampler(target: Law[State]) -> Sampler:
    """Write-once in two rounds, any target.

    Select {i : z_i = 1} with z ~ target and write 1s; then write 0s everywhere else.
    """
    length = len(next(iter(target)))

    def select(x: State, t: Round) -> Law[Positions]:
        if t == 1:
            return target.map(lambda z: frozenset(i for i in range(length) if z[i] == 1))
        return certain(masked_positions(x))

    def predictor(x: State, i: int, t: Round) -> Law[Token]:
        return certain(x[i] if x[i] != MASK else int(t == 1))

    return Sampler(
        length=length,
        predictor=predictor,
        unmask=JointUnmasking(select),
        rounds=2,
        output=tuple(range(length)),
        clock=Clock.ROUND_NUMBER,
    )


def after_sampling_parity_sampler(n: int) -> Sampler:
    """Write-once, n >= 3, two rounds: which candidates are kept says what the others were.

    Round 1: candidates fair; ring cell i (1..n-2) is kept iff candidate i-1 (cyclic) is 0, cell
    n-1 is kept, cell n is not. Round 2 is that of `state_only_remasking_sampler`.
    """
    k = n - 2
    second = state_only_remasking_sampler(n)

    def select(x: State, candidates: State, t: Round) -> Law[Positions]:
        if x[n - 2] != MASK:
            return certain(frozenset(range(n)))
        kept = frozenset(i for i in range(k) if candidates[(i - 1) % k] == 0)
        return certain(kept | {n - 2})

    return Sampler(
        length=n,
        predictor=second.predictor,
        unmask=AfterSamplingUnmasking(select),
        rounds=2,
        output=tuple(range(n)),
        stop=Stop.ABSORBING,
    )


# --- decoders in use ------------------------------------------------------------------------------


def most_confident_first(ones: Fraction, length: int = 2) -> Sampler:
    """Independent bits with P(1) = `ones`, one token a round.

    A perfect predictor. Candidates are drawn everywhere; the masked cell whose drawn candidate is
    the most probable is kept, ties to the left.
    """

    def select(x: State, candidates: State, t: Round) -> Law[Positions]:
        confidence = {i: ones if candidates[i] == 1 else 1 - ones for i in masked_positions(x)}
        best = max(confidence.values(), default=ones)
        return certain(frozenset(sorted(i for i in confidence if confidence[i] == best)[:1]))

    return Sampler(
        length=length,
        predictor=lambda x, i, t: bernoulli(ones) if x[i] == MASK else certain(x[i]),
        unmask=AfterSamplingUnmasking(select),
        rounds=length,
        output=tuple(range(length)),
    )
