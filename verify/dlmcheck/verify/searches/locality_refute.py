"""Deciding a question about local samplers, or a case of it: a policy, or a proof for the kernel.

The solver is CaDiCaL, the formula that of the kernel (`kernel.local_parity`); nothing that it says
is believed: `kernel.local_policy` runs the policy, `kernel.local_certificate` checks the proof.
Unlike the other searches this one keeps what it finds, as a certificate.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.kernel.local_certificate import (
    Case,
    check_case,
    policy_certificate,
    refutation_certificate,
)
from dlmcheck.verify.kernel.local_parity import LocalParity
from dlmcheck.verify.kernel.local_policy import LocalPolicy, check_policy
from dlmcheck.verify.kernel.refutation import Addition, read_lrat
from dlmcheck.verify.searches.locality import Question
from dlmcheck.verify.searches.locality_last import LastCellEncoding
from dlmcheck.verify.searches.propositional import Model


def decide(
    question: Question, sizes: Sequence[int] = (), parity: LocalParity | None = None
) -> LocalPolicy | Case:
    """A policy, or a refutation of the case that so many cells are visible after each round.

    Both have been checked. `parity` is the question's formula, if it has been built for other
    cases. Raises `Rejected` if the solver's answer is none.
    """
    encoding = LastCellEncoding(question, sizes=sizes, parity=parity)
    found = refute(encoding.formula)
    if isinstance(found, Model):
        policy = encoding.policy(found)
        check_policy(policy)
        return policy
    case = Case(tuple(sizes), *compact(len(encoding.formula.clauses), found))
    check_case(encoding.parity, case)
    return case


def certificate(question: Question) -> str:
    """The answer to a question as a certificate: a policy, or a refutation. Raises as `decide`."""
    found = decide(question)
    if isinstance(found, Case):
        return refutation_certificate(question, [found])
    return policy_certificate(found)


def compact(clauses: int, proof: str) -> tuple[tuple[int, ...], str]:
    """The numbers of the clauses that a proof uses, and the proof with these numbered 1, 2, ....

    Deletions are dropped: what is left is small.
    """
    steps = [step for step in read_lrat(proof) if isinstance(step, Addition)]
    core = sorted({hint for step in steps for hint in step.hints if hint <= clauses})
    number = {old: new for new, old in enumerate(core, start=1)}
    number.update({step.number: len(core) + k for k, step in enumerate(steps, start=1)})
    lines = [
        " ".join(map(str, (number[s.number], *s.lemma, 0, *(number[h] for h in s.hints), 0)))
        for s in steps
    ]
    return tuple(core), "\n".join(lines) + "\n"
