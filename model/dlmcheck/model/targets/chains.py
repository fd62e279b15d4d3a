"""Markov chains, hidden Markov chains, and independent blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod

from dlmcheck.model.targets.exact import (
    Exact,
    TokenLaw,
    exact,
    law_of_row,
    require,
    require_room,
)
from dlmcheck.model.targets.recurrences import next_weights, two_state_rows
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import HALF, Law, product_law

Rows = Sequence[Sequence[Exact]]


def markov_chain(n: int, start: Sequence[Exact], transition: Rows) -> TokenLaw:
    """The first n steps of a Markov chain on the tokens 0, ..., q-1.

    `start[a]` is the probability that the first token is a, `transition[a][b]` that b follows a;
    shapes (q,) and (q, q). Raises `BadInput` for other shapes, `BadProbability` or
    `UnnormalisedLaw` if a row is no law.

    >>> markov_chain(2, [1, 0], [[HALF, HALF], [0, 1]])
    Law({(0, 0): 1/2, (0, 1): 1/2})
    """
    identity = [[int(a == b) for b in range(len(start))] for a in range(len(start))]
    return hidden_markov(n, start, transition, identity)


def flip_chain(n: int, flip: Exact, first_one: Exact = HALF) -> TokenLaw:
    """The symmetric chain on two tokens: each differs from the one before with probability `flip`.

    `first_one` is the probability that the first token is 1.
    """
    change, first = exact(flip), exact(first_one)
    return markov_chain(n, [1 - first, first], two_state_rows(Fraction(1), change, change))


def hidden_markov(n: int, start: Sequence[Exact], transition: Rows, emission: Rows) -> TokenLaw:
    """n tokens, each emitted by the state of a Markov chain that is not seen.

    `start` and `transition` are a chain on s states as in `markov_chain`; `emission[a][t]` is the
    probability that state a emits token t; shape (s, q). Raises as `markov_chain` does.
    """
    require(n, 1, "length")
    states = len(start)
    _shape(transition, states, states, "transition")
    _shape(emission, states, len(emission[0]) if emission else 0, "emission")
    first = _row(start)
    steps = [_row(row) for row in transition]
    tokens = [_row(row) for row in emission]
    # By string: for each state the weight of having emitted that string and being there.
    weights: dict[tuple[int, ...], list[Fraction]] = {(): first}
    for place in range(n):
        longer: dict[tuple[int, ...], list[Fraction]] = {}
        for string, before in weights.items():
            states_now = next_weights(before, steps) if place else before
            for token in range(len(tokens[0])):
                found = [w * row[token] for w, row in zip(states_now, tokens, strict=True)]
                if any(found):
                    longer[(*string, token)] = found
        weights = longer
        require_room(len(weights), n)
    return Law({string: sum(weights[string], Fraction(0)) for string in sorted(weights)})


def _row(row: Sequence[Exact]) -> list[Fraction]:
    law = law_of_row(list(row))
    return [law[token] for token in range(len(row))]


def noisy_chain(n: int, flip: Exact, noise: Exact) -> TokenLaw:
    """`flip_chain(n, flip)` with each token flipped independently with probability `noise`."""
    change, error = exact(flip), exact(noise)
    rows = two_state_rows(Fraction(1), change, change)
    return hidden_markov(n, [HALF, HALF], rows, [[1 - error, error], [error, 1 - error]])


def _shape(rows: Rows, height: int, width: int, what: str) -> None:
    if not rows or len(rows) != height or any(len(row) != width for row in rows):
        found = f"{len(rows)} rows of {sorted({len(row) for row in rows})} entries"
        raise BadInput(
            f"{what}: {found}", source="target", expected=f"{height} rows of {width} entries"
        )


def blocks(parts: Iterable[TokenLaw]) -> TokenLaw:
    """Independent blocks side by side: the law of the strings joined, in the order given.

    >>> from dlmcheck.model.targets.strings import repetition
    >>> sorted(blocks([repetition(2), repetition(1)]))
    [(0, 0, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1)]
    """
    listed = list(parts)
    require(len(listed), 1, "number of blocks")
    require_room(prod(len(p) for p in listed), sum(len(next(iter(p))) for p in listed))
    return product_law(listed).map(lambda strings: tuple(token for s in strings for token in s))
