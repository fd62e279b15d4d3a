"""Least rounds of any target: write-once, L = n, deterministic F, predictors without bounds.

The front of three engines (setting and definition: `dlmcheck.spec.rounds`): numbers of zeros and
ones for exchangeable targets of bits, all partial states for up to `MOST_CELLS` bits, residual laws
for targets with few strings over any vocabulary. Each end of the interval comes with a certificate
that the kernel checks before it is handed out. The round number makes no difference here: the
visible cells say what the next set is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.model.targets.sources import Target
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Clock, Point, PredictorClass, Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import Positions
from dlmcheck.spec.rounds import is_writable
from dlmcheck.spec.tokens import State, all_masked, masked_positions
from dlmcheck.verify.kernel import dependence, exchangeable, strategy
from dlmcheck.verify.kernel.partial_events import Event, Events
from dlmcheck.verify.rounds.exchangeable import exchangeable_rounds
from dlmcheck.verify.rounds.extraction import set_claims, state_claims, strategy_of
from dlmcheck.verify.rounds.fixed_schedules import FixedSchedules
from dlmcheck.verify.rounds.partial_states import (
    MOST_CELLS,
    PartialStates,
    solve_partial_states,
)
from dlmcheck.verify.rounds.residuals import DEFAULT_LIMIT, GaveUp, Residuals
from dlmcheck.verify.rounds.results import UNKNOWN, Bound, RoundsResult

FEW_STRINGS = 48
"""Targets with at most so many strings are tried by their residual laws first."""

COUNTS = "numbers of zeros and ones shown (all permutations of the cells)"
STATES = "all partial states (no symmetry)"
RESIDUALS = "residual laws up to names of cells and tokens (renaming found by sorting)"

PRODUCT = "the product of the marginals (no search)"
EVENTS = "sets of visible cells and their events (no symmetry)"

Interval = tuple[Bound, Bound]


@dataclass(frozen=True)
class WriteOnce:
    """The interval, which engine found it, and which symmetry it used."""

    result: RoundsResult
    method: str

    @property
    def rounds(self) -> int | None:
        """The number, where both ends agree; None otherwise, and where it is never done."""
        return self.result.upper.value if self.result.is_exact else None


def write_once(
    target: Target,
    *,
    adaptive: bool = True,
    reals: Reals = Reals.UNRESTRICTED,
    clock: Clock = Clock.STATE_ONLY,
    limit: int = DEFAULT_LIMIT,
) -> WriteOnce:
    """The least number of rounds for a target, or an interval.

    `limit` bounds the search among residual laws. With `adaptive=False` the sets are fixed in
    advance, one for each round. Raises `Rejected` if the kernel does not accept a certificate.
    """
    point = Point(clock=clock, scratch=0, predictor=PredictorClass(reals))
    (lower, upper), method = _interval(target.law, adaptive=adaptive, reals=reals, limit=limit)
    result = RoundsResult(target.name, point, lower, upper, target.is_estimate)
    return WriteOnce(result, method)


def write_once_by_weights(
    name: str,
    weights: Sequence[Fraction],
    *,
    adaptive: bool = True,
    reals: Reals = Reals.UNRESTRICTED,
    clock: Clock = Clock.STATE_ONLY,
) -> WriteOnce:
    """The same for an exchangeable target of bits, given by its weights.

    `weights[k]` is the probability of each string with k ones. Nothing of size 2^n is made, so n
    may be 30 or 100 (`dlmcheck.model.targets.exchangeable`). Raises `UnnormalisedLaw` if the
    strings together do not have probability 1.
    """
    point = Point(clock=clock, scratch=0, predictor=PredictorClass(reals))
    lower, upper = _exchangeable(weights, adaptive=adaptive, reals=reals)
    return WriteOnce(RoundsResult(name, point, lower, upper), COUNTS)


def _exchangeable(weights: Sequence[Fraction], *, adaptive: bool, reals: Reals) -> Interval:
    found = exchangeable_rounds(weights, adaptive=adaptive, reals=reals)
    # What is reported must be what was asked: the certificate's own target proves nothing here.
    exchangeable.check_document(
        Document.parse(found.certificate, "certificate"),
        weights,
        rounds=found.rounds,
        reals=reals,
        adaptive=adaptive,
    )
    return _both(found.rounds, exchangeable.KIND, found.certificate)


def _interval(law: Law[State], *, adaptive: bool, reals: Reals, limit: int) -> tuple[Interval, str]:
    length = len(next(iter(law)))
    bits = all(token in (0, 1) for string in law for token in string)
    weights = exchangeable.exchangeable_weights(law) if bits else None
    if weights is not None:
        return _exchangeable(weights, adaptive=adaptive, reals=reals), COUNTS
    everything = frozenset(range(length))
    if is_writable(law, all_masked(length), everything, reals):
        return _one_round(law, everything, adaptive=adaptive, reals=reals), PRODUCT
    dense = bits and length <= MOST_CELLS
    if adaptive and (not dense or len(law) <= FEW_STRINGS):
        try:
            return _by_residuals(law, reals, limit, give_up=dense), RESIDUALS
        except GaveUp:
            pass
    if dense:
        solved = solve_partial_states(law, reals)
        by_states = _adaptive_by_states if adaptive else _fixed_by_states
        return by_states(law, solved, reals), STATES
    return _fixed_by_residuals(law, reals, limit), EVENTS


def _one_round(law: Law[State], cells: Positions, *, adaptive: bool, reals: Reals) -> Interval:
    text = dependence.dependence_text(law, [], 1, reals, adaptive=adaptive)
    dependence.check_document(Document.parse(text, "certificate"))
    choices = {all_masked(len(cells)): cells} if adaptive else [cells]
    return Bound(1, dependence.KIND, text), _upper(law, choices, 1, reals)


def _both(rounds: int | None, rests_on: str, text: str) -> Interval:
    if rounds is None:
        return Bound(None, rests_on, text, never=True), UNKNOWN
    return Bound(rounds, rests_on, text), Bound(rounds, rests_on, text)


def _upper(
    law: Law[State], choices: strategy.Strategy | strategy.Schedule, rounds: int, reals: Reals
) -> Bound:
    text = strategy.strategy_text(law, choices, rounds, reals)
    strategy.check_strategy(law, choices, rounds, reals)
    return Bound(rounds, strategy.KIND, text)


def _lower_adaptive(
    law: Law[State],
    claims: Sequence[dependence.StateClaim],
    rounds: int,
    reals: Reals,
    *,
    renaming: bool,
) -> Bound:
    text = dependence.dependence_text(law, claims, rounds, reals, adaptive=True, renaming=renaming)
    dependence.check_dependence(law, claims, rounds, reals, renaming=renaming)
    never = rounds > len(next(iter(law)))
    return Bound(None if never else rounds, dependence.KIND, text, never=never)


# --- by all partial states ---------------------------------------------------------------------


def _adaptive_by_states(law: Law[State], solved: PartialStates, reals: Reals) -> Interval:
    events = Events(law)
    least = solved.n + 1 if solved.rounds is None else solved.rounds

    def oracle(state: State, _: Event) -> int:
        return solved.rounds_from(state)

    claims = state_claims(events, least, oracle, reals, renaming=False)
    lower = _lower_adaptive(law, claims, least, reals, renaming=False)
    if solved.rounds is None:
        return lower, UNKNOWN
    choices = strategy_of(events, solved.choice_in)
    return lower, _upper(law, choices, solved.rounds, reals)


def _fixed_by_states(law: Law[State], solved: PartialStates, reals: Reals) -> Interval:
    def first(visible: int) -> int:
        return solved.fixed_first[visible]

    return _fixed(law, Events(law), lambda visible: solved.fixed[visible], first, reals)


def _fixed(
    law: Law[State],
    events: Events,
    rounds_after: Callable[[int], int],
    first_after: Callable[[int], int],
    reals: Reals,
) -> Interval:
    """Both ends for fixed schedules, from the least rounds after each set of visible cells."""
    n = events.length
    least = min(rounds_after(0), n + 1)
    claims = set_claims(events, least, rounds_after, reals)
    text = dependence.dependence_text(law, claims, least, reals, adaptive=False)
    dependence.check_fixed_dependence(law, claims, least, reals)
    if least > n:
        return Bound(None, dependence.KIND, text, never=True), UNKNOWN
    sets: list[Positions] = []
    visible = 0
    while visible != (1 << n) - 1:
        chosen = first_after(visible)
        sets.append(frozenset(cell for cell in range(n) if chosen >> cell & 1))
        visible |= chosen
    return Bound(least, dependence.KIND, text), _upper(law, sets, least, reals)


# --- by residual laws --------------------------------------------------------------------------


def _by_residuals(law: Law[State], reals: Reals, limit: int, *, give_up: bool) -> Interval:
    """Raises `GaveUp` at the limit if it is asked to; else the interval is what is known then."""
    search = Residuals(law, reals, limit)
    events = search.events
    cells = len(events.open_cells(events.everything))
    try:
        rounds = search.rounds_from(events.everything)
        least = events.length + 1 if rounds is None else rounds
    except GaveUp:
        if give_up:
            raise
        rounds, least = None, search.at_least(events.everything)
        choices = strategy_of(events, _greedy(search))
        upper = _upper(law, choices, _depth(choices, events), reals)
        return _lower_by_residuals(law, search, least, reals), upper
    lower = _lower_by_residuals(law, search, least, reals)
    if rounds is None:
        return lower, UNKNOWN
    choices = strategy_of(events, _best(search, max(1, cells)))
    return lower, _upper(law, choices, rounds, reals)


def _lower_by_residuals(law: Law[State], search: Residuals, least: int, reals: Reals) -> Bound:
    never = search.events.length + 1

    def oracle(_: State, event: Event) -> int:
        found = search.at_least(event)
        return never if found > max(1, len(search.events.open_cells(event))) else found

    # With two rounds there is one claim, and nothing to merge.
    renaming = least > 2
    claims = state_claims(search.events, least, oracle, reals, renaming=renaming)
    return _lower_adaptive(law, claims, least, reals, renaming=renaming)


def _best(search: Residuals, most: int) -> Callable[[State], Positions]:
    """The choice of an optimal strategy, cells of certain tokens being written along."""
    events = search.events

    def choose(state: State) -> Positions:
        event = events.of(state)
        masked = masked_positions(state)
        certain = masked - set(events.open_cells(event))
        for rounds in range(1, most + 1):
            if search.attains(event, rounds):
                chosen = search.set_for(event, rounds)
                assert chosen is not None
                return certain | frozenset(chosen)
        return certain

    return choose


def _greedy(search: Residuals) -> Callable[[State], Positions]:
    """A choice that is not always the best: cells in order, as long as they are independent."""
    events = search.events

    def choose(state: State) -> Positions:
        event = events.of(state)
        certain = masked_positions(state) - set(events.open_cells(event))
        for chosen, _ in search.greedy(event, search.usable(event)):
            return certain | frozenset(chosen)
        return certain

    return choose


def _depth(choices: strategy.Strategy, events: Events) -> int:
    """The number of rounds that a strategy takes."""
    rounds = 0
    level = {(-1,) * events.length}
    while level := {state for state in level if masked_positions(state)}:
        rounds += 1
        after: set[State] = set()
        for state in level:
            cells = sorted(choices[state])
            for tokens, _ in events.parts(events.of(state), cells):
                shown = dict(zip(cells, tokens, strict=True))
                after.add(tuple(shown.get(i, token) for i, token in enumerate(state)))
        level = after
    return rounds


def _fixed_by_residuals(law: Law[State], reals: Reals, limit: int) -> Interval:
    """By search; where that gives up, a greedy schedule above and adaptive ones below."""
    events = Events(law)
    search = FixedSchedules(events, reals, limit)
    greedy = _greedy_schedule(events, reals)
    if greedy is not None and len(greedy) <= 2:
        # Two rounds, unless one is enough: there is nothing to search.
        lower, _ = _by_residuals(law, reals, limit, give_up=False)
        if lower.value == len(greedy):
            return lower, _upper(law, greedy, len(greedy), reals)
    try:
        return _fixed(law, events, search.rounds_after, search.first_after, reals)
    except GaveUp:
        lower, _ = _by_residuals(law, reals, limit, give_up=False)
        if lower.never or greedy is None:
            return lower, UNKNOWN
        return lower, _upper(law, greedy, len(greedy), reals)


def _greedy_schedule(events: Events, reals: Reals) -> list[Positions] | None:
    """Cells in order, as long as they are independent whatever is visible; None if stuck."""
    outcomes = [events.everything]
    left = list(range(events.length))
    sets: list[Positions] = []
    while left:
        chosen: list[int] = []
        for cell in left:
            if all(
                events.is_independent(event, [*chosen, cell])
                and (reals is Reals.UNRESTRICTED or events.is_dyadic(event, cell))
                for event in outcomes
            ):
                chosen.append(cell)
        if not chosen:
            return None
        sets.append(frozenset(chosen))
        outcomes = [part for event in outcomes for _, part in events.parts(event, chosen)]
        left = [cell for cell in left if cell not in chosen]
    return sets
