"""Accounts of the write-once samplers of even parity whose F is random or sees the candidates.

The samplers are in `model.samplers.random_unmasking`; the note T4.5 has them in words. They are
what refutes the lower bound for write-once samplers (Jiang, Haghtalab, Chen, ICLR 2026, Theorem
4.5) where F need not be deterministic. n is the number of cells, u a unit, m the number of units.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.model.samplers.local_rules import Layout, LocalSampler
from dlmcheck.model.samplers.random_unmasking import (
    after_sampling,
    independent_unmasking,
    joint_unmasking,
    joint_unmasking_clock,
)
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.proofs import parity_skeletons
from dlmcheck.verify.proofs.parity_account import (
    UNIT,
    UNITS,
    Account,
    Formula,
    RoundAccount,
    Stage,
    place_of,
    shown,
)
from dlmcheck.verify.proofs.parity_samplers import (
    AT_LEAST_TWO,
    BY_PLACE,
    EVERY_UNIT,
    LAST,
    RING_MASKED,
    RING_SITUATIONS,
    RING_STRING,
    ring_carry,
    ring_decode,
)
from dlmcheck.verify.proofs.positions import Index, Situation, at_least, below, equal

# --- independent per position --------------------------------------------------------------


@dataclass(frozen=True)
class _Blocks:
    """The formulas of the blocks; `marked`: the last a is always written in round 1."""

    layout: Layout
    marked: bool

    @property
    def odd(self) -> bool:
        """Whether there is a single cell, as unit -1."""
        return self.layout.first < 0

    def y(self, f: Formula, j: Index) -> Literal:
        """F's coin for a_j in round 1, 0 in the last block; y_(-1) is the single cell's coin."""
        if j < 0:
            return f.coin("p1", f.at(0)) if self.odd else f.zero()
        return f.coin("F1", self.layout.cells(j)[0]) if j < f.units - 1 else f.zero()

    def early(self, f: Formula, j: Index) -> Literal:
        """Whether a_j is written in round 1."""
        return f.one() if self.marked and j == f.units - 1 else self.y(f, j)

    def fair_a(self, f: Formula, j: Index) -> Literal:
        """The coin that is written into a_j where it comes first."""
        return f.coin("p1", self.layout.cells(j)[0])

    def fair_b(self, f: Formula, j: Index) -> Literal:
        """The coin that is written into b_j where it comes first."""
        return f.coin("p2", self.layout.cells(j)[1])

    def follows(self, f: Formula, j: Index, fair: Literal) -> Literal:
        """What the block's parity y_j + y_(j-1) makes of its other cell."""
        return f.parity(fair, self.y(f, j), self.y(f, j - 1))

    def a(self, f: Formula, j: Index) -> Literal:
        """The final a_j."""
        if j == f.units - 1:
            fair = self.marked
            return self.fair_a(f, j) if fair else self.follows(f, j, self.fair_b(f, j))
        return f.choose(self.y(f, j), self.fair_a(f, j), self.follows(f, j, self.fair_b(f, j)))

    def b(self, f: Formula, j: Index) -> Literal:
        """The final b_j."""
        if j == f.units - 1:
            fair = not self.marked
            return self.fair_b(f, j) if fair else self.follows(f, j, self.fair_a(f, j))
        return f.choose(self.y(f, j), self.follows(f, j, self.fair_a(f, j)), self.fair_b(f, j))

    def masks(self, f: Formula, j: Index, b: Literal) -> tuple[Literal, ...]:
        """The masks before round 3, given that of b_j."""
        return (f.zero(),) if j < 0 else (~self.early(f, j), b)

    def values(self, f: Formula, j: Index, b: Literal) -> tuple[Literal, ...]:
        """The values before round 3, given that of b_j."""
        if j < 0:
            return (self.y(f, j),)
        return f.both(self.early(f, j), self.fair_a(f, j)), b

    def string(self, f: Formula, j: Index) -> tuple[Literal, ...]:
        """The final cells of a unit."""
        return (self.y(f, j),) if j < 0 else (self.a(f, j), self.b(f, j))

    def seeds(self, f: Formula, j: Index) -> tuple[tuple[str, Index], ...]:
        """The coins of a unit."""
        if j < 0:
            return (("p1", f.at(0)),)
        a, b = self.layout.cells(j)
        if j < f.units - 1:
            return ("F1", a), ("p1", a), ("p2", b)
        return (("p1", a),) if self.marked else (("p2", b),)

    def decode(self, f: Formula, family: str, cell: Index) -> Literal:
        """A coin, from the string: with y_j = 1 that of a_j is shown and that of b_j spare."""
        if self.odd and cell < 1:
            return f.z(cell)
        j, _ = place_of(self.layout, cell)
        if family == "F1":
            return f.prefix(j)
        if j == f.units - 1:
            return f.z(cell)
        if family == "p1":
            return f.choose(f.prefix(j), f.z(cell), f.spare(j))
        return f.choose(f.prefix(j), f.spare(j), f.z(cell))

    def spare(self, f: Formula, j: Index) -> Literal | None:
        """The coin of the cell of a block that is written as a function of the other."""
        if j < 0 or j == f.units - 1:
            return None
        return f.choose(self.y(f, j), self.fair_b(f, j), self.fair_a(f, j))


