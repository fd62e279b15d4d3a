"""Uniform laws on linear codes over GF(2)."""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.targets.exact import TokenLaw, require, require_room
from dlmcheck.spec import law as laws
from dlmcheck.spec.errors import BadInput

Matrix = Sequence[Sequence[int]]


def linear_code(*, generator: Matrix | None = None, parity_check: Matrix | None = None) -> TokenLaw:
    """The uniform law on a linear code: the span of the rows of `generator`, or all x with Hx = 0.

    Exactly one of the two matrices is given, as rows of 0 and 1 of one length; the rows need not
    be independent. Raises `BadInput` for any other form.

    >>> linear_code(parity_check=[[1, 1, 1]]) == linear_code(generator=[[1, 1, 0], [0, 1, 1]])
    True
    """
    if (generator is None) == (parity_check is None):
        raise BadInput("linear code", source="target", expected="a generator or a parity check")
    if generator is not None:
        n = _length(generator)
        basis = _reduced(generator)
    else:
        assert parity_check is not None
        n = _length(parity_check)
        basis = _null_space(_reduced(parity_check), n)
    require_room(1 << len(basis), n)
    words = [(0,) * n]
    for row in basis:
        words += [tuple(a ^ b for a, b in zip(word, row, strict=True)) for word in words]
    return laws.uniform(sorted(words))


def information_set(generator: Matrix) -> frozenset[int]:
    """The cells in which some word of the code has its first 1, for the span of the rows.

    The bits of these are fair and independent, and all others are functions of them. Raises
    `BadInput` as `linear_code` does.

    >>> sorted(information_set([[1, 1, 0], [1, 1, 1]]))
    [0, 2]
    """
    _length(generator)
    return frozenset(row.index(1) for row in _reduced(generator))


def _length(matrix: Matrix) -> int:
    require(len(matrix), 1, "number of rows")
    require(len(matrix[0]), 1, "length")
    for row in matrix:
        if len(row) != len(matrix[0]):
            raise BadInput(
                f"rows of {len(matrix[0])} and {len(row)} entries",
                source="target",
                expected="rows of one length",
            )
        for entry in row:
            if entry not in (0, 1):
                raise BadInput(f"entry {entry!r}", source="target", expected="0 or 1")
    return len(matrix[0])


def _reduced(matrix: Matrix) -> list[tuple[int, ...]]:
    """The reduced row echelon form, without rows of zeros."""
    left = [list(row) for row in matrix]
    done: list[list[int]] = []
    for column in range(len(matrix[0])):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        for row in (*left, *done):
            if row[column]:
                row[:] = [a ^ b for a, b in zip(row, pivot, strict=True)]
        done.append(pivot)
    return [tuple(row) for row in done]


def _null_space(reduced: list[tuple[int, ...]], n: int) -> list[tuple[int, ...]]:
    """A basis of all x that each of the reduced rows sends to 0: one vector a free column."""
    pivots = [row.index(1) for row in reduced]
    basis: list[tuple[int, ...]] = []
    for free in range(n):
        if free not in pivots:
            vector = [0] * n
            vector[free] = 1
            for pivot, row in zip(pivots, reduced, strict=True):
                vector[pivot] = row[free]
            basis.append(tuple(vector))
    return basis
