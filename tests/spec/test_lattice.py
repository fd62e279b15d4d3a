"""The lattice of conventions: the values of each axis, and points that contradict themselves."""

from __future__ import annotations

from enum import Enum

import pytest

from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import (
    Clock,
    DepthCount,
    Edits,
    End,
    Point,
    PredictorClass,
    RandomBits,
    Reals,
    Remasking,
    Stop,
    Unmasking,
)

AXES: list[tuple[type[Enum], int]] = [
    (Edits, 4),
    (Unmasking, 6),
    (Remasking, 4),
    (Clock, 2),
    (Reals, 2),
    (RandomBits, 3),
    (DepthCount, 2),
    (End, 2),
    (Stop, 2),
]


@pytest.mark.parametrize(("axis", "count"), AXES)
def test_each_axis_has_its_values(axis: type[Enum], count: int) -> None:
    assert len(axis) == count


def test_a_point_names_a_value_on_every_axis() -> None:
    text = str(Point(scratch=3, predictor=PredictorClass(Reals.DYADIC, locality=2)))
    assert text == (
        "edits write-once; unmasking deterministic; remasking none; clock state-only; scratch 3; "
        "predictor dyadic, locality <= 2; random bits sampled; depth count from-zero; "
        "end whole-state; stop fixed-rounds"
    )
    assert "scratch any" in str(Point())


@pytest.mark.parametrize("edits", list(Edits))
@pytest.mark.parametrize("remasking", list(Remasking))
def test_remasking_goes_with_the_edit_model_remask(edits: Edits, remasking: Remasking) -> None:
    if (edits is Edits.REMASK) == (remasking is not Remasking.NONE):
        assert Point(edits=edits, remasking=remasking).edits is edits
        return
    with pytest.raises(BadPoint) as error:
        Point(edits=edits, remasking=remasking)
    assert edits.value in error.value.message
    assert remasking.value in error.value.message


def test_negative_bounds_are_refused() -> None:
    with pytest.raises(BadPoint, match="-1 scratch cells"):
        Point(scratch=-1)
    for bounds in ((-1, None, None), (None, -1, None), (None, None, -1)):
        with pytest.raises(BadPoint, match="negative bound -1"):
            PredictorClass(Reals.DYADIC, *bounds)


def test_any_bound_restricts_a_predictor() -> None:
    assert PredictorClass().is_unrestricted
    for narrower in (
        PredictorClass(Reals.DYADIC),
        PredictorClass(locality=0),
        PredictorClass(depth=0),
        PredictorClass(size=0),
    ):
        assert not narrower.is_unrestricted
