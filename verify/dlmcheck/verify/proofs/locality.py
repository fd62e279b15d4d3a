"""The locality form of Theorem 4.5 for all n, k and D: n <= (k+1)^(D-1).

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; the argument is in the note T4.5. A
write-once sampler on L = n cells with deterministic F, whose p_i and F_i read at most k tokens
beside the own mask status, samples D_n in D rounds. Nothing is said of the sampler's clock or of
its probabilities, but whether they are positive.

The steps speak of one cell in one round, through the wires that the recogniser of the support is
made of (`model.reductions.trace`): of a run and the trace of its output, or of the traces of two
strings. "Reads" is meant in the weak sense of a certificate: for the string at hand there are k
cells such that on every string that shows the same there, F_i (or p_i) is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.reductions.trace import cell_round, check, mux, possible, shown_bits
from dlmcheck.spec.tokens import PAPER_ENCODING
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication

STATEMENT = (
    "write-once, L = n, F deterministic, k tokens read: D_n in D rounds has n <= (k+1)^(D-1)"
)

OWN_MASK = "the own mask status is the same"
OWN_TOKEN = "the own tokens are the same"
F_CELLS = "the cells that F reads are the same"
P_CELLS = "the cells that the predictor reads are the same"
F_FUNCTION = "F is a function of what it reads"
P_FUNCTION = "the predictor is a function of what it reads"
WRITE_ONCE = "only masked cells are written"
OTHERS = "the other cells are the same before the round"
NO_MASK_LEFT = "a legal run ends without M"
EVEN_SUPPORT = "the support is the set of even strings"
ODD = "the string is odd"


@unique
class Planted(Enum):
    """Errors that can be planted, each with the steps or queries that must then fail."""

    RANDOM_F = "F is not deterministic"
    REVISION = "visible cells may be rewritten"
    OWN_MASK_NOT_COUNTED = "the own mask status is left out of the dependency sets"
    OWN_TOKEN_NOT_COUNTED = "the own token is left out of the dependency sets"
    ENDS_MASKED = "a run may end with M"
    MISSES_A_STRING = "not every even string is sampled"
    ODD_STRINGS = "odd strings are sampled, too"
    CELLS_COST_MASKS = "a cell that is read counts with the bits of its mask status only"
    GROWS_BY_K = "the dependency sets grow by k and not by k + 1"


_LEFT_OUT = {
    Planted.RANDOM_F: (F_FUNCTION,),
    Planted.REVISION: (WRITE_ONCE,),
    Planted.OWN_MASK_NOT_COUNTED: (OWN_MASK,),
    Planted.OWN_TOKEN_NOT_COUNTED: (OWN_TOKEN,),
    Planted.ENDS_MASKED: (NO_MASK_LEFT,),
}


class LocalitySteps:
    """The steps, with or without a planted error; `without` are the premises it takes away."""

    def __init__(self, planted: Planted | None) -> None:
        self.planted = planted
        self.without: Sequence[str] = () if planted is None else _LEFT_OUT.get(planted, ())

    def new(self, name: str, *atoms: str) -> Implication:
        """A step in the making."""
        return Implication(name, *atoms, without=self.without)

    # --- a run, and the trace of its output ----------------------------------------------

    def start(self, name: str) -> Step:
        """Before round 1 all is masked."""
        s = self.new(name, "masked", "masked'")
        s.premise("the first starts masked", s["masked"])
        s.premise("the second starts masked", s["masked'"])
        return s.concludes(s.same(s["masked"], s["masked'"]))

    def token_stays(self) -> Step:
        """A token once visible is there at the end."""
        s = self.new("a visible token stays", "masked", "token", "replaced", "drawn")
        after = mux(s.folder, s["replaced"], s["drawn"], s["token"])
        masked = cell_round(s.folder, s["masked"], s["replaced"]).masked
        s.premise("the cell is visible", negated(s["masked"]))
        s.premise(WRITE_ONCE, s.implies(s["replaced"], s["masked"]))
        return s.concludes(s.both(negated(masked), s.same(after, s["token"])))

    def _f_of_both(self, s: Implication) -> tuple[Wire, Wire]:
        """Premises: the states are the same, so F's choice is. Returns mask status after."""
        own = s.same(s["masked"], s["masked'"])
        s.premise(OWN_MASK, own)
        s.premise(OTHERS, s["others"])
        alike = s.same(s["F"], s["F'"])
        s.premise(F_FUNCTION, s.implies(s.both(own, s["others"]), alike))
        first = cell_round(s.folder, s["masked"], s["F"])
        second = cell_round(s.folder, s["masked'"], s["F'"])
        return first.masked, second.masked

    def trace_follows_run(self) -> Step:
        """After a round the trace of the output has masks where the run has them."""
        s = self.new("the trace follows the run", "masked", "masked'", "others", "F", "F'")
        run, trace = self._f_of_both(s)
        return s.concludes(s.same(run, trace))

    def drawn_is_possible(self) -> Step:
        """In every round the trace of an output passes its checks."""
        s = self.new("an output passes its checks", "written", "bit", "drawn", "p(0)>0", "p(1)>0")
        drawn_possible = possible(s.folder, s["drawn"], s["p(1)>0"], s["p(0)>0"])
        bit_possible = possible(s.folder, s["bit"], s["p(1)>0"], s["p(0)>0"])
        s.premise("what is drawn has positive probability", drawn_possible)
        s.premise(
            "what is written is the output's bit",
            s.implies(s["written"], s.same(s["drawn"], s["bit"])),
        )
        return s.concludes(check(s.folder, s["written"], bit_possible))

    def run_follows_trace(self) -> Step:
        """Where the checks hold the string's bits are drawn with positive probability."""
        s = self.new(
            "a string that passes is drawn",
            *("masked", "masked'", "others", "F", "F'"),
            *("token", "bit", "drawn", "p(0)>0", "p(1)>0"),
        )
        run, trace = self._f_of_both(s)
        written = cell_round(s.folder, s["masked'"], s["F'"]).written
        shows = s.implies(negated(s["masked"]), s.same(s["token"], s["bit"]))
        bit_possible = possible(s.folder, s["bit"], s["p(1)>0"], s["p(0)>0"])
        s.premise("the run shows the string's bits so far", shows)
        s.premise("the string's bit is drawn", s.same(s["drawn"], s["bit"]))
        s.premise("the check holds", check(s.folder, written, bit_possible))
        selected = cell_round(s.folder, s["masked"], s["F"]).written
        token = mux(s.folder, selected, s["drawn"], s["token"])
        shows_after = s.implies(negated(run), s.same(token, s["bit"]))
        drawn_possible = possible(s.folder, s["drawn"], s["p(1)>0"], s["p(0)>0"])
        goes_on = s.implies(selected, drawn_possible)
        return s.concludes(s.both(s.same(run, trace), shows_after, goes_on))

    def odd_string_fails(self) -> Step:
        """Some check of an odd string is violated."""
        s = self.new("an odd string violates a check", "odd", "sampled", "passes", "visible at end")
        s.premise(ODD, s["odd"])
        s.premise(EVEN_SUPPORT, self._support(s, s["sampled"], s["odd"]))
        s.premise(
            "a string that passes all checks and ends visible is sampled",
            s.implies(s.both(s["passes"], s["visible at end"]), s["sampled"]),
        )
        s.premise(NO_MASK_LEFT, s.implies(s["passes"], s["visible at end"]))
        return s.concludes(negated(s["passes"]))

    def _support(self, s: Implication, sampled: Wire, odd: Wire) -> Wire:
        if self.planted is Planted.MISSES_A_STRING:
            return s.implies(sampled, negated(odd))
        if self.planted is Planted.ODD_STRINGS:
            return s.implies(negated(odd), sampled)
        return s.same(sampled, negated(odd))

    # --- the traces of two strings -------------------------------------------------------

    def _f_of_two(self, s: Implication) -> tuple[Wire, Wire]:
        own = s.same(s["masked"], s["masked'"])
        s.premise(F_CELLS, s["F's cells same"])
        function = s.implies(s.both(own, s["F's cells same"]), s.same(s["F"], s["F'"]))
        s.premise(F_FUNCTION, function)
        first = cell_round(s.folder, s["masked"], s["F"])
        second = cell_round(s.folder, s["masked'"], s["F'"])
        return first.written, second.written

    def _p_of_two(self, s: Implication) -> tuple[Wire, Wire]:
        """Premises on the predictor; whether each string's bit is possible."""
        own = s.same(s["masked"], s["masked'"])
        alike = s.both(s.same(s["p(0)>0"], s["p(0)>0'"]), s.same(s["p(1)>0"], s["p(1)>0'"]))
        s.premise(P_CELLS, s["p's cells same"])
        s.premise(P_FUNCTION, s.implies(s.both(own, s["p's cells same"]), alike))
        return (
            possible(s.folder, s["bit"], s["p(1)>0"], s["p(0)>0"]),
            possible(s.folder, s["bit'"], s["p(1)>0'"], s["p(0)>0'"]),
        )

    def mask_status(self) -> Step:
        """A_t: the bits that fix the mask status, and those of the cells that F reads."""
        s = self.new(
            "the mask status depends on A_t", "masked", "masked'", "F's cells same", "F", "F'"
        )
        s.premise(OWN_MASK, s.same(s["masked"], s["masked'"]))
        self._f_of_two(s)
        first = cell_round(s.folder, s["masked"], s["F"]).masked
        second = cell_round(s.folder, s["masked'"], s["F'"]).masked
        return s.concludes(s.same(first, second))

    def cell(self) -> Step:
        """B_t: the same and the own token fix what the cell shows."""
        s = self.new("the cell depends on B_t", "masked", "masked'", "bit", "bit'")
        s.premise(OWN_MASK, s.same(s["masked"], s["masked'"]))
        s.premise(OWN_TOKEN, s.same(s["bit"], s["bit'"]))
        first = shown_bits(s.folder, PAPER_ENCODING, s["masked"], s["bit"])
        second = shown_bits(s.folder, PAPER_ENCODING, s["masked'"], s["bit'"])
        return s.concludes(s.both(*(s.same(a, b) for a, b in zip(first, second, strict=True))))

    def earlier_check(self) -> Step:
        """A check before the last round: the own mask, what F and p read, the own token."""
        s = self.new(
            "a check before the last round",
            *("masked", "masked'", "F's cells same", "F", "F'", "p's cells same"),
            *("p(0)>0", "p(0)>0'", "p(1)>0", "p(1)>0'", "bit", "bit'"),
        )
        s.premise(OWN_MASK, s.same(s["masked"], s["masked'"]))
        s.premise(OWN_TOKEN, s.same(s["bit"], s["bit'"]))
        written, written_too = self._f_of_two(s)
        first, second = self._p_of_two(s)
        return s.concludes(
            s.same(check(s.folder, written, first), check(s.folder, written_too, second))
        )

    def last_check(self) -> Step:
        """A check of the last round: what F reads does not count, since F must select what is left.

        If the second string's state is not reached, it has failed before.
        """
        s = self.new(
            "a check of the last round",
            *("masked", "masked'", "F", "F'", "reached'", "p's cells same"),
            *("p(0)>0", "p(0)>0'", "p(1)>0", "p(1)>0'", "bit", "bit'"),
        )
        first_round = cell_round(s.folder, s["masked"], s["F"])
        second_round = cell_round(s.folder, s["masked'"], s["F'"])
        s.premise(NO_MASK_LEFT, s.implies(s["reached'"], negated(second_round.masked)))
        s.premise(OWN_MASK, s.same(s["masked"], s["masked'"]))
        s.premise(OWN_TOKEN, s.same(s["bit"], s["bit'"]))
        first, second = self._p_of_two(s)
        violated = negated(check(s.folder, first_round.written, first))
        rejected = negated(s.both(s["reached'"], check(s.folder, second_round.written, second)))
        return s.concludes(s.implies(violated, rejected))

    def no_bit_unread(self) -> Step:
        """The certificate of parity: the violated check of an odd string looks at every bit."""
        s = self.new("no bit is left out", "bit", "others odd", "unread", "flipped sampled")
        odd = s.folder.parity_of([s["bit"], s["others odd"]])
        flipped_odd = s.folder.parity_of([negated(s["bit"]), s["others odd"]])
        s.premise(ODD, odd)
        s.premise(EVEN_SUPPORT, self._support(s, s["flipped sampled"], flipped_odd))
        s.premise(
            "a string that differs in an unread bit only is not sampled either",
            s.implies(s["unread"], negated(s["flipped sampled"])),
        )
        return s.concludes(negated(s["unread"]))


