"""What decoders call of PyTorch, on exact tensors: every draw branches over its outcomes.

The functions have PyTorch's names and, as far as they go, its meaning; `rand`, `bernoulli`,
`multinomial`, `randint` and `randperm` draw with exact probabilities. PyTorch itself is not
needed. What is not here raises `AttributeError` by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from fractions import Fraction
from itertools import permutations
from math import inf, prod
from typing import Any

from dlmcheck.model.decoders.exact import Exact, as_fraction
from dlmcheck.model.decoders.tensor_places import Shape
from dlmcheck.model.decoders.tensors import Found, Tensor
from dlmcheck.model.decoders.uniforms import UniformPool
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, uniform

BOOL = "bool"
"""The one dtype that makes a difference here."""


class TorchLike:
    """As the module `torch`, for one run."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._pool = UniformPool(choices)
        self.Tensor = Tensor
        self.inf = inf
        self.bool = BOOL
        self.long = self.int64 = self.int32 = "long"
        self.float = self.float32 = self.float64 = self.double = self.bfloat16 = "float"
        # For torch.nn.functional.softmax.
        self.nn = self.functional = self

    def no_grad(self) -> Any:
        """Nothing: there are no gradients."""
        return nullcontext()

    # --- draws ---------------------------------------------------------------------------------

    def rand(self, *size: Any, **_: object) -> Tensor:
        """Independent numbers uniform in [0, 1)."""
        shape = _shape(size)
        return Tensor([self._pool.draw() for _ in range(prod(shape))], shape)

    def rand_like(self, other: Tensor, **_: object) -> Tensor:
        """Independent uniform numbers in the shape of another tensor."""
        return self.rand(other.shape)

    def bernoulli(self, p: Tensor, **_: object) -> Tensor:
        """Independent coins with these probabilities of 1."""
        return p.map(lambda chance: self._choices.choose(bernoulli(as_fraction(chance))))

    def randint(self, low: int, high: Any, size: Any = None, **_: object) -> Tensor:
        """Independent uniform whole numbers from low up to high, high not included."""
        if size is None:
            low, high, size = 0, low, high
        law = uniform(range(low, high))
        shape = _shape((size,))
        return Tensor([self._choices.choose(law) for _ in range(prod(shape))], shape)

    def randperm(self, n: int, **_: object) -> Tensor:
        """A uniform order of 0, 1, ..., n-1."""
        return Tensor.of(self._choices.choose(uniform(permutations(range(n)))))

    def multinomial(
        self, weights: Tensor, num_samples: int, replacement: bool = False, **_: object
    ) -> Tensor:
        """Places in each row, in proportion to its weights; without replacement one after the
        other. Raises `BadInput` where nothing is left to draw.
        """
        return weights.along(-1, lambda row: self._drawn(row, num_samples, replacement))

    def _drawn(self, row: Sequence[object], count: int, replacement: bool) -> list[int]:
        left = [as_fraction(weight) for weight in row]
        found: list[int] = []
        for _ in range(count):
            total = sum(left, Fraction(0))
            if total <= 0 or min(left) < 0:
                raise BadInput("multinomial of no positive weights", source="random source")
            found.append(self._choices.choose(Law({i: w / total for i, w in enumerate(left)})))
            if not replacement:
                left[found[-1]] = Fraction(0)
        return found

    # --- tensors -------------------------------------------------------------------------------

    def tensor(self, value: Any, **_: object) -> Tensor:
        """A tensor of nested lists."""
        return Tensor.of(value).clone()

    def as_tensor(self, value: Any, **_: object) -> Tensor:
        """A tensor of nested lists; a tensor is itself."""
        return Tensor.of(value)

    def full(self, size: Any, value: Any, **_: object) -> Tensor:
        """One value everywhere."""
        shape = _shape((size,))
        return Tensor([value] * prod(shape), shape)

    def full_like(self, other: Tensor, value: Any, **_: object) -> Tensor:
        """One value, in the shape of another tensor."""
        return self.full(other.shape, value)

    def zeros(self, *size: Any, dtype: object = None, **_: object) -> Tensor:
        """Zeros, or false."""
        return self.full(_shape(size), False if dtype == BOOL else 0)

    def zeros_like(self, other: Tensor, dtype: object = None, **_: object) -> Tensor:
        """Zeros (false for truth values), in the shape of another tensor."""
        truth = all(isinstance(cell, bool) for cell in other.cells)
        return self.full(other.shape, False if dtype == BOOL or (truth and not dtype) else 0)

    def ones(self, *size: Any, dtype: object = None, **_: object) -> Tensor:
        """Ones, or true."""
        return self.full(_shape(size), True if dtype == BOOL else 1)

    def ones_like(self, other: Tensor, dtype: object = None, **_: object) -> Tensor:
        """Ones (true for truth values), in the shape of another tensor."""
        zeros = self.zeros_like(other, dtype)
        return zeros.map(lambda cell: True if cell is False else 1)

    def arange(self, *bounds: int, **_: object) -> Tensor:
        """Whole numbers in a row."""
        return Tensor.of(range(*bounds))

    def cat(self, tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
        """Tensors one after the other along a dimension."""
        axis = dim % tensors[0].ndim
        if axis:
            rows = zip(*tensors, strict=True)
            return Tensor.of([self.cat(row, axis - 1) for row in rows])
        length = sum(one.shape[0] for one in tensors)
        cells = [cell for one in tensors for cell in one.cells]
        return Tensor(cells, (length, *tensors[0].shape[1:]))

    def stack(self, tensors: Sequence[Tensor]) -> Tensor:
        """Tensors as the rows of one."""
        return Tensor.of(list(tensors))

    def where(self, condition: Tensor, left: Any = None, right: Any = None) -> Any:
        """Cells of the one where the condition is true, of the other elsewhere; with the condition
        alone, where it is true.
        """
        if left is None and right is None:
            return condition.nonzero(as_tuple=True)
        ours, theirs = Tensor.of(left), Tensor.of(right)
        pairs = ours.with_other(theirs, lambda a, b: (a, b))
        return condition.with_other(pairs, lambda yes, pair: pair[0] if yes else pair[1])

    # --- functions that are methods, too ---------------------------------------------------------

    def exp(self, x: Tensor) -> Tensor:
        """See `Tensor.exp`."""
        return x.exp()

    def log(self, x: Tensor) -> Tensor:
        """See `Tensor.log`."""
        return x.log()

    def softmax(self, x: Tensor, dim: int = -1, **_: object) -> Tensor:
        """See `Tensor.softmax`."""
        return x.softmax(dim)

    def log_softmax(self, x: Tensor, dim: int = -1, **_: object) -> Tensor:
        """See `Tensor.log_softmax`."""
        return x.log_softmax(dim)

    def argmax(self, x: Tensor, dim: int | None = None, keepdim: Any = False) -> Tensor:
        """See `Tensor.argmax`."""
        return x.argmax(dim, keepdim)

    def topk(self, x: Tensor, k: Any, dim: int = -1, largest: Any = True) -> Found:
        """See `Tensor.topk`."""
        return x.topk(k, dim, largest)

    def sort(self, x: Tensor, dim: int = -1, descending: Any = False, **_: object) -> Found:
        """See `Tensor.sort`."""
        return x.sort(dim, descending)

    def argsort(self, x: Tensor, dim: int = -1, descending: Any = False, **_: object) -> Tensor:
        """See `Tensor.argsort`."""
        return x.argsort(dim, descending)

    def max(self, x: Tensor, dim: int | None = None, keepdim: Any = False) -> Any:
        """See `Tensor.max`."""
        return x.max(dim, keepdim)

    def gather(self, x: Tensor, dim: int, index: Tensor) -> Tensor:
        """See `Tensor.gather`."""
        return x.gather(dim, index)

    def squeeze(self, x: Tensor, dim: int | None = None) -> Tensor:
        """See `Tensor.squeeze`."""
        return x.squeeze(dim)

    def unsqueeze(self, x: Tensor, dim: int) -> Tensor:
        """See `Tensor.unsqueeze`."""
        return x.unsqueeze(dim)

    def cumsum(self, x: Tensor, dim: int) -> Tensor:
        """See `Tensor.cumsum`."""
        return x.cumsum(dim)

    def sum(self, x: Tensor, dim: int | None = None, keepdim: Any = False) -> Tensor:
        """See `Tensor.sum`."""
        return x.sum(dim, keepdim)

    def any(self, x: Tensor) -> Tensor:
        """See `Tensor.any`."""
        return x.any()

    def nonzero(self, x: Tensor, as_tuple: Any = False) -> Any:
        """See `Tensor.nonzero`."""
        return x.nonzero(as_tuple)

    def scatter(self, x: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
        """See `Tensor.scatter`."""
        return x.scatter(dim, index, src)


def _shape(size: tuple[Any, ...]) -> Shape:
    if len(size) == 1 and not isinstance(size[0], int):
        return tuple(size[0])
    return tuple(size)


def logits_of(laws: Sequence[Law[int]], vocabulary: int) -> Tensor:
    """Logarithms of the probabilities of each cell's tokens: one batch, cells, tokens."""
    table = [[Exact(law[token]) for token in range(vocabulary)] for law in laws]
    return Tensor.of([table]).log()
