"""Even parity with an error: what dropped hypotheses cost in total variation, for all n.

Source: the notes T4.5-ERROR and PARITY-ERROR, after Jiang, Haghtalab, Chen (ICLR 2026), Theorems
4.1 and 4.5. N stands for 2^(n-1), the number of even strings.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import negated
from dlmcheck.verify.engines.algebra import Identity
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.arithmetic import ByAlgebra, ByQueries, query
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.locality import LocalitySteps, Planted

MEANS = "a geometric mean is at most the arithmetic one (imported)"

# --- closed forms --------------------------------------------------------------------------------

PARITY_OF_BITS = ByAlgebra(
    "independent bits are odd together with probability (1 - (1-2p_1)...(1-2p_n))/2",
    (
        Identity("no bit", ("p",), lambda p: 1 - 2 * (0 * p), lambda p: p**0),
        Identity(
            "one bit more",
            ("odd", "p"),
            lambda odd, p: 1 - 2 * (odd * (1 - p) + (1 - odd) * p),
            lambda odd, p: (1 - 2 * odd) * (1 - 2 * p),
        ),
    ),
    (Rule.NUMBERS,),
)

LAST_BIT = ByAlgebra(
    "T4.1 with a last bit that is 1 with probability e has distance e from D_n",
    (
        Identity(
            "half the sum of the differences",
            ("N", "e"),
            lambda n, e: (n * (1 / n - (1 - e) / n) + n * (e / n)) / 2,
            lambda n, e: e + 0 * n,
        ),
    ),
)

ONE_COIN = ByAlgebra(
    "T4.1 with one coin that is 1 with probability p >= 1/2 has distance p - 1/2 from D_n",
    (
        Identity(
            "half the sum of the differences",
            ("N", "p"),
            lambda n, p: (n / 2 * (2 * p / n - 1 / n) + n / 2 * (1 / n - 2 * (1 - p) / n)) / 2,
            lambda n, p: p - 1 / (2 + 0 * n),
        ),
    ),
)


# --- too few rounds ------------------------------------------------------------------------------

_DISTANCE = (
    "(/ (+ (ite (>= (* p q) 0.5) (- (* p q) 0.5) (- 0.5 (* p q)))"
    " (ite (>= (* (- 1 p) (- 1 q)) 0.5) (- (* (- 1 p) (- 1 q)) 0.5)"
    " (- 0.5 (* (- 1 p) (- 1 q))))"
    " (* p (- 1 q)) (* q (- 1 p))) 2.0)"
)
TWO_BITS = ByQueries(
    "two bits in one round, any real probabilities: (1 + distance)^2 >= 2",
    (
        query(
            "two independent bits are not even together",
            "QF_NRA",
            "p q e",
            (
                # The inequality holds for every real q; the other bit must have a law.
                ("p is a probability", "(and (<= 0.0 p) (<= p 1.0))"),
                ("e is the distance", f"(= e {_DISTANCE})"),
            ),
            "(>= (* (+ 1 e) (+ 1 e)) 2.0)",
        ),
    ),
)

FAR = query(
    "the distance from the mass of the odd strings",
    "QF_NRA",
    "N e odd",
    (
        ("the odd strings count", "(>= e odd)"),
        ("some even string has little mass", "(>= (* e N) (- 1 odd))"),
    ),
    "(>= (* e (+ N 1)) 1)",
)

BALANCED = "write-once, every check missing a cell: products over even and odd strings are equal"
LOWER = "write-once, every check missing a cell: the distance to D_n is at least 1/(2^(n-1)+1)"


def _flip_changes_parity() -> Step:
    s = Implication("flipping a bit changes the parity", "bit", "new", "others odd")
    s.premise("the bit is flipped", s.same(s["new"], negated(s["bit"])))
    old = s.folder.parity_of([s["bit"], s["others odd"]])
    new = s.folder.parity_of([s["new"], s["others odd"]])
    return s.concludes(negated(s.same(old, new)))


def _factor_stays(planted: Planted | None) -> Step:
    """A factor that misses the flipped bit sees the same bits before and after."""
    without = ("the factor misses the flipped bit",) if planted is Planted.CELLS_COST_MASKS else ()
    s = Implication(
        "a factor that misses the bit stays", "seen", "flipped", "same", without=without
    )
    s.premise("the factor sees the bit", s["seen"])
    s.premise("only one bit is flipped", s.either(s["flipped"], s["same"]))
    s.premise("the factor misses the flipped bit", s.implies(s["seen"], negated(s["flipped"])))
    return s.concludes(s["same"])


def _balance(statement: str, planted: Planted | None, queries: tuple[str, ...]) -> Proof:
    steps = LocalitySteps(planted)
    last = (
        "Some even string has at most the odd strings' mean mass; the distance follows."
        if queries
        else "So the product over the even strings is that over the odd ones."
    )
    return Proof(
        statement,
        base=(steps.start("the run and the trace start alike"),),
        steps=(
            steps.token_stays(),
            steps.trace_follows_run(),
            _flip_changes_parity(),
            _factor_stays(planted),
        ),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.BIJECTION),
        queries=queries,
        skeleton=(
            "The output fixes the trace, so its probability is a product of one factor per cell.",
            "A factor depends on the bits of its cone and misses one; give it to that bit.",
            "Flipping bit i pairs even strings with odd ones and keeps the factors given to it.",
            last,
        ),
    )


def balance_proof(planted: Planted | None = None) -> Proof:
    """Statement 1 of the note T4.5-ERROR."""
    return _balance(BALANCED, planted, ())


def distance_proof(planted: Planted | None = None) -> Proof:
    """Statement 2 of the note T4.5-ERROR; it uses that geometric means are the smaller ones."""
    return _balance(LOWER, planted, (FAR.name,))
