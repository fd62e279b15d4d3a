"""Write-once in any order: how many masked cells may be written at once, whichever they are.

An exchangeable F selects a uniform subset of the masked cells. If any so many of them are
independent given what is visible, their conditional laws may be written at once, and the run has
the target as its law (note SEPARATION). This is enough, not needed: the pattern of masks may
carry more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from dlmcheck.model.targets import TokenLaw
from dlmcheck.spec.law import is_product
from dlmcheck.spec.tokens import MASK, State, all_masked, masked_positions


def sizes_in_any_order(law: TokenLaw) -> tuple[dict[State, int], int]:
    """For each partial state how many cells to write, and the rounds that it takes in all.

    The sizes are those that take the fewest rounds; every partial state is gone through, so the
    length must be small.
    """
    n = len(next(iter(law)))
    rounds: dict[State, int] = {}
    sizes: dict[State, int] = {}

    def least(state: State) -> int:
        masked = sorted(masked_positions(state))
        if not masked:
            return 0
        if state in rounds:
            return rounds[state]
        given = law.given(lambda z: _agrees(z, state))
        best: tuple[int, int] | None = None
        for size in range(1, len(masked) + 1):
            sets = list(combinations(masked, size))
            if not all(is_product(_on(given, chosen)) for chosen in sets):
                break
            worst = max(least(after) for s in sets for after in _after(given, state, s))
            if best is None or 1 + worst < best[0]:
                best = 1 + worst, size
        assert best is not None  # one cell is always independent
        rounds[state], sizes[state] = best
        return best[0]

    return sizes, least(all_masked(n))


def _agrees(string: State, state: State) -> bool:
    return all(shown in (MASK, bit) for shown, bit in zip(state, string, strict=True))


def _on(law: TokenLaw, cells: tuple[int, ...]) -> TokenLaw:
    return law.map(lambda z: tuple(z[i] for i in cells))


def _after(given: TokenLaw, state: State, cells: tuple[int, ...]) -> Iterator[State]:
    """The states that writing some cells may lead to."""
    for shown in sorted({tuple(z[i] for i in cells) for z in given}):
        after = list(state)
        for i, bit in zip(cells, shown, strict=True):
            after[i] = bit
        yield tuple(after)
