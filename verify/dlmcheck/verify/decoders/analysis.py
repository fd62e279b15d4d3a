"""The exact output law of a decoder, and what can be said of its runs.

Equal configurations are merged after every round, so that the cost grows with the states that
are reached and not with the paths to them. The same is written out without a memory of what was
computed in `spec.decoder`; the two are compared by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import agrees
from dlmcheck.spec.tokens import State, Token
from dlmcheck.verify.decoders.behaviour import Behaviour, behaviour
from dlmcheck.verify.decoders.codes import Alphabet, TooManyConfigurations, check_number
from dlmcheck.verify.decoders.enumeration import Transition, transition
from dlmcheck.verify.decoders.limits import Limit, Trace, limit
from dlmcheck.verify.kernel.divergence import Divergence, divergence

ENOUGH = 12
"""After so many rounds a run is not followed further if its limit can be computed."""
LONGEST = 50_000
"""Bits of the denominator of a round, where the number of configurations is limited as well."""
Running = dict[Configuration, int]
"""Configurations with whole weights over one denominator."""


@dataclass(frozen=True)
class AfterRound:
    """The law of the state after a round: whole weights over one denominator where runs go on,
    fractions where they have ended. To cancel such long fractions takes time, so nobody does it
    before somebody asks.
    """

    running: dict[State, int]
    denominator: int
    ended: dict[State, Fraction]

    def law(self) -> dict[State, Fraction]:
        """The law as fractions."""
        found = dict(self.ended)
        for state, weight in self.running.items():
            found[state] = found.get(state, Fraction(0)) + Fraction(weight, self.denominator)
        return found


@dataclass(frozen=True)
class DecoderAnalysis:
    """What an exact enumeration of a decoder found.

    `law` is the law of the final state on the runs that end within `rounds_done` rounds, of total
    `ended`. If that is not all of them, `limit` says what becomes of the rest, where that can be
    said; `final_law` and `expected` (the expected number of rounds) are then those of the limit.
    `after_rounds` is the law of the state after each round, not yet as fractions. `worst` is the
    largest number of rounds of a run that ended. `table` is what each configuration was seen to do
    in each round.
    """

    decoder: str
    law: dict[State, Fraction]
    ended: Fraction
    rounds_done: int
    worst: int
    limit: Limit | None
    within: Fraction
    """The sum over the runs that ended of their probability times their number of rounds."""
    behaviour: Behaviour
    after_rounds: tuple[AfterRound, ...] = field(repr=False)
    table: Mapping[tuple[Configuration, int], Transition] = field(repr=False, compare=False)

    @cached_property
    def by_round(self) -> tuple[dict[State, Fraction], ...]:
        """The law of the state after each round."""
        return tuple(one.law() for one in self.after_rounds)

    @property
    def configurations(self) -> int:
        """How many configurations were enumerated, counted once for each round."""
        return len(self.table)

    @property
    def final_law(self) -> Law[State] | None:
        """The law of the final state if all runs end, at once or in the limit; else None."""
        if self.ended == 1:
            return Law(self.law)
        if self.limit is None or self.limit.law is None or self.limit.never_ends:
            return None
        return Law(self.limit.law)

    @property
    def expected(self) -> Fraction | None:
        """The expected number of rounds, None where `final_law` is."""
        if self.ended == 1:
            return self.within
        return None if self.limit is None else self.limit.expected

    @property
    def never_ends(self) -> Fraction:
        """The probability of runs that never end, 0 where nothing can be said."""
        return (self.limit and self.limit.never_ends) or Fraction(0)

    @property
    def repeats_after(self) -> int | None:
        """The least number of rounds, up to 12, after which the law of the state has been the same
        again at the end of what was gone through, twice; None if there is none.
        """
        laws = self.after_rounds
        for period in range(1, min(12, (len(laws) - 1) // 2) + 1):
            if all(laws[-k] == laws[-k - period] for k in range(1, period + 2)):
                return period
        return None

    def compare(self, target: Law[State]) -> Comparison | None:
        """Against a target; None unless all runs end, at once or in the limit."""
        found = self.final_law
        if found is None:
            return None
        return Comparison(
            total_variation(found, target),
            divergence(target, found),
            divergence(found, target),
            tuple(sorted(found.support - target.support)),
            tuple(sorted(target.support - found.support)),
        )


@dataclass(frozen=True)
class Comparison:
    """How far a law is from its target.

    `impossible` are outcomes that the target excludes, `missing` ones that the decoder never
    gives. `forward` is KL(target || law), `backward` is KL(law || target), in nats.
    """

    total_variation: Fraction
    forward: Divergence
    backward: Divergence
    impossible: tuple[State, ...]
    missing: tuple[State, ...]


def analyse(
    decoder: Decoder,
    most_rounds: int = 64,
    progress: Callable[[int], None] | None = None,
    most_configurations: int | None = None,
) -> DecoderAnalysis:
    """Enumerate a decoder exactly, for at most so many rounds; fewer where the limit is known.

    Raises the errors of `spec.decoder.step_law` (a step that breaks the rules, or is not
    reproducible), and `TooManyConfigurations` if more than `most_configurations` are reached in
    one round, or with very long fractions.
    """
    decoder = _remembering(decoder)
    known: dict[tuple[Configuration, int], Transition] = {}
    running: Running = {decoder.start(): 1}
    denominator = 1
    ended: dict[State, Fraction] = {}
    by_round = [_states(running, denominator, ended)]
    expected, worst, number = Fraction(0), 0, 0
    found: Limit | None = None
    everything = _retire(decoder, running, denominator, ended, number)
    while running and number < most_rounds:
        number += 1
        rounds: dict[Configuration, Transition] = {}
        for before in running:
            rounds[before] = known[before, number] = transition(decoder, before, number)
            if progress is not None:
                progress(len(known))
        running, denominator = _pushed(running, denominator, rounds, most_configurations)
        by_round.append(_states(running, denominator, ended))
        finished = _retire(decoder, running, denominator, ended, number)
        everything += finished
        expected += number * finished
        worst = number if finished else worst
        if number >= ENOUGH and running and running.keys() <= rounds.keys():
            # Nothing new turns up: the limit is the rest, if there is one.
            found = limit(decoder, known, number)
            if found is not None and found.law is not None:
                break
    return DecoderAnalysis(
        decoder.name,
        ended,
        everything,
        number,
        worst,
        (found or limit(decoder, known, number)) if running else None,
        expected,
        behaviour(known),
        tuple(by_round),
        known,
    )


def _pushed(
    running: Running,
    denominator: int,
    rounds: Mapping[Configuration, Transition],
    most: int | None,
) -> tuple[Running, int]:
    """One round of the law, in whole weights over one denominator."""
    common = lcm(*(made.denominator for made in rounds.values()))
    if most is not None and common.bit_length() > LONGEST:
        raise TooManyConfigurations(f"a round has a denominator of {common.bit_length()} bits")
    alphabet = Alphabet(len(next(iter(running)).state))
    alphabet.wait_for_common(part.cells() for made in rounds.values() for part in made.parts)
    weights: dict[int, int] = {}
    # While cells wait there can be more codes than configurations in the end.
    codes = None if most is None else 4 * most
    for before, weight in running.items():
        made = rounds[before]
        made.add_to(weights, weight * (common // made.denominator), alphabet)
        check_number(len(weights), codes)
    alphabet.settle(weights, codes)
    check_number(len(weights), most)
    divisor = gcd(denominator * common, *weights.values())
    following: Running = {}
    for code, weight in weights.items():
        after = alphabet.configuration(code)
        following[after] = following.get(after, 0) + weight // divisor
    return following, denominator * common // divisor


def _remembering(decoder: Decoder) -> Decoder:
    """The same decoder, whose predictor is asked once for each state and cell."""
    known: dict[tuple[State, int], Law[Token]] = {}

    def predictor(state: State, cell: int) -> Law[Token]:
        law = known.get((state, cell))
        if law is None:
            law = known[state, cell] = decoder.predictor(state, cell)
        return law

    return replace(decoder, predictor=predictor)


def shortest_wrong_trace(
    decoder: Decoder, target: Law[State], most_rounds: int = 64
) -> Trace | None:
    """The shortest run after which no outcome of the target is left; None if there is none.

    Of several of one length, the first in the order of the enumeration. A run goes wrong with a
    state whose visible tokens have probability zero under the target. Without remasking or
    revision what is visible stays, so then it cannot be put right.
    """
    decoder = _remembering(decoder)
    paths: dict[Configuration, tuple[tuple[State, ...], Fraction]] = {
        decoder.start(): ((decoder.start().state,), Fraction(1))
    }
    number = 0
    while paths and number < most_rounds:
        number += 1
        following: dict[Configuration, tuple[tuple[State, ...], Fraction]] = {}
        for before, (states, chance) in paths.items():
            if decoder.ends(before.state, number - 1):
                continue
            made = transition(decoder, before, number)
            for after, scaled in made.after.items():
                trace = (*states, after.state)
                weight = chance * Fraction(scaled, made.denominator)
                if not any(agrees(outcome, after.state) for outcome in target):
                    return Trace(trace, weight)
                following.setdefault(after, (trace, weight))
        paths = following
    return None


def _states(running: Running, denominator: int, ended: dict[State, Fraction]) -> AfterRound:
    weights: dict[State, int] = {}
    for configuration, weight in running.items():
        weights[configuration.state] = weights.get(configuration.state, 0) + weight
    return AfterRound(weights, denominator, dict(ended))


def _retire(
    decoder: Decoder,
    running: Running,
    denominator: int,
    ended: dict[State, Fraction],
    number: int,
) -> Fraction:
    """Move what has ended from the running configurations to the ended ones; its probability."""
    finished = 0
    weights: dict[State, int] = {}
    for one in [one for one in running if decoder.ends(one.state, number)]:
        weight = running.pop(one)
        weights[one.state] = weights.get(one.state, 0) + weight
        finished += weight
    for state, weight in weights.items():
        ended[state] = ended.get(state, Fraction(0)) + Fraction(weight, denominator)
    return Fraction(finished, denominator)
