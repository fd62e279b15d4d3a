"""A circuit that is looked at again only where something changed is the circuit all the same."""

from __future__ import annotations

import random

import pytest

from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.verify.kernel import folding
from dlmcheck.verify.kernel.folding import Folded
from dlmcheck.verify.kernel.functions import Code, Functions

INPUTS = 6


def some_circuit(seed: int) -> Circuit:
    return random_circuit(seed, data=INPUTS, coins=0, gates=25, outputs=8)


def awake(folded: Folded, circuit: Circuit) -> int:
    """How many nodes have a code."""
    return sum(folded.codes[node] >= 0 for node in range(circuit.node_count))


def mistakes(seed: int, changes: int = 40) -> int:
    """How often an output that is watched has not the value that the reference gives it.

    Inputs become other constants or one of two variables, outputs are watched and ignored.
    """
    source = random.Random(seed)
    circuit = some_circuit(seed)
    store = Functions()
    leaves = [store.leaf(), store.leaf()]
    values: list[Code] = [source.randrange(2) for _ in range(INPUTS)]
    folded = Folded(circuit, store, values)
    watched: set[int] = set()
    wrong = 0
    outputs = range(len(circuit.outputs))
    last = dict[int, Code]()
    for _ in range(changes):
        for node in source.sample(range(INPUTS), source.randint(0, 3)):
            values[node] = source.choice([0, 1, *leaves, leaves[0] ^ 1])
            folded.set_input(node, values[node])
        folded.settle()
        for number in outputs:
            if number in watched:
                if source.random() < 0.2:
                    folded.ignore([number])
                    watched.discard(number)
                    last.pop(number, None)
            elif source.random() < 0.3:
                folded.watch([number], briefly=source.random() < 0.5)
                watched.add(number)
        folded.settle()
        fresh = Folded(circuit, store, values)
        fresh.watch(outputs)
        fresh.settle()
        for number in sorted(watched):
            code = folded.output(number)
            wrong += code != fresh.output(number)
            wrong += last.get(number) != code and number not in folded.changed
            last[number] = code
            if code < 2 and all(value < 2 for value in values):
                wrong += evaluate(circuit, [bool(value) for value in values])[number] != bool(code)
        folded.changed.clear()
    return wrong


@pytest.mark.parametrize("seed", range(80))
def test_a_watched_output_is_what_a_fresh_look_finds_and_changes_are_told(seed: int) -> None:
    assert mistakes(seed) == 0


def nothing(*_: object) -> None:
    return


def test_canary_a_circuit_whose_gates_are_never_queued_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "heappush", nothing)
    assert sum(mistakes(seed) for seed in range(10)) > 100


def test_canary_a_circuit_whose_gates_read_without_being_told_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "NUMBERS", [folding.numbers(0)] * 8)
    assert sum(mistakes(seed) for seed in range(10)) > 100


def test_canary_gates_that_are_awake_after_a_glimpse_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Folded, "_forget", nothing)
    assert sum(mistakes(seed) for seed in range(10)) > 20


def test_a_glimpse_leaves_nobody_awake() -> None:
    """Until the output is watched for longer; then it is told of changes."""
    two = (Input("a", InputKind.DATA), Input("b", InputKind.DATA))
    circuit = Circuit(two, (Gate(Op.AND, (0, 1)),), (2,))
    store = Functions()
    folded = Folded(circuit, store, [0, 1])
    folded.watch([0], briefly=True)
    folded.settle()
    assert (folded.output(0), awake(folded, circuit)) == (0, 2)
    folded.changed.clear()
    folded.settle()
    assert (folded.output(0), awake(folded, circuit), folded.changed) == (0, 3, set[int]())
    folded.set_input(0, 1)
    folded.settle()
    assert (folded.output(0), folded.changed) == (1, {0})


def test_what_nobody_watches_is_not_looked_at() -> None:
    """Only the cone of the output that is watched is awake, and of that what decides it."""
    circuit = some_circuit(3)
    store = Functions()
    folded = Folded(circuit, store, [0] * INPUTS)
    least = awake(folded, circuit)  # inputs and constants
    assert INPUTS <= least < INPUTS + 5
    folded.watch([0])
    folded.settle()
    assert least < awake(folded, circuit) < circuit.node_count


def test_what_nobody_watches_any_longer_falls_asleep() -> None:
    """The output at once, the rest when it is told of something."""
    circuit = some_circuit(3)
    store = Functions()
    folded = Folded(circuit, store, [0] * INPUTS)
    least = awake(folded, circuit)
    folded.watch([0])
    folded.settle()
    most = awake(folded, circuit)
    folded.ignore([0])
    assert awake(folded, circuit) < most
    for code in [1, 0] * 10:
        for node in range(INPUTS):
            folded.set_input(node, code)
        folded.settle()
    # What rests on constants alone is never told of anything.
    assert least <= awake(folded, circuit) <= least + 1
