"""Decoders that change what they have shown: reveal and verify, and token-to-token revision.

Sources: WINO (Hong et al. 2025), a published rule, whose repository and commit are in `named`;
the revisions are this project's, the plainest token-to-token rules there are (Gibbs sampling).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from typing import cast

from dlmcheck.model.decoders.rules import by_score, drawn_tokens, probability_of, prompt_cells
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.tokens import MASK, State

_FIRST_LIMIT = 30
"""What WINO takes for the number of tokens written before the first round."""


def reveal_and_verify(
    threshold: Fraction, back: Fraction, *, greedy: bool = True, sharpen: int = 1
) -> StepFunction:
    """WINO, one block: write all candidates surer than `threshold`, at least the surest one, at
    most max(5, 7/10 of the masked cells) and 20 of them; if more than one is written, turn those
    visible tokens back to M whose probability given all the other cells is below `back`.

    If these are as many as the tokens written in the round before, or more, then only the least
    sure ones, one fewer than that: this number is hidden memory. What is verified is the
    state before the write. A token of the prompt is not verified: the block has none.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        limit, carried = cast(
            "tuple[int, tuple[int, ...]]", (_FIRST_LIMIT, ()) if memory is None else memory
        )
        prompt = prompt_cells(state, number, carried)
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        drawn = drawn_tokens(candidates, masked, greedy=greedy, sharpen=sharpen)
        ranked = by_score(candidates, drawn, probability_of)
        sure = [cell for cell in ranked if candidates.law(cell)[drawn[cell]] > threshold]
        most = min(max(7 * len(masked) // 10, 5), 20)
        written = (sure or ranked[:1])[:most]
        doubtful: list[int] = []
        if len(written) > 1:
            left_out = {
                cell: candidates.law(cell)[token]
                for cell, token in enumerate(state)
                if token != MASK and cell not in prompt
            }
            doubtful = sorted(
                (cell for cell, p in left_out.items() if p < back), key=lambda c: left_out[c]
            )
            if len(doubtful) >= limit:
                doubtful = doubtful[: limit - 1]
        made = tuple((cell, drawn[cell]) for cell in sorted(written)) if greedy else ()
        reveal: frozenset[int] = frozenset([] if greedy else written)
        return Step(reveal, frozenset(doubtful), made, (len(written), prompt))

    return step


Revised = Callable[[Sequence[int], int], Sequence[int]]
"""Of the cells that are not the prompt's, those of the k-th revision, from 0."""


def resampling(cells: Revised) -> StepFunction:
    """Write every masked cell at once; from the next round on draw the tokens of the cells anew,
    each from its law given all the other cells, independently. The prompt stays.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        masked = frozenset(cell for cell, token in enumerate(state) if token == MASK)
        prompt = prompt_cells(state, number, memory)
        if masked:
            return Step(reveal=masked, memory=prompt)
        free = [cell for cell in range(len(state)) if cell not in prompt]
        drawn = [(cell, choices.choose(candidates.law(cell))) for cell in cells(free, number - 2)]
        return Step(edit=tuple(drawn), memory=prompt)

    return step


def every_cell(cells: Sequence[int], number: int) -> Sequence[int]:
    """All cells in each revision."""
    return cells


def one_after_the_other(cells: Sequence[int], number: int) -> Sequence[int]:
    """One cell a revision, from left to right, again and again."""
    return [cells[number % len(cells)]] if cells else []
