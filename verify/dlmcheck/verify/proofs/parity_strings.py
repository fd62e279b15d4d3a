"""The steps on strings: telescoping parity, and the bijection between coins and even strings.

`P[u]` is the parity of the final string up to and with unit u. Telescoping: it is the carry of
the coins, by induction over units, and 0 at the end. Bijection: the coins are read off the
string, its parities and the spare bits; done after the sampler this gives its coins back, and the
sampler after this gives string and spare bits back.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.samplers.cell_wires import fixed
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.proofs.local_wires import Atom, Scene
from dlmcheck.verify.proofs.parity_account import (
    EVEN,
    PREFIX,
    UNIT,
    Formula,
    Strings,
    Support,
    place_of,
)
from dlmcheck.verify.proofs.parity_steps import (
    Kind,
    MadeStep,
    Premise,
    known,
    known_equal,
    made_step,
)
from dlmcheck.verify.proofs.positions import Frame, Index, Undecided


def string_steps(account: Strings, frame: Frame) -> list[MadeStep]:
    """The steps on strings in one situation.

    Raises `ValueError` if the string depends on a coin that is no seed of a unit near by.
    """
    here = _Maker(account, frame)
    return [*here.telescoping(), *here.seeds(), here.string()]


class _Maker:
    """Makes the steps of one situation."""

    def __init__(self, account: Strings, frame: Frame) -> None:
        self.account = account
        self.frame = frame
        self.unit = frame.index(UNIT)

    def telescoping(self) -> list[MadeStep]:
        made: list[MadeStep] = []
        for kind in (Kind.TELESCOPING, Kind.EVEN):
            scene = Scene(self.frame)
            f = Formula(scene, self.account)
            output = self.account.output(f, self.unit)
            parity = f.parity(f.prefix(self.unit - 1), *output)
            if kind is Kind.EVEN:
                if self.unit < f.units - 1 or self.account.support is None:
                    continue
                conclusion = self._ends(self.account.support, f, parity, output[-1])
            else:
                conclusion = scene.same(parity, self.account.carry(f, self.unit))
            premises = self._carried(f, scene.read_by([conclusion]))
            made.append(made_step(scene, kind.value, kind, 0, premises, conclusion))
        return made

    def _carried(self, f: Formula, atoms: Sequence[Atom]) -> list[Premise]:
        return [
            (f"P[{atom.index}] is the carry",
             f.scene.same(atom.literal, self.account.carry(f, atom.index)))
            for atom in atoms
            if atom.family == PREFIX
        ]  # fmt: skip

    def seeds(self) -> list[MadeStep]:
        """The string that the coins make gives the coins back."""
        account, scene = self.account, Scene(self.frame)
        coins, decoder = Formula(scene, account), Formula(scene, account)

        def string_of(cell: Index) -> Literal:
            unit, place = place_of(account.layout, cell)
            return account.output(coins, unit)[place]

        def spare_of(unit: Index) -> Literal:
            return self._spare(coins, unit)

        decoder.string_of, decoder.spare_of = string_of, spare_of
        claims = [
            scene.same(account.decode(decoder, family, index), scene.atom(family, index))
            for family, index in account.seeds(coins, self.unit)
        ]
        if not claims:
            return []
        conclusion = scene.builder.and_(*claims)
        premises = self._carried(coins, scene.read_by([conclusion]))
        return [made_step(scene, Kind.SEEDS.value, Kind.SEEDS, 0, premises, conclusion)]

    def string(self) -> MadeStep:
        """The coins that are read off an even string make that string."""
        account, scene = self.account, Scene(self.frame)
        coins, string = Formula(scene, account), Formula(scene, account)

        def coins_of(family: str, index: Index) -> Literal:
            if not self._is_seed(string, family, index):
                raise ValueError(f"the string depends on {family}[{index}], which is no seed")
            return account.decode(string, family, index)

        coins.coins_of = coins_of
        made = account.output(coins, self.unit)
        cells = account.layout.cells(self.unit)
        claims = [scene.same(bit, string.z(c)) for bit, c in zip(made, cells, strict=True)]
        spare = account.spare_of(coins, self.unit)
        if spare is not None:
            claims.append(scene.same(spare, string.spare(self.unit)))
        conclusion = scene.builder.and_(*claims)
        premises: list[Premise] = []
        for unit in (self.unit, self.unit - 1):
            if unit >= account.layout.first:
                try:
                    total = string.parity(
                        string.prefix(unit - 1), *map(string.z, account.layout.cells(unit))
                    )
                except Undecided:
                    continue
                premises.append((f"P[{unit}] adds up z", scene.same(string.prefix(unit), total)))
        premises += self._supported(string)
        name = Kind.STRING.value
        return made_step(scene, name, Kind.STRING, 0, premises, conclusion)

    def _supported(self, string: Formula) -> list[Premise]:
        """That the string is one of those that are made, where its whole parity is read."""
        support = self.account.support
        if support is None:
            return []

        end = string.units - 1
        prefixes = [one for one in string.scene.atoms if one.family == PREFIX]
        read = [one.literal for one in prefixes if known_equal(one.index, end)]
        if not read:
            # An even string is asked for where its parity is read, and nowhere else.
            if support is EVEN or not known(lambda last: last >= end, self.unit):
                return []
            read = [string.prefix(end)]
        holds = support.holds(
            string,
            read[0],
            lambda: string.prefix(end - 1),
            lambda: string.z(string.n - 1),
            lambda: string.spare(end),
        )
        return [(support.name, holds)]

    def _ends(self, support: Support, f: Formula, parity: Literal, last: Literal) -> Literal:
        """That the string that the coins make is one of those."""

        def before() -> Literal:
            return f.prefix(self.unit - 1)

        return support.holds(f, parity, before, lambda: last, lambda: self._spare(f, self.unit))

    def _spare(self, f: Formula, unit: Index) -> Literal:
        """The spare bit of a unit. Raises `ValueError` if it has none."""
        spare = self.account.spare_of(f, unit)
        if spare is None:
            raise ValueError(f"unit {unit} has no spare bit")
        return spare

    def _is_seed(self, f: Formula, family: str, index: Index) -> bool:
        near = [self.unit, self.unit - 1, self.unit - 2, f.units - 1, f.units - 2]
        near.append(fixed(self.unit, self.account.layout.first))
        first = self.account.layout.first

        def has_it(unit: Index) -> bool:
            if unit < first or unit >= f.units:
                return False
            seeds = self.account.seeds(f, unit)
            return any(named == family and known_equal(place, index) for named, place in seeds)

        return any(known(has_it, unit) for unit in near)
