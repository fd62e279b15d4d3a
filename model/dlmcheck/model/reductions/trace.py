"""One cell in one round of the trace of a string: the wires of the recogniser and of its proof.

Source: the reduction behind Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5. The trace of a
string z of a write-once sampler with deterministic F: before round 1 every cell is masked, a
masked cell that F selects is written with z's token and stays. The recogniser of the support
copies these wires for every cell and round; the proof of the lower bound is about one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.model.reductions.folding import Folder, Wire, constant, negated
from dlmcheck.spec.tokens import MASK, Encoding


@dataclass(frozen=True)
class CellRound:
    """What a round does to a cell: whether it is written, and whether it is masked afterwards."""

    written: Wire
    masked: Wire


def cell_round(folder: Folder, masked: Wire, flag: Wire) -> CellRound:
    """A cell's round from its mask status before, and F's flag: only masked cells are written."""
    return CellRound(folder.all_of([masked, flag]), folder.all_of([masked, negated(flag)]))


def shown_bits(folder: Folder, encoding: Encoding, masked: Wire, token: Wire) -> tuple[Wire, Wire]:
    """The two bits of a cell, from its mask status and the token that it shows if visible."""
    code = encoding.code_of

    def half(number: int) -> Wire:
        # Where masked and visible codes agree no gate is spent.
        when_one, when_zero = code(1)[number], code(0)[number]
        shown = _choice(token, when_one, when_zero)
        return mux(folder, masked, constant(code(MASK)[number]), shown)

    return half(0), half(1)


def possible(folder: Folder, token: Wire, one: Wire, zero: Wire) -> Wire:
    """Whether the token has positive probability, given whether 1 has, and 0."""
    return mux(folder, token, one, zero)


def check(folder: Folder, written: Wire, token_is_possible: Wire) -> Wire:
    """The local check of a cell in a round: if it is written, its token is possible."""
    return folder.any_of([negated(written), token_is_possible])


def mux(folder: Folder, select: Wire, when_one: Wire, when_zero: Wire) -> Wire:
    """`when_one` if selected, else `when_zero`."""
    if when_one == when_zero:
        return when_one
    return folder.any_of(
        [folder.all_of([select, when_one]), folder.all_of([negated(select), when_zero])]
    )


def _choice(wire: Wire, when_one: bool, when_zero: bool) -> Wire:
    if when_one == when_zero:
        return constant(when_one)
    return wire if when_one else negated(wire)
