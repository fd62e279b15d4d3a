"""Claims on even parity by rules in use: verdicts, smallest witnesses, tables that are run."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import pytest

from dlmcheck.model.decoders.noise import Schedule, ancestral
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.decoder import DecoderPredictor, StepFunction
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.claims.decoder_parity import CLAIMS, JOBS
from dlmcheck.verify.claims.equal_rate_blocks import (
    Found,
    before_last_by_definition,
    endings,
)
from dlmcheck.verify.claims.equal_rate_tables import law_of_table
from dlmcheck.verify.claims.registry import DirectJob, Profile, SweepJob
from dlmcheck.verify.decoders.parity_table import table, verdict
from dlmcheck.verify.decoders.position_rules import (
    FAIR,
    RuleCase,
    changes_what_is_visible,
    leaves_some_cell,
    passes_over_the_surest,
    rule_case,
    sums_of_neighbours,
)
from dlmcheck.verify.decoders.weaker_rules import (
    changes_many_cells,
    hides_what_is_unfair,
    leaves_out_a_batch,
)
from dlmcheck.verify.decoders.writing_times import no_common_prime, writing_times
from dlmcheck.verify.kernel.block_chains import (
    NO,
    VOTES,
    YES,
    Ending,
    Kind,
    Shown,
    agreed,
    before_last,
    uneven,
)
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import check_sweep
from dlmcheck.verify.searches.chained_blocks import find_block
from dlmcheck.verify.searches.equal_rates import EqualRates, by_clauses, by_walking, read_sets
from dlmcheck.verify.searches.exact_filling import fill
from tests.verify.claims.verdicts import check_verdict

ROWS = {row.id: row for claim in CLAIMS for row in claim.rows}
NOTE = Path(__file__).parents[3] / "proofs_notes" / "LOCAL-DECODERS.md"

WITNESSES = {
    "DEC-PARITY-SUREST/blind-rules": (
        "llada-random, 2 cells, 2 rounds",
        "round 1, fair rows: which cells are written is random",
    ),
    "DEC-PARITY-COINS/batches": (
        "llada-random, 2 cells, 2 rounds",
        "round 1: (0, 0) is not left at once",
    ),
    "DEC-PARITY-COINS/no-round-number": (
        "2 cells, 4 rounds, reading all cells, without the round number",
        "no predictor",
    ),
    "DEC-PARITY-COINS/published-end": (
        "2 cells, 4 rounds, reading all cells",
        "total variation 1/20000000000",
    ),
    "DEC-PARITY-CHAIN/no-votes": ("5 cells, at an end", "total variation 1/2"),
    "DEC-PARITY-PUBLISHED/to-zero": ("linear to time 0, 2 cells, 2 rounds", "times 1/2, 1/2"),
    "DEC-PARITY-REVISION/one-cell": ("2", "total variation 1/2"),
}


@cache
def found() -> dict[tuple[str, str], Checked]:
    results: dict[tuple[str, str], Checked] = {}
    for job in JOBS:
        if isinstance(job, SweepJob):
            results |= {(job.id, s): c for s, c in check_sweep(job.make(Profile.QUICK)).items()}
        else:
            assert isinstance(job, DirectJob)
            results |= {(job.id, s): c for s, c in job.check(Profile.QUICK).items()}
    return results


FOR_ALL_N = {"DEC-PARITY-CHAIN/all-n"}


@pytest.mark.parametrize("row", ROWS)
def test_the_verdict_of_every_row(row: str) -> None:
    results = [found()[road.job, road.statement] for road in ROWS[row].roads]
    check_verdict(ROWS[row], results, WITNESSES, FOR_ALL_N)


@pytest.mark.parametrize("cells", [2, 3])
@pytest.mark.parametrize("rounds", [1, 2, 3, 4, 5, 6])
def test_both_searches_agree_and_their_tables_run(cells: int, rounds: int) -> None:
    problem = EqualRates(cells, rounds)
    if problem.rounds**problem.cells > 40:
        return
    tables = [by_clauses(problem), by_walking(problem)]
    assert (tables[0] is None) == (tables[1] is None)
    for one in tables:
        if one is not None:
            law = law_of_table(problem, one, ancestral(Schedule(rounds)), rounds)
            assert law == even_parity(cells)


def test_a_table_with_one_token_flipped_is_no_sampler() -> None:
    problem = EqualRates(2, 4)
    right = by_clauses(problem)
    assert right is not None
    wrong = dict(right)
    wrong[2, (MASK, MASK)] = tuple(1 - token for token in right[2, (MASK, MASK)])
    step = ancestral(Schedule(4))
    assert law_of_table(problem, right, step, 4) == even_parity(2)
    assert law_of_table(problem, wrong, step, 4) != even_parity(2)


def test_a_table_keeps_to_what_its_cells_read() -> None:
    problem = EqualRates(2, 4, ((1,), (0,)))
    assert by_clauses(problem) is not None
    assert by_clauses(replace(problem, reads=((), ()))) is None
    assert len(read_sets(4, 1)) < 3**4


def test_the_walk_is_for_predictors_that_see_everything() -> None:
    with pytest.raises(ValueError, match="read everything"):
        by_walking(EqualRates(2, 4, None, False))


# --- what the code of a rule does --------------------------------------------------------------


def test_no_rule_gets_a_theorem_that_is_not_its_own() -> None:
    assert leaves_some_cell(rule_case("mdlm-ancestral", 2, 2)) is None
    assert leaves_some_cell(rule_case("revision-all-cells", 2, 2)) is not None
    assert passes_over_the_surest(rule_case("dream-maskgit-plus", 3, 3)) is None
    assert passes_over_the_surest(rule_case("dream-origin", 2, 2)) is not None
    assert changes_what_is_visible(rule_case("llada-low-confidence", 3, 2)) is None
    assert changes_what_is_visible(rule_case("wino-drawn", 4, 2)) is not None


RULES_OF_THE_TABLE = (
    "llada-random",
    "llada-low-confidence",
    "mdlm-ancestral",
    "wino-drawn",
    "revision-one-cell",
)


def test_the_table_of_the_note_is_the_computed_one() -> None:
    text = NOTE.read_text("utf-8")
    for line in table(
        (*RULES_OF_THE_TABLE, "revision-all-cells", "fast-dllm-threshold")
    ).splitlines():
        assert line in text
    assert verdict("wino-drawn")[1] == "never in fewer than n/20 rounds"


# --- blocks ------------------------------------------------------------------------------------


@cache
def end_block() -> Found:
    kind = Kind(6, 1)
    return Found(kind, find_block(kind))


def changed(shown: Shown, ending: Ending) -> str | None:
    """What is said of the end block with one ending changed."""
    block = end_block().block
    assert block is not None
    last = {**block.last, shown: ending}
    return uneven(block.kind, end_block().before_last, last)


def test_a_block_with_one_ending_changed_is_not_uniform() -> None:
    block = end_block().block
    assert block is not None
    assert uneven(block.kind, end_block().before_last, block.last) is None
    complete = next(shown for shown in sorted(block.last) if not shown.masked)
    open_one = next(shown for shown in sorted(block.last) if shown.masked.bit_count() == 2)
    votes, even, odd = block.last[open_one]
    assert changed(complete, Ending((YES, NO), complete.ones, 0)) == "complete, but votes (2, 0)"
    assert "not" in (changed(open_one, Ending((YES - votes[0], NO), even, odd)) or "")
    assert "not" in (changed(open_one, Ending(votes, even ^ open_one.masked, odd)) or "")
    visible = ~open_one.masked & -~open_one.masked
    assert "does not end" in (changed(open_one, Ending((YES, NO), even ^ visible, odd)) or "")


def test_the_weights_before_the_last_round_are_those_of_the_definition() -> None:
    block = find_block(Kind(5, 0))
    assert block is not None
    weights = before_last(block)
    assert sum(weights.values()) == 4**5
    assert weights == before_last_by_definition(block)


def test_a_block_looks_at_its_neighbours_only() -> None:
    block = end_block().block
    assert block is not None
    states = sorted(block.last)
    chain = [replace(block, kind=Kind(6, 2))] * 4
    for far in states[::60]:
        near = [states[1], states[40], states[77]]
        assert endings(chain, [*near, far])[:2] == endings(chain, [*near, states[0]])[:2]


def test_two_votes_share_an_odd_parity_half_of_the_time() -> None:
    every = list(product(range(3), repeat=2))
    assert sum(VOTES[a] * VOTES[b] * agreed(a, b) for a, b in every) == 128
    assert not any(agreed(a, b) for a, b in every if NO in (a, b))


def test_a_filling_is_exact_or_fails() -> None:
    items = [(weight, (0, 1, 2)) for weight in (1, 2, 3, 4, 5)]
    places = [0] * 5
    assert fill(items, places, 6, {0: 3}, Random(1))
    for place in range(3):
        held = sum(w for (w, _), at in zip(items, places, strict=True) if at == place)
        assert held + (3 if place == 0 else 0) == 6
    assert not fill([(2, (0, 1))], [0], 1, {}, Random(1))


def test_a_prime_is_for_times_that_are_independent_and_for_good() -> None:
    assert no_common_prime(rule_case("mdlm-ancestral", 2, 3)) is None
    assert writing_times(rule_case("dream-origin", 2, 2)) == [
        Fraction(999, 2000),
        Fraction(1001, 2000),
    ]
    assert no_common_prime(rule_case("llada-random", 2, 2)) is not None
    assert "visible" not in (no_common_prime(rule_case("llada-random", 2, 2)) or "")
    assert no_common_prime(rule_case("remdm-cap", 2, 2)) is not None


def test_weaker_properties_are_not_everybodys() -> None:
    nucleus, warm = (
        rule_case(n, 3, 2) for n in ("dream-entropy-nucleus", "dream-maskgit-plus-warm")
    )
    assert hides_what_is_unfair(nucleus) is None
    assert passes_over_the_surest(nucleus) is not None
    assert hides_what_is_unfair(warm) is not None
    assert leaves_out_a_batch(warm) is None
    assert leaves_out_a_batch(nucleus) is not None
    assert changes_many_cells(rule_case("revision-one-cell", 2, 3)) is None
    assert changes_many_cells(rule_case("revision-all-cells", 2, 3)) is not None


# --- errors that `tests/headline` plants --------------------------------------------------------


def for_other_bits(target: Law[State]) -> DecoderPredictor:
    """The true conditionals of independent bits in place of the target's."""
    return perfect_predictor(uniform(product((0, 1), repeat=len(next(iter(target))))))


def one_step_fewer(schedule: Schedule) -> StepFunction:
    """The rates of a schedule that is over one step too early."""
    return ancestral(replace(schedule, steps=schedule.steps - 1))


def without_the_last_zero(cells: int) -> DecoderPredictor:
    """All cells fair in round 1, so that the sum of all is not 0."""

    def predictor(state: State, cell: int) -> Law[Token]:
        return FAIR if state[cell] == MASK else sums_of_neighbours(cells)(state, cell)

    return predictor


def whatever_a_neighbour_says(after: int, before: int) -> int:
    """An odd parity that is shared without a yes."""
    return int(NO not in (after, before))


def to_time_zero(name: str, cells: int, steps: int) -> RuleCase:
    """A schedule whose end is forgotten."""
    return RuleCase(name, ancestral(Schedule(steps)), cells, steps, steps)
