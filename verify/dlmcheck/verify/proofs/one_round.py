"""No single round samples even parity, for all n: a round from a fixed state is a product law.

Source: Jiang, Haghtalab, Chen (ICLR 2026), remark after Theorems 4.1 and 4.2; note R-4. The
wires of a cell in a round are those of `dlmcheck.model.reductions.unrolled`, in every encoding.
"""

from __future__ import annotations

from dlmcheck.model.reductions.folding import Wire, constant, negated
from dlmcheck.model.reductions.unrolled import coded, either, is_masked, remasked
from dlmcheck.spec.tokens import Encoding
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.dimension import even_product_is_a_point
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.optimality import every_encoding
from dlmcheck.verify.proofs.rigidity import flip_keeps_parity
from dlmcheck.verify.proofs.terms import Argument, Term, linear

STATEMENT = "D_n is no product law, so no single round samples it, for every n >= 2"
DRAWN_MASK, DRAWN_ONE = "M is drawn", "1 is drawn"
SELECTED, MARKED = "it is selected", "it is marked"
VISIBLE = "the cell is visible at the end"


def shows_what_is_drawn() -> Step:
    """A cell that starts masked and ends visible was selected, is not marked, and shows its draw.

    So whatever F and G see and draw, the state at the end is the predictor's draw.
    """
    s = Implication(
        "a cell that ends visible shows what is drawn", SELECTED, MARKED, DRAWN_MASK, DRAWN_ONE
    )
    visible: list[Wire] = []
    same: list[Wire] = []
    for encoding in every_encoding():
        drawn = _drawn(s, encoding)
        masked = tuple(constant(bit) for bit in encoding.mask)
        written = either(s.folder, s[SELECTED], drawn, (masked[0], masked[1]))
        after = remasked(s.folder, s[MARKED], written, encoding.mask)
        visible.append(negated(is_masked(s.folder, encoding, after)))
        same += [s.same(one, other) for one, other in zip(after, drawn, strict=True)]
    s.premise(VISIBLE, s.both(*visible))
    return s.concludes(s.both(s[SELECTED], negated(s[MARKED]), *same))


def _drawn(s: Implication, encoding: Encoding) -> tuple[Wire, Wire]:
    high, low = (coded(s[DRAWN_ONE], encoding.zero[k], encoding.one[k]) for k in (0, 1))
    return remasked(s.folder, s[DRAWN_MASK], (high, low), encoding.mask)


N = Term("n")
TWO_CELLS = linear(
    "there are two cells",
    {"n is at least 2": Term("2").at_most(N)},
    f"(and {Term('0').below(N)} {Term('1').below(N)})",
)


def argument() -> Argument:
    """R-4, its second half: all edits, every F and G, with or without clock, any predictor."""
    proof = Proof(
        STATEMENT,
        base=(shows_what_is_drawn(),),
        steps=(even_product_is_a_point(), flip_keeps_parity()),
        rules=(Rule.DRAWS, Rule.LISTS, Rule.FAN_IN),
        queries=(TWO_CELLS.name,),
        skeleton=(
            "The start is one state with all cells masked, and at the end no cell is masked.",
            "So each cell shows what the predictor drew, whatever F and G see or draw.",
            "Given the start the draws are independent: the law at the end is a product law.",
            (
                "If in a product law a cell has two tokens, a drawn string with that cell flipped "
                "is drawn as well; of the two one is odd. So on even strings it is a point."
            ),
            (
                "D_n draws every even string; with n >= 2 flipping cells 0 and 1 of one gives "
                "another one, and cell 0 has two tokens."
            ),
        ),
    )
    return Argument(proof, (TWO_CELLS,))
