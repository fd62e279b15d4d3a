"""What verdicts count as, and what evidence says of itself."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from dlmcheck.verify.kernel import evidence
from dlmcheck.verify.kernel.imports import imported
from dlmcheck.verify.kernel.verdicts import Verdict

SAID = {
    evidence.Exhaustive("D", 7, 5): "exhaustive: 5 of 7 instances of D",
    evidence.Certificate("K", "C", 3): "certificate: K, 3 entries, checked by C",
    evidence.Induction(("B",), ("S", "T"), ("R",), 24, ("Q",), "E 1"): (
        "proof: 3 steps (24 rows of truth tables), 1 queries, by the rules R; trusted: E 1"
    ),
    evidence.SymbolicIdentity("I", "E"): "identity: I (E)",
    evidence.Coupling(4, 3, 2, "E"): (
        "coupling: 4 random bits, 3 obligations by hashing, 2 by solver (E)"
    ),
    evidence.Witness("S", "X", "R"): "witness: R",
    evidence.SolverAnswer("E", "1", 2): "trusted: E 1 (2 queries)",
    evidence.Citation("T"): "imported: T",
    evidence.Sampled(9, 1): "hint only: 9 samples, seed 1",
}


def test_two_verdicts_affirm_and_three_settle() -> None:
    affirmative = {verdict for verdict in Verdict if verdict.is_affirmative}
    assert affirmative == {Verdict.PROVED, Verdict.BOUNDED}
    assert {v for v in Verdict if v.is_settled} == {*affirmative, Verdict.REFUTED}
    assert len(Verdict) == 7


def test_every_kind_of_evidence_says_what_it_is() -> None:
    assert {type(one) for one in SAID} == set(get_args(evidence.Evidence))
    assert {str(one) for one in SAID} == set(SAID.values())


def test_evidence_cannot_be_changed() -> None:
    for one in SAID:
        field = next(iter(vars(one)))
        with pytest.raises(FrozenInstanceError):
            setattr(one, field, "other")


def test_an_imported_theorem_is_settled_by_nobody_here() -> None:
    checked = imported("S", "a paper")
    assert checked.verdict is Verdict.UNSETTLEABLE
    assert checked.evidence == evidence.Citation("a paper")
