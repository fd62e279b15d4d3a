"""Theorem 3.3 as a construction: one bank and one counter, rewritten in every round.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.3: with revision, a strictly layered circuit
of depth d and width w is simulated in D = d+1 rounds on L = w + ceil(log2(d+1)) cells.

Cells, from the front: the prompt (data inputs), the counter, the values. Round t+1 writes layer t
into the bank and t into the counter. "Nothing written yet" is no counter value: it is seen from
the mask, so that the counter needs d+1 values only. Once the counter shows d, F selects nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.places import Disjunctions, Places, bits_between
from dlmcheck.model.constructions.rows import (
    Bank,
    Banked,
    Content,
    Mistake,
    Rows,
    binary_code,
    coin_numbers,
    coins_tossed,
    matching,
    plan,
    round_is,
    rows_of,
    show_token,
    value_matching,
    written,
)
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import State

_APPLICABLE = frozenset(
    {
        Mistake.COUNTER_AFTER_VALUES,
        Mistake.START_IS_A_VALUE,
        Mistake.DOES_NOT_STOP,
        Mistake.COUNTER_TOO_SHORT,
    }
)


def revision_length(width: int, depth: int) -> int:
    """L as Theorem 3.3 states it: w + ceil(log2(d+1)).

    >>> revision_length(5, 3), revision_length(5, 4)
    (7, 8)
    """
    return width + ceil_log2(depth + 1)


def compile_revision(
    circuit: Circuit,
    *,
    layers: Sequence[int] | None = None,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
    mistake: Mistake | None = None,
) -> Banked:
    """The DLM with revision (token to token) that samples what a layered circuit samples.

    All cells are visible at the end, so that both end conventions hold; `end` is only what the
    schedule promises. Random inputs are layer 0 and are sampled by round 1. With a `mistake` the
    wrong variant is built. Raises the errors of `rows_of`, and `BadPoint` for a mistake that
    cannot be made here.
    """
    rows = rows_of(circuit, layers)
    if mistake is not None and mistake not in _APPLICABLE:
        raise BadPoint(f"revision cannot make the mistake {mistake.value!r}", source="construction")
    cells = ceil_log2(rows.depth + 1) - (mistake is Mistake.COUNTER_TOO_SHORT)
    if cells < 0:
        raise BadPoint("depth 0 has no counter to shorten", source="construction")
    code = binary_code(rows.depth + 1, cells)
    return revision(rows, code, end=end, stop=stop, mistake=mistake)


def revision(
    rows: Rows,
    code: Sequence[State],
    *,
    edits: Edits = Edits.REVISE_TOKEN,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
    clock_bits: int = 0,
    mistake: Mistake | None = None,
) -> Banked:
    """Revision with any counter: `code[t]` is what the counter cells show when layer t stands.

    The codes must differ from each other. The start is seen from the mask of the bank's first
    cell, so that even M^c may be a code. With clock bits the round number takes the place of the
    counter, whose codes are then empty.
    """
    prompt = len(rows.circuit.data_inputs)
    width, counter_cells = rows.width, len(code[0])
    counter_at, bank_at, length = rules.bank_places(
        prompt, width, counter_cells, behind=mistake is Mistake.COUNTER_AFTER_VALUES
    )
    bank = Bank(bank_at, width)
    places = Places(rows, (bank,), (0,) * (rows.depth + 1))
    counter = range(counter_at, counter_at + counter_cells)

    coins = coin_numbers(rows)
    builder = Builder(interface(length, clock_bits=clock_bits, random=len(coins)))
    if mistake is Mistake.START_IS_A_VALUE:
        first = rules.shown_number(0, start_is_a_value=True)
        code = binary_code(rows.depth + 1 + first, counter_cells)[first:]
    if mistake is Mistake.DOES_NOT_STOP:
        code = binary_code(1 << counter_cells, counter_cells)
    clock = range(2 * length, 2 * length + clock_bits)
    writes = _conditions(builder, code, bank, counter, clock, mistake)

    outputs: list[Literal] = []
    selected: list[Literal] = []
    for cell in range(prompt):
        outputs += rules.repeated(masked_bit(cell), value_bit(cell))
    tossed = {node: 2 * length + clock_bits + j for node, j in coins.items()}
    low = _values(builder, rows, places, writes, tossed)
    columns = [[tokens[i] for tokens in code] for i in range(counter_cells)]
    codes = {
        cell: rules.code_bits(builder, column, writes, edits)
        for cell, column in zip(counter, columns, strict=True)
    }
    zero = builder.constant(False)
    for cell in range(prompt, length):
        outputs += [zero, low[cell]] if cell in low else codes[cell]
    predictor = builder.build(outputs)

    chooser = Builder(predictor.inputs[: 2 * length + clock_bits])
    writes = _conditions(chooser, code, bank, counter, clock, mistake)
    everything = rules.is_rewritten(chooser, writes)
    for cell in range(length):
        if cell < prompt:
            selected.append(rules.never(chooser))
        elif cell in low or edits is Edits.REVISE_ANY:
            selected.append(everything)
        else:
            shown = columns[cell - counter_at]
            selected.append(rules.is_rewritten(chooser, writes, shown))
    schedule = Schedule(
        length=length,
        rounds=rows.depth + 1,
        predictor=predictor,
        unmask=chooser.build(selected),
        output=tuple(range(length - len(rows.circuit.outputs), length)),
        output_names=rows.circuit.output_names,
        edits=edits,
        clock_bits=clock_bits,
        data_cells=tuple(range(prompt)),
        data_names=tuple(rows.circuit.inputs[v].name for v in rows.circuit.data_inputs),
        end=end,
        stop=stop,
        labels=_labels(length, prompt, counter),
    )
    return Banked(
        schedule=schedule,
        rows=rows,
        prompt_cells=prompt,
        value_cells=width,
        counter_cells=counter_cells,
        writes=_plan(rows, code, places, counter, length),
        coins=coins_tossed(rows),
    )


def _conditions(
    builder: Builder,
    code: Sequence[State],
    bank: Bank,
    counter: Sequence[int],
    clock: Sequence[Literal],
    mistake: Mistake | None,
) -> list[Literal]:
    """For each layer t, the bit "this round writes layer t"."""
    if clock:
        return [round_is(builder, clock, t + 1) for t in range(len(code))]
    if mistake is Mistake.START_IS_A_VALUE:
        return [rules.all_of(builder, value_matching(counter, t)) for t in range(len(code))]
    start = masked_bit(bank.first)
    stands = [
        rules.all_of(builder, rules.standing(start, matching(counter, tokens))) for tokens in code
    ]
    return rules.due_layers(builder, start, stands, forever=mistake is Mistake.DOES_NOT_STOP)


def _values(
    builder: Builder,
    rows: Rows,
    places: Places,
    writes: Sequence[Literal],
    coins: Mapping[int, Literal],
) -> dict[int, Literal]:
    """The low bit of each value cell: its slot of the layer that this round writes, else 0.

    Layers that leave the cell's value in its place are one case.
    """
    due = Disjunctions(builder, writes)
    low: dict[int, Literal] = {}
    for cell, stays in reversed(list(zip(places.cells[0], places.stays, strict=True))):
        cases: list[tuple[Literal, Literal | None]] = []
        staying = 0
        for stay in stays:
            bit = written(builder, rows, stay.slot, places.wires, coins)
            cases.append((writes[stay.first], bit))
            staying |= bits_between(stay.first + 1, stay.last)
        # Only a counter that does not stop goes beyond the last layer.
        cases += [(condition, value_bit(cell)) for condition in writes[rows.depth + 1 :]]
        if staying:
            low[cell] = rules.chosen_or_kept(builder, cases, due.some(staying), value_bit(cell))
        else:
            low[cell] = rules.chosen(builder, cases)
    return low


def _plan(
    rows: Rows, code: Sequence[State], places: Places, counter: Sequence[int], length: int
) -> tuple[tuple[tuple[int, Content], ...], ...]:
    claims: list[dict[int, Content]] = [
        {c: show_token(token) for c, token in zip(counter, tokens, strict=True)}
        for tokens in code[: rows.depth + 1]
    ]
    for cell, stays in zip(places.cells[0], places.stays, strict=True):
        claims[0][cell] = "0"
        for stay in stays:
            claims[stay.first][cell] = stay.slot
            if stay.last < rows.depth:  # if no other value comes, which is entered afterwards
                claims[stay.last + 1][cell] = "0"
    claims[-1] |= places.at_the_end(rows.rows[-1], 0)
    return plan(length, claims)


def _labels(length: int, prompt: int, counter: Sequence[int]) -> tuple[str, ...]:
    def label(cell: int) -> str:
        if cell < prompt:
            return f"prompt {cell}"
        return f"counter {cell - counter[0]}" if cell in counter else "value"

    return tuple(label(cell) for cell in range(length))
