"""Arrays of noise on its way to a maximum, as code that is written for NumPy handles them.

The races are those of `shadows`, as for PyTorch. NumPy is not needed: its arrays hand `+` and `/`
over to an object with `__array_ufunc__ = None`, and `numpy.argmax` calls the method.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from dlmcheck.model.decoders.exact import FloatRefused
from dlmcheck.model.decoders.tensors import Tensor

_ALLOWED = "only the largest of log p + Gumbel noise or of p / exponential noise is exact"


class NoiseArray:
    """Gumbel or exponential noise, with weights or still without.

    `log_p + noise`, `p / noise`, `noise * T`, `noise ** T`, indices and `argmax` are there; the
    other operand may be a list or an array of exact numbers. All else raises `FloatRefused`.
    """

    __slots__ = ("_cells",)
    __array_ufunc__ = None

    def __init__(self, cells: Tensor) -> None:
        self._cells = cells

    def __repr__(self) -> str:
        return f"noise of shape {self.shape}"

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its dimensions."""
        return self._cells.shape

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, key: Any) -> NoiseArray:
        return NoiseArray(self._cells[key])

    def argmax(self, axis: int | None = None, out: None = None) -> Any:
        """Where the largest one is, drawn: a whole number, or a list along an axis."""
        return self._cells.argmax(axis).tolist()

    def _with(self, other: object, function: Callable[[Any, Any], Any]) -> NoiseArray:
        theirs = other._cells if isinstance(other, NoiseArray) else _tensor(other)
        try:
            return NoiseArray(function(self._cells, theirs))
        except TypeError as error:
            raise FloatRefused(f"noise is calculated with: {_ALLOWED}") from error

    def __add__(self, other: object) -> NoiseArray:
        return self._with(other, operator.add)

    __radd__ = __add__

    def __mul__(self, other: object) -> NoiseArray:
        return self._with(other, operator.mul)

    __rmul__ = __mul__

    def __pow__(self, other: object) -> NoiseArray:
        return self._with(other, lambda noise, power: noise**power)

    def __rtruediv__(self, other: object) -> NoiseArray:
        return self._with(other, lambda noise, weights: weights / noise)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise FloatRefused(f"noise is compared, negated, ranked or made an array: {_ALLOWED}")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __sub__ = __rsub__ = __truediv__ = __rpow__ = __neg__ = _refuse
    __bool__ = __float__ = __int__ = __array__ = __iter__ = _refuse
    argmin = argsort = sort = max = min = _refuse
    __hash__ = None  # type: ignore[assignment]  # how Python marks what has no hash


def _tensor(value: Any) -> Tensor:
    """A list, a number or somebody's array."""
    return Tensor.of(value.tolist() if hasattr(value, "tolist") else value)
