"""Random targets of a few bits: with zeros, dyadic and not, and mixtures of product laws."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State

F = Fraction


def random_targets(count: int, seed: int, most: int = 4) -> Iterator[Law[State]]:
    """`count` laws on 1 to `most` bits, each of one of five kinds in turn."""
    rng = random.Random(seed)
    for number in range(count):
        n = most if number % 6 == 0 else rng.randint(1, min(3, most))
        strings: list[State] = list(product((0, 1), repeat=n))
        weights: list[Fraction] = [F(0)]
        while not sum(weights):
            weights = _weights(rng, number % 5, strings)
        total = sum(weights, F(0))
        yield Law({x: weight / total for x, weight in zip(strings, weights, strict=True)})


def _weights(rng: random.Random, kind: int, strings: list[State]) -> list[Fraction]:
    if kind == 0:
        return [F(rng.randrange(3)) for _ in strings]
    if kind == 1:
        return [F(rng.choice((0, 1, 1))) for _ in strings]
    if kind == 2:
        # Far beyond 31 bits: the tables are kept modulo primes.
        return [F(rng.randrange(2**40)) for _ in strings]
    if kind == 3:
        # Dyadic: the first string takes what is missing to a power of two.
        listed = [rng.randrange(4) for _ in strings[1:]]
        return [F(2 ** (2 * len(strings[0]) + 1) - sum(listed)), *map(F, listed)]
    found = [F(0) for _ in strings]
    for _ in range(rng.choice((1, 2))):
        ones = [rng.choice((F(0), F(1, 2), F(1), F(1, 3))) for _ in strings[0]]
        for place, string in enumerate(strings):
            mass = F(1)
            for p, bit in zip(ones, string, strict=True):
                mass *= p if bit else 1 - p
            found[place] += mass
    return found
