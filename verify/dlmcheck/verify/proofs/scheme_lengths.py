"""The least length of a gate-for-gate scheme, for all widths and depths, both ends.

Source: the notes C-SPACE (write-once) and T3-SHORTER (revision), after Jiang, Haghtalab, Chen (ICLR
2026), section 3. The steps are those of `scheme_cells`; how many cells and layers there are is left
to queries. Other edits and fits than the default ones are for planting errors.
"""

from __future__ import annotations

from dlmcheck.spec.lattice import Edits
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule
from dlmcheck.verify.proofs.scheme_cells import (
    Fits,
    block_tells,
    blocks_are_legal,
    constants_tell,
    everything_is_legal,
    growing_is_legal,
    masks_tell,
    shows_in_sight,
    shows_nothing_new,
    stays_visible,
)
from dlmcheck.verify.proofs.terms import Argument, Term, between, linear, real
from dlmcheck.verify.searches.schemes import fits

WRITE_ONCE = (
    "write-once: the least L of a gate-for-gate scheme for w nodes in each of d+1 layers is w(d+1)"
)
TOKENS = (
    "revise-token: the least L of a gate-for-gate scheme is w + c - 1, c least with d + 2 <= 2^c"
)
ANY = (
    "revise-any: the least L of a gate-for-gate scheme is the first with sum over k >= w of "
    "C(L,k) 2^(k-w) at least d + 1"
)
ANY_MASKS = (
    "revise-any: circuits of w wires with bijections for layers take the least L of a scheme, "
    "whatever masks depend on"
)

# --- write-once ----------------------------------------------------------------------------------

MASKED, BEFORE, LENGTH, WIDTH, DONE = map(Term, ("masked", "before", "L", "w", "done"))
"""Masked cells now and a layer ago; `done` is w for each layer that stands."""


def write_once(edits: Edits = Edits.WRITE_ONCE, fit: Fits = fits) -> Argument:
    """The proof write-once; other edits and fits are for planting an error."""
    cell, place = Term("i"), Term("j")
    queries = (
        linear(
            "at the start all cells are masked",
            {"L cells": MASKED.equals(LENGTH), "no layer stands": DONE.equals(0)},
            (MASKED + DONE).at_most(LENGTH),
        ),
        linear(
            "a layer more leaves w masked cells fewer",
            {
                "the claim before": (BEFORE + DONE).at_most(LENGTH),
                "w cells are written for the first time": (MASKED + WIDTH).at_most(BEFORE),
            },
            (MASKED + (DONE + WIDTH)).at_most(LENGTH),
        ),
        linear(
            "so all layers take w cells each",
            {
                "the claim for all layers": (MASKED + DONE).at_most(LENGTH),
                "no fewer than no cells are masked": Term("0").at_most(MASKED),
            },
            DONE.at_most(LENGTH),
        ),
        linear(
            "the last block is the last w cells",
            {
                "a cell of the block": cell.equals(DONE + place),
                "its place in the block": between(0, place, WIDTH),
                "the blocks are all cells": (DONE + WIDTH).equals(LENGTH),
            },
            between(LENGTH - WIDTH, cell, LENGTH),
        ),
    )
    proof = Proof(
        WRITE_ONCE,
        base=(),
        steps=(
            stays_visible(edits),
            shows_nothing_new(edits),
            blocks_are_legal(edits),
            block_tells(fit),
        ),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.NUMBERS),
        queries=tuple(query.name for query in queries),
        skeleton=(
            "A new layer's values stand in cells that were masked and stay visible from then on.",
            "So each layer takes w cells that no other layer has.",
            "As many are enough: block b shows layer b, and every round is legal.",
        ),
    )
    return Argument(proof, queries)


# --- revision ------------------------------------------------------------------------------------

STATES, PER_LAYER, LAYERS, POWER, DEPTH, SUM = map(
    Term, ("states", "perlayer", "layers", "power", "d", "sum")
)
FEWER = Term("fewer")


