"""Theorems 3.2 and 3.3 and the shorter lengths: a wrong construction fails its own rows only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial

import pytest

from dlmcheck.model.constructions import shorter
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked, Mistake
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import End
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims import section3
from dlmcheck.verify.claims.t31 import COUPLING, CUT_POINTS, REFERENCE
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims.planting import Audited, audit, few_circuits, few_seeds, without_proofs

MEASURED = "measured on the schedule"
ROADS = {REFERENCE, CUT_POINTS, COUPLING}
"""The roads that look at what is sampled."""


@pytest.fixture(autouse=True)
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section3, "plain_circuits", few_circuits)
    monkeypatch.setattr(section3, "circuit_seeds", few_seeds)


def audited() -> Audited:
    return audit(without_proofs(section3.CLAIMS, section3.JOBS), section3.JOBS)


def expect(roads: set[str], reasons: dict[str, str]) -> None:
    """Exactly the rows of `reasons` fail, each on these roads and for that reason.

    It is the reason of the first of these roads in this order: reference, cut points,
    measurement; it may have wildcards. No row that fails is affirmed.
    """
    result = audited()
    found = result.refuted_roads()
    assert set(found) == set(reasons)
    told_by = next(road for road in (REFERENCE, CUT_POINTS, MEASURED) if road in roads)
    for row, reason in reasons.items():
        assert set(found[row]) == roads, row
        assert fnmatchcase(found[row][told_by], reason), found[row]
        assert not result.of(row).verdict.is_affirmative
    others = {row.verdict for row in result.rows if row.row.id not in reasons}
    assert others == {Verdict.BOUNDED}


def test_the_true_constructions_pass() -> None:
    result = audited()
    assert result.verdicts() == {Verdict.BOUNDED}
    assert len(result.rows) == 2 * len(section3.CONSTRUCTIONS)


# --- the mistakes that a reader of the theorems can make -----------------------------------

Compile = Callable[..., Banked]


def mistaken(compile_banked: Compile, mistake: Mistake) -> Callable[..., Banked]:
    """The wrong variant, wherever it can be made."""

    def wrong(circuit: Circuit, *, end: End) -> Banked:
        try:
            return compile_banked(circuit, end=end, mistake=mistake)
        except BadPoint:
            return compile_banked(circuit, end=end)

    return wrong


T32 = "T3.2/remasking,"
T33 = "T3.3/revision,"
WHOLE, OUTPUT = "whole-state", "output-only"
ILLEGAL = "the run is illegal (*)"
OTHER_LAW = "output * has probability * in the run and * in the circuit"
MASKED = "the run is illegal (LeavesMask)"
GOES_ON = "the run is illegal (NotAbsorbing)"


@pytest.mark.parametrize(
    ("mistake", "reasons"),
    [
        (Mistake.COUNTER_AFTER_VALUES, {T32 + WHOLE: OTHER_LAW, T32 + OUTPUT: OTHER_LAW}),
        # With the older bank kept, its counter tells the end from the start; masked, it does not.
        (Mistake.START_IS_A_VALUE, {T32 + OUTPUT: MASKED}),
        (Mistake.DOES_NOT_STOP, {T32 + WHOLE: MASKED, T32 + OUTPUT: MASKED}),
        (Mistake.ALWAYS_LEFT, {T32 + WHOLE: OTHER_LAW, T32 + OUTPUT: MASKED}),
        (Mistake.REMASKS_AT_END, {T32 + WHOLE: MASKED}),
    ],
    ids=lambda value: value.value if isinstance(value, Mistake) else "",
)
def test_a_mistake_with_remasking_fails_the_rows_of_theorem_3_2(
    monkeypatch: pytest.MonkeyPatch, mistake: Mistake, reasons: dict[str, str]
) -> None:
    monkeypatch.setattr(section3, "compile_remasking", mistaken(compile_remasking, mistake))
    expect(ROADS, reasons)


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        (Mistake.COUNTER_AFTER_VALUES, OTHER_LAW),
        (Mistake.START_IS_A_VALUE, GOES_ON),
        (Mistake.DOES_NOT_STOP, GOES_ON),
    ],
    ids=lambda value: value.value if isinstance(value, Mistake) else "",
)
def test_a_mistake_with_revision_fails_the_rows_of_theorem_3_3(
    monkeypatch: pytest.MonkeyPatch, mistake: Mistake, reason: str
) -> None:
    monkeypatch.setattr(section3, "compile_revision", mistaken(compile_revision, mistake))
    expect(ROADS, {T33 + WHOLE: reason, T33 + OUTPUT: reason})


@pytest.mark.parametrize(
    ("name", "compile_banked", "row"),
    [("compile_remasking", compile_remasking, T32), ("compile_revision", compile_revision, T33)],
)
def test_a_counter_that_is_too_short_fails_by_length_as_well(
    monkeypatch: pytest.MonkeyPatch, name: str, compile_banked: Compile, row: str
) -> None:
    wrong = mistaken(compile_banked, Mistake.COUNTER_TOO_SHORT)
    monkeypatch.setattr(section3, name, wrong)
    expect(ROADS | {MEASURED}, {row + WHOLE: ILLEGAL, row + OUTPUT: ILLEGAL})


# --- rounds, lengths, conventions ----------------------------------------------------------

NAMES = {
    "compile_remasking": T32,
    "compile_revision": T33,
    "compile_growing_revision": "T3-SHORTER/revision,mask as a counter symbol,",
    "compile_ternary_revision": "T3-SHORTER/revision to mask,ternary counter,",
    "compile_split_remasking": "T3-SHORTER/remasking,banks of their own,",
    "compile_clocked_revision": "T3-SHORTER/revision with a clock,",
    "compile_clocked_remasking": "T3-SHORTER/remasking with a clock,",
}


def test_every_construction_of_the_catalogue_is_planted_with_errors() -> None:
    rows = {f"{row}{end}" for row in NAMES.values() for end in (WHOLE, OUTPUT)}
    assert rows == {row.id for claim in section3.CLAIMS for row in claim.rows}


@pytest.mark.parametrize("name", NAMES)
def test_one_round_less_fails_every_road_of_that_construction(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    right: Compile = getattr(section3, name)

    def fewer(circuit: Circuit, *, end: End) -> Banked:
        banked = right(circuit, end=end)
        rounds = banked.schedule.rounds - 1
        return replace(banked, schedule=replace(banked.schedule, rounds=rounds))

    monkeypatch.setattr(section3, name, fewer)
    expect(ROADS | {MEASURED}, {NAMES[name] + end: ILLEGAL for end in (WHOLE, OUTPUT)})


def test_a_length_that_is_stated_one_too_small_fails_by_length_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = [one.length for one in section3.CONSTRUCTIONS]
    shorter_by_one = tuple(
        replace(one, length=partial(one_less, length))
        for one, length in zip(section3.CONSTRUCTIONS, stated, strict=True)
    )
    monkeypatch.setattr(section3, "CONSTRUCTIONS", shorter_by_one)
    result = audited()
    found = result.refuted_roads()
    assert set(found) == {row.row.id for row in result.rows}
    for row, roads in found.items():
        assert set(roads) == {MEASURED}, row
        assert fnmatchcase(roads[MEASURED], "L = *, stated *")
    # A road that affirms what another one refutes is no verdict.
    assert result.verdicts() == {Verdict.ERROR}


def one_less(length: Callable[[section3.Shape], int], shape: section3.Shape) -> int:
    return length(shape) - 1


def test_a_construction_under_other_conventions_does_not_pass_for_the_stated_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At depth 0 a counter without cells is as short as a clock; the schedule has no clock."""
    monkeypatch.setattr(section3, "compile_clocked_revision", shorter.compile_growing_revision)
    row = NAMES["compile_clocked_revision"]
    expect(
        {MEASURED},
        {row + end: "the schedule runs under other conventions" for end in (WHOLE, OUTPUT)},
    )


