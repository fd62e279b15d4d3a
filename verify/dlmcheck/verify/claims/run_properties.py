"""Properties of whole runs: order of the cells, merging of equal states, coins.

Each is handed a prepared schedule and says whether the lemma holds there, and if not, why. What
it looks at comes from the case, so that a canary can hand in a wrong semantics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import permutations

from dlmcheck.model.renumbering import renumbered, renumbered_state
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.schedule_cases import Property, ScheduleCase
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.engines.exact_laws import exact_law
from dlmcheck.verify.engines.paths import Path, paths
from dlmcheck.verify.engines.unroll import unroll
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, fails

Weights = dict[State, Fraction]

MANY_COINS = 12
"""Up to so many coins of a run, the unrolled network is gone through."""


def on_legal_runs(holds: Property) -> Property:
    """The property, for schedules whose run must break no rule: one that does fails."""

    def outcome(case: ScheduleCase) -> Outcome:
        if case.broken:
            return fails(f"the run breaks a rule: {case.broken}")
        return holds(case)

    outcome.__doc__ = holds.__doc__
    return outcome


# --- S-ORDER -----------------------------------------------------------------------------------


def turned(case: ScheduleCase) -> tuple[int, ...]:
    """The order 1, 2, ..., 0 of the cells."""
    length = case.schedule.length
    return tuple((i + 1) % length for i in range(length))


@on_legal_runs
def order_is_free(case: ScheduleCase) -> Outcome:
    """Cells renumbered in a circle: the laws of all rounds are renumbered, and nothing else."""
    if case.schedule.length < 2:
        return NOT_MET
    order = turned(case)
    schedule = renumbered(case.schedule, order)
    for data, laws in zip(case.data, case.laws, strict=True):
        found = case.semantics.laws(sampler_of(schedule, data))
        if found != [law.map(_renumbering(order)) for law in laws]:
            return fails("the renumbered schedule has other laws")
    return HOLDS


def _renumbering(order: Sequence[int]) -> Callable[[Configuration], Configuration]:
    return lambda c: Configuration(renumbered_state(c.state, order), c.memory)


@on_legal_runs
def order_is_free_in_tables(case: ScheduleCase) -> Outcome:
    """The same for every order of the cells, the renumbered schedules run by another engine."""
    if case.schedule.length < 2:
        return NOT_MET
    for order in permutations(range(case.schedule.length)):
        schedule = renumbered(case.schedule, order)
        for data, laws in zip(case.data, case.laws, strict=True):
            found = [law.as_law() for law in statelaw.laws_by_round(schedule, data)]
            if found != [law.map(_renumbered_state(order)) for law in laws]:
                return fails("the renumbered schedule has other laws")
    return HOLDS


def _renumbered_state(order: Sequence[int]) -> Callable[[Configuration], State]:
    return lambda c: renumbered_state(c.state, order)


# --- S-MERGE -----------------------------------------------------------------------------------


def merged_is_path_by_path(laws: Sequence[Law[Configuration]], listed: Iterable[Path]) -> Outcome:
    """Laws with equal configurations merged, against paths that were never merged."""
    total: list[Weights] = [defaultdict(Fraction) for _ in laws]
    last: dict[Configuration, Fraction] = defaultdict(Fraction)
    for path in listed:
        for after, state in enumerate(path.states):
            total[after][state] += path.weight
        last[Configuration(path.states[-1], path.memory)] += path.weight
    for law, weights in zip(laws, total, strict=True):
        if dict(law.map(_state).items()) != dict(weights):
            return fails("the paths add up to another law")
    if dict(laws[-1].items()) != dict(last):
        return fails("the paths add up to another law of state and memory")
    return HOLDS


def _state(configuration: Configuration) -> State:
    return configuration.state


def states_forget_their_past(listed: Iterable[Path]) -> Outcome:
    """Whether the states form a Markov chain: the next one depends on the present one alone."""
    seen: dict[tuple[State, ...], Weights] = {}
    for path in listed:
        for now in range(len(path.states) - 1):
            past = path.states[: now + 1]
            seen.setdefault(past, defaultdict(Fraction))[path.states[now + 1]] += path.weight
    known: dict[tuple[int, State], Weights] = {}
    for past, nexts in seen.items():
        mass = sum(nexts.values(), Fraction(0))
        conditional = {state: weight / mass for state, weight in nexts.items()}
        if known.setdefault((len(past), past[-1]), conditional) != conditional:
            return fails("the next state depends on more than the present one")
    return HOLDS


@on_legal_runs
def schedule_merges(case: ScheduleCase) -> Outcome:
    """The laws of a schedule's run are those of its paths."""
    return _by_paths(case, merged_is_path_by_path)


