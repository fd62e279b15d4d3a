"""The law of a schedule's run by pushing a law on states forward, in integers.

An engine that shares no code with `spec.sampler`: it reads the circuits of a schedule itself, and
follows the definition of a round (Jiang, Haghtalab, Chen, ICLR 2026, section 2) on all reachable
states at once. Every probability of a schedule is dyadic, so that a law is a table of integers
over one power of two. States that meet again are merged after every round.

Where positions are independent given the state, a state is pushed forward position by position,
so that 2^L selections cost no more than the states they lead to. Positions of F or G that share
coins are kept together, with all their coins enumerated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypedDict

from dlmcheck.spec.errors import (
    ChangesPrompt,
    IllegalCode,
    LeavesMask,
    NotAbsorbing,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import REVISING, Edits, End, Stop
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.engines.cointables import Group, Pattern, coin_groups, coin_tables


@dataclass(frozen=True)
class DyadicLaw:
    """Outcomes with positive integer weights that sum to 2^exponent (else `ValueError`)."""

    weights: Mapping[State, int]
    exponent: int

    def __post_init__(self) -> None:
        if min(self.weights.values()) <= 0 or sum(self.weights.values()) != 1 << self.exponent:
            raise ValueError("the weights are no law over this power of two")

    def as_law(self) -> Law[State]:
        """The same law in fractions."""
        return Law({x: Fraction(w, 1 << self.exponent) for x, w in self.weights.items()})

    def is_uniform_on(self, outcomes: Iterable[State]) -> bool:
        """Whether this is the uniform law on a set of outcomes."""
        return set(self.weights) == set(outcomes) and len(set(self.weights.values())) == 1


def laws_by_round(schedule: Schedule, data: Sequence[bool] = ()) -> list[DyadicLaw]:
    """The law of the state after 0, 1, ..., D rounds.

    Raises the errors of the model: `IllegalCode`, `WritesMask`, `WritesVisibleToken`,
    `ChangesPrompt`.
    """
    prompt = {cell: int(v) for cell, v in zip(schedule.data_cells, data, strict=True)}
    starts: dict[State, int] = {}
    for given in product((0, 1), repeat=len(schedule.given_cells)):
        shown = prompt | dict(zip(schedule.given_cells, given, strict=True))
        starts[tuple(shown.get(i, MASK) for i in range(schedule.length))] = 1
    laws = [DyadicLaw(starts, len(schedule.given_cells))]
    for number in range(1, schedule.rounds + 1):
        laws.append(_Round(schedule, prompt, number).apply(laws[-1]))
    return laws


def final_law(schedule: Schedule, data: Sequence[bool] = ()) -> DyadicLaw:
    """The law of the state after D rounds, with the end and stop conventions checked.

    Raises `LeavesMask`, `NotAbsorbing`, and the errors of `laws_by_round`.
    """
    final = laws_by_round(schedule, data)[-1]
    ends = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    for state, weight in final.weights.items():
        if any(state[i] == MASK for i in ends):
            raise LeavesMask(state, schedule.rounds, Fraction(weight, 1 << final.exponent))
    if schedule.stop is Stop.ABSORBING:
        # Without a clock one round that changes nothing means that no further one does.
        prompt = {cell: int(v) for cell, v in zip(schedule.data_cells, data, strict=True)}
        number = schedule.rounds + 1
        for state, after in _Round(schedule, prompt, number).successors(sorted(final.weights)):
            if after != {state}:
                raise NotAbsorbing(
                    "a further round changes the state", state=state, round_number=number
                )
    return final


def output_law(schedule: Schedule, data: Sequence[bool] = ()) -> DyadicLaw:
    """The law of the output cells after D rounds. Raises the errors of `final_law`."""
    final = final_law(schedule, data)
    weights: Counter[State] = Counter()
    for state, weight in final.weights.items():
        weights[tuple(state[i] for i in schedule.output)] += weight
    return DyadicLaw(weights, final.exponent)


def replay_round(schedule: Schedule, data: Sequence[bool], number: int, state: State) -> None:
    """One round of one state, for the error that it raises if it breaks a rule of the model."""
    prompt = {cell: int(v) for cell, v in zip(schedule.data_cells, data, strict=True)}
    for _ in _Round(schedule, prompt, number).successors([state]):
        pass


def check_unchanged(schedule: Schedule, data: Sequence[bool], number: int, state: State) -> None:
    """Raise `NotAbsorbing` unless a round leaves a state as it is, with certainty."""
    prompt = {cell: int(v) for cell, v in zip(schedule.data_cells, data, strict=True)}
    for _, after in _Round(schedule, prompt, number).successors([state]):
        if after != {state}:
            raise NotAbsorbing(
                "a further round changes the state", state=state, round_number=number
            )


_Weights = dict[State, int]
_Phase = Callable[[Sequence[State]], tuple[int, Iterator[_Weights]]]


@dataclass(frozen=True)
class _Round:
    """One round of a schedule on many states."""

    schedule: Schedule
    prompt: Mapping[int, int]
    number: int

    def apply(self, law: DyadicLaw) -> DyadicLaw:
        return self._pushed(self._pushed(law, self._write), self._remask)

    def successors(self, states: Sequence[State]) -> Iterator[tuple[State, set[State]]]:
        """Each state with the states that one round can make of it."""
        written = [set(outcomes) for outcomes in self._write(states)[1]]
        union = sorted({state for outcomes in written for state in outcomes})
        after = dict(zip(union, map(set, self._remask(union)[1]), strict=True))
        for state, outcomes in zip(states, written, strict=True):
            yield state, {final for middle in outcomes for final in after[middle]}

    def _pushed(self, law: DyadicLaw, phase: _Phase) -> DyadicLaw:
        states = sorted(law.weights)
        coins, rows = phase(states)
        total: Counter[State] = Counter()
        for state, outcomes in zip(states, rows, strict=True):
            for after, count in outcomes.items():
                total[after] += law.weights[state] * count
        return _reduced(total, law.exponent + coins)

    # -- the phases: the number of coins used, and the weighted outcomes of each state

    def _write(self, states: Sequence[State]) -> tuple[int, Iterator[_Weights]]:
        schedule = self.schedule
        fixed = [*self._columns(states), *self._clock(len(states))]
        predictor = coin_groups(
            schedule.predictor, [(2 * i, 2 * i + 1) for i in range(schedule.length)]
        )
        tables = coin_tables(schedule.predictor, predictor, fixed, len(states))
        codes = [[table[s] for table in tables] for s in range(len(states))]
        drawn = [len(group.coins) for group in predictor]
        groups = coin_groups(schedule.unmask, [(i,) for i in range(schedule.length)])
        coins = sum(drawn) + sum(len(group.coins) for group in groups)
        if schedule.unmask_sees_candidates:
            return coins, (
                self._select_after(state, codes[s], drawn, groups) for s, state in enumerate(states)
            )
        flags = coin_tables(schedule.unmask, groups, fixed, len(states))
        cells = [group.bundles for group in groups]

        def outcomes(s: int, state: State) -> _Weights:
            parts = [
                self._part(state, own, table[s], codes[s], drawn)
                for own, table in zip(cells, flags, strict=True)
            ]
            return _joined(parts, cells)

        return coins, (outcomes(s, state) for s, state in enumerate(states))

    def _part(
        self,
        state: State,
        cells: Sequence[int],
        patterns: Counter[Pattern],
        codes: Sequence[Counter[Pattern]],
        drawn: Sequence[int],
    ) -> _Weights:
        """The tokens that cells with common coins of F show after the write."""
        weights: Counter[State] = Counter()
        for pattern, count in patterns.items():
            partial: _Weights = {(): count}
            for i, flag in zip(cells, pattern, strict=True):
                cell: Counter[int] = Counter()
                if flag:
                    for code, times in codes[i].items():
                        cell[self._changed(state, i, self._token(code, i))] += times
                else:
                    cell[state[i]] = 1 << drawn[i]
                partial = {
                    (*tokens, token): weight * times
                    for tokens, weight in partial.items()
                    for token, times in cell.items()
                }
            for tokens, weight in partial.items():
                weights[tokens] += weight
        return weights

    def _candidates(
        self, state: State, codes: Sequence[Counter[Pattern]], drawn: Sequence[int]
    ) -> _Weights:
        """All candidates of a state; a visible cell's is its token, but with revision."""
        parts: list[_Weights] = []
        for i, token in enumerate(state):
            cell: Counter[State] = Counter()
            if self._is_drawn(state, i):
                for code, times in codes[i].items():
                    cell[(self._token(code, i),)] += times
            else:
                cell[(token,)] = 1 << drawn[i]
            parts.append(cell)
        return _joined(parts, [(i,) for i in range(len(state))])

    def _is_drawn(self, state: State, i: int) -> bool:
        revises = self.schedule.edits in REVISING
        return revises or state[i] == MASK

    def _select_after(
        self,
        state: State,
        codes: Sequence[Counter[Pattern]],
        drawn: Sequence[int],
        groups: Sequence[Group],
    ) -> _Weights:
        """What an F that sees the candidates makes of a state."""
        candidates = self._candidates(state, codes, drawn)
        shown = list(candidates)
        fixed = [
            *self._columns([state] * len(shown)),
            *self._clock(len(shown)),
            *self._columns(shown),
        ]
        flags = coin_tables(self.schedule.unmask, groups, fixed, len(shown))

        def after(i: int, candidate: int) -> int:
            if not self._is_drawn(state, i):
                # A cell that must stay may be selected only if its own law keeps it, too.
                for code in codes[i]:
                    self._changed(state, i, self._token(code, i))
            return self._changed(state, i, candidate)

        total: Counter[State] = Counter()
        for index, tokens in enumerate(shown):
            parts: list[_Weights] = []
            for group, table in zip(groups, flags, strict=True):
                part: Counter[State] = Counter()
                for pattern, count in table[index].items():
                    chosen = zip(group.bundles, pattern, strict=True)
                    part[tuple(after(i, tokens[i]) if f else state[i] for i, f in chosen)] += count
                parts.append(part)
            for final, count in _joined(parts, [group.bundles for group in groups]).items():
                total[final] += candidates[tokens] * count
        return total

    def _remask(self, states: Sequence[State]) -> tuple[int, Iterator[_Weights]]:
        circuit = self.schedule.remask
        if circuit is None:
            return 0, ({state: 1} for state in states)
        groups = coin_groups(circuit, [(i,) for i in range(self.schedule.length)])
        fixed = [*self._columns(states), *self._clock(len(states))]
        tables = coin_tables(circuit, groups, fixed, len(states))

        def outcomes(s: int, state: State) -> _Weights:
            parts: list[_Weights] = []
            for group, table in zip(groups, tables, strict=True):
                part: Counter[State] = Counter()
                for pattern, count in table[s].items():
                    marked = zip(group.bundles, pattern, strict=True)
                    shown = tuple(self._masked(state, i) if m else state[i] for i, m in marked)
                    part[shown] += count
                parts.append(part)
            return _joined(parts, [group.bundles for group in groups])

        coins = sum(len(group.coins) for group in groups)
        return coins, (outcomes(s, state) for s, state in enumerate(states))

    # -- the encoding and the rules

    def _columns(self, states: Sequence[State]) -> Iterator[int]:
        encoding = self.schedule.encoding
        code = {0: encoding.zero, 1: encoding.one, MASK: encoding.mask}
        for i in range(self.schedule.length):
            for half in (0, 1):
                yield sum(int(code[state[i]][half]) << s for s, state in enumerate(states))

    def _clock(self, size: int) -> Iterator[int]:
        full = (1 << size) - 1
        for j in range(self.schedule.clock_bits):
            yield full if self.number >> j & 1 else 0

    def _token(self, code: Pattern, i: int) -> int:
        encoding = self.schedule.encoding
        for token, known in ((0, encoding.zero), (1, encoding.one), (MASK, encoding.mask)):
            if known == code:
                return token
        raise IllegalCode((code[0], code[1]), position=i)

    def _changed(self, state: State, i: int, token: int) -> int:
        """The token, if cell i may show it now."""
        edits = self.schedule.edits
        where: _Where = {"state": state, "round_number": self.number, "position": i}
        if token == MASK and edits is not Edits.REVISE_ANY:
            raise WritesMask("the predictor writes M", **where)
        if edits in (Edits.WRITE_ONCE, Edits.REMASK) and state[i] not in (MASK, token):
            raise WritesVisibleToken(f"visible token {state[i]} becomes {token}", **where)
        if self.prompt.get(i, token) != token:
            raise ChangesPrompt(f"prompt cell {i} changes", **where)
        return token

    def _masked(self, state: State, i: int) -> int:
        if i in self.prompt:
            raise ChangesPrompt(
                f"prompt cell {i} is remasked", state=state, round_number=self.number, position=i
            )
        return MASK


class _Where(TypedDict):
    """Where a rule was broken, as the errors take it."""

    state: State
    round_number: int
    position: int


def _joined(parts: Sequence[Mapping[State, int]], cells: Sequence[Sequence[int]]) -> _Weights:
    """Independent parts of a state, each on its own cells, as whole states."""
    whole: _Weights = {(): 1}
    for part in parts:
        whole = {
            (*left, *right): weight * count
            for left, weight in whole.items()
            for right, count in part.items()
        }
    listed = [i for own in cells for i in own]
    if listed == sorted(listed):
        return whole
    place = [listed.index(i) for i in range(len(listed))]
    return {tuple(tokens[p] for p in place): weight for tokens, weight in whole.items()}


def _reduced(weights: Mapping[State, int], exponent: int) -> DyadicLaw:
    """The law with the smallest exponent."""
    common = 0
    for weight in weights.values():
        common |= weight
    shift = min(exponent, (common & -common).bit_length() - 1)
    return DyadicLaw({x: w >> shift for x, w in weights.items()}, exponent - shift)
