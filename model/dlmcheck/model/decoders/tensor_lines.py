"""Functions of lines of cells: along a dimension of a tensor, in order, or as probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from dlmcheck.model.decoders.exact import Exact, FloatRefused
from dlmcheck.model.decoders.shadows import NEVER, Race, exponential_of, finishing_order
from dlmcheck.model.decoders.tensor_places import Shape
from dlmcheck.spec.errors import BadInput


def by_lines(
    cells: Sequence[Any], shape: Shape, dim: int, function: Callable[[list[Any]], list[Any]]
) -> tuple[list[Any], Shape]:
    """The function of each line of cells along a dimension, which may change its length."""
    axis = dim % len(shape)
    before, after = shape[:axis], shape[axis + 1 :]
    step, length = prod(after), shape[axis]
    lines = [
        function([cells[(i * length + k) * step + j] for k in range(length)])
        for i in range(prod(before))
        for j in range(step)
    ]
    width = len(lines[0]) if lines else 0
    found = [
        lines[i * step + j][k]
        for i in range(prod(before))
        for k in range(width)
        for j in range(step)
    ]
    return found, (*before, width, *after)


def normalised(line: list[Any]) -> list[Exact]:
    """exp of each cell over their sum."""
    weights = [exponential_of(cell) for cell in line]
    total = sum(weights, Exact(0))
    if not total:
        raise BadInput("a softmax of minus infinities", source="tensor")
    return [weight / total for weight in weights]


def ranking(line: list[Any], count: int, *, largest: bool) -> list[int]:
    """The places of the first `count` cells in order; noisy ones are put in order by a race."""
    racing = [i for i, cell in enumerate(line) if isinstance(cell, Race)]
    if not racing:
        # Python's sort keeps equal cells in their order, backwards as well.
        return sorted(range(len(line)), key=lambda i: line[i], reverse=largest)[:count]
    others = [i for i in range(len(line)) if i not in racing]
    if not largest or any(line[i] != NEVER for i in others):
        raise FloatRefused("noisy numbers are put in order with others, or from the smallest one")
    order = finishing_order([line[i] for i in racing], min(count, len(racing)))
    return [*(racing[k] for k in order), *others][:count]
