"""The circuit of one cell, from its own neighbourhood: what the constructions emit for every cell.

Each function gets the wires of one cell and of the cells that it looks at, as literals, and no
other part of the circuit. The compilers call it for every cell; a proof for all circuits calls it
once, on free atoms in place of the wires. So what is proved of it holds wherever it is called.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.1 to 3.3; a bit pair (masked, value) is a
cell in their encoding: 0 is (0, 0), 1 is (0, 1), M is (1, 0).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, Self, TypeVar

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Literal, Op
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.tokens import MASK, Code

# --- gates on wires ------------------------------------------------------------------------


def along(edge: Literal, bit: Literal) -> Literal:
    """What an edge of a circuit brings from a node whose value is this bit.

    >>> along(3, 8), along(~3, 8) == ~8
    (8, True)
    """
    return ~bit if edge < 0 else bit


def drawn_bit(builder: Builder, op: Op, args: Sequence[Literal]) -> Literal | bool:
    """A gate's value on wires, without gates for constants and for gates of one argument."""
    if len(args) > 1:
        return builder.gate(op, args)
    if not args:
        return op is Op.CONST1
    return ~args[0] if op is Op.NOT else args[0]


def slot_bit(builder: Builder, op: Op, args: Sequence[Literal]) -> Literal:
    """A gate's value on wires, without gates for copies and negations."""
    if op in (Op.ID, Op.NOT):
        return args[0] if op is Op.ID else ~args[0]
    return builder.gate(op, args)


def keeping_bits(
    builder: Builder, masked: Literal, value: Literal, drawn: Literal | bool
) -> list[Literal]:
    """What is drawn for a cell that keeps a visible token: 0, and (masked and drawn) or value.

    So a visible cell shows its token, in every state, reachable or not.
    """
    low = value
    if drawn is True:
        low = builder.or_(masked, value)
    elif drawn is not False:
        low = builder.or_(builder.and_(masked, drawn), value)
    return [builder.constant(False), low]


# --- which cells are written ---------------------------------------------------------------


def is_due(builder: Builder, masked: Literal, awaited: Sequence[Literal]) -> Literal:
    """Theorem 3.1's F at one cell: it is masked, and none of the cells that it waits for is.

    `awaited` are the masked bits of these.
    """
    return builder.and_(masked, *[~other for other in awaited]) if awaited else masked


def bank_is_due(
    builder: Builder, masked: Literal, due: Sequence[Literal], *, fill: bool
) -> Literal:
    """Theorem 3.2's F for a bank: it is masked and one of its layers is due.

    `masked` is the bit of its first value cell. With `fill` a bank to which no layer belongs is
    written as well.
    """
    flag = builder.and_(masked, any_of(builder, due))
    return masked if fill and not due else flag


def is_rewritten(
    builder: Builder, due: Sequence[Literal], tokens: Sequence[int] | None = None
) -> Literal:
    """Theorem 3.3's F at one cell: some layer is due.

    For a cell that must not be written by layers that show M there, `tokens` has what each layer
    shows.
    """
    if tokens is None:
        return any_of(builder, due)
    return any_of(builder, [c for c, token in zip(due, tokens, strict=True) if token != MASK])


def never(builder: Builder) -> Literal:
    """F and G at a cell of the prompt, and G where no layer is older: it is left alone."""
    return builder.constant(False)


def repeated(masked: Literal, value: Literal) -> list[Literal]:
    """What is drawn for a cell of the prompt: what it shows."""
    return [masked, value]


# --- which layer stands, which is due ------------------------------------------------------


def match_bit(wire: Literal, bit: int) -> Literal:
    """The literal of a wire that holds iff it has this value."""
    return wire if bit else ~wire


def clock_shows(builder: Builder, clock: Sequence[Literal], bits: Sequence[int]) -> Literal:
    """Whether the clock's wires have these values: "the round is the one of this layer"."""
    return all_of(builder, [match_bit(wire, b) for wire, b in zip(clock, bits, strict=True)])


def match_token(masked: Literal, value: Literal, token: int) -> list[Literal]:
    """Literals of one cell that hold together iff it shows a token (M is one too here)."""
    if token == MASK:
        return [masked]
    return [value] if token == 1 else [~masked, ~value]


def standing(bank_masked: Literal, matched: Iterable[Literal]) -> list[Literal]:
    """Literals that hold together iff a bank shows a layer.

    `bank_masked` is the masked bit of its first value cell, `matched` the literals for its
    counter. So "nothing written yet" is no value of the counter.
    """
    return [~bank_masked, *matched]


def due_layers(
    builder: Builder, start: Literal, stands: Sequence[Literal], *, forever: bool = False
) -> list[Literal]:
    """For each layer, the bit "this round writes it": layer 0 at the start, t+1 when t stands.

    Nothing is due when the last layer stands, or, with the mistake `forever`, layer 0 again.
    """
    if forever:
        start = any_of(builder, [start, stands[-1]])
    return [start, *stands[:-1]]


