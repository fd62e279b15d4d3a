"""Local samplers of any law on short strings: a policy or a refutation, as a certificate.

The formula is that of `kernel.local_targets`; for even parity it is one more encoding, which shares
nothing with the others but the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.kernel.local_parity import Name, Question
from dlmcheck.verify.kernel.local_policy import FAIR, LocalPolicy, Rule, check_policy
from dlmcheck.verify.kernel.local_targets import (
    LocalTarget,
    policy_certificate,
    refutation_certificate,
)
from dlmcheck.verify.searches.locality_refute import compact
from dlmcheck.verify.searches.propositional import Formula, Model

_TOKEN = {"0": 0, "1": 1, "M": MASK}


@dataclass(frozen=True)
class Decided:
    """A policy that was run by the specification, or None; and the certificate of either answer."""

    policy: LocalPolicy | None
    certificate: str


def decide_target(target: Law[State], question: Question, reals: Reals) -> Decided:
    """Whether a law has a local sampler. Raises `Rejected` if the policy found is none."""
    encoding = LocalTarget(target, question, reals)
    found = refute(Formula(len(encoding.names), encoding.clauses))
    if isinstance(found, Model):
        policy = _policy(encoding, found)
        check_policy(policy, target)
        return Decided(policy, policy_certificate(target, reals, policy))
    core, proof = compact(len(encoding.clauses), found)
    return Decided(None, refutation_certificate(encoding, core, proof))


def _policy(encoding: LocalTarget, model: Model) -> LocalPolicy:
    q = encoding.question
    true = [name for v, name in enumerate(encoding.names, start=1) if v in model.true]
    select: dict[tuple[int, int], Rule] = {}
    write: dict[tuple[int, int], Rule] = {}
    for number in range(1, q.rounds + 1):
        for i in range(q.n):
            place = i, q.when(number)
            cells = _cells(true, "F reads", q.set_name(number), i)
            select[place] = Rule(cells, _table(true, "F", place, cells))
            cells = _cells(true, "p reads", q.set_name(number), i)
            write[place] = Rule(cells, _table(true, "p", place, cells), FAIR)
    # Only what is dyadic may be among the choices of a dyadic policy.
    ones = tuple(
        one if encoding.reals is Reals.UNRESTRICTED or one.denominator.bit_count() == 1 else 0 * one
        for one in encoding.ones
    )
    return LocalPolicy(q, select, write, ones)


def _cells(true: Sequence[Name], kind: str, number: int, i: int) -> tuple[int, ...]:
    texts = [x.text for x in true if (x.kind, x.number, x.cell) == (kind, number, i)]
    return tuple(j for j, mark in enumerate(texts[0]) if mark == "x")


def _table(
    true: Sequence[Name], kind: str, place: tuple[int, int], cells: tuple[int, ...]
) -> dict[State, int]:
    i, when = place
    found: dict[State, int] = {}
    for name in true:
        if (name.kind, name.number, name.cell) == (kind, when, i):
            shown = {j: _TOKEN[mark] for j, mark in enumerate(name.text) if mark != "-"}
            if tuple(shown) == cells:
                found[tuple(shown.values())] = name.bit if kind == "p" else 1
    return found
