"""Size and depth of circuit families for every n, from the cells that their generators emit.

Source: note FAMILIES. A generator builds its circuit in stages, each of cells that one function
emits. The function runs here on free wires: its gates are counted, and its depth is computed with
the depths of the wires as unknowns. That a stage more gives the closed forms of `families.GROWTHS`
for one size more are queries of arithmetic, in which these counts stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dlmcheck.model.families.arithmetic import (
    compared_bits,
    compared_blocks,
    full_adder,
    half_adder,
)
from dlmcheck.model.families.parity import joined
from dlmcheck.model.families.selection import selected
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.proofs.arithmetic import ByQueries
from dlmcheck.verify.proofs.cell_counts import CellRule, depths, gates
from dlmcheck.verify.proofs.families import GROWTHS, Growth
from dlmcheck.verify.proofs.prefix_adder import depth_queries, size_queries
from dlmcheck.verify.proofs.sorting_network import depth_queries as sorted_depths
from dlmcheck.verify.proofs.sorting_network import size_queries as sorted_sizes
from dlmcheck.verify.proofs.terms import Term, linear, nonlinear

JOINED = CellRule(lambda b, w: [joined(b, w[0], w[1])], 2, ((2, 3),))
HALF_ADDER = CellRule(lambda b, w: half_adder(b, w[0], w[1]), 2, ((2, 3),))
FULL_ADDER = CellRule(lambda b, w: full_adder(b, w[0], w[1], w[2]), 3, ((3, 4, 5),))
BITS = CellRule(lambda b, w: compared_bits(b, w[0], w[1]), 2, ((2, 3),))
BLOCKS = CellRule(lambda b, w: compared_blocks(b, (w[0], w[1]), (w[2], w[3])), 4, ((4, 5, 6, 7),))
SELECTED = CellRule(
    lambda b, w: [selected(b, w[0], w[1], w[2])], 3, ((0, 3, 4), (0, 3, 1), (0, 2, 1))
)
"""Two cells of a shifter have the address in common, and what one moves the other may keep."""


# --- queries -----------------------------------------------------------------------------------

K, P, NODES, DEPTH, LEVEL, BUILT = map(Term, ("k", "P", "nodes", "depth", "level", "built"))
ZERO = Term("0")
GROWTH = {growth.family: growth for growth in GROWTHS}


def statement(family: str) -> str:
    """What is proved of a family."""
    return f"{family}: size and depth are as in closed form, for every {GROWTH[family].sizes}"


def _places(growth: Growth, inputs: int, cell: CellRule, first: CellRule | None) -> list[Query]:
    """A family that grows place by place: a cell more for each place."""
    start = inputs + (0 if first is None else gates(first))
    size_now, size_next = growth.size(K, P), growth.size(K + 1, P)
    more = inputs + gates(cell)
    return [
        linear(
            "one place: the inputs and the first cell",
            {"one place": K.equals(1), "what is built": NODES.equals(start)},
            NODES.equals(size_now),
        ),
        linear(
            "a place more: its inputs and its cell",
            {"so far": NODES.equals(size_now), "what is added": BUILT.equals(NODES + more)},
            BUILT.equals(size_next),
        ),
    ]


def _level_queries(growth: Growth, base: Term, pairs: CellRule) -> list[Query]:
    """A family that halves a level until one literal is left: a cell for each pair."""
    count = gates(pairs)
    return [
        linear(
            "half a level: a cell for each pair",
            {
                "so far": BUILT.equals(base + (P - LEVEL * 2) * count),
                "a cell for each pair": NODES.equals(BUILT + LEVEL * count),
            },
            NODES.equals(base + (P - LEVEL) * count),
        ),
        linear(
            "one literal is left: the closed form",
            {
                "all levels": BUILT.equals(base + (P - LEVEL) * count),
                "one is left": LEVEL.equals(1),
            },
            BUILT.equals(growth.size(K, P)),
        ),
    ]


def _depth(name: str, premises: Mapping[str, str], claims: Sequence[str]) -> Query:
    return linear(name, premises, f"(and true {' '.join(claims)})")


def parity_chain() -> list[Query]:
    """One XOR more for one input more."""
    growth = GROWTH["parity-chain"]
    (after,) = depths(JOINED, (DEPTH, ZERO))
    so_far = {"so far": DEPTH.equals(growth.depth(K, P)), "one place": Term("1").at_most(K)}
    return [
        *_places(growth, 1, JOINED, None),
        _depth("one place: an input", {"one": K.equals(1)}, [ZERO.equals(growth.depth(K, P))]),
        _depth("a place more is a gate deeper", so_far, [after.equals(growth.depth(K + 1, P))]),
    ]


def ripple_adder() -> list[Query]:
    """One full adder more for one place more."""
    growth = GROWTH["ripple-adder"]
    first_sum, first_carry = depths(HALF_ADDER, (ZERO, ZERO))
    total, carry = depths(FULL_ADDER, (ZERO, ZERO, DEPTH))
    now, later = growth.depth(K, P), growth.depth(K + 1, P)
    so_far = {"the carry so far": DEPTH.equals(now), "a place": Term("1").at_most(K)}
    return [
        *_places(growth, 2, FULL_ADDER, HALF_ADDER),
        _depth(
            "one place: sum and carry",
            {"one": K.equals(1)},
            [first_sum.at_most(now), first_carry.equals(now)],
        ),
        _depth("a place more: sum and carry", so_far, [total.at_most(later), carry.equals(later)]),
    ]


def parity_tree() -> list[Query]:
    """One XOR for each pair of a level."""
    growth = GROWTH["parity-tree"]
    (after,) = depths(JOINED, (DEPTH, DEPTH))
    turn = {"so far": DEPTH.equals(growth.depth(K, P))}
    return [
        *_level_queries(growth, P, JOINED),
        _depth("no level: the inputs", {"k": K.equals(0)}, [ZERO.equals(growth.depth(K, P))]),
        _depth("a level more", turn, [after.equals(growth.depth(K + 1, P))]),
    ]


def comparator() -> list[Query]:
    """One cell for each place, then one for each pair of blocks."""
    growth = GROWTH["comparator"]
    less, equal = depths(BITS, (ZERO, ZERO))
    alike = Term("equal_depth")
    less_after, equal_after = depths(BLOCKS, (DEPTH, alike, DEPTH, alike))
    now, later = growth.depth(K, P), growth.depth(K + 1, P)
    turn = {
        "less so far": DEPTH.equals(now),
        "equal is no deeper": alike.at_most(DEPTH),
    }
    return [
        *_level_queries(growth, P * (2 + gates(BITS)), BLOCKS),
        _depth("a place", {"k": K.equals(0)}, [less.equals(now), equal.at_most(less)]),
        _depth("a level more", turn, [less_after.equals(later), equal_after.at_most(less_after)]),
    ]


def multiplexer() -> list[Query]:
    """One cell for each pair of a level, with a bit of the address for each level."""
    growth = GROWTH["multiplexer"]
    (after,) = depths(SELECTED, (ZERO, DEPTH, DEPTH))
    turn = {"so far": DEPTH.equals(growth.depth(K, P)), "a level": ZERO.at_most(K)}
    return [
        *_level_queries(growth, P + K, SELECTED),
        _depth("no level: the inputs", {"k": K.equals(0)}, [ZERO.equals(growth.depth(K, P))]),
        _depth("a level more", turn, [after.equals(growth.depth(K + 1, P))]),
    ]


def barrel_shifter() -> list[Query]:
    """One cell for each place, and a bit of the address, in every stage; P places."""
    growth = GROWTH["barrel-shifter"]
    (after,) = depths(SELECTED, (ZERO, DEPTH, DEPTH))
    turn = {"so far": DEPTH.equals(growth.depth(K, P)), "a stage": ZERO.at_most(K)}
    return [
        linear(
            "no stage: the inputs",
            {"what is built": NODES.equals(P)},
            NODES.equals(growth.size(ZERO, P)),
        ),
        nonlinear(
            "a stage more: a bit of the address, and a cell for each place",
            {
                "so far": NODES.equals(growth.size(K, P)),
                "what is added": BUILT.equals(NODES + 1 + P * gates(SELECTED)),
            },
            BUILT.equals(growth.size(K + 1, P)),
        ),
        _depth("no stage: inputs alone", {"k": K.equals(0)}, [ZERO.equals(growth.depth(K, P))]),
        _depth("a stage deeper", turn, [after.equals(growth.depth(K + 1, P))]),
    ]


def prefix_adder() -> list[Query]:
    """Half adders, then turns in which blocks double, then sums."""
    return [*size_queries(gates(HALF_ADDER)), *depth_queries(depths(HALF_ADDER, (ZERO, ZERO)))]


MAKERS: dict[str, Callable[[], list[Query]]] = {
    "parity-chain": parity_chain,
    "ripple-adder": ripple_adder,
    "parity-tree": parity_tree,
    "prefix-adder": prefix_adder,
    "comparator": comparator,
    "multiplexer": multiplexer,
    "barrel-shifter": barrel_shifter,
    "sorting-network": lambda: [*sorted_sizes(), *sorted_depths()],
}
"""How the queries of each family are made."""


def proof(family: str) -> ByQueries:
    """The closed forms of a family, for every n. Raises `KeyError` for one that is not proved."""
    return ByQueries(
        statement(family), tuple(MAKERS[family]()), (Rule.NUMBERS, Rule.UNIFORM, Rule.LISTS)
    )
