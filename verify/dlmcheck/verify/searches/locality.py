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

"Reads at most k tokens" has three readings, see `Reading`. (The question itself belongs to the
kernel, which checks refutations of it: `kernel.local_parity`.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.tokens import State, Token
from dlmcheck.verify.kernel.local_parity import Question, Reading, read_question
from dlmcheck.verify.kernel.local_policy import FAIR, LocalPolicy, Rule
from dlmcheck.verify.searches.propositional import Formula

__all__ = [
    "FAIR",
    "Clauses",
    "LocalPolicy",
    "Question",
    "Reading",
    "Rule",
    "contents",
    "opposite",
    "read_question",
]


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
