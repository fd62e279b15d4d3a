"""The formulas of the families against the measured resources, and the registry."""

from __future__ import annotations

import pytest

from dlmcheck.model.families import (
    FAMILIES,
    Family,
    comparators,
    decoder,
    even_strings,
    mark_random,
    sorting_depth,
    threshold_grid,
)
from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.errors import BadCircuit, UndefinedSignal
from dlmcheck.spec.resources import depth, measure

EXPONENTIAL = {"multiplexer": 8, "decoder": 8}
"""Families of size 2^n, and up to which n they are built here."""


def sizes(family: Family) -> range:
    return range(family.least, EXPONENTIAL.get(family.name, 40) + 1)


def formula_errors(family: Family) -> list[tuple[int, int, int]]:
    """(n, size, depth) wherever a formula of the family is wrong."""
    wrong: list[tuple[int, int, int]] = []
    for n in sizes(family):
        circuit = family(n)
        size, measured = circuit.node_count, depth(circuit)
        fine = size == family.size(n) if family.exact_size else size <= family.size(n)
        fine &= measured == family.depth(n) if family.exact_depth else measured <= family.depth(n)
        if not fine:
            wrong.append((n, size, measured))
    return wrong


def test_the_registry_holds_these_families() -> None:
    assert {name: family.least for name, family in FAMILIES.items()} == {
        "parity-chain": 1,
        "parity-tree": 1,
        "even-strings": 2,
        "ripple-adder": 1,
        "prefix-adder": 1,
        "comparator": 1,
        "multiplexer": 0,
        "decoder": 1,
        "barrel-shifter": 1,
        "sorting-network": 1,
        "majority": 1,
        "majority-grid": 1,
        "random-layered": 1,
    }


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_size_and_depth_are_what_the_formulas_say(family: Family) -> None:
    assert formula_errors(family) == []


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_canary_a_formula_one_too_small_is_noticed(family: Family) -> None:
    def shifted(formula_of: str) -> Family:
        formulas = {"size": family.size, "depth": family.depth}
        chosen = formulas[formula_of]
        formulas[formula_of] = lambda n: chosen(n) - 1
        return Family(
            family.name,
            family.summary,
            family.least,
            family.build,
            formulas["size"],
            formulas["depth"],
            family.exact_size,
            family.exact_depth,
        )

    assert formula_errors(shifted("size"))
    assert formula_errors(shifted("depth"))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_a_size_below_the_least_is_refused(family: Family) -> None:
    with pytest.raises(BadCircuit):
        family(family.least - 1)


def test_sorting_networks_at_powers_of_two_have_batchers_size_and_depth() -> None:
    for k in range(2, 8):
        n = 2**k
        assert comparators(n) == (k * k - k + 4) * 2 ** (k - 2) - 1
        assert depth(FAMILIES["sorting-network"](n)) == k * (k + 1) // 2 == sorting_depth(n)


def test_threshold_grid_formulas_for_every_threshold() -> None:
    for n in range(1, 12):
        for k in range(1, n + 1):
            circuit = threshold_grid(n, k)
            assert circuit.node_count == 2 * n - 1 + 2 * (k - 1) * (n - k)
            assert depth(circuit) == (n - 1 if k == n else n - k + 2 * (k - 1))


def test_localities_and_fan_in_that_the_docstrings_promise() -> None:
    assert [measure(even_strings(n)).locality for n in (2, 3, 4, 20)] == [1, 2, 2, 2]
    assert [measure(decoder(k)).fan_in for k in (1, 2, 5)] == [1, 2, 5]
    for name in FAMILIES.keys() - {"decoder"}:
        assert measure(FAMILIES[name](6)).fan_in == 2


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_the_same_gates_whatever_is_random(family: Family) -> None:
    n = max(family.least, 3)
    coins, given = family(n), family(n, False)
    assert (coins.gates, coins.outputs, coins.output_names) == (
        given.gates,
        given.outputs,
        given.output_names,
    )
    assert {i.kind for i in coins.inputs} == {InputKind.RANDOM}
    assert {i.kind for i in given.inputs} == {InputKind.DATA}


def test_random_inputs_by_name_and_pattern() -> None:
    adder = FAMILIES["ripple-adder"]
    assert adder(3, "a*").random_inputs == (0, 1, 2)
    assert adder(3, "a0,b?").random_inputs == (0, 3, 4, 5)
    assert adder(3, ("b1",)).random_inputs == (4,)
    assert adder(3, ()).random_inputs == ()
    assert adder(11, "a1").random_inputs == (1,)
    assert adder(2, "all").random_inputs == (0, 1, 2, 3)
    indexed = Circuit((Input("a[0]", InputKind.DATA), Input("a0", InputKind.DATA)), (), (0, 1))
    assert mark_random(indexed, "a[0]").random_inputs == (0,)


def test_a_pattern_that_matches_no_input_is_refused() -> None:
    with pytest.raises(UndefinedSignal) as refused:
        FAMILIES["ripple-adder"](3, "a0,c*")
    assert refused.value.signal == "c*"
