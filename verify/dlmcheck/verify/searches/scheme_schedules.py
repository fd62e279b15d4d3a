"""A scheme and a circuit together are a DLM: the schedule, as circuits over the two-bit encoding.

So every scheme that a search finds can be run by the specification, and is worth something only
if its run has the circuit's law.
"""

from __future__ import annotations

from collections.abc import Mapping

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions.rows import Rows, coin_numbers, rows_of, wires, written
from dlmcheck.model.constructions.rules import all_of, any_of, chosen
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.searches.schemes import Pattern, Scheme


def compile_scheme(scheme: Scheme, circuit: Circuit) -> Schedule:
    """The DLM that runs a layered circuit by a scheme of its depth, d+1 rounds, absorbing.

    State-only, F and G deterministic. Data inputs are a prompt in front of the scheme's cells. In
    a layer with fewer than w nodes the value cells in front of its own show 0.

    Raises `BadInput` if depth or width do not fit, and the errors of `rows_of`.
    """
    rows = rows_of(circuit)
    if rows.depth != scheme.depth or max(map(len, rows.rows)) > scheme.width:
        raise BadInput(
            f"a circuit of depth {rows.depth} and width {rows.width}",
            source="scheme",
            expected=f"depth {scheme.depth} and width at most {scheme.width}",
        )
    prompt = len(circuit.data_inputs)
    length = prompt + scheme.length
    return Schedule(
        length=length,
        rounds=scheme.depth + 1,
        predictor=_predictor(scheme, rows, prompt),
        unmask=_unmask(scheme, prompt),
        remask=_remask(scheme, prompt) if scheme.edits is Edits.REMASK else None,
        output=tuple(range(length - len(circuit.outputs), length)),
        output_names=circuit.output_names,
        edits=scheme.edits,
        data_cells=tuple(range(prompt)),
        data_names=tuple(circuit.inputs[v].name for v in circuit.data_inputs),
        end=scheme.end,
        stop=Stop.ABSORBING,
    )


def _fits(builder: Builder, pattern: Pattern, prompt: int) -> Literal:
    """Whether the state fits a pattern; what value cells show is not read."""
    literals: list[Literal] = []
    for cell, symbol in enumerate(pattern, start=prompt):
        literals.append(masked_bit(cell) if symbol == "M" else ~masked_bit(cell))
        if symbol in "01":
            literals.append(value_bit(cell) if symbol == "1" else ~value_bit(cell))
    return all_of(builder, literals)


def _starts(scheme: Scheme) -> tuple[Pattern, ...]:
    """The pattern before each round, the round after the last included."""
    return ("M" * scheme.length, *scheme.patterns)


def _written_patterns(scheme: Scheme) -> tuple[Pattern, ...]:
    """What the write of each round leaves, the round after the last included."""
    return scheme.middles or (*scheme.patterns, scheme.patterns[-1])


def _is_written(scheme: Scheme, number: int, cell: int) -> bool:
    """Whether F selects a cell in a round."""
    before = _starts(scheme)[number - 1][cell]
    after = _written_patterns(scheme)[number - 1][cell]
    if number == scheme.depth + 2 and scheme.edits is not Edits.REMASK:
        return False
    if scheme.edits in (Edits.WRITE_ONCE, Edits.REMASK):
        return before == "M" and after != "M"
    return after != "M" or before != "M"


def _value_cells(scheme: Scheme, rows: Rows, t: int, prompt: int) -> dict[int, Literal]:
    """Which cell shows which slot of row t: the last of the pattern's value cells."""
    cells = [i for i, symbol in enumerate(scheme.patterns[t], start=prompt) if symbol == "*"]
    slots = rows.rows[t]
    return dict(zip(cells[len(cells) - len(slots) :], slots, strict=True))


def _predictor(scheme: Scheme, rows: Rows, prompt: int) -> Circuit:
    length = prompt + scheme.length
    coin_of = coin_numbers(rows)
    builder = Builder(interface(length, random=len(coin_of)))
    coins = {node: 2 * length + j for node, j in coin_of.items()}
    outputs: list[Literal] = []
    for cell in range(prompt):
        outputs += [masked_bit(cell), value_bit(cell)]
    fits = [_fits(builder, start, prompt) for start in _starts(scheme)]
    for cell in range(scheme.length):
        high: list[tuple[Literal, Literal | None]] = []
        low: list[tuple[Literal, Literal | None]] = []
        for number, condition in enumerate(fits, start=1):
            if not _is_written(scheme, number, cell):
                continue
            symbol = _written_patterns(scheme)[number - 1][cell]
            one = builder.constant(True)
            high.append((condition, one if symbol == "M" else None))
            low.append(
                (
                    condition,
                    _value(builder, scheme, rows, number - 1, cell, coins, prompt)
                    if symbol == "*" and number <= scheme.depth + 1
                    else one
                    if symbol == "1"
                    else None,
                )
            )
        outputs += [chosen(builder, high), chosen(builder, low)]
    return builder.build(outputs)


def _value(
    builder: Builder,
    scheme: Scheme,
    rows: Rows,
    t: int,
    cell: int,
    coins: Mapping[int, Literal],
    prompt: int,
) -> Literal | None:
    slots = _value_cells(scheme, rows, t, prompt)
    if cell + prompt not in slots:
        return None
    before = _value_cells(scheme, rows, t - 1, prompt) if t else {}
    return written(builder, rows, slots[cell + prompt], wires(rows, before), coins)


def _unmask(scheme: Scheme, prompt: int) -> Circuit:
    builder = Builder(interface(prompt + scheme.length))
    fits = [_fits(builder, start, prompt) for start in _starts(scheme)]
    flags = [
        any_of(
            builder,
            [c for number, c in enumerate(fits, start=1) if _is_written(scheme, number, cell)],
        )
        for cell in range(scheme.length)
    ]
    return builder.build([*[builder.constant(False)] * prompt, *flags])


def _remask(scheme: Scheme, prompt: int) -> Circuit:
    builder = Builder(interface(prompt + scheme.length))
    fits = [_fits(builder, middle, prompt) for middle in scheme.middles]
    results = (*scheme.patterns, scheme.patterns[-1])
    flags: list[Literal] = []
    for cell in range(scheme.length):
        due = [
            condition
            for condition, middle, after in zip(fits, scheme.middles, results, strict=True)
            if middle[cell] != "M" and after[cell] == "M"
        ]
        flags.append(any_of(builder, due))
    return builder.build([*[builder.constant(False)] * prompt, *flags])
