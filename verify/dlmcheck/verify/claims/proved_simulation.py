"""Theorems 3.1 to 3.3, shorter lengths, the converse of C-OPT and C-GEN, proved for every circuit.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3. The proofs are built from the rules of the
constructions and of the reduction themselves (`dlmcheck.verify.proofs`); the kernel decides their
steps, solvers answer their queries of arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.spec.lattice import DepthCount, End, RandomBits
from dlmcheck.verify.claims.registry import ProofJob, Road
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.proofs import blocks, generation, layered, optimality, write_once
from dlmcheck.verify.proofs.layered import Construction
from dlmcheck.verify.proofs.optimality import Parts
from dlmcheck.verify.proofs.terms import Argument

BY_ARGUMENTS = "proof for every circuit, F by arguments"
BY_BLOCKS = "proof for every circuit, F by block shift"
BY_INDUCTION = "proof for every layered circuit"
BY_ROUNDS = "proof for every schedule and every D"

BY_BLOCKS_OF_LAYERS = "proof for every circuit, blocks of layers"
LAYERS_PER_ROUND = (1, 2, 3)
BY_RULES = "proof for every circuit, from the rules of a cell"

FRONTIERS = {Frontier.ARGUMENTS: BY_ARGUMENTS, Frontier.BLOCK_SHIFT: BY_BLOCKS}
"""The token shift is not among them: it takes N rounds and not d."""

Reading = tuple[RandomBits, DepthCount, End]


def _write_once() -> list[Argument]:
    return [
        write_once.argument(frontier, bits, count, end)
        for frontier in FRONTIERS
        for bits in RandomBits
        for count in DepthCount
        for end in End
        # With layer 0 sampled and counted from 0 the stated rounds are one too few.
        if (bits, count) != (RandomBits.SAMPLED, DepthCount.FROM_ZERO)
    ]


def _layered() -> list[Argument]:
    return [layered.argument(construction, end) for construction in Construction for end in End]


def _unrolled() -> list[Argument]:
    limit = [blocks.argument(c) for c in LAYERS_PER_ROUND]
    return [*(optimality.argument(parts) for parts in Parts), *limit]


def arguments() -> tuple[Argument, ...]:
    """All proofs of this module with their queries, built anew."""
    return (*_write_once(), *_layered(), *_unrolled(), *generation.arguments())


@cache
def _queries() -> dict[str, tuple[smt.Query, ...]]:
    return {argument.proof.statement: argument.queries for argument in arguments()}


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on the queries of one of these proofs. Raises `KeyError` for another."""
    return smt.answer(_queries()[proof.statement])


def _proofs(found: Sequence[Argument]) -> tuple[Proof, ...]:
    return tuple(argument.proof for argument in found)


WRITE_ONCE_PROOFS = ProofJob("t31-proved", lambda: _proofs(_write_once()), answered)
BANKS_PROOFS = ProofJob("banks-proved", lambda: _proofs(_layered()), answered)
UNROLLED_PROOFS = ProofJob("unrolled-proved", lambda: _proofs(_unrolled()), answered)
GENERATION_PROOFS = ProofJob("generation-proved", lambda: _proofs(generation.arguments()), answered)
JOBS = (WRITE_ONCE_PROOFS, BANKS_PROOFS, UNROLLED_PROOFS, GENERATION_PROOFS)
"""Each stands among the jobs of the module whose rows its roads belong to."""


def write_once_roads(reading: Reading) -> tuple[Road, ...]:
    """The roads of a reading of Theorem 3.1: one for each F that takes d rounds."""
    bits, count, end = reading
    return tuple(
        Road(WRITE_ONCE_PROOFS.id, write_once.statement(frontier, bits, count, end), engine)
        for frontier, engine in FRONTIERS.items()
    )


def banks_road(construction: str, end: End) -> Road:
    """The road of a construction with banks, by its name. Raises `ValueError` for another."""
    return Road(BANKS_PROOFS.id, layered.statement(Construction(construction), end), BY_INDUCTION)


def unrolled_road(parts: Parts) -> Road:
    """The road of the converse, for schedules with these parts."""
    return Road(UNROLLED_PROOFS.id, optimality.statement(parts), BY_ROUNDS)


def limit_road(layers_per_round: int) -> Road:
    """The road of the limit, for a number of layers a round of `LAYERS_PER_ROUND`."""
    statement = blocks.statement(layers_per_round)
    return Road(UNROLLED_PROOFS.id, statement, BY_BLOCKS_OF_LAYERS)


def generation_road(statement: str) -> Road:
    """The road of a statement of C-GEN, one of those of `proofs.generation`."""
    return Road(GENERATION_PROOFS.id, statement, BY_RULES)
