"""Tokens as words of k bits, for every k: k rounds for one, and what no single round does.

Source: note VOCABULARY, statements 1 and 3, after Jiang, Haghtalab, Chen (ICLR 2026), section 2.
For k rounds the rules of the reduction (`model.constructions.vocabulary`), which are functions of a
few truth values about a block, are gone through by their tables.
"""

from __future__ import annotations

from dlmcheck.model.constructions.vocabulary import (
    counts_as_masked,
    is_begun,
    is_started,
    next_cell,
)
from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.arithmetic import ByQueries
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.one_cell_rounds import a_state_keeps_its_event
from dlmcheck.verify.proofs.tables import tabulated
from dlmcheck.verify.proofs.terms import Argument, Term, between, linear, real

NO_LABELLING = "all tokens but one, equally likely: no product of k bits in any labelling, k >= 2"

WORDS, SHORT = Term("words"), tuple(Term(f"left_out_{xy}") for xy in ("00", "01", "10", "11"))
"""Words with given first two bits; whether the word left out is one of them, 0 or 1."""


def no_labelling_queries() -> tuple[Query, ...]:
    """The first two bits are dependent, whichever word is left out."""
    cases = [
        f"(and {' '.join(other.equals(int(other is one)) for other in SHORT)})" for one in SHORT
    ]
    weights = [WORDS - out for out in SHORT]
    return (
        linear("two bits: one word each", {"k is 2": WORDS.equals(1)}, Term("0").below(WORDS)),
        linear(
            "one bit more, twice the words",
            {"so far": Term("0").below(WORDS), "doubled": Term("more").equals(WORDS * 2)},
            Term("0").below(Term("more")),
        ),
        real(
            "the first two bits are dependent",
            {
                "there are words": Term("0").below(WORDS),
                "one word is left out": f"(or {' '.join(cases)})",
            },
            f"(not {(weights[0] * weights[3]).equals(weights[1] * weights[2])})",
        ),
    )


NO_LABELLING_PROOF = ByQueries(NO_LABELLING, no_labelling_queries(), (Rule.NUMBERS, Rule.BIJECTION))


# --- k rounds for each round -------------------------------------------------------------------

K_ROUNDS = (
    "k binary cells and k rounds for each token and round: the same law, for every k, F without "
    "candidates and memory"
)
CHOSEN, SOME, WHOLE, MASKED = (
    "the source chooses the block",
    "it shows some bit",
    "it shows all bits",
    "it was masked",
)


def _block(name: str, *more: str) -> Implication:
    return Implication(name, CHOSEN, SOME, WHOLE, *more)


def _begun(s: Implication) -> Wire:
    wires = {"some": s[SOME], "whole": s[WHOLE]}
    return tabulated(s, wires, lambda v: is_begun(some=v["some"], whole=v["whole"]))


def first_phase() -> Step:
    """No block is half-written: those begin that the source chooses and sees masked."""
    s = _block("a round of the source begins with the blocks that it chooses")
    s.premise("no block is half-written", negated(_begun(s)))
    s.premise("a block that shows all bits shows some", s.implies(s[WHOLE], s[SOME]))
    wires = {"chosen": s[CHOSEN], "some": s[SOME]}
    started = tabulated(s, wires, lambda v: is_started(chosen=v["chosen"], some=v["some"]))
    seen = tabulated(s, {"whole": s[WHOLE]}, lambda v: counts_as_masked(whole=v["whole"]))
    return s.concludes(s.same(started, s.both(s[CHOSEN], seen)))


def later_phase() -> Step:
    """The half-written blocks are those that were begun: each gets its next bit."""
    s = _block("a later round goes on with the blocks begun, and with no other")
    begun = s.both(s[SOME], negated(s[WHOLE]))
    s.premise("begun blocks show some bits", s.implies(s[CHOSEN], begun))
    s.premise("others all or none", s.implies(negated(s[CHOSEN]), s.implies(s[SOME], s[WHOLE])))
    return s.concludes(s.same(_begun(s), s[CHOSEN]))


def source_state() -> Step:
    """Meanwhile the source's state before its round is still to be read."""
    s = _block("half-written blocks count as masked, as they were", MASKED)
    s.premise("begun blocks were masked", s.implies(s[CHOSEN], s[MASKED]))
    s.premise("and are not whole yet", s.implies(s[CHOSEN], negated(s[WHOLE])))
    other = s.same(s[WHOLE], negated(s[MASKED]))
    s.premise("other blocks are as they were", s.implies(negated(s[CHOSEN]), other))
    seen = tabulated(s, {"whole": s[WHOLE]}, lambda v: counts_as_masked(whole=v["whole"]))
    return s.concludes(s.same(seen, s[MASKED]))


def last_phase() -> Step:
    """After k rounds no block is half-written: G is applied, and the next round begins."""
    s = _block("after the last bit no block is half-written")
    s.premise("begun blocks are whole", s.implies(s[CHOSEN], s[WHOLE]))
    s.premise("others all or none", s.implies(negated(s[CHOSEN]), s.implies(s[SOME], s[WHOLE])))
    return s.concludes(negated(_begun(s)))


def k_rounds_queries() -> tuple[Query, ...]:
    """Which cell is next, how many rounds a block takes, and with what chance a word comes out."""
    start, shown, bits, after = map(Term, ("start", "shown", "k", "after"))
    place = next_cell(start, shown)
    return (
        linear(
            "the next cell is one of the block",
            {
                "some bits are shown, or none": Term("0").at_most(shown),
                "not all": shown.below(bits),
            },
            between(start, place, start + bits),
        ),
        linear(
            "the first so many cells are the ones shown",
            {"the next one is written": after.equals(place + 1)},
            after.equals(next_cell(start, shown + 1)),
        ),
        linear(
            "k rounds show k bits",
            {"before the last": shown.equals(bits - 1), "one more": after.equals(shown + 1)},
            after.equals(bits),
        ),
        a_state_keeps_its_event(),
    )


def k_rounds() -> Argument:
    """Write-once, or remasking with a round number or an absorbing stop; every k >= 1."""
    asked = k_rounds_queries()
    proof = Proof(
        K_ROUNDS,
        (first_phase(),),
        (later_phase(), source_state(), last_phase()),
        (Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.DRAWS),
        tuple(query.name for query in asked),
        (
            "Between two rounds of the source every block shows all bits or none.",
            "The first of k rounds writes the first cell of each block that the source chooses.",
            (
                "After s of them these blocks show s bits, and count as masked: p and F of the "
                "source still see the state before its round."
            ),
            (
                "Each bit is drawn given those before it, so a word comes out with its "
                "probability, and words of different blocks are independent."
            ),
            "After k rounds the blocks are whole: that is the source's write. Then G is applied.",
            (
                "If F chooses nothing a round passes in one: further rounds of the source change "
                "no output write-once, and nothing if its stop is absorbing."
            ),
        ),
    )
    return Argument(proof, asked)
