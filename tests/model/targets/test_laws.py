"""Target laws against their definitions, by filtering or weighing all strings directly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from math import comb, factorial, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.families import decoder, even_strings, parity_chain
from dlmcheck.model.targets import (
    TokenLaw,
    blocks,
    circuit_target,
    even_parity,
    fixed_weight,
    flip_chain,
    hidden_markov,
    linear_code,
    markov_chain,
    noisy_chain,
    odd_parity,
    one_hot,
    permutation_matrices,
    product_bits,
    repetition,
    tilted_even_parity,
    uniform,
)
from dlmcheck.spec.errors import BadInput, BadProbability, UnnormalisedLaw, UnsupportedFeature
from dlmcheck.spec.law import Law, is_product, marginal

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)


def strings(n: int) -> list[tuple[int, ...]]:
    return list(product((0, 1), repeat=n))


def is_uniform_on(law: TokenLaw, support: set[tuple[int, ...]]) -> bool:
    return set(law) == support and all(law[x] == Fraction(1, len(support)) for x in support)


@pytest.mark.parametrize("n", range(1, 8))
def test_laws_that_are_uniform_on_a_set(n: int) -> None:
    everything = set(strings(n))
    assert is_uniform_on(uniform(n), everything)
    assert is_uniform_on(even_parity(n), {x for x in everything if sum(x) % 2 == 0})
    assert is_uniform_on(odd_parity(n), {x for x in everything if sum(x) % 2 == 1})
    assert is_uniform_on(one_hot(n), {x for x in everything if sum(x) == 1})
    assert is_uniform_on(repetition(n), {x for x in everything if len(set(x)) == 1})
    for k in range(n + 1):
        assert is_uniform_on(fixed_weight(n, k), {x for x in everything if sum(x) == k})


def test_sizes_of_larger_laws() -> None:
    assert len(even_parity(13)) == len(odd_parity(13)) == 2**12
    assert len(fixed_weight(16, 5)) == comb(16, 5)
    assert len(one_hot(200)) == 200


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_permutation_matrices_have_a_single_one_in_each_row_and_column(m: int) -> None:
    law = permutation_matrices(m)
    assert len(law) == factorial(m)
    assert {law[x] for x in law} == {Fraction(1, factorial(m))}
    for x in law:
        rows = [x[m * i : m * i + m] for i in range(m)]
        assert all(sum(row) == 1 for row in rows)
        assert all(sum(column) == 1 for column in zip(*rows, strict=True))


def test_product_bits_are_independent_with_the_given_chances() -> None:
    law = product_bits([THIRD, 0, Fraction(3, 4)])
    assert [marginal(law, i)[1] for i in range(3)] == [THIRD, 0, Fraction(3, 4)]
    assert is_product(law)
    assert not is_product(even_parity(3))


positive = st.fractions(min_value=Fraction(1, 5), max_value=5, max_denominator=7)


@given(st.lists(positive, min_size=1, max_size=6))
def test_tilted_parity_weighs_even_strings_by_their_ones(weights: list[Fraction]) -> None:
    law = tilted_even_parity(weights)
    # The normalising sum in closed form: half of prod(1 + w) + prod(1 - w).
    total = (prod(1 + w for w in weights) + prod(1 - w for w in weights)) / 2
    for x in strings(len(weights)):
        mass = prod((w for w, bit in zip(weights, x, strict=True) if bit), start=Fraction(1))
        assert law[x] == (mass / total if sum(x) % 2 == 0 else 0)


def test_tilted_parity_without_tilt_is_even_parity() -> None:
    assert tilted_even_parity([1] * 5) == even_parity(5)
    assert tilted_even_parity([1, 1, 2, 1]) != even_parity(4)


bit_rows = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 1), min_size=n, max_size=n), min_size=1, max_size=5)
)


@given(bit_rows)
def test_linear_codes_are_what_rows_span_and_what_checks_leave(rows: list[list[int]]) -> None:
    n = len(rows[0])
    spanned = {
        tuple(sum(c * row[i] for c, row in zip(chosen, rows, strict=True)) % 2 for i in range(n))
        for chosen in product((0, 1), repeat=len(rows))
    }
    assert is_uniform_on(linear_code(generator=rows), spanned)
    left = {
        x
        for x in strings(n)
        if all(sum(a * b for a, b in zip(row, x, strict=True)) % 2 == 0 for row in rows)
    }
    assert is_uniform_on(linear_code(parity_check=rows), left)


def test_well_known_codes() -> None:
    assert linear_code(parity_check=[[1] * 6]) == even_parity(6)
    assert linear_code(generator=[[1] * 6]) == repetition(6)
    hamming = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
    law = linear_code(parity_check=hamming)
    assert len(law) == 16
    assert min(sum(x) for x in law if any(x)) == 3


def test_markov_chain_by_multiplying_along_each_path() -> None:
    start = [HALF, THIRD, Fraction(1, 6)]
    rows: list[list[Fraction | int]] = [
        [QUARTER, QUARTER, HALF],
        [0, 1, 0],
        [THIRD, 0, Fraction(2, 3)],
    ]
    law = markov_chain(4, start, rows)
    for path in product(range(3), repeat=4):
        steps = prod(
            (Fraction(rows[a][b]) for a, b in pairwise(path)),
            start=Fraction(1),
        )
        assert law[path] == start[path[0]] * steps


def test_flip_chain_counts_its_flips() -> None:
    law = flip_chain(5, THIRD, QUARTER)
    for x in strings(5):
        flips = sum(a != b for a, b in pairwise(x))
        first = QUARTER if x[0] else 1 - QUARTER
        assert law[x] == first * THIRD**flips * (1 - THIRD) ** (4 - flips)
    assert flip_chain(3, 0) == repetition(3)
    assert flip_chain(4, HALF) == uniform(4)


def test_hidden_markov_by_summing_over_hidden_paths() -> None:
    start, rows = [THIRD, 1 - THIRD], [[QUARTER, 1 - QUARTER], [HALF, HALF]]
    emission = [[HALF, HALF, Fraction(0)], [Fraction(0), QUARTER, Fraction(3, 4)]]
    law = hidden_markov(3, start, rows, emission)
    for x in product(range(3), repeat=3):
        expected = Fraction(0)
        for path in product(range(2), repeat=3):
            weight = start[path[0]] * emission[path[0]][x[0]]
            for i in (1, 2):
                weight *= rows[path[i - 1]][path[i]] * emission[path[i]][x[i]]
            expected += weight
        assert law[x] == expected


def test_noise_of_one_half_hides_the_chain_and_no_noise_shows_it() -> None:
    assert noisy_chain(4, THIRD, 0) == flip_chain(4, THIRD)
    assert noisy_chain(3, THIRD, HALF) == uniform(3)
    assert noisy_chain(3, THIRD, QUARTER) not in (flip_chain(3, THIRD), uniform(3))


def test_blocks_are_independent_of_each_other() -> None:
    law = blocks([one_hot(2), even_parity(3)])
    for x in strings(5):
        assert law[x] == one_hot(2)[x[:2]] * even_parity(3)[x[2:]]


def test_laws_of_circuits() -> None:
    assert circuit_target(even_strings(5)).law == even_parity(5)
    assert circuit_target(decoder(3)).law == one_hot(8)
    echo = circuit_target(parity_chain(3, "x2"), (True, False))
    assert echo.law == uniform(1)
    assert circuit_target(parity_chain(2, False), (True, False)).law == Law({(1,): 1})
    assert not echo.is_estimate


def test_numbers_that_are_no_exact_probabilities_are_refused() -> None:
    inexact: float = 0.5
    builders: list[Callable[[], object]] = [
        # The wrong types are what is tested.
        lambda: product_bits([inexact]),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        lambda: tilted_even_parity([1, inexact]),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        lambda: flip_chain(3, inexact),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        lambda: product_bits([True]),
        lambda: product_bits([Fraction(3, 2)]),
        lambda: tilted_even_parity([1, 0]),
        lambda: tilted_even_parity([1, Fraction(-1, 2)]),
        lambda: flip_chain(3, Fraction(-1, 2)),
    ]
    for build in builders:
        with pytest.raises(BadProbability):
            build()


def test_rows_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(UnnormalisedLaw) as refused:
        markov_chain(2, [HALF, HALF], [[HALF, HALF], [HALF, THIRD]])
    assert refused.value.total == Fraction(5, 6)


def test_impossible_sizes_and_shapes_are_refused() -> None:
    builders: list[Callable[[], object]] = [
        lambda: uniform(0),
        lambda: even_parity(0),
        lambda: one_hot(0),
        lambda: fixed_weight(3, 4),
        lambda: fixed_weight(3, -1),
        lambda: permutation_matrices(0),
        lambda: tilted_even_parity([]),
        lambda: blocks([]),
        linear_code,
        lambda: linear_code(generator=[[1]], parity_check=[[1]]),
        lambda: linear_code(generator=[]),
        lambda: linear_code(generator=[[1, 0], [1]]),
        lambda: linear_code(parity_check=[[1, 2]]),
        lambda: markov_chain(0, [1], [[1]]),
        lambda: markov_chain(2, [HALF, HALF], [[1, 0]]),
        lambda: markov_chain(2, [], []),
        lambda: hidden_markov(2, [1], [[1]], [[HALF, HALF], [1, 0]]),
        lambda: circuit_target(parity_chain(3, False), (True,)),
    ]
    for build in builders:
        with pytest.raises(BadInput):
            build()


def test_laws_too_large_to_write_out_are_refused_before_they_are() -> None:
    builders: list[Callable[[], object]] = [
        lambda: uniform(5000),
        lambda: even_parity(22),
        lambda: product_bits([HALF] * 60),
        lambda: fixed_weight(60, 30),
        lambda: one_hot(9999),
        lambda: permutation_matrices(5000),
        lambda: flip_chain(500, HALF),
        lambda: linear_code(parity_check=[[1] * 40]),
        lambda: blocks([uniform(12), uniform(12)]),
        lambda: circuit_target(parity_chain(40)),
    ]
    for build in builders:
        with pytest.raises(UnsupportedFeature) as refused:
            build()
        assert "1048576 outcomes" in refused.value.expected
