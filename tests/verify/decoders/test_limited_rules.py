"""What Theorems 8 and 9 of the note LOCAL-DECODERS ask of a rule, and rules that are not so."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from random import Random

import pytest

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.noise import Schedule, by_confidence
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, StepFunction, decoder_laws
from dlmcheck.spec.law import Law, certain, marginal
from dlmcheck.spec.perfect import conditional
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.decoders import limited_rules, parity_table
from dlmcheck.verify.decoders.limited_rules import (
    first_times,
    hides_many,
    hides_many_of_many,
    largest_batch,
    shares_no_prime,
)
from dlmcheck.verify.decoders.parity_table import row, verdict
from dlmcheck.verify.decoders.position_rules import RuleCase, rule_case


@pytest.mark.parametrize(
    ("name", "batch"),
    [
        ("wino-drawn", 20),
        ("wino", 20),
        ("fast-dllm-threshold-drawn", None),
        ("llada-low-confidence", None),
        ("revision-one-cell", None),
        ("remdm-conf", None),
    ],
)
def test_a_limit_is_one_for_all_long_lengths_and_all_rounds(name: str, batch: int | None) -> None:
    assert largest_batch(name) == batch


@pytest.mark.parametrize("cells", [30, 41, 100])
def test_a_run_of_wino_takes_a_twentieth_of_its_cells_in_rounds_or_more(cells: int) -> None:
    step_of = RULES["wino-drawn"].make(cells, 1)
    state: State = (MASK,) * cells
    memory: Hashable = None
    rounds = 0
    while MASK in state:
        choices = Choices([], cells)
        offered = Candidates(lambda _: certain(0), choices)
        step = step_of(state, rounds + 1, memory, offered, choices)
        state = tuple(0 if cell in step.reveal else token for cell, token in enumerate(state))
        memory, rounds = step.memory, rounds + 1
    assert 20 * rounds >= cells


@pytest.mark.parametrize("cells", [3, 4])
def test_wino_is_exact_one_cell_at_a_time(cells: int) -> None:
    target = even_parity(cells)
    decoder = Decoder(
        cells,
        lambda state, cell: conditional(target, state, cell),
        RULES["wino-drawn"].make(cells, cells),
        may_revise=True,
    )
    assert decoder_laws(decoder, cells)[-1].map(lambda one: one.state) == target


def test_remasking_by_confidence_hides_a_cell_a_round() -> None:
    assert hides_many(rule_case("remdm-conf", 2, 3)) is None
    assert hides_many_of_many(rule_case("remdm-conf", 96, 5)) is None
    times = first_times(rule_case("remdm-conf", 2, 3))
    assert times == [Fraction(33333, 100_000)] * 3 + [Fraction(1, 100_000)]


def test_other_rules_hide_more_or_choose_cells_by_rows() -> None:
    assert hides_many_of_many(rule_case("remdm-cap", 96, 3)) == (
        "round 2: 96/25 cells are hidden in the mean"
    )
    assert hides_many(rule_case("wino-drawn", 2, 2)) == (
        f"round 1, {(MASK, MASK)}: the rate depends on the state or the rows"
    )
    assert hides_many(rule_case("llada-random", 2, 1)) is None
    assert hides_many(rule_case("llada-random", 2, 2)) == (
        f"round 1, {(MASK, MASK)}: the coins are not independent"
    )
    assert hides_many(rule_case("revision-all-cells", 2, 2)) is not None


def twice(step: StepFunction) -> StepFunction:
    """The same, but what is hidden is hidden twice as often."""

    def hidden(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        made = step(state, number, memory, candidates, choices)
        coins = tuple((cell, min(2 * p, Fraction(1))) for cell, p in made.remask_coins)
        return Step(reveal_coins=made.reveal_coins, remask_coins=coins, notes=made.notes)

    return hidden


def test_canary_a_rule_that_hides_two_cells_a_round_is_found() -> None:
    schedule = Schedule(3)
    usual = RuleCase("usual", by_confidence(schedule), 2, 3, 3)
    more = RuleCase("twice", twice(by_confidence(schedule)), 2, 3, 3)
    assert hides_many(usual) is None
    assert "much is hidden" in (hides_many(more) or "")
    many = RuleCase("twice", twice(by_confidence(schedule)), 96, 3, 3)
    assert hides_many_of_many(many) == "round 2: 2 cells are hidden in the mean"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("cells", "steps"), [(2, 3), (3, 2)])
def test_without_hiding_a_cell_is_0_or_1_modulo_the_prime(
    cells: int, steps: int, seed: int
) -> None:
    def row_of(state: State, cell: int) -> Law[Token]:
        # A row that is certain, whatever else; the same whenever it is asked for.
        return certain(Random(f"{seed} {state} {cell}").randrange(2))

    case = rule_case("mdlm-ancestral", cells, steps)
    decoder = Decoder(cells, row_of, case.step, rounds=steps + 1)
    law = decoder_laws(decoder, steps + 1)[-1].map(lambda one: one.state)
    for cell in range(cells):
        chance = marginal(law, cell)[1]
        assert chance.numerator * pow(chance.denominator, -1, 41) % 41 in (0, 1)


def test_a_schedule_to_time_zero_has_no_prime() -> None:
    case = RuleCase("to 0", by_confidence(Schedule(4)), 2, 4, 4)
    assert shares_no_prime(case) == "times 1/4, 1/4, 1/4, 1/4"
    short = RuleCase("too short", by_confidence(Schedule(4, Fraction(1, 2))), 2, 4, 4)
    assert "leave a cell masked" in (shares_no_prime(short) or "")


def test_the_two_lines_of_the_table() -> None:
    assert verdict("wino-drawn") == (
        "at most 20 cells a round",
        "never in fewer than n/20 rounds",
        "theorem 8 of this note",
    )
    assert row("remdm-conf").split(" | ")[3] == "theorem 9 of this note"


def test_canary_the_limit_in_the_table_is_the_one_of_the_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def seven(name: str) -> int | None:
        return 7

    def none(name: str) -> int | None:
        return None

    monkeypatch.setattr(parity_table, "largest_batch", seven)
    assert verdict("wino-drawn")[1] == "never in fewer than n/7 rounds"
    monkeypatch.setattr(parity_table, "largest_batch", none)
    assert verdict("wino-drawn")[1] == "open"
    monkeypatch.setattr(limited_rules, "LONG", (12, 16))
    assert largest_batch("wino-drawn") is None
