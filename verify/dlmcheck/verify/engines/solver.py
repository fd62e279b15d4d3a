"""Satisfiability of network literals by Z3, which is loaded at the first query.

A model can be checked, and is, by whoever asked. An "unsat" is asked again as clauses, for a
refutation that the kernel goes through. Where none is found soon, Z3 is trusted on its name and
version; then, where cvc5 is installed, it is asked the query as SMT-LIB2 text (`network_script`),
and must not disagree.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique
from time import monotonic
from typing import TYPE_CHECKING

from dlmcheck.verify.engines.hints import refute_within
from dlmcheck.verify.engines.network import FALSE, Key, Lit, Network
from dlmcheck.verify.engines.smt import SolversDisagree, engines, has_second, second_opinion
from dlmcheck.verify.kernel.refutation import check_lrat, read_lrat
from dlmcheck.verify.searches.propositional import Formula, Model

if TYPE_CHECKING:
    import z3


CONFLICTS = 20_000
"""A refutation that takes more is not waited for."""
NODES = 50_000
"""Nor is one of larger networks."""


@unique
class Answer(Enum):
    """What a solver says."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reply:
    """An answer, with the variables that are 1 in the model if there is one."""

    answer: Answer
    ones: frozenset[Key] = frozenset()


def network_script(network: Network, literals: Sequence[Lit]) -> str:
    """Whether some assignment makes all literals true, as SMT-LIB2 text.

    >>> n = Network()
    >>> a, b = n.variable(("a", 0, 0)), n.variable(("b", 0, 0))
    >>> print(network_script(n, [n.and_(a, b ^ 1)]), end="")
    (set-logic QF_UF)
    (declare-const v1 Bool) ; a 0 0
    (declare-const v2 Bool) ; b 0 0
    (define-fun v3 () Bool (and v1 (not v2)))
    (assert v3)
    (check-sat)
    """

    def term(literal: Lit) -> str:
        return f"(not v{literal >> 1})" if literal & 1 else f"v{literal >> 1}"

    lines = ["(set-logic QF_UF)"]
    for node in network.cone(literals):
        kind, left, right = network.arguments(node)
        if kind != "leaf":
            lines.append(f"(define-fun v{node} () Bool ({kind} {term(left)} {term(right)}))")
        elif node == 0:
            lines.append("(define-fun v0 () Bool false)")
        else:
            shown = " ".join(map(str, network.key_of(2 * node) or ()))
            lines.append(f"(declare-const v{node} Bool) ; {' '.join(shown.split())}")
    lines += [f"(assert {term(literal)})" for literal in literals]
    return "\n".join([*lines, "(check-sat)"]) + "\n"


def network_formula(network: Network, literals: Sequence[Lit]) -> Formula:
    """The same as clauses: one variable for each node of the cone, in order.

    >>> n = Network()
    >>> a, b = n.variable(("a", 0, 0)), n.variable(("b", 0, 0))
    >>> network_formula(n, [n.and_(a, b ^ 1)]).clauses
    [(-3, 1), (-3, -2), (3, -1, 2), (3,)]
    """
    formula = Formula()
    variable: dict[int, int] = {}

    def value(literal: Lit) -> int:
        found = variable[literal >> 1]
        return -found if literal & 1 else found

    for node in network.cone(literals):
        made = variable[node] = formula.variable()
        kind, left, right = network.arguments(node)
        if kind == "leaf":
            if node == 0:
                formula.add(-made)
            continue
        a, b = value(left), value(right)
        if kind == "and":
            formula.clauses += [(-made, a), (-made, b), (made, -a, -b)]
        else:
            formula.clauses += [(-made, a, b), (-made, -a, -b), (made, -a, b), (made, a, -b)]
    for literal in literals:
        formula.add(value(literal))
    return formula


class Z3Solver:
    """Asks Z3 about literals of one network. Expressions are kept from query to query.

    `timeout` is in milliseconds, for all queries together; past it every answer is UNKNOWN.

    >>> n = Network()
    >>> a, b = n.variable(("a", 0, 0)), n.variable(("b", 0, 0))
    >>> Z3Solver(n).satisfy([n.and_(a, b ^ 1)]).ones
    frozenset({('a', 0, 0)})
    """

    def __init__(self, network: Network, timeout: int = 60_000) -> None:
        self._network = network
        self._left = timeout
        self._expressions: dict[int, z3.BoolRef] = {}
        self._on_word = False
        """Whether an "unsat" has no refutation that was checked."""
        self._alone = False
        """Whether one of these rests on the word of Z3 alone."""
        self.queries = 0

    @property
    def seconds(self) -> float:
        """How much time is left for queries."""
        return self._left / 1000

    def spend(self, seconds: float) -> None:
        """Time that was spent on the same question elsewhere."""
        self._left -= int(1000 * seconds)

    @property
    def engine(self) -> str:
        """Name and version, and what supports each "unsat" besides."""
        import z3

        if not self._on_word:
            return f"z3 {z3.get_version_string()}, refutations checked"
        version = z3.get_version_string() if self._alone else engines().version
        return f"z3 {version}"

    def satisfy(self, literals: list[Lit]) -> Reply:
        """Whether some assignment makes all literals true. Raises `SolversDisagree`."""
        if FALSE in literals:
            return Reply(Answer.UNSAT)
        self.queries += 1
        if self._left <= 0:
            return Reply(Answer.UNKNOWN)
        started = monotonic()
        try:
            return self._ask(literals)
        finally:
            self._left -= int(1000 * (monotonic() - started))

    def _ask(self, literals: list[Lit]) -> Reply:
        import z3

        solver = z3.SolverFor("QF_FD")
        solver.set("timeout", self._left)
        solver.set("random_seed", 0)
        order = self._network.cone(literals)
        self._build(order)
        for literal in literals:
            expression = self._expressions[literal >> 1]
            solver.add(z3.Not(expression) if literal & 1 else expression)
        answer = solver.check()
        if answer == z3.unsat:
            self._ask_again(literals)
            return Reply(Answer.UNSAT)
        if answer != z3.sat:
            return Reply(Answer.UNKNOWN)
        model = solver.model()
        ones: set[Key] = set()
        for node in order:
            key = self._network.key_of(2 * node)
            if key is not None and z3.is_true(model.eval(self._expressions[node])):
                ones.add(key)
        return Reply(Answer.SAT, frozenset(ones))

    def _ask_again(self, literals: Sequence[Lit]) -> None:
        formula = network_formula(self._network, literals)
        found = refute_within(formula, CONFLICTS) if formula.variables <= NODES else None
        if isinstance(found, Model):
            raise SolversDisagree("a network query", {"z3": "unsat", "CaDiCaL": "sat"})
        if found is not None:
            check_lrat(formula.clauses, read_lrat(found))
            return
        self._on_word = True
        # The text takes as long as the query: it is written for somebody only.
        text = network_script(self._network, literals) if has_second() else ""
        second = second_opinion(text) if text else None
        if second == "sat":
            raise SolversDisagree("a network query", {"z3": "unsat", "cvc5": second})
        self._alone |= second != "unsat"

    def _build(self, order: list[int]) -> None:
        import z3

        known = self._expressions
        for node in order:
            if node in known:
                continue
            kind, left, right = self._network.arguments(node)
            if kind == "leaf":
                known[node] = z3.Bool(f"v{node}") if node else z3.BoolVal(False)
                continue
            a, b = (
                z3.Not(known[arg >> 1]) if arg & 1 else known[arg >> 1] for arg in (left, right)
            )
            known[node] = z3.Xor(a, b) if kind == "xor" else z3.And(a, b)
