"""Lower bounds from the target alone, each with a certificate and the region it covers.

The arguments are checked by `verify.kernel.round_bounds` and proved in the note SEPARATION.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any

from dlmcheck.model.targets import Target, TokenLaw
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, Point, Reals, Remasking, Unmasking
from dlmcheck.spec.law import is_product, marginal
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.rationals import law_texts
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.round_bounds import KIND, MOST_PARAMETERS, apart, check_document
from dlmcheck.verify.rounds.facts import Lower
from dlmcheck.verify.rounds.results import Bound

MOST_CELLS = 9
"""All sets of outputs of a longer target are too many to go through."""


def arguments(target: Target, scratches: Sequence[int | None] = (0,)) -> tuple[Lower, ...]:
    """Every argument that applies to a target of bits; each certificate has been checked."""
    law = target.law
    found: list[Lower] = []
    if is_product(law):
        text = _checked(target, argument="start")
        found.append(Lower(lambda _: True, Bound(1, "before round 1 every cell is masked", text)))
        found += _not_dyadic(target)
        return tuple(found)
    string = _differing(law)
    text = _checked(target, argument="product", string=_show(string))
    found.append(Lower(lambda _: True, Bound(2, "one round is a product law", text)))
    found += _not_dyadic(target)
    for scratch in scratches:
        if scratch:
            found += _scratch(target, scratch)
    found += _revision(target)
    return tuple(found)


def _show(string: Sequence[int]) -> str:
    return "".join(map(str, string))


def _checked(target: Target, **fields: Any) -> str:
    text = certificate_text(
        KIND, name=target.name, target=law_texts(dict(target.law.items())), **fields
    )
    check_document(Document.parse(text, target.name))
    return text


def _differing(law: TokenLaw) -> State:
    """A string that the product of the marginals gives another probability."""
    n = len(next(iter(law)))
    marginals = [marginal(law, i) for i in range(n)]
    strings = sorted(law) if len(law) == 1 << n else product((0, 1), repeat=n)
    return next(
        z
        for z in strings
        if law[z] != prod((marginals[i][bit] for i, bit in enumerate(z)), start=Fraction(1))
    )


# --- regions -----------------------------------------------------------------------------------


def is_deterministic(point: Point) -> bool:
    """F a function of the state, and G too, if there is one."""
    return point.unmasking is Unmasking.DETERMINISTIC and point.remasking in (
        Remasking.NONE,
        Remasking.DETERMINISTIC,
    )


def _not_dyadic(target: Target) -> Iterator[Lower]:
    odd = [z for z in sorted(target.law) if target.law[z].denominator.bit_count() != 1]
    if odd:
        text = _checked(target, argument="not-dyadic", string=_show(odd[0]))
        bound = Bound(None, "an atom that is not dyadic", text, never=True)
        yield Lower(
            lambda p: is_deterministic(p) and p.predictor.reals is Reals.DYADIC,
            bound,
            "points with F and G deterministic, dyadic predictors",
        )


# --- scratch -----------------------------------------------------------------------------------


def _scratch(target: Target, scratch: int) -> Iterator[Lower]:
    n = target.length
    if n > MOST_CELLS or 1 << scratch >= len(target.law):
        return
    sets: list[list[Any]] = []
    for cells in (c for size in range(n + 1) for c in combinations(range(n), size)):
        flags = _show([int(i in cells) for i in range(n)])
        shown_law = _on(target.law, cells)
        if not is_product(shown_law):
            sets.append([flags])
            continue
        for shown in sorted(shown_law):
            support = [
                z for z in target.law if all(z[i] == b for i, b in zip(cells, shown, strict=True))
            ]
            fooling = fooling_set(support, (1 << scratch) + 1)
            if fooling is not None:
                sets.append([flags, _show(shown), [_show(z) for z in fooling]])
                break
        else:
            return
    text = _checked(target, argument="scratch", scratch=scratch, sets=sets)
    words = f"no {1 << scratch} product laws make the rest ({scratch} scratch)"

    def covers(point: Point) -> bool:
        few = point.scratch is not None and point.scratch <= scratch
        written_once = point.edits is Edits.WRITE_ONCE
        return few and written_once and point.unmasking is Unmasking.DETERMINISTIC

    region = f"points with write-once edits, F deterministic, at most {scratch} scratch cells"
    yield Lower(covers, Bound(3, words, text), region)


def _on(law: TokenLaw, cells: tuple[int, ...]) -> TokenLaw:
    return law.map(lambda z: tuple(z[i] for i in cells))


def fooling_set(support: Sequence[State], size: int) -> list[State] | None:
    """So many strings of a support, no two of which lie in one box inside it; None if not found.

    A search that takes strings in order and goes back at most where it must: exact.
    """
    strings = sorted(support)
    inside = set(support)
    apart_from = {
        (one, two): not all(
            z in inside for z in product(*({a, b} for a, b in zip(one, two, strict=True)))
        )
        for one, two in combinations(strings, 2)
    }

    def extend(chosen: list[State], left: list[State]) -> list[State] | None:
        if len(chosen) == size:
            return chosen
        if len(chosen) + len(left) < size:
            return None
        for k, z in enumerate(left):
            after = [y for y in left[k + 1 :] if apart_from[z, y]]
            found = extend([*chosen, z], after)
            if found is not None:
                return found
        return None

    return extend([], strings)


# --- revision ----------------------------------------------------------------------------------


def _revision(target: Target) -> Iterator[Lower]:
    """Three rounds, if the magnitudes of n + 1 atoms are apart; without scratch cells."""
    n = target.length
    if not 1 <= n <= MOST_PARAMETERS or len(target.law) <= n:
        return
    lightest = sorted(target.law, key=lambda z: (target.law[z], z))[: n + 1]
    try:
        apart(target.law, lightest)
    except Rejected:
        return
    strings = [_show(z) for z in lightest]
    text = _checked(target, argument="revision", strings=strings)
    words = "the magnitudes of n + 1 atoms are not those of images of a product law"

    def covers(point: Point) -> bool:
        return (
            is_deterministic(point) and point.edits is not Edits.REVISE_ANY and point.scratch == 0
        )

    region = "points with F and G deterministic, no M written, L = n"
    yield Lower(covers, Bound(3, words, text), region)
