"""Families compute what they say, against integer arithmetic: on all inputs, or drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

import pytest

from dlmcheck.model.families import (
    barrel_shifter,
    comparator,
    decoder,
    even_strings,
    kogge_stone_adder,
    majority,
    majority_grid,
    multiplexer,
    parity_chain,
    parity_tree,
    ripple_carry_adder,
    sorting_network,
    threshold,
    threshold_grid,
)
from dlmcheck.spec.circuit import Bits, Circuit, Gate, Op, evaluate, output_law
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.law import uniform

Function = Callable[[Bits], Bits]


def number(bits: Bits) -> int:
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def bits(value: int, width: int) -> Bits:
    return tuple(bool(value >> place & 1) for place in range(width))


def inputs_to_try(count: int) -> Iterator[Bits]:
    """All inputs if there are at most 2^10, else the two extremes and 40 drawn ones."""
    if count <= 10:
        yield from product((False, True), repeat=count)
        return
    yield (False,) * count
    yield (True,) * count
    coins = Random(count)
    for _ in range(40):
        yield bits(coins.getrandbits(count), count)


def wrong_inputs(circuit: Circuit, function: Function) -> list[Bits]:
    tried = inputs_to_try(len(circuit.inputs))
    return [given for given in tried if evaluate(circuit, given) != function(given)]


def xor(given: Bits) -> Bits:
    return (sum(given) % 2 == 1,)


def added(given: Bits) -> Bits:
    n = len(given) // 2
    return bits(number(given[:n]) + number(given[n:]), n + 1)


def compared(given: Bits) -> Bits:
    n = len(given) // 2
    a, b = number(given[:n]), number(given[n:])
    return (a < b, a == b)


def majority_of(given: Bits) -> Bits:
    return (2 * sum(given) > len(given),)


def sorted_down(given: Bits) -> Bits:
    return tuple(sorted(given, reverse=True))


@pytest.mark.parametrize("n", [*range(1, 9), 33, 100])
@pytest.mark.parametrize("family", [parity_chain, parity_tree])
def test_parity(family: Callable[[int], Circuit], n: int) -> None:
    assert wrong_inputs(family(n), xor) == []


@pytest.mark.parametrize("n", [2, 3, 4, 7, 10])
def test_even_strings_are_the_uniform_law_on_strings_of_even_parity(n: int) -> None:
    even = [given for given in product((False, True), repeat=n) if sum(given) % 2 == 0]
    assert output_law(even_strings(n)) == uniform(even)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 13, 32, 64])
@pytest.mark.parametrize("family", [ripple_carry_adder, kogge_stone_adder])
def test_adders(family: Callable[[int], Circuit], n: int) -> None:
    assert wrong_inputs(family(n), added) == []


def test_a_carry_runs_through_every_place_of_the_adders() -> None:
    n = 37
    for family in (ripple_carry_adder, kogge_stone_adder):
        given = (*bits(2**n - 1, n), *bits(1, n))
        assert evaluate(family(n), given) == bits(2**n, n + 1)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9, 32])
def test_comparator(n: int) -> None:
    circuit = comparator(n)
    assert wrong_inputs(circuit, compared) == []
    coins = Random(n)
    for _ in range(20):
        value = coins.getrandbits(n)
        for other in (value, value ^ 1):
            given = (*bits(value, n), *bits(other, n))
            assert evaluate(circuit, given) == compared(given)


@pytest.mark.parametrize("k", [0, 1, 2, 3, 5])
def test_multiplexer(k: int) -> None:
    circuit = multiplexer(k)
    assert wrong_inputs(circuit, lambda given: (given[number(given[2**k :])],)) == []


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_decoder(k: int) -> None:
    assert wrong_inputs(decoder(k), lambda given: bits(1 << number(given), 2**k)) == []


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8, 11, 16])
def test_barrel_shifter(n: int) -> None:
    def rotated(given: Bits) -> Bits:
        shift = number(given[n:])
        return tuple(given[(i - shift) % n] for i in range(n))

    assert wrong_inputs(barrel_shifter(n), rotated) == []


@pytest.mark.parametrize("n", [*range(1, 11), 17, 40])
def test_sorting_network(n: int) -> None:
    assert wrong_inputs(sorting_network(n), sorted_down) == []


@pytest.mark.parametrize("n", [*range(1, 8), 19])
@pytest.mark.parametrize("family", [threshold, threshold_grid])
def test_thresholds(family: Callable[[int, int], Circuit], n: int) -> None:
    for k in range(1, n + 1):

        def enough(given: Bits, k: int = k) -> Bits:
            return (sum(given) >= k,)

        assert wrong_inputs(family(n, k), enough) == []


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 10, 31])
@pytest.mark.parametrize("family", [majority, majority_grid])
def test_majority(family: Callable[[int], Circuit], n: int) -> None:
    circuit = family(n)
    assert wrong_inputs(circuit, majority_of) == []
    for ones in (n // 2, n // 2 + 1):
        given = tuple(i < ones for i in range(n))
        assert evaluate(circuit, given) == (2 * ones > n,)


@pytest.mark.parametrize(
    ("circuit", "function"),
    [
        (kogge_stone_adder(4), added),
        (ripple_carry_adder(4), added),
        (comparator(4), compared),
        (sorting_network(7), sorted_down),
        (majority(7), majority_of),
        (majority_grid(7), majority_of),
        (parity_tree(7), xor),
    ],
)
def test_canary_exchanging_any_gate_for_another_is_noticed(
    circuit: Circuit, function: Function
) -> None:
    assert wrong_inputs(circuit, function) == []
    other = {Op.AND: Op.OR, Op.OR: Op.AND, Op.XOR: Op.OR}
    survivors: list[int] = []
    for index, gate in enumerate(circuit.gates):
        gates = (*circuit.gates[:index], Gate(other[gate.op], gate.args))
        mutant = Circuit(circuit.inputs, (*gates, *circuit.gates[index + 1 :]), circuit.outputs)
        if not wrong_inputs(mutant, function):
            survivors.append(index)
    assert survivors == []


def test_impossible_sizes_are_refused() -> None:
    builders: list[Callable[[], Circuit]] = [
        lambda: parity_chain(0),
        lambda: even_strings(1),
        lambda: ripple_carry_adder(0),
        lambda: multiplexer(-1),
        lambda: decoder(0),
        lambda: threshold(3, 0),
        lambda: threshold_grid(3, 4),
    ]
    for build in builders:
        with pytest.raises(BadCircuit) as refused:
            build()
        assert refused.value.expected.startswith(("at least", "a threshold"))
