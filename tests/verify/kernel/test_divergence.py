"""Divergences of laws with long denominators: rounded outwards, close to what is not rounded."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from dlmcheck.spec.law import Law
from dlmcheck.verify.kernel import divergence as module
from dlmcheck.verify.kernel.divergence import divergence

BITS = 1200


def long_law(seed: int) -> Law[tuple[int, ...]]:
    source = Random(seed)
    weights = [source.randrange(1, 1 << BITS) for _ in range(6)]
    return Law({(k,): Fraction(weight, sum(weights)) for k, weight in enumerate(weights)})


@pytest.mark.parametrize("seed", range(5))
def test_long_numbers_are_rounded_outwards(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = long_law(seed), long_law(seed + 100)
    rounded = divergence(left, right)
    monkeypatch.setattr(module, "_LONG", 1 << 20)
    exact = divergence(left, right)
    assert rounded.low is not None
    assert rounded.high is not None
    assert exact.low is not None
    assert exact.high is not None
    # Both hold the true value; the ends of the logarithms themselves are 2^-80 apart or so.
    assert rounded.low <= exact.high
    assert exact.low <= rounded.high
    assert abs(rounded.low - exact.low) < Fraction(1, 1 << 70)
    assert abs(rounded.high - exact.high) < Fraction(1, 1 << 70)


@pytest.mark.parametrize("seed", range(5))
def test_a_quotient_lies_between_its_ends(seed: int) -> None:
    source = Random(seed)
    for above_bits, below_bits in ((2000, 3000), (3000, 2000), (40, 2000), (2000, 40), (9, 9)):
        above = source.randrange(1 << (above_bits - 1), 1 << above_bits)
        below = source.randrange(1 << (below_bits - 1), 1 << below_bits)
        low, high = module._around(above, below)  # pyright: ignore[reportPrivateUsage]  # the rounding itself
        assert low <= Fraction(above, below) < high
        assert (high - low) * (1 << 250) <= low