def _patterns_counted() -> tuple[Query, ...]:
    """`power` is 2^(k-w), doubled from one k to the next: patterns of a visible set of k cells."""
    exponent, least = Term("e"), Term("c")
    return (
        real(
            "layers of one visible set",
            {
                "each takes 2^w states of its 2^k": (LAYERS * PER_LAYER).at_most(POWER * PER_LAYER),
                "2^w is positive": Term("1.0").at_most(PER_LAYER),
            },
            LAYERS.at_most(POWER),
        ),
        linear(
            "w visible cells, at most one layer",
            {"layers of one visible set": LAYERS.at_most(POWER), "2^0": POWER.equals(1)},
            LAYERS.at_most(POWER * 2 - 1),
        ),
        linear(
            "one visible cell more",
            {
                "the claim for k": FEWER.at_most(POWER * 2 - 1),
                "layers of one visible set of k+1": LAYERS.at_most(POWER * 2),
            },
            (FEWER + LAYERS).at_most((POWER * 2) * 2 - 1),
        ),
        linear(
            "all layers have w to L visible cells",
            {
                "the claim for L": SUM.at_most(POWER * 2 - 1),
                "d+1 layers": (DEPTH + 1).at_most(SUM),
            },
            (DEPTH + 2).at_most(POWER * 2),
        ),
        linear(
            "c is the least exponent",
            {
                "2^e is large enough, so c is at most e": least.at_most(exponent),
                "e is L - w + 1": exponent.equals(LENGTH - WIDTH + 1),
            },
            (WIDTH + least - 1).at_most(LENGTH),
        ),
        linear(
            "with one visible cell more there are as many patterns as states allow",
            {
                "the number for k": SUM.equals(POWER * 2 - 1),
                "the patterns of k+1": LAYERS.equals(POWER * 2),
            },
            (SUM + LAYERS).equals((POWER * 2) * 2 - 1),
        ),
        linear(
            "the patterns are enough",
            {
                "c is large enough": (DEPTH + 2).at_most(POWER * 2),
                "the number for L = w + c - 1": SUM.equals(POWER * 2 - 1),
            },
            (DEPTH + 1).at_most(SUM),
        ),
    )


def revise_token(edits: Edits = Edits.REVISE_TOKEN, fit: Fits = fits) -> Argument:
    """The proof with revision to tokens; other edits and fits are for planting an error."""
    queries = _patterns_counted()
    proof = Proof(
        TOKENS,
        base=(),
        steps=(
            stays_visible(edits),
            masks_tell(fit),
            constants_tell(fit),
            growing_is_legal(Edits.REVISE_TOKEN),
        ),
        rules=(Rule.ROUNDS, Rule.LISTS, Rule.NUMBERS, Rule.DISJOINT),
        queries=tuple(query.name for query in queries),
        skeleton=(
            "Visible sets only grow, so those of one size are equal.",
            "Patterns of one visible set of k cells are disjoint: at most 2^(k-w) of them.",
            "Added up for k = w, ..., L that is 2^(L-w+1) - 1 layers at most.",
            "As many are written down: the visible cells grow, the constants count.",
        ),
    )
    return Argument(proof, queries)


def _states_counted() -> Query:
    """`sum` is the sum over k >= w of C(L,k) 2^(k-w), and `perlayer` is 2^w."""
    return real(
        "layers of all visible sets",
        {
            "disjoint sets of 2^w states, at least": ((DEPTH + 1) * PER_LAYER).at_most(STATES),
            "the states with w or more visible cells": STATES.equals(SUM * PER_LAYER),
            "2^w is positive": Term("1.0").at_most(PER_LAYER),
        },
        (DEPTH + 1).at_most(SUM),
    )


def revise_any(edits: Edits = Edits.REVISE_ANY, fit: Fits = fits) -> Argument:
    """The proof with revision to any."""
    counted = _states_counted()
    proof = Proof(
        ANY,
        base=(),
        steps=(masks_tell(fit), constants_tell(fit), everything_is_legal(edits)),
        rules=(Rule.LISTS, Rule.DISJOINT),
        queries=(counted.name,),
        skeleton=(
            "Every layer takes 2^w of the states with w or more visible cells, and no state twice.",
            *_WRITTEN_DOWN,
        ),
    )
    return Argument(proof, (counted,))


_WRITTEN_DOWN = (
    "As many patterns are written down: for each visible set all constants.",
    "Any order of them is legal; the last one shows its values in the last cells.",
)


def any_masks(edits: Edits = Edits.REVISE_ANY, fit: Fits = fits) -> Argument:
    """With revision to any the count does not ask what the masks depend on."""
    counted = _states_counted()
    proof = Proof(
        ANY_MASKS,
        base=(),
        steps=(
            shows_in_sight(),
            masks_tell(fit),
            constants_tell(fit),
            everything_is_legal(edits),
        ),
        rules=(Rule.LISTS, Rule.DISJOINT),
        queries=(counted.name,),
        skeleton=(
            "A layer has 2^w values, each shown on w cells, so it takes 2^w states of its own.",
            "These have w or more visible cells.",
            "To copy every wire, or to negate every wire, is a bijection.",
            *_WRITTEN_DOWN,
        ),
    )
    return Argument(proof, (counted,))


def arguments() -> tuple[Argument, ...]:
    """Write-once, revision to tokens, revision to any, and the latter for any masks."""
    return write_once(), revise_token(), revise_any(), any_masks()


def proofs() -> tuple[Proof, ...]:
    """The proofs."""
    return tuple(one.proof for one in arguments())
