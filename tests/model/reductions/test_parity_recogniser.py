"""From a write-once sampler with deterministic F to a recogniser of its support."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from dlmcheck.model.families.parity import parity_tree as xor_tree
from dlmcheck.model.mutations import mutants
from dlmcheck.model.reductions.folding import Folder, Wire, constant, without_xor
from dlmcheck.model.reductions.parity_recogniser import (
    MOST_COINS,
    Recogniser,
    draw_seeds,
    seeded_recogniser,
    seeds_needed,
    support_recogniser,
)
from dlmcheck.model.samplers.mask_memory import parity_chain
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.samplers.wires import Wires, parity_schedule
from dlmcheck.spec.circuit import Circuit, evaluate
from dlmcheck.spec.errors import BadPoint, DlmcheckError
from dlmcheck.spec.resources import measure
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import Encoding, State
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.engines.cointables import evaluate_columns
from tests.model.samplers.zoo import DETERMINISTIC_WRITE_ONCE, Entry, even

each = pytest.mark.parametrize("entry", DETERMINISTIC_WRITE_ONCE, ids=lambda entry: entry.name)


def accepted(circuit: Circuit) -> set[State]:
    """The inputs on which the only output is 1; all of them are tried at once."""
    n = len(circuit.inputs)
    size = 1 << n
    inputs = [sum((s >> i & 1) << s for s in range(size)) for i in range(n)]
    (column,) = evaluate_columns(circuit, inputs, (1 << size) - 1)
    return {tuple(s >> i & 1 for i in range(n)) for s in range(size) if column >> s & 1}


@each
def test_the_recogniser_of_every_sampler_computes_parity(entry: Entry) -> None:
    for n in entry.sizes(10):
        recogniser = support_recogniser(entry.make(n))
        assert accepted(recogniser.circuit) == set(even(n)), n
        assert recogniser.rounds == entry.rounds(n)
        assert recogniser.circuit.random_inputs == ()


@each
def test_evaluated_by_the_definition_it_says_the_same(entry: Entry) -> None:
    for n in entry.sizes(5):
        circuit = support_recogniser(entry.make(n)).circuit
        for z in product((False, True), repeat=n):
            assert evaluate(circuit, z) == (sum(z) % 2 == 0,)


def test_there_are_nine_samplers_to_reduce() -> None:
    assert len(DETERMINISTIC_WRITE_ONCE) == 9


@each
def test_the_depth_is_within_rounds_times_the_samplers_depths(entry: Entry) -> None:
    for n in entry.sizes(12):
        recogniser = support_recogniser(entry.make(n))
        assert recogniser.resources.depth <= recogniser.depth_bound
        assert recogniser.checks <= 2 * n * recogniser.rounds


def test_measured_depth_and_size_of_some_recognisers() -> None:
    def figures(schedule: Schedule) -> tuple[int, int]:
        found = support_recogniser(schedule).resources
        return found.depth, found.size

    assert figures(parity_two_rounds(12)) == (3, 16)
    assert [figures(parity_chain(n, clock=True)) for n in (4, 8, 12)] == [
        (3, 8),
        (11, 31),
        (13, 37),
    ]


def test_without_xor_gates_it_is_a_circuit_of_and_or_not() -> None:
    for n in (3, 8, 10):
        recogniser = support_recogniser(parity_chain(n))
        plain = without_xor(recogniser.circuit)
        assert recogniser.resources.uses_xor
        assert not measure(plain).uses_xor
        assert accepted(plain) == set(even(n))


@each
def test_mutants_are_reduced_to_recognisers_of_their_own_support(entry: Entry) -> None:
    """The reduction knows nothing of parity: it finds the support of whatever is sampled."""
    checked, other_support = 0, 0
    for mutant in mutants(entry.make(4), seed=1, count=80):
        if isinstance(mutant.result, DlmcheckError):
            continue
        try:
            support = set(statelaw.output_law(mutant.result).weights)
            recogniser = support_recogniser(mutant.result)
        except DlmcheckError:
            continue
        checked += 1
        other_support += support != set(even(4))
        assert accepted(recogniser.circuit) == support, mutant.description
    assert checked >= 20
    assert other_support >= 5


def test_another_encoding_is_followed() -> None:
    """With a = 01 and b = 00 every value bit that the circuits read means something else."""
    swapped = replace(parity_two_rounds(3), encoding=Encoding((False, True), (False, False)))
    support = set(statelaw.output_law(swapped).weights)
    assert accepted(support_recogniser(swapped).circuit) == support


def test_outputs_in_another_order_are_followed() -> None:
    schedule = parity_chain(5)
    turned = replace(schedule, output=(4, 2, 0, 1, 3))
    one_sided = biased(turned)
    assert accepted(support_recogniser(one_sided).circuit) == set(
        statelaw.output_law(one_sided).weights
    )


def biased(schedule: Schedule) -> Schedule:
    """Cell 0 always 1: a support that is not symmetric under permutations."""
    p = schedule.predictor
    high = p.outputs[0]
    return replace(schedule, predictor=replace(p, outputs=(high, ~high, *p.outputs[2:])))


# --- seeds ---------------------------------------------------------------------------------


def many_coins(n: int, width: int) -> Schedule:
    """Two rounds, but every fair bit is the XOR of many."""
    w = Wires(n, random=(n - 1) * width)
    lows = [w.parity_of(*(w.coin(i * width + j) for j in range(width))) for i in range(n - 1)]
    last = w.parity_of(*map(w.value, range(n - 1)))
    return parity_schedule(n, 2, w.values([*lows, last]), parity_two_rounds(n).unmask)


def complete(schedule: Schedule, first: int) -> tuple[int, Recogniser]:
    """The first number from `first` on whose seeds accept all of the support."""
    n = schedule.length
    for number in range(first, first + 20):
        found = seeded_recogniser(schedule, draw_seeds(schedule, seeds_needed(n), number))
        if accepted(found.circuit) == set(even(n)):
            return number, found
    raise AssertionError("no complete seeds in 20 draws")


@pytest.mark.parametrize("n", [2, 4, 6, 8])
def test_a_few_seeds_take_the_place_of_all_coins(n: int) -> None:
    schedule = many_coins(n, 8)
    _, seeded = complete(schedule, 0)
    assert accepted(support_recogniser(schedule).circuit) == set(even(n))
    assert seeded.resources.depth <= seeded.depth_bound


@each
def test_seeds_suffice_for_every_sampler(entry: Entry) -> None:
    for n in entry.sizes(7):
        complete(entry.make(n), 0)


def test_no_seeds_ever_accept_an_odd_string() -> None:
    schedule = parity_chain(6)
    for number in range(10):
        for count in range(4):
            seeded = seeded_recogniser(schedule, draw_seeds(schedule, count, number))
            assert accepted(seeded.circuit) <= set(even(6))


def test_canary_too_few_seeds_miss_even_strings() -> None:
    schedule = parity_two_rounds(5)
    assert accepted(seeded_recogniser(schedule, draw_seeds(schedule, 1, 0)).circuit) != set(even(5))


def test_too_many_coins_ask_for_seeds() -> None:
    with pytest.raises(BadPoint, match="or seeds"):
        support_recogniser(many_coins(3, MOST_COINS + 1))
    complete(many_coins(3, MOST_COINS + 1), 0)
    with pytest.raises(BadPoint, match="seeds for 16"):
        seeded_recogniser(many_coins(3, 8), [(True,)])


def test_seeds_are_the_same_every_time() -> None:
    schedule = parity_chain(6)
    assert draw_seeds(schedule, 3, 7) == draw_seeds(schedule, 3, 7)
    assert draw_seeds(schedule, 3, 7) != draw_seeds(schedule, 3, 8)


# --- the hypotheses ------------------------------------------------------------------------


def test_canary_a_wrong_sampler_gives_no_parity_circuit() -> None:
    assert accepted(support_recogniser(biased(parity_chain(5))).circuit) != set(even(5))


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        (parity_revision(4), "edits revise-token"),
        (parity_independent_unmasking(4), "F draws coins"),
        (parity_joint_unmasking(4), "F draws coins"),
        (parity_after_sampling(4), "F sees the candidates"),
        (replace(parity_chain(4), output=(0, 1, 2), output_names=("a", "b", "c")), "4 cells, 3 of"),
        (replace(parity_chain(4), data_cells=(0,), data_names=("a",)), "cells shown"),
    ],
)
def test_samplers_outside_the_hypotheses_are_refused(schedule: Schedule, reason: str) -> None:
    with pytest.raises(BadPoint, match=reason):
        support_recogniser(schedule)


def test_why_f_must_be_deterministic() -> None:
    """With the coins of F fixed the reduction works, but for a part of the support only."""
    schedule = parity_independent_unmasking(4)
    f = schedule.unmask
    n = schedule.length
    parts: list[set[State]] = []
    for coins in range(1 << len(f.random_inputs)):
        chosen = [bool(coins >> j & 1) for j in range(len(f.random_inputs))]
        parts.append(
            accepted(support_recogniser(replace(schedule, unmask=_fixed(f, chosen))).circuit)
        )
    assert set().union(*parts) == set(even(n))
    # Some setting of F's coins loses strings, or the trace of a string is not its own.
    assert any(part != set(even(n)) for part in parts)


def _fixed(circuit: Circuit, coins: list[bool]) -> Circuit:
    first = len(circuit.inputs) - len(coins)
    folder = Folder(circuit.inputs[:first])
    inputs: list[Wire] = [*range(first), *(constant(bit) for bit in coins)]
    return folder.finish(folder.inline(circuit, inputs))


def test_it_is_the_complement_of_a_parity_circuit() -> None:
    odd = accepted(xor_tree(6, False))
    assert accepted(support_recogniser(parity_two_rounds(6)).circuit).isdisjoint(odd)
    assert len(odd) == 32
