"""Strict layers: found where they exist, refused where not, made by padding."""

from __future__ import annotations

from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.domains import small_circuits, small_layers
from dlmcheck.model.families import FAMILIES, Family, block_layers, random_layered
from dlmcheck.model.layering import layered, strict_layers
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate, node_of
from dlmcheck.spec.errors import NotLayered
from dlmcheck.spec.resources import check_layered, depth, reads

UNCHANGED = 85
MOVED = 382


def inputs(count: int) -> tuple[Input, ...]:
    return tuple(Input(f"x{i}", InputKind.DATA) for i in range(count))


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    """Any circuit of up to 3 inputs and 8 gates, constants, dead gates and odd outputs included."""
    count = draw(st.integers(0, 3))
    gates: list[Gate] = []
    for index in range(draw(st.integers(0 if count else 1, 8))):
        nodes = count + index
        op = draw(st.sampled_from(list(Op) if nodes else [Op.CONST0, Op.CONST1]))
        arity = 0 if op in (Op.CONST0, Op.CONST1) else 1 if op in (Op.ID, Op.NOT) else 2
        literal = st.integers(-nodes, nodes - 1)
        gates.append(Gate(op, tuple(draw(literal) for _ in range(arity))))
    nodes = count + len(gates)
    outputs = draw(st.lists(st.integers(-nodes, nodes - 1), min_size=1, max_size=3))
    return Circuit(inputs(count), tuple(gates), tuple(outputs))


@given(circuits())
def test_layered_gives_blocks_with_the_same_function(circuit: Circuit) -> None:
    padded, layers = layered(circuit)
    check_layered(padded, layers)
    assert list(layers) == sorted(layers)
    last = max(layers)
    assert {layers[node_of(output)] for output in padded.outputs} == {last}
    assert last == depth(circuit)
    assert padded.node_count <= max(1, circuit.node_count) * (last + 1)
    assert padded.inputs == circuit.inputs
    assert padded.output_names == circuit.output_names
    for values in product((False, True), repeat=len(circuit.inputs)):
        assert evaluate(padded, values) == evaluate(circuit, values)


@given(circuits())
def test_layered_is_idempotent(circuit: Circuit) -> None:
    once = layered(circuit)
    assert layered(once[0]) == once


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_families_are_layered_and_keep_their_depth(family: Family) -> None:
    circuit = family(4)
    padded, layers = layered(circuit)
    check_layered(padded, layers)
    assert max(layers) == depth(circuit)


def below_inputs(circuit: Circuit) -> set[int]:
    """The nodes whose layer is forced: those joined to an input by any path of edges."""
    joined = set(range(len(circuit.inputs)))
    while True:
        more = set(joined)
        for index, gate in enumerate(circuit.gates):
            together = {len(circuit.inputs) + index, *map(node_of, gate.args)}
            if together & more:
                more |= together
        if more == joined:
            return joined
        joined = more


def test_a_random_layered_circuit_needs_no_padding() -> None:
    unchanged = 0
    for seed in range(100):
        circuit = random_layered(seed, 2, 2, 5, 4, inverted=True)
        layers, blocks = strict_layers(circuit), block_layers(circuit, 5)
        check_layered(circuit, layers)
        assert all(layers[node] == blocks[node] for node in below_inputs(circuit))
        assert {layers[output] for output in circuit.outputs} == {max(layers)}
        padded, _ = layered(circuit)
        assert padded.node_count == circuit.node_count
        unchanged += padded == circuit
    assert unchanged == UNCHANGED


def test_small_circuits_have_their_layers_found() -> None:
    moved = 0
    for circuit in islice(small_circuits(), 0, None, 10):
        layers = strict_layers(circuit)
        check_layered(circuit, layers)
        if layers != small_layers(circuit):
            # Only where no output depends on an input is there a choice.
            assert not any(reads(circuit))
            moved += 1
    assert moved == MOVED


def test_a_constant_is_put_where_it_is_read() -> None:
    # x and y meet in layer 1, a constant joins them in layer 2: no ID gate is needed.
    b = Builder.with_names(data=["x", "y"])
    circuit = b.build([b.xor(b.constant(True), b.and_(0, 1))])
    assert strict_layers(circuit) == (0, 0, 1, 1, 2)
    late = b.build([b.and_(b.xor(b.constant(True), b.and_(0, 1)), b.constant(False))])
    assert strict_layers(late) == (0, 0, 1, 1, 2, 2, 3)


def test_values_are_handed_on_by_one_shared_gate_a_layer() -> None:
    b = Builder.with_names(data=["x", "y"])
    first = b.and_(0, 1)
    second = b.xor(first, 0)
    third = b.or_(second, ~0)
    padded, layers = layered(b.build([third, ~0, first]))
    # Beside the three gates: x in layers 1, 2 (both readers share) and 3, `first` in 2 and 3.
    assert [layers.count(layer) for layer in range(4)] == [2, 2, 3, 3]
    assert sum(gate.op is Op.ID for gate in padded.gates) == 5
    assert padded.outputs[1] < 0 <= padded.outputs[0]


def test_two_paths_of_different_length_are_not_layered() -> None:
    b = Builder.with_names(data=["x", "y"])
    circuit = b.build([b.or_(b.and_(0, 1), 1)])
    with pytest.raises(NotLayered) as refused:
        strict_layers(circuit)
    assert refused.value.edge == (2, 3)
    assert refused.value.layers == (1, 1)


def test_a_constant_beside_an_input_is_not_layered() -> None:
    b = Builder.with_names(data=["x"])
    circuit = b.build([b.and_(0, b.gate(Op.NOT, [b.constant(True)]))])
    with pytest.raises(NotLayered) as refused:
        strict_layers(circuit)
    assert refused.value.edge == (2, 3)
    assert refused.value.layers == (1, 1)
    padded, layers = layered(circuit)
    check_layered(padded, layers)
    assert max(layers) == 3


def test_canary_an_edge_that_skips_a_layer_is_caught_by_the_checker() -> None:
    b = Builder.with_names(data=["x", "y"])
    padded, layers = layered(b.build([b.xor(b.and_(0, 1), 1)]))
    skipping = [Gate(Op.XOR, (2, 1)) if gate.op is Op.XOR else gate for gate in padded.gates]
    with pytest.raises(NotLayered):
        check_layered(Circuit(padded.inputs, tuple(skipping), padded.outputs), layers)
