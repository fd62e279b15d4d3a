"""Even-parity samplers with one thing wrong: each must be caught, and for the right reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from dlmcheck.model.mutations import mutants
from dlmcheck.model.reductions.folding import Constant, Folder, Wire, constant, negated
from dlmcheck.model.samplers.mask_memory import Node, parity_chain, parity_on_tree, parity_tree
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import (
    parity_remask_blocks,
    parity_remask_clock,
    parity_remask_state_only,
)
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.samplers.wires import Wires, parity_schedule
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput, DlmcheckError, LeavesMask
from dlmcheck.spec.lattice import Edits, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.engines import statelaw
from tests.model.samplers.zoo import ZOO, Entry, even


def is_exact(schedule: Schedule) -> bool:
    return statelaw.output_law(schedule).is_uniform_on(even(len(schedule.output)))


def parities(schedule: Schedule) -> set[int]:
    return {sum(z) % 2 for z in statelaw.output_law(schedule).weights}


# --- revision: boundary values and neighbours ----------------------------------------------


def revision_variant(
    n: int,
    *,
    neighbour: Callable[[int], int] = lambda i: i - 1,
    first: bool = False,
    last: str = "0",
) -> Schedule:
    """The sampler of Theorem 4.1 with another neighbour, y_(-1) = 1, or another y_(n-1)."""
    w = Wires(n, random=n)
    fresh = [w.coin(i) for i in range(n - 1)]
    fresh.append({"0": w.zero(), "1": w.one(), "fair": w.coin(n - 1)}[last])
    lows: list[int] = []
    for i in range(n):
        others = [w.value(i), *([w.value(neighbour(i))] if 0 <= neighbour(i) < n else [])]
        z = w.parity_of(*others)
        lows.append(w.builder.mux(w.masked(i), fresh[i], ~z if first and i == 0 else z))
    f = Wires(n)
    return parity_schedule(
        n,
        2,
        w.values(lows),
        f.marks([f.one()] * n),
        edits=Edits.REVISE_TOKEN,
        absorbing=False,
    )


def test_the_variant_without_a_change_is_the_sampler() -> None:
    assert all(is_exact(revision_variant(n)) for n in range(1, 7))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_canary_revision_with_wrong_boundary_values_gives_odd_strings(n: int) -> None:
    assert parities(revision_variant(n, first=True)) == {1}
    assert parities(revision_variant(n, last="1")) == {1}
    assert parities(revision_variant(n, last="fair")) == {0, 1}
    # Two errors undo each other.
    assert is_exact(revision_variant(n, first=True, last="1"))


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_canary_revision_with_a_wrong_neighbour(n: int) -> None:
    assert parities(revision_variant(n, neighbour=lambda i: i - 2)) == {0, 1}
    assert parities(revision_variant(n, neighbour=lambda _: -1)) == {0, 1}
    # The neighbour on the other side, with y_(n-1) = 0 and no cell behind it: y_0 stays.
    assert parities(revision_variant(n, neighbour=lambda i: i + 1)) == {0, 1}


# --- the clock -----------------------------------------------------------------------------


def frozen(schedule: Schedule, number: int) -> Schedule:
    """The schedule without its clock: every circuit is told the same round number."""

    def stopped(circuit: Circuit) -> Circuit:
        cells = 2 * schedule.length
        coins = len(circuit.random_inputs)
        folder = Folder(interface(schedule.length, random=coins))
        clock = [constant(bool(number >> j & 1)) for j in range(schedule.clock_bits)]
        inputs: list[Wire] = [*range(cells), *clock, *range(cells, cells + coins)]
        return folder.finish(folder.inline(circuit, inputs))

    return replace(
        schedule,
        predictor=stopped(schedule.predictor),
        unmask=stopped(schedule.unmask),
        remask=None if schedule.remask is None else stopped(schedule.remask),
        clock_bits=0,
    )


CLOCKED: Sequence[Callable[[int], Schedule]] = (
    lambda n: parity_revision(n, clock=True),
    parity_remask_blocks,
    parity_remask_clock,
    lambda n: parity_independent_unmasking(n, clock=True),
    lambda n: parity_joint_unmasking(n, clock=True),
)


@pytest.mark.parametrize("make", CLOCKED)
def test_canary_a_sampler_that_needs_its_clock_fails_without_it(
    make: Callable[[int], Schedule],
) -> None:
    for n in (2, 4, 6):
        schedule = make(n)
        for number in range(1, schedule.rounds + 1):
            assert verdict(frozen(schedule, number)) in ("wrong law", "LeavesMask"), (n, number)


def test_the_block_shape_asks_g_for_two_answers_on_one_state() -> None:
    def conflicts(n: int) -> set[tuple[int, ...]]:
        """Full states that lose a token in one round and are the output after another."""
        schedule = parity_remask_blocks(n)
        kept = set(statelaw.output_law(schedule).weights)
        return kept & set(written_states(schedule, (2, 3)))

    assert conflicts(2) == {(0, 0)}
    assert {(0, 0, 0, 0), (1, 0, 1, 0)} <= conflicts(4)
    assert {(0,) * 6, (1, 0) * 2 + (0, 0)} <= conflicts(6)


def written_states(schedule: Schedule, numbers: Sequence[int]) -> list[tuple[int, ...]]:
    """States after the write of these rounds in which G then masks a cell."""
    found: list[tuple[int, ...]] = []
    for number in numbers:
        # Stop before G of that round: the same run, with a G that is switched off there.
        cut = replace(schedule, rounds=number, remask=silenced(schedule, number))
        before = set(statelaw.laws_by_round(cut)[-1].weights)
        after = statelaw.laws_by_round(replace(schedule, rounds=number))[-1].weights
        found += [state for state in before if state not in after]
    return found


def silenced(schedule: Schedule, number: int) -> Circuit:
    """The remasking circuit, selecting nothing in one round."""
    assert schedule.remask is not None
    folder = Folder(schedule.remask.inputs)
    flags = folder.inline(schedule.remask, list(range(len(schedule.remask.inputs))))
    first = 2 * schedule.length
    bits = range(schedule.clock_bits)
    now = folder.all_of([first + j if number >> j & 1 else ~(first + j) for j in bits])
    assert not isinstance(now, Constant)
    return folder.finish([folder.all_of([flag, ~now]) for flag in flags])


# --- layouts -------------------------------------------------------------------------------


def with_spare_cell(schedule: Schedule) -> Schedule:
    """An even-n sampler used for n + 1: one fair cell is simply added."""
    n = schedule.length

    def wider(circuit: Circuit, *, predicts: bool) -> Circuit:
        coins = len(circuit.random_inputs)
        folder = Folder(
            interface(n + 1, clock_bits=schedule.clock_bits, random=coins + int(predicts))
        )
        clock = range(2 * n + 2, 2 * n + 2 + schedule.clock_bits)
        drawn = range(clock.stop, clock.stop + coins)
        outputs = folder.inline(circuit, [*range(2 * n), *clock, *drawn])
        spare: list[Wire] = [Constant.ZERO, drawn.stop] if predicts else [2 * n]
        return folder.finish([*outputs, *spare])

    return replace(
        schedule,
        length=n + 1,
        predictor=wider(schedule.predictor, predicts=True),
        unmask=wider(schedule.unmask, predicts=False),
        output=tuple(range(n + 1)),
        output_names=tuple(f"z{i}" for i in range(n + 1)),
        stop=Stop.FIXED_ROUNDS,
        labels=(),
    )


@pytest.mark.parametrize("clock", [False, True])
def test_canary_the_even_layout_is_wrong_for_odd_n(clock: bool) -> None:
    for n in (3, 5, 7):
        spoilt = with_spare_cell(parity_independent_unmasking(n - 1, clock=clock))
        assert parities(spoilt) == {0, 1}
    with pytest.raises(BadInput, match="an even n"):
        parity_remask_blocks(3)


def test_canary_the_chain_with_n_over_2_rounds_is_no_sampler_for_n_2() -> None:
    assert is_exact(parity_chain(2))
    with pytest.raises(LeavesMask) as caught:
        statelaw.output_law(replace(parity_chain(2), rounds=1))
    assert caught.value.state in ((0, MASK), (1, MASK))


def test_canary_a_round_too_few_leaves_masks() -> None:
    for schedule in (parity_chain(8), parity_tree(8), parity_independent_unmasking(6)):
        with pytest.raises(LeavesMask):
            statelaw.output_law(replace(schedule, rounds=schedule.rounds - 1))


def with_policy(schedule: Schedule, flags: dict[int, Wire], folder: Folder) -> Schedule:
    """Other flags for some cells, built in the folder over F's inputs."""
    wires = folder.inline(schedule.unmask, list(range(len(schedule.unmask.inputs))))
    outputs = [flags.get(i, wire) for i, wire in enumerate(wires)]
    return replace(schedule, unmask=folder.finish(outputs))


