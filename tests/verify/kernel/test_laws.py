"""Equality of laws by enumeration, and law witnesses."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.spec.circuit import Circuit, Gate, Op
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.laws import (
    LawWitness,
    check_law_witness,
    check_same_law,
    difference,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.kernel.small import CIRCUIT, A, B, R, compiled, one_coin, or_for_xor

SCHEDULE = compiled().schedule
WRONG = or_for_xor(SCHEDULE)
"""Node 3 is a or r instead of a xor r: wrong for a = 1 only."""

FOUND = LawWitness("1", "01", Fraction(1, 4), Fraction(1, 2))


@pytest.mark.parametrize("bits", [RandomBits.SAMPLED, RandomBits.FREE])
def test_equal_laws_are_affirmed_for_all_data(bits: RandomBits) -> None:
    checked = check_same_law("laws", compiled(bits).schedule, CIRCUIT)
    assert (checked.statement, checked.verdict) == ("laws", Verdict.PROVED)
    assert checked.evidence == Exhaustive("all data and all seeds", 2, 2)


def test_different_laws_are_refuted_with_the_first_data_and_output_that_show_it() -> None:
    """For a = 1 the circuit has y = not r and not s, z = r or y; the run has y = not s."""
    assert difference(WRONG, CIRCUIT) == FOUND
    checked = check_same_law("laws", WRONG, CIRCUIT)
    assert (checked.statement, checked.verdict) == ("laws", Verdict.REFUTED)
    assert isinstance(checked.evidence, Witness)
    assert LawWitness.from_json(checked.evidence.instance) == FOUND
    assert checked.evidence.reason == (
        "for data 1: output 01 has probability 1/4 in the run and 1/2 in the circuit"
    )


def test_an_illegal_run_is_a_difference_with_the_rule_it_breaks() -> None:
    schedule, circuit = one_coin(rounds=0)
    witness = LawWitness("", error="LeavesMask")
    assert difference(schedule, circuit) == witness
    assert witness.reason == "the run is illegal (LeavesMask)"


def test_a_law_of_no_outputs_is_a_law() -> None:
    schedule, _ = one_coin()
    silent = replace(schedule, output=(), output_names=())
    assert difference(silent, Circuit((R,), (), ())) is None


def test_data_and_outputs_must_be_the_same_by_name_and_order() -> None:
    two = Circuit((A, B), (Gate(Op.AND, (0, 1)), Gate(Op.OR, (0, 1))), (2, 3), ("x", "y"))
    schedule = compiled(RandomBits.SAMPLED, two).schedule
    assert difference(schedule, two) is None
    for changed, reason in (
        (replace(two, inputs=(B, A)), "the schedule's data inputs are not the circuit's"),
        (replace(two, output_names=("y", "x")), "the schedule's outputs are not the circuit's"),
    ):
        with pytest.raises(Rejected) as caught:
            difference(schedule, changed)
        assert caught.value.reason == reason
        with pytest.raises(Rejected) as caught:
            check_law_witness("x", schedule, changed, FOUND)
        assert caught.value.reason == reason


def test_a_true_law_witness_is_accepted() -> None:
    checked = check_law_witness("laws", WRONG, CIRCUIT, FOUND)
    assert repr(checked) == repr(check_same_law("laws", WRONG, CIRCUIT))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": "0"}, "the laws are equal for these data"),
        ({"data": ""}, "the witness does not give one bit per data input"),
        ({"data": "10"}, "the witness does not give one bit per data input"),
        ({"data": "x"}, "the witness does not give one bit per data input"),
        ({"output": "11"}, "the laws differ in another way: "),
        ({"by_run": Fraction(1, 2)}, "the laws differ in another way: "),
        ({"by_circuit": Fraction(1, 4)}, "the laws differ in another way: "),
        ({"error": "LeavesMask"}, "the laws differ in another way: "),
    ],
)
def test_canary_a_tampered_law_witness_is_rejected(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        check_law_witness("laws", WRONG, CIRCUIT, replace(FOUND, **change))
    assert caught.value.reason.startswith(reason)


def test_canary_a_right_schedule_has_no_law_witness() -> None:
    with pytest.raises(Rejected, match="the laws are equal for these data"):
        check_law_witness("laws", SCHEDULE, CIRCUIT, FOUND)


def test_a_law_witness_is_read_as_it_was_written() -> None:
    for witness in (FOUND, LawWitness("", error="IllegalCode")):
        assert LawWitness.from_json(witness.to_json()) == witness


@pytest.mark.parametrize(
    "change",
    [{"data": 1}, {"by_run": "1/0"}, {"by_run": "half"}, {"by_circuit": 0.5}, {"more": "x"}],
    ids=str,
)
def test_a_malformed_law_witness_is_bad_input(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedSyntax):
        LawWitness.from_json(json.dumps({**json.loads(FOUND.to_json()), **change}))
