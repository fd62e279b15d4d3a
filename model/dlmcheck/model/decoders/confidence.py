"""How sure a predictor is of a cell: exact confidences, and how they are compared.

Three measures are in use: the probability of a token, the margin between the two likeliest
tokens, and the negative entropy. The first two are rationals. Entropies are not, but which of two
is larger is decided exactly: sum p log p < sum q log q iff prod p^(pN) < prod q^(qN) for the
common denominator N, and both sides are rationals.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from math import lcm, prod

from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import Token


def likeliest(law: Law[Token]) -> Token:
    """The token of the largest probability, the smallest one of several.

    >>> likeliest(Law({1: Fraction(1, 2), 0: Fraction(1, 2)}))
    0
    """
    return min(law, key=lambda token: (-law[token], token))


def margin(law: Law[Token]) -> Fraction:
    """The largest probability minus the second largest (0 if there is no second token).

    >>> margin(Law({0: Fraction(3, 4), 1: Fraction(1, 4)}))
    Fraction(1, 2)
    """
    first, second, *_ = *sorted(dict(law.items()).values(), reverse=True), Fraction(0)
    return first - second


@total_ordering
@dataclass(frozen=True, eq=False)
class NegativeEntropy:
    """sum of p log p over a law, as a number that can only be compared, and is so exactly.

    >>> fair, biased = Law({0: Fraction(1, 2), 1: Fraction(1, 2)}), Law({0: Fraction(1)})
    >>> NegativeEntropy(fair) < NegativeEntropy(biased)
    True
    """

    law: Law[Token]

    def power(self, exponent: int) -> Fraction:
        """exp(exponent * sum p log p): rational if the exponent clears all denominators."""
        return prod(
            (weight ** int(weight * exponent) for _, weight in self.law.items()), start=Fraction(1)
        )

    def _common(self, other: NegativeEntropy) -> int:
        weights = [weight for law in (self.law, other.law) for _, weight in law.items()]
        return lcm(*(weight.denominator for weight in weights))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NegativeEntropy):
            return NotImplemented
        exponent = self._common(other)
        return self.power(exponent) == other.power(exponent)

    def __lt__(self, other: NegativeEntropy) -> bool:
        exponent = self._common(other)
        return self.power(exponent) < other.power(exponent)

    # Equal entropies of different laws compare equal, so a hash would have to be that of a
    # number which is not rational.
    __hash__ = None  # type: ignore[assignment]  # how Python marks what has no hash


def sharpened(law: Law[Token], exponent: int) -> Law[Token]:
    """The law with weights p^exponent, normalised: sampling at temperature 1/exponent.

    >>> sharpened(Law({0: Fraction(2, 3), 1: Fraction(1, 3)}), 2)
    Law({0: 4/5, 1: 1/5})

    Raises `ValueError` for an exponent below 1. Other temperatures give irrational weights.
    """
    if exponent < 1:
        raise ValueError(f"exponent {exponent}")
    powers = {token: weight**exponent for token, weight in law.items()}
    total = sum(powers.values(), Fraction(0))
    return Law({token: power / total for token, power in powers.items()})
