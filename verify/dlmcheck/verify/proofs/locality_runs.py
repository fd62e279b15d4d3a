"""Concrete traces of write-once samplers: what the proof of the locality bound is compared with.

Source: the note T4.5. The trace of a string, the cells that each decision on it reads, the checks
on it, and the sets of bits on which the cells of the trace depend, all of it on samplers that are
run by the specification. Small n only: every string is gone through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import product
from random import Random

from dlmcheck.spec.lattice import Clock
from dlmcheck.spec.law import Law, bernoulli
from dlmcheck.spec.policies import DeterministicUnmasking, Positions, Round
from dlmcheck.spec.resources import reads
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.schedule import Schedule, cells_read, predictor_reads, sampler_of
from dlmcheck.spec.tokens import MASK, State, all_masked, masked_positions

Cells = Callable[[int, int, State], Positions]
"""The cells, other than itself, that a position's rule reads: (round, position, state) -> cells.

An adaptive rule chooses the next cell by what it has read, so that this depends on the state.
"""


@dataclass(frozen=True)
class LocalSampler:
    """A write-once sampler on L = n cells with deterministic F, and the cells its rules read."""

    sampler: Sampler
    select: Callable[[State, Round], Positions]
    f_cells: Cells
    p_cells: Cells
    adaptive: bool = False

    @property
    def n(self) -> int:
        """The number of cells."""
        return self.sampler.length

    @cached_property
    def tokens(self) -> int:
        """k: the most cells that a rule reads beside its own, on the trace of any string."""
        return max(
            len(cells(t, i, state))
            for string in strings(self.n)
            for t, state in enumerate(trace(self, string)[:-1], start=1)
            for i in range(self.n)
            for cells in (self.f_cells, self.p_cells)
        )

    def selected(self, state: State, number: int) -> Positions:
        """F's choice in a round."""
        return self.select(state, self.sampler.round_argument(number))

    def weight(self, state: State, number: int, cell: int, token: int) -> Fraction:
        """The probability that the predictor gives a token, in a round."""
        return self.sampler.predictor(state, cell, self.sampler.round_argument(number))[token]


def of_schedule(schedule: Schedule) -> LocalSampler:
    """A schedule's sampler; the cells read are those of its wires.

    Raises `TypeError` if F is not deterministic.
    """
    sampler = sampler_of(schedule)
    policy = sampler.unmask
    if not isinstance(policy, DeterministicUnmasking):
        raise TypeError("F is not deterministic")
    f_wires, p_wires = reads(schedule.unmask), predictor_reads(schedule)

    def cells(wires: Sequence[frozenset[int]]) -> Cells:
        return lambda _, i, __: cells_read(schedule, wires[i]) - {i}

    return LocalSampler(sampler, policy.select, cells(f_wires), cells(p_wires))


HALF = Fraction(1, 2)
QUARTERS = tuple(Fraction(q, 4) for q in range(5))


@cache
def _number(seed: int, what: str, t: Round, i: int, shown: State) -> int:
    """The seed's answer to a question, always the same one."""
    return Random(repr((seed, what, t, i, shown))).getrandbits(30)


def _entry(seed: int, what: str, t: Round, i: int, shown: State) -> Fraction:
    return QUARTERS[_number(seed, what, t, i, shown) % len(QUARTERS)]


def random_local_sampler(seed: int, most_cells: int = 5, most_rounds: int = 3) -> LocalSampler:
    """A legal one: 2 cells or more, up to two cells read, other ones in each round.

    The rules are looked up in tables that the seed fills; the last round writes what is left.
    """
    source = Random(seed)
    n, rounds = source.randint(2, most_cells), source.randint(1, most_rounds)
    k = source.randint(0, 2)
    places = list(product(range(1, rounds + 1), range(n)))

    def some(number: int, i: int) -> Positions:
        others = [j for j in range(n) if j != i]
        # Nothing is read in the last round: all that is left is written.
        none = number == rounds
        return frozenset() if none else frozenset(source.sample(others, min(k, n - 1)))

    f_cells = {(t, i): some(t, i) for t, i in places}
    p_cells = {(t, i): some(t if t < rounds else 0, i) for t, i in places}

    def table(what: str, t: Round, i: int, state: State, cells: Positions) -> Fraction:
        return _entry(seed, what, t, i, tuple(state[j] for j in sorted(cells)))

    def select(state: State, t: Round) -> Positions:
        if t == rounds:
            return masked_positions(state)
        assert t is not None
        chosen = (i for i in range(n) if table("F", t, i, state, f_cells[t, i]) < HALF)
        return frozenset(chosen) & masked_positions(state)

    def predict(state: State, i: int, t: Round) -> Law[int]:
        assert t is not None
        return bernoulli(table("p", t, i, state, p_cells[t, i]))

    sampler = Sampler(
        length=n,
        predictor=predict,
        unmask=DeterministicUnmasking(select),
        rounds=rounds,
        output=tuple(range(n)),
        clock=Clock.ROUND_NUMBER,
    )
    return LocalSampler(
        sampler, select, lambda t, i, _: f_cells[t, i], lambda t, i, _: p_cells[t, i]
    )


