"""Integers that are not known: a formula written for numbers runs on them and becomes SMT-LIB2.

So a query of arithmetic about the places of cells or the number of a round is written by the
function that computes them in the construction (`dlmcheck.model.constructions.rules`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof

LOGIC = "QF_LIA"


@dataclass(frozen=True)
class Term:
    """An integer as a term of SMT-LIB2, with the operations of `rules.Number`.

    >>> (Term("w") + 1 - Term("c")) % 2
    Term(text='(mod (- (+ w 1) c) 2)')
    """

    text: str

    def __add__(self, other: Term | int, /) -> Term:
        """The sum."""
        return Term(f"(+ {self.text} {_text(other)})")

    def __sub__(self, other: Term | int, /) -> Term:
        """The difference."""
        return Term(f"(- {self.text} {_text(other)})")

    def __mul__(self, other: Term | int, /) -> Term:
        """The product."""
        return Term(f"(* {_text(other)} {self.text})")

    def __rmul__(self, other: int, /) -> Term:
        """The product."""
        return self * other

    def __mod__(self, other: int, /) -> Term:
        """The remainder, never negative."""
        return Term(f"(mod {self.text} {_text(other)})")

    def equals(self, other: Term | int) -> str:
        """Equality, as a formula."""
        return f"(= {self.text} {_text(other)})"

    def at_most(self, other: Term | int) -> str:
        """Not greater, as a formula."""
        return f"(<= {self.text} {_text(other)})"

    def below(self, other: Term | int) -> str:
        """Smaller, as a formula."""
        return f"(< {self.text} {_text(other)})"


@dataclass(frozen=True)
class Argument:
    """A proof and the queries of arithmetic that it names."""

    proof: Proof
    queries: tuple[Query, ...]


def number(value: int) -> Term:
    """A known number as a term."""
    return Term(_text(value))


def differ(first: Term, second: Term) -> str:
    """That two terms are not equal."""
    return f"(not {first.equals(second)})"


def between(low: Term | int, term: Term, above: Term | int) -> str:
    """low <= term < above."""
    return f"(and {_term(low).at_most(term)} {term.below(above)})"


def linear(name: str, premises: Mapping[str, str], conclusion: str) -> Query:
    """A query of linear integer arithmetic over all names in it."""
    return _query(name, LOGIC, "Int", premises, conclusion)


def nonlinear(name: str, premises: Mapping[str, str], conclusion: str) -> Query:
    """A query of integer arithmetic, products included, over all names in it."""
    return _query(name, "QF_NIA", "Int", premises, conclusion)


def real(name: str, premises: Mapping[str, str], conclusion: str) -> Query:
    """A query of real arithmetic, products included, over all names in it."""
    return _query(name, "QF_NRA", "Real", premises, conclusion)


def _query(name: str, logic: str, sort: str, premises: Mapping[str, str], conclusion: str) -> Query:
    found = sorted(set(re.findall(r"[A-Za-z_]\w*", " ".join((*premises.values(), conclusion)))))
    words = {"and", "or", "not", "mod", "true", "false", "ite"}
    declared = tuple(f"(declare-const {one} {sort})" for one in found if one not in words)
    return Query(name, logic, declared, tuple(premises.items()), conclusion)


def _term(value: Term | int) -> Term:
    return value if isinstance(value, Term) else number(value)


def _text(value: Term | int) -> str:
    if isinstance(value, Term):
        return value.text
    return str(value) if value >= 0 else f"(- {-value})"
