"""Step functions from plain functions that draw from a source of randomness.

A plain function is handed the tokens (M is -1), the predictor's probabilities for every cell as
lists of exact numbers, the round, and a source; it returns the tokens after the round. What it
writes counts as of its own making: which candidate was drawn for which cell cannot be seen from
outside, so that the class of F is read off what is written. An adapted function is a step, and
goes to `dlmcheck sampler FILE.py:NAME` as `NAME = with_random(function)`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from operator import index
from typing import Any, SupportsIndex, cast

from dlmcheck.model.decoders.exact import Exact
from dlmcheck.model.decoders.shadows import logarithm
from dlmcheck.model.decoders.sources import GeneratorLike, RandomLike
from dlmcheck.model.decoders.tensors import Tensor
from dlmcheck.model.decoders.torch_like import TorchLike, logits_of
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Step, StepFunction
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token, show_state


def log(number: object) -> Any:
    """The logarithm of an exact number, unrounded: it can be added, scaled and compared.

    >>> p = Exact(1) / 4
    >>> p * log(p) < -0.25, p * log(p) < -0.375, log(p) == 2 * log(0.5)
    (True, False, True)
    """
    return logarithm(number)


PlainFunction = Callable[[list[int], list[list[Exact]], int, Any], Sequence[int]]
"""function(tokens, probabilities, round, source) -> tokens"""


def with_random(function: PlainFunction, vocabulary: int = 2) -> StepFunction:
    """A step from a function that draws from a `random.Random`."""
    return _adapted(function, vocabulary, RandomLike)


def with_generator(function: PlainFunction, vocabulary: int = 2) -> StepFunction:
    """A step from a function that draws from a NumPy `Generator`.

    `numpy.argmax(numpy.log(p) + rng.gumbel(size=n))` is drawn exactly, see `noise_arrays`.
    """
    return _adapted(function, vocabulary, GeneratorLike)


TorchFunction = Callable[[Any, Any, Any, int], Any]
"""function(torch, x, model, round) -> x, with x of shape (1, cells) and M as -1"""


@dataclass(frozen=True)
class Output:
    """What a model returns: logits of shape (1, cells, tokens)."""

    logits: Tensor


def with_torch(function: TorchFunction, vocabulary: int = 2) -> StepFunction:
    """A step from a function that is written for PyTorch, and handed `TorchLike` in its place.

    `model(x).logits` are logarithms of the predictor's probabilities, at the tokens that the round
    began with and at no others: the predictor is asked once a round.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        laws = _laws(state, candidates, vocabulary)

        def model(x: Tensor, *_: object, **__: object) -> Output:
            if tuple(x.cells) != state:
                raise BadInput(
                    f"the model is asked about {show_state(tuple(x.cells))}",
                    source="decoder",
                    expected=f"the tokens of the round, {show_state(state)}",
                )
            return Output(logits_of(laws, vocabulary))

        x = Tensor(state, (1, len(state)))
        after = function(TorchLike(choices), x, model, number)
        return _changes(state, [int(token) for token in after.view(-1)])

    return step


def _adapted(
    function: PlainFunction, vocabulary: int, source: Callable[[Choices], object]
) -> StepFunction:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        laws = _laws(state, candidates, vocabulary)
        table = [[Exact(law[token]) for token in range(vocabulary)] for law in laws]
        after: object = function(list(state), table, number, source(choices))
        if not isinstance(after, Iterable):
            raise BadInput(f"returns {after!r}", source="decoder", expected="the tokens")
        return _changes(state, [_token(one) for one in cast("Iterable[object]", after)])

    return step


def _laws(state: State, candidates: Candidates, vocabulary: int) -> list[Law[Token]]:
    """The law of each cell. Raises `BadInput` for a token that is not in the vocabulary."""
    laws = [candidates.law(cell) for cell in range(len(state))]
    largest = max((token for law in laws for token in law), default=0)
    if largest >= vocabulary:
        raise BadInput(
            f"the predictor knows token {largest}",
            source="decoder",
            expected=f"tokens below {vocabulary}, or vocabulary={largest + 1} in the adapter",
        )
    return laws


def _token(value: object) -> Token:
    """A token as a whole number. Raises `BadInput` for what is none."""
    try:
        return index(cast(SupportsIndex, value))
    except TypeError as error:
        raise BadInput(
            f"returns the token {value!r}", source="decoder", expected="whole numbers, M as -1"
        ) from error


def _changes(state: State, after: Sequence[int]) -> Step:
    """The step that makes these tokens of a state."""
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
