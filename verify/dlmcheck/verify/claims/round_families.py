"""Families of targets with a formula for their number of write-once rounds, as cases.

Source: our note ROUNDS-WRITE-ONCE. For each family there are cases of the statement and cases in
which one of its hypotheses is dropped (those are expected to fail).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from dlmcheck.model.targets.chains import flip_chain, markov_chain, noisy_chain
from dlmcheck.model.targets.codes import linear_code
from dlmcheck.model.targets.exact import TokenLaw
from dlmcheck.model.targets.orders import either_order, either_order_marked, first_one
from dlmcheck.model.targets.strings import (
    fixed_weight,
    one_hot,
    permutation_matrices,
    tilted_even_parity,
)
from dlmcheck.spec import law as laws
from dlmcheck.spec.law import Law
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.round_cases import RoundCase

F = Fraction


def log_rounds(n: int) -> int:
    """floor(log2 n) + 1.

    >>> [log_rounds(n) for n in (1, 2, 3, 4, 8)]
    [1, 2, 2, 3, 4]
    """
    return n.bit_length()


def _sizes(profile: Profile, quick: int, full: int) -> range:
    return range(1, 1 + (quick if profile is Profile.QUICK else full))


FLIPS = (F(1, 3), F(2, 5), F(3, 4), F(1, 1000))
UNEVEN = (
    (F(1, 5), F(1, 3), F(1, 2)),
    (F(7, 8), F(3, 4), F(1, 9)),
    (F(1), F(2, 3), F(1, 3)),
)
"""Chains by P(0 -> 1), P(1 -> 0) and P(first is 1): the changes add up to neither 1 nor 2."""


def _markov(profile: Profile) -> list[RoundCase]:
    found: list[RoundCase] = []
    for n in _sizes(profile, 8, 10):
        for p in FLIPS:
            found.append(RoundCase("markov", f"{n},{p}", partial(flip_chain, n, p), log_rounds(n)))
            found.append(
                RoundCase(
                    "markov-fixed-start",
                    f"{n},{p}",
                    partial(flip_chain, n, p, 0),
                    max(1, log_rounds(n - 1)),
                )
            )
        for up, down, first in UNEVEN:
            rows = [[1 - up, up], [down, 1 - down]]
            build = partial(markov_chain, n, [1 - first, first], rows)
            found.append(RoundCase("markov-uneven", f"{n},{up},{down}", build, log_rounds(n)))
    return found


NILPOTENT = ((F(4, 9), F(4, 9), F(1, 9)), (F(2, 9), F(2, 9), F(5, 9)), (F(1, 3), F(1, 3), F(1, 3)))
"""A chain on three tokens that forgets everything in two steps, but not in one."""


def _markov_dropped(_: Profile) -> list[RoundCase]:
    def three(n: int) -> TokenLaw:
        return markov_chain(n, [F(1, 3)] * 3, NILPOTENT)

    return [
        RoundCase("markov-special-flip", "4,1/2", partial(flip_chain, 4, F(1, 2)), log_rounds(4)),
        RoundCase("markov-special-flip", "4,0", partial(flip_chain, 4, 0), log_rounds(4)),
        RoundCase("markov-special-flip", "4,1", partial(flip_chain, 4, 1), log_rounds(4)),
        RoundCase("markov-three-tokens", "4", partial(three, 4), log_rounds(4), vocabulary=3),
        RoundCase("markov-noisy", "3", partial(noisy_chain, 3, F(1, 3), F(1, 5)), log_rounds(3)),
    ]


def subspaces(n: int) -> list[tuple[tuple[int, ...], ...]]:
    """All linear codes of length n, by the rows of their reduced echelon forms.

    >>> [len(subspaces(n)) for n in (1, 2, 3, 4)]
    [2, 5, 16, 67]
    """
    found: list[tuple[tuple[int, ...], ...]] = [()]
    # Column by column: a new one is free in every row, or the pivot of a new row.
    for column in range(n):
        longer: list[tuple[tuple[int, ...], ...]] = []
        for rows in found:
            dimension = len(rows)
            for bits in range(1 << dimension):
                longer.append(tuple((*row, bits >> k & 1) for k, row in enumerate(rows)))
            longer.append((*((*row, 0) for row in rows), (*(0,) * column, 1)))
        found = longer
    return found


def _code(rows: tuple[tuple[int, ...], ...], n: int) -> TokenLaw:
    return linear_code(generator=rows or ((0,) * n,))


def _codes(profile: Profile) -> list[RoundCase]:
    found: list[RoundCase] = []
    for n in _sizes(profile, 4, 5):
        for rows in subspaces(n):
            name = ",".join("".join(map(str, row)) for row in rows) or "0" * n
            # A product has as many free bits as cells that are not always 0.
            used = sum(any(column) for column in zip(*rows, strict=True))
            stated = 1 if used == len(rows) else 2
            found.append(RoundCase("codes", name, partial(_code, rows, n), stated, stated))
    return found


def _codes_dropped(_: Profile) -> list[RoundCase]:
    return [
        RoundCase("codes-tilted", "3", partial(tilted_even_parity, [2, 3, 5]), 2),
        RoundCase("codes-any-set", "3", partial(one_hot, 3), 2),
    ]


def _weight(profile: Profile) -> list[RoundCase]:
    return [
        RoundCase("fixed-weight", f"{n},{k}", partial(fixed_weight, n, k), n, n)
        for n in _sizes(profile, 8, 14)
        for k in range(1, n)
    ]


EVEN_HALVES: dict[tuple[int, ...], Fraction] = {
    (1, 1, 0, 0): F(1, 4),
    (0, 0, 1, 1): F(1, 4),
    (1, 0, 1, 0): F(1, 8),
    (1, 0, 0, 1): F(1, 8),
    (0, 1, 1, 0): F(1, 8),
    (0, 1, 0, 1): F(1, 8),
}
"""Strings of weight 2 with weights under which the first two bits are independent."""


def _weight_dropped(_: Profile) -> list[RoundCase]:
    return [
        RoundCase("fixed-weight-ends", "2,0", partial(fixed_weight, 2, 0), 2),
        RoundCase("fixed-weight-ends", "2,2", partial(fixed_weight, 2, 2), 2),
        RoundCase("fixed-weight-uneven", "4,2", lambda: Law(EVEN_HALVES), 4),
    ]


PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)


def _tilted(profile: Profile) -> list[RoundCase]:
    found: list[RoundCase] = []
    for n in _sizes(profile, 7, 9):
        weights = [F(prime) for prime in PRIMES[:n]]
        equal, mixed = [F(2)] * n, [w if i % 2 else 1 / w for i, w in enumerate(weights)]
        for name, listed in (("primes", weights), ("equal", equal), ("mixed", mixed)):
            build = partial(tilted_even_parity, listed)
            found.append(RoundCase("tilted-parity", f"{n},{name}", build, n, n))
    return found


def _tilted_dropped(_: Profile) -> list[RoundCase]:
    build = partial(tilted_even_parity, [1, 2, 3])
    return [RoundCase("tilted-parity-weight-1", "1,2,3", build, 3)]


def one_order(k: int) -> TokenLaw:
    """A fair block of k bits, then where its first 1 stands: the order is always the same."""
    return laws.uniform([(*bits, *first_one(bits)) for bits in _strings(k)])


def _strings(k: int) -> list[tuple[int, ...]]:
    return [tuple(s >> i & 1 for i in range(k)) for s in range(1 << k)]


def _adaptive(profile: Profile) -> list[RoundCase]:
    found = [RoundCase("permutations", "3", partial(permutation_matrices, 3), 3, 4)]
    for k in _sizes(profile, 4, 5):
        most = min(3, k + 1)
        found.append(RoundCase("either-order", f"{k}", partial(either_order, k), most, k + 1))
        if k < 5:
            build = partial(either_order_marked, k)
            found.append(RoundCase("either-order-marked", f"{k}", build, most, k + 1, 4))
    return found


def _adaptive_dropped(_: Profile) -> list[RoundCase]:
    return [RoundCase("one-order", "2", partial(one_order, 2), 2, 3)]


CASES: dict[str, Callable[[Profile], list[RoundCase]]] = {
    "rounds-markov": _markov,
    "rounds-markov-dropped": _markov_dropped,
    "rounds-codes": _codes,
    "rounds-codes-dropped": _codes_dropped,
    "rounds-weight": _weight,
    "rounds-weight-dropped": _weight_dropped,
    "rounds-tilted": _tilted,
    "rounds-tilted-dropped": _tilted_dropped,
    "rounds-adaptive": _adaptive,
    "rounds-adaptive-dropped": _adaptive_dropped,
}
