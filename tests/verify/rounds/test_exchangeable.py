"""An engine that answers another question than it was asked is found out, certificate or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from dlmcheck.model.targets import parse_target
from dlmcheck.spec.lattice import Reals
from dlmcheck.verify.claims import rounds_one_hot
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.rounds import write_once as module
from dlmcheck.verify.rounds.exchangeable import ExchangeableRounds, exchangeable_rounds

REPETITION = [Fraction(1, 2), Fraction(0), Fraction(0), Fraction(0), Fraction(1, 2)]


def another_number(weights: list[Fraction], **setting: object) -> ExchangeableRounds:
    """The right table, and a number of rounds that it does not say."""
    return replace(exchangeable_rounds(weights), rounds=2)


def another_target(weights: list[Fraction], **setting: object) -> ExchangeableRounds:
    """A right table, of the repetition law."""
    return exchangeable_rounds(REPETITION)


def another_setting(weights: list[Fraction], **setting: object) -> ExchangeableRounds:
    """The right target by fixed schedules."""
    return exchangeable_rounds(weights, adaptive=False)


WRONG: list[tuple[Callable[..., ExchangeableRounds], str]] = [
    (another_number, "another number of rounds"),
    (another_target, "another target"),
    (another_setting, "another setting"),
]


@pytest.mark.parametrize(("wrong", "reason"), WRONG)
def test_canary_an_answer_to_another_question_is_rejected(
    wrong: Callable[..., ExchangeableRounds], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "exchangeable_rounds", wrong)
    with pytest.raises(Rejected, match=reason):
        module.write_once(parse_target("one-hot:4"))
    monkeypatch.setattr(rounds_one_hot, "exchangeable_rounds", wrong)
    with pytest.raises(Rejected, match=reason):
        rounds_one_hot.by_certificate(4, Reals.UNRESTRICTED)
