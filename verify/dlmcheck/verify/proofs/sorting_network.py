"""Size and depth of Batcher's network on n = 2^k bits, for every k >= 1.

Source: note FAMILIES; Batcher (1968). To merge rows of Q = 2^j and Q, merge their even places and
their odd ones, and compare place p of the latter with place p + 1 of the former. Place Q/2 of the
rows is as deep as any: it goes to place Q/4 of the even places (for Q = 2, to the odd one), and the
middle of what they merge to is compared into the middle of the result.
"""

from __future__ import annotations

from dlmcheck.model.families.sorting import larger_and_smaller
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.proofs.cell_counts import CellRule, depths, gates
from dlmcheck.verify.proofs.terms import Term, linear, nonlinear

COMPARED = CellRule(lambda b, w: larger_and_smaller(b, w[0], w[1]), 2, ((2, 3),))

K, P, Q, HALF = map(Term, ("k", "P", "Q", "h"))
MERGED, SORTED, PAIRS, AFTER = map(Term, ("merged", "sorted", "pairs", "after"))
SO_FAR, LEVEL, UPPER, LOWER, PLACE, DEPTH = map(Term, ("S", "j", "upper", "lower", "p", "depth"))


def size_queries() -> list[Query]:
    """Comparators by the two recursions, and two gates for each."""

    def merging(k: Term, rows: Term) -> Term:
        return k * rows + 1

    def sorting(k: Term, rows: Term) -> Term:
        """Four times the comparators and one."""
        return (k * k - k + 4) * rows

    nodes = Term("nodes")
    return [
        nonlinear(
            "rows of one bit: one comparator",
            {"no halving": K.equals(0)},
            merging(K, P).equals(1),
        ),
        nonlinear(
            "rows twice as long: two merges, and all but the ends compared",
            {
                "each merge": MERGED.equals(merging(K, P)),
                "pairs": PAIRS.equals(P * 2 - 1),
                "together": AFTER.equals(MERGED * 2 + PAIRS),
            },
            AFTER.equals(merging(K + 1, P * 2)),
        ),
        nonlinear(
            "one bit is sorted",
            {"one bit": P.equals(1), "no halving": K.equals(0), "none": SORTED.equals(0)},
            (SORTED * 4 + 4).equals(sorting(K, P)),
        ),
        nonlinear(
            "twice as many bits: two halves, and a merge",
            {
                "each half": (SORTED * 4 + 4).equals(sorting(K, P)),
                "the merge": MERGED.equals(merging(K, P)),
                "together": AFTER.equals(SORTED * 2 + MERGED),
            },
            (AFTER * 4 + 4).equals(sorting(K + 1, P * 2)),
        ),
        nonlinear(
            "inputs, and the gates of the comparators",
            {
                "comparators": (SORTED * 4 + 4).equals(sorting(K, P)),
                "nodes": nodes.equals(P + SORTED * gates(COMPARED)),
            },
            (nodes * 2 + 4).equals((K * K - K + 6) * P),
        ),
    ]


def depth_queries() -> list[Query]:
    """At most one deeper for each halving, and in the middle exactly."""
    found = depths(COMPARED, (UPPER, LOWER))
    deepest = SO_FAR + LEVEL
    exact = " ".join(one.equals(deepest + 1) for one in found)
    at_most = " ".join(one.at_most(deepest + 1) for one in found)
    return [
        linear(
            "a comparator is at most one deeper",
            {"the one": UPPER.at_most(deepest), "the other": LOWER.at_most(deepest)},
            f"(and {at_most})",
        ),
        linear(
            "and exactly, if one of the two is as deep as can be",
            {"the one": UPPER.at_most(deepest), "the middle": LOWER.equals(deepest)},
            f"(and {exact})",
        ),
        linear(
            "in rows of two the middle is the odd place",
            {"the odd place": UPPER.equals(deepest), "the even one": LOWER.at_most(deepest)},
            f"(and {exact})",
        ),
        linear(
            "the middle is in the middle of the even places",
            {"Q is twice h": Q.equals(HALF * 2), "its place there": (PLACE * 2).equals(HALF)},
            (PLACE * 4).equals(Q),
        ),
        linear(
            "and is compared into the middle",
            {
                "the merged row is of Q": Q.equals(HALF * 2),
                "there is a pair": Term("1").at_most(HALF),
                "with the place before": (PLACE + 1).equals(HALF),
            },
            f"(and {PLACE.at_most(Q - 2)} {(PLACE * 2 + 2).equals(Q)})",
        ),
        nonlinear(
            "merging rows of 2^k adds k + 1",
            {
                "so far": (SO_FAR * 2).equals(K * (K + 1)),
                "the merge": DEPTH.equals(SO_FAR + K + 1),
            },
            (DEPTH * 2).equals((K + 1) * (K + 2)),
        ),
    ]
