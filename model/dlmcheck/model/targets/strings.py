"""Targets on bit strings that are given by a property of the string.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 4, for D_n, the uniform law on strings of even
parity; the others are the usual test cases for how many rounds a sampler needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations, product
from math import comb, factorial, prod

from dlmcheck.model.targets.exact import Exact, TokenLaw, exact, require, require_room
from dlmcheck.model.targets.recurrences import parity_weights
from dlmcheck.spec import law as laws
from dlmcheck.spec.errors import BadProbability
from dlmcheck.spec.law import Law


def uniform(n: int) -> TokenLaw:
    """All 2^n bit strings, equally likely. n >= 1."""
    require(n, 1, "length")
    require_room(1 << n, n)
    return laws.uniform(product((0, 1), repeat=n))


def product_bits(ones: Sequence[Exact]) -> TokenLaw:
    """Independent bits; `ones[i]` is the probability that bit i is 1.

    Raises `BadProbability` for a number that is no exact probability.
    """
    require(len(ones), 1, "length")
    require_room(1 << len(ones), len(ones))
    return laws.product_law(laws.bernoulli(exact(p)) for p in ones)


def even_parity(n: int) -> TokenLaw:
    """D_n: the 2^(n-1) strings with an even number of ones, equally likely. n >= 1.

    >>> sorted(even_parity(2))
    [(0, 0), (1, 1)]
    """
    return laws.uniform(_of_parity(n, 0))


def odd_parity(n: int) -> TokenLaw:
    """The 2^(n-1) strings with an odd number of ones, equally likely. n >= 1."""
    return laws.uniform(_of_parity(n, 1))


def _of_parity(n: int, parity: int) -> Iterator[tuple[int, ...]]:
    require(n, 1, "length")
    require_room(1 << (n - 1), n)
    for rest in product((0, 1), repeat=n - 1):
        yield (*rest, (sum(rest) + parity) % 2)


def tilted_even_parity(weights: Sequence[Exact]) -> TokenLaw:
    """Even strings with P(x) proportional to the product of `weights[i]` over the ones of x.

    The weights are positive odds, one for each position; all equal to 1 gives `even_parity`.
    Raises `BadProbability` for a weight that is not positive or not exact.
    """
    odds = [exact(weight) for weight in weights]
    for weight in odds:
        if weight <= 0:
            raise BadProbability(f"weight {weight}", source="target", expected="a positive number")
    strings = list(_of_parity(len(odds), 0))
    masses = [
        prod((odds[i] for i, bit in enumerate(string) if bit), start=Fraction(1))
        for string in strings
    ]
    total, _ = parity_weights(odds)
    return Law({x: mass / total for x, mass in zip(strings, masses, strict=True)})


def one_hot(n: int) -> TokenLaw:
    """The n strings with exactly one 1, equally likely. n >= 1."""
    return fixed_weight(n, 1)


def fixed_weight(n: int, k: int) -> TokenLaw:
    """The strings of length n with exactly k ones, equally likely. n >= 1, 0 <= k <= n.

    >>> len(fixed_weight(4, 2))
    6
    """
    require(n, 1, "length")
    require(k, 0, "weight")
    require(n - k, 0, "length minus weight")
    require_room(comb(n, k), n)
    return laws.uniform(
        tuple(int(i in chosen) for i in range(n)) for chosen in combinations(range(n), k)
    )


def repetition(n: int) -> TokenLaw:
    """All zeros or all ones, equally likely: one fair bit, copied. n >= 1."""
    require(n, 1, "length")
    return laws.uniform([(0,) * n, (1,) * n])


def permutation_matrices(m: int) -> TokenLaw:
    """The m! permutation matrices as m * m bits, row by row, equally likely. m >= 1."""
    require(m, 1, "number of rows")
    require_room(factorial(min(m, 20)), m * m)
    return laws.uniform(
        tuple(int(column == there) for there in order for column in range(m))
        for order in permutations(range(m))
    )
