"""Accounts of the even-parity samplers with revision and with remasking.

Source of the samplers: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1 and 4.2; the notes T4.1
and T4.2 have the invariants in words. n is the number of cells, u a unit, m the number of units.
"""

from __future__ import annotations

from dlmcheck.model.samplers.local_rules import LocalSampler
from dlmcheck.model.samplers.remasking import remask_blocks, remask_clock, remask_state_only
from dlmcheck.model.samplers.revision import revision, revision_absorbing
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.proofs import parity_skeletons
from dlmcheck.verify.proofs.parity_account import (
    UNIT,
    UNITS,
    Account,
    Formula,
    RoundAccount,
    Stage,
    shown,
)
from dlmcheck.verify.proofs.positions import (
    Constraint,
    Index,
    Linear,
    Situation,
    at_least,
    below,
    equal,
)

LAST = Linear.of(UNITS).minus(1)
EVERY_UNIT = (at_least(UNIT, 0), below(UNIT, UNITS))
"""Units 0, ..., m-1; there is at least one."""
BY_PLACE = (
    Situation("only", (equal(UNIT, 0), equal(UNITS, 1))),
    Situation("first", (equal(UNIT, 0), at_least(UNITS, 2))),
    Situation("inner", (at_least(UNIT, 1), below(UNIT, LAST))),
    Situation("last", (equal(UNIT, LAST), at_least(UNITS, 2))),
)


# --- T4.1 ----------------------------------------------------------------------------------


def _coin_unless_last(f: Formula, i: Index) -> Literal:
    """y_i (or x_i): fair, and 0 in the last cell and before the first one."""
    return f.coin("p1", i) if i >= 0 and i < f.units - 1 else f.zero()


def _one_coin_each(f: Formula, i: Index) -> tuple[Literal, ...]:
    return (_coin_unless_last(f, i),)


def _difference(f: Formula, i: Index) -> tuple[Literal, ...]:
    return (f.parity(_coin_unless_last(f, i), _coin_unless_last(f, i - 1)),)


def _one_coin(f: Formula, i: Index) -> tuple[tuple[str, Index], ...]:
    return (("p1", i),) if i < f.units - 1 else ()


def _last(f: Formula, i: Index) -> tuple[Literal, ...]:
    return (f.zero() if i < f.units - 1 else f.one(),)


def _prefix_parity(f: Formula, _family: str, i: Index) -> Literal:
    return f.prefix(i)


def revision_account(
    statement: str, *, clock: bool, sampler: LocalSampler | None = None
) -> Account:
    """Theorem 4.1 as described, with or without the round number; every n >= 1."""
    return Account(
        statement,
        sampler or revision(clock=clock),
        2,
        EVERY_UNIT,
        BY_PLACE,
        (RoundAccount(shown(_one_coin_each)), RoundAccount(shown(_difference))),
        _coin_unless_last,
        _one_coin,
        _prefix_parity,
        skeleton=parity_skeletons.REVISION,
    )


def revision_absorbing_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """The same with an absorbing stop; every n >= 2."""
    situations = (
        Situation("first", (equal(UNIT, 0), at_least(UNITS, 2))),
        Situation("inner", (at_least(UNIT, 1), below(UNIT, LAST))),
        Situation("last of two", (equal(UNIT, 1), equal(UNITS, 2))),
        Situation("last", (equal(UNIT, LAST), at_least(UNITS, 3))),
    )
    return Account(
        statement,
        sampler or revision_absorbing(),
        2,
        (*EVERY_UNIT, at_least(UNITS, 2)),
        situations,
        (RoundAccount(Stage(_last, _one_coin_each)), RoundAccount(shown(_difference))),
        _coin_unless_last,
        _one_coin,
        _prefix_parity,
        skeleton=parity_skeletons.REVISION_ABSORBING,
    )


# --- T4.2, two rounds ----------------------------------------------------------------------


def remask_clock_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """Remasking in two rounds with the round number; every n >= 1."""

    def before(f: Formula, i: Index) -> tuple[Literal, ...]:
        return (_coin_unless_last(f, i - 1),)

    def left(f: Formula, i: Index) -> tuple[Literal, ...]:
        return (f.both(_coin_unless_last(f, i), ~before(f, i)[0]),)

    return Account(
        statement,
        sampler or remask_clock(),
        1,
        EVERY_UNIT,
        BY_PLACE,
        (
            RoundAccount(shown(_one_coin_each), Stage(before, left)),
            RoundAccount(shown(_difference), shown(_difference)),
        ),
        _coin_unless_last,
        _one_coin,
        _prefix_parity,
        skeleton=parity_skeletons.REMASK_CLOCK,
    )


# --- T4.2, the ring ------------------------------------------------------------------------

