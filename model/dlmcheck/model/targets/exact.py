"""Exact numbers and sizes, as targets take them: no float gets in, no law grows without bound."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TypeAlias

from dlmcheck.spec.errors import BadInput, BadProbability, UnsupportedFeature
from dlmcheck.spec.law import Law

TokenLaw: TypeAlias = Law[tuple[int, ...]]
"""A law of token strings, all of one length: what a sampler is to produce."""

Exact: TypeAlias = Fraction | int

MOST_OUTCOMES = 2**20
"""Laws are written out in full; a family refuses to write out more outcomes than this."""

MOST_TOKENS = 2**24
"""The same for the tokens of all outcomes together."""

MOST_DIGITS = 1000
"""Longer numerators and denominators are refused: none is meant, and reading them is slow."""

_RATIONAL = re.compile(r"(-?[0-9]+)(?:/([0-9]+))?", re.ASCII)


def rational(text: str, *, source: str = "number", line: int | None = None) -> Fraction:
    """The number that a text like `2/3`, `1` or `-1/4` stands for.

    Raises `BadProbability` for anything else, above all for `0.3`: it may stand for three tenths
    or for the float nearest to them, and nobody can tell which.

    >>> rational("2/6")
    Fraction(1, 3)
    """
    found = _RATIONAL.fullmatch(text)
    expected = "an exact rational such as 1/3"
    shown = text if len(text) <= 30 else text[:27] + "..."
    if found is None:
        raise BadProbability(f"the number {shown!r}", source=source, line=line, expected=expected)
    numerator, denominator = found.group(1), found.group(2) or "1"
    if max(len(numerator), len(denominator)) > MOST_DIGITS:
        expected = f"at most {MOST_DIGITS} digits"
        raise BadProbability(f"the number {shown!r}", source=source, line=line, expected=expected)
    if not int(denominator):
        expected = "a denominator that is not 0"
        raise BadProbability(f"the number {shown!r}", source=source, line=line, expected=expected)
    return Fraction(int(numerator), int(denominator))


def exact(value: Exact, *, source: str = "target") -> Fraction:
    """A value as a fraction. Raises `BadProbability` for a float, a Boolean or a text."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise BadProbability(f"the number {value!r}", source=source, expected="an exact rational")
    return Fraction(value)


def law_of_row(row: tuple[Exact, ...] | list[Exact]) -> Law[int]:
    """The law on 0, 1, ... with the given weights. Raises as `Law` does."""
    return Law(dict(enumerate(row)))


def require(number: int, least: int, what: str) -> None:
    """Refuse a number that is too small. Raises `BadInput`."""
    if number < least:
        raise BadInput(f"{what} is {number}", source="target", expected=f"at least {least}")


def require_room(outcomes: int, length: int) -> None:
    """Refuse a law that is too large to write out. Raises `UnsupportedFeature`."""
    if outcomes > MOST_OUTCOMES or outcomes * length > MOST_TOKENS:
        shown = str(outcomes) if outcomes < 10**12 else "more than 10^12"
        raise UnsupportedFeature(
            f"{shown} outcomes of length {length}",
            source="target",
            expected=f"at most {MOST_OUTCOMES} outcomes and {MOST_TOKENS} tokens in all",
        )
