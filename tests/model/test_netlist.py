"""Mapping netlists: same law, own output gates, every added and dropped node counted."""

from __future__ import annotations

import pytest

from dlmcheck.model.netlist import Reason, map_netlist, pad_to_layers
from dlmcheck.spec.circuit import (
    Circuit,
    Gate,
    Input,
    InputKind,
    Op,
    all_data,
    evaluate,
    node_of,
    output_law,
)
from dlmcheck.spec.resources import is_layered, levels
from tests.model.constructions.small_circuits import any_circuit

COIN = Input("r", InputKind.RANDOM)
BIT = Input("a", InputKind.DATA)


def reasons(circuit: Circuit) -> list[Reason]:
    return [reason for _, reason in map_netlist(circuit).added]


def test_an_output_that_is_a_gate_of_its_own_takes_that_gate() -> None:
    circuit = Circuit((COIN, BIT), (Gate(Op.AND, (0, ~1)),), (2,))
    mapped = map_netlist(circuit)
    assert mapped.circuit is circuit  # nothing is made again where nothing changes
    assert mapped.added == ()
    assert mapped.dropped == ()


def test_inputs_and_their_negations_get_id_and_not_nodes() -> None:
    mapped = map_netlist(Circuit((COIN, BIT), (), (0, ~0, 1)))
    assert mapped.circuit.gates == (Gate(Op.ID, (0,)), Gate(Op.NOT, (0,)), Gate(Op.ID, (1,)))
    assert mapped.circuit.outputs == (2, 3, 4)
    assert mapped.added_by_reason == {Reason.INPUT: 3}
    assert (mapped.depth_before, mapped.depth_after) == (0, 1)


def test_a_shared_gate_goes_to_the_first_positive_output() -> None:
    circuit = Circuit((COIN, BIT), (Gate(Op.AND, (0, 1)),), (~2, 2, 2))
    mapped = map_netlist(circuit)
    assert mapped.circuit.outputs == (3, 2, 4)
    assert reasons(circuit) == [Reason.NEGATED, Reason.SHARED]
    assert mapped.circuit.gates[1:] == (Gate(Op.NOT, (2,)), Gate(Op.ID, (2,)))


def test_constants_are_repeated_rather_than_copied_and_so_stay_in_layer_1() -> None:
    circuit = Circuit((), (Gate(Op.CONST0),), (0, 0, ~0))
    mapped = map_netlist(circuit)
    assert [gate.op for gate in mapped.circuit.gates] == [Op.CONST0, Op.CONST0, Op.CONST1]
    assert reasons(circuit) == [Reason.CONSTANT, Reason.CONSTANT]
    assert mapped.depth_after == 1


def test_a_negated_constant_that_nothing_else_needs_replaces_it() -> None:
    mapped = map_netlist(Circuit((), (Gate(Op.CONST1),), (~0,)))
    assert mapped.circuit.gates == (Gate(Op.CONST0),)
    assert (mapped.dropped, mapped.nodes_before, mapped.nodes_after) == ((0,), 1, 1)


def test_dead_gates_are_dropped_and_counted_but_inputs_stay() -> None:
    gates = (Gate(Op.NOT, (0,)), Gate(Op.AND, (0, 2)), Gate(Op.ID, (1,)))
    mapped = map_netlist(Circuit((COIN, BIT), gates, (4,)))
    assert mapped.dropped == (2, 3)
    assert mapped.circuit == Circuit((COIN, BIT), (Gate(Op.ID, (1,)),), (2,))
    assert mapped.new_node == (0, 1, None, None, 2)


def test_sink_outputs_are_read_by_nothing() -> None:
    circuit = Circuit((COIN,), (Gate(Op.NOT, (0,)), Gate(Op.AND, (0, 1))), (1, 2, ~2))
    mapped = map_netlist(circuit, sink_outputs=True)
    read = {node_of(arg) for gate in mapped.circuit.gates for arg in gate.args}
    assert not read & set(mapped.circuit.outputs)
    assert mapped.added_by_reason == {Reason.READ_INSIDE: 2, Reason.NEGATED: 1}


def test_random_outputs_keep_a_coin_that_is_an_output() -> None:
    mapped = map_netlist(Circuit((COIN, BIT), (), (0, 1)), random_outputs=True)
    assert mapped.circuit.outputs == (0, 2)
    assert mapped.added_by_reason == {Reason.INPUT: 1}


@pytest.mark.parametrize("sink", [False, True])
def test_on_300_random_circuits_mapping_keeps_the_function_and_gives_own_output_gates(
    sink: bool,
) -> None:
    checked = 0
    for seed in range(300):
        circuit = any_circuit(seed, data=seed % 3, random=seed % 2 + 1, gates=seed % 7)
        mapped = map_netlist(circuit, sink_outputs=sink)
        outputs = mapped.circuit.outputs
        assert all(output >= len(circuit.inputs) for output in outputs)
        assert len(set(outputs)) == len(outputs)
        assert mapped.nodes_after == mapped.nodes_before - len(mapped.dropped) + len(mapped.added)
        assert map_netlist(mapped.circuit, sink_outputs=sink).circuit == mapped.circuit
        for bits in range(1 << len(circuit.inputs)):
            values = [bool(bits >> j & 1) for j in range(len(circuit.inputs))]
            assert evaluate(mapped.circuit, values) == evaluate(circuit, values)
            checked += 1
    assert checked == 2100


def test_padding_makes_circuits_layered_and_keeps_law_and_depth() -> None:
    links = 0
    for seed in range(100):
        circuit = any_circuit(seed, data=1, random=2, gates=seed % 8)
        mapped = map_netlist(circuit)
        padded = pad_to_layers(mapped)
        layers = levels(padded.circuit)
        assert is_layered(padded.circuit)
        assert all(layers[output] == max(layers) for output in padded.circuit.outputs)
        assert max(layers) == mapped.depth_after
        assert padded.nodes_after == padded.nodes_before - len(padded.dropped) + len(padded.added)
        links += padded.added_by_reason.get(Reason.SKIPPED_LAYER, 0)
        for data in all_data(circuit):
            assert output_law(padded.circuit, data) == output_law(circuit, data)
    assert links == 88


def test_private_random_inputs_may_be_read_in_any_layer() -> None:
    circuit = Circuit((COIN, BIT), (Gate(Op.NOT, (1,)), Gate(Op.XOR, (2, 0))), (3,))
    mapped = map_netlist(circuit)
    assert not is_layered(circuit)
    assert pad_to_layers(mapped, private=True).circuit == circuit
    assert pad_to_layers(mapped).nodes_after == 5


def test_padding_brings_early_outputs_to_the_last_layer() -> None:
    circuit = Circuit((COIN,), (Gate(Op.NOT, (0,)), Gate(Op.ID, (1,))), (1, 2))
    padded = pad_to_layers(map_netlist(circuit))
    assert padded.circuit.outputs == (3, 2)
    assert levels(padded.circuit) == (0, 1, 2, 2)
    assert padded.added_by_reason == {Reason.SKIPPED_LAYER: 1}
