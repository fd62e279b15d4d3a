"""Decoders whose runs end without a bound, or never: limits against closed forms and long runs."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction

import pytest

from dlmcheck.model.targets import flip_chain, one_hot, product_bits
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, StepFunction
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law, bernoulli, uniform
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders import limits
from dlmcheck.verify.decoders.analysis import ENOUGH, analyse
from dlmcheck.verify.decoders.conditionals import tabulated_predictor

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
PAIR = flip_chain(2, Fraction(1, 4))


def masked_of(state: State) -> frozenset[int]:
    return frozenset(cell for cell, token in enumerate(state) if token == MASK)


def remasks_by_coins(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """Write all that is masked, then remask each cell by a coin: it ends if no coin says so."""
    coins = tuple((cell, THIRD) for cell in range(len(state)))
    return Step(reveal=masked_of(state), remask_coins=coins)


def may_be_caught(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """The last cell first, or with probability 1/3 the first one: then the last one never."""
    if masked_of(state) == frozenset({0, 1}):
        return Step(reveal=frozenset({choices.choose(Law({0: THIRD, 1: 1 - THIRD}))}))
    return Step(reveal=masked_of(state) & {0})


def waits_with_patience(patience: int) -> StepFunction:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        return Step(reveal=masked_of(state) if number >= patience else frozenset())

    return step


def decoder(step: StepFunction, target: Law[State] = PAIR) -> Decoder:
    return Decoder(len(next(iter(target))), tabulated_predictor(target), step)


def leftmost(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    return Step(reveal=frozenset({min(masked_of(state))}))


@pytest.mark.parametrize("cells", [ENOUGH - 1, ENOUGH, ENOUGH + 1])
def test_runs_that_have_all_ended_need_no_limit(cells: int) -> None:
    """What they do rests on no round that was not seen, however many rounds there were."""
    found = analyse(decoder(leftmost, one_hot(cells)))
    assert found.ended == 1
    assert found.worst == cells
    assert found.limit is None


def test_one_cell_that_is_remasked_by_a_coin_is_drawn_until_it_stays() -> None:
    found = analyse(decoder(remasks_by_coins, product_bits([Fraction(9, 10)])))
    assert found.ended == 1 - THIRD**ENOUGH
    assert found.final_law == bernoulli(Fraction(9, 10)).map(lambda token: (token,))
    # Geometric with success 2/3.
    assert found.expected == Fraction(3, 2)
    assert found.never_ends == 0
    assert found.compare(product_bits([Fraction(9, 10)])) is not None


def test_the_limit_is_where_long_runs_go() -> None:
    one = decoder(remasks_by_coins)
    found = analyse(one)
    # By hand, with x, y, z the visits of MM, of a state with one M, with a the chance of an end.
    assert found.final_law == Law(
        {
            (0, 0): Fraction(11, 36),
            (1, 1): Fraction(11, 36),
            (0, 1): Fraction(7, 36),
            (1, 0): Fraction(7, 36),
        }
    )
    # Each cell is masked again with probability 1/3: the later of the two, again and again.
    assert found.expected == Fraction(9, 4)
    assert found.limit is not None
    assert found.limit.visits is not None
    assert found.limit.law is not None
    assert sum(found.limit.visits.values()) == found.expected
    for state, weight in found.limit.law.items():
        assert 0 <= weight - found.law[state] <= 1 - found.ended


@pytest.mark.parametrize("target", [flip_chain(3, Fraction(1, 4)), one_hot(3)])
def test_visits_solve_their_equations(target: Law[State]) -> None:
    found = analyse(decoder(remasks_by_coins, target)).limit
    assert found is not None
    visits, table = found.visits, found.table
    assert visits is not None
    assert visits.keys() == table.keys()
    for one, times in visits.items():
        into = sum(
            (visits[b] * Fraction(made.after.get(one, 0), made.denominator))
            for b, made in table.items()
        )
        assert times == into + (one == Configuration((MASK,) * 3))


def test_a_decoder_that_never_ends_with_probability_one_third() -> None:
    found = analyse(decoder(may_be_caught))
    assert found.never_ends == THIRD
    assert found.final_law is None
    assert found.expected is None
    assert found.compare(PAIR) is None
    assert found.limit is not None
    assert found.limit.law == {state: (1 - THIRD) * PAIR[state] for state in PAIR}
    caught = found.limit.caught
    assert caught is not None
    assert caught.states in {((MASK, MASK), (token, MASK)) for token in (0, 1)}
    assert caught.probability == THIRD * HALF


def test_nothing_is_said_of_a_decoder_that_heeds_the_round_number() -> None:
    for patience in (70, 900):
        found = analyse(decoder(waits_with_patience(patience)))
        assert found.ended == 0
        assert found.limit is None
        assert found.never_ends == 0
    assert analyse(decoder(waits_with_patience(20))).ended == 1


def test_one_far_round_more_is_more_than_is_looked_at() -> None:
    """The limit of what can be known of code that is only run: the words say which rounds."""
    found = analyse(decoder(waits_with_patience(max(limits.FAR) + 1)))
    assert found.never_ends == 1


def test_a_failure_in_a_far_round_is_no_limit() -> None:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        rates = [HALF] * 80
        coin = choices.choose(bernoulli(rates[number - 1]))
        return Step(reveal=masked_of(state) if coin else frozenset())

    found = analyse(decoder(step))
    assert found.ended == 1 - HALF**64
    assert found.limit is None


def test_more_unknowns_than_are_solved_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_UNKNOWNS", 2)
    found = analyse(decoder(remasks_by_coins))
    assert found.limit is not None
    assert found.limit.never_ends == 0
    assert found.final_law is None
    assert found.expected is None
    monkeypatch.setattr(limits, "MOST_CONFIGURATIONS", 2)
    assert analyse(decoder(remasks_by_coins)).limit is None


def test_memory_belongs_to_the_configurations() -> None:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        """A walk on three places, from the first; it writes at the last one."""
        place = memory if isinstance(memory, int) else 0
        if place == 2:
            return Step(reveal=masked_of(state))
        return Step(memory=max(0, place + choices.choose(uniform([-1, 1]))))

    found = analyse(decoder(step))
    # From 0: 1 + (h0 + h1)/2, from 1: 1 + (h0 + 0)/2, so 6 rounds, and one that writes.
    assert found.expected == 7
    assert found.final_law is not None
    assert found.final_law[0, 0] == Fraction(1, 4)
