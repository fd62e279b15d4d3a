"""The walk answers as it does where every gate is looked at in every round.

Whole schedules of the three constructions, as they are, written in another way, and with one or
two gates or claims changed: the same verdict for the same reason after the same number of steps.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import mutate, random_circuit
from dlmcheck.model.rewriting import reexpressed_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.compilation import CONSTRUCTIONS, choices, construction
from dlmcheck.verify.kernel import round_columns, simulation
from dlmcheck.verify.kernel.contents import Content
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.round_columns import RoundColumns
from dlmcheck.verify.kernel.simulation import Block, Walk, check_simulation
from dlmcheck.verify.kernel.timeline import Marks, Timeline
from tests.verify.kernel.grown import Grown, grown, perturbed
from tests.verify.kernel.plain_walk import check_plainly

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
        evidence = check_simulation("x", *found).evidence
    except Rejected as error:
        return f"rejected: {error.reason}"
    assert isinstance(evidence, Certificate)
    return f"accepted: {evidence.size} writes"


def plain_answer(found: Grown) -> str:
    try:
        return f"accepted: {check_plainly(*found)} writes"
    except Rejected as error:
        return f"rejected: {error.reason}"


@pytest.fixture(scope="module")
def expected() -> list[tuple[Grown, str]]:
    return [(found, plain_answer(found)) for found in cases()]


Expected = list[tuple[Grown, str]]


def differing(expected: Expected) -> int:
    return sum(answer(found) != wanted for found, wanted in expected)


def test_the_answer_is_that_of_looking_at_everything(expected: Expected) -> None:
    for found, wanted in expected:
        assert answer(found) == wanted
    seen = Counter(wanted.partition(":")[0] for _, wanted in expected)
    assert min(seen["accepted"], seen["rejected"]) > 150, seen


def test_it_is_so_in_blocks_of_one_or_two_rounds(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bits in (1, 200):
        monkeypatch.setattr(simulation, "COLUMN_BITS", bits)
        assert differing(expected) == 0


def test_it_is_so_where_all_that_changes_is_found_out(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "WORTH", 1 << 60)
    assert differing(expected) == 0


def test_it_is_so_where_calls_are_hardly_nested(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    for deep, long, together in ((1, 1, 0), (1, 2, 1), (2, 50, 64), (100, 1, 3)):
        monkeypatch.setattr(round_columns, "DEEP", deep)
        monkeypatch.setattr(round_columns, "LONG", long)
        monkeypatch.setattr(round_columns, "TOGETHER", together)
        assert differing(expected) == 0


def test_canary_columns_that_are_a_round_early_show(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell is believed to hold what it gets in a round in that round already."""
    honest = Timeline.hold

    def early(timeline: Timeline, cell: int, content: Content, place: int) -> None:
        honest(timeline, cell, content, place - 1)

    monkeypatch.setattr(Timeline, "hold", early)
    assert differing(expected) > 50


def test_canary_changes_that_are_not_noticed_show(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(columns: RoundColumns, inputs: Sequence[int]) -> list[int]:
        return [0] * (len(columns.ones) // 2)

    monkeypatch.setattr(simulation, "WORTH", 1 << 60)
    monkeypatch.setattr(RoundColumns, "changes", none)
    assert differing(expected) > 3


def test_canary_writes_without_a_claim_that_are_not_looked_at_show(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unseen(walk: Walk, block: Block) -> Block:
        found = honest(walk, block)
        block.due = [[] for _ in block.lines]
        return found

    honest = Walk._with_choices  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(Walk, "_with_choices", unseen)
    assert differing(expected) > 20


def test_canary_remasking_that_is_taken_for_none_shows(
    expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> list[int]:
        return []

    monkeypatch.setattr(Marks, "masked", none)
    assert differing(expected) > 50


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
    edits: str,
) -> None:
    verdicts: Counter[str] = Counter()
    for found in planted(edits):
        here = answer(found)
        assert here == plain_answer(found)
        verdicts[here.partition(":")[0]] += 1
    assert verdicts["rejected"] > 5 * verdicts["accepted"], verdicts
    assert verdicts["rejected"] > 100


@pytest.mark.parametrize("edits", ["remask", "revise"])
def test_canary_such_errors_are_missed_if_a_choice_is_the_same_in_all_rounds(
    edits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a choice between layers what is due in some round is taken for due in every round."""
    right = Counter(answer(found) for found in planted(edits))
    honest = RoundColumns._terms  # pyright: ignore[reportPrivateUsage]

    def first(columns: RoundColumns, node: int) -> Mapping[int, Sequence[Literal]]:
        table = honest(columns, node)
        terms = next(iter(table.values()))
        return dict.fromkeys(table, terms)

    monkeypatch.setattr(RoundColumns, "_terms", first)
    assert Counter(answer(found) for found in planted(edits)) != right
