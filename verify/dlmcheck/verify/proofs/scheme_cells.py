"""Steps about schemes: one cell in one round, or one cell in two patterns.

Source: the notes C-SPACE and T3-SHORTER. The symbol of a cell (`searches.schemes`) is three bits:
visible; then constant; then the constant, or whether it is a value of the present layer. Which
changes are legal and which tokens fit a symbol are the functions of the searches, gone through as
tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.spec.lattice import Edits
from dlmcheck.verify.kernel.induction import Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.searches.explicit_schemes import block_symbol
from dlmcheck.verify.searches.schemes import can_become, fits

STAYS = "a visible cell stays visible"
Fits = Callable[[str, str], bool]

# --- one cell ------------------------------------------------------------------------------------

_BITS = ("visible", "constant", "bit")


def symbol_of(visible: bool, constant: bool, bit: bool) -> str:
    """The symbol that three bits stand for.

    >>> "".join(symbol_of(*bits) for bits in product((False, True), repeat=3))
    'MMMM?*01'
    """
    if not visible:
        return "M"
    if constant:
        return "1" if bit else "0"
    return "*" if bit else "?"


def _atoms(*cells: str) -> tuple[str, ...]:
    return tuple(f"{cell}: {bit}" for cell in cells for bit in _BITS)


def _cell(s: Implication, name: str) -> tuple[Wire, ...]:
    return tuple(s[f"{name}: {bit}"] for bit in _BITS)


def _holds(
    s: Implication,
    relation: Callable[[str, str], bool],
    before: Sequence[Wire],
    after: Sequence[Wire],
) -> Wire:
    """A relation of two symbols, as its table."""
    rows: list[Wire] = []
    for values in product((False, True), repeat=6):
        if not relation(symbol_of(*values[:3]), symbol_of(*values[3:])):
            wires = (*before, *after)
            here = [w if v else negated(w) for w, v in zip(wires, values, strict=True)]
            rows.append(negated(s.both(*here)))
    return s.both(*rows)


def stays_visible(edits: Edits) -> Step:
    """If a write is legal, no visible cell is masked by it."""
    s = Implication(STAYS, *_atoms("before", "after"))
    before, after = _cell(s, "before"), _cell(s, "after")
    s.premise("the change is legal", _holds(s, _changes(edits), before, after))
    s.premise("the cell is visible", before[0])
    return s.concludes(after[0])


def shows_nothing_new(edits: Edits) -> Step:
    """If a write is legal, a visible cell does not come to show a value of the next layer."""
    s = Implication("a visible cell shows no value of the next layer", *_atoms("before", "after"))
    before, after = _cell(s, "before"), _cell(s, "after")
    s.premise("the change is legal", _holds(s, _changes(edits), before, after))
    s.premise("the cell is visible", before[0])
    is_value = s.both(after[0], negated(after[1]), after[2])
    return s.concludes(negated(is_value))


def _changes(edits: Edits) -> Callable[[str, str], bool]:
    return lambda before, after: can_become(edits, before, after)


def growing_is_legal(edits: Edits) -> Step:
    """Every change of symbols that masks no visible cell is legal."""
    s = Implication("what masks no visible cell is legal", *_atoms("before", "after"))
    before, after = _cell(s, "before"), _cell(s, "after")
    s.premise("no visible cell is masked", s.implies(before[0], after[0]))
    return s.concludes(_holds(s, _changes(edits), before, after))


def everything_is_legal(edits: Edits) -> Step:
    """Every change of symbols is legal."""
    s = Implication("every change is legal", *_atoms("before", "after"))
    return s.concludes(_holds(s, _changes(edits), _cell(s, "before"), _cell(s, "after")))


# --- two patterns --------------------------------------------------------------------------------


def _fit_both(s: Implication, fit: Fits) -> Wire:
    """Whether some token fits the symbols of both patterns in the cell."""

    def related(one: str, other: str) -> bool:
        return any(fit(token, one) and fit(token, other) for token in "01M")

    return _holds(s, related, _cell(s, "one"), _cell(s, "other"))


def masks_tell(fit: Fits = fits) -> Step:
    """A cell that is visible in one pattern and masked in the other tells them apart."""
    s = Implication("a mask tells two patterns apart", *_atoms("one", "other"))
    s.premise("visible in one", s["one: visible"])
    s.premise("masked in the other", negated(s["other: visible"]))
    return s.concludes(negated(_fit_both(s, fit)))


def constants_tell(fit: Fits = fits) -> Step:
    """A cell with two constants tells two patterns apart."""
    s = Implication("a constant tells two patterns apart", *_atoms("one", "other"))
    for name in ("one", "other"):
        s.premise(f"a constant in {name}", s.both(s[f"{name}: visible"], s[f"{name}: constant"]))
    s.premise("they differ", negated(s.same(s["one: bit"], s["other: bit"])))
    return s.concludes(negated(_fit_both(s, fit)))


# --- blocks --------------------------------------------------------------------------------------


def _block(s: Implication, later: Wire, due: Wire) -> tuple[Wire, ...]:
    """The symbol of a block, by the function that writes the scheme down, as three bits."""
    bits: list[list[Wire]] = [[], [], []]
    for values in product((False, True), repeat=2):
        here = s.both(*(w if v else negated(w) for w, v in zip((later, due), values, strict=True)))
        codes = product((False, True), repeat=3)
        code = next(c for c in codes if symbol_of(*c) == block_symbol(*values))
        for place, bit in enumerate(code):
            bits[place] += [here] if bit else []
    return tuple(s.either(*wires) for wires in bits)


def blocks_are_legal(edits: Edits) -> Step:
    """Where a block stands to layer t and to layer t+1, its change of symbols is legal."""
    s = Implication("a block changes legally", "after t+1", "at t+1", "at t")
    before = _block(s, s.either(s["after t+1"], s["at t+1"]), s["at t"])
    after = _block(s, s["after t+1"], s["at t+1"])
    return s.concludes(_holds(s, _changes(edits), before, after))


def block_tells(fit: Fits = fits) -> Step:
    """The cells of block u tell layer u from an earlier one."""
    s = Implication("block u tells layer u from an earlier one", "later than t", "due at t")
    s.premise("u is later than t", s["later than t"])
    true = s.either(s["due at t"], negated(s["due at t"]))
    one, other = _block(s, s["later than t"], s["due at t"]), _block(s, negated(true), true)

    def related(left: str, right: str) -> bool:
        return any(fit(token, left) and fit(token, right) for token in "01M")

    return s.concludes(negated(_holds(s, related, one, other)))


# --- values --------------------------------------------------------------------------------------


def shows_in_sight(symbol: Callable[[bool], str] = lambda bit: "1" if bit else "0") -> Step:
    """A cell that shows a bit is visible: its token is that of the bit."""
    s = Implication("a cell that shows a value is visible", "masked", "token", "value")
    rows: list[Wire] = []
    for masked, token, value in product((False, True), repeat=3):
        shown = "M" if masked else ("1" if token else "0")
        if shown == symbol(value):
            wires = ((s["masked"], masked), (s["token"], token), (s["value"], value))
            rows.append(s.both(*(w if v else negated(w) for w, v in wires)))
    s.premise("the token is that of the value", s.either(*rows))
    return s.concludes(negated(s["masked"]))
