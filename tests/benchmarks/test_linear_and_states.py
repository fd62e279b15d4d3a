"""The benchmarks' workloads at small sizes: all ways agree, a killed one has no answer."""

from __future__ import annotations

import time

import pytest

from benchmarks import linear, state_law
from benchmarks.measure import Timing, agreed, table, timed
from benchmarks.workloads import sparse_sums
from dlmcheck.verify.kernel.affine import numbers_in
from dlmcheck.verify.kernel.linear import circuit_outputs


def test_all_ways_agree_on_even_parity() -> None:
    timings = linear.compare(12, limit=60, repeat=1)
    assert all(one.answer is not None for one in timings)
    assert agreed(timings) == "11"


def test_all_ways_agree_on_a_dense_matrix() -> None:
    timings = linear.compare_dense(40, limit=60, repeat=1)
    assert all(one.answer is not None for one in timings)
    assert 30 < int(agreed(timings)) <= 40


def test_all_ways_agree_on_a_state_law() -> None:
    timings = state_law.compare(3, state_law.WAYS, limit=60, repeat=1)
    assert agreed(timings).startswith("27 states over 2^")
    alone = state_law.alone(3, limit=60, repeat=1)
    assert alone.answer is not None
    assert agreed(timings).startswith(alone.answer)


def test_ways_that_disagree_are_an_error() -> None:
    one, other = Timing("a", (1.0,), "1", 1), Timing("b", (1.0,), "2", 1)
    with pytest.raises(ValueError, match="the answers differ"):
        agreed([one, other])
    assert agreed([one, Timing("c", (), None, 0)]) == "1"


def test_a_way_that_takes_too_long_is_killed_and_has_no_answer() -> None:
    def sleep() -> None:
        time.sleep(60)

    killed = timed("sleep", sleep, limit=0.2, repeat=3)
    assert killed.median is None
    assert "none in 0 s" in table("x", [Timing("a", (1.0,), "1", 1), killed], 0.2)


def test_a_way_that_fails_has_no_answer() -> None:
    def fail() -> None:
        raise SystemExit(3)

    assert timed("fail", fail, limit=10, repeat=1).answer is None


@pytest.mark.parametrize("coins", [5, 16, 33])
def test_sums_of_five_are_dealt_to_distinct_coins(coins: int) -> None:
    circuit = sparse_sums(coins)
    outputs = circuit_outputs(circuit)
    assert len(outputs.forms) == 2 * coins
    assert all(len(numbers_in(form)) == 5 for form in outputs.forms)
    assert circuit == sparse_sums(coins)


@pytest.mark.parametrize("coins", [16, 33])
def test_all_ways_find_the_dimension_of_sums_of_five(coins: int) -> None:
    timings = linear.compare_sparse(coins, limit=60, repeat=1)
    assert all(one.answer is not None for one in timings)
    assert agreed(timings) == str(coins)


def test_canary_sums_of_even_length_leave_a_coin_out() -> None:
    circuit = sparse_sums(16, weight=4)
    assert linear.integer_rank(circuit_outputs(circuit)) < 16
    with pytest.raises(ValueError, match="not injective"):
        linear.sat_injective(circuit)
