"""Samplers given by rules: what each cell does, as one function for all cells and all n.

The cells come in units (single cells, or blocks of two); a rule is handed a unit's number and the
number of units, and returns one literal for each of the unit's cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dlmcheck.model.samplers.cell_wires import CellWires, P, fixed
from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule


class UnitRule(Protocol):
    """A rule: for wires, a unit and the number of units, a literal for each cell of the unit."""

    def __call__(self, w: CellWires[P], unit: P, units: P, /) -> tuple[Literal, ...]:
        """The literals, in the order of the unit's cells."""
        ...


@dataclass(frozen=True)
class Layout:
    """How n cells are cut into units, numbered from `first` to `units` - 1.

    n is `size` times the number of units, plus `extra`. Unit u >= `regular` has the `size` cells
    from size u + extra on; the units before it are single cells or, for `regular` = 2, the one
    unit 1 of the cells 0 and 1.
    """

    name: str
    """The n that it is for."""
    first: int = 0
    size: int = 1
    extra: int = 0
    regular: int = 0

    def units_of(self, n: int, what: str) -> int:
        """The number behind the last unit. Raises `BadInput` if n cells cannot be cut so."""
        units, rest = divmod(n - self.extra, self.size)
        if rest or units <= self.first:
            raise BadInput(f"n = {n}", source=what, expected=self.name)
        return units

    def length(self, units: P) -> P:
        """n, the number of cells."""
        return units * self.size + self.extra

    def cells(self, unit: P) -> tuple[P, ...]:
        """The cells of a unit, in order."""
        if unit < self.regular:
            return tuple(fixed(unit, k) for k in range(2 if self.regular == 2 else 1))
        return tuple(unit * self.size + (self.extra + k) for k in range(self.size))


SINGLE = Layout("n >= 1")
PAIRS = Layout("an even n", size=2)
PAIRS_AFTER_ONE = Layout("an odd n", first=-1, size=2, extra=1)
TWO_AND_SINGLE = Layout("n >= 2", first=1, regular=2)


class Count(Protocol):
    """A number of coins, for n cells in so many units."""

    def __call__(self, n: P, units: P, /) -> P:
        """The number, of the kind of n."""
        ...


def no_coins(n: P, _units: P) -> P:
    """A circuit without coins."""
    return fixed(n, 0)


def one_coin_each(n: P, _units: P) -> P:
    """As many coins as cells."""
    return n


def one_coin_less(n: P, _units: P) -> P:
    """A coin for every cell but one."""
    return n - 1


def one_coin_a_unit(_n: P, units: P) -> P:
    """A coin for every unit."""
    return units


@dataclass(frozen=True)
class LocalSampler:
    """A sampler on L = n cells, for every n that its layout allows from `least` on.

    `low` is the value bit that the predictor writes (never M), `flag` whether F selects the
    cell, `mark` whether G masks it. `predictor_coins` and `unmask_coins` give the number of
    coins for n cells. `before_flags` may ask for gates that are to stand before the flags'.
    """

    name: str
    least: int
    rounds: int
    low: UnitRule
    flag: UnitRule
    mark: UnitRule | None = None
    layout: Layout = SINGLE
    edits: Edits = Edits.WRITE_ONCE
    clock: bool = False
    candidates: bool = False
    absorbing: bool = True
    predictor_coins: Count = no_coins
    unmask_coins: Count = no_coins
    before_flags: Callable[[Wires, int], object] | None = None

    @property
    def clock_bits(self) -> int:
        """The bits of the round number, 0 without a clock."""
        return clock_width(self.rounds) if self.clock else 0

    def schedule(self, n: int) -> Schedule:
        """The schedule for n cells. Raises `BadInput` for an n out of range."""
        require_cells(n, self.least, self.name)
        units = self.layout.units_of(n, self.name)
        bits = self.clock_bits
        w = Wires(n, clock_bits=bits, random=self.predictor_coins(n, units))
        lows = self._of_all(self.low, w, units)
        f = Wires(
            n, clock_bits=bits, candidates=self.candidates, random=self.unmask_coins(n, units)
        )
        if self.before_flags is not None:
            self.before_flags(f, units)
        flags = f.marks(self._of_all(self.flag, f, units))
        g = Wires(n, clock_bits=bits)
        return parity_schedule(
            n,
            self.rounds,
            w.values(lows),
            flags,
            remask=None if self.mark is None else g.marks(self._of_all(self.mark, g, units)),
            edits=self.edits,
            clock=self.clock,
            candidates=self.candidates,
            absorbing=self.absorbing and not self.clock,
        )

    def _of_all(self, rule: UnitRule, w: Wires, units: int) -> list[Literal]:
        return [x for unit in range(self.layout.first, units) for x in rule(w, unit, units)]
