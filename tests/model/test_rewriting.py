"""Other gates, the same functions; and the kernel accepts what is the same."""

from __future__ import annotations

from itertools import product

import pytest

from dlmcheck.model.families.layered_random import random_layered
from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.model.rewriting import reexpressed, reexpressed_schedule
from dlmcheck.spec.circuit import evaluate
from dlmcheck.verify.compilation import CONSTRUCTIONS, choices, construction
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict


@pytest.mark.parametrize("seed", range(40))
def test_every_output_keeps_its_function(seed: int) -> None:
    circuit = random_circuit(seed, data=3, coins=2, gates=15, outputs=5)
    other = reexpressed(circuit, seed)
    assert (other.inputs, other.output_names) == (circuit.inputs, circuit.output_names)
    for bits in product((False, True), repeat=5):
        assert evaluate(other, bits) == evaluate(circuit, bits)


@pytest.mark.parametrize("edits", CONSTRUCTIONS)
@pytest.mark.parametrize("seed", range(4))
def test_the_certificate_of_a_schedule_holds_for_the_rewritten_one(edits: str, seed: int) -> None:
    """By truth tables, one for each local step; unrolling and hashing alone leaves outputs open."""
    circuit = random_layered(seed, 2, 6, 6, 6, inverted=True)
    built = construction(edits)(circuit, choices("sampled", "arguments"))
    other = reexpressed_schedule(built.schedule, seed)
    assert built.plan is not None
    assert check_simulation("x", other, circuit, built.plan).verdict is Verdict.PROVED
    found = check_coupling(other, circuit)
    assert found.verdict is CouplingVerdict.EQUIVALENT
