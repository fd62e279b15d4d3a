"""The limit of "d rounds are optimal": c layers of gates a round, and no limit at all."""

from __future__ import annotations

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.blocks import (
    compile_two_round_revision,
    compile_write_once_blocks,
)
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.model.netlist import map_netlist
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Edits, RandomBits, Stop
from dlmcheck.spec.resources import depth, reads
from dlmcheck.spec.rows import check_mask_preservation, check_rows
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.spec.schedule import cells_read, sampler_of
from tests.model.constructions.banked import (
    OTHER,
    SAME,
    late_reader,
    outcome,
    some_small_circuits,
    verdicts_on_mutants,
)
from tests.model.constructions.small_circuits import any_circuit

BOTH = (RandomBits.SAMPLED, RandomBits.FREE)


def parity_chain(d: int) -> Circuit:
    """d+1 coins; the output is their parity, by d XOR gates one behind the other: depth d."""
    builder = Builder.with_names(random=[f"r{i}" for i in range(d + 1)])
    total = 0
    for i in range(1, d + 1):
        total = builder.xor(total, i)
    return builder.build([total, *range(1, d + 1)])


def copies(d: int) -> Circuit:
    """One coin and a chain of d copies of it, the last shown beside the first."""
    builder = Builder.with_names(random=["r"])
    node = 0
    for _ in range(d):
        node = builder.gate(Op.ID, (node,))
    return builder.build([0, node])


# --- ceil(d/c) rounds ----------------------------------------------------------------------


@pytest.mark.parametrize("c", [1, 2, 3])
@pytest.mark.parametrize("random_bits", BOTH)
def test_law_is_exact_on_a_subset_of_all_small_circuits(c: int, random_bits: RandomBits) -> None:
    for circuit in some_small_circuits()[::6]:
        blocks = compile_write_once_blocks(circuit, c, random_bits=random_bits)
        assert outcome(blocks.schedule, circuit) == SAME


@pytest.mark.parametrize("seed", range(12))
def test_law_is_exact_on_circuits_that_are_not_layered(seed: int) -> None:
    circuit = any_circuit(seed, gates=7)
    for c in (1, 2, 4):
        for random_bits in BOTH:
            blocks = compile_write_once_blocks(circuit, c, random_bits=random_bits)
            assert outcome(blocks.schedule, circuit) == SAME


@pytest.mark.parametrize("seed", range(6))
def test_law_is_exact_on_larger_random_circuits(seed: int) -> None:
    circuit = seeded_circuit(seed)
    assert outcome(compile_write_once_blocks(circuit, 2).schedule, circuit) == SAME


