"""Any law on at most four bits in two rounds of revision: a tree over the prefixes.

Source: the dimension count of the public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026),
which bounds what two rounds can do from above; this sampler shows that the count is met. Round 1
writes independent cells, each of which is a node of a tree whose leaves are the prefixes
z_1 ... z_(n-1); round 2 walks down the tree, writes the prefix, and draws z_n given it. With two
tokens n cells have n + 1 leaves, enough for 2^(n-1) prefixes if n <= 3; with M as a third
symbol 2n + 1, enough if n <= 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import Law, bernoulli, certain
from dlmcheck.spec.policies import DeterministicUnmasking, Round
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.tokens import MASK, State, Token

SYMBOLS: tuple[Token, ...] = (0, 1, MASK)
"""What a cell may show after round 1; M only where revision may write it."""


@dataclass(frozen=True)
class Node:
    """A node: the cell that it is, and per symbol the node or prefix (a number) that follows."""

    cell: int
    branches: tuple[Node | int, ...]


def prefix_tree(n: int, symbols: int) -> Node | int:
    """The tree on n cells with the given number of symbols, 2 or 3, and a leaf for each prefix.

    The root's subtrees are filled in turn; a tree for a single prefix is a leaf. Raises
    `BadPoint` if there are not enough cells.
    """
    wanted = 1 << (n - 1)
    if n < 1 or 1 + n * (symbols - 1) < wanted:
        raise BadPoint(
            f"{wanted} prefixes on {n} cells with {symbols} symbols",
            source="prefix tree",
            expected="n <= 3, or n <= 4 with M",
        )
    cells = iter(range(n))

    def build(first: int, last: int) -> Node | int:
        if last - first == 1:
            return first
        cell = next(cells)
        parts = min(symbols, last - first)
        size, larger = divmod(last - first, parts)
        bounds = [first]
        for part in range(parts):
            bounds.append(bounds[-1] + size + (part < larger))
        return Node(cell, tuple(build(a, b) for a, b in pairwise(bounds)))

    return build(0, wanted)


def leaf_of(tree: Node | int, state: Sequence[Token]) -> int:
    """The prefix that a state after round 1 leads to."""
    while isinstance(tree, Node):
        # A symbol without a branch has probability 0.
        place = SYMBOLS.index(state[tree.cell])
        tree = tree.branches[min(place, len(tree.branches) - 1)]
    return tree


def leaves(tree: Node | int) -> Iterator[int]:
    """The prefixes below a node, in order."""
    if isinstance(tree, int):
        yield tree
    else:
        for branch in tree.branches:
            yield from leaves(branch)


def nodes(tree: Node | int) -> Iterator[Node]:
    """All inner nodes, the root first."""
    if isinstance(tree, Node):
        yield tree
        for branch in tree.branches:
            yield from nodes(branch)


def two_round_sampler(n: int, target: Law[State], symbols: int) -> Sampler:
    """A sampler of any law on {0,1}^n in two rounds: n <= 3, or n <= 4 with three symbols.

    Raises `BadPoint` for a larger n.
    """
    tree = prefix_tree(n, symbols)
    prefixes = list(product((0, 1), repeat=n - 1))
    mass = [sum((target[(*p, bit)] for bit in (0, 1)), Fraction(0)) for p in prefixes]
    first = {node.cell: _branch_law(node, mass) for node in nodes(tree)}

    def predict(state: State, i: int, t: Round) -> Law[Token]:
        if t == 1:
            return first.get(i, certain(0))
        prefix = prefixes[leaf_of(tree, state)]
        if i < n - 1:
            return certain(prefix[i])
        whole = mass[prefixes.index(prefix)]
        return bernoulli(target[(*prefix, 1)] / whole) if whole else certain(0)

    return Sampler(
        length=n,
        predictor=predict,
        unmask=DeterministicUnmasking(lambda _, __: frozenset(range(n))),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REVISE_TOKEN if symbols == 2 else Edits.REVISE_ANY,
        clock=Clock.ROUND_NUMBER,
    )


def _branch_law(node: Node, mass: Sequence[Fraction]) -> Law[Token]:
    weights = [sum((mass[k] for k in leaves(b)), Fraction(0)) for b in node.branches]
    whole = sum(weights, Fraction(0))
    if not whole:
        return certain(0)
    return Law({s: w / whole for s, w in zip(SYMBOLS, weights, strict=False)})
