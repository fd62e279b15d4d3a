"""Elimination of dense matrices over GF(2), packed 64 to a word.

The matrix is factored panel by panel, a panel being one word of columns: pivots are found on the
panel alone, and what they do to the other columns is done eight pivots at a time with tables of
all 256 sums (the "method of the four Russians"). Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

WORD = 64
_GROUP = 8
_CHUNK = 1 << 14
"""Words of a block of rows that are changed together: 128 KiB, so that they stay in cache."""


@dataclass(frozen=True)
class Echelon:
    """Rows factored as (multipliers) times (echelon form).

    `rows[i]` is where pivot i stands and `columns[i]` which column it is in. Let w_i be row
    `rows[i]` plus the w_j for the bits j < i of `multipliers[i]`; then w_i has a one in
    `columns[i]` and none in an earlier pivot column. Bit k of `later[i]` is the entry of w_i in
    the column of pivot m - 1 - k, for the m - 1 - i pivots after it. Each other row, in `rest`
    with its multipliers, plus the w_j it names, is zero.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    multipliers: tuple[int, ...]
    later: tuple[int, ...]
    rest: tuple[tuple[int, int], ...]


def packed(rows: Sequence[int], width: int) -> Words:
    """Rows given as integers (bit j is column j) as an array of words."""
    import numpy as np

    words = max(1, -(-width // WORD))
    data = b"".join(row.to_bytes(8 * words, "little") for row in rows)
    return np.frombuffer(data, dtype="<u8").reshape(len(rows), words).copy()


def echelon(rows: Sequence[int], width: int) -> Echelon:
    """Factor a matrix given by its rows as integers; `width` is the number of columns.

    >>> echelon([0b11, 0b01, 0b10], 2).rest
    ((2, 2),)
    """
    import numpy as np

    matrix = packed(rows, width)
    height, words = matrix.shape
    order: NDArray[np.intp] = np.arange(height, dtype=np.intp)
    panels: list[_Panel] = []
    top = 0
    for number in range(words):
        if top == height:
            break
        panel, moved = _panel(matrix, number, top)
        changed = np.flatnonzero(moved != np.arange(len(moved)))
        goes, comes = top + changed, top + moved[changed]
        order[goes] = order[comes]
        for array in (matrix, *(earlier.used for earlier in panels)):
            array[goes] = array[comes]
        matrix[top:, number] = panel.column
        panels.append(panel)
        if panel.bits and number + 1 < words:
            _update(matrix, panel.used, top, len(panel.bits), number + 1)
        top += len(panel.bits)
    return _read_off(matrix, order, panels, top)


@dataclass(frozen=True)
class _Panel:
    """One word of columns: which bits are pivots, what is left, and which pivots rows took."""

    bits: tuple[int, ...]
    column: Words
    used: Words


def _panel(matrix: Words, number: int, top: int) -> tuple[_Panel, NDArray[np.intp]]:
    """Find the pivots of one word of columns in the rows from `top` on.

    Also returns which of these rows goes where, the pivots first.
    """
    import numpy as np

    column = matrix[top:, number].copy()
    used = np.zeros(len(matrix), dtype=np.uint64)
    mine = used[top:]
    moved = np.arange(len(column))
    found: list[int] = []
    for bit in range(WORD):
        done = len(found)
        if done == len(column):
            break
        has = (column & np.uint64(1 << bit)) != 0
        place = done + int(has[done:].argmax())
        if not has[place]:
            continue
        if place != done:
            for array in (column, mine, moved, has):
                array[done], array[place] = array[place], array[done]
        has[: done + 1] = False
        column ^= has * column[done]
        mine |= has * np.uint64(1 << done)
        found.append(bit)
    return _Panel(tuple(found), column, used), moved


def _update(matrix: Words, used: Words, top: int, pivots: int, first: int) -> None:
    """What the pivots of a panel do to the words from `first` on."""
    import numpy as np

    width = matrix.shape[1] - first
    bottom = top + pivots
    # The pivot rows first, among themselves: each is final before it is added to another.
    for i in range(1, pivots):
        own = int(used[top + i])
        named = [top + j for j in range(i) if own >> j & 1]
        if named:
            matrix[top + i, first:] ^= np.bitwise_xor.reduce(matrix[named, first:], axis=0)
    below = used[bottom:].view(np.uint8).reshape(-1, WORD // _GROUP)
    tables: list[Words] = []
    for start in range(top, bottom, _GROUP):
        size = min(_GROUP, bottom - start)
        table = np.zeros((1 << size, width), dtype=np.uint64)
        for j in range(size):
            np.bitwise_xor(table[: 1 << j], matrix[start + j, first:], out=table[1 << j : 2 << j])
        tables.append(table)
    step = max(1, _CHUNK // width)
    buffer = np.empty((step, width), dtype=np.uint64)
    for begin in range(bottom, len(matrix), step):
        block = matrix[begin : begin + step, first:]
        which = below[begin - bottom : begin - bottom + step]
        gathered = buffer[: len(block)]
        for g, table in enumerate(tables):
            np.take(table, which[:, g], axis=0, out=gathered, mode="clip")
            block ^= gathered


def _read_off(
    matrix: Words, order: NDArray[np.intp], panels: Sequence[_Panel], rank: int
) -> Echelon:
    import numpy as np

    multipliers = _integers([(panel.used, range(len(panel.bits))) for panel in panels], len(matrix))
    above = [(matrix[:rank, number], panel.bits) for number, panel in enumerate(panels)]
    later = _integers(above, rank, backwards=True)
    columns = [WORD * number + bit for number, panel in enumerate(panels) for bit in panel.bits]
    where: list[int] = np.asarray(order).tolist()
    # In the panel where a pivot was found its row may have ones in columns before it: those of
    # earlier pivots are zero, and the other ones are no pivots.
    return Echelon(
        tuple(where[:rank]),
        tuple(columns),
        tuple(multipliers[:rank]),
        tuple(bits & ((1 << rank - 1 - i) - 1) for i, bits in enumerate(later)),
        tuple(zip(where[rank:], multipliers[rank:], strict=True)),
    )


def _integers(
    parts: Sequence[tuple[Words, Sequence[int]]], height: int, *, backwards: bool = False
) -> list[int]:
    """Chosen bits of columns of words, side by side, as one integer for each row."""
    import numpy as np

    parts = [part for part in parts if part[1]]
    total = sum(len(bits) for _, bits in parts)
    if height == 0 or not parts:
        return [0] * height
    words = np.stack([_compressed(column, bits) for column, bits in parts], axis=1)
    if all(len(bits) == WORD for _, bits in parts[:-1]):
        rows = words.view(np.uint8)
    else:
        shape = (height, len(parts), WORD)
        unpacked = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little").reshape(shape)
        kept = [unpacked[:, k, : len(bits)] for k, (_, bits) in enumerate(parts)]
        rows = np.packbits(np.concatenate(kept, axis=1), axis=1, bitorder="little")
    if backwards:
        mirror = np.packbits(
            np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)[:, ::-1], axis=1
        )[:, 0]
        rows = np.ascontiguousarray(mirror[rows[:, ::-1]])
    spare = 8 * rows.shape[1] - total if backwards else 0
    size, data = rows.shape[1], rows.tobytes()
    return [
        int.from_bytes(data[size * i : size * (i + 1)], "little") >> spare for i in range(height)
    ]


def _compressed(column: Words, bits: Sequence[int]) -> Words:
    """The chosen bits of each word, moved to the lowest places."""
    import numpy as np

    if list(bits) == list(range(len(bits))):
        mask = (1 << len(bits)) - 1
        return column & np.uint64(mask)
    total = np.zeros_like(column)
    for place, bit in enumerate(bits):
        total |= (column >> np.uint64(bit) & np.uint64(1)) << np.uint64(place)
    return total
