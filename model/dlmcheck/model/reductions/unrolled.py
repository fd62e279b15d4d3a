"""From a DLM back to a circuit: all rounds of a schedule as one sampling circuit.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3, the optimality of d rounds: whatever a DLM
with constant-depth predictor and policies samples in D rounds, a circuit of depth O(D) samples.
Here it is an executable reduction with explicit constants: each round is inlined, each cell is
two wires, and every random bit of every round becomes a random input of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from dlmcheck.model.constructions.rules import N
from dlmcheck.model.reductions.folding import Folder, Wire, constant, negated
from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.resources import depth, reads
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.spec.tokens import MASK, Code, Encoding

SELECT_DEPTH = 2
"""Gates on the way through "the new bit if selected, else the old one"."""
REMASK_DEPTH = 1
"""Gates on the way through "M's bit if remasked, else the old one", after G's own."""

_Cell = tuple[Wire, Wire]
W = TypeVar("W")


@dataclass(frozen=True)
class Unrolled:
    """A schedule and the circuit that samples its output, with the measured depths.

    `bound` is (depth of a round) * D. `circuit` has the data inputs of the schedule and one
    random input per random bit and round (and per given cell). It is right on every seed on which
    the run is legal and ends with its output visible; `masked` (same inputs, one output per output
    cell) tells where M is left, which a right schedule never does.
    """

    schedule: Schedule
    circuit: Circuit
    masked: Circuit
    round_depth: int

    @property
    def depth(self) -> int:
        """The depth of the circuit."""
        return depth(self.circuit)

    @property
    def bound(self) -> int:
        """What the depth cannot exceed."""
        return self.round_depth * self.schedule.rounds


def round_depth(schedule: Schedule) -> int:
    """The depth of one round: predictor and F side by side, the write, then G and the remask.

    An F that sees the candidates comes after the predictor, and so after the choice between a
    candidate and a visible token.
    """
    test = 1 if _mask_needs_gate(schedule.encoding) else 0
    return depth_of_round(
        depth(schedule.predictor),
        depth(schedule.unmask),
        None if schedule.remask is None else depth(schedule.remask),
        test if schedule.unmask_sees_candidates else None,
        max,
    )


def depth_of_round(
    predictor: N, unmask: N, remask: N | None, test: N | None, largest: Callable[[N, N], N]
) -> N:
    """The depth of a round, from the depths of its parts.

    `remask` is None without G; `test` is the depth at which a cell is seen to be masked, or None
    if F does not see the candidates.
    """
    if test is None:
        decided = largest(predictor, unmask)
    else:
        decided = largest(predictor, test) + SELECT_DEPTH + unmask
    written = decided + SELECT_DEPTH
    return written if remask is None else written + remask + REMASK_DEPTH


def unroll(schedule: Schedule) -> Unrolled:
    """The circuit of a whole run.

    Constants are folded (everything but the prompt starts as M), so that the depth can be much
    smaller than the bound. Raises `BadInput` if a data input and a random input share a name.
    """
    run = _Run(schedule)
    for number in range(1, schedule.rounds + 1):
        run.round(number)
    outputs = [run.cells[i] for i in schedule.output]
    values = [shown_value(schedule.encoding, cell) for cell in outputs]
    masks = [is_masked(run.folder, schedule.encoding, cell) for cell in outputs]
    return Unrolled(
        schedule=schedule,
        circuit=run.folder.finish(values, schedule.output_names),
        masked=run.folder.finish(masks, schedule.output_names),
        round_depth=round_depth(schedule),
    )


