"""Random layered circuits: layered, of the stated shape, and the same on every run."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.families import FAMILIES, block_layers, random_layered
from dlmcheck.spec.circuit import Circuit, Op, is_inverted
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import check_layered, depth, fan_in

PINNED_PLAIN = ["ae1289bdde6e5440", "b8891c0989d0cb97", "4aa8108f50a04e3a"]
PINNED_LARGE = "fc7b72d6dbe54915"
PINNED_FAMILY = "6e38252e7f34e810"


def digest(circuit: Circuit) -> str:
    """A hash of everything in a circuit, by plain JSON."""
    content = {
        "inputs": [[given.name, given.kind.value] for given in circuit.inputs],
        "gates": [[gate.op.value, *gate.args] for gate in circuit.gates],
        "outputs": [circuit.outputs, circuit.output_names],
    }
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


@given(
    seed=st.integers(0, 10**6),
    data=st.integers(0, 4),
    random=st.integers(0, 4),
    width=st.integers(1, 6),
    layers=st.integers(0, 6),
    inverted=st.booleans(),
    limit=st.integers(2, 4),
)
def test_every_edge_leads_to_the_next_layer_and_the_outputs_are_the_last(
    seed: int, data: int, random: int, width: int, layers: int, inverted: bool, limit: int
) -> None:
    circuit = random_layered(seed, data, random, width, layers, inverted=inverted, fan_in=limit)
    assert circuit.node_count == data + random + width * layers
    assert len(circuit.data_inputs) == data
    assert len(circuit.random_inputs) == random
    placed = block_layers(circuit, width)
    check_layered(circuit, placed)
    last = [node for node, layer in enumerate(placed) if layer == layers]
    assert list(circuit.outputs) == last
    assert depth(circuit) <= layers
    assert fan_in(circuit) <= limit
    if not inverted:
        assert not any(is_inverted(arg) for gate in circuit.gates for arg in gate.args)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert [digest(random_layered(seed, 2, 3, 5, 4)) for seed in range(3)] == PINNED_PLAIN
    assert digest(random_layered(7, 3, 40, 60, 50, inverted=True, fan_in=3)) == PINNED_LARGE
    assert digest(FAMILIES["random-layered"](6)) == PINNED_FAMILY


def test_canary_the_digest_sees_a_change_of_one_edge() -> None:
    assert digest(random_layered(0, 2, 3, 5, 4)) != digest(
        random_layered(0, 2, 3, 5, 4, inverted=True)
    )


def test_different_seeds_give_different_circuits() -> None:
    assert len({digest(random_layered(seed, 2, 2, 4, 4)) for seed in range(200)}) == 200


def test_every_gate_and_both_polarities_occur() -> None:
    circuits = [random_layered(seed, 2, 2, 4, 4, inverted=True) for seed in range(30)]
    gates = [gate for circuit in circuits for gate in circuit.gates]
    assert {gate.op for gate in gates} == set(Op)
    assert {is_inverted(arg) for gate in gates for arg in gate.args} == {False, True}


def test_without_inputs_the_first_layer_is_constant() -> None:
    circuit = random_layered(3, 0, 0, 4, 2)
    assert {gate.op for gate in circuit.gates[:4]} <= {Op.CONST0, Op.CONST1}


@pytest.mark.parametrize("numbers", [(-1, 1, 2, 2), (1, -1, 2, 2), (1, 1, 0, 2), (1, 1, 2, -1)])
def test_impossible_shapes_are_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadCircuit):
        random_layered(0, *numbers)


def test_blocks_that_do_not_come_out_even_are_refused() -> None:
    with pytest.raises(BadCircuit):
        block_layers(random_layered(0, 1, 1, 3, 1), 2)
