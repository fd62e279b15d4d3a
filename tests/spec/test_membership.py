"""Which samplers lie at which point of the lattice."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from fractions import Fraction
from itertools import product

import pytest

from dlmcheck.spec.dependence import Locality, locality
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import (
    Clock,
    Edits,
    End,
    Point,
    PredictorClass,
    Reals,
    Remasking,
    Stop,
    Unmasking,
)
from dlmcheck.spec.membership import axes_left, includes
from dlmcheck.spec.policies import SameRateUnmasking, UniformSubsetUnmasking
from dlmcheck.spec.schedule import sampler_of
from tests.spec.known_samplers import (
    even_parity,
    independent_f_sampler,
    joint_f_sampler,
    most_confident_first,
    remasking_sampler,
    revision_sampler,
    state_only_remasking_sampler,
)
from tests.spec.schedules import copy_schedule

PARITY_WITH_REMASKING = Point(
    edits=Edits.REMASK,
    remasking=Remasking.DETERMINISTIC,
    clock=Clock.ROUND_NUMBER,
    scratch=0,
    predictor=PredictorClass(Reals.DYADIC, locality=1),
)


@pytest.mark.parametrize("axis", [Edits, Unmasking, Remasking, Clock, Reals, End, Stop])
def test_inclusion_is_a_partial_order_on_each_axis(axis: type[Enum]) -> None:
    for a, b in product(axis, repeat=2):
        assert includes(a, a)
        assert a is b or not (includes(a, b) and includes(b, a))
        for c in axis:
            assert not (includes(a, b) and includes(b, c)) or includes(a, c)


def test_inclusions_of_unmasking_classes_by_hand() -> None:
    wide = {u: {v for v in Unmasking if includes(u, v)} for u in Unmasking}
    d, i, e = Unmasking.DETERMINISTIC, Unmasking.INDEPENDENT, Unmasking.EXCHANGEABLE
    j, a, m = Unmasking.JOINT, Unmasking.AFTER_SAMPLING, Unmasking.MEMORY
    assert wide == {
        d: {d},
        i: {d, i},
        e: {e},
        j: {d, i, e, j},
        a: {d, i, e, j, a},
        m: set(Unmasking),
    }


def test_inclusions_of_edit_models_by_hand() -> None:
    pairs = {(a, b) for a, b in product(Edits, repeat=2) if a is not b and includes(a, b)}
    assert pairs == {
        (Edits.REMASK, Edits.WRITE_ONCE),
        (Edits.REVISE_TOKEN, Edits.WRITE_ONCE),
        (Edits.REVISE_ANY, Edits.WRITE_ONCE),
        (Edits.REVISE_ANY, Edits.REVISE_TOKEN),
    }


def test_values_of_different_axes_do_not_include_each_other() -> None:
    assert not includes(Edits.REMASK, Clock.STATE_ONLY)


def test_the_remasking_sampler_lies_at_its_point() -> None:
    assert axes_left(remasking_sampler(3), PARITY_WITH_REMASKING) == ()


@pytest.mark.parametrize(
    ("changes", "axis"),
    [
        ({"edits": Edits.REVISE_ANY, "remasking": Remasking.NONE}, "edits remasking"),
        ({"clock": Clock.STATE_ONLY}, "clock"),
        ({"stop": Stop.ABSORBING}, "stop"),
        ({"predictor": PredictorClass(locality=0)}, "predictor"),
        ({"unmasking": Unmasking.EXCHANGEABLE}, "unmasking"),
    ],
)
def test_a_narrower_point_is_left_on_the_axis_that_was_narrowed(
    changes: dict[str, object], axis: str
) -> None:
    narrower = replace(PARITY_WITH_REMASKING, **changes)  # type: ignore[arg-type]  # fields of all types
    assert axes_left(remasking_sampler(3), narrower) == tuple(axis.split())


def test_wider_points_are_not_left() -> None:
    everything = Point(
        edits=Edits.REVISE_ANY,
        unmasking=Unmasking.MEMORY,
        clock=Clock.ROUND_NUMBER,
        end=End.OUTPUT_ONLY,
    )
    samplers = [
        revision_sampler(3),
        revision_sampler(3, exchangeable=True),
        independent_f_sampler(4, clock=True),
        independent_f_sampler(4, clock=False),
        joint_f_sampler(even_parity(3)),
        most_confident_first(Fraction(9, 10)),
    ]
    assert [axes_left(sampler, everything) for sampler in samplers] == [()] * 6


def test_random_unmasking_is_outside_the_deterministic_point() -> None:
    assert axes_left(independent_f_sampler(4, clock=False), Point()) == ("unmasking",)
    assert axes_left(joint_f_sampler(even_parity(3)), Point()) == ("unmasking", "clock")


def test_a_uniform_subset_of_masked_cells_is_none_of_all_cells() -> None:
    masked = replace(
        independent_f_sampler(4, clock=False), unmask=UniformSubsetUnmasking(lambda x, t: 1)
    )
    wide = Point(edits=Edits.REVISE_TOKEN, unmasking=Unmasking.EXCHANGEABLE)
    assert axes_left(masked, replace(wide, edits=Edits.WRITE_ONCE)) == ()
    assert axes_left(masked, wide) == ("unmasking",)
    assert axes_left(masked, replace(wide, unmasking=Unmasking.JOINT)) == ()
    # Drawn from all cells it is one, and so is one rate: what is visible is written as it is.
    assert axes_left(replace(masked, edits=Edits.REVISE_TOKEN), wide) == ()
    same_rate = SameRateUnmasking(lambda x, t: Fraction(1, 2))
    assert axes_left(replace(masked, unmask=same_rate), wide) == ()


def test_the_own_cell_counts_at_a_point_with_revision() -> None:
    sampler = sampler_of(copy_schedule())
    read = locality(sampler).predictor
    bounded = Point(edits=sampler.edits, predictor=PredictorClass(locality=read))
    assert axes_left(sampler, bounded) == ()
    revising = replace(bounded, edits=Edits.REVISE_ANY)
    assert axes_left(sampler, revising) == ("predictor",)
    assert axes_left(sampler, replace(revising, predictor=PredictorClass(locality=read + 1))) == ()


def test_reals_are_measured() -> None:
    dyadic = Point(unmasking=Unmasking.AFTER_SAMPLING, predictor=PredictorClass(Reals.DYADIC))
    assert axes_left(most_confident_first(Fraction(3, 4)), dyadic) == ()
    assert axes_left(most_confident_first(Fraction(9, 10)), dyadic) == ("predictor",)


def test_state_only_remasking_reads_two_tokens() -> None:
    # Each cell reads its right neighbour on the ring and cell n-1 (in which round are we?); G_i
    # reads its left neighbour and cell n.
    assert locality(state_only_remasking_sampler(5)) == Locality(2, 1, 2)

    def point(tokens: int) -> Point:
        return Point(
            edits=Edits.REMASK,
            remasking=Remasking.DETERMINISTIC,
            predictor=PredictorClass(locality=tokens),
            stop=Stop.ABSORBING,
        )

    assert axes_left(state_only_remasking_sampler(5), point(2)) == ()
    assert axes_left(state_only_remasking_sampler(5), point(1)) == ("predictor",)


def test_scratch_cells_are_neither_output_nor_prompt() -> None:
    sampler = sampler_of(copy_schedule(output=(1,), output_names=("b",)))
    assert axes_left(sampler, Point(scratch=1)) == ()
    assert axes_left(sampler, Point(scratch=0)) == ("scratch",)
    prompted = replace(sampler, prompt=((0, 1),), given=None)
    assert axes_left(prompted, Point(scratch=0)) == ()


def test_bounds_on_depth_and_size_are_bounds_on_a_circuit() -> None:
    schedule = copy_schedule()
    sampler = sampler_of(schedule)
    # Each mux is two ANDs and an OR: depth 2. 5 inputs, 7 gates.
    for depth, size, left in ((2, 12, ()), (1, 12, ("predictor",)), (2, 11, ("predictor",))):
        point = Point(predictor=PredictorClass(depth=depth, size=size))
        assert axes_left(sampler, point, schedule.predictor) == left
        with pytest.raises(BadPoint, match="no circuit"):
            axes_left(sampler, point)
