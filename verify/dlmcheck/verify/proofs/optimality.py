"""Rounds against depth, for all D: what a DLM samples in D rounds a circuit of depth r D samples.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3; the argument is in the note C-OPT. The
reduction is `dlmcheck.model.reductions.unrolled.unroll`. Its glue runs here twice: on bits, which
gives the steps, and on depths, where a gate is one more than the deepest of its arguments, which
gives the queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique
from itertools import permutations

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.reductions.unrolled import (
    choice,
    coded,
    depth_of_round,
    either,
    is_masked,
    remasked,
    shown_value,
)
from dlmcheck.spec.tokens import Code, Encoding
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.terms import Argument, Term, linear, number


@unique
class Parts(Enum):
    """Which parts a round has, beside the predictor and an F that does not see the candidates."""

    PLAIN = "no G"
    REMASKING = "with G"
    CANDIDATES = "F sees the candidates"
    BOTH = "F sees the candidates, with G"

    @property
    def remasks(self) -> bool:
        """Whether there is a G."""
        return self in (Parts.REMASKING, Parts.BOTH)

    @property
    def sees_candidates(self) -> bool:
        """Whether F sees the candidates."""
        return self in (Parts.CANDIDATES, Parts.BOTH)


LEGAL_CODES: tuple[Code, Code, Code] = ((False, False), (False, True), (True, False))


def every_encoding() -> tuple[Encoding, ...]:
    """The six legal encodings of 0, 1 and M as two bits."""
    return tuple(Encoding(*codes) for codes in permutations(LEGAL_CODES))


# --- steps: the glue on bits -----------------------------------------------------------------

SELECTED, MARKED, MASKED, TOKEN = "it is selected", "it is marked", "it is masked", "its token"
NEW_HIGH, NEW_LOW = "the new high bit", "the new low bit"
OLD_HIGH, OLD_LOW = "the old high bit", "the old low bit"


def same_cell(s: Implication, first: tuple[Wire, Wire], second: tuple[Wire, Wire]) -> Wire:
    """Whether two cells show one token: both halves of the code are the same."""
    return s.both(s.same(first[0], second[0]), s.same(first[1], second[1]))


def write_step(*, selected: bool) -> Step:
    """A selected cell gets what was drawn, another one stays."""
    name = "a selected cell gets what is drawn" if selected else "a cell not selected stays"
    s = Implication(name, SELECTED, NEW_HIGH, NEW_LOW, OLD_HIGH, OLD_LOW)
    new, old = (s[NEW_HIGH], s[NEW_LOW]), (s[OLD_HIGH], s[OLD_LOW])
    flag = s[SELECTED]
    s.premise(SELECTED if selected else "it is not selected", flag if selected else negated(flag))
    return s.concludes(same_cell(s, either(s.folder, flag, new, old), new if selected else old))


def remask_step(*, marked: bool) -> Step:
    """A cell that G marks becomes M, another one stays, in every encoding."""
    name = "a marked cell becomes M" if marked else "a cell not marked stays"
    s = Implication(name, MARKED, OLD_HIGH, OLD_LOW)
    flag, old = s[MARKED], (s[OLD_HIGH], s[OLD_LOW])
    s.premise(MARKED if marked else "it is not marked", flag if marked else negated(flag))
    found: list[Wire] = []
    for encoding in every_encoding():
        after = remasked(s.folder, flag, old, encoding.mask)
        if marked:
            found += [w if bit else negated(w) for w, bit in zip(after, encoding.mask, strict=True)]
        else:
            found.append(same_cell(s, after, old))
    return s.concludes(s.both(*found))


def output_step() -> Step:
    """The output wire of a visible cell is its token, in every encoding."""
    s = Implication("the output wire is the token", MASKED, TOKEN)
    s.premise("the cell is visible", negated(s[MASKED]))
    found: list[Wire] = []
    for encoding in every_encoding():
        found.append(s.same(shown_value(encoding, coded_cell(s, encoding)), s[TOKEN]))
    return s.concludes(s.both(*found))


def mask_test_step() -> Step:
    """The test for M is right on every code of a token, in every encoding."""
    s = Implication("the test for M is right", MASKED, TOKEN)
    found: list[Wire] = []
    for encoding in every_encoding():
        found.append(s.same(is_masked(s.folder, encoding, coded_cell(s, encoding)), s[MASKED]))
    return s.concludes(s.both(*found))


def coded_cell(
    s: Implication, encoding: Encoding, masked: str = MASKED, shown: str = TOKEN
) -> tuple[Wire, Wire]:
    """The wires of a cell that is masked or shows a token, from the atoms of these names."""
    token = s[shown]
    high, low = (coded(token, encoding.zero[half], encoding.one[half]) for half in (0, 1))
    return remasked(s.folder, s[masked], (high, low), encoding.mask)


def steps(parts: Parts) -> tuple[Step, ...]:
    """The steps of a round with these parts."""
    found = [write_step(selected=True), write_step(selected=False), output_step()]
    if parts.remasks:
        found += [remask_step(marked=True), remask_step(marked=False)]
    if parts.sees_candidates:
        found.append(mask_test_step())
    return tuple(found)


# --- queries: the glue on depths ---------------------------------------------------------------


def largest(first: Term, second: Term) -> Term:
    """The larger of two terms."""
    return Term(f"(ite {first.at_most(second)} {second.text} {first.text})")


class Depths:
    """The glue's gates, on the depths of wires: an upper bound, since folding only lowers it."""

    def all_of(self, wires: Sequence[Term]) -> Term:
        """One more than the deepest argument."""
        deepest = wires[0]
        for wire in wires[1:]:
            deepest = largest(deepest, wire)
        return deepest + 1

    def any_of(self, wires: Sequence[Term]) -> Term:
        """One more than the deepest argument."""
        return self.all_of(wires)

    def negated(self, wire: Term) -> Term:
        """Negations stand on edges."""
        return wire


