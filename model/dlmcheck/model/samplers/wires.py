"""Circuits of a schedule by the meaning of their inputs, and the locality of a schedule's wires.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2 (encoding 00, 01, 10; own random bits of each
position; NC0 predictors read O(1) tokens). The order of the inputs is that of `spec.schedule`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.samplers.cell_wires import CellWires
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.dependence import Locality
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.spec.resources import reads
from dlmcheck.spec.schedule import Schedule, cells_read, interface, predictor_reads


def require_cells(n: int, least: int, what: str) -> None:
    """Raises `BadInput` if n is below the range of a sampler."""
    if n < least:
        raise BadInput(f"n = {n}", source=what, expected=f"n >= {least}")


def clock_width(rounds: int) -> int:
    """The number of clock bits for round numbers up to `rounds`."""
    return rounds.bit_length()


class Wires(CellWires[int]):
    """A builder over the inputs of one circuit of a schedule, in the paper's encoding.

    `length` cells, `clock_bits` bits of the round number, candidates if F sees them, and
    `random` fair coins. The methods return literals.
    """

    def __init__(
        self, length: int, *, clock_bits: int = 0, candidates: bool = False, random: int = 0
    ) -> None:
        self.length = length
        inputs = interface(length, clock_bits=clock_bits, candidates=candidates, random=random)
        super().__init__(Builder(inputs), clock_bits)
        self._candidates = 2 * length + clock_bits
        self._coins = self._candidates + (2 * length if candidates else 0)

    def masked(self, cell: int) -> Literal:
        """Whether a cell holds M."""
        return masked_bit(cell)

    def value(self, cell: int) -> Literal:
        """The token of a cell, 0 while it is masked."""
        return value_bit(cell)

    def candidate(self, cell: int) -> Literal:
        """The drawn candidate of a cell (the token itself where it is visible)."""
        return self._candidates + 2 * cell + 1

    def coin(self, index: int) -> Literal:
        """A fair random bit."""
        return self._coins + index

    def clock_bit(self, index: int) -> Literal:
        """A bit of the round number, lowest first."""
        return 2 * self.length + index

    def values(self, lows: Sequence[Literal]) -> Circuit:
        """The predictor that writes the bits given, one per cell (never M)."""
        high = self.zero()
        return self.builder.build([bit for low in lows for bit in (high, low)])

    def marks(self, flags: Sequence[Literal]) -> Circuit:
        """The policy that selects the cells whose flags are 1."""
        return self.builder.build(flags)


def parity_schedule(
    n: int,
    rounds: int,
    predictor: Circuit,
    unmask: Circuit,
    *,
    remask: Circuit | None = None,
    edits: Edits = Edits.WRITE_ONCE,
    clock: bool = False,
    candidates: bool = False,
    labels: Sequence[str] = (),
    absorbing: bool | None = None,
) -> Schedule:
    """A schedule on n cells that are all output (L = n).

    Without a clock the stop is absorbing unless said otherwise; with a clock it cannot be.
    """
    stops = (not clock) if absorbing is None else absorbing
    return Schedule(
        length=n,
        rounds=rounds,
        predictor=predictor,
        unmask=unmask,
        output=tuple(range(n)),
        output_names=tuple(f"z{i}" for i in range(n)),
        remask=remask,
        edits=edits,
        clock_bits=clock_width(rounds) if clock else 0,
        unmask_sees_candidates=candidates,
        stop=Stop.ABSORBING if stops else Stop.FIXED_ROUNDS,
        labels=tuple(labels),
    )


# --- locality ------------------------------------------------------------------------------


def wire_locality(schedule: Schedule) -> Locality:
    """The largest number of tokens that a single p_i, F_i or G_i reads, by its wires.

    Counted as in `spec.dependence`: without revision the own cell is free for p_i and F_i (they
    matter only where it is masked), and it counts for G_i and with revision. A candidate counts
    as a token of its cell, the own one too. The round number and coins are no tokens.
    `spec.dependence.locality` is the same by behaviour; it is at most this, and needs 3^L states.
    """
    own_is_free = schedule.edits in (Edits.WRITE_ONCE, Edits.REMASK)
    sees = schedule.unmask_sees_candidates

    def largest(cones: Sequence[frozenset[int]], *, candidates: bool = False) -> int:
        counts = [0]
        for i, inputs in enumerate(cones):
            cells = set(cells_read(schedule, inputs))
            if own_is_free:
                cells.discard(i)
            if candidates:
                cells |= _candidates(schedule, inputs)
            counts.append(len(cells))
        return max(counts)

    shown: int | None = None
    if schedule.remask is not None:
        shown = max(
            (len(cells_read(schedule, inputs)) for inputs in reads(schedule.remask)), default=0
        )
    return Locality(
        largest(predictor_reads(schedule)),
        largest(reads(schedule.unmask), candidates=sees),
        shown,
    )


def _candidates(schedule: Schedule, inputs: frozenset[int]) -> set[int]:
    first = 2 * schedule.length + schedule.clock_bits
    return {(node - first) // 2 for node in inputs if first <= node < first + 2 * schedule.length}
