"""Two rounds for mixtures of product laws: the first round draws which one, the second one it.

A target is split into *pieces*, product laws with masses. What round 1 writes is a product law
on symbols of cells; a *codebook* decodes it into a piece such that each comes out with its mass.
Round 2 sees the symbols and draws the piece. With revision the symbols may stand in the output
cells themselves; write-once they need scratch cells. (Note SEPARATION. Revision of visible
tokens: Jiang, Haghtalab, Chen, ICLR 2026, Theorem 4.1; the decision list is ours.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from dlmcheck.model.targets import TokenLaw
from dlmcheck.model.targets.recurrences import W
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import ONE, ZERO, Law, bernoulli, certain, is_product, marginal
from dlmcheck.spec.policies import (
    DeterministicUnmasking,
    IndependentUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.tokens import MASK, State, Token, all_masked


@dataclass(frozen=True)
class Piece:
    """A product law on {0,1}^n with its mass in the target: `ones[i]` is P(z_i = 1)."""

    mass: Fraction
    ones: tuple[Fraction, ...]


@dataclass(frozen=True)
class Codebook:
    """Independent symbols and what they stand for.

    `symbols[i]` is the law of the symbol of cell i (0, 1 or M), `piece[x]` the index of the piece
    that the symbols x stand for, for every x of positive probability.
    """

    symbols: tuple[Law[Token], ...]
    piece: Mapping[State, int]

    @property
    def uses_masks(self) -> bool:
        """Whether a symbol may be M."""
        return any(MASK in law for law in self.symbols)


# --- pieces ------------------------------------------------------------------------------------


def pieces_of(target: TokenLaw) -> tuple[Piece, ...]:
    """A target as a mixture of product laws, found by splitting at one cell after the other.

    As few pieces as any tree of such splits gives; every law on n bits has at most 2^(n-1).
    """
    memo: dict[frozenset[State], tuple[Piece, ...]] = {}
    n = len(next(iter(target)))

    def split(strings: frozenset[State]) -> tuple[Piece, ...]:
        found = memo.get(strings)
        if found is not None:
            return found
        mass = sum((target[z] for z in strings), ZERO)
        law = Law({z: target[z] / mass for z in strings})
        if is_product(law):
            best: tuple[Piece, ...] | None = (
                Piece(mass, tuple(marginal(law, i)[1] for i in range(n))),
            )
        else:
            best = None
            for i in range(n):
                ones = frozenset(z for z in strings if z[i])
                if 0 < len(ones) < len(strings):
                    both = split(strings - ones) + split(ones)
                    if best is None or len(both) < len(best):
                        best = both
        assert best is not None
        memo[strings] = best
        return best

    return split(frozenset(target))


def pieces_at(target: TokenLaw, cells: Sequence[int]) -> tuple[tuple[Piece, ...], Codebook] | None:
    """The pieces that the values of some cells leave, with a bit for each of these cells; or None.

    There is such a codebook if given all of these cells the others are independent, and each
    splits the strings that agree on the cells before it in one ratio, or in the reverse one, or
    not at all. (In a symmetric Markov chain every other cell will do: whether it differs from the
    last such cell is an independent event.)
    """
    n = len(next(iter(target)))
    groups: dict[State, frozenset[State]] = {(): frozenset(target)}
    chances: list[Fraction] = []
    for cell in cells:
        chance: Fraction | None = None
        longer: dict[State, frozenset[State]] = {}
        for bits, strings in groups.items():
            mass = sum((target[z] for z in strings), ZERO)
            ones = frozenset(z for z in strings if z[cell])
            share = sum((target[z] for z in ones), ZERO) / mass
            if share in (ZERO, ONE):
                longer[(*bits, 0)] = longer[(*bits, 1)] = strings
                continue
            if chance is None:
                chance = share
            if share == chance:
                longer[(*bits, 1)], longer[(*bits, 0)] = ones, strings - ones
            elif share == 1 - chance:
                longer[(*bits, 0)], longer[(*bits, 1)] = ones, strings - ones
            else:
                return None
        groups = longer
        chances.append(ONE / 2 if chance is None else chance)
    listed = sorted(set(groups.values()), key=sorted)
    pieces: list[Piece] = []
    for strings in listed:
        mass = sum((target[z] for z in strings), ZERO)
        law = Law({z: target[z] / mass for z in strings})
        if not is_product(law):
            return None
        pieces.append(Piece(mass, tuple(marginal(law, i)[1] for i in range(n))))
    index = {strings: k for k, strings in enumerate(listed)}
    book = Codebook(
        tuple(bernoulli(chance) for chance in chances),
        {bits: index[strings] for bits, strings in groups.items()},
    )
    return tuple(pieces), book


# --- codebooks ---------------------------------------------------------------------------------


def codebook(masses: Sequence[Fraction], cells: int) -> Codebook | None:
    """Bits on at most `cells` cells that stand for pieces of these masses; None if none is found.

    Fair bits where the masses are multiples of 2^-cells; a decision list (k pieces take k - 1
    bits); for equal masses a decision list for each prime factor of their number.
    """
    return _fair(masses, cells) or _lists(masses, cells)


def _fair(masses: Sequence[Fraction], cells: int) -> Codebook | None:
    exponent = max(mass.denominator.bit_length() - 1 for mass in masses)
    if exponent > min(cells, 16) or any(m.denominator.bit_count() != 1 for m in masses):
        return None
    indices = [k for k, mass in enumerate(masses) for _ in range(int(mass * (1 << exponent)))]
    piece: dict[State, int] = dict(zip(product((0, 1), repeat=exponent), indices, strict=True))
    return Codebook((bernoulli(Fraction(1, 2)),) * exponent, piece)


def _lists(masses: Sequence[Fraction], cells: int) -> Codebook | None:
    """Decision lists: bit i says "piece i, if no piece before it"."""
    groups = [list(masses)]
    if len(set(masses)) == 1:
        groups = [[Fraction(1, p)] * p for p in _prime_factors(len(masses))]
    if sum(len(group) - 1 for group in groups) > cells:
        return None
    symbols: list[Law[Token]] = []
    widths: list[int] = []
    for group in groups:
        symbols += [bernoulli(hazard) for hazard in hazards(group)[:-1]]
        widths.append(len(group) - 1)
    piece: dict[State, int] = {}
    for bits in product(*(sorted(law) for law in symbols)):
        index, at = 0, 0
        for width in widths:
            index = index * (width + 1) + first_one(bits[at : at + width])
            at += width
        piece[bits] = index
    return Codebook(tuple(symbols), piece)


def codebook_with_masks(masses: Sequence[Fraction], cells: int, *, clock: bool) -> Codebook | None:
    """A decision list on three symbols: 0 and 1 name a piece each, M means "go on".

    2n + 1 pieces on n cells; 2n without a clock, where not everything may stay masked. None if
    there are more pieces.
    """
    n = len(masses)
    if n > 2 * cells + (1 if clock else 0):
        return None
    symbols: list[Law[Token]] = []
    left = ONE
    for start in range(0, min(n, 2 * cells), 2):
        zero, one = [*masses[start : start + 2], ZERO][:2]
        symbols.append(Law({0: zero / left, 1: one / left, MASK: 1 - (zero + one) / left}))
        left -= zero + one
    piece: dict[State, int] = {}
    for shown in product(*(sorted(law) for law in symbols)):
        named = next((i for i, symbol in enumerate(shown) if symbol != MASK), None)
        piece[shown] = n - 1 if named is None else 2 * named + shown[named]
    return Codebook(tuple(symbols), piece)


def hazards(masses: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """For a decision list: the probability of each piece, given that none before it was taken.

    >>> hazards([Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)])
    (Fraction(1, 2), Fraction(1, 2), Fraction(1, 1))
    """
    found: list[Fraction] = []
    left = ONE
    for mass in masses:
        found.append(mass / left if left else ONE)
        left = left_after(left, mass)
    return tuple(found)


def left_after(left: W, mass: W) -> W:
    """What is left of the mass when one more piece is not taken."""
    return left - mass


def is_taken(bit: bool, *, earlier: bool) -> bool:
    """Whether a decision list takes a piece: its bit is 1, and no earlier one is."""
    return bit and not earlier


def first_one(bits: Sequence[int]) -> int:
    """The position of the first 1; the length where there is none."""
    earlier = False
    for i, bit in enumerate(bits):
        if is_taken(bool(bit), earlier=earlier):
            return i
        earlier = earlier or bool(bit)
    return len(bits)


def _prime_factors(number: int) -> list[int]:
    factors: list[int] = []
    p = 2
    while number > 1:
        while number % p == 0:
            factors.append(p)
            number //= p
        p += 1
    return factors or [1]


# --- samplers ----------------------------------------------------------------------------------


def mixture_by_revision(
    pieces: Sequence[Piece],
    book: Codebook,
    *,
    scratch: int = 0,
    independent: bool = False,
    same_rate: bool = False,
    clock: bool = False,
) -> Sampler:
    """Two rounds: the symbols stand in the cells (scratch cells last), then all are rewritten.

    Symbols M are written by the predictor (edits revise-any), or with `independent` by not
    selecting the cell. With `same_rate` F selects every cell by the one rate 1. State-only unless
    `clock`: in round 2 something is visible. Raises `BadInput` if the book has too many cells, or
    everything may stay masked and there is no clock.
    """
    n = len(pieces[0].ones)
    cells = n + scratch
    if len(book.symbols) > cells:
        raise BadInput(f"{len(book.symbols)} symbols", source="mixture", expected=f"{cells}")
    width = len(book.symbols)
    start = all_masked(cells)
    if not clock and all_masked(width) in book.piece and width:
        raise BadInput("everything may stay masked", source="mixture", expected="a clock")

    def is_first(state: State, number: Round) -> bool:
        return number == 1 if clock else state == start

    def predictor(state: State, i: int, number: Round) -> Law[Token]:
        if is_first(state, number):
            if i >= width:
                return certain(0)
            law = book.symbols[i]
            return _given_visible(law) if independent else law
        index = book.piece.get(state[:width])
        if i >= n:
            return certain(0)
        return bernoulli(ZERO if index is None else pieces[index].ones[i])

    everything: Positions = frozenset(range(cells))

    def rate(state: State, i: int, number: Round) -> Fraction:
        return 1 - book.symbols[i][MASK] if is_first(state, number) and i < width else ONE

    unmask: UnmaskingPolicy = DeterministicUnmasking(lambda _state, _number: everything)
    if independent:
        unmask = IndependentUnmasking(rate)
    elif same_rate:
        unmask = SameRateUnmasking(lambda _state, _number: ONE)
    masks = book.uses_masks and not independent
    return Sampler(
        length=cells,
        predictor=predictor,
        unmask=unmask,
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REVISE_ANY if masks else Edits.REVISE_TOKEN,
        clock=Clock.ROUND_NUMBER if clock else Clock.STATE_ONLY,
    )


def _given_visible(law: Law[Token]) -> Law[Token]:
    shown = 1 - law[MASK]
    return bernoulli(law[1] / shown) if shown else certain(0)


def mixture_with_scratch(
    by_value: Mapping[tuple[int, ...], Sequence[Piece]],
    first: Sequence[int],
    marginals: Sequence[Fraction],
    book: Codebook,
    n: int,
) -> Sampler:
    """Two rounds, write-once: round 1 writes some outputs and the scratch cells, round 2 the rest.

    The outputs `first` are independent, 1 with the probabilities `marginals`; given their values
    v the target is the mixture of `by_value[v]`, whose piece the scratch cells n, n+1, ... name
    by `book` (a single piece needs no name). State-only.
    """
    width = len(book.symbols)
    cells = n + width
    start = all_masked(cells)
    opening: Positions = frozenset([*first, *range(n, cells)])
    order = {cell: k for k, cell in enumerate(first)}

    def predictor(state: State, i: int, _number: Round) -> Law[Token]:
        if state == start and opening:
            if i >= n:
                return book.symbols[i - n]
            return bernoulli(marginals[order[i]]) if i in order else certain(0)
        pieces = by_value.get(tuple(state[cell] for cell in first))
        index = book.piece.get(state[n:]) if width else 0
        if pieces is None or index is None or i >= n:
            return certain(0)
        return bernoulli(pieces[index if len(pieces) > 1 else 0].ones[i])

    def select(state: State, _number: Round) -> Positions:
        if state == start and opening:
            return opening
        return frozenset(i for i in range(cells) if state[i] == MASK)

    return Sampler(
        length=cells,
        predictor=predictor,
        unmask=DeterministicUnmasking(select),
        rounds=2,
        output=tuple(range(n)),
    )
