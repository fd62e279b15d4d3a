"""Laws that are written a cell a round: tilted even parity and strings of fixed weight, all n.

Source: our note ROUNDS-WRITE-ONCE, which has the arguments. Write-once, L = n, F deterministic,
any predictor. By the event identity (the steps are those of `rigidity`) the tokens of a round are
independent under the target given what is visible. If no two masked cells are, a round writes one
cell, and n cells take n rounds; that many are enough for any law.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import negated
from dlmcheck.model.reductions.trace import cell_round
from dlmcheck.model.targets.recurrences import (
    parity_with_one_more,
    tilted_pair,
    zeros_made_ones,
)
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.locality import Planted
from dlmcheck.verify.proofs.rigidity import event_steps, start_steps
from dlmcheck.verify.proofs.terms import Argument, Term, between, differ, linear, real

TILTED = "tilted even parity, no weight 1: n rounds write-once, for every n and all weights"
WEIGHT = "uniform on strings with k ones, 0 < k < n: n rounds write-once, for all n and k"
ONE_HOT = "the uniform one-hot law: n rounds write-once, for every n"

RULES = (Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS)
TOGETHER = "tokens that are written together are independent"

# --- rounds ------------------------------------------------------------------------------------


def one_of_two() -> Step:
    """Of two dependent masked cells a round writes at most one."""
    s = Implication(
        "of two dependent cells at most one is written",
        *("masked i", "F i", "masked j", "F j", "independent"),
    )
    written = [cell_round(s.folder, s[f"masked {c}"], s[f"F {c}"]).written for c in "ij"]
    s.premise(TOGETHER, s.implies(s.both(*written), s["independent"]))
    s.premise("these two are not independent", negated(s["independent"]))
    return s.concludes(negated(s.both(*written)))


BEFORE, AFTER, CELLS, ROUND, ROUNDS, WRITTEN = map(
    Term, ("before", "after", "n", "t", "rounds", "written")
)


def at_least_n() -> tuple[Query, ...]:
    """A cell a round, counted."""
    return (
        linear(
            "after t+1 rounds n-t-1 cells are masked",
            {
                "the claim after t rounds": (CELLS - ROUND).at_most(BEFORE),
                "at most one is written": WRITTEN.at_most(1),
                "what is written is no longer masked": AFTER.equals(BEFORE - WRITTEN),
            },
            (CELLS - ROUND - 1).at_most(AFTER),
        ),
        linear(
            "when nothing is masked n rounds have passed",
            {
                "the claim for masked cells": (CELLS - ROUNDS).at_most(AFTER),
                "nothing is masked": AFTER.equals(0),
            },
            CELLS.at_most(ROUNDS),
        ),
    )


def a_state_keeps_its_event() -> Query:
    """Tokens drawn from their conditional laws: a state has the probability of its event."""
    reached, event, longer, chance = map(Term, ("reached", "event", "longer", "chance"))
    return real(
        "a state keeps the probability of its event",
        {
            "before the round": reached.equals(event),
            "the chance is conditional": (chance * event).equals(longer),
        },
        (reached * chance).equals(longer),
    )


def n_rounds_are_enough() -> Query:
    """A cell a round, drawn from its conditional law, is enough for any law."""
    return linear(
        "n rounds write n cells",
        {
            "one is written in each": AFTER.equals(CELLS - ROUNDS),
            "there are n rounds": ROUNDS.equals(CELLS),
        },
        AFTER.equals(0),
    )


# --- tilted parity -----------------------------------------------------------------------------

EVEN, ODD, WEIGHTED, FIRST, SECOND = map(Term, ("even", "odd", "w", "v", "u"))


def _apart(even: Term, odd: Term) -> str:
    """That neither the sum nor the difference of the two total weights is 0."""
    return f"(and {differ(even + odd, Term('0'))} {differ(even, odd)})"


def parity_left() -> Step:
    """The other masked cells have one parity if the two agree, and the other one if not."""
    s = Implication("what the others have depends on whether the two agree", *"ijrc")
    i, j, rest, due = (s[name] for name in "ijrc")
    s.premise(
        "the masked bits have the parity that is due", s.same(s.folder.parity_of([i, j, rest]), due)
    )
    return s.concludes(s.same(s.same(i, j), s.same(rest, due)))


def tilted_queries() -> tuple[Query, ...]:
    """The total weights of even and of odd strings are never equal, up to sign."""
    longer = parity_with_one_more(EVEN, ODD, WEIGHTED)
    zeros, right, left, ones = tilted_pair(EVEN, ODD, FIRST, SECOND)
    return (
        real(
            "no other cell: the empty string is even",
            {"one even string": EVEN.equals(1), "no odd one": ODD.equals(0)},
            _apart(EVEN, ODD),
        ),
        real(
            "one other cell more keeps the two apart",
            {
                "their sum is not 0": differ(EVEN + ODD, Term("0")),
                "nor is their difference": differ(EVEN, ODD),
                "the weight is positive": Term("0").below(WEIGHTED),
                "it is not 1": differ(WEIGHTED, Term("1")),
            },
            _apart(*longer),
        ),
        real(
            "then two masked cells are dependent",
            {
                "their sum is not 0": differ(EVEN + ODD, Term("0")),
                "nor is their difference": differ(EVEN, ODD),
                "the first weight is positive": Term("0").below(FIRST),
                "the second weight is positive": Term("0").below(SECOND),
            },
            differ(zeros * ones, right * left),
        ),
    )


def _argument(
    statement: str,
    planted: Planted | None,
    steps: tuple[Step, ...],
    queries: tuple[Query, ...],
    rules: tuple[Rule, ...],
    skeleton: tuple[str, ...],
) -> Argument:
    asked = (*queries, *at_least_n(), a_state_keeps_its_event(), n_rounds_are_enough())
    proof = Proof(
        statement,
        start_steps(planted),
        (*event_steps(planted), one_of_two(), *steps),
        rules,
        tuple(query.name for query in asked),
        (
            "A run is in state x after t rounds iff its output agrees with what x shows.",
            "So what a round writes is independent under the target given that event.",
            *skeleton,
            "Any law takes n rounds at most: one cell a round, by its conditional law.",
        ),
    )
    return Argument(proof, asked)


def tilted_argument(planted: Planted | None = None) -> Argument:
    """Every n >= 1, all positive real weights but 1."""
    skeleton = (
        "Given what is visible, the masked cells have weights of the same kind, even or odd.",
        (
            "With E and O the total weights of the others by parity, E + O is the product of "
            "their 1 + w and E - O that of their 1 - w: neither is 0."
        ),
        "Two masked cells would be independent only if E^2 = O^2; so a round writes one cell.",
    )
    rules = (*RULES, Rule.FAN_IN)
    return _argument(TILTED, planted, (parity_left(),), tilted_queries(), rules, skeleton)


# --- fixed weight ------------------------------------------------------------------------------

OTHERS, ONES, FEWER, EQUAL, MORE = map(Term, ("a", "b", "x", "y", "z"))
"""a other cells; of their strings x have b-1 ones, y have b and z have b+1."""


def a_zero_for_a_one() -> Step:
    """A string and one of its zeros, against the string with a 1 there and this 1."""
    s = Implication("a zero made a one is found again", "bit", "new", "back")
    s.premise("it was 0", negated(s["bit"]))
    s.premise("it is flipped", s.same(s["new"], negated(s["bit"])))
    s.premise("it is flipped once more", s.same(s["back"], negated(s["new"])))
    return s.concludes(s.both(s["new"], s.same(s["back"], s["bit"])))


def weight_queries() -> tuple[Query, ...]:
    """Two masked cells are dependent, and some outcome leaves the same problem, smaller."""
    masked, ones, first, second = map(Term, ("masked", "k", "i", "j"))
    below = zeros_made_ones(OTHERS, ONES - 1, Term("1"), FEWER, EQUAL)
    above = zeros_made_ones(OTHERS, ONES, Term("1"), EQUAL, MORE)
    inside = {"there is a one": Term("0").below(ones), "there is a zero": ones.below(masked)}
    return (
        linear(
            "the others have k-1 ones, one more or one less",
            {
                "k ones in all": (Term("rest") + first + second).equals(ones),
                "b is k-1": ONES.equals(ones - 1),
            },
            Term("rest").equals(ONES + 1 - first - second),
        ),
        linear(
            "b is from 0 to a",
            {**inside, "b is k-1": ONES.equals(ones - 1), "a others": OTHERS.equals(masked - 2)},
            f"(and {Term('0').at_most(ONES)} {ONES.at_most(OTHERS)})",
        ),
        real(
            "two masked cells are dependent",
            {
                "b is not negative": Term("0").at_most(ONES),
                "b is at most a": ONES.at_most(OTHERS),
                "some string has b ones": Term("0").below(EQUAL),
                "zeros of b-1 ones, ones of b": below[0].equals(below[1]),
                "zeros of b ones, ones of b+1": above[0].equals(above[1]),
            },
            differ(MORE * FEWER, EQUAL * EQUAL),
        ),
        linear(
            "a cell less, and still a one and a zero",
            {**inside, "three cells are masked": Term("2").below(masked)},
            f"(or {between(1, ones - 1, masked - 1)} {between(1, ones, masked - 1)})",
        ),
    )


WEIGHT_SKELETON = (
    "Given what is visible, the m masked cells have a uniform string with k' ones.",
    (
        "If 0 < k' < m, two of them are dependent: with y strings of the others for 01 and 10, "
        "x for 11 and z for 00, x z < y^2, by counting zeros of strings as ones of the next."
    ),
    "So a round writes one cell, and one of its outcomes has again 0 < k'' < m - 1, if m >= 3.",
    "With m = 2 two rounds are left.",
)


def weight_argument(planted: Planted | None = None) -> Argument:
    """Every n and k with 0 < k < n."""
    rules = (*RULES, Rule.BIJECTION)
    steps = (a_zero_for_a_one(),)
    return _argument(WEIGHT, planted, steps, weight_queries(), rules, WEIGHT_SKELETON)


def one_hot_argument(planted: Planted | None = None) -> Argument:
    """k = 1, n >= 1: for n = 1 the one cell takes a round."""
    cases = linear(
        "one cell, or 0 < 1 < n",
        {"there is a cell": Term("1").at_most(CELLS)},
        f"(or {CELLS.equals(1)} {Term('1').below(CELLS)})",
    )
    rules = (*RULES, Rule.BIJECTION)
    queries = (cases, *weight_queries())
    return _argument(ONE_HOT, planted, (a_zero_for_a_one(),), queries, rules, WEIGHT_SKELETON)


def arguments() -> tuple[Argument, ...]:
    """The proofs about whole families of targets, built anew."""
    return tilted_argument(), weight_argument()
