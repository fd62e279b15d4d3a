"""Theorem 3.2 as a construction: two banks that take turns, the older one remasked.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.2: with remasking, a strictly layered circuit
of depth d and width w is simulated in D = d+1 rounds on L = 2w + 2*ceil(log2(d+1)) cells.

Cells, from the front: the prompt, then the left bank and the right bank, each a counter followed
by values. Round t+1 writes layer t and the number t into the bank that is masked, reading the
other one; then G masks that other one. Layers d, d-2, ... go to the right bank, so that layer d
ends up in the last cells. If all cells must end visible, G keeps the older bank once the newer
one shows d.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from dlmcheck.spec.circuit import Circuit, Input, Literal
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import State

LEFT, RIGHT = 0, 1


def remasking_length(width: int, depth: int) -> int:
    """L as Theorem 3.2 states it: 2w + 2*ceil(log2(d+1)).

    >>> remasking_length(5, 3), remasking_length(5, 4)
    (14, 16)
    """
    return 2 * width + 2 * ceil_log2(depth + 1)


def compile_remasking(
    circuit: Circuit,
    *,
    layers: Sequence[int] | None = None,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
    mistake: Mistake | None = None,
) -> Banked:
    """The DLM with remasking that samples what a layered circuit samples.

    `end` decides whether G keeps the older bank in the last round (whole state) or masks it as
    in every other round (output only). Random inputs are layer 0 and are sampled by round 1.
    With a `mistake` the wrong variant is built. Raises the errors of `rows_of`, and `BadPoint`
    if there is no counter to shorten.
    """
    rows = rows_of(circuit, layers)
    d = rows.depth
    cells = ceil_log2(d + 1) - (mistake is Mistake.COUNTER_TOO_SHORT)
    if cells < 0:
        raise BadPoint("depth 0 has no counter to shorten", source="construction")
    first = rules.shown_number(0, start_is_a_value=mistake is Mistake.START_IS_A_VALUE)
    code = binary_code(d + 1 + first, cells)[first:]
    if mistake is Mistake.DOES_NOT_STOP:
        code = binary_code(1 << cells, cells)
    banks = (rows.width, rows.width)
    last = last_bank(even=d % 2 == 0, mistake=mistake)
    return remasking(rows, code, banks, last=last, end=end, stop=stop, mistake=mistake)


def last_bank(*, even: bool, mistake: Mistake | None = None) -> int:
    """The bank of layer d, for even or odd d: the one with the last cells."""
    return LEFT if mistake is Mistake.ALWAYS_LEFT and even else RIGHT


@dataclass(frozen=True)
class _Layout:
    """Where everything stands, and what the counters show: `code[t]`, in the bank of layer t."""

    rows: Rows
    code: Sequence[State]
    banks: tuple[Bank, Bank]
    places: Places
    counters: tuple[range, range]
    length: int
    last: int
    end: End
    clock_bits: int
    mistake: Mistake | None

    def home(self, t: int) -> int:
        """The bank of layer t: layer d is in bank `last`, neighbours in different banks."""
        return rules.home_of(t, self.rows.depth, self.last)

    def layers_of(self, side: int) -> list[int]:
        """The layers (and, for a counter that does not stop, what follows them) of a bank."""
        return [t for t in range(len(self.code)) if self.home(t) == side]

    def cells(self, side: int) -> list[int]:
        """Counter and value cells of a bank."""
        return [*self.counters[side], *self.banks[side].cells]

    @property
    def clock(self) -> range:
        """The clock's bits among the inputs of each circuit."""
        return range(2 * self.length, 2 * self.length + self.clock_bits)

    def stands(self, t: int) -> list[Literal]:
        """Literals that hold together iff the bank of layer t shows that layer."""
        side = self.home(t)
        if self.mistake is Mistake.START_IS_A_VALUE:
            return value_matching(self.counters[side], t + 1)
        shown = matching(self.counters[side], self.code[t])
        return rules.standing(masked_bit(self.banks[side].first), shown)

    def conditions(self, builder: Builder) -> list[Literal]:
        """For each layer t: this round writes it, provided that its bank is masked."""
        count = len(self.code)
        if self.clock_bits:
            return [round_is(builder, self.clock, t + 1) for t in range(count)]
        after = [rules.all_of(builder, self.stands(t)) for t in range(count)]
        if self.mistake is Mistake.START_IS_A_VALUE:
            both = [*value_matching(self.counters[0], 0), *value_matching(self.counters[1], 0)]
            return [rules.all_of(builder, both), *after[:-1]]
        firsts = [masked_bit(bank.first) for bank in self.banks if bank.width]
        start = rules.all_of(builder, firsts)
        forever = self.mistake is Mistake.DOES_NOT_STOP
        return rules.due_layers(builder, start, after, forever=forever)


