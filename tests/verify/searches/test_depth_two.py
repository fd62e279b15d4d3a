"""Small depth-2 circuits against parity."""

from __future__ import annotations

from itertools import combinations

import pytest

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.searches.depth_two import best_agreements, parity_table, term_tables


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("value", [0, 1])
def test_each_further_term_wins_exactly_one_input(n: int, value: int) -> None:
    """For n <= 4, of ORs of terms and (by complement) of ANDs of clauses; no formula beyond."""
    half = 1 << (n - 1)
    assert best_agreements(n, value=value) == tuple(half + s for s in range(half + 1))


def test_the_number_of_terms() -> None:
    assert [len(set(term_tables(n))) for n in (1, 2, 3, 4)] == [3, 9, 27, 81]


def test_terms_that_leave_a_variable_out() -> None:
    """One of them is half even, half odd and wins nothing; overlapping ones still do."""
    assert best_agreements(2, width=1) == (2, 2, 3)
    assert best_agreements(3, width=2) == (4, 4, 5, 6)
    assert best_agreements(4, width=3) == (8, 8, 9, 10, 12, 12, 13, 13, 14)


def test_against_plain_enumeration_of_sets_of_terms() -> None:
    n, target = 3, parity_table(3)
    terms = term_tables(n)
    for s in range(4):
        best = 0
        for chosen in combinations(terms, s):
            table = 0
            for term in chosen:
                table |= term
            best = max(best, (~(table ^ target) & 255).bit_count())
        assert best_agreements(n)[s] == best


def test_canary_parity_itself_is_not_counted_as_two_terms() -> None:
    assert best_agreements(3)[2] < 8
    assert best_agreements(3)[-1] == 8


def test_out_of_range() -> None:
    for n in (0, 5):
        with pytest.raises(BadInput, match="1 to 4"):
            best_agreements(n)
