"""A step of a proof, put together from named atoms, named premises and a conclusion."""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.reductions.folding import Folder, Wire, negated
from dlmcheck.spec.circuit import Input, InputKind
from dlmcheck.verify.kernel.induction import CONCLUSION, Step


class Implication:
    """A step in the making: its atoms are bits, its premises are wires over them.

    >>> modus = Implication("modus ponens", "a", "b")
    >>> modus.premise("a", modus["a"])
    >>> modus.premise("a gives b", modus.implies(modus["a"], modus["b"]))
    >>> modus.concludes(modus["b"]).premises
    ('a', 'a gives b')
    """

    def __init__(self, name: str, *atoms: str, without: Sequence[str] = ()) -> None:
        """`without`: premises of these names are left out, to see what fails then."""
        self.name = name
        self.folder = Folder([Input(atom, InputKind.DATA) for atom in atoms])
        self._atoms: dict[str, Wire] = {atom: node for node, atom in enumerate(atoms)}
        self._without = frozenset(without)
        self._premises: list[tuple[str, Wire]] = []

    def __getitem__(self, atom: str) -> Wire:
        """The wire of an atom. Raises `KeyError`."""
        return self._atoms[atom]

    def both(self, *wires: Wire) -> Wire:
        """AND."""
        return self.folder.all_of(wires)

    def either(self, *wires: Wire) -> Wire:
        """OR."""
        return self.folder.any_of(wires)

    def implies(self, first: Wire, second: Wire) -> Wire:
        """Not the first, or the second."""
        return self.folder.any_of([negated(first), second])

    def same(self, first: Wire, second: Wire) -> Wire:
        """Whether two wires have one value."""
        return negated(self.folder.parity_of([first, second]))

    def premise(self, name: str, wire: Wire) -> None:
        """One more premise."""
        if name not in self._without:
            self._premises.append((name, wire))

    def concludes(self, wire: Wire) -> Step:
        """The finished step."""
        names = [name for name, _ in self._premises]
        outputs = [premise for _, premise in self._premises]
        return Step(self.name, self.folder.finish([*outputs, wire], [*names, CONCLUSION]))
