"""Round complexity of a target over the lattice: one point, or the table of many.

What is known of the target is collected once (constructions, arguments, the dynamic program for
write-once samplers with deterministic F, the local samplers of even parity) and then read off at
each point. Every end of an interval has a certificate; what rests on a proof by name alone stands
beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dlmcheck.model.targets import Target
from dlmcheck.spec.errors import UnsupportedFeature
from dlmcheck.spec.lattice import (
    Clock,
    Edits,
    Point,
    PredictorClass,
    Reals,
    Remasking,
    Unmasking,
)
from dlmcheck.spec.rounds import strategy_sampler
from dlmcheck.spec.tokens import parse_state
from dlmcheck.verify.rounds.facts import Facts, Lower, Upper, joined
from dlmcheck.verify.rounds.local_facts import QUICK, Effort, local_facts, samplers
from dlmcheck.verify.rounds.lower_bounds import arguments
from dlmcheck.verify.rounds.results import RoundsResult, Table, result_of
from dlmcheck.verify.rounds.upper_bounds import constructions, examined
from dlmcheck.verify.rounds.write_once import WriteOnce, write_once

EDITS: tuple[tuple[Edits, Remasking], ...] = (
    (Edits.WRITE_ONCE, Remasking.NONE),
    (Edits.REMASK, Remasking.DETERMINISTIC),
    (Edits.REMASK, Remasking.INDEPENDENT),
    (Edits.REMASK, Remasking.JOINT),
    (Edits.REVISE_TOKEN, Remasking.NONE),
    (Edits.REVISE_ANY, Remasking.NONE),
)
"""The edit models, with the classes of G."""
UNMASKING = (
    Unmasking.DETERMINISTIC,
    Unmasking.INDEPENDENT,
    Unmasking.EXCHANGEABLE,
    Unmasking.JOINT,
    Unmasking.AFTER_SAMPLING,
)
"""The classes of F. (Hidden memory contains the last one, and nothing more is known of it.)"""
MOST_RUN = 7
CLOCKS = (Clock.STATE_ONLY, Clock.ROUND_NUMBER)
REALS = (Reals.UNRESTRICTED, Reals.DYADIC)


@dataclass(frozen=True)
class Scope:
    """Which points a table has beyond edits, F, clock and numbers: scratch cells and localities.

    None stands for any number of scratch cells, and for no bound on what is read.
    """

    scratches: tuple[int | None, ...] = (0,)
    localities: tuple[int | None, ...] = (None,)

    def points(self) -> Iterator[Point]:
        """Every point, in the order of the table."""
        for locality in self.localities:
            for scratch in self.scratches:
                for edits, remasking in EDITS:
                    for clock in CLOCKS:
                        for unmasking in UNMASKING:
                            for reals in REALS:
                                yield Point(
                                    edits=edits,
                                    unmasking=unmasking,
                                    remasking=remasking,
                                    clock=clock,
                                    scratch=scratch,
                                    predictor=PredictorClass(reals, locality),
                                )


WIDE = Scope((0, 1, None), (None, 1, 2))


def facts_about(target: Target, scope: Scope, effort: Effort = QUICK) -> Facts:
    """What is known of a target of bits within a scope; `effort` is for local samplers of parity.

    Raises `UnsupportedFeature` for tokens other than 0 and 1.
    """
    if target.vocabulary != 2:
        raise UnsupportedFeature(
            f"a vocabulary of {target.vocabulary}", source=target.name, expected="bits"
        )
    parts: list[tuple[Sequence[Upper], Sequence[Lower]]] = [
        (constructions(target, scope.scratches), arguments(target, scope.scratches)),
        (_by_strategies(target)),
    ]
    tokens = [locality for locality in scope.localities if locality is not None]
    if tokens:
        parts.append((tuple(samplers(target)), ()))
    parts += [local_facts(target, number, effort) for number in tokens]
    return joined(target, parts)


def _by_strategies(target: Target) -> tuple[list[Upper], list[Lower]]:
    """Write-once, deterministic F, L = n: both bounds by the dynamic program."""
    uppers: list[Upper] = []
    lowers: list[Lower] = []
    for reals in REALS:
        found = by_method(write_once(target, reals=reals))
        if found.upper.value is not None:
            uppers.append(
                Upper(found.point, found.upper.value, found.upper.rests_on, found.upper.certificate)
            )
            uppers += _run(target, found.upper.value, found.upper.certificate)
        if found.lower.never or found.lower.value:
            numbers = "" if reals is Reals.UNRESTRICTED else ", dyadic predictors"
            region = f"points with write-once edits, F deterministic, L = n{numbers}"
            lowers.append(Lower(_Strategies(reals), found.lower, region))
    return uppers, lowers


def by_method(found: WriteOnce) -> RoundsResult:
    """The interval of a search; its ends name the method and the symmetry that it used."""
    r = found.result
    lower, upper = (
        replace(bound, rests_on=f"{bound.rests_on}, by {found.method}")
        if bound.says_something
        else bound
        for bound in (r.lower, r.upper)
    )
    return result_of(r.target, r.point, [lower], [upper], estimate=r.estimate)


def _run(target: Target, number: int, certificate: str | None) -> Iterator[Upper]:
    """The strategy of a certificate as a sampler, for what its parts read. Short targets only."""
    fields: Any = json.loads(certificate or "{}")
    choices: dict[str, list[int]] = fields.get("choices", {})
    if not choices or target.length > MOST_RUN:
        return
    sets = {parse_state(shown): frozenset(cells) for shown, cells in choices.items()}
    sampler = strategy_sampler(target.law, lambda state: sets.get(state, frozenset()), number)
    yield examined(target, sampler, "round-strategy, as a sampler")


@dataclass(frozen=True)
class _Strategies:
    """The region of a lower bound of the dynamic program."""

    reals: Reals

    def __call__(self, point: Point) -> bool:
        return (
            point.edits is Edits.WRITE_ONCE
            and point.unmasking is Unmasking.DETERMINISTIC
            and point.scratch == 0
            and self.reals in (Reals.UNRESTRICTED, point.predictor.reals)
        )


def rounds(target: Target, point: Point, effort: Effort = QUICK) -> RoundsResult:
    """The least number of rounds for a target at a point, or the interval that is known.

    Locality at the point bounds what each part reads. The end and stop conventions are the default
    ones (whole state, fixed rounds). Raises as `facts_about`.

    >>> from dlmcheck.model.targets import parse_target
    >>> rounds(parse_target("one-hot:3"), Point(scratch=0)).interval
    '3'
    """
    scope = Scope((point.scratch,), (point.predictor.locality,))
    return facts_about(target, scope, effort).at(point)


def separate(target: Target, scope: Scope = WIDE) -> Table:
    """The table over edits, F, clock, numbers, scratch cells and localities. Raises likewise."""
    facts = facts_about(target, scope)
    results = tuple(facts.at(point) for point in scope.points())
    return Table(target.name, target.length, results, target.is_estimate)
