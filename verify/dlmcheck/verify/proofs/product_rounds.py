"""One round if and only if a product law; uniform linear codes in two rounds. For every n.

Sources: Jiang, Haghtalab, Chen (ICLR 2026), section 2, for the round; the notes SEPARATION (one
round, at every point of the lattice) and ROUNDS-WRITE-ONCE (codes) have the arguments. The round
is that of `model.reductions.unrolled`, on the wires of one cell.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.reductions.trace import cell_round
from dlmcheck.model.reductions.unrolled import either, remasked
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.one_cell_rounds import a_state_keeps_its_event
from dlmcheck.verify.proofs.one_round import shows_what_is_drawn
from dlmcheck.verify.proofs.optimality import coded_cell, every_encoding, same_cell
from dlmcheck.verify.proofs.terms import Argument, Term, linear, real

ONLY_PRODUCTS = "one round from masks that leaves none: a product law, for all L, edits, F and G"
EVERY_PRODUCT = "every product law takes one round, for every n"
ONE_ROUND = "write-once, L = n: one round if and only if a product law, for every n"
CODES = "uniform on a linear code: one round if a product, else two, fixed or not, for every n"

SELECTED, MARKED = "it is selected", "it is marked"
OLD_MASKED, OLD_TOKEN = "it was masked", "the token it showed"
NEW_MASKED, NEW_TOKEN = "M is drawn", "the token drawn"
ATOMS = (SELECTED, MARKED, OLD_MASKED, OLD_TOKEN, NEW_MASKED, NEW_TOKEN)

# --- one round ---------------------------------------------------------------------------------


def writes_everything() -> Step:
    """Where F selects a cell and G does not mark it, it shows what was drawn."""
    s = Implication("a cell that is selected and not marked shows its candidate", *ATOMS)
    shown: list[Wire] = []
    for encoding in every_encoding():
        old = coded_cell(s, encoding, OLD_MASKED, OLD_TOKEN)
        new = coded_cell(s, encoding, NEW_MASKED, NEW_TOKEN)
        written = either(s.folder, s[SELECTED], new, old)
        shown.append(same_cell(s, remasked(s.folder, s[MARKED], written, encoding.mask), new))
    s.premise(SELECTED, s[SELECTED])
    s.premise("it is not marked", negated(s[MARKED]))
    return s.concludes(s.both(*shown))


ONLY_IF = (
    "Before round 1 every cell is masked; every output cell is visible after it.",
    "So the output is the candidates of its cells, whatever F and G do and see.",
    "Candidates are drawn independently given the state, and there is one state before round 1.",
)
IF = (
    "F selects every cell, G does nothing, p_i is the law of bit i.",
    "So the output is the candidates, independent and with these laws.",
)


def _proof(statement: str, steps: tuple[Step, ...], skeleton: tuple[str, ...]) -> Argument:
    return Argument(Proof(statement, (), steps, (Rule.UNIFORM, Rule.DRAWS), (), skeleton), ())


def only_products() -> Argument:
    """What one round makes of masks everywhere, if it leaves no mask."""
    return _proof(ONLY_PRODUCTS, (shows_what_is_drawn(),), ONLY_IF)


def every_product() -> Argument:
    """The sampler of a product law."""
    return _proof(EVERY_PRODUCT, (writes_everything(),), IF)


def one_round() -> Argument:
    """Both directions."""
    return _proof(ONE_ROUND, (shows_what_is_drawn(), writes_everything()), (*ONLY_IF, *IF))


# --- linear codes ------------------------------------------------------------------------------


def adding_keeps() -> Step:
    """Adding a word keeps the cells in which it is 0."""
    s = Implication("adding the word keeps what stands before", "bit", "word")
    s.premise("the word is 0 there", negated(s["word"]))
    return s.concludes(s.same(s.folder.parity_of([s["bit"], s["word"]]), s["bit"]))


def adding_flips() -> Step:
    """Adding a word flips a cell in which it is 1, and adding it again undoes that."""
    s = Implication("adding the word flips its first 1, and back", "bit", "word")
    s.premise("the word is 1 there", s["word"])
    new = s.folder.parity_of([s["bit"], s["word"]])
    back = s.folder.parity_of([new, s["word"]])
    return s.concludes(s.both(negated(s.same(new, s["bit"])), s.same(back, s["bit"])))


def sum_is_zero() -> Step:
    """The sum of two words is 0 where they agree."""
    s = Implication("two words that agree have a sum that is 0", "bit", "bit'")
    s.premise("they agree there", s.same(s["bit"], s["bit'"]))
    return s.concludes(negated(s.folder.parity_of([s["bit"], s["bit'"]])))


def check_cell() -> Step:
    """Two words that agree before a cell in which no word has its first 1 agree there."""
    s = Implication("a check cell is a function of the cells before", "bit", "bit'", "0 before")
    total = s.folder.parity_of([s["bit"], s["bit'"]])
    s.premise("their sum is 0 before", s["0 before"])
    s.premise("no word has its first 1 there", s.implies(s["0 before"], negated(total)))
    return s.concludes(s.same(s["bit"], s["bit'"]))


def determined() -> Step:
    """Two words that agree on the information set agree everywhere, cell by cell."""
    s = Implication(
        "words that agree on the information set agree", "first 1", "agree before", "agree here"
    )
    first, before, here = s["first 1"], s["agree before"], s["agree here"]
    s.premise("they agree before", before)
    s.premise("they agree on the information set", s.implies(first, here))
    s.premise("check cells are functions", s.implies(s.both(negated(first), before), here))
    return s.concludes(here)


def two_rounds() -> Step:
    """The information set in round 1, what is masked in round 2."""
    s = Implication("two rounds write every cell", "masked", "first 1")
    first = cell_round(s.folder, s["masked"], s["first 1"])
    second = cell_round(s.folder, first.masked, first.masked)
    s.premise("the cell starts masked", s["masked"])
    written = s.both(s.same(first.written, s["first 1"]), s.same(second.written, first.masked))
    return s.concludes(s.both(written, negated(second.masked)))


def code_queries() -> tuple[Query, ...]:
    """A fair bit from equally many words, and the number of rounds."""
    zeros, ones, chance, rounds = map(Term, ("zeros", "ones", "p", "rounds"))
    total = zeros + ones
    return (
        real(
            "as many words with 0 as with 1 make a fair bit",
            {
                "as many": zeros.equals(ones),
                "at least one": Term("0").below(ones),
                "the chance is conditional": (chance * total).equals(ones),
            },
            (chance + chance).equals(1),
        ),
        linear(
            "at least one round, and not one if no product",
            {
                "there is a round": Term("1").at_most(rounds),
                "one is not enough": f"(not {rounds.equals(1)})",
            },
            Term("2").at_most(rounds),
        ),
        a_state_keeps_its_event(),
    )


def codes() -> Argument:
    """Every linear code over GF(2), of any length and dimension."""
    asked = code_queries()
    proof = Proof(
        CODES,
        (),
        (
            *(adding_keeps(), adding_flips(), sum_is_zero(), check_cell(), determined()),
            *(two_rounds(), shows_what_is_drawn(), writes_everything()),
        ),
        (Rule.POSITIONS, Rule.LISTS, Rule.BIJECTION, Rule.UNIFORM, Rule.DRAWS),
        tuple(query.name for query in asked),
        (
            "The information set: the cells in which some word has its first 1.",
            (
                "Adding such a word pairs the words with a given beginning, and flips that bit: "
                "the bits of the information set are fair and independent."
            ),
            (
                "In any other cell two words that agree before it agree, since their sum has no "
                "first 1 there: it is a function of the information set."
            ),
            "Round 1 writes the information set by fair coins, round 2 the rest, which is certain.",
            "One round gives a product law, and any product law.",
        ),
    )
    return Argument(proof, asked)