def random_adaptive_sampler(seed: int) -> LocalSampler:
    """As above, but a rule looks at one cell, and what it shows says at which cell it looks next.

    Two cells are read on every state, any number of cells over all states.
    """
    source = Random(seed)
    n, rounds = source.randint(3, 5), source.randint(2, 3)

    def path(what: str, t: int, i: int, state: State) -> list[int]:
        others = [j for j in range(n) if j != i]
        first = others[_number(seed, what, t, i, ()) % len(others)]
        rest = [j for j in others if j != first]
        return [first, rest[_number(seed, what, t, i, (state[first],)) % len(rest)]]

    def told(what: str, t: int, i: int, state: State) -> Fraction:
        return _entry(seed, what, t, i, tuple(state[j] for j in path(what, t, i, state)))

    def select(state: State, t: Round) -> Positions:
        assert t is not None
        masked = masked_positions(state)
        if t == rounds:
            return masked
        return frozenset(i for i in masked if told("F", t, i, state) < HALF)

    def predict(state: State, i: int, t: Round) -> Law[int]:
        assert t is not None
        return bernoulli(told("p", t, i, state))

    def f_cells(t: int, i: int, state: State) -> Positions:
        return frozenset() if t == rounds else frozenset(path("F", t, i, state))

    sampler = Sampler(
        length=n,
        predictor=predict,
        unmask=DeterministicUnmasking(select),
        rounds=rounds,
        output=tuple(range(n)),
        clock=Clock.ROUND_NUMBER,
    )
    return LocalSampler(
        sampler, select, f_cells, lambda t, i, x: frozenset(path("p", t, i, x)), adaptive=True
    )


# --- traces --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Violation:
    """A cell that the trace writes in a round, and cannot be given the string's bit there."""

    round_number: int
    cell: int


def trace(local: LocalSampler, string: State) -> list[State]:
    """The states of the trace of a string, after 0, 1, ..., D rounds."""
    states = [all_masked(local.n)]
    for number in range(1, local.sampler.rounds + 1):
        before = states[-1]
        chosen = local.selected(before, number)
        states.append(tuple(string[i] if i in chosen else x for i, x in enumerate(before)))
    return states


def violations(local: LocalSampler, string: State) -> list[Violation]:
    """The violated checks of a string, those of the earliest round first."""
    found: list[Violation] = []
    for number, before in enumerate(trace(local, string)[:-1], start=1):
        for i in sorted(local.selected(before, number) & masked_positions(before)):
            if not local.weight(before, number, i, string[i]):
                found.append(Violation(number, i))
    return found


def in_support(local: LocalSampler, string: State) -> bool:
    """Whether the trace of a string passes all checks and ends without M."""
    return not violations(local, string) and MASK not in trace(local, string)[-1]


def strings(n: int) -> list[State]:
    """All bit strings."""
    return list(product((0, 1), repeat=n))


# --- on which bits the trace depends ---------------------------------------------------------


@dataclass(frozen=True)
class Dependence:
    """The bits on which the mask status of a cell depends after a round, and what it shows."""

    mask: frozenset[int]
    shown: frozenset[int]


def dependence(local: LocalSampler) -> list[list[Dependence]]:
    """Measured on all pairs of strings that differ in one bit: after 0, ..., D rounds, per cell."""
    traces = {z: trace(local, z) for z in strings(local.n)}

    def differs(value: Callable[[State], int], t: int) -> frozenset[int]:
        return frozenset(
            j
            for j in range(local.n)
            if any(value(traces[z][t]) != value(traces[flipped(z, j)][t]) for z in traces)
        )

    def of_cell(t: int, i: int) -> Dependence:
        return Dependence(differs(lambda x: x[i] == MASK, t), differs(lambda x: x[i], t))

    return [[of_cell(t, i) for i in range(local.n)] for t in range(local.sampler.rounds + 1)]


def flipped(string: State, bit: int) -> State:
    """The string with one bit flipped."""
    return tuple(1 - x if i == bit else x for i, x in enumerate(string))


# --- certificates --------------------------------------------------------------------------


def certificates(
    local: LocalSampler, string: State
) -> list[tuple[list[frozenset[int]], list[frozenset[int]]]]:
    """After 0, ..., D rounds: for each cell the bits that fix its mask status, and what it shows.

    The sets of the proof, along the cells read: A_t and B_t bound their sizes.
    """
    n = local.n
    mask: list[frozenset[int]] = [frozenset()] * n
    cell: list[frozenset[int]] = [frozenset()] * n
    found = [(mask, cell)]
    for number, state in enumerate(trace(local, string)[:-1], start=1):
        mask = [
            mask[i] | _union(cell[j] for j in local.f_cells(number, i, state)) for i in range(n)
        ]
        cell = [mask[i] | {i} for i in range(n)]
        found.append((mask, cell))
    return found


def check_certificate(local: LocalSampler, string: State, violation: Violation) -> frozenset[int]:
    """The bits that fix a violated check, F left out in the last round, as in the proof."""
    number, i = violation.round_number, violation.cell
    state = trace(local, string)[number - 1]
    mask, cell = certificates(local, string)[number - 1]
    seen = mask[i] | {i} | _union(cell[j] for j in local.p_cells(number, i, state))
    if number < local.sampler.rounds:
        seen |= _union(cell[j] for j in local.f_cells(number, i, state))
    return seen


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*sets)