P, Q, R, TEST = map(Term, ("predictor", "unmask", "remask", "test"))
BEFORE, AFTER, ROUND = Term("before"), Term("after"), Term("round_depth")
DRAWN, CHOSEN, OLD, MARK = map(Term, ("drawn", "selected", "old", "mark"))
VISIBLE = Term("visible_test")


def round_query(parts: Parts) -> Query:
    """One round deepens the wires by at most the depth of a round; r is computed as stated.

    A variable is the depth of the deepest wire of its kind, over all cells.
    """
    gates = Depths()
    premises = {
        "the wires before": OLD.at_most(BEFORE),
        "the predictor on these": DRAWN.at_most(BEFORE + P),
    }
    if parts.sees_candidates:
        premises["the test for M"] = VISIBLE.at_most(BEFORE + TEST)
        seen = choice(gates, VISIBLE, DRAWN, OLD)
        # F may read the old wires as well.
        premises["F on these and on the candidates"] = CHOSEN.at_most(largest(seen, OLD) + Q)
        premises["no depth is negative"] = f"(and (<= 0 {TEST.text}) (<= 0 {Q.text}))"
    else:
        premises["F on these"] = CHOSEN.at_most(BEFORE + Q)
        premises["no depth is negative"] = f"(and (<= 0 {P.text}) (<= 0 {Q.text}))"
    after = choice(gates, CHOSEN, DRAWN, OLD)
    if parts.remasks:
        premises["G on what is written"] = MARK.at_most(after + R)
        premises["G's depth is not negative"] = number(0).at_most(R)
        high, low = remasked(gates, MARK, (after, after), (True, False))
        after = largest(high, low)
    stated = depth_of_round(
        P, Q, R if parts.remasks else None, TEST if parts.sees_candidates else None, largest
    )
    return linear("a round adds at most its depth", premises, after.at_most(BEFORE + stated))


def queries(parts: Parts) -> tuple[Query, ...]:
    """The queries of arithmetic of one proof."""
    wire, level, reader, total, later = map(
        Term, ("wire", "level", "reader_level", "product", "next_product")
    )
    return (
        linear(
            "a circuit on wires adds at most its depth, gate by gate",
            {
                "the claim for the deepest argument": wire.at_most(BEFORE + level),
                "the reader is a level above": level.below(reader),
            },
            Depths().all_of([wire]).at_most(BEFORE + reader),
        ),
        round_query(parts),
        linear(
            "before round 1 all wires are inputs or constants",
            {"no round": total.equals(0), "depth of inputs and constants": BEFORE.equals(0)},
            BEFORE.at_most(total),
        ),
        linear(
            "one round more, one depth of a round more",
            {
                "the claim before the round": BEFORE.at_most(total),
                "the round adds at most its depth": AFTER.at_most(BEFORE + ROUND),
                "one more times the round's depth": later.equals(total + ROUND),
            },
            AFTER.at_most(later),
        ),
        linear(
            "an output that is constant costs no more",
            {
                "there is a round": ROUND.at_most(total),
                "its glue is two deep": number(2).at_most(ROUND),
            },
            number(1).at_most(total),
        ),
    )


# --- the proofs --------------------------------------------------------------------------------


def statement(parts: Parts) -> str:
    """What is proved of rounds with these parts."""
    return f"D rounds unrolled: the same law, depth at most D times that of a round; {parts.value}"


def argument(parts: Parts) -> Argument:
    """The converse of C-OPT for every schedule and every D >= 1."""
    asked = queries(parts)
    proof = Proof(
        statement(parts),
        (),
        steps(parts),
        (Rule.ROUNDS, Rule.UNIFORM, Rule.FAN_IN, Rule.COUPLING),
        tuple(query.name for query in asked),
        (
            "Each cell is two wires; before round 1 they are constants, inputs or coins.",
            (
                "A round inlines p and F on the wires and chooses, for each cell, between what is "
                "drawn and what was there; then it inlines G and sets M where that says so."
            ),
            (
                "So the wires after round t are the codes of the run's state, as functions of the "
                "same coins, and the output wire of a visible cell is its token."
            ),
            (
                "Inlining adds at most the circuit's depth, the choice two gates and M one, which "
                "is the depth of a round."
            ),
            "After D rounds the depth is at most D times that; folding constants only lowers it.",
        ),
    )
    return Argument(proof, asked)
