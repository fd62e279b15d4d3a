"""Certificates from what an engine found: strategies, and tables of claims for lower bounds.

An engine says how many rounds a state takes and what to write there; here this is spelt out for
the states that matter, in the form that the kernel checks (`kernel.strategy`,
`kernel.dependence`). Nothing is believed of the engine: if it was wrong, the kernel rejects.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.policies import Positions
from dlmcheck.spec.tokens import MASK, State, Token, all_masked, masked_positions
from dlmcheck.verify.kernel.dependence import SetClaim, StateClaim
from dlmcheck.verify.kernel.partial_events import Event, Events, Key, independent_sets

Oracle = Callable[[State, Event], int]
"""A lower bound on the number of rounds from a state with this event."""


class NotFound(Exception):
    """What an engine said does not fit together: there is no such certificate."""


def strategy_of(events: Events, choose: Callable[[State], Positions]) -> dict[State, Positions]:
    """The choices in all states that a strategy reaches."""
    found: dict[State, Positions] = {}
    todo = [all_masked(events.length)]
    while todo:
        state = todo.pop()
        if state in found or not masked_positions(state):
            continue
        cells = choose(state)
        if not cells:
            raise NotFound(f"nothing to write in {state}")
        found[state] = cells
        todo += [after for after, _ in _outcomes(events, state, events.of(state), sorted(cells))]
    return found


def _outcomes(
    events: Events, state: State, event: Event, cells: Sequence[int]
) -> Iterator[tuple[State, Event]]:
    for tokens, part in events.parts(event, cells):
        after = list(state)
        for cell, token in zip(cells, tokens, strict=True):
            after[cell] = token
        yield tuple(after), part


# --- lower bounds, adaptive --------------------------------------------------------------------


def state_claims(
    events: Events, rounds: int, oracle: Oracle, reals: Reals, *, renaming: bool
) -> list[StateClaim]:
    """Claims from which it follows that the start takes at least `rounds` rounds.

    Larger events come first; each claim asks its successors for one round less. Raises
    `NotFound` if the oracle's bounds are too weak.
    """
    if rounds < 2:
        return []
    start = all_masked(events.length)
    wanted: dict[Event | Key, tuple[State, int]] = {}
    queue: list[tuple[int, int]] = []
    keys: dict[Event, Event | Key] = {}

    def key(event: Event) -> Event | Key:
        if event not in keys:
            keys[event] = events.renamed(event) if renaming else event
        return keys[event]

    def ask(state: State, event: Event, least: int) -> None:
        known = wanted.get(key(event))
        if known is None:
            heapq.heappush(queue, (-event.bit_count(), event))
        if known is None or known[1] < least:
            wanted[key(event)] = (state if known is None else known[0], least)

    ask(start, events.everything, rounds)
    found: list[StateClaim] = []
    while queue:
        _, event = heapq.heappop(queue)
        state, least = wanted[key(event)]
        sets, witnesses = _sets_and_witnesses(events, state, event, reals, one=least == 2)
        found.append(StateClaim(state, least, tuple(witnesses)))
        if least == 2:
            continue
        for cells in sets:
            parts = [
                (after, part)
                for after, part in _outcomes(events, state, event, cells)
                if oracle(after, part) >= least - 1
            ]
            if not parts:
                raise NotFound(f"writing {cells} in {state} leaves fewer than {least - 1} rounds")
            if not any(wanted.get(key(part), (state, 0))[1] >= least - 1 for _, part in parts):
                again = [(after, part) for after, part in parts if key(part) in wanted]
                ask(*(again or parts)[0], least - 1)
    return found


def _sets_and_witnesses(
    events: Events, state: State, event: Event, reals: Reals, *, one: bool
) -> tuple[list[tuple[int, ...]], list[State]]:
    """The sets that may be written, and tokens for each smallest set that may not.

    With `one`, a single witness and no sets.
    """
    cells = events.open_cells(event)
    witnesses: list[State] = []
    usable: list[int] = []
    for cell in cells:
        if reals is Reals.DYADIC and not events.is_dyadic(event, cell):
            token = next(t for t in events.tokens[cell] if events.showing(event, cell, t))
            witnesses.append(_showing(events.length, [(cell, token)]))
        else:
            usable.append(cell)
    if one and witnesses:
        return [], witnesses[:1]
    if one:
        small = _smallest_dependent(events, event, usable)
        if small is None:
            raise NotFound(f"all cells of {state} are independent")
        return [], [_contradiction(events, event, small)]
    sets = [chosen for chosen, _ in independent_sets(events, event, usable)]
    known = {frozenset(chosen) for chosen in sets}
    for chosen in [(), *sets]:
        for cell in usable:
            if chosen and cell <= chosen[-1]:
                continue
            larger = frozenset((*chosen, cell))
            if larger not in known and all(
                len(larger) == 1 or larger - {out} in known for out in larger
            ):
                witnesses.append(_contradiction(events, event, sorted(larger)))
    return sets, witnesses


def _smallest_dependent(events: Events, event: Event, cells: Sequence[int]) -> list[int] | None:
    """A dependent set none of whose parts is; None if all the cells are independent."""
    chosen = list(cells)
    if events.is_independent(event, chosen):
        return None
    for cell in cells:
        fewer = [other for other in chosen if other != cell]
        if not events.is_independent(event, fewer):
            chosen = fewer
    return chosen


def _contradiction(events: Events, event: Event, cells: Iterable[int]) -> State:
    """Tokens of dependent cells whose joint probability is not the product."""
    listed = list(cells)
    possible = [
        [token for token in events.tokens[cell] if events.showing(event, cell, token)]
        for cell in listed
    ]
    for tokens in product(*possible):
        shown = list(zip(listed, tokens, strict=True))
        if events.contradicts(event, shown):
            return _showing(events.length, shown)
    raise NotFound(f"cells {listed} are independent")


def _showing(length: int, shown: Iterable[tuple[int, Token]]) -> State:
    state = [MASK] * length
    for cell, token in shown:
        state[cell] = token
    return tuple(state)


# --- lower bounds, fixed -----------------------------------------------------------------------


def set_claims(
    events: Events, rounds: int, least_after: Callable[[int], int], reals: Reals
) -> list[SetClaim]:
    """Claims from which it follows that a fixed schedule takes at least `rounds` rounds.

    `least_after(S)` is a lower bound on the rounds left when the cells of S (as bits) are
    visible. Raises `NotFound` if these bounds are too weak.
    """
    if rounds < 2:
        return []
    wanted: dict[int, int] = {0: rounds}
    queue: list[tuple[int, int]] = [(0, 0)]
    found: list[SetClaim] = []
    while queue:
        _, visible = heapq.heappop(queue)
        least = wanted[visible]
        seen = [cell for cell in range(events.length) if visible >> cell & 1]
        rest = [cell for cell in range(events.length) if not visible >> cell & 1]
        outcomes = list(_outcomes(events, all_masked(events.length), events.everything, seen))
        sets, witnesses = _fixed_sets(events, outcomes, rest, reals, one=least == 2)
        found.append(SetClaim(frozenset(seen), least, tuple(witnesses)))
        for chosen in sets:
            after = visible | sum(1 << cell for cell in chosen)
            if least_after(after) < least - 1:
                raise NotFound(f"after cells {chosen} fewer than {least - 1} rounds are left")
            if after not in wanted:
                heapq.heappush(queue, (after.bit_count(), after))
            wanted[after] = max(least - 1, wanted.get(after, 0))
    return found


def _fixed_sets(
    events: Events,
    outcomes: Sequence[tuple[State, Event]],
    rest: Sequence[int],
    reals: Reals,
    *,
    one: bool,
) -> tuple[list[tuple[int, ...]], list[State]]:
    """The sets that may be written whatever is visible, and witnesses against the smallest others.

    With `one`, a single witness and no sets.
    """
    witnesses: list[State] = []
    if one:
        for state, event in outcomes:
            if not _writable(events, event, rest, reals):
                _, shown = _sets_and_witnesses(events, state, event, reals, one=True)
                return [], [_merged(state, shown[0])]
        raise NotFound(f"cells {list(rest)} may all be written")
    known: set[frozenset[int]] = set()
    level: list[tuple[int, ...]] = [()]
    sets: list[tuple[int, ...]] = []
    while level:
        longer: list[tuple[int, ...]] = []
        for chosen in level:
            for cell in rest:
                if chosen and cell <= chosen[-1]:
                    continue
                larger = (*chosen, cell)
                whole = frozenset(larger)
                if len(larger) > 1 and not all(whole - {out} in known for out in larger):
                    continue
                witness = _objection(events, outcomes, larger, reals)
                if witness is None:
                    known.add(whole)
                    longer.append(larger)
                else:
                    witnesses.append(witness)
        sets += longer
        level = longer
    return sets, witnesses


def _writable(events: Events, event: Event, cells: Sequence[int], reals: Reals) -> bool:
    if reals is Reals.DYADIC and not all(events.is_dyadic(event, cell) for cell in cells):
        return False
    return events.is_independent(event, cells)


def _objection(
    events: Events,
    outcomes: Sequence[tuple[State, Event]],
    cells: tuple[int, ...],
    reals: Reals,
) -> State | None:
    """Tokens against writing cells whose smaller sets may all be written; None if they may, too."""
    for state, event in outcomes:
        if len(cells) == 1:
            (cell,) = cells
            if reals is Reals.DYADIC and not events.is_dyadic(event, cell):
                token = next(t for t in events.tokens[cell] if events.showing(event, cell, t))
                return _merged(state, _showing(events.length, [(cell, token)]))
        elif not events.is_independent(event, cells):
            return _merged(state, _contradiction(events, event, cells))
    return None


def _merged(state: State, shown: State) -> State:
    return tuple(a if b == MASK else b for a, b in zip(state, shown, strict=True))
