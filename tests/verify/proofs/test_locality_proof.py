"""The locality bound: its steps, planted errors, and what its steps say of concrete samplers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import pytest

from dlmcheck.model.reductions.cones import check_cones, longest_parity
from dlmcheck.model.reductions.parity_recogniser import support_recogniser
from dlmcheck.model.samplers.mask_memory import parity_chain, parity_tree
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import parity_remask_state_only
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.spec.circuit import evaluate
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.claims.inexact import local_sampler
from dlmcheck.verify.claims.locality_ablations import parity_with_scratch
from dlmcheck.verify.engines import smt, statelaw
from dlmcheck.verify.kernel.induction import check_proof, check_step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs.locality import (
    EVEN_SUPPORT,
    F_CELLS,
    F_FUNCTION,
    NO_MASK_LEFT,
    ODD,
    OTHERS,
    OWN_MASK,
    OWN_TOKEN,
    P_CELLS,
    P_FUNCTION,
    WRITE_ONCE,
    Planted,
    locality_proof,
    locality_queries,
)
from dlmcheck.verify.proofs.locality_runs import (
    check_certificate,
    flipped,
    in_support,
    of_schedule,
    strings,
    violations,
)
from tests.verify.proofs.concrete import (
    LEGAL,
    REVISING,
    Atoms,
    Concrete,
    cells_of_runs,
    concrete,
    of_pairs,
    of_strings,
    one_round_less,
    reading_in_secret,
    values,
    waiting,
    with_random_f,
)

STEPS = {step.name: step for step in locality_proof().every_step}
SITUATIONAL = {
    OWN_MASK,
    OWN_TOKEN,
    F_CELLS,
    P_CELLS,
    OTHERS,
    ODD,
    EVEN_SUPPORT,
    "what is drawn has positive probability",
    "what is written is the output's bit",
    "the run shows the string's bits so far",
    "the string's bit is drawn",
    "the check holds",
    "the cell is visible",
}
"""Premises that hold of some strings, or of samplers of D_n, and not of others.

