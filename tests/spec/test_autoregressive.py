"""The autoregressive model: one token a step, left to right, each given all before it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dlmcheck.spec.autoregressive import AutoregressiveModel, Prefix, output_law, sequence_law
from dlmcheck.spec.errors import BadPoint, WritesForeignToken
from dlmcheck.spec.law import Law, bernoulli, certain, uniform
from dlmcheck.spec.tokens import MASK, Token


def last_or_coin(prefix: Prefix) -> Law[Token]:
    return certain(prefix[-1]) if prefix else uniform([0, 1])


def test_a_markov_chain_by_hand() -> None:
    # Starts with 0 and flips with probability 1/3: 000: 4/9, 001: 2/9, 010: 1/9, 011: 2/9.
    flip = Fraction(1, 3)
    model = AutoregressiveModel(
        lambda prefix: bernoulli(flip if prefix[-1] == 0 else 1 - flip), 2, (0, 1, 2), prompt=(0,)
    )
    law = sequence_law(model)
    assert [law[0, a, b] * 9 for a in (0, 1) for b in (0, 1)] == [4, 2, 1, 2]


def test_parity_with_chain_of_thought() -> None:
    # Prompt 1, 1, 0; then the running parities 1, 0, 0. The output is the last token.
    def running_parity(prefix: Prefix) -> Law[Token]:
        step = len(prefix) - 3
        before = prefix[-1] if step else 0
        return certain(before ^ prefix[step])

    model = AutoregressiveModel(running_parity, 3, (5,), prompt=(1, 1, 0))
    assert sequence_law(model) == certain((1, 1, 0, 1, 0, 0))
    assert output_law(model) == certain((0,))


def test_no_step_leaves_the_prompt() -> None:
    assert sequence_law(AutoregressiveModel(last_or_coin, 0, (0,), prompt=(1,))) == certain((1,))


@pytest.mark.parametrize(("steps", "output"), [(-1, ()), (2, (2,)), (2, (-1,))])
def test_output_positions_lie_in_the_sequence(steps: int, output: tuple[int, ...]) -> None:
    with pytest.raises(BadPoint, match="an output position is out of range"):
        AutoregressiveModel(last_or_coin, steps, output)


@pytest.mark.parametrize("token", [MASK, 2])
def test_every_token_is_in_the_vocabulary(token: Token) -> None:
    with pytest.raises(BadPoint, match="the prompt has a foreign token"):
        AutoregressiveModel(last_or_coin, 1, (0,), prompt=(token,))
    model = AutoregressiveModel(
        lambda prefix: certain(token if len(prefix) == 2 else 0), 3, (0,), prompt=(1,)
    )
    with pytest.raises(WritesForeignToken) as error:
        sequence_law(model)
    assert (error.value.state, error.value.round_number, error.value.position) == ((1, 0), 2, 2)
    if token == 2:
        wider = AutoregressiveModel(model.next_token, 3, (2,), prompt=(1,), vocabulary=3)
        assert output_law(wider) == certain((2,))
