"""The benchmarks' workloads at small sizes: all ways agree, a killed one has no answer."""

from __future__ import annotations

import time

import pytest

from benchmarks import linear, state_law
from benchmarks.measure import Timing, agreed, table, timed


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
