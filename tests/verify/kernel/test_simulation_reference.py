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

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import mutate, random_circuit
from dlmcheck.model.rewriting import reexpressed_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.compilation import CONSTRUCTIONS, choices, construction
from dlmcheck.verify.kernel import folding, simulation
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from tests.verify.kernel.grown import Grown, grown, perturbed
from tests.verify.kernel.plain_folding import PlainFolded, closed_for_ever, remembering

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


def test_canary_an_argument_that_is_never_looked_at_again_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding.Folded, "_close", closed_for_ever)
    assert sum(here != there for here, there in both_ways(monkeypatch)) > 50


def test_canary_a_glimpse_that_is_remembered_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = folding.Folded.__init__
    monkeypatch.setattr(folding.Folded, "__init__", remembering(honest))
    assert sum(here != there for here, there in both_ways(monkeypatch)) > 50


# --- errors in one layer of one cell -----------------------------------------------------------


def planted(edits: str) -> Iterator[Grown]:
    """A schedule of six rounds with an error in each gate in turn: an argument is negated.

    Most of these gates belong to the choice that one cell makes in one round.
    """
    builder = Builder.with_names(random="abcd")
    row: list[Literal] = [0, 1, 2, 3]
    for op in (Op.XOR, Op.AND, Op.XOR, Op.OR, Op.XOR):
        row = [builder.gate(op, [one, row[place - 1]]) for place, one in enumerate(row)]
    circuit = builder.build(row)
    built = construction(edits)(circuit, choices("sampled", "arguments"))
    assert built.plan is not None
    schedule = built.schedule
    for predictor in negated(schedule.predictor):
        yield replace(schedule, predictor=predictor), circuit, built.plan
    for unmask in negated(schedule.unmask):
        yield replace(schedule, unmask=unmask), circuit, built.plan
    if schedule.remask is not None:
        for remask in negated(schedule.remask):
            yield replace(schedule, remask=remask), circuit, built.plan


def negated(circuit: Circuit) -> Iterator[Circuit]:
    for place, gate in enumerate(circuit.gates):
        if gate.args:
            changed = Gate(gate.op, (*gate.args[:-1], ~gate.args[-1]))
            gates = (*circuit.gates[:place], changed, *circuit.gates[place + 1 :])
            yield replace(circuit, gates=gates)


@pytest.mark.parametrize("edits", ["remask", "revise"])
def test_an_error_in_one_layer_of_one_cell_is_found_as_by_looking_at_everything(
    edits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts: Counter[str] = Counter()
    for found in planted(edits):
        here = answer(found)
        with monkeypatch.context() as patched:
            patched.setattr(simulation, "Folded", PlainFolded)
            assert here == answer(found)
        verdicts[here.partition(":")[0]] += 1
    assert verdicts["rejected"] > 5 * verdicts["accepted"], verdicts
    assert verdicts["rejected"] > 100


@pytest.mark.parametrize("edits", ["remask", "revise"])
def test_canary_such_errors_are_missed_if_a_closed_argument_is_never_looked_at_again(
    edits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Counter(answer(found) for found in planted(edits))
    monkeypatch.setattr(folding.Folded, "_close", closed_for_ever)
    assert Counter(answer(found) for found in planted(edits)) != right
