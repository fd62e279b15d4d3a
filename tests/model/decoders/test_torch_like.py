"""Tensors and draws in the way of PyTorch: meaning, exact laws, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from dlmcheck.model.decoders import torch_style
from dlmcheck.model.decoders.adapters import with_torch
from dlmcheck.model.decoders.exact import Exact, FloatRefused
from dlmcheck.model.decoders.rules import evenly, most_confident, random_order
from dlmcheck.model.decoders.torch_like import TorchLike
from dlmcheck.model.targets import flip_chain, one_hot, product_bits
from dlmcheck.spec.choices import Choices, explore
from dlmcheck.spec.decoder import Decoder, StepFunction, decoder_laws
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, product_law, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import State
from tests.model.decoders.torch_cases import EXPRESSIONS, results

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
WEIGHTS = (HALF, THIRD, Fraction(1, 6))
Program = Callable[[Any], Any]


def law_of(program: Program) -> Law[Any]:
    return explore(lambda choices: program(TorchLike(choices)))


def alone() -> TorchLike:
    return TorchLike(Choices([], 10_000))


# --- as PyTorch --------------------------------------------------------------------------------

RESULTS: dict[str, Any] = json.loads(Path(__file__).with_name("torch_results.json").read_text())
FOUND: dict[str, Any] = dict(zip(EXPRESSIONS, results(alone()), strict=True))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_means_what_it_means_in_pytorch(expression: str) -> None:
    assert FOUND[expression] == RESULTS[expression]


def test_there_are_as_many_results_as_expressions() -> None:
    assert list(RESULTS) == EXPRESSIONS
    assert len(EXPRESSIONS) == 64


# --- draws -------------------------------------------------------------------------------------


def probabilities(torch: Any) -> Any:
    return torch.tensor([Exact(weight) for weight in WEIGHTS])


def gumbel_max(torch: Any) -> int:
    logits = torch.log(probabilities(torch))
    noise = -torch.log(-torch.log(torch.rand_like(logits)))
    return int(torch.argmax(logits + noise))


def other_way_round(torch: Any) -> int:
    logits = torch.log(probabilities(torch))
    return int((logits - torch.log(-torch.log(torch.rand(3)))).argmax())


def exponential_race(torch: Any) -> int:
    p = probabilities(torch)
    return int((p / -torch.log(torch.rand_like(p))).argmax(-1))


def by_multinomial(torch: Any) -> int:
    return int(torch.multinomial(probabilities(torch), 1))


def by_thresholds(torch: Any) -> int:
    return int((torch.rand(1) > torch.cumsum(probabilities(torch), 0)).sum())


@pytest.mark.parametrize(
    "program", [gumbel_max, other_way_round, exponential_race, by_multinomial, by_thresholds]
)
def test_every_way_to_draw_from_a_law_is_exact(program: Program) -> None:
    assert law_of(program) == Law(dict(enumerate(WEIGHTS)))


def test_the_temperature_of_the_noise_is_that_of_the_law() -> None:
    total = sum(weight**2 for weight in WEIGHTS)
    cold = Law({i: weight**2 / total for i, weight in enumerate(WEIGHTS)})

    def race(torch: Any) -> int:
        p = probabilities(torch)
        return int((p / (-torch.log(torch.rand_like(p))) ** 0.5).argmax())

    def gumbel(torch: Any) -> int:
        logits = probabilities(torch).log()
        noise = -torch.log(-torch.log(torch.rand_like(logits)))
        return int((logits + 0.5 * noise).argmax())

    def scaled(torch: Any) -> int:
        return int(torch.multinomial(torch.softmax(probabilities(torch).log() / 0.5, -1), 1))

    for program in (race, gumbel, scaled):
        assert law_of(program) == cold


def test_the_largest_of_noisy_ones_are_drawn_without_replacement() -> None:
    def two(torch: Any) -> tuple[int, ...]:
        noise = -torch.log(-torch.log(torch.rand(3)))
        chosen = torch.topk(probabilities(torch).log() + noise, 2).indices
        return tuple(int(one) for one in chosen)

    def drawn(torch: Any) -> tuple[int, ...]:
        return tuple(int(one) for one in torch.multinomial(probabilities(torch), 2))

    assert law_of(two) == law_of(drawn)
    assert law_of(two)[0, 1] == HALF * Fraction(2, 3)


def test_the_same_noise_has_one_largest_cell() -> None:
    def twice(torch: Any) -> bool:
        noisy = probabilities(torch) / -torch.log(torch.rand(3))
        first = int(noisy.argmax())
        order = [int(one) for one in noisy.sort(descending=True).indices]
        return first == int(noisy.argmax()) == order[0]

    assert law_of(twice) == Law({True: 1})


def test_what_is_masked_by_minus_infinity_never_wins() -> None:
    def program(torch: Any) -> int:
        noisy = probabilities(torch).log() - torch.log(-torch.log(torch.rand(3)))
        allowed = torch.tensor([False, True, True])
        return int(torch.where(allowed, noisy, torch.full_like(noisy, -torch.inf)).argmax())

    def before(torch: Any) -> int:
        logits = (
            probabilities(torch).log().masked_fill(torch.tensor([True, False, False]), -torch.inf)
        )
        return int((logits - torch.log(-torch.log(torch.rand(3)))).argmax())

    for one in (program, before):
        assert law_of(one) == Law({1: Fraction(2, 3), 2: THIRD})


def test_uniform_keys_make_a_uniform_order() -> None:
    def order(torch: Any) -> tuple[int, ...]:
        return tuple(int(i) for i in torch.argsort(torch.rand(3)))

    def best(torch: Any) -> tuple[int, ...]:
        key = torch.where(torch.tensor([True, False, True]), torch.rand(3), -torch.inf)
        return tuple(int(i) for i in torch.topk(key, 1).indices)

    assert law_of(order) == uniform(permutations(range(3)))
    assert law_of(best) == uniform([(0,), (2,)])
    assert law_of(lambda torch: tuple(torch.randperm(3).tolist())) == uniform(
        permutations(range(3))
    )


def test_coins_and_whole_numbers() -> None:
    coins = product_law([bernoulli(THIRD)] * 2)
    p = [Exact(THIRD)] * 2
    assert law_of(lambda torch: tuple(torch.bernoulli(torch.tensor(p)).tolist())) == coins
    below = law_of(lambda torch: tuple((torch.rand(2) < torch.tensor(p)).long().tolist()))
    assert below == coins
    assert law_of(lambda torch: torch.randint(0, 3, (1,)).item()) == uniform(range(3))


# --- what is refused ---------------------------------------------------------------------------


def _noisy(torch: Any) -> Any:
    p = probabilities(torch)
    return p / -torch.log(torch.rand_like(p))


def _used(torch: Any) -> Any:
    u = torch.rand(1)
    return bool(u < 0.5) and torch.log(u)


def _later(torch: Any) -> Any:
    u = torch.rand(1)
    torch.log(u)
    return u < 0.5


def _twice(torch: Any) -> Any:
    noisy = _noisy(torch)
    noisy.argmax()
    return noisy[:2].argmax()


REFUSED: dict[str, Program] = {
    "a decimal threshold": lambda t: (t.rand(1) < 0.9).item(),
    "a small number in a logarithm": lambda t: t.log(t.rand(1) + 1e-10),
    "noise by itself": lambda t: -t.log(t.rand(1)) < 1.0,
    "two noisy numbers": lambda t: _noisy(t)[0] < _noisy(t)[1],
    "the smallest of noisy ones": lambda t: _noisy(t).argmin(),
    "noise among numbers": lambda t: t.cat([_noisy(t), t.ones(1)]).argmax(),
    "noise that was compared": _used,
    "noise that is compared later": _later,
    "noise in two races": _twice,
    "a root": lambda t: t.softmax(probabilities(t).log() / 2, -1),
    "a logarithm as a float": lambda t: float(probabilities(t).log()[0]),
    "a number added to a logarithm": lambda t: probabilities(t).log() + 1,
    "exp of a probability": lambda t: t.exp(-probabilities(t)),
    "softmax of confidences": lambda t: t.softmax(probabilities(t), -1),
    "entropy": lambda t: probabilities(t) * probabilities(t).log() + 1,
    "a uniform number as a whole one": lambda t: t.rand(1).long(),
    "a hot temperature": lambda t: (probabilities(t) / (-t.log(t.rand(3))) ** 2).argmax(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_floats_that_would_decide_are_refused(name: str) -> None:
    with pytest.raises(FloatRefused):
        law_of(REFUSED[name])


WRONG: dict[str, tuple[Program, str]] = {
    "an index too large": (lambda t: t.zeros(2)[2], "index 2 of 2"),
    "too many indices": (lambda t: t.zeros(2)[0, 0], "an index of 2 dimensions"),
    "shapes": (lambda t: t.zeros(2) + t.zeros(3), "does not broadcast"),
    "a mask of another shape": (lambda t: t.zeros(2)[t.ones(3, dtype=t.bool)], "a mask of shape"),
    "item of two": (lambda t: t.zeros(2).item(), "item of 2 cells"),
    "rows": (lambda t: t.tensor([[1], [2, 3]]), "rows of different shapes"),
    "topk": (lambda t: t.zeros(2).topk(3), "the 3 largest of 2"),
    "softmax": (lambda t: t.softmax(t.full((2,), -t.inf)), "minus infinities"),
    "multinomial": (lambda t: t.multinomial(t.zeros(2), 1), "no positive weights"),
    "view": (lambda t: t.zeros(3).view(2, 2), "3 cells for the shape"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_said(name: str) -> None:
    program, reason = WRONG[name]
    with pytest.raises(BadInput, match=reason):
        law_of(program)


def test_what_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="fft"):
        law_of(lambda torch: torch.fft)


# --- decoders ----------------------------------------------------------------------------------


def law_after(step: StepFunction, target: Law[State]) -> Law[State]:
    length = len(next(iter(target)))
    decoder = Decoder(length, perfect_predictor(target), step)
    return decoder_laws(decoder, 6)[-1].map(lambda one: one.state)


@pytest.mark.parametrize(
    "target", [product_bits([Fraction(9, 10)] * 2), flip_chain(3, Fraction(1, 4))]
)
def test_a_decoder_in_the_way_of_pytorch_has_the_law_of_its_rule(target: Law[State]) -> None:
    cells = len(next(iter(target)))
    rule = most_confident(evenly(cells, cells))
    assert law_after(torch_style.confident_step, target) == law_after(rule, target)
    rule = random_order(evenly(cells, cells))
    assert law_after(torch_style.at_random_step, target) == law_after(rule, target) == target
    if cells == 2:
        assert law_after(torch_style.by_coins_step, target) == target


def test_impossible_tokens_have_logits_of_minus_infinity() -> None:
    assert law_after(torch_style.at_random_step, one_hot(3)) == one_hot(3)


def test_the_model_is_asked_at_the_tokens_of_the_round() -> None:
    def looks_ahead(torch: Any, x: Any, model: Any, number: int) -> Any:
        x = x.clone()
        x[0, 0] = 1
        return model(x)

    with pytest.raises(BadInput, match="asked about 1M"):
        law_after(with_torch(looks_ahead), product_bits([HALF] * 2))
