"""Small tensors of exact numbers, with the methods that decoders written for PyTorch call.

A tensor is a shape and a list of cells in row-major order. A cell is a whole number, a truth
value, an `Exact`, a logarithm or a noisy number (`shadows`), or an infinity. Operations are cell
by cell, with broadcasting; indices may be numbers, slices, None, `...`, lists, and tensors of
whole numbers or of truth values. Ties of argmax, topk and sort go to the first one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple, cast

from dlmcheck.model.decoders.exact import Exact, FloatRefused
from dlmcheck.model.decoders.shadows import (
    exponential_of,
    logarithm,
)
from dlmcheck.model.decoders.tensor_lines import by_lines, normalised, ranking
from dlmcheck.model.decoders.tensor_places import (
    Listed,
    Shape,
    chosen_places,
    common_shape,
    flat,
    repeated,
    whole,
)
from dlmcheck.model.decoders.tensor_storage import Stored
from dlmcheck.spec.errors import BadInput


class Found(NamedTuple):
    """What sort, topk, max and min return along a dimension."""

    values: Tensor
    indices: Tensor


class Tensor(Stored):
    """Cells in a shape. Raises `BadInput` for shapes that do not fit, and `FloatRefused`."""

    __slots__ = ()
    device = "cpu"
    dtype = None
    is_cuda = False

    @staticmethod
    def of(value: Any) -> Tensor:
        """A tensor of nested lists, or of one number."""
        if isinstance(value, Tensor):
            return value
        if not isinstance(value, list | tuple | range):
            return Tensor([value], ())
        rows = [Tensor.of(one) for one in cast("list[Any]", value)]
        inner = rows[0].shape if rows else ()
        if any(row.shape != inner for row in rows):
            raise BadInput("rows of different shapes", source="tensor")
        return Tensor([cell for row in rows for cell in row.cells], (len(rows), *inner))

    def __repr__(self) -> str:
        return f"tensor({self.tolist()})"

    # --- shape ---------------------------------------------------------------------------------

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def dim(self) -> int:
        """The number of dimensions."""
        return self.ndim

    def size(self, dim: int | None = None) -> Any:
        """The shape, or its length along a dimension."""
        return self.shape if dim is None else self.shape[dim]

    def numel(self) -> int:
        """The number of cells."""
        return len(self.cells)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def expand_to(self, shape: Shape) -> Tensor:
        """The cells repeated along dimensions of length 1."""
        return Tensor(repeated(self.cells, self.shape, shape), shape)

    # --- copies and casts ----------------------------------------------------------------------

    def clone(self) -> Tensor:
        """A copy."""
        return Tensor(self.cells, self.shape)

    def same(self, *_: object, **__: object) -> Tensor:
        """The tensor itself: there is one device, and numbers are as exact as they can be."""
        return self

    cpu = cuda = detach = contiguous = same

    def float(self) -> Tensor:
        """A copy of whole numbers and truth values; what is a real number is one already."""
        return self.clone() if self._are(_BOOL, _INT) else self

    double = half = float

    def to(self, *kinds: Any, dtype: Any = None, **_: object) -> Tensor:
        """Cast to a dtype if there is one; there is one device."""
        casts = {"bool": self.bool, "long": self.long, "float": self.float}
        named = [one for one in (*kinds, dtype) if isinstance(one, str) and one in casts]
        return casts[named[0]]() if named else self

    def _are(self, *kinds: type) -> Any:
        return all(type(cell) in kinds for cell in self.cells)

    def map(self, function: Callable[[Any], Any]) -> Tensor:
        """The function of each cell."""
        return Tensor(list(map(function, self.cells)), self.shape)

    def long(self) -> Tensor:
        """Whole numbers."""
        return self if self._are(_INT) else self.map(whole)

    int = long

    def bool(self) -> Tensor:
        """Truth values."""
        return self if self._are(_BOOL) else self.map(lambda cell: cell != 0)

    def item(self) -> Any:
        """The one cell."""
        if len(self.cells) != 1:
            raise BadInput(f"item of {len(self.cells)} cells", source="tensor", expected="one")
        return self.cells[0]

    def tolist(self) -> Any:
        """Nested lists."""
        return [row.tolist() for row in self] if self.shape else self.cells[0]

    def __bool__(self) -> Any:
        return bool(self.item())

    def __int__(self) -> Any:
        return whole(self.item())

    __index__ = __int__

    def __float__(self) -> Any:
        raise FloatRefused(f"{self!r} is asked for as a float; what decides must be exact")

    # --- cell by cell --------------------------------------------------------------------------

    def with_other(self, other: Any, function: Callable[[Any, Any], Any]) -> Tensor:
        """The function of each cell and that of another tensor."""
        left, right = broadcast(self, Tensor.of(other))
        return Tensor(list(map(function, left.cells, right.cells)), left.shape)

    def __add__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.add)

    def __radd__(self, other: Any) -> Tensor:
        return Tensor.of(other) + self

    def __sub__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.sub)

    def __rsub__(self, other: Any) -> Tensor:
        return Tensor.of(other) - self

    def __mul__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.mul)

    def __rmul__(self, other: Any) -> Tensor:
        return Tensor.of(other) * self

    def __truediv__(self, other: Any) -> Tensor:
        return self.with_other(other, _quotient)

    def __rtruediv__(self, other: Any) -> Tensor:
        return Tensor.of(other) / self

    def __floordiv__(self, other: Any) -> Tensor:
        return self.with_other(other, lambda a, b: a // b)

    def __mod__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.mod)

    def __pow__(self, other: Any) -> Tensor:
        return self.with_other(other, lambda a, b: a**b)

    def __neg__(self) -> Tensor:
        return self.map(operator.neg)

    def __invert__(self) -> Tensor:
        return self.map(lambda cell: not cell if isinstance(cell, _BOOL) else ~cell)

    def __and__(self, other: Any) -> Tensor:
        return self.with_other(other, lambda a, b: a & b)

    def __or__(self, other: Any) -> Tensor:
        return self.with_other(other, lambda a, b: a | b)

    def __xor__(self, other: Any) -> Tensor:
        return self.with_other(other, lambda a, b: a ^ b)

    def __eq__(self, other: object) -> Any:
        return self.with_other(other, operator.eq)

    def __ne__(self, other: object) -> Any:
        return self.with_other(other, operator.ne)

    def __lt__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.lt)

    def __le__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.le)

    def __gt__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.gt)

    def __ge__(self, other: Any) -> Tensor:
        return self.with_other(other, operator.ge)

    def __hash__(self) -> Any:
        return id(self)

    def exp(self) -> Tensor:
        """exp of each cell: exact for logarithms."""
        return self.map(exponential_of)

    def log(self) -> Tensor:
        """log of each cell, as a logarithm, or noise on its way to a race."""
        return self.map(logarithm)

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        """The value where the mask is true."""
        chosen, cells = broadcast(mask, self)
        (filled,) = Tensor.of(value).cells
        pairs = zip(chosen.cells, cells.cells, strict=True)
        return Tensor([filled if yes else cell for yes, cell in pairs], cells.shape)

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        """`masked_fill` in place."""
        return self.become(self.masked_fill(mask, value))

    # --- along a dimension ---------------------------------------------------------------------

    def along(self, dim: Any, function: Callable[[list[Any]], list[Any]]) -> Tensor:
        """The function of each line of cells along a dimension, which may change its length."""
        return Tensor(*by_lines(self.cells, self.shape, dim, function))

    def _reduced(self, dim: Any, keepdim: Any, function: Callable[[list[Any]], Any]) -> Tensor:
        if dim is None:
            return Tensor([function(self.cells)], ())
        found = self.along(dim, lambda line: [function(line)])
        return found if keepdim else found.squeeze(dim)

    def sum(self, dim: Any = None, keepdim: Any = False) -> Tensor:
        """Sums."""
        return self._reduced(dim, keepdim, sum)

    def any(self, dim: Any = None, keepdim: Any = False) -> Tensor:
        """Whether some cell is true."""
        return self._reduced(dim, keepdim, any)

    def all(self, dim: Any = None, keepdim: Any = False) -> Tensor:
        """Whether all cells are true."""
        return self._reduced(dim, keepdim, all)

    def argmax(self, dim: Any = None, keepdim: Any = False) -> Tensor:
        """Where the largest cell is."""
        return self._reduced(dim, keepdim, lambda line: ranking(line, 1, largest=True)[0])

    def argmin(self, dim: Any = None, keepdim: Any = False) -> Tensor:
        """Where the smallest cell is."""
        return self._reduced(dim, keepdim, lambda line: ranking(line, 1, largest=False)[0])

    def topk(self, k: Any, dim: Any = -1, largest: Any = True, sorted: Any = True) -> Found:
        """The k largest cells (or smallest), with where they are."""
        count = int(k) if isinstance(k, Tensor) else k
        if not 0 <= count <= self.shape[dim]:
            raise BadInput(f"the {count} largest of {self.shape[dim]}", source="tensor")
        places = self.along(dim, lambda line: ranking(line, count, largest=largest))
        return Found(self.gather(dim, places), places)

    def sort(self, dim: Any = -1, descending: Any = False, stable: Any = True) -> Found:
        """The cells in order, with where they were."""
        places = self.along(dim, lambda line: ranking(line, len(line), largest=descending))
        return Found(self.gather(dim, places), places)

    def argsort(self, dim: Any = -1, descending: Any = False) -> Tensor:
        """Where the cells in order were."""
        return self.sort(dim, descending).indices

    def max(self, dim: Any = None, keepdim: Any = False) -> Any:
        """The largest cell, or along a dimension the largest ones with where they are."""
        return self._extreme(dim, keepdim, largest=True)

    def min(self, dim: Any = None, keepdim: Any = False) -> Any:
        """The smallest cell, or along a dimension the smallest ones with where they are."""
        return self._extreme(dim, keepdim, largest=False)

    def _extreme(self, dim: Any, keepdim: Any, *, largest: Any) -> Any:
        if dim is None:
            return Tensor([self.cells[ranking(self.cells, 1, largest=largest)[0]]], ())
        found = self.topk(1, dim, largest)
        return found if keepdim else Found(found.values.squeeze(dim), found.indices.squeeze(dim))

    def cumsum(self, dim: Any) -> Tensor:
        """Sums up to each cell."""
        return self.along(dim, lambda line: [sum(line[: k + 1]) for k in range(len(line))])

    def softmax(self, dim: Any) -> Tensor:
        """exp of each cell over their sum: of logarithms, the probabilities they are made of."""
        return self.along(dim, normalised)

    def log_softmax(self, dim: Any) -> Tensor:
        """The logarithms of `softmax`."""
        return self.softmax(dim).log()

    def gather(self, dim: Any, index: Tensor) -> Tensor:
        """Cell index[...] along a dimension, for each place of the index."""
        return Tensor([self.cells[k] for k in self._numbers(dim, index)], index.shape)

    def scatter_(self, dim: Any, index: Tensor, src: Any) -> Tensor:
        """Write at index[...] along a dimension."""
        values = Tensor.of(src).expand_to(index.shape)
        return self.overwrite(self._numbers(dim, index), values.cells)

    def scatter(self, dim: Any, index: Tensor, src: Any) -> Tensor:
        """`scatter_` on a copy."""
        return self.clone().scatter_(dim, index, src)

    def nonzero(self, as_tuple: Any = False) -> Any:
        """Where the cells are not 0: a row for each, or a tensor for each dimension."""
        pairs = zip(product(*map(range, self.shape)), self.cells, strict=True)
        found = [place for place, cell in pairs if cell != 0]
        if as_tuple:
            return tuple(Tensor.of([at[i] for at in found]) for i in range(self.ndim))
        return Tensor([i for at in found for i in at], (len(found), self.ndim))

    def _numbers(self, dim: Any, index: Tensor) -> list[Any]:
        axis = dim % self.ndim
        found: list[Any] = []
        for place, chosen in zip(product(*map(range, index.shape)), index.cells, strict=True):
            where = (*place[:axis], chosen, *place[axis + 1 :])
            found.append(flat(where, self.shape))
        return found

    # --- indices -------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Tensor:
        parts = _parts(key)
        numbers, shape = chosen_places(self.shape, parts)
        shown = self.showing(numbers, shape)
        return shown.clone() if any(isinstance(p, Listed) and p.shape for p in parts) else shown

    def __setitem__(self, key: Any, value: Any) -> None:
        numbers, shape = chosen_places(self.shape, _parts(key))
        self.overwrite(numbers, Tensor.of(value).expand_to(shape).cells)


_BOOL, _INT = bool, int
"""The types, which are methods inside the class."""


def broadcast(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Both in one shape."""
    shape = common_shape(left.shape, right.shape)
    return left.expand_to(shape), right.expand_to(shape)


def _parts(key: Any) -> list[Any]:
    """An index as `chosen_places` takes it."""
    parts: list[Any] = [*key] if isinstance(key, tuple) else [key]
    if any(isinstance(one, bool) for one in parts):
        raise BadInput("one truth value as an index", source="tensor", expected="a mask")
    tensors = [Tensor.of(one) if isinstance(one, Tensor | list) else None for one in parts]
    return [
        part if one is None else Listed(one.cells, one.shape)
        for part, one in zip(parts, tensors, strict=True)
    ]


def _quotient(left: Any, right: Any) -> Any:
    # Whole numbers would divide into a float.
    return (Exact(left) if isinstance(left, int) else left) / right
