"""What the remasking and revision constructions share: layers as rows of cells, counters, plans.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3: the values of one layer stand
in a bank of w cells; a counter in front of it says which layer that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import Literal as OneOf

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.model.constructions import rules
from dlmcheck.model.layering import strict_layers
from dlmcheck.spec.circuit import Circuit, Literal, node_of
from dlmcheck.spec.errors import BadCircuit, NotLayered
from dlmcheck.spec.resources import levels
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import MASK, State

Content = int | OneOf["M", "0", "1"]
"""What a cell holds: a literal of the circuit, the mask, or a constant token."""


@unique
class Mistake(Enum):
    """Boundary errors that a reader of the theorems can make; each breaks a construction.

    They are here so that the hypotheses can be shown to be needed: every construction builds the
    wrong variant on request.
    """

    COUNTER_AFTER_VALUES = "counter after values"
    """The counter takes the last cells, which belong to the output."""
    START_IS_A_VALUE = "start is a value"
    """The counter counts 0 (nothing written) to d+1, and masked cells read as 0. Without one more
    cell this is one value too many when d+1 is a power of two: d+1 is then taken for 0."""
    DOES_NOT_STOP = "does not stop"
    """F goes on after layer d, and the counter with it; values are kept (copied) until it wraps."""
    ALWAYS_LEFT = "always left"
    """Two banks: layer 0 goes to the left one whatever the parity of d."""
    REMASKS_AT_END = "remasks at end"
    """Two banks: G masks the older one after layer d too, although all cells must end visible."""
    COUNTER_TOO_SHORT = "counter too short"
    """The counter has one cell less than the statement gives it."""


# --- layers as rows ------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """A strictly layered circuit as rows of slots: `rows[t]` is what the bank shows for layer t.

    A slot is a node of layer t; in row d the outputs come last, one slot each, as the literals
    that they are. Data inputs have no slot: they stand in the prompt, which is never overwritten,
    so that gates of any layer may read them.
    """

    circuit: Circuit
    rows: tuple[tuple[Literal, ...], ...]

    @property
    def depth(self) -> int:
        """d, the number of the last layer."""
        return len(self.rows) - 1

    @property
    def width(self) -> int:
        """w, the largest row (at least 1, so that there is a cell that shows "written")."""
        return max(1, *map(len, self.rows))

    def width_of(self, layers: Iterable[int]) -> int:
        """The largest of some rows (at least 1), or 0 for no rows at all."""
        chosen = [len(self.rows[t]) for t in layers]
        return max([1, *chosen]) if chosen else 0


def rows_of(circuit: Circuit, layers: Sequence[int] | None = None) -> Rows:
    """The rows of a strictly layered circuit with all outputs in its last layer.

    `layers` gives the layer of each node; without it, layers are looked for that fit (only parts
    that hang on constants alone leave a choice). An edge from a data input may skip layers.

    A random input may stand in any layer below the last: it is sampled when its row is written.

    Raises `NotLayered` for any other edge that skips a layer, and `BadCircuit` if a data input
    does not stand in layer 0 or a gate does, if an output is not in the last layer, if there is no
    output, or if depth is 0 and two outputs show one random bit.
    """
    where = _found_layers(circuit) if layers is None else tuple(layers)
    if len(where) != circuit.node_count:
        raise BadCircuit(f"{len(where)} layers for {circuit.node_count} nodes")
    if not circuit.outputs:
        raise BadCircuit("no output", expected="at least one output")
    data = set(circuit.data_inputs)
    last, first = max(where), len(circuit.inputs)
    for node, layer in enumerate(where[:first]):
        is_late_coin = node not in data and 0 < layer < last
        if layer and not is_late_coin:
            raise BadCircuit(f"node {node} in layer {layer}", expected="inputs, alone, in layer 0")
    rows: list[list[Literal]] = [[] for _ in range(last + 1)]
    for node in circuit.random_inputs:
        rows[where[node]].append(node)
    for node, gate in enumerate(circuit.gates, start=first):
        layer = where[node]
        if layer <= 0:
            raise BadCircuit(f"node {node} in layer {layer}", expected="inputs, alone, in layer 0")
        for literal in gate.args:
            arg = literal if literal >= 0 else ~literal
            if where[arg] != layer - 1 and arg not in data:
                raise NotLayered((arg, node), (where[arg], layer))
        rows[layer].append(node)
    shown = {node_of(output) for output in circuit.outputs}
    if any(where[node] != last for node in shown):
        raise BadCircuit("an output is not in the last layer", expected=f"outputs in layer {last}")
    if last == 0 and len(shown - data) != sum(node_of(o) not in data for o in circuit.outputs):
        raise BadCircuit(
            "two outputs show one random bit",
            expected="an ID gate for each of them, since one round is a product law",
        )
    rows[last] = [*(v for v in rows[last] if v not in shown), *circuit.outputs]
    return Rows(circuit, tuple(map(tuple, rows)))


def _found_layers(circuit: Circuit) -> tuple[int, ...]:
    try:
        return strict_layers(circuit)
    except NotLayered:
        return levels(circuit)


@dataclass(frozen=True)
class Bank:
    """Some cells in a row that show one layer, the last slot in the last cell."""

    first: int
    width: int

    @property
    def cells(self) -> range:
        """The cells of the bank."""
        return range(self.first, self.first + self.width)

    def shown(self, row: Sequence[Literal]) -> dict[int, Literal]:
        """Which cell shows which slot of a row; the other cells are spare."""
        first, width, slots = self.first, self.width, len(row)
        return {
            rules.slot_cell(first, width, slots, slot): literal for slot, literal in enumerate(row)
        }


def wires(rows: Rows, before: Mapping[int, Literal]) -> dict[int, Literal]:
    """The bits that a row's gates may read, by node: the row before it, and the prompt.

    `before` maps the cells of the bank that shows the row before to its slots. The prompt takes
    the first cells.
    """
    bits = {node: value_bit(cell) for cell, node in before.items()}
    return bits | {node: value_bit(cell) for cell, node in enumerate(rows.circuit.data_inputs)}


def written(
    builder: Builder,
    rows: Rows,
    literal: Literal,
    bits: Mapping[int, Literal],
    coins: Mapping[int, Literal],
) -> Literal:
    """The bit that a slot gets: one gate on the cells that show the row before.

    `bits` are the wires of the row, `coins` maps random inputs to the predictor's coins.
    """
    circuit = rows.circuit
    node = node_of(literal)
    if node in coins:
        value = coins[node]
    elif node < len(circuit.inputs):
        value = bits[node]
    else:
        gate = circuit.gates[node - len(circuit.inputs)]
        args = [rules.along(arg, bits[arg if arg >= 0 else ~arg]) for arg in gate.args]
        value = rules.slot_bit(builder, gate.op, args)
    return rules.along(literal, value)


# --- counters ------------------------------------------------------------------------------


def binary_code(count: int, cells: int) -> tuple[State, ...]:
    """The numbers 0..count-1 modulo 2^cells as tokens, lowest bit first.

    >>> binary_code(3, 2)
    ((0, 0), (1, 0), (0, 1))
    """
    return tuple(tuple(n >> j & 1 for j in range(cells)) for n in range(count))


def matching(cells: Sequence[int], tokens: State) -> list[Literal]:
    """Literals that hold together iff the cells show these tokens."""
    literals: list[Literal] = []
    for cell, token in zip(cells, tokens, strict=True):
        literals += rules.match_token(masked_bit(cell), value_bit(cell), token)
    return literals


def value_matching(cells: Sequence[int], number: int) -> list[Literal]:
    """As `matching` for a binary number modulo 2^cells, with masked cells read as 0."""
    return [rules.match_bit(value_bit(cell), number >> j & 1) for j, cell in enumerate(cells)]


def round_is(builder: Builder, clock: Sequence[Literal], number: int) -> Literal:
    """Whether the clock bits (lowest first) show a round number."""
    return rules.clock_shows(builder, clock, [number >> j & 1 for j in range(len(clock))])


# --- results -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Banked:
    """A schedule with one or two banks, and what it was made from.

    `length` without the `prompt_cells` is what the theorems call L. `writes` says, per round,
    which cells get another content by the write (remasking not included), and `coins` which coin
    (round, random input of the predictor) stands for which random input of the circuit: hints
    for a certificate, from which nothing is concluded.
    """

    schedule: Schedule
    rows: Rows
    prompt_cells: int
    value_cells: int
    counter_cells: int
    writes: tuple[tuple[tuple[int, Content], ...], ...]
    coins: tuple[tuple[int, int, int], ...]

    @property
    def generated_length(self) -> int:
        """L without the prompt."""
        return self.schedule.length - self.prompt_cells

    @property
    def circuit(self) -> Circuit:
        """The circuit that was compiled."""
        return self.rows.circuit


def coin_numbers(rows: Rows) -> dict[int, int]:
    """The random inputs, numbered in the order of the circuit (at depth 0, of their slots)."""
    if rows.depth:
        return {node: j for j, node in enumerate(rows.circuit.random_inputs)}
    random = set(rows.circuit.random_inputs)
    return {slot: j for j, slot in enumerate(x for x in map(node_of, rows.rows[0]) if x in random)}


def coins_tossed(rows: Rows) -> tuple[tuple[int, int, int], ...]:
    """For each random input the round that samples it, its number, and itself."""
    number, inputs = coin_numbers(rows), len(rows.circuit.inputs)
    return tuple(
        (t + 1, number[node], node)
        for t, row in enumerate(rows.rows)
        for node in [slot if slot >= 0 else ~slot for slot in row if -inputs <= slot < inputs]
        if node in number
    )


def plan(
    length: int,
    claims: Sequence[Mapping[int, Content]],
    remasked: Callable[[int], Iterable[int]] = lambda _: (),
) -> tuple[tuple[tuple[int, Content], ...], ...]:
    """The changes of content round by round, from what is written and then remasked in each."""
    contents: list[Content] = ["M"] * length
    changes: list[tuple[tuple[int, Content], ...]] = []
    for number, claim in enumerate(claims, start=1):
        changes.append(tuple((c, v) for c, v in sorted(claim.items()) if contents[c] != v))
        for cell, content in claim.items():
            contents[cell] = content
        for cell in remasked(number):
            contents[cell] = "M"
    return tuple(changes)


def show_token(token: int) -> Content:
    """A token as a content."""
    return "M" if token == MASK else "1" if token else "0"
