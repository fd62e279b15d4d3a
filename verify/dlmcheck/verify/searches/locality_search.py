"""Answering a question about local samplers: a sampler, or a refutation.

A yes is a schedule that was run (`locality_schedules.objection`). A no is the solver's word
(`answer`), perhaps with a list of clauses that are gone through by unit propagation; or it is a
certificate that the kernel accepts (`certified_answer`).

Monotonicity is used: with the round number an idle first round may be put in front, and without it
rounds after the last change nothing. So a no for D rounds is a no for fewer, and the least D is
certified by a yes at D and a no at D - 1. Without a round number each round writes a cell in every
state that has masked cells (a round that does not is repeated for ever), so that D <= n,
and a no at D = n is a no for all D.
"""

# The SAT solver's package has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.local_certificate import Case, check_cases
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.locality import Question
from dlmcheck.verify.searches.locality_last import LastCellEncoding
from dlmcheck.verify.searches.locality_refute import decide
from dlmcheck.verify.searches.locality_schedules import objection, schedule_of
from dlmcheck.verify.searches.locality_states import StateEncoding
from dlmcheck.verify.searches.locality_traces import TraceEncoding
from dlmcheck.verify.searches.propositional import (
    Clause,
    Formula,
    Model,
    Refutation,
    check_refutation,
)

Encoding = TraceEncoding | StateEncoding | LastCellEncoding
Encoder = Callable[[Question], Encoding]


@dataclass(frozen=True)
class Engine:
    """A SAT solver of python-sat, by its name there, and by name and version for people."""

    name: str
    says: str
    version: str


CADICAL = Engine("cadical195", "CaDiCaL", "1.9.5")
GLUCOSE = Engine("g4", "Glucose", "4.1")


@dataclass(frozen=True)
class Answer:
    """A sampler that was checked, or None; then how many lemmas of a refutation were checked.

    `lemmas` is None if the answer is no and nothing but the solver's word supports it.
    """

    sampler: Schedule | None
    lemmas: int | None = None


def ask_solver(formula: Formula, engine: Engine, *, with_proof: bool) -> Model | Refutation | None:
    """A model, or a refutation, or None for "no model" without a proof. Nothing is checked."""
    from pysat.solvers import Solver

    if () in formula.clauses:
        return Refutation(((),)) if with_proof else None
    with Solver(name=engine.name, bootstrap_with=formula.clauses, with_proof=with_proof) as solver:
        if solver.solve():
            return Model(frozenset(v for v in solver.get_model() or [] if v > 0))
        if not with_proof:
            return None
        lines: list[str] = list(solver.get_proof() or [])
    # Deletions only save work; without them more is known, so that nothing gets lost.
    lemmas: list[Clause] = [
        tuple(map(int, line.split()))[:-1] for line in lines if not line.startswith("d")
    ]
    return Refutation((*lemmas, ()))


def answer(
    question: Question,
    encoder: Encoder = TraceEncoding,
    engine: Engine = CADICAL,
    *,
    with_proof: bool = True,
) -> Answer:
    """Answer a question. Raises `Rejected` if the sampler or the refutation is none."""
    encoding = encoder(question)
    found = ask_solver(encoding.formula, engine, with_proof=with_proof)
    if isinstance(found, Model):
        schedule = schedule_of(encoding.policy(found))
        reason = objection(schedule, question)
        if reason:
            raise Rejected(f"{question}: the model found is no such sampler: {reason}")
        return Answer(schedule)
    if found is None:
        return Answer(None)
    return Answer(None, check_refutation(encoding.formula.clauses, found))


def certified_answer(question: Question) -> Answer:
    """Answer a question by a policy or a refutation, each accepted by the kernel.

    The policy is also run as a schedule of circuits. Raises `Rejected` if something is not as it
    should be.
    """
    found = decide(question)
    if isinstance(found, Case):
        return Answer(None, check_cases(question, [found]))
    schedule = schedule_of(found)
    reason = objection(schedule, question)
    if reason:
        raise Rejected(f"{question}: the policy found is no such sampler: {reason}")
    return Answer(schedule)
