"""Exact rationals and laws of strings, as certificates hold them.

A number is a text such as `1/3`, `0` or `2^-140` (a power of two, whose fraction would be long).
In a law one string may have the weight `rest`: what the others leave.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from dlmcheck.spec.errors import BadProbability, MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State

REST = "rest"
MOST_DIGITS = 1000
MOST_BITS = 200_000
"""A larger exponent is refused: none is meant, and its number would fill the memory."""

_RATIO = re.compile(r"(0|[1-9][0-9]*)(?:/([1-9][0-9]*))?", re.ASCII)
_POWER = re.compile(r"2\^-([1-9][0-9]*)", re.ASCII)


def rational_field(document: Document, value: Json, path: Path) -> Fraction:
    """A number from 0 to 1. Raises `MalformedSyntax` or `BadProbability`."""
    text = document.string(value, path)
    power = _POWER.fullmatch(text)
    if power is not None and len(power.group(1)) < 7 and int(power.group(1)) <= MOST_BITS:
        return Fraction(1, 1 << int(power.group(1)))
    ratio = _RATIO.fullmatch(text)
    if ratio is None or max(len(part) for part in text.split("/")) > MOST_DIGITS:
        raise document.malformed(value, path, "an exact rational such as 1/3 or 2^-5")
    number = Fraction(int(ratio.group(1)), int(ratio.group(2) or "1"))
    if number > 1:
        raise document.bad(f"the number {text}", path, "at most 1", kind=BadProbability)
    return number


def law_field(document: Document, value: Json, path: Path) -> Law[State]:
    """A law of strings of 0 and 1 of one length. Raises `MalformedSyntax`, `UnnormalisedLaw`."""
    if not isinstance(value, dict) or not value:
        raise document.malformed(value, path, "strings with their weights")
    length = len(next(iter(value)))
    weights: dict[State, Fraction] = {}
    rest: State | None = None
    for key, weight in value.items():
        if len(key) != length or not length or set(key) - {"0", "1"}:
            raise document.bad(
                f"the string {key!r}", (*path, key), "bits, of one length", kind=MalformedSyntax
            )
        string = tuple(int(bit) for bit in key)
        if weight == REST and rest is None:
            rest = string
        else:
            weights[string] = rational_field(document, weight, (*path, key))
    if rest is not None:
        weights[rest] = 1 - sum(weights.values(), Fraction(0))
    return Law(weights)


def number_text(number: Fraction) -> str:
    """A number as `rational_field` reads it.

    >>> number_text(Fraction(2, 6)), number_text(Fraction(1, 2**70))
    ('1/3', '2^-70')
    """
    bits = number.denominator.bit_length() - 1
    if number.numerator == 1 and bits > 64 and number.denominator == 1 << bits:
        return f"2^-{bits}"
    return str(number)


def law_texts(law: Mapping[State, Fraction]) -> dict[str, str]:
    """A law as `law_field` reads it, strings in order; the longest number becomes the rest.

    >>> law_texts({(1, 0): Fraction(1, 3), (0, 1): Fraction(2, 3)})
    {'01': '2/3', '10': '1/3'}
    """
    texts = {"".join(map(str, z)): number_text(w) for z, w in sorted(law.items())}
    longest = max(texts, key=lambda key: len(texts[key]))
    if len(texts[longest]) > MOST_DIGITS:
        texts[longest] = REST
    return texts
