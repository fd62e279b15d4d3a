"""Even parity by a local write-once sampler: what is asked, and what a policy that answers it is.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, in its locality form. Write-once, L = n,
F deterministic; every p_i and every F_i reads at most k tokens beside its own mask status. In how
few rounds can the uniform law on the strings of even parity be sampled? For small n and k that is
a finite question once it is known which probabilities can occur:

*Rigidity* (`model.reductions.rigidity`). A state that is reached is the event "the string agrees
with what is visible", because F is deterministic and no token ever changes. So p_i(. | x) is there
the conditional law of bit i: fair while another cell is masked, else the one value that makes the
parity right. Real probabilities give nothing more, and D rounds of a sampler are a finite object:
which cells F selects in which state, and which three-valued choice (0, 1, fair) p_i makes there.

"Reads at most k tokens" has three readings, see `Reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from itertools import product

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.tokens import State, Token
from dlmcheck.verify.searches.propositional import Formula

FAIR = 2
"""The choice of p_i that is neither certainly 0 nor certainly 1."""


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


@dataclass(frozen=True)
class Rule:
    """A function of the tokens of a few cells: a default, and the contents where it differs."""

    reads: tuple[int, ...]
    table: Mapping[State, int]
    default: int = 0

    def __call__(self, state: State) -> int:
        """The value in a state."""
        return self.table.get(tuple(state[j] for j in self.reads), self.default)


@dataclass(frozen=True)
class LocalPolicy:
    """F and p of a sampler by local rules, for the cells that are masked.

    `select` and `write` map (cell, `Question.when(round)`) to a rule; a cell is selected where its
    rule is 1, and written by 0, 1 or `FAIR`.
    """

    question: Question
    select: Mapping[tuple[int, int], Rule]
    write: Mapping[tuple[int, int], Rule]


@dataclass
class Clauses(Formula):
    """A formula whose clauses know which part of the meaning they belong to."""

    part: str = ""
    parts: list[str] = field(default_factory=list[str])

    def add(self, *literals: int) -> None:
        """Require that one of the literals holds; belongs to the current part."""
        super().add(*literals)
        self.parts.append(self.part)

    def require(self, *literals: int | bool) -> None:
        """The same, where some literals may be known already."""
        if not any(literal is True for literal in literals):
            self.add(*(literal for literal in literals if literal is not False))

    def without(self, part: str) -> Formula:
        """The formula without one of its parts. Raises `BadInput` if there is none of that name."""
        if part not in self.parts:
            raise BadInput(f"no part {part!r}", source="locality search")
        kept = [c for c, name in zip(self.clauses, self.parts, strict=True) if name != part]
        return Formula(self.variables, kept)


def opposite(literal: int | bool) -> int | bool:
    """The negation of a literal or of a known value."""
    return not literal if isinstance(literal, bool) else -literal


def contents(width: int, tokens: tuple[Token, ...]) -> Iterator[State]:
    """All fillings of so many cells."""
    return product(tokens, repeat=width)
