"""The chain and the binary tree of pairs are trees for every n, with the stated rounds and reads.

Source of the shapes: `model.samplers.mask_memory`, note T4.5. What F and p read at a node is
counted on the gates that they emit in the scenes of `parity_tree`, and bounded by a formula in the
node's payload, children and grandchildren; queries bound that for the nodes of a shape.
"""

from __future__ import annotations

from typing import TypeVar

from dlmcheck.model.samplers.mask_memory import (
    Size,
    capacity,
    capacity_above,
    pair_flags,
    root_tokens,
    rounds_of,
)
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof
from dlmcheck.verify.proofs.arithmetic import query
from dlmcheck.verify.proofs.parity_tree import (
    KINDS,
    NAMES,
    ROOT_ALONE,
    RULES,
    Kind,
    base_steps,
    tree_queries,
    tree_steps,
)
from dlmcheck.verify.proofs.small_wires import SmallScene
from dlmcheck.verify.proofs.terms import Argument, Term, between, linear, number

ARITY = 2
S = TypeVar("S", bound=Size)

# --- what is read --------------------------------------------------------------------------


def read_by_flag(payload: S, children: S, pairs: S, *, clock: bool) -> S:
    """A bound on the tokens that F reads at a pair; `pairs` are those of the grandchildren.

    A token of each child, two of each grandchild, the payload; without a clock the other cell of
    the pair and one of the first child.
    """
    return _sum(_sum(payload, children), pairs * 2) + (0 if clock else 2)


def read_by_root(level: int, payload: S, children: S) -> S:
    """A bound on the tokens that p reads at the root's pair."""
    return (payload if level == 1 else children * 2) + 1


def _sum(left: S, right: S) -> S:
    # Integers and terms add to their own kind; the protocol speaks of integers only.
    return left + right  # type: ignore[operator]


def check_reads(*, clock: bool) -> None:
    """Count what the emitted rules read at every kind of node.

    Raises `ValueError` for a rule that reads more than the formulas say, or an F that reads coins.
    """
    for kind in (*KINDS, *ROOT_ALONE):
        node = kind.node
        payload = len(node.payload) if node.level > 1 else 0
        sizes = payload, len(node.children), len(node.grandchildren)
        _check(kind, "F", _flag_reads(kind, clock=clock), read_by_flag(*sizes, clock=clock))
        root = read_by_root(node.level, len(node.payload), len(node.children))
        _check(kind, "p", _root_reads(kind), root)


def _check(kind: Kind, part: str, found: int, stated: int) -> None:
    if found > stated:
        raise ValueError(f"{kind.name}: {part} reads {found} tokens, stated {stated}")


def _flag_reads(kind: Kind, *, clock: bool) -> int:
    s = SmallScene(kind.name, NAMES)
    flags = pair_flags(s, kind.node, clock=clock)
    if any(atom.startswith("coin ") for flag in flags for atom in s.atoms_read(flag)):
        raise ValueError(f"{kind.name}: F reads a coin")
    own = map(s.name_of, kind.node.pair)
    return max(len(s.cells_read(f) - {name}) for f, name in zip(flags, own, strict=True))


def _root_reads(kind: Kind) -> int:
    s = SmallScene(kind.name, NAMES)
    tokens = root_tokens(s, kind.node)
    own = map(s.name_of, kind.node.pair)
    return max(len(s.cells_read(t) - {name}) for t, name in zip(tokens, own, strict=True))


# --- the chain -----------------------------------------------------------------------------

N, SPARE, PAIRS, D = map(Term, ("n", "spare", "pairs", "D"))
PAYLOAD, CHILDREN, GRAND, ROOT_PAYLOAD = map(
    Term, ("payload", "children", "grandchildren", "root_payload")
)
FEW_CHILDREN = "its children"
SHAPE = "its payload and grandchildren"


def _or(*formulas: str) -> str:
    return f"(or {' '.join(formulas)})"


