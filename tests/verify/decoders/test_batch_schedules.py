"""The entropy curve, the best schedules, and a decoder that runs them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.targets import parse_target
from dlmcheck.spec.batches import law_of_schedule, orders, schedule_error
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.entropy import LogSum, divergence, entropy, log
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.batch_cases import curve_by_conditionals
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.batch_schedules import (
    all_schedules,
    below,
    best_schedules,
    curve_error,
    enclosure,
    entropy_curve,
)

STRINGS = list(product((0, 1), repeat=3))


@st.composite
def laws(draw: st.DrawFn) -> Law[State]:
    weights = draw(st.lists(st.integers(0, 4), min_size=8, max_size=8).filter(any))
    total = sum(weights)
    return Law({x: Fraction(w, total) for x, w in zip(STRINGS, weights, strict=True)})


@st.composite
def log_sums(draw: st.DrawFn) -> LogSum:
    coefficient = st.fractions(-3, 3, max_denominator=6)
    return LogSum({p: draw(coefficient) for p in (2, 3, 5)})


@given(log_sums(), log_sums())
def test_the_order_of_sums_of_logarithms_is_that_of_the_enclosures(a: LogSum, b: LogSum) -> None:
    first, second = enclosure(a), enclosure(b)
    assert first.low is not None
    assert first.high is not None
    assert second.low is not None
    assert second.high is not None
    assert below(a, b) == (a < b) == ((a - b).sign() < 0)
    assert below(a, b) == (first.high < second.low)  # no two of these are nearer than the widths
    assert below(b, a) == (second.high < first.low)


def test_a_sum_that_is_nearly_nothing_has_a_sign() -> None:
    nearly = log(Fraction(2**90, 2**90 + 1))  # about -2^-90: the enclosures do not tell
    assert (nearly.sign(), below(nearly, LogSum({}))) == (-1, True)


def test_entropies_and_divergences_of_known_laws() -> None:
    assert entropy(certain(0)) == LogSum({})
    assert entropy(uniform(range(12))) == 2 * log(Fraction(2)) + log(Fraction(3))
    left, right = Law({0: Fraction(1, 4), 1: Fraction(3, 4)}), uniform([0, 1])
    assert divergence(left, right) == Fraction(3, 4) * log(Fraction(3)) - log(Fraction(2))
    assert divergence(uniform([0, 1]), certain(0)) is None
    with pytest.raises(ValueError, match="no logarithm of 0"):
        log(Fraction(0))


@settings(max_examples=25, deadline=None)
@given(laws())
def test_the_curve_and_the_formula_are_those_of_the_definitions(target: Law[State]) -> None:
    curve = entropy_curve(target)
    assert list(curve) == curve_by_conditionals(target, 3)
    for sizes in all_schedules(3):
        assert curve_error(curve, sizes) == schedule_error(target, sizes)


@settings(max_examples=20, deadline=None)
@given(laws())
def test_the_best_schedules_are_the_best_of_all(target: Law[State]) -> None:
    joined: Law[State] = target.bind(lambda x: uniform([(*x, 0, 0, 0), (*x, 1, 1, 1)]))
    curve = entropy_curve(joined)
    for best in best_schedules(curve):
        errors = [curve_error(curve, s) for s in all_schedules(6) if len(s) == best.rounds]
        assert best.error == curve_error(curve, best.sizes)
        assert not any(below(error, best.error) for error in errors)


@pytest.mark.parametrize("name", ["even-parity:4", "markov:4,1/4", "one-hot:4", "product:9/10,1/3"])
def test_the_random_rule_of_llada_has_the_own_law_of_even_batches(name: str) -> None:
    target = parse_target(name).law
    length = len(next(iter(target)))
    for rounds in range(1, length + 1):
        sizes = [length // rounds + (t < length % rounds) for t in range(rounds)]
        step = RULES["llada-random"].make(length, rounds)
        decoder = Decoder(length, perfect_predictor(target), step)
        assert Law(analyse(decoder, 9).law) == law_of_schedule(target, sizes)


def test_a_vocabulary_of_three() -> None:
    target: Law[State] = uniform([(0, 0), (1, 1), (2, 2)])
    assert schedule_error(target, (2,), 3) == log(Fraction(3)) == entropy_curve(target)[0]
    assert law_of_schedule(target, (1, 1), 3) == target


@pytest.mark.parametrize("sizes", [(), (1, 1), (3, 0), (2, 2), (4, -1)])
def test_sizes_that_do_not_fit_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="batches of"):
        orders(3, sizes)
