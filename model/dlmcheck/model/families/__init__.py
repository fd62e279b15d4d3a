"""Circuit families of any size, each with its size and depth as formulas.

`FAMILIES` lists them by name with one size parameter each, for tables over growing circuits.
Every family is a sampler: its last parameter says which inputs are fair coins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dlmcheck.model.families.arithmetic import (
    comparator,
    kogge_stone_adder,
    kogge_stone_depth,
    kogge_stone_size,
    ripple_carry_adder,
)
from dlmcheck.model.families.inputs import (
    RandomChoice,
    mark_random,
    named_inputs,
    require,
)
from dlmcheck.model.families.layered_random import block_layers, random_layered
from dlmcheck.model.families.parity import even_strings, parity_chain, parity_tree
from dlmcheck.model.families.selection import barrel_shifter, decoder, multiplexer
from dlmcheck.model.families.sorting import (
    comparators,
    majority,
    majority_grid,
    sorting_depth,
    sorting_network,
    threshold,
    threshold_grid,
)
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit

__all__ = [
    "FAMILIES",
    "Family",
    "RandomChoice",
    "barrel_shifter",
    "block_layers",
    "comparator",
    "comparators",
    "decoder",
    "even_strings",
    "kogge_stone_adder",
    "majority",
    "majority_grid",
    "mark_random",
    "multiplexer",
    "named_inputs",
    "parity_chain",
    "parity_tree",
    "random_layered",
    "ripple_carry_adder",
    "sorting_depth",
    "sorting_network",
    "threshold",
    "threshold_grid",
]


@dataclass(frozen=True)
class Family:
    """A family of circuits with one size parameter n >= `least`.

    `size` (in nodes, inputs included) and `depth` (in gates) are formulas, not measurements:
    exact where `exact_size` and `exact_depth` say so, else upper bounds. Call a family to build a
    member.

    >>> FAMILIES["parity-tree"](5).output_names
    ('parity',)
    """

    name: str
    summary: str
    least: int
    build: Callable[[int, RandomChoice], Circuit]
    size: Callable[[int], int]
    depth: Callable[[int], int]
    exact_size: bool = True
    exact_depth: bool = True

    def __call__(self, n: int, random: RandomChoice = True) -> Circuit:
        """The member of size n. Raises `BadCircuit` if n is too small."""
        return self.build(n, random)


def _random_square(n: int, random: RandomChoice) -> Circuit:
    require(n, 1, "random-layered")
    return mark_random(random_layered(n, 0, n, n, n), random)


def _grid_size(n: int) -> int:
    k = n // 2 + 1
    return 2 * n - 1 + 2 * (k - 1) * (n - k)


def _grid_depth(n: int) -> int:
    k = n // 2 + 1
    return n - 1 if k == n else n - k + 2 * (k - 1)


_ALL = (
    Family(
        "parity-chain",
        "xor of n bits, one after the other",
        1,
        parity_chain,
        lambda n: 2 * n - 1,
        lambda n: n - 1,
    ),
    Family(
        "parity-tree",
        "xor of n bits, balanced",
        1,
        parity_tree,
        lambda n: 2 * n - 1,
        ceil_log2,
    ),
    Family(
        "even-strings",
        "n bits of even parity from n - 1 bits, depth one",
        2,
        even_strings,
        lambda n: 2 * n - 1,
        lambda n: 1,
    ),
    Family(
        "ripple-adder",
        "sum of two n-bit numbers, carry by carry",
        1,
        ripple_carry_adder,
        lambda n: 7 * n - 3,
        lambda n: 2 * n - 1,
    ),
    Family(
        "prefix-adder",
        "sum of two n-bit numbers, Kogge-Stone",
        1,
        kogge_stone_adder,
        kogge_stone_size,
        kogge_stone_depth,
    ),
    Family(
        "comparator",
        "less and equal for two n-bit numbers",
        1,
        comparator,
        lambda n: 7 * n - 3,
        lambda n: 2 * ceil_log2(n) + 1,
    ),
    Family(
        "multiplexer",
        "one of 2^n bits by an n-bit address",
        0,
        multiplexer,
        lambda n: 2**n + n + 3 * (2**n - 1),
        lambda n: 2 * n,
    ),
    Family(
        "decoder",
        "the one-hot code of an n-bit address",
        1,
        decoder,
        lambda n: 2**n + n,
        lambda n: 1,
    ),
    Family(
        "barrel-shifter",
        "n bits rotated by an address",
        1,
        barrel_shifter,
        lambda n: n + ceil_log2(n) + 3 * n * ceil_log2(n),
        lambda n: 2 * ceil_log2(n),
    ),
    Family(
        "sorting-network",
        "n bits sorted, Batcher's odd-even merge",
        1,
        sorting_network,
        lambda n: n + 2 * comparators(n),
        sorting_depth,
        exact_depth=False,
    ),
    Family(
        "majority",
        "more than half of n bits, from the sorting network",
        1,
        majority,
        lambda n: n + 2 * comparators(n),
        sorting_depth,
        exact_size=False,
        exact_depth=False,
    ),
    Family(
        "majority-grid",
        "more than half of n bits, by counting along",
        1,
        majority_grid,
        _grid_size,
        _grid_depth,
    ),
    Family(
        "random-layered",
        "a random circuit of n layers of n gates over n inputs (seed n)",
        1,
        _random_square,
        lambda n: n + n * n,
        lambda n: n,
        exact_depth=False,
    ),
)

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ALL})
"""All families by name."""
