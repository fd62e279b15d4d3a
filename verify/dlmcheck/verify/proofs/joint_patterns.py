"""Any target in two rounds with jointly random F or G, for every n.

Source: public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026); the note SEPARATION has the
arguments. The rules of the samplers (`model.samplers.drawn_patterns`) are functions of a few truth
values: the steps go through their tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.samplers.drawn_patterns import (
    bit_of_pattern,
    hidden_by_pattern,
    shown_by_pattern,
)
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.any_target import last_bit_query, part_of
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.tables import tabulated
from dlmcheck.verify.proofs.terms import Argument, Term, real

JOINT_F = "any law on n bits in two rounds write-once, F jointly random, every n"
JOINT_G = "any law on n bits in two rounds, G jointly random, every n >= 2"


def _read(s: Implication, masked: Wire, token: Wire) -> Wire:
    """The bit that a cell's pattern stands for."""
    return tabulated(
        s,
        {"masked": masked, "token": token},
        lambda v: bit_of_pattern(MASK if v["masked"] else int(v["token"])) == 1,
    )


def _first(s: Implication, wires: Mapping[str, Wire], *, odd: bool) -> Wire:
    """Whether F writes a cell in round 1."""
    return tabulated(s, wires, lambda v: shown_by_pattern(v["bit"], odd=odd, empty=v["empty"]))


def pattern_says(*, joint_g: bool) -> Step:
    """What is visible after round 1 shows 1: read back, it is the bit that was drawn."""
    who = "G hides zeros" if joint_g else "F writes ones"
    s = Implication(f"{who}, and the pattern is read as the bits", "bit", "empty", "shows 1")
    if joint_g:
        masked = tabulated(s, {"bit": s["bit"]}, lambda v: hidden_by_pattern(v["bit"]))
    else:
        wires = {"bit": s["bit"], "empty": s["empty"]}
        shown = _first(s, wires, odd=False)
        masked = negated(shown)
    s.premise("round 1 writes 1", s.implies(negated(masked), s["shows 1"]))
    return s.concludes(s.same(_read(s, masked, s["shows 1"]), s["bit"]))


def something_is_shown() -> Step:
    """After round 1 not all is masked: round 2 is told from round 1."""
    s = Implication("F leaves a cell visible", "empty", "bit of i")
    s.premise("if y is not 0, some i has a 1", s.implies(negated(s["empty"]), s["bit of i"]))
    wires = {"bit": s["bit of i"], "empty": s["empty"]}
    found = [_first(s, wires, odd=odd) for odd in (False, True)]
    return s.concludes(s.either(*found))


def zeros_written() -> Step:
    """Round 2 writes 0 where it is masked: the cell shows its bit."""
    s = Implication("round 2 writes the zeros", "masked", "shows 1", "bit")
    s.premise("the pattern says the bit", s.same(_read(s, s["masked"], s["shows 1"]), s["bit"]))
    after = s.both(negated(s["masked"]), s["shows 1"])
    return s.concludes(s.same(after, s["bit"]))


def odd_cell() -> Step:
    """The odd cell is drawn once: in round 1 if y is 0, else in round 2, in both given y."""
    s = Implication("the odd cell is written in round 1 if y is 0, and only then", "empty", "bit")
    wires = {"bit": s["bit"], "empty": s["empty"]}
    first = _first(s, wires, odd=True)
    return s.concludes(s.same(first, s["empty"]))


def _two_rounds(
    statement: str, steps: tuple[Step, ...], skeleton: tuple[str, ...], queries: tuple[Query, ...]
) -> Argument:
    names = tuple(query.name for query in queries)
    rules = (Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.DRAWS)
    return Argument(Proof(statement, (), steps, rules, names, skeleton), queries)


def joint_f_argument() -> Argument:
    """F draws which cells show ones."""
    steps = (pattern_says(joint_g=False), something_is_shown(), zeros_written(), odd_cell())
    skeleton = (
        "F draws y, the string without one cell, and writes its ones; if there are none, the cell.",
        "So some cell is visible, and what is visible says what y is.",
        "Round 2 writes zeros, and the one cell by its law given y, if it was not drawn already.",
        "So y comes out with its mass, and the one cell by its conditional law.",
    )
    return _two_rounds(JOINT_F, steps, skeleton, (last_bit_query(Term("mass")),))


def joint_g_argument() -> Argument:
    """G draws which cells are hidden."""
    first, rest = Term("mass_of_first"), Term("r")
    given = real(
        "the first bit, and the others given it",
        {
            "a part of its mass": part_of(Term("mass"), first),
            "conditional": f"(or {first.equals(0)} {(rest * first).equals(Term('mass'))})",
        },
        (first * rest).equals(Term("mass")),
    )
    steps = (pattern_says(joint_g=True), zeros_written())
    skeleton = (
        "Round 1 writes cell 1 by its law and 1 in all others but cell 0; cell 0 is masked.",
        "G draws the others given cell 1, and hides the zeros; cell 1 stays visible.",
        "So what is visible says what was drawn; round 2 writes zeros, and cell 0 by its law.",
        "In round 2 cell 0 is visible, and G hides nothing.",
    )
    return _two_rounds(JOINT_G, steps, skeleton, (given, last_bit_query(Term("mass"))))
