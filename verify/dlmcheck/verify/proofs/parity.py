"""From an account of an even-parity sampler to a proof for all n.

Steps of four kinds, for every situation of a unit of cells:

    round t, draw / write / remask   what the cells hold afterwards, by the sampler's own rules
    telescoping, even                the running parity of the string is the carry; at the end 0
    seeds from the string            the string (and the spare bits) give every coin back
    string from the seeds            coins read off an even string give that string (and bits)

The last two are the two directions of a bijection between coins and pairs of an even string and
spare bits: so the string is uniform on the even ones. Premises are what earlier steps conclude,
at exactly those cells that the rules read; those that a step does not need are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule
from dlmcheck.verify.proofs.local_wires import Scene
from dlmcheck.verify.proofs.parity_account import UNIT, Account, Formula, nowhere
from dlmcheck.verify.proofs.parity_rounds import round_steps
from dlmcheck.verify.proofs.parity_steps import Kind, LocalStep
from dlmcheck.verify.proofs.parity_strings import string_steps
from dlmcheck.verify.proofs.positions import LOGIC, Frame, exhaustive

RULES = (Rule.ROUNDS, Rule.POSITIONS, Rule.SITUATIONS, Rule.UNIFORM, Rule.BIJECTION)


@dataclass(frozen=True, eq=False)
class LocalProof:
    """A proof with its steps as they were made, and the texts of its queries."""

    statement: str
    steps: tuple[LocalStep, ...]
    queries: tuple[Query, ...]
    skeleton: tuple[str, ...]

    @property
    def proof(self) -> Proof:
        """As the kernel takes it: the steps of round 1 and of the first unit are the base."""
        return Proof(
            self.statement,
            tuple(one.step for one in self.steps if _is_base(one)),
            tuple(one.step for one in self.steps if not _is_base(one)),
            RULES,
            tuple(query.name for query in self.queries),
            self.skeleton,
        )


def _is_base(step: LocalStep) -> bool:
    if step.number:
        return step.number == 1
    example = step.situation.example or {}
    first = step.account.layout.first
    return step.kind is Kind.TELESCOPING and example.get(UNIT) == first


def local_proof(account: Account) -> LocalProof:
    """The proof of an account.

    Raises `Undecided` where a situation leaves open what a rule has to know, `ValueError` where
    the sampler's rules read more tokens than stated, coins that are not there or not their own.
    """
    if account.final.masked is not nowhere:
        raise ValueError("an account ends with every cell visible")
    made: list[LocalStep] = []
    queries = [exhaustive("every unit is in a situation", account.domain, account.situations)]
    for situation in account.situations:
        frame = Frame(situation)
        _check_cells(account, frame)
        found = [*round_steps(account, frame), *string_steps(account, frame)]
        made += [LocalStep.of(account, one) for one in found]
        queries += frame.queries()
    kinds = list(Kind)
    made.sort(key=lambda one: (not one.number, one.number, kinds.index(one.kind)))
    return LocalProof(account.statement, tuple(made), tuple(queries), account.skeleton)


def for_every_parity(statement: str, even: LocalProof, odd: LocalProof) -> LocalProof:
    """One proof from one for n = 2m and one for n = 2m + 1, m >= 1: for every n >= 2."""
    steps: list[LocalStep] = []
    halves = (
        ("n is at least 2", "(>= n 2)"),
        ("m is half of n, rounded down", "(and (<= (* 2 m) n) (< n (+ (* 2 m) 2)))"),
    )
    cases = "(and (>= m 1) (or (= n (* 2 m)) (= n (+ (* 2 m) 1))))"
    declared = ("(declare-const m Int)", "(declare-const n Int)")
    queries = [Query("n is even or odd", LOGIC, declared, halves, cases)]
    for label, proof in (("even n", even), ("odd n", odd)):
        for one in proof.steps:
            steps.append(replace(one, step=replace(one.step, name=f"{label}, {one.step.name}")))
        queries += [replace(query, name=f"{label}, {query.name}") for query in proof.queries]
    return LocalProof(statement, tuple(steps), tuple(queries), even.skeleton)


def _check_cells(account: Account, frame: Frame) -> None:
    """The cells of the units are 0, ..., n-1, one after the other."""
    f = Formula(Scene(frame), account)
    unit = frame.index(UNIT)
    cells = account.layout.cells(unit)
    after = f.n if unit == f.units - 1 else account.layout.cells(unit + 1)[0]
    start_fits = unit > account.layout.first or cells[0] == 0
    follows = all(b == a + 1 for a, b in zip(cells, (*cells[1:], after), strict=True))
    if not start_fits or not follows:
        raise ValueError(f"situation {frame.situation.name}: the cells leave a gap")
