"""Theorem 4.5's own samplers, proved for all n: exact, and what the reduction makes of them.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; the note T4.5 has the proofs in words.
Write-once, L = n, deterministic F: the samplers that show that the lower bound is not vacuous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

from dlmcheck.verify.claims.parity_samplers import WRITE_ONCE, ParitySampler, key
from dlmcheck.verify.claims.proved_parity import BY_INDUCTION, every_n
from dlmcheck.verify.claims.registry import ProofJob, Road
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.proofs import parity_last_cell, parity_shapes, recogniser
from dlmcheck.verify.proofs.terms import Argument

GROUP = "write-once"


def _tokens(sampler: ParitySampler) -> int:
    if sampler.tokens is None:
        raise ValueError(f"{sampler.name} reads any number of tokens")
    return sampler.tokens


def _tree(shape: Callable[..., Argument], sampler: ParitySampler, statement: str) -> Argument:
    return shape(statement, _tokens(sampler), clock=sampler.clock)


def _by_name(name: str) -> Callable[[ParitySampler, str], Argument]:
    shapes: Mapping[str, Callable[[ParitySampler, str], Argument]] = {
        "one check": lambda _, statement: parity_last_cell.one_check(statement),
        "left to right": lambda _, statement: parity_last_cell.left_to_right(statement),
        "chain": partial(_tree, parity_shapes.chain),
        "binary tree": partial(_tree, parity_shapes.binary_tree),
    }
    return shapes[name.partition(",")[0]]


def exact_statement(sampler: ParitySampler) -> str:
    """What is proved of a sampler's law."""
    return f"{key(GROUP, sampler)}: D_n exactly, {every_n(sampler)}"


def reduction_statement(sampler: ParitySampler) -> str:
    """What is proved of the recogniser that is built from a sampler."""
    return f"reduction: {sampler.name}: computes parity, {every_n(sampler)}"


def locality_statement(sampler: ParitySampler) -> str:
    """What is proved of the checks of a sampler."""
    return f"cones: {sampler.name}: some check reads n cells, {every_n(sampler)}"


def exact(sampler: ParitySampler) -> Argument:
    """The proof that a sampler samples D_n, in the stated rounds."""
    return _by_name(sampler.name)(sampler, exact_statement(sampler))


def _exact() -> tuple[Argument, ...]:
    return tuple(map(exact, WRITE_ONCE))


def _reductions() -> tuple[Argument, ...]:
    return tuple(recogniser.recognises_parity(reduction_statement(s), exact(s)) for s in WRITE_ONCE)


def _localities() -> tuple[Argument, ...]:
    return tuple(
        recogniser.some_check_reads_all(locality_statement(s), exact(s)) for s in WRITE_ONCE
    )


def arguments() -> tuple[Argument, ...]:
    """All proofs of this module with their queries, built anew."""
    return (*_exact(), *_reductions(), *_localities())


@cache
def _queries() -> dict[str, tuple[smt.Query, ...]]:
    return {argument.proof.statement: argument.queries for argument in arguments()}


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on the queries of one of these proofs. Raises `KeyError` for another."""
    return smt.answer(_queries()[proof.statement])


def _job(name: str, make: Callable[[], tuple[Argument, ...]]) -> ProofJob:
    return ProofJob(name, lambda: tuple(argument.proof for argument in make()), answered)


EXACT = _job("write-once-proved", _exact)
REDUCTIONS = _job("write-once-recognisers-proved", _reductions)
LOCALITIES = _job("write-once-checks-proved", _localities)
JOBS = (EXACT, REDUCTIONS, LOCALITIES)


def exact_road(sampler: ParitySampler) -> Road:
    """The road of a sampler's law."""
    return Road(EXACT.id, exact_statement(sampler), BY_INDUCTION)


def reduction_road(sampler: ParitySampler) -> Road:
    """The road of the recogniser that is built from it."""
    return Road(REDUCTIONS.id, reduction_statement(sampler), BY_INDUCTION)


def locality_road(sampler: ParitySampler) -> Road:
    """The road of what its checks read."""
    return Road(LOCALITIES.id, locality_statement(sampler), BY_INDUCTION)
