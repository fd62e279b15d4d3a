"""Columns against the specification: gate by gate, on random circuits, with a canary."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.families.layered_random import random_layered
from dlmcheck.spec.circuit import Op, apply_op, evaluate
from dlmcheck.verify.kernel.columns import (
    apply_to_columns,
    output_columns,
    rows_of_column,
    variable_column,
)

ARITIES = {Op.CONST0: (0,), Op.CONST1: (0,), Op.NOT: (1,), Op.ID: (1,)}


@pytest.mark.parametrize("op", Op)
def test_a_gate_on_columns_is_the_gate_of_the_specification_in_every_row(op: Op) -> None:
    for arity in ARITIES.get(op, (1, 2, 3)):
        rows = 1 << arity
        columns = [variable_column(i, arity) for i in range(arity)]
        found = rows_of_column(apply_to_columns(op, columns, (1 << rows) - 1), rows)
        wanted = [apply_op(op, [bool(row >> i & 1) for i in range(arity)]) for row in range(rows)]
        assert found == wanted


def test_canary_no_two_gates_of_two_arguments_have_one_column() -> None:
    columns = [variable_column(i, 2) for i in range(2)]
    found = [apply_to_columns(op, columns, 0b1111) for op in (Op.AND, Op.OR, Op.XOR)]
    assert found == [0b1000, 0b1110, 0b0110]


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_a_circuit_on_columns_is_the_circuit_of_the_specification(seed: int, inputs: int) -> None:
    circuit = random_layered(seed, inputs, 0, 4, 3, inverted=True)
    rows = 1 << inputs
    columns = [variable_column(i, inputs) for i in range(inputs)]
    outputs = output_columns(circuit, columns, (1 << rows) - 1)
    found = zip(*(rows_of_column(column, rows) for column in outputs), strict=True)
    for row, out in zip(product((False, True), repeat=inputs), found, strict=True):
        assert evaluate(circuit, row[::-1]) == out
