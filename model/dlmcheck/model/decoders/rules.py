"""Position rules as step functions: how many cells a round writes, which ones, and with what.

Sources, as published rules: random order and low-confidence remasking with a fixed number of
tokens per step, block by block (LLaDA, Nie et al. 2025); entropy, top-k margin and maskgit_plus
(Dream, Ye et al. 2025; MaskGIT, Chang et al. 2022); confidence threshold (Fast-dLLM, Wu et al.
2025). "Low-confidence remasking" draws candidates everywhere and keeps the most confident ones;
no token that was shown turns back to M, so it is write-once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from dlmcheck.model.decoders.confidence import NegativeEntropy, likeliest, margin, sharpened
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import MASK, State, Token

Quota = Callable[[State, int], int]
"""How many cells round t writes in a state."""
Cells = Callable[[State, int], Sequence[int]]
"""Which masked cells a round may write (a block, or all of them)."""


def masked_cells(state: State, number: int) -> Sequence[int]:
    """All masked cells, whatever the round."""
    return [cell for cell, token in enumerate(state) if token == MASK]


def evenly(cells: int, rounds: int) -> Quota:
    """The published split of so many cells over rounds: the first ones take one more.

    >>> [evenly(7, 3)((), t) for t in (1, 2, 3)]
    [3, 2, 2]

    Raises `BadInput` for no rounds.
    """
    if rounds < 1:
        raise BadInput(f"{rounds} rounds", source="quota", expected="at least 1")
    base, more = divmod(cells, rounds)
    return lambda state, number: base + (number <= more)


def in_blocks(blocks: Sequence[Sequence[int]], rounds: int) -> tuple[Quota, Cells]:
    """Block by block, each in `rounds` rounds: the quota and the cells of each round.

    >>> quota, cells = in_blocks([[0, 1, 2], [3]], 2)
    >>> [(quota((), t), cells((MASK,) * 4, t)) for t in (1, 2, 3, 4)]
    [(2, [0, 1, 2]), (1, [0, 1, 2]), (1, [3]), (0, [3])]
    """
    splits = [evenly(len(block), rounds) for block in blocks]

    def quota(state: State, number: int) -> int:
        index, inside = divmod(number - 1, rounds)
        return splits[index](state, inside + 1)

    def cells(state: State, number: int) -> Sequence[int]:
        return [cell for cell in blocks[(number - 1) // rounds] if state[cell] == MASK]

    return quota, cells


# --- which cells ---------------------------------------------------------------------------


def random_order(quota: Quota, cells: Cells = masked_cells) -> StepFunction:
    """A uniform subset of the masked cells; F jointly random (exchangeable)."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        open_cells = cells(state, number)
        size = min(quota(state, number), len(open_cells))
        subsets = [frozenset(chosen) for chosen in combinations(open_cells, size)]
        return Step(reveal=choices.choose(uniform(subsets)))

    return step


def left_to_right(quota: Quota, cells: Cells = masked_cells) -> StepFunction:
    """The leftmost masked cells; F deterministic."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        return Step(reveal=frozenset(cells(state, number)[: quota(state, number)]))

    return step


Score = Callable[[Law[Token], Token], Any]
"""How confident a law is of a candidate: any ordered exact value."""


def probability_of(law: Law[Token], token: Token) -> Fraction:
    """The probability of the candidate that was drawn: it depends on the draw."""
    return law[token]


def margin_of(law: Law[Token], token: Token) -> Fraction:
    """The margin of the law, whatever was drawn."""
    return margin(law)


def entropy_of(law: Law[Token], token: Token) -> NegativeEntropy:
    """The negative entropy of the law, whatever was drawn."""
    return NegativeEntropy(law)


def most_confident(
    quota: Quota,
    score: Score = probability_of,
    *,
    greedy: bool = False,
    sharpen: int = 1,
    cells: Cells = masked_cells,
) -> StepFunction:
    """Draw everywhere, keep the `quota` best candidates by score, ties to the left.

    `greedy` takes the likeliest token instead of a draw (temperature 0), `sharpen` draws at
    temperature 1/sharpen; the score is that of the law as the predictor gave it.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        drawn = {
            cell: drawn_token(candidates, cell, greedy=greedy, sharpen=sharpen)
            for cell in cells(state, number)
        }
        ranked = by_score(candidates, drawn, score)
        return kept(drawn, ranked[: quota(state, number)], greedy=greedy)

    return step


def above_threshold(
    threshold: Fraction, *, greedy: bool = True, sharpen: int = 1, cells: Cells = masked_cells
) -> StepFunction:
    """Keep every candidate whose probability is above a threshold, the best one in any case."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        drawn = {
            cell: drawn_token(candidates, cell, greedy=greedy, sharpen=sharpen)
            for cell in cells(state, number)
        }
        ranked = by_score(candidates, drawn, probability_of)
        sure = [cell for cell in ranked if candidates.law(cell)[drawn[cell]] > threshold]
        return kept(drawn, sure or ranked[:1], greedy=greedy)

    return step


# --- what is written -----------------------------------------------------------------------


def drawn_token(candidates: Candidates, cell: int, *, greedy: bool, sharpen: int) -> Token:
    """A cell's candidate: the likeliest token, or a draw, at a temperature."""
    if greedy:
        return likeliest(candidates.law(cell))
    return candidates.token(cell, sharpened(candidates.law(cell), sharpen))


def by_score(candidates: Candidates, drawn: dict[int, Token], score: Score) -> list[int]:
    """The cells with the highest score first; among equal ones the leftmost first."""
    scores = {cell: score(candidates.law(cell), token) for cell, token in drawn.items()}
    return sorted(sorted(drawn), key=lambda cell: scores[cell], reverse=True)


def kept(drawn: dict[int, Token], cells: Sequence[int], *, greedy: bool) -> Step:
    """The step that writes these cells' candidates; the likeliest token is no draw, but an edit."""
    if greedy:
        return Step(edit=tuple((cell, drawn[cell]) for cell in sorted(cells)))
    return Step(reveal=frozenset(cells))
