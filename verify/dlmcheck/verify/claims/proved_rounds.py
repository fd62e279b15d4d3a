"""Numbers of rounds that are proved for every n: write-once, with revision, and in one round.

Sources: the notes ROUNDS-WRITE-ONCE and SEPARATION, which have the arguments. The kernel decides
the steps, solvers answer the queries of arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dlmcheck.model.samplers.alias import Marking
from dlmcheck.verify.claims.registry import ProofJob, Road
from dlmcheck.verify.engines import smt
from dlmcheck.verify.proofs import (
    any_target,
    chain_rounds,
    decision_lists,
    either_order,
    joint_patterns,
    one_cell_rounds,
    product_rounds,
    rigidity,
)
from dlmcheck.verify.proofs.terms import Argument

BY_STEPS = "steps by truth tables, arithmetic by solvers"


def _one_hot_never() -> Argument:
    proof = rigidity.one_hot_needs_other_predictors()
    return Argument(proof, tuple(rigidity.QUERIES[name] for name in proof.queries))


WRITE_ONCE: dict[str, Callable[[], Argument]] = {
    product_rounds.ONE_ROUND: product_rounds.one_round,
    product_rounds.CODES: product_rounds.codes,
    chain_rounds.RANDOM_START: chain_rounds.random_start,
    chain_rounds.KNOWN_START: chain_rounds.known_start,
    one_cell_rounds.TILTED: one_cell_rounds.tilted_argument,
    one_cell_rounds.WEIGHT: one_cell_rounds.weight_argument,
    either_order.STATEMENT: either_order.argument,
}
ONE_ROUND: dict[str, Callable[[], Argument]] = {
    product_rounds.ONLY_PRODUCTS: product_rounds.only_products,
    product_rounds.EVERY_PRODUCT: product_rounds.every_product,
}
ANY_TARGET: dict[str, Callable[[], Argument]] = {
    **{any_target.ALIAS[m]: partial(any_target.alias_argument, m) for m in Marking},
    joint_patterns.JOINT_F: joint_patterns.joint_f_argument,
    joint_patterns.JOINT_G: joint_patterns.joint_g_argument,
}
ONE_HOT: dict[str, Callable[[], Argument]] = {
    one_cell_rounds.ONE_HOT: one_cell_rounds.one_hot_argument,
    rigidity.ONE_HOT: _one_hot_never,
}
"""By statement, how each proof is made; one job each."""


def _job(name: str, makers: dict[str, Callable[[], Argument]]) -> ProofJob:
    return ProofJob(
        name,
        lambda: tuple(make().proof for make in makers.values()),
        lambda proof: smt.answer(makers[proof.statement]().queries),
    )


WRITE_ONCE_PROOFS = _job("rounds-proved", WRITE_ONCE)
ONE_ROUND_PROOFS = _job("one-round-proved", ONE_ROUND)
ONE_HOT_PROOFS = _job("one-hot-proved", ONE_HOT)
ANY_TARGET_PROOFS = _job("any-target-proved", ANY_TARGET)
DECISION_LIST_PROOFS = _job("decision-lists-proved", decision_lists.MAKERS)
"""Each stands among the jobs of the module whose rows its roads belong to."""

_JOBS = {
    WRITE_ONCE_PROOFS.id: WRITE_ONCE,
    ONE_ROUND_PROOFS.id: ONE_ROUND,
    ONE_HOT_PROOFS.id: ONE_HOT,
    ANY_TARGET_PROOFS.id: ANY_TARGET,
    DECISION_LIST_PROOFS.id: decision_lists.MAKERS,
}


def road(statement: str) -> Road:
    """The road of a statement that is proved here. Raises `KeyError` for another."""
    for job, makers in _JOBS.items():
        if statement in makers:
            return Road(job, statement, BY_STEPS)
    raise KeyError(statement)
