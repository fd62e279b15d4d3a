"""Adaptive against fixed schedules: min(3, k+1) rounds against k+1, for every k.

Source: our note ROUNDS-WRITE-ONCE. Two blocks P and Q of k bits, and a fair order: one block is
fair, the other shows its first 1, and every cell also shows the order. Whether a bit is the first
1, and what a cell shows, are the rules of `model.targets.orders`, gone through by their tables.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.targets.orders import is_first_one, with_order
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.locality import Planted
from dlmcheck.verify.proofs.one_cell_rounds import a_state_keeps_its_event, one_of_two
from dlmcheck.verify.proofs.rigidity import event_steps, start_steps
from dlmcheck.verify.proofs.tables import tabulated
from dlmcheck.verify.proofs.terms import Argument, Term, differ, linear, real

STATEMENT = "either order, marked, 2k tokens: min(3, k+1) rounds adaptive, k+1 fixed, for every k"


def _first(s: Implication, bit: str, earlier: str) -> Wire:
    wires = {"bit": s[bit], "earlier": s[earlier]}
    return tabulated(s, wires, lambda v: is_first_one(v["bit"], earlier=v["earlier"]))


# --- pairs that exclude each other -------------------------------------------------------------


def one_order() -> Step:
    """Any two cells show the same order."""
    s = Implication("any two cells show one order", "order", "bit", "other bit")

    def shown(bit: str) -> Wire:
        wires = {"order": s["order"], "bit": s[bit]}
        return tabulated(s, wires, lambda v: with_order(int(v["bit"]), int(v["order"])) >= 2)

    return s.concludes(
        s.both(s.same(shown("bit"), s["order"]), s.same(shown("other bit"), s["order"]))
    )


def two_firsts() -> Step:
    """Two places cannot both have the first 1."""
    s = Implication(
        "two places have not both the first 1", "bit i", "before i", "bit j", "before j"
    )
    s.premise("i is before j", s.implies(s.either(s["bit i"], s["before i"]), s["before j"]))
    both = s.both(_first(s, "bit i", "before i"), _first(s, "bit j", "before j"))
    return s.concludes(negated(both))


def a_one_before() -> Step:
    """Behind a 1 there is no first 1."""
    s = Implication("behind a 1 there is no first 1", "bit i", "bit j", "before j")
    s.premise("i is before j", s.implies(s["bit i"], s["before j"]))
    return s.concludes(negated(s.both(s["bit i"], _first(s, "bit j", "before j"))))


def a_zero_here() -> Step:
    """Where the fair bit is 0 the first 1 is not."""
    s = Implication("a 0 is no first 1", "bit", "before")
    return s.concludes(s.implies(negated(s["bit"]), negated(_first(s, "bit", "before"))))


def alone() -> Step:
    """With a single 1 it is the first, and every other place shows 0 twice."""
    s = Implication(
        "a single 1 is the first, and nothing else is 1", "bit i", "before i", "bit m", "before m"
    )
    s.premise("i has the single 1", s.both(s["bit i"], negated(s["before i"])))
    s.premise("no other place has one", negated(s["bit m"]))
    other = _first(s, "bit m", "before m")
    return s.concludes(s.both(_first(s, "bit i", "before i"), negated(other)))


# --- what is certain, what is free -------------------------------------------------------------


def first_place() -> Step:
    """In the first place the bit is the first 1 or 0: both blocks show the same."""
    s = Implication("in the first place both blocks show the same", "bit", "before")
    s.premise("nothing is before", negated(s["before"]))
    return s.concludes(s.same(_first(s, "bit", "before"), s["bit"]))


def behind_is_free() -> Step:
    """Behind the first 1 a flipped bit changes nothing that the other block shows."""
    s = Implication("behind the first 1 bits are free", "bit", "new", "before")
    s.premise("the first 1 is before", s["before"])
    later = s.same(s.either(s["bit"], s["before"]), s.either(s["new"], s["before"]))
    return s.concludes(
        s.both(s.same(_first(s, "bit", "before"), _first(s, "new", "before")), later)
    )


# --- queries -----------------------------------------------------------------------------------

TOUCHED, NEW, AFTER, ROUND, ROUNDS, K = map(Term, ("touched", "new", "after", "t", "rounds", "k"))


def queries() -> tuple[Query, ...]:
    """Dependence from what excludes itself, and the rounds counted."""
    both, first, second, none = map(Term, ("both", "only_first", "only_second", "neither"))
    return (
        real(
            "two values that exclude each other make dependent cells",
            {
                "never both": both.equals(0),
                "the first is possible": Term("0").below(first),
                "the second is possible": Term("0").below(second),
            },
            differ(none * both, first * second),
        ),
        linear(
            "a fixed round touches one place more at most",
            {
                "so far": TOUCHED.at_most(ROUND),
                "one cell of a new place": NEW.at_most(1),
                "together": AFTER.equals(TOUCHED + NEW),
            },
            AFTER.at_most(ROUND + 1),
        ),
        linear(
            "the other cell of the last place comes later",
            {
                "all places": K.at_most(TOUCHED),
                "touched by then": TOUCHED.at_most(ROUND),
                "a round later": (ROUND + 1).at_most(ROUNDS),
            },
            (K + 1).at_most(ROUNDS),
        ),
        linear(
            "adaptive: one cell, the fair block, the other one; for k = 1 the first two are one",
            {
                "at most": ROUNDS.equals(Term(f"(ite {K.equals(1)} 2 3)")),
                "a place": Term("1").at_most(K),
            },
            ROUNDS.equals(Term(f"(ite {(K + 1).at_most(3)} (+ k 1) 3)")),
        ),
        a_state_keeps_its_event(),
    )


def argument(planted: Planted | None = None) -> Argument:
    """Every k >= 1."""
    asked = queries()
    proof = Proof(
        STATEMENT,
        start_steps(planted),
        (
            *event_steps(planted),
            *(one_of_two(), one_order(), two_firsts(), a_one_before(), a_zero_here(), alone()),
            *(first_place(), behind_is_free()),
        ),
        (Rule.ROUNDS, Rule.POSITIONS, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS, Rule.BIJECTION),
        tuple(query.name for query in asked),
        (
            "Every cell shows the order, so round 1 writes one cell.",
            (
                "Fixed, later, if all that is visible is 0: of two cells of untouched places take "
                "the order in which the later one shows firsts. Then two values exclude each other "
                "that are both possible, with a single 1 in the fair block or none."
            ),
            "So a round touches one new place, in one cell; the last place's other cell is later.",
            (
                "k + 1 are enough: P bit by bit, then Q, which is certain up to its first 1, and "
                "free behind it."
            ),
            (
                "Adaptive: the first cell of P shows the order and is the first bit of either "
                "block; the rest of the fair block is fair, and the other block certain."
            ),
            (
                "Two are not enough for k >= 2: in the order in which the first cell is of the "
                "fair block, and 0, another place is dependent in its two cells."
            ),
        ),
    )
    return Argument(proof, asked)
