"""Sweeps: domains that skip, repeat or stray, parts that do not fit, witnesses that do not hold."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import (
    HOLDS,
    NOT_MET,
    Domain,
    Outcome,
    Part,
    Sweep,
    check_sweep,
    check_witness,
    conclude,
    fails,
    run_part,
)
from dlmcheck.verify.kernel.verdicts import Verdict

ANY_PART: Any = Part


def read(text: str) -> int:
    if not text.isdigit():
        raise BadInput(f"{text!r} is no number", source="test")
    return int(text)


def numbers(
    members: Iterable[int] = range(12), count: int = 12, name: str = "0 to 11"
) -> Domain[int]:
    """The numbers below 12, however the generator lists them."""
    return Domain(name, count, lambda: members, lambda n: 0 <= n < 12, str, read)


def below(limit: int) -> Callable[[int], Outcome]:
    return lambda n: HOLDS if n < limit else fails(f"{n} is not below {limit}")


def even_is_below(limit: int) -> Callable[[int], Outcome]:
    return lambda n: below(limit)(n) if n % 2 == 0 else NOT_MET


PROPERTIES: dict[str, Callable[[int], Outcome]] = {
    "below 12": below(12),
    "below 7": below(7),
    "even below 11": even_is_below(11),
    "even below 5": even_is_below(5),
    "never met": lambda _: NOT_MET,
}


def sweep(domain: Domain[int] | None = None) -> Sweep[int, int]:
    return Sweep(domain or numbers(), lambda n: n, PROPERTIES)


# --- verdicts --------------------------------------------------------------------------------


def test_a_sweep_gives_each_statement_its_verdict_with_evidence() -> None:
    found = check_sweep(sweep())
    assert {name: (r.statement, r.verdict, r.evidence) for name, r in found.items()} == {
        "below 12": ("below 12", Verdict.BOUNDED, Exhaustive("0 to 11", 12, 12)),
        "below 7": ("below 7", Verdict.REFUTED, Witness("below 7", "7", "7 is not below 7")),
        "even below 11": ("even below 11", Verdict.BOUNDED, Exhaustive("0 to 11", 12, 6)),
        "even below 5": (
            "even below 5",
            Verdict.REFUTED,
            Witness("even below 5", "6", "6 is not below 5"),
        ),
        "never met": ("never met", Verdict.VACUOUS, Exhaustive("0 to 11", 12, 0)),
    }


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 12, 20])
def test_any_number_of_parts_gives_what_one_pass_gives(parts: int) -> None:
    ran = [run_part(sweep(), part, parts) for part in range(parts)]
    sent = pickle.loads(pickle.dumps(ran))
    assert repr(conclude(sweep(), sent)) == repr(check_sweep(sweep()))


def test_of_several_failures_the_first_in_the_domain_is_the_witness() -> None:
    # Part 0 has 8 and 10, part 1 has 7, 9 and 11.
    ran = [run_part(sweep(), part, 2) for part in range(2)]
    assert [part.failures["below 7"][0] for part in ran] == [8, 7]
    evidence = conclude(sweep(), ran)["below 7"].evidence
    assert isinstance(evidence, Witness)
    assert evidence.instance == "7"


def test_progress_tells_the_index_of_each_member() -> None:
    told: list[int] = []
    run_part(sweep(), 1, 3, told.append)
    assert told == [1, 4, 7, 10]


def test_an_outcome_cannot_fail_where_nothing_is_claimed() -> None:
    with pytest.raises(ValueError, match="fails where nothing is claimed: x"):
        Outcome(met=False, failure="x")
    with pytest.raises(ValueError, match="nothing is claimed"):
        check_sweep(Sweep(numbers(), lambda n: n, {"x": lambda n: replace(fails("x"), met=False)}))


def test_an_empty_reason_is_a_failure_all_the_same() -> None:
    found = check_sweep(Sweep(numbers(), lambda n: n, {"x": lambda n: fails("")}))
    assert found["x"].verdict is Verdict.REFUTED


def test_a_property_that_breaks_is_no_verdict() -> None:
    def breaks(n: int) -> Outcome:
        return below(12)(n + 1 // (n - 3))

    with pytest.raises(ZeroDivisionError):
        check_sweep(Sweep(numbers(), lambda n: n, {"x": breaks}))


def test_what_has_failed_is_not_asked_again_in_its_part_but_once_to_replay_it() -> None:
    asked: list[int] = []

    def counted(n: int) -> Outcome:
        asked.append(n)
        return below(3)(n)

    found = check_sweep(Sweep(numbers(), lambda n: n, {"x": counted}))
    assert found["x"].verdict is Verdict.REFUTED
    assert asked == [0, 1, 2, 3, 3]


def test_a_property_that_does_not_fail_again_is_no_verdict() -> None:
    """A counterexample is replayed before it is believed."""
    calls: list[int] = []

    def moody(n: int) -> Outcome:
        calls.append(n)
        return fails("first time") if calls.count(n) == 1 else HOLDS

    with pytest.raises(Rejected, match="does not refute the statement"):
        check_sweep(Sweep(numbers(), lambda n: n, {"x": moody}))


# --- canary domains --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "count", "reason"),
    [
        (range(11), 12, "11 members of the domain 0 to 11, which has 12"),
        ([*range(5), *range(6, 12)], 12, "11 members of the domain 0 to 11, which has 12"),
        ([], 12, "0 members of the domain 0 to 11, which has 12"),
        (range(12), 13, "12 members of the domain 0 to 11, which has 13"),
        (range(12), 11, "12 members of the domain 0 to 11, which has 11"),
        ([*range(12), 4], 13, "the domain 0 to 11 repeats a member"),
        ([*range(11), 4], 12, "the domain 0 to 11 repeats a member"),
        ([*range(12), 12], 13, "12 is not in the domain 0 to 11"),
        ([*range(11), -1], 12, "-1 is not in the domain 0 to 11"),
    ],
)
@pytest.mark.parametrize("parts", [1, 2])
def test_canary_a_domain_that_skips_repeats_strays_or_is_miscounted_is_rejected(
    members: Iterable[int], count: int, reason: str, parts: int
) -> None:
    planted = sweep(numbers(members, count))
    with pytest.raises(Rejected) as caught:
        conclude(planted, [run_part(planted, part, parts) for part in range(parts)])
    assert caught.value.reason == reason


def test_canary_a_text_that_two_members_share_counts_as_a_repetition() -> None:
    def half(n: int) -> str:
        return str(n // 2)

    blurred = replace(numbers(), write=half)
    with pytest.raises(Rejected, match="repeats a member"):
        check_sweep(sweep(blurred))


def test_canary_a_generator_that_changes_between_the_parts_is_rejected() -> None:
    order = [list(range(12)), [1, 0, *range(2, 12)]]
    fickle = replace(numbers(), members=lambda: order.pop(0))
    with pytest.raises(Rejected, match="repeats a member"):
        conclude(sweep(fickle), [run_part(sweep(fickle), part, 2) for part in range(2)])


# --- parts -----------------------------------------------------------------------------------


def test_nobody_else_makes_a_part() -> None:
    keys = tuple(bytes([n]) * 16 for n in range(12))
    met = dict.fromkeys(PROPERTIES, 12)
    for maker in (None, object(), "kernel"):
        with pytest.raises(TypeError, match="made by the kernel only"):
            ANY_PART("0 to 11", 0, 1, keys, met, {}, maker=maker)
    with pytest.raises((TypeError, ValueError)):
        replace(run_part(sweep()), failures={})


@pytest.mark.parametrize("part", [-1, 2, 3])
def test_there_is_no_part_beyond_the_parts(part: int) -> None:
    with pytest.raises(ValueError, match="of 2"):
        run_part(sweep(), part, 2)


def test_canary_parts_that_are_not_those_of_one_pass_are_rejected() -> None:
    halves = [run_part(sweep(), part, 2) for part in range(2)]
    thirds = [run_part(sweep(), part, 3) for part in range(3)]
    for wrong in (
        halves[:1],
        [halves[0], halves[0]],
        [halves[1], halves[0]],
        [halves[0], thirds[1]],
        [thirds[0], thirds[1]],
        [*halves, thirds[0]],
        [],
    ):
        with pytest.raises(Rejected):
            conclude(sweep(), wrong)


def test_canary_parts_of_another_domain_are_rejected() -> None:
    other = numbers(name="the same numbers under another name")
    with pytest.raises(Rejected, match="a part is of another domain: the same numbers"):
        conclude(sweep(), [run_part(sweep(other))])


def test_canary_parts_about_other_statements_are_rejected() -> None:
    fewer = replace(sweep(), properties={"below 12": below(12)})
    more = replace(sweep(), properties={**PROPERTIES, "below 3": below(3)})
    for ran, concluded in ((fewer, sweep()), (more, sweep()), (sweep(), fewer)):
        with pytest.raises(Rejected, match="a part is about other statements"):
            conclude(concluded, [run_part(ran)])


def test_a_kept_part_is_read_again_and_the_evidence_says_so() -> None:
    ran = [run_part(sweep(), part, 3) for part in range(3)]
    kept = [ran[0], Part.from_json(ran[1].to_json()), Part.from_json(ran[2].to_json())]
    assert [part.kept for part in kept] == [False, True, True]
    found = conclude(sweep(), kept)
    assert found["below 12"].evidence == Exhaustive("0 to 11", 12, 12, kept=2)
    assert str(found["below 12"].evidence).endswith(", 2 parts as an earlier run left them")
    assert found["below 7"].evidence == check_sweep(sweep())["below 7"].evidence


def test_canary_a_kept_failure_that_does_not_fail_is_rejected() -> None:
    raw = json.loads(run_part(sweep()).to_json())
    raw["failures"]["below 12"] = [3, "3", "3 is not below 12"]
    with pytest.raises(Rejected, match="does not refute the statement"):
        conclude(sweep(), [Part.from_json(json.dumps(raw))])


@pytest.mark.parametrize(
    "change",
    [
        {"keys": None},
        {"more": 1},
        {"keys": "???"},
        {"keys": "AAAA"},
        {"index": -1},
        {"parts": 0},
        {"met": []},
        {"met": {"x": True}},
        {"failures": {"x": [1, "1"]}},
        {"failures": {"x": [1, "1", 2]}},
    ],
    ids=str,
)
def test_a_malformed_part_is_no_part(change: dict[str, Any]) -> None:
    raw = {**json.loads(run_part(sweep()).to_json()), **change}
    text = json.dumps({key: value for key, value in raw.items() if value is not None})
    with pytest.raises(MalformedSyntax):
        Part.from_json(text)


# --- witnesses -------------------------------------------------------------------------------


def test_a_true_witness_is_accepted() -> None:
    witness = Witness("below 7", "9", "9 is not below 7")
    checked = check_witness(sweep(), witness)
    assert (checked.statement, checked.verdict) == ("below 7", Verdict.REFUTED)
    assert checked.evidence is witness


@pytest.mark.parametrize(
    ("witness", "reason"),
    [
        (Witness("above 7", "9", "9 is not below 7"), "no statement above 7 here"),
        (Witness("below 12", "9", "9 is not below 7"), "the witness does not refute the statement"),
        (Witness("below 7", "3", "3 is not below 7"), "the witness does not refute the statement"),
        (Witness("never met", "9", "x"), "the witness does not refute the statement"),
        (
            Witness("below 7", "9", "8 is not below 7"),
            "the witness fails for another reason: 9 is not below 7",
        ),
        (
            Witness("below 7", "12", "12 is not below 7"),
            "the witness is not in the domain 0 to 11",
        ),
        (Witness("below 7", "09", "9 is not below 7"), "the witness is not in the domain 0 to 11"),
        (
            Witness("below 7", "nine", "9 is not below 7"),
            "the witness is no instance: test: 'nine' is no number",
        ),
    ],
)
def test_canary_a_tampered_witness_is_rejected_for_the_right_reason(
    witness: Witness, reason: str
) -> None:
    with pytest.raises(Rejected) as caught:
        check_witness(sweep(), witness)
    assert caught.value.reason == reason
