"""ShiftR, the function by which the write-once construction finds the next layer.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1 and the remark on ShiftR: shift the
sequence to the right, fill with a constant. A cell is to be written iff it is masked and the
cell that stands in its place after the shift is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions import rules
from dlmcheck.spec.circuit import Circuit, Input
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.schedule import interface
from dlmcheck.spec.tokens import PAPER_ENCODING, Token


def shift_source(length: int, amount: int) -> tuple[int | None, ...]:
    """For each cell of the shifted sequence, the cell that it shows; None where it is filled.

    >>> shift_source(4, 1)
    (None, 0, 1, 2)

    Raises `BadInput` for a negative amount.
    """
    if amount < 0:
        raise BadInput(f"shift by {amount}", source="shift", expected="an amount of at least 0")
    return tuple(rules.shifted_from(cell, amount) for cell in range(length))


def shift_right(length: int, amount: int, fill: Token = 0) -> Circuit:
    """ShiftR on encoded tokens: 2L bits to 2L bits, cell i shows what cell i - amount showed.

    Every output is an input or a constant, so each reads at most one input and there is no gate
    but the constants. `fill` is 0, 1 or M. Raises `BadInput` for anything else and for a
    negative amount.

    >>> from dlmcheck.spec.circuit import evaluate
    >>> shifted = evaluate(shift_right(2, 1, fill=1), PAPER_ENCODING.encode((0, -1)))
    >>> PAPER_ENCODING.decode(shifted)
    (1, 0)
    """
    builder = Builder(interface(length))
    code = PAPER_ENCODING.code_of(fill)
    outputs: list[int] = []
    names: list[str] = []
    for cell, source in enumerate(shift_source(length, amount)):
        wires = None if source is None else (masked_bit(source), value_bit(source))
        outputs += rules.shifted_bits(builder, wires, code)
        names += [f"{'fill' if wires is None else 'shifted'}{cell}.{h}" for h in ("high", "low")]
    return builder.build(outputs, names)


def block_source(shown: int, widths: Sequence[int]) -> tuple[int | None, ...]:
    """ShiftR by one layer block, for blocks of any widths.

    The sequence is `shown` cells that are visible from the start, then one block per layer.
    Cell j of a block shows cell min(j, w-1) of the block before it, w being the width of that
    one; shown cells and the first block are filled. If all blocks have one width w it is instead
    ShiftR by w cells itself (`shift_source`): the two agree on every block but the first, which
    then reads shown cells or the fill, and these are visible alike.

    >>> block_source(1, [1, 3, 2])
    (None, None, 1, 1, 1, 2, 3)
    >>> block_source(1, [2, 2])
    (None, None, 0, 1, 2)

    Raises `BadInput` for an empty block.
    """
    if any(width < 1 for width in widths):
        raise BadInput(f"blocks of widths {list(widths)}", source="shift", expected="no empty one")
    if widths and len(set(widths)) == 1:
        return shift_source(shown + sum(widths), widths[0])
    source: list[int | None] = [None] * shown
    before: int | None = None
    start = shown
    for width in widths:
        for j in range(width):
            place = 0 if before is None else min(j, before - 1)
            source.append(None if before is None else rules.cell_before(start, before, place))
        start += width
        before = width
    return tuple(source)


def frontier(
    length: int, waits_for: Sequence[Sequence[int]], inputs: Sequence[Input] | None = None
) -> Circuit:
    """F as a circuit: cell i is selected iff it is masked and all cells it waits for are visible.

    One AND gate per cell, with its inversions on the edges, and none where a cell waits for
    nothing. With `waits_for` a shift this is F = masked(x) AND NOT masked(ShiftR(x)), filled with
    any visible token. `inputs` are those of `interface(length)`, if they are made already.

    >>> frontier(2, [[], [0]]).outputs
    (0, 4)
    """
    builder = Builder(interface(length) if inputs is None else inputs)
    return builder.build(
        [
            rules.is_due(builder, masked_bit(cell), [masked_bit(other) for other in others])
            for cell, others in enumerate(waits_for)
        ]
    )
