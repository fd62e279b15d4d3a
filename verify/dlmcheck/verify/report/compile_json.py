"""Compiled circuits as JSON: format `dlmcheck-compile`, version 1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from dlmcheck.verify.compilation import CompiledFigures
from dlmcheck.verify.equivalence import Equivalence, RoadTaken
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.report.audit_json import evidence_json
from dlmcheck.verify.report.outcome import Outcome

FORMAT = "dlmcheck-compile"


def compile_document(
    outcomes: Sequence[Outcome],
    options: Mapping[str, Any],
    code: ExitCode,
    *,
    times: bool = False,
) -> dict[str, Any]:
    """Everything that was measured and found.

    The same circuits give the same bytes, unless `times` adds what the tasks took.
    """
    return {
        "format": FORMAT,
        "version": 1,
        "dlmcheck": version("dlmcheck"),
        "options": dict(options),
        "exit_code": int(code),
        "circuits": [_circuit(outcome, times=times) for outcome in outcomes],
    }


def _circuit(outcome: Outcome, *, times: bool) -> dict[str, Any]:
    circuit = outcome.circuit
    found: dict[str, Any] = {
        "file": outcome.file,
        "edits": outcome.edits,
        "data_inputs": len(circuit.data_inputs),
        "random_inputs": len(circuit.random_inputs),
        "outputs": len(circuit.outputs),
        "figures": None if outcome.figures is None else _figures(outcome.figures),
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


def _figures(figures: CompiledFigures) -> dict[str, Any]:
    fields = dict(vars(figures))
    fields["added"] = [
        {"operation": op, "reason": reason, "count": count}
        for (op, reason), count in figures.added.items()
    ]
    fields["parts"] = {name: dict(vars(part)) for name, part in figures.parts.items()}
    found = figures.optimised
    del fields["optimised"]
    if found is not None:
        fields["optimised"] = {
            "width": found.width,
            "width_before": found.before,
            "lower_bound": found.claim.bound,
            "random_inputs_late": found.claim.late_coins,
            "statement": found.checked.statement,
            "verdict": found.checked.verdict.value,
            "evidence": evidence_json(found.checked.evidence),
        }
    return fields


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