def is_watched(*, newest: bool, keep: bool) -> bool:
    """Whether Theorem 3.2's G masks the older of two neighbouring layers that both stand.

    Not if the newer one is the last layer and all cells are to be visible at the end.
    """
    return not (newest and keep)


def both_stand(builder: Builder, older: Sequence[Literal], newer: Sequence[Literal]) -> Literal:
    """G's bit for the bank of the older layer: both layers stand."""
    return all_of(builder, [*older, *newer])


# --- what is written -----------------------------------------------------------------------


def chosen(builder: Builder, cases: Iterable[tuple[Literal, Literal | None]]) -> Literal:
    """OR of (condition and value); a value None stands for 0."""
    return any_of(builder, [builder.and_(c, v) for c, v in cases if v is not None])


def chosen_or_kept(
    builder: Builder,
    cases: Sequence[tuple[Literal, Literal | None]],
    staying: Literal,
    value: Literal,
) -> Literal:
    """As `chosen`, with one case more: `value` is kept if a layer is due in which it stays.

    It stands apart, as the condition is a disjunction that may be as high as that of all cases.
    """
    kept = chosen(builder, [(staying, value)])
    return any_of(builder, [kept, chosen(builder, cases)]) if cases else kept


def code_bits(
    builder: Builder, tokens: Sequence[int], due: Sequence[Literal], edits: Edits
) -> list[Literal]:
    """High and low bit of a counter cell: its token in the code of the layer that is due.

    Where M may not be written the predictor says 0 for it, and F leaves the cell alone.
    """
    pairs = list(zip(due, tokens, strict=True))
    masks = [w for w, token in pairs if token == MASK and edits is Edits.REVISE_ANY]
    return [any_of(builder, masks), any_of(builder, [w for w, token in pairs if token == 1])]


def shifted_bits(builder: Builder, source: Sequence[Literal] | None, fill: Code) -> list[Literal]:
    """ShiftR at one cell: the bits of the cell that it shows, or the code that fills it."""
    return [builder.constant(bit) for bit in fill] if source is None else list(source)


# --- gates of fan-in two -------------------------------------------------------------------


def tree(builder: Builder, op: Op, literals: Iterable[Literal]) -> Literal:
    """A balanced tree of gates of fan-in two; no literal at all gives the neutral constant."""
    level = list(dict.fromkeys(literals))
    if not level:
        return builder.constant(op is Op.AND)
    while len(level) > 1:
        paired = [builder.gate(op, level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        level = paired + (level[-1:] if len(level) % 2 else [])
    return level[0]


def all_of(builder: Builder, literals: Iterable[Literal]) -> Literal:
    """The conjunction of literals, as a tree."""
    return tree(builder, Op.AND, literals)


def any_of(builder: Builder, literals: Iterable[Literal]) -> Literal:
    """The disjunction of literals, as a tree."""
    return tree(builder, Op.OR, literals)


# --- where things stand --------------------------------------------------------------------


class Number(Protocol):
    """What the places of cells are computed with: an integer, or a term that stands for one."""

    def __add__(self, other: Self | int, /) -> Self:
        """The sum."""
        ...

    def __sub__(self, other: Self | int, /) -> Self:
        """The difference."""
        ...

    def __mod__(self, other: int, /) -> Self:
        """The remainder, never negative."""
        ...


class Compared(Protocol):
    """A place that can also be compared: an integer, or a position within a situation."""

    def __sub__(self, other: Self, /) -> Self:
        """The difference."""
        ...

    def __ge__(self, other: Self, /) -> bool:
        """Whether it is no smaller."""
        ...


C = TypeVar("C", bound=Compared)
N = TypeVar("N", bound=Number)


def next_round(latest: N) -> N:
    """The round after the latest one that a cell waits for."""
    return latest + 1


def cell_before(start: N, width: N, place: N) -> N:
    """The cell at a place of the block of some width that ends where another one starts."""
    return start - width + place


def shifted_from(cell: C, amount: C) -> C | None:
    """ShiftR: the cell that this one shows; None if it is filled.

    >>> shifted_from(3, 2), shifted_from(1, 2)
    (1, None)
    """
    return cell - amount if cell >= amount else None


def slot_cell(first: N, width: N, slots: N, slot: N) -> N:
    """The cell of a slot in a bank: rows are right-aligned, the last slot in the last cell."""
    return first + width - slots + slot


def bank_places(place: N, width: N, counter: N, *, behind: bool = False) -> tuple[N, N, N]:
    """Where a bank's counter starts, where its values do, and where the next thing starts.

    The counter stands in front, or, by mistake, `behind` the values.
    """
    if behind:
        return place + width, place, place + width + counter
    return place, place + counter, place + counter + width


def shown_number(layer: N, *, start_is_a_value: bool = False) -> N:
    """The number that a counter shows when a layer stands.

    The start is seen from the mask. If, by mistake, it is 0 on a counter whose masks are read as
    0, the layers are counted from 1.
    """
    return layer + 1 if start_is_a_value else layer


def home_of(layer: N, depth: N, last: int) -> N:
    """The bank (0 or 1) of a layer: the last layer is in bank `last`, neighbours in different."""
    return (layer + depth + last) % 2
