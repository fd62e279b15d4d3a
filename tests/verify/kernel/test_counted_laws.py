"""Laws of circuits by going through all seeds in long numbers, against the specification."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.engines.law_engines import CircuitLaw
from dlmcheck.verify.kernel import counted_laws
from dlmcheck.verify.kernel.counted_laws import (
    MOST_COINS,
    Counts,
    check_document,
    count_outputs,
    count_rows,
    law_text,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.engines.law_problems import by_specification, circuits, fractions, odd_cases


@given(problem=circuits())
def test_counts_are_the_law_of_the_definition(problem: CircuitLaw) -> None:
    assert fractions(count_outputs(problem.circuit, problem.data)) == by_specification(problem)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.parametrize("split", [0, 2, 8])
def test_the_size_of_blocks_and_the_way_of_counting_make_no_difference(
    monkeypatch: pytest.MonkeyPatch, block: int, split: int
) -> None:
    monkeypatch.setattr(counted_laws, "BLOCK", block)
    monkeypatch.setattr(counted_laws, "SPLIT", split)
    for problem in odd_cases().values():
        assert fractions(count_outputs(problem.circuit, problem.data)) == by_specification(problem)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 17, 33, 63, 64, 65, 70])
def test_rows_of_many_columns_are_counted_as_they_stand(count: int) -> None:
    """The first and the last columns by themselves, those between as they come."""
    chance = random.Random(count)
    columns = [chance.getrandbits(32) for _ in range(count)]
    columns[-1] = columns[0] & 0xFFFF
    rows = ["".join(str(c >> row & 1) for c in columns) for row in range(32)]
    assert count_rows(columns, 32) == dict(Counter(rows))


def test_idle_coins_are_not_gone_through() -> None:
    coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(500))
    circuit = Circuit(coins, (Gate(Op.AND, (3, 499)),), (500,))
    assert count_outputs(circuit, ()) == Counts(2, {"0": 3, "1": 1})


def test_a_good_certificate_says_how_many_seeds_were_gone_through() -> None:
    problem = odd_cases()["a wide gate"]
    text = law_text(problem.circuit, problem.data, count_outputs(problem.circuit, problem.data))
    checked = check_document(Document.parse(text, "file"))
    assert checked.verdict is Verdict.PROVED
    assert str(checked.evidence) == "exhaustive: 512 of 512 instances of all seeds"


def test_a_law_over_a_larger_power_of_two_is_the_same_law() -> None:
    problem = odd_cases()["a wide gate"]
    law = count_outputs(problem.circuit, problem.data)
    twice = Counts(law.exponent + 5, {text: count << 5 for text, count in law.counts.items()})
    check_document(Document.parse(law_text(problem.circuit, problem.data, twice), "file"))


def test_too_many_coins_are_refused_before_anything_is_done() -> None:
    n = MOST_COINS + 1
    coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(n))
    circuit = Circuit(coins, (Gate(Op.XOR, tuple(range(n))),), (n,))
    text = law_text(circuit, (), Counts(1, {"0": 1, "1": 1}))
    with pytest.raises(Rejected, match=f"{n} coins are too many"):
        check_document(Document.parse(text, "file"))


def test_canary_a_row_that_is_counted_twice_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = odd_cases()["a wide gate"]
    text = law_text(problem.circuit, problem.data, count_outputs(problem.circuit, problem.data))

    def wrong(columns: list[int], rows: int) -> dict[str, int]:
        counts = dict(count_rows(columns, rows))
        counts[max(counts)] += 1
        return counts

    monkeypatch.setattr(counted_laws, "count_rows", wrong)
    with pytest.raises(Rejected, match="the law is another one: output"):
        check_document(Document.parse(text, "file"))