class _Run:
    """The wires of all cells, moved forward round by round."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        names = list(schedule.data_names)
        inputs = [Input(name, InputKind.DATA) for name in names]
        names = [f"given{j}" for j in range(len(schedule.given_cells))]
        for number in range(1, schedule.rounds + 1):
            for part, circuit in _parts(schedule):
                names += [f"{part}{number}.{j}" for j in range(_coins(circuit))]
        inputs += [Input(name, InputKind.RANDOM) for name in names]
        if len({i.name for i in inputs}) != len(inputs):
            raise BadInput("a data input has the name of a coin", source="schedule")
        self.folder = Folder(inputs)
        self._next_coin = len(schedule.data_cells) + len(schedule.given_cells)
        encoding = schedule.encoding
        masked = encoding.code_of(MASK)
        self.cells: list[_Cell] = [(constant(masked[0]), constant(masked[1]))] * schedule.length
        for node, cell in enumerate((*schedule.data_cells, *schedule.given_cells)):
            self.cells[cell] = (
                coded(node, encoding.zero[0], encoding.one[0]),
                coded(node, encoding.zero[1], encoding.one[1]),
            )

    def round(self, number: int) -> None:
        """One round: draw, select, write, remask."""
        schedule = self.schedule
        before = self._bits() + self._clock(number)
        drawn = self._outputs(schedule.predictor, before)
        candidates = [(drawn[2 * i], drawn[2 * i + 1]) for i in range(schedule.length)]
        seen = before
        if schedule.unmask_sees_candidates:
            for i, cell in enumerate(self.cells):
                masked = is_masked(self.folder, schedule.encoding, cell)
                seen = [*seen, *either(self.folder, masked, candidates[i], cell)]
        selected = self._outputs(schedule.unmask, seen)
        self.cells = [
            either(self.folder, flag, new, old)
            for flag, new, old in zip(selected, candidates, self.cells, strict=True)
        ]
        if schedule.remask is not None:
            marks = self._outputs(schedule.remask, self._bits() + self._clock(number))
            mask = schedule.encoding.code_of(MASK)
            self.cells = [
                remasked(self.folder, flag, cell, mask)
                for flag, cell in zip(marks, self.cells, strict=True)
            ]

    def _bits(self) -> list[Wire]:
        return [wire for cell in self.cells for wire in cell]

    def _clock(self, number: int) -> list[Wire]:
        return [constant(bit) for bit in clock_value(self.schedule, number)]

    def _outputs(self, circuit: Circuit, fixed: Sequence[Wire]) -> list[Wire]:
        count = _coins(circuit)
        coins: list[Wire] = list(range(self._next_coin, self._next_coin + count))
        self._next_coin += count
        return self.folder.inline(circuit, [*fixed, *coins])


class Gates(Protocol[W]):
    """What the glue of a round is made of: gates on wires, whatever stands for a wire."""

    def all_of(self, wires: Sequence[W]) -> W:
        """AND."""
        ...

    def any_of(self, wires: Sequence[W]) -> W:
        """OR."""
        ...

    def negated(self, wire: W) -> W:
        """NOT, on the edge."""
        ...


def choice(gates: Gates[W], flag: W, new: W, old: W) -> W:
    """The new wire if the flag is up, else the old one: `SELECT_DEPTH` gates deep."""
    taken = gates.all_of([flag, new])
    return gates.any_of([taken, gates.all_of([gates.negated(flag), old])])


def either(gates: Gates[W], flag: W, new: tuple[W, W], old: tuple[W, W]) -> tuple[W, W]:
    """The new cell if the flag is up, else the old one."""
    return (choice(gates, flag, new[0], old[0]), choice(gates, flag, new[1], old[1]))


def remasked(gates: Gates[W], flag: W, cell: tuple[W, W], mask: Code) -> tuple[W, W]:
    """M if the flag is up, else the cell: `REMASK_DEPTH` gates deep."""

    def bit(old: W, wanted: bool) -> W:
        if wanted:
            return gates.any_of([flag, old])
        return gates.all_of([gates.negated(flag), old])

    return (bit(cell[0], mask[0]), bit(cell[1], mask[1]))


def _parts(schedule: Schedule) -> list[tuple[str, Circuit]]:
    parts = [("predictor", schedule.predictor), ("unmask", schedule.unmask)]
    return parts if schedule.remask is None else [*parts, ("remask", schedule.remask)]


def _coins(circuit: Circuit) -> int:
    return sum(1 for i in circuit.inputs if i.kind is InputKind.RANDOM)


def coded(bit: Wire, zero: bool, one: bool) -> Wire:
    """One half of the code of a token, as a function of the bit that it shows."""
    if zero == one:
        return constant(zero)
    return bit if one else negated(bit)


def shown_value(encoding: Encoding, cell: _Cell) -> Wire:
    """The wire that is 1 iff a visible cell shows 1: a bit in which 0 and 1 differ."""
    half = 0 if encoding.zero[0] != encoding.one[0] else 1
    return cell[half] if encoding.one[half] else negated(cell[half])


def _mask_needs_gate(encoding: Encoding) -> bool:
    return not any(_tells_mask(encoding, half) for half in (0, 1))


def _tells_mask(encoding: Encoding, half: int) -> bool:
    codes: tuple[Code, Code] = (encoding.zero, encoding.one)
    return all(code[half] != encoding.mask[half] for code in codes)


def is_masked(folder: Folder, encoding: Encoding, cell: _Cell) -> Wire:
    """The wire that is 1 iff a cell is masked."""
    wires = [wire if bit else negated(wire) for wire, bit in zip(cell, encoding.mask, strict=True)]
    for half in (0, 1):
        if _tells_mask(encoding, half):
            return wires[half]
    return folder.all_of(wires)


def without_idle_coins(circuit: Circuit) -> Circuit:
    """The circuit without the random inputs that no output reads: the law is the same.

    In an unrolled run these are the coins of cells that are not selected in their round, and
    they would make the law expensive to list.
    """
    read = frozenset[int]().union(*reads(circuit), circuit.data_inputs)
    kept = [v for v in range(len(circuit.inputs)) if v in read]
    place = {old: new for new, old in enumerate(kept)}
    folder = Folder([circuit.inputs[v] for v in kept])
    # An input that nobody reads may stand for any value.
    wires: list[Wire] = [place.get(v, constant(False)) for v in range(len(circuit.inputs))]
    return folder.finish(folder.inline(circuit, wires), circuit.output_names)


def least_rounds(depth_of_law: int, depth_of_round: int) -> int:
    """The bound that unrolling gives: D >= ceil(d / depth of a round).

    It is for a law that no circuit of depth below d samples; that premise is the caller's.

    >>> least_rounds(7, 3)
    3
    """
    return -(-depth_of_law // depth_of_round)
