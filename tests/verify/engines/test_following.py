"""A circuit that is followed from round to round gives what a full evaluation gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, Op, assignment, evaluate
from dlmcheck.spec.schedule import interface
from dlmcheck.verify.engines import scanned
from dlmcheck.verify.engines.events import CoinMaker, EventCircuit
from dlmcheck.verify.engines.following import Followed, follow
from dlmcheck.verify.engines.levels import in_levels
from dlmcheck.verify.engines.network import Network
from dlmcheck.verify.engines.scanned import ScannedCircuit

EVENTS = "dlmcheck.verify.engines.events.EventCircuit"
SCANNED = "dlmcheck.verify.engines.scanned.ScannedCircuit"

Way = Callable[[Circuit, Network, CoinMaker], Followed]


def by_events(circuit: Circuit, network: Network, coin: CoinMaker) -> Followed:
    return EventCircuit(circuit, network, coin)


def by_scans(circuit: Circuit, network: Network, coin: CoinMaker) -> Followed:
    levels = in_levels(circuit)
    assert levels is not None
    return ScannedCircuit(levels, network, coin)


WAYS = {"events": by_events, "scans": by_scans}


def changed_and_asked(way: Way, circuit: Circuit, seed: int, rounds: int) -> None:
    """Change some inputs a round, ask for some outputs, and compare with a full evaluation.

    Inputs and coins are constants, so that gates are held by one argument, let go, and held by
    another one all the time. An output that is not asked for must be listed as touched
    before its value may change.
    """
    source = random.Random(seed)
    inputs = [False] * len(circuit.data_inputs)
    coins = [False] * len(circuit.random_inputs)
    followed = way(circuit, Network(), lambda index: int(coins[index]))
    told: dict[int, bool] = {}
    for _ in range(rounds):
        followed.next_round()
        coins[:] = [bool(source.getrandbits(1)) for _ in coins]
        for _ in range(source.randrange(4)):
            node = source.randrange(len(inputs))
            inputs[node] = bool(source.getrandbits(1))
            followed.set_input(node, int(inputs[node]))
        wanted = evaluate(circuit, assignment(circuit, inputs, coins))
        for index in followed.take_touched():
            told.pop(index, None)
        for index, value in told.items():
            assert wanted[index] == value
        for index in range(len(wanted)):
            if source.random() < 0.5:
                assert followed.output(index) == int(wanted[index])
                told[index] = wanted[index]


@pytest.mark.parametrize("way", WAYS)
def test_outputs_and_notices_are_right_on_random_circuits(way: str) -> None:
    for seed in range(150):
        circuit = random_circuit(seed, data=5, coins=seed % 3, gates=5 + seed % 30, outputs=4)
        changed_and_asked(WAYS[way], circuit, seed, 60)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_read_need_not_be_set(way: str) -> None:
    for seed in range(60):
        circuit = random_circuit(seed, data=6, coins=1, gates=4, outputs=2)
        followed = WAYS[way](circuit, Network(), lambda _: 0)
        followed.next_round()
        for node in followed.reads & set(circuit.data_inputs):
            followed.set_input(node, 1)
        wanted = evaluate(circuit, assignment(circuit, [True] * 6, [False]))
        assert [followed.output(index) for index in range(2)] == list(map(int, wanted))


class Tossed:
    """Coins as variables, and which of them were needed."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.number = 0
        self.known: set[tuple[int, int]] = set()

    def __call__(self, index: int) -> int:
        self.known.add((self.number, index))
        return self.network.variable(("coin", self.number, index))


