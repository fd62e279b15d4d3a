"""Theorems 4.1 and 4.2 with other ends of the running parity: which law, and how far from D_n.

Source of the samplers: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1 and 4.2, with y_(-1) = 1,
or with a fair y_(n-1) (`model.samplers.ablated`); note PARITY-ERROR. The accounts are those of
`parity_samplers` with other ends; strings that are made, with their spare bits, correspond one to
one to coins, so that their weights are known, and queries sum up the differences.
"""

from __future__ import annotations

from dataclasses import replace

from dlmcheck.model.reductions.folding import negated
from dlmcheck.model.samplers.ablated import Boundary, remasking_rules, revision_rules
from dlmcheck.model.samplers.local_rules import LocalSampler
from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Step
from dlmcheck.verify.proofs.arithmetic import query
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.parity import LocalProof, local_proof
from dlmcheck.verify.proofs.parity_account import (
    Account,
    Ask,
    Formula,
    RoundAccount,
    Stage,
    Support,
    shown,
)
from dlmcheck.verify.proofs.parity_samplers import AT_LEAST_TWO, BY_PLACE, EVERY_UNIT
from dlmcheck.verify.proofs.positions import Index
from dlmcheck.verify.proofs.terms import Argument

STATEMENT = (
    "other ends of the running parity: distances 1, 1, 1/2 and 1/4 from D_n, for every n >= 1, "
    "the last one for n >= 2"
)


def _odd(_f: Formula, total: Literal, _before: Ask, _last: Ask, _spare: Ask) -> Literal:
    return total


def _last_is_forgotten(f: Formula, _total: Literal, before: Ask, last: Ask, spare: Ask) -> Literal:
    return f.choose(before(), last(), f.scene.same(last(), spare()))


ODD = Support("the string is odd", _odd)
FORGOTTEN = Support(
    "after an odd prefix the last token is 1, after an even one it is the spare bit",
    _last_is_forgotten,
)


class _Ends:
    """The running parity y between two ends, as functions of the coins."""

    def __init__(self, boundary: Boundary) -> None:
        self.boundary = boundary

    def y(self, f: Formula, i: Index) -> Literal:
        if i < 0:
            return f.one() if self.boundary is Boundary.FIRST_ONE else f.zero()
        fair = self.boundary is Boundary.LAST_FAIR or i < f.units - 1
        return f.coin("p1", i) if fair else f.zero()

    def one_each(self, f: Formula, i: Index) -> tuple[Literal, ...]:
        return (self.y(f, i),)

    def difference(self, f: Formula, i: Index) -> tuple[Literal, ...]:
        return (f.parity(self.y(f, i), self.y(f, i - 1)),)

    def carry(self, f: Formula, i: Index) -> Literal:
        return f.parity(self.y(f, i), self.y(f, i * 0 - 1))

    def decode(self, f: Formula, _family: str, i: Index) -> Literal:
        return f.parity(f.prefix(i), self.y(f, i * 0 - 1))

    def coins(self, f: Formula, i: Index) -> tuple[tuple[str, Index], ...]:
        fair = self.boundary is Boundary.LAST_FAIR or i < f.units - 1
        return (("p1", i),) if fair else ()

    # --- remasking ---------------------------------------------------------------------------

    def mask(self, f: Formula, i: Index) -> tuple[Literal, ...]:
        return (self.y(f, i - 1),)

    def left(self, f: Formula, i: Index) -> tuple[Literal, ...]:
        return (f.both(self.y(f, i), ~self.y(f, i - 1)),)

    def forgotten(self, f: Formula, i: Index) -> tuple[Literal, ...]:
        """The final string with a fair last bit: a masked last cell becomes 1."""
        if i < f.units - 1:
            return self.difference(f, i)
        return (f.choose(self.y(f, i - 1), f.one(), self.y(f, i)),)

    def forgotten_carry(self, f: Formula, i: Index) -> Literal:
        if i < f.units - 1:
            return self.y(f, i)
        return f.both(self.y(f, i), ~self.y(f, i - 1))

    def forgotten_coin(self, f: Formula, _family: str, i: Index) -> Literal:
        if i < f.units - 1:
            return f.prefix(i)
        return f.choose(f.prefix(i - 1), f.spare(i), f.z(i))

    def forgotten_spare(self, f: Formula, i: Index) -> Literal | None:
        return None if i < f.units - 1 else self.y(f, i)


def revision_account(boundary: Boundary, sampler: LocalSampler | None = None) -> Account:
    """Theorem 4.1 with y_(-1) = 1, or with a fair last bit; every n >= 1."""
    ends = _Ends(boundary)
    return Account(
        STATEMENT,
        sampler or revision_rules(boundary),
        2,
        EVERY_UNIT,
        BY_PLACE,
        (RoundAccount(shown(ends.one_each)), RoundAccount(shown(ends.difference))),
        ends.carry,
        ends.coins,
        ends.decode,
        support=ODD if boundary is Boundary.FIRST_ONE else None,
    )


