"""Exchangeable targets by their weights: no table, so that n may be far beyond what one can hold.

A law on bit strings is exchangeable if the probability of a string depends only on its number of
ones. Then n + 1 numbers say everything. The same families as in `named`, by the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import comb
from types import MappingProxyType

from dlmcheck.model.targets.exact import require
from dlmcheck.spec.errors import MalformedSyntax, UnsupportedFeature

Weights = tuple[Fraction, ...]
"""The probability of each string with 0, 1, ..., n ones."""

MOST_CELLS = 200
"""Longer targets are refused: the work grows with the cube of n."""


def _at(n: int, ones: Callable[[int], bool]) -> Weights:
    """The uniform law on the strings whose number of ones is wanted."""
    number = sum(comb(n, k) for k in range(n + 1) if ones(k))
    return tuple(Fraction(int(ones(k)), number) for k in range(n + 1))


def weights_uniform(n: int) -> Weights:
    """All strings, equally likely."""
    return _at(n, lambda _: True)


def weights_even_parity(n: int) -> Weights:
    """The strings with an even number of ones, equally likely."""
    return _at(n, lambda k: k % 2 == 0)


def weights_odd_parity(n: int) -> Weights:
    """The strings with an odd number of ones, equally likely."""
    return _at(n, lambda k: k % 2 == 1)


def weights_fixed_weight(n: int, ones: int) -> Weights:
    """The strings with so many ones, equally likely. 0 <= ones <= n.

    >>> weights_fixed_weight(3, 1)
    (Fraction(0, 1), Fraction(1, 3), Fraction(0, 1), Fraction(0, 1))
    """
    require(ones, 0, "weight")
    require(n - ones, 0, "length minus weight")
    return _at(n, lambda k: k == ones)


def weights_one_hot(n: int) -> Weights:
    """The strings with exactly one 1, equally likely."""
    return weights_fixed_weight(n, 1)


def weights_repetition(n: int) -> Weights:
    """All zeros or all ones, equally likely."""
    return _at(n, lambda k: k in (0, n))


_ONE_SIZE: Mapping[str, Callable[[int], Weights]] = MappingProxyType(
    {
        "uniform": weights_uniform,
        "even-parity": weights_even_parity,
        "odd-parity": weights_odd_parity,
        "one-hot": weights_one_hot,
        "repetition": weights_repetition,
    }
)


def parse_weights(text: str) -> Weights | None:
    """The weights of an exchangeable family by name, as in `fixed-weight:60,20`; None for others.

    Raises `MalformedSyntax` for arguments of another form, `BadInput` for sizes without a meaning,
    `UnsupportedFeature` for more than `MOST_CELLS` cells.

    >>> parse_weights("repetition:2")
    (Fraction(1, 2), Fraction(0, 1), Fraction(1, 2))
    """
    name, _, rest = text.strip().partition(":")
    wanted = 2 if name == "fixed-weight" else 1
    if name != "fixed-weight" and name not in _ONE_SIZE:
        return None
    sizes = [part.strip() for part in rest.split(",")] if rest else []
    if len(sizes) != wanted or not all(
        size.isascii() and size.isdigit() and len(size) <= 4 for size in sizes
    ):
        usage = "N,K" if wanted == 2 else "N"
        raise MalformedSyntax(repr(text.strip()), source="target", expected=f"{name}:{usage}")
    numbers = [int(size) for size in sizes]
    require(numbers[0], 1, "length")
    if numbers[0] > MOST_CELLS:
        raise UnsupportedFeature(
            f"{numbers[0]} cells", source="target", expected=f"at most {MOST_CELLS}"
        )
    if wanted == 2:
        return weights_fixed_weight(*numbers)
    return _ONE_SIZE[name](numbers[0])
