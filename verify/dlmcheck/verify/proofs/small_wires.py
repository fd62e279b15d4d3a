"""The wires of a few named cells, as atoms of a step, for rules that are given cells by number.

A scene is one step in the making. The rules run on a small instance, each cell of which stands
for a kind of cell of every instance: a node's own pair, a child's, all other children's. A cell is
two free bits, the mask and the token behind it, so every assignment to atoms is a legal state;
"it is round r" is a free bit for each r that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from dlmcheck.model.builder import Builder
from dlmcheck.model.samplers.cell_wires import CellWires
from dlmcheck.spec.circuit import Circuit, Input, InputKind, Literal, cone
from dlmcheck.verify.kernel.induction import CONCLUSION, Step
from dlmcheck.verify.proofs.parity_steps import needed

ROOM = 64


class SmallScene(CellWires[int]):
    """Atoms, premises and gates of one step; `names` are those of the cells that there are."""

    def __init__(self, name: str, names: Mapping[int, str]) -> None:
        super().__init__(Builder([Input(f"atom {k}", InputKind.DATA) for k in range(ROOM)]), 0)
        self.name = name
        self.names = dict(names)
        self._atoms: dict[str, Literal] = {}
        self._premises: list[tuple[str, Literal]] = []

    def atom(self, name: str) -> Literal:
        """A free bit by its name. Raises `ValueError` if there are too many."""
        if name not in self._atoms:
            if len(self._atoms) == ROOM:
                raise ValueError(f"more than {ROOM} atoms in one step")
            self._atoms[name] = len(self._atoms)
        return self._atoms[name]

    def name_of(self, cell: int) -> str:
        """The name of a cell. Raises `ValueError` if there is no such cell."""
        if cell not in self.names:
            raise ValueError(f"no cell {cell} in {self.name}")
        return self.names[cell]

    def masked(self, cell: int) -> Literal:
        """Whether a cell holds M. Raises `ValueError` if there is no such cell."""
        return self.atom(f"{self.name_of(cell)} is masked")

    def token(self, cell: int) -> Literal:
        """The token that a cell shows if it is visible. Raises `ValueError` as `masked` does."""
        return self.atom(f"{self.name_of(cell)} is 1")

    def value(self, cell: int) -> Literal:
        """The token of a cell, 0 while it is masked. Raises `ValueError` as `masked` does."""
        return self.builder.and_(~self.masked(cell), self.token(cell))

    def candidate(self, cell: int) -> Literal:
        """Raises `ValueError`: no candidates are seen here."""
        raise ValueError(f"the candidate of {self.name_of(cell)} is asked for")

    def coin(self, index: int) -> Literal:
        """The coin of a cell. Raises `ValueError` as `masked` does."""
        return self.atom(f"coin of {self.name_of(index)}")

    def clock_bit(self, index: int) -> Literal:
        """Raises `ValueError`: rules ask for rounds by number."""
        raise ValueError(f"bit {index} of the clock is asked for")

    def round_is(self, number: int) -> Literal:
        """Whether the round is one of those that are asked for."""
        return self.atom(f"it is round {number}")

    def same(self, left: Literal, right: Literal) -> Literal:
        """Whether two bits are equal."""
        return ~self.builder.xor(left, right)

    def choose(self, select: Literal, when_one: Literal, when_zero: Literal) -> Literal:
        """One of two bits."""
        return self.builder.mux(select, when_one, when_zero)

    def sum_of(self, *literals: Literal) -> Literal:
        """XOR of any number of bits."""
        return self.builder.xor(*literals) if literals else self.zero()

    def premise(self, name: str, literal: Literal) -> None:
        """Something that is known; the step keeps it if it is needed."""
        self._premises.append((name, literal))

    def atoms_read(self, literal: Literal) -> frozenset[str]:
        """The names of the atoms in the cone of a literal."""
        circuit = self.builder.build([literal])
        _, places = cone(circuit, [literal])
        atoms = list(self._atoms)
        return frozenset(atoms[place] for place in places.values())

    def cells_read(self, literal: Literal) -> frozenset[str]:
        """The names of the cells in the cone of a literal."""
        read = {atom.rpartition(" is ")[0] for atom in self.atoms_read(literal)}
        return frozenset(read & set(self.names.values()))

    def concludes(self, conclusion: Literal) -> Step:
        """The finished step, with those of the premises that it needs."""
        kept = needed(self._step(self._premises, conclusion))
        return self._step([self._premises[k] for k in kept], conclusion)

    def _step(self, premises: list[tuple[str, Literal]], conclusion: Literal) -> Step:
        outputs = [*(literal for _, literal in premises), conclusion]
        names = [*(name for name, _ in premises), CONCLUSION]
        smaller, places = cone(self.builder.build(outputs), outputs)
        atoms = list(self._atoms)
        inputs = tuple(Input(atoms[places[k]], InputKind.DATA) for k in range(len(smaller.inputs)))
        return Step(self.name, Circuit(inputs, smaller.gates, smaller.outputs, tuple(names)))
