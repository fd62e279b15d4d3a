"""Fewer rounds than write-once, for all n: two proofs and the comparison of their rounds."""

from __future__ import annotations

import pytest

from dlmcheck.verify.claims import proved_parity
from dlmcheck.verify.engines.smt import answer
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import check_proof
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs.hierarchy import fewer_rounds, more_rounds
from dlmcheck.verify.proofs.parity import local_proof
from dlmcheck.verify.proofs.parity_samplers import remask_blocks_account, revision_account

MAKERS = proved_parity.comparison_makers()


@pytest.mark.parametrize("statement", MAKERS)
def test_the_kernel_accepts_the_joint_proof(statement: str) -> None:
    found = MAKERS[statement]()
    asked = SolverAnswer("nobody", "0", len(found.queries))
    checked = check_proof(found.proof, asked)
    assert (checked.verdict, checked.statement) == (Verdict.PROVED, statement)
    names = [query.name for query in found.queries]
    assert len(set(names)) == len(names)
    assert 4 <= len(found.proof.skeleton) <= 8
    kinds = {step.name.partition(",")[0] for step in found.proof.every_step}
    assert kinds == {"sampler", "bound"}


def test_every_sampler_of_the_hierarchy_is_compared() -> None:
    assert len(MAKERS) == 5


@pytest.mark.parametrize(("tokens", "least"), [(2, 4), (1, 3)])
def test_the_comparison_holds_from_a_certain_n_on_and_not_before(tokens: int, least: int) -> None:
    assert answer([more_rounds(2, tokens, least)]).queries == 1
    with pytest.raises(Rejected, match="does not hold"):
        answer([more_rounds(2, tokens, least - 1)])


def test_canary_four_rounds_are_no_fewer_at_4() -> None:
    blocks = local_proof(remask_blocks_account("S"))
    query = fewer_rounds("S", blocks, 2, 4).queries[-1]
    with pytest.raises(Rejected, match="does not hold"):
        answer([query])


def test_canary_a_sampler_that_reads_more_is_not_compared() -> None:
    revision = local_proof(revision_account("S", clock=False))
    with pytest.raises(ValueError, match="are not those of the comparison"):
        fewer_rounds("S", revision, 1, 4)
