"""Weights of states in long numbers: against plain tables, however the cells are grouped."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.verify.kernel.packed_laws import Packed, picked

CELLS = 4
STATES = st.text("01M", min_size=CELLS, max_size=CELLS)
TABLES = st.dictionaries(STATES, st.integers(1, 1 << 20), min_size=1, max_size=30)
SUBSETS = st.frozensets(st.integers(0, CELLS - 1))


@given(TABLES, SUBSETS, SUBSETS, st.integers(0, 40))
def test_regrouping_changes_no_weight(
    table: dict[str, int], first: frozenset[int], second: frozenset[int], coins: int
) -> None:
    law = Packed.of(table)
    once = law.regrouped(first, law.total << coins)
    assert set(once.front) == first
    twice = once.regrouped(second, once.total)
    for found in law, once, twice:
        assert set(found.front) | set(found.back) == set(range(CELLS))
        assert found.states() == len(table)
        assert found.onto(range(CELLS)) == table
        assert all(found.held.values())
        assert found.shown() == {cell: {state[cell] for state in table} for cell in range(CELLS)}


@given(TABLES, SUBSETS, st.sampled_from([p for k in range(4) for p in permutations(range(4), k)]))
def test_weights_of_some_cells_are_sums(
    table: dict[str, int], front: frozenset[int], cells: tuple[int, ...]
) -> None:
    expected: dict[str, int] = {}
    for state, weight in table.items():
        shown = "".join(state[cell] for cell in cells)
        expected[shown] = expected.get(shown, 0) + weight
    law = Packed.of(table)
    assert law.regrouped(front, law.total).onto(cells) == expected


def test_what_cells_show_is_picked_by_name() -> None:
    assert picked(["01M", "110"], (5, 7, -2), (-2, 5)) == ["M0", "01"]
    assert picked(["01M"], (5, 7, -2), ()) == [""]
    assert picked(["01M"], (5, 7, -2), (7,)) == ["1"]
