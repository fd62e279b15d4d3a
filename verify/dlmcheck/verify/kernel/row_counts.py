"""How often each string of bits stands in the rows of some columns.

Few columns are counted by splitting: the rows where the first is 1, those where it is 0, and so
on; the leaves are counted bit by bit. More are turned into rows, numbers that are counted one by
one. Turning is the transposition of squares of 8 x 8 bits, all squares of eight columns at once.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

SPLIT = 8
"""Up to so many columns are counted by splitting, more by reading rows."""
WIDEST = 64
"""More columns than this are read as text."""


class Tally:
    """The counts of all rows that were added, for a number of columns that stays the same."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._numbers: Counter[int] = Counter()

    def add(self, columns: Sequence[int], rows: int) -> None:
        """Count the rows of some columns; a power of two of them."""
        if len(columns) <= SPLIT:
            _split(self._numbers, columns, 0, 0, (1 << rows) - 1)
        elif len(columns) <= WIDEST and rows >= 8:
            for numbers in rows_as_numbers(columns, rows):
                self._numbers.update(numbers)
        else:
            texts = [f"{column:0{rows}b}" for column in columns]
            self._numbers.update(int("".join(row), 2) for row in zip(*texts, strict=True))

    def __len__(self) -> int:
        """How many different rows there were."""
        return len(self._numbers)

    def counts(self) -> dict[str, int]:
        """The counts by rows as text, first column first, in ascending order."""
        width = self._columns
        return {
            f"{number:0{width}b}" if width else "": self._numbers[number]
            for number in sorted(self._numbers)
        }


def count_rows(columns: Sequence[int], rows: int) -> Mapping[str, int]:
    """How often each string of bits stands in the rows of some columns.

    >>> count_rows([0b0110, 0b0111], 4)
    {'00': 1, '01': 1, '11': 2}
    """
    tally = Tally(len(columns))
    tally.add(columns, rows)
    return tally.counts()


def _split(
    counts: Counter[int], columns: Sequence[int], index: int, number: int, part: int
) -> None:
    """Count the rows in `part`, all of which have `number` in the columns before `index`."""
    if index == len(columns):
        counts[number] += part.bit_count()
        return
    ones = part & columns[index]
    zeros = part ^ ones
    if zeros:
        _split(counts, columns, index + 1, 2 * number, zeros)
    if ones:
        _split(counts, columns, index + 1, 2 * number + 1, ones)


_RECORDS: tuple[tuple[int, Literal["B", "H", "I", "Q"]], ...] = (
    (1, "B"), (2, "H"), (4, "I"), (8, "Q")
)  # fmt: skip
"""Numbers of so many bytes, and how the standard library calls them."""


def rows_as_numbers(columns: Sequence[int], rows: int) -> Iterator[memoryview[int]]:
    """The rows of up to 64 columns as numbers, the first column the highest bit.

    Eight times an eighth of the rows, of which there is a multiple of 8: those whose number is
    k mod 8.

    >>> [list(part) for part in rows_as_numbers([0b01101001, 0b11000000], 8)]
    [[2], [0], [0], [2], [0], [2], [3], [1]]
    """
    size, kind = next(record for record in _RECORDS if 8 * record[0] >= len(columns))
    low_first = list(reversed(columns))
    groups = [turned(low_first[low : low + 8], rows) for low in range(0, len(columns), 8)]
    for part in range(8):
        records = bytearray(size * rows // 8)
        for number, group in enumerate(groups):
            place = number if sys.byteorder == "little" else size - 1 - number
            records[place::size] = group[part].to_bytes(rows // 8, "little")
        yield memoryview(records).cast(kind)


def turned(columns: Sequence[int], rows: int) -> list[int]:
    """Byte i of number k has the bits of row 8i + k, column j at bit j; for up to eight columns.

    >>> [f"{number:08b}" for number in turned([0b10000001, 0b10000000], 8)]
    ['00000001', '00000000', '00000000', '00000000', '00000000', '00000000', '00000000', '00000011']
    """
    found = [*columns, *[0] * (8 - len(columns))]
    for by, byte in ((1, b"\x55"), (2, b"\x33"), (4, b"\x0f")):
        mask = int.from_bytes(byte * (rows // 8), "little")
        for one in range(8):
            if not one & by:
                other = one + by
                differ = (found[one] >> by ^ found[other]) & mask
                found[other] ^= differ
                found[one] ^= differ << by
    return found
