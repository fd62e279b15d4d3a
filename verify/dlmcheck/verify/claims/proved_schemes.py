"""Least lengths of schemes for all w and d, and gates of parity: proofs as roads of their rows.

Source: the notes T3-SHORTER and C-SPACE. Beside the searches through all schemes of small sizes.
"""

from __future__ import annotations

from dlmcheck.verify.claims.registry import ProofJob, Road
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.proofs import gate_counts, scheme_lengths
from dlmcheck.verify.proofs.terms import Argument

ENGINE = "steps by truth tables, arithmetic by solvers"


def _arguments() -> tuple[Argument, ...]:
    return *scheme_lengths.arguments(), gate_counts.growth()


def proofs() -> tuple[Proof, ...]:
    """Schemes, and the gates of parity."""
    return tuple(one.proof for one in _arguments())


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on a proof's queries. Raises `KeyError` for a query of another proof."""
    queries = {q.name: q for one in _arguments() for q in one.queries}
    return smt.answer([queries[name] for name in proof.queries])


def road(statement: str) -> Road:
    """The road to the proof of a statement."""
    return Road("schemes-proved", statement, ENGINE)


JOB = ProofJob("schemes-proved", proofs, answered)
