"""Propositional questions whose answers need no trust in the solver.

A model is checked by whoever asked, against the meaning of the question. A refutation is a list of
clauses each of which follows from the earlier ones by unit propagation, ending with the empty
clause (the RUP format); the kernel goes through it with nothing but the clauses
(`kernel.refutation`). For refutations with hints, which are checked in a tenth of the time, see
`engines.hints`.
"""

# The SAT solver's package has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from dlmcheck.verify.kernel.refutation import Clause, check_rup, dimacs

__all__ = ["Clause", "Formula", "Model", "Refutation", "check_refutation", "solve"]


@dataclass
class Formula:
    """Clauses over numbered variables."""

    variables: int = 0
    clauses: list[Clause] = field(default_factory=list[Clause])

    def variable(self) -> int:
        """A new variable."""
        self.variables += 1
        return self.variables

    def add(self, *literals: int) -> None:
        """Require that one of the literals holds."""
        self.clauses.append(literals)

    def exactly(self, count: int, literals: Sequence[int]) -> None:
        """Require that exactly `count` of the literals hold (for few literals: no new variables).

        A count that is out of reach gives the empty clause.
        """
        for chosen in combinations(literals, count + 1):
            self.add(*(-literal for literal in chosen))
        for chosen in combinations(literals, len(literals) - count + 1):
            self.add(*chosen)
        if count > len(literals):
            self.add()

    def dimacs(self) -> str:
        """The clauses as a DIMACS file."""
        return dimacs(self.variables, self.clauses)


@dataclass(frozen=True)
class Model:
    """An assignment under which the formula is claimed to hold: the true variables."""

    true: frozenset[int]


@dataclass(frozen=True)
class Refutation:
    """Clauses that follow one after the other, the last one empty."""

    lemmas: tuple[Clause, ...]

    def text(self) -> str:
        """The proof as a file: one clause a line, ended by 0."""
        return "".join(" ".join(map(str, (*lemma, 0))) + "\n" for lemma in self.lemmas)


def solve(formula: Formula) -> Model | Refutation:
    """Ask Glucose 4 (through python-sat). The answer is not checked here."""
    from pysat.solvers import Solver

    if () in formula.clauses:
        return Refutation(((),))
    with Solver(name="g4", bootstrap_with=formula.clauses, with_proof=True) as solver:
        if solver.solve():
            return Model(frozenset(v for v in solver.get_model() or [] if v > 0))
        lines: list[str] = list(solver.get_proof() or [])
    lemmas: list[Clause] = []
    for line in lines:
        # Deletions only save work; without them more is known, so that nothing gets lost.
        if not line.startswith("d"):
            lemmas.append(tuple(map(int, line.split()))[:-1])
    if () not in lemmas:
        lemmas.append(())
    return Refutation(tuple(lemmas))


def check_refutation(clauses: Iterable[Clause], refutation: Refutation) -> int:
    """Check a refutation by unit propagation alone; the number of lemmas gone through.

    Raises `Rejected` if a lemma does not follow, or the empty clause is never reached.
    """
    return check_rup(clauses, refutation.lemmas)