def _and(*formulas: str) -> str:
    return f"(and {' '.join(formulas)})"


def _no_more(children: int, pairs: int, low_payload: int) -> dict[str, str]:
    """A node has grandchildren and no payload, or payload (at level 2) and no grandchildren."""
    return {
        FEW_CHILDREN: CHILDREN.at_most(children),
        SHAPE: _or(
            _and(PAYLOAD.equals(0), GRAND.at_most(pairs)),
            _and(PAYLOAD.at_most(low_payload), GRAND.equals(0)),
        ),
    }


def _reads_query(
    name: str, shape: dict[str, str], root_payload: int, tokens: int, *, clock: bool
) -> tuple[Query, Query, Query]:
    flags = read_by_flag(PAYLOAD, CHILDREN, GRAND, clock=clock)
    alone = read_by_root(1, ROOT_PAYLOAD, CHILDREN)
    above = read_by_root(2, ROOT_PAYLOAD, CHILDREN)
    return (
        linear(f"{name}: F reads no more than stated", shape, flags.at_most(tokens)),
        linear(
            f"{name}: p reads no more than stated, one level",
            {"payload of a root of level 1": ROOT_PAYLOAD.at_most(root_payload)},
            alone.at_most(tokens),
        ),
        linear(
            f"{name}: p reads no more than stated",
            {FEW_CHILDREN: shape[FEW_CHILDREN]},
            above.at_most(tokens),
        ),
    )


def chain_queries(tokens: int, *, clock: bool) -> tuple[Query, ...]:
    """The chain has max(2, ceil(n/2)) rounds, and reads at most so many tokens."""
    rounds = linear(
        "the chain takes max(2, ceil(n/2)) rounds",
        {
            "n is at least 2": number(2).at_most(N),
            "the cells that are in no pair": SPARE.equals(
                Term(f"(ite {N.equals(2)} 0 {(number(2) - N % 2).text})")
            ),
            "all others are in pairs": N.equals(SPARE + PAIRS * 2),
            "a level for each pair": D.equals(rounds_of(PAIRS)),
        },
        _and(
            number(2).at_most(D),
            N.at_most(D * 2),
            _or(D.equals(2), ((D - 1) * 2).below(N)),
        ),
    )
    return (rounds, *_reads_query("chain", _no_more(1, 1, 2), 2, tokens, clock=clock))


# --- the binary tree -----------------------------------------------------------------------

CELLS, BELOW, UNDER, INNER, NUMBER, SHARE, REST, OWN = map(
    Term, ("cells", "below", "under", "inner", "number", "share", "rest", "size")
)
ONE_LEVEL, LEAF = capacity(1, ARITY), capacity(2, ARITY)


def _divided() -> dict[str, str]:
    """How a node's cells are shared out among one or two children."""
    return {
        "all but its pair": INNER.equals(CELLS - 2),
        "as many children as are needed": _or(
            _and(NUMBER.equals(1), INNER.at_most(BELOW), OWN.equals(INNER)),
            _and(
                NUMBER.equals(2),
                BELOW.below(INNER),
                INNER.equals(SHARE * 2 + REST),
                between(0, REST, 2),
                between(SHARE, OWN, SHARE + REST + 1),
            ),
        ),
    }


