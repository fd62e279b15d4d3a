"""A circuit that is re-evaluated by events gives what a full evaluation gives."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, assignment, evaluate
from dlmcheck.verify.engines.events import EventCircuit
from dlmcheck.verify.engines.network import Network

EVENTS = "dlmcheck.verify.engines.events.EventCircuit"


def follow(circuit: Circuit, seed: int, rounds: int) -> None:
    """Change some inputs a round, ask for some outputs, and compare with a full evaluation.

    Inputs and coins are constants, so that gates are held by one argument, let go, and held by
    another one all the time. An output that is not asked for must be listed as touched, or as
    tossing, before its value may change.
    """
    source = random.Random(seed)
    inputs = [False] * len(circuit.data_inputs)
    coins = [False] * len(circuit.random_inputs)
    event = EventCircuit(circuit, Network(), lambda index: int(coins[index]))
    told: dict[int, bool] = {}
    for _ in range(rounds):
        event.next_round()
        coins[:] = [bool(source.getrandbits(1)) for _ in coins]
        for _ in range(source.randrange(4)):
            node = source.randrange(len(inputs))
            inputs[node] = bool(source.getrandbits(1))
            event.set_input(node, int(inputs[node]))
        wanted = evaluate(circuit, assignment(circuit, inputs, coins))
        for index in event.take_touched() | event.tossing:
            told.pop(index, None)
        for index, value in told.items():
            assert wanted[index] == value
        for index in range(len(wanted)):
            if source.random() < 0.5:
                assert event.output(index) == int(wanted[index])
                told[index] = wanted[index]


def test_outputs_and_notices_are_right_on_random_circuits() -> None:
    for seed in range(150):
        circuit = random_circuit(seed, data=5, coins=seed % 3, gates=5 + seed % 30, outputs=4)
        follow(circuit, seed, 60)


def _always_held(circuit: Any, node: int, changed: int) -> bool:
    return bool(circuit._held_by[node] >= 0)


def _never_expires(circuit: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("method", "bug"), [("_is_held_without", _always_held), ("next_round", _never_expires)]
)
def test_a_planted_bug_is_noticed(method: str, bug: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{EVENTS}.{method}", bug)
    with pytest.raises(AssertionError):
        test_outputs_and_notices_are_right_on_random_circuits()
