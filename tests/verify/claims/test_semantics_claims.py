"""The sanity lemmas as claims: domains that are what they say, and a canary for every row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from dlmcheck.model.legal_samplers import SAMPLER_KINDS, BeyondCircuits, legal_sampler
from dlmcheck.model.legal_schedules import KINDS
from dlmcheck.model.random_schedules import random_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import Law
from dlmcheck.spec.policies import MemoryUnmasking
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import row_properties, run_properties, semantics
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.one_round import (
    LEGAL_JOB,
    TWO_CELLS_JOB,
    by_reference,
)
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.sampler_cases import SamplerCase, beyond_circuits
from dlmcheck.verify.claims.schedule_cases import ScheduleCase, Semantics
from dlmcheck.verify.claims.schedule_domains import (
    KIND_COUNT,
    SHAPE_COUNT,
    SHAPES,
    compiled_case,
    legal_schedules,
    nearly_legal_schedules,
    one_layer_circuits,
)
from dlmcheck.verify.claims.two_cell_rounds import Form, two_cell_rounds
from dlmcheck.verify.engines.cointables import coin_tables
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, check_sweep, fails
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims import planted_semantics as planted

LEGAL, TWO_CELLS = LEGAL_JOB, TWO_CELLS_JOB
NEARLY = semantics.NEARLY_JOB
COMPILED, BEYOND = semantics.COMPILED_JOB, semantics.BEYOND_JOB

ROWS = tuple(row for claim in semantics.CLAIMS for row in claim.rows)
REFUTED = {
    "S-ROWS/any",
    "S-MASK/remask,round",
    "S-MASK/revise-token",
    "S-MASK/revise-any",
    "S-MASK/all-states,any",
    "S-PRODUCT/write,uniform-subset",
    "S-PRODUCT/write,joint",
    "S-PRODUCT/write,after-sampling",
    "S-PRODUCT/write,memory",
    "S-PRODUCT/write,given-set,after-sampling",
    "S-PRODUCT/remask,deterministic",
    "S-PRODUCT/remask,independent",
    "S-PRODUCT/remask,joint",
    "S-MERGE/states-only,memory",
}
"""The readings that are false."""


@cache
def properties(job: str) -> dict[str, Callable[[Any], Outcome]]:
    (found,) = (j for j in semantics.SWEEPS if j.id == job)
    return dict(found.make(Profile.QUICK).properties)


# --- domains -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "count"),
    [
        (legal_schedules(Profile.QUICK), 216),
        (legal_schedules(Profile.FULL), 864),
        (nearly_legal_schedules(Profile.QUICK), 384),
        (one_layer_circuits(Profile.QUICK), 61),
        (one_layer_circuits(Profile.FULL), 838),
        (beyond_circuits(Profile.QUICK), 54),
        (two_cell_rounds(), 9564),
    ],
    ids=lambda value: value.name if isinstance(value, Domain) else None,
)
def test_a_domain_has_as_many_members_as_it_says_and_reads_them_back(
    domain: Domain[Any], count: int
) -> None:
    members = list(domain.members())
    assert len(members) == len(set(map(domain.write, members))) == domain.count == count
    assert all(map(domain.contains, members))
    for member in (members[0], members[len(members) // 2], members[-1]):
        assert domain.read(domain.write(member)) == member


def test_the_axes_are_as_long_as_the_counts_say() -> None:
    assert (len(KINDS), len(SHAPES)) == (KIND_COUNT, SHAPE_COUNT)
    assert len(SAMPLER_KINDS) == 18


def test_strangers_do_not_belong_to_the_domains() -> None:
    two_layers = Circuit(
        (Input("d0", InputKind.DATA),), (Gate(Op.NOT, (0,)), Gate(Op.NOT, (1,))), (2,)
    )
    assert not one_layer_circuits(Profile.FULL).contains(two_layers)
    rounds = two_cell_rounds()
    good = rounds.read("joint write-once MM 0 0 -|01")
    assert not rounds.contains(replace(good, policy="10"))
    assert not rounds.contains(replace(good, edits=Edits.REMASK))
    assert not rounds.contains(replace(good, rows=("keep", "0")))


# --- verdicts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("job", [NEARLY, COMPILED, BEYOND])
def test_the_small_jobs_come_to_the_verdicts_of_their_rows(job: str) -> None:
    (found,) = (j for j in semantics.SWEEPS if j.id == job)
    results = check_sweep(found.make(Profile.QUICK))
    for row in ROWS:
        for road in row.roads:
            if road.job == job:
                expected = Verdict.REFUTED if row.id in REFUTED else Verdict.BOUNDED
                assert (row.id, results[road.statement].verdict) == (row.id, expected)


# --- canaries ----------------------------------------------------------------------------------

Canary = tuple[str, str, Any, Outcome]
"""Job, statement, what is handed to it, and what must come out."""

WRITE_ONCE = planted.coins_schedule()
REMASK = planted.coins_schedule(Edits.REMASK, hides=True)
REVISE_TOKEN = planted.coins_schedule(Edits.REVISE_TOKEN)
REVISE_ANY = planted.coins_schedule(Edits.REVISE_ANY)
CODE = fails("a row has an illegal code")
LOST_IN_WRITE = fails("a write changes a visible cell")
LOST_IN_ROUND = fails("a round changes a visible cell")
OTHER_ORDER = fails("the renumbered schedule has other laws")
OTHER_LAW = fails("the paths add up to another law")
PAST = fails("the next state depends on more than the present one")
ROW_CHANGES = fails("a row may change a visible token")


def case(schedule: Any, **semantic: Any) -> ScheduleCase:
    return ScheduleCase(schedule, semantics=Semantics(**semantic), most_coins=6)


def kept(edits: Edits, schedule: Any, job: str = LEGAL) -> list[Canary]:
    """A write, and a run on coins, that invert visible tokens."""
    name = semantics.VISIBLE_STAYS[edits]
    return [
        (job, name, case(schedule, write=planted.flipping_write), LOST_IN_WRITE),
        (job, f"{name},coins", case(schedule, trace=planted.flipping_trace), LOST_IN_WRITE),
    ]


def changed(edits: Edits, schedule: Any) -> list[Canary]:
    """A false reading: it fails, and holds where F never selects anything."""
    name = semantics.VISIBLE_STAYS[edits]
    return [
        (LEGAL, statement, case(given), expected)
        for statement in (name, f"{name},coins")
        for given, expected in ((schedule, LOST_IN_WRITE), (planted.idle(schedule), HOLDS))
    ]


def memory_case(form: BeyondCircuits, **changes: Any) -> SamplerCase:
    """A sampler whose states remember more than they show, passed off as one of a form."""
    member = beyond_circuits(Profile.QUICK).members()
    kinds = [m for m in member if SAMPLER_KINDS[m.kind].form is BeyondCircuits.MEMORY]
    samplers = [legal_sampler(SAMPLER_KINDS[m.kind], m.seed) for m in kinds]
    found = next(
        s
        for s in samplers
        if run_properties.states_forget_their_past(SamplerCase(s, form).paths) == PAST
    )
    return SamplerCase(found, form, **changes)


def forgetful(case_of: SamplerCase) -> SamplerCase:
    """The same with a memory that never changes."""
    policy = case_of.sampler.unmask
    assert isinstance(policy, MemoryUnmasking)
    frozen = MemoryUnmasking(
        0,
        lambda state, memory, seen, t: policy.select(state, 0, seen, t).map(lambda p: (p[0], 0)),
    )
    return SamplerCase(replace(case_of.sampler, unmask=frozen), case_of.form)


def remembering(schedule: Any) -> ScheduleCase:
    """A schedule whose samplers are replaced by one with memory."""
    found = case(schedule)
    found.__dict__["samplers"] = [memory_case(BeyondCircuits.MEMORY).sampler]
    return found


def merged(form: BeyondCircuits) -> Canary:
    kind = next(k for k in SAMPLER_KINDS if k.form is form)
    samplers = (legal_sampler(kind, seed) for seed in range(20))
    sampler = next(s for s in samplers if _uneven(s))
    wrong = SamplerCase(sampler, form, planted.weights_forgotten)
    return BEYOND, f"merge:{form.value}", wrong, OTHER_LAW


def _uneven(sampler: Any) -> bool:
    return len({weight for _, weight in by_reference(sampler).items()}) > 1


def any_schedule(code: Outcome) -> ScheduleCase:
    """The nearly legal schedule with the first illegal code, or the first without."""
    for member in nearly_legal_schedules(Profile.QUICK).members():
        found = member.case()
        if row_properties.codes_are_legal(found) == code:
            return found
    raise AssertionError("no such schedule")


def broken_network(schedule: Any) -> ScheduleCase:
    """Laws of one schedule, circuits of another (a gate of the predictor is missing)."""
    found = case(planted.with_row(schedule, 0, False, True))
    found.__dict__["laws"] = case(schedule).laws
    return found


def lawless() -> Canary:
    broken = planted.with_row(REVISE_TOKEN, 0, True, False)
    return (
        NEARLY,
        "unroll:legal",
        case(broken, trace=planted.lawless_trace),
        fails("a rule is broken by the law only"),
    )


NOT_A = Circuit((Input("r0", InputKind.RANDOM),), (Gate(Op.NOT, (0,)),), (1,))
CHAIN = planted.chain_schedule()
TURNED = compiled_case(NOT_A)

CANARIES: dict[str, list[Canary]] = {
    "S-ROWS/legal": [
        (LEGAL, "rows:reference", case(planted.with_row(WRITE_ONCE, 0, True, True)), CODE),
        (LEGAL, "rows:columns", case(planted.with_row(WRITE_ONCE, 0, True, True)), CODE),
        *(
            (
                LEGAL,
                statement,
                case(planted.with_row(REVISE_TOKEN, 1, True, False)),
                fails("a row has M for a visible token"),
            )
            for statement in ("rows:reference", "rows:columns")
        ),
    ],
    "S-ROWS/compiled": [
        (COMPILED, statement, case(planted.with_row(TURNED.schedule, 1, True, True)), CODE)
        for statement in ("rows:reference", "rows:columns")
    ],
    "S-ROWS/any": [
        (NEARLY, statement, any_schedule(expected), expected)
        for statement in ("rows:reference", "rows:columns")
        for expected in (CODE, HOLDS)
    ],
    "S-MASK/write-once": kept(Edits.WRITE_ONCE, WRITE_ONCE),
    "S-MASK/remask,write": kept(Edits.REMASK, planted.coins_schedule(Edits.REMASK)),
    "S-MASK/write-once,not-refused": kept(Edits.WRITE_ONCE, WRITE_ONCE, NEARLY),
    "S-MASK/remask,not-refused": kept(Edits.REMASK, planted.coins_schedule(Edits.REMASK), NEARLY),
    "S-MASK/remask,round": [
        (LEGAL, f"mask:round,remask,{road}", case(schedule), expected)
        for road in ("paths", "coins")
        for schedule, expected in (
            (REMASK, LOST_IN_ROUND),
            (planted.coins_schedule(Edits.REMASK), HOLDS),
        )
    ],
    "S-MASK/revise-token": changed(Edits.REVISE_TOKEN, REVISE_TOKEN),
    "S-MASK/revise-any": changed(Edits.REVISE_ANY, REVISE_ANY),
    "S-MASK/revise-token,visible": [
        (
            LEGAL,
            "mask:visible,paths",
            case(planted.with_row(REVISE_TOKEN, 0, True, False)),
            fails("the run breaks a rule: WritesMask"),
        ),
        (
            LEGAL,
            "mask:visible,coins",
            case(REVISE_TOKEN, trace=planted.hiding_trace),
            LOST_IN_ROUND,
        ),
    ],
    "S-MASK/all-states,legal": [
        (LEGAL, "mask:rows", case(planted.with_row(WRITE_ONCE, 1, False, True)), ROW_CHANGES)
    ],
    "S-MASK/all-states,compiled": [
        (
            COMPILED,
            "mask:rows",
            case(planted.with_row(TURNED.schedule, 0, False, False)),
            ROW_CHANGES,
        )
    ],
    "S-MASK/all-states,any": [
        (NEARLY, "mask:rows", case(planted.with_row(WRITE_ONCE, 1, False, True)), ROW_CHANGES),
        (NEARLY, "mask:rows", case(WRITE_ONCE), HOLDS),
    ],
    "S-ORDER/legal": [
        (LEGAL, statement, case(CHAIN, laws=planted.one_cell_after_the_other), OTHER_ORDER)
        for statement in ("order:reference", "order:tables")
    ],
    "S-ORDER/compiled": [
        (COMPILED, statement, case(CHAIN, laws=planted.one_cell_after_the_other), OTHER_ORDER)
        for statement in ("order:reference", "order:tables")
    ],
    "S-MERGE/schedules": [
        (LEGAL, "merge:paths", case(REMASK, laws=planted.weights_forgotten), OTHER_LAW),
        (
            LEGAL,
            "unroll:coins",
            case(REVISE_TOKEN, trace=planted.stale_trace),
            fails("after round 2 the coins give another law"),
        ),
    ],
    "S-MERGE/same-rate": [merged(BeyondCircuits.SAME_RATE)],
    "S-MERGE/uniform-subset": [merged(BeyondCircuits.UNIFORM_SUBSET)],
    "S-MERGE/memory": [
        merged(BeyondCircuits.MEMORY),
        (
            BEYOND,
            "merge:memory",
            memory_case(BeyondCircuits.MEMORY, laws=planted.memory_forgotten),
            OTHER_LAW,
        ),
    ],
    "S-MERGE/states-only,schedules": [
        (LEGAL, "merge:markov", remembering(WRITE_ONCE), PAST),
        (
            LEGAL,
            "merge:markov,coins",
            case(replace(REVISE_TOKEN, rounds=3), trace=planted.returning_trace),
            PAST,
        ),
    ],
    "S-MERGE/states-only,same-rate": [
        (BEYOND, "markov:same-rate", memory_case(BeyondCircuits.SAME_RATE), PAST)
    ],
    "S-MERGE/states-only,uniform-subset": [
        (BEYOND, "markov:uniform-subset", memory_case(BeyondCircuits.UNIFORM_SUBSET), PAST)
    ],
    "S-MERGE/states-only,memory": [
        (BEYOND, "markov:memory", memory_case(BeyondCircuits.MEMORY), PAST),
        (BEYOND, "markov:memory", forgetful(memory_case(BeyondCircuits.MEMORY)), HOLDS),
    ],
    "S-UNROLL/law": [
        (
            LEGAL,
            "unroll:coins",
            case(REVISE_TOKEN, trace=planted.stale_trace),
            fails("after round 2 the coins give another law"),
        ),
        (
            LEGAL,
            "unroll:network",
            broken_network(WRITE_ONCE),
            fails("the unrolled network has another law"),
        ),
    ],
    "S-UNROLL/rules": [lawless()],
}
"""For each row a defect on each of its roads, or for a false reading a case where it holds."""


def test_every_row_has_a_canary_on_every_road() -> None:
    by_hand = [row for row in ROWS if row.claim != "S-PRODUCT"]
    assert set(CANARIES) == {row.id for row in by_hand}
    for row in by_hand:
        # What makes the proofs fail is planted where they are made.
        roads = {(r.job, r.statement) for r in row.roads if r.job != semantics.PROOFS.id}
        assert {(job, statement) for job, statement, _, _ in CANARIES[row.id]} == roads


@pytest.mark.parametrize("row", CANARIES)
def test_canary_a_planted_defect_is_caught_for_its_reason(row: str) -> None:
    for job, statement, given, expected in CANARIES[row]:
        assert properties(job)[statement](given) == expected, statement


def test_the_canaries_without_their_defects_hold() -> None:
    for schedule in (WRITE_ONCE, REMASK, REVISE_TOKEN, REVISE_ANY, CHAIN):
        for statement, holds in properties(LEGAL).items():
            found = holds(case(schedule))
            refuted = statement.startswith(("mask:round,remask", "mask:write,revise"))
            assert refuted or found in (HOLDS, NOT_MET), statement


def test_canary_a_row_that_does_not_sum_to_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Short(Law[int]):
        def items(self) -> Any:
            return [(0, Fraction(1, 2))]

    def half(state: State, i: int, number: int | None) -> Law[int]:
        return Short({0: 1})

    wrong = case(WRITE_ONCE)
    wrong.samplers[0] = replace(wrong.samplers[0], predictor=half)
    assert row_properties.rows_are_laws(wrong) == fails("a row has another sum than 1")

    def shortened(*arguments: Any) -> Any:
        tables = coin_tables(*arguments)
        for table in tables:
            for counts in table:
                counts.subtract({next(iter(counts)): 1})
        return tables

    monkeypatch.setattr("dlmcheck.verify.claims.row_properties.coin_tables", shortened)
    found = row_properties.rows_are_laws_in_columns(case(WRITE_ONCE))
    assert found == fails("a row has another sum than 1")


@pytest.mark.parametrize(
    "holds", [run_properties.order_is_free, run_properties.order_is_free_in_tables]
)
def test_canary_a_wrong_renumbering_is_seen(
    holds: Callable[[ScheduleCase], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = compiled_case(NOT_A)
    assert holds(given) == HOLDS
    monkeypatch.setattr("dlmcheck.verify.claims.run_properties.renumbered", planted.half_renumbered)
    assert holds(given) == OTHER_ORDER


def test_canary_a_legal_schedule_that_breaks_a_rule_fails_its_run_statements() -> None:
    broken = case(planted.with_row(WRITE_ONCE, 0, True, False))
    expected = fails("the run breaks a rule: WritesMask")
    for name in ("order:reference", "merge:paths", "unroll:coins", "mask:write,write-once"):
        assert properties(LEGAL)[name](broken) == expected


def test_the_claims_are_in_the_catalogue_under_one_note() -> None:
    known = {row.id for row in catalogue().rows}
    assert {row.id for row in ROWS} <= known
    assert {claim.note for claim in semantics.CLAIMS} == {"SANITY"}
    assert {row.id for row in ROWS} >= REFUTED
    assert {form.value for form in Form} >= {"memory", "joint"}
    assert random_schedule(SHAPES[0], 0) == random_schedule(SHAPES[0], 0)
