"""What the locality bound and rigidity rest on, for every sampler: planted errors and queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dlmcheck.verify.claims import proved_locality
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import check_proof
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import locality_parts
from dlmcheck.verify.proofs.locality import Planted
from dlmcheck.verify.proofs.terms import Argument
from tests.verify.concluding import conclusions
from tests.verify.proofs.rounds import failing

Make = Callable[[Planted | None], Argument]
MASK_STATUS = "the mask status depends on A_t"
SAME = locality_parts.SAME_STATE
STAYS = "a visible token stays"

EXPECTED: dict[str, tuple[Make, dict[Planted, set[str]]]] = {
    "dependence": (
        locality_parts.dependence,
        {
            Planted.RANDOM_F: {MASK_STATUS},
            Planted.OWN_MASK_NOT_COUNTED: {MASK_STATUS, "the cell depends on B_t"},
            Planted.OWN_TOKEN_NOT_COUNTED: {"the cell depends on B_t"},
            Planted.GROWS_BY_K: {"sizes grow by k + 1"},
            Planted.REVISION: set(),
        },
    ),
    "event": (
        locality_parts.event,
        {
            Planted.RANDOM_F: {SAME},
            Planted.REVISION: {STAYS},
            Planted.OWN_MASK_NOT_COUNTED: {SAME},
            Planted.GROWS_BY_K: set(),
        },
    ),
    "conditional": (
        locality_parts.conditional,
        {Planted.RANDOM_F: {SAME}, Planted.REVISION: {STAYS}},
    ),
    "unread bit": (
        locality_parts.unread_bit,
        {
            Planted.REVISION: {STAYS},
            Planted.ENDS_MASKED: {"a check of the last round"},
            Planted.MISSES_A_STRING: set(),
        },
    ),
    "even": (
        locality_parts.even,
        {
            Planted.MISSES_A_STRING: {"no bit is left out"},
            Planted.ODD_STRINGS: {"an odd string violates a check"},
        },
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_proved(name: str) -> None:
    found = EXPECTED[name][0](None)
    answers = smt.answer(found.queries) if found.queries else None
    assert check_proof(found.proof, answers).verdict is Verdict.PROVED
    assert 4 <= len(found.proof.skeleton) <= 8


@pytest.mark.parametrize("name", EXPECTED)
def test_planted_errors_fail_exactly_their_steps(name: str) -> None:
    make, errors = EXPECTED[name]
    for planted, steps in errors.items():
        assert failing(make(planted)) == steps, planted


def test_every_statement_is_checked_by_the_job_of_the_rows() -> None:
    job = proved_locality.JOBS[0]
    found = conclusions(job)
    statements = {argument.proof.statement for argument in locality_parts.arguments()}
    assert statements <= set(found)
    assert {checked.verdict for checked in found.values()} == {Verdict.PROVED}
    assert len(statements) == len(EXPECTED)


def test_canary_a_state_that_is_not_reached_has_no_conditional_law() -> None:
    query = locality_parts.QUOTIENT
    with pytest.raises(Rejected, match="does not hold"):
        smt.answer([replace(query, premises=query.premises[1:])])
