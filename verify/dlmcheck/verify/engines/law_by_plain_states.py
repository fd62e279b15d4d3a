"""Push-forward of the law on states as an engine for exact laws of runs: Python, state by state.

It wraps `statelaw`, which takes every schedule, and shares no code with `site_by_site` but the
errors of illegal runs.
"""

from __future__ import annotations

import time

from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.engines.law_by_states import most_states, power, within
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    Unknown,
    Why,
    counted,
    word_of,
)

PER_STATE = 2e-4
"""Seconds for a state, a cell and a round in Python, roughly."""


class PlainStates:
    """One state after another, in Python."""

    def refuses(self, problem: LawProblem) -> str:
        """Circuits only."""
        return "a circuit has no states" if isinstance(problem, CircuitLaw) else ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """States times cells times rounds."""
        assert not isinstance(problem, CircuitLaw)
        schedule = problem.schedule
        states = most_states(schedule)
        # From a state to the states that it leads to.
        seconds = PER_STATE * max(1, schedule.rounds) * states * 2.0 ** min(schedule.length, 900)
        sees = " with all candidates" if schedule.unmask_sees_candidates else ""
        return Estimate(seconds, f"at most {power(states)} states, one after another{sees}")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """The law of the output cells. Limits are looked at between rounds."""
        if isinstance(problem, CircuitLaw):
            return Unknown(Why.REFUSED, self.refuses(problem))
        if limits.seconds is not None and limits.seconds <= 0:
            return Unknown(Why.TIME, "no time to begin")
        began = time.monotonic()
        law = statelaw.output_law(problem.schedule, problem.data)
        spent = time.monotonic() - began
        if limits.seconds is not None and spent > limits.seconds:
            return Unknown(Why.TIME, f"it took {spent:.1f} s")
        counts = {word_of(state): weight for state, weight in law.weights.items()}
        return within(counted(problem.outputs, counts, law.exponent), limits)


ENGINE = PlainStates()
