"""Even parity in three rounds when the round number is known: n <= 2k + 1, and no more.

Source: the note T4.5-LOCAL, "Three rounds". The sampler: round 1 writes all cells but two; round 2
writes one of these two, and which one tells the parity of the first k cells; round 3 writes the
other one, by reading all the rest.
"""

from __future__ import annotations

from itertools import product

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.tokens import State
from dlmcheck.verify.searches.locality import FAIR, LocalPolicy, Question, Reading, Rule

ROUNDS = 3


def longest_in_three(tokens: int) -> int:
    """The largest n for which three rounds are enough: 2k + 1.

    >>> [longest_in_three(k) for k in (0, 1, 2, 3)]
    [1, 3, 5, 7]
    """
    return 2 * tokens + 1


def three_round_policy(n: int, tokens: int, reading: Reading = Reading.ONE_SET) -> LocalPolicy:
    """The sampler for 3 <= n <= 2k + 1. Raises `BadInput` for other n, and without a clock."""
    question = Question(n, tokens, ROUNDS, reading)
    if not (reading.has_clock and 3 <= n <= longest_in_three(tokens)):
        raise BadInput(
            f"{question}", source="three rounds", expected="a clock and 3 <= n <= 2k + 1"
        )
    told = tuple(range(min(tokens, n - 2)))
    pair = (n - 2, n - 1)
    select = {(i, w): Rule((), {(): int(w == ROUNDS)}) for i in range(n) for w in (1, 2, 3)}
    write = {(i, w): Rule((), {}, FAIR) for i in range(n) for w in (1, 2, 3)}
    for i in range(n - 2):
        select[i, 1] = Rule((), {(): 1})
    for kept in (0, 1):
        # With the cell that is written in round 2 goes the parity of what was told.
        select[pair[1 - kept], 2] = Rule(told, _by_parity(len(told), kept, 1, 0))
        rest = (*range(len(told), n - 2), pair[1 - kept])
        # The cell that is kept shows that the parity is `kept`: its token makes the sum even.
        write[pair[kept], 3] = Rule(rest, _by_parity(len(rest), kept, 0, 1), FAIR)
    return LocalPolicy(question, select, write)


def _by_parity(width: int, parity: int, same: int, other: int) -> dict[State, int]:
    """A table over so many bits: one value where their parity is the given one."""
    return {
        content: same if sum(content) % 2 == parity else other
        for content in product((0, 1), repeat=width)
    }
