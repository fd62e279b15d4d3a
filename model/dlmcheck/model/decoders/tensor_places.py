"""Which cells of a tensor an index chooses, in the way of PyTorch.

An index is a list of parts: whole numbers, slices, None, `...`, and `Listed` for lists and tensors
of whole numbers or of truth values.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from dlmcheck.model.decoders.exact import Exact, FloatRefused
from dlmcheck.spec.errors import BadInput

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Listed:
    """Cells in a shape, as an index."""

    cells: list[Any]
    shape: Shape

    @property
    def is_mask(self) -> bool:
        """Whether it says of each cell whether it is chosen."""
        return bool(self.shape) and all(isinstance(cell, bool) for cell in self.cells)


def whole(cell: Any) -> int:
    """A cell cast to a whole number. Raises `FloatRefused` for what is no number."""
    if isinstance(cell, Exact):
        # As a cast does: towards zero.
        return int(cell.value)
    if isinstance(cell, bool | int):
        return int(cell)
    raise FloatRefused(f"{cell!r} is asked for as a whole number")


def repeated(cells: Sequence[Any], own: Shape, shape: Shape) -> list[Any]:
    """Cells of a shape, repeated along dimensions of length 1 to fill another shape."""
    if own == shape:
        return list(cells)
    wide = (1,) * (len(shape) - len(own)) + own
    if len(wide) != len(shape) or any(m not in (1, n) for m, n in zip(wide, shape, strict=True)):
        raise BadInput(f"{own} does not broadcast to {shape}", source="tensor")
    steps = [prod(wide[i + 1 :]) if wide[i] != 1 else 0 for i in range(len(wide))]
    return [cells[sum(map(operator.mul, steps, at))] for at in product(*map(range, shape))]


def common_shape(left: Shape, right: Shape) -> Shape:
    """The shape to which two shapes broadcast."""
    ndim = max(len(left), len(right))
    wide = [(1,) * (ndim - len(one)) + one for one in (left, right)]
    return tuple(n if m == 1 else m for m, n in zip(*wide, strict=True))


Table = tuple[Shape, list[int], list[tuple[int, ...]]]
"""Dimensions of the result, the dimensions that they are of, and the places along these."""


def flat(place: Sequence[int], shape: Shape) -> int:
    """The number of a cell. Raises `BadInput` for a place outside the shape."""
    number = 0
    for i, length in zip(place, shape, strict=True):
        if not -length <= i < length:
            raise BadInput(f"index {i} of {length}", source="tensor")
        number = number * length + i % length
    return number


def chosen_places(shape: Shape, parts: list[Any]) -> tuple[list[int], Shape]:
    """The cells that an index chooses, and the shape of the result."""
    taken = sum(_dimensions(part) for part in parts)
    if taken > len(shape):
        raise BadInput(f"an index of {taken} dimensions for {shape}", source="tensor")
    if not any(part is ... for part in parts):
        parts = [*parts, ...]
    tables: list[Table] = []
    fixed: dict[int, int] = {}
    lists: list[tuple[int, Listed]] = []
    where: list[int] = []
    axis = 0
    for part in parts:
        if part is None:
            tables.append(((1,), [], [()]))
        elif part is ... or isinstance(part, slice):
            count = len(shape) - taken if part is ... else 1
            for _ in range(count):
                chosen = range(shape[axis])[slice(None) if part is ... else part]
                tables.append(((len(chosen),), [axis], [(i,) for i in chosen]))
                axis += 1
        elif isinstance(part, int) or not part.shape:
            fixed[axis] = whole(part.cells[0] if isinstance(part, Listed) else part)
            axis += 1
        else:
            for one in _as_lists(part, shape[axis:]):
                lists.append((axis, one))
                where.append(len(tables))
                axis += 1
    if lists:
        # Next to each other they stand where the first one stood, otherwise in front.
        at = where[0] if len(set(where)) == 1 else 0
        tables.insert(at, _together(lists))
    result = tuple(length for dims, _, _ in tables for length in dims)
    found: list[int] = []
    for rows in product(*(table for _, _, table in tables)):
        place = dict(fixed)
        for (_, axes, _), row in zip(tables, rows, strict=True):
            place |= dict(zip(axes, row, strict=True))
        found.append(flat([place[i] for i in range(len(shape))], shape))
    return found, result


def _dimensions(part: Any) -> int:
    """How many dimensions a part of an index takes."""
    if part is None or part is ...:
        return 0
    return len(part.shape) if isinstance(part, Listed) and part.is_mask else 1


def _as_lists(part: Listed, shape: Shape) -> list[Listed]:
    """A list of places for each dimension that a part takes."""
    if not part.cells or not part.is_mask:
        return [Listed(list(map(whole, part.cells)), part.shape)]
    if part.shape != shape[: len(part.shape)]:
        raise BadInput(f"a mask of shape {part.shape} for {shape}", source="tensor")
    places = zip(product(*map(range, part.shape)), part.cells, strict=True)
    true = [place for place, cell in places if cell]
    return [Listed([place[i] for place in true], (len(true),)) for i in range(len(part.shape))]


def _together(lists: list[tuple[int, Listed]]) -> Table:
    """Lists of places along several dimensions, broadcast."""
    shape = lists[0][1].shape
    for _, one in lists[1:]:
        shape = common_shape(shape, one.shape)
    expanded = [repeated(one.cells, one.shape, shape) for _, one in lists]
    return shape, [axis for axis, _ in lists], list(zip(*expanded, strict=True))
