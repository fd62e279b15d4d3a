"""What `dlmcheck sampler --json` writes; its schema is `sampler-1`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from dlmcheck.spec.tokens import State, show_state
from dlmcheck.verify.cli.sampler_outcomes import SamplerOptions, SamplerOutcome
from dlmcheck.verify.decoders.against import Against
from dlmcheck.verify.decoders.going_wrong import GoesWrong
from dlmcheck.verify.decoders.limits import FAR, Limit, Trace
from dlmcheck.verify.decoders.model_law import ModelLaw
from dlmcheck.verify.decoders.ties import Example, Ties
from dlmcheck.verify.exits import ExitCode


def sampler_document(
    options: SamplerOptions, outcomes: list[SamplerOutcome], code: ExitCode
) -> dict[str, Any]:
    """Everything that was found, as JSON."""
    return document(options, [_outcome_json(outcome) for outcome in outcomes], code)


def document(
    options: SamplerOptions, outcomes: list[dict[str, Any]], code: ExitCode
) -> dict[str, Any]:
    """Outcomes with what stands before them: format `dlmcheck-sampler`, version 1."""
    return {
        "format": "dlmcheck-sampler",
        "version": 1,
        "decoder": options.step,
        "target": options.target,
        "model_law": options.model_law,
        "exit_code": int(code),
        "outcomes": outcomes,
    }


def _outcome_json(outcome: SamplerOutcome) -> dict[str, Any]:
    analysis, comparison = outcome.analysis, outcome.comparison
    found = analysis.behaviour
    return {
        "convention": None if outcome.convention is None else outcome.convention.value,
        "model": None if outcome.model is None else _model_json(outcome.model),
        "ended": str(analysis.ended),
        "never_ends": str(analysis.never_ends),
        "limit": None if analysis.limit is None else _limit_json(analysis.limit),
        "rounds": {
            "done": analysis.rounds_done,
            "worst": analysis.worst,
            "expected": None if analysis.expected is None else str(analysis.expected),
        },
        "unmasking": found.unmasking.value,
        "as_offered": found.as_offered,
        "fits": sorted(one.value for one in found.fits),
        "own_predictor": sorted(one.value for one in found.own_predictor),
        "remasks": found.remasks,
        "revises": found.revises,
        "names_remasked": found.names_remasked,
        "order": None if found.order is None else found.order.value,
        "uses_clock": found.uses_clock,
        "clock_or_memory": found.clock_or_memory,
        "uses_memory": found.uses_memory,
        "against": None if outcome.against is None else _against_json(outcome.against),
        "ties": _ties_json(outcome.ties),
        "tie_effect": None if outcome.tie_effect is None else str(outcome.tie_effect),
        "mirrored_law": None
        if outcome.mirrored is None
        else _weights(dict(outcome.mirrored.items())),
        "random_tie_effect": None
        if outcome.random_tie_effect is None
        else str(outcome.random_tie_effect),
        "law": _weights(analysis.law),
        "by_round": [_weights(law) for law in analysis.by_round],
        "comparison": None
        if comparison is None
        else {
            "total_variation": str(comparison.total_variation),
            "kl_target_law": str(comparison.forward),
            "kl_law_target": str(comparison.backward),
            "impossible": [show_state(state) for state in comparison.impossible],
            "missing": [show_state(state) for state in comparison.missing],
        },
        "wrong_trace": None if outcome.trace is None else _trace_json(outcome.trace),
        "distance_by_round": [str(distance) for distance in outcome.distances],
        "goes_wrong": None if outcome.wrong is None else _wrong_json(outcome.wrong),
    }


def _limit_json(limit: Limit) -> dict[str, Any]:
    return {
        "law": None if limit.law is None else _weights(limit.law),
        "never_ends": None if limit.never_ends is None else str(limit.never_ends),
        "expected": None if limit.expected is None else str(limit.expected),
        "caught": None if limit.caught is None else _trace_json(limit.caught),
        "far_rounds": list(FAR),
    }


def _wrong_json(wrong: GoesWrong) -> dict[str, Any]:
    blamed = wrong.culprit
    return {
        "round": wrong.round_number,
        "distance": str(wrong.distance),
        "trace": None if blamed is None else _trace_json(blamed.trace),
        "share": None if blamed is None else str(blamed.share),
        "causes": [] if blamed is None else [cause.value for cause in blamed.causes],
        "other_laws": [] if blamed is None else list(blamed.other_laws),
    }


def _against_json(other: Against) -> dict[str, Any]:
    distance, parting = other.total_variation, other.parting
    return {
        "decoder": other.name,
        "total_variation": None if distance is None else str(distance),
        "rounds": other.rounds,
        "parting": None
        if parting is None
        else {
            "round": parting.round_number,
            "before": show_state(parting.before),
            "after": show_state(parting.after),
            "here": None if parting.here is None else str(parting.here),
            "there": None if parting.there is None else str(parting.there),
        },
    }


def _ties_json(ties: Ties) -> dict[str, Any]:
    return {
        "configurations": ties.configurations,
        "watched": ties.watched,
        "refused": ties.refused,
        "ranked": ties.ranked,
        "between_cells": ties.between_cells,
        "between_tokens": ties.between_tokens,
        "decided": ties.decided,
        "decided_between_cells": ties.decided_between_cells,
        "tested": ties.tested,
        "thresholds": ties.thresholds,
        "example": _example_json(ties.example),
        "threshold": _example_json(ties.threshold),
    }


def _example_json(example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    return {
        "round": example.round_number,
        "state": show_state(example.state),
        "value": example.tie.value,
        "left": [list(one) for one in sorted(example.tie.left)],
        "right": [list(one) for one in sorted(example.tie.right)],
    }


def _trace_json(trace: Trace) -> dict[str, Any]:
    return {
        "states": [show_state(state) for state in trace.states],
        "probability": str(trace.probability),
    }


def _model_json(model: ModelLaw) -> dict[str, Any]:
    return {
        "says": _weights(dict(model.says.items())),
        "contradiction": None if model.contradiction is None else str(model.contradiction),
    }


def _weights(law: dict[State, Fraction]) -> dict[str, str]:
    return {show_state(state): str(weight) for state, weight in sorted(law.items())}