def swapped_pair(schedule: Schedule, a: int, b: int) -> Schedule:
    """F writes first the other cell of a pair; which cell is second stays as it is."""
    folder = Folder(schedule.unmask.inputs)
    wires = folder.inline(schedule.unmask, list(range(len(schedule.unmask.inputs))))
    both: Wire = folder.all_of([2 * a, 2 * b])
    flags: dict[int, Wire] = {
        own: folder.any_of(
            [folder.all_of([both, wires[other]]), folder.all_of([negated(both), wires[own]])]
        )
        for own, other in ((a, b), (b, a))
    }
    return with_policy(schedule, flags, folder)


def test_canary_a_pair_that_carries_the_wrong_bit() -> None:
    assert parities(swapped_pair(parity_chain(8), 6, 7)) == {1}
    assert parities(swapped_pair(parity_chain(8), 4, 5)) == {1}


def test_canary_a_tree_whose_grandchildren_are_forgotten() -> None:
    root = Node(4, (7, 8), (), (Node(3, (5, 6), (), (Node(2, (3, 4), (0, 1, 2)),)),))
    schedule = parity_on_tree(root, clock=True)
    assert is_exact(schedule)
    folder = Folder(schedule.unmask.inputs)
    blind: list[Wire] = list(range(len(schedule.unmask.inputs)))
    blind[2 * 3 + 1] = blind[2 * 4 + 1] = Constant.ZERO
    wires = folder.inline(schedule.unmask, blind)
    assert parities(with_policy(schedule, {7: wires[7], 8: wires[8]}, folder)) == {0, 1}


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_canary_a_ring_that_takes_in_the_marker(n: int) -> None:
    """If cell 0 is masked by the marker instead of the last ring cell, the check sees 0."""
    schedule = parity_remask_state_only(n)
    g = Wires(n)
    marks = [g.all_of(g.masked(n - 1), g.value((i - 1) % (n - 1))) for i in range(n - 2)]
    spoilt = replace(schedule, remask=g.marks([*marks, g.zero(), g.zero()]))
    assert parities(spoilt) == {0, 1}


