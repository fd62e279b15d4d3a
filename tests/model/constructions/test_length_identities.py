# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
"""The stated lengths and bounds, evaluated exactly by an algebra system, and how they compare.

The constructions compute ceil(log2) and ceil(log3) by bit lengths and by powers. Here the formulas
of the statements are taken literally; sums, limits and recursions are decided symbolically.
"""

from __future__ import annotations

import pytest
from sympy import (
    Expr,
    Symbol,
    ceiling,
    expand,
    floor,
    limit,
    log,
    oo,
    powsimp,
    simplify,
    summation,
    symbols,
)

from dlmcheck.model.constructions.remask import remasking_length
from dlmcheck.model.constructions.revise import revision_length
from dlmcheck.model.constructions.shorter import (
    growing_code,
    growing_revision_length,
    split_remasking_length,
    ternary_code,
    ternary_revision_length,
)
from dlmcheck.model.reductions.cones import cone_bounds, least_rounds, longest_parity

DEPTHS = (*range(130), 2**20 - 2, 2**20 - 1, 2**20, 3**12 - 2, 3**12 - 1, 3**12)
"""Small depths, and those around powers of two and three, where rounding would be seen."""


def literal(formula: Expr, **values: int) -> int:
    found = formula.subs({Symbol(name, integer=True): value for name, value in values.items()})
    assert found.is_Integer, found
    return int(found)


d, w = symbols("d w", integer=True)
e, o = symbols("e o", integer=True)

REMASKING = 2 * w + 2 * ceiling(log(d + 1, 2))
REVISION = w + ceiling(log(d + 1, 2))
GROWING = w + ceiling(log(d + 2, 2)) - 1
TERNARY = w + ceiling(log(d + 1, 3))


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_lengths_are_the_stated_formulas(depth: int) -> None:
    assert remasking_length(5, depth) == literal(REMASKING, w=5, d=depth)
    assert revision_length(5, depth) == literal(REVISION, w=5, d=depth)
    assert growing_revision_length(5, depth) == literal(GROWING, w=5, d=depth)
    assert ternary_revision_length(5, depth) == literal(TERNARY, w=5, d=depth)
    # The right bank counts layers d, d-2, ..., the left one layers d-1, d-3, ...
    left = max(1, (depth + 1) // 2)
    split = e + o + ceiling(log(floor(d / 2) + 1, 2)) + ceiling(log(left, 2))
    assert split_remasking_length(5, 3, depth) == literal(split, e=5, o=3, d=depth)


def test_canary_a_formula_that_rounds_the_other_way_is_told_apart() -> None:
    rounded_down = w + floor(log(d + 1, 2))
    wrong = [n for n in DEPTHS if revision_length(5, n) != literal(rounded_down, w=5, d=n)]
    # They agree exactly where d + 1 is a power of two.
    assert wrong == [n for n in DEPTHS if (n + 1) & n]


def test_the_growing_counter_saves_one_cell_unless_d_plus_one_is_a_power_of_two() -> None:
    """2^(k-1) < d+1 < 2^k gives d+2 <= 2^k, one digit less; at d+1 = 2^k there is one more."""
    for depth in DEPTHS:
        saved = revision_length(1, depth) - growing_revision_length(1, depth)
        assert saved == (0 if (depth + 1) & depth == 0 else 1)


def test_the_growing_counter_has_all_the_states_that_there_are() -> None:
    """1 + 2 + ... + 2^c = 2^(c+1) - 1 states on c cells, and the code uses every one of them."""
    j, c = symbols("j c", integer=True)
    states = summation(2**j, (j, 0, c))
    assert simplify(states - (2 ** (c + 1) - 1)) == 0
    for cells in range(7):
        most = literal(2 ** (c + 1) - 1, c=cells)
        assert {len(code) for code in growing_code(most)} == {cells}
        assert len(set(growing_code(most))) == most
        assert len(growing_code(most + 1)[0]) == cells + 1


def test_the_ternary_counter_is_shorter_by_a_constant_factor_only() -> None:
    x = Symbol("x", positive=True)
    ratio = limit(log(x, 3) / log(x, 2), x, oo)
    assert simplify(ratio - log(2) / log(3)) == 0
    assert 0 < ratio < 1
    for depth in DEPTHS:
        assert ternary_revision_length(1, depth) <= revision_length(1, depth)
    assert len(ternary_code(3**5)[0]) == 5


def test_counters_of_their_own_save_three_cells_at_powers_of_two_and_else_two() -> None:
    """With equal widths; each of the two banks has half of the layers to count."""
    for depth in DEPTHS[2:]:
        saved = remasking_length(4, depth) - split_remasking_length(4, 4, depth)
        assert saved == (3 if depth & (depth - 1) == 0 else 2)
    x = Symbol("x", positive=True)
    assert simplify(limit(2 * log(x, 2) - 2 * log(x / 2, 2), x, oo)) == 2


# --- the cone bound of Theorem 4.5 ----------------------------------------------------------


def test_the_closed_form_solves_the_recursion_of_the_cones_for_all_k_and_t() -> None:
    k, t = symbols("k t", integer=True, positive=True)
    mask = (k + 1) ** (t - 1) - 1
    cell = mask + 1
    step = mask + k * cell - mask.subs(t, t + 1)
    assert simplify(powsimp(expand(step))) == 0
    assert mask.subs(t, 1) == 0
    for locality in range(5):
        for rounds in range(1, 8):
            values = {k: locality, t: rounds}
            found = cone_bounds(locality, rounds)[rounds]
            assert found == (int(mask.subs(values)), int(cell.subs(values)))
            assert longest_parity(locality, rounds) == (locality + 1) ** (rounds - 1)


def test_an_earlier_check_sees_no_more_than_the_last_one() -> None:
    """(2k+1)(k+1)^(t-2) <= (k+1)^t for all k >= 0, since (k+1)^2 - (2k+1) = k^2."""
    k, t = symbols("k t", integer=True, positive=True)
    earlier = ((k + 1) ** (t - 2) - 1) + 2 * k * (k + 1) ** (t - 2) + 1
    product = (2 * k + 1) * (k + 1) ** (t - 2)
    assert simplify(earlier - product) == 0
    assert expand((k + 1) ** 2 - (2 * k + 1)) == k**2


def test_the_least_number_of_rounds_is_the_stated_logarithm() -> None:
    n, k = symbols("n k", integer=True, positive=True)
    stated = 1 + ceiling(log(n, k + 1))
    for size in (1, 2, 3, 4, 5, 8, 9, 10, 26, 27, 28, 3**9, 3**9 + 1):
        for locality in range(1, 6):
            found = int(stated.subs({n: size, k: locality}))
            assert least_rounds(size, locality) == found
