"""Decoding in batches: which cells are written together, and what that costs.

A *batch schedule* is a list of sizes m_1, ..., m_D >= 1 that sum to L. Random-order decoding
draws an ordered partition of the cells into batches of these sizes, all equally likely, and
writes one batch a round, each cell from its conditional law given what is visible (a perfect
predictor). Source: Chen, Cong, Li, "Optimal Inference Schedules for Masked Diffusion Models";
Lavenant, Zanella, "Error Bounds and Optimal Schedules for Masked Diffusions with Factorized
Approximations".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from dlmcheck.spec.entropy import NOTHING, LogSum, divergence
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, certain, product_law
from dlmcheck.spec.perfect import conditional
from dlmcheck.spec.tokens import MASK, State

Batches = tuple[tuple[int, ...], ...]
"""An ordered partition of the cells."""


def orders(length: int, sizes: Sequence[int]) -> list[Batches]:
    """All ordered partitions of the cells into batches of these sizes.

    Raises `BadInput` unless the sizes are positive and sum to the length.

    >>> orders(3, (1, 2))
    [((0,), (1, 2)), ((1,), (0, 2)), ((2,), (0, 1))]
    """
    if min(sizes, default=1) < 1 or sum(sizes) != length:
        raise BadInput(
            f"batches of {list(sizes)} cells", source="schedule", expected=f"a sum of {length}"
        )
    return list(_partitions(tuple(range(length)), tuple(sizes)))


def _partitions(cells: tuple[int, ...], sizes: tuple[int, ...]) -> Iterator[Batches]:
    if not sizes:
        yield ()
        return
    for batch in combinations(cells, sizes[0]):
        rest = tuple(cell for cell in cells if cell not in batch)
        for others in _partitions(rest, sizes[1:]):
            yield (batch, *others)


def law_of_order(target: Law[State], batches: Batches, vocabulary: int = 2) -> Law[State]:
    """The output law when the batches are written in this order with a perfect predictor."""
    length = len(next(iter(target)))
    law: Law[State] = certain((MASK,) * length)
    for batch in batches:
        law = law.bind(_writing(target, batch, vocabulary))
    return law


def _writing(
    target: Law[State], batch: tuple[int, ...], vocabulary: int
) -> Callable[[State], Law[State]]:
    def written(state: State) -> Law[State]:
        tokens = product_law([conditional(target, state, cell, vocabulary) for cell in batch])
        return tokens.map(
            lambda drawn: tuple(
                drawn[batch.index(cell)] if cell in batch else token
                for cell, token in enumerate(state)
            )
        )

    return written


def schedule_error(target: Law[State], sizes: Sequence[int], vocabulary: int = 2) -> LogSum:
    """The mean, over the orders, of KL(target || output law given the order), in nats.

    It is finite: a token that the target allows has positive probability. Raises `BadInput`.

    >>> from dlmcheck.spec.law import uniform
    >>> schedule_error(uniform([(0, 0), (1, 1)]), (2,))
    log 2
    """
    listed = orders(len(next(iter(target))), sizes)
    total = NOTHING
    for batches in listed:
        found = divergence(target, law_of_order(target, batches, vocabulary))
        assert found is not None
        total += Fraction(1, len(listed)) * found
    return total


def law_of_schedule(target: Law[State], sizes: Sequence[int], vocabulary: int = 2) -> Law[State]:
    """The output law of random-order decoding: the mixture over the orders. Raises `BadInput`."""
    listed = orders(len(next(iter(target))), sizes)
    share = Fraction(1, len(listed))
    order = Law(dict.fromkeys(listed, share))
    return order.bind(lambda batches: law_of_order(target, batches, vocabulary))
