"""Size and depth of the Kogge-Stone adder on n = 2^k places, for every k >= 1.

Source: note FAMILIES; Kogge and Stone (1973). After t turns a block has 2^t places. A turn adds a
carry cell to the places from 2^t on, and a pass cell to those from 2^(t+1) on. A carry is exactly
1 + 2t deep from place 2^t - 1 on, and at most 2t below it, which is what the last sum needs.
"""

from __future__ import annotations

from dlmcheck.model.families.arithmetic import carried, entered, passed
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.proofs.cell_counts import CellRule, depths, gates
from dlmcheck.verify.proofs.families import GROWTHS
from dlmcheck.verify.proofs.terms import Term, linear, nonlinear

CARRIED = CellRule(
    lambda b, w: [carried(b, w[0], w[1], w[2])], 3, ((3, 4, 0), (2, 3, 4), (3, 4, 5))
)
"""What one cell looks at below may be the own carry of another one."""
PASSED = CellRule(lambda b, w: [passed(b, w[0], w[1])], 2, ((2, 0), (1, 2), (2, 3)))
ENTERED = CellRule(lambda b, w: [entered(b, w[0], w[1])], 2, ((2, 3),))

(GROWTH,) = (growth for growth in GROWTHS if growth.family == "prefix-adder")
ZERO, ONE = Term("0"), Term("1")
K, P, TURN, STEP, BUILT, AFTER = map(Term, ("k", "P", "t", "s", "built", "after"))
OWN, PASS, BELOW = map(Term, ("own", "passes", "below"))


def _prefix(turns: Term, step: Term) -> Term:
    """Gates of so many turns on P places: 3 t P - 4 s + 4, s = 2^t."""
    return turns * P * 3 - step * 4 + 4


def size_queries(first: int) -> list[Query]:
    """`first` gates a place before the turns."""
    added = (P - STEP) * gates(CARRIED) + (P - STEP * 2) * gates(PASSED)
    whole = P * (2 + first) + (P - 1) * gates(ENTERED)
    return [
        nonlinear(
            "no turn: no gate of a turn",
            {"no turn": TURN.equals(0), "blocks of one place": STEP.equals(1)},
            ZERO.equals(_prefix(TURN, STEP)),
        ),
        nonlinear(
            "a turn more: carry cells from s on, pass cells from 2 s on",
            {"so far": BUILT.equals(_prefix(TURN, STEP)), "added": AFTER.equals(BUILT + added)},
            AFTER.equals(_prefix(TURN + 1, STEP * 2)),
        ),
        nonlinear(
            "k turns, and the cells before and after them",
            {
                "the last block is the whole": STEP.equals(P),
                "all turns": BUILT.equals(_prefix(K, STEP)),
            },
            (whole + BUILT).equals(GROWTH.size(K, P)),
        ),
    ]


def _carry_bound() -> dict[str, str]:
    return {
        "own so far": OWN.at_most(TURN * 2 + 1),
        "passes so far": PASS.at_most(TURN + 1),
        "a turn": ZERO.at_most(TURN),
    }


def depth_queries(first: list[Term]) -> list[Query]:
    """`first`: how deep a place's sum and carry are before the turns."""
    (carry,) = depths(CARRIED, (OWN, PASS, BELOW))
    (passes,) = depths(PASSED, (PASS, BELOW))
    (total,) = depths(ENTERED, (ONE, BELOW))
    place = Term("i")
    bound = _carry_bound()
    return [
        linear(
            "before the turns",
            {"no turn": TURN.equals(0)},
            f"(and {' '.join(one.equals(TURN * 2 + 1) for one in first)})",
        ),
        linear(
            "a pass is at most as deep as turns",
            {"so far": PASS.at_most(TURN + 1), "below": BELOW.at_most(TURN + 1)},
            passes.at_most(TURN + 2),
        ),
        linear(
            "a carry is at most two deeper",
            {**bound, "below": BELOW.at_most(TURN * 2 + 1)},
            carry.at_most(TURN * 2 + 3),
        ),
        linear(
            "from place 2^t - 1 on exactly two deeper",
            {**bound, "below": BELOW.equals(TURN * 2 + 1)},
            carry.equals(TURN * 2 + 3),
        ),
        linear(
            "what is below such a place is such a place",
            {"from 2^(t+1) - 1 on": (STEP * 2 - 1).at_most(place)},
            (STEP - 1).at_most(place - STEP),
        ),
        linear(
            "in lower places one less",
            {
                **{name: one for name, one in bound.items() if name != "a turn"},
                "a turn before": ONE.at_most(TURN),
                "below": BELOW.at_most(TURN * 2),
            },
            carry.at_most(TURN * 2 + 2),
        ),
        linear(
            "what is below a lower place is a lower place",
            {"up to 2^(t+1) - 2": place.at_most(STEP * 2 - 2)},
            (place - STEP).at_most(STEP - 2),
        ),
        linear(
            "in the first turn no lower place changes",
            {"blocks of one place": STEP.equals(1), "a lower place": place.at_most(STEP * 2 - 2)},
            place.below(STEP),
        ),
        linear(
            "the last carry is as stated, and no sum is deeper",
            {"lower carries": BELOW.at_most(K * 2), "a turn": ONE.at_most(K)},
            f"(and {GROWTH.depth(K, P).equals(K * 2 + 1)} {total.at_most(GROWTH.depth(K, P))})",
        ),
    ]
