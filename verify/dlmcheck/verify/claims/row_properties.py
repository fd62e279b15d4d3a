"""Properties of rows and of visible cells: legal tokens, sum one, mask preservation.

Each is handed a prepared schedule and says whether the lemma holds there, and if not, why. What
it looks at comes from the case, so that a canary can hand in a wrong semantics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from dlmcheck.spec.errors import (
    BadProbability,
    IllegalCode,
    IllegalSampler,
    UnnormalisedLaw,
    WritesMask,
)
from dlmcheck.spec.lattice import REVISING, Edits
from dlmcheck.spec.rows import all_states, check_mask_preservation, check_rows, rows, told_rounds
from dlmcheck.spec.schedule import clock_value
from dlmcheck.spec.tokens import MASK, Encoding, State, Token
from dlmcheck.verify.claims.schedule_cases import Property, ScheduleCase
from dlmcheck.verify.engines.cointables import Pattern, coin_groups, coin_tables
from dlmcheck.verify.engines.paths import paths
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, fails

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


def write_keeps(
    edits: Edits, kept: Kept = visible_tokens_stay, *, must_be_legal: bool = True
) -> Property:
    """In every reachable state: what the write may make of it keeps what is shown.

    A run that breaks a rule fails if it must be legal; else nothing is claimed of it.
    """

    def outcome(case: ScheduleCase) -> Outcome:
        if case.schedule.edits is not edits:
            return NOT_MET
        if case.broken:
            return _refused(case.broken, must_be_legal)
        for sampler, laws in zip(case.samplers, case.laws, strict=True):
            for number, law in enumerate(laws[:-1], start=1):
                for before in law:
                    for after in case.semantics.write(sampler, before, number):
                        if not kept(before.state, after.state):
                            return _lost("a write")
        return HOLDS

    return outcome


def write_keeps_on_coins(
    edits: Edits, kept: Kept = visible_tokens_stay, *, must_be_legal: bool = True
) -> Property:
    """As `write_keeps`, in every run on given coins."""
    return _on_coins(edits, lambda before, written, _: kept(before, written), must_be_legal)


def round_keeps(edits: Edits, kept: Kept = visible_tokens_stay) -> Property:
    """From round to round, remasking included: compared on paths."""

    def outcome(case: ScheduleCase) -> Outcome:
        if case.schedule.edits is not edits or not case.few_coins:
            return NOT_MET
        if case.broken:
            return _refused(case.broken, True)
        for sampler in case.samplers:
            for path in paths(sampler):
                for before, after in pairwise(path.states):
                    if not kept(before, after):
                        return _lost("a round")
        return HOLDS

    return outcome


def round_keeps_on_coins(edits: Edits, kept: Kept = visible_tokens_stay) -> Property:
    """As `round_keeps`, in every run on given coins."""
    return _on_coins(edits, lambda before, _, after: kept(before, after), True, "a round")


def _on_coins(
    edits: Edits,
    kept: Callable[[State, State, State], bool],
    must_be_legal: bool,
    what: str = "a write",
) -> Property:
    def outcome(case: ScheduleCase) -> Outcome:
        if case.schedule.edits is not edits or not case.few_coins:
            return NOT_MET
        if case.broken_on_coins:
            return _refused(case.broken_on_coins, must_be_legal)
        for runs in case.coin_runs:
            for run in runs:
                for before, step in run.rounds():
                    if not kept(before, step.written, step.state):
                        return _lost(what)
        return HOLDS

    return outcome


def _refused(error: str, must_be_legal: bool) -> Outcome:
    return fails(f"the run breaks a rule: {error}") if must_be_legal else NOT_MET


def _lost(what: str) -> Outcome:
    return fails(f"{what} changes a visible cell")
