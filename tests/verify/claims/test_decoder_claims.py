"""The claims about decoders: their witnesses, what the domain holds, and planted errors."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from dlmcheck.model.decoders.rules import entropy_of, most_confident
from dlmcheck.model.targets import flip_chain
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, decoder_laws
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State, all_masked
from dlmcheck.verify.claims import decoder_cases, decoders
from dlmcheck.verify.claims.decoder_cases import DecoderCase, DecoderRun
from dlmcheck.verify.claims.decoders import CLAIMS, HYPOTHESES, JOBS, meets
from dlmcheck.verify.claims.registry import Profile, Registry
from dlmcheck.verify.decoders.analysis import DecoderAnalysis, analyse
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import check_sweep
from dlmcheck.verify.kernel.verdicts import Verdict

REGISTRY = Registry(CLAIMS, JOBS)


def checked() -> dict[tuple[str, str], Checked]:
    return {
        (job.id, statement): found
        for job in JOBS
        for statement, found in check_sweep(job.make(Profile.QUICK)).items()
    }


@cache
def found() -> dict[tuple[str, str], Checked]:
    return checked()


WITNESSES = {
    "DEC-BLIND/not-blind": (
        "llada-low-confidence product:9/10,9/10 2 perfect",
        "total variation 81/1000",
    ),
    "DEC-BLIND/not-one-at-a-time": (
        "left-to-right even-parity:2 1 perfect",
        "total variation 1/2",
    ),
    "DEC-BLIND/not-perfect-predictor": (
        "left-to-right even-parity:2 2 marginals",
        "total variation 1/2",
    ),
    "DEC-BLIND/not-write-once": (
        "choosy-remask product:9/10,9/10 2 perfect",
        "total variation 9/100",
    ),
    "DEC-CONFIDENCE/score-of-the-law": ("11/20", "distance 0, stated 1089/8000"),
    "DEC-JOINT/several-cells": (
        "llada-low-confidence product:9/10,9/10,1/3 2 perfect",
        "given the cells that are written, their tokens are dependent",
    ),
}
"""The smallest run without a hypothesis, and what goes wrong there."""


@pytest.mark.parametrize("row", REGISTRY.rows, ids=lambda row: row.id)
def test_the_verdict_of_every_row(row: Any) -> None:
    for road in row.roads:
        result = found()[road.job, road.statement]
        if row.id in WITNESSES:
            assert result.verdict is Verdict.REFUTED
            assert isinstance(result.evidence, Witness)
            assert (result.evidence.instance, result.evidence.reason) == WITNESSES[row.id]
        else:
            assert result.verdict is Verdict.BOUNDED
    assert (row.dropped is None) == (row.id not in WITNESSES)


def test_the_hypotheses_are_read_off_the_runs() -> None:
    def of(rule: str, rounds: int, predictor: str = "perfect") -> set[str]:
        run = DecoderRun(DecoderCase(rule, "product:9/10,9/10,1/3", rounds, predictor))
        return {name for name, met in meets(run).items() if met}

    everything = set(HYPOTHESES)
    assert of("llada-random", 3) == of("ends-first", 3) == everything
    assert of("llada-low-confidence", 3) == everything - {"blind"}
    assert of("llada-random", 2) == everything - {"one-at-a-time"}
    assert of("left-to-right", 3, "marginals") == everything - {"perfect-predictor"}
    assert of("llada-low-confidence-greedy", 3) == everything - {"perfect-predictor"}
    assert of("blind-remask", 3) == everything - {"write-once"}


def test_remasking_that_does_not_look_at_the_token_does_no_harm() -> None:
    for target in ("markov:3,1/4", "one-hot:3", "even-parity:3"):
        run = DecoderRun(DecoderCase("blind-remask", target, 3))
        law = run.defined()
        assert law is not None
        assert run.analysis.behaviour.remasks
        assert total_variation(law, run.target) == 0


def test_blind_remasking_is_not_enough_where_the_positions_depend_on_tokens() -> None:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if number == 1:
            return Step(reveal=frozenset({1}))
        if number == 2:  # which end comes next depends on the middle; then that is forgotten
            return Step(reveal=frozenset({0 if state[1] else 2}), remask=frozenset({1}))
        return Step(reveal=frozenset({state.index(MASK)}))

    target = flip_chain(3, Fraction(1, 4))
    found = decoder_laws(Decoder(3, perfect_predictor(target), step), 9)[-1]
    assert total_variation(found.map(lambda one: one.state), target) == Fraction(3, 32)


# --- planted errors ----------------------------------------------------------------------------


def blind_predictor(_: str, target: Law[State]) -> Any:
    nothing = all_masked(len(next(iter(target))))

    def marginals(state: State, cell: int) -> Law[int]:
        return perfect_predictor(target)(nothing, cell)

    return marginals


def by_entropy(quota: Any, score: Any) -> Any:
    return most_confident(quota, entropy_of)


def said_to_write_one_cell(*given: Any) -> DecoderAnalysis:
    found = analyse(*given)
    return replace(found, behaviour=replace(found.behaviour, most_written=1))


PLANTED: dict[str, tuple[ModuleType, str, object, str]] = {
    "DEC-BLIND/exact": (decoder_cases, "predictor_of", blind_predictor, "total variation *"),
    "DEC-CONFIDENCE/two-bits": (decoders, "most_confident", by_entropy, "distance 0, stated *"),
    "DEC-JOINT/one-cell": (
        decoder_cases,
        "analyse",
        said_to_write_one_cell,
        "given the cells *",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_canary_a_planted_error_is_caught(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, attribute, error, reason = PLANTED[name]
    (row,) = (row for row in REGISTRY.rows if row.id == name)
    monkeypatch.setattr(module, attribute, error)
    results = checked()
    for road in row.roads:
        evidence = results[road.job, road.statement].evidence
        assert isinstance(evidence, Witness)
        assert fnmatchcase(evidence.reason, reason), evidence.reason
