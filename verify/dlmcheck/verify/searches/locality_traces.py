"""Encoding by traces: for every string of the target, which cells are visible after each round.

One of two encodings of `Question` that share nothing but the question (the other one goes by
states: `locality_states`). The output fixes the whole trace, so a sampler is known by the
variables

    visible(t, i, z)    cell i is visible after round t on the way to the string z.

F_i is a truth table over the contents of a set of exactly k other cells; a variable selects the
set. What p_i must do is forced by rigidity in its strong form: when cell i is written, it is fair
if another cell is masked and certainly z_i if none is. So a table over the contents of k cells must
tell these cases apart. (Where one of the k cells is masked, it is told that another cell is.) And a
run may never write all masked cells at once if there are two or more of them: they would be
independent fair bits, and the string odd with probability 1/2.

Conversely whatever meets these conditions samples the target exactly: every string has weight
2^-(n-1), one factor 1/2 for each cell but the last.

Symmetry. Renaming the cells turns samplers into samplers, and in round 1 all is masked, so that F
writes a set that depends on nothing: it may be taken to be {0, ..., m-1}. It may be taken to be
non-empty: with a round number, drop an empty first round and append one; without, a round
that writes nothing is followed by nothing else. Both are cross-checked against runs without.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.searches.locality import (
    FAIR,
    Clauses,
    LocalPolicy,
    Question,
    Rule,
    contents,
    opposite,
)
from dlmcheck.verify.searches.propositional import Model

ORDER = "progress"
NEVER_ALL = "one cell is left for last"
SELECTION = "F is local"
CHOICE = "p is local"
READS = "a set is read"
SYMMETRY = "symmetry"

_Set = tuple[int, ...]


class TraceEncoding:
    """The formula of a question, and how a model of it is read as a policy."""

    name = "traces of strings"

    def __init__(self, question: Question, *, symmetry: bool = True) -> None:
        self.question = question
        self.formula = Clauses()
        self._strings = question.strings()
        self._visible = self._traces()
        self._select_sets: dict[tuple[int, int], dict[_Set, int]] = {}
        self._select: dict[tuple[int, int, _Set, State], int] = {}
        self._write_sets: dict[tuple[int, int], dict[_Set, int]] = {}
        self._certain: dict[tuple[int, int, _Set, State], tuple[int, int]] = {}
        self._progress()
        self._never_all_at_once()
        for number in range(1, question.rounds + 1):
            for i in range(question.n):
                if not self._is_free_selection(number):
                    self._selects_locally(number, i)
                self._writes_locally(number, i)
        if symmetry:
            self._break_symmetry()

    def visible(self, t: int, i: int, string: State) -> int | bool:
        """Whether cell i is visible after round t on the way to a string, as a literal."""
        return self._visible[t, i, self._strings.index(string)]

    # --- the trace ---

    def _traces(self) -> dict[tuple[int, int, int], int | bool]:
        visible: dict[tuple[int, int, int], int | bool] = {}
        q = self.question
        for t in range(q.rounds + 1):
            for i in range(q.n):
                # In round 1 nothing is visible that F could look at.
                shared = self.formula.variable() if t == 1 else 0
                for s in range(len(self._strings)):
                    if t in (0, q.rounds):
                        visible[t, i, s] = t > 0
                    else:
                        visible[t, i, s] = shared or self.formula.variable()
        return visible

    def _progress(self) -> None:
        self.formula.part = ORDER
        for (t, i, s), before in self._visible.items():
            if t < self.question.rounds:
                self.formula.require(opposite(before), self._visible[t + 1, i, s])

    def _never_all_at_once(self) -> None:
        self.formula.part = NEVER_ALL
        q = self.question
        for t in range(1, q.rounds + 1):
            for s in range(len(self._strings)):
                after = [self._visible[t, i, s] for i in range(q.n)]
                some_left: int | bool = False
                if t < q.rounds:
                    some_left = self.formula.variable()
                    self.formula.require(-some_left, *map(opposite, after))
                for i, j in combinations(range(q.n), 2):
                    self.formula.require(
                        some_left, self._visible[t - 1, i, s], self._visible[t - 1, j, s]
                    )

    # --- F ---

    def _is_free_selection(self, number: int) -> bool:
        """In the last round everything masked is written: with a round number nothing is read."""
        q = self.question
        return q.reading.has_clock and number in (1, q.rounds)

    def _sets(
        self, sets: dict[tuple[int, int], dict[_Set, int]], number: int, i: int
    ) -> dict[_Set, int]:
        q = self.question
        key = i, q.set_name(number)
        if key not in sets:
            sets[key] = {cells: self.formula.variable() for cells in combinations(q.others(i), q.k)}
            part, self.formula.part = self.formula.part, READS
            self.formula.add(*sets[key].values())
            self.formula.part = part
        return sets[key]

    def _selects_locally(self, number: int, i: int) -> None:
        self.formula.part = SELECTION
        q, visible = self.question, self._visible
        for cells, chosen in self._sets(self._select_sets, number, i).items():
            for s, z in enumerate(self._strings):
                for seen in contents(q.k, (0, 1)):
                    content = tuple(z[j] if v else MASK for j, v in zip(cells, seen, strict=True))
                    here = [-chosen, visible[number - 1, i, s]]
                    for j, v in zip(cells, seen, strict=True):
                        at = visible[number - 1, j, s]
                        here.append(opposite(at) if v else at)
                    if any(literal is True for literal in here):
                        continue
                    key = i, q.when(number), cells, content
                    if key not in self._select:
                        self._select[key] = self.formula.variable()
                    selected = self._select[key]
                    written = visible[number, i, s]
                    self.formula.require(*here, -selected, written)
                    self.formula.require(*here, selected, opposite(written))

    # --- p ---

    def _writes_locally(self, number: int, i: int) -> None:
        self.formula.part = CHOICE
        q, visible = self.question, self._visible
        others = q.others(i)
        for s, z in enumerate(self._strings):
            written, last = self.formula.variable(), self.formula.variable()
            before, after = visible[number - 1, i, s], visible[number, i, s]
            self.formula.require(before, opposite(after), written)
            self.formula.require(last, *(opposite(visible[number - 1, j, s]) for j in others))
            for j in others:
                self.formula.require(-last, visible[number - 1, j, s])
            for cells, chosen in self._sets(self._write_sets, number, i).items():
                here = [-chosen, -written, *(opposite(visible[number - 1, j, s]) for j in cells)]
                if any(literal is True for literal in here):
                    continue
                key = i, q.when(number), cells, tuple(z[j] for j in cells)
                if key not in self._certain:
                    self._certain[key] = self.formula.variable(), self.formula.variable()
                certain, value = self._certain[key]
                self.formula.require(*here, -last, certain)
                self.formula.require(*here, last, -certain)
                self.formula.require(*here, -last, value if z[i] else -value)

    # --- symmetry ---

    def _break_symmetry(self) -> None:
        self.formula.part = SYMMETRY
        q = self.question
        if q.rounds > 1:
            first = [self._visible[1, i, 0] for i in range(q.n)]
            for earlier, later in pairwise(first):
                self.formula.require(earlier, opposite(later))
            self.formula.require(first[0])

    # --- decoding ---

    def policy(self, model: Model) -> LocalPolicy:
        """The sampler that a model stands for."""
        q, true = self.question, model.true
        select: dict[tuple[int, int], Rule] = {}
        write: dict[tuple[int, int], Rule] = {}
        for number in range(1, q.rounds + 1):
            for i in range(q.n):
                when = q.when(number)
                if self._is_free_selection(number):
                    flag = self._visible[number, i, 0]
                    select[i, when] = Rule((), {(): int(flag is True or flag in true)})
                else:
                    cells = _chosen(self._select_sets[i, q.set_name(number)], true)
                    select[i, when] = Rule(
                        cells,
                        {
                            key[3]: int(variable in true)
                            for key, variable in self._select.items()
                            if key[:3] == (i, when, cells)
                        },
                    )
                cells = _chosen(self._write_sets[i, q.set_name(number)], true)
                write[i, when] = Rule(
                    cells,
                    {
                        key[3]: int(value in true)
                        for key, (certain, value) in self._certain.items()
                        if key[:3] == (i, when, cells) and certain in true
                    },
                    FAIR,
                )
        return LocalPolicy(q, select, write)


def _chosen(sets: dict[_Set, int], true: frozenset[int]) -> _Set:
    return next(cells for cells, variable in sets.items() if variable in true)
