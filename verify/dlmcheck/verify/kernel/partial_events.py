"""The events "the string agrees with what a state shows", exactly, for one target.

An event is a set of strings of the target, kept as the bits of one integer. Probabilities are
integers over one common denominator, so that every comparison is one of integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd, lcm, prod

from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token

Event = int
"""Bit r says whether string number r (in the order of the strings) belongs to the event."""

Key = tuple[tuple[tuple[int, ...], int], ...]
"""A law up to names: strings of numbers, each with a weight, in order."""


class Events:
    """The events of a target: their weights, tokens, and the independence of cells given them."""

    def __init__(self, target: Law[State]) -> None:
        self.strings = sorted(target)
        self.length = len(self.strings[0])
        common = lcm(*(weight.denominator for _, weight in target.items()))
        self._weights = [int(target[string] * common) for string in self.strings]
        self.everything: Event = (1 << len(self.strings)) - 1
        self._showing: dict[tuple[int, Token], Event] = {}
        for row, string in enumerate(self.strings):
            for cell, token in enumerate(string):
                self._showing[cell, token] = self._showing.get((cell, token), 0) | 1 << row
        self.tokens: list[list[Token]] = [
            sorted(token for c, token in self._showing if c == cell) for cell in range(self.length)
        ]
        self._bytes: dict[tuple[int, int], int] = {}
        self._known: dict[Event, int] = {}

    def showing(self, event: Event, cell: int, token: Token) -> Event:
        """The part of an event in which a cell holds a token."""
        return event & self._showing.get((cell, token), 0)

    def of(self, state: State) -> Event:
        """The event that the string agrees with a state; 0 if it is impossible."""
        event = self.everything
        for cell, token in enumerate(state):
            if token != MASK:
                event = self.showing(event, cell, token)
        return event

    def weight(self, event: Event) -> int:
        """The probability of an event, times the common denominator."""
        found = self._known.get(event)
        if found is None:
            found = 0
            octets = event.to_bytes((event.bit_length() + 7) // 8, "little")
            for place, octet in enumerate(octets):
                if octet:
                    found += self._of_octet(place, octet)
            self._known[event] = found
        return found

    def _of_octet(self, place: int, octet: int) -> int:
        found = self._bytes.get((place, octet))
        if found is None:
            found = sum(self._weights[8 * place + i] for i in range(8) if octet >> i & 1)
            self._bytes[place, octet] = found
        return found

    def rows(self, event: Event) -> list[int]:
        """The numbers of the strings of an event."""
        found: list[int] = []
        while event:
            lowest = event & -event
            found.append(lowest.bit_length() - 1)
            event ^= lowest
        return found

    def open_cells(self, event: Event) -> tuple[int, ...]:
        """The cells whose token is not certain, given a possible event."""
        return tuple(cell for cell in range(self.length) if not self.is_certain(event, cell))

    def is_certain(self, event: Event, cell: int) -> bool:
        """Whether a cell has only one token in an event."""
        return any(self.showing(event, cell, token) == event for token in self.tokens[cell])

    def parts(self, event: Event, cells: Iterable[int]) -> list[tuple[tuple[Token, ...], Event]]:
        """The possible tokens of some cells, in the order of the cells given, and their events."""
        found: list[tuple[tuple[Token, ...], Event]] = [((), event)]
        for cell in cells:
            found = [
                ((*tokens, token), part)
                for tokens, whole in found
                for token in self.tokens[cell]
                if (part := self.showing(whole, cell, token))
            ]
        return found

    def is_independent(self, event: Event, cells: Iterable[int]) -> bool:
        """Whether the tokens of some cells are independent, given a possible event."""
        listed = list(cells)
        total = self.weight(event)
        factors: list[dict[Token, int]] = []
        for cell in listed:
            parts = {token: self.showing(event, cell, token) for token in self.tokens[cell]}
            factors.append({token: self.weight(part) for token, part in parts.items() if part})
        joint = self.parts(event, listed)
        # A product law lives on a full box, so no combination of possible tokens is missing.
        if len(joint) != prod(len(factor) for factor in factors):
            return False
        if not listed:
            return True
        scale: int = total ** (len(listed) - 1)
        return all(
            self.weight(part) * scale
            == prod(factor[token] for factor, token in zip(factors, tokens, strict=True))
            for tokens, part in joint
        )

    def is_dyadic(self, event: Event, cell: int) -> bool:
        """Whether the law of a cell, given a possible event, consists of dyadic numbers."""
        total = self.weight(event)
        for token in self.tokens[cell]:
            part = self.weight(self.showing(event, cell, token))
            if (total // gcd(total, part)).bit_count() != 1:
                return False
        return True

    def contradicts(self, event: Event, shown: Iterable[tuple[int, Token]]) -> bool:
        """Whether P(tokens) is not the product of the P(token), given a possible event.

        `shown` are cells with a token each.
        """
        pairs = list(shown)
        joint = event
        product_of = 1
        for cell, token in pairs:
            joint = self.showing(joint, cell, token)
            product_of *= self.weight(self.showing(event, cell, token))
        scale: int = self.weight(event) ** (len(pairs) - 1)
        return self.weight(joint) * scale != product_of

    def renamed(self, event: Event) -> Key:
        """The law given an event on its open cells, cells and tokens renamed in a certain way.

        Two events with one and the same value have, by these renamings, one and the same law of
        open cells. (The converse does not hold: some equal laws get two values.)
        """
        rows = self.rows(event)
        cells = self.open_cells(event)
        shared = gcd(*(self._weights[row] for row in rows))
        weights = [self._weights[row] // shared for row in rows]
        columns = [self._column(rows, weights, cell) for cell in cells]
        marks = [0] * len(rows)
        orders: list[tuple[tuple[int, int, int], ...]] = [()] * len(columns)
        for _ in range(2):
            orders = [tuple(sorted(zip(column, weights, marks, strict=True))) for column in columns]
            numbered = {order: rank for rank, order in enumerate(sorted(set(orders)))}
            ranks = [numbered[order] for order in orders]
            profiles = [
                tuple(sorted((ranks[c], column[r]) for c, column in enumerate(columns)))
                for r in range(len(rows))
            ]
            numbers = {profile: rank for rank, profile in enumerate(sorted(set(profiles)))}
            marks = [numbers[profile] for profile in profiles]
        ordered = [columns[c] for c in sorted(range(len(columns)), key=lambda c: orders[c])]
        strings = zip(*ordered, strict=True) if ordered else iter([()] * len(rows))
        return tuple(sorted(zip(strings, weights, strict=True)))

    def _column(self, rows: list[int], weights: list[int], cell: int) -> list[int]:
        """The tokens of a cell by number: the likeliest is 0; in a tie, that of the first row."""
        mass: dict[Token, int] = {}
        for row, weight in zip(rows, weights, strict=True):
            token = self.strings[row][cell]
            mass[token] = mass.get(token, 0) + weight
        first = {token: place for place, token in enumerate(mass)}
        ranked = sorted(mass, key=lambda token: (-mass[token], first[token]))
        number = {token: rank for rank, token in enumerate(ranked)}
        return [number[self.strings[row][cell]] for row in rows]


def independent_sets(
    events: Events, event: Event, cells: Iterable[int]
) -> Iterator[tuple[tuple[int, ...], list[Event]]]:
    """All non-empty sets of some cells that are independent given an event, with their parts.

    A set is looked at only where all smaller ones that begin it are independent; that loses none.
    """
    listed = list(cells)
    total = events.weight(event)

    def extend(
        chosen: tuple[int, ...], parts: list[Event], start: int
    ) -> Iterator[tuple[tuple[int, ...], list[Event]]]:
        for place in range(start, len(listed)):
            cell = listed[place]
            finer: list[Event] = []
            for token in events.tokens[cell]:
                chance = events.weight(events.showing(event, cell, token))
                if not chance:
                    continue
                for part in parts:
                    smaller = events.showing(part, cell, token)
                    if events.weight(smaller) * total != events.weight(part) * chance:
                        break
                    finer.append(smaller)
                else:
                    continue
                break
            else:
                yield (*chosen, cell), finer
                yield from extend((*chosen, cell), finer, place + 1)

    yield from extend((), [event], 0)
