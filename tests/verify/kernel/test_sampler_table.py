"""Upper bounds as tables: the run, the point that is read off, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.model.samplers.alias import any_target_by_revision
from dlmcheck.model.samplers.drawn_patterns import (
    any_target_by_joint_remasking,
    fixed_weight_by_uniform_subset,
    one_hot_by_independent_unmasking,
    one_hot_by_remasking,
)
from dlmcheck.model.samplers.remasking import parity_remask_clock
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.targets import TokenLaw, even_parity, flip_chain, one_hot
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.dependence import locality
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals, Remasking, Unmasking
from dlmcheck.spec.rounds import fixed_choice, strategy_sampler
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.verify.kernel.reading import fewest_cells
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sampler_table import examine
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.rounds.tables import schedule_certificate, table_certificate


def examined(text: str) -> tuple[int, Point]:
    found = examine(Document.parse(text, "file"))
    assert found.checked.verdict is Verdict.PROVED
    return found.rounds, found.point


DYADIC = PredictorClass(Reals.DYADIC)
LEFT_TO_RIGHT = [frozenset([i]) for i in range(4)]


@pytest.mark.parametrize(
    ("law", "sampler", "rounds", "point"),
    [
        (
            one_hot(3),
            one_hot_by_independent_unmasking(one_hot(3)),
            2,
            Point(unmasking=Unmasking.INDEPENDENT, scratch=0, predictor=PredictorClass(locality=2)),
        ),
        (
            one_hot(4),
            fixed_weight_by_uniform_subset(4, 1),
            2,
            Point(unmasking=Unmasking.EXCHANGEABLE, scratch=0, predictor=DYADIC),
        ),
        (
            one_hot(5),
            one_hot_by_remasking(one_hot(5)),
            2,
            Point(edits=Edits.REMASK, remasking=Remasking.DETERMINISTIC, scratch=0),
        ),
        (
            even_parity(3),
            any_target_by_joint_remasking(even_parity(3)),
            2,
            Point(edits=Edits.REMASK, remasking=Remasking.JOINT, scratch=0, predictor=DYADIC),
        ),
        (
            flip_chain(4, 0),
            any_target_by_revision(flip_chain(4, 0)),
            3,
            Point(edits=Edits.REVISE_TOKEN, scratch=0, predictor=replace(DYADIC, locality=None)),
        ),
        (
            even_parity(4),
            strategy_sampler(even_parity(4), fixed_choice(LEFT_TO_RIGHT), 4),
            4,
            Point(scratch=0, predictor=replace(DYADIC, locality=3)),
        ),
    ],
)
def test_the_point_is_read_off_the_table(
    law: TokenLaw, sampler: Sampler, rounds: int, point: Point
) -> None:
    assert examined(table_certificate("target", law, sampler)) == (rounds, point)


def test_what_a_table_must_read_is_at_most_what_the_circuits_do() -> None:
    for make, clock in ((parity_revision, False), (parity_remask_clock, True)):
        schedule: Schedule = make(4)
        _, by_wires = examined(schedule_certificate("parity", even_parity(4), schedule))
        sampler = sampler_of(schedule)
        _, by_table = examined(table_certificate("parity", even_parity(4), sampler))
        assert (by_table.clock is Clock.ROUND_NUMBER) == clock
        by_behaviour = locality(sampler)
        parts = [by_behaviour.predictor, by_behaviour.unmasking or 0, by_behaviour.remasking or 0]
        assert by_table.predictor.locality is not None
        assert by_wires.predictor.locality is not None
        assert by_table.predictor.locality <= max(parts) <= by_wires.predictor.locality


def test_a_chain_is_written_from_left_to_right_by_one_token() -> None:
    law = flip_chain(4, 0)
    sampler = strategy_sampler(law, fixed_choice(LEFT_TO_RIGHT), 4)
    _, point = examined(table_certificate("chain", law, sampler))
    assert point.predictor.locality == 1


Values = dict[tuple[int, tuple[int, ...]], Hashable | None]


def test_a_set_of_cells_that_determines_values() -> None:
    parity: Values = {(0, (a, b, 0)): (a + b) % 2 for a in (0, 1) for b in (0, 1)}
    assert fewest_cells(parity, None) == 2
    masked: Values = {(0, (a, -1, b)): a for a in (0, 1) for b in (0, 1)}
    assert fewest_cells(masked, 1) == 1
    assert fewest_cells({(1, (0,)): 0, (2, (0,)): 1}, None) == 0  # the round number is known
    five: Values = {(0, tuple(int(b) for b in f"{k:05b}")): k.bit_count() % 2 for k in range(32)}
    assert fewest_cells(five, None) is None


# --- refusals ----------------------------------------------------------------------------------


def fields() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        table_certificate("one-hot", one_hot(3), one_hot_by_remasking(one_hot(3)))
    )
    return found


def other_weight(f: dict[str, Any]) -> None:
    f["target"] = {"001": "1/2", "010": "1/4", "100": "1/4"}


def nothing_remasked(f: dict[str, Any]) -> None:
    f["table"]["masks"] = []


def no_second_round(f: dict[str, Any]) -> None:
    f["table"]["rounds"] = 1


def visible_token(f: dict[str, Any]) -> None:
    for entry in f["table"]["entries"]:
        if "M" in entry[1] and entry[1] != "MMM":
            entry[2], entry[3] = "111", ["0", "0", "0"]


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (other_weight, "string 001 comes out with another probability"),
        (nothing_remasked, "comes out with another probability"),
        (no_second_round, "the run is illegal: after round 1 a token is still due"),
        (visible_token, "the run is illegal: visible token 1 becomes 0"),
    ],
)
def test_a_sampler_of_another_law_is_rejected(
    forge: Callable[[dict[str, Any]], None], reason: str
) -> None:
    raw = fields()
    forge(raw)
    with pytest.raises(Rejected, match=reason):
        examine(Document.parse(json.dumps(raw), "file"))


def in_table(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def forge(f: dict[str, Any]) -> None:
        f["table"].update(changes)

    return forge


def twice(f: dict[str, Any]) -> None:
    f["table"]["entries"].append(f["table"]["entries"][0])


def both(f: dict[str, Any]) -> None:
    f["schedule"] = "{}"


def round_without_clock(f: dict[str, Any]) -> None:
    f["table"]["entries"][0][0] = 1


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (in_table(unmasking="whim"), "deterministic, independent, same-rate"),
        (in_table(edits="any"), "write-once, remask"),
        (in_table(cells=0), "an integer >= 1"),
        (in_table(remasking="none"), "and a form of G"),
        (in_table(clock=True), "an integer >= 1"),
        (in_table(output=[0, 1, 9]), "out of range"),
        (twice, "one entry a state"),
        (both, "a table or a schedule"),
        (round_without_clock, "3 cells, a round"),
    ],
)
def test_a_table_of_another_form_is_malformed(
    forge: Callable[[dict[str, Any]], None], reason: str
) -> None:
    raw = fields()
    forge(raw)
    with pytest.raises(BadInput, match=reason):
        examine(Document.parse(json.dumps(raw), "file"))


def test_canary_a_state_left_out_of_the_table_loses_the_locality() -> None:
    """Where the run asks in vain, what a part reads is not known."""
    law = even_parity(2)
    raw: dict[str, Any] = json.loads(
        table_certificate("p", law, strategy_sampler(law, fixed_choice(LEFT_TO_RIGHT[:2]), 2))
    )
    assert examined(json.dumps(raw))[1].predictor.locality == 1
    # A third round, in which nothing is due: the final states are asked about, and not listed.
    raw["table"]["rounds"] = 3
    assert examined(json.dumps(raw)) == (
        3,
        Point(scratch=0, predictor=PredictorClass(Reals.DYADIC)),
    )
