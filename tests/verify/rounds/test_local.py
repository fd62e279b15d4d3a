"""Bounds for local samplers of even parity: certified, exact where the searches end, and honest."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import State
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.kernel.local_parity import clauses_about
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.rounds import local
from dlmcheck.verify.rounds.cones import CONES
from dlmcheck.verify.rounds.local import (
    SMALLER,
    THREE,
    exchangeable_rounds,
    local_results,
    local_rounds,
    local_target_rounds,
    lower_for_all,
)
from dlmcheck.verify.rounds.results import UNKNOWN, Bound
from dlmcheck.verify.searches.locality import Question, Reading
from dlmcheck.verify.searches.locality_brute import least_tokens


def interval(n: int, tokens: int, reading: Reading) -> str:
    bounds = local_rounds(n, tokens, reading)
    return local_results(n, tokens, reading, bounds)[0].interval


def statement(bound: Bound) -> str:
    assert bound.certificate is not None
    return check_certificate(Document.parse(bound.certificate, "file")).statement


@cache
def by_brute_force(n: int, rounds: int) -> dict[Reading, int | None]:
    return least_tokens(n, rounds)


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(("n", "tokens"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)])
def test_bounds_agree_with_all_policies(n: int, tokens: int, reading: Reading) -> None:
    # More than three rounds are of no use for three cells: each writes a cell, or could be dropped.
    enough = [
        rounds
        for rounds in (1, 2, 3)
        if (least := by_brute_force(n, rounds)[reading]) is not None and least <= tokens
    ]
    assert interval(n, tokens, reading) == (str(enough[0]) if enough else "never")


@pytest.mark.parametrize(
    ("n", "tokens", "reading", "expected"),
    [
        (4, 1, Reading.PER_ROUND, "4"),
        (4, 1, Reading.ONE_SET, "5"),
        (4, 1, Reading.STATE_ONLY, "never"),
        (5, 2, Reading.ONE_SET, "3"),
        (5, 2, Reading.STATE_ONLY, "5"),
    ],
)
def test_each_number_has_a_certificate(
    n: int, tokens: int, reading: Reading, expected: str
) -> None:
    lower, upper = local_rounds(n, tokens, reading)
    assert local_results(n, tokens, reading, (lower, upper))[0].interval == expected
    head = f"{reading.value} n={n} k={tokens}"
    if lower.never:
        assert statement(lower) == f"{head} D={n}: no sampler"
        assert upper == UNKNOWN
    else:
        assert lower.value is not None
        assert statement(lower) == f"{head} D={lower.value - 1}: no sampler"
        assert statement(upper) == f"{head} D={upper.value}: a sampler"


def test_real_and_dyadic_predictors_have_the_same_bounds() -> None:
    results = local_results(3, 1, Reading.ONE_SET, local_rounds(3, 1, Reading.ONE_SET))
    assert {result.point.predictor.reals for result in results} == set(Reals)
    assert {result.interval for result in results} == {"3"}


def test_three_rounds_for_many_cells_need_no_search() -> None:
    lower, upper = local_rounds(9, 4, Reading.ONE_SET, largest=0)
    assert (lower.value, upper.value) == (3, 3)
    assert statement(upper) == "one-set n=9 k=4 D=3: a sampler"


def test_what_is_too_large_is_left_open() -> None:
    assert local_rounds(9, 2, Reading.PER_ROUND, largest=0) == (Bound(4, THREE), UNKNOWN)
    assert lower_for_all(9, 2, Reading.STATE_ONLY) == Bound(4, THREE)
    lower, upper = local_rounds(20, 3, Reading.PER_ROUND)
    assert (lower.value, lower.rests_on, upper) == (4, CONES, UNKNOWN)
    assert statement(lower).startswith("even parity on 20 cells: at least 4 rounds, write-once")
    assert lower_for_all(28, 2, Reading.ONE_SET).value == 5


def test_one_cell_less_gives_a_bound_where_the_question_itself_is_left_open() -> None:
    whole = clauses_about(Question(5, 1, 4, Reading.PER_ROUND))
    lower, upper = local_rounds(5, 1, Reading.PER_ROUND, largest=whole - 1)
    assert (lower.value, upper) == (4, UNKNOWN), "4 cells do it in 4 rounds"
    lower, _ = local_rounds(5, 1, Reading.ONE_SET, largest=whole - 1)
    assert (lower.value, lower.rests_on) == (5, SMALLER)
    assert statement(lower) == "one-set n=4 k=1 D=4: no sampler"


def test_time_that_is_up_leaves_an_interval(tmp_path: Path) -> None:
    lower, upper = local_rounds(7, 2, Reading.ONE_SET, folder=tmp_path, timeout=0.0)
    assert (lower.value, upper) == (4, UNKNOWN)


def test_finished_cases_are_kept(tmp_path: Path) -> None:
    first = local_rounds(4, 1, Reading.ONE_SET, folder=tmp_path, depth=1, workers=2)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert "one-set,n=4,k=1,D=4--2.json" in kept
    assert local_rounds(4, 1, Reading.ONE_SET, folder=tmp_path, depth=1, timeout=0.0) == first


def test_a_bound_that_is_too_large_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Canary: if the bound for all n were larger by one, a sampler would contradict it."""

    def too_large(n: int, tokens: int, reading: Reading) -> Bound:
        del n, tokens, reading
        return Bound(4, "a wrong proof")

    monkeypatch.setattr(local, "lower_for_all", too_large)
    with pytest.raises(Rejected, match="a sampler, against a wrong proof"):
        local_rounds(4, 2, Reading.PER_ROUND)


