"""The specification as an engine for exact laws: slow, and what all the others are held against.

A circuit's law is that of `spec.circuit`, seed by seed; a run's law that of `spec.sampler`. Both
are only wrapped: limits are looked at between seeds of a circuit, and for runs only before.
"""

from __future__ import annotations

import time
from collections import Counter
from itertools import product

from dlmcheck.spec.circuit import assignment, evaluate
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.verify.engines.law_engines import (
    CircuitLaw,
    CountedLaw,
    Estimate,
    LawProblem,
    Limits,
    RunLaw,
    Unknown,
    Why,
    counted,
    too_many,
    word_of,
)

MOST_CELLS = 64
"""Runs of longer schedules are not gone through."""
PER_GATE = 1e-6
"""Seconds for a gate on one seed, roughly."""


class Reference:
    """The specification itself."""

    def refuses(self, problem: LawProblem) -> str:
        """Long schedules are refused; a circuit never is."""
        if isinstance(problem, RunLaw) and problem.schedule.length > MOST_CELLS:
            return f"{problem.schedule.length} cells, more than {MOST_CELLS}"
        return ""

    def estimate(self, problem: LawProblem) -> Estimate:
        """Seeds times gates; for a run only an upper bound, over the coins of all its rounds."""
        if isinstance(problem, CircuitLaw):
            coins = len(problem.circuit.random_inputs)
            work = problem.circuit.node_count + 10
        else:
            schedule = problem.schedule
            parts = [schedule.predictor, schedule.unmask]
            parts += [] if schedule.remask is None else [schedule.remask]
            rounds = max(1, schedule.rounds)
            coins = rounds * sum(len(part.random_inputs) for part in parts)
            work = 10 * rounds * schedule.length * sum(part.node_count for part in parts)
        seconds = work * PER_GATE * 2.0 ** min(coins, 900)
        return Estimate(seconds, f"the specification: at most {coins} coins, one seed at a time")

    def law(self, problem: LawProblem, limits: Limits) -> CountedLaw | Unknown:
        """By the definitions."""
        if isinstance(problem, CircuitLaw):
            return _circuit_law(problem, limits)
        law = output_law(sampler_of(problem.schedule, problem.data))
        exponent = max(weight.denominator for _, weight in law.items()).bit_length() - 1
        counts = {word_of(state): int(weight * 2**exponent) for state, weight in law.items()}
        found = counted(problem.outputs, counts, exponent)
        return too_many(len(found.counts), limits) or found


def _circuit_law(problem: CircuitLaw, limits: Limits) -> CountedLaw | Unknown:
    circuit = problem.circuit
    coins = len(circuit.random_inputs)
    began = time.monotonic()
    counts: Counter[int] = Counter()
    for number, seed in enumerate(product((False, True), repeat=coins)):
        counts[word_of(evaluate(circuit, assignment(circuit, problem.data, seed)))] += 1
        stopped = too_many(len(counts), limits)
        if stopped is not None:
            return stopped
        if limits.seconds is not None and time.monotonic() - began > limits.seconds:
            return Unknown(Why.TIME, f"{number + 1} of 2^{coins} seeds in {limits.seconds} s")
    return counted(problem.outputs, counts, coins)


ENGINE = Reference()
