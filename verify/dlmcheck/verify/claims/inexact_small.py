"""The exact trade-off for small n: rounds against distance to even parity, both bounds attained.

Source: note T4.5-ERROR, with the proofs. One round samples product laws, whatever the predictor
may read. Two rounds in which a later cell reads one earlier token sample, on three cells, a tree:
one cell and two that read it, or two cells and one that reads one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import comb

from dlmcheck.model.targets import even_parity
from dlmcheck.model.targets.parity_error import (
    integer_root,
    reaches_one_round_bound,
    reaches_two_round_bound,
)
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, product_law, total_variation
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.parity_samplers import sizes
from dlmcheck.verify.claims.registry import Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails

GRIDS = {2: 24, 3: 12, 4: 8, 5: 6, 6: 4}
"""For each n the probabilities of a product law are multiples of 1 over this."""
TREE_GRID = 6
CLOSE = Fraction(1, 1 << 20)

ONE_ROUND = "one round: the distance is at least (1 - (2^(1/n) - 1)^n) / 2"
ONE_ATTAINED = "a product law comes within 2^-20 of that"
TWO_ROUNDS = "three bits, two rounds, one token read: the distance is at least (sqrt(3) - 1) / 2"
TWO_ATTAINED = "a sampler of two rounds comes within 2^-20 of that"


def _numbers(text: str) -> tuple[int, ...]:
    words = text.split()
    if not words or not all(word.isdigit() for word in words):
        raise BadInput(f"{text!r} is no list of numbers", source="witness", expected="numbers")
    return tuple(map(int, words))


def _text(numbers: tuple[int, ...]) -> str:
    return " ".join(map(str, numbers))


# --- one round ---------------------------------------------------------------------------------

Product = tuple[int, ...]
"""Numerators of P(1), in order of size: the order of the bits does not matter to D_n."""


def _products() -> Iterator[Product]:
    for n, grid in GRIDS.items():
        yield from combinations_with_replacement(range(grid + 1), n)


def _is_product(numbers: Product) -> bool:
    grid = GRIDS.get(len(numbers), -1)
    return list(numbers) == sorted(numbers) and all(0 <= x <= grid for x in numbers)


def product_of(numbers: Product) -> Law[State]:
    """The product law of some independent bits."""
    return product_law(bernoulli(Fraction(x, GRIDS[len(numbers)])) for x in numbers)


def _one_round_is_far(numbers: Product) -> Outcome:
    n = len(numbers)
    distance = total_variation(product_of(numbers), even_parity(n))
    return HOLDS if reaches_one_round_bound(n, distance) else fails(f"n = {n}: {distance}")


def _one_round(_: Profile) -> Sweep[Product, Product]:
    domain = Domain(
        "laws of n independent bits, up to order, n = 2 to 6, probabilities on a grid",
        sum(comb(grid + n, n) for n, grid in GRIDS.items()),
        _products,
        _is_product,
        _text,
        _numbers,
    )
    return Sweep(domain, lambda numbers: numbers, {ONE_ROUND: _one_round_is_far})


def near_one_round(n: int) -> Law[State]:
    """Independent bits that are 0 with a probability just above 2^(1/n) / 2."""
    bits = 32
    zero = Fraction(integer_root(2 << bits * n, n) + 1, 2 << bits)
    return product_law([bernoulli(1 - zero)] * n)


def _one_round_attained(n: int) -> Outcome:
    distance = total_variation(near_one_round(n), even_parity(n))
    near = not reaches_one_round_bound(n, distance - CLOSE)
    return HOLDS if near and reaches_one_round_bound(n, distance) else fails(f"n = {n}: {distance}")


# --- three bits, two rounds --------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """Three cells: the first `roots` in round 1, the others in round 2, each reading the first.

    `ones` has the chances of a 1 in multiples of 1/TREE_GRID: one for each cell of round 1, two for
    each later one (after a 0, after a 1).
    """

    roots: int
    ones: tuple[int, ...]

    @property
    def chances(self) -> tuple[Fraction, ...]:
        """The chances as they are."""
        return tuple(Fraction(x, TREE_GRID) for x in self.ones)


def tree_law(roots: int, chances: tuple[Fraction, ...]) -> Law[State]:
    """The law of three cells, given the chances of a 1 as in `Tree`."""
    weights: dict[State, Fraction] = {}
    for z in product((0, 1), repeat=3):
        weight = Fraction(1)
        for cell, bit in enumerate(z):
            one = chances[cell] if cell < roots else chances[2 * cell - roots + z[0]]
            weight *= one if bit else 1 - one
        weights[z] = weight
    return Law({z: weight for z, weight in weights.items() if weight})


def _trees() -> Iterator[Tree]:
    steps = range(TREE_GRID + 1)
    pairs = list(product(steps, repeat=2))
    for root in steps:
        for one, two in combinations_with_replacement(pairs, 2):
            yield Tree(1, (root, *one, *two))
    for first, second, child in product(steps, steps, pairs):
        yield Tree(2, (first, second, *child))


def _is_tree(tree: Tree) -> bool:
    if (tree.roots, len(tree.ones)) not in ((1, 5), (2, 4)):
        return False
    if not all(0 <= x <= TREE_GRID for x in tree.ones):
        return False
    return tree.roots == 2 or tree.ones[1:3] <= tree.ones[3:5]


def _read_tree(text: str) -> Tree:
    roots, *ones = _numbers(text)
    return Tree(roots, tuple(ones))


def _two_rounds_are_far(tree: Tree) -> Outcome:
    distance = total_variation(tree_law(tree.roots, tree.chances), even_parity(3))
    return HOLDS if reaches_two_round_bound(distance) else fails(f"distance {distance}")


def _two_rounds(_: Profile) -> Sweep[Tree, Tree]:
    pairs = (TREE_GRID + 1) ** 2
    domain = Domain(
        f"samplers of three cells in two rounds, one token read, steps of 1/{TREE_GRID}",
        (TREE_GRID + 1) * pairs * (pairs + 1) // 2 + pairs * pairs,
        _trees,
        _is_tree,
        lambda tree: _text((tree.roots, *tree.ones)),
        _read_tree,
    )
    return Sweep(domain, lambda tree: tree, {TWO_ROUNDS: _two_rounds_are_far})


def near_two_rounds() -> Law[State]:
    """The first bit is 0 with 1/4, and 00 follows; after a 1 the next is 1 and the last 0 with
    about 1/sqrt(3) each, independently.
    """
    bits = 32
    third = Fraction(integer_root((1 << 2 * bits) // 3, 2), 1 << bits)
    return tree_law(1, (Fraction(3, 4), Fraction(0), third, Fraction(0), 1 - third))


def _two_rounds_attained(_: int) -> Outcome:
    distance = total_variation(near_two_rounds(), even_parity(3))
    near = not reaches_two_round_bound(distance - CLOSE)
    return HOLDS if near and reaches_two_round_bound(distance) else fails(f"distance {distance}")


def _attained(_: Profile) -> Sweep[int, int]:
    return Sweep(sizes("D_n", 2, 8), lambda n: n, {ONE_ATTAINED: _one_round_attained})


def _attained_two(_: Profile) -> Sweep[int, int]:
    return Sweep(sizes("D_n", 3, 3), lambda n: n, {TWO_ATTAINED: _two_rounds_attained})


JOBS = (
    SweepJob("inexact-one-round", _one_round, split=1),
    SweepJob("inexact-attained", _attained, split=1),
    SweepJob("inexact-two-rounds", _two_rounds, split=1),
    SweepJob("inexact-two-attained", _attained_two, split=1),
)


def rows(claim: str) -> tuple[Row, ...]:
    """The rows of the trade-off, for the claim that they belong to."""
    listed = (
        (
            "one-round",
            "n >= 2, one round, any product law: distance at least (1 - (2^(1/n) - 1)^n) / 2",
            "inexact-one-round",
            ONE_ROUND,
        ),
        (
            "one-round,attained",
            "that is the infimum: some product law comes within 2^-20 of it",
            "inexact-attained",
            ONE_ATTAINED,
        ),
        (
            "n=3,two-rounds",
            "n = 3, k = 1, two rounds: the distance to D_3 is at least (sqrt(3) - 1) / 2",
            "inexact-two-rounds",
            TWO_ROUNDS,
        ),
        (
            "n=3,two-rounds,attained",
            "that is the infimum: some sampler comes within 2^-20 of it",
            "inexact-two-attained",
            TWO_ATTAINED,
        ),
    )
    return tuple(
        Row(claim, reading, says, (Road(job, statement, REFERENCE),))
        for reading, says, job, statement in listed
    )
