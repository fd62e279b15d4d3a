"""Push-forward of the law on states as an engine for exact laws of runs: numpy, cell by cell.

What it refuses, an F that sees the candidates or many coins that cells share, the engine of
`law_by_plain_states` takes.
"""

from __future__ import annotations

import math

from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    counted,
    too_many,
)
from dlmcheck.verify.engines.site_by_site import MOST_SHARED, Exceeded, Guard, final_weights
from dlmcheck.verify.engines.site_tables import NotTabulated, shared_coins

PER_PAIR = 6e-8
"""Seconds for a state, a cell and a round with numpy, roughly."""


class States:
    """All states at once, cell by cell."""

    def refuses(self, problem: LawProblem) -> str:
        """Circuits, an F that sees the candidates, and many coins that cells share."""
        if isinstance(problem, CircuitLaw):
            return "a circuit has no states"
        schedule = problem.schedule
        if schedule.unmask_sees_candidates:
            return "F sees the candidates"
        parts = [schedule.unmask] if schedule.remask is None else [schedule.unmask, schedule.remask]
        shared = max(len(shared_coins(part)) for part in parts)
        return f"{shared} coins are shared by cells" if shared > MOST_SHARED else ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """States times cells times rounds."""
        assert not isinstance(problem, CircuitLaw)
        schedule = problem.schedule
        states, pushes = most_states(schedule), 2.0 ** len(shared_coins(schedule.unmask))
        parts = (schedule.predictor, schedule.unmask, schedule.remask)
        gates = sum(part.node_count for part in parts if part is not None)
        rounds = max(1, schedule.rounds)
        seconds = rounds * pushes * (PER_PAIR * states * schedule.length + 2e-5 * gates)
        return Estimate(seconds, f"at most {power(states)} states, cell by cell")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """The weights after the last round, of the output cells."""
        refusal = self.refuses(problem)
        if refusal or isinstance(problem, CircuitLaw):
            return Unknown(Why.REFUSED, refusal)
        guard = Guard.of(limits.seconds, limits.memory)
        try:
            final = final_weights(problem.schedule, problem.data, guard)
            counts = final.onto(problem.schedule.output)
            guard.check(0)
        except NotTabulated as error:
            return Unknown(Why.REFUSED, str(error))
        except Exceeded as error:
            return Unknown(Why.MEMORY if error.memory else Why.TIME, str(error))
        return within(counted(problem.outputs, counts, final.exponent), limits)


def most_states(schedule: Schedule) -> float:
    """A bound on the states reached: three for a cell, or two for a coin of the whole run."""
    parts = (schedule.predictor, schedule.unmask, schedule.remask)
    coins = len(schedule.given_cells)
    coins += schedule.rounds * sum(len(part.random_inputs) for part in parts if part is not None)
    return float(2.0 ** min(schedule.length * math.log2(3), coins, 900))


def power(states: float) -> str:
    """A number of states, in a few characters."""
    return f"{states:.0f}" if states < 1e4 else f"2^{math.log2(states):.0f}"


def within(law: CountedLaw, limits: Limits) -> CountedLaw | Unknown:
    """A law, unless it has more outcomes than are wanted."""
    return too_many(len(law.counts), limits) or law


ENGINE = States()
