"""Numbers of any length as text."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.verify.cli.long_numbers import PLACES, SHOWN, chance, decimal


@given(number=st.integers(0, 10**30))
def test_short_numbers_are_written_as_python_does(number: int) -> None:
    assert decimal(number) == str(number)


@given(zeros=st.integers(3990, 9000), ends=st.integers(0, 99))
def test_long_numbers_have_their_zeros(zeros: int, ends: int) -> None:
    assert decimal(7 * 10 ** (zeros + 2) + ends) == f"7{'0' * zeros}{ends:02d}"


@given(exponent=st.integers(0, SHOWN), data=st.data())
def test_probabilities_are_fractions_as_long_as_one_reads_them(
    exponent: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, 1 << exponent))
    assert chance(count, exponent) == str(Fraction(count, 1 << exponent))


@given(exponent=st.integers(SHOWN + 1, 3000), data=st.data())
def test_longer_ones_are_cut_off_and_not_rounded(exponent: int, data: st.DataObject) -> None:
    count = 2 * data.draw(st.integers(0, (1 << exponent - 1) - 1)) + 1
    shown = chance(count, exponent)
    assert shown.endswith("...")
    low = Fraction(int(shown[2:-3]), 10**PLACES)
    assert low <= Fraction(count, 1 << exponent) < low + Fraction(1, 10**PLACES)