def shape_queries() -> tuple[Query, ...]:
    """Every node has children or payload, and no more than fit, from the root downwards."""
    return (
        linear(
            "the capacity grows with the level",
            {"it is positive": number(1).at_most(BELOW)},
            BELOW.below(capacity_above(BELOW, ARITY)),
        ),
        query(
            "a node has one child or two",
            "QF_NIA",
            "cells below number",
            (
                ("the cells fit", CELLS.at_most(capacity_above(BELOW, ARITY))),
                ("there are cells for a child", "(< 2 cells)"),
                ("the children hold them", "(<= (- cells 2) (* number below))"),
                ("one child less does not", "(< (* (- number 1) below) (- cells 2))"),
            ),
            "(and (<= 1 number) (<= number 2))",
        ),
        linear(
            "a child's cells fit its level and not the one below",
            {
                **_divided(),
                "its capacity": BELOW.equals(capacity_above(UNDER, ARITY)),
                "capacities are positive": number(1).at_most(UNDER),
                "the cells fit": CELLS.at_most(capacity_above(BELOW, ARITY)),
                "and not the level below": BELOW.below(CELLS),
            },
            _and(UNDER.below(OWN), OWN.at_most(BELOW)),
        ),
        linear(
            "above leaves, a child has a pair, payload and no more than fit",
            {
                **_divided(),
                "its capacity": BELOW.equals(LEAF),
                "the cells fit": CELLS.at_most(capacity_above(BELOW, ARITY)),
                "and not the level below": BELOW.below(CELLS),
            },
            between(3, OWN, LEAF + 1),
        ),
        linear(
            "a leaf has payload, and little",
            {
                "its cells": between(3, CELLS, LEAF + 1),
                "all but its pair": PAYLOAD.equals(CELLS - 2),
            },
            between(1, PAYLOAD, ARITY + 2),
        ),
        linear(
            "a root that is a leaf has payload, and little",
            {"its cells": f"(and {number(ONE_LEVEL).below(CELLS)} {CELLS.at_most(LEAF)})"},
            between(3, CELLS, LEAF + 1),
        ),
        linear(
            "a root of level 1 has little payload",
            {"its cells": CELLS.at_most(ONE_LEVEL), "but its pair": PAYLOAD.equals(CELLS - 2)},
            PAYLOAD.at_most(ARITY),
        ),
    )


def tree_shape_queries(tokens: int, *, clock: bool) -> tuple[Query, ...]:
    """The binary tree is one for every n >= 2, and reads at most so many tokens."""
    shape = _no_more(ARITY, ARITY * ARITY, ARITY + 1)
    return (*shape_queries(), *_reads_query("binary tree", shape, ARITY, tokens, clock=clock))


# --- the proofs ----------------------------------------------------------------------------

COMMON = (
    (
        "After round t a node of level l shows nothing of its pair if t < l, the cell that its "
        "running parity c says if t = l, and both if t > l."
    ),
    (
        "When it is due its children show one cell each, which tells their c, and its "
        "grandchildren both: F sees c, and writes a if it is 0 and b if it is 1."
    ),
    "All cells but the root's second one are fair coins.",
    (
        "By induction over levels the cells below a node sum to c, the children's pairs (which c "
        "leaves out) and its own pair; the root's second cell makes this 0."
    ),
    (
        "The string gives c, hence which of the root's coins was used; the other one is spare. So "
        "coins correspond one to one to even strings with a spare bit: z is uniform on those."
    ),
)


def _argument(statement: str, shape: tuple[Query, ...], says: str, *, clock: bool) -> Argument:
    check_reads(clock=clock)
    asked = (*tree_queries(), *shape)
    proof = Proof(
        statement,
        base_steps(clock=clock),
        tree_steps(clock=clock),
        RULES,
        tuple(one.name for one in asked),
        (*COMMON, says),
    )
    return Argument(proof, asked)


def chain(statement: str, tokens: int, *, clock: bool) -> Argument:
    """The chain for every n >= 2; F and p read at most so many tokens.

    Raises `ValueError` if the rules read more than the formulas say.
    """
    says = "A chain of pairs has one level for each pair: max(2, ceil(n/2)) rounds."
    return _argument(statement, chain_queries(tokens, clock=clock), says, clock=clock)


def binary_tree(statement: str, tokens: int, *, clock: bool) -> Argument:
    """The tree of arity two for every n >= 2; F and p read at most so many tokens.

    Raises `ValueError` if the rules read more than the formulas say.
    """
    says = "A tree of least height exists for every n, each node with at most two children."
    return _argument(statement, tree_shape_queries(tokens, clock=clock), says, clock=clock)
