"""The perfect predictor of a target: its true conditional marginals.

At a state whose visible tokens have probability zero under the target the conditional does not
exist. What a predictor says there is a convention, and a result may depend on it, so it is named.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique

from dlmcheck.spec.law import Law, certain, marginal, uniform
from dlmcheck.spec.tokens import MASK, State, Token


@unique
class Impossible(Enum):
    """What a predictor says of a cell where the visible tokens have probability zero."""

    UNIFORM = "uniform"
    LOW = "low"
    """Always token 0."""
    HIGH = "high"
    """Always the last token."""


def agrees(outcome: State, state: State, beside: int | None = None) -> bool:
    """Whether an outcome shows every visible token of a state, the cell `beside` left out."""
    return all(
        token in (MASK, shown) or cell == beside
        for cell, (token, shown) in enumerate(zip(state, outcome, strict=True))
    )


def conditional(
    target: Law[State],
    state: State,
    cell: int,
    vocabulary: int = 2,
    impossible: Impossible = Impossible.UNIFORM,
) -> Law[Token]:
    """The law of one cell under the target, given the tokens that the other cells show.

    For a visible cell its own token is left out: what the rest says of it.

    >>> from dlmcheck.spec.law import uniform
    >>> conditional(uniform([(0, 0), (1, 1), (0, 1)]), (MASK, 1), 0)
    Law({1: 1/2, 0: 1/2})
    """

    def event(outcome: State) -> bool:
        return agrees(outcome, state, cell)

    if target.probability(event):
        return marginal(target.given(event), cell)
    if impossible is Impossible.UNIFORM:
        return uniform(range(vocabulary))
    return certain(0 if impossible is Impossible.LOW else vocabulary - 1)


def perfect_predictor(
    target: Law[State], vocabulary: int = 2, impossible: Impossible = Impossible.UNIFORM
) -> Callable[[State, int], Law[Token]]:
    """`conditional` as a predictor of decoders."""
    return lambda state, cell: conditional(target, state, cell, vocabulary, impossible)