def remasking(
    rows: Rows,
    code: Sequence[State],
    widths: tuple[int, int],
    *,
    last: int = RIGHT,
    end: End = End.WHOLE_STATE,
    stop: Stop = Stop.ABSORBING,
    clock_bits: int = 0,
    mistake: Mistake | None = None,
) -> Banked:
    """Remasking with any counters: `code[t]` is what the counter of layer t's bank shows then.

    Codes of layers in one bank must differ from each other, and neighbouring layers t, t+1 must
    be told from t+1, t+2 by their pair of codes. A bank of width 0 has no cells (depth 0). With
    clock bits the round number takes the place of the counters, whose codes are then empty.
    """
    layout = _layout(rows, code, widths, last, end, clock_bits, mistake)
    length, prompt = layout.length, len(rows.circuit.data_inputs)
    predictor = _predictor(layout, coin_numbers(rows))
    state = predictor.inputs[: 2 * length + clock_bits]
    schedule = Schedule(
        length=length,
        rounds=rows.depth + 1,
        predictor=predictor,
        unmask=_unmask(layout, state),
        remask=_remask(layout, state),
        output=tuple(range(length - len(rows.circuit.outputs), length)),
        output_names=rows.circuit.output_names,
        edits=Edits.REMASK,
        clock_bits=clock_bits,
        data_cells=tuple(range(prompt)),
        data_names=tuple(rows.circuit.inputs[v].name for v in rows.circuit.data_inputs),
        end=end,
        stop=stop,
        labels=_labels(layout),
    )
    return Banked(
        schedule=schedule,
        rows=rows,
        prompt_cells=prompt,
        value_cells=sum(widths),
        counter_cells=sum(map(len, layout.counters)),
        writes=_plan(layout),
        coins=coins_tossed(rows),
    )


def _layout(
    rows: Rows,
    code: Sequence[State],
    widths: tuple[int, int],
    last: int,
    end: End,
    clock_bits: int,
    mistake: Mistake | None,
) -> _Layout:
    counters: list[range] = []
    banks: list[Bank] = []
    place = len(rows.circuit.data_inputs)
    for side in (LEFT, RIGHT):
        # A bank without layers has no code that would tell its length; then it is the other's.
        own = [code[t] for t in range(len(code)) if rules.home_of(t, rows.depth, last) == side]
        cells = len(own[0]) if own else len(code[0]) if widths[side] else 0
        counter_at, bank_at, place = rules.bank_places(
            place, widths[side], cells, behind=mistake is Mistake.COUNTER_AFTER_VALUES
        )
        counters.append(range(counter_at, counter_at + cells))
        banks.append(Bank(bank_at, widths[side]))
    return _Layout(
        rows,
        code,
        (banks[LEFT], banks[RIGHT]),
        Places(rows, banks, [rules.home_of(t, rows.depth, last) for t in range(rows.depth + 1)]),
        (counters[LEFT], counters[RIGHT]),
        place,
        last,
        end,
        clock_bits,
        mistake,
    )


def _predictor(layout: _Layout, coin_of: dict[int, int]) -> Circuit:
    builder = Builder(interface(layout.length, clock_bits=layout.clock_bits, random=len(coin_of)))
    first_coin = 2 * layout.length + layout.clock_bits
    coins = {node: first_coin + j for node, j in coin_of.items()}
    writes = layout.conditions(builder)
    builder.constant(False)  # which every high bit is: it comes in front of the others
    outputs: list[Literal] = []
    for cell in range(len(layout.rows.circuit.data_inputs)):
        outputs += rules.repeated(masked_bit(cell), value_bit(cell))
    low: dict[int, Literal] = {}
    for side in (LEFT, RIGHT):
        layers = layout.layers_of(side)
        low |= _values(builder, layout, side, writes, coins)
        for i, cell in enumerate(layout.counters[side]):
            shown, due = [layout.code[t][i] for t in layers], [writes[t] for t in layers]
            _, low[cell] = rules.code_bits(builder, shown, due, Edits.REMASK)
    for cell in sorted(low):
        # A visible token is kept in every state, reachable or not: mask preservation.
        outputs += rules.keeping_bits(builder, masked_bit(cell), value_bit(cell), low[cell])
    return builder.build(outputs)


