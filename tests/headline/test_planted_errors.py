"""For every claim of the catalogue an error is planted, and caught for the expected reason.

Which claims there are is read off the catalogue: a new claim fails here until an error is planted
for it. The jobs are those of the audit; they stop at the first instance that fails. More errors
are planted, row by row, in `tests/verify/claims`. Those for the claims on numbers of rounds stand
in `planted_rounds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.autoregressive import autoregressive_model
from dlmcheck.model.constructions.shift import shift_right
from dlmcheck.model.constructions.shorter import growing_revision_length
from dlmcheck.model.constructions.vocabulary import binary_sampler
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.reductions.collapse import collapsed_blocks
from dlmcheck.model.reductions.parity_recogniser import Recogniser, support_recogniser
from dlmcheck.model.reductions.unrolled import unroll
from dlmcheck.model.samplers.ablated import Boundary, revision_with_boundary
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.prefix_tree import two_round_sampler
from dlmcheck.spec.autoregressive import AutoregressiveModel
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_from_json
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import (
    batch_cases,
    batch_schedules,
    biased_coins,
    comparisons,
    decoder_cases,
    decoder_parity,
    decoders,
    equal_rate_blocks,
    equal_rate_tables,
    exactly_d,
    footprint,
    identity_checks,
    inexact,
    length_cases,
    locality_table,
    optimality,
    parity_samplers,
    proved_locality,
    section3,
    section4_checks,
    step_checks,
    t31,
    widths,
)
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.claims.locality_entries import ENTRIES
from dlmcheck.verify.claims.registry import Claim, Profile, SweepJob
from dlmcheck.verify.counterexamples import first_failure
from dlmcheck.verify.decoders import position_rules
from dlmcheck.verify.engines.widths import optimise
from dlmcheck.verify.kernel.evidence import Witness
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import errors, lengths
from dlmcheck.verify.searches.write_once_space import Target, without_copies
from tests.headline.planted import Planted
from tests.headline.planted_rounds import ROUNDS
from tests.verify.claims.test_batch_schedule_claims import independent, one_cell_late
from tests.verify.claims.test_decoder_claims import (
    blind_predictor,
    by_entropy,
    said_to_write_one_cell,
)
from tests.verify.claims.test_decoder_parity_claims import (
    for_other_bits,
    one_step_fewer,
    to_time_zero,
    whatever_a_neighbour_says,
    without_the_last_zero,
)
from tests.verify.claims.test_one_round_claims import ROWS as ONE_ROUND_ROWS
from tests.verify.claims.test_semantics_claims import CANARIES
from tests.verify.claims.test_step_claims import start_counted_as_masked

# --- the errors --------------------------------------------------------------------------------


def with_a_gate_flipped(text: str) -> Schedule:
    """A schedule as it is read, and then one gate of the predictor is another."""
    schedule = schedule_from_json(text)
    return flip_gate(schedule, "predictor", len(schedule.predictor.gates) - 1)


def with_a_round_less(text: str) -> Schedule:
    schedule = schedule_from_json(text)
    return replace(schedule, rounds=schedule.rounds - 1)


def no_cut(*_: object) -> None:
    return None


def shifted_too_far(length: int, amount: int, fill: int = 0) -> Circuit:
    return shift_right(length, min(length, amount + 1), fill)


def writing_zeros(circuit: Circuit, data: Any = ()) -> AutoregressiveModel:
    def zero(_: object) -> Law[int]:
        return certain(0)

    return replace(autoregressive_model(circuit, data), next_token=zero)


def one_gate_more(target: Target) -> int:
    return len(without_copies(target.circuit).gates) + 1


def said_to_be_narrower(*given: Any, **options: Any) -> Any:
    found = optimise(*given, **options)
    return found if options["conflicts"] else replace(found, width=found.width - 1)


def negated_run(schedule: Schedule) -> Any:
    found = unroll(schedule)
    outputs = tuple(~v for v in found.circuit.outputs)
    return replace(found, circuit=replace(found.circuit, outputs=outputs))


def one_round_of_bits_less(*given: Any) -> Any:
    found = binary_sampler(*given)
    return replace(found, rounds=found.rounds - 1)


def with_a_free_end(n: int) -> Circuit:
    circuit = collapsed_blocks(2 * n)
    return replace(circuit, outputs=circuit.outputs[:n], output_names=circuit.output_names[:n])


def too_good(n: int) -> tuple[int, ...]:
    return (1, 2) if n == 1 else (1 << n - 1, 1 << n)


def negated(schedule: Schedule) -> Recogniser:
    found = support_recogniser(schedule)
    circuit = found.circuit
    return replace(found, circuit=replace(circuit, outputs=tuple(~v for v in circuit.outputs)))


def two(_n: int, _tokens: int) -> int:
    return 2


def of_any_locality(_: int) -> tuple[int, Schedule]:
    return 3, parity_two_rounds(3)


def another_table() -> tuple[object, ...]:
    """The entries of the table, each least number of rounds one too small."""
    return tuple(
        replace(entry, low=entry.low - 1, high=entry.low - 1)
        for entry in ENTRIES
        if entry.low and entry.low > 1
    )


def one_cell_more(width: int, depth: int) -> int:
    return growing_revision_length(width, depth) + 1


def another_family() -> dict[str, Any]:
    """A chain that is said to have one gate more."""
    chain = FAMILIES["parity-chain"]

    def one_more(n: int) -> int:
        return chain.size(n) + 1

    return {**FAMILIES, "parity-chain": replace(chain, size=one_more)}


def of_another_law(n: int, _law: object, symbols: int) -> Any:
    return two_round_sampler(n, Law({(0,) * n: Fraction(1)}), symbols)


def of_odd_strings(n: int, _: Boundary) -> Schedule:
    return revision_with_boundary(n, Boundary.FIRST_ONE)


def no_bits(_tokens: int, rounds: int) -> list[tuple[int, int]]:
    return [(0, 0)] * rounds


def all_zeros(sampler: Any) -> Law[State]:
    return Law({(0,) * sampler.length: Fraction(1)})


def compiled_with_a_gate_flipped(circuit: Circuit, **choices: Any) -> Any:
    found = compile_write_once(circuit, **choices)
    return replace(found, schedule=flip_gate(found.schedule, "predictor", 0))


PLANTED: Mapping[str, Planted] = {
    "T3.1": Planted(
        "t31-small", "law:sampled,from-one,whole-state", t31, "schedule_from_json",
        with_a_gate_flipped, "a run is illegal: WritesMask",
    ),
    "T3.1-EXACT": Planted(
        "exactly-d-small", "d rounds suffice, faithfully, exactly with a product cut", exactly_d,
        "product_cut_exists", no_cut, "one of simulation and cut exists, the other does not",
    ),
    "NC0-SHIFT": Planted(
        "shift-function", "", comparisons, "shift_right", shifted_too_far, "wrong on (*",
    ),
    "C-AR": Planted(
        "autoregressive", "the autoregressive run has the circuit's output law", comparisons,
        "autoregressive_model", writing_zeros, "another output law",
    ),
    "T3.2": Planted(
        "banks-laws", "law:remasking, whole-state", section3, "schedule_from_json",
        with_a_round_less, "the run is illegal (LeavesMask)",
    ),
    "T3.3": Planted(
        "banks-laws", "law:revision, whole-state", section3, "schedule_from_json",
        with_a_round_less, "the run is illegal (LeavesMask)",
    ),
    "T3-SHORTER": Planted(
        "banks-laws", "law:revision, mask as a counter symbol, whole-state", section3,
        "schedule_from_json", with_a_round_less, "the run is illegal (LeavesMask)",
    ),
    "T3-MINIMUM": Planted(
        "lengths-searched", "the least length is as claimed: remask", length_cases,
        "LEAST_REMASKING", {**length_cases.LEAST_REMASKING, (1, 3): 4}, "3 cells, 4 claimed*",
    ),
    "C-SPACE": Planted(
        "space-programs", footprint.CELLS, footprint, "gates_taken", one_gate_more,
        "1 cells are enough",
    ),
    "WIDTH": Planted(
        "widths-refuted", widths.LEAST, widths, "optimise", said_to_be_narrower,
        "layers 0..1: found *, the least width with layers *",
    ),
    "C-OPT": Planted(
        "optimality-circuits", "unrolled: write-once", optimality, "unroll", negated_run,
        "the unrolled circuit has another law",
    ),
    "C-GEN": Planted(
        "optimality-circuits", optimality.TWO_REVISION, optimality, "schedule_from_json",
        with_a_gate_flipped, "output 0 has probability 1 in the run and 1/2 in the circuit",
    ),
    "VOCABULARY": Planted(
        "vocabulary", "k rounds", optimality, "binary_sampler", one_round_of_bits_less,
        "1 rounds for 2 bits",
    ),
    "T4.1": Planted(
        "parity-definition", "T4.1: two rounds", parity_samplers, "schedule_from_json",
        with_a_gate_flipped, "n = 2: the output law is not D_n",
    ),
    "T4.2": Planted(
        "parity-definition", "T4.2: two rounds, clock", parity_samplers, "schedule_from_json",
        with_a_gate_flipped, "n = 2: the output law is not D_n",
    ),
    "R-4": Planted(
        "parity-collapse", section4_checks.COLLAPSED, section4_checks, "even_strings",
        with_a_free_end, "n = 2*",
    ),
    "L4.3": Planted(
        "depth-two", section4_checks.SHAPE, section4_checks, "best_agreements", too_good,
        "n = 2: 1 terms agree on 4*",
    ),
    "T4.5": Planted(
        "parity-reduction", "reduction: one check", section4_checks, "support_recogniser",
        negated, "n = 2: wrong on input *",
    ),
    "H": Planted(
        "parity-faster", "faster: revise-token, two rounds", section4_checks, "least_rounds",
        two, "n = 4: 2 rounds are not fewer",
    ),
    "T4.5-ERROR": Planted(
        "inexact-local", inexact.BALANCED, inexact, "local_sampler", of_any_locality,
        "n = 3: * over even strings, 0 over odd ones",
    ),
    "T4.5-LOCAL": Planted(
        "locality-found", "", locality_table, "ENTRIES", another_table(), "*: no sampler",
    ),
    "LENGTHS": Planted(
        "lengths-exact", lengths.SAVINGS[0].proof.statement, lengths, "growing_revision_length",
        one_cell_more, "d = *: * cells saved, claimed *",
    ),
    "FAMILIES": Planted(
        "families-grow", "parity-chain: size and depth are as in closed form", identity_checks,
        "FAMILIES", another_family(), "k = *: stated *, closed form *",
    ),
    "X-DIM2": Planted(
        "two-rounds-any-law", "", identity_checks, "two_round_sampler", of_another_law,
        "n = *: another law",
    ),
    "PARITY-ERROR": Planted(
        "parity-errors", errors.LAST_BIT.statement, identity_checks, "revision_with_boundary",
        of_odd_strings, "n = *, e = *: distance *",
    ),
    "T4.5-BOUND": Planted(
        "locality-concrete", proved_locality.DEPENDS, proved_locality, "cone_bounds", no_bits,
        "cell *: * bits",
    ),
    "RIGIDITY": Planted(
        "locality-concrete", proved_locality.EVENT, proved_locality, "output_law", all_zeros,
        "* after round *",
    ),
    "BIAS": Planted(
        "biased-coins", "T3.1 for every bias, coupled", biased_coins, "compile_write_once",
        compiled_with_a_gate_flipped, "round *",
    ),
    **ROUNDS,
    "DEC-BLIND": Planted(
        "decoders-small", "", decoder_cases, "predictor_of", blind_predictor, "total variation *"
    ),
    "DEC-CONFIDENCE": Planted(
        "decoders-two-bits", decoders.CONFIDENT, decoders, "most_confident", by_entropy,
        "distance 0, stated *",
    ),
    "DEC-JOINT": Planted(
        "decoders-small", decoders.JOINT, decoder_cases, "analyse", said_to_write_one_cell,
        "given the cells *",
    ),
    "DEC-PARITY-SUREST": Planted(
        "decoders-surest", decoder_parity.LAST_CELL, decoder_parity, "perfect_predictor",
        for_other_bits, "exact: False, cells in the last batch: 1",
    ),
    "DEC-PARITY-COINS": Planted(
        "linear-schedule", equal_rate_tables.SAMPLES, equal_rate_tables, "ancestral",
        one_step_fewer, "total variation *",
    ),
    "DEC-PARITY-CHAIN": Planted(
        "linear-blocks", equal_rate_blocks.CHAINED, equal_rate_blocks, "agreed",
        whatever_a_neighbour_says, "total variation *",
    ),
    "DEC-PARITY-PUBLISHED": Planted(
        "published-ends", equal_rate_blocks.EARLY_PRIME, equal_rate_blocks, "rule_case",
        to_time_zero, "times 1/2, 1/2",
    ),
    "DEC-PARITY-REVISION": Planted(
        "decoders-revision", decoder_parity.ANEW, position_rules, "sums_of_neighbours",
        without_the_last_zero, "total variation 1/2",
    ),
    "SCHED-COST": Planted(
        "batch-schedules", batch_schedules.FORMULA, batch_schedules, "curve_error", one_cell_late,
        "*, not *",
    ),
    "SCHED-OWN-LAW": Planted(
        "batch-schedules", batch_schedules.UPPER, batch_cases, "law_of_schedule", independent,
        "* is more than *",
    ),
    "DEC-STEPS": Planted(
        "step-laws", step_checks.BY_TOTAL, step_checks, "share_of_total", start_counted_as_masked,
        "* is more than *",
    ),
}  # fmt: skip


def by_canaries(claim: Claim) -> bool:
    """Whether every row of a claim of the semantics has its own canaries (checked there)."""
    one_round = {row.id for row in ONE_ROUND_ROWS}
    return all(CANARIES.get(row.id) or row.id in one_round for row in claim.rows)


def only_imported(claim: Claim) -> bool:
    """Whether no row of a claim is decided here, so that there is no construction to spoil."""
    roads = [road for row in claim.rows for road in row.roads]
    if any(road.job != "imported" for road in roads):
        return False
    job = catalogue().job("imported")
    found = job.conclude(Profile.QUICK, [job.run(Profile.QUICK, 0, lambda _: None)])
    return {found[road.statement].verdict for road in roads} == {Verdict.UNSETTLEABLE}


def without_an_error(claims: tuple[Claim, ...]) -> list[str]:
    """The claims for which nobody has planted an error."""
    return [
        claim.id
        for claim in claims
        if claim.id not in PLANTED and not by_canaries(claim) and not only_imported(claim)
    ]


# --- the tests ---------------------------------------------------------------------------------


def test_every_claim_of_the_catalogue_has_a_planted_error() -> None:
    assert without_an_error(catalogue().claims) == []
    assert set(PLANTED) <= {claim.id for claim in catalogue().claims}


def test_canary_a_new_claim_without_one_is_noticed() -> None:
    new = replace(catalogue().claims[0], id="NEW")
    assert without_an_error((new,)) == ["NEW"]


@pytest.mark.parametrize("claim", sorted(PLANTED))
def test_the_planted_error_is_caught_for_its_reason(
    monkeypatch: pytest.MonkeyPatch, claim: str
) -> None:
    planted = PLANTED[claim]
    rows = [row for row in catalogue().rows if row.claim == claim]
    roads = [road for row in rows for road in row.roads if road.job == planted.job]
    statements = [r.statement for r in roads if planted.statement in ("", r.statement)]
    assert statements, "no row of the claim goes this road"
    job = catalogue().job(planted.job)
    monkeypatch.setattr(planted.module, planted.name, planted.error)
    if not isinstance(job, SweepJob):  # a proof, whose steps come from the construction
        with pytest.raises(Rejected, match=planted.reason):
            job.run(Profile.QUICK, 0, lambda _: None)
        return
    sweep = job.make(Profile.QUICK)
    statement = next(s for s in sweep.properties if s in statements or not planted.statement)
    if planted.reason.startswith("the certificate "):
        # The kernel does not let the wrong certificate through.
        with pytest.raises(Rejected, match=planted.reason):
            first_failure(job, statement, Profile.QUICK, lambda _: None)
        return
    checked = first_failure(job, statement, Profile.QUICK, lambda _: None)
    assert checked.verdict is Verdict.REFUTED
    assert isinstance(checked.evidence, Witness)
    assert fnmatchcase(checked.evidence.reason, planted.reason), checked.evidence.reason


def test_the_rows_of_the_semantics_have_canaries() -> None:
    claims = [claim for claim in catalogue().claims if claim.id.startswith("S-")]
    assert claims
    assert all(by_canaries(claim) for claim in claims)
