"""What a proof says of an even-parity sampler: its states as functions of the coins, and back.

An *account* of a sampler gives, for every unit of cells and after every phase of every round,
what the cells hold as a function of the coins drawn so far; the running parity of the final
string as a function of the coins; and, the other way round, the coins as a function of the
string. `parity` turns it into steps, with the sampler's own rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dlmcheck.model.samplers.local_rules import Layout, LocalSampler
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.proofs.local_wires import Scene
from dlmcheck.verify.proofs.positions import Constraint, Index, Linear, Situation

UNIT, UNITS = "u", "m"
"""The variables of every situation: the number of a unit, the number of units."""
PREFIX, STRING, SPARE = "P", "z", "spare"


class Formula:
    """Formulas over the coins of a run, in a scene.

    Either the coins are atoms, or `coins_of` gives them (as functions of the string). The string
    z, its running parity P and the spare bits are atoms, unless they are given in turn.
    """

    def __init__(self, scene: Scene, account: Strings) -> None:
        self.scene = scene
        self.account = account
        self.units = scene.frame.index(UNITS)
        self.n = account.layout.length(self.units)
        self.coins_of: Callable[[str, Index], Literal] = scene.atom
        self.string_of: Callable[[Index], Literal] = lambda cell: scene.atom(STRING, cell)
        self.spare_of: Callable[[Index], Literal] = lambda unit: scene.atom(SPARE, unit)

    def coin(self, family: str, index: Index) -> Literal:
        """A coin: `p1` is the predictor's in round 1, `F2` the policy's in round 2, and so on."""
        return self.coins_of(family, index)

    def z(self, cell: Index) -> Literal:
        """A cell of the final string. Raises `ValueError` if there is no such cell."""
        if cell < 0 or cell >= self.n:
            raise ValueError(f"no cell {cell}: there are {self.n}")
        return self.string_of(cell)

    def prefix(self, unit: Index) -> Literal:
        """The parity of the final string up to and with a unit; 0 before the first one.

        Raises `ValueError` for a unit after the last one.
        """
        if unit < self.account.layout.first:
            return self.zero()
        if unit >= self.units:
            raise ValueError(f"no unit {unit}: there are {self.units}")
        return self.scene.atom(PREFIX, unit)

    def spare(self, unit: Index) -> Literal:
        """The coin of a unit that the string does not depend on."""
        return self.spare_of(unit)

    def at(self, number: int) -> Index:
        """A fixed position."""
        return self.scene.frame.index(number)

    def zero(self) -> Literal:
        """The constant 0."""
        return self.scene.builder.constant(False)

    def one(self) -> Literal:
        """The constant 1."""
        return self.scene.builder.constant(True)

    def both(self, *literals: Literal) -> Literal:
        """AND of bits."""
        return self.scene.builder.and_(*literals)

    def parity(self, *literals: Literal) -> Literal:
        """XOR of any number of bits."""
        return self.scene.builder.xor(*literals) if literals else self.zero()

    def choose(self, select: Literal, when_one: Literal, when_zero: Literal) -> Literal:
        """One of two bits."""
        return self.scene.builder.mux(select, when_one, when_zero)


Bits = Callable[[Formula, Index], tuple[Literal, ...]]
"""A bit for each cell of a unit."""
Seeds = Callable[[Formula, Index], tuple[tuple[str, Index], ...]]
"""The coins that belong to a unit."""


@dataclass(frozen=True)
class Support:
    """Which strings (with their spare bits) are made, each of them once.

    `holds` says so of the parity of all cells; it may ask for the parity before the last unit,
    the last token, and the last unit's spare bit.
    """

    name: str
    holds: Callable[[Formula, Literal, Ask, Ask, Ask], Literal]


Ask = Callable[[], Literal]


def _even(_f: Formula, total: Literal, _before: Ask, _last: Ask, _spare: Ask) -> Literal:
    return ~total


EVEN = Support("the string is even", _even)


class Strings(Protocol):
    """What is claimed of the strings that a sampler or a circuit makes of its coins."""

    @property
    def layout(self) -> Layout:
        """How the cells are cut into units."""
        ...

    @property
    def carry(self) -> Callable[[Formula, Index], Literal]:
        """The parity of the string up to a unit, as a function of the coins."""
        ...

    @property
    def seeds(self) -> Seeds:
        """The coins that decide the string and the spare bits."""
        ...

    @property
    def decode(self) -> Callable[[Formula, str, Index], Literal]:
        """A coin, as a function of the string and the spare bits."""
        ...

    @property
    def support(self) -> Support | None:
        """Which strings are made; None for all of them."""
        ...

    def spare_of(self, formula: Formula, unit: Index) -> Literal | None:
        """The spare bit of a unit, if it has one."""
        ...

    def output(self, formula: Formula, unit: Index) -> tuple[Literal, ...]:
        """The string's bits in a unit, as functions of the coins."""
        ...


