"""Slack, cuts, beginnings and local search, against enumeration and against the specification."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.scheduling.cuts import all_cuts, walks
from dlmcheck.model.scheduling.narrow import narrow
from dlmcheck.model.scheduling.orders import beginnings, depth_first, freeing
from dlmcheck.model.scheduling.search import improved
from dlmcheck.model.scheduling.shapes import assignments, wirings
from dlmcheck.model.scheduling.slack import Slack, slack_of
from dlmcheck.spec.assignment import bank_rows, bank_width, check_assignment
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadCircuit, BadInput
from dlmcheck.spec.resources import depth
from tests.model.constructions.small_circuits import any_circuit
from tests.model.constructions.test_carrying import all_random


def cases(count: int = 25, gates: int = 7) -> list[Slack]:
    found: list[Slack] = []
    for seed in range(count):
        circuit = any_circuit(seed, data=1, random=2, gates=gates)
        if circuit.outputs:
            for late in (False, True):
                fewest = slack_of(circuit, late_coins=late)
                found += [fewest, slack_of(circuit, fewest.last + 1, late_coins=late)]
    return found


# --- slack ---------------------------------------------------------------------------------


def test_rows_and_widths_are_those_of_the_specification() -> None:
    for slack in cases():
        for layer in (slack.earliest, slack.latest):
            layers = slack.layers(layer)
            check_assignment(slack.circuit, layers, slack.last, late_coins=slack.late_coins)
            rows = bank_rows(slack.circuit, layers, slack.last)
            assert tuple(slack.row_lengths(layer)) == (rows[:-1] if slack.last else ())
            assert slack.width(layer) == bank_width(slack.circuit, layers, slack.last)


def test_the_fewest_layers_are_the_depth_of_what_is_needed() -> None:
    for family in ("ripple-adder", "parity-tree"):
        circuit = FAMILIES[family](4)
        assert slack_of(circuit).last == depth(circuit)
    with pytest.raises(BadInput, match="at least"):
        slack_of(FAMILIES["parity-tree"](4), 1)


def test_assignments_are_all_of_them() -> None:
    """Against all choices of layers, each looked at by the specification."""
    for circuit in list(wirings(2, 2)):
        for late in (False, True):
            for last in (2, 3):
                found = set(assignments(circuit, last, late_coins=late))
                wanted: set[tuple[int, ...]] = set()
                for layers in product(range(last + 1), repeat=circuit.node_count):
                    try:
                        check_assignment(circuit, layers, last, late_coins=late)
                    except BadCircuit:
                        continue
                    wanted.add(layers)
                assert found == wanted


# --- cuts ----------------------------------------------------------------------------------


def closed_sets(slack: Slack, t: int) -> list[set[int]]:
    """All sets that could stand in layers <= t, by going through all sets."""
    free = [v for v in range(len(slack)) if slack.earliest[v] <= t < slack.latest[v]]
    sure = {v for v in range(len(slack)) if slack.latest[v] <= t}
    found: list[set[int]] = []
    for size in range(len(free) + 1):
        for more in combinations(free, size):
            chosen = sure | set(more)
            if all(set(slack.args[v]) <= chosen for v in chosen):
                found.append(chosen)
    return found


def kept_of(slack: Slack, chosen: set[int]) -> int:
    return sum(slack.is_output[v] or not set(slack.readers[v]) <= chosen for v in chosen)


def test_least_cuts_are_least_over_all_closed_sets() -> None:
    for slack in cases(15, 6):
        cuts = all_cuts(slack)
        for t in range(slack.last):
            idle = slack.idle if t == 0 else 0
            sets = closed_sets(slack, t)
            least = min(kept_of(slack, chosen) for chosen in sets)
            assert cuts.values[t] == least + idle
            entered = {v for v in range(len(slack)) if cuts.entry[v] <= t}
            smallest = min((s for s in sets if kept_of(slack, s) == least), key=len)
            assert entered == smallest
            assert len(walks(slack, t)) == least


def test_no_family_has_an_assignment_below_its_cuts() -> None:
    for name in ("ripple-adder", "prefix-adder", "barrel-shifter"):
        slack = slack_of(all_random(FAMILIES[name](4)))
        cuts = all_cuts(slack)
        for layer in beginnings(slack, cuts.entry):
            rows = slack.row_lengths(layer)
            assert all(cut <= row for cut, row in zip(cuts.values, rows, strict=True))


# --- beginnings and search -----------------------------------------------------------------


def test_every_beginning_is_an_assignment() -> None:
    for slack in cases():
        entry = all_cuts(slack).entry
        kinds = list(beginnings(slack, entry))
        assert len(kinds) == 22
        for layer in kinds:
            layers = slack.layers(layer)
            check_assignment(slack.circuit, layers, slack.last, late_coins=slack.late_coins)


def test_orders_have_arguments_first() -> None:
    for slack in cases():
        outputs = [v if v >= 0 else ~v for v in slack.circuit.outputs]
        for order in (depth_first(slack, outputs), freeing(slack, slack.latest)):
            place = {v: k for k, v in enumerate(order)}
            assert sorted(order) == list(range(len(slack)))
            assert all(place[a] < place[v] for v in order for a in slack.args[v])


def test_the_search_gives_an_assignment_of_the_width_it_says() -> None:
    for slack in cases(15):
        found = improved(slack, slack.earliest, slack.floor, 300)
        layers = slack.layers(found.layer)
        check_assignment(slack.circuit, layers, slack.last, late_coins=slack.late_coins)
        assert found.width == slack.width(found.layer) <= slack.width(slack.earliest)
        assert found.moves <= 300


def test_the_search_improves_what_the_beginnings_leave() -> None:
    slack = slack_of(all_random(FAMILIES["ripple-adder"](8)), late_coins=True)
    early = slack.width(slack.earliest)
    found = improved(slack, slack.earliest, slack.floor, 3000)
    assert found.width < early


def test_the_same_seed_gives_the_same_assignment() -> None:
    slack = slack_of(all_random(FAMILIES["prefix-adder"](8)))
    first = narrow(slack, moves=500, seed=3)
    assert narrow(slack, moves=500, seed=3) == first
    again = slack_of(all_random(FAMILIES["prefix-adder"](8)))
    assert narrow(again, moves=500, seed=3) == first


def test_no_moves_are_allowed() -> None:
    slack = slack_of(all_random(FAMILIES["ripple-adder"](4)))
    found = narrow(slack, moves=0)
    assert found.bound <= found.width == slack.width(found.layer)


def test_a_start_is_never_made_worse_and_more_layers_need_no_more() -> None:
    circuit: Circuit = all_random(FAMILIES["barrel-shifter"](4))
    found = narrow(slack_of(circuit), moves=300)
    for last in range(slack_of(circuit).last, slack_of(circuit).last + 4):
        more = narrow(slack_of(circuit, last), moves=300, start=found.layer)
        assert more.width <= found.width
        found = more
