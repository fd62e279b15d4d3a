"""Noise of NumPy's Generator and of `random.Random`: races against the law, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from dlmcheck.model.decoders.adapters import with_generator, with_random
from dlmcheck.model.decoders.exact import Exact, FloatRefused
from dlmcheck.model.decoders.sources import GeneratorLike, RandomLike
from dlmcheck.model.targets import flip_chain
from dlmcheck.spec.choices import explore
from dlmcheck.spec.decoder import Decoder, decoder_laws
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State

Program = Callable[[Any], Any]
WEIGHTS = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6), Fraction(0)]
P = [Exact(weight) for weight in WEIGHTS]
LAW = Law(dict(enumerate(WEIGHTS)))
# NumPy as code sees it that does not know what its arrays hold.
numpy: Any = np


def numpy_law(program: Program) -> Law[Any]:
    return explore(lambda choices: program(GeneratorLike(choices)))


def random_law(program: Program) -> Law[Any]:
    return explore(lambda choices: program(RandomLike(choices)))


def in_order(weights: list[Fraction], order: tuple[int, ...]) -> Fraction:
    """The probability of an order of arrival: one after the other from what is left."""
    chance, left = Fraction(1), sum(weights)
    for place in order:
        chance *= weights[place] / left
        left -= weights[place]
    return chance


# --- arrays ----------------------------------------------------------------------------------

RACES: dict[str, Program] = {
    "Gumbel-argmax": lambda g: numpy.argmax(numpy.log(P) + g.gumbel(size=4)),
    "noise first": lambda g: numpy.argmax(g.gumbel(size=4) + numpy.log(P)),
    "its method": lambda g: (numpy.log(P) + g.gumbel(0, 1, 4)).argmax(),
    "exponential race": lambda g: numpy.argmax(P / g.exponential(size=4)),
    "of an array": lambda g: (numpy.array(P) / g.standard_exponential(4)).argmax(),
    "a row": lambda g: numpy.argmax(numpy.log(P) + g.gumbel(size=(2, 4))[1]),
    "by hand": lambda g: min(range(3), key=lambda i: g.exponential(1 / P[i])),
}


@pytest.mark.parametrize("name", RACES)
def test_a_race_of_arrays_is_the_categorical(name: str) -> None:
    assert numpy_law(RACES[name]) == LAW


def test_rows_race_independently() -> None:
    def rows(g: Any) -> tuple[int, ...]:
        return tuple(numpy.argmax(numpy.log([P, P]) + g.gumbel(size=(2, 4)), axis=-1))

    assert numpy_law(rows) == Law({(i, j): LAW[i] * LAW[j] for i in range(3) for j in range(3)})


def test_the_temperature_is_that_of_the_law() -> None:
    total = sum(weight**2 for weight in WEIGHTS)
    cold = Law({i: weight**2 / total for i, weight in enumerate(WEIGHTS)})
    ways: list[Program] = [
        lambda g: (numpy.log(P) + g.gumbel(scale=0.5, size=4)).argmax(),
        lambda g: (numpy.log(P) + 0.5 * g.gumbel(size=4)).argmax(),
        lambda g: (numpy.log(P) / 0.5 + g.gumbel(size=4)).argmax(),
        lambda g: (P / g.exponential(size=4) ** 0.5).argmax(),
    ]
    for way in ways:
        assert numpy_law(way) == cold


WRONG_RACES: dict[str, Program] = {
    "without the logarithm's weight": lambda g: (0 * numpy.log(P[:3]) + g.gumbel(size=3)).argmax(),
    "a square too much": lambda g: (2 * numpy.log(P[:3]) + g.gumbel(size=3)).argmax(),
    "the last clock": lambda g: max(range(3), key=lambda i: g.exponential(1 / P[i])),
    "rates for scales": lambda g: min(range(3), key=lambda i: g.exponential(P[i])),
}


@pytest.mark.parametrize("name", WRONG_RACES)
def test_a_wrong_race_has_another_law(name: str) -> None:
    assert numpy_law(WRONG_RACES[name]) != LAW


def test_the_same_noisy_numbers_have_one_largest() -> None:
    def twice(g: Any) -> bool:
        noisy = numpy.log(P) + g.gumbel(size=4)
        return bool(noisy.argmax() == numpy.argmax(noisy))

    assert numpy_law(twice) == Law({True: Fraction(1)})


# --- clocks ----------------------------------------------------------------------------------

BY_HAND: dict[str, Program] = {
    "rates": lambda r: min(range(3), key=lambda i: r.expovariate(P[i])),
    "divided": lambda r: min(range(3), key=lambda i: r.expovariate(1) / P[i]),
    "the largest": lambda r: max(range(4), key=lambda i: P[i] / r.expovariate(1)),
    "scaled": lambda r: max(range(4), key=lambda i: 3 * (P[i] / r.expovariate(0.5)) / 5),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_race_of_clocks_is_the_categorical(name: str) -> None:
    assert random_law(BY_HAND[name]) == LAW


def test_clocks_are_sorted_one_after_the_other_from_what_is_left() -> None:
    weights = [Fraction(1), Fraction(2), Fraction(3), Fraction(5)]
    expected = Law({order: in_order(weights, order) for order in permutations(range(4))})

    def order(r: Any) -> tuple[int, ...]:
        keys = [r.expovariate(weight) for weight in weights]
        return tuple(sorted(range(4), key=keys.__getitem__))

    def the_other_way(r: Any) -> tuple[int, ...]:
        keys = [r.expovariate(weight) for weight in weights]
        return tuple(sorted(range(4), key=keys.__getitem__, reverse=True))[::-1]

    def pair_by_pair(r: Any) -> tuple[int, ...]:
        keys = [r.expovariate(weight) for weight in weights]
        place = {i: sum(keys[j] < keys[i] for j in (2, 0, 3, 1)) for i in (1, 3, 0, 2)}
        return tuple(sorted(range(4), key=lambda i: place[i]))

    for program in (order, the_other_way, pair_by_pair):
        assert random_law(program) == expected


def test_clocks_that_forget_whom_they_beat_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: Any, other: Any) -> bool:
        return bool(self.choices.choose(bernoulli(self.rate / (self.rate + other.rate))))

    monkeypatch.setattr("dlmcheck.model.decoders.clocks._Node.is_before", forgetful)
    assert random_law(BY_HAND["rates"]) != LAW


def test_one_comparison_of_clocks() -> None:
    def earlier(r: Any) -> int:
        left, right = r.expovariate(1), r.expovariate(2)
        same = left / 1
        assert (left == same, left <= same, left < same) == (True, True, False)
        found = left < right
        assert (right > left, left <= right, right <= left) == (found, found, not found)
        return int(found)

    assert random_law(earlier) == bernoulli(Fraction(1, 3))
    assert random_law(lambda r: 0 / r.expovariate(1) == 0 / r.expovariate(1)) == uniform([True])
    with pytest.raises(BadInput, match="the rate 0"):
        random_law(lambda r: r.expovariate(0))


# --- refused ---------------------------------------------------------------------------------


def _two_races(g: Any) -> Any:
    noise = g.gumbel(size=4)
    (numpy.log(P) + noise).argmax()
    return (numpy.log(P[:2]) + noise[:2]).argmax()


def _clock_in_two_races(g: Any) -> bool:
    left, right = g.exponential(), g.exponential()
    return bool(left < right and left / 2 < right)


ARRAYS: dict[str, tuple[Program, str]] = {
    "a number": (lambda g: g.gumbel(size=2) < 0.5, "noise is compared"),
    "a number, after weights": (lambda g: (P / g.exponential(size=4)) > 1, "noise is compared"),
    "two noises": (lambda g: g.gumbel(size=2) + g.gumbel(size=2), "taken exactly"),
    "two weighted noises": (
        lambda g: (numpy.log(P) + g.gumbel(size=4)) + (numpy.log(P) + g.gumbel(size=4)),
        "calculated with",
    ),
    "noise twice": (_two_races, "used in two races"),
    "no weight": (lambda g: g.gumbel(size=2).argmax(), "before a weight"),
    "a probability, not its logarithm": (lambda g: P + g.gumbel(size=4), "no rational"),
    "exponential noise added": (lambda g: numpy.log(P) + g.exponential(size=4), "taken exactly"),
    "noise over noise": (lambda g: g.gumbel(size=2) / g.exponential(size=2), "compared, negated"),
    "the smallest": (lambda g: numpy.argmin(g.exponential(size=2)), "compared, negated"),
    "ranked": (lambda g: numpy.argsort(-g.gumbel(size=2)), "compared, negated"),
    "an array": (lambda g: numpy.asarray(g.gumbel(size=2)), "made an array"),
    "a float": (lambda g: float(g.gumbel(size=1)), "made an array"),
    "a hot temperature": (
        lambda g: (numpy.log(P) + g.gumbel(scale=2, size=4)).argmax(),
        "need not be rational",
    ),
    "a place": (lambda g: g.gumbel(loc=1, size=2), "loc=0"),
    "one Gumbel": (lambda g: g.gumbel(), "size="),
    "a scale": (lambda g: g.exponential(scale=2, size=2), "scale=1"),
    "a rounded scale": (lambda g: g.gumbel(scale=0.1, size=2), "Fraction"),
    "rounded probabilities": (
        lambda g: (numpy.log(numpy.array([0.1, 0.9])) + g.gumbel(size=2)).argmax(),
        "short binary fraction",
    ),
    "one clock and a number": (lambda g: g.exponential() < 1.0, "compared with 1.0"),
    "one clock, p / X, and X": (lambda g: 1 / g.exponential() < g.exponential(), "compared with"),
    "one clock in two races": (_clock_in_two_races, "used in two races"),
    "one clock and a sum": (lambda g: g.exponential() + g.exponential(), "calculated with"),
    "one clock over another": (lambda g: g.exponential() / g.exponential(), "multiplied"),
    "one clock twice inverted": (lambda g: 1 / (1 / g.exponential()), "calculated with"),
    "one clock as a float": (lambda g: float(g.exponential()), "as a float"),
    "one clock and a minus": (lambda g: -1 * g.exponential(), "negative"),
    "one clock over zero": (lambda g: g.exponential() / 0, "divided by 0"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_what_is_not_exact_is_refused(name: str) -> None:
    program, reason = ARRAYS[name]
    with pytest.raises(FloatRefused, match=reason):
        numpy_law(program)


# --- decoders --------------------------------------------------------------------------------


def by_gumbel(tokens: list[int], table: list[list[Exact]], number: int, rng: Any) -> list[int]:
    """One cell in random order, its token by Gumbel-argmax."""
    cell = rng.choice([i for i, token in enumerate(tokens) if token == MASK])
    tokens[cell] = numpy.argmax(numpy.log(table[cell]) + rng.gumbel(size=2))
    return tokens


def by_clocks(tokens: list[int], table: list[list[Exact]], number: int, rng: Any) -> list[int]:
    """One cell in random order, its token by a race of clocks."""
    cell: int = rng.choice([i for i, token in enumerate(tokens) if token == MASK])
    keys: list[Any] = [weight / rng.expovariate(1) for weight in table[cell]]
    tokens[cell] = keys.index(max(keys))
    return tokens


def sharpened(tokens: list[int], table: list[list[Exact]], number: int, rng: Any) -> list[int]:
    """As `by_gumbel`, at half the temperature by mistake."""
    cell = rng.choice([i for i, token in enumerate(tokens) if token == MASK])
    tokens[cell] = numpy.argmax(2 * numpy.log(table[cell]) + rng.gumbel(size=2))
    return tokens


def output_law(step: Any) -> Law[State]:
    target = flip_chain(3, Fraction(1, 4))
    final = decoder_laws(Decoder(3, perfect_predictor(target), step), 3)[-1]
    return final.map(lambda one: one.state)


def test_plain_functions_with_noise_sample_their_target() -> None:
    target = flip_chain(3, Fraction(1, 4))
    assert output_law(with_generator(by_gumbel)) == target
    assert output_law(with_random(by_clocks)) == target
    assert output_law(with_generator(sharpened)) != target
