"""The limit law of a decoder whose runs end, but not within a bound.

If what a configuration does is the same in every round, a run is a Markov chain on the
configurations that are reached. Those from which an ending one can be reached are left for good
with probability one; the expected numbers of visits to them are the one solution of

    v(c) = [c is the start] + sum over b of v(b) P(b -> c)

and the law at the end, the probability of never ending, and the expected number of rounds (the
sum of v, if all runs end) follow. See the note DECODERS, "Runs without a bound".

That the rounds to come are like those seen is no more than asked: at the round after the last
one, and at some far ones (`FAR`). Source: absorbing Markov chains (Kemeny, Snell: Finite Markov
Chains, chapter 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders.enumeration import Transition, transition

MOST_CONFIGURATIONS = 20_000
MOST_UNKNOWNS = 400
"""Numbers of visits that are solved for: the numbers in between grow with each."""
FAR = (40, 64, 100, 1_000, 1_000_000)
"""Rounds at which every configuration is asked whether it still does the same."""

Rounds = Mapping[tuple[Configuration, int], Transition]


@dataclass(frozen=True)
class Trace:
    """The states of one run, with its probability."""

    states: tuple[State, ...]
    probability: Fraction


@dataclass(frozen=True)
class Limit:
    """What becomes of the runs of a decoder that does the same in every round.

    `law` is the law of the final state on the runs that end; `never_ends` the probability of the
    others, `caught` the shortest run to a configuration from which none ends. `visits` are the
    expected numbers of rounds that begin in a configuration from which one can end; `expected` is
    their sum if all runs end. Law, visits and `expected` are None if there are more unknowns than
    are solved for: then `never_ends` is 1 if no run ends, and else None.
    """

    law: dict[State, Fraction] | None
    never_ends: Fraction | None
    caught: Trace | None
    expected: Fraction | None
    visits: dict[Configuration, Fraction] | None
    table: Mapping[Configuration, Transition] = field(repr=False, compare=False)


def limit(decoder: Decoder, seen: Rounds, rounds_done: int) -> Limit | None:
    """The limit of a decoder that ends when no cell is masked; `seen` is what it did so far.

    None if it is seen to heed the round number, has a fixed number of rounds, or more
    configurations than are gone through. Raises the errors of `transition` at the next round.
    """
    if decoder.rounds is not None:
        return None
    table = _closure(decoder, rounds_done + 1)
    if table is None or not _is_the_same(decoder, table, seen):
        return None
    start = decoder.start()
    can_end = _can_end(decoder, table)
    caught = _shortest_way(table, start, can_end)
    if start not in can_end:
        return Limit({}, Fraction(1), caught, None, {}, table)
    unknown = [one for one in table if one in can_end]
    if len(unknown) > MOST_UNKNOWNS:
        return Limit(None, None if caught else Fraction(0), caught, None, None, table)
    visits = _visits(table, unknown, start)
    law: dict[State, Fraction] = {}
    for one, times in visits.items():
        for after, p in _chances(table[one]):
            if after not in table:
                law[after.state] = law.get(after.state, Fraction(0)) + times * p
    ended = sum(law.values(), Fraction(0))
    expected = sum(visits.values(), Fraction(0)) if ended == 1 else None
    return Limit(law, 1 - ended, caught, expected, visits, table)


def _chances(made: Transition) -> Iterator[tuple[Configuration, Fraction]]:
    return ((after, Fraction(w, made.denominator)) for after, w in made.after.items())


def _closure(decoder: Decoder, number: int) -> dict[Configuration, Transition] | None:
    """What each configuration that can be reached does in a round of this number."""
    table: dict[Configuration, Transition] = {}
    todo = [decoder.start()]
    while todo:
        before = todo.pop(0)
        if before in table or decoder.ends(before.state, number):
            continue
        if len(table) == MOST_CONFIGURATIONS:
            return None
        table[before] = transition(decoder, before, number)
        todo += table[before].after
    return table


def _is_the_same(decoder: Decoder, table: Mapping[Configuration, Transition], seen: Rounds) -> bool:
    """Whether the rounds that were seen, and some far ones, do what the table does."""

    def same(one: Transition, other: Transition) -> bool:
        return dict(_chances(one)) == dict(_chances(other))

    if any(one not in table or not same(made, table[one]) for (one, _), made in seen.items()):
        return False
    for number in FAR:
        for one, made in table.items():
            try:
                far = transition(decoder, one, number)
            except Exception:  # whatever it raises there, it is not the same
                return False
            if not same(far, made):
                return False
    return True


def _can_end(
    decoder: Decoder, table: Mapping[Configuration, Transition]
) -> frozenset[Configuration]:
    """The configurations of a table from which some run ends."""
    before: dict[Configuration, list[Configuration]] = {}
    for one, made in table.items():
        for after in made.after:
            before.setdefault(after, []).append(one)
    found: set[Configuration] = set()
    todo = [one for one in before if one not in table]
    while todo:
        for one in before.get(todo.pop(), ()):
            if one not in found:
                found.add(one)
                todo.append(one)
    return frozenset(found)


def _shortest_way(
    table: Mapping[Configuration, Transition],
    start: Configuration,
    can_end: frozenset[Configuration],
) -> Trace | None:
    """The shortest run to a configuration from which none ends, if there is one."""
    ways: dict[Configuration, tuple[tuple[State, ...], Fraction]] = {
        start: ((start.state,), Fraction(1))
    }
    todo = [start]
    for one in todo:
        if one not in table:
            continue
        states, chance = ways[one]
        if one not in can_end:
            return Trace(states, chance)
        for after, p in _chances(table[one]):
            if after not in ways:
                ways[after] = (*states, after.state), chance * p
                todo.append(after)
    return None


def _visits(
    table: Mapping[Configuration, Transition], unknown: list[Configuration], start: Configuration
) -> dict[Configuration, Fraction]:
    """Expected numbers of visits, by elimination: whoever has the fewest neighbours goes first."""
    places = {one: place for place, one in enumerate(unknown)}
    after: list[dict[int, Fraction]] = [
        {places[other]: p for other, p in _chances(table[one]) if other in places}
        for one in unknown
    ]
    before: list[set[int]] = [set() for _ in unknown]
    for i, row in enumerate(after):
        for j in row:
            before[j].add(i)
    begun = [Fraction(int(one == start)) for one in unknown]
    gone: list[tuple[int, Fraction, Fraction, list[tuple[int, Fraction]]]] = []
    left = set(range(len(unknown)))
    while left:
        k = min(left, key=lambda i: (len(before[i]) * len(after[i]), i))
        left.remove(k)
        scale = 1 / (1 - after[k].pop(k, Fraction(0)))
        before[k].discard(k)
        row = {j: p * scale for j, p in after[k].items()}
        into = [(i, after[i].pop(k)) for i in sorted(before[k])]
        gone.append((k, scale, begun[k], into))
        for j, p in row.items():
            before[j].discard(k)
            begun[j] += begun[k] * p
            for i, weight in into:
                after[i][j] = after[i].get(j, Fraction(0)) + weight * p
                before[j].add(i)
    visits: dict[int, Fraction] = {}
    for k, scale, direct, into in reversed(gone):
        visits[k] = scale * (direct + sum((visits[i] * w for i, w in into), Fraction(0)))
    return {one: visits[place] for place, one in enumerate(unknown)}
