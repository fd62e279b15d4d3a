"""Theorem 3.2 for every layered circuit: the steps on concrete runs."""

from __future__ import annotations

import pytest

from dlmcheck.spec.lattice import End
from dlmcheck.verify.kernel.induction import Step, check_step
from dlmcheck.verify.proofs.banks import slots
from dlmcheck.verify.proofs.remasking import TwoBanks
from tests.verify.proofs.remasking_scenes import scenes
from tests.verify.proofs.rounds import countermodels, rows


def steps(end: End) -> list[Step]:
    base, others = TwoBanks(end).steps()
    return [*base, *others]


@pytest.mark.parametrize("end", End)
def test_every_step_has_a_scene(end: End) -> None:
    assert {step.name for step in steps(end)} == set(scenes(end))


CASES = [
    pytest.param(end, step, id=f"{end.value}: {step.name}")
    for end in End
    for step in steps(end)
    if step not in slots()  # whose scenes are those of revision
]
UNSEEN = ("at the start", "layer t+1 is due")
"""Steps on conditions of a visible bank's layers too, of which a round shows nothing."""


@pytest.mark.parametrize(("end", "step"), CASES)
def test_the_step_says_what_the_schedule_does(end: End, step: Step) -> None:
    check_step(step)
    scene = scenes(end)[step.name]
    for row in rows(step):
        if row.premises or not step.name.startswith(UNSEEN):
            assert scene(row.atoms, False) == row.conclusion, row.atoms


@pytest.mark.parametrize(("end", "step"), CASES)
def test_countermodels_replay_as_rounds(end: End, step: Step) -> None:
    scene = scenes(end)[step.name]
    for premise, atoms in countermodels(step):
        assert not scene(atoms, True), (premise, atoms)
