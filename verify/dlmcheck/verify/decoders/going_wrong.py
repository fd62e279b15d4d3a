"""The round in which a decoder leaves its target, and the step that does most of it.

Decode for t rounds, and then exactly: token by token from the target's conditionals. The distance
e(t) of what comes out is 0 for t = 0, and that of the output law at the end. The first t at which
it is not 0 is where the decoder goes wrong; the note DECODERS, "Where it goes wrong", says which
step has what share in it, and why there is always a cause of one of the kinds below. A run into
an outcome that the target excludes is not needed for this (`analysis.shortest_wrong_trace`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from math import prod

from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions
from dlmcheck.verify.decoders.analysis import DecoderAnalysis
from dlmcheck.verify.decoders.enumeration import Transition, written_law
from dlmcheck.verify.decoders.exact_rest import (
    MOST_STATES,
    PartialSums,
    Whole,
    decoded_exactly,
)
from dlmcheck.verify.decoders.law_words import law_beside
from dlmcheck.verify.decoders.limits import Trace
from dlmcheck.verify.kernel.round_forms import TokenLaws, Written, token_laws, tokens_follow


@unique
class Cause(Enum):
    """What a round does at a configuration so that the rest cannot be decoded exactly."""

    REMASKS = "a visible token turns back to M"
    REVISES = "a visible token is replaced"
    CHOSEN = "which cells are written depends on the tokens drawn"
    OTHER_LAWS = "tokens are drawn from other laws than the target's conditionals"
    CHOSEN_OR_OTHER_LAWS = (
        "the tokens written, given their cells, do not follow the target's conditionals"
    )
    TOGETHER = "cells that depend on each other are written in one round"


@dataclass(frozen=True)
class Culprit:
    """The step with the largest share in the distance: the likeliest run to it, and the step.

    `share` is its part of e(t); all parts sum to e(t).
    """

    trace: Trace
    share: Fraction
    causes: tuple[Cause, ...]
    other_laws: tuple[str, ...] = ()
    """How the laws that tokens are drawn from differ from the conditionals, cell by cell."""


@dataclass(frozen=True)
class GoesWrong:
    """The first round after which decoding exactly does not give the target: e(round) > 0.

    `culprit` is None where there are too many steps to go through.
    """

    round_number: int
    distance: Fraction
    culprit: Culprit | None


def goes_wrong(
    decoder: Decoder,
    analysis: DecoderAnalysis,
    target: Law[State],
    distances: tuple[Fraction, ...],
) -> GoesWrong | None:
    """Where e(t) is not 0 for the first time; None if it is 0 for all t that were computed.

    `distances` is `distance_by_round` of the analysis; the target is given the prompt.
    """
    number = next((t for t, distance in enumerate(distances) if distance), None)
    if number is None:
        return None
    whole = Whole(target)
    excess = decoded_exactly(analysis.after_rounds[number], whole).excess()
    return GoesWrong(number, distances[number], _culprit(decoder, analysis, number, whole, excess))


def _culprit(
    decoder: Decoder, analysis: DecoderAnalysis, number: int, whole: Whole, excess: set[State]
) -> Culprit | None:
    """The step of a round with the largest part of Q(A) - P(A), A being the outcomes that come out
    too often and those that the target excludes.
    """
    if sum(size(made) for (_, t), made in analysis.table.items() if t <= number) > MOST_STATES:
        return None
    above = PartialSums({z: whole.weights[z] for z in excess} or {(): 0})

    def share(state: State) -> Fraction:
        """P(A | state)."""
        total = whole.sums(state)
        return Fraction(above(state), total) if total else Fraction(1)

    most, blamed = Fraction(0), None
    for before, way in _ways(decoder, analysis, number).items():
        made = analysis.table.get((before, number))
        if made is None:
            continue  # the run has ended
        then = share(before.state)
        for state, p in _next_states(made).items():
            part = way.chance * p * (share(state) - then)
            if part > most:
                trace = Trace((*way.states, state), way.likeliest * p)
                most, blamed = part, (before.state, made, trace)
    if blamed is None:
        return None
    state, made, trace = blamed
    found = causes(made, state, whole)
    return Culprit(trace, most, found, _differences(made, state, whole, found))


@dataclass(frozen=True)
class _Way:
    """The probability of a configuration, and of the likeliest run to it, with its states."""

    chance: Fraction
    likeliest: Fraction
    states: tuple[State, ...]


def _ways(decoder: Decoder, analysis: DecoderAnalysis, number: int) -> dict[Configuration, _Way]:
    """The configurations before a round, as far as runs go on there."""
    start = decoder.start()
    ways = {start: _Way(Fraction(1), Fraction(1), (start.state,))}
    none = _Way(Fraction(0), Fraction(0), ())
    for t in range(1, number):
        following: dict[Configuration, _Way] = {}
        for before, way in ways.items():
            made = analysis.table.get((before, t))
            if made is None:
                continue  # the run has ended
            for after, scaled in made.after.items():
                p = Fraction(scaled, made.denominator)
                old = following.get(after, none)
                run, states = old.likeliest, old.states
                if way.likeliest * p > run:
                    run, states = way.likeliest * p, (*way.states, after.state)
                following[after] = _Way(old.chance + way.chance * p, run, states)
        ways = following
    return ways


def _next_states(made: Transition) -> dict[State, Fraction]:
    """The law of the state after a round."""
    found: dict[State, int] = {}
    for after, scaled in made.after.items():
        found[after.state] = found.get(after.state, 0) + scaled
    return {state: Fraction(scaled, made.denominator) for state, scaled in found.items()}


def size(made: Transition) -> int:
    """How many steps a round can take from a configuration, counted once for each way."""
    return sum(prod(len(site) for site in part.sites) for part in made.parts)


def causes(made: Transition, before: State, target: Whole) -> tuple[Cause, ...]:
    """All that a round does at a state for which decoding exactly afterwards may give another law
    than before. None of these, and it gives the same (note DECODERS).
    """
    found: list[Cause] = []
    shown = [cell for cell, token in enumerate(before) if token != MASK]
    after = {one.state for one in made.after}
    if any(state[cell] == MASK for state in after for cell in shown):
        found.append(Cause.REMASKS)
    if any(state[cell] not in (MASK, before[cell]) for state in after for cell in shown):
        found.append(Cause.REVISES)
    written = written_law(made, before)
    laws = {cell: _conditional(target, before, cell) for cell in masked_positions(before)}
    if not tokens_follow(written, laws):
        sources = _sources(made, written)
        if any(law != laws[cell] for cell, law in sources.items()):
            found.append(Cause.OTHER_LAWS)
        else:
            found.append(Cause.CHOSEN_OR_OTHER_LAWS if made.sources is None else Cause.CHOSEN)
    if any(not _apart(target, before, cells, laws) for cells in _together(written)):
        found.append(Cause.TOGETHER)
    return tuple(found)


def _sources(made: Transition, written: Law[Written]) -> TokenLaws:
    """The laws that tokens are drawn from. Code that draws by itself does not say; but where it
    always writes the same cells, their tokens have the laws that it draws from.
    """
    if made.sources is not None:
        return made.sources
    return token_laws(written) if len({_cells(pairs) for pairs in written}) == 1 else {}


def _cells(pairs: Written) -> tuple[int, ...]:
    return tuple(cell for cell, _ in pairs)


def _differences(
    made: Transition, before: State, target: Whole, found: tuple[Cause, ...]
) -> tuple[str, ...]:
    if Cause.OTHER_LAWS not in found:
        return ()
    said = {
        cell: law_beside(law, _conditional(target, before, cell))
        for cell, law in sorted(_sources(made, written_law(made, before)).items())
    }
    return tuple(f"cell {cell}: {words}" for cell, words in said.items() if words)


def _conditional(target: Whole, state: State, cell: int) -> Law[Token]:
    total = target.sums(state)
    weights = {
        token: target.sums((*state[:cell], token, *state[cell + 1 :])) for token in target.tokens
    }
    return Law({token: Fraction(weight, total) for token, weight in weights.items()})


def _together(written: Law[Written]) -> set[tuple[int, ...]]:
    return {cells for cells in map(_cells, written) if len(cells) > 1}


def _apart(
    target: Whole, state: State, cells: tuple[int, ...], laws: Mapping[int, Law[Token]]
) -> bool:
    """Whether some masked cells are independent under the target, given a state."""
    together: dict[tuple[Token, ...], int] = {}
    for outcome in target.outcomes(state):
        tokens = tuple(outcome[cell] for cell in cells)
        together[tokens] = together.get(tokens, 0) + target.weights[outcome]
    if len(together) != prod(len(laws[cell]) for cell in cells):
        return False
    return all(
        Fraction(weight, target.sums(state))
        == prod((laws[c][t] for c, t in zip(cells, tokens, strict=True)), start=Fraction(1))
        for tokens, weight in together.items()
    )