def test_canary_candidates_of_the_wrong_neighbour() -> None:
    n = 5
    f = Wires(n, candidates=True)
    ring = [
        f.all_of(f.masked(i), f.any_of(f.visible(3), ~f.candidate((i + 1) % 3))) for i in range(3)
    ]
    flags = [*ring, f.masked(3), f.all_of(f.masked(4), f.visible(3))]
    spoilt = statelaw.output_law(replace(parity_after_sampling(n), unmask=f.marks(flags)))
    # The parity still comes out even, but strings are missing.
    assert set(spoilt.weights) < set(even(n))


# --- single mutations of every sampler -----------------------------------------------------


def verdict(schedule: Schedule) -> str:
    try:
        return "exact" if is_exact(schedule) else "wrong law"
    except DlmcheckError as error:
        return type(error).__name__


@pytest.mark.parametrize("entry", ZOO, ids=lambda entry: entry.name)
def test_canary_most_single_mutations_are_caught(entry: Entry) -> None:
    found = [
        "no schedule" if isinstance(mutant.result, DlmcheckError) else verdict(mutant.result)
        for mutant in mutants(entry.make(4), seed=0, count=60)
    ]
    assert len(found) == 60
    assert found.count("wrong law") >= 10
    assert found.count("exact") <= 25
