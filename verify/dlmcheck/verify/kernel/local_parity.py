"""Local write-once samplers of even parity, as a formula: the one that certificates are about.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, in its locality form; what is claimed of
the formula is proved in the note T4.5-LOCAL. Write-once, L = n, F deterministic; every p_i and F_i
reads at most k tokens beside its own mask status. A sampler of the uniform law on the even strings
is known by its traces: for every even string, which cells are visible after each round, and which
cell is written last, alone and with certainty (*rigidity*). The formula says that there are such
traces, and tables over the contents of k cells that bring them about. It is built from the
question by the standard library alone, so that whoever doubts a refutation can build it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from itertools import combinations, product
from math import comb
from typing import NamedTuple

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.tokens import State

Clause = tuple[int, ...]
"""Literals as in DIMACS: v or -v for a variable v >= 1."""


@unique
class Reading(Enum):
    """Which tokens count as read by one p_i or F_i."""

    PER_ROUND = "set-per-round"
    """The round number is known; in each round at most k tokens, each round may have its own."""
    ONE_SET = "one-set"
    """The round number is known; at most k tokens, the same ones in all rounds."""
    STATE_ONLY = "state-only"
    """The round number is not known; at most k tokens."""

    @property
    def has_clock(self) -> bool:
        """Whether p and F may depend on the round number."""
        return self is not Reading.STATE_ONLY


@dataclass(frozen=True)
class Question:
    """Is there a sampler on n cells with so many rounds, each part reading at most k tokens?

    `parity` 1 asks for the strings of odd parity (for comparison: flipping one bit shows that the
    answer is the same). Raises `BadInput` for numbers out of range.

    >>> str(Question(4, 2, 3, Reading.ONE_SET))
    'one-set n=4 k=2 D=3'
    """

    n: int
    tokens: int
    rounds: int
    reading: Reading
    parity: int = 0

    def __post_init__(self) -> None:
        if self.n < 1 or self.tokens < 0 or self.rounds < 1 or self.parity not in (0, 1):
            raise BadInput(
                f"n = {self.n}, k = {self.tokens}, D = {self.rounds}, parity {self.parity}",
                source="locality search",
                expected="n >= 1, k >= 0, D >= 1, parity 0 or 1",
            )

    def __str__(self) -> str:
        odd = " odd" if self.parity else ""
        return f"{self.reading.value} n={self.n} k={self.tokens} D={self.rounds}{odd}"

    @property
    def k(self) -> int:
        """How many of the other cells one part may read."""
        return min(self.tokens, self.n - 1)

    def strings(self) -> list[State]:
        """The strings of the parity asked for."""
        return [z for z in product((0, 1), repeat=self.n) if sum(z) % 2 == self.parity]

    def others(self, i: int) -> list[int]:
        """All cells but one."""
        return [j for j in range(self.n) if j != i]

    def whens(self) -> range:
        """What a table is told of the round: the numbers 1..D, or nothing, written 0."""
        return range(1, self.rounds + 1) if self.reading.has_clock else range(1)

    def when(self, number: int) -> int:
        """What a table is told in a round."""
        return number if self.reading.has_clock else 0

    def set_name(self, number: int) -> int:
        """Rounds with the same name read the same set of cells."""
        return number if self.reading is Reading.PER_ROUND else 0


def read_question(text: str) -> Question:
    """The inverse of `str` on questions about even parity. Raises `BadInput`."""
    found = re.fullmatch(r"(\S+) n=(\d+) k=(\d+) D=(\d+)", text)
    names = [reading.value for reading in Reading]
    if found is not None and found[1] in names:
        n, tokens, rounds = (int(found[group]) for group in (2, 3, 4))
        question = Question(n, tokens, rounds, Reading(found[1]))
        if str(question) == text:
            return question
    raise BadInput(f"{text!r} is no question", source="locality search")


LARGEST = 10_000_000
"""Formulas with more clauses than this, roughly, are not built to check a certificate."""


def clauses_about(question: Question) -> int:
    """How many clauses the formula of a question has, roughly."""
    q = question
    selecting = max(q.rounds - 2, 0) if q.reading.has_clock else q.rounds
    places = q.n * comb(q.n - 1, q.k) << (q.n - 1)
    return places * (selecting * 2 * (1 << q.k) + 3 * q.rounds)


def check_size(question: Question, largest: int = LARGEST) -> None:
    """Raises `BadInput` for a question that is too large to be gone through."""
    if question.n > 64 or clauses_about(question) > largest:
        raise BadInput(
            f"{question} is too large",
            source="locality search",
            expected=f"about {largest} clauses at most",
        )


class Name(NamedTuple):
    """What a variable says; `text` has one character for each cell.

    visible  after round `number` the cell is visible on the way to the string `text`; for round
             1, in which F sees nothing, `text` is all `.`
    last     the cell is written after all others on the way to the string `text`
    F reads, p reads  the cells marked `x`, in the rounds named `number`
    F        where the cells read show `text` (`-`: not read), the cell is selected
    p        where the cells read show `text`, the cell is certainly `bit`
    """

    kind: str
    number: int
    cell: int
    text: str
    bit: int = 0


Value = int | bool
"""A literal, or a value that is known already."""


def negated(value: Value) -> Value:
    """The negation of a literal or of a known value."""
    return not value if isinstance(value, bool) else -value


class LocalParity:
    """The formula of a question: `names[v - 1]` says what variable v stands for.

    `clauses` is invariant under all renamings of the cells, and under flipping an even number of
    bits; `normal` has the clauses that this symmetry allows to add: the first string (0...0, if the
    parity is even) is one of those finished last, and its cells are written in their order.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.clauses: list[Clause] = []
        self.names: list[Name] = []
        self._number: dict[Name, int] = {}
        self._strings = ["".join(map(str, z)) for z in question.strings()]
        for z in self._strings:
            self._trace(z)
        for i in range(question.n):
            self._sets("F reads", i)
            self._sets("p reads", i)
            for t in range(1, question.rounds + 1):
                self._selects(t, i)
                self._writes(t, i)

    # --- names ---

    def variable(self, name: Name) -> int:
        """The variable of a name, new if there is none yet."""
        number = self._number.get(name)
        if number is None:
            self.names.append(name)
            number = self._number[name] = len(self.names)
        return number

    def visible(self, t: int, i: int, z: str) -> Value:
        """Whether cell i is visible after round t on the way to z."""
        if t in (0, self.question.rounds):
            return t > 0
        return self.variable(Name("visible", t, i, "." * len(z) if t == 1 else z))

    def _require(self, *values: Value) -> None:
        if not any(value is True for value in values):
            self.clauses.append(tuple(value for value in values if value is not False))

    # --- traces ---

    def _trace(self, z: str) -> None:
        """Visible cells stay visible, and one cell is written when all others are visible."""
        n, rounds = self.question.n, self.question.rounds
        last = [self.variable(Name("last", 0, i, z)) for i in range(n)]
        self._require(*last)
        for i, j in combinations(range(n), 2):
            self._require(-last[i], -last[j])
        for t in range(1, rounds + 1):
            before = [self.visible(t - 1, i, z) for i in range(n)]
            after = [self.visible(t, i, z) for i in range(n)]
            for i in range(n):
                self._require(negated(before[i]), after[i])
                for j in self.question.others(i):
                    self._require(-last[i], negated(after[i]), before[j])

    # --- F and p ---

    def _is_free(self, t: int) -> bool:
        """Where F reads nothing: in round 1, and in the last one, in which it selects all.

        With a round number only.
        """
        return self.question.reading.has_clock and t in (1, self.question.rounds)

    def reading_sets(self, kind: str, t: int, i: int) -> Iterator[tuple[tuple[int, ...], int]]:
        """The sets that a part may read in a round, each with its variable."""
        q = self.question
        for cells in combinations(q.others(i), q.k):
            text = "".join("x" if j in cells else "-" for j in range(q.n))
            yield cells, self.variable(Name(kind, q.set_name(t), i, text))

    def _sets(self, kind: str, i: int) -> None:
        q = self.question
        rounds = range(1, q.rounds + 1)
        needed = [t for t in rounds if kind == "p reads" or not self._is_free(t)]
        for t in {q.set_name(t): t for t in needed}.values():
            self._require(*(variable for _, variable in self.reading_sets(kind, t, i)))

    def _selects(self, t: int, i: int) -> None:
        """F_i is a table over what the cells that it reads show."""
        if self._is_free(t):
            return
        q = self.question
        for cells, reads in self.reading_sets("F reads", t, i):
            for z in self._strings:
                masked, after = self.visible(t - 1, i, z), self.visible(t, i, z)
                at = [self.visible(t - 1, j, z) for j in cells]
                for seen in product((False, True), repeat=q.k):
                    here = [-reads, masked]
                    here += [negated(v) if s else v for v, s in zip(at, seen, strict=True)]
                    if any(value is True for value in here):
                        continue
                    shown = {j: z[j] if s else "M" for j, s in zip(cells, seen, strict=True)}
                    text = "".join(shown.get(j, "-") for j in range(q.n))
                    selected = self.variable(Name("F", q.when(t), i, text))
                    self._require(*here, -selected, after)
                    self._require(*here, selected, negated(after))

    def _writes(self, t: int, i: int) -> None:
        """p_i is certain of what it writes last, and never else: a table, too.

        While a cell that is read is masked nothing is certain, so only tokens are told apart.
        """
        q = self.question
        for cells, reads in self.reading_sets("p reads", t, i):
            apart: set[str] = set()
            for z in self._strings:
                written = [-reads, self.visible(t - 1, i, z), negated(self.visible(t, i, z))]
                if any(value is True for value in written):
                    continue
                text = "".join(z[j] if j in cells else "-" for j in range(q.n))
                sure = [self.variable(Name("p", q.when(t), i, text, b)) for b in (0, 1)]
                if text not in apart:
                    apart.add(text)
                    self._require(-sure[0], -sure[1])
                last = self.variable(Name("last", 0, i, z))
                self._require(*written, -last, sure[int(z[i])])
                tokens = [negated(self.visible(t - 1, j, z)) for j in cells]
                for certain in sure:
                    self._require(*written, last, *tokens, -certain)

    # --- symmetry ---

    def normal(self) -> list[Clause]:
        """What may be required of the first string.

        Take a string that is finished last, number the cells in the order in which they are
        written on the way to it, and flip bits until it is the first one.
        """
        n, first = self.question.n, self._strings[0]
        own, self.clauses = self.clauses, []
        for t in range(1, self.question.rounds):
            for i in range(n - 1):
                self._require(negated(self.visible(t, i + 1, first)), self.visible(t, i, first))
            finished = self.visible(t, n - 1, first)
            for z in self._strings[1:]:
                for i in range(n):
                    self._require(negated(finished), self.visible(t, i, z))
        added, self.clauses = self.clauses, own
        return added

    def renamed(self, cells: Sequence[int], flipped: Sequence[int] = ()) -> list[int]:
        """Where each variable goes, at index v - 1: some bits flipped, then cell i is cells[i].

        Raises `KeyError` if the renaming leads to a name that no variable has.
        """
        swap = {"0": "1", "1": "0"}
        places = [cells.index(i) for i in range(len(cells))]
        return [
            self._number[
                Name(
                    name.kind,
                    name.number,
                    cells[name.cell],
                    "".join(
                        swap.get(name.text[j], name.text[j]) if j in flipped else name.text[j]
                        for j in places
                    ),
                    name.bit ^ (name.kind == "p" and name.cell in flipped),
                )
            ]
            for name in self.names
        ]

    def is_invariant(self, renaming: Sequence[int]) -> bool:
        """Whether the clauses, as sets, are mapped to one another by a renaming of variables."""
        image = [0, *renaming, *(-v for v in reversed(renaming))]
        mapped = {tuple(sorted(image[x] for x in clause)) for clause in self.clauses}
        return mapped == {tuple(sorted(clause)) for clause in self.clauses}

    def generators(self) -> Iterator[list[int]]:
        """Renamings of variables that generate all: a swap, a cycle, and two bits flipped."""
        n = self.question.n
        if n > 1:
            yield self.renamed([1, 0, *range(2, n)])
            yield self.renamed([*range(1, n), 0])
            yield self.renamed(range(n), (0, 1))

    def prefix(self, sizes: Sequence[int]) -> list[Clause]:
        """That so many cells of the first string are visible after rounds 1, 2, ...; as units.

        Together with `normal`: the cells 0, ..., m - 1 are visible then, and no others. Raises
        `BadInput` for more sizes than rounds before the last one.
        """
        n, first = self.question.n, self._strings[0]
        if len(sizes) >= self.question.rounds:
            raise BadInput(
                f"{len(sizes)} sizes for {self.question}",
                source="locality search",
                expected="one for each round but the last",
            )
        literals: list[Value] = []
        for t, size in enumerate(sizes, start=1):
            cells = [self.visible(t, i, first) for i in range(n)]
            literals += [v if i < size else negated(v) for i, v in enumerate(cells)]
        return [(int(literal),) for literal in literals]
