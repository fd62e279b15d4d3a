"""Least rounds of exchangeable targets of bits: a dynamic program over numbers of zeros and ones.

Polynomial in n, where the general one takes 3^n states. That a target is exchangeable is seen on
its table (`exchangeable_weights`), or it is given by its weights in the first place. The kernel
checks the same recurrence, entry by entry (`kernel.exchangeable`; setting: `spec.rounds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.lattice import Reals
from dlmcheck.verify.kernel.exchangeable import (
    Counts,
    adaptive_entry,
    fixed_entry,
    table_text,
)


@dataclass(frozen=True)
class ExchangeableRounds:
    """The least number of rounds and the certificate for both bounds.

    `rounds` is None where no number of rounds is enough.
    """

    rounds: int | None
    certificate: str


def exchangeable_rounds(
    weights: Sequence[Fraction], *, adaptive: bool = True, reals: Reals = Reals.UNRESTRICTED
) -> ExchangeableRounds:
    """The least number of rounds for the target with these weights by the number of ones.

    `weights[k]` is the probability of each string with k ones, k = 0, ..., n. Raises
    `UnnormalisedLaw` if the probabilities of all strings do not sum to one.

    >>> exchangeable_rounds([Fraction(0), Fraction(1, 3), Fraction(0), Fraction(0)]).rounds
    3
    """
    counts = Counts(weights)
    n = counts.n
    if adaptive:
        table: list[list[int | None]] = [[None] * (n + 1 - a) for a in range(n + 1)]
        for visible in range(n, -1, -1):
            for a, b in counts.possible(visible):
                table[a][b] = adaptive_entry(counts, table, a, b, reals)
        found = table[0][0]
        assert found is not None
        text = table_text(weights, table, found, reals, adaptive=True)
    else:
        entries = [0] * (n + 1)
        for visible in range(n, -1, -1):
            entries[visible] = fixed_entry(counts, entries, visible, reals)
        found = entries[0]
        text = table_text(weights, entries, found, reals, adaptive=False)
    return ExchangeableRounds(None if found > n else found, text)
