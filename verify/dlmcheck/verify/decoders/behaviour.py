"""The class of F that a decoder realises, computed from what it does.

A round of a DLM is: S = F(x), then tokens drawn from p_i(. | x), independently over i, whatever S
is. Whether a decoder's rounds have that form, and how S is distributed, is decided here on the
joint law of (S, tokens written) in every configuration that the decoder reaches:

    after-sampling   given S, the tokens written do not follow the laws they were drawn from:
                     positions are chosen by what was drawn there
    joint            they do; S is random, its parts neither independent nor exchangeable
    exchangeable     ... all sets of one size have one probability
    independent      ... each masked cell is selected by its own coins
    deterministic    ... there is one S

A token of the step's own making (the likeliest one, say) counts as drawn from a law with one
outcome. Apart from that it is asked whether the rounds have the form with *some* predictor, the
law of a cell's token given that it is selected: a rule that keeps one confident candidate a
round does, so that it is a jointly random F with another predictor than the one it was offered.

Hidden memory: two configurations of one round show the same state and act differently. A clock:
one configuration acts differently in two rounds. Where few states are reached a rule can look
simpler than it is meant; what is said is about this run, on this target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from dlmcheck.spec.decoder import Made
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, certain, marginal, product_law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

Written = tuple[tuple[int, int], ...]
"""The masked cells that are written in a round, with their tokens, by cell."""


@dataclass(frozen=True)
class Behaviour:
    """What a decoder does, over all configurations it reaches.

    `fits` are the classes whose form every round has; `unmasking` is the narrowest of them (a
    deterministic rule is also independent). `own_predictor` are the classes that fit if the
    predictor may be another one than that from which the tokens were drawn. `remasks` and
    `revises` say whether a visible cell ever turns back to M, or to another token.
    """

    fits: frozenset[Unmasking]
    own_predictor: frozenset[Unmasking]
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


Rounds = Mapping[tuple[Configuration, int], Law[Made]]
"""The step law of each configuration in each round in which it was reached."""


def behaviour(rounds: Rounds) -> Behaviour:
    """The behaviour behind the step laws of everything that was reached."""
    fits = own = frozenset(_NARROW_TO_WIDE)
    remasks = revises = False
    by_memory: dict[tuple[State, int], set[Law[tuple[Written, State]]]] = {}
    by_round: dict[Configuration, set[Law[tuple[Written, State]]]] = {}
    for (before, number), law in rounds.items():
        seen = _seen(before.state, law)
        masked = masked_positions(before.state)
        pairs = seen.map(lambda one: one[0])
        fits &= classes(pairs, masked, sources(before.state, law))
        own &= classes(pairs, masked, token_laws(pairs))
        by_memory.setdefault((before.state, number), set()).add(seen)
        by_round.setdefault(before, set()).add(seen)
        for made in law:
            for cell, (old, new) in enumerate(zip(before.state, made.state, strict=True)):
                # What is written and masked again within one round is remasked as well.
                touched = cell in made.step.reveal or cell in dict(made.step.edit)
                remasks |= cell in made.step.remask and (old != MASK or touched)
                revises |= old != MASK and new not in (MASK, old)
    return Behaviour(
        fits,
        own,
        uses_memory=any(len(laws) > 1 for laws in by_memory.values()),
        uses_clock=any(len(laws) > 1 for laws in by_round.values()),
        remasks=remasks,
        revises=revises,
    )


def _seen(before: State, law: Law[Made]) -> Law[tuple[Written, State]]:
    return law.map(lambda made: (written(before, made.state), made.state))


def written(before: State, after: State) -> Written:
    """The masked cells that a round writes, with their tokens.

    A cell that is remasked in the same round has shown no token to anybody; it does not count.
    """
    return tuple(
        (cell, token)
        for cell, (old, token) in enumerate(zip(before, after, strict=True))
        if old == MASK and token != MASK
    )


# --- from which laws the tokens come -------------------------------------------------------

TokenLaws = Mapping[int, Law[Token]]


def sources(before: State, law: Law[Made]) -> TokenLaws | None:
    """Per cell the law from which its token was drawn; None if that is not one law per cell."""
    found: dict[int, Law[Token]] = {}
    for made in law:
        drawn = dict(zip(sorted(made.step.reveal), made.sources, strict=True))
        own = {cell: certain(token) for cell, token in made.step.edit if before[cell] == MASK}
        for cell, source in (drawn | own).items():
            if found.setdefault(cell, source) != source:
                return None
    return found


def token_laws(law: Law[Written]) -> TokenLaws | None:
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


# --- the form of one round -----------------------------------------------------------------


def classes(
    law: Law[Written], masked: frozenset[int], laws: TokenLaws | None
) -> frozenset[Unmasking]:
    """All classes whose form the joint law of (S, tokens) of one round has, for these laws p_i."""
    fits = {Unmasking.AFTER_SAMPLING}
    if laws is None or not tokens_follow(law, laws):
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
