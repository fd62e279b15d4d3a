"""Numbers of write-once rounds for every n: the proofs, what they say of laws, and wrong steps."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.reductions.unrolled import either
from dlmcheck.model.targets.chains import flip_chain, markov_chain
from dlmcheck.model.targets.codes import information_set, linear_code
from dlmcheck.model.targets.exact import TokenLaw
from dlmcheck.model.targets.orders import either_order_marked
from dlmcheck.model.targets.recurrences import (
    next_weights,
    parity_weights,
    tilted_pair,
    two_state_rows,
    zeros_made_ones,
)
from dlmcheck.model.targets.strings import fixed_weight, tilted_even_parity
from dlmcheck.spec.law import Law
from dlmcheck.spec.rounds import Choice, fixed_choice, on_cells, strategy_sampler
from dlmcheck.spec.rounds import given as given_state
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import MASK, State, masked_positions
from dlmcheck.verify.claims import proved_rounds
from dlmcheck.verify.claims.round_families import log_rounds, subspaces
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.induction import check_proof, check_step
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import chain_rounds, either_order, one_cell_rounds, product_rounds
from dlmcheck.verify.proofs.locality import Planted
from dlmcheck.verify.proofs.one_round import shows_what_is_drawn
from dlmcheck.verify.proofs.terms import Argument, Term
from tests.verify.proofs.rounds import failing

MAKERS: dict[str, Callable[[], Argument]] = {
    **proved_rounds.WRITE_ONCE,
    **proved_rounds.ONE_ROUND,
    **proved_rounds.ONE_HOT,
}
F = Fraction


@pytest.mark.parametrize("statement", MAKERS)
def test_the_kernel_accepts_it(statement: str) -> None:
    argument = MAKERS[statement]()
    assert argument.proof.statement == statement
    answers = smt.answer(argument.queries) if argument.queries else None
    assert check_proof(argument.proof, answers).verdict is Verdict.PROVED
    assert [query.name for query in argument.queries] == list(argument.proof.queries)


def test_the_solvers_decide_the_steps_as_the_tables_do() -> None:
    made = [step for make in MAKERS.values() for step in make().proof.every_step]
    steps = {step.name: step for step in made}
    assert smt.confirm_steps(list(steps.values())) == sum(
        len(step.premises) + 2 for step in steps.values()
    )


# --- the steps of the event identity -----------------------------------------------------------

EVENTS = (
    one_cell_rounds.tilted_argument,
    one_cell_rounds.weight_argument,
    one_cell_rounds.one_hot_argument,
    chain_rounds.random_start,
    chain_rounds.known_start,
    either_order.argument,
)


@pytest.mark.parametrize("make", EVENTS)
def test_canary_without_its_hypotheses_a_state_is_no_event(make: Any) -> None:
    assert failing(make()) == set()
    same = "a run whose output agrees is in the same state"
    assert failing(make(Planted.RANDOM_F)) == {same}
    assert failing(make(Planted.REVISION)) == {"a visible token stays"}


# --- what the queries say of two cells, on laws that are written out ---------------------------


def _conditioned(law: TokenLaw, shown: dict[int, int]) -> Law[State]:
    n = len(next(iter(law)))
    return given_state(law, tuple(shown.get(i, MASK) for i in range(n)))


def _pair(law: Law[State], i: int, j: int) -> list[Fraction]:
    two = on_cells(law, frozenset((i, j)))
    return [two[x, y] for x in (0, 1) for y in (0, 1)]


def _proportional(found: list[Fraction], weights: list[Fraction]) -> bool:
    total = sum(weights, F(0))
    return found == [weight / total for weight in weights]


ODDS = st.lists(st.sampled_from((F(1, 3), F(2), F(5, 2), F(1, 7), F(9))), min_size=2, max_size=5)


@given(ODDS, st.data())
def test_two_masked_cells_of_tilted_parity(odds: list[Fraction], data: st.DataObject) -> None:
    n = len(odds)
    law = tilted_even_parity(odds)
    i, j = sorted(data.draw(st.permutations(range(n)))[:2])
    rest = [k for k in range(n) if k not in (i, j)]
    shown = {k: data.draw(st.integers(0, 1)) for k in rest if data.draw(st.booleans())}
    others = [odds[k] for k in rest if k not in shown]
    even, odd = parity_weights(others)
    same, other = (odd, even) if sum(shown.values()) % 2 else (even, odd)
    weights = list(tilted_pair(same, other, odds[i], odds[j]))
    found = _pair(_conditioned(law, shown), i, j)
    assert _proportional(found, weights)
    assert found[0] * found[3] != found[1] * found[2]


CHANCE = st.sampled_from((F(1, 5), F(1, 2), F(2, 3), F(9, 10)))


@given(CHANCE, CHANCE, CHANCE, st.integers(2, 5), st.data())
def test_two_masked_cells_of_a_chain(
    up: Fraction, down: Fraction, first: Fraction, n: int, data: st.DataObject
) -> None:
    rows = two_state_rows(F(1), up, down)
    law = markov_chain(n, [1 - first, first], rows)
    left = data.draw(st.integers(-1, n - 3))
    right = data.draw(st.integers(left + 3, n))
    i = data.draw(st.integers(left + 1, right - 2))
    j = data.draw(st.integers(i + 1, right - 1))
    shown = {k: data.draw(st.integers(0, 1)) for k in (left, right) if 0 <= k < n}
    ahead = [F(int(b == shown[left])) for b in (0, 1)] if left >= 0 else [1 - first, first]
    for _ in range(i - max(left, 0)):
        ahead = next_weights(ahead, rows)
    behind = [F(int(b == shown[right])) for b in (0, 1)] if right < n else [F(1), F(1)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    for _ in range(min(right, n - 1) - j):
        behind = next_weights(behind, columns)
    between = [[F(1), F(0)], [F(0), F(1)]]
    for _ in range(j - i):
        between = [next_weights(row, rows) for row in between]
    weights = [ahead[x] * between[x][y] * behind[y] for x in (0, 1) for y in (0, 1)]
    found = _pair(_conditioned(law, shown), i, j)
    assert _proportional(found, weights)
    dependent = found[0] * found[3] != found[1] * found[2]
    assert dependent == (up + down != 1)


@given(st.integers(2, 6), st.data())
def test_two_masked_cells_of_fixed_weight(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, n - 1))
    a, b = n - 2, k - 1
    fewer, equal, more = (comb(a, b - 1) if b else 0), comb(a, b), comb(a, b + 1)
    found = _pair(fixed_weight(n, k), 0, n - 1)
    assert _proportional(found, [F(more), F(equal), F(equal), F(fewer)])
    for before, after in (
        zeros_made_ones(a, b - 1, 1, fewer, equal),
        zeros_made_ones(a, b, 1, equal, more),
    ):
        assert before == after


@pytest.mark.parametrize("k", [2, 3, 4])
def test_untouched_places_of_either_order_are_dependent_in_some_order(k: int) -> None:
    law = either_order_marked(k)
    for order in (0, 1):
        shown = {0: 2 * order, k: 2 * order}
        given_zero = _conditioned(law, shown)
        for i in range(1, k):
            cells = [i, k + i] if order == 0 else [k + i, i]
            single = tuple(2 * order + int(c in cells) for c in range(2 * k))
            assert given_zero[single] > 0
            fair, first = cells
            assert not any(z[fair] == 2 * order < z[first] for z in given_zero)
    assert all(len({token >= 2 for token in z}) == 1 for z in law)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_one_block_after_the_other_takes_the_stated_rounds(k: int) -> None:
    law = either_order_marked(k)
    blocks = [frozenset((i,)) for i in range(k)]
    sampler = strategy_sampler(law, fixed_choice([*blocks, frozenset(range(2 * k))]), k + 1)
    assert output_law(sampler) == law

    def fair_block_first(state: State) -> frozenset[int]:
        masked = masked_positions(state)
        if state[0] == MASK:
            return frozenset((0,))
        # In the second order Q is fair, and its first bit is known.
        fair = range(k) if state[0] < 2 else range(k, 2 * k)
        return masked & frozenset(fair) or masked

    def for_one_bit(state: State) -> frozenset[int]:
        return frozenset((0,)) if state[0] == MASK else masked_positions(state)

    choose = for_one_bit if k == 1 else fair_block_first
    assert output_law(strategy_sampler(law, choose, min(3, k + 1))) == law


# --- the strategies ----------------------------------------------------------------------------


def test_a_code_is_written_by_its_information_set_and_then_the_rest() -> None:
    for n in (1, 2, 3, 4):
        for rows in subspaces(n):
            generator = rows or ((0,) * n,)
            law = linear_code(generator=generator)
            first = information_set(generator)
            firsts = {word.index(1) for word in law if any(word)}
            assert first == firsts
            sets = [first, frozenset(range(n))]
            assert output_law(strategy_sampler(law, fixed_choice(sets), 2)) == law


def middles(known_start: bool) -> Choice:
    """The middle cell of each gap; a first cell that is certain goes along."""

    def choose(state: State) -> frozenset[int]:
        masked = masked_positions(state)
        chosen: set[int] = {0} & masked if known_start else set()
        gap: list[int] = []
        for cell in range(len(state) + 1):
            if cell in masked and not (known_start and cell == 0):
                gap.append(cell)
            elif gap:
                chosen.add(gap[(len(gap) - 1) // 2])
                gap = []
        return frozenset(chosen)

    return choose


def test_the_middles_of_gaps_write_a_chain_in_the_stated_rounds() -> None:
    for n in range(1, 8):
        random = markov_chain(n, [F(2, 3), F(1, 3)], two_state_rows(F(1), F(1), F(2, 3)))
        sampler = strategy_sampler(random, middles(False), log_rounds(n))
        assert output_law(sampler) == random
        known = flip_chain(n, F(1, 3), 0)
        sampler = strategy_sampler(known, middles(True), max(1, log_rounds(n - 1)))
        assert output_law(sampler) == known


# --- wrong recurrences and steps ---------------------------------------------------------------


def _odd_forgotten(even: Term, odd: Term, weight: Term) -> tuple[Term, Term]:
    return even + odd * weight, odd + odd * weight


def _pair_alike(same: Term, other: Term, first: Term, second: Term) -> tuple[Term, ...]:
    return same, same * second, same * first, same * (first * second)


def test_canary_a_wrong_recurrence_of_tilted_parity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_cell_rounds, "parity_with_one_more", _odd_forgotten)
    assert failing(one_cell_rounds.tilted_argument()) == {"one other cell more keeps the two apart"}


def test_canary_a_pair_that_is_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_cell_rounds, "tilted_pair", _pair_alike)
    assert failing(one_cell_rounds.tilted_argument()) == {"then two masked cells are dependent"}


def test_canary_steps_that_forget_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[Term("1") - Term("up"), Term("up")]] * 2
    monkeypatch.setattr(chain_rounds, "ROWS", rows)
    assert failing(chain_rounds.random_start()) == {
        "one step depends on the token",
        "one step more still depends on it",
        "a token that can stay leads to both",
        "what leads to a cell is positive",
    }


@pytest.mark.parametrize("left", [Term("place") - 1, Term("place") + 1])
def test_canary_a_cell_lost_or_won_in_a_gap(left: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_rounds, "LEFT", left)
    lost = "a cell written in a long gap leaves half of it on one side"
    won = "the middle of a gap leaves less than half of it on both"
    expected = {lost} if left == Term("place") - 1 else {won}
    assert failing(chain_rounds.random_start()) == expected


def test_canary_every_one_is_a_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def any_one(bit: bool, *, earlier: bool) -> bool:
        return bit

    monkeypatch.setattr(either_order, "is_first_one", any_one)
    assert failing(either_order.argument()) == {
        "two places have not both the first 1",
        "behind a 1 there is no first 1",
        "behind the first 1 bits are free",
    }


def test_canary_the_order_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(bit: int, order: int) -> int:
        return bit

    monkeypatch.setattr(either_order, "with_order", hidden)
    assert failing(either_order.argument()) == {"any two cells show one order"}


def test_canary_miscounted_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_zero_each(
        cells: Term, ones: Term, one: Term, here: Term, above: Term
    ) -> tuple[Term, Term]:
        return here, above

    monkeypatch.setattr(one_cell_rounds, "zeros_made_ones", one_zero_each)
    assert failing(one_cell_rounds.weight_argument()) == {"two masked cells are dependent"}


def test_canary_a_round_that_keeps_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(gates: Any, flag: Any, new: Any, old: Any) -> Any:
        return either(gates, flag, old, new)

    monkeypatch.setattr(product_rounds, "either", swapped)
    step = product_rounds.writes_everything()
    with pytest.raises(Rejected, match="fails at"):
        check_step(step)


def test_the_one_round_theorem_fails_where_a_mask_may_be_left() -> None:
    step = shows_what_is_drawn()
    assert step.premises == ("the cell is visible at the end",)
