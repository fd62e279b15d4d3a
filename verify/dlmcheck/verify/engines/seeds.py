"""Looking for seeds that make a literal true: by simulation, then by Z3; making them small."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlmcheck.verify.engines.network import Key, Lit, Network, read
from dlmcheck.verify.engines.solver import Answer, Z3Solver

PATTERNS = 256
"""How many seeds one simulation tries at once."""


@dataclass(frozen=True)
class Found:
    """What a search for a seed came to.

    `ones` is the set of variables that are 1 (SAT), `by_simulation` says that no solver was
    needed.
    """

    answer: Answer
    ones: frozenset[Key] = frozenset()
    by_simulation: bool = False


def find_seed(
    network: Network, literals: Sequence[Lit], solver: Z3Solver, *, seed: int = 0
) -> Found:
    """A seed on which one of the literals is true, or UNSAT, or UNKNOWN.

    The seed is minimal: setting any one of its ones to zero makes every literal false.
    """
    if not literals:
        return Found(Answer.UNSAT)
    guess = simulate_for(network, literals, seed=seed)
    if guess is not None:
        return Found(Answer.SAT, minimise(network, literals, guess), by_simulation=True)
    reply = solver.satisfy([network.or_all(literals)])
    if reply.answer is Answer.SAT:
        return Found(Answer.SAT, minimise(network, literals, reply.ones))
    return Found(reply.answer)


def simulate_for(
    network: Network, literals: Sequence[Lit], *, seed: int = 0
) -> frozenset[Key] | None:
    """A seed on which one of the literals is true, among a fixed number of tries.

    The tries are the zero seed, the unit seeds (folded together where there are too many), and
    pseudorandom ones of growing density. Of those that succeed, one with fewest ones.
    """
    order = network.cone(literals)
    keys = [key for key in (network.key_of(2 * node) for node in order) if key is not None]
    patterns = _patterns(keys, random.Random(seed))
    values = network.simulate(order, patterns, PATTERNS)
    hits = 0
    for literal in literals:
        hits |= read(values, literal, PATTERNS)
    if not hits:
        return None
    tries = [j for j in range(PATTERNS) if hits >> j & 1]
    best = min(tries, key=lambda j: sum(word >> j & 1 for word in patterns.values()))
    return frozenset(key for key, word in patterns.items() if word >> best & 1)


def _patterns(keys: Sequence[Key], source: random.Random) -> dict[Key, int]:
    quarter = PATTERNS // 4
    patterns: dict[Key, int] = {}
    for number, key in enumerate(keys):
        unit = 1 << (1 + number % (quarter - 1))
        sparse = source.getrandbits(quarter) & source.getrandbits(quarter)
        even = source.getrandbits(2 * quarter)
        patterns[key] = unit | sparse << quarter | even << 2 * quarter
    return patterns


def random_seeds(keys: Sequence[Key], count: int, seed: int) -> list[frozenset[Key]]:
    """Pseudorandom seeds, each as its set of ones."""
    source = random.Random(seed)
    return [frozenset(key for key in keys if source.getrandbits(1)) for _ in range(count)]


def minimise(network: Network, literals: Sequence[Lit], ones: Iterable[Key]) -> frozenset[Key]:
    """A subset of the ones on which one of the literals is still true, minimal by inclusion.

    `ones` must make one of them true. Whole blocks are dropped first: in each pass all blocks of
    n, n/2, ..., 1 ones are tried at once, and the largest that can go goes.
    """
    order = network.cone(literals)
    present = set(network.support(literals))
    kept = sorted(key for key in ones if key in present)
    while kept:
        blocks = _blocks(len(kept))
        width = len(blocks)
        words = dict.fromkeys(kept, (1 << width) - 1)
        for j, (first, last) in enumerate(blocks):
            for key in kept[first:last]:
                words[key] &= ~(1 << j)
        values = network.simulate(order, words, width)
        hits = 0
        for literal in literals:
            hits |= read(values, literal, width)
        if not hits:
            break
        first, last = blocks[(hits & -hits).bit_length() - 1]
        kept = kept[:first] + kept[last:]
    return frozenset(kept)


def _blocks(count: int) -> list[tuple[int, int]]:
    """Intervals of `count` things, the large ones first, down to the single ones."""
    blocks: list[tuple[int, int]] = []
    size = count
    while True:
        blocks += [(first, min(first + size, count)) for first in range(0, count, size)]
        if size == 1:
            return blocks
        size = (size + 1) // 2
