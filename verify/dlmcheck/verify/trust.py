"""What a verdict rests on beyond the kernel and the specification, computed from its evidence.

A *basis* says who was believed, one word for a table. The *names* say it in full and travel with
the row: rules that nobody replays, the encoder between a claim and its clauses or queries, and
solvers on whose word an answer was taken. They come from the evidence that the kernel made, and
nobody types them in; what a row declares besides (an imported theorem, an argument of a note) is
added to them. The *size* counts what was gone through, per kind of entry.

Names carry no versions, so that a lock does not change with a library; `believed` has the versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique

from dlmcheck.verify.kernel.evidence import (
    Certificate,
    Citation,
    Coupling,
    Evidence,
    Exhaustive,
    Induction,
    Sampled,
    SolverAnswer,
    SymbolicIdentity,
    Witness,
)

ENCODER = "encoder: this package writes the claim as clauses"
QUERY_ENCODER = "encoder: this package writes conditions of linear arithmetic as queries"
QUERIES = "solver: no countermodel to queries of linear arithmetic"

SMT = ("z3", "cvc5")
"""Solvers of conditions of arithmetic; the others are given clauses."""
REPLAYED = ("by the specification", "by the kernel")
"""An engine whose name says so adds nothing: its check is the definition, or the kernel's own."""
CLAUSES = ("unit propagation", "refutation")
"""An engine whose name says so has clauses refuted, and the refutation checked."""
TRUSTED = "(trusted)"
"""An engine whose name says so takes the word of the library that it names."""


@unique
class Basis(Enum):
    """Who is believed, from little to much."""

    KERNEL = "kernel"
    """The kernel and the specification."""
    RULES = "rules"
    """The kernel, and rules from finitely many steps to all n that it cannot replay."""
    ENGINE = "engine"
    """Code of this package outside the kernel decides each instance."""
    ENCODER = "encoder"
    """Code of this package writes the claim as clauses; their refutation is checked."""
    SOLVER = "solver"
    """A solver of somebody else, on its word."""
    IMPORTED = "imported"
    """A published theorem."""
    HINT = "hint"
    """Samples."""


def bases(evidence: Evidence | None, engine: str) -> tuple[Basis, ...]:
    """Who is believed where a road by this engine ends in this evidence; none if it has none."""
    if evidence is None:
        return ()
    if isinstance(evidence, Citation):
        return (Basis.IMPORTED,)
    if isinstance(evidence, Sampled):
        return (Basis.HINT,)
    if isinstance(evidence, Induction):
        return (Basis.RULES, Basis.SOLVER) if evidence.queries else (Basis.RULES,)
    if isinstance(evidence, SolverAnswer):
        return (Basis.ENCODER, Basis.SOLVER)
    if isinstance(evidence, SymbolicIdentity | Coupling):
        return (Basis.ENGINE, Basis.SOLVER)
    if isinstance(evidence, Certificate):
        return (Basis.ENCODER,) if _is_refutation(evidence) else (Basis.KERNEL,)
    if _has_clauses(engine):
        return (Basis.ENCODER,)
    if TRUSTED in engine:
        return (Basis.ENGINE, Basis.SOLVER)
    return (Basis.KERNEL,) if any(words in engine for words in REPLAYED) else (Basis.ENGINE,)


def names(evidence: Evidence | None, engine: str) -> tuple[str, ...]:
    """What a road adds to the assumptions of its row, by name and without versions."""
    if isinstance(evidence, Induction):
        return proof_names(evidence.rules, evidence.queries)
    if isinstance(evidence, SolverAnswer):
        smt = evidence.engine.startswith(SMT)
        return (QUERY_ENCODER if smt else ENCODER, f"solver: {evidence.engine}, on its word")
    if isinstance(evidence, SymbolicIdentity):
        return (f"solver: {without_version(evidence.engine)}, on its word",)
    if isinstance(evidence, Coupling):
        return _of_coupling(evidence)
    by_instance = isinstance(evidence, Exhaustive | Witness)
    if by_instance and TRUSTED in engine:
        return (f"engine: {without_version(engine)}",)
    if (by_instance and _has_clauses(engine)) or (
        isinstance(evidence, Certificate) and _is_refutation(evidence)
    ):
        return (ENCODER,)
    return ()


def proof_names(rules: Sequence[str], queries: Sequence[str]) -> tuple[str, ...]:
    """The assumptions of a proof for all n: its rules, and who is believed on its queries."""
    named = tuple(f"rule: {rule}" for rule in rules)
    return (*named, QUERY_ENCODER, QUERIES) if queries else named


def believed(evidence: Evidence | None) -> str:
    """Solvers on whose word the evidence rests, with their versions; empty if there are none."""
    if isinstance(evidence, Induction):
        return evidence.trusted
    if isinstance(evidence, SolverAnswer):
        return f"{evidence.engine} {evidence.version}"
    if isinstance(evidence, SymbolicIdentity):
        return evidence.engine
    return ""


def size(evidence: Evidence | None) -> dict[str, int]:
    """How much was gone through, by kind of entry.

    >>> size(Induction(("start",), ("step", "end"), ("rule",), 24, ("query",), "z3 5"))
    {'steps': 3, 'rows': 24, 'queries': 1}
    """
    if isinstance(evidence, Exhaustive):
        return {"instances": evidence.met}
    if isinstance(evidence, Certificate):
        return {"lemmas" if _is_refutation(evidence) else "entries": evidence.size}
    if isinstance(evidence, Induction):
        steps = len(evidence.base) + len(evidence.steps)
        return {"steps": steps, "rows": evidence.rows, "queries": len(evidence.queries)}
    if isinstance(evidence, Coupling):
        return {"obligations": evidence.by_hashing + evidence.by_solver}
    if isinstance(evidence, SolverAnswer):
        return {"queries": evidence.queries}
    if isinstance(evidence, Witness):
        return {"characters": len(evidence.instance)}
    if isinstance(evidence, Sampled):
        return {"samples": evidence.count}
    return {}


def merged(listed: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    """What is declared, then what was found, each once."""
    return tuple(dict.fromkeys((*listed, *found)))


def _of_coupling(evidence: Coupling) -> tuple[str, ...]:
    """Our own engine, and the solver that it names; a second solver, if there, believes nobody."""
    own, *solvers = evidence.engine.removeprefix("trusted: ").split(", ")
    if not solvers or not evidence.by_solver:
        return (f"engine: {own}",)
    if _has_clauses(evidence.engine):
        return f"engine: {own}", ENCODER
    return f"engine: {own}", f"solver: {solvers[0].split()[0]}, on its word"


def _is_refutation(evidence: Certificate) -> bool:
    return evidence.kind.startswith("refutation")


def _has_clauses(engine: str) -> bool:
    return any(words in engine for words in CLAUSES)


def without_version(engine: str) -> str:
    """The name of an engine without the words that begin with a digit.

    >>> without_version("trusted: SymPy 1.14")
    'SymPy'
    """
    words = engine.removeprefix("trusted: ").split()
    return " ".join(word for word in words if not word[0].isdigit())
