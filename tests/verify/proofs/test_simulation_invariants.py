"""The invariants of the proofs of section 3, round by round on runs of random circuits."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules, shorter
from dlmcheck.model.constructions.carrying import carried
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked
from dlmcheck.model.constructions.write_once import (
    Compiled,
    SharedPrivateBit,
    compile_write_once,
)
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.spec.circuit import Circuit, Op, evaluate, literal_value, node_values
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.lattice import End, RandomBits
from dlmcheck.spec.schedule import Schedule, start_state
from dlmcheck.spec.tokens import MASK, State
from tests.verify.proofs.rounds import after_g, after_seed

SEEDS = st.integers(0, 4000)


def values(circuit: Circuit, bits: list[bool]) -> list[bool]:
    """The value of every node, for values of the inputs."""
    return list(node_values(circuit, bits))


def drawn_inputs(circuit: Circuit, seed: int) -> list[bool]:
    """Values of the inputs, from a seed."""
    return [bool(seed >> v & 1) for v in range(len(circuit.inputs))]


def next_state(schedule: Schedule, state: State, coins: list[bool], number: int) -> State:
    """One round for given coins."""
    written = after_seed(schedule, state, coins, number)
    return written if schedule.remask is None else after_g(schedule, written, number)


# --- Theorem 3.1 --------------------------------------------------------------------------------


def _holds(compiled: Compiled, state: State, value: list[bool], number: int) -> None:
    """Exactly the nodes of round at most t are visible, and show the circuit's values."""
    for node, (cell, of) in enumerate(zip(compiled.cell_of, compiled.round_of, strict=True)):
        if cell is not None and of is not None:
            assert state[cell] == (int(value[node]) if of <= number else MASK)


@pytest.mark.parametrize("frontier", [Frontier.ARGUMENTS, Frontier.BLOCK_SHIFT])
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, coins=st.integers(0, 255), bits=st.sampled_from(RandomBits))
def test_after_round_t_the_state_encodes_what_round_t_has_written(
    frontier: Frontier, seed: int, coins: int, bits: RandomBits
) -> None:
    try:
        compiled = compile_write_once(seeded_circuit(seed), frontier=frontier, random_bits=bits)
    except SharedPrivateBit:
        return
    circuit, schedule = compiled.circuit, compiled.schedule
    inputs = drawn_inputs(circuit, coins)
    value = values(circuit, inputs)
    given_bits = [inputs[v] for v in circuit.random_inputs] if schedule.given_cells else []
    state = start_state(schedule, [inputs[v] for v in circuit.data_inputs], given_bits)
    tossed = [] if bits is RandomBits.FREE else [inputs[v] for v in circuit.random_inputs]
    _holds(compiled, state, value, 0)
    for number in range(1, schedule.rounds + 2):
        state = next_state(schedule, state, tossed, number)
        _holds(compiled, state, value, number)


# --- Theorems 3.2 and 3.3 ------------------------------------------------------------------------

COMPILERS = {
    "remasking": compile_remasking,
    "revision": compile_revision,
    "growing": shorter.compile_growing_revision,
    "ternary": shorter.compile_ternary_revision,
    "split": shorter.compile_split_remasking,
    "clocked revision": shorter.compile_clocked_revision,
    "clocked remasking": shorter.compile_clocked_remasking,
}


def _encoded(banked: Banked, end: End, t: int, value: list[bool]) -> State:
    """The state that encodes layer t: its values and its counter; with two banks, M in the other.

    What a layer writes where is what the compiler says of itself.
    """
    schedule = banked.schedule
    circuit = banked.circuit
    state = [int(value[v]) for v in circuit.data_inputs]
    state += [MASK] * (schedule.length - len(state))
    for line in banked.writes[: t + 1]:
        for cell, content in line:
            if isinstance(content, str):
                state[cell] = {"M": MASK, "0": 0, "1": 1}[content]
            else:
                state[cell] = int(literal_value(content, value))
    depth = banked.rows.depth
    if schedule.remask is not None and (t < depth or end is End.OUTPUT_ONLY):
        other = "left" if (depth - t) % 2 == 0 else "right"
        for cell, label in enumerate(schedule.labels):
            if label.startswith(other):
                state[cell] = MASK
    return tuple(state)


@pytest.mark.parametrize("name", COMPILERS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, coins=st.integers(0, 255), end=st.sampled_from(End))
def test_after_round_t_plus_1_the_state_encodes_layer_t(
    name: str, seed: int, coins: int, end: End
) -> None:
    try:
        circuit, layers = carried(seeded_circuit(seed))
    except BadCircuit:
        return
    banked = COMPILERS[name](circuit, layers=layers, end=end)
    schedule = banked.schedule
    inputs = drawn_inputs(circuit, coins)
    value = values(circuit, inputs)
    tossed = [inputs[node] for _, _, node in sorted(banked.coins)]
    state = start_state(schedule, [inputs[v] for v in circuit.data_inputs], [])
    for t in range(banked.rows.depth + 1):
        state = next_state(schedule, state, tossed, t + 1)
        assert state == _encoded(banked, end, t, value)
    if not schedule.clock_bits:
        assert next_state(schedule, state, tossed, schedule.rounds + 1) == state
    outputs = evaluate(circuit, inputs)
    assert tuple(state[cell] for cell in schedule.output) == tuple(map(int, outputs))
    if end is End.WHOLE_STATE:
        assert MASK not in state


# --- the rules on lists and on gates of any fan-in ----------------------------------------------


@given(st.integers(0, 7), st.data())
def test_lists_of_any_length_follow_from_their_members(length: int, data: st.DataObject) -> None:
    bits = data.draw(st.lists(st.booleans(), min_size=length, max_size=length))
    builder = Builder.with_names(data=[f"a{i}" for i in range(length)])
    literals = range(length)
    outputs = [rules.all_of(builder, literals), rules.any_of(builder, literals)]
    assert evaluate(builder.build(outputs), bits) == (all(bits), any(bits))


@given(st.sampled_from((Op.AND, Op.OR, Op.XOR)), st.lists(st.booleans(), min_size=2, max_size=7))
def test_a_gate_of_many_arguments_is_that_of_one_and_of_the_rest(op: Op, bits: list[bool]) -> None:
    builder = Builder.with_names(data=[f"a{i}" for i in range(len(bits))])
    many = builder.gate(op, range(len(bits)))
    rest = builder.gate(op, range(1, len(bits)))
    many_value, two_value, folded = evaluate(
        builder.build(
            [
                many,
                builder.gate(op, [0, rest]),
                reduce(lambda a, b: builder.gate(op, [a, b]), range(len(bits))),
            ]
        ),
        bits,
    )
    assert many_value == two_value == folded
