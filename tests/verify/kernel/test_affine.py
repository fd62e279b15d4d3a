"""Sums of coins: short and long forms, sums by eights, and gates, against plain evaluation."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import InputKind, evaluate
from dlmcheck.verify.kernel import affine
from dlmcheck.verify.kernel.affine import (
    ONE,
    ZERO,
    Bent,
    Form,
    Row,
    Run,
    Sums,
    Value,
    Values,
    as_bits,
    coin,
    numbers_in,
    values_of,
)

numbers = st.frozensets(st.integers(0, 40), max_size=30)


@given(st.lists(numbers, max_size=5), st.lists(st.booleans(), min_size=5, max_size=5))
def test_sums_do_not_depend_on_how_forms_are_kept(
    sets: list[frozenset[int]], long: list[bool]
) -> None:
    forms: list[Form] = [as_bits(s) if keep else s for s, keep in zip(sets, long, strict=False)]
    wanted: set[int] = set()
    total: Form = ZERO
    for one, form in zip(sets, forms, strict=True):
        wanted ^= one
        total = Sums(40).add(total, form)
    assert numbers_in(total) == numbers_in(Sums(40).total(forms)) == wanted
    assert Sums(40).equal(total, frozenset(wanted))
    assert Sums(40).constant(total) == (bool(wanted) if wanted <= {0} else None)


@given(numbers)
def test_numbers_and_bits_are_inverse(some: frozenset[int]) -> None:
    assert numbers_in(as_bits(some)) == some


def alike_rows(source: Random, count: int, start: int, rows: int, base: int) -> list[Row]:
    """Rows with one run each; row i may name what stands before it."""
    found: list[Row] = []
    for i in range(rows):
        limit = max(0, start + i - base)
        bits = source.getrandbits(limit) if limit else 0
        found.append((source.randrange(count), Run(base, bits)))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_rows_summed_together_are_the_rows_summed_alone(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Random(seed)
    count = source.randint(1, 60)
    forms: list[Form] = [
        as_bits(k for k in range(70) if source.random() < 0.3) for _ in range(count)
    ]
    rows: list[Row] = []
    for _ in range(source.randint(1, 4)):
        start = count + len(rows)
        base = source.randint(0, start)
        rows += alike_rows(source, count, start, source.randint(1, 90), base)
        rows += [(source.randrange(count), source.randrange(count))] * source.randint(0, 2)
    last = [(Run(source.randrange(count), source.getrandbits(len(rows))),) for _ in range(70)]

    def sums(together: int) -> tuple[list[int], list[int]]:
        monkeypatch.setattr(affine, "TOGETHER", together)
        values = Values(Sums(70), forms)
        values.extend(rows)
        every = [values.sum((k,)) for k in range(count + len(rows))]
        return [as_bits(numbers_in(f)) for f in every], [
            as_bits(numbers_in(f)) for f in values.each(last)
        ]

    alone = sums(10**9)
    assert sums(1) == sums(8) == sums(32) == alone


@pytest.mark.parametrize("seed", range(200))
def test_forms_of_gates_are_their_values_wherever_there_is_a_form(seed: int) -> None:
    """Circuits with all gates; data are constants, coins are sums, products mostly bend."""
    source = Random(seed)
    circuit = random_circuit(seed, data=3, coins=3, gates=12, outputs=6)
    given_data = [source.random() < 0.5 for _ in range(3)]
    inputs: list[Value] = []
    for node, one in enumerate(circuit.inputs):
        known = one.kind is InputKind.DATA
        inputs.append((ONE if given_data[node] else ZERO) if known else coin(node - 3))
    found = values_of(circuit, inputs, Sums(3))
    for seeds in range(8):
        coins = [bool(seeds >> j & 1) for j in range(3)]
        truth = evaluate(circuit, [*given_data, *coins])
        for value, bit in zip(found, truth, strict=True):
            if not isinstance(value, Bent):
                odd = sum(number == 0 or coins[number - 1] for number in numbers_in(value)) % 2
                assert bool(odd) == bit


def test_many_of_these_outputs_have_a_form_and_many_do_not() -> None:
    bent = plain = 0
    for seed in range(200):
        circuit = random_circuit(seed, data=0, coins=3, gates=12, outputs=6)
        for value in values_of(circuit, [coin(j) for j in range(3)], Sums(3)):
            bent += isinstance(value, Bent)
            plain += not isinstance(value, Bent)
    assert min(bent, plain) > 100
