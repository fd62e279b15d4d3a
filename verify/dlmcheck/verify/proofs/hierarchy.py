"""Fewer rounds than write-once with deterministic F, for all n: two proofs and a comparison.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 4; note H. A sampler of D_n that is proved for
all n, and the locality bound n <= (k+1)^(D-1) for write-once samplers with deterministic F: with
its rounds, and for large enough n, such a sampler of the same locality k does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dlmcheck.model.reductions.cones import longest_parity
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Step
from dlmcheck.verify.proofs.locality import locality_proof, locality_queries
from dlmcheck.verify.proofs.parity import LocalProof
from dlmcheck.verify.proofs.positions import LOGIC


@dataclass(frozen=True)
class Comparison:
    """The joint proof, with its queries."""

    proof: Proof
    queries: tuple[Query, ...]


def more_rounds(rounds: int, tokens: int, least: int) -> Query:
    """From the bound at D = 1, ..., `rounds`: a sampler for n >= `least` takes more rounds.

    The bound is taken from `model.reductions.cones.longest_parity`.
    """
    bounds = tuple(
        (f"the bound for D = {d}", f"(=> (= D {d}) (<= n {longest_parity(tokens, d)}))")
        for d in range(1, rounds + 1)
    )
    return Query(
        "write-once takes more rounds",
        LOGIC,
        ("(declare-const D Int)", "(declare-const n Int)"),
        (("there is a round", "(>= D 1)"), ("n is large enough", f"(>= n {least})"), *bounds),
        f"(> D {rounds})",
    )


def fewer_rounds(statement: str, sampler: LocalProof, tokens: int, least: int) -> Comparison:
    """The sampler takes fewer rounds than write-once ones that read as few tokens, n >= `least`.

    Raises `ValueError` if the sampler reads more tokens than that.
    """
    accounts = [one.account for one in sampler.steps]
    rounds = {account.sampler.rounds for account in accounts}
    if len(rounds) != 1 or any(account.tokens > tokens for account in accounts):
        raise ValueError("the sampler's rounds or tokens are not those of the comparison")
    bound, found = locality_proof(), sampler.proof
    queries = [replace(query, name=f"sampler, {query.name}") for query in sampler.queries]
    queries += [replace(query, name=f"bound, {query.name}") for query in locality_queries()]
    queries.append(more_rounds(rounds.pop(), tokens, least))

    def steps(of_sampler: tuple[Step, ...], of_bound: tuple[Step, ...]) -> tuple[Step, ...]:
        return (
            *(replace(step, name=f"sampler, {step.name}") for step in of_sampler),
            *(replace(step, name=f"bound, {step.name}") for step in of_bound),
        )

    proof = Proof(
        statement,
        steps(found.base, bound.base),
        steps(found.steps, bound.steps),
        tuple(dict.fromkeys((*found.rules, *bound.rules))),
        tuple(query.name for query in queries),
        (
            *found.skeleton,
            (
                f"A write-once sampler of D_n with deterministic F that reads {tokens} tokens has "
                f"n <= {tokens + 1}^(D-1), by induction over its rounds."
            ),
            f"So for n >= {least} it takes more rounds.",
        ),
    )
    return Comparison(proof, tuple(queries))