# --- counters and banks of the shorter constructions ---------------------------------------


def test_a_counter_that_goes_back_to_the_mask_is_no_counter_without_revision_to_the_mask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shorter, "growing_code", shorter.ternary_code)
    row = NAMES["compile_growing_revision"]
    # Up to depth 2, and so for all small circuits, the two counters are the same.
    deep = "round *: cell * is claimed but not written"
    expect({CUT_POINTS, COUPLING}, {row + end: deep for end in (WHOLE, OUTPUT)})


def test_a_ternary_counter_must_end_without_the_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    right = shorter.ternary_code

    def counts_up(count: int) -> tuple[State, ...]:
        return tuple(reversed(right(count)))

    monkeypatch.setattr(shorter, "ternary_code", counts_up)
    expect(ROADS, {NAMES["compile_ternary_revision"] + WHOLE: MASKED})


def test_a_ternary_counter_needs_its_third_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    right = shorter.ternary_code

    def without_mask(count: int) -> tuple[State, ...]:
        return tuple(tuple(0 if t == MASK else t for t in tokens) for tokens in right(count))

    monkeypatch.setattr(shorter, "ternary_code", without_mask)
    row = NAMES["compile_ternary_revision"]
    expect(ROADS, {row + WHOLE: GOES_ON, row + OUTPUT: GOES_ON})


def test_banks_of_their_own_must_not_be_swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    # A private name, which pyright would refuse as an attribute.
    right: Callable[[Circuit, object], tuple[int, int]] = getattr(shorter, "_split")  # noqa: B009

    def swapped(circuit: Circuit, layers: object) -> tuple[int, int]:
        left, other = right(circuit, layers)
        return other, left

    monkeypatch.setattr(shorter, "_split", swapped)
    rows = (NAMES["compile_split_remasking"], NAMES["compile_clocked_remasking"])
    reasons = {row + WHOLE: OTHER_LAW for row in rows} | {row + OUTPUT: MASKED for row in rows}
    # In these random circuits both banks are equally wide, so coupling sees no difference.
    expect({REFERENCE, CUT_POINTS}, reasons)