All other premises are what the hypotheses of the theorem say: they must hold of every write-once
sampler with deterministic F.
"""


def failing(planted: Planted | None) -> set[str]:
    """The steps and queries that do not hold, or prove nothing."""
    found: set[str] = set()
    for step in locality_proof(planted).every_step:
        try:
            check_step(step)
        except Rejected:
            found.add(step.name)
    for query in locality_queries(planted):
        try:
            smt.answer([query])
        except Rejected:
            found.add(query.name)
    return found


# --- the proof -----------------------------------------------------------------------------


def test_the_bound_is_proved_for_all_n() -> None:
    checked = check_proof(locality_proof(), smt.answer(locality_queries()))
    assert checked.verdict is Verdict.PROVED
    text = str(checked.evidence)
    assert "12 steps" in text
    assert "6 queries" in text
    assert "trusted: z3" in text


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        (
            Planted.RANDOM_F,
            {
                "the trace follows the run",
                "a string that passes is drawn",
                "the mask status depends on A_t",
                "a check before the last round",
            },
        ),
        (Planted.REVISION, {"a visible token stays"}),
        (
            Planted.OWN_MASK_NOT_COUNTED,
            {
                "the trace follows the run",
                "a string that passes is drawn",
                "the mask status depends on A_t",
                "the cell depends on B_t",
                "a check before the last round",
                "a check of the last round",
            },
        ),
        (
            Planted.OWN_TOKEN_NOT_COUNTED,
            {
                "the cell depends on B_t",
                "a check before the last round",
                "a check of the last round",
            },
        ),
        (
            Planted.ENDS_MASKED,
            {"an odd string violates a check", "a check of the last round"},
        ),
        (Planted.MISSES_A_STRING, {"no bit is left out"}),
        (Planted.ODD_STRINGS, {"an odd string violates a check"}),
        (Planted.CELLS_COST_MASKS, {"sizes grow by k + 1"}),
        (Planted.GROWS_BY_K, {"sizes grow by k + 1", "a check of the last round"}),
    ],
)
def test_a_planted_error_fails_exactly_its_steps(planted: Planted, expected: set[str]) -> None:
    assert failing(planted) == expected


def test_nothing_fails_without_an_error() -> None:
    assert failing(None) == set()


# --- what the steps say of concrete runs -----------------------------------------------------


def measured(cases: Iterable[Concrete]) -> Iterator[tuple[str, Atoms]]:
    for case in cases:
        yield from of_pairs(case)
        yield from of_strings(case)


def outcomes(found: Iterable[tuple[str, Atoms]]) -> tuple[set[str], dict[str, set[str]], set[str]]:
    """(steps met with all premises, step -> premises seen to fail, replayed countermodels).

    A countermodel is replayed if all premises but one hold of a concrete run and the conclusion
    does not; it is written "step: premise". No concrete run may contradict a step.
    """
    full: set[str] = set()
    failed: dict[str, set[str]] = defaultdict(set)
    replayed: set[str] = set()
    seen: set[tuple[str, tuple[bool, ...]]] = set()
    for name, atoms in found:
        step = STEPS[name]
        key = (name, tuple(atoms[one.name] for one in step.circuit.inputs))
        if key in seen:
            continue
        seen.add(key)
        value = values(step, atoms)
        wrong = [premise for premise in step.premises if not value[premise]]
        failed[name].update(wrong)
        if not wrong:
            assert value["conclusion"], (name, atoms)
            full.add(name)
        elif len(wrong) == 1 and not value["conclusion"]:
            replayed.add(f"{name}: {wrong[0]}")
    return full, failed, replayed


def tokens_that_stay() -> Iterator[tuple[str, Atoms]]:
    for sampler in (REVISING, *(case.local.sampler for case in LEGAL[:10])):
        yield from (("a visible token stays", atoms) for atoms in cells_of_runs(sampler))


def starts_with_a_cell_shown() -> Iterator[tuple[str, Atoms]]:
    for name in ("two traces start alike", "the run and the trace start alike"):
        for first in (False, True):
            yield name, {"masked": first, "masked'": not first}


def claimed_even(case: Concrete) -> Concrete:
    """Somebody says that it samples D_n."""
    even = frozenset(z for z in strings(case.local.n) if sum(z) % 2 == 0)
    return Concrete(case.local, even)


def test_every_premise_that_is_dropped_has_a_concrete_run_in_which_the_step_fails() -> None:
    legal_full, legal_failed, replayed = outcomes(measured(LEGAL))
    stay_full, _, stay_replayed = outcomes(tokens_that_stay())
    assert legal_full | stay_full == set(STEPS)
    # What the hypotheses say holds of every legal sampler: only situations differ.
    assert {premise for found in legal_failed.values() for premise in found} <= SITUATIONAL
    replayed |= stay_replayed
    for cases in (
        [concrete(one_round_less(c.local)) for c in LEGAL if c.local.sampler.rounds > 1],
        [Concrete(reading_in_secret(c.local), c.support) for c in LEGAL],
        [concrete(waiting(2)), with_random_f(4)],
        [claimed_even(c) for c in LEGAL],
    ):
        replayed |= outcomes(measured(cases))[2]
    replayed |= outcomes(starts_with_a_cell_shown())[2]
    wanted = {f"{step.name}: {premise}" for step in STEPS.values() for premise in step.premises}
    assert wanted - replayed == set()


@pytest.mark.parametrize(
    ("cases", "premise"),
    [
        ([concrete(one_round_less(c.local)) for c in LEGAL[:20] if c.local.sampler.rounds > 1],
         NO_MASK_LEFT),
        ([Concrete(reading_in_secret(c.local), c.support) for c in LEGAL[-4:]], P_FUNCTION),
        ([with_random_f(4)], F_FUNCTION),
    ],
)  # fmt: skip
def test_a_sampler_without_a_hypothesis_fails_its_premise(
    cases: list[Concrete], premise: str
) -> None:
    _, failed, _ = outcomes(measured(cases))
    assert any(premise in found for found in failed.values())


def test_revision_fails_the_premise_write_once() -> None:
    atoms = list(cells_of_runs(REVISING))
    step = STEPS["a visible token stays"]
    assert any(not values(step, found)[WRITE_ONCE] for found in atoms)


def test_the_support_is_that_of_the_specification() -> None:
    for case in LEGAL:
        assert case.support == {z for z in strings(case.local.n) if in_support(case.local, z)}


# --- the theorem without a hypothesis: concrete samplers beyond the bound ------------------------


@pytest.mark.parametrize(
    ("make", "n", "tokens"),
    [
        (parity_independent_unmasking, 10, 2),
        (parity_joint_unmasking, 4, 2),
        (parity_after_sampling, 4, 2),
        (parity_revision, 4, 2),
        (parity_remask_state_only, 4, 2),
        (parity_with_scratch, 4, 2),
        (parity_two_rounds, 4, None),
    ],
)
def test_without_a_hypothesis_a_sampler_passes_the_bound(
    make: Callable[[int], Schedule], n: int, tokens: int | None
) -> None:
    """Each samples D_n in fewer rounds than the bound for two tokens leaves."""
    schedule = make(n)
    read = wire_locality(schedule)
    most = max(read.predictor, read.unmasking or 0, read.remasking or 0)
    assert (most <= 2) if tokens == 2 else (most == n - 1)
    even = (z for z in strings(n) if sum(z) % 2 == 0)
    assert statelaw.output_law(schedule).is_uniform_on(even)
    assert n > longest_parity(2, schedule.rounds)


# --- the certificates of the proof, the wires, and the recogniser that runs ----------------------


def local_schedules() -> Iterator[Schedule]:
    """Two rounds at locality 1, too few for D_n; chains and trees of D_n."""
    yield from (local_sampler(seed)[1] for seed in range(12))
    for n in (3, 4, 5):
        yield parity_chain(n, clock=True)
        yield parity_tree(n, clock=True)


def test_certificates_are_those_of_the_wires() -> None:
    """On every string the certificate of a violated check is within the cone of its wires."""
    met = 0
    for schedule in local_schedules():
        local = of_schedule(schedule)
        wires = {(c.round_number, c.position): c.cells for c in check_cones(schedule)}
        for z in strings(local.n):
            for violation in violations(local, z):
                seen = check_certificate(local, z, violation)
                assert seen <= wires[violation.round_number, violation.cell]
                met += 1
    assert met > 100


def test_the_recogniser_rejects_a_string_with_an_unread_bit_flipped() -> None:
    """What the step says of flipped bits is what the executable reduction does."""
    met = 0
    for schedule in local_schedules():
        local = of_schedule(schedule)
        circuit = support_recogniser(schedule).circuit
        accepts = {z: evaluate(circuit, [bit == 1 for bit in z])[0] for z in strings(local.n)}
        for z, accepted in accepts.items():
            assert accepted == in_support(local, z)
            found = violations(local, z)
            for violation in found[:1]:
                unread = set(range(local.n)) - check_certificate(local, z, violation)
                for j in unread:
                    met += 1
                    assert not accepts[flipped(z, j)]
    assert met > 100
