"""Bounds on the number of rounds, the interval that two bounds make, and tables of intervals.

The round complexity of a target at a point of the lattice is the least D for which some sampler
of that point has exactly the target as its output law after D rounds. A bound on it rests on a
certificate (a text that a checker of the kernel goes through again), or on a proof of ours, by
the name of its claim or note. Where lower and upper bound differ, both are stated and nothing
between them is. (Round complexity: Jiang, Haghtalab, Chen (ICLR 2026), section 4; the points of
the lattice are those of `dlmcheck.spec.lattice`.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dlmcheck.spec.lattice import Point


@dataclass(frozen=True)
class Bound:
    """One end of an interval.

    `value` is the number of rounds; None as a lower bound says nothing (0 rounds), None as an
    upper bound that no sampler is known. `never` (a lower bound only) says that no number of
    rounds is enough; `value` is None then. `rests_on` names what the bound rests on, in words:
    a kind of certificate, a claim, a note. `certificate` is the text of a file that `dlmcheck
    cert` accepts, None where the bound rests on a proof by name. `trusted` names an engine and its
    version that were believed, empty where nothing was. `reach` says in words where the bound
    holds, and so why it holds at a point that its certificate does not name.

    Raises `ValueError` for a negative value, for `never` together with a value, and for a bound
    that says something and rests on nothing.
    """

    value: int | None
    rests_on: str
    certificate: str | None = field(default=None, repr=False)
    trusted: str = ""
    never: bool = False
    reach: str = field(default="", compare=False)

    @property
    def says_something(self) -> bool:
        """Whether it is a bound at all."""
        return self.never or self.value is not None

    @property
    def is_certified(self) -> bool:
        """Whether `dlmcheck cert` accepts a file that says so."""
        return self.certificate is not None

    def __post_init__(self) -> None:
        if self.value is not None and (self.value < 0 or self.never):
            raise ValueError(f"a bound of {self.value} rounds (never: {self.never})")
        if self.says_something and not self.rests_on:
            raise ValueError("a bound that rests on nothing")


UNKNOWN = Bound(None, "")
"""No bound: as a lower one 0, as an upper one no sampler is known."""


@dataclass(frozen=True)
class RoundsResult:
    """The interval for one target at one point of the lattice.

    `target` is the target's name. The interval is made of bounds with certificates (`result_of`);
    where a proof by name claims more, that stands beside it in `claimed_lower` or `claimed_upper`,
    and is no part of the interval. Raises `ValueError` if the lower bound exceeds the upper one,
    or if there is an upper bound to what is never done: then one of the two is wrong.
    """

    target: str
    point: Point
    lower: Bound
    upper: Bound
    estimate: bool = False
    """Whether the target was estimated from samples: the result speaks of the estimate only."""
    claimed_lower: Bound = UNKNOWN
    claimed_upper: Bound = UNKNOWN

    def __post_init__(self) -> None:
        for lower in (self.lower, self.claimed_lower):
            for upper in (self.upper, self.claimed_upper):
                _check_interval(lower, upper)

    @property
    def is_exact(self) -> bool:
        """Whether both bounds agree, or no number of rounds is enough."""
        return self.lower.never or (
            self.upper.value is not None and self.lower.value == self.upper.value
        )

    @property
    def interval(self) -> str:
        """`3`, `2..4`, `2..` (no sampler known), or `never`.

        >>> RoundsResult("t", Point(), Bound(2, "a proof"), UNKNOWN).interval
        '2..'
        """
        if self.lower.never:
            return "never"
        least = self.lower.value or 0
        if self.upper.value is None:
            return f"{least}.."
        return str(least) if least == self.upper.value else f"{least}..{self.upper.value}"


def _check_interval(lower: Bound, upper: Bound) -> None:
    if upper.never:
        raise ValueError("an upper bound has a number of rounds")
    if lower.never and upper.value is not None:
        raise ValueError(f"never, and in {upper.value} rounds")
    least, most = lower.value, upper.value
    if least is not None and most is not None and least > most:
        raise ValueError(f"at least {least} rounds and at most {most}")


@dataclass(frozen=True)
class Table:
    """The intervals of one target over many points of the lattice, each point once.

    Raises `ValueError` if a point comes twice or a row is about another target.
    """

    target: str
    length: int
    results: tuple[RoundsResult, ...]
    estimate: bool = False

    def __post_init__(self) -> None:
        points = [result.point for result in self.results]
        if len(set(points)) != len(points):
            raise ValueError("a point of the lattice comes twice")
        if any(result.target != self.target for result in self.results):
            raise ValueError("a row is about another target")

    def at(self, point: Point) -> RoundsResult:
        """The result at a point. Raises `KeyError` if the table has none."""
        for result in self.results:
            if result.point == point:
                return result
        raise KeyError(str(point))


def strongest_lower(bounds: Sequence[Bound]) -> Bound:
    """The largest of several lower bounds: `never` beats every number, and the first wins ties.

    >>> strongest_lower([UNKNOWN, Bound(2, "a"), Bound(2, "b")]).rests_on
    'a'
    """
    best = UNKNOWN
    for bound in bounds:
        if best.never:
            return best
        if bound.never or (bound.value is not None and bound.value > (best.value or 0)):
            best = bound
    return best


def strongest_upper(bounds: Sequence[Bound]) -> Bound:
    """The smallest of several upper bounds; the first wins ties."""
    best = UNKNOWN
    for bound in bounds:
        if bound.value is not None and (best.value is None or bound.value < best.value):
            best = bound
    return best


def result_of(
    target: str,
    point: Point,
    lowers: Sequence[Bound],
    uppers: Sequence[Bound],
    *,
    estimate: bool = False,
) -> RoundsResult:
    """The interval of the certified bounds, with what is claimed beyond it by name.

    >>> result_of("t", Point(), [Bound(2, "a", "{}"), Bound(3, "a note")], []).interval
    '2..'
    """
    lower = strongest_lower([bound for bound in lowers if bound.is_certified])
    upper = strongest_upper([bound for bound in uppers if bound.is_certified])
    claimed_lower = strongest_lower([lower, *lowers])
    claimed_upper = strongest_upper([upper, *uppers])
    return RoundsResult(
        target,
        point,
        lower,
        upper,
        estimate,
        UNKNOWN if claimed_lower is lower else claimed_lower,
        UNKNOWN if claimed_upper is upper else claimed_upper,
    )
