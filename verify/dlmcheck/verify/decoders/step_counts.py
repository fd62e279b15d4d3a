"""How many rounds of random batches keep the error below a share of a correlation.

The error of a batch schedule is a sum over the cells of non-negative drops of the entropy curve,
each times a number that the schedule alone decides; so are the total correlation (TC) and the dual
one (DTC). Hence the worst ratio of error to TC, or to DTC, over all targets is a number that the
schedule alone decides, and the shortest schedule that keeps it below a share is found greedily.
Source: the note BATCH-SCHEDULES, "How many rounds"; the question is that of Chen, Cong, Li,
"Optimal Inference Schedules for Masked Diffusion Models".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction


def _batches(sizes: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """For each batch: its size, the cells visible before it, the cells masked before it."""
    visible, masked = 0, sum(sizes)
    for size in sizes:
        yield size, visible, masked
        visible, masked = visible + size, masked - size


def share_of_total(sizes: Sequence[int]) -> Fraction:
    """The largest ratio of the error to the total correlation, over all targets.

    The largest (m - 1)/(r - 1) over the batches of m > 1 cells, r cells being masked before.

    >>> share_of_total((2, 1)), share_of_total((1, 2)), share_of_total((1, 1, 1))
    (Fraction(1, 2), Fraction(1, 1), Fraction(0, 1))
    """
    shares = [Fraction(m - 1, r - 1) for m, _, r in _batches(sizes) if m > 1]
    return max(shares, default=Fraction(0))


def share_of_dual(sizes: Sequence[int]) -> Fraction:
    """The largest ratio of the error to the dual total correlation, over all targets.

    The largest (m - 1)/(a + 1) over the batches of m > 1 cells, a cells being visible before.

    >>> share_of_dual((2, 1)), share_of_dual((1, 2)), share_of_dual((3,))
    (Fraction(1, 1), Fraction(1, 2), Fraction(2, 1))
    """
    shares = [Fraction(m - 1, a + 1) for m, a, _ in _batches(sizes) if m > 1]
    return max(shares, default=Fraction(0))


def shrinking(length: int, share: Fraction) -> tuple[int, ...]:
    """The shortest schedule whose error is at most `share` times TC, whatever the target.

    Each batch has 1 + floor(share (r - 1)) of the r masked cells. `share` is positive.

    >>> shrinking(8, Fraction(1, 2)), shrinking(8, Fraction(1))
    ((4, 2, 1, 1), (8,))
    """
    sizes: list[int] = []
    masked = length
    while masked:
        sizes.append(min(masked, 1 + int(share * (masked - 1))))
        masked -= sizes[-1]
    return tuple(sizes)


def growing(length: int, share: Fraction) -> tuple[int, ...]:
    """The shortest schedule whose error is at most `share` times DTC, whatever the target.

    Each batch has 1 + floor(share (a + 1)) cells, a cells being visible. `share` is positive.

    >>> growing(8, Fraction(1, 2)), growing(8, Fraction(1))
    ((1, 2, 3, 2), (2, 4, 2))
    """
    sizes: list[int] = []
    visible = 0
    while visible < length:
        sizes.append(min(length - visible, 1 + int(share * (visible + 1))))
        visible += sizes[-1]
    return tuple(sizes)
