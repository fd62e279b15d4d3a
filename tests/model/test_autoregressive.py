"""The autoregressive model of a circuit: same law, one step per generated node."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from dlmcheck.model.autoregressive import Comparison, autoregressive_model, steps_against_rounds
from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.write_once import Frontier, compile_write_once
from dlmcheck.spec import sampler
from dlmcheck.spec.autoregressive import output_law
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, all_data
from dlmcheck.spec.circuit import output_law as circuit_law
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import State
from tests.model.constructions.small_circuits import any_circuit, private_circuit


def tokens(circuit: Circuit, data: tuple[bool, ...]) -> Law[State]:
    return circuit_law(circuit, data).map(lambda bits: tuple(map(int, bits)))


def test_sampled_and_private_models_have_the_law_of_the_circuit() -> None:
    for seed in range(60):
        for random_bits, circuit in (
            (RandomBits.SAMPLED, any_circuit(seed, data=seed % 2, random=2, gates=seed % 5)),
            (
                RandomBits.PRIVATE,
                private_circuit(seed, data=seed % 2, random=2, gates=1 + seed % 4),
            ),
        ):
            for data in all_data(circuit):
                model = autoregressive_model(circuit, data, random_bits=random_bits)
                assert output_law(model) == tokens(circuit, data)


def test_free_models_have_the_law_of_the_circuit_averaged_over_the_given_bits() -> None:
    for seed in range(30):
        circuit = any_circuit(seed, data=1, random=2, gates=seed % 5)
        for data in all_data(circuit):
            weights: dict[State, Fraction] = {}
            for given in product((False, True), repeat=2):
                model = autoregressive_model(
                    circuit, data, random_bits=RandomBits.FREE, given=given
                )
                for outcome, weight in output_law(model).items():
                    weights[outcome] = weights.get(outcome, Fraction(0)) + weight / 4
            assert Law(weights) == tokens(circuit, data)


def test_the_token_shift_dlm_is_the_autoregressive_model() -> None:
    for seed in range(30):
        circuit = any_circuit(seed, data=1, random=1, gates=seed % 5)
        schedule = compile_write_once(circuit, frontier=Frontier.TOKEN_SHIFT).schedule
        model = autoregressive_model(circuit, (True,))
        assert model.steps == schedule.rounds
        assert model.output == schedule.output
        assert output_law(model) == sampler.output_law(sampler_of(schedule, (True,)))


def test_outputs_are_the_last_tokens() -> None:
    for seed in range(60):
        circuit = any_circuit(seed, data=2, random=1, gates=seed % 6)
        model = autoregressive_model(circuit, (False, True))
        length = len(model.prompt) + model.steps
        assert model.output == tuple(range(length - len(circuit.outputs), length))


def test_wrong_numbers_of_values_are_refused() -> None:
    circuit = any_circuit(0, data=1, random=1)
    with pytest.raises(BadInput, match="0 data and 0 given"):
        autoregressive_model(circuit)
    with pytest.raises(BadInput, match="1 data and 1 given"):
        autoregressive_model(circuit, (True,), given=(True,))


def parity(n: int) -> Circuit:
    builder = Builder.with_names(random=[f"r{i}" for i in range(n)])
    row = list(range(n))
    while len(row) > 1:
        row = [builder.xor(a, b) for a, b in zip(row[::2], row[1::2], strict=True)]
    return builder.build(row)


def test_steps_grow_with_the_size_and_rounds_with_the_depth() -> None:
    table = steps_against_rounds((f"parity {n}", parity(n)) for n in (2, 4, 8, 16, 32))
    assert [(row.nodes, row.depth, row.steps, row.rounds) for row in table] == [
        (3, 1, 3, 2),
        (7, 2, 7, 3),
        (15, 3, 15, 4),
        (31, 4, 31, 5),
        (63, 5, 63, 6),
    ]


def test_with_free_bits_only_gates_are_generated() -> None:
    (row,) = steps_against_rounds([("parity 8", parity(8))], random_bits=RandomBits.FREE)
    assert row == Comparison("parity 8", 15, 3, 8, steps=7, rounds=3, length=15)


def test_canary_outputs_that_are_read_cost_the_autoregressive_model_a_token_more() -> None:
    coin = Input("r", InputKind.RANDOM)
    circuit = Circuit((coin,), (Gate(Op.NOT, (0,)), Gate(Op.NOT, (1,))), (1, 2))
    (row,) = steps_against_rounds([("read", circuit)])
    assert (row.nodes, row.length, row.steps, row.rounds) == (3, 3, 4, 3)
