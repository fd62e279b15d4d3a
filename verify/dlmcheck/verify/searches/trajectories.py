"""Layer-by-layer simulations of one circuit, whose masks may depend on the values.

A scheme is oblivious: which cells are masked depends on the round alone. Here that is given up. The
circuit has w random inputs and every layer is a bijection of {0,1}^w, so that the seed v fixes the
run: with a deterministic F and G, whatever else the predictor tosses may be fixed to one outcome.
What is left is one state s_t(v) per layer and seed: each value of layer t is shown by a cell that
depends on t only, all (d+1) 2^w states differ (the state tells the layer), every round is legal.
No such system on L cells means: no layer-by-layer simulation, whatever the predictor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.sampler import (
    Configuration,
    DeterministicRemasking,
    DeterministicUnmasking,
    Sampler,
    check_end,
    laws_by_round,
    round_law,
)
from dlmcheck.spec.tokens import MASK, State, Token, all_masked
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import Formula, Model, check_refutation, solve

Values = tuple[int, ...]
"""One bit per wire."""

_TOKENS: tuple[Token, ...] = (0, 1, MASK)


@dataclass(frozen=True)
class Wires:
    """A layered circuit on w wires: `maps[t-1]` is layer t as a bijection, given by its table.

    Entry x of a table is the image of the bit string with number x (wire 0 is the highest bit).
    """

    width: int
    maps: tuple[tuple[int, ...], ...]

    @property
    def depth(self) -> int:
        """d, the number of layers after layer 0."""
        return len(self.maps)

    def layers(self, seed: int) -> list[Values]:
        """The values of the layers 0..d if layer 0 has the given number."""
        numbers = [seed]
        for table in self.maps:
            numbers.append(table[numbers[-1]])
        return [tuple(n >> (self.width - 1 - j) & 1 for j in range(self.width)) for n in numbers]


def copies(width: int, depth: int) -> Wires:
    """Every layer repeats the one before it."""
    return Wires(width, (tuple(range(1 << width)),) * depth)


def negations(width: int, depth: int) -> Wires:
    """Every layer negates the one before it."""
    return Wires(width, (tuple(reversed(range(1 << width))),) * depth)


@dataclass(frozen=True)
class System:
    """A layer-by-layer simulation: what stands after each write and after each round.

    `states[t][v]` belongs to layer t and seed v; `written[r][v]` to the write of round r+1, the
    last one to the round after the last. Without remasking `written` is empty.
    """

    wires: Wires
    edits: Edits
    states: tuple[tuple[State, ...], ...]
    written: tuple[tuple[State, ...], ...]
    shown: tuple[tuple[int, ...], ...]
    """For each layer the cells that show its values."""


Row = list[dict[Token, int]]


class _Encoder:
    def __init__(self, wires: Wires, edits: Edits, length: int, end: End) -> None:
        if length < wires.width:
            raise BadInput(f"{length} cells", source="search", expected=f">= {wires.width}")
        self.formula = Formula()
        self.wires = wires
        self.edits = edits
        self.length = length
        self.values = [wires.layers(v) for v in range(1 << wires.width)]
        layers = range(wires.depth + 1)
        self.states = [[self._row() for _ in self.values] for _ in layers]
        self.shows = [
            [[self.formula.variable() for _ in range(length)] for _ in range(wires.width)]
            for _ in layers
        ]
        for j, flags in enumerate(self.shows[-1]):
            self.formula.add(flags[length - wires.width + j])
        if end is End.WHOLE_STATE:
            for row in self.states[-1]:
                for cell in row:
                    self.formula.add(-cell[MASK])
        self._show()
        self._differ([row for rows in self.states for row in rows])
        self.middles: list[list[Row]] = []
        if edits is Edits.REMASK:
            self.middles = [[self._row() for _ in self.values] for _ in range(wires.depth + 2)]
            self._remask()
        after = self.middles or self.states
        self._first_round(after[0])
        for rows, news in zip(self.states, after[1:], strict=False):
            for row, new in zip(rows, news, strict=True):
                self._write(row, new)

    def _row(self) -> Row:
        cells: Row = [{a: self.formula.variable() for a in _TOKENS} for _ in range(self.length)]
        for cell in cells:
            self.formula.exactly(1, list(cell.values()))
        return cells

    def _show(self) -> None:
        for t, nodes in enumerate(self.shows):
            for j, flags in enumerate(nodes):
                self.formula.exactly(1, flags)
                for i, flag in enumerate(flags):
                    for v, values in enumerate(self.values):
                        self.formula.add(-flag, self.states[t][v][i][values[t][j]])

    def _first_round(self, rows: Sequence[Row]) -> None:
        """From M^L: cells that show no value of layer 0 get the same token for every seed."""
        for i in range(self.length):
            value = [flags[i] for flags in self.shows[0]]
            for row in rows[1:]:
                for a in _TOKENS:
                    self.formula.add(-rows[0][i][a], row[i][a], *value)

    def _write(self, old: Row, new: Row) -> None:
        for before, after in zip(old, new, strict=True):
            for a, b in product(_TOKENS, repeat=2):
                token_lost = b == MASK and self.edits is not Edits.REVISE_ANY
                token_kept = self.edits in (Edits.WRITE_ONCE, Edits.REMASK)
                if a not in (MASK, b) and (token_lost or token_kept):
                    self.formula.add(-before[a], -after[b])

    def _remask(self) -> None:
        for r, rows in enumerate(self.middles):
            results = self.states[min(r, self.wires.depth)]
            for row, result in zip(rows, results, strict=True):
                for middle, after in zip(row, result, strict=True):
                    for a in (0, 1):
                        self.formula.add(-after[a], middle[a])
        # States before G with different results differ; only the last two may agree, seed by seed.
        several = [(r, v) for r in range(len(self.middles)) for v in range(len(self.values))]
        exempt = {
            ((self.wires.depth, v), (self.wires.depth + 1, v)) for v in range(len(self.values))
        }
        for (r, v), (s, w) in combinations(several, 2):
            if ((r, v), (s, w)) not in exempt:
                self.formula.add(*self._differences(self.middles[r][v], self.middles[s][w]))

    def _differ(self, rows: Sequence[Row]) -> None:
        for left, right in combinations(rows, 2):
            self.formula.add(*self._differences(left, right))

    def _differences(self, left: Row, right: Row) -> list[int]:
        flags: list[int] = []
        for one, other in zip(left, right, strict=True):
            flag = self.formula.variable()
            for a in _TOKENS:
                self.formula.add(-flag, -one[a], -other[a])
            flags.append(flag)
        return flags

    def decode(self, model: Model) -> System:
        """What a model says."""

        def read(row: Row) -> State:
            return tuple(next(a for a, v in cell.items() if v in model.true) for cell in row)

        return System(
            self.wires,
            self.edits,
            tuple(tuple(map(read, rows)) for rows in self.states),
            tuple(tuple(map(read, rows)) for rows in self.middles),
            tuple(
                tuple(next(i for i, f in enumerate(flags) if f in model.true) for flags in nodes)
                for nodes in self.shows
            ),
        )


def question(wires: Wires, edits: Edits, length: int, end: End) -> Formula:
    """A formula that holds iff there is a layer-by-layer simulation on so many cells.

    Raises `BadInput` for fewer cells than wires: the values of a layer have no place there.
    """
    return _Encoder(wires, edits, length, end).formula


def decide(wires: Wires, edits: Edits, length: int, end: End) -> tuple[System | None, int]:
    """A simulation, run by the specification; or None and the lemmas of a checked refutation.

    Raises `Rejected` if the solver's answer does not stand.
    """
    encoder = _Encoder(wires, edits, length, end)
    answer = solve(encoder.formula)
    if isinstance(answer, Model):
        system = encoder.decode(answer)
        replay(system, end)
        return system, 0
    return None, check_refutation(encoder.formula.clauses, answer)


def as_sampler(system: System, end: End) -> Sampler:
    """The DLM that a system describes: tables over the states that occur."""
    length = len(system.states[0][0])
    seeds = range(1 << system.wires.width)
    befores = [[all_masked(length)] * len(seeds), *system.states]
    afters = [list(rows) for rows in system.written or system.states]
    if not system.written:
        afters.append(list(system.states[-1]))
    writes: dict[State, list[State]] = {}
    for olds, news in zip(befores, afters, strict=True):
        for old, new in zip(olds, news, strict=True):
            writes.setdefault(old, []).append(new)
    masks: dict[State, frozenset[int]] = {}
    for r, rows in enumerate(system.written):
        for before, after in zip(rows, system.states[min(r, system.wires.depth)], strict=True):
            cells = frozenset(i for i in range(length) if before[i] != after[i])
            if masks.setdefault(before, cells) != cells:
                raise Rejected("G is to treat one state in two ways")

    def predictor(state: State, cell: int, _: int | None) -> Law[Token]:
        if state not in writes:
            return certain(0)
        return uniform({new[cell] for new in writes[state]})

    def selected(state: State, _: int | None) -> frozenset[int]:
        news = writes.get(state, [])
        return frozenset(i for new in news for i in range(length) if new[i] != state[i])

    def remasked(state: State, _: int | None) -> frozenset[int]:
        return masks.get(state, frozenset())

    return Sampler(
        length=length,
        predictor=predictor,
        unmask=DeterministicUnmasking(selected),
        rounds=system.wires.depth + 1,
        output=tuple(range(length - system.wires.width, length)),
        edits=system.edits,
        remask=DeterministicRemasking(remasked) if system.edits is Edits.REMASK else None,
        end=end,
        stop=Stop.ABSORBING,
    )


def replay(system: System, end: End) -> None:
    """Run a system by the specification, seed by seed.

    Round 1 leads to each seed's state with probability 2^-w, every later round from each seed's
    state to its next one, each state shows its layer's values, no state occurs twice, and the
    run keeps its promises (edits, end, absorbing stop). Raises `Rejected`, or the error of the
    rule that is broken.
    """
    sampler = as_sampler(system, end)
    laws = laws_by_round(sampler)
    check_end(sampler, laws[-1])
    if laws[1].map(lambda c: c.state) != uniform(system.states[0]):
        raise Rejected("round 1 does not lead to the states of layer 0, all alike")
    seen: set[State] = set()
    for v in range(1 << system.wires.width):
        path = [states[v] for states in system.states]
        for t, (state, values) in enumerate(zip(path, system.wires.layers(v), strict=True)):
            if tuple(state[i] for i in system.shown[t]) != values:
                raise Rejected(f"round {t + 1} does not show layer {t}")
            if state in seen:
                raise Rejected(f"a state of round {t + 1} occurs twice")
            seen.add(state)
            reached = path[min(t + 1, system.wires.depth)]
            # Rounds are numbered for errors only: there is no clock.
            if round_law(sampler, Configuration(state), t + 2) != certain(Configuration(reached)):
                raise Rejected(f"round {t + 2} leads to other states")
