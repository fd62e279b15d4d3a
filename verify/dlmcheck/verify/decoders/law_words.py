"""How the law from which a token is drawn differs from the one that was wanted, in words."""

from __future__ import annotations

from dlmcheck.model.decoders.confidence import sharpened
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import Token

MOST_SHARP = 10
"""Temperatures 1/2, ..., 1/10 are recognised."""


def law_beside(law: Law[Token], wanted: Law[Token]) -> str:
    """How a law differs from another one, in words; nothing if it does not.

    >>> from fractions import Fraction
    >>> from dlmcheck.spec.law import uniform
    >>> law_beside(Law({0: Fraction(3, 4), 1: Fraction(1, 4)}), uniform([0, 1, 2]))
    'token 2 is left out after the draw: its probability goes to others, not in proportion'
    """
    lost = sorted(wanted.support - law.support)
    if law == wanted:
        return ""
    if not law.support <= wanted.support:
        new = ", ".join(f"{token}" for token in sorted(law.support - wanted.support))
        return f"token {new} is drawn, which the conditional excludes"
    if len(law) == 1:
        most = all(wanted[token] <= wanted[next(iter(law))] for token in wanted)
        which = "the likeliest one" if most else "whatever the conditional is"
        return f"always token {next(iter(law))}, {which}"
    if lost:
        tokens = ", ".join(map(str, lost))
        if law == wanted.given(lambda token: token not in lost):
            return f"token {tokens} is left out before the draw, the others are in proportion"
        return (
            f"token {tokens} is left out after the draw: its probability goes to others, not in "
            "proportion"
        )
    for k in range(2, MOST_SHARP + 1):
        if law == sharpened(wanted, k):
            return f"drawn at temperature 1/{k}"
    token = max(law, key=lambda one: (abs(law[one] - wanted[one]), -one))
    return f"token {token} has probability {law[token]}, where the conditional has {wanted[token]}"
