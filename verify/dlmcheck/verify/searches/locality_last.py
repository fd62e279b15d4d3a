"""Encoding by last cells: the formula of the kernel, and how a model of it is read as a policy.

The third encoding of `Question` (`kernel.local_parity` builds the formula and says what it means).
It uses rigidity in its strong form, as `locality_traces` does, but names on every trace the one
cell that is written last, and requires more of the first string: by renaming cells and flipping
bits it may be taken to be one of those finished last, with its cells written in their order.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.kernel.local_parity import LocalParity, Name
from dlmcheck.verify.searches.locality import FAIR, LocalPolicy, Question, Rule
from dlmcheck.verify.searches.propositional import Formula, Model

_TOKEN = {"0": 0, "1": 1, "M": MASK}


class LastCellEncoding:
    """The formula of a question.

    `sizes` are the numbers of cells that are visible after rounds 1, 2, ... on the way to the
    first string: a part of the question, a cube. They need the symmetry. `parity` is the formula
    of the question, if somebody has built it; it is not changed.
    """

    name = "last cells"

    def __init__(
        self,
        question: Question,
        *,
        symmetry: bool = True,
        sizes: Sequence[int] = (),
        parity: LocalParity | None = None,
    ) -> None:
        self.question = question
        self.parity = LocalParity(question) if parity is None else parity
        clauses = list(self.parity.clauses)
        if symmetry:
            clauses += self.parity.normal()
        clauses += self.parity.prefix(sizes)
        self.formula = Formula(len(self.parity.names), clauses)

    def visible(self, t: int, i: int, string: State) -> int | bool:
        """Whether cell i is visible after round t on the way to a string, as a literal."""
        return self.parity.visible(t, i, "".join(map(str, string)))

    def policy(self, model: Model) -> LocalPolicy:
        """The sampler that a model stands for."""
        q = self.question
        names = self.parity.names
        true = [names[v - 1] for v in sorted(model.true) if v <= len(names)]
        select: dict[tuple[int, int], Rule] = {}
        write: dict[tuple[int, int], Rule] = {}
        for number in range(1, q.rounds + 1):
            for i in range(q.n):
                when = q.when(number)
                if q.reading.has_clock and number in (1, q.rounds):
                    flag = number == q.rounds or Name("visible", 1, i, "." * q.n) in true
                    select[i, when] = Rule((), {(): int(flag)})
                else:
                    cells = _cells(true, "F reads", q.set_name(number), i)
                    select[i, when] = Rule(cells, _table(true, "F", when, i, cells))
                cells = _cells(true, "p reads", q.set_name(number), i)
                write[i, when] = Rule(cells, _table(true, "p", when, i, cells), FAIR)
        return LocalPolicy(q, select, write)


def _cells(true: Sequence[Name], kind: str, number: int, i: int) -> tuple[int, ...]:
    texts = [x.text for x in true if (x.kind, x.number, x.cell) == (kind, number, i)]
    return tuple(j for j, mark in enumerate(texts[0]) if mark == "x")


def _table(
    true: Sequence[Name], kind: str, when: int, i: int, cells: tuple[int, ...]
) -> dict[State, int]:
    """Contents of the cells read: 1 where F selects, the token where p is certain."""
    found: dict[State, int] = {}
    for name in true:
        if (name.kind, name.number, name.cell) == (kind, when, i):
            shown = {j: _TOKEN[mark] for j, mark in enumerate(name.text) if mark != "-"}
            if tuple(shown) == cells:
                found[tuple(shown.values())] = name.bit if kind == "p" else 1
    return found
