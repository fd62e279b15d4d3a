"""R-4, proved for all n: the collapsed circuits sample D_n, and no single round does.

Source: Jiang, Haghtalab, Chen (ICLR 2026), remark after Theorems 4.1 and 4.2; the note R-4 has
the proofs in words. The kernel decides the steps, solvers answer the queries about positions.
"""

from __future__ import annotations

from dlmcheck.verify.claims.proved_parity import BY_INDUCTION
from dlmcheck.verify.claims.registry import ProofJob, Road
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.proofs import one_round, parity_circuits
from dlmcheck.verify.proofs.terms import Argument

READINGS = {
    "circuit,revision": parity_circuits.COLLAPSED,
    "circuit,blocks": parity_circuits.COLLAPSED_BLOCKS,
    "no-round": one_round.STATEMENT,
}
"""By reading of R-4 the statement that is proved."""


def arguments() -> tuple[Argument, ...]:
    """The proofs of this module with their queries, built anew."""
    return (
        parity_circuits.circuit_proof(parity_circuits.revision_circuit()).argument,
        parity_circuits.circuit_proof(parity_circuits.blocks_circuit()).argument,
        one_round.argument(),
    )


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on the queries of one of these proofs. Raises `KeyError` for another."""
    known = {argument.proof.statement: argument.queries for argument in arguments()}
    return smt.answer(known[proof.statement])


JOB = ProofJob(
    "collapse-proved", lambda: tuple(argument.proof for argument in arguments()), answered
)


def road(reading: str) -> Road:
    """The road of a reading of R-4. Raises `KeyError` for another."""
    return Road(JOB.id, READINGS[reading], BY_INDUCTION)
