"""The walk answers as it does where every gate is looked at in every round.

Whole schedules of the three constructions, as they are, written in another way, and with one or
two gates or claims changed: the same verdict for the same reason after the same number of steps.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dlmcheck.model.random_schedules import mutate, random_circuit
from dlmcheck.model.rewriting import reexpressed_schedule
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.compilation import CONSTRUCTIONS, choices, construction
from dlmcheck.verify.kernel import folding, simulation
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from tests.verify.kernel.grown import Grown, grown, perturbed
from tests.verify.kernel.plain_folding import PlainFolded

SEEDS = 40


def compiled(edits: str, seed: int) -> Grown:
    circuit = random_circuit(seed, data=seed % 3, coins=3, gates=12, outputs=3)
    built = construction(edits)(circuit, choices("sampled", "arguments"))
    assert built.plan is not None
    schedule = reexpressed_schedule(built.schedule, seed) if seed % 2 else built.schedule
    return schedule, circuit, built.plan


def changed(schedule: Schedule, source: random.Random) -> Schedule:
    """A schedule with one change in one of its circuits."""
    part = source.choice(["predictor", "predictor", "unmask", "remask"])
    if part == "remask" and schedule.remask is not None:
        return replace(schedule, remask=mutate(schedule.remask, source))
    if part == "unmask" and schedule.unmask.gates:
        return replace(schedule, unmask=mutate(schedule.unmask, source))
    return replace(schedule, predictor=mutate(schedule.predictor, source))


def cases() -> Iterator[Grown]:
    for edits in CONSTRUCTIONS:
        for seed in range(SEEDS):
            schedule, circuit, plan = compiled(edits, seed)
            source = random.Random(f"{edits} {seed}")
            yield schedule, circuit, plan
            yield changed(schedule, source), circuit, plan
            yield perturbed((changed(schedule, source), circuit, plan), source)
    for seed in range(300):
        found = grown(seed)
        if found is not None:
            yield found
            yield perturbed(found, random.Random(seed))


def answer(found: Grown) -> str:
    try:
        return f"accepted: {check_simulation('x', *found).evidence}"
    except Rejected as error:
        return f"rejected: {error.reason}"


def both_ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    for found in cases():
        here = answer(found)
        with monkeypatch.context() as patched:
            patched.setattr(simulation, "Folded", PlainFolded)
            yield here, answer(found)


def test_the_answer_is_that_of_looking_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    for here, there in both_ways(monkeypatch):
        assert here == there
        seen[here.partition(":")[0]] += 1
    assert min(seen["accepted"], seen["rejected"]) > 150, seen


def test_canary_a_gate_that_is_not_looked_at_again_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(folding, "heappush", nothing)
    assert sum(here != there for here, there in both_ways(monkeypatch)) > 50


def test_canary_a_gate_that_is_not_forgotten_after_a_glimpse_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(folding.Folded, "_forget", nothing)
    assert sum(here != there for here, there in both_ways(monkeypatch)) > 5
