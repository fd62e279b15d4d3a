"""The wires of a cell and its neighbours, as atoms of a step.

A scene is one step in the making. Rules ask its wires for the bits of cells at symbolic positions;
what they ask for becomes an atom, the same atom for the same cell. So the gates of the step are
emitted by the rules that emit the schedule, through the same builder.

A cell is two free bits, the mask and the token behind it, which is shown only where there is no
mask: every assignment to atoms is a legal code. Likewise every assignment is a round number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.builder import Builder
from dlmcheck.model.samplers.cell_wires import CellWires
from dlmcheck.spec.circuit import Circuit, Input, InputKind, Literal, cone, node_of
from dlmcheck.verify.proofs.positions import Frame, Index

ROOM = 64
"""Atoms that a step may ask for while it is made; the kernel's tables allow far fewer."""

MASKED, TOKEN, CANDIDATE, CLOCK = "masked", "token", "candidate", "clock"


@dataclass(frozen=True, eq=False)
class Atom:
    """A free bit: of what family, at which position."""

    family: str
    index: Index
    literal: Literal

    @property
    def name(self) -> str:
        """The name of the step's input."""
        return f"{self.family}[{self.index}]"


class Scene:
    """Atoms and gates of one step, in a frame of positions."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.builder = Builder([Input(f"atom {k}", InputKind.DATA) for k in range(ROOM)])
        self.atoms: list[Atom] = []

    def atom(self, family: str, index: Index) -> Literal:
        """The bit of a family at a position. Raises `Undecided` if that may be one of two."""
        for known in self.atoms:
            if known.family == family and known.index == index:
                return known.literal
        if len(self.atoms) == ROOM:
            raise ValueError(f"more than {ROOM} atoms in one step")
        self.atoms.append(Atom(family, index, len(self.atoms)))
        return self.atoms[-1].literal

    def value(self, cell: Index) -> Literal:
        """What a cell shows: its token, 0 while it is masked."""
        return self.builder.and_(~self.atom(MASKED, cell), self.atom(TOKEN, cell))

    def clock(self, bits: int) -> list[Literal]:
        """The round number, lowest bit first. There is no round 0: all atoms 0 are round 1."""
        atoms = [self.atom(CLOCK, self.frame.index(j)) for j in range(bits)]
        lowest = self.builder.or_(atoms[0], self.builder.and_(*(~atom for atom in atoms)))
        return [lowest, *atoms[1:]]

    def same(self, left: Literal, right: Literal) -> Literal:
        """Whether two bits are equal."""
        return ~self.builder.xor(left, right)

    def read_by(self, literals: Sequence[Literal]) -> list[Atom]:
        """The atoms in the cone of some literals."""
        circuit = self.builder.build(literals)
        _, places = cone(circuit, literals)
        return [self.atoms[place] for place in places.values()]

    def circuit(self, outputs: Sequence[Literal], names: Sequence[str]) -> Circuit:
        """The circuit of some literals over exactly the atoms that they read."""
        smaller, places = cone(self.builder.build(outputs), outputs)
        inputs = tuple(
            Input(self.atoms[places[k]].name, InputKind.DATA) for k in range(len(smaller.inputs))
        )
        return Circuit(inputs, smaller.gates, smaller.outputs, tuple(names))

    def is_atom(self, literal: Literal) -> bool:
        """Whether a literal is an input, negated or not."""
        return node_of(literal) < ROOM


class SceneWires(CellWires[Index]):
    """The wires that a rule of the predictor, F or G gets in a scene.

    There are `length` cells; `coins` is the family of the rule's coins in this round, `number`
    how many there are. A cell or a coin that is not there is a `ValueError`.
    """

    def __init__(
        self, scene: Scene, length: Index, clock_bits: int, coins: str, number: Index
    ) -> None:
        super().__init__(scene.builder, clock_bits)
        self._scene = scene
        self._length = length
        self._coins = coins
        self._number = number

    def _existing(self, cell: Index) -> Index:
        if cell < 0 or cell >= self._length:
            raise ValueError(f"no cell {cell}: there are {self._length}")
        return cell

    def masked(self, cell: Index) -> Literal:
        """Whether a cell holds M. Raises `ValueError` if there is no such cell."""
        return self._scene.atom(MASKED, self._existing(cell))

    def value(self, cell: Index) -> Literal:
        """The token of a cell, 0 while it is masked. Raises `ValueError` as `masked` does."""
        return self._scene.value(self._existing(cell))

    def candidate(self, cell: Index) -> Literal:
        """The drawn candidate of a cell (the token itself where it is visible).

        Raises `ValueError` as `masked` does.
        """
        return self._scene.atom(CANDIDATE, self._existing(cell))

    def coin(self, index: Index) -> Literal:
        """A fair random bit. Raises `ValueError` if there is none of this number."""
        if index < 0 or index >= self._number:
            raise ValueError(f"no coin {self._coins}[{index}]: there are {self._number}")
        return self._scene.atom(self._coins, index)

    def clock_bit(self, index: int) -> Literal:
        """A bit of the round number, lowest first."""
        return self._scene.clock(self.clock_bits)[index]
