"""Every hypothesis has an ablation, each fails for its own reason, and none fails without cause."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from dlmcheck.model.constructions.write_once import Compiled, compile_write_once
from dlmcheck.model.samplers.ablated import Boundary
from dlmcheck.model.samplers.remasking import parity_remask_clock
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import ablations, ablations_parity, inexact
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.registry import Claim, Registry, Road, Row, SweepJob
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims.planting import PROFILE, Audited, audit, few_circuits
from tests.verify.cli.planted import is_not_three, sweep

# --- hypotheses and rows -------------------------------------------------------------------


def mismatches(registry: Registry) -> list[str]:
    """Hypotheses that no row drops, and rows that drop what is no hypothesis."""
    found: list[str] = []
    for claim in registry.claims:
        dropped = {row.dropped for row in claim.rows if row.dropped is not None}
        found += [f"{claim.id}: no row drops {h}" for h in claim.hypotheses if h not in dropped]
        found += [
            f"{row.id}: drops {row.dropped}, no hypothesis of {claim.id}"
            for row in claim.rows
            if row.dropped is not None and row.dropped not in claim.hypotheses
        ]
        if len(set(claim.hypotheses)) != len(claim.hypotheses):
            found.append(f"{claim.id}: a hypothesis stands there twice")
    return found


def test_every_hypothesis_is_dropped_by_a_row_and_every_row_drops_a_hypothesis() -> None:
    assert mismatches(catalogue()) == []


def test_canary_a_hypothesis_without_a_row_and_a_row_without_a_hypothesis_are_found() -> None:
    def registry(*hypotheses: str) -> Registry:
        row = Row("A", "without", "no", (Road("bad", "no three", "e"),), dropped="needed")
        claim = Claim("A", "a claim", "planted", hypotheses, "A", (row,))
        return Registry((claim,), (sweep("bad", "no three", is_not_three),))

    assert mismatches(registry("needed")) == []
    assert mismatches(registry("needed", "other")) == ["A: no row drops other"]
    assert mismatches(registry()) == ["A/without: drops needed, no hypothesis of A"]
    assert mismatches(registry("needed", "needed")) == ["A: a hypothesis stands there twice"]


# --- each ablation fails for its own reason, on a reduced domain ----------------------------

ILLEGAL_MASK = "the run is illegal (LeavesMask)"
GOES_ON = "the run is illegal (NotAbsorbing)"
NO_PRODUCT = "the law of one round is a product, that of the outputs is not"
OTHER_LAW = "output * has probability * in the run and * in the circuit"
NOT_EVEN = "n = *: the output law is not D_n"

REASONS = {
    "T3.1/without,enough-rounds": ILLEGAL_MASK,
    "T3.1/without,F-waits": OTHER_LAW,
    "T3.1/without,gate-local-predictor": "1 round(s) sample a circuit of depth 2",
    "T3.1-EXACT/without,strict-layers": "faithful in 2 rounds, and no product cut",
    "C-AR/without,one-token-a-step": "* rounds write * nodes",
    "T3.2/without,enough-rounds": ILLEGAL_MASK,
    "T3.2/without,strict-layers": "L = 10, stated 8",
    "T3.2/without,counter-in-front": OTHER_LAW,
    "T3.2/without,start-from-mask,output-only": ILLEGAL_MASK,
    "T3.2/without,F-stops": ILLEGAL_MASK,
    "T3.2/without,enough-counter-cells": ILLEGAL_MASK,
    "T3.2/without,layer-0-bank": OTHER_LAW,
    "T3.2/without,older-bank-kept": ILLEGAL_MASK,
    "T3.2/without,bits-shown-once": NO_PRODUCT,
    "T3.3/without,enough-rounds": ILLEGAL_MASK,
    "T3.3/without,strict-layers": "L = 5, stated 4",
    "T3.3/without,counter-in-front": OTHER_LAW,
    "T3.3/without,start-from-mask": GOES_ON,
    "T3.3/without,F-stops": GOES_ON,
    "T3.3/without,enough-counter-cells": GOES_ON,
    "T3.3/without,bits-shown-once": NO_PRODUCT,
    "T4.1/without,y_0=0": NOT_EVEN,
    "T4.1/without,y_n=0": NOT_EVEN,
    "T4.2/without,y_0=0": NOT_EVEN,
    "T4.2/without,y_n=0": NOT_EVEN,
    "T4.2/without,round-number": "n = 2: illegal run: LeavesMask",
    "R-4/without,n>=2": "D_1 is a product law",
    "T4.5/without,write-once": "n = 4: two rounds sample D_n",
    "T4.5/without,L=n": "n = 4: L = 7, two rounds sample D_n",
    "T4.5/without,weak-predictor": "n = 4: two rounds sample D_n",
    "T4.5-BOUND/without,write-once": "n = 4: two rounds sample D_n",
    "T4.5-BOUND/without,L=n": "n = 4: L = 7, two rounds sample D_n",
    "T4.5-BOUND/without,weak-predictor": "n = 4: two rounds sample D_n",
    "T4.5-BOUND/without,deterministic-F": "n = 4: two rounds sample D_n",
    "T4.5/without,n>=2": "D_1 is a product law",
    "T4.5/without,exact-law": "n = 4: one round of fair bits has error 1/2",
}
"""What the smallest counterexample to each ablation shows."""

UNUSED = {"T3.2/without,start-from-mask,whole-state"}
"""The ablations that hold: there the hypothesis is not used, as far as the domain reaches."""


@pytest.fixture(autouse=True)
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ablations, "plain_circuits", few_circuits)


def audited(*only: str) -> Audited:
    """The rows of all ablations, or those of the named ones."""
    rows = tuple(a.row for a in ablations.ABLATIONS if not only or a.row.id in only)
    claim = Claim("ALL", "all ablations", "planted", (), "ALL", rows)
    jobs = [job for job in ablations.JOBS if any(r.job == job.id for x in rows for r in x.roads)]
    return audit([claim], jobs)


def test_each_ablation_is_refuted_for_its_own_reason() -> None:
    result = audited()
    assert {row.row.id for row in result.rows} == set(REASONS) | UNUSED
    found = result.refuted_roads()
    assert set(found) == set(REASONS)
    for row, roads in found.items():
        for reason in roads.values():
            assert fnmatchcase(reason, REASONS[row].replace("[", "[[]")), (row, reason)
    assert {result.of(row).verdict for row in UNUSED} == {Verdict.BOUNDED}


# --- an ablation in which nothing is dropped is not refuted --------------------------------


def holds(*rows: str) -> None:
    result = audited(*rows)
    assert {row.row.id for row in result.rows} == set(rows)
    assert {row.verdict for row in result.rows} <= {Verdict.BOUNDED}


def test_with_an_idle_round_one_round_less_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def idle(
        circuit: Circuit,
        *,
        random_bits: RandomBits = RandomBits.SAMPLED,
        random_outputs: bool = False,
    ) -> Compiled:
        found = compile_write_once(circuit, random_bits=random_bits, random_outputs=random_outputs)
        longer = replace(found.schedule, rounds=found.schedule.rounds + 1)
        return replace(found, schedule=longer)

    monkeypatch.setattr(ablations, "compile_write_once", idle)
    holds("T3.1/without,enough-rounds")


def test_with_both_ends_zero_there_is_no_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    def revision(n: int, _: Boundary) -> Schedule:
        return parity_revision(n)

    def remasking(n: int, _: Boundary, *, clock: bool = True) -> Schedule:
        return parity_remask_clock(n)

    monkeypatch.setattr(ablations_parity, "revision_with_boundary", revision)
    monkeypatch.setattr(ablations_parity, "remasking_with_boundary", remasking)
    holds(
        "T4.1/without,y_0=0",
        "T4.1/without,y_n=0",
        "T4.2/without,y_0=0",
        "T4.2/without,y_n=0",
        "T4.2/without,round-number",
    )


def test_a_law_that_is_no_product_is_no_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: Law[State]) -> bool:
        return False

    monkeypatch.setattr(ablations_parity, "is_product", refuses)
    holds("R-4/without,n>=2", "T4.5/without,n>=2")


def test_an_error_that_is_larger_than_allowed_is_no_counterexample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def far(_left: Law[State], _right: Law[State]) -> int:
        return 1

    monkeypatch.setattr(inexact, "total_variation", far)
    holds("T4.5/without,exact-law")


def test_two_rounds_that_do_not_sample_d_n_are_no_counterexample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(_schedule: Schedule, _n: int) -> str:
        return "another law"

    monkeypatch.setattr(ablations_parity, "wrong_law_by_definition", wrong)
    holds("T4.5/without,write-once", "T4.5/without,L=n", "T4.5/without,weak-predictor")


def test_layers_without_skipping_edges_need_no_more_cells() -> None:
    """On circuits that are layered, carrying costs nothing, and the simulation is exact."""
    (job,) = (job for job in ablations.JOBS if job.id == "ablations-exact")
    assert isinstance(job, SweepJob)
    sweep_of = job.make(PROFILE)
    layered = [c for c in few_circuits(PROFILE).members() if len(c.gates) > 1]
    assert layered
    for name in ("T3.2 without strict-layers", "T3.3 without strict-layers"):
        outcomes = [sweep_of.properties[name](circuit) for circuit in layered]
        assert [outcome.failure for outcome in outcomes] == [None] * len(layered)
