"""What the claim DEC-STEPS is checked on: laws, codes, shares of a correlation, lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise, product

from dlmcheck.spec.batches import schedule_error
from dlmcheck.spec.entropy import LogSum
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims.batch_cases import Scheduled, cases
from dlmcheck.verify.decoders.batch_schedules import all_schedules, entropy_curve
from dlmcheck.verify.kernel.divergence import log_enclosure

LONGEST = 16
"""The largest number of cells on which numbers of rounds are compared."""

TETRACODE: Law[State] = uniform(
    [(a, b, (a + b) % 3, (a + 2 * b) % 3) for a, b in product(range(3), repeat=2)]
)
"""Any two cells fix the other two: the curve falls once, in the middle."""


def law_cases() -> list[Scheduled]:
    """The targets of `batch_cases`, and the code that falls in the middle, each with its schedules.

    >>> len(law_cases())
    144
    """
    return [*cases(), *(Scheduled(TETRACODE, sizes) for sizes in all_schedules(4))]


@cache
def codes(length: int) -> tuple[Law[State], ...]:
    """For i = 1, ..., n - 1 a code whose curve is log q, ..., log q (i times), 0, ..., 0; n <= 4.

    Any i cells are free and fix the others.

    >>> [len(law.items()) for law in codes(4)]
    [2, 9, 8]
    """
    strings: list[State] = list(product((0, 1), repeat=length))
    repeated = uniform([s for s in strings if len(set(s)) == 1])
    even = uniform([s for s in strings if sum(s) % 2 == 0])
    middle = (TETRACODE,) if length == 4 else ()
    return (repeated, *middle, even) if length > 2 else (repeated,)


@dataclass(frozen=True)
class Coded:
    """A schedule, and the errors that the codes have with it."""

    sizes: tuple[int, ...]

    def __str__(self) -> str:
        return f"batches of {', '.join(map(str, self.sizes))}"

    @cached_property
    def errors(self) -> list[tuple[LogSum, Sequence[LogSum]]]:
        """For each code its error by definition, every order being run, and its curve."""
        return [
            (schedule_error(law, self.sizes, 3), entropy_curve(law))
            for law in codes(sum(self.sizes))
        ]


def code_cases() -> list[Coded]:
    """All schedules on 2, 3 and 4 cells.

    >>> len(code_cases())
    14
    """
    return [Coded(sizes) for length in (2, 3, 4) for sizes in all_schedules(length)]


@dataclass(frozen=True)
class Counted:
    """A number of cells and a share eps/TC or eps/DTC; up to the next share nothing changes."""

    length: int
    share: Fraction
    until: Fraction

    def __str__(self) -> str:
        return f"{self.length} cells, shares from {self.share} to {self.until}"


def counted_cases() -> list[Counted]:
    """For n = 2, ..., LONGEST every share p/q with p, q < n, and one below all of them.

    A batch grows by a cell where the share times r - 1 (or a + 1) is a whole number. From n - 1 on
    everything is written at once.

    >>> [str(case) for case in counted_cases()[:2]]
    ['2 cells, shares from 1/2 to 1', '2 cells, shares from 1 to 2']
    """
    found: list[Counted] = []
    for length in range(2, LONGEST + 1):
        shares = {Fraction(p, q) for q in range(1, length) for p in range(1, length)}
        listed = sorted({*shares, Fraction(1, length), Fraction(length)})
        found += [Counted(length, share, until) for share, until in pairwise(listed)]
    return found


def fewest_rounds(case: Counted, share_of: Callable[[Sequence[int]], Fraction]) -> int:
    """The fewest rounds of any schedule of that share or less, by a shortest path over the cells.

    What a batch needs is read off a schedule in which all other batches are of one cell.
    """
    length = case.length
    least = [0] * (length + 1)
    for visible in range(length - 1, -1, -1):
        least[visible] = 1 + min(
            least[visible + size]
            for size in range(1, length - visible + 1)
            if _share_of_batch(share_of, length, visible, size) <= case.share
        )
    return least[0]


@cache
def _share_of_batch(
    share_of: Callable[[Sequence[int]], Fraction], length: int, visible: int, size: int
) -> Fraction:
    return share_of((1,) * visible + (size,) + (1,) * (length - visible - size))


def lengths() -> list[int]:
    """Numbers of cells for statements about them alone."""
    return list(range(2, LONGEST + 1))


@cache
def logarithm_below(value: int) -> Fraction:
    """A rational that is at most log(value), and less by next to nothing."""
    return log_enclosure(Fraction(value))[0]


@cache
def logarithm_above(value: int) -> Fraction:
    """A rational that is at least log(value), and more by next to nothing."""
    return log_enclosure(Fraction(value))[1]


def inverse_squares(length: int) -> tuple[LogSum, ...]:
    """The curve that ends at 0 and falls by 1/(n - i)^2 from h_{i-1} to h_i, in units of log 2.

    >>> inverse_squares(3)
    (5/4 log 2, log 2, 0)
    """
    drops = [Fraction(1, (length - i) ** 2) for i in range(1, length)]
    return tuple(LogSum({2: sum(drops[seen:], Fraction(0))}) for seen in range(length))
