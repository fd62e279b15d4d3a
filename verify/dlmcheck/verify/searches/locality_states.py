"""Encoding by states: which of the 3^n states are reached, and F and p as functions on all of them.

The second encoding of `Question`; it shares nothing with `locality_traces` but the question. F_i
and p_i are functions on every state in which cell i is masked, reached or not. Cell j is read by a
function if two states that differ in cell j only have different values (that is what
`spec.dependence` measures); of these j there may be k. The set of reached states is pushed
forward round by round. Of rigidity the weak form is used: each choice is 0, 1 or fair.

Exactness is a matter of counting. Along each trace at most one choice is certain, so that a reached
string has weight at least 2^-n, and 2^-(n-1) if exactly one is certain. No string of the wrong
parity and no masked cell is left in the end. There are 2^(n-1) strings of the right parity, of
weight at most 2^-(n-1) each, and the weights sum to 1: so all of them have that weight. And that
is necessary, too: each trace to a string of weight 2^-(n-1) has exactly n-1 fair choices.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, product

from dlmcheck.spec.tokens import MASK, State, Token, all_masked
from dlmcheck.verify.searches.locality import FAIR, Clauses, LocalPolicy, Question, Rule, contents
from dlmcheck.verify.searches.propositional import Model

REACHED = "reached states"
ONE_CERTAIN = "one certain choice on each trace"
TARGET = "only strings of the target"
LOCAL = "at most k cells matter"
SYMMETRY = "symmetry"

_TOKENS: tuple[Token, ...] = (0, 1, MASK)


class StateEncoding:
    """The formula of a question, and how a model of it is read as a policy."""

    name = "reached states"

    def __init__(self, question: Question, *, symmetry: bool = True) -> None:
        self.question = question
        self.formula = Clauses()
        q, new = question, self.formula.variable
        self._states = list(product(_TOKENS, repeat=q.n))
        levels = range(q.rounds + 1)
        self._reached = {(t, x): new() for t in levels for x in self._states}
        self._spent = {(t, x): new() for t in levels for x in self._states}
        """On the way to the state a certain choice was made."""
        places = [(i, x) for x in self._states for i in range(q.n) if x[i] == MASK]
        self._select = {(w, i, x): new() for w in q.whens() for i, x in places}
        self._possible = {(w, i, x, b): new() for w in q.whens() for i, x in places for b in (0, 1)}
        self._matters: dict[tuple[str, int, int, int], int] = {}
        for w, i, x in self._select:
            self.formula.part = REACHED
            self.formula.add(self._possible[w, i, x, 0], self._possible[w, i, x, 1])
        self.formula.add(self._reached[0, all_masked(q.n)])
        for number in range(1, q.rounds + 1):
            for x in self._states:
                self._push(number, x)
        self._end()
        self._locality()
        if symmetry:
            self._break_symmetry()

    def _push(self, number: int, x: State) -> None:
        """One round from a state."""
        formula, w = self.formula, self.question.when(number)
        reached, spent = self._reached[number - 1, x], self._spent[number - 1, x]
        masked = [i for i, token in enumerate(x) if token == MASK]
        for y in _extensions(x):
            step = [-reached]
            for i in masked:
                if y[i] == MASK:
                    step.append(self._select[w, i, x])
                else:
                    step += [-self._select[w, i, x], -self._possible[w, i, x, y[i]]]
            formula.part = REACHED
            formula.add(*step, self._reached[number, y])
            formula.part = ONE_CERTAIN
            after = self._spent[number, y]
            formula.add(*step, -spent, after)
            for i in masked:
                if y[i] != MASK:
                    formula.add(*step, self._possible[w, i, x, 1 - y[i]], after)
        formula.part = ONE_CERTAIN
        for i in masked:
            for b in (0, 1):
                formula.add(-reached, -spent, -self._select[w, i, x], self._possible[w, i, x, b])
        for i, j in combinations(masked, 2):
            both = [-reached, -self._select[w, i, x], -self._select[w, j, x]]
            for b, c in product((0, 1), repeat=2):
                formula.add(*both, self._possible[w, i, x, b], self._possible[w, j, x, c])

    def _end(self) -> None:
        self.formula.part = TARGET
        good = set(self.question.strings())
        for x in self._states:
            if x not in good:
                self.formula.add(-self._reached[self.question.rounds, x])

    def _locality(self) -> None:
        self.formula.part = LOCAL
        q = self.question
        for i in range(q.n):
            others = q.others(i)
            for kind in ("select", "write"):
                for w in q.whens():
                    first = (kind, i, q.set_name(w), others[0]) if others else None
                    if first is not None and first not in self._matters:
                        for j in others:
                            self._matters[kind, i, q.set_name(w), j] = self.formula.variable()
                        for some in combinations(others, q.k + 1):
                            self.formula.add(
                                *(-self._matters[kind, i, q.set_name(w), j] for j in some)
                            )
                    for x in self._states:
                        if x[i] == MASK:
                            self._compare(kind, i, w, x)

    def _compare(self, kind: str, i: int, w: int, x: State) -> None:
        """If cell j does not matter, x and the next state along cell j have the same value."""
        for j in self.question.others(i):
            if x[j] == MASK:
                continue
            y = (*x[:j], _TOKENS[_TOKENS.index(x[j]) + 1], *x[j + 1 :])
            matters = self._matters[kind, i, self.question.set_name(w), j]
            if kind == "select":
                pairs = [(self._select[w, i, x], self._select[w, i, y])]
            else:
                pairs = [(self._possible[w, i, x, b], self._possible[w, i, y, b]) for b in (0, 1)]
            for left, right in pairs:
                self.formula.add(matters, -left, right)
                self.formula.add(matters, left, -right)

    def _break_symmetry(self) -> None:
        """The first round writes {0, ..., m-1}, m >= 1: as in `locality_traces`."""
        self.formula.part = SYMMETRY
        q = self.question
        first = [self._select[q.when(1), i, all_masked(q.n)] for i in range(q.n)]
        for earlier, later in pairwise(first):
            self.formula.add(earlier, -later)
        self.formula.add(first[0])

    def selected(self, number: int, i: int, state: State) -> int:
        """Whether F selects masked cell i in a state in a round, as a literal."""
        return self._select[self.question.when(number), i, state]

    # --- decoding ---

    def policy(self, model: Model) -> LocalPolicy:
        """The sampler that a model stands for."""
        q, true = self.question, model.true
        select: dict[tuple[int, int], Rule] = {}
        write: dict[tuple[int, int], Rule] = {}
        for w in q.whens():
            for i in range(q.n):
                cells = self._cells("select", i, w, true)
                select[i, w] = Rule(
                    cells,
                    {
                        content: int(self._select[w, i, _filled(q.n, cells, content)] in true)
                        for content in contents(len(cells), _TOKENS)
                    },
                )
                cells = self._cells("write", i, w, true)
                table: dict[State, int] = {}
                for content in contents(len(cells), _TOKENS):
                    x = _filled(q.n, cells, content)
                    can = [self._possible[w, i, x, b] in true for b in (0, 1)]
                    table[content] = FAIR if all(can) else int(can[1])
                write[i, w] = Rule(cells, table, FAIR)
        return LocalPolicy(q, select, write)

    def _cells(self, kind: str, i: int, w: int, true: frozenset[int]) -> tuple[int, ...]:
        name = self.question.set_name(w)
        return tuple(j for j in self.question.others(i) if self._matters[kind, i, name, j] in true)


def _extensions(x: State) -> Iterator[State]:
    return product(*(_TOKENS if token == MASK else (token,) for token in x))


def _filled(n: int, cells: tuple[int, ...], content: State) -> State:
    """A state that shows the content on the cells, and M elsewhere."""
    shown = dict(zip(cells, content, strict=True))
    return tuple(shown.get(i, MASK) for i in range(n))