def remasking_account(boundary: Boundary, sampler: LocalSampler | None = None) -> Account:
    """Theorem 4.2's two rounds: with y_(-1) = 1, n >= 1, or with a fair last bit, n >= 2."""
    ends = _Ends(boundary)
    first = boundary is Boundary.FIRST_ONE
    string = ends.difference if first else ends.forgotten
    return Account(
        STATEMENT,
        sampler or remasking_rules(boundary),
        1,
        EVERY_UNIT if first else AT_LEAST_TWO,
        BY_PLACE if first else BY_PLACE[1:],
        (
            RoundAccount(shown(ends.one_each), Stage(ends.mask, ends.left)),
            RoundAccount(shown(string), shown(string)),
        ),
        ends.carry if first else ends.forgotten_carry,
        ends.coins,
        ends.decode if first else ends.forgotten_coin,
        None if first else ends.forgotten_spare,
        support=ODD if first else FORGOTTEN,
    )


# --- distances -----------------------------------------------------------------------------

_DISTANCE = "the distance is half the sum of the differences"


def distance_queries() -> tuple[Query, ...]:
    """N strings of each parity, or Q prefixes of each parity; w is the weight of one seed."""
    return (
        query(
            "odd strings only: distance 1",
            "QF_NRA",
            "N w distance",
            (
                ("as many odd strings as seeds", "(= (* N w) 1)"),
                (_DISTANCE, "(= (* 2 distance) (+ (* N w) (* N w)))"),
            ),
            "(= distance 1)",
        ),
        query(
            "all strings: distance 1/2",
            "QF_NRA",
            "N w distance",
            (
                ("as many strings as seeds", "(= (* 2 (* N w)) 1)"),
                (_DISTANCE, "(= (* 2 distance) (+ (* N (- (* 2 w) w)) (* N w)))"),
            ),
            "(= (* 2 distance) 1)",
        ),
        query(
            "a last bit that is forgotten after odd prefixes: distance 1/4",
            "QF_NRA",
            "Q w distance",
            (
                ("two seeds for each of the prefixes", "(= (* 4 (* Q w)) 1)"),
                (_DISTANCE, "(= (* 2 distance) (+ (* Q (- (* 2 w) w)) (* Q w)))"),
            ),
            "(= (* 4 distance) 1)",
        ),
    )


def flipped() -> Step:
    """Flipping a bit of the prefix pairs the odd prefixes with the even ones."""
    s = Implication("a flipped bit changes the parity of a prefix", "bit", "others odd")
    odd = s.folder.parity_of([s["bit"], s["others odd"]])
    after = s.folder.parity_of([negated(s["bit"]), s["others odd"]])
    return s.concludes(negated(s.same(odd, after)))


PARTS: tuple[str, ...] = (
    "T4.1, y_0 = 1",
    "T4.1, fair last bit",
    "T4.2, y_0 = 1",
    "T4.2, fair last bit",
)


def accounts() -> tuple[Account, ...]:
    """The four accounts, in the order of `PARTS`."""
    boundaries = (Boundary.FIRST_ONE, Boundary.LAST_FAIR)
    return (*map(revision_account, boundaries), *map(remasking_account, boundaries))


def local_proofs() -> tuple[LocalProof, ...]:
    """The proof of each account."""
    return tuple(map(local_proof, accounts()))


def argument() -> Argument:
    """All four laws, and their distances from D_n."""
    found = list(zip(PARTS, local_proofs(), strict=True))
    queries = [
        replace(one, name=f"{part}: {one.name}") for part, local in found for one in local.queries
    ]
    queries += distance_queries()
    base = [
        replace(step, name=f"{part}: {step.name}") for part, one in found for step in one.proof.base
    ]
    steps = [
        replace(step, name=f"{part}: {step.name}")
        for part, one in found
        for step in one.proof.steps
    ]
    proof = Proof(
        STATEMENT,
        tuple(base),
        (*steps, flipped()),
        found[0][1].proof.rules,
        tuple(one.name for one in queries),
        (
            "Rounds, telescoping and bijection are those of T4.1 and T4.2, with other ends.",
            "With y_(-1) = 1 the sum of z is 1: coins correspond to odd strings, distance 1.",
            "With a fair last bit T4.1 makes every string once: distance 1/2.",
            (
                "By remasking the last cell forgets its coin if the prefix is odd, and then shows "
                "1; after an even prefix it shows the coin: a quarter of the weight is misplaced."
            ),
            "For n >= 2 flipping a bit shows that half of the prefixes are odd.",
        ),
    )
    return Argument(proof, tuple(queries))
