"""Laws on very many states, with weights that are exact integers of any length.

Weights are integers over a power of two, in limbs of 48 bits in unsigned 64-bit words: 16 bits are
left for a sum of products with small counts, then carries are passed on. The highest limb may use
its whole word. Unlike residues modulo primes, limbs need no bound in advance: there are as many as
the exponent asks for so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.engines.site_tables import M, NotTabulated
from dlmcheck.verify.engines.statelaw import DyadicLaw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dlmcheck.verify.engines.site_tables import Bytes

    Words = NDArray[np.uint64]

LIMB = 48
"""Bits of a limb; the highest limb may use all 64 of its word."""
SPARE = 16
HALF = 32
"""Where a limb is split, so that any number of halves can be summed in a word."""


@dataclass(frozen=True)
class Weights:
    """A law on states: one column of `cells` for each (0, 1, or 2 for M), and its weight.

    The weight of state s is the sum of `limbs[k, s]` times 2^(48 k), over 2^exponent. States are
    distinct and their weights positive.
    """

    cells: Bytes
    limbs: Words
    exponent: int

    @property
    def states(self) -> int:
        """The number of states of positive probability."""
        return int(self.cells.shape[1])

    def state(self, number: int) -> State:
        """A state by its number."""
        column: list[int] = self.cells[:, number].tolist()
        return tuple(MASK if digit == M else digit for digit in column)

    def weight(self, number: int) -> int:
        """A weight by the number of its state."""
        column: list[int] = self.limbs[:, number].tolist()
        return sum(limb << LIMB * k for k, limb in enumerate(column))

    def integers(self) -> list[int]:
        """All weights."""
        found: list[int] = self.limbs[-1].tolist()
        for limb in self.limbs[-2::-1]:
            found = [(high << LIMB) + low for high, low in zip(found, limb.tolist(), strict=True)]
        return found

    def checked(self) -> Weights:
        """The same. Raises `ValueError` if the weights do not sum to 2^exponent."""
        import numpy as np

        total = 0
        for k, limb in enumerate(self.limbs):
            for half in (0, HALF):
                part = limb >> np.uint64(half) & np.uint64((1 << HALF) - 1)
                total += int(part.sum()) << LIMB * k + half
        if total != 1 << self.exponent:
            raise ValueError("the weights are no law over this power of two")
        return self

    def as_law(self) -> DyadicLaw:
        """The same law as a table, with the smallest exponent."""
        import numpy as np

        tokens = self.cells.astype(np.int8)
        tokens[self.cells == M] = MASK
        rows: list[list[int]] = tokens.tolist()
        states: list[State] = list(zip(*rows, strict=True)) if rows else [()] * self.states
        weights = dict(zip(states, self.integers(), strict=True))
        common = 0
        for weight in weights.values():
            common |= weight
        shift = min(self.exponent, (common & -common).bit_length() - 1)
        return DyadicLaw({x: w >> shift for x, w in weights.items()}, self.exponent - shift)

    def onto(self, cells: Sequence[int]) -> dict[int, int]:
        """The weights of what some cells show, as words of bits, first cell highest.

        These cells must show tokens in every state.
        """
        import numpy as np

        if len(cells) > 62:
            raise NotTabulated(f"{len(cells)} output cells")
        words = np.zeros(self.states, dtype=np.int64)
        for cell in cells:
            words = words << 1 | self.cells[cell]
        order = np.argsort(words, kind="stable")
        distinct, starts = np.unique(words[order], return_index=True)
        total: list[int] = [0] * len(distinct)
        for k, limb in enumerate(self.limbs):
            for half in (0, HALF):
                part = limb[order] >> np.uint64(half) & np.uint64((1 << HALF) - 1)
                sums: list[int] = np.add.reduceat(part, starts).tolist()
                total = [a + (b << LIMB * k + half) for a, b in zip(total, sums, strict=True)]
        names: list[int] = distinct.tolist()
        return dict(zip(names, total, strict=True))


# --- limbs ---------------------------------------------------------------------------------------


def limbs_for(exponent: int) -> int:
    """How many limbs hold weights up to 2^exponent."""
    return 1 if exponent <= 63 else 1 + -(-(exponent - 63) // LIMB)


def carry(limbs: Words) -> None:
    """Bring every limb but the highest under 2^48."""
    import numpy as np

    for k in range(len(limbs) - 1):
        limbs[k + 1] += limbs[k] >> np.uint64(LIMB)
        limbs[k] &= np.uint64((1 << LIMB) - 1)


def grown_to(limbs: Words, number: int) -> Words:
    """With more limbs; the highest so far is split if it is not the highest any more."""
    import numpy as np

    if number <= len(limbs):
        return limbs
    grown = np.zeros((number, *limbs.shape[1:]), dtype=np.uint64)
    grown[: len(limbs)] = limbs
    carry(grown)
    return grown


def reduced(law: Weights) -> Weights:
    """With the smallest exponent, and no more limbs than it needs."""
    import numpy as np

    limbs, shift = law.limbs, 0
    while len(limbs) > 1 and not limbs[0].any():
        limbs, shift = limbs[1:], shift + LIMB
    common = int(np.bitwise_or.reduce(limbs[0]))
    low = min((common & -common).bit_length() - 1, law.exponent - shift)
    low = min(low, LIMB - 1) if len(limbs) > 1 else low
    if low > 0:
        moved = limbs >> np.uint64(low)
        for k in range(len(limbs) - 1):
            above = limbs[k + 1] & np.uint64((1 << low) - 1)
            moved[k] |= above << np.uint64(LIMB - low)
        limbs = moved
    exponent = law.exponent - shift - low
    if len(limbs) > limbs_for(exponent):
        limbs = _joined(limbs, limbs_for(exponent))
    return Weights(law.cells, limbs, exponent)


def _joined(limbs: Words, number: int) -> Words:
    """With fewer limbs: the highest ones go into what is left above the last one kept."""
    import numpy as np

    joined = limbs[:number].copy()
    for k in range(number, len(limbs)):
        joined[number - 1] |= limbs[k] << np.uint64(LIMB * (k - number + 1))
    return joined
