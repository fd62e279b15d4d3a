"""Finite exact laws: what may be one, and the calculus on them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.errors import BadProbability, UnnormalisedLaw
from dlmcheck.spec.law import (
    Law,
    bernoulli,
    certain,
    is_product,
    marginal,
    product_law,
    total_variation,
    uniform,
)

THIRD = Fraction(1, 3)
LAWS = (
    st.dictionaries(st.integers(0, 3), st.integers(0, 5), min_size=1)
    .filter(lambda weights: sum(weights.values()) > 0)
    .map(lambda w: Law({k: Fraction(v, sum(w.values())) for k, v in w.items()}))
)
PAIRS = (
    st.dictionaries(st.tuples(st.integers(0, 1), st.integers(0, 2)), st.integers(0, 3), min_size=1)
    .filter(lambda weights: sum(weights.values()) > 0)
    .map(lambda w: Law({k: Fraction(v, sum(w.values())) for k, v in w.items()}))
)


@pytest.mark.parametrize("weight", [0.5, True, "1/2", None])
def test_only_exact_rationals_are_weights(weight: Any) -> None:
    with pytest.raises(BadProbability) as error:
        Law({"a": weight, "b": weight})
    assert repr(weight) in error.value.message
    assert error.value.expected == "an exact rational"


@pytest.mark.parametrize("weight", [Fraction(-1, 2), Fraction(3, 2), -1, 2])
def test_weights_lie_between_zero_and_one(weight: Fraction | int) -> None:
    # The other outcome makes the sum 1, so that the range alone is at fault.
    with pytest.raises(BadProbability) as error:
        Law({"a": weight, "b": 1 - weight})
    assert error.value.expected == "a number in [0, 1]"


@pytest.mark.parametrize(
    ("weights", "total"), [({}, 0), ({"a": THIRD}, THIRD), ({"a": 1, "b": THIRD}, 1 + THIRD)]
)
def test_weights_sum_to_one(weights: dict[str, Fraction], total: Fraction) -> None:
    with pytest.raises(UnnormalisedLaw) as error:
        Law(weights)
    assert error.value.total == total


def test_a_bernoulli_rate_out_of_range_or_inexact_is_refused() -> None:
    inexact: Any = 0.25
    for rate in (Fraction(5, 4), Fraction(-1, 4), inexact):
        with pytest.raises(BadProbability):
            bernoulli(rate)


def test_nothing_has_no_uniform_law() -> None:
    with pytest.raises(UnnormalisedLaw) as error:
        uniform(list[int]())
    assert error.value.total == 0


def test_outcomes_of_weight_zero_are_not_in_the_support() -> None:
    law = Law({"a": 1, "b": 0})
    assert law.support == {"a"}
    assert (len(law), list(law)) == (1, ["a"])
    assert law["b"] == 0
    assert law == certain("a")
    assert hash(law) == hash(certain("a"))


def test_uniform_counts_each_outcome_once() -> None:
    assert uniform("abca") == Law({"a": THIRD, "b": THIRD, "c": THIRD})


def test_map_adds_up_what_falls_together() -> None:
    # A die modulo 3: 0 from 3, 6; 1 from 1, 4; 2 from 2, 5.
    assert uniform(range(1, 7)).map(lambda n: n % 3) == uniform(range(3))


def test_bind_is_the_law_of_two_steps() -> None:
    # Throw a coin with P(1) = 1/3; on 1 stop with 0, else throw a fair one.
    #   P(0) = 1/3 + 2/3 * 1/2 = 2/3,   P(1) = 2/3 * 1/2 = 1/3
    law = bernoulli(THIRD).bind(lambda n: certain(0) if n else bernoulli(Fraction(1, 2)))
    assert law == bernoulli(THIRD)


def test_conditioning() -> None:
    die = uniform(range(1, 7))
    assert die.given(lambda n: n % 2 == 0) == uniform([2, 4, 6])
    assert die.probability(lambda n: n > 4) == THIRD
    with pytest.raises(UnnormalisedLaw) as error:
        die.given(lambda n: n > 6)
    assert error.value.total == 0


def test_products_and_marginals() -> None:
    # P(1, 1) = 1/3 * 1/4, and so on.
    law = product_law([bernoulli(THIRD), bernoulli(Fraction(1, 4))])
    assert [law[z] * 12 for z in ((0, 0), (0, 1), (1, 0), (1, 1))] == [6, 2, 3, 1]
    assert marginal(law, 0) == bernoulli(THIRD)
    assert is_product(law)
    assert product_law(list[Law[int]]()) == certain(())
    assert is_product(product_law(list[Law[int]]()))


def test_a_full_box_need_not_be_a_product() -> None:
    # Both bits fair, all four pairs possible, but correlated.
    weights: dict[tuple[int, ...], Fraction] = dict.fromkeys([(0, 0), (1, 1)], THIRD)
    law = Law(weights | dict.fromkeys([(0, 1), (1, 0)], THIRD / 2))
    assert marginal(law, 0) == marginal(law, 1) == bernoulli(Fraction(1, 2))
    assert not is_product(law)


def test_outcomes_of_different_lengths_are_no_product() -> None:
    assert not is_product(uniform([(0,), (0, 1)]))


def test_total_variation_of_two_coins_is_the_difference_of_their_rates() -> None:
    assert total_variation(bernoulli(THIRD), bernoulli(Fraction(3, 4))) == Fraction(5, 12)
    assert total_variation(certain(0), certain(1)) == 1


@given(LAWS, LAWS, LAWS)
def test_total_variation_is_a_metric(p: Law[int], q: Law[int], r: Law[int]) -> None:
    assert total_variation(p, q) == total_variation(q, p)
    assert (total_variation(p, q) == 0) == (p == q)
    assert total_variation(p, r) <= total_variation(p, q) + total_variation(q, r) <= 2


@given(LAWS, LAWS)
def test_independent_variables_are_recognised(p: Law[int], q: Law[int]) -> None:
    joint = product_law([p, q])
    assert is_product(joint)
    assert (marginal(joint, 0), marginal(joint, 1)) == (p, q)


@given(PAIRS)
def test_a_law_is_a_product_exactly_if_every_conditional_law_is_the_same(
    joint: Law[tuple[int, ...]],
) -> None:
    def second_given(first: int) -> Law[int]:
        return joint.given(lambda z: z[0] == first).map(lambda z: z[1])

    conditionals = {second_given(first) for first in marginal(joint, 0)}
    assert is_product(joint) == (len(conditionals) == 1)


@given(LAWS, LAWS)
def test_bind_of_a_map_is_a_map(p: Law[int], q: Law[int]) -> None:
    assert p.bind(certain) == p
    assert p.bind(lambda n: q.map(lambda k: (n, k))) == product_law([p, q])
