"""Theorem 3.3 and its shorter variants for every layered circuit: the steps on concrete runs."""

from __future__ import annotations

import pytest

from dlmcheck.spec.lattice import Edits
from dlmcheck.verify.kernel.induction import Step, check_step
from dlmcheck.verify.proofs.banks import OneBank, revised_steps, slots
from tests.verify.proofs.bank_scenes import ALPHABETS, scenes
from tests.verify.proofs.rounds import countermodels, rows


def steps(tokens: tuple[int, ...], edits: Edits) -> list[Step]:
    base, others = OneBank(tokens).steps()
    return [*base, *others, *revised_steps(tokens, edits)]


@pytest.mark.parametrize(("tokens", "edits"), ALPHABETS)
def test_every_step_has_a_scene(tokens: tuple[int, ...], edits: Edits) -> None:
    assert {step.name for step in steps(tokens, edits)} == set(scenes(tokens, edits))


CASES = [
    pytest.param(tokens, edits, step, id=f"{edits.value}, {len(tokens)}: {step.name}")
    for number, (tokens, edits) in enumerate(ALPHABETS)
    for step in steps(tokens, edits)
    # The gates of slots are the same steps in all three.
    if number == 0 or step not in slots()
]


@pytest.mark.parametrize(("tokens", "edits", "step"), CASES)
def test_the_step_says_what_the_schedule_does(
    tokens: tuple[int, ...], edits: Edits, step: Step
) -> None:
    check_step(step)
    scene = scenes(tokens, edits)[step.name]
    for row in rows(step):
        assert scene(row.atoms, False) == row.conclusion, row.atoms


@pytest.mark.parametrize(("tokens", "edits", "step"), CASES)
def test_countermodels_replay_as_rounds(tokens: tuple[int, ...], edits: Edits, step: Step) -> None:
    scene = scenes(tokens, edits)[step.name]
    for premise, atoms in countermodels(step):
        assert not scene(atoms, True), (premise, atoms)
