"""Evidence for laws on affine sets: with a file and without one, and claims that are wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.verify.engines import affine_evidence
from dlmcheck.verify.engines.affine_evidence import (
    NoCertificate,
    affine_certificate,
    check_affine,
)
from dlmcheck.verify.engines.law_by_elimination import claim_of
from dlmcheck.verify.engines.law_engines import CircuitLaw, LawProblem, RunLaw
from dlmcheck.verify.kernel.linear import Uniform
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict

PROBLEMS: list[LawProblem] = [
    CircuitLaw(even_strings(9)),
    RunLaw(parity_revision(9)),
    RunLaw(parity_revision(80)),
]


def no_product() -> CircuitLaw:
    builder = Builder.with_names(random=["a", "b"])
    return CircuitLaw(builder.build([builder.and_(0, 1)]))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_with_and_without_a_file_the_kernel_says_the_same(problem: LawProblem) -> None:
    _, checked = affine_certificate(problem)
    assert str(check_affine(problem)) == str(checked)
    assert checked.verdict is Verdict.PROVED
    assert "uniform on the solutions of" in checked.statement


@pytest.mark.parametrize("problem", PROBLEMS)
def test_canary_a_wrong_claim_is_rejected_without_a_file_too(
    problem: LawProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claim_of(problem)
    wrong = replace(claim, constants=tuple(not one for one in claim.constants))

    def lying(_: LawProblem) -> Uniform:
        return wrong

    monkeypatch.setattr(affine_evidence, "claim_of", lying)
    for check in (check_affine, affine_certificate):
        with pytest.raises(Rejected, match="not every output solves equation 0"):
            check(problem)


def test_what_is_not_linear_gets_no_certificate() -> None:
    with pytest.raises(NoCertificate, match="is not linear"):
        check_affine(no_product())