def independent_account(
    statement: str, *, odd: bool, clock: bool, sampler: LocalSampler | None = None
) -> Account:
    """Three rounds, F independent per position; every even n >= 2, or every odd n >= 3."""
    used = sampler or independent_unmasking(odd=odd, clock=clock)
    blocks = _Blocks(used.layout, marked=not odd and not clock)
    one = Stage(
        lambda f, j: blocks.masks(f, j, f.one()), lambda f, j: blocks.values(f, j, f.zero())
    )
    two = Stage(
        lambda f, j: blocks.masks(f, j, f.zero()),
        lambda f, j: blocks.values(f, j, f.zero() if j < 0 else blocks.b(f, j)),
    )
    single = (Situation("single cell", (equal(UNIT, -1), at_least(UNITS, 1))),) if odd else ()
    domain = (at_least(UNIT, -1), below(UNIT, UNITS), at_least(UNITS, 1)) if odd else EVERY_UNIT
    return Account(
        statement,
        used,
        2,
        domain,
        (*single, *BY_PLACE),
        (RoundAccount(one), RoundAccount(two), RoundAccount(shown(blocks.string))),
        blocks.y,
        blocks.seeds,
        blocks.decode,
        blocks.spare,
        independent=True,
        skeleton=parity_skeletons.INDEPENDENT,
    )


# --- jointly random ------------------------------------------------------------------------


def joint_clock_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """Two rounds, F jointly random, with the round number; every n >= 2."""

    def y(f: Formula, i: Index) -> Literal:
        return f.coin("F1", i) if i >= 0 and i < f.units - 1 else f.zero()

    def z(f: Formula, i: Index) -> Literal:
        return f.parity(y(f, i), y(f, i - 1))

    return Account(
        statement,
        sampler or joint_unmasking_clock(),
        0,
        AT_LEAST_TWO,
        BY_PLACE[1:],
        (
            RoundAccount(Stage(lambda f, i: (~z(f, i),), lambda f, i: (z(f, i),))),
            RoundAccount(shown(lambda f, i: (z(f, i),))),
        ),
        y,
        lambda f, i: (("F1", i),) if i < f.units - 1 else (),
        lambda f, _family, i: f.prefix(i),
        skeleton=parity_skeletons.JOINT_CLOCK,
    )


