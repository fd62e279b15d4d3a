"""Laws of circuits by going through all seeds in long numbers, against the specification."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.workloads import xor_rich
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families.layered_random import random_layered
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.law_engines import CircuitLaw
from dlmcheck.verify.kernel import counted_laws, row_counts
from dlmcheck.verify.kernel.column_programs import column_program
from dlmcheck.verify.kernel.columns import output_columns, variable_column
from dlmcheck.verify.kernel.counted_laws import (
    MOST_COINS,
    check_document,
    count_outputs,
    law_text,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.row_counts import Tally, count_rows, turned
from dlmcheck.verify.kernel.stated_laws import Counts
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.engines.law_problems import by_specification, circuits, fractions, odd_cases

ARITIES = {Op.CONST0: (0,), Op.CONST1: (0,), Op.NOT: (1,), Op.ID: (1,)}


@given(problem=circuits())
def test_counts_are_the_law_of_the_definition(problem: CircuitLaw) -> None:
    assert fractions(count_outputs(problem.circuit, problem.data)) == by_specification(problem)


@pytest.mark.parametrize("block", range(5))
@pytest.mark.parametrize("split", [0, 2, 8])
def test_the_size_of_blocks_and_the_way_of_counting_make_no_difference(
    monkeypatch: pytest.MonkeyPatch, block: int, split: int
) -> None:
    monkeypatch.setattr(counted_laws, "BLOCK", block)
    monkeypatch.setattr(row_counts, "SPLIT", split)
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


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8))
def test_eight_columns_are_turned_into_bytes(columns: list[int]) -> None:
    octets = [number.to_bytes(8, "little") for number in turned(columns, 64)]
    for row in range(64):
        octet = octets[row % 8][row // 8]
        assert [octet >> j & 1 for j in range(8)] == [
            column >> row & 1 for column in [*columns, *[0] * (8 - len(columns))]
        ]


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_a_program_on_columns_is_the_circuit_on_columns(seed: int, inputs: int) -> None:
    circuit = random_layered(seed, inputs, 0, 4, 3, inverted=True)
    columns = [variable_column(i, inputs) for i in range(inputs)]
    every = (1 << (1 << inputs)) - 1
    found = column_program(circuit).columns(columns, every)
    assert found == output_columns(circuit, columns, every)


@pytest.mark.parametrize("op", Op)
def test_a_gate_of_a_program_is_the_gate_of_the_specification(op: Op) -> None:
    for arity in ARITIES.get(op, (1, 2, 3)):
        for signs in product((False, True), repeat=arity):
            args = tuple(~node if sign else node for node, sign in enumerate(signs))
            coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(arity))
            circuit = Circuit(coins, (Gate(op, args),), (arity, ~arity))
            every = (1 << (1 << arity)) - 1
            columns = [variable_column(i, arity) for i in range(arity)]
            found = column_program(circuit).columns(columns, every)
            rows = [evaluate(circuit, row[::-1]) for row in product((False, True), repeat=arity)]
            assert [tuple(bool(c >> r & 1) for c in found) for r in range(len(rows))] == rows


def test_canary_a_place_given_away_too_early_is_seen() -> None:
    circuit = xor_rich(10, 100, 3)
    columns = [variable_column(i, 10) for i in range(10)]
    every = (1 << 1024) - 1
    program = column_program(circuit)
    what, _, x, y = program.steps[40]
    steps = (*program.steps[:40], (what, program.steps[41][2], x, y), *program.steps[41:])
    assert program.columns(columns, every) == output_columns(circuit, columns, every)
    assert replace(program, steps=steps).columns(columns, every) != program.columns(columns, every)


def test_idle_coins_are_not_gone_through() -> None:
    coins = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(500))
    circuit = Circuit(coins, (Gate(Op.AND, (3, 499)),), (500,))
    law = count_outputs(circuit, ())
    assert law == Counts(2, {"0": 3, "1": 1})
    checked = check_document(Document.parse(law_text(circuit, (), law), "file"))
    of = "all seeds of the 2 of 500 coins that outputs read"
    assert str(checked.evidence) == f"exhaustive: 4 of 4 instances of {of}"


def test_a_good_certificate_says_how_many_seeds_were_gone_through() -> None:
    problem = odd_cases()["a wide gate"]
    text = law_text(problem.circuit, problem.data, count_outputs(problem.circuit, problem.data))
    checked = check_document(Document.parse(text, "file"))
    assert checked.verdict is Verdict.PROVED
    of = "all seeds of the 9 of 9 coins that outputs read"
    assert str(checked.evidence) == f"exhaustive: 512 of 512 instances of {of}"


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

    right = Tally.counts

    def wrong(tally: Tally) -> dict[str, int]:
        counts = dict(right(tally))
        counts[max(counts)] += 1
        return counts

    monkeypatch.setattr(Tally, "counts", wrong)
    with pytest.raises(Rejected, match="the law is another one: output"):
        check_document(Document.parse(text, "file"))


def compiled() -> tuple[Schedule, Counts]:
    circuit = xor_rich(8, 40, 3)
    schedule = compile_write_once(circuit).schedule
    return schedule, count_outputs(circuit, ())


def test_the_law_of_a_run_is_that_of_its_circuit() -> None:
    schedule, law = compiled()
    checked = check_document(Document.parse(law_text(schedule, (), law), "file"))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == "law of a run"
    of = "all seeds of the 8 of 8 coins that outputs read"
    assert str(checked.evidence) == f"exhaustive: 256 of 256 instances of {of}"


def test_the_law_of_another_run_is_rejected() -> None:
    schedule, law = compiled()
    first, second, *_ = law.counts
    counts = {**law.counts, first: law.counts[first] + 1, second: law.counts[second] - 1}
    wrong = Counts(law.exponent, {text: count for text, count in counts.items() if count})
    with pytest.raises(Rejected, match=f"the law is another one: output {first}"):
        check_document(Document.parse(law_text(schedule, (), wrong), "file"))


def test_a_run_that_breaks_a_rule_has_no_law() -> None:
    schedule, law = compiled()
    broken = replace(schedule, rounds=schedule.rounds - 1)
    with pytest.raises(Rejected, match="a rule of the model is broken on some seeds"):
        check_document(Document.parse(law_text(broken, (), law), "file"))


def test_a_flipped_gate_that_matters_is_seen() -> None:
    schedule, law = compiled()
    reasons: set[str] = set()
    for index in range(len(schedule.predictor.gates) - 6, len(schedule.predictor.gates)):
        flipped = flip_gate(schedule, "predictor", index)
        with pytest.raises(Rejected) as caught:
            check_document(Document.parse(law_text(flipped, (), law), "file"))
        reasons.add(caught.value.reason.split(":")[0])
    assert reasons <= {"the law is another one", "a rule of the model is broken on some seeds"}
    assert reasons


def test_counts_that_python_does_not_read_are_refused() -> None:
    """A number of thousands of digits is a malformed field, and no error of ours."""
    circuit = Circuit((Input("a", InputKind.RANDOM),), (), (0,))
    text = law_text(circuit, (), Counts(1, {"0": 1, "1": 1}))
    forged = text.replace('"1": "1"', f'"1": "{"1" * 5000}"')
    assert forged != text
    with pytest.raises(MalformedSyntax, match="4300 digits"):
        check_document(Document.parse(forged, "forged"))
