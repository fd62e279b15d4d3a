"""Exact laws of a few literals of a network, by going through all values of their coins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from dlmcheck.verify.engines.network import Key, Lit, Network, read

BLOCK = 14
"""Seeds are simulated 2^BLOCK at a time."""

Outcome = tuple[int, ...]


def exact_law(network: Network, literals: Sequence[Lit]) -> dict[Outcome, Fraction]:
    """The joint law of some literals under fair, independent variables.

    Exponential in the number of variables in their cone.

    >>> n = Network()
    >>> a, b = n.variable(("a", 0, 0)), n.variable(("b", 0, 0))
    >>> exact_law(n, [n.and_(a, b)])
    {(0,): Fraction(3, 4), (1,): Fraction(1, 4)}
    """
    order = network.cone(literals)
    keys = network.support(literals)
    counts: Counter[str] = Counter()
    width = 1 << min(len(keys), BLOCK)
    for words in _blocks(keys, width):
        values = network.simulate(order, words, width)
        columns = [format(read(values, literal, width), f"0{width}b") for literal in literals]
        rows = map("".join, zip(*columns, strict=True)) if columns else [""] * width
        counts.update(rows)
    return {tuple(map(int, row)): Fraction(counts[row], 1 << len(keys)) for row in sorted(counts)}


def _blocks(keys: Sequence[Key], width: int) -> Iterator[dict[Key, int]]:
    """Words for all seeds, `width` at a time: the first keys vary inside a word."""
    mask = (1 << width) - 1
    inner = width.bit_length() - 1
    words: dict[Key, int] = {}
    for j, key in enumerate(keys[:inner]):
        period = 1 << (j + 1)
        ones = ((1 << (period // 2)) - 1) << (period // 2)
        words[key] = ones * (mask // ((1 << period) - 1))
    outer = keys[inner:]
    for number in range(1 << len(outer)):
        yield words | {key: mask * (number >> j & 1) for j, key in enumerate(outer)}


def work(network: Network, literals: Sequence[Lit]) -> int:
    """How many node values `exact_law` has to compute."""
    return len(network.cone(literals)) << len(network.support(literals))


def largest_gap(
    one: dict[Outcome, Fraction], two: dict[Outcome, Fraction]
) -> tuple[Outcome, Fraction, Fraction] | None:
    """The outcome whose probabilities differ most (the least such), with both; None if equal."""
    zero = Fraction(0)
    gaps = [
        (-abs(one.get(outcome, zero) - two.get(outcome, zero)), outcome)
        for outcome in one.keys() | two.keys()
    ]
    gap, outcome = min(gaps)
    return (outcome, one.get(outcome, zero), two.get(outcome, zero)) if gap else None
