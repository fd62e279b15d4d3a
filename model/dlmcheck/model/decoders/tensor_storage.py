"""Where the cells of a tensor are kept, and which tensors share them.

As in PyTorch, a view, a row, a slice or a squeezed tensor shows the cells of the tensor that it was
made of: who writes to the one writes to the other. What is chosen by lists or by truth values is a
copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Any, Self

from dlmcheck.model.decoders.tensor_places import Shape
from dlmcheck.spec.errors import BadInput


class Stored:
    """Cells in a shape: places in a list that others may show as well.

    Raises `BadInput` for shapes that do not fit.
    """

    __slots__ = ("_places", "_storage", "shape")
    shape: Shape
    _storage: list[Any]
    _places: list[int] | None
    """Where the cells are in the list; None if they are the list, in its order."""

    def __init__(self, cells: Sequence[Any], shape: Shape) -> None:
        self._storage = list(cells)
        self._places = None
        self.shape = shape
        if len(self._storage) != prod(shape):
            raise BadInput(f"{len(self._storage)} cells for the shape {shape}", source="tensor")

    @property
    def cells(self) -> list[Any]:
        """The cells in row-major order; not to be written to."""
        if self._places is None:
            return self._storage
        return [self._storage[place] for place in self._places]

    def overwrite(self, numbers: Iterable[int], values: Iterable[Any]) -> Self:
        """Write values to the cells of these numbers, for all who share them."""
        for number, value in zip(numbers, list(values), strict=True):
            self._storage[number if self._places is None else self._places[number]] = value
        return self

    def showing(self, numbers: list[int], shape: Shape) -> Self:
        """A tensor that shows the cells of these numbers."""
        made = self._sharing(shape)
        made._places = numbers if self._places is None else [self._places[n] for n in numbers]
        return made

    def _sharing(self, shape: Shape) -> Self:
        made = type(self)((), (0,))
        made._storage, made._places, made.shape = self._storage, self._places, shape
        return made

    # --- the same cells in another shape -------------------------------------------------------

    def _other_shape(self, shape: tuple[Any, ...]) -> Shape:
        size = len(self.cells)
        lengths = list(shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)
        if -1 in lengths:
            rest = prod(length for length in lengths if length != -1)
            lengths[lengths.index(-1)] = size // rest if rest else 0
        if prod(lengths) != size:
            raise BadInput(f"{size} cells for the shape {tuple(lengths)}", source="tensor")
        return tuple(lengths)

    def view(self, *shape: Any) -> Self:
        """The same cells in another shape; one length may be -1. Raises `BadInput` where the cells
        do not lie evenly in that shape, as PyTorch does.
        """
        lengths = self._other_shape(shape)
        if not self._is_even(lengths):
            raise BadInput(f"no view of the shape {lengths}: use reshape", source="tensor")
        return self._sharing(lengths)

    def reshape(self, *shape: Any) -> Self:
        """A view where there is one, else a copy."""
        lengths = self._other_shape(shape)
        return self._sharing(lengths) if self._is_even(lengths) else type(self)(self.cells, lengths)

    def flatten(self) -> Self:
        """All cells in a row."""
        return self.reshape(-1)

    def _is_even(self, shape: Shape) -> bool:
        """Whether one step along a dimension of a shape is always the same step in the list."""
        places = self._places
        if not places:
            return True
        after = [prod(shape[i + 1 :]) for i in range(len(shape))]
        steps = [places[n] - places[0] if m > 1 else 0 for n, m in zip(after, shape, strict=True)]
        return all(
            places[0] + sum(i * step for i, step in zip(at, steps, strict=True)) == place
            for at, place in zip(product(*map(range, shape)), places, strict=True)
        )

    def unsqueeze(self, dim: int) -> Self:
        """One more dimension of length 1."""
        place = dim + len(self.shape) + 1 if dim < 0 else dim
        return self._sharing((*self.shape[:place], 1, *self.shape[place:]))

    def squeeze(self, dim: int | None = None) -> Self:
        """Without dimensions of length 1."""
        place = None if dim is None else dim % max(len(self.shape), 1)
        kept = [n for i, n in enumerate(self.shape) if n != 1 or (place is not None and i != place)]
        return self._sharing(tuple(kept))

    # --- in place ------------------------------------------------------------------------------

    def become(self, other: Any) -> Self:
        """Write the cells of another tensor, which broadcasts to this one's shape."""
        return self.overwrite(range(len(self.cells)), other.expand_to(self.shape).cells)

    @property
    def _any(self) -> Any:
        """Itself: cells are calculated with one floor up."""
        return self

    def __iadd__(self, other: Any) -> Self:
        return self.become(self._any + other)

    def __isub__(self, other: Any) -> Self:
        return self.become(self._any - other)

    def __imul__(self, other: Any) -> Self:
        return self.become(self._any * other)

    def __itruediv__(self, other: Any) -> Self:
        return self.become(self._any / other)

    def __iand__(self, other: Any) -> Self:
        return self.become(self._any & other)

    def __ior__(self, other: Any) -> Self:
        return self.become(self._any | other)

    def __ixor__(self, other: Any) -> Self:
        return self.become(self._any ^ other)
