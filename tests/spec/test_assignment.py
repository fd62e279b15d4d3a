"""Layer assignments: what is refused, and the rows against the definition of what is kept."""

from __future__ import annotations

from itertools import product

import pytest

from dlmcheck.spec.assignment import (
    bank_rows,
    bank_width,
    check_assignment,
    kept,
    needed_nodes,
)
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import levels, live_width
from tests.model.constructions.small_circuits import any_circuit

COINS = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(2))
# Two coins, a chain of two negations of the first, and the second joined to its end.
CHAIN = Circuit(COINS, (Gate(Op.NOT, (0,)), Gate(Op.NOT, (2,)), Gate(Op.XOR, (1, 3))), (4,))


def test_the_rows_of_a_chain() -> None:
    assert bank_rows(CHAIN, (0, 0, 1, 2, 3), 3) == (2, 2, 2, 1)
    assert bank_rows(CHAIN, (0, 2, 1, 2, 3), 3) == (1, 1, 2, 1)
    assert bank_rows(CHAIN, (0, 0, 1, 3, 4), 4) == (2, 2, 2, 2, 1)
    assert [sorted(kept(CHAIN, (0, 0, 1, 2, 3), t)) for t in range(3)] == [[0, 1], [1, 2], [1, 3]]


@pytest.mark.parametrize("seed", range(40))
def test_the_rows_count_what_is_kept(seed: int) -> None:
    circuit = any_circuit(seed, gates=6)
    layers = levels(circuit)
    last = max((layers[v] for v in needed_nodes(circuit)), default=0)
    if last:
        counted = [len(kept(circuit, layers, t)) for t in range(last)]
        assert bank_rows(circuit, layers, last) == (*counted, len(circuit.outputs))


def test_the_width_is_the_live_width_if_all_is_needed_and_random() -> None:
    layers = levels(CHAIN)
    assert bank_width(CHAIN, layers, 3) == live_width(CHAIN, layers) == 2


def test_data_inputs_and_dead_gates_take_no_cell() -> None:
    inputs = (Input("a", InputKind.DATA), COINS[0])
    circuit = Circuit(inputs, (Gate(Op.NOT, (1,)), Gate(Op.AND, (0, 1))), (3,))
    assert bank_rows(circuit, (0, 0, 1, 1), 1) == (1, 1)
    assert kept(circuit, (0, 0, 1, 1), 0) == {1}


def test_an_input_that_nothing_needs_stands_in_layer_0() -> None:
    circuit = Circuit(COINS, (Gate(Op.NOT, (0,)), Gate(Op.NOT, (2,))), (3,))
    assert bank_rows(circuit, (0, 0, 1, 2), 2) == (2, 1, 1)


def test_one_layer_has_the_inputs_beside_the_outputs() -> None:
    assert bank_rows(Circuit(COINS, (), (1,)), (0, 0), 0) == (2,)
    assert bank_width(Circuit((), (), ()), (), 0) == 1


def test_which_assignments_there_are() -> None:
    right: list[tuple[int, ...]] = []
    for layers in product(range(4), repeat=5):
        try:
            check_assignment(CHAIN, layers, 3)
        except BadCircuit:
            continue
        right.append(layers)
    assert right == [(0, 0, 1, 2, 3)]
    check_assignment(CHAIN, (0, 2, 1, 2, 3), 3, late_coins=True)


@pytest.mark.parametrize(
    ("layers", "late"),
    [
        ((0, 1, 1, 2, 3), False),  # a coin above layer 0
        ((0, 3, 1, 2, 3), True),  # a coin in the last layer
        ((0, 2, 1, 2, 2), True),  # beside its reader
        ((0, 0, 1, 2, 4), False),  # beyond the last layer
        ((0, 0, 0, 2, 3), False),  # a gate in layer 0
        ((0, 0, 2, 2, 3), False),  # two gates of a chain in one layer
        ((0, 0, 1, 2), False),
    ],
)
def test_canary_wrong_layers_are_refused(layers: tuple[int, ...], late: bool) -> None:
    with pytest.raises(BadCircuit):
        check_assignment(CHAIN, layers, 3, late_coins=late)
