"""A rule that sees the cells from the other end, or in random order: ties are broken otherwise.

Where a rule looks at the numbers of cells only to take the first of several that are alike, another
law of these means that ties matter. A rule with an order of its own (left to right, block by
block) changes that order, too. The same law means less: ties that are broken towards the middle
look the same from both ends, and ties that are broken at random in any order.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import cast

from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import MASK, State, Token


class MirroredCandidates(Candidates):
    """The candidates of a round, cell i being the i-th from the right."""

    def __init__(self, candidates: Candidates, length: int) -> None:
        self._inner = candidates
        self._last = length - 1

    def law(self, cell: int) -> Law[Token]:
        """See `Candidates`."""
        return self._inner.law(self._last - cell)

    def token(self, cell: int, law: Law[Token] | None = None) -> Token:
        """See `Candidates`."""
        return self._inner.token(self._last - cell, law)

    def was_drawn(self, cell: int) -> bool:
        """See `Candidates`."""
        return self._inner.was_drawn(self._last - cell)

    def source(self, cell: int) -> Law[Token]:
        """See `Candidates`."""
        return self._inner.source(self._last - cell)


@dataclass(frozen=True)
class _Own:
    """Memory of a step's own making, to be told from notes on cells, which change places."""

    memory: Hashable


def mirrored(step: StepFunction) -> StepFunction:
    """The same rule, with cell i of n for cell n-1-i. Memory is handed on as it is, but for notes
    on cells.
    """

    def run(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        last = len(state) - 1
        if isinstance(memory, _Own):
            memory = memory.memory
        elif number > 1 and memory is not None:
            noted = cast("tuple[tuple[int, Hashable], ...]", memory)
            memory = tuple((last - cell, note) for cell, note in reversed(noted))
        made = step(
            state[::-1], number, memory, MirroredCandidates(candidates, len(state)), choices
        )
        return replace(
            made,
            reveal=frozenset(last - cell for cell in made.reveal),
            remask=frozenset(last - cell for cell in made.remask),
            edit=tuple(sorted((last - cell, token) for cell, token in made.edit)),
            reveal_coins=tuple((last - cell, p) for cell, p in made.reveal_coins),
            remask_coins=tuple((last - cell, p) for cell, p in made.remask_coins),
            memory=_Own(made.memory),
            notes=None
            if made.notes is None
            else tuple((last - cell, notes) for cell, notes in made.notes),
        )

    return run


class RemembersByItself(DlmcheckError):
    """A step has memory of its own, which may speak of cells by their numbers."""


class RenamedCandidates(Candidates):
    """The candidates of a round under other names of the cells: `names[i]` is what i stands for."""

    def __init__(self, candidates: Candidates, names: Sequence[int]) -> None:
        self._inner = candidates
        self._names = names

    def law(self, cell: int) -> Law[Token]:
        """See `Candidates`."""
        return self._inner.law(self._names[cell])

    def token(self, cell: int, law: Law[Token] | None = None) -> Token:
        """See `Candidates`."""
        return self._inner.token(self._names[cell], law)

    def was_drawn(self, cell: int) -> bool:
        """See `Candidates`."""
        return self._inner.was_drawn(self._names[cell])

    def source(self, cell: int) -> Law[Token]:
        """See `Candidates`."""
        return self._inner.source(self._names[cell])


def shuffled(step: StepFunction) -> StepFunction:
    """The same rule, with the masked cells in a uniform order that is drawn anew in every round.

    A rule that looks at the numbers of cells only to break ties breaks them at random then. The
    number of ways is a factorial. A step with memory of its own raises `RemembersByItself`.
    """

    def run(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        names = list(range(len(state)))
        for place, cell in zip(masked, choices.choose(uniform(permutations(masked))), strict=True):
            names[place] = cell
        made = step(state, number, memory, RenamedCandidates(candidates, names), choices)
        if made.memory not in (None, ()):
            raise RemembersByItself("the step has memory of its own")
        return replace(
            made,
            reveal=frozenset(names[cell] for cell in made.reveal),
            remask=frozenset(names[cell] for cell in made.remask),
            edit=tuple(sorted((names[cell], token) for cell, token in made.edit)),
            reveal_coins=tuple((names[cell], p) for cell, p in made.reveal_coins),
            remask_coins=tuple((names[cell], p) for cell, p in made.remask_coins),
            notes=None
            if made.notes is None
            else tuple(sorted((names[cell], notes) for cell, notes in made.notes)),
        )

    return run
