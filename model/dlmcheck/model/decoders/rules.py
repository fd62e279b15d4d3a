"""Position rules as step functions: how many cells a round writes, which ones, and with what.

Sources, as published rules: random order and low-confidence remasking with a fixed number of
tokens per step, block by block (LLaDA, Nie et al. 2025); entropy, top-k margin and maskgit_plus
(Dream, Ye et al. 2025; MaskGIT, Chang et al. 2022); confidence threshold and factor (Fast-dLLM,
Wu et al. 2025). Repositories and commits are in `named`. "Low-confidence remasking" draws
candidates everywhere and keeps the most confident ones; no token that was shown turns back to M,
so it is write-once.

Ties between scores go to the left here. The published code takes them from `topk`, which
promises no order; `mirror` has the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, cast

from dlmcheck.model.decoders.confidence import (
    NegativeEntropy,
    likeliest,
    margin,
    sharpened,
)
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


def prompt_cells(state: State, number: int, memory: Hashable) -> tuple[int, ...]:
    """The cells that were visible before round 1, for a rule that carries them as its memory."""
    if number == 1:
        return tuple(cell for cell, token in enumerate(state) if token != MASK)
    return cast("tuple[int, ...]", memory)


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


def in_equal_blocks(cells: int, blocks: int, rounds: int) -> tuple[Quota, Cells]:
    """So many masked cells in blocks of one size, from the left, `rounds` in all: LLaDA's blocks.

    Where they stand does not matter (a prompt may come first). Raises `BadInput` unless the
    blocks divide the cells and the rounds.
    """
    if blocks < 1 or cells % blocks or rounds % blocks:
        raise BadInput(
            f"{blocks} blocks for {cells} cells and {rounds} rounds",
            source="blocks",
            expected="a divisor of both",
        )
    size, each = cells // blocks, rounds // blocks
    split = evenly(size, each)

    def quota(state: State, number: int) -> int:
        return split(state, (number - 1) % each + 1)

    def inside(state: State, number: int) -> Sequence[int]:
        masked = masked_cells(state, number)
        later = cells - size * ((number - 1) // each + 1)
        return masked[: len(masked) - later]

    return quota, inside


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
    temperature 1/sharpen. The score is that of the law as the predictor gave it (LLaDA).
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        drawn = drawn_tokens(candidates, cells(state, number), greedy=greedy, sharpen=sharpen)
        ranked = by_score(candidates, drawn, score)
        return kept(drawn, ranked[: quota(state, number)], greedy=greedy)

    return step


def from_threshold(
    threshold: Fraction, *, greedy: bool = True, sharpen: int = 1, cells: Cells = masked_cells
) -> StepFunction:
    """Fast-dLLM: keep every candidate whose probability reaches a threshold, and the best one."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        drawn = drawn_tokens(candidates, cells(state, number), greedy=greedy, sharpen=sharpen)
        ranked = by_score(candidates, drawn, probability_of)
        sure = [cell for cell in ranked if candidates.law(cell)[drawn[cell]] >= threshold]
        return kept(drawn, sure or ranked[:1], greedy=greedy)

    return step


def from_factor(
    factor: Fraction, *, greedy: bool = True, sharpen: int = 1, cells: Cells = masked_cells
) -> StepFunction:
    """Fast-dLLM with a factor f: the candidates of the longest run, best first, in which the k-th
    has probability at least 1 - f/(k + 1); the first one has no condition.

    As published, a run that ends just before the last masked cell takes that one as well: the
    code cannot tell it from a run that goes through. So of two masked cells both are written.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        drawn = drawn_tokens(candidates, cells(state, number), greedy=greedy, sharpen=sharpen)
        ranked = by_score(candidates, drawn, probability_of)
        size = 1
        while size < len(ranked):
            cell = ranked[size]
            if candidates.law(cell)[drawn[cell]] < 1 - factor / (size + 2):
                break
            size += 1
        last = size == len(ranked) - 1
        return kept(drawn, ranked[: size + last], greedy=greedy)

    return step


# --- what is written -----------------------------------------------------------------------


def drawn_token(candidates: Candidates, cell: int, *, greedy: bool, sharpen: int) -> Token:
    """A cell's candidate: the likeliest token, or a draw, at a temperature."""
    if greedy:
        return likeliest(candidates.law(cell))
    return candidates.token(cell, sharpened(candidates.law(cell), sharpen))


def drawn_tokens(
    candidates: Candidates, cells: Sequence[int], *, greedy: bool, sharpen: int
) -> dict[int, Token]:
    """The candidates of some cells."""
    return {cell: drawn_token(candidates, cell, greedy=greedy, sharpen=sharpen) for cell in cells}


def by_score(candidates: Candidates, drawn: dict[int, Token], score: Score) -> list[int]:
    """The cells with the highest score first; among equal ones the leftmost first."""
    scores = {cell: score(candidates.law(cell), token) for cell, token in drawn.items()}
    return sorted(sorted(drawn), key=lambda cell: scores[cell], reverse=True)


def kept(drawn: dict[int, Token], cells: Sequence[int], *, greedy: bool) -> Step:
    """The step that writes these cells' candidates; the likeliest token is no draw, but an edit."""
    if greedy:
        return Step(edit=tuple((cell, drawn[cell]) for cell in sorted(cells)))
    return Step(reveal=frozenset(cells))
