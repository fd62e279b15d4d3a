"""Coins of one rate, a linear schedule: tables that sample even parity, and where there are none.

Part of `decoder_parity`; the theorem behind it is in the note LOCAL-DECODERS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.model.decoders.noise import Schedule, ancestral
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.decoder import Decoder, DecoderPredictor, StepFunction, step_law
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law, certain, total_variation
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.searches.equal_rates import (
    EqualRates,
    Table,
    by_clauses,
    by_walking,
    read_sets,
)

SAMPLES = "some predictor makes the rule sample D_n"
PUBLISHED_END = "the same with the schedule ended at time 10^-5"
NONE = "no predictor makes the rule sample D_n"
NONE_WALKED = f"{NONE}: all tables"

FOUR_STEPS = (EqualRates(2, 4), EqualRates(4, 4))
NOT_KNOWING = (EqualRates(2, 4, None, False), EqualRates(3, 6, None, False))
IMPOSSIBLE = (
    *(EqualRates(2, rounds) for rounds in (1, 2, 3, 5)),
    *(EqualRates(3, rounds) for rounds in (2, 3, 4)),
    *(EqualRates(3, 6, sets) for sets in read_sets(3, 1)),
    EqualRates(4, 2),
)
MOST_WALKED_QUICKLY = 40
"""A problem of at most so many lists of times is walked in the quick profile."""

MOST_WALKED = 100
"""The same in the other profiles."""


def law_by_rounds(
    cells: int,
    predictor_of: Callable[[int], DecoderPredictor],
    step: StepFunction,
    rounds: int,
) -> Law[State]:
    """The law of the state after so many rounds of a rule, by the definition.

    `predictor_of` gives the predictor of a round: one that knows the round.
    """
    law: Law[Configuration] = certain(Configuration((MASK,) * cells, None))
    for number in range(1, rounds + 1):
        decoder = Decoder(cells, predictor_of(number), step, rounds=rounds)

        def after(
            before: Configuration, decoder: Decoder = decoder, number: int = number
        ) -> Law[Configuration]:
            if MASK not in before.state:
                return certain(before)
            return step_law(decoder, before, number).map(
                lambda made: Configuration(made.state, made.step.memory)
            )

        law = law.bind(after)
    return law.map(lambda one: one.state)


def law_of_table(problem: EqualRates, table: Table, step: StepFunction, rounds: int) -> Law[State]:
    """The output law of a rule with a table of tokens as its predictor, by the definition.

    Where the table knows the round, the predictor of each round is another. A round beyond the
    table's is played with its last one.
    """

    def predictor_of(number: int) -> DecoderPredictor:
        row = min(number, problem.rounds) if problem.clock else 0
        return lambda state, cell: certain(table[row, state][cell])

    return law_by_rounds(problem.cells, predictor_of, step, rounds)


@dataclass(frozen=True)
class Found:
    """A problem with the table that was found for it."""

    problem: EqualRates
    table: Table | None


def _distance(found: Found, end: Fraction) -> Outcome:
    if found.table is None:
        return fails("no predictor")
    problem = found.problem
    schedule = Schedule(problem.rounds, end)
    rounds = problem.rounds + (1 if end else 0)
    law = law_of_table(problem, found.table, ancestral(schedule), rounds)
    distance = total_variation(law, even_parity(problem.cells))
    return fails(f"total variation {distance}") if distance else HOLDS


def samples(found: Found) -> Outcome:
    """See SAMPLES: the table is run by the rule's own code."""
    return _distance(found, Fraction(0))


def samples_as_published(found: Found) -> Outcome:
    """See PUBLISHED_END."""
    return _distance(found, Fraction(1, 10**5))


def tables(
    problems: Sequence[EqualRates], name: str
) -> Callable[[Profile], Sweep[EqualRates, Found]]:
    """The problems of a list, each with the table that was found for it."""

    def make(_: Profile) -> Sweep[EqualRates, Found]:
        return Sweep(
            listed(name, problems, str),
            lambda problem: Found(problem, by_clauses(problem)),
            {SAMPLES: samples, PUBLISHED_END: samples_as_published},
        )

    return make


def none_by_clauses(problem: EqualRates) -> Outcome:
    """See NONE."""
    return HOLDS if by_clauses(problem) is None else fails("a table was found")


def none_by_walking(most: int) -> Callable[[EqualRates], Outcome]:
    """See NONE, where every cell reads all others and there are at most so many lists of times."""

    def outcome(problem: EqualRates) -> Outcome:
        if problem.reads is not None or problem.rounds**problem.cells > most:
            return NOT_MET
        return HOLDS if by_walking(problem) is None else fails("a table was found")

    return outcome


def impossible(profile: Profile) -> Sweep[EqualRates, EqualRates]:
    """The problems that have no table; the walk goes through the smaller ones."""
    most = MOST_WALKED_QUICKLY if profile is Profile.QUICK else MOST_WALKED
    return Sweep(
        listed("the linear schedule, small lengths", IMPOSSIBLE, str),
        lambda problem: problem,
        {NONE: none_by_clauses, NONE_WALKED: none_by_walking(most)},
    )
