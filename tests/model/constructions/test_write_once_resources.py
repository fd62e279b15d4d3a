"""Constant depth, measured: predictor and F of compiled circuits along growing families."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.figures import describe
from dlmcheck.model.constructions.write_once import Frontier, compile_write_once
from dlmcheck.model.netlist import Reason
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.lattice import RandomBits

SIZES = (2, 3, 5, 9, 17, 40)


def coins(n: int) -> Builder:
    return Builder.with_names(random=[f"r{i}" for i in range(n)])


def even_parity_chain(n: int) -> Circuit:
    """n - 1 coins and their running parity: depth n - 2, layers of width 1."""
    builder = coins(n - 1)
    last = 0
    for i in range(1, n - 1):
        last = builder.xor(last, i)
    return builder.build([*range(n - 1), last])


def parity_tree(n: int) -> Circuit:
    """XOR of n coins as a balanced tree: depth ceil(log2 n)."""
    builder = coins(n)
    row = list(range(n))
    while len(row) > 1:
        odd = row[len(row) // 2 * 2 :]
        row = [builder.xor(a, b) for a, b in zip(row[::2], row[1::2], strict=False)] + odd
    return builder.build(row)


def wide_and(n: int) -> Circuit:
    """One unbounded AND and one unbounded OR over n coins."""
    builder = coins(n)
    return builder.build([builder.and_(*range(n)), builder.or_(*range(n))])


@pytest.mark.parametrize("random_bits", [RandomBits.SAMPLED, RandomBits.FREE])
@pytest.mark.parametrize("family", [even_parity_chain, parity_tree])
@pytest.mark.parametrize("frontier", list(Frontier))
def test_bounded_fan_in_gives_constant_depth_and_locality_at_every_size(
    family: Callable[[int], Circuit], frontier: Frontier, random_bits: RandomBits
) -> None:
    lengths: list[int] = []
    for n in SIZES[1:]:
        figures = describe(
            compile_write_once(
                family(n),
                random_bits=random_bits,
                frontier=frontier,
            )
        )
        arguments = frontier is Frontier.ARGUMENTS
        assert (figures.predictor.depth, figures.predictor.locality) == (3, 4)
        assert figures.predictor.fan_in == 2
        assert (figures.unmask.depth, figures.unmask.locality) == (1, 3 if arguments else 2)
        lengths.append(figures.length)
    assert all(a < b for a, b in pairwise(lengths))


def test_unbounded_fan_in_gives_constant_depth_but_not_constant_locality() -> None:
    for n in SIZES:
        by_arguments = describe(compile_write_once(wide_and(n)))
        by_shift = describe(compile_write_once(wide_and(n), frontier=Frontier.BLOCK_SHIFT))
        assert (by_arguments.predictor.depth, by_arguments.unmask.depth) == (3, 1)
        assert by_arguments.predictor.locality == n + 2
        assert by_arguments.unmask.locality == n + 1
        # The shift looks at one cell of the layer before, however many the gate reads.
        assert by_shift.unmask.locality == 2
        assert not by_shift.predictor.uses_xor


def test_sizes_are_linear_in_the_number_of_cells() -> None:
    for n in SIZES:
        figures = describe(compile_write_once(parity_tree(n)))
        length = figures.length
        # 2L state bits, N coins, one constant, two gates per cell and one more per binary gate.
        assert figures.predictor.size == 2 * length + n + 1 + 2 * length + (n - 1)
        assert figures.unmask.size == 2 * length + (n - 1)


def test_figures_name_what_the_mapping_did() -> None:
    inputs = (Input("a", InputKind.DATA), Input("r", InputKind.RANDOM))
    gates = (Gate(Op.AND, (0, 1)), Gate(Op.OR, (0, 1)), Gate(Op.CONST1))
    figures = describe(compile_write_once(Circuit(inputs, gates, (~2, 2, 2, 1, ~4))))
    assert (figures.nodes_before, figures.nodes_after) == (5, 7)
    assert (figures.depth_before, figures.depth_after) == (1, 2)
    assert figures.added == {
        Reason.NEGATED: 1,
        Reason.SHARED: 1,
        Reason.INPUT: 1,
        Reason.CONSTANT: 1,
    }
    assert figures.dropped == 2
    assert (figures.length, figures.rounds) == (7, 3)
    assert (figures.layer_width, figures.live_width) == (3, 5)
