"""The claim on layer assignments: verdicts, counts, witnesses, planted errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from dlmcheck.model.constructions.carrying import carried
from dlmcheck.model.scheduling.shapes import wirings
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.serial import circuit_from_json
from dlmcheck.verify.claims import widths
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.engines.widths import Optimised, optimise
from dlmcheck.verify.kernel.evidence import Exhaustive, Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import Outcome
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.widths import lengths
from tests.verify.concluding import conclusions

REGISTRY = Registry(widths.CLAIMS, widths.JOBS)
ROWS = {row.id: row for row in REGISTRY.rows}
COUNTS = {
    "widths-searched": 569,
    "widths-refuted": 569,
    "widths-coupled": 569,
    "widths-run": 44,
}
# The size of the smallest witness, in inputs and gates, and what it shows.
REFUTED = {
    "WIDTH/cuts": (1, 2, "layers 0..3: cuts 1, least width 2"),
    "WIDTH/without,values are carried": (1, 2, "refused: an output is not in the last layer"),
    "WIDTH/without,the rounds are the fewest": (1, 4, "3 in 3 rounds, 2 in one more"),
    "WIDTH/without,inputs in layer 0": (2, 3, "3 with inputs in layer 0, 2 with late"),
}


@cache
def results(job: str) -> dict[str, Checked]:
    return conclusions(REGISTRY.job(job))


@pytest.mark.parametrize("row", ROWS)
def test_verdicts_on_every_road(row: str) -> None:
    for road in ROWS[row].roads:
        result = results(road.job)[road.statement]
        if row in REFUTED:
            inputs, gates, reason = REFUTED[row]
            assert result.verdict is Verdict.REFUTED
            assert isinstance(result.evidence, Witness)
            witness = circuit_from_json(result.evidence.instance)
            assert result.evidence.reason == reason
            assert (len(witness.inputs), len(witness.gates)) == (inputs, gates)
        else:
            assert result.verdict is Verdict.BOUNDED
            assert isinstance(result.evidence, Exhaustive)
            assert result.evidence.count == result.evidence.met == COUNTS[road.job]


def test_every_hypothesis_is_dropped_once() -> None:
    for claim in widths.CLAIMS:
        dropped = [row.dropped for row in claim.rows if row.dropped is not None]
        assert sorted(dropped) == sorted(claim.hypotheses)


# --- planted errors ------------------------------------------------------------------------


def first_failure(statement: str, job: str = "widths-searched") -> str:
    found = REGISTRY.job(job)
    assert isinstance(found, type(widths.JOBS[0]))
    holds: Callable[[Circuit], Outcome] = found.make(Profile.QUICK).properties[statement]
    for circuit in wirings(2, 3):
        outcome = holds(circuit)
        if outcome.failure is not None:
            return outcome.failure
    return ""


def planted(monkeypatch: pytest.MonkeyPatch, change: Callable[[Optimised], Optimised]) -> None:
    def changed(*given: Any, **options: Any) -> Optimised:
        found = optimise(*given, **options)
        return found if options["conflicts"] else change(found)

    monkeypatch.setattr(widths, "optimise", changed)


def test_a_width_that_is_reported_too_small_is_refuted_on_both_roads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted(monkeypatch, lambda found: replace(found, width=found.width - 1))
    assert first_failure(widths.LEAST) == "layers 0..2: found 2, least 3"
    by_solver = first_failure(widths.LEAST, "widths-refuted")
    assert by_solver.startswith("layers 0..2: found 2, the least width with layers 0..2")


def test_a_width_that_is_not_the_least_is_refuted_on_both_roads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted(monkeypatch, lambda found: replace(found, width=found.width + 1))
    assert first_failure(widths.LEAST).startswith("layers 0..2: found 4, least 3")
    assert first_failure(widths.LEAST, "widths-refuted").startswith("layers 0..2: found 4, the")


def test_a_bound_that_is_too_high_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    planted(
        monkeypatch,
        lambda found: replace(found, claim=replace(found.claim, bound=found.claim.bound + 1)),
    )
    assert first_failure(widths.BOUND) == "layers 0..2: bound 4, width 3"


def test_a_schedule_in_which_a_value_is_not_handed_on_is_refuted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(circuit: Circuit, layers: Any) -> Any:
        """Every gate that joins two values reads the first one twice."""
        strict, where = carried(circuit, layers)
        gates = tuple(replace(g, args=g.args[:1] * len(g.args)) for g in strict.gates)
        return replace(strict, gates=gates), where

    monkeypatch.setattr(widths, "carried", wrong)
    for job in ("widths-run", "widths-coupled"):
        assert "remasking, layers 0..2" in first_failure(widths.SAMPLES, job)


def test_a_length_that_is_said_too_small_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    real = lengths

    def shorter(circuit: Circuit, layers: Any) -> Any:
        found = real(circuit, layers)
        return replace(found, revise_short=found.revise_short - 1)

    monkeypatch.setattr(widths, "lengths", shorter)
    assert first_failure(widths.SAMPLES, "widths-run").startswith("revision, short, layers 0..2: ")
