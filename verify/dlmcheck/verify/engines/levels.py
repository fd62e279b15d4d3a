"""A circuit in levels, as arrays: for engines that look at all gates of a level at once.

Every gate becomes a conjunction or an exclusive or of two literals: OR by its negation, gates
with more arguments as balanced trees, ID and NOT as x and x, constants as 0 and 0. A literal is
`2 * place + inverted`; place 0 is the constant false, inputs follow, then gates by their level,
and in each level conjunctions first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.verify.engines.network import Lit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int32]
    Places = npt.NDArray[np.intp]
    Truths = npt.NDArray[np.bool_]


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
    or an output reads. `left` and `right` give the literals that each place reads (the first that
    needs no coin, if one needs some); `is_many` says at which places `members` has more than two.
    """

    count: int
    inputs: int
    first_random: int
    reads: frozenset[int]
    outputs: Numbers
    levels: Sequence[Level]
    left: Sequence[Lit]
    right: Sequence[Lit]
    is_xor: Sequence[bool]
    is_many: Sequence[bool]
    _is_inner: Sequence[bool]
    _tosses: Sequence[bool]

    def members(self, place: int) -> list[Lit]:
        """What a gate with many arguments, or a part of its tree, has of them; coins last."""
        found: list[Lit] = []
        stack = [2 * place]
        while stack:
            literal = stack.pop()
            if literal >> 1 == place or self._is_inner[literal >> 1]:
                stack += [self.right[literal >> 1], self.left[literal >> 1]]
            else:
                found.append(literal)
        return sorted(found, key=lambda one: self._tosses[one >> 1])


@dataclass(frozen=True)
class _Gates:
    """What stands at each place, as yet with all gates in their order in the circuit.

    `is_inner` are the parts of trees, which stand last; `outputs` as in `Levels`.
    """

    left: Numbers
    right: Numbers
    is_xor: Truths
    is_inner: Truths
    outputs: Numbers


def in_levels(circuit: Circuit, most: int | None = None) -> Levels | None:
    """A circuit with data inputs first, in levels; None if there are more levels than `most`."""
    import numpy as np

    gates, first = _gates(circuit), len(circuit.inputs) + 1
    count, levels = len(gates.left), [np.arange(first)]
    is_below = np.zeros(count, np.bool_)
    is_below[:first] = True
    above = np.arange(first, count)
    while len(above):
        ready = is_below[gates.left[above] >> 1] & is_below[gates.right[above] >> 1]
        here, above = above[ready], above[~ready]
        is_below[here] = True
        is_xor = gates.is_xor[here]
        levels.append(np.concatenate((here[~is_xor], here[is_xor])))
        if most is not None and len(levels) > most + 1:
            return None
    return _sorted(gates, levels, len(circuit.data_inputs))


_AND, _OR, _XOR, _ID, _NOT, _CONST0, _CONST1 = range(7)
_KIND = {
    Op.AND: _AND,
    Op.OR: _OR,
    Op.XOR: _XOR,
    Op.ID: _ID,
    Op.NOT: _NOT,
    Op.CONST0: _CONST0,
    Op.CONST1: _CONST1,
}


def _gates(circuit: Circuit) -> _Gates:
    import numpy as np

    gates, first = circuit.gates, len(circuit.inputs) + 1
    kind = np.frombuffer(bytes([_KIND[gate.op] for gate in gates]), np.uint8)
    arity = np.array([len(gate.args) for gate in gates], np.int32)
    # A gate at place p is a conjunction or XOR, or where it says so the negation of one.
    negated = np.zeros(first + len(gates), np.int32)
    negated[first:] = (kind == _OR) | (kind == _NOT) | (kind == _CONST1)

    def literals(read: Iterable[Literal]) -> Numbers:
        old = np.fromiter(read, np.int32)
        place = np.where(old < 0, ~old, old) + 1
        found: Numbers = place * 2 + ((old < 0) ^ negated[place])
        return found

    args = literals(chain.from_iterable([gate.args for gate in gates]))
    args ^= np.repeat(kind == _OR, arity)
    count = first + len(gates) + int(np.maximum(arity - 2, 0).sum())
    left, right = np.zeros(count, np.int32), np.zeros(count, np.int32)
    is_xor, is_inner = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    begin, free = np.cumsum(arity) - arity, first + len(gates)
    for many in np.unique(arity).tolist():
        rows = np.flatnonzero(arity == many)
        columns = [args[begin[rows] + column] for column in range(many)]
        while len(columns) > 2:
            paired: list[Numbers] = []
            for one, two in zip(columns[::2], columns[1::2], strict=False):
                made = np.arange(free, free + len(rows), dtype=np.int32)
                left[made], right[made] = one, two
                is_xor[made], is_inner[made] = kind[rows] == _XOR, True
                free += len(rows)
                paired.append(made * 2)
            columns = paired + columns[2 * len(paired) :]
        if columns:  # one alone is read twice: x and x is x
            left[first + rows], right[first + rows] = columns[0], columns[-1]
            is_xor[first + rows] = (kind[rows] == _XOR) & (many > 1)
    return _Gates(left, right, is_xor, is_inner, literals(circuit.outputs))


def _sorted(gates: _Gates, places: Sequence[Places], first_random: int) -> Levels:
    """Put gates into the order of their places, given by level."""
    import numpy as np

    order = np.concatenate(places)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)

    def moved(literals: Numbers) -> Numbers:
        found: Numbers = place[literals >> 1] * 2 | literals & 1
        return found

    left, right, outputs = moved(gates.left[order]), moved(gates.right[order]), moved(gates.outputs)
    is_xor, is_inner = gates.is_xor[order], gates.is_inner[order]
    # What may need coins is read last: an AND with a 0 needs none.
    first = len(places[0])
    tosses = np.zeros(len(order), np.bool_)
    tosses[first_random + 1 : first] = True
    levels: list[Level] = []
    low = first
    for here in places[1:]:
        high = low + len(here)
        one, two = left[low:high], right[low:high]
        later = tosses[one >> 1] & ~tosses[two >> 1]
        one[later], two[later] = two[later], one[later]
        tosses[low:high] = tosses[two >> 1]
        middle = high - int(np.count_nonzero(is_xor[low:high]))
        levels.append(Level(low, middle, high, one >> 1, one & 1, two >> 1, two & 1))
        low = high
    is_read = np.zeros(len(order), np.bool_)
    for literals in (left, right, outputs):
        is_read[literals >> 1] = True
    return Levels(
        len(order),
        first - 1,
        first_random,
        frozenset(np.flatnonzero(is_read[1:first]).tolist()),
        outputs,
        levels,
        left.tolist(),
        right.tolist(),
        is_xor.tolist(),
        (is_inner[left >> 1] | is_inner[right >> 1]).tolist(),
        is_inner.tolist(),
        tosses.tolist(),
    )
