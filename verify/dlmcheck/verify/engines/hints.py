"""Refutations with hints: found by CaDiCaL, or made from proofs without hints; and trimmed.

Nothing here is trusted: what comes out is text in the LRAT format, for
`kernel.refutation.check_lrat` to go through. CaDiCaL (through python-sat) writes its hints itself;
for a proof of another solver `elaborate` finds them by unit propagation, which is slower.
`trimmed` keeps what the empty clause rests on and says when a clause is not needed any more, so
that a checker needs little memory.
"""
# The SAT solver's package has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import count, islice
from math import inf
from time import monotonic
from typing import IO, Any

from dlmcheck.verify.kernel.refutation import Addition, Clause, read_lrat
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import Formula, Model

SOLVER = "CaDiCaL 1.9.5"
CONFLICTS_AT_ONCE = 5000
"""So many conflicts are allowed between two looks at the clock: some tenths of a second."""
PROOF_BYTES = 50_000_000
"""One that is longer as CaDiCaL writes it is given up: trimming takes some 15 bytes for each."""
DELETED_AT_ONCE = 1000
"""Clauses that are not needed any more are deleted in lots of this size."""


def refute(formula: Formula) -> Model | str:
    """A model of the formula, or a trimmed refutation with hints by CaDiCaL. Not checked here."""
    found = refute_within(formula, None)
    assert found is not None
    return found


def refute_within(
    formula: Formula, conflicts: int | None, *, deadline: float | None = None
) -> Model | str | None:
    """As `refute`; None if so many conflicts were not enough.

    With a deadline (of `time.monotonic`) None, too, if neither is found until then, or not with a
    proof of `PROOF_BYTES`; trimming comes after it.
    """
    from pysat.solvers import Cadical195

    # The names behind the class, one of which sets up a proof; they have no types at all.
    pysolvers: Any = import_module("pysolvers")
    clauses = formula.clauses
    if () in clauses:  # python-sat does not pass it on
        return trimmed(len(clauses), [Addition(len(clauses) + 1, (), (clauses.index(()) + 1,))])
    solver = Cadical195()
    with tempfile.TemporaryFile() as file:
        try:
            # A proof has to be asked for before the first clause, its format before that.
            solver.configure({"lrat": 1, "binary": 0})
            pysolvers.cadical195_tracepr(solver.cadical, file)
            solver.append_formula(clauses)
            answer = _solved(solver, conflicts, deadline, file)
            if answer is None:
                return None
            if answer:
                return Model(frozenset(v for v in solver.get_model() or [] if v > 0))
        finally:
            # This also writes what is left of the proof. The file is closed here, not there.
            pysolvers.cadical195_del(solver.cadical, file)
            solver.cadical = None
        file.seek(0)
        text = file.read().decode("ascii")
    return trimmed(len(clauses), _in_order(len(clauses), list(additions(text))))


def _solved(
    solver: Any, conflicts: int | None, deadline: float | None, proof: IO[bytes]
) -> bool | None:
    """Whether there is a model; None past one of the limits."""
    if deadline is None and conflicts is None:
        return bool(solver.solve())
    left = inf if conflicts is None else conflicts
    answer: bool | None = None
    while answer is None and left > 0:
        at_once = int(left) if deadline is None else int(min(left, CONFLICTS_AT_ONCE))
        solver.conf_budget(at_once)
        # What was learnt is kept from one call to the next, and so is the proof.
        answer = solver.solve_limited()
        left -= at_once
        if deadline is not None and monotonic() > deadline:
            break
        if deadline is not None and os.fstat(proof.fileno()).st_size > PROOF_BYTES:
            break
    return answer


def _in_order(clauses: int, steps: Sequence[Addition]) -> Iterator[Addition]:
    """The steps with the clauses numbered 1, 2, ... and the lemmas after them.

    CaDiCaL numbers clauses and lemmas in the order in which it comes by them, and propagates units
    while it is still taking clauses in: then the first lemmas stand between clauses.
    """
    taken = {step.number for step in steps}
    own = (number for number in count(1) if number not in taken)
    renamed = {number: k for k, number in enumerate(islice(own, clauses), start=1)}
    for k, step in enumerate(steps, start=clauses + 1):
        renamed[step.number] = k
        yield Addition(k, step.lemma, tuple(renamed[hint] for hint in step.hints))


def additions(proof: str) -> Iterator[Addition]:
    """The lemmas of a proof with hints, without its deletions."""
    return (step for step in read_lrat(proof) if isinstance(step, Addition))


