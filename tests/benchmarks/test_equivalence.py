"""The ways of the benchmark on equivalence agree on small cases, and see a difference."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from benchmarks.equivalence import (
    SAME,
    by_cut_points,
    by_merges,
    by_miter,
    by_sweeping,
    case,
    miter,
    random_mix,
    timings,
)
from benchmarks.measure import agreed
from dlmcheck.spec.circuit import evaluate
from dlmcheck.spec.resources import levels
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.kernel.results import Rejected


@pytest.mark.parametrize("rewritten", [False, True])
def test_all_ways_agree_on_a_small_case(*, rewritten: bool) -> None:
    found = case(60, rewritten=rewritten)
    measured = timings(found, limit=60.0, repeat=1)
    assert agreed(measured) == SAME
    assert all(one.answer == SAME for one in measured[:4])


@pytest.mark.parametrize("rewritten", [False, True])
def test_the_unrolled_run_is_the_circuit_on_every_seed(*, rewritten: bool) -> None:
    found = case(40, rewritten=rewritten)
    circuit = circuit_from_json(found.circuit)
    for bits in list(product((False, True), repeat=len(circuit.inputs)))[::97]:
        assert evaluate(found.unrolled, bits) == evaluate(circuit, bits)


def test_canary_another_circuit_is_told_apart() -> None:
    found = case(60, rewritten=True)
    circuit = circuit_from_json(found.circuit)
    outputs = (~circuit.outputs[0], *circuit.outputs[1:])
    other = replace(found, circuit=circuit_to_json(replace(circuit, outputs=outputs)))
    with pytest.raises(Rejected):
        by_cut_points(other)
    with pytest.raises(SystemExit):
        by_sweeping(other, 10.0)
    with pytest.raises(SystemExit):
        by_merges(other, 10.0)
    assert by_miter(miter(other)) == "different"


def test_the_workload_is_made_from_its_numbers_alone_and_has_no_dead_gate() -> None:
    circuit = random_mix(500, 20, 16)
    assert circuit == random_mix(500, 20, 16)
    assert (len(circuit.gates), max(levels(circuit))) == (500, 20)
    read = {arg if arg >= 0 else ~arg for gate in circuit.gates for arg in gate.args}
    assert set(range(16, circuit.node_count)) <= read | set(circuit.outputs)
