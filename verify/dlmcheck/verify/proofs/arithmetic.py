"""Statements for all n that are arithmetic alone: queries to solvers, or identities and signs.

Nothing here is replayed by the kernel; the evidence names who is trusted, and the rules that
join the queries (an induction, say) stand with the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dlmcheck.verify.engines import algebra, smt
from dlmcheck.verify.engines.algebra import Identity, Limit, NotNegative
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.kernel.query_documents import Queries
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.trusted import proved_on_the_word_of


@dataclass(frozen=True)
class ByQueries:
    """A statement that follows from queries of arithmetic by rules.

    `cases` decides the finitely many instances that the queries do not reach, if there are any.
    """

    statement: str
    queries: tuple[Query, ...]
    rules: tuple[Rule, ...] = ()
    cases: Callable[[], bool] | None = None

    @property
    def asked(self) -> Queries:
        """The queries as texts, for a file."""
        texts = {one.name: smt.script(one) for one in self.queries}
        return Queries(self.statement, texts, self.rules, self.cases is not None)

    def check(self) -> Checked:
        """PROVED on the word of the solvers. Raises `Rejected` and `SolversDisagree`."""
        if self.cases is not None and not self.cases():
            raise Rejected(f"{self.statement}: a case apart fails")
        return proved_on_the_word_of(self.statement, smt.answer(self.queries))


@dataclass(frozen=True)
class ByAlgebra:
    """A statement that follows from identities, inequalities and limits by rules."""

    statement: str
    facts: tuple[Identity | NotNegative | Limit, ...]
    rules: tuple[Rule, ...] = ()

    def check(self) -> Checked:
        """PROVED on the word of the algebra system. Raises `Rejected`."""
        return proved_on_the_word_of(self.statement, algebra.check_algebra(self.facts))


Arithmetic = ByQueries | ByAlgebra


def query(
    name: str, logic: str, variables: str, premises: Sequence[tuple[str, str]], conclusion: str
) -> Query:
    """A query over variables of one sort: integers, or reals if the logic has an R."""
    sort = "Real" if "R" in logic.removeprefix("QF_") else "Int"
    declared = tuple(f"(declare-const {name} {sort})" for name in variables.split())
    return Query(name, logic, declared, tuple(premises), conclusion)
