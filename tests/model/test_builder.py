"""The builder: equal gates are shared, in the order in which they were first asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Gate, Op
from dlmcheck.spec.errors import BadCircuit

ASKED = st.lists(
    st.tuples(
        st.sampled_from([Op.AND, Op.OR, Op.XOR]),
        st.lists(st.integers(-2, 1), min_size=1, max_size=3),
    )
)


@given(ASKED)
def test_each_gate_is_made_once_and_its_node_is_found_again(
    asked: list[tuple[Op, list[int]]],
) -> None:
    builder = Builder.with_names(data="ab")
    nodes = [builder.gate(op, args) for op, args in asked]
    circuit = builder.build(nodes)
    wanted = [Gate(op, tuple(args)) for op, args in asked]
    assert circuit.gates == tuple(dict.fromkeys(wanted))
    assert [circuit.gate_of(node) for node in nodes] == wanted


def test_arguments_in_another_order_or_another_operation_are_another_gate() -> None:
    builder = Builder.with_names(data="ab")
    made = [builder.and_(0, 1), builder.and_(1, 0), builder.or_(0, 1), builder.and_(0, ~1)]
    assert made == [2, 3, 4, 5]
    assert [builder.constant(False), builder.constant(True), builder.constant(False)] == [6, 7, 6]


def test_without_sharing_each_gate_is_made_anew() -> None:
    builder = Builder(Builder.with_names(data="ab").inputs, share=False)
    assert [builder.and_(0, 1), builder.and_(0, 1)] == [2, 3]
    assert builder.build([3]) == Circuit(
        builder.inputs, (Gate(Op.AND, (0, 1)), Gate(Op.AND, (0, 1))), (3,)
    )


def test_what_breaks_the_rules_is_refused_when_it_is_built() -> None:
    builder = Builder.with_names(data="ab")
    later = builder.and_(0, 7)
    with pytest.raises(BadCircuit):
        builder.build([later])
