"""Parity, as a chain and as a balanced tree, and the sampler of even strings."""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.inputs import RandomChoice, named_inputs, numbered, require
from dlmcheck.model.samplers.cell_wires import P
from dlmcheck.spec.circuit import Circuit, Literal, Op


def parity_chain(n: int, random: RandomChoice = True) -> Circuit:
    """x0 xor ... xor x(n-1), one input after the other: as slow as a circuit for it can be.

    Inputs x0..x(n-1), output `parity`. For n >= 1: size 2n - 1, depth n - 1 (for n = 1 the output
    is the input). Raises `BadCircuit` for n < 1.
    """
    require(n, 1, "parity chain")
    b = Builder(named_inputs(numbered("x", n), random))
    total: Literal = 0
    for node in range(1, n):
        total = joined(b, total, node)
    return b.build([total], ["parity"])


def parity_tree(n: int, random: RandomChoice = True) -> Circuit:
    """x0 xor ... xor x(n-1) by a balanced tree: as fast as fan-in two allows.

    Inputs x0..x(n-1), output `parity`. For n >= 1: size 2n - 1, depth ceil(log2 n). Raises
    `BadCircuit` for n < 1.
    """
    require(n, 1, "parity tree")
    b = Builder(named_inputs(numbered("x", n), random))
    level: list[Literal] = list(range(n))
    while len(level) > 1:
        paired = [joined(b, level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        # With an odd number the last one waits for the next level.
        level = paired + level[len(level) // 2 * 2 :]
    return b.build(level, ["parity"])


def joined(b: Builder, left: Literal, right: Literal) -> Literal:
    """The parity of two parts, from those of each: one cell of the chain, and of the tree."""
    return b.xor(left, right)


def even_strings(n: int, random: RandomChoice = True) -> Circuit:
    """z_i = y_i xor y_(i-1): with fair y, the uniform law on the even strings of length n.

    The NC0 sampler behind Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.1: every output reads at
    most two inputs although every n - 1 outputs are independent of each other.

    Inputs y0..y(n-2), outputs z0..z(n-1): z0 = y0 and z(n-1) = y(n-2) by an ID gate each, so that
    all outputs are gates. For n >= 2: size 2n - 1, depth 1, locality min(2, n - 1). Raises
    `BadCircuit` for n < 2.
    """
    require(n, 2, "even strings")
    # For n = 2 both ends copy the same input: two cells, so two gates.
    b = Builder(named_inputs(numbered("y", n - 1), random), share=False)
    inner = [even_string_bit(b, _own_node, i, n) for i in range(1, n - 1)]
    first, last = (even_string_bit(b, _own_node, i, n) for i in (0, n - 1))
    return b.build([first, *inner, last], numbered("z", n))


def even_string_bit(b: Builder, y: Callable[[P], Literal], i: P, n: P) -> Literal:
    """Output i of `even_strings`, from the literals y_0, ..., y_(n-2); one rule for every n >= 2.

    Positions may be symbolic, as in `dlmcheck.model.samplers.cell_wires`.
    """
    if i > 0 and i < n - 1:
        return b.xor(y(i - 1), y(i))
    return b.gate(Op.ID, [y(i) if i < n - 1 else y(i - 1)])


def _own_node(index: int) -> Literal:
    """The input of a number, where the inputs are the first nodes."""
    return index
