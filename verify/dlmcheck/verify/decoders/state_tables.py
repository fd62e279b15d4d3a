"""The states of a decoder as numbers, and what its predictor says in them, as columns.

For `streaming`: only the cells that are masked at the start count. A state is a number to the base
of the vocabulary and one, digit 0 being M. Probabilities are rounded down (`downward`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dlmcheck.model.decoders.noise import Shares
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.downward import ONE, WEIGHT_BITS, Units, floored, times

Whole = NDArray[np.int64]
MOST_NODE_CELLS = 12
"""`downward.NODES` is for sums of so many weights, each at least `LEAST_WEIGHT`."""
LEAST_WEIGHT = Fraction(373, 1024)


@dataclass(frozen=True)
class Half:
    """Some visible cells of a state: what each set of them that stays adds to the next state, as
    columns, and the pairs of a column with a cell that stays in it.
    """

    cells: tuple[int, ...]
    offsets: Whole
    marked_columns: Whole
    marked_cells: Whole
    """Positions in `cells`."""


class StateTables:
    """States, the predictor's laws in them, and the weights that their tokens would have."""

    def __init__(self, decoder: Decoder, shares: Shares) -> None:
        self.decoder, self.shares = decoder, shares
        self.start = decoder.start().state
        self.cells = tuple(cell for cell, token in enumerate(self.start) if token == MASK)
        self.base = decoder.vocabulary + 1
        powers = [self.base**i for i in range(len(self.cells))]
        self.powers = np.array(powers, dtype=np.int64)
        numbers = np.arange(self.base ** len(self.cells), dtype=np.int64)
        self.digits: Whole = numbers[:, None] // self.powers % self.base
        """Per state and cell 0 for M, token + 1 else."""
        self.laws: dict[int, list[dict[int, Fraction]]] = {}
        """What the predictor says of the masked cells, in the states that may be reached."""
        self.new_weights = np.zeros((*self.digits.shape, self.base), dtype=np.int64)
        least = self._tabulate()
        self.has_nodes = (
            len(self.cells) <= MOST_NODE_CELLS and Fraction(least, 1 << WEIGHT_BITS) >= LEAST_WEIGHT
        )

    def state(self, number: int) -> State:
        """A state by its number."""
        found = list(self.start)
        for cell, digit in zip(self.cells, self.digits[number].tolist(), strict=True):
            found[cell] = digit - 1 if digit else MASK
        return tuple(found)

    def number(self, state: State) -> int:
        """The number of a state."""
        return sum(
            (state[cell] + 1 if state[cell] != MASK else 0) * int(power)
            for cell, power in zip(self.cells, self.powers, strict=True)
        )

    def _tabulate(self) -> int:
        """Fill `laws` and `new_weights`, state by state as they may be reached: what the predictor
        would say elsewhere is not asked for. The least weight is returned.
        """
        weights: dict[Fraction, int] = {}
        met, waiting = np.zeros(len(self.digits), dtype=np.bool_), [0]
        met[0] = True
        while waiting:
            number = waiting.pop()
            state, after = self.state(number), np.zeros(1, dtype=np.int64)
            row: list[dict[int, Fraction]] = []
            for i, cell in enumerate(self.cells):
                law: dict[int, Fraction] = {}
                shown = [0, int(self.digits[number, i])]
                if state[cell] == MASK:
                    law = dict(self.decoder.predictor(state, cell).items())
                    shown = [0, *(token + 1 for token in law)]
                for token, p in law.items():
                    if p not in weights:
                        weights[p] = self._weight(p)
                    self.new_weights[number, i, token + 1] = weights[p]
                row.append(law)
                after = (after[:, None] + np.array(shown) * self.powers[i]).ravel()
            self.laws[number] = row
            fresh = after[~met[after]]
            met[fresh] = True
            waiting += fresh.tolist()
        return min(weights.values(), default=1)

    def _weight(self, p: Fraction) -> int:
        scaled = self.shares.weight(p) * 2**WEIGHT_BITS
        if scaled.denominator != 1 or not 0 < scaled <= 1 << WEIGHT_BITS:
            raise ValueError(f"the weight {scaled}/2^{WEIGHT_BITS}")
        return int(scaled)

    def writing(self, number: int) -> Units:
        """Per state and masked cell the probabilities of what it shows after a round."""
        rate = self.shares.write(number)
        found = np.zeros((*self.digits.shape, self.base), dtype=np.int64)
        known: dict[Fraction, int] = {}
        for state, row in self.laws.items():
            for i, law in enumerate(row):
                if law:
                    found[state, i, 0] = floored(1 - rate)
                for token, p in law.items():
                    if p not in known:
                        known[p] = floored(rate * p)
                    found[state, i, token + 1] = known[p]
        return found

    def half(self, state: int, cells: tuple[int, ...]) -> Half:
        """Columns: cell by cell, first those where it turns back, then those where it stays."""
        offsets, stays = np.zeros(1, dtype=np.int64), np.zeros((1, 0), dtype=np.bool_)
        for i in cells:
            step = self.digits[state, i] * self.powers[i]
            offsets = np.concatenate([offsets, offsets + step])
            column = np.repeat([False, True], len(stays))[:, None]
            stays = np.hstack([np.vstack([stays, stays]), column])
        columns, marked = np.nonzero(stays)
        return Half(cells, offsets, columns, marked)

    def written(self, writing: Units, state: int) -> tuple[Units, Whole, Whole]:
        """What the masked cells of a state show next: probabilities, what they add to the number
        of the state, and the weights of the new tokens, per cell.
        """
        chances, offsets = np.array([ONE], dtype=np.int64), np.zeros(1, dtype=np.int64)
        weights = np.zeros((1, len(self.cells)), dtype=np.int64)
        for i in np.flatnonzero(self.digits[state] == 0).tolist():
            options = [d for d in range(self.base) if writing[state, i, d]]
            chances = np.concatenate([times(chances, int(writing[state, i, d])) for d in options])
            offsets = np.concatenate([offsets + d * int(self.powers[i]) for d in options])
            fresh: list[Whole] = []
            for digit in options:
                fresh.append(weights.copy())
                fresh[-1][:, i] = self.new_weights[state, i, digit] if digit else 0
            weights = np.concatenate(fresh)
        return chances, offsets, weights
