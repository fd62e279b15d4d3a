"""Signs of sums of logarithms: against products of powers, close ones, and code that uses them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.decoders.adapters import log, with_generator, with_random
from dlmcheck.model.decoders.confidence import NegativeEntropy
from dlmcheck.model.decoders.exact import Exact, FloatRefused
from dlmcheck.model.decoders.logarithms import enclosure, is_zero, log_bounds, sign
from dlmcheck.model.decoders.rules import entropy_of, evenly, most_confident
from dlmcheck.model.targets import parse_target
from dlmcheck.spec.decoder import Decoder, decoder_laws
from dlmcheck.spec.law import Law
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK

numpy: Any = np
BASES = st.fractions(Fraction(1, 40), Fraction(40), max_denominator=40).filter(bool)
TERMS = st.dictionaries(BASES, st.integers(-6, 6).map(Fraction), max_size=4)


@given(TERMS)
def test_the_sign_is_that_of_the_product_of_powers(terms: dict[Fraction, Fraction]) -> None:
    product = Fraction(1)
    for base, power in terms.items():
        product *= base ** int(power)
    assert sign(terms) == (product > 1) - (product < 1)
    assert is_zero(terms) == (product == 1)


@given(BASES, st.sampled_from([16, 64, 200]))
def test_enclosures_hold_the_logarithm(number: Fraction, bits: int) -> None:
    low, high = log_bounds(number, bits)
    assert low <= high
    # A float is a hint: it is right to some 50 bits.
    assert float(low) - 1e-12 <= math.log(number) <= float(high) + 1e-12
    finer = log_bounds(number, 2 * bits)
    assert low <= finer[1]
    assert finer[0] <= high
    assert high - low <= Fraction(30 * bits + 200, 1 << bits)


def test_numbers_that_are_close_are_told_apart() -> None:
    # log(1 + x) - x at x = 2^-200 is about -2^-401.
    tiny = Fraction(1, 2**200)
    assert sign({1 + tiny: Fraction(1)}, -tiny) == -1
    assert sign({1 + tiny: Fraction(1)}, -tiny + tiny**2) == 1
    big = Fraction(2**300 + 1, 2**300)
    assert sign({big: Fraction(1, 7), Fraction(2): Fraction(0)}) == 1
    low, high = enclosure({Fraction(2): Fraction(1)}, 64)
    assert low < high
    with pytest.raises(ValueError, match="not positive"):
        sign({Fraction(0): Fraction(1)})


def test_equal_entropies_of_different_laws_are_equal() -> None:
    # The same sum with other tokens, and one that is equal by unique factorisation only:
    # 4 times 1/8 and 1/2 against 1/4, 1/4, 1/4 and 4 times 1/16 have 2 bits.
    eighths = Law({0: Fraction(1, 2), **{t: Fraction(1, 8) for t in range(1, 5)}})
    others = Law(
        {**{t: Fraction(1, 4) for t in range(3)}, **{t: Fraction(1, 16) for t in range(3, 7)}}
    )
    assert NegativeEntropy(eighths) == NegativeEntropy(Law({t: Fraction(1, 4) for t in range(4)}))
    assert NegativeEntropy(eighths) > NegativeEntropy(others)
    # Denominators so large that no power could be written out.
    p = Fraction(1, 10**30)
    assert NegativeEntropy(Law({0: p, 1: 1 - p})) > NegativeEntropy(Law({0: 2 * p, 1: 1 - 2 * p}))


# --- code that takes logarithms ----------------------------------------------------------------


def surest(tokens: list[int], table: list[list[Exact]], entropy: Any) -> int:
    masked = [i for i, token in enumerate(tokens) if token == MASK]
    return min(masked, key=lambda i: entropy(table[i]))


def with_numpy(tokens: list[int], table: list[list[Exact]], number: int, source: Any) -> list[int]:
    """The cell of the smallest entropy, as one writes it with NumPy."""

    def entropy(row: list[Exact]) -> Any:
        p = numpy.array(row)
        p = p[p > 0]
        return -(p * numpy.log(p)).sum()

    cell = surest(tokens, table, entropy)
    tokens[cell] = source.choice(2, p=table[cell])
    return tokens


def by_hand(tokens: list[int], table: list[list[Exact]], number: int, source: Any) -> list[int]:
    def entropy(row: list[Exact]) -> Any:
        return -sum(p * log(p) for p in row if p)

    cell = surest(tokens, table, entropy)
    tokens[cell] = source.choices([0, 1], table[cell])[0]
    return tokens


@pytest.mark.parametrize("step", [with_generator(with_numpy), with_random(by_hand)])
@pytest.mark.parametrize("name", ["noisy-markov:3,1/4,1/10", "one-hot:3", "product:1/3,9/10,2/3"])
def test_entropies_of_plain_code_are_compared_exactly(step: Any, name: str) -> None:
    target = parse_target(name).law
    predictor = perfect_predictor(target)
    found = decoder_laws(Decoder(3, predictor, step), 3)
    ours = decoder_laws(Decoder(3, predictor, most_confident(evenly(3, 3), entropy_of)), 3)
    for law, other in zip(found, ours, strict=True):
        assert law == other


def test_thresholds_on_logarithms() -> None:
    p = Exact(Fraction(1, 3))
    assert log(p) < -1
    assert not log(p) < Fraction(-11, 10)
    assert -p * log(p) > 0.25
    assert log(Fraction(2)) != Fraction(693147, 1000000)


def test_what_asks_for_floats_is_told_what_to_ask_for() -> None:
    with pytest.raises(FloatRefused, match=r"adapters\.log"):
        math.log(Exact(Fraction(1, 3)))
    with pytest.raises(FloatRefused, match="probability 0"):
        sum(numpy.array([Exact(0)]) * numpy.log([Exact(0)]))
