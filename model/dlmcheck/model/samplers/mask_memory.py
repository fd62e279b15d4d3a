"""Even parity, write-once, deterministic F: the mask pattern of a pair of cells as a memory.

A written token cannot be changed, but for one round the sampler can choose which of two masked
cells to write, and that choice carries a bit. The construction is that of the public follow-up
notes to Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5, with a chain or a tree of such pairs.

Every node u of a rooted tree has a level l >= 1, a pair of cells (a, b), a payload of further
cells, and children, all of level l - 1. With c(u) the sum modulo 2 of

    the payload of u (0 if l = 1), c(v) of its children v, both cells of its grandchildren,

    round 1       writes all payload cells, fair
    round l       writes one cell of the pair: a if c(u) = 0, b if c(u) = 1; fair
    round l + 1   writes the other one: fair, but in the root such that the total parity is 0.

When u writes its first cell its children show exactly one of their two cells, so that c(v) can
be seen, and its grandchildren show both. Everything but the root's second cell is fair, so the
n - 1 cells before are uniform; the root's second cell is c(u) plus the cells that c(u) leaves
out: the root's first cell, its children's pairs, and at level 1 its payload. With a clock F
reads one token of each child, two of each grandchild, and the payload.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from dlmcheck.model.samplers.cell_wires import CellWires
from dlmcheck.model.samplers.wires import Wires, clock_width, parity_schedule, require_cells
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.schedule import Schedule


class Size(Protocol):
    """A number of cells: an integer, or a term that stands for one."""

    def __add__(self, other: int, /) -> Self:
        """The sum."""
        ...

    def __mul__(self, other: int, /) -> Self:
        """A multiple."""
        ...


S = TypeVar("S", bound=Size)


def rounds_of(level: S) -> S:
    """The rounds of the sampler whose root has a level."""
    return level + 1


@dataclass(frozen=True)
class Node:
    """A node of the tree: level, the numbers of its pair, its payload cells, its children.

    Raises `BadInput` if a child is not exactly one level below, the level is below 1, or a child
    of level 1 has payload: c(u) of its parent would leave these cells out.
    """

    level: int
    pair: tuple[int, int]
    payload: tuple[int, ...] = ()
    children: tuple[Node, ...] = ()

    def __post_init__(self) -> None:
        if self.level < 1 or any(child.level != self.level - 1 for child in self.children):
            raise BadInput(f"a node of level {self.level}", source="tree", expected="layers")
        if any(child.level == 1 and child.payload for child in self.children):
            raise BadInput("payload of a child of level 1", source="tree", expected="none there")

    def below(self) -> Iterator[Node]:
        """The node itself and all below it."""
        yield self
        for child in self.children:
            yield from child.below()

    @property
    def grandchildren(self) -> tuple[Node, ...]:
        """The children of the children."""
        return tuple(grand for child in self.children for grand in child.children)

    @property
    def rounds(self) -> int:
        """The rounds of the sampler with this root."""
        return rounds_of(self.level)


# --- shapes --------------------------------------------------------------------------------


def chain_shape(n: int) -> Node:
    """A chain of pairs on n >= 2 cells, max(2, ceil(n/2)) rounds.

    The lowest pair has level 1. The first one or two cells (two for even n) are payload: of the
    lowest pair if it is alone, else of the pair above it. For n = 2 there is no payload, and the
    rule "n/2 rounds" for even n would give one round, which cannot be. Raises `BadInput` for
    n < 2.
    """
    require_cells(n, 2, "chain")
    spare = 0 if n == 2 else 2 - n % 2
    payload = tuple(range(spare))
    pairs = [(a, a + 1) for a in range(spare, n, 2)]
    if len(pairs) == 1:
        return Node(1, pairs[0], payload)
    node = Node(2, pairs[1], payload, (Node(1, pairs[0]),))
    for pair in pairs[2:]:
        node = Node(node.level + 1, pair, (), (node,))
    return node


def capacity(level: int, arity: int) -> int:
    """The most cells of a tree with a root of this level: arity children, arity + 1 payload.

    >>> [capacity(level, 2) for level in (1, 2, 3, 4)]
    [4, 5, 12, 26]
    """
    if level == 1:
        # Alone at level 1: the root's second cell reads the payload and the first cell.
        return arity + 2
    return arity + 3 if level == 2 else capacity_above(capacity(level - 1, arity), arity)


def capacity_above(below: S, arity: int) -> S:
    """The most cells with a root of some level >= 3, from those of the level below."""
    return below * arity + 2


def tree_shape(n: int, arity: int) -> Node:
    """A tree of least height on n >= 2 cells, with payload at level 2 only (level 1 if alone).

    Every node has at most `arity` >= 1 children or arity + 1 payload cells. Raises `BadInput` if
    n or the arity is out of range.
    """
    require_cells(n, 2, "tree")
    if arity < 1:
        raise BadInput(f"arity {arity}", source="tree", expected="at least 1")
    if n <= capacity(1, arity):
        return Node(1, (n - 2, n - 1), tuple(range(n - 2)))
    level = 2
    while capacity(level, arity) < n:
        level += 1
    return _subtree(0, n, level, arity)


def _subtree(first: int, cells: int, level: int, arity: int) -> Node:
    """A node of the level given on the cells from `first` on; its pair are the last two."""
    inner, end = cells - 2, first + cells
    pair = (end - 2, end - 1)
    if level == 2:
        return Node(2, pair, tuple(range(first, end - 2)))
    number = -(-inner // capacity(level - 1, arity))
    children: list[Node] = []
    for index in range(number):
        size = inner // number + (index < inner % number)
        children.append(_subtree(first, size, level - 1, arity))
        first += size
    return Node(level, pair, (), tuple(children))


# --- the sampler of a shape ----------------------------------------------------------------


def parity_on_tree(root: Node, *, clock: bool = False) -> Schedule:
    """The sampler of the module's text on a given tree, on all its cells.

    Without a clock, F knows that it is time for a node's first cell by the first child showing a
    cell (at level 2 by the payload, if there is any), and for its second cell by the first one.
    Raises `BadInput` if the cells of the tree are not 0, ..., n-1, or a node without clock could
    not know its time: a level above 1 with no children and no payload at level 2.
    """
    nodes = list(root.below())
    cells = [cell for node in nodes for cell in (*node.payload, *node.pair)]
    n = len(cells)
    if sorted(cells) != list(range(n)):
        raise BadInput(f"cells {sorted(cells)}", source="tree", expected=f"0 to {n - 1}, once")
    rounds = root.rounds
    bits = clock_width(rounds) if clock else 0
    w, f = Wires(n, clock_bits=bits, random=n), Wires(n, clock_bits=bits)
    lows: list[Literal] = [free_token(w, i) for i in range(n)]
    flags: list[Literal] = [payload_flag(f, i) for i in range(n)]
    for node in nodes:
        a, b = node.pair
        flags[a], flags[b] = pair_flags(f, node, clock=clock)
    a, b = root.pair
    lows[a], lows[b] = root_tokens(w, root)
    return parity_schedule(n, rounds, w.values(lows), f.marks(flags), clock=clock)


def free_token(w: CellWires[int], cell: int) -> Literal:
    """What is written into every cell but the root's pair."""
    return w.coin(cell)


