"""Queries to solvers as SMT-LIB2 text: what is asked can be read, kept, and asked of another one.

A query is an implication: the premises give the conclusion, for all values of what is declared.
It is asked as text, and by nothing else, so that the text exported is the text that was solved.
Z3 answers; cvc5, where it is installed, is asked again and must not disagree. Nothing here replays
what they say: it is trusted by name and version.

A query must be able to fail: its premises are jointly satisfiable, and without any one of them
the conclusion fails somewhere.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from dlmcheck.spec.circuit import Gate, Literal, Op, is_inverted, node_of
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import CONCLUSION, Step
from dlmcheck.verify.kernel.results import Rejected

RESOURCES = 20_000_000
"""What Z3 may spend on a query, in its own units: unlike seconds, the same on every machine."""
SECOND_RESOURCES = 200_000
"""The same for cvc5, in units of its own, which are larger."""
ANSWERS = ("sat", "unsat", "unknown")


class SolversDisagree(DlmcheckError):
    """Two solvers give different answers to one text; `answers` maps each to what it said."""

    def __init__(self, query: str, answers: dict[str, str]) -> None:
        self.query = query
        self.answers = answers
        said = ", ".join(f"{name} says {answer}" for name, answer in answers.items())
        super().__init__(f"solvers disagree on {query}: {said}")


@dataclass(frozen=True)
class Query:
    """The premises, each with its name, imply the conclusion.

    `declarations` are commands such as `(declare-const n Int)`; premises and conclusion are
    SMT-LIB2 terms. Raises `ValueError` if a part is not one balanced expression, or two premises
    share a name.

    >>> print(script(Query("step", "QF_LIA", ("(declare-const n Int)",),
    ...                    (("large", "(>= n 2)"),), "(>= n 1)")), end="")
    ; step
    (set-logic QF_LIA)
    (declare-const n Int)
    (assert (! (>= n 2) :named |premise large|))
    (assert (! (not (>= n 1)) :named |not the conclusion|))
    (check-sat)
    """

    name: str
    logic: str
    declarations: tuple[str, ...]
    premises: tuple[tuple[str, str], ...]
    conclusion: str

    def __post_init__(self) -> None:
        names = [name for name, _ in self.premises]
        if len(set(names)) != len(names):
            raise ValueError(f"query {self.name}: two premises share a name")
        if re.fullmatch(r"[A-Z_]+", self.logic) is None:
            raise ValueError(f"query {self.name}: {self.logic!r} is no logic")
        terms = [term for _, term in self.premises]
        for text in (*self.declarations, *terms, self.conclusion):
            if not _is_one_expression(text):
                raise ValueError(f"query {self.name}: {text!r} is not one expression")


def script(query: Query, without: str | None = None, *, conclude: bool = True) -> str:
    """The query as a complete SMT-LIB2 text: unsatisfiable if it holds.

    `without` leaves one premise out (the text is then satisfiable if the premise is needed); with
    `conclude` false the negated conclusion is left out (satisfiable if the premises are).

    Raises `ValueError` if there is no such premise.
    """
    names = [name for name, _ in query.premises]
    if without is not None and without not in names:
        raise ValueError(f"query {query.name} has no premise {without!r}")
    lines = list(query.declarations)
    for name, term in query.premises:
        if name != without:
            lines.append(f"(assert (! {term} :named {_symbol(f'premise {name}')}))")
    return _text(_title(query.name, without, conclude), query.logic, lines, query.conclusion,
                 conclude=conclude)  # fmt: skip


def step_script(step: Step, without: str | None = None, *, conclude: bool = True) -> str:
    """A step of a proof as SMT-LIB2: one definition for each gate of its circuit.

    `without` and `conclude` as in `script`. Raises `ValueError` if there is no such premise.
    """
    circuit = step.circuit
    if without is not None and without not in step.premises:
        raise ValueError(f"step {step.name} has no premise {without!r}")
    names = [_symbol(f"atom {one.name}") for one in circuit.inputs]
    lines = [f"(declare-const {name} Bool)" for name in names]

    def term(literal: Literal) -> str:
        name = names[node_of(literal)]
        return f"(not {name})" if is_inverted(literal) else name

    for gate in circuit.gates:
        name = _symbol(f"node {len(names)}")
        lines.append(f"(define-fun {name} () Bool {_gate(gate, [term(arg) for arg in gate.args])})")
        names.append(name)
    *premises, conclusion = (term(output) for output in circuit.outputs)
    for name, premise in zip(step.premises, premises, strict=True):
        if name != without:
            lines.append(f"(assert (! {premise} :named {_symbol(f'premise {name}')}))")
    title = _title(f"{step.name} ({CONCLUSION})", without, conclude)
    return _text(title, "QF_UF", lines, conclusion, conclude=conclude)


def solve(text: str) -> str:
    """What Z3 says: "sat", "unsat" or "unknown". Raises `ValueError` for text it cannot read."""
    import z3

    context = z3.Context()
    limited = f"(set-option :rlimit {RESOURCES})\n{text}"
    try:
        said: str = z3.Z3_eval_smtlib2_string(context.ref(), limited)
    except z3.Z3Exception as error:
        shown = error.value.decode() if isinstance(error.value, bytes) else str(error)
        raise ValueError(f"z3 cannot read the query: {shown}") from None
    return _one_answer("z3", said.split("\n"))


def has_second() -> bool:
    """Whether there is a second solver to ask: cvc5 is installed."""
    return importlib.util.find_spec("cvc5") is not None


def second_opinion(text: str) -> str | None:
    """What cvc5 says, None where it is not installed. Raises `ValueError` as `solve` does."""
    if not has_second():
        return None
    cvc5: Any = importlib.import_module("cvc5")
    solver: Any = cvc5.Solver()
    solver.setOption("rlimit", str(SECOND_RESOURCES))
    parser: Any = cvc5.InputParser(solver)
    lines: list[str] = []
    try:
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
        symbols: Any = parser.getSymbolManager()
        while not (command := parser.nextCommand()).isNull():
            lines += str(command.invoke(solver, symbols)).split("\n")
    except RuntimeError as error:
        raise ValueError(f"cvc5 cannot read the query: {error}") from None
    return _one_answer("cvc5", lines)


def engines() -> SolverAnswer:
    """The solvers that are asked, with their versions, as evidence of no query yet."""
    return SolverAnswer("z3", _version(0, 0), 0)


def decide(text: str, name: str = "the query") -> bool:
    """Whether a text is satisfiable, on the word of Z3, which cvc5 must not contradict.

    Raises `SolversDisagree` if they contradict each other, `Rejected` if Z3 gives no answer.
    """
    return _decide(text, name)[0]


def _decide(text: str, name: str) -> tuple[bool, bool]:
    """Whether a text is satisfiable, and whether both solvers say so."""
    first, second = _opinions(text, solve, second_opinion)
    if {first, second} == {"sat", "unsat"}:
        raise SolversDisagree(name, {"z3": first, "cvc5": str(second)})
    if first == "unknown":
        raise Rejected(f"query {name}: no answer of z3")
    return first == "sat", first == second


@cache
def _opinions(
    text: str, first: Callable[[str], str], second: Callable[[str], str | None]
) -> tuple[str, str | None]:
    """Both answers; proofs that share queries ask them once (in one process)."""
    return first(text), second(text)


@contextmanager
def recorded() -> Generator[dict[str, Query], None, None]:
    """What `answer` is asked meanwhile, by name: the queries behind the names in a proof."""
    asked: dict[str, Query] = {}
    token = _RECORD.set(asked)
    try:
        yield asked
    finally:
        _RECORD.reset(token)


_RECORD: ContextVar[dict[str, Query] | None] = ContextVar("asked", default=None)


def answer(queries: Sequence[Query]) -> SolverAnswer:
    """Who was believed on the queries, if each of them holds and can fail.

    The version is that of Z3, and of cvc5 if it confirms all of them; if it is installed but has
    no answer to some, the version says to how many it has.

    Raises `Rejected` for a query that does not hold, one whose premises contradict each other,
    a premise that is not needed, or no answer of Z3; `SolversDisagree` for two.
    """
    confirmed = 0
    for query in queries:
        asked = _RECORD.get()
        if asked is not None:
            asked[query.name] = query
        satisfiable, both = _decide(script(query), query.name)
        if satisfiable:
            raise Rejected(f"query {query.name} does not hold")
        if not decide(script(query, conclude=False), f"{query.name}, premises alone"):
            raise Rejected(f"query {query.name}: the premises contradict each other")
        for premise, _ in query.premises:
            if not decide(script(query, premise), f"{query.name} without {premise}"):
                raise Rejected(f"query {query.name}: premise {premise!r} is not needed")
        confirmed += both
    return SolverAnswer("z3", _version(len(queries), confirmed), len(queries))


def _version(queries: int, confirmed: int) -> str:
    import z3

    version: str = z3.get_version_string()
    if not has_second():
        return version
    second = f"cvc5 {importlib.import_module('cvc5').__version__}"
    if confirmed == queries:
        return f"{version} and {second}"
    return f"{version}, of whose answers {second} confirms {confirmed}"


def confirm_steps(steps: Sequence[Step]) -> int:
    """Ask the solvers what the kernel has decided by truth tables; the number of questions.

    A second road, for steps of any size. Raises `Rejected` where a solver finds other than that
    every step holds, has premises that fit together, and needs each of them.
    """
    asked = 0
    for step in steps:
        for text, name, wanted in _questions(step):
            asked += 1
            if decide(text, name) is not wanted:
                raise Rejected(f"step {name} is {'un' if wanted else ''}satisfiable")
    return asked


def _questions(step: Step) -> Iterator[tuple[str, str, bool]]:
    yield step_script(step), step.name, False
    yield step_script(step, conclude=False), f"{step.name}, premises alone", True
    for premise in step.premises:
        yield step_script(step, premise), f"{step.name} without {premise}", True


# --- text ----------------------------------------------------------------------------------


def _title(name: str, without: str | None, conclude: bool) -> str:
    if without is not None:
        name = f"{name}, without premise {without}"
    return " ".join((name if conclude else f"{name}, premises alone").split())


def _text(
    title: str, logic: str, lines: Sequence[str], conclusion: str, *, conclude: bool
) -> str:  # fmt: skip
    last = [f"(assert (! (not {conclusion}) :named |not the conclusion|))"] if conclude else []
    return "\n".join([f"; {title}", f"(set-logic {logic})", *lines, *last, "(check-sat)"]) + "\n"


def _symbol(name: str) -> str:
    """A quoted symbol; the two signs that it cannot hold, and the escape itself, are escaped."""
    for sign in "%|\\":
        name = name.replace(sign, f"%{ord(sign):02X}")
    return f"|{name}|"


_WORDS = {Op.AND: "and", Op.OR: "or", Op.XOR: "xor"}


def _gate(gate: Gate, terms: Sequence[str]) -> str:
    if gate.op is Op.CONST0:
        return "false"
    if gate.op is Op.CONST1:
        return "true"
    if gate.op is Op.NOT:
        return f"(not {terms[0]})"
    if len(terms) == 1:  # the identity, and AND, OR, XOR of one argument
        return terms[0]
    return f"({_WORDS[gate.op]} {' '.join(terms)})"


_TOKEN = re.compile(r'\s+|\(|\)|\|[^|\\]*\||"(?:[^"]|"")*"|[^\s()|";]+')


def _is_one_expression(text: str) -> bool:
    """Whether a text is one atom or one pair of brackets with what is in it; no comments."""
    depth = expressions = place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            return False
        token, place = found.group(), found.end()
        if token.isspace():
            continue
        if token == ")":
            depth -= 1
            if depth < 0:
                return False
            continue
        expressions += depth == 0
        depth += token == "("
    return depth == 0 and expressions == 1


def _one_answer(engine: str, lines: Sequence[str]) -> str:
    # cvc5 adds its reason to an "unknown".
    said = [re.sub(r"^unknown \(.*\)$", "unknown", line.strip()) for line in lines if line.strip()]
    if len(said) != 1 or said[0] not in ANSWERS:
        raise ValueError(f"{engine} cannot read the query: {' '.join(said) or 'no answer'}")
    return said[0]
