"""Sweeping: what it proves the kernel accepts, what it refutes differs, limits are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families.layered_random import random_layered
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.rewriting import reexpressed, reexpressed_schedule
from dlmcheck.spec.circuit import Circuit, evaluate
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.engines.partners import Partner
from dlmcheck.verify.engines.shown import shown_circuit
from dlmcheck.verify.engines.sweeping import sweep
from dlmcheck.verify.engines.unroll import unroll
from dlmcheck.verify.kernel.merged_simulation import check_merged_simulation
from dlmcheck.verify.kernel.merges import check_equal
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import WrongRun, check_wrong_run
from tests.model.constructions.small_circuits import any_circuit


def at(circuit: Circuit, ones: frozenset[int]) -> tuple[bool, ...]:
    return evaluate(circuit, [node in ones for node in range(len(circuit.inputs))])


@given(st.integers(0, 5000))
def test_other_circuits_are_told_from_equal_ones(seed: int) -> None:
    left = any_circuit(seed, data=2, random=2, gates=6)
    right = any_circuit(seed + 1, data=2, random=2, gates=6)
    count = min(len(left.outputs), len(right.outputs))
    left, right = (Circuit(one.inputs, one.gates, one.outputs[:count]) for one in (left, right))
    found = sweep(left, right)
    if found.different is not None:
        assert at(left, found.different) != at(right, found.different)
    else:
        assert not found.undecided
        check_equal(left, right, found.merges, found.last)


def test_a_difference_that_no_sample_meets_is_found_by_the_solver() -> None:
    """Two conjunctions of forty literals that differ on one input."""
    names = [f"r{i}" for i in range(40)]
    pair: list[Circuit] = []
    for rare in (False, True):
        builder = Builder.with_names(random=names)
        total = builder.xor(0, 1)
        if rare:
            every = builder.and_(*[i if i % 3 else ~i for i in range(40)])
            total = builder.xor(total, every)
        pair.append(builder.build([total]))
    found = sweep(pair[0], pair[1])
    assert found.different is not None
    assert found.different == frozenset(i for i in range(40) if i % 3)
    assert at(pair[0], found.different) != at(pair[1], found.different)


def test_without_time_what_needs_the_solver_is_undecided() -> None:
    """Two orders of a sum of thirty bits, which no small table shows."""
    pair: list[Circuit] = []
    for order in (range(30), reversed(range(30))):
        builder = Builder.with_names(random=[f"r{i}" for i in range(30)])
        first, *rest = order
        total = first
        for node in rest:
            total = builder.xor(total, node)
        pair.append(builder.build([total]))
    found = sweep(pair[0], pair[1], seconds=0)
    assert (found.undecided, found.different, found.is_equal) == ((0,), None, False)


def test_one_seed_gives_one_certificate() -> None:
    circuit = random_layered(5, 3, 9, 20, 12, inverted=True)
    other = reexpressed(reexpressed(circuit, 1), 2)
    assert sweep(circuit, other) == sweep(circuit, other)


def test_every_merge_that_a_sweep_finds_is_accepted_on_a_larger_circuit() -> None:
    """Written in two other ways on both sides: tables alone do not do."""
    circuit = random_layered(11, 4, 24, 60, 15, inverted=True, fan_in=3)
    left, right = reexpressed(circuit, 3), reexpressed(reexpressed(circuit, 1), 2)
    found = sweep(left, right)
    assert found.is_equal
    assert check_equal(left, right, found.merges, found.last) == len(found.merges) > 800


# --- what a run shows ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_run_simulates_the_circuit_that_it_shows(seed: int) -> None:
    circuit = any_circuit(seed, gates=6)
    for reading in (RandomBits.SAMPLED, RandomBits.FREE):
        schedule = compile_write_once(circuit, random_bits=reading).schedule
        rewritten = reexpressed_schedule(schedule, seed)
        for one in (schedule, rewritten):
            shown = shown_circuit(unroll(one), circuit, ())
            assert not isinstance(shown, str)
            # No coin stands for anything yet, so that each is an input of its own.
            assert shown.circuit.inputs[: len(circuit.inputs)] == circuit.inputs
            check_simulation("it", one, shown.circuit, shown.plan)


def test_an_inverted_coin_is_not_shown() -> None:
    circuit = any_circuit(3)
    run = unroll(compile_write_once(circuit).schedule)
    partner = Partner("r0", ("predictor", 1, 0), inverted=True)
    assert shown_circuit(run, circuit, (partner,)) == "the coupling inverts a coin"


# --- ten thousand gates --------------------------------------------------------------------


def test_ten_thousand_rewritten_gates_are_proved_without_a_plan() -> None:
    circuit = random_layered(3, 0, 100, 800, 20, inverted=True)
    schedule = reexpressed_schedule(compile_write_once(circuit).schedule, 0)
    assert schedule.length > 10_000
    result = check_coupling(schedule, circuit)
    assert result.verdict is CouplingVerdict.EQUIVALENT
    assert result.swept > 0
    assert result.by_solver == 0
    assert result.certificate is not None
    checked = check_merged_simulation("it", schedule, circuit, result.certificate)
    assert checked.verdict is Verdict.PROVED


@pytest.mark.parametrize("index", [5_000, 15_000, 21_000])
def test_one_flipped_gate_among_ten_thousand_has_a_witness_or_changes_nothing(index: int) -> None:
    """The cut points fail at the gate; the witness is a seed on which an output differs."""
    circuit = random_layered(3, 0, 100, 800, 20, inverted=True)
    compiled = compile_write_once(circuit)
    flipped = flip_gate(compiled.schedule, "predictor", index)
    with pytest.raises(Rejected, match=r"round \d+: cell \d+ does not write node"):
        check_simulation("it", flipped, circuit, cut_points(compiled))
    result = check_coupling(flipped, circuit, timeout=20_000, certify=True)
    if result.verdict is CouplingVerdict.EQUIVALENT:
        assert result.certificate is not None
        check_merged_simulation("it", flipped, circuit, result.certificate)
        return
    assert result.verdict is CouplingVerdict.REFUTED
    assert result.witness is not None
    assert result.witness.by_run != result.witness.by_circuit
    run = WrongRun("", result.witness.coins, result.witness.round_number, result.witness.cell)
    partners = {p.name: (p.coin, p.inverted) for p in result.partners}
    checked = check_wrong_run("it", flipped, circuit, partners, run)
    assert checked.verdict is Verdict.REFUTED
