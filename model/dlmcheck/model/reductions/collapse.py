"""A whole run as one shallow circuit, and why one round of a DLM cannot do that.

Source: the remark after Jiang, Haghtalab, Chen (ICLR 2026), Theorems 4.1 and 4.2: unrolled, the
two constructions are single circuits of constant depth that sample the uniform even strings. A
circuit's outputs may share random bits; in a round of a DLM every position has its own, so one
round from a fixed state gives a product law, and the even strings of length n >= 2 are none:
every n - 1 of the bits are independent, all n are not. `families.parity.even_strings` is the
collapse of Theorem 4.1.
"""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.model.builder import Builder
from dlmcheck.model.samplers.cell_wires import P
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.errors import BadInput


def collapsed_blocks(n: int) -> Circuit:
    """Theorem 4.2's four rounds in one circuit: a_i = u_i, b_i = u_i xor y_i xor y_(i-1).

    n = 2m outputs in blocks (a_i, b_i); random inputs y0..y(m-2) and u0..u(m-1); y_(-1) and
    y_(m-1) are 0. Every output reads at most three inputs, depth at most 1. Raises `BadInput` for
    odd n or n < 2.
    """
    if n < 2 or n % 2:
        raise BadInput(f"n = {n}", source="collapsed blocks", expected="an even n >= 2")
    m = n // 2
    names = [f"y{i}" for i in range(m - 1)] + [f"u{i}" for i in range(m)]
    b = Builder.with_names(random=names)

    def y(i: int) -> Literal:
        return i

    def u(i: int) -> Literal:
        return m - 1 + i

    outputs = [bit for i in range(m) for bit in collapsed_block(b, y, u, i, m)]
    return b.build(outputs, [f"z{i}" for i in range(n)])


def collapsed_block(
    b: Builder, y: Callable[[P], Literal], u: Callable[[P], Literal], i: P, m: P
) -> tuple[Literal, Literal]:
    """Outputs a_i and b_i of `collapsed_blocks` for m blocks; one rule for every m >= 1.

    Positions may be symbolic, as in `dlmcheck.model.samplers.cell_wires`.
    """
    own = u(i)
    carried = [y(j) for j in (i, i - 1) if j >= 0 and j < m - 1]
    return own, b.xor(own, *carried) if carried else own
