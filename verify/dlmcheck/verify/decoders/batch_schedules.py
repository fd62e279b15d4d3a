"""The error of every batch schedule of a target, from n numbers.

For random-order decoding with a perfect predictor the mean divergence given the order depends on
the target through its *entropy curve* alone: h_j is the mean of H(X_i | X_S) over the sets S of j
cells and the cells i outside S (Chen, Cong, Li call h_0 - h_j, and Lavenant and Zanella the
differences of h, an information curve or profile). A batch of m cells written when a cells are
visible costs (h_a - h_a) + (h_a - h_{a+1}) + ... + (h_a - h_{a+m-1}). The proof is in the note
BATCH-SCHEDULES. Everything here is exact: see `dlmcheck.spec.entropy`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb

from dlmcheck.spec.entropy import NOTHING, LogSum, log
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel.divergence import Divergence, log_enclosure


def entropy_curve(target: Law[State]) -> tuple[LogSum, ...]:
    """h_0, ..., h_{n-1} of a target on n cells, in nats.

    The mean entropy of j cells is computed for each j; h_j is its increase from j to j + 1 cells.

    >>> from dlmcheck.spec.law import uniform
    >>> entropy_curve(uniform([(0, 0), (1, 1)]))
    (log 2, 0)
    """
    length = len(next(iter(target)))
    means = [_mean_entropy(target, length, size) for size in range(length + 1)]
    return tuple(after - before for before, after in pairwise(means))


def _mean_entropy(target: Law[State], length: int, size: int) -> LogSum:
    # Equal weights are collected first: their logarithms are taken once.
    mass: dict[Fraction, Fraction] = {}
    for cells in combinations(range(length), size):
        weights: dict[tuple[int, ...], Fraction] = {}
        for outcome, weight in target.items():
            shown = tuple(outcome[cell] for cell in cells)
            weights[shown] = weights.get(shown, Fraction(0)) + weight
        for weight in weights.values():
            mass[weight] = mass.get(weight, Fraction(0)) + weight
    coefficients: dict[int, Fraction] = {}
    for weight, total in mass.items():
        share = total / comb(length, size)
        for prime, exponent in log(weight).coefficients.items():
            coefficients[prime] = coefficients.get(prime, Fraction(0)) - share * exponent
    return LogSum(coefficients)


def batch_cost(curve: Sequence[LogSum], visible: int, size: int) -> LogSum:
    """What a batch of `size` cells adds to the error when `visible` cells are written."""
    total = NOTHING
    for step in range(visible, visible + size):
        total += curve[visible] - curve[step]
    return total


def curve_error(curve: Sequence[LogSum], sizes: Sequence[int]) -> LogSum:
    """The error of a batch schedule by the curve, in nats."""
    total, visible = NOTHING, 0
    for size in sizes:
        total += batch_cost(curve, visible, size)
        visible += size
    return total


@dataclass(frozen=True)
class BestSchedule:
    """A batch schedule of least error among those of its number of rounds."""

    sizes: tuple[int, ...]
    error: LogSum

    @property
    def rounds(self) -> int:
        """The number of batches."""
        return len(self.sizes)


def best_schedules(curve: Sequence[LogSum]) -> tuple[BestSchedule, ...]:
    """For D = 1, ..., n a schedule of D batches of least error.

    A dynamic program over the cells that are visible; of equal ones the first in the order of
    sizes is kept. Comparisons are exact.

    >>> from dlmcheck.spec.law import uniform
    >>> even = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    >>> [best.sizes for best in best_schedules(entropy_curve(uniform(even)))]
    [(3,), (2, 1), (1, 1, 1)]
    """
    length = len(curve)
    costs = {
        (visible, size): batch_cost(curve, visible, size)
        for visible in range(length)
        for size in range(1, length - visible + 1)
    }
    # best[v] covers the cells after the first v are visible.
    best: dict[int, BestSchedule] = {length: BestSchedule((), NOTHING)}
    found: list[BestSchedule] = []
    for _ in range(length):
        longer: dict[int, BestSchedule] = {}
        for visible in range(length):
            for size in range(1, length - visible + 1):
                rest = best.get(visible + size)
                if rest is None:
                    continue
                error = costs[visible, size] + rest.error
                if visible not in longer or below(error, longer[visible].error):
                    longer[visible] = BestSchedule((size, *rest.sizes), error)
        best = longer
        found.append(best[0])
    return tuple(found)


def all_schedules(length: int) -> Iterator[tuple[int, ...]]:
    """All 2^(n-1) lists of sizes that sum to n, by number of batches.

    >>> list(all_schedules(3))
    [(3,), (1, 2), (2, 1), (1, 1, 1)]
    """
    for rounds in range(1, length + 1):
        for cuts in combinations(range(1, length), rounds - 1):
            ends = (0, *cuts, length)
            yield tuple(after - before for before, after in pairwise(ends))


def total_correlation(curve: Sequence[LogSum]) -> LogSum:
    """The sum of the entropies of the cells minus the entropy of all: n h_0 - (h_0 + ...)."""
    return len(curve) * curve[0] - sum(curve, NOTHING)


def dual_total_correlation(curve: Sequence[LogSum]) -> LogSum:
    """The entropy of all minus the sum of H(X_i | the others): (h_0 + ...) - n h_{n-1}."""
    return sum(curve, NOTHING) - len(curve) * curve[-1]


def below(left: LogSum, right: LogSum) -> bool:
    """Whether left < right: by enclosures, and where these do not tell by powers of integers."""
    difference = left - right
    if not difference.coefficients:
        return False
    found = enclosure(difference)
    assert found.low is not None
    assert found.high is not None
    if found.low > 0 or found.high < 0:
        return found.high < 0
    return difference.sign() < 0


def enclosure(value: LogSum) -> Divergence:
    """Two rationals that hold the number between them, for print."""
    low = high = Fraction(0)
    for prime, coefficient in value.coefficients.items():
        ends = [coefficient * end for end in log_enclosure(Fraction(prime))]
        low += min(ends)
        high += max(ends)
    return Divergence(low, high)
