"""Any target in three rounds of revision, by the alias method, for every n.

Sources: public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026), claim X-ALIAS3; the note
SEPARATION has the arguments. The rules of the sampler (`model.samplers.alias`) are functions
of a few truth values: the steps go through their tables. What the alias table does to weights is
run on terms.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.samplers.alias import (
    Marking,
    Phase,
    chosen,
    end_before_the_mark,
    handed_over,
    is_selected,
    phase,
)
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.tables import tabulated
from dlmcheck.verify.proofs.terms import Argument, Term, between, differ, real

ALIAS = {
    marking: f"any law on n bits in three rounds of revision, every n: rounds told by {how}"
    for marking, how in {
        Marking.UNWRITTEN: "an unwritten cell",
        Marking.PREDICTED_MASK: "M in the last cell",
        Marking.CLOCK: "the round number",
    }.items()
}

ZERO, ONE = Term("0"), Term("1")

# --- the alias table ---------------------------------------------------------------------------

SMALL, GIVER, REST, TOTAL, BINS = map(Term, ("small", "giver", "rest", "total", "bins"))
WEIGHT, RECEIVED, CHANCE = Term("weight"), Term("received"), Term("chance")


def table_queries() -> tuple[Query, ...]:
    """Bins, each filled up to 1 by one other: what is handed over adds up to the weights."""
    keep, left = handed_over(SMALL, GIVER, ONE)
    small = {"the bin is small": between(ZERO, SMALL, ONE)}
    full = {"the unfinished bins hold as much as they are": TOTAL.equals(BINS)}
    one_more = Term("one_more")
    return (
        real(
            "at the start the bins hold as much as they are",
            {
                "the weights add up to 1": Term("sum").equals(1),
                "each is multiplied": TOTAL.equals(BINS * Term("sum")),
            },
            TOTAL.equals(BINS),
        ),
        real(
            "one more bin that is not large",
            {"those before": REST.at_most(BINS), "this one": one_more.at_most(1)},
            (REST + one_more).at_most(BINS + 1),
        ),
        real(
            "beside a small bin there is a large one",
            {
                "the bin is small": SMALL.below(1),
                "all hold": TOTAL.equals(SMALL + REST),
                **full,
            },
            (BINS - 1).below(REST),
        ),
        real(
            "what is kept is a probability, and the giver does not owe",
            {**small, "the giver is large": ONE.below(GIVER)},
            f"(and {between(ZERO, keep, ONE)} {ZERO.below(left)})",
        ),
        real(
            "one bin less still holds as much as it is",
            {**full, "the others hold the rest": TOTAL.equals(SMALL + GIVER + REST)},
            (left + REST).equals(BINS - 1),
        ),
        real(
            "the small bin's weight is what it keeps and has received",
            {"before": WEIGHT.equals(SMALL + RECEIVED)},
            WEIGHT.equals(keep + RECEIVED),
        ),
        real(
            "the giver's weight is what it has left, has received and receives",
            {"before": WEIGHT.equals(GIVER + RECEIVED)},
            WEIGHT.equals(left + (RECEIVED + (ONE - keep))),
        ),
        real(
            "where no bin is small all are full",
            {
                **full,
                "all hold": TOTAL.equals(SMALL + REST),
                "this one is not small": ONE.at_most(SMALL),
                "nor are the others": (BINS - 1).at_most(REST),
            },
            SMALL.equals(1),
        ),
    )


def law_queries() -> tuple[Query, ...]:
    """From the table to the law of the prefix, and of the string."""
    half, cells, mass = Term("chance_of_a_bin"), Term("bins"), Term("mass")
    return (
        real(
            "a fair bit more: twice the bins, half the chance",
            {"so far": (cells * half).equals(1), "half": (Term("next") * 2).equals(half)},
            (cells * 2 * Term("next")).equals(1),
        ),
        real(
            "a prefix comes out with its weight",
            {
                "its bin, and those whose alias it is": (CHANCE * BINS).equals(
                    Term("keep") + RECEIVED
                ),
                "by the table": (WEIGHT * BINS).equals(Term("keep") + RECEIVED),
                "there are bins": differ(BINS, ZERO),
            },
            CHANCE.equals(WEIGHT),
        ),
        last_bit_query(mass),
    )


def part_of(part: Term, mass: Term) -> str:
    """0 <= part <= mass."""
    return f"(and {ZERO.at_most(part)} {part.at_most(mass)})"


def last_bit_query(mass: Term) -> Query:
    """The last bit by its conditional law; where that is not defined, nothing weighs anything."""
    ones, q = Term("ones"), Term("q")
    return real(
        "the last bit by its conditional law",
        {
            "a part of the mass": part_of(ones, mass),
            "conditional": f"(or {mass.equals(0)} {(q * mass).equals(ones)})",
            "the rest comes out with its mass": CHANCE.equals(mass),
        },
        (CHANCE * q).equals(ones),
    )


# --- three rounds ------------------------------------------------------------------------------

PREFIX, END = "the prefix is masked", "the last cell is masked"
FIRST, SECOND = "it is round 1", "it is round 2"


class _Round:
    """A round of the alias sampler: the prefix is masked or shown as a whole."""

    def __init__(self, name: str, marking: Marking) -> None:
        atoms = (PREFIX, END, FIRST, SECOND) if marking is Marking.CLOCK else (PREFIX, END)
        self.s = Implication(name, *atoms)
        self.marking = marking

    def draws(self, wanted: Phase) -> Wire:
        """Whether the round draws this."""
        wires = {"prefix": self.s[PREFIX], "end": self.s[END]}
        if self.marking is not Marking.CLOCK:
            return tabulated(
                self.s,
                wires,
                lambda v: phase(None, prefix_masked=v["prefix"], end_masked=v["end"]) is wanted,
            )
        wires |= {"first": self.s[FIRST], "second": self.s[SECOND]}
        return tabulated(
            self.s,
            wires,
            lambda v: (
                phase(
                    1 if v["first"] else 2 if v["second"] else 3,
                    prefix_masked=v["prefix"],
                    end_masked=v["end"],
                )
                is wanted
            ),
        )

    def selects(self, *, end: bool) -> Wire:
        """Whether F selects the last cell, or one of the prefix."""
        if self.marking is not Marking.UNWRITTEN:
            return self.s.either(self.s[END], negated(self.s[END]))
        return tabulated(
            self.s,
            {"prefix": self.s[PREFIX], "last": self.s[END]},
            lambda v: is_selected(
                end=end,
                masked=v["last" if end else "prefix"],
                any_masked=v["prefix"] or v["last"],
                all_masked=v["prefix"] and v["last"],
                alone=False,
            ),
        )

    def round_is(self, number: int) -> None:
        """Premise: the round number, where it is known."""
        if self.marking is Marking.CLOCK:
            first, second = self.s[FIRST], self.s[SECOND]
            known = {
                1: first,
                2: self.s.both(negated(first), second),
                3: self.s.both(negated(first), negated(second)),
            }
            self.s.premise(f"it is round {number}", known[number])


def first_round(marking: Marking) -> Step:
    """From masks: the prefix is drawn, and the last cell tells that there is no mark yet."""
    r = _Round("round 1 draws a bin", marking)
    s = r.s
    r.round_is(1)
    if marking is not Marking.CLOCK:
        s.premise(PREFIX, s[PREFIX])
    if marking is Marking.UNWRITTEN:
        s.premise(END, s[END])
    selected = r.selects(end=True)
    drawn = s.both(selected, *([] if end_before_the_mark(marking) == MASK else [negated(selected)]))
    masked = s.either(drawn, s.both(s[END], negated(selected)))
    told = negated(masked) if marking is Marking.CLOCK else masked
    return s.concludes(s.both(r.draws(Phase.BINS), r.selects(end=False), told))


def second_round(marking: Marking) -> Step:
    """The bin stands: the mark is drawn, and the prefix stays."""
    r = _Round("round 2 draws the mark", marking)
    r.round_is(2)
    r.s.premise("the prefix is visible", negated(r.s[PREFIX]))
    if marking is not Marking.CLOCK:
        r.s.premise(END, r.s[END])
    return r.s.concludes(r.s.both(r.draws(Phase.MARK), r.selects(end=True)))


def third_round(marking: Marking) -> Step:
    """The bin and the mark stand: the prefix is rewritten, the last bit drawn."""
    r = _Round("round 3 writes the result", marking)
    r.round_is(3)
    r.s.premise("the prefix is visible", negated(r.s[PREFIX]))
    r.s.premise("the last cell is visible", negated(r.s[END]))
    selected = r.s.both(r.selects(end=False), r.selects(end=True))
    return r.s.concludes(r.s.both(r.draws(Phase.RESULT), selected))


def result(*, kept: bool) -> Step:
    """A cell of the prefix shows the bin's bit if the mark says keep, else the alias's."""
    s = Implication("a kept bin" if kept else "an alias", "mark", "bin", "alias")
    wires = {"mark": s["mark"], "bin": s["bin"], "alias": s["alias"]}
    bit = tabulated(s, wires, lambda v: chosen(v["mark"], v["bin"], v["alias"]))
    s.premise("the mark", s["mark"] if kept else negated(s["mark"]))
    return s.concludes(s.same(bit, s["bin"] if kept else s["alias"]))


def single_cell() -> Step:
    """n = 1: the cell is selected in every round, masked or not."""
    s = Implication("a single cell is always selected", "masked")
    found = tabulated(
        s,
        {"masked": s["masked"]},
        lambda v: is_selected(
            end=True,
            masked=v["masked"],
            any_masked=v["masked"],
            all_masked=v["masked"],
            alone=True,
        ),
    )
    return s.concludes(found)


RULES = (Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS)


def alias_argument(marking: Marking) -> Argument:
    """Three rounds of revision, for one way to tell the rounds apart."""
    asked = (*table_queries(), *law_queries())
    single = (single_cell(),) if marking is Marking.UNWRITTEN else ()
    proof = Proof(
        ALIAS[marking],
        (first_round(marking),),
        (
            *(second_round(marking), third_round(marking), result(kept=True), result(kept=False)),
            *single,
        ),
        RULES,
        tuple(query.name for query in asked),
        (
            "N = 2^(n-1) bins, one for each prefix, with N times its weight.",
            (
                "While a bin holds less than 1 another holds more, and fills it up: what a bin "
                "keeps and what those hand over whose alias it is add up to N times its weight."
            ),
            "Round 1 draws a bin by fair bits, round 2 whether it is kept, round 3 the result.",
            "Which round it is can be told by what is masked, or is known.",
            "So a prefix comes out with its weight, and the last bit by its conditional law.",
            "For n = 1 there is one bin, which is kept, and round 3 draws the bit.",
        ),
    )
    return Argument(proof, asked)
