"""Measured resources: layers, widths, fan-in, locality, shared and private inputs."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.circuit import Circuit, Gate, Op, evaluate, node_of
from dlmcheck.spec.errors import BadCircuit, NotLayered
from dlmcheck.spec.lattice import DepthCount
from dlmcheck.spec.resources import (
    Resources,
    check_layered,
    counted_depth,
    depth,
    fan_in,
    groups_reading,
    is_layered,
    layer_width,
    levels,
    live_width,
    locality,
    measure,
    output_depths,
    random_bits_are_private,
    reads,
    shared_inputs,
)
from tests.spec.circuits import CIRCUITS, coins, data

# Parity of four bits, as a tree (nodes 4, 5, then 6) and as a chain (nodes 4, 5, 6).
FOUR = data("a", "b", "c", "d")
TREE = Circuit(FOUR, (Gate(Op.XOR, (0, 1)), Gate(Op.XOR, (2, 3)), Gate(Op.XOR, (4, 5))), (6,))
CHAIN = Circuit(FOUR, (Gate(Op.XOR, (0, 1)), Gate(Op.XOR, (4, 2)), Gate(Op.XOR, (5, 3))), (6,))
WIDE = Circuit(FOUR, (Gate(Op.AND, (0, ~1, 2, 3)),), (4, ~4, 0))
CONSTANT = Circuit((), (Gate(Op.CONST1),), (0,))
EMPTY = Circuit((), (), ())


def test_resources_of_a_tree_by_hand() -> None:
    # Layers: 4 inputs; 2 gates; 1 gate. Live sets: {0,1,2,3}, {4,5}, {6}.
    assert levels(TREE) == (0, 0, 0, 0, 1, 1, 2)
    assert measure(TREE) == Resources(
        size=7,
        depth=2,
        width_layer=4,
        width_live=4,
        fan_in=2,
        locality=4,
        uses_xor=True,
        xor_fan_in=2,
    )
    assert is_layered(TREE)


def test_resources_of_a_chain_by_hand() -> None:
    # Live sets: {a,b,c,d}, {4,c,d}, {5,d}, {6}: the edge d -> 6 skips two layers.
    assert levels(CHAIN) == (0, 0, 0, 0, 1, 2, 3)
    assert depth(CHAIN) == 3
    assert layer_width(levels(CHAIN)) == 4
    assert live_width(CHAIN, levels(CHAIN)) == 4
    assert not is_layered(CHAIN)


def test_the_live_set_can_be_larger_than_every_layer() -> None:
    # Outputs stay live to the end: {0}, {1, 2}, {1, 2, 3}; layers have 1, 2 and 1 nodes.
    circuit = Circuit(
        data("a"), (Gate(Op.ID, (0,)), Gate(Op.NOT, (0,)), Gate(Op.AND, (1, 2))), (1, 2, 3)
    )
    assert layer_width(levels(circuit)) == 2
    assert live_width(circuit, levels(circuit)) == 3


def test_the_live_width_depends_on_the_layers_that_are_chosen() -> None:
    # a AND b may be written in layer 1 or 2, while c is doubled in layer 1:
    #   early  {a,b,c}, {3,4,5}, {3,6}, {7}          late  {a,b,c}, {a,b,4,5}, {3,6}, {7}
    gates = (
        Gate(Op.AND, (0, 1)),
        Gate(Op.ID, (2,)),
        Gate(Op.NOT, (2,)),
        Gate(Op.AND, (4, 5)),
        Gate(Op.AND, (3, 6)),
    )
    circuit = Circuit(data("a", "b", "c"), gates, (7,))
    assert live_width(circuit, (0, 0, 0, 1, 1, 1, 2, 3)) == 3
    assert live_width(circuit, (0, 0, 0, 2, 1, 1, 2, 3)) == 4


def test_wide_gates_outputs_and_negations() -> None:
    assert fan_in(WIDE) == 4
    assert output_depths(WIDE) == (1, 1, 0)
    assert reads(WIDE) == (frozenset(range(4)), frozenset(range(4)), frozenset({0}))
    assert measure(WIDE).uses_xor is False
    assert measure(WIDE).xor_fan_in == 0


def test_a_constant_is_written_in_layer_one() -> None:
    assert levels(CONSTANT) == (1,)
    assert depth(CONSTANT) == 1
    check_layered(CONSTANT, (3,))


def test_the_empty_circuit() -> None:
    assert measure(EMPTY) == Resources(0, 0, 0, 0, 0, 0, False, 0)
    assert counted_depth(EMPTY, DepthCount.FROM_ONE) == 0


def test_depth_in_both_readings() -> None:
    assert counted_depth(TREE, DepthCount.FROM_ZERO) == 2
    assert counted_depth(TREE, DepthCount.FROM_ONE) == 3
    assert counted_depth(Circuit(coins("r"), (), (0,)), DepthCount.FROM_ZERO) == 0
    assert counted_depth(Circuit(coins("r"), (), (0,)), DepthCount.FROM_ONE) == 1


def test_an_edge_that_skips_a_layer_is_named() -> None:
    with pytest.raises(NotLayered) as error:
        check_layered(CHAIN, levels(CHAIN))
    assert error.value.edge == (2, 5)
    assert error.value.layers == (0, 2)


@pytest.mark.parametrize(
    ("circuit", "layers", "message"),
    [
        (TREE, (0, 0, 0, 0, 1, 1), "6 layers for 7 nodes"),
        (TREE, (1, 0, 0, 0, 1, 1, 2), "node 0 in layer 1"),
        (TREE, (0, 0, 0, 0, 0, 1, 1), "node 4 in layer 0"),
        (CONSTANT, (-1,), "node 0 in layer -1"),
    ],
)
def test_layers_that_break_the_rules(
    circuit: Circuit, layers: tuple[int, ...], message: str
) -> None:
    with pytest.raises(BadCircuit) as error:
        check_layered(circuit, layers)
    assert error.value.message == message


def test_a_live_set_needs_arguments_in_earlier_layers() -> None:
    with pytest.raises(BadCircuit) as error:
        live_width(TREE, (0, 0, 0, 0, 1, 2, 2))
    assert error.value.message == "gate 6 in layer 2 reads node 5 in layer 2"
    with pytest.raises(BadCircuit, match="6 layers for 7 nodes"):
        live_width(TREE, (0, 0, 0, 0, 1, 1))


def live_sets(circuit: Circuit, layers: tuple[int, ...]) -> list[set[int]]:
    """The definition, word for word."""
    ends = {node_of(output) for output in circuit.outputs}
    readers = {
        v: [
            layers[len(circuit.inputs) + g]
            for g, gate in enumerate(circuit.gates)
            if v in map(node_of, gate.args)
        ]
        for v in range(circuit.node_count)
    }
    return [
        {
            v
            for v in range(circuit.node_count)
            if layers[v] == time
            or (layers[v] <= time and (v in ends or any(r > time for r in readers[v])))
        }
        for time in range(max(layers, default=0) + 1)
    ]


@given(CIRCUITS)
def test_live_width_is_the_largest_live_set(circuit: Circuit) -> None:
    layers = levels(circuit)
    assert live_width(circuit, layers) == max(map(len, live_sets(circuit, layers)), default=0)


@given(CIRCUITS)
def test_layer_width_and_levels_by_their_definitions(circuit: Circuit) -> None:
    layers = levels(circuit)
    assert layer_width(layers) == max((layers.count(x) for x in layers), default=0)
    for g, gate in enumerate(circuit.gates):
        below = [layers[node_of(arg)] for arg in gate.args]
        assert layers[len(circuit.inputs) + g] == max(below, default=0) + 1
    if is_layered(circuit):
        check_layered(circuit, layers)


@given(CIRCUITS)
def test_outputs_depend_on_nothing_that_they_do_not_read(circuit: Circuit) -> None:
    for bits in product((False, True), repeat=len(circuit.inputs)):
        for v in range(len(bits)):
            flipped = [not b if i == v else b for i, b in enumerate(bits)]
            before, after = evaluate(circuit, bits), evaluate(circuit, flipped)
            for o, below in enumerate(reads(circuit)):
                assert before[o] == after[o] or v in below


@given(CIRCUITS, st.integers(1, 3))
def test_shared_inputs_are_those_in_the_cones_of_two_groups(circuit: Circuit, size: int) -> None:
    outputs = circuit.outputs
    groups = [outputs[i : i + size] for i in range(0, len(outputs), size)]
    cones = [
        frozenset[int]().union(*reads(circuit)[i : i + size]) for i in range(0, len(outputs), size)
    ]
    count = {v: sum(v in below for below in cones) for v in range(len(circuit.inputs))}
    shared = {v for v in count if count[v] > 1}
    assert shared_inputs(circuit, groups) == shared
    for v in count:
        assert shared_inputs(circuit, groups, [v]) == shared & {v}
        reading = tuple(g for g, below in enumerate(cones) if v in below)
        assert groups_reading(circuit, groups, v) == reading


@given(CIRCUITS)
def test_locality_is_the_size_of_the_largest_cone(circuit: Circuit) -> None:
    assert locality(circuit) == max((len(below) for below in reads(circuit)), default=0)


def test_a_cone_that_meets_an_input_often_is_not_taken_for_a_large_one() -> None:
    # Node 6 meets inputs four times, but only two of them; node 7 meets three.
    gates = (
        *(Gate(Op.AND, (0, 1)), Gate(Op.XOR, (0, 1)), Gate(Op.OR, (4, 5))),
        Gate(Op.AND, (1, 2, 3)),
    )
    circuit = Circuit(FOUR, gates, (6, 7))
    assert [len(below) for below in reads(circuit)] == [2, 3]
    assert locality(circuit) == 3


def test_private_random_bits() -> None:
    gates = (Gate(Op.AND, (0, 1)), Gate(Op.OR, (2, 3)))
    once = Circuit((*data("a"), *coins("r", "s")), gates, (4,))
    assert random_bits_are_private(once)
    # Read twice by one gate is still one gate; data may be read by anybody.
    twice = Circuit((*data("a"), *coins("r")), (Gate(Op.XOR, (1, ~1)), Gate(Op.ID, (0,))), (2, 3))
    assert random_bits_are_private(twice)
    copied = Circuit(coins("r"), (Gate(Op.ID, (0,)), Gate(Op.NOT, (0,))), (1, 2))
    assert not random_bits_are_private(copied)
    shown = Circuit(coins("r"), (Gate(Op.ID, (0,)),), (0,))
    assert not random_bits_are_private(shown)


@given(CIRCUITS)
def test_what_is_measured_in_one_pass_is_what_each_measure_says(circuit: Circuit) -> None:
    layers = levels(circuit)
    xors = [len(gate.args) for gate in circuit.gates if gate.op is Op.XOR]
    assert measure(circuit) == Resources(
        size=circuit.node_count,
        depth=depth(circuit),
        width_layer=layer_width(layers),
        width_live=live_width(circuit, layers),
        fan_in=fan_in(circuit),
        locality=locality(circuit),
        uses_xor=bool(xors),
        xor_fan_in=max(xors, default=0),
    )
