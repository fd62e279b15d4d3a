"""The verifier checks the schedule and not the compiler: whatever is changed in it is noticed.

At least 200 seeded mutants of the write-once construction, for each way to provide layer 0 and
each frontier: gates, arguments and outputs of p and F, the token codes, the number of rounds, the
cells of start and output. Each is either caught, with a witness that the kernel has replayed, or
shown to be equivalent: the same law for all data, and masks preserved in every state. None is
left undecided, and none is sampled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from dlmcheck.model.constructions.write_once import Frontier, compile_write_once
from dlmcheck.model.mutations import Mutant, mutants
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.lattice import RandomBits
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.engines.coupling import CouplingVerdict, Refutes, check_coupling
from dlmcheck.verify.equivalence import equivalent
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.laws import LawWitness, check_law_witness, check_same_law, difference
from dlmcheck.verify.kernel.preservation import check_preservation
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.witness import WrongRun, check_wrong_run

CIRCUIT = Circuit(
    (
        Input("a", InputKind.DATA),
        Input("r", InputKind.RANDOM),
        Input("s", InputKind.RANDOM),
    ),
    (Gate(Op.XOR, (0, 1)), Gate(Op.AND, (3, ~2))),
    (4, ~3),
    ("y", "z"),
)
"""Data, coins that one gate reads each, a skipped layer, a negated and shared output."""

DRAWN = 270
SEED = 1

# By which road: refused when it is built, a wrong run, two laws, a broken mask; or not at all.
COUNTS: dict[tuple[RandomBits, Frontier], tuple[int, int, int, int, int]] = {
    (RandomBits.SAMPLED, Frontier.ARGUMENTS): (40, 59, 103, 39, 29),
    (RandomBits.SAMPLED, Frontier.BLOCK_SHIFT): (41, 50, 109, 45, 25),
    (RandomBits.SAMPLED, Frontier.TOKEN_SHIFT): (42, 55, 100, 38, 35),
    (RandomBits.FREE, Frontier.ARGUMENTS): (25, 58, 98, 41, 48),
    (RandomBits.FREE, Frontier.BLOCK_SHIFT): (25, 43, 118, 44, 40),
    (RandomBits.FREE, Frontier.TOKEN_SHIFT): (26, 47, 97, 38, 62),
    (RandomBits.PRIVATE, Frontier.ARGUMENTS): (53, 61, 91, 29, 36),
    (RandomBits.PRIVATE, Frontier.BLOCK_SHIFT): (52, 54, 105, 31, 28),
    (RandomBits.PRIVATE, Frontier.TOKEN_SHIFT): (53, 62, 93, 29, 33),
}


def schedule_of(bits: RandomBits, frontier: Frontier) -> Schedule:
    compiled = compile_write_once(CIRCUIT, random_bits=bits, frontier=frontier)
    return schedule_from_json(schedule_to_json(compiled.schedule))


def drawn(bits: RandomBits, frontier: Frontier) -> list[Mutant]:
    return list(mutants(schedule_of(bits, frontier), SEED, DRAWN))


def wrong_run(schedule: Schedule) -> Checked | None:
    """The engine's wrong run, replayed; None unless it refutes more than one coupling."""
    result = check_coupling(schedule, CIRCUIT)
    if result.verdict is CouplingVerdict.EQUIVALENT:
        assert difference(schedule, CIRCUIT) is None
    if result.refutes not in (Refutes.LEGALITY, Refutes.LAW) or result.witness is None:
        return None
    places = {partner.name: (partner.coin, partner.inverted) for partner in result.partners}
    data = "".join(str(int(bit)) for bit in result.witness.data)
    return check_wrong_run(
        "wrong run", schedule, CIRCUIT, places, WrongRun(data, result.witness.coins)
    )


def two_laws(schedule: Schedule) -> Checked | None:
    found = check_same_law("law", schedule, CIRCUIT)
    if found.verdict is Verdict.PROVED:
        return None
    assert isinstance(found.evidence, Witness)
    witness = LawWitness.from_json(found.evidence.instance)
    return check_law_witness("law", schedule, CIRCUIT, witness)


def broken_mask(schedule: Schedule) -> Checked | None:
    found = check_preservation("mask", schedule)
    return None if found.verdict is Verdict.PROVED else found


ROADS: dict[str, Callable[[Schedule], Checked | None]] = {
    "wrong run": wrong_run,
    "law": two_laws,
    "mask": broken_mask,
}


def road_of(mutant: Mutant) -> str:
    """The first road that catches a mutant; "equivalent" if all roads affirm it."""
    if isinstance(mutant.result, DlmcheckError):
        return "refused"
    for name, road in ROADS.items():
        checked = road(mutant.result)
        if checked is not None:
            assert checked.verdict is Verdict.REFUTED
            assert checked.statement == name
            assert isinstance(checked.evidence, Witness)
            return name
    return "equivalent"


CASES = [(bits, frontier) for bits in RandomBits for frontier in Frontier]


@pytest.mark.parametrize(("bits", "frontier"), CASES)
def test_every_mutant_is_caught_or_shown_equivalent(bits: RandomBits, frontier: Frontier) -> None:
    found = drawn(bits, frontier)
    count = Counter(road_of(mutant) for mutant in found)
    counted = tuple(count[name] for name in ("refused", *ROADS, "equivalent"))
    assert counted == COUNTS[bits, frontier]
    assert sum(counted) == len(found) == DRAWN
    # Besides those that are no schedules at all.
    assert DRAWN - count["refused"] >= 200
    for changed in ("predictor gate", "unmask gate", "codes", "predictor output", "unmask output"):
        assert sum(changed in mutant.description for mutant in found) >= 5


@pytest.mark.parametrize(("bits", "frontier"), CASES)
def test_the_unmutated_schedule_is_affirmed_on_every_road(
    bits: RandomBits, frontier: Frontier
) -> None:
    schedule = schedule_of(bits, frontier)
    assert road_of(Mutant("none", schedule)) == "equivalent"
    assert check_coupling(schedule, CIRCUIT).verdict is CouplingVerdict.EQUIVALENT


@pytest.mark.parametrize(("bits", "frontier"), CASES[::4])
def test_the_answers_of_equivalence_never_contradict_the_reference(
    bits: RandomBits, frontier: Frontier
) -> None:
    """The engines alone, on every fifth mutant: they may not know, but they are never wrong."""
    answers: Counter[tuple[Verdict, bool]] = Counter()
    for mutant in drawn(bits, frontier)[::5]:
        if isinstance(mutant.result, DlmcheckError):
            continue
        answer = equivalent(mutant.result, CIRCUIT, timeout=5)
        same = difference(mutant.result, CIRCUIT) is None
        assert not answer.disagreement
        assert answer.same_law is (Verdict.PROVED if same else Verdict.REFUTED) or (
            answer.same_law is Verdict.UNKNOWN
        )
        if answer.simulates is Verdict.PROVED:
            assert same
        masks = check_preservation("mask", mutant.result).verdict
        assert answer.preserves is masks
        answers[answer.same_law, same] += 1
    assert answers[Verdict.REFUTED, False] > 10
    assert answers[Verdict.PROVED, True] > 5
