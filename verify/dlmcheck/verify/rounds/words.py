"""Points of the lattice in the words of the tables."""

from __future__ import annotations

from dlmcheck.spec.lattice import Clock, Edits, Point, Reals


def point_text(point: Point) -> str:
    """A point in the words of the table."""
    edits = point.edits.value
    if point.edits is Edits.REMASK:
        edits = f"remask (G {point.remasking.value})"
    return "; ".join(
        [
            edits,
            f"F {point.unmasking.value}",
            _clock(point.clock),
            scratch_text(point.scratch),
            locality_text(point.predictor.locality),
            _numbers(point.predictor.reals),
        ]
    )


def _clock(clock: Clock) -> str:
    return "state only" if clock is Clock.STATE_ONLY else "round number known"


def _numbers(reals: Reals) -> str:
    return "dyadic predictors" if reals is Reals.DYADIC else "real predictors"


def scratch_text(scratch: int | None) -> str:
    """The number of scratch cells in words."""
    if scratch is None:
        return "any number of scratch cells"
    return "L = n" if not scratch else f"{scratch} scratch cell{'s' if scratch > 1 else ''}"


def locality_text(tokens: int | None) -> str:
    """The locality in words."""
    if tokens is None:
        return "parts read any tokens"
    return f"parts read at most {tokens} token{'s' if tokens != 1 else ''}"
