"""Which cell of a bank shows which value, so that a value that is handed on stays in its place.

Source: the construction of Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3, for circuits
whose values are carried from layer to layer by ID gates. Which cell of its bank a value takes is
free, but for the outputs. If a copy takes the place of what it copies, a few gates keep the value
in all layers of its stay, instead of a few for each layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.model.builder import Builder, value_bit
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.rows import Bank, Rows
from dlmcheck.spec.circuit import Literal, Op

_NOTHING = -1


@dataclass(slots=True)
class Stay:
    """One value in one place, from its first layer to its last.

    `slot` is the literal that the place shows in the first layer; in the others it shows copies.
    """

    first: int
    last: int
    slot: Literal


class Places:
    """Where the values of each layer stand: `homes[t]` is the number of the bank of layer t.

    Place k of a bank is its last cell but k. New values are right-aligned, in the order of their
    row, in what the handed-on ones leave free; in the last layer all are, so that the outputs are
    the last cells.

    `cells[b][k]` is the cell at place k of bank b, `stays[k]` lists what stands at place k one
    after the other, and `wires` has for each node the bit that the gates of the next layer read
    (the prompt, which is always there, takes the first cells).
    """

    def __init__(self, rows: Rows, banks: Sequence[Bank], homes: Sequence[int]) -> None:
        # A row has the slots of its bank (a mistaken one may have more); what stands in none of
        # them is a spare cell.
        slots = [bank.width for bank in banks]
        for home, row in zip(homes, rows.rows, strict=True):
            slots[home] = max(slots[home], len(row))
        self.cells = [
            [
                rules.slot_cell(bank.first, bank.width, count, slot)
                for slot in reversed(range(count))
            ]
            for bank, count in zip(banks, slots, strict=True)
        ]
        self.stays: list[list[Stay]] = [[] for _ in range(max(slots))]
        self.wires: dict[int, Literal] = {}
        stays, copied = self.stays, _copied(rows)
        before: dict[int, int] = {}
        for t, row in enumerate(rows.rows):
            bits = [value_bit(cell) for cell in self.cells[homes[t]]]
            if t == rows.depth:
                places: Sequence[int] = range(len(row) - 1, -1, -1)
            else:
                places = _placed([before.get(copied[node], _NOTHING) for node in row], len(bits))
            for literal, place in zip(row, places, strict=True):
                if literal >= 0 and before.get(copied[literal]) == place:
                    stays[place][-1].last = t
                else:
                    stays[place].append(Stay(t, t, literal))
            if t < rows.depth:
                before = dict(zip(row, places, strict=True))
                self.wires.update(zip(row, map(bits.__getitem__, places), strict=True))
        prompt = enumerate(rows.circuit.data_inputs)
        self.wires.update((node, value_bit(cell)) for cell, node in prompt)

    def at_the_end(self, row: Sequence[Literal], home: int) -> dict[int, Literal]:
        """Which cell shows which slot of the last row."""
        return dict(zip(self.cells[home], reversed(row), strict=False))


def _copied(rows: Rows) -> list[int]:
    """For each node what it is a plain copy of, or `_NOTHING`."""
    gates = rows.circuit.gates
    of_gates = [gate.args[0] if gate.op is Op.ID else _NOTHING for gate in gates]
    return [_NOTHING] * len(rows.circuit.inputs) + of_gates


def _placed(wanted: Sequence[int], width: int) -> list[int]:
    """Distinct places below a width: those that are wanted first, else the first that are free.

    >>> _placed([-1, 1, -1, 1], 5)
    [3, 1, 2, 0]
    """
    taken = bytearray(width)
    places: list[int] = []
    for place in wanted:
        if 0 <= place < width and not taken[place]:
            taken[place] = True
            places.append(place)
        else:
            places.append(_NOTHING)
    free = (place for place in range(width) if not taken[place])
    for k in range(len(places) - 1, -1, -1):
        if places[k] == _NOTHING:
            places[k] = next(free)
    return places


class Disjunctions:
    """Disjunctions of some of the literals of a list, with what is common to them made once.

    The list is halved again and again, however few literals are chosen: so each disjunction is as
    high at most as that of all, and what two of them choose alike in one part is one gate.

    >>> b = Builder.with_names(data="abc")
    >>> of = Disjunctions(b, [0, 1, 2])
    >>> of.some(0b111) == b.or_(b.or_(0, 1), 2), of.some(0b010)
    (True, 1)
    """

    def __init__(self, builder: Builder, literals: Sequence[Literal]) -> None:
        self._builder = builder
        self._literals = literals
        self._size = 1 << (len(literals) - 1).bit_length() if literals else 0
        self._known: dict[tuple[int, int, int], Literal] = {}

    def some(self, chosen: int) -> Literal:
        """Whether one of the literals holds whose bits are set (at least one must be)."""
        return self._within(0, self._size, chosen)

    def _within(self, start: int, size: int, chosen: int) -> Literal:
        if size == 1:
            return self._literals[start]
        key = start, size, chosen
        if key not in self._known:
            half = size // 2
            low, high = chosen & ((1 << half) - 1), chosen >> half
            parts = [(start, low)] if low else []
            parts += [(start + half, high)] if high else []
            held = [self._within(begin, half, part) for begin, part in parts]
            self._known[key] = rules.any_of(self._builder, held)
        return self._known[key]


def bits_between(first: int, last: int) -> int:
    """The number whose bits from one to another are set.

    >>> bin(bits_between(1, 3)), bits_between(2, 1)
    ('0b1110', 0)
    """
    return (1 << last + 1) - (1 << first)