RING = Linear.of(UNITS).minus(2)
"""k = n - 2, the length of the ring; the marker's number."""
RING_SITUATIONS = (
    Situation("ring of one", (equal(UNIT, 0), equal(UNITS, 3))),
    Situation("ring, first", (equal(UNIT, 0), at_least(UNITS, 4))),
    Situation("ring, inner", (at_least(UNIT, 1), below(UNIT, RING.minus(1)))),
    Situation("ring, last", (equal(UNIT, RING.minus(1)), at_least(UNITS, 4))),
    Situation("marker, no ring", (equal(UNIT, 0), equal(UNITS, 2))),
    Situation("marker", (equal(UNIT, RING), at_least(UNITS, 3))),
    Situation("check, no ring", (equal(UNIT, 1), equal(UNITS, 2))),
    Situation("check", (equal(UNIT, LAST), at_least(UNITS, 3))),
)
AT_LEAST_TWO: tuple[Constraint, ...] = (*EVERY_UNIT, at_least(UNITS, 2))


def _ring_coin(f: Formula, i: Index) -> tuple[Literal, ...]:
    return (f.coin("p1", i) if i < f.units - 1 else f.zero(),)


def _ring_mask(f: Formula, i: Index) -> tuple[Literal, ...]:
    k = f.units - 2
    return (f.coin("p1", (i - 1) % k),) if i < k else _last(f, i)


def _ring_left(f: Formula, i: Index) -> tuple[Literal, ...]:
    return (f.both(*_ring_coin(f, i), ~_ring_mask(f, i)[0]),)


def _ring_string(f: Formula, i: Index) -> tuple[Literal, ...]:
    k = f.units - 2
    if i < k and i > 0:
        return (f.parity(f.coin("p1", i), f.coin("p1", i - 1)),)
    if i < f.units - 1:
        return (f.coin("p1", i),)
    return (ring_carry(f, k),)


RING_WRITTEN = Stage(_last, _ring_coin)
"""After the write of round 1: all but the check show a coin x_i."""
RING_MASKED = Stage(_ring_mask, _ring_left)
"""After round 1: ring cell i is masked iff x_(i-1) = 1, around the ring; the check is."""
RING_STRING = shown(_ring_string)
"""After round 2: x_0, sums of neighbours, the marker, and the check."""


def ring_carry(f: Formula, i: Index) -> Literal:
    """x_i in the ring, x_(k-1) + x_k at the marker, 0 at the end."""
    k = f.units - 2
    if i > k:
        return f.zero()
    if i < k:
        return f.coin("p1", i)
    return f.parity(f.coin("p1", k), *([f.coin("p1", k - 1)] if k > 0 else []))


def ring_decode(f: Formula, _family: str, i: Index) -> Literal:
    """Coins of the ring from the sums, the marker's from the marker."""
    return f.prefix(i) if i < f.units - 2 else f.z(i)


def remask_state_only_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """Remasking in two rounds, state only, absorbing; every n >= 2."""
    return Account(
        statement,
        sampler or remask_state_only(),
        2,
        AT_LEAST_TWO,
        RING_SITUATIONS,
        (RoundAccount(RING_WRITTEN, RING_MASKED), RoundAccount(RING_STRING, RING_STRING)),
        ring_carry,
        _one_coin,
        ring_decode,
        skeleton=parity_skeletons.RING_REMASK,
    )


# --- T4.2, blocks --------------------------------------------------------------------------


def remask_blocks_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """Theorem 4.2's own four rounds in m blocks (a, b); every n = 2m >= 2.

    p1 of unit j is y_j, p3 of unit j is the coin of a_j in round 3.
    """

    def y(f: Formula, j: Index) -> Literal:
        return _coin_unless_last(f, j)

    def r(f: Formula, j: Index) -> Literal:
        return f.coin("p3", j)

    def sums(f: Formula, j: Index) -> Literal:
        return f.parity(y(f, j), y(f, j - 1))

    one = Stage(lambda f, _: (f.zero(), f.one()), lambda f, j: (y(f, j), f.zero()))
    two = Stage(lambda f, _: (f.one(), f.zero()), lambda f, j: (f.zero(), sums(f, j)))
    three = Stage(
        lambda f, j: (f.both(r(f, j), sums(f, j)), r(f, j)),
        lambda f, j: (f.both(r(f, j), ~sums(f, j)), f.both(sums(f, j), ~r(f, j))),
    )
    four = shown(lambda f, j: (r(f, j), f.parity(r(f, j), sums(f, j))))

    def seeds(f: Formula, j: Index) -> tuple[tuple[str, Index], ...]:
        return *_one_coin(f, j), ("p3", j)

    def decode(f: Formula, family: str, j: Index) -> Literal:
        return f.prefix(j) if family == "p1" else f.z(j * 2)

    return Account(
        statement,
        sampler or remask_blocks(),
        2,
        EVERY_UNIT,
        BY_PLACE,
        (
            RoundAccount(one, one),
            RoundAccount(shown(lambda f, j: (y(f, j), sums(f, j))), two),
            RoundAccount(shown(lambda f, j: (r(f, j), sums(f, j))), three),
            RoundAccount(four, four),
        ),
        _coin_unless_last,
        seeds,
        decode,
        coin_by_unit=True,
        skeleton=parity_skeletons.BLOCKS,
    )
