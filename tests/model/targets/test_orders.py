"""Targets with two orders: exact laws, and what each order makes of its blocks."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from dlmcheck.model.targets.orders import either_order, either_order_marked, first_one
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import State


def test_the_smallest_one_by_hand() -> None:
    assert either_order(1) == uniform([(c, b, b) for c in (0, 1) for b in (0, 1)])
    assert either_order_marked(1) == uniform([(0, 0), (1, 1), (2, 2), (3, 3)])


def _in_order(law: Law[State], order: int) -> Law[State]:
    return law.given(lambda string: string[0] == order)


def _first_block(string: State) -> State:
    return string[1 : len(string) // 2 + 1]


def _second_block(string: State) -> State:
    return string[len(string) // 2 + 1 :]


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_each_order_has_one_fair_block_and_shows_its_first_one_in_the_other(k: int) -> None:
    for order in (0, 1):
        law = _in_order(either_order(k), order)
        fair = law.map(_first_block if order == 0 else _second_block)
        assert fair == uniform(product((0, 1), repeat=k))
        for string in law:
            blocks = [string[1 : k + 1], string[k + 1 :]]
            assert blocks[1 - order] == first_one(blocks[order])
        assert {weight for _, weight in law.items()} == {Fraction(1, 2**k)}


def test_the_marked_form_shows_the_order_on_every_cell() -> None:
    marked = either_order_marked(3)
    assert {tuple(token // 2 for token in string) for string in marked} == {(0,) * 6, (1,) * 6}
    assert marked.map(lambda string: tuple(token % 2 for token in string)) == either_order(3).map(
        lambda string: string[1:]
    )


def test_an_empty_block_is_refused() -> None:
    with pytest.raises(BadInput, match="block length is 0"):
        either_order(0)
