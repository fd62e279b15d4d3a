"""Two decoders side by side: one that ought to do the same as the other, with a cache, say.

Compared are the laws of what comes out, and round by round how states follow each other: the
first round in which they part, and the step in which they differ most. Memory is left aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import total_variation
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders.analysis import DecoderAnalysis
from dlmcheck.verify.decoders.exact_rest import MOST_STATES
from dlmcheck.verify.decoders.going_wrong import size


@dataclass(frozen=True)
class Parting:
    """The first round in which two decoders part: what follows a state with which probability in
    the one and in the other. A probability is None where that state is not reached.
    """

    round_number: int
    before: State
    after: State
    here: Fraction | None
    there: Fraction | None


@dataclass(frozen=True)
class Against:
    """How far the law of another decoder is away, None if one of the two has none; `parting` is
    None if they do not part in the rounds gone through, as many as `rounds`.
    """

    name: str
    total_variation: Fraction | None
    parting: Parting | None
    rounds: int


Moves = dict[tuple[State, State], Fraction]
"""The joint law of the states before and after a round."""


def against(
    decoder: Decoder, analysis: DecoderAnalysis, other: Decoder, theirs: DecoderAnalysis
) -> Against:
    """A decoder and another one, which starts from the same state."""
    found, law = analysis.final_law, theirs.final_law
    distance = None if found is None or law is None else total_variation(found, law)
    last = max(analysis.rounds_done, theirs.rounds_done)
    ours, them = _Run(decoder, analysis), _Run(other, theirs)
    for number in range(1, last + 1):
        if ours.is_too_long(number) or them.is_too_long(number):
            return Against(other.name, distance, None, number - 1)
        here, there = ours.moves(number), them.moves(number)
        if here != there:
            return Against(other.name, distance, _parting(number, here, there), number)
    return Against(other.name, distance, None, last)


def _parting(number: int, here: Moves, there: Moves) -> Parting:
    def difference(step: tuple[State, State]) -> Fraction:
        return abs(here.get(step, Fraction(0)) - there.get(step, Fraction(0)))

    step = max(sorted({*here, *there}), key=difference)
    return Parting(number, *step, _given(here, *step), _given(there, *step))


def _given(moves: Moves, before: State, after: State) -> Fraction | None:
    total = sum((p for (state, _), p in moves.items() if state == before), Fraction(0))
    return moves.get((before, after), Fraction(0)) / total if total else None


class _Run:
    """The law of the configuration, a round at a time."""

    def __init__(self, decoder: Decoder, analysis: DecoderAnalysis) -> None:
        self._table = analysis.table
        self._law = {decoder.start(): Fraction(1)}
        self._left = MOST_STATES

    def is_too_long(self, number: int) -> bool:
        """Whether there are more steps than are gone through."""
        made = (self._table.get((before, number)) for before in self._law)
        self._left -= sum(size(one) for one in made if one is not None)
        return self._left < 0

    def moves(self, number: int) -> Moves:
        """The next round; a run that has ended moves no more."""
        following: dict[Configuration, Fraction] = {}
        found: Moves = {}
        for before, chance in self._law.items():
            made = self._table.get((before, number))
            if made is None:
                continue
            for after, scaled in made.after.items():
                p = chance * Fraction(scaled, made.denominator)
                following[after] = following.get(after, Fraction(0)) + p
                key = before.state, after.state
                found[key] = found.get(key, Fraction(0)) + p
        self._law = following
        return found
