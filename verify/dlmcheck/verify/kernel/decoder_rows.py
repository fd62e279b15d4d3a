"""What files about decoders are made of, read: rows of a table, laws, distances.

A row is what one round does from one configuration: [PART, ...] and [SOURCE, ...] or null, as
`decoder_table` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token, parse_state, show_state
from dlmcheck.verify.kernel.divergence import Divergence
from dlmcheck.verify.kernel.rationals import rational_field
from dlmcheck.verify.kernel.results import Rejected

MOST_STATES = 1 << 20
"""A part of a round with more states is refused."""
MOST_TOKENS = 10
"""A token is one digit in a file."""
INFINITE = "infinite"

_DECIMAL = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)

Place = tuple[State, int]
"""A state and a memory."""


@dataclass(frozen=True)
class Row:
    """One round from one configuration: the law of the next one, and the laws drawn from."""

    after: dict[Place, Fraction]
    sources: dict[int, Law[Token]] | None


@dataclass(frozen=True)
class Reader:
    """Reads numbers, states and laws of one file."""

    document: Document

    def number(self, value: Json, path: Path) -> Fraction:
        """A fraction or a decimal, not negative."""
        text = self.document.string(value, path)
        if _DECIMAL.fullmatch(text):
            return Fraction(text)
        whole = re.fullmatch(r"([0-9]{1,1000})/([1-9][0-9]{0,999})", text, re.ASCII)
        if whole is None:
            raise self.document.malformed(value, path, "a number such as 3/2 or 0.25")
        return Fraction(int(whole.group(1)), int(whole.group(2)))

    def state(self, value: Json, path: Path, cells: int | None) -> State:
        """A state as text."""
        text = self.document.string(value, path)
        if set(text) - {*"M0123456789"} or (cells is not None and len(text) != cells):
            raise self.document.malformed(value, path, "tokens, one for each cell")
        return parse_state(text)

    def whole_law(self, value: Json, path: Path) -> Law[State]:
        """A law of strings without masks."""
        weights = self._weights(value, path, "strings with their weights")
        found = {self.state(key, (*path, key), None): w for key, w in weights.items()}
        if any(MASK in state for state in found):
            raise self.document.malformed(value, path, "strings without M")
        return Law(found)

    def weights_of_strings(self, value: Json, path: Path) -> dict[State, Fraction]:
        """Strings with positive weights, which need not sum to one; there may be none."""
        weights = self._weights(value, path, "strings with their weights") if value else {}
        return {self.state(key, (*path, key), None): w for key, w in weights.items()}

    def token_law(self, value: Json, path: Path) -> Law[Token]:
        """A law of what a cell shows: one token, or tokens with their weights."""
        if isinstance(value, str):
            return Law({self._token(value, path): 1})
        weights = self._weights(value, path, "a token, or tokens with their weights")
        return Law({self._token(key, (*path, key)): w for key, w in weights.items()})

    def _token(self, value: Json, path: Path) -> Token:
        return self.state(value, path, 1)[0]

    def _weights(self, value: Json, path: Path, expected: str) -> dict[str, Fraction]:
        if not isinstance(value, dict) or not value:
            raise self.document.malformed(value, path, expected)
        return {k: rational_field(self.document, w, (*path, k)) for k, w in value.items()}


def sources_of(reader: Reader, value: Json, path: Path, cells: int) -> dict[int, Law[Token]] | None:
    """The laws that the cells' tokens are drawn from, null for none."""
    if value is None:
        return None
    listed = reader.document.array(value, path)
    if len(listed) != cells:
        raise reader.document.malformed(value, path, f"{cells} laws, or null")
    return {
        cell: reader.token_law(one, (*path, cell))
        for cell, one in enumerate(listed)
        if one is not None
    }


def after_of(reader: Reader, value: Json, path: Path, cells: int) -> dict[Place, Fraction]:
    """The law of the next configuration: a mixture of parts, each with independent cells."""
    document = reader.document
    found: dict[Place, Fraction] = {}
    total = Fraction(0)
    for k, item in enumerate(document.array(value, path)):
        part = document.array(item, (*path, k))
        if len(part) != 3:
            raise document.malformed(item, (*path, k), "weight, memory, cells")
        weight = rational_field(document, part[0], (*path, k, 0))
        memory = document.integer(part[1], (*path, k, 1))
        shown = document.array(part[2], (*path, k, 2))
        if len(shown) != cells:
            raise document.malformed(part[2], (*path, k, 2), f"{cells} cells")
        laws = [reader.token_law(one, (*path, k, 2, cell)) for cell, one in enumerate(shown)]
        if prod(map(len, laws)) > MOST_STATES:
            raise Rejected(f"a part of a round has more than {MOST_STATES} states")
        for state, chance in _multiplied(laws):
            place = state, memory
            found[place] = found.get(place, Fraction(0)) + weight * chance
        total += weight
    if total != 1:
        raise document.bad(
            f"weights that sum to {total}", path, "parts of weight 1", kind=MalformedSyntax
        )
    return {place: chance for place, chance in found.items() if chance}


def _multiplied(laws: list[Law[Token]]) -> Iterator[tuple[State, Fraction]]:
    for cells in product(*(law.items() for law in laws)):
        chance = Fraction(1)
        for _, factor in cells:
            if factor != 1:
                chance *= factor
        yield tuple(token for token, _ in cells), chance


# --- what is claimed of a law ------------------------------------------------------------------


def check_law(found: Law[State], claimed: Law[State]) -> None:
    """Raises `Rejected` if a law is not the one that is claimed."""
    check_weights(dict(found.items()), dict(claimed.items()))


def check_weights(found: dict[State, Fraction], claimed: dict[State, Fraction]) -> None:
    """Raises `Rejected` if weights are not those that are claimed."""
    for string in sorted(found.keys() | claimed.keys()):
        if found.get(string) != claimed.get(string):
            chance = found.get(string, Fraction(0))
            raise Rejected(f"{show_state(string)} comes out with probability {chance}")


def check_divergence(reader: Reader, value: Json, key: str, exact: Divergence) -> None:
    """The interval that is claimed must hold the one that is computed here; else `Rejected`."""
    if value == INFINITE or exact.low is None or exact.high is None:
        if value != INFINITE:
            raise Rejected(f"{key} is infinite")
        if not exact.is_infinite:
            raise Rejected(f"{key} is {exact}")
        return
    ends = reader.document.array(value, (key,))
    if len(ends) != 2:
        raise reader.document.malformed(value, (key,), "two ends")
    low, high = (reader.number(end, (key, k)) for k, end in enumerate(ends))
    if not low <= exact.low or not exact.high <= high:
        raise Rejected(f"{key} is {exact}")
