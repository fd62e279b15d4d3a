"""Step functions from plain functions that draw from a source of randomness.

A plain function is handed the tokens (M is -1), the predictor's probabilities for every cell as
lists of exact numbers, the round, and a source; it returns the tokens after the round. What it
writes counts as of its own making: which candidate was drawn for which cell cannot be seen from
outside, so that the class of F is read off what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from dlmcheck.model.decoders.exact import Exact
from dlmcheck.model.decoders.sources import GeneratorLike, RandomLike
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.tokens import MASK, State

PlainFunction = Callable[[list[int], list[list[Exact]], int, Any], Sequence[int]]
"""function(tokens, probabilities, round, source) -> tokens"""


def with_random(function: PlainFunction, vocabulary: int = 2) -> StepFunction:
    """A step from a function that draws from a `random.Random`."""
    return _adapted(function, vocabulary, RandomLike)


def with_generator(function: PlainFunction, vocabulary: int = 2) -> StepFunction:
    """A step from a function that draws from a NumPy `Generator`."""
    return _adapted(function, vocabulary, GeneratorLike)


def _adapted(
    function: PlainFunction, vocabulary: int, source: Callable[[Choices], object]
) -> StepFunction:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        laws = [candidates.law(cell) for cell in range(len(state))]
        table = [[Exact(law[token]) for token in range(vocabulary)] for law in laws]
        after = list(function(list(state), table, number, source(choices)))
        if len(after) != len(state):
            raise BadInput(
                f"{len(after)} tokens are returned",
                source="decoder",
                expected=f"{len(state)} tokens",
            )
        changed = [cell for cell, token in enumerate(after) if token != state[cell]]
        return Step(
            edit=tuple((cell, after[cell]) for cell in changed if after[cell] != MASK),
            remask=frozenset(cell for cell in changed if after[cell] == MASK),
        )

    return step
