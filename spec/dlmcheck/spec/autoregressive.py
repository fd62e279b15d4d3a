"""The autoregressive model with chain of thought.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3 (the comparison after Theorem 3.1): tokens
are generated one at a time from left to right, each from a law given all tokens before it; the
output is the last m tokens and the rest is chain of thought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.spec.errors import BadPoint, WritesForeignToken
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.tokens import State, Token

Prefix = tuple[Token, ...]


@dataclass(frozen=True)
class AutoregressiveModel:
    """A next-token law, a prompt, and the number of tokens to generate.

    Tokens are 0, ..., vocabulary - 1; there is no mask. `output` lists positions of the finished
    sequence (prompt included). Raises `BadPoint` if one is out of range, or the prompt has a
    token outside the vocabulary.
    """

    next_token: Callable[[Prefix], Law[Token]]
    steps: int
    output: tuple[int, ...]
    prompt: Prefix = ()
    vocabulary: int = 2

    def __post_init__(self) -> None:
        length = len(self.prompt) + self.steps
        if self.steps < 0 or any(not 0 <= i < length for i in self.output):
            raise BadPoint("an output position is out of range", source="autoregressive model")
        if any(token not in range(self.vocabulary) for token in self.prompt):
            raise BadPoint("the prompt has a foreign token", source="autoregressive model")


def sequence_law(model: AutoregressiveModel) -> Law[State]:
    """The exact law of the finished sequence: one token a step, left to right.

    Raises `WritesForeignToken` if a token outside the vocabulary is generated.
    """
    law: Law[State] = certain(model.prompt)
    for _ in range(model.steps):
        law = law.bind(lambda prefix: _extended(model, prefix))
    return law


def _extended(model: AutoregressiveModel, prefix: Prefix) -> Law[State]:
    following = model.next_token(prefix)
    for token in following:
        if token not in range(model.vocabulary):
            raise WritesForeignToken(
                f"token {token} is generated",
                state=prefix,
                round_number=len(prefix) - len(model.prompt) + 1,
                position=len(prefix),
            )
    return following.map(lambda token: (*prefix, token))


def output_law(model: AutoregressiveModel) -> Law[State]:
    """The exact law of the output positions.

    >>> from dlmcheck.spec.law import uniform
    >>> copy = AutoregressiveModel(
    ...     lambda prefix: certain(prefix[0]) if prefix else uniform([0, 1]), 2, (0, 1))
    >>> output_law(copy)
    Law({(0, 0): 1/2, (1, 1): 1/2})
    """
    return sequence_law(model).map(lambda tokens: tuple(tokens[i] for i in model.output))
