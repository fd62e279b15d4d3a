"""What the locality bound and rigidity rest on, as statements of their own about every sampler.

Sources as in `locality` and `rigidity`: write-once samplers with L = n and deterministic F. Each
statement has the steps and queries of those proofs that it needs; they are looked at on concrete
samplers in `claims.proved_locality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.locality import (
    SKELETON,
    LocalitySteps,
    Planted,
    locality_proof,
    locality_queries,
)
from dlmcheck.verify.proofs.rigidity import FAIR, parity_rigidity
from dlmcheck.verify.proofs.terms import Argument

DEPENDS = "write-once, L = n, F deterministic: masks and cells depend on A_t and B_t bits at most"
UNREAD = "write-once, L = n, F deterministic: flips that a violated check does not read are in vain"
EVENT = "write-once, L = n, F deterministic: a reached state is the event of what it shows"
CONDITIONAL = "write-once, L = n, F deterministic: a reachable choice is a conditional law"
EVEN = "write-once, L = n, F deterministic, D_n: choices are rigid, and n <= (k+1)^(D-1)"

QUOTIENT = Query(
    "a factor is the quotient",
    "QF_NRA",
    tuple(f"(declare-const {name} Real)" for name in ("state", "p", "both", "conditional")),
    (
        ("the state is reached", "(> state 0)"),
        ("the draw given the state", "(= both (* state p))"),
        ("the conditional probability", "(= (* conditional state) both)"),
    ),
    "(= conditional p)",
)


def _argument(proof: Proof, queries: Sequence[Query]) -> Argument:
    return Argument(replace(proof, queries=tuple(q.name for q in queries)), tuple(queries))


def dependence(planted: Planted | None = None) -> Argument:
    """The dependency sets grow by the recursion of the cone bounds."""
    s = LocalitySteps(planted)
    proof = Proof(
        DEPENDS,
        base=(s.start("two traces start alike"),),
        steps=(s.mask_status(), s.cell()),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.UNIONS),
        skeleton=(
            "Before round 1 all is masked: nothing is depended on.",
            "The mask status after a round takes the one before and the k cells that F reads.",
            "A cell takes its mask status and its own token.",
            "So A_t = A_(t-1) + k B_(t-1) and B_t = A_t + 1, which is (k+1)^(t-1) for t >= 1.",
        ),
    )
    return _argument(proof, locality_queries(planted)[:2])


def unread_bit(planted: Planted | None = None) -> Argument:
    """The part of the locality bound that does not speak of D_n."""
    s = LocalitySteps(planted)
    whole = locality_proof(planted)
    left_out = {s.odd_string_fails().name, s.no_bit_unread().name}
    proof = replace(
        whole,
        statement=UNREAD,
        steps=tuple(step for step in whole.steps if step.name not in left_out),
        skeleton=(*SKELETON[:2], SKELETON[3], *SKELETON[5:7]),
    )
    return _argument(proof, locality_queries(planted))


def _same_state(planted: Planted | None) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    whole = parity_rigidity(planted)
    kept = {LocalitySteps(planted).token_stays().name, SAME_STATE}
    return whole.base, tuple(step for step in whole.steps if step.name in kept)


SAME_STATE = "a run whose output agrees is in the same state"
_EVENT_SAYS = (
    "A token once visible is in the output: a run in state x has an output that agrees with x.",
    "Of two runs, one in state x, the other with an output that agrees, both are in state x.",
    "So the runs in state x after t rounds are those whose output agrees with what x shows.",
)


def event(planted: Planted | None = None) -> Argument:
    """The probability of a reached state is that of what it shows."""
    base, steps = _same_state(planted)
    proof = Proof(
        EVENT,
        base,
        steps,
        (Rule.ROUNDS, Rule.LISTS),
        skeleton=(*_EVENT_SAYS, "Events that are the same have one probability."),
    )
    return _argument(proof, ())


def conditional(planted: Planted | None = None) -> Argument:
    """p_i(. | x) is the law of bit i given that the output agrees with x."""
    base, steps = _same_state(planted)
    proof = Proof(
        CONDITIONAL,
        base,
        steps,
        (Rule.ROUNDS, Rule.LISTS, Rule.DRAWS),
        skeleton=(
            *_EVENT_SAYS,
            "The bit drawn for a selected cell is that of the output, and follows p_i(. | x).",
        ),
    )
    return _argument(proof, (QUOTIENT,))


def even(planted: Planted | None = None) -> Argument:
    """For D_n: rigidity and the locality bound together."""
    rigid, bound = parity_rigidity(planted), locality_proof(planted)
    known = {step.name for step in rigid.every_step}
    proof = Proof(
        EVEN,
        (*rigid.base, *(step for step in bound.base if step.name not in known)),
        (*rigid.steps, *(step for step in bound.steps if step.name not in known)),
        tuple(dict.fromkeys((*rigid.rules, *bound.rules))),
        skeleton=(*rigid.skeleton, *SKELETON[2:5]),
    )
    return _argument(proof, (FAIR, *locality_queries(planted)))


def arguments() -> tuple[Argument, ...]:
    """All proofs of this module with their queries, built anew."""
    return dependence(), unread_bit(), event(), conditional(), even()
