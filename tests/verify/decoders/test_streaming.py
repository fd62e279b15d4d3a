"""Laws from below: they enclose the exact ones, closely; a rule must do what it declares."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.noise import Shares
from dlmcheck.model.targets import parse_target
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.law import Law, total_variation
from dlmcheck.spec.perfect import Impossible
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders import downward, enclosed, state_tables, streaming
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.decoders.downward import (
    NODES,
    ONE,
    Units,
    coins,
    excess,
    summed_products,
    times,
)
from dlmcheck.verify.decoders.enclosed import (
    EnclosedLaw,
    NotByShares,
    checked_walks,
    sampled_behaviour,
    shares_of,
)
from dlmcheck.verify.decoders.streaming import law_from_below
from dlmcheck.verify.kernel.divergence import divergence

WIDTH = Fraction(1, 2**31)
"""After the last round with memory."""
BEFORE = Fraction(1, 2**45)
TARGETS = ("product:9/10,2/3,1/3", "markov:3,1/4", "noisy-markov:3,1/4,1/10", "even-parity:3")


def conf(
    target: Law[State],
    rounds: int,
    convention: Impossible = Impossible.UNIFORM,
    prompt: tuple[tuple[int, int], ...] = (),
) -> tuple[Decoder, Shares]:
    """ReMDM-conf on a target, and what it declares of itself."""
    cells = len(next(iter(target)))
    vocabulary = 1 + max(1, *(token for state in target for token in state))
    rule = RULES["remdm-conf"]
    decoder = Decoder(
        cells,
        tabulated_predictor(target, vocabulary, convention),
        rule.make(cells - len(prompt), rounds),
        rounds=rounds + rule.extra,
        vocabulary=vocabulary,
        prompt=prompt,
        may_revise=True,
    )
    shares = shares_of("remdm-conf", cells - len(prompt), rounds, vocabulary)
    assert shares is not None
    return decoder, shares


def outside(decoder: Decoder, shares: Shares, width: Fraction = WIDTH) -> list[tuple[int, State]]:
    """Rounds and states whose exact probability is not where the law from below says."""
    exact = analyse(decoder).by_round
    below = law_from_below(decoder, shares).by_round
    assert len(exact) == len(below) == shares.steps + 2
    found: list[tuple[int, State]] = []
    for number, (law, low) in enumerate(zip(exact, below, strict=True)):
        missing = EnclosedLaw(low).missing
        assert 0 <= missing < (BEFORE if number < shares.steps else width)
        zero = Fraction(0)
        found += [
            (number, state)
            for state in sorted(law.keys() | low.keys())
            if not low.get(state, zero) <= law.get(state, zero) <= low.get(state, zero) + missing
        ]
    return found


@pytest.mark.parametrize("rounds", [3, 4, 5])
@pytest.mark.parametrize("text", [*TARGETS, "one-hot:3", "even-parity:2", "one-hot:2"])
def test_the_exact_law_of_every_round_is_enclosed(text: str, rounds: int) -> None:
    assert outside(*conf(parse_target(text).law, rounds)) == []


@pytest.mark.parametrize(
    ("text", "rounds"), [("markov:4,1/4", 4), ("product:9/10,2/3,1/3,1/5", 3), ("one-hot:5", 3)]
)
def test_and_of_more_cells(text: str, rounds: int) -> None:
    assert outside(*conf(parse_target(text).law, rounds)) == []


@pytest.mark.parametrize("convention", list(Impossible))
def test_and_with_each_convention(convention: Impossible) -> None:
    assert outside(*conf(parse_target("one-hot:3").law, 4, convention)) == []


def test_and_with_a_prompt_that_has_no_notes() -> None:
    assert outside(*conf(parse_target("markov:4,1/4").law, 4, prompt=((0, 1), (2, 0)))) == []


def test_and_with_three_tokens() -> None:
    law: Law[State] = Law({(0, 1): Fraction(1, 2), (1, 2): Fraction(1, 3), (2, 2): Fraction(1, 6)})
    assert outside(*conf(law, 4)) == []


def test_without_nodes_it_is_wider_and_still_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_tables, "MOST_NODE_CELLS", 0)
    decoder, shares = conf(parse_target("markov:3,1/4").law, 4)
    assert outside(decoder, shares, 2 * shares.remask(4)) == []
    with pytest.raises(AssertionError):
        outside(decoder, shares)


def test_canary_remasking_at_random_is_not_remasking_by_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = coins

    def equal_shares(weights: Units, sums: Units, most: Fraction) -> tuple[Units, Units]:
        return right(weights * 0 + sums // np.maximum(1, sums // 2**19), sums, most)

    decoder, shares = conf(parse_target("markov:3,1/4").law, 4)
    monkeypatch.setattr(streaming, "coins", equal_shares)
    wrong = outside(decoder, shares, Fraction(1))
    assert {number for number, _ in wrong} >= {3}


def test_canary_nodes_that_are_above_the_reciprocal(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, shares = conf(parse_target("product:9/10,2/3,1/3").law, 3)
    monkeypatch.setattr(
        streaming, "node_factors", lambda: [factor * Fraction(101, 100) for _, factor in NODES]
    )
    # What is too large at some outcomes makes up for what is lost, and more.
    with pytest.raises(AssertionError):
        assert outside(decoder, shares) == []


def test_canary_a_last_round_that_remasks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, shares = conf(parse_target("even-parity:3").law, 3)

    def not_at_last(number: int) -> Fraction:
        return Fraction(0) if number == 3 else shares.remask(number)

    never = replace(shares, remask=not_at_last)
    assert {number for number, _ in outside(decoder, never)} == {3, 4}


# --- a rule must do what it declares -------------------------------------------------------------


def test_the_step_does_what_is_declared() -> None:
    decoder, shares = conf(parse_target("markov:5,1/4").law, 4)
    found, number = sampled_behaviour(decoder, shares)
    assert number == len(checked_walks(decoder, shares)) > 300
    assert found.uses_memory
    assert found.remasks
    assert not found.revises
    assert found == sampled_behaviour(decoder, shares)[0]


def third(_: object) -> Fraction:
    return Fraction(1, 3)


@pytest.mark.parametrize("changed", ["write", "remask", "weight", "steps"])
def test_canary_a_rule_that_declares_something_else(changed: str) -> None:
    decoder, shares = conf(parse_target("markov:4,1/4").law, 4)
    other = {
        "write": replace(shares, write=third),
        "remask": replace(shares, remask=third),
        "weight": replace(shares, weight=Fraction),
        "steps": replace(shares, steps=3),
    }
    with pytest.raises(NotByShares, match="round"):
        checked_walks(decoder, other[changed])


def test_only_rules_that_declare_it_and_not_too_many_ways() -> None:
    assert shares_of("remdm-cap", 4, 4) is None
    assert shares_of("remdm-conf", 4, 2) is None
    assert shares_of("nothing:here", 4, 4) is None
    assert shares_of("remdm-conf", 8, 4) is not None
    assert shares_of("remdm-conf", 8, 6) is None


def test_too_few_rounds_or_another_length_are_refused() -> None:
    decoder, shares = conf(parse_target("markov:3,1/4").law, 3)
    with pytest.raises(ValueError, match="rounds"):
        law_from_below(replace(decoder, rounds=3), shares)
    with pytest.raises(ValueError, match="rounds"):
        law_from_below(decoder, replace(shares, steps=2))
    with pytest.raises(ValueError, match="weight"):
        law_from_below(decoder, replace(shares, weight=third))


# --- numbers that are rounded down ---------------------------------------------------------------

UNITS = st.integers(0, ONE)


@given(UNITS, UNITS)
def test_a_product_is_at_most_two_units_too_small(a: int, b: int) -> None:
    found = int(times(np.array([a]), np.array([b]))[0])
    assert 0 <= Fraction(a * b, ONE) - found < 2


@given(st.lists(st.integers(1, 2**20), min_size=1, max_size=12), st.fractions(0, 1))
def test_shares_and_what_they_lack_to_one(weights: list[int], most: Fraction) -> None:
    own = np.array(weights)
    back, stays = coins(own, own * 0 + own.sum(), most)
    for weight, one, other in zip(weights, back.tolist(), stays.tolist(), strict=True):
        true = most * Fraction(weight, sum(weights)) * ONE
        assert 0 <= true - one < 5
        assert 0 <= ONE - true - other < 7


@given(
    st.lists(st.tuples(UNITS, UNITS, UNITS, UNITS), min_size=1, max_size=6),
)
def test_sums_of_products_are_from_below(rows: list[tuple[int, int, int, int]]) -> None:
    table = np.array(rows) // (2 * len(rows))
    left, right = table[:, :2], np.array(rows)[:, 2:]
    found = summed_products(left, right)
    for i in range(2):
        for j in range(2):
            true = sum(int(a) * int(b) for a, b in zip(left[:, i], right[:, j], strict=True))
            assert 0 <= Fraction(true, ONE) - int(found[i, j]) < 20 * len(rows)


def test_sums_over_very_many_rows_stay_exact() -> None:
    rows = 3 * downward.ROWS + 1
    left = np.full((rows, 1), ONE // rows)
    right = np.full((rows, 2), ONE - 1)
    true = Fraction(rows * (ONE // rows) * (ONE - 1), ONE)
    for found in summed_products(left, right)[0].tolist():
        assert 0 <= true - found < 20 * rows


@given(st.fractions(0, 40, max_denominator=10**6))
def test_exponentials_are_enclosed(x: Fraction) -> None:
    low = downward.exponential_units(x)
    high = downward.exponential_units(x, up=True)
    assert 0 <= high - low <= 4
    finer = downward.exponential_units(x, bits=120)
    assert low <= Fraction(finer + 4, 1 << 58)
    assert Fraction(finer, 1 << 58) <= high


@given(st.fractions(Fraction(373, 1024), 12, max_denominator=10**6))
def test_the_nodes_are_below_the_reciprocal(x: Fraction) -> None:
    total = sum(
        factor * downward.exponential_units(rate * x, bits=80) / excess() for rate, factor in NODES
    )
    assert total * x <= 1 << 80
    if x <= 8:
        assert total * x > (1 << 80) * Fraction(10**5 - 1, 10**5)


# --- comparisons ---------------------------------------------------------------------------------

LAWS = st.lists(st.integers(1, 50), min_size=4, max_size=4).map(
    lambda ws: Law({(i // 2, i % 2): Fraction(w, sum(ws)) for i, w in enumerate(ws)})
)


@given(LAWS, LAWS, st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_what_is_said_of_an_enclosed_law_holds_of_the_law(
    law: Law[State], target: Law[State], lost: list[int]
) -> None:
    parts = zip(law.items(), lost, strict=True)
    found = EnclosedLaw({state: p * (1 - Fraction(loss, 1000)) for (state, p), loss in parts})
    low, high = found.total_variation(target)
    assert low <= total_variation(law, target) <= high == low + found.missing
    for said, exact in (
        (found.from_target(target), divergence(target, law)),
        (found.to_target(target), divergence(law, target)),
    ):
        assert said.low is not None
        assert said.high is not None
        assert exact.low is not None
        assert exact.high is not None
        assert said.low <= exact.high
        assert exact.low <= said.high


def test_divergences_that_are_infinite_or_may_be() -> None:
    half = Fraction(1, 2)
    known = EnclosedLaw({(0,): half, (1,): half - Fraction(1, 100)})
    other: Law[State] = Law({(1,): Fraction(1)})
    point: Law[State] = Law({(0,): Fraction(1)})
    assert str(known.to_target(point)) == "+infinity"
    assert known.from_target(point).high is not None
    fair: Law[State] = Law({(0,): half, (1,): half})
    unseen = EnclosedLaw({(0,): 1 - Fraction(1, 100)})
    assert unseen.from_target(fair).high is None
    assert unseen.to_target(point).high is None
    assert str(EnclosedLaw({(0,): Fraction(1)}).from_target(other)) == "+infinity"
    assert enclosed.EnclosedLaw({(0,): Fraction(3, 4)}).bits() == 2
