"""Two rounds of revision, any predictor, F deterministic, L = n: for which n do they do it all?

Source: X-DIM2 of the public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026), claimed for
n >= 6; the note X-DIM2 has the exact answer: always for n <= 3 and not for n >= 4, if revision
writes tokens only; always for n <= 4 and not for n >= 5, if it may write M.
"""

from __future__ import annotations

from functools import partial
from itertools import product

from dlmcheck.model.reductions.folding import negated
from dlmcheck.model.samplers.prefix_tree import (
    SYMBOLS,
    Node,
    leaf_of,
    leaves,
    nodes,
    prefix_tree,
)
from dlmcheck.spec.tokens import State
from dlmcheck.verify.engines.algebra import Identity, Number
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.arithmetic import ByAlgebra, query
from dlmcheck.verify.proofs.implication import Implication

DIMENSION = "a polynomial map from R^a to R^b with a < b has no inner point in its image (imported)"

LARGEST = {2: 3, 3: 4}
"""Symbols of a cell after round 1 -> the largest n for which two rounds are always enough."""


# --- not for larger n ----------------------------------------------------------------------------


def even_product_is_a_point() -> Step:
    """A product law on even strings gives no cell two tokens."""
    s = Implication("a product law on even strings is a point", "bit", "others odd", "both")
    odd = s.folder.parity_of([s["bit"], s["others odd"]])
    flipped = s.folder.parity_of([negated(s["bit"]), s["others odd"]])
    s.premise("a string that is drawn is even", negated(odd))
    s.premise(
        "if the cell has two tokens, the flipped string is drawn and even",
        s.implies(s["both"], negated(flipped)),
    )
    return s.concludes(negated(s["both"]))


def not_enough(symbols: int) -> Proof:
    """For n above `LARGEST` some law on the even strings takes three rounds."""
    least = LARGEST[symbols] + 1
    parameters = symbols - 1
    count = f"(* {parameters} n)"
    words = "tokens" if symbols == 2 else "tokens or M"
    return Proof(
        f"two rounds of revision to {words} do not sample every law for n >= {least}",
        base=(),
        steps=(even_product_is_a_point(),),
        rules=(Rule.DRAWS, Rule.NUMBERS),
        queries=tuple(q.name for q in count_queries(symbols, count, least)),
        skeleton=(
            "After round 1 the cells are independent: their law has n parameters, 2n with M.",
            "Given the state, round 2 draws a product law; on even strings it is a point.",
            "So the output is a function of the state after round 1, one of finitely many.",
            "For each the law of the output is a polynomial map of the parameters.",
            "Laws on even strings have dimension 2^(n-1) - 1, which is larger.",
        ),
    )


def count_queries(symbols: int, count: str = "", least: int = 0) -> tuple[Query, ...]:
    """That there are fewer parameters than dimensions: P is 2^(n-1)."""
    least = least or LARGEST[symbols] + 1
    count = count or f"(* {symbols - 1} n)"
    after = count.replace("n)", "(+ n 1))")
    return (
        query(
            f"at n = {least}",
            "QF_LIA",
            "n P",
            (("the first n", f"(= n {least})"), ("its power", f"(= P {1 << (least - 1)})")),
            f"(< {count} (- P 1))",
        ),
        query(
            "from n to n + 1",
            "QF_LIA",
            "n P",
            (("n is not small", f"(>= n {least})"), ("fewer parameters", f"(< {count} (- P 1))")),
            f"(< {after} (- (* 2 P) 1))",
        ),
    )


# --- always for smaller n ------------------------------------------------------------------------


def variables(n: int, symbols: int) -> tuple[str, ...]:
    """A name for each branch of each node but its last, and for P(z_n = 1) after each prefix."""
    tree = prefix_tree(n, symbols)
    branches = [
        f"b{node.cell}{place}" for node in nodes(tree) for place in range(len(node.branches) - 1)
    ]
    return (*branches, *(f"c{leaf}" for leaf in leaves(tree)))


def _parameters(
    n: int, symbols: int, values: tuple[Number, ...]
) -> tuple[dict[tuple[int, int], Number], list[Number]]:
    """Per (cell, place of a symbol) its probability, and per prefix that of z_n = 1."""
    tree = prefix_tree(n, symbols)
    zero, given = 0 * values[0], iter(values)
    weight: dict[tuple[int, int], Number] = {}
    for node in nodes(tree):
        rest: Number = zero + 1
        for place in range(len(node.branches) - 1):
            weight[node.cell, place] = next(given)
            rest = rest - weight[node.cell, place]
        weight[node.cell, len(node.branches) - 1] = rest
    return weight, list(given)


def atom_of_sampler(n: int, symbols: int, string: State, *values: Number) -> Number:
    """The probability of a string: summed over all states after round 1."""
    weight, last = _parameters(n, symbols, values)
    tree = prefix_tree(n, symbols)
    zero = 0 * values[0]
    used = {node.cell for node in nodes(tree)}
    total = zero
    for places in product(range(symbols), repeat=n):
        state = [SYMBOLS[place] for place in places]
        # A cell that is no node shows its first symbol.
        if any(place and cell not in used for cell, place in enumerate(places)):
            continue
        leaf = leaf_of(tree, state)
        if leaf != _number(string[:-1]):
            continue
        probability = zero + 1
        for cell, place in enumerate(places):
            if cell in used:
                probability = probability * weight.get((cell, place), zero)
        total = total + probability * (last[leaf] if string[-1] else 1 - last[leaf])
    return total


def atom_of_target(n: int, symbols: int, string: State, *values: Number) -> Number:
    """The same by the chain rule along the tree: every law on {0,1}^n has this form."""
    weight, last = _parameters(n, symbols, values)
    leaf = _number(string[:-1])

    def along(tree: Node | int) -> Number:
        if isinstance(tree, int):
            return 1
        for place, branch in enumerate(tree.branches):
            if leaf in leaves(branch):
                return weight[tree.cell, place] * along(branch)
        raise AssertionError("every prefix has a leaf")

    return along(prefix_tree(n, symbols)) * (last[leaf] if string[-1] else 1 - last[leaf])


def _number(bits: State) -> int:
    """A prefix as a number, its first bit highest."""
    return sum(bit << place for place, bit in enumerate(reversed(bits)))


def enough(symbols: int) -> ByAlgebra:
    """For n up to `LARGEST` the sampler of `two_round_sampler` has any law that is wanted."""
    words = "tokens" if symbols == 2 else "tokens or M"
    return ByAlgebra(
        f"two rounds of revision to {words} sample every law for n <= {LARGEST[symbols]}",
        tuple(
            Identity(
                f"n = {n}, atom {''.join(map(str, z))}",
                variables(n, symbols),
                partial(atom_of_sampler, n, symbols, z),
                partial(atom_of_target, n, symbols, z),
            )
            for n in range(1, LARGEST[symbols] + 1)
            for z in product((0, 1), repeat=n)
        ),
    )
