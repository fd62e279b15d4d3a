"""A program that makes random choices, run once per path: the exact law of what it returns.

The program is handed a `Choices` object in place of a source of randomness. Whatever it asks for
is answered by every outcome of positive probability in turn, each time in a run of its own. So
the program must be reproducible: given the same answers it must ask the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import TypeVar

from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.law import ONE, Law

T = TypeVar("T", bound=Hashable)
U = TypeVar("U", bound=Hashable)


class NotReproducible(DlmcheckError):
    """Run again with the same answers, a program asked something else; `question` is its number."""

    def __init__(self, question: int) -> None:
        self.question = question
        super().__init__(
            f"question {question} differs between two runs with the same answers before it: "
            "the program has randomness or state of its own"
        )


class TooManyChoices(DlmcheckError):
    """One run asked more questions than are allowed; `limit` is their number."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"a run makes more than {limit} random choices: it may not terminate")


class Choices:
    """Answers the random choices of one run, and notes what else could have been answered."""

    def __init__(self, path: list[tuple[Hashable, Law[Hashable]]], limit: int) -> None:
        self._path = path
        self._limit = limit
        self._next = 0
        self.weight = ONE

    def choose(self, law: Law[T]) -> T:
        """An outcome of the law. Raises `NotReproducible`, `TooManyChoices`."""
        # The path holds answers of many types; that this one's law is the law asked for, so that
        # the answer has its type, is what the comparison below finds out. No checker can see it.
        position = self._next
        self._next += 1
        if position == len(self._path):
            if position == self._limit:
                raise TooManyChoices(self._limit)
            self._path.append((next(iter(law)), law))  # type: ignore[arg-type]
        answer, asked = self._path[position]
        if asked != law:
            raise NotReproducible(position + 1)
        self.weight *= law[answer]  # type: ignore[index]
        return answer  # type: ignore[return-value]

    def again(self, start: int) -> Choices:
        """The same answers once more, from question `start` on (0 is the first)."""
        return Choices(self._path[start:], self._limit)

    @property
    def given(self) -> int:
        """How many answers are given, asked for or not."""
        return len(self._path)

    @property
    def asked(self) -> int:
        """How many choices the run has made so far."""
        return self._next


def explore(program: Callable[[Choices], T], limit: int = 10_000) -> Law[T]:
    """The exact law of what a program returns: the sum over all paths of its choices.

    `limit` bounds the choices of one run. Raises `NotReproducible`, `TooManyChoices`, and
    whatever the program raises on some path.

    >>> from dlmcheck.spec.law import bernoulli
    >>> coin = bernoulli(Fraction(1, 2))
    >>> explore(lambda c: c.choose(coin) + c.choose(coin))
    Law({0: 1/4, 1: 1/2, 2: 1/4})
    """
    weights: dict[T, Fraction] = {}
    path: list[tuple[Hashable, Law[Hashable]]] = []
    while True:
        choices = Choices(path, limit)
        result = program(choices)
        if choices.asked < len(path):
            raise NotReproducible(choices.asked + 1)
        weights[result] = weights.get(result, Fraction(0)) + choices.weight
        # Backtrack: the last choice that has an outcome left gets the next one.
        while path:
            answer, law = path.pop()
            outcomes = list(law)
            following = outcomes.index(answer) + 1
            if following < len(outcomes):
                path.append((outcomes[following], law))
                break
        else:
            return Law(weights)
