"""The sanity lemmas of the semantics as properties of one schedule or sampler.

Each function of this module is a property: handed a prepared schedule it says whether the lemma
holds there, and if not, where not. What it looks at comes from the case, so that a canary can hand
in a wrong semantics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations

from dlmcheck.model.legal_schedules import REVISING
from dlmcheck.model.renumbering import renumbered, renumbered_state
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import (
    BadProbability,
    IllegalCode,
    IllegalSampler,
    UnnormalisedLaw,
    WritesMask,
)
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import Law
from dlmcheck.spec.rows import all_states, check_mask_preservation, check_rows, rows, told_rounds
from dlmcheck.spec.sampler import write_law
from dlmcheck.spec.schedule import clock_value, sampler_of
from dlmcheck.spec.tokens import MASK, Encoding, State, Token
from dlmcheck.verify.claims.schedule_cases import Laws, ScheduleCase
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.engines.cointables import Pattern, coin_groups, coin_tables
from dlmcheck.verify.engines.exact_laws import exact_law
from dlmcheck.verify.engines.paths import Path, paths
from dlmcheck.verify.engines.unroll import unroll
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, fails

__all__ = ["Laws", "Property"]

Property = Callable[[ScheduleCase], Outcome]
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


# --- S-ROWS ------------------------------------------------------------------------------------


def rows_are_laws(case: ScheduleCase) -> Outcome:
    """Every row on every state is a law on legal tokens: as the specification checks it."""
    for sampler in case.samplers:
        try:
            check_rows(sampler)
        except (BadProbability, UnnormalisedLaw, IllegalCode, IllegalSampler) as error:
            return fails(_kind(error))
    return HOLDS


def codes_are_legal(case: ScheduleCase) -> Outcome:
    """No row on any state has a code that stands for nothing (11): the specification decodes it."""
    for sampler in case.samplers:
        try:
            for _ in rows(sampler):
                pass
        except IllegalCode:
            return fails(_CODE)
    return HOLDS


def rows_are_laws_in_columns(case: ScheduleCase) -> Outcome:
    """As `rows_are_laws`: all states evaluated at once, coins counted, codes looked at."""
    hides = False
    for shown, coins, counts in _counted_rows(case):
        if sum(counts.values()) != 1 << coins:
            return fails(_SUM)
        if not _legal(case.schedule.encoding, counts):
            return fails(_CODE)
        hides |= shown != MASK and case.schedule.encoding.mask in counts
    if hides and case.schedule.edits is Edits.REVISE_TOKEN:
        return fails(_HIDES)
    return HOLDS


def codes_are_legal_in_columns(case: ScheduleCase) -> Outcome:
    """As `codes_are_legal`: all states evaluated at once."""
    rows_found = _counted_rows(case)
    legal = all(_legal(case.schedule.encoding, counts) for _, _, counts in rows_found)
    return HOLDS if legal else fails(_CODE)


_CODE = "a row has an illegal code"
_SUM = "a row has another sum than 1"
_HIDES = "a row has M for a visible token"


def _kind(error: Exception) -> str:
    if isinstance(error, IllegalCode):
        return _CODE
    if isinstance(error, WritesMask):
        return _HIDES
    return _SUM if isinstance(error, UnnormalisedLaw) else type(error).__name__


def _legal(encoding: Encoding, counts: Mapping[Pattern, int]) -> bool:
    legal = {encoding.zero, encoding.one, encoding.mask}
    return all((pattern[0], pattern[1]) in legal for pattern in counts)


def _counted_rows(case: ScheduleCase) -> Iterator[tuple[Token, int, Mapping[Pattern, int]]]:
    """Every row on every state: the token shown, the number of coins, how many give each code.

    No coin is read by two positions, which a schedule checks: each has a table of its own.
    """
    schedule = case.schedule
    cells = [(2 * i, 2 * i + 1) for i in range(schedule.length)]
    groups = coin_groups(schedule.predictor, cells)
    for sampler in case.samplers:
        states = list(all_states(sampler))
        encoded = [schedule.encoding.encode(state) for state in states]
        for number in told_rounds(sampler):
            clock = clock_value(schedule, number)
            columns = [
                sum(1 << s for s, bits in enumerate(encoded) if (*bits, *clock)[place])
                for place in range(2 * schedule.length + len(clock))
            ]
            tables = coin_tables(schedule.predictor, groups, columns, len(states))
            for group, table in zip(groups, tables, strict=True):
                (position,) = group.bundles
                for state, counts in zip(states, table, strict=True):
                    yield state[position], len(group.coins), counts


# --- S-MASK ------------------------------------------------------------------------------------


def rows_keep_visible_tokens(case: ScheduleCase) -> Outcome:
    """On every state, reached or not, the row of a visible cell is certain of its token."""
    if case.schedule.edits in REVISING:
        return NOT_MET
    for sampler in case.samplers:
        try:
            check_mask_preservation(sampler)
        except IllegalSampler:
            return fails("a row may change a visible token")
    return HOLDS


Kept = Callable[[State, State], bool]
"""Whether the second of two states keeps what is demanded of the first."""


def visible_tokens_stay(before: State, after: State) -> bool:
    """Every visible cell shows the same token afterwards."""
    return all(old in (MASK, new) for old, new in zip(before, after, strict=True))


def visible_cells_stay(before: State, after: State) -> bool:
    """Every visible cell is visible afterwards."""
    return all(new != MASK for old, new in zip(before, after, strict=True) if old != MASK)


def write_keeps(edits: Edits, kept: Kept = visible_tokens_stay) -> Property:
    """In every reachable state: what the write may make of it keeps what is shown."""

    def outcome(case: ScheduleCase) -> Outcome:
        if case.schedule.edits is not edits or case.broken:
            return NOT_MET
        for sampler, laws in zip(case.samplers, case.laws, strict=True):
            for number, law in enumerate(laws[:-1], start=1):
                for before in law:
                    for after in write_law(sampler, before, number):
                        if not kept(before.state, after.state):
                            return _lost("a write")
        return HOLDS

    return outcome


def write_keeps_on_coins(edits: Edits, kept: Kept = visible_tokens_stay) -> Property:
    """The same in every run on given coins."""
    return _on_coins(edits, lambda before, written, _: kept(before, written), "a write")


def round_keeps(edits: Edits, kept: Kept = visible_tokens_stay) -> Property:
    """From round to round, remasking included: compared on paths."""

    def outcome(case: ScheduleCase) -> Outcome:
        if case.schedule.edits is not edits or case.broken or not case.few_coins:
            return NOT_MET
        for sampler in case.samplers:
            for path in paths(sampler):
                for before, after in zip(path.states, path.states[1:], strict=False):
                    if not kept(before, after):
                        return _lost("a round")
        return HOLDS

    return outcome


def round_keeps_on_coins(edits: Edits, kept: Kept = visible_tokens_stay) -> Property:
    """The same in every run on given coins."""
    return _on_coins(edits, lambda before, _, after: kept(before, after), "a round")


def _on_coins(edits: Edits, kept: Callable[[State, State, State], bool], what: str) -> Property:
    def outcome(case: ScheduleCase) -> Outcome:
        if case.schedule.edits is not edits or not case.few_coins or case.broken_on_coins:
            return NOT_MET
        for runs in case.coin_runs:
            for run in runs:
                for before, step in run.rounds():
                    if not kept(before, step.written, step.state):
                        return _lost(what)
        return HOLDS

    return outcome


def _lost(what: str) -> Outcome:
    return fails(f"{what} changes a visible cell")


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
