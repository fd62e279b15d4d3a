"""Compiled circuits as JSON: format `dlmcheck-compile`, version 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from dlmcheck.verify.compilation import CompiledFigures
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.report.audit_json import evidence_json
from dlmcheck.verify.report.equivalence_json import answer_json, interface_json
from dlmcheck.verify.report.outcome import CompiledOutcome

FORMAT = "dlmcheck-compile"


def compile_document(
    outcomes: Sequence[CompiledOutcome],
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


def _circuit(outcome: CompiledOutcome, *, times: bool) -> dict[str, Any]:
    return {
        "file": outcome.file,
        "edits": outcome.edits,
        **interface_json(outcome.interface),
        "figures": None if outcome.figures is None else _figures(outcome.figures),
        **answer_json(outcome, times=times),
    }


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
