"""Configurations as whole numbers, and cells whose outcome waits until equal ones are merged.

After a round each cell shows one of a few tokens, with a law of its own given what happened. Many
configurations before the round can give a cell the same law (a visible cell that may be remasked
has the law of its coin, whatever the other cells show). Then it pays not to multiply that law out
for each of them: the code says "this law", equal codes are merged, and the law is multiplied out
once for all of them, cell by cell. By the distributive law this is the same sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.tokens import Token

Site = tuple[tuple[Token, int], ...]
"""What a cell shows after a round, with whole weights that have no common divisor."""
Shows = tuple[Site, tuple[tuple[Token, Hashable], ...]]
"""A site with what is noted of the cell, by the token that it shows."""
FEW = 24
"""A law waits if one in so many parts or more has it."""


class TooManyConfigurations(Exception):
    """More configurations, or longer fractions, than an enumeration was to go through."""


def check_number(found: int, most: int | None) -> None:
    """Raises `TooManyConfigurations` if `most` is given and exceeded."""
    if most is not None and found > most:
        raise TooManyConfigurations(f"more than {most} cases in one round")


class Noted:
    """A note, to be told from no note."""

    def __init__(self, value: Hashable) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Noted) and self.value == other.value

    def __hash__(self) -> int:
        return hash((Noted, self.value))


class Alphabet:
    """Whole numbers for what a cell can show and what is noted of it, and for memories.

    A configuration is one number: 24 bits for each cell, and its memory above them. While a cell
    waits, its 24 bits stand for a law.
    """

    BITS = 24

    def __init__(self, length: int) -> None:
        self._length = length
        self._digits: dict[Hashable, int] = {}
        self._shown: dict[int, tuple[Token, Hashable]] = {}
        self._numbers: dict[Hashable, int] = {}
        self._memories: list[Hashable] = []
        self._waiting: set[tuple[int, Shows]] = set()
        self._options: dict[tuple[int, Shows], list[tuple[int, int]]] = {}

    def memory(self, memory: Hashable) -> int:
        """The part of a code that stands for a memory."""
        if memory not in self._numbers:
            self._numbers[memory] = len(self._memories)
            self._memories.append(memory)
        return self._numbers[memory] + 1 << self.BITS * self._length

    def wait_for_common(self, parts: Iterable[Iterable[Shows]]) -> None:
        """Let the laws wait that many of these parts have at one cell."""
        counts: Counter[tuple[int, Shows]] = Counter()
        number = 0
        for part in parts:
            number += 1
            counts.update((cell, shows) for cell, shows in enumerate(part) if len(shows[0]) > 1)
        self._waiting = {key for key, n in counts.items() if n > 1 and n * FEW >= number}

    def options(self, cell: int, shows: Shows) -> list[tuple[int, int]]:
        """What a cell adds to a code, with weights: its outcomes, or one law that waits."""
        key = cell, shows
        found = self._options.get(key)
        if found is None:
            if key in self._waiting:
                found = [(self._digit(shows) << self.BITS * cell, 1)]
            else:
                found = self._outcomes(cell, shows)
            self._options[key] = found
        return found

    def settle(self, weights: dict[int, int], most: int | None = None) -> None:
        """Multiply out what waits, in place: cell by cell, equal codes merged after each.

        Raises `TooManyConfigurations` once there are more than `most` codes.
        """
        mask = (1 << self.BITS) - 1
        for cell in sorted({cell for cell, _ in self._waiting}):
            check_number(len(weights), most)
            shift = self.BITS * cell
            adds: dict[int, list[tuple[int, int]]] = {}
            for place, shows in self._waiting:
                digit = self._digits.get(shows)
                if place == cell and digit is not None:
                    outcomes = self._outcomes(cell, shows)
                    adds[digit] = [(offset - (digit << shift), p) for offset, p in outcomes]
            for code in [code for code in weights if code >> shift & mask in adds]:
                weight = weights.pop(code)
                for offset, p in adds[code >> shift & mask]:
                    after = code + offset
                    weights[after] = weights.get(after, 0) + weight * p
        check_number(len(weights), most)

    def _outcomes(self, cell: int, shows: Shows) -> list[tuple[int, int]]:
        site, noted = shows
        notes = dict(noted)
        shown = [(t, Noted(notes[t]) if t in notes else None) for t, _ in site]
        found: list[tuple[int, int]] = []
        for one, (_, p) in zip(shown, site, strict=True):
            digit = self._digit(("shown", one))
            self._shown[digit] = one
            found.append((digit << self.BITS * cell, p))
        return found

    def _digit(self, key: Hashable) -> int:
        return self._digits.setdefault(key, len(self._digits))

    def configuration(self, code: int) -> Configuration:
        """What a code stands for in which no cell waits."""
        shown: list[tuple[Token, Hashable]] = []
        for _ in range(self._length):
            shown.append(self._shown[code & (1 << self.BITS) - 1])
            code >>= self.BITS
        state = tuple(token for token, _ in shown)
        if code:
            return Configuration(state, self._memories[code - 1])
        noted = (
            (cell, note.value) for cell, (_, note) in enumerate(shown) if isinstance(note, Noted)
        )
        return Configuration(state, tuple(noted))