@dataclass(frozen=True)
class Stage:
    """What a unit's cells hold at some point of the run: masks, and values (0 under a mask)."""

    masked: Bits
    value: Bits


@dataclass(frozen=True)
class RoundAccount:
    """What holds in a round: after the write, and after remasking if there is a G.

    `candidates` are the drawn candidates, for an F that sees them.
    """

    written: Stage
    remasked: Stage | None = None
    candidates: Bits | None = None


@dataclass(frozen=True)
class Account:
    """A sampler, and what is claimed of it for all n.

    `domain` bounds the number of units, `situations` are the classes of units. After the last of
    `rounds` every cell is visible. `carry` is the parity of the final string up to a unit, as a
    function of the coins; `seeds` are the coins that decide the string and the spare bits,
    `decode` gives each of them back. `spare` is a coin that
    the string does not depend on, for units that have one. `tokens` bounds what a rule reads.
    A cell's coin of the predictor is that of its own number.
    """

    statement: str
    sampler: LocalSampler
    tokens: int
    domain: tuple[Constraint, ...]
    situations: tuple[Situation, ...]
    rounds: tuple[RoundAccount, ...]
    carry: Callable[[Formula, Index], Literal]
    seeds: Seeds
    decode: Callable[[Formula, str, Index], Literal]
    spare: Callable[[Formula, Index], Literal | None] | None = None
    skeleton: tuple[str, ...] = ()
    coin_by_unit: bool = False
    """The predictor's coin of a unit has the unit's number, and is for its first cell."""
    independent: bool = False
    """F's coins are private to positions."""
    support: Support | None = EVEN
    """Which strings are made; None for all of them."""

    @property
    def layout(self) -> Layout:
        """How its cells are cut into units."""
        return self.sampler.layout

    @property
    def final(self) -> Stage:
        """The state after the last round."""
        last = self.rounds[-1]
        return last.written if last.remasked is None else last.remasked

    def spare_of(self, formula: Formula, unit: Index) -> Literal | None:
        """The spare bit of a unit, if it has one."""
        return None if self.spare is None else self.spare(formula, unit)

    def output(self, formula: Formula, unit: Index) -> tuple[Literal, ...]:
        """The final string's bits in a unit, as functions of the coins."""
        return self.final.value(formula, unit)


def nowhere(f: Formula, unit: Index) -> tuple[Literal, ...]:
    """0 for every cell of a unit."""
    return tuple(f.zero() for _ in f.account.layout.cells(unit))


def everywhere(f: Formula, unit: Index) -> tuple[Literal, ...]:
    """1 for every cell of a unit."""
    return tuple(f.one() for _ in f.account.layout.cells(unit))


START = Stage(everywhere, nowhere)
"""The start: every cell holds M."""


def shown(value: Bits) -> Stage:
    """Every cell is visible."""
    return Stage(nowhere, value)


def place_of(layout: Layout, cell: Index) -> tuple[Index, int]:
    """The unit of a cell, and which of the unit's cells it is.

    Raises `ValueError` for an index that is no multiple of the units' size and a constant.
    """
    shifted = cell.linear.minus(layout.extra)
    place = shifted.constant % layout.size
    if any(factor % layout.size for _, factor in shifted.factors):
        raise ValueError(f"cell {cell} is in no unit")
    factors = tuple((name, factor // layout.size) for name, factor in shifted.factors)
    unit = Index(Linear(factors, (shifted.constant - place) // layout.size), cell.frame)
    if unit >= layout.regular:
        return unit, place
    if layout.regular == 2:
        return cell.frame.index(1), 1 if unit > 0 else 0
    return unit, 0
