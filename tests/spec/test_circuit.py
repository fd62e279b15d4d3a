"""Circuits: their rules, evaluation, and exact output laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.circuit import (
    Circuit,
    Gate,
    InputKind,
    Op,
    all_data,
    apply_op,
    assignment,
    cone,
    evaluate,
    is_inverted,
    literal_value,
    node_law,
    node_of,
    node_values,
    output_law,
)
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.law import Law, certain, product_law, uniform
from tests.spec.circuits import CIRCUITS, coins, data

F, T = False, True
HALF_ADDER = Circuit(
    data("a", "b"), (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (0, 1))), (2, 3), ("sum", "carry")
)
TABLES: dict[Op, list[bool]] = {
    # Values on 00, 01, 10, 11.
    Op.AND: [F, F, F, T],
    Op.OR: [F, T, T, T],
    Op.XOR: [F, T, T, F],
}


@pytest.mark.parametrize("op", list(TABLES))
def test_truth_tables_of_gates_with_two_arguments(op: Op) -> None:
    assert [apply_op(op, values) for values in product((F, T), repeat=2)] == TABLES[op]


def test_gates_with_no_or_one_argument() -> None:
    assert [apply_op(Op.CONST0, []), apply_op(Op.CONST1, [])] == [F, T]
    assert [apply_op(Op.ID, [v]) for v in (F, T)] == [F, T]
    assert [apply_op(Op.NOT, [v]) for v in (F, T)] == [T, F]
    for op in (Op.AND, Op.OR, Op.XOR):
        assert [apply_op(op, [v]) for v in (F, T)] == [F, T]


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_gates_of_any_fan_in(values: list[bool]) -> None:
    assert apply_op(Op.AND, values) == (F not in values)
    assert apply_op(Op.OR, values) == (T in values)
    assert apply_op(Op.XOR, values) == bool(values.count(T) % 2)


def test_a_literal_is_a_node_or_its_negation() -> None:
    assert [(node_of(x), is_inverted(x)) for x in (0, ~0, 5, ~5)] == [
        (0, F),
        (0, T),
        (5, F),
        (5, T),
    ]
    assert literal_value(1, [F, T]) is T
    assert literal_value(~1, [F, T]) is F


def test_the_half_adder_by_hand() -> None:
    results = {bits: evaluate(HALF_ADDER, bits) for bits in product((F, T), repeat=2)}
    assert results == {(F, F): (F, F), (F, T): (T, F), (T, F): (T, F), (T, T): (F, T)}
    assert node_values(HALF_ADDER, (T, F)) == (T, F, T, F)
    assert HALF_ADDER.node_count == 4


def test_a_law_worked_out_by_hand() -> None:
    # s = r0 AND NOT r1 and its negation: s = 1 with probability 1/4, and the two always differ.
    circuit = Circuit(coins("r0", "r1"), (Gate(Op.AND, (0, ~1)),), (2, ~2))
    assert output_law(circuit) == Law({(T, F): Fraction(1, 4), (F, T): Fraction(3, 4)})


def test_a_law_depends_on_the_data() -> None:
    # d AND r: never 1 if d = 0, a fair coin if d = 1.
    circuit = Circuit((*data("d"), *coins("r")), (Gate(Op.AND, (0, 1)),), (2,))
    assert output_law(circuit, (F,)) == certain((F,))
    assert output_law(circuit, (T,)) == uniform([(F,), (T,)])
    assert all_data(circuit) == [(F,), (T,)]


def test_data_and_random_inputs_may_stand_in_any_order() -> None:
    circuit = Circuit((*coins("r"), *data("d"), *coins("s")), (), (0, 1, 2))
    assert (circuit.data_inputs, circuit.random_inputs) == ((1,), (0, 2))
    assert assignment(circuit, (T,), (F, T)) == (F, T, T)
    assert output_law(circuit, (T,)) == product_law([uniform([F, T]), certain(T), uniform([F, T])])


def test_names_are_made_up_where_there_are_none() -> None:
    assert Circuit(data("a"), (), (0, ~0)).output_names == ("o0", "o1")


def test_gates_are_found_by_their_node() -> None:
    assert HALF_ADDER.gate_of(3) == Gate(Op.AND, (0, 1))
    for node in (-1, 0, 1, 4):
        with pytest.raises(BadCircuit, match=f"node {node} is no gate"):
            HALF_ADDER.gate_of(node)


@pytest.mark.parametrize(
    ("gates", "outputs", "names", "message"),
    [
        ([Gate(Op.AND, (0, 2))], [], (), "gate 2 reads (0, 2)"),
        ([Gate(Op.AND, (0, ~2))], [], (), "gate 2 reads (0, -3)"),
        ([Gate(Op.ID, (3,)), Gate(Op.ID, (0,))], [], (), "gate 2 reads (3,)"),
        ([Gate(Op.AND, ())], [], (), "gate 2: AND with 0 arguments"),
        ([Gate(Op.XOR, ())], [], (), "gate 2: XOR with 0 arguments"),
        ([Gate(Op.NOT, (0, 1))], [], (), "gate 2: NOT with 2 arguments"),
        ([Gate(Op.ID, ())], [], (), "gate 2: ID with 0 arguments"),
        ([Gate(Op.CONST1, (0,))], [], (), "gate 2: 1 with 1 arguments"),
        ([], [2], (), "output literal 2"),
        ([], [~2], (), "output literal -3"),
        ([], [0, 1], ("x", "x"), "two outputs share a name"),
        ([], [0, 1], ("x",), "number of output names differs"),
    ],
)
def test_circuits_that_break_the_rules(
    gates: list[Gate], outputs: list[int], names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(BadCircuit) as error:
        Circuit(data("a", "b"), tuple(gates), tuple(outputs), names)
    assert message in error.value.message


def test_two_inputs_may_not_share_a_name() -> None:
    with pytest.raises(BadCircuit, match="two inputs share a name"):
        Circuit((*data("a"), *coins("a")), (), ())


def test_wrong_numbers_of_values_are_refused() -> None:
    with pytest.raises(BadCircuit, match="1 values for 2 inputs"):
        evaluate(HALF_ADDER, (T,))
    with pytest.raises(BadCircuit, match="1 data and 0 random values"):
        assignment(HALF_ADDER, (T,), ())
    with pytest.raises(BadCircuit, match="2 data and 1 random values"):
        assignment(HALF_ADDER, (T, T), (T,))


@given(CIRCUITS)
def test_the_law_of_the_outputs_is_the_share_of_seeds(circuit: Circuit) -> None:
    k = len(circuit.random_inputs)
    for values in all_data(circuit):
        counts: dict[tuple[bool, ...], int] = {}
        for seed in product((F, T), repeat=k):
            out = evaluate(circuit, assignment(circuit, values, seed))
            counts[out] = counts.get(out, 0) + 1
        assert output_law(circuit, values) == Law(
            {out: Fraction(count, 2**k) for out, count in counts.items()}
        )
        assert node_law(circuit, values).map(
            lambda nodes: tuple(literal_value(o, nodes) for o in circuit.outputs)
        ) == output_law(circuit, values)


@given(CIRCUITS)
def test_a_cone_computes_the_same_and_keeps_nothing_else(circuit: Circuit) -> None:
    smaller, source = cone(circuit, circuit.outputs)
    for bits in product((F, T), repeat=len(circuit.inputs)):
        own = [bits[source[v]] for v in range(len(smaller.inputs))]
        assert evaluate(smaller, own) == evaluate(circuit, bits)
    read = {node_of(x) for g in smaller.gates for x in g.args} | {*map(node_of, smaller.outputs)}
    assert read == set(range(smaller.node_count))
    kinds = [circuit.inputs[source[v]].kind for v in range(len(smaller.inputs))]
    assert kinds == [i.kind for i in smaller.inputs]
    assert set(kinds) <= set(InputKind)
