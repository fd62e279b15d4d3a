"""How well can small depth-2 circuits agree with parity? All of them, for very few variables.

A sanity check of the shape of an imported theorem (Hastad 2014: circuits of size S and depth d
agree with parity on at most a fraction 1/2 + 2^(-c n / (log S)^(d-1)) of the inputs). It says
nothing about larger n. A depth-2 circuit is an OR of s terms (or, by negation, an AND of s clauses,
which agrees with parity exactly where an OR of s terms agrees with its complement); s counts
its inner gates. Every set of s terms is covered: the functions that s terms can make are those
of s - 1 terms, joined with one more, as truth tables of 2^n bits.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

from dlmcheck.spec.errors import BadInput

MOST_VARIABLES = 4
"""2^(2^n) truth tables: 65536 for four variables, too many for five."""


def term_tables(n: int, width: int | None = None) -> list[int]:
    """The truth tables of all terms on n variables: each positive, negated or absent.

    Bit x of a table is the value on the assignment whose bits are those of the number x. `width`
    bounds the number of literals.

    >>> term_tables(1)
    [3, 1, 2]
    """
    tables: list[int] = []
    for literals in product((None, 0, 1), repeat=n):
        if width is not None and sum(bit is not None for bit in literals) > width:
            continue
        inside = [
            x
            for x in range(1 << n)
            if all(bit is None or x >> i & 1 == bit for i, bit in enumerate(literals))
        ]
        tables.append(sum(1 << x for x in inside))
    return tables


def parity_table(n: int, value: int = 1) -> int:
    """The truth table of "the parity of the bits is `value`"."""
    return sum(1 << x for x in range(1 << n) if x.bit_count() % 2 == value)


def best_agreements(n: int, *, value: int = 1, width: int | None = None) -> tuple[int, ...]:
    """For s = 0, 1, 2, ... the most inputs on which an OR of at most s terms equals parity.

    The list ends with the first s at which more terms no longer help: no function is new.

    >>> best_agreements(2)
    (2, 3, 4)

    Raises `BadInput` for n < 1 or n above `MOST_VARIABLES`.
    """
    if not 1 <= n <= MOST_VARIABLES:
        raise BadInput(f"{n} variables", source="depth two", expected=f"1 to {MOST_VARIABLES}")
    size = 1 << n
    tables: npt.NDArray[np.int64] = np.arange(1 << size, dtype=np.int64)
    agreement = _ones(~(tables ^ parity_table(n, value)) & ((1 << size) - 1))
    terms = term_tables(n, width)
    reached = np.zeros(1 << size, dtype=np.bool_)
    reached[0] = True
    best = [int(agreement[0])]
    while True:
        now = tables[reached]
        further = reached.copy()
        for term in terms:
            further[now | term] = True
        if np.array_equal(further, reached):
            return tuple(best)
        reached = further
        best.append(int(agreement[reached].max()))
        if best[-1] == best[-2] == size:
            return tuple(best[:-1])


def _ones(tables: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The number of ones in each table."""
    count = np.zeros_like(tables)
    rest = tables.copy()
    while rest.any():
        count += rest & 1
        rest >>= 1
    return count