def tables(network: Network, literals: list[int]) -> list[int]:
    """The truth tables of some literals, over all variables of data and of 5 rounds at most."""
    keys = network.variables()
    width = 1 << len(keys)
    columns = {
        key: sum(1 << row for row in range(width) if row >> bit & 1) for bit, key in enumerate(keys)
    }
    return network.evaluate(literals, columns, width)


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_both_ways_build_the_same_functions(seed: int) -> None:
    """With variables, by truth tables; and scans need no more coins."""
    for one in range(seed, seed + 20):
        circuit = random_circuit(one, data=4, coins=one % 3, gates=5 + one % 40, outputs=4)
        network, source = Network(), random.Random(one)
        tossed = {name: Tossed(network) for name in WAYS}
        both = {name: WAYS[name](circuit, network, tossed[name]) for name in WAYS}
        data = [network.variable(("data", 0, k)) for k in range(3)]
        for number in range(1, 6):
            changed = {
                source.randrange(4): source.choice([0, 1, *data, *[x ^ 1 for x in data]])
                for _ in range(source.randrange(5))
            }
            asked = [index for index in range(4) if source.random() < 0.5]
            found: list[list[int]] = []
            for name, followed in both.items():
                tossed[name].number = number
                followed.next_round()
                for node, literal in changed.items():
                    followed.set_input(node, literal)
                found.append([followed.output(index) for index in asked])
            assert tables(network, found[0]) == tables(network, found[1])
            assert tossed["scans"].known <= tossed["events"].known


def _large(back: Callable[[int], int]) -> Circuit:
    """Gate number k reads two nodes that lie so many places back."""
    builder = Builder(interface(8), share=False)
    wires = list(range(16))
    while len(wires) < 50_000:
        distance = back(len(wires))
        op = (Op.AND, Op.OR, Op.XOR)[len(wires) % 3]
        wires.append(builder.gate(op, (wires[-distance], ~wires[-distance - 1])))
    return builder.build(wires[-8:])


def _half(k: int) -> int:
    return k // 2


def _near(k: int) -> int:
    return 1 + k % 8


@pytest.mark.parametrize(
    ("back", "rounds", "again", "way"),
    [
        (_half, 50, False, ScannedCircuit),
        (_half, 2000, False, EventCircuit),
        (_half, 2000, True, ScannedCircuit),
        (_near, 50, False, EventCircuit),  # deep
    ],
)
def test_what_is_large_and_wide_is_scanned_for_few_rounds(
    back: Callable[[int], int], rounds: int, again: bool, way: type
) -> None:
    circuit = _large(back)
    assert isinstance(follow(circuit, Network(), lambda _: 0, rounds, again=again), way)


def _always_held(circuit: Any, node: int, changed: int) -> bool:
    return bool(circuit._held_by[node] >= 0)


def _never_expires(circuit: Any) -> None:
    return None


def _nothing_is_scanned_again(circuit: Any) -> None:
    if not circuit._touched.all():
        circuit._is_scanned = True
    else:
        _scan(circuit)


_scan: Callable[[Any], None] = vars(ScannedCircuit)["_scan"]


def _nothing_is_new(level: Any, simpler: Any, new: Any) -> None:
    _look_at(level, simpler, new)
    new[level.low : level.high] = False


def _false_at_first(level: Any, simpler: Any, new: Any) -> None:
    here = slice(level.low, level.high)
    simpler[here] = simpler[here].clip(0)
    _look_at(level, simpler, new)


_look_at = scanned.look_at


def _no_signs(level: Any, simpler: Any, new: Any) -> None:
    _look_at(replace(level, left_sign=level.left_sign * 0), simpler, new)


BUGS: dict[str, tuple[str, str, Any]] = {
    "a gate stays held": ("events", f"{EVENTS}._is_held_without", _always_held),
    "coins stay": ("events", f"{EVENTS}.next_round", _never_expires),
    "coins of scans stay": ("scans", f"{SCANNED}.next_round", _never_expires),
    "scanned once": ("scans", f"{SCANNED}._scan", _nothing_is_scanned_again),
    "nothing is new": ("scans", "dlmcheck.verify.engines.scanned.look_at", _nothing_is_new),
    "gates are false before the first scan": (
        "scans",
        "dlmcheck.verify.engines.scanned.look_at",
        _false_at_first,
    ),
    "signs are ignored": ("scans", "dlmcheck.verify.engines.scanned.look_at", _no_signs),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    way, name, planted = BUGS[bug]
    monkeypatch.setattr(name, planted)
    with pytest.raises(AssertionError):
        test_outputs_and_notices_are_right_on_random_circuits(way)
