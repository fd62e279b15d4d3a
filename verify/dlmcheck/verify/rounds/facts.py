"""Facts about one target, and how they spread over the lattice.

An upper fact is a sampler at some point; it holds at every point that contains that one. A lower
fact is an argument with a region: it holds at every point of the region. The interval at a point
is made of the best of each, among those with a certificate: it is the certificate of the fact, and
that the fact holds at the point is said beside it. (Containment of points:
`dlmcheck.spec.membership.includes`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from dlmcheck.model.targets import Target
from dlmcheck.spec.lattice import REVISING, Clock, Point, PredictorClass, Reals, Unmasking
from dlmcheck.spec.membership import includes
from dlmcheck.verify.rounds.results import Bound, RoundsResult, result_of
from dlmcheck.verify.rounds.words import point_text


def contains(wide: Point, narrow: Point) -> bool:
    """Whether every sampler at the narrow point is one at the wide point.

    The axes that speak of a circuit to be simulated play no part. At a point with a locality
    every part (p, F and G) reads at most so many tokens.

    >>> contains(Point(scratch=None), Point(scratch=2)), contains(Point(scratch=1), Point())
    (True, False)
    """
    axes = [
        (wide.edits, narrow.edits),
        (wide.unmasking, narrow.unmasking),
        (wide.remasking, narrow.remasking),
        (wide.clock, narrow.clock),
        (wide.end, narrow.end),
        (wide.stop, narrow.stop),
    ]
    if not all(includes(one, other) for one, other in axes):
        return False
    revising = wide.edits in REVISING and narrow.edits not in REVISING
    # A uniform subset of the masked cells is none of all cells, from which revision draws.
    if revising and wide.unmasking is narrow.unmasking is Unmasking.EXCHANGEABLE:
        return False
    if wide.scratch is not None and (narrow.scratch is None or narrow.scratch > wide.scratch):
        return False
    # Without revision the own mask is free to read; with revision the own cell counts.
    return _is_weaker(wide.predictor, narrow.predictor, int(revising))


def _is_weaker(wide: PredictorClass, narrow: PredictorClass, extra: int) -> bool:
    if not includes(wide.reals, narrow.reals):
        return False
    return wide.locality is None or (
        narrow.locality is not None and narrow.locality + extra <= wide.locality
    )


@dataclass(frozen=True)
class Upper:
    """A sampler with its rounds, at the narrowest point that its form shows."""

    point: Point
    rounds: int
    rests_on: str
    certificate: str | None

    def bound(self) -> Bound:
        """The upper bound that it gives at every point that contains its own, which it names."""
        reach = f"at every point that contains: {point_text(self.point)}"
        return Bound(self.rounds, self.rests_on, self.certificate, reach=reach)


@dataclass(frozen=True)
class Lower:
    """An argument that excludes fewer rounds, wherever it covers; `region` says that in words."""

    covers: Callable[[Point], bool]
    bound: Bound
    region: str = "every point"

    def reached(self) -> Bound:
        """The bound, with the region in which it holds."""
        return replace(self.bound, reach=f"at {self.region}")


@dataclass(frozen=True)
class Facts:
    """What is known of one target."""

    target: Target
    uppers: tuple[Upper, ...]
    lowers: tuple[Lower, ...]

    @cached_property
    def by_rounds(self) -> list[Upper]:
        """The upper facts: fewest rounds first, then certified ones, then the narrowest."""

        def key(fact: Upper) -> tuple[int, bool, float, bool, bool]:
            point = fact.point
            return (
                fact.rounds,
                fact.certificate is None,
                inf if point.scratch is None else point.scratch,
                point.clock is Clock.ROUND_NUMBER,
                point.predictor.reals is Reals.UNRESTRICTED,
            )

        return sorted(self.uppers, key=key)

    def at(self, point: Point) -> RoundsResult:
        """The interval at a point."""
        uppers = [fact.bound() for fact in self.by_rounds if contains(point, fact.point)]
        lowers = [fact.reached() for fact in self.lowers if fact.covers(point)]
        name, estimate = self.target.name, self.target.is_estimate
        return result_of(name, point, lowers, uppers, estimate=estimate)


def joined(target: Target, parts: Iterable[tuple[Iterable[Upper], Iterable[Lower]]]) -> Facts:
    """Facts from several sources."""
    uppers: list[Upper] = []
    lowers: list[Lower] = []
    for some_uppers, some_lowers in parts:
        uppers += some_uppers
        lowers += some_lowers
    return Facts(target, tuple(uppers), tuple(lowers))
