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

from dataclasses import dataclass

from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule
from dlmcheck.verify.proofs.local_wires import Scene
from dlmcheck.verify.proofs.parity_account import UNIT, Account, Formula, nowhere
from dlmcheck.verify.proofs.parity_rounds import round_steps
from dlmcheck.verify.proofs.parity_steps import Kind, LocalStep
from dlmcheck.verify.proofs.parity_strings import string_steps
from dlmcheck.verify.proofs.positions import Frame, exhaustive


@dataclass(frozen=True, eq=False)
class LocalProof:
    """The steps and queries of an account."""

    account: Account
    steps: tuple[LocalStep, ...]
    queries: tuple[Query, ...]

    @property
    def proof(self) -> Proof:
        """As the kernel takes it: the steps of round 1 and of the first unit are the base."""
        first = self.account.layout.first
        base = [s.step for s in self.steps if _is_base(s, first)]
        return Proof(
            self.account.statement,
            tuple(base),
            tuple(s.step for s in self.steps if s.step not in base),
            (Rule.ROUNDS, Rule.POSITIONS, Rule.SITUATIONS, Rule.UNIFORM, Rule.BIJECTION),
            tuple(query.name for query in self.queries),
            self.account.skeleton,
        )


def _is_base(step: LocalStep, first: int) -> bool:
    if step.number:
        return step.number == 1
    example = step.situation.example
    return step.kind is Kind.TELESCOPING and example is not None and example[UNIT] == first


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
        made += [*round_steps(account, frame), *string_steps(account, frame)]
        queries += frame.queries()
    order = {step: number for number, step in enumerate(made)}
    kinds = list(Kind)
    made.sort(key=lambda s: (not s.number, s.number, kinds.index(s.kind), order[s]))
    return LocalProof(account, tuple(made), tuple(queries))


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
