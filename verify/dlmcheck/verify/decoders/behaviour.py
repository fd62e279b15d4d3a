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
outcome; if it is not always the same one, as drawn from the predictor's law, where it follows
that whatever the positions (a plain function draws its tokens itself). Apart from that it is
asked whether the rounds have the form with *some* predictor, the law of a cell's token given that
it is selected: a rule that keeps one confident candidate a round does, so that it is a jointly
random F with another predictor than the one it was offered.

Order: a deterministic rule can be from left to right in all that it does here, whatever it looks
at, because ties were broken so. Remasking: a step can name cells to be remasked, and never turn a
visible one back.

Hidden memory: two configurations of one round show the same state and act differently. A clock:
one configuration acts differently in two rounds. Where one state does so only in two rounds and
with two memories, it is one of them, and what is seen does not say which (to count rounds in
memory is to have a clock). Where few states are reached a rule can look
simpler than it is meant; what is said is about this run, on this target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction

from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, masked_positions
from dlmcheck.verify.decoders.enumeration import Branch, Transition, written_law
from dlmcheck.verify.kernel.round_forms import (
    NARROW_TO_WIDE,
    Classes,
    forms,
    narrowest,
    selection_classes,
    token_laws,
)


@unique
class Order(Enum):
    """From which side masked cells are written."""

    LEFT_TO_RIGHT = "left to right"
    RIGHT_TO_LEFT = "right to left"


@dataclass(frozen=True)
class Behaviour:
    """What a decoder does, over all configurations it reaches.

    `fits` are the classes whose form every round has; `unmasking` is the narrowest of them (a
    deterministic rule is also independent). `own_predictor` are the classes that fit if the
    predictor may be another one than that from which the tokens were drawn. `clock_or_memory` says
    that one of the two has a say, where neither is seen by itself. `remasks` and
    `revises` say whether a visible cell ever turns back to M, or to another token;
    `names_remasked` in how many configurations the step names cells that it remasks, or coins for
    it. `order` says whether the cells written are the first masked ones from one side wherever
    there is a choice.
    """

    fits: frozenset[Unmasking]
    own_predictor: frozenset[Unmasking]
    uses_memory: bool
    uses_clock: bool
    clock_or_memory: bool
    remasks: bool
    revises: bool
    names_remasked: int
    order: Order | None
    most_written: int
    as_offered: bool

    @property
    def unmasking(self) -> Unmasking:
        """The class of F: with hidden memory that one, else the narrowest that fits."""
        if self.uses_memory:
            return Unmasking.MEMORY
        return narrowest(self.fits)


Rounds = Mapping[tuple[Configuration, int], Transition]
"""What one round does, for each configuration in each round in which it was reached."""


def behaviour(rounds: Rounds) -> Behaviour:
    """The behaviour behind the rounds of everything that was reached."""
    fits = own = frozenset(NARROW_TO_WIDE)
    remasks = revises = False
    most_written = named = 0
    orders: set[frozenset[Order]] = set()
    by_memory: dict[tuple[State, int], list[Transition]] = {}
    by_round: dict[Configuration, list[Transition]] = {}
    by_state: dict[State, list[Transition]] = {}
    for (before, number), made in rounds.items():
        offered, any_predictor = classes(made, before.state)
        fits &= offered
        own &= any_predictor
        by_memory.setdefault((before.state, number), []).append(made)
        by_round.setdefault(before, []).append(made)
        by_state.setdefault(before.state, []).append(made)
        named += any(one.step.remask or one.step.remask_coins for one in made.branches)
        for branch in made.branches:
            chosen = _chosen(branch, before.state)
            most_written = max(most_written, len(chosen))
            if 0 < len(chosen) < before.state.count(MASK) or set(chosen.values()) - {1}:
                orders.add(_orders(chosen, before.state))
            edits = dict(branch.step.edit)
            # What is written and masked again within one round was never seen.
            remasks |= any(before.state[cell] != MASK for cell in branch.remasked)
            for cell, token in edits.items():
                stays = branch.remasked.get(cell) != 1
                revises |= before.state[cell] not in (MASK, token) and stays
    memory = any(map(_differ, by_memory.values()))
    clock = any(map(_differ, by_round.values()))
    return Behaviour(
        fits,
        own,
        uses_memory=memory,
        uses_clock=clock,
        clock_or_memory=not memory and not clock and any(map(_differ, by_state.values())),
        remasks=remasks,
        revises=revises,
        names_remasked=named,
        order=_common(orders),
        most_written=most_written,
        as_offered=all(made.as_offered for made in rounds.values()),
    )


