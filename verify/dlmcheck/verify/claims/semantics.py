"""The sanity lemmas of the semantics: rows, masks, order of cells, merging, coins.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2, which uses them without saying so; the note
SANITY has the proofs. They are checked on seeded schedules of every kind, which holds
specification and engines against what any run must do; where a lemma is false in some reading,
that reading is a row as well. One round as a product law is in `one_round`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dlmcheck.model.legal_samplers import BeyondCircuits
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.lattice import Clock, Edits, End, Point, Remasking, Unmasking
from dlmcheck.verify.claims import row_properties as cells
from dlmcheck.verify.claims import run_properties as runs
from dlmcheck.verify.claims.one_round import CLAIM as PRODUCT_CLAIM
from dlmcheck.verify.claims.one_round import JOBS as PRODUCT_JOBS
from dlmcheck.verify.claims.one_round import LEGAL_JOB, LEGAL_PROPERTIES, ON_COINS, PATHS
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.claims.sampler_cases import (
    Beyond,
    SamplerCase,
    beyond_circuits,
    sampler_case,
    sampler_forgets,
    sampler_merges,
)
from dlmcheck.verify.claims.schedule_cases import Property, ScheduleCase
from dlmcheck.verify.claims.schedule_domains import (
    Legal,
    Nearly,
    compiled_case,
    legal_schedules,
    nearly_legal_schedules,
    one_layer_circuits,
)
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.kernel.sweep import Outcome, Sweep
from dlmcheck.verify.proofs import visible_cells

COLUMNS = "tables of all states at once, coins counted"
TABLES = "integer laws pushed from round to round"
NETWORK = "symbolic unrolling, the network's law enumerated"

ONE_CELL = "proof for every state, one cell in one round"

NEARLY_JOB = "semantics-nearly-legal"
COMPILED_JOB = "semantics-compiled"
BEYOND_JOB = "semantics-beyond-circuits"

# --- jobs --------------------------------------------------------------------------------------

VISIBLE_STAYS: dict[Edits, str] = {edits: f"mask:write,{edits.value}" for edits in Edits}


def _legal(profile: Profile) -> Sweep[Legal, ScheduleCase]:
    properties: dict[str, Property] = {
        "rows:reference": cells.rows_are_laws,
        "rows:columns": cells.rows_are_laws_in_columns,
        "mask:rows": cells.rows_keep_visible_tokens,
        "mask:round,remask,paths": cells.round_keeps(Edits.REMASK),
        "mask:round,remask,coins": cells.round_keeps_on_coins(Edits.REMASK),
        "mask:visible,paths": cells.round_keeps(Edits.REVISE_TOKEN, cells.visible_cells_stay),
        "mask:visible,coins": cells.round_keeps_on_coins(
            Edits.REVISE_TOKEN, cells.visible_cells_stay
        ),
        "order:reference": runs.order_is_free,
        "order:tables": runs.order_is_free_in_tables,
        "merge:paths": runs.schedule_merges,
        "merge:markov": runs.schedule_forgets,
        "merge:markov,coins": runs.schedule_forgets_on_coins,
        "unroll:coins": runs.law_is_that_of_coins,
        "unroll:network": runs.law_is_that_of_the_network,
        **LEGAL_PROPERTIES,
    }
    for edits, name in VISIBLE_STAYS.items():
        properties[name] = cells.write_keeps(edits)
        properties[f"{name},coins"] = cells.write_keeps_on_coins(edits)
    return Sweep(legal_schedules(profile), lambda member: member.case(profile), properties)


def _nearly(profile: Profile) -> Sweep[Nearly, ScheduleCase]:
    properties: dict[str, Property] = {
        "rows:reference": cells.codes_are_legal,
        "rows:columns": cells.codes_are_legal_in_columns,
        "mask:rows": cells.rows_keep_visible_tokens,
        "unroll:legal": runs.legal_as_on_coins,
    }
    for edits in (Edits.WRITE_ONCE, Edits.REMASK):
        name = VISIBLE_STAYS[edits]
        properties[name] = cells.write_keeps(edits, must_be_legal=False)
        properties[f"{name},coins"] = cells.write_keeps_on_coins(edits, must_be_legal=False)
    return Sweep(nearly_legal_schedules(profile), lambda member: member.case(profile), properties)


def _compiled(profile: Profile) -> Sweep[Circuit, ScheduleCase]:
    return Sweep(
        one_layer_circuits(profile),
        compiled_case,
        {
            "rows:reference": cells.rows_are_laws,
            "rows:columns": cells.rows_are_laws_in_columns,
            "mask:rows": cells.rows_keep_visible_tokens,
            "order:reference": runs.order_is_free,
            "order:tables": runs.order_is_free_in_tables,
        },
    )


def _beyond(profile: Profile) -> Sweep[Beyond, SamplerCase]:
    properties: dict[str, Callable[[SamplerCase], Outcome]] = {}
    for form in BeyondCircuits:
        properties[f"merge:{form.value}"] = sampler_merges(form)
        properties[f"markov:{form.value}"] = sampler_forgets(form)
    return Sweep(beyond_circuits(profile), sampler_case, properties)


PROOFS = ProofJob("semantics-proved", visible_cells.proofs)

SWEEPS = (
    SweepJob(LEGAL_JOB, _legal),
    SweepJob(NEARLY_JOB, _nearly),
    SweepJob(COMPILED_JOB, _compiled, split=1),
    SweepJob(BEYOND_JOB, _beyond, split=1),
    *PRODUCT_JOBS,
)
JOBS = (*SWEEPS, PROOFS)

# --- rows --------------------------------------------------------------------------------------

_REFERENCE = "Jiang, Haghtalab, Chen (ICLR 2026), section 2"


def _row(
    claim: str,
    reading: str,
    statement: str,
    *roads: tuple[str, str, str],
    dropped: str | None = None,
) -> Row:
    return Row(claim, reading, statement, tuple(Road(*road) for road in roads), dropped=dropped)


def _both(job: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    return (job, "rows:reference", REFERENCE), (job, "rows:columns", COLUMNS)


def _proved(statement: str) -> tuple[str, str, str]:
    return PROOFS.id, statement, ONE_CELL


_ROWS = "on every state, reached or not, every row is a law on legal tokens"

ROWS_CLAIM = Claim(
    id="S-ROWS",
    title="the rows of a predictor are laws on legal tokens",
    reference=f"{_REFERENCE}, definition of a predictor and of the token code",
    hypotheses=("legal-schedule",),
    note="SANITY",
    rows=(
        _row("S-ROWS", "legal", f"in a legal schedule {_ROWS}", *_both(LEGAL_JOB)),
        _row("S-ROWS", "compiled", f"in the schedule of Theorem 3.1 for a circuit {_ROWS}",
             *_both(COMPILED_JOB), _proved(visible_cells.ROWS)),
        _row(
            "S-ROWS",
            "any",
            "in whatever circuits are given as a schedule no row has an illegal code",
            *_both(NEARLY_JOB),
            dropped="legal-schedule",
        ),
    ),
)  # fmt: skip


def _mask_roads(job: str, edits: Edits) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    name = VISIBLE_STAYS[edits]
    return (job, name, REFERENCE), (job, f"{name},coins", ON_COINS)


def _paths_and_coins(name: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    return (LEGAL_JOB, f"{name},paths", PATHS), (LEGAL_JOB, f"{name},coins", ON_COINS)


def _mask(
    reading: str, statement: str, *roads: tuple[str, str, str], dropped: str | None = None
) -> Row:
    """A row; the edit model of its point is the one that its reading begins with."""
    row = _row("S-MASK", reading, statement, *roads, dropped=dropped)
    for edits in Edits:
        if reading.partition(",")[0] == edits.value:
            remasking = Remasking.JOINT if edits is Edits.REMASK else Remasking.NONE
            clock = Clock.ROUND_NUMBER
            point = Point(edits, Unmasking.AFTER_SAMPLING, remasking, clock, end=End.OUTPUT_ONLY)
            return replace(row, point=point)
    return row


_KEPT = "in every reachable state a write keeps every visible token"
_CERTAIN = "any legal schedule, whose rows of visible cells are certain of their token"

MASK_CLAIM = Claim(
    id="S-MASK",
    title="mask preservation: a visible cell keeps its token",
    reference=f"{_REFERENCE}, definition of mask preservation",
    hypotheses=("no-revision", "before-remasking", "legal-schedule"),
    note="SANITY",
    rows=(
        _mask("write-once", f"write-once, {_CERTAIN}: {_KEPT}",
              *_mask_roads(LEGAL_JOB, Edits.WRITE_ONCE),
              _proved(visible_cells.LEGAL_WRITE)),
        _mask("remask,write", f"remask, {_CERTAIN}: {_KEPT}",
              *_mask_roads(LEGAL_JOB, Edits.REMASK),
              _proved(visible_cells.LEGAL_WRITE)),
        _mask(
            "remask,round",
            "remask: a visible token is still there after the round",
            *_paths_and_coins("mask:round,remask"),
            dropped="before-remasking",
        ),
        _mask("revise-token", f"revise-token: {_KEPT}",
              *_mask_roads(LEGAL_JOB, Edits.REVISE_TOKEN), dropped="no-revision"),
        _mask(
            "revise-token,visible",
            "revise-token: a visible cell is visible after the round",
            *_paths_and_coins("mask:visible"),
            _proved(visible_cells.STAYS_VISIBLE),
        ),
        _mask("revise-any", f"revise-any: {_KEPT}",
              *_mask_roads(LEGAL_JOB, Edits.REVISE_ANY), dropped="no-revision"),
        _mask(
            "write-once,not-refused",
            f"write-once, any schedule whose run is not refused: {_KEPT}",
            *_mask_roads(NEARLY_JOB, Edits.WRITE_ONCE),
            _proved(visible_cells.LEGAL_RUN),
        ),
        _mask(
            "remask,not-refused",
            f"remask, any schedule whose run is not refused: {_KEPT}",
            *_mask_roads(NEARLY_JOB, Edits.REMASK),
            _proved(visible_cells.LEGAL_RUN),
        ),
        _mask(
            "all-states,legal",
            "without revision, in a legal schedule the row of a visible cell is certain of its "
            "token on every state, reached or not",
            (LEGAL_JOB, "mask:rows", REFERENCE),
        ),
        _mask(
            "all-states,compiled",
            "in the schedule of Theorem 3.1 for a circuit the row of a visible cell is certain of "
            "its token on every state, reached or not",
            (COMPILED_JOB, "mask:rows", REFERENCE),
            _proved(visible_cells.CERTAIN),
        ),
        _mask(
            "all-states,any",
            "without revision, in whatever circuits are given as a schedule the row of a visible "
            "cell is certain of its token",
            (NEARLY_JOB, "mask:rows", REFERENCE),
            dropped="legal-schedule",
        ),
    ),
)  # fmt: skip

_RENUMBERED = "if its cells are renumbered, the laws of all rounds are renumbered alike"

ORDER_CLAIM = Claim(
    id="S-ORDER",
    title="the law of a run does not depend on the order of the positions",
    reference=f"{_REFERENCE}, definition of a round",
    hypotheses=(),
    note="SANITY",
    rows=tuple(
        _row(
            "S-ORDER",
            reading,
            f"{what}: {_RENUMBERED}",
            (job, "order:reference", REFERENCE),
            (job, "order:tables", TABLES),
        )
        for reading, what, job in (
            ("legal", "a legal schedule", LEGAL_JOB),
            ("compiled", "the schedule of a circuit", COMPILED_JOB),
        )
    ),
)

_MERGED = "the laws with equal configurations merged are those of the paths one by one"
_MARKOV = "the law of the next state depends on the present state alone"

MERGE_CLAIM = Claim(
    id="S-MERGE",
    title="merging equal states does not change the law",
    reference=f"{_REFERENCE}, definition of a run",
    hypotheses=("memory-is-merged-too",),
    note="SANITY",
    rows=(
        _row("S-MERGE", "schedules", f"a schedule: {_MERGED}", (LEGAL_JOB, "merge:paths", PATHS),
             (LEGAL_JOB, "unroll:coins", ON_COINS)),
        *(
            _row(
                "S-MERGE",
                form.value,
                f"F of the form {form.value}: {_MERGED}",
                (BEYOND_JOB, f"merge:{form.value}", PATHS),
            )
            for form in BeyondCircuits
        ),
        _row("S-MERGE", "states-only,schedules", f"a schedule: {_MARKOV}",
             (LEGAL_JOB, "merge:markov", PATHS), (LEGAL_JOB, "merge:markov,coins", ON_COINS)),
        *(
            _row(
                "S-MERGE",
                f"states-only,{form.value}",
                f"F of the form {form.value}: {_MARKOV}",
                (BEYOND_JOB, f"markov:{form.value}", PATHS),
                dropped="memory-is-merged-too" if form is BeyondCircuits.MEMORY else None,
            )
            for form in BeyondCircuits
        ),
    ),
)  # fmt: skip

UNROLL_CLAIM = Claim(
    id="S-UNROLL",
    title="the law of a run is that of uniform coins pushed through the run on coins",
    reference=f"{_REFERENCE}, random bits of a circuit",
    hypotheses=(),
    note="SANITY",
    rows=(
        _row(
            "S-UNROLL",
            "law",
            "uniform coins through the run on coins give the law of the run",
            (LEGAL_JOB, "unroll:coins", ON_COINS),
            (LEGAL_JOB, "unroll:network", NETWORK),
        ),
        _row(
            "S-UNROLL",
            "rules",
            "a run breaks a rule with positive probability exactly if it breaks one on some coins",
            (NEARLY_JOB, "unroll:legal", ON_COINS),
        ),
    ),
)

CLAIMS = (ROWS_CLAIM, MASK_CLAIM, PRODUCT_CLAIM, ORDER_CLAIM, MERGE_CLAIM, UNROLL_CLAIM)
