"""The autoregressive model with chain of thought.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3 (the comparison after Theorem 3.1): tokens
are generated one at a time from left to right, each from a law given all tokens before it; the
output is the last m tokens and the rest is chain of thought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.tokens import State, Token

Prefix = tuple[Token, ...]


@dataclass(frozen=True)
class AutoregressiveModel:
    """A next-token law, a prompt, and the number of tokens to generate.

    `output` lists positions of the finished sequence (prompt included). Raises `BadPoint` if
    one is out of range.
    """

    next_token: Callable[[Prefix], Law[Token]]
    steps: int
    output: tuple[int, ...]
    prompt: Prefix = ()

    def __post_init__(self) -> None:
        length = len(self.prompt) + self.steps
        if self.steps < 0 or any(not 0 <= i < length for i in self.output):
            raise BadPoint("an output position is out of range", source="autoregressive model")


def sequence_law(model: AutoregressiveModel) -> Law[State]:
    """The exact law of the finished sequence: one token a step, left to right."""
    law: Law[State] = certain(model.prompt)
    for _ in range(model.steps):
        law = law.bind(lambda prefix: model.next_token(prefix).map(lambda token: (*prefix, token)))
    return law


def output_law(model: AutoregressiveModel) -> Law[State]:
    """The exact law of the output positions.

    >>> from dlmcheck.spec.law import uniform
    >>> copy = AutoregressiveModel(
    ...     lambda prefix: certain(prefix[0]) if prefix else uniform([0, 1]), 2, (0, 1))
    >>> output_law(copy)
    Law({(0, 0): 1/2, (1, 1): 1/2})
    """
    return sequence_law(model).map(lambda tokens: tuple(tokens[i] for i in model.output))
