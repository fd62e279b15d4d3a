"""What one phase of a round does to each cell of many states at once, as tables.

For a cell, its *rows* are the possible laws of what it shows after the phase: counts of 0, 1 and
M over a power of two. Most cells read few cells (locality: Jiang, Haghtalab, Chen, ICLR 2026,
section 2), and then the circuits are evaluated only on what is read and looked up for each state.
Coins of F or G that several cells read are given from outside; given them, cells are independent.

Cells show 0, 1 or 2 here, where 2 is M. Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from dlmcheck.spec.circuit import Circuit, InputKind, Op, cone
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.resources import shared_inputs
from dlmcheck.spec.schedule import Schedule, clock_value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Numbers = NDArray[np.integer[Any]]

M = 2
"""The number of the mask, as a digit of a state."""
MOST_COINS = 10
"""Cells with more coins of their own are not tabulated."""


class NotTabulated(Exception):
    """A schedule for which no tables are made, and why."""


@dataclass(frozen=True)
class SiteRows:
    """The laws of one cell after a phase: which row each state has, and the rows.

    `rows[k]` are the counts of 0, 1 and M over 2^coins. `broken` is the number of a state in
    which the phase may break a rule of the model, or -1.
    """

    cell: int
    which: Numbers
    rows: tuple[tuple[int, int, int], ...]
    coins: int
    reads: frozenset[int]
    broken: int = -1


def shared_coins(circuit: Circuit) -> tuple[int, ...]:
    """The coins of a policy that two or more positions read."""
    shared = shared_inputs(circuit, [(output,) for output in circuit.outputs])
    return tuple(v for v in sorted(shared) if circuit.inputs[v].kind is InputKind.RANDOM)


def write_rows(
    schedule: Schedule,
    prompt: Mapping[int, int],
    number: int,
    states: Bytes,
    given: Mapping[int, bool],
) -> list[SiteRows]:
    """The phases select, draw and write, for each cell.

    `states` has a row for each cell, `given` the coins of F that cells share. Raises
    `NotTabulated`.
    """
    found: list[SiteRows] = []
    for i in range(schedule.length):
        draws = _Part(schedule, schedule.predictor, (2 * i, 2 * i + 1), number, {})
        selects = _Part(schedule, schedule.unmask, (i,), number, given)
        places = _Places(states, sorted({i} | draws.reads | selects.reads))
        codes = draws.counts(places)
        chosen = selects.counts(places)[1]
        encoding = schedule.encoding
        by_code = {(h, low): codes[2 * h + low] for h in (0, 1) for low in (0, 1)}
        tokens = [
            by_code.pop((int(code[0]), int(code[1])))
            for code in (encoding.zero, encoding.one, encoding.mask)
        ]
        illegal = sum(by_code.values()) > 0
        own = places.digits(i)
        if schedule.edits is not Edits.REVISE_ANY:
            illegal |= tokens[M] > 0
        if schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK):
            for t in (0, 1):
                illegal |= (own == 1 - t) & (tokens[t] > 0)
        if i in prompt:
            illegal |= tokens[1 - prompt[i]] + tokens[M] > 0
        kept = ((1 << selects.coins) - chosen) << draws.coins
        counts = [tokens[t] * chosen + kept * (own == t) for t in (0, 1, M)]
        coins = draws.coins + selects.coins
        found.append(places.site(i, counts, coins, illegal & (chosen > 0)))
    return found


def remask_rows(
    schedule: Schedule,
    circuit: Circuit,
    prompt: Mapping[int, int],
    number: int,
    states: Bytes,
    given: Mapping[int, bool],
) -> list[SiteRows]:
    """The phase remask, for each cell. Raises `NotTabulated`."""
    found: list[SiteRows] = []
    for i in range(schedule.length):
        marks = _Part(schedule, circuit, (i,), number, given)
        places = _Places(states, sorted({i} | marks.reads))
        marked = marks.counts(places)[1]
        own = places.digits(i)
        kept = (1 << marks.coins) - marked
        counts = [kept * (own == t) for t in (0, 1)]
        counts.append(marked + kept * (own == M))
        illegal = (marked > 0) & (i in prompt)
        found.append(places.site(i, counts, marks.coins, illegal))
    return found


class _Places:
    """The values of some cells, in all combinations, or those of the states if these are fewer."""

    def __init__(self, states: Bytes, cells: Sequence[int]) -> None:
        import numpy as np

        self.cells = tuple(cells)
        self._states = states
        self._local = 3 ** len(cells) <= states.shape[1]
        self._digits: dict[int, Bytes] = {}
        if not self._local:
            self.size = int(states.shape[1])
            self._digits |= {cell: states[cell] for cell in cells}
            return
        self.size = 3 ** len(cells)
        numbers: Numbers = np.arange(self.size, dtype=np.int64)
        for k, cell in enumerate(cells):
            self._digits[cell] = (numbers // 3**k % 3).astype(np.uint8)

    def digits(self, cell: int) -> Bytes:
        """What a cell shows."""
        return self._digits[cell]

    def site(
        self, cell: int, counts: Sequence[Numbers], coins: int, illegal: NDArray[np.bool_]
    ) -> SiteRows:
        """The counts at these places as rows of all states."""
        import numpy as np

        keys = counts[0] << coins + 1 | counts[1]
        distinct, which = np.unique(keys, return_inverse=True)
        total = 1 << coins
        rows: list[tuple[int, int, int]] = []
        for key in distinct.tolist():
            zero, one = key >> coins + 1, key & (1 << coins + 1) - 1
            rows.append((zero, one, total - zero - one))
        broken = -1
        where = self._where() if self._local else None
        if illegal.any():
            at = np.flatnonzero(illegal if where is None else illegal[where])
            broken = int(at[0]) if len(at) else -1
        small = which.astype(np.uint8 if len(rows) <= 1 << 8 else np.int32)
        placed = small if where is None else small[where]
        return SiteRows(cell, placed, tuple(rows), coins, frozenset(self.cells), broken)

    def _where(self) -> Numbers:
        """For each state the number of its place."""
        import numpy as np

        number: NDArray[np.int32] = np.zeros(self._states.shape[1:], dtype=np.int32)
        for k, cell in enumerate(self.cells):
            number += self._states[cell] * np.int32(3**k)
        return number


class _Part:
    """Some outputs of a circuit of a schedule, in one round."""

    def __init__(
        self,
        schedule: Schedule,
        whole: Circuit,
        outputs: Sequence[int],
        number: int,
        given: Mapping[int, bool],
    ) -> None:
        self._circuit, source = cone(whole, [whole.outputs[k] for k in outputs])
        self._encoding = schedule.encoding
        state_bits = 2 * schedule.length
        clock = clock_value(schedule, number)
        self._inputs: list[tuple[int, int] | bool | None] = []
        """Per input: cell and half, or its value, or None for a coin."""
        for v in range(len(self._circuit.inputs)):
            origin = source[v]
            if origin < state_bits:
                self._inputs.append((origin // 2, origin % 2))
            elif origin < state_bits + len(clock):
                self._inputs.append(clock[origin - state_bits])
            else:
                self._inputs.append(given.get(origin))
        self.coins = sum(one is None for one in self._inputs)
        if self.coins > MOST_COINS:
            raise NotTabulated(f"a cell has {self.coins} coins in one phase")
        self.reads = frozenset(one[0] for one in self._inputs if isinstance(one, tuple))

    def counts(self, places: _Places) -> list[Numbers]:
        """For each value of the outputs, first output highest, how many coins give it."""
        import numpy as np

        encoding = self._encoding
        codes = np.array([encoding.zero, encoding.one, encoding.mask], dtype=np.bool_)
        fixed: list[NDArray[np.bool_] | None] = []
        for one in self._inputs:
            if isinstance(one, tuple):
                fixed.append(codes[:, one[1]][places.digits(one[0])])
            else:
                fixed.append(None if one is None else np.full(places.size, one, dtype=np.bool_))
        width = len(self._circuit.outputs)
        found: list[Numbers] = [np.zeros(places.size, dtype=np.int64) for _ in range(1 << width)]
        for coins in product((False, True), repeat=self.coins):
            tossed = iter(coins)
            inputs: list[NDArray[np.bool_]] = [
                np.full(places.size, next(tossed), dtype=np.bool_) if c is None else c
                for c in fixed
            ]
            values = _evaluate(self._circuit, inputs)
            for word in range(1 << width):
                met = np.ones(places.size, dtype=np.bool_)
                for k, value in enumerate(values):
                    met &= value if word >> width - 1 - k & 1 else ~value
                found[word] = found[word] + met
        return found


def _evaluate(circuit: Circuit, inputs: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
    """The outputs of a circuit at many places at once."""
    import numpy as np

    nodes = list(inputs)
    size = len(inputs[0]) if inputs else 1

    def value(literal: int) -> NDArray[np.bool_]:
        return nodes[literal] if literal >= 0 else ~nodes[~literal]

    for gate in circuit.gates:
        result: NDArray[np.bool_] = np.full(size, gate.op in (Op.AND, Op.CONST1), dtype=np.bool_)
        for argument in map(value, gate.args):
            if gate.op is Op.AND:
                result &= argument
            elif gate.op is Op.OR:
                result |= argument
            else:
                # XOR; ID and NOT have one argument, and NOT is undone below.
                result ^= argument
        nodes.append(~result if gate.op is Op.NOT else result)
    return [value(output) for output in circuit.outputs]
