"""Propositional questions whose answers need no trust in the solver.

A model is checked by whoever asked, against the meaning of the question. A refutation is a list of
clauses each of which follows from the earlier ones by unit propagation, ending with the empty
clause (the RUP format); `check_refutation` goes through it with nothing but the clauses.
"""

# The SAT solver's package has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from dlmcheck.verify.kernel.results import Rejected

Clause = tuple[int, ...]
"""Literals as in DIMACS: v or -v for a variable v >= 1."""


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
        lines = [f"p cnf {self.variables} {len(self.clauses)}"]
        lines += [" ".join(map(str, (*clause, 0))) for clause in self.clauses]
        return "\n".join(lines) + "\n"


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
    propagation = _Propagation()
    for clause in clauses:
        propagation.add(clause)
    for number, lemma in enumerate(refutation.lemmas, start=1):
        if not propagation.refutes(tuple(-literal for literal in lemma)):
            raise Rejected(f"lemma {number} does not follow by unit propagation")
        if not lemma:
            return number
        propagation.add(lemma)
    raise Rejected("the proof does not reach the empty clause")


class _Propagation:
    """Unit propagation with two watched literals per clause.

    What holds without any assumption is kept: `fixed` is closed under propagation.
    """

    def __init__(self) -> None:
        self.watched: dict[int, list[list[int]]] = {}
        self.fixed: set[int] = set()
        self.contradictory = False

    def add(self, clause: Clause) -> None:
        """Take a clause in."""
        literals = list(dict.fromkeys(clause))
        # Watch literals that are not false yet, as far as there are any.
        literals.sort(key=lambda literal: -literal in self.fixed)
        if len(literals) > 1:
            for literal in literals[:2]:
                self.watched.setdefault(literal, []).append(literals)
        open_literals = [literal for literal in literals if -literal not in self.fixed]
        if not open_literals:
            self.contradictory = True
        elif len(open_literals) == 1 and open_literals[0] not in self.fixed:
            self.contradictory |= self._propagate(self.fixed, [open_literals[0]])

    def refutes(self, assumptions: Clause) -> bool:
        """Whether assuming the literals leads to a conflict by propagation."""
        return self.contradictory or self._propagate(set(self.fixed), list(assumptions))

    def _propagate(self, true: set[int], todo: list[int]) -> bool:
        while todo:
            literal = todo.pop()
            if -literal in true:
                return True
            if literal in true:
                continue
            true.add(literal)
            watching = self.watched.get(-literal, [])
            kept: list[list[int]] = []
            for position, clause in enumerate(watching):
                if clause[0] == -literal:
                    clause[0], clause[1] = clause[1], clause[0]
                if clause[0] in true:
                    kept.append(clause)
                    continue
                for j in range(2, len(clause)):
                    if -clause[j] not in true:
                        clause[1], clause[j] = clause[j], clause[1]
                        self.watched.setdefault(clause[1], []).append(clause)
                        break
                else:
                    kept.append(clause)
                    if -clause[0] in true:
                        kept.extend(watching[position + 1 :])
                        self.watched[-literal] = kept
                        return True
                    todo.append(clause[0])
            self.watched[-literal] = kept
        return False
