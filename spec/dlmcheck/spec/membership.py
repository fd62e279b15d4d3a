"""Whether a sampler lies at a point of the lattice of conventions.

A claim names a point and speaks of the samplers there. A point of a wider class contains those of
a narrower one: a deterministic policy is a joint one, a sampler that does not look at the clock
may have one. What is read off is the form that a sampler promises; only the predictor's class is
measured, on all states.
"""

from __future__ import annotations

from enum import Enum

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.dependence import predictor_dependence
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import (
    REVISING,
    Clock,
    Edits,
    End,
    Point,
    Reals,
    Remasking,
    Stop,
    Unmasking,
)
from dlmcheck.spec.policies import UniformSubsetUnmasking, remasking_class, unmasking_class
from dlmcheck.spec.resources import depth
from dlmcheck.spec.rows import is_dyadic

_WIDER: dict[Enum, tuple[Enum, ...]] = {
    Edits.WRITE_ONCE: (Edits.REMASK, Edits.REVISE_TOKEN),
    Edits.REVISE_TOKEN: (Edits.REVISE_ANY,),
    Unmasking.DETERMINISTIC: (Unmasking.INDEPENDENT,),
    Unmasking.INDEPENDENT: (Unmasking.JOINT,),
    # The same rate at every position is independent, but a uniform k-subset is not.
    Unmasking.EXCHANGEABLE: (Unmasking.JOINT,),
    Unmasking.JOINT: (Unmasking.AFTER_SAMPLING,),
    Unmasking.AFTER_SAMPLING: (Unmasking.MEMORY,),
    Remasking.NONE: (Remasking.DETERMINISTIC,),
    Remasking.DETERMINISTIC: (Remasking.INDEPENDENT,),
    Remasking.INDEPENDENT: (Remasking.JOINT,),
    Clock.STATE_ONLY: (Clock.ROUND_NUMBER,),
    Reals.DYADIC: (Reals.UNRESTRICTED,),
    End.WHOLE_STATE: (End.OUTPUT_ONLY,),
    Stop.ABSORBING: (Stop.FIXED_ROUNDS,),
}
"""The next wider values of each value of an axis."""


def includes(wide: Enum, narrow: Enum) -> bool:
    """Whether a value of an axis covers another value of the same axis.

    >>> includes(Unmasking.JOINT, Unmasking.DETERMINISTIC)
    True
    >>> includes(Unmasking.INDEPENDENT, Unmasking.EXCHANGEABLE)
    False
    """
    return wide is narrow or any(includes(wide, step) for step in _WIDER.get(narrow, ()))


def axes_left(sampler: Sampler, point: Point, predictor: Circuit | None = None) -> tuple[str, ...]:
    """The axes on which a sampler is not within a point; none if it lies there.

    `predictor` is the circuit of the sampler's predictor, where there is one: bounds on depth and
    size are bounds on a circuit. Scratch cells are those that are neither output nor prompt. A
    write-once sampler is one with revision whose visible cells are rewritten as they are; the own
    cell then counts among those read, and a uniform subset of the masked cells is none of all. The
    axes `random_bits` and `depth_count` speak of the circuit to be simulated, not of a sampler.

    Raises `BadPoint` if the point bounds depth or size and no circuit is given.
    """
    wanted: list[tuple[str, Enum, Enum]] = [
        ("edits", point.edits, sampler.edits),
        ("unmasking", point.unmasking, _unmasking(sampler, point)),
        ("remasking", point.remasking, remasking_class(sampler.remask)),
        ("clock", point.clock, sampler.clock),
        ("end", point.end, sampler.end),
        ("stop", point.stop, sampler.stop),
    ]
    left = [axis for axis, wide, narrow in wanted if not includes(wide, narrow)]
    used = {*sampler.output, *(cell for cell, _ in sampler.prompt)}
    if point.scratch is not None and sampler.length - len(used) > point.scratch:
        left.append("scratch")
    if not _within(sampler, point, predictor):
        left.append("predictor")
    return tuple(left)


def _becomes_revising(sampler: Sampler, point: Point) -> bool:
    """Whether a write-once sampler is looked at as one with revision."""
    return sampler.edits is Edits.WRITE_ONCE and point.edits in REVISING


def _unmasking(sampler: Sampler, point: Point) -> Unmasking:
    """The class of F at a point: at one with revision, where F ranges over all cells."""
    if _becomes_revising(sampler, point) and isinstance(sampler.unmask, UniformSubsetUnmasking):
        return Unmasking.JOINT
    return unmasking_class(sampler.unmask)


def _within(sampler: Sampler, point: Point, predictor: Circuit | None) -> bool:
    bounds = point.predictor
    if bounds.depth is not None or bounds.size is not None:
        if predictor is None:
            raise BadPoint("bounds on the predictor's circuit, and no circuit", source="point")
        if bounds.depth is not None and depth(predictor) > bounds.depth:
            return False
        if bounds.size is not None and predictor.node_count > bounds.size:
            return False
    if bounds.reals is Reals.DYADIC and not is_dyadic(sampler):
        return False
    if bounds.locality is None:
        return True
    # At a visible cell the token is the one that stands there.
    own = _becomes_revising(sampler, point)
    reads = [predictor_dependence(sampler, cell) for cell in range(sampler.length)]
    return all(
        len(read) + (own and cell not in read) <= bounds.locality for cell, read in enumerate(reads)
    )
