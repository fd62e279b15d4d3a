"""Refutations of clauses, checked by unit propagation alone.

Two forms. A list of *lemmas*, each of which follows from the clauses and the earlier lemmas by unit
propagation, ending with the empty one (Goldberg, Novikov, "Verification of proofs of
unsatisfiability for CNF formulas", 2003); the checker finds the propagations itself. And the same
with *hints*, the clauses to propagate with, in order (LRAT: Cruz-Filipe, Heule, Hunt, Kaufmann,
Schneider-Kamp, "Efficient certified RAT verification", 2017, here without its RAT steps, which
introduce what does not follow); checking takes time linear in the proof.

Deletions in a proof save memory only: what is deleted is not used any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

Clause = tuple[int, ...]
"""Literals as in DIMACS: v or -v for a variable v >= 1."""


# --- clauses as text -----------------------------------------------------------------------


def dimacs(variables: int, clauses: Sequence[Clause]) -> str:
    r"""Clauses as a DIMACS file.

    >>> dimacs(2, [(1, -2), ()])
    'p cnf 2 2\n1 -2 0\n0\n'
    """
    lines = [f"p cnf {variables} {len(clauses)}"]
    lines += [" ".join(map(str, (*clause, 0))) for clause in clauses]
    return "\n".join(lines) + "\n"


# --- with hints ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Addition:
    """A lemma with its number, and the numbers of the clauses that it follows from."""

    number: int
    lemma: Clause
    hints: tuple[int, ...]


@dataclass(frozen=True)
class Deletion:
    """Numbers of clauses that are not needed any more."""

    numbers: tuple[int, ...]


def read_lrat(text: str, source: str = "proof") -> Iterator[Addition | Deletion]:
    """The steps of a proof with hints: one a line, `NUMBER LITERALS 0 HINTS 0` or `_ d NUMBERS 0`.

    Raises `MalformedSyntax`, with the line, for a line that is neither.
    """
    for line, content in enumerate(text.splitlines(), start=1):
        try:
            first, *rest = content.split()
            if rest[0] == "d":
                *numbers, end = map(int, rest[1:])
                if end != 0 or 0 in numbers:
                    raise ValueError
                yield Deletion(tuple(numbers))
                continue
            number, fields = int(first), list(map(int, rest))
            middle = fields.index(0)
            hints = fields[middle + 1 : -1]
            if fields[-1] != 0 or 0 in hints or middle == len(fields) - 1:
                raise ValueError
        except (ValueError, IndexError):
            raise MalformedSyntax(
                f"{content[:40]!r} is no step of a proof",
                source=source,
                line=line,
                expected="NUMBER LITERALS 0 HINTS 0, or NUMBER d NUMBERS 0",
            ) from None
        yield Addition(number, tuple(fields[:middle]), tuple(hints))


def check_lrat(clauses: Iterable[Clause], steps: Iterable[Addition | Deletion]) -> int:
    """Check a refutation with hints; the number of lemmas gone through, to the empty one.

    The clauses have the numbers 1, 2, ... in their order.

    Raises `Rejected` for a lemma that does not follow by its hints in their order, a hint that is
    no clause at that time, a number that is taken, and a proof without the empty clause.
    """
    known = {number: frozenset(clause) for number, clause in enumerate(clauses, start=1)}
    lemmas, last = 0, len(known)
    for step in steps:
        if isinstance(step, Deletion):
            for number in step.numbers:
                if known.pop(number, None) is None:
                    raise Rejected(f"there is no clause {number} to delete")
            continue
        if step.number <= last:
            raise Rejected(f"the number {step.number} is taken, or comes after a larger one")
        _check_hints(known, step)
        lemmas += 1
        if not step.lemma:
            return lemmas
        last = step.number
        known[last] = frozenset(step.lemma)
    raise Rejected("the proof does not reach the empty clause")


def _check_hints(known: dict[int, frozenset[int]], step: Addition) -> None:
    """Assume that the lemma is false; each hint then has one literal left, the last one none."""
    false = set(step.lemma)
    for hint in step.hints:
        clause = known.get(hint)
        if clause is None:
            if hint < 0:
                raise Rejected(f"lemma {step.number} is a RAT step, which are not accepted")
            raise Rejected(f"lemma {step.number}: there is no clause {hint}")
        left = clause - false
        if not left:
            return
        if len(left) > 1:
            raise Rejected(f"lemma {step.number}: clause {hint} has {len(left)} literals left")
        (literal,) = left
        false.add(-literal)
    raise Rejected(f"lemma {step.number}: its hints lead to no conflict")


# --- without hints -------------------------------------------------------------------------


def check_rup(clauses: Iterable[Clause], lemmas: Iterable[Clause]) -> int:
    """Check a refutation without hints; the number of lemmas gone through, to the empty one.

    Raises `Rejected` if a lemma does not follow, or the empty clause is never reached.
    """
    propagation = _Propagation()
    for clause in clauses:
        propagation.add(clause)
    for number, lemma in enumerate(lemmas, start=1):
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


# --- a claim -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Encoded:
    """Clauses, and what it means if they have no model.

    `encoder` is the name of the code that made them. That code is trusted: that the clauses say
    what `statement` says is argued in its note and tested, not replayed.
    """

    statement: str
    encoder: str
    variables: int
    clauses: tuple[Clause, ...]


def check_claim(encoded: Encoded, written: str, proof: str) -> Checked:
    """PROVED if the clauses, built here anew, are those written down, and the proof refutes them.

    `written` is a DIMACS file, compared byte for byte; `proof` is text with hints.
    Raises `Rejected` if the clauses are others or the proof is none, `MalformedSyntax` for text
    that is no proof.
    """
    ours = dimacs(encoded.variables, encoded.clauses)
    if written != ours:
        raise Rejected(_first_difference(ours, written, encoded.encoder))
    lemmas = check_lrat(encoded.clauses, read_lrat(proof))
    evidence = Certificate(
        f"refutation of {len(encoded.clauses)} clauses by the encoder {encoded.encoder!r}",
        "the kernel, by the hints of the proof",
        lemmas,
    )
    return kernel_result(encoded.statement, Verdict.PROVED, evidence)


def _first_difference(ours: str, written: str, encoder: str) -> str:
    lines = zip(ours.splitlines(), written.splitlines(), strict=False)
    number = next((k for k, (a, b) in enumerate(lines, start=1) if a != b), 0)
    where = f"line {number} is another" if number else "their number, or the end of a line, differs"
    return f"the clauses are not those that the encoder {encoder!r} makes of the claim: {where}"