# --- how much a check sees ---------------------------------------------------------------------


def integers(*names: str) -> tuple[str, ...]:
    """Declarations of integer constants."""
    return tuple(f"(declare-const {name} Int)" for name in names)


def locality_queries(planted: Planted | None = None) -> tuple[Query, ...]:
    """The sizes: A, B before a round, A1, B1 after it, P for (k+1)^(t-1) with B = P after round t.

    A check sees S bits; P and Q = (k+1) P are powers of k + 1.
    """
    read = "A" if planted is Planted.CELLS_COST_MASKS else "B"
    grows = "k" if planted is Planted.GROWS_BY_K else "(+ k 1)"
    masks = ("the mask status takes the cells that F reads", f"(= A1 (+ A (* k {read})))")
    cells = ("a cell takes its mask status and its token", "(= B1 (+ A1 1))")
    before = ("the cell before", "(= B (+ A 1))")
    power = ("the power before", "(= B P)")
    return (
        Query(
            "sizes after round 1",
            "QF_NIA",
            integers("k", "A", "B", "A1", "B1"),
            (("nothing is read before round 1", "(and (= A 0) (= B 0))"), masks, cells),
            "(= B1 1)",
        ),
        Query(
            "sizes grow by k + 1",
            "QF_NIA",
            integers("k", "A", "B", "A1", "B1", "P"),
            (before, masks, cells, power),
            f"(= B1 (* {grows} P))",
        ),
        Query(
            "a check of round 1",
            "QF_NIA",
            integers("k", "A", "B", "S", "P"),
            (
                ("nothing is read before round 1", "(and (= A 0) (= B 0))"),
                ("what the check reads", "(<= S (+ A (* k B) (* k B) 1))"),
                ("the power of the last round", "(>= P 1)"),
            ),
            "(<= S P)",
        ),
        Query(
            "a check between the first round and the last",
            "QF_NIA",
            integers("k", "A", "B", "S", "P"),
            (
                before,
                power,
                ("the power is positive", "(>= P 1)"),
                ("what the check reads", "(<= S (+ A (* k B) (* k B) 1))"),
            ),
            "(<= S (* (+ k 1) (* (+ k 1) P)))",
        ),
        Query(
            "a check of the last round",
            "QF_NIA",
            integers("k", "A", "B", "S", "P"),
            (before, power, ("what the check reads", "(<= S (+ A (* k B) 1))")),
            f"(<= S (* {grows} P))",
        ),
        Query(
            "powers do not decrease",
            "QF_NIA",
            integers("k", "P"),
            (("k is no less than 0", "(>= k 0)"), ("the power is positive", "(>= P 1)")),
            "(and (<= P (* (+ k 1) P)) (>= (* (+ k 1) P) 1))",
        ),
    )