def joint_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """Two rounds, F jointly random, state only, absorbing; every n >= 2.

    Unit 1 are the cells 0 and 1. r_i, for i >= 2, is F's coin of number i - 2.
    """

    def parity(f: Formula) -> Literal:
        """The parity of u_2, ..., u_(n-1)."""
        return f.coin("F1", f.units - 3) if f.units > 2 else f.zero()

    def u(f: Formula, i: Index) -> Literal:
        return f.parity(*(f.coin("F1", j) for j in (i - 2, i - 3) if j >= 0))

    def token(f: Formula) -> Literal:
        """The token that the one of cells 0 and 1 shows that F selects."""
        return f.choose(parity(f), f.coin("p1", f.at(1)), f.coin("p1", f.at(0)))

    def first_masks(f: Formula, i: Index) -> tuple[Literal, ...]:
        return (~u(f, i),) if i > 1 else (parity(f), ~parity(f))

    def first_values(f: Formula, i: Index) -> tuple[Literal, ...]:
        if i > 1:
            return (u(f, i),)
        return f.both(~parity(f), token(f)), f.both(parity(f), token(f))

    def string(f: Formula, i: Index) -> tuple[Literal, ...]:
        return (u(f, i),) if i > 1 else (f.parity(token(f), parity(f)), token(f))

    def carry(f: Formula, i: Index) -> Literal:
        return f.parity(parity(f), *([f.coin("F1", i - 2)] if i > 1 else []))

    def seeds(f: Formula, i: Index) -> tuple[tuple[str, Index], ...]:
        return (("F1", i - 2),) if i > 1 else (("p1", f.at(0)), ("p1", f.at(1)))

    def decode(f: Formula, family: str, index: Index) -> Literal:
        one = f.at(1)
        if family == "F1":
            return f.parity(f.prefix(index + 2), f.prefix(one))
        # With even u the coin of cell 0 is shown and that of cell 1 spare, else the other way.
        seen, other = f.z(one), f.spare(one)
        odd = f.prefix(one)
        return f.choose(odd, seen, other) if index > 0 else f.choose(odd, other, seen)

    def spare(f: Formula, i: Index) -> Literal | None:
        if i > 1:
            return None
        return f.choose(parity(f), f.coin("p1", f.at(0)), f.coin("p1", f.at(1)))

    situations = (
        Situation("cells 0 and 1, no others", (equal(UNIT, 1), equal(UNITS, 2))),
        Situation("cells 0 and 1", (equal(UNIT, 1), at_least(UNITS, 3))),
        Situation("cell 2, the last", (equal(UNIT, 2), equal(UNITS, 3))),
        Situation("cell 2", (equal(UNIT, 2), at_least(UNITS, 4))),
        Situation("inner", (at_least(UNIT, 3), below(UNIT, LAST))),
        Situation("last", (equal(UNIT, LAST), at_least(UNITS, 4))),
    )
    return Account(
        statement,
        sampler or joint_unmasking(),
        2,
        (at_least(UNIT, 1), below(UNIT, UNITS)),
        situations,
        (RoundAccount(Stage(first_masks, first_values)), RoundAccount(shown(string))),
        carry,
        seeds,
        decode,
        spare,
        skeleton=parity_skeletons.JOINT,
    )


# --- after sampling ------------------------------------------------------------------------


def after_sampling_account(statement: str, *, sampler: LocalSampler | None = None) -> Account:
    """Two rounds, F sees the candidates, absorbing; every n >= 2. The ring as with remasking."""

    def drawn(f: Formula, i: Index) -> tuple[Literal, ...]:
        if i < f.units - 1:
            return (f.coin("p1", i),)
        # The check's candidate: all is masked, so the marker counts as 0 and the ring as masked.
        return (f.one() if f.units > 2 else f.zero(),)

    return Account(
        statement,
        sampler or after_sampling(),
        2,
        AT_LEAST_TWO,
        RING_SITUATIONS,
        (
            RoundAccount(RING_MASKED, candidates=drawn),
            RoundAccount(RING_STRING, candidates=RING_STRING.value),
        ),
        ring_carry,
        lambda f, i: (("p1", i),) if i < f.units - 1 else (),
        ring_decode,
        skeleton=parity_skeletons.RING_AFTER_SAMPLING,
    )
