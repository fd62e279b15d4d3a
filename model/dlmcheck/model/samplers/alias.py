"""Any target in three rounds of revision: the alias method over prefixes.

Source: the follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026), claim X-ALIAS3; Walker's alias
method. Round 1 writes n-1 fair bits, a prefix j. Round 2 writes the last cell: 1 ("keep") with
probability keep[j], else 0 ("alias"). Round 3 rewrites the prefix, as j or as alias[j], and draws
the last bit from its conditional law. (An alias table over all 2^n strings would leave no cell
for the mark; the prefixes are half as many, and the last bit is drawn anyway.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from itertools import product
from typing import TypeVar

from dlmcheck.model.targets import TokenLaw
from dlmcheck.model.targets.recurrences import W
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import HALF, ONE, ZERO, Law, bernoulli, certain
from dlmcheck.spec.policies import (
    DeterministicUnmasking,
    Positions,
    Round,
    SameRateUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

T = TypeVar("T")


@dataclass(frozen=True)
class AliasTable:
    """Bin j is drawn uniformly; it is kept with probability `keep[j]`, else becomes `alias[j]`."""

    keep: tuple[Fraction, ...]
    alias: tuple[int, ...]


def alias_table(weights: Sequence[Fraction]) -> AliasTable:
    """The alias table of a law on 0, ..., len(weights) - 1 (Walker, Vose).

    Every number in it is an integer combination of the weights times their number, so that it is
    dyadic if the weights are and their number is a power of two. Raises `BadInput` if the weights
    do not sum to 1.

    >>> alias_table([Fraction(1, 4), Fraction(3, 4)])
    AliasTable(keep=(Fraction(1, 2), Fraction(1, 1)), alias=(1, 1))
    """
    count = len(weights)
    if sum(weights, ZERO) != 1:
        raise BadInput("weights do not sum to 1", source="alias table")
    left = [weight * count for weight in weights]
    alias = list(range(count))
    small = [j for j in range(count) if left[j] < 1]
    large = [j for j in range(count) if left[j] > 1]
    keep = [ONE] * count
    while small:
        j = small.pop()
        giver = large[-1]
        alias[j] = giver
        keep[j], left[giver] = handed_over(left[j], left[giver], ONE)
        if left[giver] <= 1:
            large.pop()
            if left[giver] < 1:
                small.append(giver)
    return AliasTable(tuple(keep), tuple(alias))


def handed_over(small: W, giver: W, one: W) -> tuple[W, W]:
    """A small bin is filled up by a giver: what it keeps, and what the giver has left.

    `one` is the number 1: what every bin ends with.
    """
    return small, giver - (one - small)


@unique
class Marking(Enum):
    """How the round after the first one is told from the one after the second."""

    UNWRITTEN = "unwritten"
    """F does not select the last cell in round 1, so that it is masked then; state-only."""
    PREDICTED_MASK = "predicted-mask"
    """F selects every cell in every round; in round 1 the predictor writes M there. State-only."""
    CLOCK = "clock"
    """F selects every cell in every round, and the round number is known."""


@unique
class Phase(Enum):
    """What a round draws."""

    BINS = "bins"
    """The prefix by fair bits: a bin."""
    MARK = "mark"
    """The last cell: whether the bin is kept."""
    RESULT = "result"
    """The prefix as the bin or its alias, and the last cell by its conditional law."""


def phase(number: Round, *, prefix_masked: bool, end_masked: bool) -> Phase:
    """What the round draws, from what is masked in the prefix and at the end."""
    if prefix_masked or number == 1:
        return Phase.BINS
    return Phase.MARK if end_masked or number == 2 else Phase.RESULT


def is_selected(
    *, end: bool, masked: bool, any_masked: bool, all_masked: bool, alone: bool
) -> bool:
    """F at one cell, for `UNWRITTEN`: the prefix first, then what is masked, then everything.

    `end`: it is the last cell; `alone`: there is no other one.
    """
    if all_masked and not alone:
        return not end
    return masked or not any_masked


def end_before_the_mark(marking: Marking) -> Token:
    """What round 1 draws for the last cell."""
    return MASK if marking is Marking.PREDICTED_MASK else 0


def chosen(marked: bool, kept: T, alias: T) -> T:
    """The bin itself, or its alias."""
    return kept if marked else alias


def any_target_by_revision(
    target: TokenLaw, last: int | None = None, marking: Marking = Marking.UNWRITTEN
) -> Sampler:
    """Three rounds of revision for any law on {0,1}^n; `last` is the cell that is drawn last.

    With `UNWRITTEN` F is deterministic; otherwise every cell is selected by the one rate 1. The
    number of rounds is part of the sampler: a fourth one would change the state.
    """
    n = len(next(iter(target)))
    end = n - 1 if last is None else last
    prefix_cells = [i for i in range(n) if i != end]
    prefixes: list[State] = list(product((0, 1), repeat=n - 1))
    mass = dict.fromkeys(prefixes, ZERO)
    ones = dict.fromkeys(prefixes, ZERO)
    for string, weight in target.items():
        prefix = tuple(string[i] for i in prefix_cells)
        mass[prefix] += weight
        ones[prefix] += weight if string[end] else ZERO
    table = alias_table([mass[prefix] for prefix in prefixes])
    number_of = {prefix: k for k, prefix in enumerate(prefixes)}

    def predictor(state: State, i: int, number: Round) -> Law[Token]:
        prefix = tuple(state[k] for k in prefix_cells)
        now = phase(number, prefix_masked=MASK in prefix, end_masked=state[end] == MASK)
        if now is Phase.BINS:
            return bernoulli(HALF) if i != end else certain(end_before_the_mark(marking))
        j = number_of[prefix]
        if now is Phase.MARK:
            return bernoulli(table.keep[j]) if i == end else certain(state[i])
        result = prefixes[chosen(state[end] == 1, j, table.alias[j])]
        if i == end:
            return bernoulli(ones[result] / mass[result] if mass[result] else ZERO)
        return certain(result[prefix_cells.index(i)])

    def select(state: State, _number: Round) -> Positions:
        masked = masked_positions(state)
        return frozenset(
            i
            for i in range(n)
            if is_selected(
                end=i == end,
                masked=i in masked,
                any_masked=bool(masked),
                all_masked=len(masked) == n,
                alone=n == 1,
            )
        )

    unmask: UnmaskingPolicy = SameRateUnmasking(lambda _state, _number: ONE)
    if marking is Marking.UNWRITTEN:
        unmask = DeterministicUnmasking(select)
    return Sampler(
        length=n,
        predictor=predictor,
        unmask=unmask,
        rounds=3,
        output=tuple(range(n)),
        edits=Edits.REVISE_ANY if marking is Marking.PREDICTED_MASK else Edits.REVISE_TOKEN,
        clock=Clock.ROUND_NUMBER if marking is Marking.CLOCK else Clock.STATE_ONLY,
    )


def alias_over_strings(target: TokenLaw) -> Sampler:
    """The alias method over all 2^n strings, with a clock: wrong, since the mark takes a cell.

    Round 1 draws a string, round 2 puts the mark into its last cell, so round 3 has to guess what
    stood there (it takes 0). For the ablation of X-ALIAS3; needs n >= 1.
    """
    n = len(next(iter(target)))
    strings: list[State] = list(product((0, 1), repeat=n))
    table = alias_table([target[z] for z in strings])
    number_of = {z: k for k, z in enumerate(strings)}

    def predictor(state: State, i: int, number: Round) -> Law[Token]:
        if number == 1:
            return bernoulli(HALF)
        if number == 2:
            kept = bernoulli(table.keep[number_of[state]])
            return kept if i == n - 1 else certain(state[i])
        j = number_of[(*state[:-1], 0)]
        return certain(strings[j if state[-1] else table.alias[j]][i])

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=DeterministicUnmasking(lambda _state, _number: frozenset(range(n))),
        rounds=3,
        output=tuple(range(n)),
        edits=Edits.REVISE_TOKEN,
        clock=Clock.ROUND_NUMBER,
    )
