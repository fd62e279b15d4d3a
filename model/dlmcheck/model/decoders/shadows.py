"""Exact shadows of the floats that decoders calculate with: logarithms, and noise on its way to a
maximum.

A decoder handles logits, takes logarithms of uniform numbers, and decides by the largest of what
comes out. Nothing of that is rational, and yet the decision has exact probabilities:

    p_i / (-log u_i)^T,  log(p_i) - T log(-log u_i)      the largest is i with weight p_i^(1/T)

(Gumbel-max, or a race of exponential clocks; the runners-up are drawn from what is left, in the
same way). A logarithm is kept as the rationals that it is made of, a noisy number as the weight
that it has in the race. Whatever would need their values is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import total_ordering
from math import inf, isinf
from typing import Any

from dlmcheck.model.decoders.exact import Exact, FloatRefused, as_fraction
from dlmcheck.model.decoders.logarithms import sign
from dlmcheck.model.decoders.uniforms import UniformNumber
from dlmcheck.spec.law import Law

NEVER = -inf
"""The logarithm of zero: the one float that is exact."""


@total_ordering
class Logarithm:
    """A sum of rationals times logarithms of positive rationals; entropies are such sums.

    It is compared exactly with its like and with rationals, see `logarithms`.

    >>> half, third = Logarithm.of(Fraction(1, 2)), Logarithm.of(Fraction(1, 3))
    >>> half > third, (half + third).exp(), (2 * half).exp()
    (True, Exact(1/6), Exact(1/4))
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Fraction, Fraction]) -> None:
        self.terms = {base: power for base, power in terms.items() if power and base != 1}

    @staticmethod
    def of(number: Fraction) -> Logarithm:
        """The logarithm of a positive rational. Raises `ValueError` for others."""
        if number <= 0:
            raise ValueError(f"log of {number}")
        return Logarithm({number: Fraction(1)})

    def __repr__(self) -> str:
        shown = " + ".join(f"{power} log {base}" for base, power in self.terms.items())
        return f"Logarithm({shown or 0})"

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def exp(self) -> Exact:
        """The number of which this is the logarithm. Raises `FloatRefused` if it has a root."""
        result = Fraction(1)
        for base, power in self.terms.items():
            if power.denominator != 1:
                raise FloatRefused(
                    f"{base} to the power {power} need not be rational: a temperature is to be 1/k"
                )
            result *= base**power.numerator
        return Exact(result)

    def _against(self, other: object) -> int:
        if isinstance(other, float) and isinf(other):
            return 1 if other < 0 else -1
        if isinstance(other, Logarithm):
            return sign(_summed(self.terms, (-other).terms))
        return sign(self.terms, -as_fraction(other))

    def __eq__(self, other: object) -> bool:
        return self._against(other) == 0

    def __lt__(self, other: object) -> bool:
        return self._against(other) < 0

    def __add__(self, other: object) -> Logarithm | Race | float:
        if isinstance(other, Gumbel):
            return Race(self, other.uniform, other.scale)
        if isinstance(other, float) and isinf(other):
            return other
        if not isinstance(other, Logarithm):
            if as_fraction(other):
                raise FloatRefused(f"{other} is added to a logarithm, which makes it irrational")
            return self
        return Logarithm(_summed(self.terms, other.terms))

    __radd__ = __add__

    def __mul__(self, factor: object) -> Logarithm:
        exact = as_fraction(factor)
        return Logarithm({base: power * exact for base, power in self.terms.items()})

    __rmul__ = __mul__

    def __truediv__(self, divisor: object) -> Logarithm:
        return self * (1 / as_fraction(divisor))

    def __neg__(self) -> Logarithm:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __float__(self) -> float:
        raise FloatRefused("a logarithm is asked for as a float; compare it, or take its exp")


def _summed(
    left: Mapping[Fraction, Fraction], right: Mapping[Fraction, Fraction]
) -> dict[Fraction, Fraction]:
    bases = {**left, **right}
    return {base: left.get(base, Fraction(0)) + right.get(base, Fraction(0)) for base in bases}