def payload_flag(f: CellWires[int], cell: int) -> Literal:
    """F at a payload cell: round 1 writes it."""
    return f.masked(cell)


def pair_flags(f: CellWires[int], node: Node, *, clock: bool) -> tuple[Literal, Literal]:
    """F at the pair of a node: the cell that c(u) says first, then the other one.

    Raises `BadInput` for a node that without a clock could not know its time.
    """
    a, b = node.pair
    ends_a, ends_b = [f.round_is(node.level + 1) if clock else f.visible(other) for other in (b, a)]
    if node.level == 1:
        # c = 0: the first cell is a, in round 1.
        return f.masked(a), f.all_of(f.masked(b), ends_b)
    starts = f.round_is(node.level) if clock else _ready(f, node)
    carry = _carry(f, node)
    return (
        f.all_of(f.masked(a), f.any_of(ends_a, f.all_of(starts, ~carry))),
        f.all_of(f.masked(b), f.any_of(ends_b, f.all_of(starts, carry))),
    )


def root_tokens(w: CellWires[int], root: Node) -> tuple[Literal, Literal]:
    """What is written into the root's pair: fair first, then what makes the total even."""
    a, b = root.pair
    left_out = _left_out(w, root)
    first = free_token(w, a)
    # The cell written second tells c by being the second: c = 1 iff it is a.
    if root.level > 1:
        to_zero = ~w.parity_of(w.value(b), *left_out)
        first = w.builder.mux(w.masked(b), first, to_zero)
    to_sum = w.parity_of(w.value(a), *left_out)
    return first, w.builder.mux(w.masked(a), free_token(w, b), to_sum)


def parity_chain(n: int, *, clock: bool = False) -> Schedule:
    """The chain: max(2, ceil(n/2)) rounds for n >= 2; with a clock F and p read three tokens.

    Raises `BadInput` for n < 2.
    """
    return parity_on_tree(chain_shape(n), clock=clock)


def parity_tree(n: int, arity: int = 2, *, clock: bool = False) -> Schedule:
    """The tree: about log n to the base `arity` rounds, n >= 2.

    With arity k, F reads at most k + 2 k^2 tokens, and two more without a clock (for k = 2
    from n = 18 on). With k growing like the square
    root of log n these parities have circuits of constant depth and polynomial size, and the
    rounds are O(log n / log log n). Raises `BadInput` for n < 2 or arity < 1.
    """
    return parity_on_tree(tree_shape(n, arity), clock=clock)


def _carry(w: CellWires[int], node: Node) -> Literal:
    """c(u), as it can be seen before the round in which u writes its first cell."""
    return w.parity_of(
        *(w.value(cell) for cell in node.payload),
        *(w.visible(child.pair[1]) for child in node.children if child.level > 1),
        *(w.value(cell) for grand in node.grandchildren for cell in grand.pair),
    )


def _left_out(w: CellWires[int], root: Node) -> list[Literal]:
    """What the root's c does not cover, but for the root's own pair."""
    payload = [w.value(cell) for cell in root.payload] if root.level == 1 else []
    return payload + [w.value(cell) for child in root.children for cell in child.pair]


def _ready(w: CellWires[int], node: Node) -> Literal:
    if node.children:
        a, b = node.children[0].pair
        # A pair of level 1 always shows a first.
        return w.visible(a) if node.level == 2 else w.any_of(w.visible(a), w.visible(b))
    if node.level == 2 and node.payload:
        return w.visible(node.payload[0])
    raise BadInput(f"a leaf of level {node.level}", source="tree", expected="a clock")
