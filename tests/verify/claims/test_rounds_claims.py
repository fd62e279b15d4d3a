"""Claims on rounds over the lattice: their verdicts, and planted errors that they must find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from dlmcheck.model.samplers import alias, mixtures
from dlmcheck.model.samplers.alias import AliasTable
from dlmcheck.model.samplers.drawn_patterns import any_target_by_joint_patterns
from dlmcheck.model.targets import TokenLaw, even_parity
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.law import HALF, Law, certain
from dlmcheck.verify.audit import RoadResult, RowResult, combine
from dlmcheck.verify.claims import (
    rounds_checks,
    rounds_lattice,
    rounds_one_hot,
    rounds_one_round,
)
from dlmcheck.verify.claims.one_round import by_paths, by_reference
from dlmcheck.verify.claims.registry import Profile, Registry, Row
from dlmcheck.verify.claims.two_cell_rounds import two_cell_rounds
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.rounds.lower_bounds import arguments
from tests.verify.claims import planted_semantics

REGISTRY = Registry(rounds_lattice.CLAIMS, rounds_lattice.JOBS)


def run(*jobs: str) -> dict[tuple[str, str], Checked]:
    found: dict[tuple[str, str], Checked] = {}
    for name in jobs:
        job = REGISTRY.job(name)
        parts = [job.run(Profile.QUICK, k, lambda _: None) for k in range(job.parts(Profile.QUICK))]
        for statement, checked in job.conclude(Profile.QUICK, parts).items():
            found[name, statement] = checked
    return found


@cache
def audited() -> Mapping[str, RowResult]:
    checked = run(*(job.id for job in REGISTRY.jobs))
    rows: dict[str, RowResult] = {}
    for row in REGISTRY.rows:
        roads = [
            RoadResult(
                road.job,
                road.statement,
                road.engine,
                checked[road.job, road.statement].verdict,
                checked[road.job, road.statement].evidence,
            )
            for road in row.roads
        ]
        rows[row.id] = combine(row, roads)
    return rows


PROVED = {
    "X-DIM2-TARGET/lower",
    "X-DIM2-TARGET/upper",
    "X-ALIAS3/deterministic",
    "X-ALIAS3/one-rate,M",
    "X-ALIAS3/one-rate,clock",
    "X-JOINT2/F",
    "X-JOINT2/G",
    "X-ONE-ROUND/if",
    "X-ONE-ROUND/only-if",
    "X-DIM2-TARGET/n<=3",
    "X-ONEHOT/exchangeable",
    "X-ONEHOT/independent",
    "X-ONEHOT/remask",
    "X-ONEHOT/revision",
    "X-SCRATCH/any-law",
    "X-ONEHOT/write-once",
    "X-ONEHOT/write-once,dyadic",
}


@pytest.mark.parametrize("row", REGISTRY.rows, ids=lambda row: row.id)
def test_verdicts(row: Row) -> None:
    expected = Verdict.BOUNDED if row.dropped is None else Verdict.REFUTED
    if row.id in PROVED:
        expected = Verdict.PROVED
    assert audited()[row.id].verdict is expected


def test_every_hypothesis_is_dropped_once_or_more() -> None:
    for claim in rounds_lattice.CLAIMS:
        assert {row.dropped for row in claim.rows} - {None} == set(claim.hypotheses)


# --- planted errors ----------------------------------------------------------------------------


def test_canary_one_number_for_all_cells_is_no_product_law() -> None:
    for engine in (by_reference, by_paths):
        planted = planted_semantics.one_number_for_all_cells(engine, given=False)
        holds = rounds_one_round.product_after(planted)
        found = [holds(case) for case in two_cell_rounds().members()]
        assert any((one.failure or "").startswith("no product law: ") for one in found)


def test_canary_a_biased_single_round(monkeypatch: pytest.MonkeyPatch) -> None:
    def never_one(_: Fraction) -> Law[int]:
        return certain(0)

    monkeypatch.setattr(rounds_one_round, "bernoulli", never_one)
    refuted(rounds_one_round.PRODUCTS, "X-ONE-ROUND/if", "X-ONE-ROUND/if,paths")


def refuted(job: str, *statements: str) -> dict[str, str]:
    """The evidence of statements, which must be refuted."""
    checked = run(job)
    for statement in statements:
        assert checked[job, statement].verdict is Verdict.REFUTED, statement
    return {statement: str(checked[job, statement].evidence) for statement in statements}


def test_canary_an_alias_table_that_never_aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    def keeping(weights: list[Fraction]) -> AliasTable:
        return AliasTable((Fraction(1),) * len(weights), tuple(range(len(weights))))

    monkeypatch.setattr(alias, "alias_table", keeping)
    said = refuted(rounds_checks.LAWS, "X-ALIAS3/deterministic", "X-ALIAS3/deterministic,paths")
    assert len(set(said.values())) == 1  # both roads find the same first law
    assert "comes out with probability" in said["X-ALIAS3/deterministic"]


def test_canary_hazards_that_forget_what_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "hazards", tuple)
    refuted(rounds_checks.LAWS, "X-DIM2-TARGET/n<=3", "X-DIM2-TARGET/n<=3,paths")
    refuted(rounds_one_hot.ONE_HOT, "X-ONEHOT/revision", "X-ONEHOT/revision,paths")


def test_canary_a_joint_policy_that_draws_another_law(monkeypatch: pytest.MonkeyPatch) -> None:
    make = any_target_by_joint_patterns

    def other(law: TokenLaw) -> Sampler:
        n = len(next(iter(law)))
        return make(even_parity(n))

    monkeypatch.setattr(rounds_checks, "any_target_by_joint_patterns", other)
    refuted(rounds_checks.LAWS, "X-JOINT2/F", "X-JOINT2/F,paths")


def test_canary_a_sampler_elsewhere_on_the_lattice(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exact sampler of another class does not count."""
    patterns = any_target_by_joint_patterns
    monkeypatch.setattr(rounds_checks, "any_target_by_joint_remasking", patterns)
    said = refuted(rounds_checks.LAWS, "X-JOINT2/G")
    assert "not at the point: unmasking" in said["X-JOINT2/G"]


def test_canary_a_round_more_than_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def longer(law: TokenLaw) -> Sampler:
        return replace(any_target_by_joint_patterns(law), rounds=3)

    monkeypatch.setattr(rounds_checks, "any_target_by_joint_patterns", longer)
    assert "3 rounds" in refuted(rounds_checks.LAWS, "X-JOINT2/F")["X-JOINT2/F"]


def test_canary_a_count_that_is_one_off(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = rounds_one_hot.one_hot_counts(lambda n, _: n - 1)
    outcome = counts["X-ONEHOT/write-once"](3)
    assert outcome.failure == "n = 3: 2 rounds"
    assert counts["X-ONEHOT/write-once,dyadic"](3).failure == "n = 3: 2 rounds"
    assert not counts["X-ONEHOT/write-once,dyadic"](2).met


def test_canary_a_target_that_is_not_lacunary_has_no_certificate() -> None:
    from dlmcheck.model.targets import Target

    target = Target("even", even_parity(4))
    words = [lower.bound.rests_on for lower in arguments(target)]
    assert not any("magnitudes" in word for word in words)


def test_canary_unfair_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alias method is for uniform bins."""
    monkeypatch.setattr(alias, "HALF", HALF / 2)
    refuted(rounds_checks.LAWS, "X-ALIAS3/one-rate,M", "X-ALIAS3/one-rate,clock")
