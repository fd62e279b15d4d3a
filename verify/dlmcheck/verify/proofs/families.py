"""Size against depth of the circuit families, as closed forms for all sizes.

Source: the families of `model.families`, and Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1 and
the remark on autoregressive models: d rounds against N steps. Where a family halves its input,
n = P = 2^k, and a step of an induction goes from (k, P) to (k + 1, 2 P).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from dlmcheck.verify.engines.algebra import Identity, Number
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.proofs.arithmetic import ByAlgebra


@dataclass(frozen=True)
class Growth:
    """A family's size N and depth d, at n = k (`power` false) or at n = P = 2^k.

    `size` and `depth` are functions of (k, P), `by_depth` gives N from (d, P) where it is a
    rational function; `says` is that in words, with P spelled out.
    """

    family: str
    power: bool
    size: Callable[[Number, Number], Number]
    depth: Callable[[Number, Number], Number]
    by_depth: Callable[[Number, Number], Number] | None
    says: str
    least: int = 1

    @property
    def sizes(self) -> str:
        """For which sizes the closed forms hold, in words."""
        return f"n = 2^k, k >= {self.least}" if self.power else f"n >= {self.least}"

    def member(self, k: int) -> int:
        """The size parameter for a k."""
        return 1 << k if self.power else k

    def closed(self, k: int) -> tuple[Fraction, Fraction]:
        """N and d by the closed forms."""
        exact, power = Fraction(k), Fraction(2**k)
        return self.size(exact, power), self.depth(exact, power)


def sorters(k: Number, p: Number) -> Number:
    """Comparators of the network for 2^k bits."""
    return (k**2 - k + 4) * p / 4 - 1


def merged(k: Number, p: Number) -> Number:
    """Comparators that merge two sorted sequences of 2^k bits."""
    return k * p + 1


GROWTHS = (
    Growth("parity-chain", False, lambda k, _: 2 * k - 1, lambda k, _: k - 1,
           lambda d, _: 2 * d + 1, "N = 2d + 1"),
    Growth("ripple-adder", False, lambda k, _: 7 * k - 3, lambda k, _: 2 * k - 1,
           lambda d, _: (7 * d + 1) / 2, "N = (7d + 1)/2"),
    Growth("parity-tree", True, lambda _, p: 2 * p - 1, lambda k, _: k,
           lambda _, p: 2 * p - 1, "N = 2^(d+1) - 1", 0),
    Growth("prefix-adder", True, lambda k, p: 3 * k * p + p + 3, lambda k, _: 2 * k + 1,
           lambda d, p: (3 * d - 1) / 2 * p + 3, "N = (3d - 1)/2 * 2^((d-1)/2) + 3"),
    Growth("comparator", True, lambda _, p: 7 * p - 3, lambda k, _: 2 * k + 1,
           lambda _, p: 7 * p - 3, "N = 7 * 2^((d-1)/2) - 3"),
    Growth("multiplexer", False, lambda k, p: 4 * p + k - 3, lambda k, _: 2 * k,
           lambda d, p: 4 * p + d / 2 - 3, "N = 4 * 2^(d/2) + d/2 - 3"),
    Growth("barrel-shifter", True, lambda k, p: p + k + 3 * k * p, lambda k, _: 2 * k,
           lambda d, p: p + d / 2 + 3 * d / 2 * p, "N = (3d/2 + 1) 2^(d/2) + d/2"),
    Growth("sorting-network", True, lambda k, p: p + 2 * sorters(k, p),
           lambda k, _: k * (k + 1) / 2, None, "N = (k^2 - k + 6) 2^(k-1) - 2, d = k (k+1) / 2"),
)  # fmt: skip


def _from_depth(
    depth: Callable[[Number, Number], Number],
    by_depth: Callable[[Number, Number], Number],
    k: Number,
    p: Number,
) -> Number:
    return by_depth(depth(k, p), p)


BY_DEPTH = ByAlgebra(
    "size as a function of depth: chains, trees, adders, comparators, selectors, shifters",
    tuple(
        Identity(
            f"{growth.family}: {growth.says}",
            ("k", "P"),
            growth.size,
            partial(_from_depth, growth.depth, growth.by_depth),
        )
        for growth in GROWTHS
        if growth.by_depth is not None
    ),
)

RECURRENCES = ByAlgebra(
    "the sorting network and the prefix adder solve their recurrences, n = 2^k",
    (
        Identity("merging one bit with one", ("P",), lambda p: merged(0 * p, p**0), lambda p: p**0),
        Identity(
            "merging twice as many bits",
            ("k", "P"),
            lambda k, p: merged(k + 1, 2 * p),
            lambda k, p: 2 * merged(k, p) + 2 * p - 1,
        ),
        Identity("sorting one bit", ("P",), lambda p: sorters(0 * p, p**0), lambda p: 0 * p),
        Identity(
            "sorting twice as many bits",
            ("k", "P"),
            lambda k, p: sorters(k + 1, 2 * p),
            lambda k, p: 2 * sorters(k, p) + merged(k, p),
        ),
        # The sum over steps s = 2^j of 2 (P - s) + P - 2 s is S(k) = 3 k P - 4 P + 4: a step more
        # changes n, so the sum up to j steps of P places is taken, with s = 2^j.
        Identity(
            "one prefix step more",
            ("j", "P", "s"),
            lambda j, p, s: prefix_steps(j + 1, p, 2 * s) - prefix_steps(j, p, s),
            lambda j, p, s: 2 * (p - s) + (p - 2 * s) + 0 * j,
        ),
        Identity(
            "the prefix adder",
            ("k", "P"),
            lambda k, p: 5 * p - 1 + prefix_steps(k, p, p),
            lambda k, p: 3 * k * p + p + 3,
        ),
    ),
    (Rule.NUMBERS,),
)


def prefix_steps(j: Number, p: Number, s: Number) -> Number:
    """Gates of the first j steps of a Kogge-Stone adder on P places, s = 2^j."""
    return 3 * j * p - 4 * s + 4