def test_any_target(monkeypatch: pytest.MonkeyPatch) -> None:
    one_hot: Law[State] = uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    lower, upper = local_target_rounds(one_hot, 2, Reading.STATE_ONLY)
    assert (lower.value, upper.value) == (3, 3)
    assert statement(lower).startswith("state-only n=3 k=2 D=2, law 001: 1/3")
    assert statement(upper).endswith("a sampler")
    lower, upper = local_target_rounds(one_hot, 2, Reading.STATE_ONLY, Reals.DYADIC)
    assert (lower.never, upper) == (True, UNKNOWN)
    lower, upper = local_target_rounds(one_hot, 1, Reading.ONE_SET)
    assert (lower.value, upper.value) == (3, 3), "which cells are masked tells what was written"
    lower, upper = local_target_rounds(one_hot, 0, Reading.ONE_SET, most=4)
    assert (lower.value, upper) == (5, UNKNOWN), "an interval: with a clock D has no limit"
    monkeypatch.setattr(local, "MOST_BITS", 2)
    assert local_target_rounds(one_hot, 2, Reading.ONE_SET) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("tokens", [1, 2])
def test_even_parity_as_any_target(tokens: int, reading: Reading) -> None:
    target: Law[State] = uniform(Question(3, tokens, 1, reading).strings())
    parity = local_rounds(3, tokens, reading)
    for reals in Reals:
        bounds = local_target_rounds(target, tokens, reading, reals)
        assert [(b.value, b.never) for b in bounds] == [(b.value, b.never) for b in parity]


def test_an_f_that_treats_all_cells_alike() -> None:
    assert [exchangeable_rounds(n, 1)[0].value for n in (1, 2, 3)] == [1, 2, 2]
    assert [exchangeable_rounds(n, 1)[1].value for n in (1, 2, 3)] == [1, 2, None]


@pytest.mark.parametrize(("n", "tokens"), [(0, 1), (3, -1)])
def test_numbers_out_of_range(n: int, tokens: int) -> None:
    with pytest.raises(BadInput):
        local_rounds(n, tokens, Reading.ONE_SET)
    with pytest.raises(BadInput):
        exchangeable_rounds(n, tokens)


def test_a_depth_out_of_range() -> None:
    with pytest.raises(BadInput, match="depth"):
        local_rounds(3, 1, Reading.ONE_SET, depth=-1)
