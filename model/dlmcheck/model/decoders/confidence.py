"""How sure a predictor is of a cell: exact confidences, and how they are compared.

Three measures are in use: the probability of a token, the margin between the two likeliest
tokens, and the negative entropy. The first two are rationals. Entropies are not, but which of two
is larger is decided exactly. Laws with the same probabilities have the same entropy; others are
told apart by rational bounds, or, where these meet, by the sign of sum p log p - sum q log q as
`logarithms` finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, total_ordering

from dlmcheck.model.decoders.logarithms import sign
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

    def bounds(self) -> tuple[Fraction, Fraction]:
        """Rationals below and above the number."""
        return _entropy_bounds(tuple(sorted(weight for _, weight in self.law.items())))

    def _against(self, other: NegativeEntropy) -> int:
        ours, theirs = (sorted(w for _, w in law.items()) for law in (self.law, other.law))
        if ours == theirs:
            return 0
        (low, high), (below, above) = self.bounds(), other.bounds()
        if high < below or above < low:
            return -1 if high < below else 1
        terms: dict[Fraction, Fraction] = {}
        for weight in ours:
            terms[weight] = terms.get(weight, Fraction(0)) + weight
        for weight in theirs:
            terms[weight] = terms.get(weight, Fraction(0)) - weight
        return sign(terms)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NegativeEntropy):
            return NotImplemented
        return self._against(other) == 0

    def __lt__(self, other: NegativeEntropy) -> bool:
        return self._against(other) < 0

    # Equal entropies of different laws compare equal, so a hash would have to be that of a
    # number which is not rational.
    __hash__ = None  # type: ignore[assignment]  # how Python marks what has no hash


_GRID = 1 << 96


@cache
def _entropy_bounds(weights: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    low = high = Fraction(0)
    for weight in weights:
        below, above = _log_bounds(weight)
        low, high = low + weight * below, high + weight * above
    return low, high


@cache
def _log_bounds(number: Fraction) -> tuple[Fraction, Fraction]:
    """log of a number from 0 to 1, as k log(1/2) + log(m) with m from 1/2 to 1."""
    halvings = 0
    while number < Fraction(1, 2):
        number *= 2
        halvings += 1
    half, rest = _series(Fraction(1, 2)), _series(number)
    # Each series is off by less than 200 steps of the grid.
    slack = Fraction(200 * (halvings + 1), _GRID)
    return halvings * half + rest - slack, halvings * half + rest + slack


def _series(number: Fraction) -> Fraction:
    """2 artanh((m - 1)/(m + 1)) for m from 1/2 to 1, where the argument is at most 1/3 in size."""
    z = (number - 1) / (number + 1)
    square, term, total = z * z, z, Fraction(0)
    for k in range(1, 141, 2):
        total += Fraction(round(term * _GRID / k), _GRID)
        term = Fraction(round(term * square * _GRID), _GRID)
    return 2 * total


def sharpened(law: Law[Token], exponent: int) -> Law[Token]:
    """The law with weights p^exponent, normalised: sampling at temperature 1/exponent.

    >>> sharpened(Law({0: Fraction(2, 3), 1: Fraction(1, 3)}), 2)
    Law({0: 4/5, 1: 1/5})

    Raises `ValueError` for an exponent below 1. Other temperatures give irrational weights.
    """
    if exponent < 1:
        raise ValueError(f"exponent {exponent}")
    return normalised({token: weight**exponent for token, weight in law.items()})


def nucleus(law: Law[Token], share: Fraction) -> Law[Token]:
    """The likeliest tokens up to the first one at which their sum exceeds a share, that one
    included, normalised (top_p). Of equal ones the smaller token is likelier.

    >>> nucleus(Law({0: Fraction(1, 2), 1: Fraction(1, 3), 2: Fraction(1, 6)}), Fraction(2, 5))
    Law({0: 1})
    """
    kept: dict[Token, Fraction] = {}
    for token in sorted(law, key=lambda token: (-law[token], token)):
        if sum(kept.values(), Fraction(0)) > share:
            break
        kept[token] = law[token]
    return normalised(kept)


def likeliest_ones(law: Law[Token], count: int) -> Law[Token]:
    """So many of the likeliest tokens, and those that are as likely as the last of them,
    normalised (top_k). Raises `ValueError` for none.
    """
    if count < 1:
        raise ValueError(f"{count} tokens")
    least = sorted((weight for _, weight in law.items()), reverse=True)[:count][-1]
    return normalised({token: weight for token, weight in law.items() if weight >= least})


def normalised(weights: dict[Token, Fraction]) -> Law[Token]:
    """The law with probabilities in proportion to some weights."""
    total = sum(weights.values(), Fraction(0))
    return Law({token: weight / total for token, weight in weights.items()})


@cache
def exponential(x: Fraction) -> Fraction:
    """exp(x) for x <= 0, to the nearest multiple of 2^-20.

    >>> abs(float(exponential(Fraction(-1))) - 0.36787944) < 1e-6
    True
    >>> abs(float(exponential(Fraction(-5))) - 0.00673795) < 1e-6
    True

    Raises `ValueError` for other numbers.
    """
    if x > 0:
        raise ValueError(f"exp of {x}")
    if x < -20:
        return Fraction(0)
    halvings = 0
    while x < -1:
        x /= 2
        halvings += 1
    term, total = Fraction(1), Fraction(0)
    for k in range(1, 20):
        total += term
        term = Fraction(round(term * x / k * 2**64), 2**64)
    for _ in range(halvings):
        total = Fraction(round(total * total * 2**64), 2**64)
    return Fraction(round(total * 2**20), 2**20)
