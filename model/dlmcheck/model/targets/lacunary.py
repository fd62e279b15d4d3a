"""Laws on even strings whose atoms are so far apart that few parameters cannot make them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from dlmcheck.model.targets.exact import TokenLaw, require
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law

EXPONENTS = (5, 32, 140, 572, 2300)
"""The smallest exponents, each chosen after those before it, of which no small relation holds.

For every integer vector c, not 0, with entries from -3 to 3, |sum c_j e_j| > 4 sum |c_j|; 3 is the
largest determinant of a 4x4 matrix of zeros and ones.
"""


def lacunary_even_parity(n: int = 4, exponents: Sequence[int] = EXPONENTS) -> TokenLaw:
    """Even strings of length n in order, the first ones of weight 2^-e, the next of all the rest.

    With n = 4 and the exponents given two rounds of revision are not enough (note SEPARATION).
    Raises `BadInput` if there are too few even strings or the weights exceed 1.

    >>> lacunary_even_parity(2, [3])
    Law({(0, 0): 1/8, (1, 1): 7/8})
    """
    require(n, 1, "length")
    strings = [z for z in product((0, 1), repeat=n) if sum(z) % 2 == 0]
    rest = 1 - sum((Fraction(1, 1 << e) for e in exponents), Fraction(0))
    if len(exponents) >= len(strings) or rest < 0:
        raise BadInput(f"{len(exponents)} atoms", source="target", expected="room for the rest")
    weights = [*(Fraction(1, 1 << e) for e in exponents), rest]
    return Law(dict(zip(strings, weights, strict=False)))