def _orders(chosen: Chances, before: State) -> frozenset[Order]:
    """The orders in which these masked cells are the first ones, for certain."""
    masked = [cell for cell, token in enumerate(before) if token == MASK]
    cells, count = set(chosen), len(chosen)
    if set(chosen.values()) - {1}:
        return frozenset()
    left = {Order.LEFT_TO_RIGHT} if cells == set(masked[:count]) else set[Order]()
    return frozenset(left | ({Order.RIGHT_TO_LEFT} if cells == set(masked[-count:]) else set()))


def _common(orders: set[frozenset[Order]]) -> Order | None:
    """The order that all choices have; None if they have none, or if there was no choice."""
    found = frozenset[Order].intersection(*orders) if orders else frozenset[Order]()
    return next(iter(found), None)


def _differ(made: Sequence[Transition]) -> bool:
    """Whether the next state has different laws, memory left aside."""
    return any(not one.same_states(made[0]) for one in made[1:])


# --- the form of one round -----------------------------------------------------------------


def classes(made: Transition, before: State) -> tuple[Classes, Classes]:
    """All classes whose form a round has: for the laws that tokens are drawn from, and for any."""
    masked = masked_positions(before)
    if made.sources is not None and not any(branch.seen for branch in made.branches):
        # Nothing that was drawn could have a say: tokens follow whatever was selected.
        if len(made.branches) == 1:
            (branch,) = made.branches
            found = coin_classes(_chosen(branch, before), masked)
        else:
            found = selection_classes(selection_law(made.branches, before), masked)
        return found, found
    pairs = written_law(made, before)
    offered = frozenset({Unmasking.AFTER_SAMPLING})
    if made.sources is not None:
        offered = forms(pairs, masked, made.sources)
    return offered, forms(pairs, masked, token_laws(pairs))


Chances = Mapping[int, Fraction]
"""Per cell the probability that it is selected, by a coin of its own."""


def _chosen(branch: Branch, before: State) -> Chances:
    """The masked cells that may be written and stay so, each with its chance; who remasks a cell
    shows nobody its token.
    """
    found = dict(branch.chances)
    found |= {cell: Fraction(1) for cell, _ in branch.step.edit if before[cell] == MASK}
    for cell, back in branch.remasked.items():
        if cell in found:
            found[cell] *= 1 - back
    return {cell: chance for cell, chance in found.items() if chance}


def selection_law(branches: Law[Branch], before: State) -> Law[frozenset[int]]:
    """The law of the set of selected cells."""
    weights: dict[frozenset[int], Fraction] = {}
    for branch, weight in branches.items():
        found = [(frozenset[int](), weight)]
        for cell, chance in _chosen(branch, before).items():
            taken = [(chosen | {cell}, w * chance) for chosen, w in found]
            left = [(chosen, w * (1 - chance)) for chosen, w in found if chance != 1]
            found = taken + left
        for chosen, w in found:
            weights[chosen] = weights.get(chosen, Fraction(0)) + w
    return Law(weights)


def coin_classes(chances: Chances, masked: frozenset[int]) -> Classes:
    """The classes of coins of the cells' own: `selection_classes`, with no set written out."""
    fits = {Unmasking.AFTER_SAMPLING, Unmasking.JOINT, Unmasking.INDEPENDENT}
    rates = {chances.get(cell, Fraction(0)) for cell in masked}
    if len(rates) < 2:
        fits.add(Unmasking.EXCHANGEABLE)
    if rates <= {0, 1}:
        fits.add(Unmasking.DETERMINISTIC)
    return frozenset(fits)