@on_legal_runs
def schedule_forgets(case: ScheduleCase) -> Outcome:
    """The states of a schedule's run form a Markov chain."""
    return _by_paths(case, lambda _, listed: states_forget_their_past(listed))


@on_legal_runs
def schedule_forgets_on_coins(case: ScheduleCase) -> Outcome:
    """The same, of the runs on all values of the coins, each as likely as any other."""
    if not case.few_coins:
        return NOT_MET
    for runs in case.coin_runs:
        weight = Fraction(1, len(runs))
        listed = (
            Path(weight, (run.start, *(step.state for step in run.steps)), None) for run in runs
        )
        outcome = states_forget_their_past(listed)
        if outcome != HOLDS:
            return outcome
    return HOLDS


def _by_paths(
    case: ScheduleCase,
    compare: Callable[[Sequence[Law[Configuration]], Iterable[Path]], Outcome],
) -> Outcome:
    if not case.few_coins:
        return NOT_MET
    for sampler, laws in zip(case.samplers, case.laws, strict=True):
        outcome = compare(laws, paths(sampler))
        if outcome != HOLDS:
            return outcome
    return HOLDS


# --- S-UNROLL ----------------------------------------------------------------------------------


@on_legal_runs
def law_is_that_of_coins(case: ScheduleCase) -> Outcome:
    """The laws of all rounds are what uniform coins give through runs on coins."""
    if not case.few_coins:
        return NOT_MET
    for laws, runs in zip(case.laws, case.coin_runs, strict=True):
        counted: list[Weights] = [defaultdict(Fraction) for _ in laws]
        for run in runs:
            for after, state in enumerate((run.start, *(step.state for step in run.steps))):
                counted[after][state] += 1
        for number, (law, counts) in enumerate(zip(laws, counted, strict=True)):
            weights = {state: count / len(runs) for state, count in counts.items()}
            if dict(law.map(_state).items()) != weights:
                return fails(f"after round {number} the coins give another law")
    return HOLDS


@on_legal_runs
def law_is_that_of_the_network(case: ScheduleCase) -> Outcome:
    """The law of the final state is that of the unrolled network under uniform variables."""
    schedule = case.schedule
    for data, laws in zip(case.data, case.laws, strict=True):
        unrolled = unroll(schedule, data=data)
        bits = [literal for pair in unrolled.final for literal in pair]
        if len(unrolled.network.support(bits)) > MANY_COINS:
            return NOT_MET
        weights: dict[State, Fraction] = {}
        for values, weight in exact_law(unrolled.network, bits).items():
            weights[schedule.encoding.decode([bool(value) for value in values])] = weight
        if dict(laws[-1].map(_state).items()) != weights:
            return fails("the unrolled network has another law")
    return HOLDS


def legal_as_on_coins(case: ScheduleCase) -> Outcome:
    """A rule is broken with positive probability exactly if it is broken on some coins."""
    if not case.few_coins:
        return NOT_MET
    law, coins = case.broken is not None, case.broken_on_coins is not None
    if law == coins:
        return HOLDS
    return fails("a rule is broken " + ("by the law only" if law else "on coins only"))
