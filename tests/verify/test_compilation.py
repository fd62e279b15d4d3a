"""The certificates that compilations propose for themselves are accepted by the kernel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.families.layered_random import random_layered
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.compilation import CONSTRUCTIONS, Optimise, choices, construction
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict

STATED = choices("sampled", "arguments")


@pytest.mark.parametrize("edits", CONSTRUCTIONS)
@pytest.mark.parametrize("optimise", [Optimise.NOTHING, Optimise.WIDTH, Optimise.WIDTH_AND_COINS])
@pytest.mark.parametrize("seed", range(6))
def test_random_circuits_with_constants_copies_and_dead_gates(
    edits: str, optimise: Optimise, seed: int
) -> None:
    """Also where the layers of the gates were chosen, and cells hold nodes of other layers."""
    if edits == "write-once" and optimise is not Optimise.NOTHING:
        return
    circuit = random_layered(seed, 3, 4, 5, 12 + 5 * seed, inverted=True)
    built = construction(edits)(circuit, replace(STATED, optimise=optimise, moves=200))
    assert built.plan is not None
    schedule = schedule_from_json(schedule_to_json(built.schedule))
    assert check_simulation("x", schedule, circuit, built.plan).verdict is Verdict.PROVED


@pytest.mark.parametrize("edits", ["remask", "revise"])
def test_equal_gates_that_padding_moves_keep_their_origins(edits: str) -> None:
    """Two equal constants, each put below its own first reader: in the other order than before."""
    inputs = (Input("a", InputKind.RANDOM), Input("b", InputKind.RANDOM))
    gates = (
        Gate(Op.CONST1),
        Gate(Op.CONST1),
        Gate(Op.XOR, (0, 3)),
        Gate(Op.AND, (4, 1)),
        Gate(Op.XOR, (5, 2)),
    )
    circuit = Circuit(inputs, gates, (6,), ("o",))
    built = construction(edits)(circuit, STATED)
    assert built.plan is not None
    check_simulation("x", built.schedule, circuit, built.plan)


def test_canary_the_schedule_of_another_seed_is_rejected() -> None:
    circuits = [random_layered(seed, 3, 4, 5, 12, inverted=True) for seed in (1, 2)]
    first, second = (construction("revise")(circuit, STATED) for circuit in circuits)
    assert first.plan is not None
    with pytest.raises(Rejected, match="does not write node"):
        check_simulation("x", second.schedule, circuits[0], first.plan)
