"""Steps about a few cells: each is two atoms, so that every row of a truth table is a state.

The wires of a cell are those of the paper's encoding (masked, value). The atom behind the value
is the token that the cell shows if it is visible, and the value wire is 0 while it is masked. So a
countermodel of a step can be written down as a state and run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.proofs.implication import Implication


def masked_atom(cell: str) -> str:
    """The name of the atom "this cell is masked"."""
    return f"{cell} is masked"


def token_atom(cell: str) -> str:
    """The name of the atom "the token of this cell, if it is visible, is 1"."""
    return f"{cell} is 1"


@dataclass(frozen=True)
class Cell:
    """The two wires of a cell."""

    masked: Literal
    value: Literal

    def matches(self, token: int) -> list[Literal]:
        """The construction's own literals for "this cell shows the token"."""
        return rules.match_token(self.masked, self.value, token)


class Scene(Implication):
    """A step in the making about some cells and some further bits.

    >>> scene = Scene("a visible cell is not masked", cells=["i"])
    >>> scene.premise("it is visible", ~scene.cell("i").masked)
    >>> scene.concludes(~scene.cell("i").masked).circuit.inputs[1].name
    'i is 1'
    """

    def __init__(self, name: str, *, cells: Sequence[str] = (), atoms: Sequence[str] = ()) -> None:
        names = [atom for cell in cells for atom in (masked_atom(cell), token_atom(cell))]
        super().__init__(name, *names, *atoms)
        self._literals = {atom: node for node, atom in enumerate((*names, *atoms))}

    @property
    def builder(self) -> Builder:
        """What the rules of the constructions emit their gates into."""
        return self.folder.builder

    def bit(self, atom: str) -> Literal:
        """The literal of an atom. Raises `KeyError`."""
        return self._literals[atom]

    def cell(self, name: str) -> Cell:
        """The wires of a cell. Raises `KeyError`."""
        masked = self._literals[masked_atom(name)]
        return Cell(masked, self.builder.and_(~masked, self._literals[token_atom(name)]))

    def shows(self, cell: Cell, token: int) -> Literal:
        """Whether a cell shows a token: by the encoding, not by the construction's literals."""
        if token == MASK:
            return cell.masked
        return self.builder.and_(~cell.masked, cell.value if token else ~cell.value)

    def shows_value(self, cell: Cell, value: Literal) -> Literal:
        """Whether a cell is visible and shows a bit."""
        return self.builder.and_(~cell.masked, ~self.builder.xor(cell.value, value))

    def is_code(self, bits: Sequence[Literal], token: int) -> Literal:
        """Whether two bits are the code of a token."""
        high, low = bits
        return self.builder.and_(high if token == MASK else ~high, low if token == 1 else ~low)

    def is_value(self, bits: Sequence[Literal], value: Literal) -> Literal:
        """Whether two bits are the code of the token that shows a bit."""
        high, low = bits
        return self.builder.and_(~high, ~self.builder.xor(low, value))

    def exactly(self, bits: Sequence[Literal], values: Sequence[bool]) -> Literal:
        """Whether the bits have these values."""
        wanted = [bit if value else ~bit for bit, value in zip(bits, values, strict=True)]
        return self.builder.and_(*wanted)