@pytest.mark.parametrize("c", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 6, 7])
def test_rounds_are_d_over_c_rounded_up(c: int, d: int) -> None:
    circuit = copies(d)
    free = compile_write_once_blocks(circuit, c)
    sampled = compile_write_once_blocks(circuit, c, random_bits=RandomBits.SAMPLED)
    assert free.depth == d
    assert free.schedule.rounds == -(-d // c)
    assert sampled.schedule.rounds == -(-d // c) + 1
    assert outcome(free.schedule, circuit) == outcome(sampled.schedule, circuit) == SAME


@pytest.mark.parametrize("c", [1, 2, 3, 4])
def test_predictors_have_constant_depth_and_policies_read_two_cells(c: int) -> None:
    """The depth is c and two gates that keep a visible token; it does not grow with d."""
    for d in (c, 2 * c, 6 * c, 6 * c + 1):
        schedule = compile_write_once_blocks(parity_chain(d), c).schedule
        assert depth(schedule.predictor) == c + 2
        assert depth(schedule.unmask) <= 1
        per_cell = [cells_read(schedule, cone) for cone in reads(schedule.predictor)]
        assert max(map(len, per_cell)) == c + 2
        assert all(len(cells_read(schedule, r)) <= 2 for r in reads(schedule.unmask))


def test_witness_where_fewer_than_d_rounds_suffice() -> None:
    """Parity of seven coins beside six of them, gate by gate 6 rounds, with c = 2 only 3."""
    circuit = parity_chain(6)
    gate_by_gate = compile_write_once(circuit, random_bits=RandomBits.FREE).schedule
    blocks = compile_write_once_blocks(circuit, 2)
    assert (gate_by_gate.rounds, blocks.schedule.rounds) == (6, 3)
    assert outcome(blocks.schedule, circuit) == SAME
    assert (depth(gate_by_gate.predictor), depth(blocks.schedule.predictor)) == (3, 4)


def test_nodes_inside_a_block_get_no_cell() -> None:
    circuit = copies(6)
    lengths = [compile_write_once_blocks(circuit, c).schedule.length for c in (1, 2, 3, 6)]
    assert lengths == [7, 4, 3, 2]


def test_outputs_take_the_last_cells_and_prompts_the_first() -> None:
    circuit = late_reader()
    blocks = compile_write_once_blocks(circuit, 2, random_bits=RandomBits.SAMPLED)
    length = blocks.schedule.length
    assert blocks.schedule.data_cells == (0, 1)
    assert blocks.schedule.output == (length - 2, length - 1)
    assert outcome(blocks.schedule, circuit) == SAME


def test_further_rounds_change_nothing() -> None:
    blocks = compile_write_once_blocks(copies(4), 2, random_bits=RandomBits.SAMPLED)
    assert blocks.schedule.stop is Stop.ABSORBING
    laws = laws_by_round(sampler_of(blocks.schedule), 6)
    assert laws[3] == laws[6]
    assert laws[2] != laws[3]


@pytest.mark.parametrize("random_bits", BOTH)
def test_visible_tokens_are_kept_in_every_state_reachable_or_not(random_bits: RandomBits) -> None:
    run = sampler_of(compile_write_once_blocks(copies(4), 2, random_bits=random_bits).schedule)
    assert check_rows(run) == 3**3 * 3
    # Under a given start, too, all states of three cells are looked at.
    assert check_mask_preservation(run) == 3**3 * 2


def test_a_shown_coin_and_a_constant_need_no_block() -> None:
    coin = Circuit((Input("r", InputKind.RANDOM),), (), (0,))
    assert compile_write_once_blocks(coin, 3).schedule.rounds == 0
    sampled = compile_write_once_blocks(coin, 3, random_bits=RandomBits.SAMPLED)
    assert (sampled.schedule.rounds, sampled.schedule.length) == (1, 1)
    constant = Circuit((), (Gate(Op.CONST1),), (0,))
    assert outcome(compile_write_once_blocks(constant, 1).schedule, constant) == SAME


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(BadPoint, match="0 layers"):
        compile_write_once_blocks(copies(1), 0)
    with pytest.raises(BadPoint, match="private"):
        compile_write_once_blocks(copies(1), 1, random_bits=RandomBits.PRIVATE)


# --- predictors without a limit ------------------------------------------------------------


def test_two_rounds_are_enough_for_every_circuit_with_unlimited_predictors() -> None:
    """L = r + m write-once: all layers in one block."""
    for circuit in [*some_small_circuits()[::6], *(any_circuit(s, gates=7) for s in range(8))]:
        mapped = map_netlist(circuit, random_outputs=True).circuit
        blocks = compile_write_once_blocks(
            circuit, max(1, depth(mapped)), random_bits=RandomBits.SAMPLED
        )
        data, random = len(circuit.data_inputs), len(circuit.random_inputs)
        assert blocks.schedule.rounds <= 2
        assert blocks.schedule.length <= data + random + len(circuit.outputs)
        assert outcome(blocks.schedule, circuit) == SAME


def test_two_rounds_of_revision_take_max_of_random_bits_and_outputs() -> None:
    for circuit in [*some_small_circuits()[::6], *(any_circuit(s, gates=7) for s in range(12))]:
        schedule = compile_two_round_revision(circuit)
        data, random = len(circuit.data_inputs), len(circuit.random_inputs)
        assert schedule.length == data + max(random, len(circuit.outputs))
        assert (schedule.rounds, schedule.edits) == (2, Edits.REVISE_TOKEN)
        assert outcome(schedule, circuit) == SAME


def test_two_round_revision_is_bought_with_the_depth_of_the_predictor() -> None:
    depths = [depth(compile_two_round_revision(parity_chain(d)).predictor) for d in (1, 4, 16)]
    assert depths == [3, 6, 18]


def test_a_third_round_of_revision_applies_the_circuit_again() -> None:
    """Two coins, one output, their nand: the third round reads 0 and the output, and writes 1."""
    coins = (Input("a", InputKind.RANDOM), Input("b", InputKind.RANDOM))
    nand = Circuit(coins, (Gate(Op.AND, (0, 1)),), (~2,))
    assert outcome(compile_two_round_revision(nand), nand) == SAME
    assert outcome(compile_two_round_revision(nand), nand, 1) == OTHER


# --- canaries ------------------------------------------------------------------------------


def test_canary_one_round_less_leaves_the_last_block_masked() -> None:
    for c in (1, 2, 3):
        blocks = compile_write_once_blocks(copies(6), c, stop=Stop.FIXED_ROUNDS)
        assert outcome(blocks.schedule, copies(6), -1) == "LeavesMask"


def test_canary_single_mutants_are_caught() -> None:
    circuit = late_reader()
    verdicts = verdicts_on_mutants(compile_write_once_blocks(circuit, 2).schedule, circuit, 100)
    # Those of the same law change a visible cell's prediction, which no F selects.
    assert verdicts == {
        OTHER: 45,
        SAME: 23,
        "LeavesMask": 15,
        "IllegalCode": 9,
        "WritesMask": 5,
        "BadInput": 3,
    }
