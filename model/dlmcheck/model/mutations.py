"""Single mutations of a schedule: what a checker of schedules has to notice.

A mutant differs from its schedule in one place. It may still sample the same law (equivalent
mutants exist), or be no legal schedule at all; the checker has to say which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op
from dlmcheck.spec.errors import BadInput, DlmcheckError
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import Code, Encoding

PARTS: Final = ("predictor", "unmask", "remask")

_FLIPPED: Final = {
    Op.CONST0: Op.CONST1,
    Op.CONST1: Op.CONST0,
    Op.ID: Op.NOT,
    Op.NOT: Op.ID,
    Op.AND: Op.OR,
    Op.OR: Op.AND,
    Op.XOR: Op.OR,
}
_PATIENCE: Final = 2000
_CODES: Final[tuple[Code, ...]] = ((False, False), (False, True), (True, False), (True, True))


@dataclass(frozen=True)
class Mutant:
    """One mutation: what was done, and the schedule or the error that it gave."""

    description: str
    result: Schedule | DlmcheckError


class _NoSuchPlace(Exception):
    """The kind of mutation drawn has no place in this schedule."""


def part_of(schedule: Schedule, part: str) -> Circuit:
    """A circuit of a schedule by name. Raises `BadInput` if there is none of that name."""
    circuit = {
        "predictor": schedule.predictor,
        "unmask": schedule.unmask,
        "remask": schedule.remask,
    }.get(part)
    if circuit is None:
        raise BadInput(
            f"no circuit {part!r}", source="schedule", expected="predictor, unmask or remask"
        )
    return circuit


def with_part(schedule: Schedule, part: str, circuit: Circuit) -> Schedule:
    """The schedule with one circuit replaced. Raises the errors of `Schedule`."""
    part_of(schedule, part)
    if part == "predictor":
        return replace(schedule, predictor=circuit)
    if part == "unmask":
        return replace(schedule, unmask=circuit)
    return replace(schedule, remask=circuit)


def flip_gate(schedule: Schedule, part: str, index: int) -> Schedule:
    """The schedule with gate `index` (from 0) of one of its circuits replaced by another one.

    AND and OR change places, so do ID and NOT, 0 and 1; XOR becomes OR. With one argument AND,
    OR and XOR are the identity, and become NOT. Raises `BadInput` if there is no such gate.
    """
    circuit = part_of(schedule, part)
    if not 0 <= index < len(circuit.gates):
        raise BadInput(
            f"no gate {index} in the {part} circuit",
            source="schedule",
            expected=f"a number below {len(circuit.gates)}",
        )
    gate = circuit.gates[index]
    single = len(gate.args) == 1 and gate.op is not Op.NOT
    op = Op.NOT if single else _FLIPPED[gate.op]
    return with_part(schedule, part, _with_gate(circuit, index, Gate(op, gate.args)))


def mutants(schedule: Schedule, seed: int, count: int) -> Iterator[Mutant]:
    """Up to `count` different single mutants of a schedule, the same ones for the same seed.

    The kinds are drawn evenly: gate function, argument redirected, inverted or dropped, output
    of a circuit redirected or inverted, token codes, one round less, two output cells exchanged,
    an output cell moved, two cells of the start exchanged, a cell of the start moved. Fewer than
    `count` come out if two thousand draws in a row give nothing new, as on a tiny schedule.
    """
    random = Random(seed)
    kinds = (
        _change_op, _redirect_argument, _invert_argument, _drop_argument, _redirect_output,
        _invert_output, _permute_codes, _drop_round, _swap_output_cells, _move_output_cell,
        _swap_start_cells, _move_start_cell,
    )  # fmt: skip
    seen: set[str] = set()
    misses = 0
    while len(seen) < count and misses < _PATIENCE:
        misses += 1
        kind = random.choice(kinds)
        try:
            description, change = kind(schedule, random)
        except _NoSuchPlace:
            continue
        if description in seen:
            continue
        result = _applied(schedule, change)
        if result == schedule:
            continue
        seen.add(description)
        misses = 0
        yield Mutant(description, result)


@dataclass(frozen=True)
class _Change:
    """A mutation that has been drawn but not yet made (making it may be an error)."""

    part: str = ""
    index: int = 0
    gate: Gate | None = None
    output: Literal | None = None
    codes: tuple[Code, Code, Code] | None = None
    rounds: int | None = None
    cells: tuple[str, tuple[int, ...]] | None = None


_Drawn = tuple[str, _Change]


def _applied(schedule: Schedule, change: _Change) -> Schedule | DlmcheckError:
    try:
        if change.gate is not None:
            circuit = part_of(schedule, change.part)
            changed = _with_gate(circuit, change.index, change.gate)
            return with_part(schedule, change.part, changed)
        if change.output is not None:
            circuit = part_of(schedule, change.part)
            outputs = _replaced(circuit.outputs, change.index, change.output)
            return with_part(schedule, change.part, replace(circuit, outputs=outputs))
        if change.codes is not None:
            return replace(schedule, encoding=Encoding(*change.codes))
        if change.rounds is not None:
            return replace(schedule, rounds=change.rounds)
        assert change.cells is not None
        field, cells = change.cells
        if field == "output":
            return replace(schedule, output=cells)
        shown = len(schedule.data_cells)
        return replace(schedule, data_cells=cells[:shown], given_cells=cells[shown:])
    except DlmcheckError as error:
        return error


def _replaced(items: tuple[int, ...], index: int, item: int) -> tuple[int, ...]:
    return (*items[:index], item, *items[index + 1 :])


def _with_gate(circuit: Circuit, index: int, gate: Gate) -> Circuit:
    return replace(circuit, gates=(*circuit.gates[:index], gate, *circuit.gates[index + 1 :]))


# --- the kinds -----------------------------------------------------------------------------


def _draw_part(schedule: Schedule, random: Random) -> tuple[str, Circuit]:
    part = random.choice([p for p in PARTS if p != "remask" or schedule.remask is not None])
    return part, part_of(schedule, part)


def _draw_gate(schedule: Schedule, random: Random, least: int) -> tuple[str, Circuit, int]:
    """A gate with at least so many arguments."""
    part, circuit = _draw_part(schedule, random)
    places = [i for i, gate in enumerate(circuit.gates) if len(gate.args) >= least]
    if not places:
        raise _NoSuchPlace
    return part, circuit, random.choice(places)


def _gate_change(part: str, circuit: Circuit, index: int, gate: Gate) -> _Drawn:
    old = circuit.gates[index]
    text = f"{part} gate {index}: {_show(old)} becomes {_show(gate)}"
    return text, _Change(part=part, index=index, gate=gate)


def _show(gate: Gate) -> str:
    return f"{gate.op.value}({', '.join(str(a) if a >= 0 else f'~{~a}' for a in gate.args)})"


def _change_op(schedule: Schedule, random: Random) -> _Drawn:
    part, circuit, index = _draw_gate(schedule, random, 0)
    old = circuit.gates[index]
    if not old.args:
        fitting = [Op.CONST0, Op.CONST1]
    elif len(old.args) == 1:
        fitting = [Op.ID, Op.NOT]
    else:
        fitting = [Op.AND, Op.OR, Op.XOR]
    op = random.choice([op for op in fitting if op is not old.op])
    return _gate_change(part, circuit, index, Gate(op, old.args))


def _draw_argument(schedule: Schedule, random: Random, least: int) -> tuple[str, Circuit, int, int]:
    part, circuit, index = _draw_gate(schedule, random, least)
    return part, circuit, index, random.randrange(len(circuit.gates[index].args))


def _redirect_argument(schedule: Schedule, random: Random) -> _Drawn:
    part, circuit, index, place = _draw_argument(schedule, random, 1)
    old = circuit.gates[index]
    node = random.randrange(len(circuit.inputs) + index)
    arg = node if old.args[place] >= 0 else ~node
    gate = Gate(old.op, _replaced(old.args, place, arg))
    return _gate_change(part, circuit, index, gate)


def _invert_argument(schedule: Schedule, random: Random) -> _Drawn:
    part, circuit, index, place = _draw_argument(schedule, random, 1)
    old = circuit.gates[index]
    gate = Gate(old.op, _replaced(old.args, place, ~old.args[place]))
    return _gate_change(part, circuit, index, gate)


def _drop_argument(schedule: Schedule, random: Random) -> _Drawn:
    part, circuit, index, place = _draw_argument(schedule, random, 2)
    old = circuit.gates[index]
    gate = Gate(old.op, (*old.args[:place], *old.args[place + 1 :]))
    return _gate_change(part, circuit, index, gate)


def _draw_output(schedule: Schedule, random: Random) -> tuple[str, Circuit, int]:
    part, circuit = _draw_part(schedule, random)
    if not circuit.outputs:
        raise _NoSuchPlace
    return part, circuit, random.randrange(len(circuit.outputs))


def _redirect_output(schedule: Schedule, random: Random) -> _Drawn:
    part, circuit, index = _draw_output(schedule, random)
    node = random.randrange(circuit.node_count)
    text = f"{part} output {index}: {circuit.outputs[index]} becomes {node}"
    return text, _Change(part=part, index=index, output=node)


def _invert_output(schedule: Schedule, random: Random) -> _Drawn:
    part, circuit, index = _draw_output(schedule, random)
    text = f"{part} output {index} is inverted"
    return text, _Change(part=part, index=index, output=~circuit.outputs[index])


def _permute_codes(schedule: Schedule, random: Random) -> _Drawn:
    del schedule
    codes = random.sample(_CODES, 3)
    names = [f"{int(high)}{int(low)}" for high, low in codes]
    text = f"the codes of 0, 1 and M become {', '.join(names)}"
    return text, _Change(codes=(codes[0], codes[1], codes[2]))


def _drop_round(schedule: Schedule, random: Random) -> _Drawn:
    del random
    rounds = schedule.rounds - 1
    return f"{rounds} rounds instead of {schedule.rounds}", _Change(rounds=rounds)


def _swapped(cells: Sequence[int], random: Random) -> tuple[int, int, tuple[int, ...]]:
    if len(cells) < 2:
        raise _NoSuchPlace
    i, j = sorted(random.sample(range(len(cells)), 2))
    changed = list(cells)
    changed[i], changed[j] = changed[j], changed[i]
    return i, j, tuple(changed)


def _moved(schedule: Schedule, cells: tuple[int, ...], random: Random) -> tuple[int, int]:
    if not cells:
        raise _NoSuchPlace
    return random.randrange(len(cells)), random.randrange(schedule.length)


def _swap_output_cells(schedule: Schedule, random: Random) -> _Drawn:
    i, j, cells = _swapped(schedule.output, random)
    return f"outputs {i} and {j} exchange their cells", _Change(cells=("output", cells))


def _move_output_cell(schedule: Schedule, random: Random) -> _Drawn:
    i, cell = _moved(schedule, schedule.output, random)
    cells = _replaced(schedule.output, i, cell)
    return f"output {i} is read from cell {cell}", _Change(cells=("output", cells))


def _swap_start_cells(schedule: Schedule, random: Random) -> _Drawn:
    shown = (*schedule.data_cells, *schedule.given_cells)
    i, j, cells = _swapped(shown, random)
    return f"start values {i} and {j} exchange their cells", _Change(cells=("start", cells))


def _move_start_cell(schedule: Schedule, random: Random) -> _Drawn:
    shown = (*schedule.data_cells, *schedule.given_cells)
    i, cell = _moved(schedule, shown, random)
    cells = _replaced(shown, i, cell)
    return f"start value {i} stands in cell {cell}", _Change(cells=("start", cells))
