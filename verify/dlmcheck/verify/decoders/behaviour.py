"""The class of F that a decoder realises, computed from what it does.

A round of a DLM is: S = F(x), then tokens drawn from p_i(. | x), independently over i, whatever S
is. Whether a decoder's rounds have that form, and how S is distributed, is decided here on the
joint law of (S, tokens written) in every configuration that the decoder reaches:

    after-sampling   the tokens written, given S, are not independent with laws that do not depend
                     on S: positions are chosen by what was drawn there
    joint            they are; S is random, its parts neither independent nor exchangeable
    exchangeable     ... all sets of one size have one probability
    independent      ... each masked cell is selected by its own coins
    deterministic    ... there is one S

Hidden memory: two configurations of one round show the same state and act differently. A clock:
one configuration acts differently in two rounds. Where few states are reached a rule can look
simpler than it is meant; what is said is about this run, on this target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from dlmcheck.spec.decoder import Step
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, marginal, product_law
from dlmcheck.spec.tokens import MASK, State, masked_positions

Written = tuple[tuple[int, int], ...]
"""The masked cells that are written in a round, with their tokens, by cell."""


@dataclass(frozen=True)
class Behaviour:
    """What a decoder does, over all configurations it reaches.

    `fits` are the classes whose form every round has; `unmasking` is the narrowest of them (a
    deterministic rule is also independent). `remasks` and `revises` say whether a visible cell
    ever turns back to M, or to another token.
    """

    fits: frozenset[Unmasking]
    uses_memory: bool
    uses_clock: bool
    remasks: bool
    revises: bool

    @property
    def unmasking(self) -> Unmasking:
        """The class of F: with hidden memory that one, else the narrowest that fits."""
        if self.uses_memory:
            return Unmasking.MEMORY
        return next(one for one in _NARROW_TO_WIDE if one in self.fits)


_NARROW_TO_WIDE = (
    Unmasking.DETERMINISTIC,
    Unmasking.EXCHANGEABLE,
    Unmasking.INDEPENDENT,
    Unmasking.JOINT,
    Unmasking.AFTER_SAMPLING,
)


Rounds = Mapping[tuple[Configuration, int], Law[tuple[Step, State]]]
"""The step law of each configuration in each round in which it was reached."""


def behaviour(rounds: Rounds) -> Behaviour:
    """The behaviour behind the step laws of everything that was reached."""
    fits = frozenset(_NARROW_TO_WIDE)
    remasks = revises = False
    by_memory: dict[tuple[State, int], set[Law[tuple[Written, State]]]] = {}
    by_round: dict[Configuration, set[Law[tuple[Written, State]]]] = {}
    for (before, number), law in rounds.items():
        seen = _seen(before.state, law)
        fits &= classes(seen.map(lambda pair: pair[0]), masked_positions(before.state))
        by_memory.setdefault((before.state, number), set()).add(seen)
        by_round.setdefault(before, set()).add(seen)
        for step, after in law:
            for cell, (old, new) in enumerate(zip(before.state, after, strict=True)):
                # What is written and masked again within one round is remasked as well.
                touched = cell in step.reveal or cell in dict(step.edit)
                remasks |= cell in step.remask and (old != MASK or touched)
                revises |= old != MASK and new not in (MASK, old)
    return Behaviour(
        fits,
        uses_memory=any(len(laws) > 1 for laws in by_memory.values()),
        uses_clock=any(len(laws) > 1 for laws in by_round.values()),
        remasks=remasks,
        revises=revises,
    )


def _seen(before: State, law: Law[tuple[Step, State]]) -> Law[tuple[Written, State]]:
    return law.map(lambda pair: (written(before, pair[1]), pair[1]))


def written(before: State, after: State) -> Written:
    """The masked cells that a round writes, with their tokens.

    A cell that is remasked in the same round has shown no token to anybody; it does not count.
    """
    return tuple(
        (cell, token)
        for cell, (old, token) in enumerate(zip(before, after, strict=True))
        if old == MASK and token != MASK
    )


def classes(law: Law[Written], masked: frozenset[int]) -> frozenset[Unmasking]:
    """All classes whose form the joint law of (S, tokens) of one round has."""
    fits = {Unmasking.AFTER_SAMPLING}
    if not tokens_ignore_selection(law):
        return frozenset(fits)
    fits.add(Unmasking.JOINT)
    selected = law.map(lambda pairs: frozenset(cell for cell, _ in pairs))
    if is_independent(selected, masked):
        fits.add(Unmasking.INDEPENDENT)
    if is_exchangeable(selected, masked):
        fits.add(Unmasking.EXCHANGEABLE)
    if len(selected) == 1:
        fits.add(Unmasking.DETERMINISTIC)
    return frozenset(fits)


def tokens_ignore_selection(law: Law[Written]) -> bool:
    """Whether the tokens, given S, are independent with one law per cell, the same for every S."""
    by_selection: dict[frozenset[int], dict[Written, Fraction]] = {}
    for pairs, weight in law.items():
        chosen = frozenset(cell for cell, _ in pairs)
        by_selection.setdefault(chosen, {})[pairs] = weight
    of_cell: dict[int, Law[int]] = {}
    for chosen, weights in by_selection.items():
        total = sum(weights.values(), Fraction(0))
        tokens = Law(
            {
                tuple(token for _, token in pairs): weight / total
                for pairs, weight in weights.items()
            }
        )
        factors = [marginal(tokens, place) for place in range(len(chosen))]
        if tokens != product_law(factors):
            return False
        for cell, factor in zip(sorted(chosen), factors, strict=True):
            if of_cell.setdefault(cell, factor) != factor:
                return False
    return True


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