class Noise:
    """A function of one uniform number that is on its way to a race, and nothing else."""

    __slots__ = ("uniform",)

    def __init__(self, uniform: UniformNumber) -> None:
        self.uniform = uniform

    def __repr__(self) -> str:
        return "noise"

    def _refuse(self, other: object) -> bool:
        raise FloatRefused(
            "noise is compared before a weight is put to it: only the largest of p / (-log u) or "
            "of log p - log(-log u) has exact probabilities"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _refuse

    def __float__(self) -> float:
        raise FloatRefused("the logarithm of a uniform number is asked for as a float")


class LogUniform(Noise):
    """log u."""

    def __neg__(self) -> Exponential:
        return Exponential(self.uniform, Fraction(1))


class Exponential(Noise):
    """(-log u)^power."""

    __slots__ = ("power",)

    def __init__(self, uniform: UniformNumber, power: Fraction) -> None:
        super().__init__(uniform)
        self.power = power

    def __pow__(self, exponent: object) -> Exponential:
        return Exponential(self.uniform, self.power * as_fraction(exponent))

    def __rtruediv__(self, weight: object) -> Race:
        exact = as_fraction(weight)
        if exact < 0:
            raise FloatRefused(f"the weight {exact} is negative")
        return Race(Logarithm.of(exact) if exact else NEVER, self.uniform, self.power)

    def log(self) -> MinusGumbel:
        """Its logarithm, which is noise as well."""
        return MinusGumbel(self.uniform, self.power)


class MinusGumbel(Noise):
    """scale times log(-log u)."""

    __slots__ = ("scale",)

    def __init__(self, uniform: UniformNumber, scale: Fraction) -> None:
        super().__init__(uniform)
        self.scale = scale

    def __neg__(self) -> Gumbel:
        return Gumbel(self.uniform, self.scale)

    def __rsub__(self, other: Any) -> Race:
        return other + Gumbel(self.uniform, self.scale)  # type: ignore[no-any-return]  # `other` is anybody's


class Gumbel(MinusGumbel):
    """-scale times log(-log u)."""

    def __mul__(self, factor: object) -> Gumbel:
        return Gumbel(self.uniform, self.scale * as_fraction(factor))

    __rmul__ = __mul__

    def __radd__(self, other: object) -> Race:
        if isinstance(other, float) and isinf(other):
            return Race(NEVER, self.uniform, self.scale)
        if isinstance(other, Logarithm):
            return Race(other, self.uniform, self.scale)
        if as_fraction(other):
            raise FloatRefused(f"{other} with noise: its exp is no rational")
        return Race(Logarithm({}), self.uniform, self.scale)

    __add__ = __radd__


class Race:
    """A number that is only asked whether it is the largest of several: it is with a probability in
    proportion to exp(weight / temperature). Weight minus infinity never wins.
    """

    __slots__ = ("temperature", "uniform", "weight")

    def __init__(
        self, weight: Logarithm | float, uniform: UniformNumber, temperature: Fraction
    ) -> None:
        self.weight = weight
        self.uniform = uniform
        self.temperature = temperature

    def __repr__(self) -> str:
        return "a noisy number"

    def chance(self) -> Fraction:
        """The weight in the race. Raises `FloatRefused` if it is irrational."""
        if not isinstance(self.weight, Logarithm):
            return Fraction(0)
        if self.temperature <= 0:
            raise FloatRefused(f"noise at temperature {self.temperature}")
        return (self.weight / self.temperature).exp().value

    def _refuse(self, other: object) -> bool:
        raise FloatRefused(
            "two noisy numbers are compared by themselves: ask for argmax, topk or sort"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _refuse

    def __float__(self) -> float:
        raise FloatRefused("a noisy number is asked for as a float")


def logarithm(number: object) -> object:
    """log of a number, a uniform number or noise."""
    if isinstance(number, UniformNumber):
        number.pool.spend(number)
        return LogUniform(number)
    if isinstance(number, Exponential):
        return number.log()
    exact = as_fraction(number)
    return Logarithm.of(exact) if exact > 0 else NEVER


def exponential_of(number: object) -> Exact:
    """exp of a logarithm, of 0, or of minus infinity. Raises `FloatRefused` for others."""
    if isinstance(number, Logarithm):
        return number.exp()
    if number == NEVER:
        return Exact(0)
    if as_fraction(number):
        raise FloatRefused(f"exp({number}) is irrational: what decides must be exact")
    return Exact(1)


def finishing_order(racers: Sequence[Race], count: int) -> list[int]:
    """The places of the first `count` of some racers, drawn; the same each time it is asked.

    Those that can never win come last, from the left. Raises `FloatRefused` if some of them have
    taken part in another race, or take part twice.
    """
    uniforms = [racer.uniform for racer in racers]
    pool = uniforms[0].pool
    known = pool.finished.get(tuple(map(id, uniforms)))
    if known is None:
        met = {one for key in pool.finished for one in key}
        if len(set(map(id, uniforms))) < len(racers) or met & set(map(id, uniforms)):
            raise FloatRefused("the same noise is used in two races")
        known = pool.finished[tuple(map(id, uniforms))] = []
        pool.keep(uniforms)
    chances = [racer.chance() for racer in racers]
    while len(known) < count:
        left = [i for i in range(len(racers)) if i not in known]
        total = sum((chances[i] for i in left), Fraction(0))
        if not total:
            known.append(left[0])
            continue
        law = Law({i: chances[i] / total for i in left})
        known.append(pool.choose(law))
    return known[:count]
