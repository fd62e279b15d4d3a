"""DEC-PARITY-*: which position rules in use can sample even parity, with the best predictor.

The rule is the decoder's, the predictor is free: any table of rows, of the locality that is
stated, which may see the mask pattern. Source: this project; theorems and proofs in the note
LOCAL-DECODERS. What a rule does is read off its code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.decoder import Decoder, decoder_laws
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import equal_rate_rows
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.equal_rate_rows import DEFINED, MERGED, NOTE, SOURCE
from dlmcheck.verify.claims.equal_rate_tables import (
    FOUR_STEPS,
    NONE,
    NONE_WALKED,
    NOT_KNOWING,
    PUBLISHED_END,
    SAMPLES,
    impossible,
    tables,
)
from dlmcheck.verify.claims.registry import Claim, Job, Profile, Road, Row, SweepJob
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.position_rules import (
    RuleCase,
    changes_what_is_visible,
    last_batch,
    leaves_some_cell,
    passes_over_the_surest,
    rule_cases,
    two_rounds_anew,
)
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, Sweep, fails
from dlmcheck.verify.trust import ENCODER

CLAUSES, WALK = "clauses", "all tables, one by one"

ALL_AT_ONCE = ("mdlm-ancestral", "dream-origin", "remdm-cap", "remdm-rescale", "remdm-loop")
SUREST_FIRST = (
    "llada-low-confidence",
    "llada-low-confidence-cold",
    "llada-low-confidence-blocks",
    "dream-entropy",
    "dream-topk-margin",
    "dream-maskgit-plus",
    "entropy-order",
    "fast-dllm-threshold-drawn",
    "left-to-right",
)
FOUR = 4
TWO_CELLS = ((2, 2), (2, 3))
SIZES = (*TWO_CELLS, (3, 2), (3, 3), (FOUR, 2))


def _rules(
    domain: str,
    names: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    properties: Mapping[str, Callable[[RuleCase], Outcome]],
) -> Callable[[Profile], Sweep[RuleCase, RuleCase]]:
    """A job: the named rules in these sizes (cells, rounds)."""

    def make(_: Profile) -> Sweep[RuleCase, RuleCase]:
        cases = [case for name in names for case in rule_cases(name, sizes)]
        return Sweep(listed(domain, cases, str), lambda case: case, properties)

    return make


# --- the surest cell first ---------------------------------------------------------------------

FIRST = "the surest cell is written first"
LAST_CELL = "with the true conditionals the law is D_n exactly if the last batch is one cell"
LAST_CELL_MERGED = f"{LAST_CELL}, merged"


def surest_first(case: RuleCase) -> Outcome:
    """See `passes_over_the_surest`, and on four cells `changes_what_is_visible`."""
    found = changes_what_is_visible if case.cells >= FOUR else passes_over_the_surest
    reason = found(case)
    return HOLDS if reason is None else fails(reason)


def _with_conditionals(case: RuleCase) -> Decoder:
    target = even_parity(case.cells)
    return Decoder(case.cells, perfect_predictor(target), case.step, rounds=case.last)


def last_cell(law_of: Callable[[RuleCase], Law[State]]) -> Callable[[RuleCase], Outcome]:
    """See LAST_CELL."""

    def outcome(case: RuleCase) -> Outcome:
        exact = law_of(case) == even_parity(case.cells)
        single = last_batch(case) == 1
        if exact == single:
            return HOLDS
        return fails(f"exact: {exact}, cells in the last batch: {last_batch(case)}")

    return outcome


def _law_defined(case: RuleCase) -> Law[State]:
    laws = decoder_laws(_with_conditionals(case), case.most_rounds())
    return laws[-1].map(lambda one: one.state)


def _law_merged(case: RuleCase) -> Law[State]:
    return Law(analyse(_with_conditionals(case), case.most_rounds()).law)


_surest = _rules(
    "rules that rank by confidence",
    SUREST_FIRST,
    SIZES,
    {
        FIRST: surest_first,
        LAST_CELL: last_cell(_law_defined),
        LAST_CELL_MERGED: last_cell(_law_merged),
    },
)


_blind = _rules(
    "rules that do not look at rows",
    ("llada-random", "mdlm-ancestral"),
    SIZES,
    {FIRST: surest_first},
)


# --- everything at once ------------------------------------------------------------------------

AT_ONCE = "everything masked may be written at once, for good"


def at_once(case: RuleCase) -> Outcome:
    """See `leaves_some_cell`."""
    reason = leaves_some_cell(case)
    return HOLDS if reason is None else fails(reason)


_coins = _rules("rules with coins of one rate", ALL_AT_ONCE, TWO_CELLS, {AT_ONCE: at_once})
_some_at_once = _rules(
    "rules that write so many cells",
    ("llada-random", *SUREST_FIRST),
    TWO_CELLS,
    {AT_ONCE: at_once},
)


# --- revision ----------------------------------------------------------------------------------

ANEW = "two rounds that write every cell, reading two tokens, sample D_n"
ANEW_MERGED = f"{ANEW}, merged"
ONE_ANEW = "the same where the second round writes one cell"


def _anew(rule: str, merged: bool) -> Callable[[int], Outcome]:
    def outcome(cells: int) -> Outcome:
        decoder = two_rounds_anew(rule, cells)
        law = (
            Law(analyse(decoder, 2).law)
            if merged
            else decoder_laws(decoder, 2)[-1].map(lambda one: one.state)
        )
        distance = total_variation(law, even_parity(cells))
        return fails(f"total variation {distance}") if distance else HOLDS

    return outcome


def _revisions(_: Profile) -> Sweep[int, int]:
    return Sweep(
        listed("n = 2..5", (2, 3, 4, 5), str),
        lambda n: n,
        {
            ANEW: _anew("revision-all-cells", False),
            ANEW_MERGED: _anew("revision-all-cells", True),
            ONE_ANEW: _anew("revision-one-cell", False),
        },
    )


# --- jobs and rows -----------------------------------------------------------------------------

SUREST_JOB, BLIND_JOB = "decoders-surest", "decoders-blind"
COINS_JOB, SOME_JOB = "decoders-coins", "decoders-batches"
TABLES_JOB, UNKNOWING_JOB, NONE_JOB = "linear-schedule", "linear-no-round", "linear-none"
REVISION_JOB = "decoders-revision"

JOBS: tuple[Job, ...] = (
    SweepJob(SUREST_JOB, _surest, split=2),
    SweepJob(BLIND_JOB, _blind, split=1),
    SweepJob(COINS_JOB, _coins, split=1),
    SweepJob(SOME_JOB, _some_at_once, split=1),
    SweepJob(TABLES_JOB, tables(FOUR_STEPS, "four steps, 2 and 4 cells"), split=1),
    SweepJob(UNKNOWING_JOB, tables(NOT_KNOWING, "without the round number"), split=1),
    SweepJob(NONE_JOB, impossible, split=1),
    SweepJob(REVISION_JOB, _revisions, split=1),
    *equal_rate_rows.JOBS,
)

SUREST_CLAIM = Claim(
    "DEC-PARITY-SUREST",
    "a rule that writes the surest cell first is no better for even parity than one in order",
    SOURCE,
    ("surest-first",),
    NOTE,
    (
        Row(
            "DEC-PARITY-SUREST",
            "rules",
            "in every round, whatever the rows, of the cells that may be written the first with "
            "the largest probability of a token shows it with at least that probability, and with "
            "fair rows the written cells are certain; what is visible stays: "
            f"{', '.join(SUREST_FIRST)}",
            (Road(SUREST_JOB, FIRST, DEFINED),),
        ),
        Row(
            "DEC-PARITY-SUREST",
            "last-cell",
            LAST_CELL,
            (Road(SUREST_JOB, LAST_CELL, DEFINED), Road(SUREST_JOB, LAST_CELL_MERGED, MERGED)),
        ),
        Row(
            "DEC-PARITY-SUREST",
            "blind-rules",
            "the same of rules that do not look at the rows: llada-random, mdlm-ancestral",
            (Road(BLIND_JOB, FIRST, DEFINED),),
            dropped="surest-first",
        ),
    ),
)

ALL_HYPOTHESIS, ROUND_HYPOTHESIS, END_HYPOTHESIS = "all-at-once", "round-number", "linear-to-0"

COINS_CLAIM = Claim(
    "DEC-PARITY-COINS",
    "with coins of one rate only the times of writing are random: parity in four rounds, or never",
    SOURCE,
    (ALL_HYPOTHESIS, ROUND_HYPOTHESIS, END_HYPOTHESIS),
    NOTE,
    (
        Row(
            "DEC-PARITY-COINS",
            "rules",
            "from every configuration every completion may be written at once and stay: "
            f"{', '.join(ALL_AT_ONCE)}",
            (Road(COINS_JOB, AT_ONCE, DEFINED),),
        ),
        Row(
            "DEC-PARITY-COINS",
            "four-steps",
            "n = 2 and 4: some predictor that knows the round makes MDLM's rule, linear schedule "
            "of four steps to time 0, sample D_n exactly",
            (Road(TABLES_JOB, SAMPLES, DEFINED),),
        ),
        Row(
            "DEC-PARITY-COINS",
            "none",
            "no predictor makes it sample D_n: n = 2 in 1, 2, 3 or 5 steps, n = 3 in 2, 3 or 4 "
            "steps, or in 6 steps with locality 1, n = 4 in 2 steps",
            (Road(NONE_JOB, NONE, CLAUSES), Road(NONE_JOB, NONE_WALKED, WALK)),
            assumptions=(ENCODER,),
        ),
        Row(
            "DEC-PARITY-COINS",
            "batches",
            "every completion may be written at once, for rules that write so many cells a round",
            (Road(SOME_JOB, AT_ONCE, DEFINED),),
            dropped=ALL_HYPOTHESIS,
        ),
        Row(
            "DEC-PARITY-COINS",
            "no-round-number",
            "some predictor without the round number does, n = 2 in four steps, n = 3 in six",
            (Road(UNKNOWING_JOB, SAMPLES, DEFINED),),
            assumptions=(ENCODER,),
            dropped=ROUND_HYPOTHESIS,
        ),
        Row(
            "DEC-PARITY-COINS",
            "published-end",
            "the same table does with the published schedule, which ends at time 10^-5",
            (Road(TABLES_JOB, PUBLISHED_END, DEFINED),),
            dropped=END_HYPOTHESIS,
        ),
    ),
)

REVISION_CLAIM = Claim(
    "DEC-PARITY-REVISION",
    "a decoder that writes every cell anew samples even parity in two rounds, reading two tokens",
    SOURCE,
    ("every-cell-anew",),
    NOTE,
    (
        Row(
            "DEC-PARITY-REVISION",
            "two-rounds",
            "n = 2..5: with the predictor of Theorem 4.1 the rule revision-all-cells samples D_n "
            "in two rounds",
            (Road(REVISION_JOB, ANEW, DEFINED), Road(REVISION_JOB, ANEW_MERGED, MERGED)),
        ),
        Row(
            "DEC-PARITY-REVISION",
            "one-cell",
            "the same for the rule revision-one-cell",
            (Road(REVISION_JOB, ONE_ANEW, DEFINED),),
            dropped="every-cell-anew",
        ),
    ),
)

CLAIMS = (SUREST_CLAIM, COINS_CLAIM, *equal_rate_rows.CLAIMS, REVISION_CLAIM)
