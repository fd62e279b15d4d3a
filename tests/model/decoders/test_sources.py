"""Exact sources of randomness: laws against closed forms, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from dlmcheck.model.decoders.adapters import with_generator, with_random
from dlmcheck.model.decoders.exact import Exact, FloatRefused, as_fraction
from dlmcheck.model.decoders.sources import GeneratorLike, NotOffered, RandomLike
from dlmcheck.model.targets import flip_chain
from dlmcheck.spec.choices import Choices, explore
from dlmcheck.spec.decoder import Decoder, decoder_laws
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK

THIRD = Fraction(1, 3)


Program = Callable[[Any], Any]


def law_of(program: Program) -> Law[Any]:
    return explore(lambda choices: program(RandomLike(choices)))


def numpy_law(program: Program) -> Law[Any]:
    return explore(lambda choices: program(GeneratorLike(choices)))


def test_a_threshold_on_a_uniform_number_is_a_coin() -> None:
    assert law_of(lambda r: int(r.random() < Exact(THIRD))) == bernoulli(THIRD)
    assert law_of(lambda r: int(r.random() > 0.25)) == bernoulli(Fraction(3, 4))


def test_one_number_in_two_comparisons_is_one_number() -> None:
    def interval(r: RandomLike) -> tuple[bool, bool]:
        u = r.random()
        return u < 0.5, u < 0.75

    quarter = Fraction(1, 4)
    assert law_of(interval) == Law(
        {(True, True): Fraction(1, 2), (False, True): quarter, (False, False): quarter}
    )


def test_sorting_by_random_keys_gives_every_order_the_same_probability() -> None:
    def order(r: RandomLike) -> tuple[int, ...]:
        keys = [r.random() for _ in range(4)]
        return tuple(sorted(range(4), key=lambda i: keys[i]))

    assert law_of(order) == uniform(permutations(range(4)))


def test_the_order_and_the_size_of_uniform_numbers_are_joint() -> None:
    def both(r: RandomLike) -> tuple[bool, bool, bool]:
        u, v = r.random(), r.random()
        return u < v, u < 0.5, v < Exact(THIRD)

    # P(u < v, u < 1/2, v < 1/3) is the area of a triangle, and so on.
    found = law_of(both)
    assert found[True, True, True] == Fraction(1, 18)
    assert found[False, True, True] == Fraction(1, 6) - Fraction(1, 18)
    assert found[True, False, False] == Fraction(1, 8)
    assert found[True, True, False] == Fraction(1, 2) - Fraction(1, 8) - Fraction(1, 18)
    assert found[True, False, True] == 0


def test_the_smaller_of_two_is_less_than_a_half_three_times_in_four() -> None:
    def smaller(r: RandomLike) -> int:
        u, v = r.random(), r.random()
        return int(min(u, v) < 0.5)

    assert law_of(smaller) == bernoulli(Fraction(3, 4))


def test_the_methods_of_a_random_source() -> None:
    assert law_of(lambda r: r.randint(1, 3)) == uniform([1, 2, 3])
    assert law_of(lambda r: r.choice("ab")) == uniform("ab")
    assert law_of(lambda r: tuple(r.sample([1, 2, 3], 2))) == uniform(permutations([1, 2, 3], 2))
    assert law_of(lambda r: r.choices([5, 6], [1, 3])[0]) == Law(
        {5: 1 - 3 * Fraction(1, 4), 6: Fraction(3, 4)}
    )

    def shuffled(r: RandomLike) -> tuple[int, ...]:
        items = [1, 2, 3]
        r.shuffle(items)
        return tuple(items)

    assert law_of(shuffled) == uniform(permutations([1, 2, 3]))
    with pytest.raises(BadInput, match="a sample of 3 from 2"):
        law_of(lambda r: tuple(r.sample([1, 2], 3)))


def test_the_methods_of_a_numpy_generator() -> None:
    weights = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    assert numpy_law(lambda g: g.choice(3, p=weights)) == Law(dict(enumerate(weights)))
    twice = numpy_law(lambda g: tuple(g.choice(3, size=2, replace=False, p=weights)))
    assert twice[0, 1] == Fraction(1, 2) * Fraction(2, 3)
    assert twice[2, 0] == Fraction(1, 6) * Fraction(3, 5)
    assert numpy_law(lambda g: tuple(g.permutation(3))) == uniform(permutations(range(3)))
    assert numpy_law(lambda g: g.binomial(2, 0.5))[1] == Fraction(1, 2)
    assert numpy_law(lambda g: tuple(g.multinomial(2, [0.5, 0.5])))[1, 1] == Fraction(1, 2)
    assert numpy_law(lambda g: g.integers(4)) == uniform(range(4))
    assert numpy_law(lambda g: tuple(u < 0.5 for u in g.random(2))) == uniform(
        [(a, b) for a in (True, False) for b in (True, False)]
    )
    wrong: list[Program] = [
        lambda g: g.choice(2, p=[1, -1]),
        lambda g: g.choice(2, p=[0, 0]),
        lambda g: g.choice(2, p=[1]),
    ]
    for program in wrong:
        with pytest.raises(BadInput, match="weights"):
            numpy_law(program)


HALF: Any = 0.5
DECIDED_BY_FLOATS: list[Program] = [
    lambda r: r.random() < 0.1,
    lambda r: r.random() < math.pi,
    lambda r: math.log(r.random()) < 0,
    lambda r: float(Exact(THIRD)) < 1,
    lambda r: math.log(Exact(THIRD)) < 0,
    lambda r: Exact(THIRD) < 0.3,
    lambda r: Exact(THIRD) * 0.1 < 1,
    lambda r: Exact(THIRD) ** HALF < 1,
    lambda r: Exact(THIRD) + float("nan") < 1,
    lambda r: r.random() < "a",
]


@pytest.mark.parametrize("program", DECIDED_BY_FLOATS)
def test_floats_that_would_decide_are_refused(program: Callable[[Any], Any]) -> None:
    with pytest.raises(FloatRefused):
        law_of(program)


def test_exact_numbers_calculate_and_compare() -> None:
    x = Exact(THIRD)
    assert (1 - x, 2 * x, x / 2, 1 / x, -x, abs(-x), x**2) == (
        Exact(2 * THIRD),
        Exact(2 * THIRD),
        Exact(THIRD / 2),
        Exact(3),
        Exact(-THIRD),
        x,
        Exact(THIRD**2),
    )
    assert sorted([Exact(1), x, Exact(0)]) == [0, THIRD, 1]
    assert as_fraction(0.375) == Fraction(3, 8)
    assert x != "x"


# --- adapters ------------------------------------------------------------------------------


def random_order(
    tokens: list[int], table: list[list[Exact]], number: int, source: Any
) -> list[int]:
    """One cell in random order, its token by a threshold: as one would write it."""
    masked = [i for i, token in enumerate(tokens) if token == MASK]
    cell = source.choice(masked)
    tokens[cell] = 1 if source.random() < table[cell][1] else 0
    return tokens


@pytest.mark.parametrize("adapter", [with_random, with_generator])
def test_a_plain_function_samples_its_target(adapter: Callable[[Any], Any]) -> None:
    target = flip_chain(3, Fraction(1, 4))
    decoder = Decoder(3, perfect_predictor(target), adapter(random_order))
    final = decoder_laws(decoder, 5)[-1]
    assert final.map(lambda one: one.state) == target


def test_a_plain_function_must_return_as_many_tokens() -> None:
    target = flip_chain(2, Fraction(1, 4))
    step = with_random(lambda tokens, table, number, source: tokens[:1])
    with pytest.raises(BadInput, match="1 tokens are returned"):
        decoder_laws(Decoder(2, perfect_predictor(target), step), 1)


# --- arrays ----------------------------------------------------------------------------------

numpy: Any = np
PAIRS = [(a, b) for a in (0, 1) for b in (0, 1)]
BIASED = Law({(a, b): (2 - a) * (1 + b) * Fraction(1, 9) for a, b in PAIRS})
ARRAYS: dict[str, tuple[Program, Law[Any]]] = {
    # Each of these would be another thing of a list: longer, repeated, compared as a whole.
    "a sum": (
        lambda g: tuple(g.integers(0, 2, size=2) + g.integers(0, 2, size=2) >= 1),
        Law({(a == 1, b == 1): Fraction((1 + 2 * a) * (1 + 2 * b), 16) for a, b in PAIRS}),
    ),
    "a product": (lambda g: tuple(g.integers(0, 2, size=2) * 2 // 2), uniform(PAIRS)),
    "a threshold": (lambda g: tuple((g.random(2) < 0.5).astype(int)), uniform(PAIRS)),
    "thresholds": (
        lambda g: tuple(map(int, g.random(2) < [Exact(THIRD), Exact(2 * THIRD)])),
        BIASED,
    ),
    "an array of them": (
        lambda g: tuple(
            map(int, numpy.array([Exact(THIRD), Exact(2 * THIRD)]) > g.uniform(size=2))
        ),
        BIASED,
    ),
    "a choice": (lambda g: tuple(g.choice([7, 8], size=2) - 7), uniform(PAIRS)),
    "rows": (lambda g: tuple(g.integers(2, size=(1, 2))[0]), uniform(PAIRS)),
    "an order of keys": (
        lambda g: tuple(numpy.argsort(g.random(3))),
        uniform(permutations(range(3))),
    ),
    "coins": (lambda g: tuple(g.binomial(1, 0.5, size=2) ^ 1), uniform(PAIRS)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_calculate_cell_by_cell(name: str) -> None:
    program, law = ARRAYS[name]
    assert numpy_law(program) == law


def test_a_random_order_is_drawn_as_far_as_it_is_looked_at() -> None:
    draws: list[int] = []

    def first_two(choices: Choices) -> tuple[int, ...]:
        found = tuple(GeneratorLike(choices).permutation(numpy.arange(8))[:2])
        draws.append(choices.asked)
        return found

    assert explore(first_two) == uniform(permutations(range(8), 2))
    assert set(draws) == {2}
    assert len(draws) == 8 * 7
    whole: list[Program] = [
        lambda g: tuple(g.permutation(3) + 0),
        lambda g: tuple(numpy.array(g.permutation(3))),
        lambda g: tuple(g.permutation(3).tolist()),
        lambda g: tuple(reversed(g.permutation(3))),
        lambda g: tuple(g.permutation(3)[[0, 1, 2]]),
    ]
    for program in whole:
        assert numpy_law(program) == uniform(permutations(range(3)))
    assert numpy_law(lambda g: len(g.permutation([])[:2])) == Law({0: Fraction(1)})


def test_what_a_source_does_not_have_is_named_with_what_it_has() -> None:
    with pytest.raises(NotOffered, match=r"no method 'beta' \(expected binomial, choice, "):
        numpy_law(lambda g: g.beta(1, 1))
    with pytest.raises(AttributeError):
        law_of(lambda r: r.gauss(0, 1))
    assert law_of(lambda r: r.getrandbits(2)) == uniform(range(4))
    assert law_of(lambda r: int(r.uniform(0, 1) < 0.5)) == uniform([0, 1])
    with pytest.raises(FloatRefused, match="from 0 to 2"):
        law_of(lambda r: r.uniform(0, 2))


def test_numbers_of_numpy_are_numbers() -> None:
    assert as_fraction(numpy.int64(3)) == 3
    assert as_fraction(numpy.float32(0.5)) == Fraction(1, 2)
    with pytest.raises(FloatRefused):
        as_fraction(numpy.float32(0.1))
    assert numpy.int64(2) * Exact(THIRD) == Exact(2 * THIRD)