SKELETON = (
    "The output fixes the trace, since no token changes and F is deterministic.",
    "A string is sampled if and only if each cell that its trace writes could get its bit there.",
    "An odd string is not sampled, so one of its checks is violated; take an earliest one.",
    "A string with the same bits in the certificate of that check is not sampled either.",
    "If the certificate left out a bit, flipping it would give an even string, which is sampled.",
    "The mask status after round t takes A_t = A_(t-1) + k B_(t-1) bits, a cell B_t = A_t + 1.",
    "In the last round F is free, as a legal run ends without M: a check takes (k+1)^(D-1) bits.",
    "Earlier checks take no more, so n <= (k+1)^(D-1), that is D >= 1 + ceil(log_(k+1) n).",
)


def locality_proof(planted: Planted | None = None) -> Proof:
    """The lower bound for all n, k and D, with or without a clock, for any real probabilities."""
    s = LocalitySteps(planted)
    return Proof(
        STATEMENT,
        base=(s.start("the run and the trace start alike"), s.start("two traces start alike")),
        steps=(
            s.token_stays(),
            s.trace_follows_run(),
            s.drawn_is_possible(),
            s.run_follows_trace(),
            s.odd_string_fails(),
            s.mask_status(),
            s.cell(),
            s.earlier_check(),
            s.last_check(),
            s.no_bit_unread(),
        ),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.UNIONS),
        queries=tuple(query.name for query in locality_queries(planted)),
        skeleton=SKELETON,
    )
