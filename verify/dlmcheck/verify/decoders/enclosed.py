"""A law that is known to within a width: what was computed from below, compared with a target.

A law mu is at least `low` at each outcome, and `missing` is what these numbers lack to one. So
mu = low + rest, where the rest is nowhere negative and adds up to `missing`; nothing else is known
of it. That the numbers are not too large is what `streaming` answers for. It goes by what a rule
declares of itself, so that the rule's own step is run as well, on a sample of configurations, and
has to do the same there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import cast

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.noise import Shares
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.decoders.behaviour import Behaviour, Rounds, behaviour
from dlmcheck.verify.decoders.enumeration import Transition, transition
from dlmcheck.verify.kernel.divergence import decimal, log_enclosure

WALKS = 200
"""So many runs are followed with the step itself, and as many with few different states."""


class NotByShares(ValueError):
    """A step does something else than what is declared of it."""


MOST_EXACT = 50_000
"""A rule whose law can be enclosed is not enumerated with more configurations in a round."""
MOST_WAYS = 5 * 10**7
"""So many ways through the rounds are streamed."""


def shares_of(name: str, cells: int, rounds: int, vocabulary: int = 2) -> Shares | None:
    """What a published rule declares of itself, if its law can be enclosed: from three rounds with
    memory on, while there are not too many ways through all of them but two.
    """
    rule = RULES.get(name)
    if rule is None or rule.shares is None or rounds < 3:
        return None
    masked, shown = 1, 0
    for _ in range(rounds - 2):
        masked, shown = masked + shown, shown + vocabulary * masked
    return rule.shares(cells, rounds) if (masked + shown) ** cells <= MOST_WAYS else None


class NotEnumerated(Exception):
    """The law of a decoder is not enumerated, but can be enclosed."""

    def __init__(self, decoder: Decoder, target: Law[State], shares: Shares, reason: str) -> None:
        super().__init__(reason)
        self.decoder, self.target, self.shares = decoder, target, shares


@dataclass(frozen=True)
class EnclosedLaw:
    """Lower bounds of a law, and what they lack to one."""

    low: dict[State, Fraction]

    @property
    def missing(self) -> Fraction:
        """What the lower bounds lack to one: each probability is known to within this."""
        return 1 - sum(self.low.values(), Fraction(0))

    def bits(self) -> int:
        """The largest k so that each probability is known to within 2^-k.

        Raises `ZeroDivisionError` if nothing is missing.
        """
        width = self.missing
        return (1 / width).__floor__().bit_length() - 1

    def total_variation(self, target: Law[State]) -> tuple[Fraction, Fraction]:
        """Between which numbers the total variation to a target lies."""
        over = under = Fraction(0)
        for state in self.low.keys() | target.support:
            difference = self.low.get(state, Fraction(0)) - target[state]
            over += max(difference, Fraction(0))
            under += max(-difference, Fraction(0))
        # The law is `over` too large where it is at all, and more where the rest goes; where it is
        # too small, the rest can only help.
        return over, under

    def from_target(self, target: Law[State]) -> Between:
        """KL(target || law), in nats."""
        low, high, bounded = Fraction(0), Fraction(0), True
        for state, p in target.items():
            least = self.low.get(state, Fraction(0))
            if not least and not self.missing:
                return Between(None, None)
            low += p * log_enclosure(p / (least + self.missing))[0]
            if least:
                high += p * log_enclosure(p / least)[1]
            bounded &= least > 0
        return Between(max(low, Fraction(0)), max(high, Fraction(0)) if bounded else None)

    def to_target(self, target: Law[State]) -> Between:
        """KL(law || target), in nats. What is missing can lie on any string."""
        if self.low.keys() - target.support:
            return Between(None, None)
        low = high = Fraction(0)
        for state, p in target.items():
            least = self.low.get(state, Fraction(0))
            most = least + self.missing
            ends = [_times_log(least, p), _times_log(most, p)]
            high += max(top for _, top in ends)
            # x log(x/p) falls up to x = p/e, between p/4 and p/2, and is -p/e there.
            turns = least < p / 2 and p / 4 < most
            low += -p * Fraction(368, 1000) if turns else min(bottom for bottom, _ in ends)
        length, tokens = len(next(iter(target))), {t for state in target for t in state}
        everywhere = len(target.support) == max(2, len(tokens)) ** length
        return Between(
            max(low, Fraction(0)),
            max(high, Fraction(0)) if everywhere or not self.missing else None,
        )


@dataclass(frozen=True)
class Between:
    """An interval that holds a number that may be infinite; `low` None if it is, `high` None if
    that is not known.
    """

    low: Fraction | None
    high: Fraction | None

    def __str__(self) -> str:
        if self.low is None:
            return "+infinity"
        high = "+infinity" if self.high is None else decimal(self.high, down=False)
        return f"[{decimal(self.low, down=True)}, {high}]"


def _times_log(x: Fraction, p: Fraction) -> tuple[Fraction, Fraction]:
    """An interval that holds x log(x / p)."""
    if not x:
        return x, x
    low, high = log_enclosure(x / p)
    return x * low, x * high


# --- the step itself -----------------------------------------------------------------------------


def checked_walks(decoder: Decoder, shares: Shares) -> Rounds:
    """What the step does on a sample of runs, chosen with a fixed seed; each time it is compared
    with what is declared.

    Half of the runs write only the first half of the cells, the first possible token of each, so
    that one state is met with several memories. Raises `NotByShares`.
    """
    found: dict[tuple[Configuration, int], Transition] = {}
    random = Random(1)
    for walk in range(2 * WALKS):
        before = decoder.start()
        for number in range(1, shares.steps + 1):
            made = found.get((before, number)) or transition(decoder, before, number)
            found[before, number] = made
            expected = _declared(decoder, shares, before, number)
            before = _compared(made, expected, before, number, random, narrow=walk % 2 == 1)
        last = (before, shares.steps + 1)
        if last not in found:
            found[last] = transition(decoder, *last)
    return found


Cell = dict[tuple[Token, object], Fraction]
"""What a cell shows after a round, with its note, and with what probability."""


def _declared(decoder: Decoder, shares: Shares, before: Configuration, number: int) -> list[Cell]:
    memory = cast("tuple[tuple[int, Fraction], ...] | None", before.memory)
    notes = dict(memory or ())
    weights = {cell: shares.weight(p) for cell, p in notes.items()}
    remembers = number < shares.steps
    cells: list[Cell] = []
    for cell, token in enumerate(before.state):
        if token == MASK:
            rate = shares.write(number)
            law: Cell = {(MASK, None): 1 - rate}
            for one, p in decoder.predictor(before.state, cell).items():
                law[one, p if remembers else None] = rate * p
        elif cell in notes:
            back = shares.remask(number) * weights[cell] / sum(weights.values())
            law = {(MASK, None): back, (token, notes[cell] if remembers else None): 1 - back}
        else:
            law = {(token, None): Fraction(1)}
        cells.append({shown: p for shown, p in law.items() if p})
    return cells


def _compared(
    made: Transition,
    expected: list[Cell],
    before: Configuration,
    number: int,
    random: Random,
    *,
    narrow: bool,
) -> Configuration:
    """One of the next configurations. Raises `NotByShares`."""
    (part,) = made.parts if len(made.parts) == 1 else (None,)
    if part is None or (part.notes is None and part.memory is not None):
        raise NotByShares(f"round {number} at {before}: no cells with coins of their own")
    state: list[Token] = []
    memory: list[tuple[int, object]] = []
    for cell, (site, notes) in enumerate(part.cells()):
        noted, total = dict(notes), sum(weight for _, weight in site)
        law = {(t, noted.get(t)): Fraction(weight, total) for t, weight in site}
        if law != expected[cell]:
            raise NotByShares(f"round {number} at {before}: cell {cell} has the law {law}")
        options = sorted(law, key=lambda shown: shown[0])
        if narrow and before.state[cell] == MASK:
            options = options[:2] if 2 * cell < len(expected) else options[:1]
        token, note = random.choice(options)
        state.append(token)
        if note is not None:
            memory.append((cell, note))
    return Configuration(tuple(state), tuple(memory) if part.notes is not None else None)


def sampled_behaviour(decoder: Decoder, shares: Shares) -> tuple[Behaviour, int]:
    """The class of F and the like, as seen in `checked_walks`, and in how many configurations.

    Raises `NotByShares`.
    """
    rounds = checked_walks(decoder, shares)
    return behaviour(rounds), len(rounds)
