"""Upper bounds by a construction of the note SEPARATION, for samplers that are not written out.

What a construction is built from stands in the certificate, and the kernel takes its rounds one
after the other (`verify.kernel.round_constructions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from dlmcheck.model.samplers.alias import alias_table
from dlmcheck.model.samplers.mixtures import Piece
from dlmcheck.model.targets import Target
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.law import ZERO
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.exchangeable import exchangeable_weights
from dlmcheck.verify.kernel.rationals import law_texts, number_text
from dlmcheck.verify.kernel.round_constructions import KIND, MOST_PREFIX, construct
from dlmcheck.verify.rounds.facts import Upper

NOTE = "note SEPARATION"
ALIASES = ("alias", "alias-clock", "alias-masks")


def constructed(target: Target, argument: str, words: str, data: Sequence[object] = ()) -> Upper:
    """A construction as an upper fact, checked by the kernel. Raises `Rejected`."""
    text = certificate_text(
        KIND,
        name=target.name,
        target=law_texts(dict(target.law.items())),
        argument=argument,
        data=list(data),
    )
    seen = construct(Document.parse(text, target.name))
    return Upper(seen.point, seen.rounds, f"{words} ({NOTE})", text)


def of_every_law(target: Target) -> Iterator[Upper]:
    """What holds of every law on two bits or more; alias tables only up to a length."""
    yield constructed(target, "joint-F", "jointly random F draws which cells are ones")
    yield constructed(target, "joint-G", "jointly random G draws which cells are masked again")
    yield from in_any_place(target)
    if target.length > MOST_PREFIX + 1:
        return
    data = _alias(target)
    for argument in ALIASES:
        yield constructed(target, argument, "alias method over prefixes", data)


def in_any_place(target: Target) -> Iterator[Upper]:
    """F a uniform subset of the masked cells, write-once."""
    if exchangeable_weights(target.law) is not None:
        words = "a uniform subset of as many cells as what is shown allows"
        yield constructed(target, "uniform-subset", words)
    else:
        yield constructed(target, "any-order", "a cell a round, in any order")


def _alias(target: Target) -> list[Any]:
    n = target.length
    mass = [ZERO] * (1 << (n - 1))
    for string, weight in target.law.items():
        mass[int("".join(map(str, string[:-1])), 2)] += weight
    table = alias_table(mass)
    return [[number_text(k), a] for k, a in zip(table.keep, table.alias, strict=True)]


def with_scratch(target: Target, pieces: Sequence[Piece], *, fair: bool) -> Upper:
    """A mixture of product laws, named by as many scratch cells as it takes."""
    data = [[number_text(p.mass), [number_text(Fraction(one)) for one in p.ones]] for p in pieces]
    words = f"mixture of {len(pieces)} product laws, named by scratch cells"
    return constructed(target, "scratch-fair" if fair else "scratch-list", words, data)
