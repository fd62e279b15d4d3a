"""Answers on equivalence as JSON: as a part, and as the format `dlmcheck-equivalent`, version 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from dlmcheck.verify.equivalence import Equivalence
from dlmcheck.verify.kernel_roads import RoadTaken
from dlmcheck.verify.report.audit_json import evidence_json
from dlmcheck.verify.report.outcome import Interface, Outcome

FORMAT = "dlmcheck-equivalent"


def equivalent_document(
    outcome: Outcome,
    options: Mapping[str, Any],
    schedule: Mapping[str, Any],
    circuit: Mapping[str, Any],
    *,
    times: bool = False,
) -> dict[str, Any]:
    """What was found of a schedule and a circuit, with what is to be said of either.

    The same files give the same bytes, unless `times` adds what the task took.
    """
    return {
        "format": FORMAT,
        "version": 1,
        "dlmcheck": version("dlmcheck"),
        "options": dict(options),
        "schedule": dict(schedule),
        "circuit": dict(circuit),
        **answer_json(outcome, times=times),
    }


def interface_json(shown: Interface) -> dict[str, int]:
    """How many inputs and outputs a circuit has."""
    return {
        "data_inputs": len(shown.data),
        "random_inputs": len(shown.random),
        "outputs": shown.outputs,
    }


def answer_json(outcome: Outcome, *, times: bool) -> dict[str, Any]:
    """The answer, or why there is none, and the times if they are asked for."""
    found: dict[str, Any] = {
        "answer": outcome.answer or None,
        "problem": outcome.problem,
        "exit_code": int(outcome.code),
        "equivalence": None if outcome.equivalence is None else _equivalence(outcome),
    }
    if times:
        found["times"] = {
            task: {"seconds": round(spent.seconds, 3), "peak_bytes": spent.peak_bytes}
            for task, spent in outcome.spent.items()
        }
    return found


def _equivalence(outcome: Outcome) -> dict[str, Any]:
    found = outcome.equivalence
    assert found is not None
    return {
        "simulates": found.simulates.value,
        "same_law": found.same_law.value,
        "law_reason": found.law_reason,
        "law_witness": None
        if found.law_witness is None
        else json.loads(found.law_witness.to_json()),
        "disagreement": found.disagreement,
        "roads": [_road(road) for road in found.roads],
        "wrong_run": _wrong_run(outcome, found),
        "preserves_masks": found.preserves.value,
        "preservation": None if found.preservation is None else _road(found.preservation),
    }


def _road(road: RoadTaken) -> dict[str, Any]:
    return {
        "engine": road.engine,
        "verdict": road.verdict.value,
        "checked_by_kernel": road.checked is not None,
        "message": road.message,
        "evidence": None if road.evidence is None else evidence_json(road.evidence),
    }


def _wrong_run(outcome: Outcome, found: Equivalence) -> dict[str, Any] | None:
    run = found.wrong_run
    if run is None:
        return None
    labelled = 0 <= run.cell < len(outcome.labels)
    return {
        "data": run.data,
        "coins": [{"part": part, "round": t, "index": j} for part, t, j in run.coins],
        "round": run.round_number,
        "cell": None if run.cell < 0 else run.cell,
        "label": outcome.labels[run.cell] if labelled else "",
        "reason": found.wrong,
    }
