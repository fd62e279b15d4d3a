"""Rigidity for all n: in exact write-once samplers every reachable choice is fair or certain.

Source: a lemma behind the AC0 form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, from the
public follow-up notes; the argument is in the note RIGIDITY. Write-once, L = n, F deterministic.
The first half is common to all three statements: that a run is in state x after t rounds is the
event that its output agrees with what x shows.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.reductions.trace import cell_round, mux
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.locality import (
    F_FUNCTION,
    OTHERS,
    OWN_MASK,
    LocalitySteps,
    Planted,
    integers,
)

PARITY_RIGID = "write-once, L = n, F deterministic, D_n: every reachable choice is fair or certain"
DYADIC_RIGID = (
    "write-once, L = n, F deterministic, atoms powers of 1/2, dyadic p: reachable choices are rigid"
)
ONE_HOT = "no write-once sampler with L = n >= 3, F deterministic and dyadic p is uniform one-hot"

AGREES = "the output agrees with what the state shows"
BOTH_MASKED = "both cells are masked"


# --- a state is an event of the output ---------------------------------------------------------


def _same_state(planted: Planted | None) -> Step:
    """Two runs: the second's output agrees with what the first shows after t rounds.

    Then they are in one state up to there: the induction passes on from round to round.
    """
    without = LocalitySteps(planted).without
    s = Implication(
        "a run whose output agrees is in the same state",
        *("masked", "masked'", "others", "F", "F'", "token", "token'", "drawn", "drawn'"),
        *("shown later", "output bit"),
        without=without,
    )

    def shown_alike(first: Wire, second: Wire, token: Wire, other: Wire) -> Wire:
        visible = negated(first)
        return s.both(s.same(first, second), s.implies(visible, s.same(token, other)))

    own = shown_alike(s["masked"], s["masked'"], s["token"], s["token'"])
    s.premise(OWN_MASK, own)
    s.premise(OTHERS, s["others"])
    s.premise(F_FUNCTION, s.implies(s.both(own, s["others"]), s.same(s["F"], s["F'"])))
    first = cell_round(s.folder, s["masked"], s["F"])
    second = cell_round(s.folder, s["masked'"], s["F'"])
    s.premise(
        "the first shows later what it writes",
        s.implies(first.written, s.same(s["drawn"], s["shown later"])),
    )
    s.premise(
        "the second outputs what it writes",
        s.implies(second.written, s.same(s["drawn'"], s["output bit"])),
    )
    s.premise(AGREES, s.implies(first.written, s.same(s["shown later"], s["output bit"])))
    token = mux(s.folder, first.written, s["drawn"], s["token"])
    other = mux(s.folder, second.written, s["drawn'"], s["token'"])
    return s.concludes(shown_alike(first.masked, second.masked, token, other))


def event_steps(planted: Planted | None) -> tuple[Step, Step]:
    """The steps of the induction: a run is in a reached state iff its output agrees with it."""
    return LocalitySteps(planted).token_stays(), _same_state(planted)


def start_steps(planted: Planted | None) -> tuple[Step, ...]:
    """Its base."""
    return (LocalitySteps(planted).start("two runs start alike"),)


# --- even parity -------------------------------------------------------------------------------


def flip_keeps_parity() -> Step:
    """An even string with two bits flipped is even; the other bits are one atom."""
    s = Implication("flipping two masked bits keeps the parity", "bit i", "bit j", "others odd")
    odd = s.folder.parity_of([s["bit i"], s["bit j"], s["others odd"]])
    flipped = [negated(s["bit i"]), negated(s["bit j"]), s["others odd"]]
    s.premise("the string is even", negated(odd))
    return s.concludes(negated(s.folder.parity_of(flipped)))


def _flip_keeps_what_is_shown() -> Step:
    s = Implication("flipping two masked bits keeps what is shown", "visible", "bit", "i", "j")
    new = s.folder.parity_of([s["bit"], s.either(s["i"], s["j"])])
    s.premise("the cell is visible", s["visible"])
    s.premise(BOTH_MASKED, s.implies(s.either(s["i"], s["j"]), negated(s["visible"])))
    return s.concludes(s.same(new, s["bit"]))


def _flip_is_a_bijection() -> Step:
    s = Implication("flipping is its own inverse and changes bit i", "bit", "new", "back")
    s.premise("the new bit is the flipped one", s.same(s["new"], negated(s["bit"])))
    s.premise("it is flipped once more", s.same(s["back"], negated(s["new"])))
    changed = s.folder.parity_of([s["bit"], s["new"]])
    return s.concludes(s.both(s.same(s["back"], s["bit"]), changed))


def _last_bit_is_certain() -> Step:
    s = Implication("the last masked bit is certain", "bit", "bit'", "others odd", "others odd'")
    s.premise("the first is even", negated(s.folder.parity_of([s["bit"], s["others odd"]])))
    s.premise("the second is even", negated(s.folder.parity_of([s["bit'"], s["others odd'"]])))
    s.premise("all other cells show the same tokens", s.same(s["others odd"], s["others odd'"]))
    return s.concludes(s.same(s["bit"], s["bit'"]))


FAIR = Query(
    "equally many zeros and ones make a fair bit",
    "QF_NRA",
    tuple(f"(declare-const {name} Real)" for name in ("zeros", "ones", "p")),
    (
        ("equally many", "(= zeros ones)"),
        ("at least one", "(> ones 0)"),
        ("p is the conditional probability", "(= (* p (+ zeros ones)) ones)"),
    ),
    "(= (* 2 p) 1)",
)


def parity_rigidity(planted: Planted | None = None) -> Proof:
    """D_n, with any real probabilities."""
    return Proof(
        PARITY_RIGID,
        base=start_steps(planted),
        steps=(
            *event_steps(planted),
            flip_keeps_parity(),
            _flip_keeps_what_is_shown(),
            _flip_is_a_bijection(),
            _last_bit_is_certain(),
        ),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.BIJECTION),
        queries=(FAIR.name,),
        skeleton=(
            "A run is in state x after t rounds iff its output agrees with what x shows.",
            "So p_i(. | x) is the conditional law of bit i given the visible bits.",
            "If another cell j is masked, flipping bits i and j pairs the even strings with x.",
            "So bit i is fair.",
            "If i is the only masked cell, the parity fixes its bit: it is certain.",
        ),
    )


# --- dyadic predictors -------------------------------------------------------------------------


_POSITIVE = ("both factors are positive", "(and (>= x 1) (>= y 1))")
DIVISORS = (
    Query(
        "a divisor of 1 is 1",
        "QF_NIA",
        integers("x", "y"),
        (_POSITIVE, ("their product is 1", "(= (* x y) 1)")),
        "(= x 1)",
    ),
    Query(
        "an odd divisor of 2 P divides P",
        "QF_NIA",
        integers("x", "y", "h", "P"),
        (("x is odd", "(= x (+ (* 2 h) 1))"), ("their product is 2 P", "(= (* x y) (* 2 P))")),
        "(= (* x (- P (* h y))) P)",
    ),
    Query(
        "half of an even divisor of 2 P divides P",
        "QF_NIA",
        integers("x", "y", "h", "P"),
        (("x is even", "(= x (* 2 h))"), ("their product is 2 P", "(= (* x y) (* 2 P))")),
        "(= (* h y) P)",
    ),
)
"""A divisor of a power of two is a power of two: by induction on the power."""

HALVES = Query(
    "if 1/u and 1/v add up to 1, u and v are 2",
    "QF_NIA",
    integers("u", "v"),
    (
        ("both are positive", "(and (>= u 1) (>= v 1))"),
        ("they add up to 1", "(= (+ u v) (* u v))"),
    ),
    "(and (= u 2) (= v 2))",
)


def dyadic_rigidity(planted: Planted | None = None) -> Proof:
    """Targets whose atoms are powers of 1/2, equal or not, and dyadic predictors."""
    return Proof(
        DYADIC_RIGID,
        base=start_steps(planted),
        steps=event_steps(planted),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS),
        queries=tuple(query.name for query in (*DIVISORS, HALVES)),
        skeleton=(
            "The output fixes the trace: a string's weight is the product of the choices on it.",
            "With powers of two as denominators, the numerators multiply to a power of two.",
            "So each numerator is a power of two, and each choice on a trace is 1/u.",
            "Every reachable choice of positive probability is on the trace of an output.",
            "If both tokens have positive probability, 1/u + 1/v = 1, and so u = v = 2.",
        ),
    )


def _before_the_first_write() -> Step:
    s = Implication("before the first write all is masked", "masked", "F")
    s.premise("the cell is masked", s["masked"])
    s.premise("nothing is selected", negated(s["F"]))
    return s.concludes(cell_round(s.folder, s["masked"], s["F"]).masked)


ONE_OF_TWO = Query(
    "a fair or certain bit of weight 1/n has n at most 2",
    "QF_NIA",
    integers("n", "v"),
    (("the weights of 1 and 0 add up to 1", "(or (= n 1) (= (+ n v) (* n v)))"),),
    "(<= n 2)",
)


def one_hot_needs_other_predictors(planted: Planted | None = None) -> Proof:
    """The corollary: the first choice of a one-hot sampler is (1 - 1/n, 1/n)."""
    return Proof(
        ONE_HOT,
        base=start_steps(planted),
        steps=(*event_steps(planted), _before_the_first_write()),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS),
        queries=tuple(query.name for query in (*DIVISORS, ONE_OF_TWO)),
        skeleton=(
            "The first cell that is written is written in the state M^n: it is 1 with chance 1/n.",
            "If 1/n is dyadic, n divides a power of two: it is one, and 1/n is a power of 1/2.",
            "By the rigidity of dyadic predictors 1/n is 1/2 or 1, so n is at most 2.",
        ),
    )


QUERIES = {query.name: query for query in (FAIR, *DIVISORS, HALVES, ONE_OF_TWO)}
"""All queries of this module by name."""
