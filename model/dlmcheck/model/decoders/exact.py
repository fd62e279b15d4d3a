"""Numbers for somebody else's code: exact, and refusing to become floats unnoticed.

A decoder that was written for floats is handed `Exact` numbers. Sums, products, quotients and
comparisons of them are exact. Where a float comes in, it counts as the number it is only if that
is a short binary fraction, as 0.5 or 0.25 are (in comparisons also the infinities); 0.1 is not
the tenth that was meant, so it is refused. Where code asks for a float (a logarithm, say), it is
refused as well: nothing that was rounded decides anything.
"""

from __future__ import annotations

from fractions import Fraction
from functools import total_ordering
from math import isfinite, isinf
from numbers import Integral, Real

from dlmcheck.spec.errors import DlmcheckError

_SHORT = 1 << 20
"""A float with a denominator up to this is taken at its word."""


class FloatRefused(DlmcheckError):
    """A float would decide something; the message says which and what to write instead."""


def as_fraction(value: object) -> Fraction:
    """A number as an exact one. Raises `FloatRefused` for a float that is no short fraction."""
    if isinstance(value, Exact):
        return value.value
    if isinstance(value, float):
        found = Fraction(value) if isfinite(value) else None
        if isinf(value):
            raise FloatRefused(
                "an infinite number is calculated with (the logarithm of 0?), where floats give "
                "nan: leave outcomes of probability 0 out"
            )
        if found is None or found.denominator > _SHORT:
            raise FloatRefused(
                f"the float {value!r} is no short binary fraction, so that a decision would rest "
                f"on rounding: write it as fractions.Fraction('{value!r}')"
            )
        return found
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Real):
        # A float of another width.
        return as_fraction(float(value))
    raise FloatRefused(f"{value!r} is no number that can be taken exactly")


@total_ordering
class Exact:
    """An exact number that calculates and compares like a float, and is never turned into one.

    >>> Exact(Fraction(1, 10)) * 3 + 0.5
    Exact(4/5)
    >>> max([Exact(Fraction(1, 3)), Exact(Fraction(1, 2))])
    Exact(1/2)
    """

    __slots__ = ("value",)

    def __init__(self, value: Fraction | int) -> None:
        self.value = Fraction(value)

    def __repr__(self) -> str:
        return f"Exact({self.value})"

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        if isinstance(other, float) and isinf(other):
            return False
        return self.value == as_fraction(other)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        if isinstance(other, float) and isinf(other):
            return other > 0
        return self.value < as_fraction(other)

    def __add__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(self.value + as_fraction(other))

    def __radd__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(as_fraction(other) + self.value)

    def __sub__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(self.value - as_fraction(other))

    def __rsub__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(as_fraction(other) - self.value)

    def __mul__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(self.value * as_fraction(other))

    def __rmul__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(as_fraction(other) * self.value)

    def __truediv__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(self.value / as_fraction(other))

    def __rtruediv__(self, other: object) -> Exact:
        if not isinstance(other, Exact | int | float | Fraction):
            return NotImplemented
        return Exact(as_fraction(other) / self.value)

    def __pow__(self, exponent: int) -> Exact:
        if not isinstance(exponent, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise FloatRefused(f"a power with exponent {exponent!r} need not be rational")
        return Exact(self.value**exponent)

    def __neg__(self) -> Exact:
        return Exact(-self.value)

    def __abs__(self) -> Exact:
        return Exact(abs(self.value))

    def __bool__(self) -> bool:
        return bool(self.value)

    def log(self) -> object:
        """Its logarithm, unrounded; `numpy.log` of a list of exact numbers calls this."""
        from dlmcheck.model.decoders.shadows import logarithm

        return logarithm(self)

    def __float__(self) -> float:
        raise FloatRefused(
            f"{self.value} is asked for as a float (math.log asks so), and what is decided by it "
            "would rest on rounding: numpy.log of a list of such numbers, or "
            "dlmcheck.model.decoders.adapters.log, gives logarithms that stay exact"
        )
