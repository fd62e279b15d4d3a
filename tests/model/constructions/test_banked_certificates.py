"""A second road: the kernel checks the banked constructions step by step, from their own hints.

No law is computed here, so that circuits may be larger than what the reference can enumerate.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked, Mistake
from dlmcheck.model.constructions.shorter import (
    compile_binary_revision,
    compile_clocked_remasking,
    compile_clocked_revision,
    compile_growing_revision,
    compile_split_remasking,
    compile_ternary_revision,
)
from dlmcheck.model.domains import small_layers
from dlmcheck.model.families.layered_random import block_layers, random_layered
from dlmcheck.model.mutations import flip_gate
from dlmcheck.spec.lattice import End, Stop
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.model.constructions.banked import (
    SAME,
    Compile,
    alternating,
    late_reader,
    outcome,
    some_small_circuits,
)

ALL: tuple[Compile, ...] = (
    compile_revision,
    compile_remasking,
    compile_binary_revision,
    compile_growing_revision,
    compile_ternary_revision,
    compile_split_remasking,
    compile_clocked_revision,
    compile_clocked_remasking,
)


def is_certified(banked: Banked) -> bool:
    certificate = Simulation(banked.writes, banked.coins)
    try:
        checked = check_simulation("banked", banked.schedule, banked.circuit, certificate)
    except Rejected:
        return False
    return checked.verdict is Verdict.PROVED


@pytest.mark.parametrize("compile_", ALL)
@pytest.mark.parametrize("end", list(End))
def test_small_circuits_are_certified(compile_: Compile, end: End) -> None:
    for circuit in some_small_circuits()[::8]:
        assert is_certified(compile_(circuit, layers=small_layers(circuit), end=end))


@pytest.mark.parametrize("compile_", ALL)
def test_larger_circuits_are_certified(compile_: Compile) -> None:
    circuit = random_layered(0, 2, 4, 6, 9, inverted=True, fan_in=3)
    assert is_certified(compile_(circuit, layers=block_layers(circuit, 6)))
    assert is_certified(compile_(late_reader()))


@pytest.mark.parametrize("compile_", [compile_binary_revision, compile_growing_revision])
def test_shorter_counters_of_a_fixed_stop_are_certified(compile_: Compile) -> None:
    for d in range(10):
        assert is_certified(compile_(alternating(d), stop=Stop.FIXED_ROUNDS))


@pytest.mark.parametrize("mistake", list(Mistake))
def test_canary_no_mistake_is_certified_where_the_law_is_wrong(mistake: Mistake) -> None:
    wrong = 0
    for compile_ in (compile_revision, compile_remasking):
        if compile_ is compile_revision and mistake in (
            Mistake.ALWAYS_LEFT,
            Mistake.REMASKS_AT_END,
        ):
            continue
        for d in range(1, 8):
            for end in End:
                banked = compile_(alternating(d), mistake=mistake, end=end)
                if outcome(banked.schedule, alternating(d)) != SAME:
                    wrong += 1
                    assert not is_certified(banked)
    assert wrong > 0


@pytest.mark.parametrize("compile_", [compile_revision, compile_remasking])
def test_canary_flipped_gates_are_certified_only_where_they_do_no_harm(compile_: Compile) -> None:
    circuit = alternating(3)
    banked = compile_(circuit)
    rejected = 0
    for part in ("predictor", "unmask"):
        gates = getattr(banked.schedule, part).gates
        for index in range(len(gates)):
            mutant = replace(banked, schedule=flip_gate(banked.schedule, part, index))
            if is_certified(mutant):
                assert outcome(mutant.schedule, circuit) == SAME
            else:
                rejected += 1
    assert rejected > 10
