"""Is there a scheme on L cells? As a propositional question; the second road to the least L.

Nothing is taken from the exhaustive search: the rules of `schemes` are written once more, as
clauses. A model is decoded and checked by `objection`; a refutation by unit propagation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import (
    Formula,
    Model,
    check_refutation,
    solve,
)
from dlmcheck.verify.searches.schemes import Scheme, objection

_FREE = "*?"


def _never_equal(left: str, right: str) -> bool:
    """No token fits both symbols of one cell: two constants, or a mask and a token."""
    if left == right:
        return False
    return "M" in (left, right) or not (left in _FREE or right in _FREE)


def _write_forbids(edits: Edits, before: str, after: str) -> bool:
    if edits is Edits.REVISE_ANY:
        return False
    if edits is Edits.REVISE_TOKEN:
        return before != "M" and after == "M"
    # Visible tokens stay; whatever a cell showed by chance is `?` a round later.
    stays = before if before in "01" else "?"
    return before != "M" and after != stays


Cells = list[dict[str, int]]
"""For each cell, the variable of each symbol."""


@dataclass(frozen=True)
class Question:
    """A formula that holds iff there is a scheme, and where its patterns are found in a model."""

    formula: Formula
    patterns: tuple[Cells, ...]
    middles: tuple[Cells, ...]
    edits: Edits
    width: int
    end: End

    def decode(self, model: Model) -> Scheme:
        """The scheme that a model stands for. Raises `Rejected` if it is none."""

        def read(cells: Cells) -> str:
            return "".join(s for cell in cells for s, v in cell.items() if v in model.true)

        scheme = Scheme(
            self.edits,
            self.width,
            self.end,
            tuple(map(read, self.patterns)),
            tuple(map(read, self.middles)),
        )
        reason = objection(scheme)
        if reason is not None:
            raise Rejected(f"the solver's scheme is none: {reason}")
        return scheme


def question(edits: Edits, width: int, depth: int, length: int, end: End) -> Question:
    """The question for one edit model, width, depth, length and end convention."""
    formula = Formula()

    def row(symbols: str) -> Cells:
        cells: Cells = [{s: formula.variable() for s in symbols} for _ in range(length)]
        for cell in cells:
            formula.exactly(1, list(cell.values()))
        return cells

    remasks = edits is Edits.REMASK
    patterns = [row("01M*?") for _ in range(depth + 1)]
    middles = [row("01M*?") for _ in range(depth + 2)] if remasks else []
    for cells in patterns:
        formula.exactly(width, [cell["*"] for cell in cells])
    for i, cell in enumerate(patterns[-1]):
        if i >= length - width:
            formula.add(cell["*"])
        if end is End.WHOLE_STATE:
            formula.add(-cell["M"])
    for left, right in combinations(patterns, 2):
        formula.add(*_apart(formula, left, right))

    start = row("M")
    befores = [start, *patterns]
    # Without remasking nothing happens after the last round.
    for before, after in zip(befores, middles or patterns, strict=False):
        for old, new in zip(before, after, strict=True):
            for a, b in product(old, new):
                if _write_forbids(edits, a, b):
                    formula.add(-old[a], -new[b])
    if remasks:
        _remasking(formula, patterns, middles)
    return Question(formula, tuple(patterns), tuple(middles), edits, width, end)


def _apart(formula: Formula, left: Cells, right: Cells) -> list[int]:
    """Literals of which one holds only if no state fits both rows."""
    flags: list[int] = []
    for one, other in zip(left, right, strict=True):
        flag = formula.variable()
        for a, b in product(one, other):
            if not _never_equal(a, b):
                formula.add(-flag, -one[a], -other[b])
        flags.append(flag)
    return flags


def _remasking(formula: Formula, patterns: list[Cells], middles: list[Cells]) -> None:
    """G: every cell stays or is masked, and the same state is never treated in two ways."""
    masks: list[list[int]] = []
    for r, middle in enumerate(middles):
        last = r == len(patterns)
        after = patterns[-1] if last else patterns[r]
        flags: list[int] = []
        for old, new in zip(middle, after, strict=True):
            mask = formula.variable()
            flags.append(mask)
            formula.add(-mask, new["M"])
            formula.add(-mask, -old["M"])
            formula.add(mask, old["M"], -new["M"])
            for a, b in product(old, new):
                # In the round after the last, the values of layer d stand where they stood.
                same = a == b or (last and a == "?" and b == "*")
                if b != "M" and not same:
                    formula.add(-old[a], -new[b])
        masks.append(flags)
    for r, s in combinations(range(len(middles)), 2):
        choices = _apart(formula, middles[r], middles[s])
        if (r, s) == (len(middles) - 2, len(middles) - 1):
            alike = formula.variable()
            choices.append(alike)
            for one, other in zip(masks[r], masks[s], strict=True):
                formula.add(-alike, -one, other)
                formula.add(-alike, one, -other)
        formula.add(*choices)


@dataclass(frozen=True)
class Decision:
    """A scheme, checked; or None, and the number of lemmas in the checked refutation."""

    scheme: Scheme | None
    lemmas: int


def decide(edits: Edits, width: int, depth: int, length: int, end: End) -> Decision:
    """Ask the solver and check its answer. Raises `Rejected` if it does not stand."""
    asked = question(edits, width, depth, length, end)
    answer = solve(asked.formula)
    if isinstance(answer, Model):
        return Decision(asked.decode(answer), 0)
    return Decision(None, check_refutation(asked.formula.clauses, answer))