def trimmed(clauses: int, lemmas: Iterable[Addition]) -> str:
    """The proof without what the empty clause does not rest on; `clauses` is their number.

    Lemmas are numbered anew, without gaps, and clauses deleted after their last use.
    Raises `Rejected` if there is no empty clause.
    """
    kept: list[Addition] = []
    for step in lemmas:
        kept.append(step)
        if not step.lemma:
            break
    else:
        raise Rejected("the proof does not reach the empty clause")
    needed: set[int] = {kept[-1].number}
    last_use: dict[int, list[int]] = {}
    core: list[Addition] = []
    for step in reversed(kept):
        if step.number not in needed:
            continue
        core.append(step)
        fresh = [hint for hint in dict.fromkeys(step.hints) if hint not in needed]
        needed.update(fresh)
        last_use[step.number] = fresh
    core.reverse()
    renamed = {step.number: clauses + k for k, step in enumerate(core, start=1)}
    lines: list[str] = []
    done: list[int] = []
    for step in core:
        number = renamed[step.number]
        hints = [renamed.get(hint, hint) for hint in step.hints]
        lines.append(" ".join(map(str, (number, *step.lemma, 0, *hints, 0))))
        done += [renamed.get(hint, hint) for hint in last_use[step.number]]
        if len(done) >= DELETED_AT_ONCE:
            lines.append(" ".join(map(str, (number, "d", *done, 0))))
            done.clear()
    return "\n".join(lines) + "\n"


def elaborate(clauses: Sequence[Clause], lemmas: Iterable[Clause]) -> str:
    """A trimmed refutation with hints from one without. Raises `Rejected` if it is none."""
    return trimmed(len(clauses), _with_hints(clauses, lemmas))


def _with_hints(clauses: Sequence[Clause], lemmas: Iterable[Clause]) -> Iterator[Addition]:
    propagation = _Reasons()
    for number, clause in enumerate(clauses, start=1):
        propagation.add(number, clause)
    for number, lemma in enumerate(lemmas, start=len(clauses) + 1):
        if any(-literal in lemma for literal in lemma):
            continue  # always true, and of no use
        hints = propagation.conflict(lemma)
        if hints is None:
            raise Rejected(f"lemma {number - len(clauses)} does not follow by unit propagation")
        yield Addition(number, lemma, hints)
        if not lemma:
            return
        propagation.add(number, lemma)


class _Reasons:
    """Unit propagation that remembers which clause made each literal true.

    Literals that hold without assumptions stay at the beginning of the trail.
    """

    def __init__(self) -> None:
        self.clauses: dict[int, list[int]] = {}
        self.watched: dict[int, list[int]] = {}
        self.reason: dict[int, int] = {}
        """Each true literal with the clause that made it so; 0 for an assumption."""
        self.trail: list[int] = []
        self.broken: int | None = None
        """A clause that is false without assumptions."""

    def add(self, number: int, clause: Clause) -> None:
        """Take a clause in, and propagate what follows without assumptions."""
        literals = list(dict.fromkeys(clause))
        if any(-literal in literals for literal in literals):
            return  # always true
        literals.sort(key=lambda literal: -literal in self.reason)
        self.clauses[number] = literals
        for literal in literals[:2]:
            self.watched.setdefault(literal, []).append(number)
        if self.broken is not None:
            return
        if not literals or -literals[0] in self.reason:
            self.broken = number
        elif (len(literals) == 1 or -literals[1] in self.reason) and (
            literals[0] not in self.reason
        ):
            start = len(self.trail)
            self._assign(literals[0], number)
            self.broken = self._propagate(start)

    def conflict(self, lemma: Clause) -> tuple[int, ...] | None:
        """Hints with which the lemma's negation leads to a conflict; None if it does not."""
        if self.broken is not None:
            return self._hints(self.broken)
        start = len(self.trail)
        found: int | None = None
        for literal in lemma:
            if literal in self.reason:  # it holds anyway: its own reason is the conflict
                cause = self.reason[literal]
                found = cause or None
                break
            if -literal not in self.reason:
                self._assign(-literal, 0)
        if found is None:
            found = self._propagate(start)
        hints = None if found is None else self._hints(found)
        for literal in self.trail[start:]:
            del self.reason[literal]
        del self.trail[start:]
        return hints

    def _assign(self, literal: int, number: int) -> None:
        self.reason[literal] = number
        self.trail.append(literal)

    def _propagate(self, start: int) -> int | None:
        """Go on from a place of the trail; a clause that became false, if any."""
        reason = self.reason
        place = start
        while place < len(self.trail):
            false = -self.trail[place]
            place += 1
            watching = self.watched.get(false, [])
            kept: list[int] = []
            for position, number in enumerate(watching):
                clause = self.clauses[number]
                if clause[0] == false and len(clause) > 1:
                    clause[0], clause[1] = clause[1], clause[0]
                if clause[0] in reason:
                    kept.append(number)
                    continue
                for j in range(2, len(clause)):
                    if -clause[j] not in reason:
                        clause[1], clause[j] = clause[j], clause[1]
                        self.watched.setdefault(clause[1], []).append(number)
                        break
                else:
                    kept.append(number)
                    if -clause[0] in reason:
                        self.watched[false] = kept + watching[position + 1 :]
                        return number
                    self._assign(clause[0], number)
            self.watched[false] = kept
        return None

    def _hints(self, conflict: int) -> tuple[int, ...]:
        """The clauses behind a conflict, in the order in which they were used."""
        needed = {-literal for literal in self.clauses[conflict]}
        hints = [conflict]
        for literal in reversed(self.trail):
            number = self.reason[literal]
            if literal in needed and number:
                hints.append(number)
                needed.update(-other for other in self.clauses[number] if other != literal)
        return tuple(reversed(hints))
