"""Two-state Markov chains: floor(log2 n) + 1 rounds write-once, for every n and all chances.

Source: our note ROUNDS-WRITE-ONCE, which has the argument. Visible cells cut a chain into gaps
that are independent given what is visible; two masked cells of one gap are dependent. So a round
writes one cell of each gap, best the middle one.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.targets.recurrences import next_weights, two_state_rows
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.locality import Planted
from dlmcheck.verify.proofs.one_cell_rounds import a_state_keeps_its_event, one_of_two
from dlmcheck.verify.proofs.rigidity import event_steps, start_steps
from dlmcheck.verify.proofs.terms import Argument, Term, between, differ, linear, real

RANDOM_START = "two-state chain, dependent steps, random start: floor(log2 n) + 1 rounds, every n"
KNOWN_START = (
    "two-state chain, dependent steps, known start: floor(log2 (n-1)) + 1 rounds, every n >= 2; "
    "1 round for n = 1"
)

RULES = (Rule.ROUNDS, Rule.POSITIONS, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS)
ZERO, ONE, UP, DOWN = map(Term, ("0", "1", "up", "down"))
ROWS = two_state_rows(ONE, UP, DOWN)
"""One step of the chain, as the model has it."""
Pair = tuple[Term, Term]
FRONT, BACK = (Term("f0"), Term("f1")), (Term("g0"), Term("g1"))
STEPS = ((Term("m00"), Term("m01")), (Term("m10"), Term("m11")))
"""Any number of steps, as a matrix."""


def _positive(*terms: Term) -> str:
    return f"(and {' '.join(ZERO.below(term) for term in terms)})"


CHANGES = {
    "both tokens can change": _positive(UP, DOWN),
    "chances are at most 1": f"(and {UP.at_most(1)} {DOWN.at_most(1)})",
}


def _determinant(rows: Sequence[Sequence[Term]]) -> Term:
    return rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]


def dependence_queries() -> tuple[Query, ...]:
    """Two masked cells of one gap are dependent, and each token of each is possible."""
    one_more = [next_weights(list(row), ROWS) for row in STEPS]
    ahead = next_weights(list(FRONT), ROWS)
    behind = next_weights(list(BACK), [list(column) for column in zip(*ROWS, strict=True)])
    law = [[FRONT[x] * STEPS[x][y] * BACK[y] for y in (0, 1)] for x in (0, 1)]
    return (
        real(
            "one step depends on the token",
            {"the chances do not add up to 1": differ(UP + DOWN, ONE)},
            differ(_determinant(ROWS), ZERO),
        ),
        real(
            "one step more still depends on it",
            {
                "so far it does": differ(_determinant(STEPS), ZERO),
                "the chances do not add up to 1": differ(UP + DOWN, ONE),
            },
            differ(_determinant(one_more), ZERO),
        ),
        real(
            "what leads to a cell is positive",
            {"it is, a cell before": _positive(*FRONT), **CHANGES},
            _positive(*ahead),
        ),
        real(
            "what follows a cell is positive",
            {"it is, a cell later": _positive(*BACK), **CHANGES},
            _positive(*behind),
        ),
        real(
            "two cells of a gap are dependent",
            {
                "what leads to the first is positive": _positive(*FRONT),
                "what follows the second is positive": _positive(*BACK),
                "the second depends on the first": differ(_determinant(STEPS), ZERO),
            },
            differ(law[0][0] * law[1][1], law[0][1] * law[1][0]),
        ),
    )


GAP, HALF, PLACE = map(Term, ("gap", "half", "place"))
LEFT, RIGHT = PLACE, GAP - PLACE - 1
"""What is left of a gap on both sides of the cell that is written."""


def start_queries(*, known: bool) -> tuple[Query, ...]:
    """What stands at the ends of a gap is positive, if visible cells show a token that can stay.

    If the first token is `known` it has to be one of these, so both are.
    """
    changes = {"both tokens can change": CHANGES["both tokens can change"]}
    around = [_positive(*ROWS[s], ROWS[0][s], ROWS[1][s]) for s in (0, 1)]
    if known:
        stay = {"both tokens can stay": f"(and {UP.below(1)} {DOWN.below(1)})"}
        return (real("both tokens lead to both", {**changes, **stay}, f"(and {' '.join(around)})"),)
    stay = {"one of the tokens can stay": f"(or {UP.below(1)} {DOWN.below(1)})"}
    return (
        real(
            "a token that can stay leads to both", {**changes, **stay}, f"(or {' '.join(around)})"
        ),
    )


def gap_queries() -> tuple[Query, ...]:
    """How long a gap is left, from 2^r to 2^(r-1)."""
    i, j, first, last = map(Term, ("i", "j", "first", "last"))
    return (
        linear(
            "a cell written in a long gap leaves half of it on one side",
            {"the gap is long": (HALF * 2).at_most(GAP)},
            f"(or {HALF.at_most(LEFT)} {HALF.at_most(RIGHT)})",
        ),
        linear(
            "the middle of a gap leaves less than half of it on both",
            {
                "the gap is short": GAP.below(HALF * 2),
                "it is the middle": between(GAP - 2, PLACE * 2, GAP),
            },
            f"(and {LEFT.below(HALF)} {RIGHT.below(HALF)})",
        ),
        linear(
            "neighbours that are both masked are in one gap",
            {
                "i is in the gap": between(first, i, last + 1),
                "the cell behind the gap is not masked": differ(j, last + 1),
                "j is the next cell": j.equals(i + 1),
            },
            between(first, j, last + 1),
        ),
        linear(
            "after r rounds of r a gap shorter than 1 is left",
            {"the gap is short": GAP.below(HALF), "2^0": HALF.equals(1)},
            GAP.at_most(0),
        ),
        linear(
            "after r rounds of r a gap of 1 is left",
            {"the gap is long": HALF.at_most(GAP), "2^0": HALF.equals(1)},
            Term("1").at_most(GAP),
        ),
    )


def gaps_apart() -> Query:
    """A cell of one more gap: its weights multiply those of the cells before, for any two values.

    Gap by gap, so that one cell of each gap makes an independent set.
    """
    u0, u1, v0, v1 = map(Term, ("u0", "u1", "v0", "v1"))
    a, b, c, d = map(Term, ("p00", "p01", "p10", "p11"))
    return real(
        "cells of earlier gaps and one of the next are independent",
        {
            "the weights of 00 and 11 multiply": f"(and {a.equals(u0 * v0)} {d.equals(u1 * v1)})",
            "the weights of 01 and 10 multiply": f"(and {b.equals(u0 * v1)} {c.equals(u1 * v0)})",
        },
        (a * d).equals(b * c),
    )


def certain_apart() -> Query:
    """A cell whose token is certain is independent of any other."""
    a, b, c, d = map(Term, ("p00", "p01", "p10", "p11"))
    zero = f"(and {a.equals(0)} {b.equals(0)})", f"(and {c.equals(0)} {d.equals(0)})"
    return real(
        "a certain cell is independent of any other",
        {"its token is certain": f"(or {' '.join(zero)})"},
        (a * d).equals(b * c),
    )


def certain_goes_along() -> Step:
    """Strings of positive weight agree on a certain cell: its event excludes none of them."""
    s = Implication("a certain cell shows nothing new", "possible", "bit", "token")
    s.premise("the string is possible", s["possible"])
    s.premise("its token there is certain", s.implies(s["possible"], s.same(s["bit"], s["token"])))
    return s.concludes(s.same(s["bit"], s["token"]))


# --- the proofs --------------------------------------------------------------------------------


def _argument(
    statement: str,
    planted: Planted | None,
    steps: tuple[Step, ...],
    queries: tuple[Query, ...],
    start: str,
) -> Argument:
    asked = (
        *dependence_queries(),
        *gap_queries(),
        gaps_apart(),
        *queries,
        a_state_keeps_its_event(),
    )
    proof = Proof(
        statement,
        start_steps(planted),
        (*event_steps(planted), one_of_two(), *steps),
        RULES,
        tuple(query.name for query in asked),
        (
            "A run is in state x after t rounds iff its output agrees with what x shows.",
            "So what a round writes is independent under the target given that event.",
            (
                "In a gap between visible cells the law of two cells is f(x) K^d(x, y) g(y) with "
                "positive f and g, and det K^d = (1 - up - down)^d is not 0: they are dependent."
            ),
            (
                "So a round writes at most one cell of a gap, and one half of it is left. A token "
                "that can stay may be drawn each time: from 2^r cells one is masked after r rounds."
            ),
            (
                "Cells of different gaps are independent given what is visible: to write the "
                "middle of each gap takes r+1 rounds for fewer than 2^(r+1) cells."
            ),
            start,
        ),
    )
    return Argument(proof, asked)


def random_start(planted: Planted | None = None) -> Argument:
    """Every n >= 1; 0 < up, down <= 1, up + down not 1 or 2, both first tokens possible."""
    start = "Both first tokens are possible: at the start the whole chain is one gap."
    return _argument(RANDOM_START, planted, (), start_queries(known=False), start)


def known_start(planted: Planted | None = None) -> Argument:
    """Every n >= 1; 0 < up, down < 1, up + down not 1, the first token certain."""
    start = (
        "The first cell is certain: it is written along, and the other n-1 cells are one gap, "
        "none if n = 1."
    )
    queries = (*start_queries(known=True), certain_apart())
    return _argument(KNOWN_START, planted, (certain_goes_along(),), queries, start)


def arguments() -> tuple[Argument, ...]:
    """Both proofs with their queries, built anew."""
    return random_start(), known_start()
