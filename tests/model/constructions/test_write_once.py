"""The write-once construction against the circuit's own law, by the specification alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from dlmcheck.model.constructions.write_once import (
    Compiled,
    Frontier,
    SharedPrivateBit,
    compile_write_once,
)
from dlmcheck.model.netlist import Reason
from dlmcheck.spec.circuit import (
    Bits,
    Circuit,
    Gate,
    Input,
    InputKind,
    Op,
    all_data,
    node_law,
    node_of,
)
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import LeavesMask
from dlmcheck.spec.lattice import RandomBits, Stop
from dlmcheck.spec.law import Law, certain, is_product
from dlmcheck.spec.resources import depth, is_layered, levels
from dlmcheck.spec.sampler import DeterministicUnmasking, laws_by_round, output_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import MASK, State, masked_positions
from tests.model.constructions.small_circuits import any_circuit, private_circuit

COIN = Input("r", InputKind.RANDOM)
BIT = Input("a", InputKind.DATA)

WAYS: list[dict[str, Any]] = [
    {"frontier": Frontier.ARGUMENTS},
    {"frontier": Frontier.ARGUMENTS, "random_outputs": True},
    {"frontier": Frontier.BLOCK_SHIFT},
    {"frontier": Frontier.BLOCK_SHIFT, "random_outputs": True},
    {"frontier": Frontier.BLOCK_SHIFT, "equal_widths": True},
    {"frontier": Frontier.BLOCK_SHIFT, "pad_layers": True, "equal_widths": True},
    {"frontier": Frontier.TOKEN_SHIFT},
]


def samples() -> list[tuple[RandomBits, Circuit]]:
    """Seeded circuits with 0-2 data inputs, 0-2 random inputs and 0-4 gates, per reading."""
    found: list[tuple[RandomBits, Circuit]] = []
    for random_bits in RandomBits:
        for seed in range(60):
            make = private_circuit if random_bits is RandomBits.PRIVATE else any_circuit
            gates = max(seed % 5, 1 if random_bits is RandomBits.PRIVATE else 0)
            found.append(
                (random_bits, make(seed, data=seed % 2, random=seed // 2 % 3, gates=gates))
            )
    return found


def tokens(law: Law[Bits]) -> Law[State]:
    return law.map(lambda bits: tuple(map(int, bits)))


def samples_its_circuit(compiled: Compiled) -> bool:
    """Whether the run's exact output law is the circuit's, for every value of the data."""
    return all(
        output_law(sampler_of(compiled.schedule, data))
        == tokens(circuit_law(compiled.original, data))
        for data in all_data(compiled.original)
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_run_has_exactly_the_law_of_the_circuit_and_is_absorbing(way: dict[str, Any]) -> None:
    for random_bits, circuit in samples():
        compiled = compile_write_once(circuit, random_bits=random_bits, stop=Stop.ABSORBING, **way)
        assert samples_its_circuit(compiled), (random_bits, circuit)


def expected_states(compiled: Compiled, data: Bits, number: int) -> Law[State]:
    """Nodes of rounds up to `number` with the values of the circuit, everything else masked."""
    # A padding cell gets the token 0 in the round of its block, that of its labelled neighbours.
    node_at = {cell: node for node, cell in enumerate(compiled.cell_of) if cell is not None}
    cells = range(compiled.schedule.length)

    def round_of(cell: int) -> int:
        behind = next(c for c in cells[cell:] if c in node_at)
        return compiled.round_of[node_at[behind]] or 0

    def state(values: Bits) -> State:
        return tuple(
            MASK
            if round_of(cell) > number
            else int(values[node_at[cell]])
            if cell in node_at
            else 0
            for cell in cells
        )

    return node_law(compiled.circuit, data).map(state)


@pytest.mark.parametrize("way", WAYS)
def test_after_round_t_exactly_the_nodes_up_to_round_t_are_visible_with_the_circuits_values(
    way: dict[str, Any],
) -> None:
    compared = 0
    for random_bits, circuit in samples()[::3]:
        compiled = compile_write_once(circuit, random_bits=random_bits, **way)
        for data in all_data(circuit):
            laws = laws_by_round(sampler_of(compiled.schedule, data))
            for number, law in enumerate(laws):
                states = law.map(lambda configuration: configuration.state)
                assert states == expected_states(compiled, data, number)
                compared += 1
    assert compared > 200


@pytest.mark.parametrize("way", WAYS)
def test_visible_tokens_are_kept_and_no_mask_is_written_in_every_one_of_the_3_to_the_l_states(
    way: dict[str, Any],
) -> None:
    states = 0
    for random_bits, circuit in samples():
        compiled = compile_write_once(circuit, random_bits=random_bits, **way)
        if compiled.schedule.length > 5:
            continue
        sampler = sampler_of(compiled.schedule, (False,) * len(circuit.data_inputs))
        assert isinstance(sampler.unmask, DeterministicUnmasking)
        for state in product((0, 1, MASK), repeat=sampler.length):
            states += 1
            assert sampler.unmask.select(state, None) <= masked_positions(state)
            for i, token in enumerate(state):
                law = sampler.predictor(state, i, None)
                assert law == certain(token) if token != MASK else MASK not in law.support
    assert states > 5000


def test_cells_stand_prompt_first_and_outputs_last() -> None:
    for random_bits, circuit in samples():
        for way in WAYS:
            schedule = compile_write_once(circuit, random_bits=random_bits, **way).schedule
            shown = len(schedule.data_cells)
            assert schedule.data_cells == tuple(range(shown))
            m = len(schedule.output)
            assert schedule.output == tuple(range(schedule.length - m, schedule.length))


def test_lengths_and_rounds_are_those_of_the_theorem() -> None:
    kinds: set[tuple[RandomBits, int]] = set()
    for random_bits, circuit in samples():
        compiled = compile_write_once(circuit, random_bits=random_bits)
        mapped, schedule = compiled.circuit, compiled.schedule
        coins = len(mapped.random_inputs)
        d = depth(mapped)
        private = random_bits is RandomBits.PRIVATE
        assert schedule.length == mapped.node_count - (coins if private else 0)
        # The last round comes d + 1 if a longest path starts at a sampled bit, else d.
        late = [0] * mapped.node_count
        for node, layer in enumerate(levels(mapped)):
            args = () if layer == 0 else mapped.gate_of(node).args
            sampled = node in mapped.random_inputs and random_bits is RandomBits.SAMPLED
            late[node] = max((late[node_of(a)] for a in args), default=int(sampled))
            assert compiled.round_of[node] in (layer, layer + late[node], None)
        assert d <= schedule.rounds <= d + (random_bits is RandomBits.SAMPLED)
        blocks = compile_write_once(circuit, random_bits=random_bits, frontier=Frontier.BLOCK_SHIFT)
        waits = random_bits is RandomBits.SAMPLED and coins > 0
        assert blocks.schedule.rounds == d + waits
        kinds.add((random_bits, blocks.schedule.rounds - d))
    assert kinds == {
        (RandomBits.SAMPLED, 0),
        (RandomBits.SAMPLED, 1),
        (RandomBits.FREE, 0),
        (RandomBits.PRIVATE, 0),
    }


def test_rounds_of_the_degenerate_circuits() -> None:
    empty = Circuit((), (), ())
    unread = Circuit((COIN,), (), ())
    constant = Circuit((), (Gate(Op.CONST1),), (0,))
    prompt_only = Circuit((BIT,), (), (0,))
    bit = Circuit((COIN,), (), (0,))

    def size(circuit: Circuit, random_bits: RandomBits, **more: Any) -> tuple[int, int]:
        schedule = compile_write_once(circuit, random_bits=random_bits, **more).schedule
        return schedule.length, schedule.rounds

    assert [size(empty, r) for r in RandomBits] == [(0, 0)] * 3
    assert [size(unread, r) for r in RandomBits] == [(1, 1), (1, 0), (0, 0)]
    assert [size(constant, r) for r in RandomBits] == [(1, 1)] * 3
    assert [size(prompt_only, r) for r in RandomBits] == [(2, 1)] * 3
    assert [size(bit, r) for r in RandomBits] == [(2, 2), (2, 1), (1, 1)]
    # An output that is a random input may share its cell: L = N = 1 and d + 1 = 1 round.
    assert [size(bit, r, random_outputs=True) for r in RandomBits] == [(1, 1), (1, 0), (1, 1)]


def test_a_gate_that_no_sampled_bit_reaches_is_written_a_round_before_its_layer() -> None:
    circuit = Circuit(
        (COIN, BIT), (Gate(Op.NOT, (1,)), Gate(Op.ID, (2,)), Gate(Op.ID, (0,))), (3, 4)
    )
    compiled = compile_write_once(circuit)
    assert (depth(compiled.circuit), compiled.schedule.rounds) == (2, 2)
    assert samples_its_circuit(compiled)


def test_one_coin_in_two_outputs_needs_d_plus_1_rounds_in_any_construction() -> None:
    circuit = Circuit((COIN,), (Gate(Op.ID, (0,)), Gate(Op.NOT, (0,))), (1, 2))
    compiled = compile_write_once(circuit)
    assert (compiled.circuit.node_count, depth(compiled.circuit)) == (3, 1)
    assert compiled.schedule.rounds == 2
    # One round from M^L writes independent tokens, and these are not independent.
    assert not is_product(circuit_law(circuit))
    with pytest.raises(SharedPrivateBit):
        compile_write_once(circuit, random_bits=RandomBits.PRIVATE)


def test_a_coin_that_two_gates_read_cannot_be_private() -> None:
    circuit = Circuit((BIT, COIN), (Gate(Op.AND, (0, 1)), Gate(Op.OR, (~1, 2))), (3,))
    with pytest.raises(SharedPrivateBit) as caught:
        compile_write_once(circuit, random_bits=RandomBits.PRIVATE)
    assert (caught.value.name, caught.value.readers) == ("r", (2, 3))
    # Two readings by one gate are one reader.
    twice = Circuit((COIN,), (Gate(Op.XOR, (0, ~0)),), (1,))
    assert samples_its_circuit(compile_write_once(twice, random_bits=RandomBits.PRIVATE))


def test_the_block_shift_needs_no_layered_circuit_and_no_padding() -> None:
    # o0 is an early gate that is read again, and the AND reads the coin across a layer.
    circuit = Circuit((COIN,), (Gate(Op.NOT, (0,)), Gate(Op.AND, (0, 1))), (1, 2))
    assert not is_layered(circuit)
    compiled = compile_write_once(circuit, frontier=Frontier.BLOCK_SHIFT)
    assert compiled.mapped.added_by_reason == {Reason.READ_INSIDE: 1}
    assert (compiled.schedule.length, compiled.schedule.rounds) == (4, 3)
    assert samples_its_circuit(compiled)
    strict = compile_write_once(circuit, frontier=Frontier.BLOCK_SHIFT, pad_layers=True)
    assert strict.schedule.length == 5
    assert samples_its_circuit(strict)


def test_labels_are_hints_that_name_the_nodes() -> None:
    circuit = Circuit((BIT, COIN), (Gate(Op.AND, (0, 1)),), (2,))
    schedule = compile_write_once(circuit).schedule
    assert schedule.labels == ("in:a", "random:r", "n2")
    assert schedule.data_names == ("a",)


def test_canary_one_round_less_leaves_a_mask() -> None:
    for random_bits, circuit in samples():
        schedule = compile_write_once(circuit, random_bits=random_bits).schedule
        if schedule.rounds:
            short = replace(schedule, rounds=schedule.rounds - 1)
            with pytest.raises(LeavesMask):
                output_law(sampler_of(short, (False,) * len(circuit.data_inputs)))
