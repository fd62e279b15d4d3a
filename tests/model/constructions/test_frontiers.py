"""ShiftR and the three frontiers: what they are, what they cost, and where they would fail."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from dlmcheck.model.constructions.figures import compare_frontiers
from dlmcheck.model.constructions.shift import block_source, frontier, shift_right, shift_source
from dlmcheck.model.constructions.write_once import Frontier, compile_write_once
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.resources import measure
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, State, masked_positions
from tests.model.constructions.small_circuits import any_circuit

BIT = Input("a", InputKind.DATA)
COIN = Input("r", InputKind.RANDOM)


def selected(schedule: Schedule, state: State) -> frozenset[int]:
    flags = evaluate(schedule.unmask, schedule.encoding.encode(state))
    return frozenset(i for i, flag in enumerate(flags) if flag)


@pytest.mark.parametrize("fill", [0, 1, MASK])
def test_shift_right_shifts_every_state_and_fills(fill: int) -> None:
    checked = 0
    for length in range(5):
        for amount in range(length + 2):
            circuit = shift_right(length, amount, fill)
            for state in product((0, 1, MASK), repeat=length):
                shifted = PAPER_ENCODING.decode(evaluate(circuit, PAPER_ENCODING.encode(state)))
                kept = max(0, length - amount)
                assert shifted == (fill,) * (length - kept) + state[:kept]
                checked += 1
    assert checked == 2 + 3 * 3 + 9 * 4 + 27 * 5 + 81 * 6


def test_shift_right_is_wires_and_constants_at_every_length() -> None:
    for length in (1, 2, 10, 100, 1000):
        for amount in (0, 1, length // 2, length):
            found = measure(shift_right(length, amount))
            assert found.locality == (1 if amount < length else 0)
            # Only the constant that fills is a gate; the shift itself is none.
            assert found.depth == (1 if amount else 0)
            assert found.fan_in == 0
            assert found.size - 2 * length == (1 if amount else 0)


def test_shift_refuses_negative_amounts_and_empty_blocks() -> None:
    with pytest.raises(BadInput, match="shift by -1"):
        shift_right(3, -1)
    with pytest.raises(BadInput, match="blocks of widths"):
        block_source(1, [2, 0])


def test_with_blocks_of_one_width_the_block_shift_is_shift_right_by_that_width() -> None:
    for shown, width, blocks in product(range(4), range(1, 4), range(1, 4)):
        length = shown + width * blocks
        assert block_source(shown, [width] * blocks) == shift_source(length, width)


def test_f_is_masked_and_not_masked_after_the_shift_in_every_state() -> None:
    states = 0
    for seed in range(40):
        circuit = any_circuit(seed, data=seed % 2, random=1, gates=1 + seed % 3)
        compiled = compile_write_once(circuit, frontier=Frontier.BLOCK_SHIFT, equal_widths=True)
        schedule = compiled.schedule
        if schedule.length > 7:
            continue
        shown = len(schedule.data_cells)
        width = (schedule.length - shown) // schedule.rounds
        shift = shift_right(schedule.length, width)
        for state in product((0, 1, MASK), repeat=schedule.length):
            encoded = PAPER_ENCODING.encode(state)
            shifted = PAPER_ENCODING.decode(evaluate(shift, encoded))
            expected = masked_positions(state) - masked_positions(shifted)
            assert selected(schedule, state) == expected
            states += 1
    assert states > 3000


def test_token_shift_writes_one_cell_a_round_from_left_to_right() -> None:
    for seed in range(40):
        circuit = any_circuit(seed, data=seed % 3, random=1 + seed % 2, gates=seed % 5)
        schedule = compile_write_once(circuit, frontier=Frontier.TOKEN_SHIFT).schedule
        shown = len(schedule.data_cells)
        assert schedule.rounds == schedule.length - shown
        state: State = (0,) * shown + (MASK,) * (schedule.length - shown)
        for cell in range(shown, schedule.length):
            assert selected(schedule, state) == {cell}
            state = (*state[:cell], 0, *state[cell + 1 :])
        assert selected(schedule, state) == frozenset()


def mixed_layer_zero() -> Circuit:
    """One data bit and one coin in layer 0; the outputs are the coin and its XOR with the bit."""
    return Circuit((BIT, COIN), (Gate(Op.XOR, (0, 1)), Gate(Op.ID, (1,))), (2, 3))


def test_layer_1_waits_for_the_sampled_bits_of_a_mixed_layer_0() -> None:
    compiled = compile_write_once(mixed_layer_zero(), frontier=Frontier.BLOCK_SHIFT)
    schedule = compiled.schedule
    assert (schedule.length, schedule.rounds) == (4, 2)
    assert selected(schedule, (1, MASK, MASK, MASK)) == {1}
    assert selected(schedule, (1, 0, MASK, MASK)) == {2, 3}


def test_canary_one_block_for_a_mixed_layer_0_samples_the_wrong_law() -> None:
    circuit = mixed_layer_zero()
    schedule = compile_write_once(circuit, frontier=Frontier.BLOCK_SHIFT).schedule
    # Data cell and sampled cell as one block of two cells, before the block of layer 1: the
    # first cell of layer 1 then looks at the data cell and does not wait for the coin.
    naive = replace(schedule, unmask=frontier(4, [(), (), (0,), (1,)]))
    right = circuit_law(circuit, (True,)).map(lambda bits: tuple(map(int, bits)))
    assert output_law(sampler_of(schedule, (True,))) == right
    assert output_law(sampler_of(naive, (True,))) != right


@pytest.mark.parametrize("random_bits", [RandomBits.SAMPLED, RandomBits.FREE])
def test_frontiers_compared_on_a_circuit_with_a_skipping_edge(random_bits: RandomBits) -> None:
    # A chain of XORs of five coins: coin i is read in layer i, so that strict layers need padding.
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(5))
    gates = [Gate(Op.XOR, (0, 1))]
    gates += [Gate(Op.XOR, (3 + i, i)) for i in range(2, 5)]
    found = compare_frontiers(Circuit(inputs, tuple(gates), (8,)), random_bits=random_bits)
    sampled = random_bits is RandomBits.SAMPLED
    assert [f.length for f in found.values()] == [9, 9, 25 if sampled else 9, 15, 9]
    assert [f.rounds for f in found.values()] == [4 + sampled] * 4 + [4 + 5 * sampled]
    assert [f.unmask.locality for f in found.values()] == [3, 2, 2, 2, 2]
    assert [f.unmask.fan_in for f in found.values()] == [3, 2, 2, 2, 2]
    assert [f.predictor.depth for f in found.values()] == [3, 3, 3, 3, 3]