def _values(
    builder: Builder,
    layout: _Layout,
    side: int,
    writes: Sequence[Literal],
    coins: dict[int, int],
) -> dict[int, Literal]:
    """What is drawn for the low bit of a bank's value cells: the slot of the layer due, else 0.

    Layers that take over what stands in the same place of the other bank are one case.
    """
    rows, places, own = layout.rows, layout.places, layout.layers_of(side)
    homes = [layout.home(t) for t in range(rows.depth + 1)]
    due = Disjunctions(builder, [writes[t] for t in own])
    across = layout.banks[1 - side].first - layout.banks[side].first
    low: dict[int, Literal] = {}
    for place in reversed(range(layout.banks[side].width)):
        cell = places.cells[side][place]
        cases: list[tuple[Literal, Literal | None]] = []
        taken_over = 0
        for stay in places.stays[place]:
            follows = stay.first + 1
            if homes[stay.first] == side:
                bit = written(builder, rows, stay.slot, places.wires, coins)
                cases.append((writes[stay.first], bit))
                follows += 1  # the next layer is in the other bank
            if follows <= stay.last:
                # The bank has every other layer.
                taken_over |= bits_between((follows - own[0]) // 2, (stay.last - own[0]) // 2)
        # Only a counter that does not stop goes beyond: values go along, from bank to bank.
        cases += [(writes[t], value_bit(cell + across)) for t in own if t > rows.depth]
        if taken_over:
            newer = value_bit(places.cells[1 - side][place])
            low[cell] = rules.chosen_or_kept(builder, cases, due.some(taken_over), newer)
        else:
            low[cell] = rules.chosen(builder, cases)
    return low


def _unmask(layout: _Layout, state: Sequence[Input]) -> Circuit:
    builder = Builder(state)
    writes = layout.conditions(builder)
    selected: dict[int, Literal] = {}
    for side in (LEFT, RIGHT):
        if not layout.banks[side].width:
            continue
        masked = masked_bit(layout.banks[side].first)
        due = [writes[t] for t in layout.layers_of(side)]
        # At depth 0 nothing stands in the other bank, but it must not stay masked.
        fill = layout.end is End.WHOLE_STATE
        flag = rules.bank_is_due(builder, masked, due, fill=fill)
        selected |= dict.fromkeys(layout.cells(side), flag)
    never = rules.never(builder)
    return builder.build([selected.get(cell, never) for cell in range(layout.length)])


def keeps_older_bank(end: End, mistake: Mistake | None = None) -> bool:
    """Whether G spares the older bank once the newer one shows layer d."""
    return end is End.WHOLE_STATE and mistake is not Mistake.REMASKS_AT_END


def _remask(layout: _Layout, state: Sequence[Input]) -> Circuit:
    """G: mask the bank that shows t once the other shows t+1 (which G sees after the write)."""
    builder = Builder(state)
    keep = keeps_older_bank(layout.end, layout.mistake)
    pairs = [(t, t + 1) for t in range(len(layout.code) - 1)]
    depth = layout.rows.depth
    pairs = [(t, u) for t, u in pairs if rules.is_watched(newest=u == depth, keep=keep)]
    if layout.mistake is Mistake.DOES_NOT_STOP and len(layout.code) % 2 == 0:
        pairs.append((len(layout.code) - 1, 0))
    older: dict[int, list[Literal]] = {LEFT: [], RIGHT: []}
    for t, u in pairs:
        if layout.clock_bits:
            flag = round_is(builder, layout.clock, u + 1)
        else:
            flag = rules.both_stand(builder, layout.stands(t), layout.stands(u))
        older[layout.home(t)].append(flag)
    marks: dict[int, Literal] = {}
    for side in (LEFT, RIGHT):
        if layout.cells(side):
            flag = rules.any_of(builder, older[side])
            marks |= dict.fromkeys(layout.cells(side), flag)
    never = rules.never(builder)
    return builder.build([marks.get(cell, never) for cell in range(layout.length)])


def _plan(layout: _Layout) -> tuple[tuple[tuple[int, Content], ...], ...]:
    rows, places = layout.rows, layout.places
    claims: list[dict[int, Content]] = []
    for t in range(rows.depth + 1):
        side = layout.home(t)
        shown = zip(layout.counters[side], layout.code[t], strict=True)
        claim: dict[int, Content] = {cell: show_token(token) for cell, token in shown}
        claim |= dict.fromkeys(layout.banks[side].cells, "0")
        if rows.depth == 0 and layout.end is End.WHOLE_STATE:
            claim |= dict.fromkeys(layout.cells(1 - side), "0")
        claims.append(claim)
    cells = [places.cells[layout.home(t)] for t in range(rows.depth + 1)]
    for place, stays in enumerate(places.stays):
        for stay in stays:
            for t in range(stay.first, stay.last + 1):
                claims[t][cells[t][place]] = stay.slot
    claims[-1] |= places.at_the_end(rows.rows[-1], layout.home(rows.depth))

    def masked(number: int) -> list[int]:
        return layout.cells(1 - layout.home(number - 1))

    return plan(layout.length, claims, masked)


def _labels(layout: _Layout) -> tuple[str, ...]:
    labels = ["prompt"] * layout.length
    for side, name in ((LEFT, "left"), (RIGHT, "right")):
        for cell in layout.banks[side].cells:
            labels[cell] = f"{name} value"
        for cell in layout.counters[side]:
            labels[cell] = f"{name} counter"
    return tuple(labels)
