"""Predictors for a rule that writes every masked cell by a coin of one rate.

Under such a rule (MDLM with a linear schedule and time 0 at the end) all masked cells may be
written at once, so that for even parity every row of a predictor is certain: note
LOCAL-DECODERS. What is left is finite. The cells are written at independent times, uniform on
1..D, and a predictor is a table (round, what a cell sees) -> token. Two searches for a table
whose output law is uniform on the even strings, with no code in common: clauses for a SAT
solver, and a walk through all tables that turns back where a string has got too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations, product

from dlmcheck.spec.tokens import MASK, State, completions
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.kernel.refutation import check_lrat, read_lrat
from dlmcheck.verify.searches.propositional import Formula

Table = Mapping[tuple[int, State], State]
"""(round, state) -> the state with every masked cell written; round 0 stands for every round."""


@dataclass(frozen=True)
class EqualRates:
    """Cells, rounds, how many of the other cells each cell reads, and whether it knows the round.

    `reads` None stands for all of them.
    """

    cells: int
    rounds: int
    reads: tuple[tuple[int, ...], ...] | None = None
    clock: bool = True

    def __str__(self) -> str:
        seen = "all cells" if self.reads is None else " ".join(map(str, self.reads))
        known = "" if self.clock else ", without the round number"
        return f"{self.cells} cells, {self.rounds} rounds, reading {seen}{known}"

    def seen(self, cell: int) -> tuple[int, ...]:
        """The cells that a cell reads."""
        if self.reads is not None:
            return self.reads[cell]
        return tuple(other for other in range(self.cells) if other != cell)

    @property
    def share(self) -> int | None:
        """How many of the D^n lists of times each even string must get; None if no whole number."""
        each, rest = divmod(self.rounds**self.cells, 2 ** (self.cells - 1))
        return None if rest else each


def read_sets(cells: int, reads: int) -> list[tuple[tuple[int, ...], ...]]:
    """All ways in which each cell reads so many others, up to the names of the cells.

    >>> read_sets(3, 1)
    [((1,), (0,), (0,)), ((1,), (2,), (0,))]
    """

    def renamed(sets: Sequence[tuple[int, ...]], names: Sequence[int]) -> list[tuple[int, ...]]:
        moved = {
            names[cell]: tuple(sorted(names[i] for i in seen)) for cell, seen in enumerate(sets)
        }
        return [moved[cell] for cell in range(cells)]

    choices = [
        list(combinations([i for i in range(cells) if i != cell], reads)) for cell in range(cells)
    ]
    return [
        sets
        for sets in product(*choices)
        if all(list(sets) <= renamed(sets, names) for names in permutations(range(cells)))
    ]


def even_completions(state: State) -> list[State]:
    """The even strings that agree with a state."""
    return [full for full in completions(state) if sum(full) % 2 == 0]


# --- clauses -----------------------------------------------------------------------------------


class _Clauses:
    """The formula: one variable for each token that a list of times up to now would write."""

    def __init__(self, problem: EqualRates) -> None:
        self.problem = problem
        self.formula = Formula()
        self.written: dict[tuple[int, State, int], int] = {}
        self.rows: dict[tuple[int, tuple[tuple[int, int], ...], int], int] = {}
        for number in range(1, problem.rounds + 1):
            self._round(number)

    def token(self, times: State, cell: int) -> int:
        """The token of a cell that is written at a known time, given the times before it."""
        now = times[cell]
        before = tuple(time if 0 < time < now else 0 for time in times)
        return self._written(now, before, cell)

    def _written(self, number: int, before: State, cell: int) -> int:
        key = (number, before, cell)
        if key not in self.written:
            self.written[key] = self.formula.variable()
        return self.written[key]

    def _round(self, number: int) -> None:
        cells = range(self.problem.cells)
        for before in product(range(number), repeat=self.problem.cells):
            masked = [cell for cell in cells if not before[cell]]
            if not masked:
                continue
            shown = [
                self._written(number, before, cell) if cell in masked else self.token(before, cell)
                for cell in cells
            ]
            for bits in product((0, 1), repeat=len(shown)):
                if sum(bits) % 2:
                    self.formula.add(*(-s if b else s for s, b in zip(shown, bits, strict=True)))
            for cell in masked:
                self._row(number, before, cell)

    def _row(self, number: int, before: State, cell: int) -> None:
        """The token is what the row says for what the cell sees."""
        visible = [other for other in self.problem.seen(cell) if before[other]]
        for bits in product((0, 1), repeat=len(visible)):
            view = tuple(zip(visible, bits, strict=True))
            key = (number if self.problem.clock else 0, view, cell)
            if key not in self.rows:
                self.rows[key] = self.formula.variable()
            row, token = self.rows[key], self._written(number, before, cell)
            other = [-self.token(before, i) if b else self.token(before, i) for i, b in view]
            self.formula.add(*other, -row, token)
            self.formula.add(*other, row, -token)

    def counted(self, share: int) -> None:
        """Every even string is the output for as many lists of times."""
        times = list(product(range(1, self.problem.rounds + 1), repeat=self.problem.cells))
        for string in even_completions((MASK,) * self.problem.cells):
            hits: list[int] = []
            for one in times:
                tokens = [self.token(one, cell) for cell in range(self.problem.cells)]
                literals = [t if b else -t for t, b in zip(tokens, string, strict=True)]
                hit = self.formula.variable()
                for literal in literals:
                    self.formula.add(-hit, literal)
                self.formula.add(hit, *(-literal for literal in literals))
                hits.append(hit)
            self._exactly(share, hits)

    def _exactly(self, share: int, hits: Sequence[int]) -> None:
        """Exactly so many hold: the sorted halves are merged, and the place is fixed at the top."""
        ranked = self._ranked(hits)
        if share > len(ranked):
            self.formula.add()
            return
        if share:
            self.formula.add(ranked[share - 1])
        if share < len(ranked):
            self.formula.add(-ranked[share])

    def _ranked(self, hits: Sequence[int]) -> list[int]:
        """Variables r_1, r_2, ... with r_k true exactly if at least k of the given ones are."""
        if len(hits) == 1:
            return list(hits)
        middle = len(hits) // 2
        left, right = self._ranked(hits[:middle]), self._ranked(hits[middle:])
        joined = [self.formula.variable() for _ in hits]
        for i in range(len(left) + 1):
            for j in range(len(right) + 1):
                if i + j:
                    enough = [-r for r in (left[i - 1 : i] + right[j - 1 : j])]
                    self.formula.add(*enough, joined[i + j - 1])
                if i + j < len(hits):
                    too_few = left[i : i + 1] + right[j : j + 1]
                    self.formula.add(*too_few, -joined[i + j])
        return joined


def by_clauses(problem: EqualRates) -> Table | None:
    """A predictor that makes the output uniform on the even strings, or None if there is none.

    For None the solver's refutation has been checked by the kernel; a table can be run.
    """
    share = problem.share
    if share is None:
        return None
    clauses = _Clauses(problem)
    # Adding an even string to all tables changes nothing, so round 1 may write zeros.
    start = (0,) * problem.cells
    for cell in range(problem.cells):
        clauses.formula.add(-clauses.written[1, start, cell])
    clauses.counted(share)
    found = refute(clauses.formula)
    if isinstance(found, str):
        check_lrat(clauses.formula.clauses, read_lrat(found))
        return None
    true = {key: int(name in found.true) for key, name in clauses.rows.items()}
    return dict(_table(problem, true))


def _table(
    problem: EqualRates, rows: Mapping[tuple[int, tuple[tuple[int, int], ...], int], int]
) -> Iterator[tuple[tuple[int, State], State]]:
    for number in range(1, problem.rounds + 1) if problem.clock else (0,):
        for state in _all_states(problem.cells):
            full = list(state)
            for cell, token in enumerate(state):
                if token == MASK:
                    visible = [i for i in problem.seen(cell) if state[i] != MASK]
                    full[cell] = rows.get((number, tuple((i, state[i]) for i in visible), cell), 0)
            yield (number, state), tuple(full)


def _all_states(cells: int) -> Iterator[State]:
    tokens: tuple[int, ...] = (0, 1, MASK)
    return product(tokens, repeat=cells)


# --- the walk ----------------------------------------------------------------------------------


def by_walking(problem: EqualRates) -> Table | None:
    """The same by going through all tables, state by state; every cell reads all others.

    Raises `ValueError` for a problem with read sets, or without the round number.
    """
    if problem.reads is not None or not problem.clock:
        raise ValueError("the walk is for predictors that read everything and know the round")
    share = problem.share
    if share is None:
        return None
    return _Walk(problem, share).rounds_from(1, {(MASK,) * problem.cells: 1}, {})


class _Walk:
    """A state weighs as many as there are lists of the times of its visible cells that lead to it.

    It is left where some string has got more lists than its share.
    """

    def __init__(self, problem: EqualRates, share: int) -> None:
        self.rounds, self.share = problem.rounds, share
        self.strings = even_completions((MASK,) * problem.cells)
        self.table: dict[tuple[int, State], State] = {}

    def rounds_from(
        self, number: int, open_states: dict[State, int], ended: dict[State, int]
    ) -> Table | None:
        """Choose the rows of this round and of all later ones."""
        if number > self.rounds:
            done = all(ended.get(string, 0) == self.share for string in self.strings)
            return dict(self.table) if done else None
        # The heaviest states first: they soon give some string too much.
        order = sorted(open_states, key=lambda state: (-state.count(MASK), state))
        return self._states(number, order, open_states, {}, ended)

    def _states(
        self,
        number: int,
        order: list[State],
        weights: dict[State, int],
        after: dict[State, int],
        ended: dict[State, int],
    ) -> Table | None:
        if not order:
            return self.rounds_from(number + 1, after, ended)
        state, *others = order
        # Adding an even string to all tables changes nothing, so round 1 may write zeros.
        choices = [self.strings[0]] if number == 1 else even_completions(state)
        for full in choices:
            self.table[number, state] = full
            reached, finished = dict(after), dict(ended)
            for one in _successors(state, full, last=number == self.rounds):
                kept = reached if MASK in one else finished
                kept[one] = kept.get(one, 0) + weights[state]
            if finished.get(full, 0) <= self.share:
                found = self._states(number, others, weights, reached, finished)
                if found is not None:
                    return found
        return None


def _successors(state: State, full: State, *, last: bool) -> Iterator[State]:
    """The states after a round, each once; in the last round no cell waits."""
    masked = [cell for cell, token in enumerate(state) if token == MASK]
    for size in (0,) if last else range(len(masked) + 1):
        for waiting in combinations(masked, size):
            yield tuple(MASK if cell in waiting else t for cell, t in enumerate(full))
