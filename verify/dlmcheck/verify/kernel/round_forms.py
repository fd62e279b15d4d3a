"""The form of one round: which classes of F its joint law of selected cells and tokens fits.

A round of a DLM is: S = F(x), then tokens drawn from p_i(. | x), independently over i, whatever S
is. Whether a law of (S, tokens written) has that form for given laws p_i, and how S is
distributed, is decided here, in exact numbers.

Source of the model: Jiang, Haghtalab, Chen (ICLR 2026), section 2; the classes are those of
`spec.lattice.Unmasking`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb

from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, marginal, product_law
from dlmcheck.spec.tokens import Token

Written = tuple[tuple[int, int], ...]
"""The masked cells that are written in a round, with their tokens, by cell."""
TokenLaws = Mapping[int, Law[Token]]
Classes = frozenset[Unmasking]

NARROW_TO_WIDE = (
    Unmasking.DETERMINISTIC,
    Unmasking.EXCHANGEABLE,
    Unmasking.INDEPENDENT,
    Unmasking.JOINT,
    Unmasking.AFTER_SAMPLING,
)


def narrowest(fits: Classes) -> Unmasking:
    """The narrowest of some classes (a deterministic rule is also independent)."""
    return next(one for one in NARROW_TO_WIDE if one in fits)


def token_laws(law: Law[Written]) -> TokenLaws:
    """Per cell the law of its token given that it is selected, with whatever other cells."""
    weights: dict[int, dict[Token, Fraction]] = {}
    for pairs, weight in law.items():
        for cell, token in pairs:
            of_cell = weights.setdefault(cell, {})
            of_cell[token] = of_cell.get(token, Fraction(0)) + weight
    found: dict[int, Law[Token]] = {}
    for cell, of_cell in weights.items():
        total = sum(of_cell.values(), Fraction(0))
        found[cell] = Law({token: weight / total for token, weight in of_cell.items()})
    return found


def forms(law: Law[Written], masked: frozenset[int], laws: TokenLaws) -> Classes:
    """All classes whose form the joint law of (S, tokens) has, for these laws p_i."""
    if not tokens_follow(law, laws):
        return frozenset({Unmasking.AFTER_SAMPLING})
    return selection_classes(law.map(lambda pairs: frozenset(cell for cell, _ in pairs)), masked)


def tokens_follow(law: Law[Written], laws: TokenLaws) -> bool:
    """Whether the tokens, given S, are independent and follow the laws given, for every S."""
    by_selection: dict[frozenset[int], dict[tuple[Token, ...], Fraction]] = {}
    for pairs, weight in law.items():
        chosen = frozenset(cell for cell, _ in pairs)
        by_selection.setdefault(chosen, {})[tuple(token for _, token in pairs)] = weight
    for chosen, weights in by_selection.items():
        total = sum(weights.values(), Fraction(0))
        tokens = Law({written: weight / total for written, weight in weights.items()})
        if tokens != product_law(laws[cell] for cell in sorted(chosen)):
            return False
    return True


def selection_classes(selected: Law[frozenset[int]], masked: frozenset[int]) -> Classes:
    """The classes of a law of S whose tokens follow."""
    fits = {Unmasking.AFTER_SAMPLING, Unmasking.JOINT}
    if is_independent(selected, masked):
        fits.add(Unmasking.INDEPENDENT)
    if is_exchangeable(selected, masked):
        fits.add(Unmasking.EXCHANGEABLE)
    if len(selected) == 1:
        fits.add(Unmasking.DETERMINISTIC)
    return frozenset(fits)


def is_independent(selected: Law[frozenset[int]], masked: frozenset[int]) -> bool:
    """Whether the masked cells are selected independently of each other."""
    cells = sorted(masked)
    flags = selected.map(lambda chosen: tuple(cell in chosen for cell in cells))
    return flags == product_law(marginal(flags, place) for place in range(len(cells)))


def is_exchangeable(selected: Law[frozenset[int]], masked: frozenset[int]) -> bool:
    """Whether all sets of masked cells of one size have one probability."""
    by_size: dict[int, list[Fraction]] = {}
    for chosen, weight in selected.items():
        by_size.setdefault(len(chosen), []).append(weight)
    return all(
        len(weights) == comb(len(masked), size) and len(set(weights)) == 1
        for size, weights in by_size.items()
    )
