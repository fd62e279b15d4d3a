"""A circuit in levels, as arrays: for engines that look at all gates of a level at once.

Every gate becomes a conjunction or an exclusive or of two literals: OR by its negation, gates
with more arguments as balanced trees; ID, NOT and constants disappear. A literal is
`2 * place + inverted`; place 0 is the constant false, inputs follow, then gates by their level,
and in each level conjunctions first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import Circuit, InputKind, Op
from dlmcheck.verify.engines.network import FALSE, TRUE, Lit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Level:
    """Gates at places from `low` on, below `high`; up to `middle` conjunctions, then XOR.

    `left` and `right` are the places that they read, with `left_sign` and `right_sign` 1 where
    they read a negation.
    """

    low: int
    middle: int
    high: int
    left: Numbers
    left_sign: Numbers
    right: Numbers
    right_sign: Numbers


@dataclass(frozen=True)
class Levels:
    """A circuit in levels.

    `outputs` are the literals of its outputs, `count` is the number of places, `inputs` that of
    inputs, of which those from number `first_random` on are random; `reads` are those that a gate
    or an output reads. `left` and `right` give the
    literals that each place reads (the first that needs no coin, if one needs some); `is_many`
    says at which places of trees `members` has more than two.
    """

    count: int
    inputs: int
    first_random: int
    reads: frozenset[int]
    outputs: Numbers
    levels: Sequence[Level]
    left: Sequence[Lit]
    right: Sequence[Lit]
    is_xor: bytes
    is_many: bytes
    _trees: Mapping[int, tuple[Sequence[Lit], int, int]]
    _place: Sequence[int]
    _tosses: Sequence[bool]

    def members(self, place: int) -> list[Lit]:
        """What a part of a gate with many arguments has of them, coins last."""
        literals, first, last = self._trees[place]
        moved = [2 * self._place[one >> 1] | one & 1 for one in literals[first:last]]
        return sorted(moved, key=lambda one: self._tosses[one >> 1])


class _Gates:
    """Gates as they are added, in any topological order; the constant and inputs come first."""

    def __init__(self, inputs: int) -> None:
        self.left: list[Lit] = [FALSE] * (inputs + 1)
        self.right: list[Lit] = [FALSE] * (inputs + 1)
        self.is_xor = bytearray(inputs + 1)
        self.trees: dict[int, tuple[Sequence[Lit], int, int]] = {}

    def add(self, x: Lit, y: Lit, is_xor: bool) -> Lit:
        """The literal of a new gate."""
        self.left.append(x)
        self.right.append(y)
        self.is_xor.append(is_xor)
        return 2 * len(self.left) - 2

    def tree(self, args: Sequence[Lit], is_xor: bool, first: int, last: int) -> Lit:
        """The literal of a gate with any number of arguments, those from `first` to `last`."""
        if last - first == 1:
            return args[first]
        if last - first == 2:
            return self.add(args[first], args[first + 1], is_xor)
        middle = (first + last) // 2
        one = self.tree(args, is_xor, first, middle)
        made = self.add(one, self.tree(args, is_xor, middle, last), is_xor)
        self.trees[made >> 1] = args, first, last
        return made


def in_levels(circuit: Circuit) -> Levels:
    """A circuit with data inputs first, in levels."""
    count = len(circuit.inputs)
    gates = _Gates(count)
    places: list[Lit] = list(range(2, 2 * count + 2, 2))
    for gate in circuit.gates:
        op, args = gate.op, [places[arg] if arg >= 0 else places[~arg] ^ 1 for arg in gate.args]
        if op is Op.AND or op is Op.XOR:
            made = gates.tree(args, op is Op.XOR, 0, len(args))
        elif op is Op.OR:
            made = gates.tree([arg ^ 1 for arg in args], False, 0, len(args)) ^ 1
        elif op is Op.ID or op is Op.NOT:
            made = args[0] ^ (op is Op.NOT)
        else:
            made = TRUE if op is Op.CONST1 else FALSE
        places.append(made)
    outputs = [places[one] if one >= 0 else places[~one] ^ 1 for one in circuit.outputs]
    random = sum(one.kind is InputKind.RANDOM for one in circuit.inputs)
    return _sorted(gates, outputs, count, count - random)


def _levels(gates: _Gates, first: int) -> list[int]:
    """The level of each place; inputs and the constant have 0."""
    levels = [0] * first
    for x, y in zip(gates.left[first:], gates.right[first:], strict=True):
        one, two = levels[x >> 1], levels[y >> 1]
        levels.append((one if one > two else two) + 1)
    return levels


def _sorted(gates: _Gates, outputs: Sequence[Lit], inputs: int, first_random: int) -> Levels:
    import numpy as np

    first, count = inputs + 1, len(gates.left)
    level: Numbers = np.array(_levels(gates, first), np.int32)
    is_xor = np.frombuffer(bytes(gates.is_xor), np.uint8)
    # Stable, and inputs and the constant are no XOR: they stay where they are.
    order: npt.NDArray[np.intp] = np.lexsort((is_xor, level))
    place = np.empty(count, np.int32)
    place[order] = np.arange(count, dtype=np.int32)

    def moved(literals: Sequence[Lit]) -> Numbers:
        old = np.array(literals, np.int32)
        new: Numbers = place[old >> 1] * 2 | old & 1
        return new

    left, right = moved(gates.left)[order], moved(gates.right)[order]
    is_xor = is_xor[order]
    highest = int(level[order[-1]])
    bounds: list[int] = np.searchsorted(level[order], np.arange(1, highest + 2)).tolist()

    # What may need coins is read last: an AND with a 0 needs none.
    tosses = np.zeros(count, np.bool_)
    tosses[first_random + 1 : first] = True
    levels: list[Level] = []
    for low, high in pairwise(bounds):
        one, two = left[low:high], right[low:high]
        later = tosses[one >> 1] & ~tosses[two >> 1]
        one[later], two[later] = two[later], one[later]
        tosses[low:high] = tosses[two >> 1]
        ands = int(np.count_nonzero(is_xor[low:high] == 0))
        levels.append(Level(low, low + ands, high, one >> 1, one & 1, two >> 1, two & 1))
    shown = moved(outputs)
    is_read = np.zeros(count, np.bool_)
    for literals in (left, right, shown):
        is_read[literals >> 1] = True
    new = place.tolist()
    is_many = bytearray(count)
    for at in gates.trees:
        is_many[new[at]] = 1
    return Levels(
        count,
        inputs,
        first_random,
        frozenset(np.flatnonzero(is_read[1:first]).tolist()),
        shown,
        levels,
        left.tolist(),
        right.tolist(),
        is_xor.tobytes(),
        bytes(is_many),
        {new[at]: tree for at, tree in gates.trees.items()},
        new,
        tosses.tolist(),
    )
