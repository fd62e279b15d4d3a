"""One round as a product law: the smallest witnesses, and canaries for every reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from dlmcheck.model.legal_schedules import Kind, Selection
from dlmcheck.spec.lattice import Edits, Remasking
from dlmcheck.spec.law import certain
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.claims import one_round
from dlmcheck.verify.claims.one_round import (
    LEGAL_PROPERTIES,
    TWO_CELLS_JOB,
    by_paths,
    by_reference,
    two_cell_properties,
)
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.schedule_cases import ScheduleCase, Semantics
from dlmcheck.verify.claims.two_cell_rounds import Form, TwoCells, row_menu, two_cell_rounds
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, fails
from tests.verify.claims import planted_semantics as planted

ROWS = one_round.CLAIM.rows
WRITE_ONCE = planted.coins_schedule()


@cache
def properties() -> Mapping[str, Callable[[Any], Outcome]]:
    (job,) = (j for j in one_round.JOBS if j.id == TWO_CELLS_JOB)
    return job.make(Profile.QUICK).properties


WITNESSES = {
    "S-PRODUCT/write,uniform-subset": ("uniform-subset write-once MM 0 0 1", "M0: 1/2, 0M: 1/2"),
    "S-PRODUCT/write,joint": ("joint write-once MM 0 0 -|01", "MM: 1/2, 00: 1/2"),
    "S-PRODUCT/write,after-sampling": (
        "after-sampling write-once MM 0 half same?-:01",
        "MM: 1/2, 01: 1/2",
    ),
    "S-PRODUCT/write,memory": ("memory write-once MM 0 0 -,01", "MM: 1/2, 00: 1/2"),
    "S-PRODUCT/write,given-set,after-sampling": (
        "after-sampling write-once MM half half same?-:01",
        "01: 1/2, 10: 1/2",
    ),
    "S-PRODUCT/remask,deterministic": (
        "remask,deterministic remask M0 half keep one?-:1",
        "0M: 1/2, 10: 1/2",
    ),
    "S-PRODUCT/remask,independent": (
        "remask,independent remask M0 half keep one?-:1",
        "0M: 1/4, 00: 1/4, 10: 1/2",
    ),
    "S-PRODUCT/remask,joint": ("remask,joint remask 00 keep keep -|01", "MM: 1/2, 00: 1/2"),
}
"""The smallest round on two cells that refutes each reading, and its law."""


@pytest.mark.parametrize("row", WITNESSES)
def test_a_false_reading_of_the_product_law_has_this_witness(row: str) -> None:
    text, law = WITNESSES[row]
    member = two_cell_rounds().read(text)
    (found,) = (r for r in ROWS if r.id == row)
    for road in found.roads:
        outcome = properties()[road.statement](member)
        assert outcome == fails(f"no product law: {law}")
        earlier = (m for m in two_cell_rounds().members() if m.form is member.form)
        for other in earlier:
            if other == member:
                break
            assert properties()[road.statement](other) == HOLDS


def test_a_uniform_subset_gives_a_product_law_exactly_where_the_note_says() -> None:
    name = one_round.CLAIM.rows[3].roads[0].statement
    assert name == "product:uniform-subset"
    seen: set[bool] = set()
    for member in two_cell_rounds().members():
        if member.form is not Form.UNIFORM_SUBSET:
            continue
        # Policy k selects k cells. A cell can change unless its row is certain of what it shows.
        changeable = [
            row_menu(member.edits, token)[row] != certain(token)
            for token, row in zip(member.state, member.rows, strict=True)
        ]
        joined = member.policy == "1" and all(changeable)
        assert (properties()[name](member) == HOLDS) == (not joined), str(member)
        seen.add(joined)
    assert seen == {False, True}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_canary_dependence_is_seen_and_independence_is_not_overlooked(row: Any) -> None:
    """With one random number for all cells every reading fails, with cells apart none does."""
    name = row.roads[0].statement
    assert row.roads[1].statement == f"{name},paths"
    for engine in (by_reference, by_paths):
        given = "given-set" in name
        joined = two_cell_properties(planted.one_number_for_all_cells(engine, given=given))[name]
        apart = two_cell_properties(planted.cells_apart(engine, given=given))[name]
        outcomes = [
            (joined(member), apart(member)) for member in SAMPLE if joined(member) != NOT_MET
        ]
        assert any((one.failure or "").startswith("no product law: ") for one, _ in outcomes)
        assert {other for _, other in outcomes} == {HOLDS}


def _sample() -> list[TwoCells]:
    """For each form the rounds in which every cell that can be is a fair coin."""
    fair = ("half", "keep")
    return [
        member
        for member in two_cell_rounds().members()
        if all(row in fair for row in member.rows) and member.state.count(MASK) != 0
    ]


SAMPLE = _sample()


@pytest.mark.parametrize(
    "selection", [Selection.DETERMINISTIC, Selection.INDEPENDENT, Selection.SAME_RATE]
)
def test_canary_a_coin_shared_by_positions_is_seen_in_runs_on_coins(selection: Selection) -> None:
    kind = Kind(Edits.WRITE_ONCE, selection, Remasking.NONE, clock=False)
    wrong = ScheduleCase(WRITE_ONCE, kind, Semantics(trace=planted.one_coin_trace))
    expected = fails("no product law: 00: 1/2, 11: 1/2")
    found = LEGAL_PROPERTIES
    assert found[f"product:{selection.value}"](wrong) == expected
    assert found["product:given-set,before-sampling"](wrong) == expected
    assert found[f"product:{selection.value}"](ScheduleCase(WRITE_ONCE, kind)) == HOLDS
