"""Bugs that decoders have had, as fixtures of our own: what the analysis says of each."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import cast

from dlmcheck.model.decoders.confidence import likeliest, sharpened
from dlmcheck.model.decoders.mirror import mirrored, shuffled
from dlmcheck.model.decoders.rules import (
    entropy_of,
    evenly,
    from_threshold,
    left_to_right,
    masked_cells,
    most_confident,
)
from dlmcheck.model.targets import even_parity, flip_chain, product_bits
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, StepFunction
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, product_law, total_variation
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.analysis import DecoderAnalysis, analyse, shortest_wrong_trace
from dlmcheck.verify.decoders.behaviour import Order

NINE = Fraction(9, 10)
CHAIN = flip_chain(3, Fraction(1, 4))


def decoder(
    step: StepFunction, target: Law[State], rounds: int | None = None, vocabulary: int = 2
) -> Decoder:
    predictor = perfect_predictor(target, vocabulary)
    return Decoder(len(next(iter(target))), predictor, step, rounds, vocabulary)


def run(step: StepFunction, target: Law[State], rounds: int | None = None) -> DecoderAnalysis:
    return analyse(decoder(step, target, rounds), most_rounds=8)


# --- it never ends -----------------------------------------------------------------------------


def only_sure_ones(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """A threshold without the rule that one cell is written in any case."""
    masked = masked_cells(state, number)
    sure = [cell for cell in masked if max(dict(candidates.law(cell).items()).values()) >= NINE]
    return Step(reveal=frozenset(sure))


def test_a_threshold_that_may_keep_nothing_never_ends() -> None:
    found = run(only_sure_ones, product_bits([NINE, Fraction(1, 2)]))
    assert found.ended == 0
    assert found.never_ends == 1
    assert found.compare(product_bits([NINE, Fraction(1, 2)])) is None
    repaired = run(from_threshold(NINE), product_bits([NINE, Fraction(1, 2)]))
    assert repaired.ended == 1


# --- remasking that never remasks --------------------------------------------------------------


def remasks_what_is_masked(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """Write the leftmost cell, and "remask the least confident" among those left masked."""
    masked = masked_cells(state, number)
    return Step(reveal=frozenset(masked[:1]), remask=frozenset(masked[1:][-1:]))


def remasks_what_is_shown(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    masked = masked_cells(state, number)
    shown = [cell for cell, token in enumerate(state) if token != MASK]
    return Step(reveal=frozenset(masked), remask=frozenset(shown[:1]))


def test_remasking_that_never_remasks_is_write_once() -> None:
    idle = run(remasks_what_is_masked, CHAIN)
    assert not idle.behaviour.remasks
    # It names a cell wherever one is left: in all configurations but those of the last round.
    assert idle.behaviour.names_remasked == idle.configurations - len(idle.by_round[2]) > 0
    other = run(remasks_what_is_shown, CHAIN, 2).behaviour
    assert other.remasks
    assert other.names_remasked
    assert run(left_to_right(evenly(3, 3)), CHAIN).behaviour.names_remasked == 0


def test_a_coin_of_probability_0_is_remasking_that_never_remasks() -> None:
    """The cap of the remasking rate is taken for a percentage and rounded down."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        shown = [cell for cell, token in enumerate(state) if token != MASK]
        coins = tuple((cell, Fraction(4 // 100)) for cell in shown)
        return Step(reveal=frozenset(masked_cells(state, number)[:1]), remask_coins=coins)

    found = run(step, CHAIN)
    assert not found.behaviour.remasks
    assert found.behaviour.names_remasked == found.configurations - 1


# --- ties that silently make it left-to-right --------------------------------------------------


def test_a_confidence_order_is_left_to_right_where_all_are_equally_sure() -> None:
    """On even parity all masked cells are equally sure until one is left: F is deterministic."""
    target = even_parity(4)
    by_entropy = run(most_confident(evenly(4, 4), entropy_of), target)
    assert by_entropy.behaviour.unmasking is Unmasking.DETERMINISTIC
    assert by_entropy.behaviour.order is Order.LEFT_TO_RIGHT
    assert by_entropy.by_round == run(left_to_right(evenly(4, 4)), target).by_round
    other = run(mirrored(most_confident(evenly(4, 4), entropy_of)), target)
    assert other.by_round != by_entropy.by_round
    assert other.behaviour.order is Order.RIGHT_TO_LEFT
    random = run(shuffled(most_confident(evenly(4, 4), entropy_of)), target)
    assert random.behaviour.unmasking is Unmasking.EXCHANGEABLE
    assert random.behaviour.order is None
    told_apart = product_bits([Fraction(1, 2), NINE, Fraction(1, 3)])
    assert run(most_confident(evenly(3, 3), entropy_of), told_apart).behaviour.order is None


def test_where_two_cells_are_written_the_ties_decide_the_law() -> None:
    step = most_confident(evenly(3, 2), entropy_of)
    target = product_law_of_pairs()
    found, other = run(step, target), run(mirrored(step), target)
    assert found.law != other.law
    random = run(shuffled(step), target)
    assert len({tuple(sorted(one.law.items())) for one in (found, other, random)}) == 3


def product_law_of_pairs() -> Law[State]:
    """Two cells that are equal and a fair one of its own."""
    half = Fraction(1, 4)
    return Law({(a, a, b): half for a in (0, 1) for b in (0, 1)})


# --- a token is suppressed after it was drawn --------------------------------------------------

THREE = Law({0: Fraction(1, 2), 1: Fraction(1, 4), 2: Fraction(1, 4)})


def suppressed_after(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """Token 2 must not come out; where it was drawn, the likeliest other one is put instead."""
    cell = state.index(MASK)
    token = candidates.token(cell)
    return Step(edit=((cell, 0 if token == 2 else token),))


def suppressed_before(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """The law without token 2, and then the draw."""
    cell = state.index(MASK)
    allowed = candidates.law(cell).given(lambda token: token != 2)
    candidates.token(cell, allowed)
    return Step(reveal=frozenset({cell}))


def test_suppression_after_sampling_gives_another_law() -> None:
    target: Law[State] = product_law([THREE])
    wanted = target.given(lambda state: 2 not in state)
    right = analyse(decoder(suppressed_before, target, vocabulary=3))
    wrong = analyse(decoder(suppressed_after, target, vocabulary=3))
    assert Law(right.law) == wanted
    assert total_variation(Law(wrong.law), wanted) == Fraction(1, 12)


# --- a confidence that ignores the temperature -------------------------------------------------


def sharp_threshold(own_law: bool) -> StepFunction:
    """Temperature 1/2, threshold 9/10 on the probability under the law drawn from, or not."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        kept: list[int] = []
        for cell in masked_cells(state, number):
            cold = sharpened(candidates.law(cell), 2)
            token = candidates.token(cell, cold)
            if (cold if own_law else candidates.law(cell))[token] >= NINE:
                kept.append(cell)
        return Step(reveal=frozenset(kept or masked_cells(state, number)[:1]))

    return step


def test_a_confidence_that_ignores_the_temperature_is_another_rule() -> None:
    # At temperature 1/2 a token of probability 4/5 is drawn with probability 16/17.
    target = product_bits([Fraction(4, 5)] * 2)
    with_it, without = run(sharp_threshold(True), target), run(sharp_threshold(False), target)
    assert with_it.behaviour.unmasking is Unmasking.AFTER_SAMPLING
    assert without.behaviour.unmasking is Unmasking.DETERMINISTIC
    assert with_it.law != without.law
    assert with_it.expected != without.expected


# --- with a cache the rule is another one ------------------------------------------------------


def cached(every: int) -> StepFunction:
    """One cell a round, the surest first, its token drawn from laws that are computed in every
    `every`-th round only and kept for the rounds between.
    """

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        fresh = tuple(candidates.law(cell) for cell in range(len(state)))
        old = cast("tuple[Law[int], ...] | None", memory)
        kept = fresh if (number - 1) % every == 0 or old is None else old
        masked = masked_cells(state, number)
        cell = max(masked, key=lambda one: (kept[one][likeliest(kept[one])], -one))
        candidates.token(cell, kept[cell])
        return Step(reveal=frozenset({cell}), memory=kept if every > 1 else None)

    return step


def test_a_cache_of_laws_is_hidden_memory_and_another_law() -> None:
    target = even_parity(3)
    uncached, stale = run(cached(1), target), run(cached(2), target)
    assert Law(uncached.law) == target
    assert not uncached.behaviour.uses_memory
    # The cache of round 3 is fresh, that of round 2 is not.
    assert Law(stale.law) == target
    assert Law(run(cached(3), target).law) != target
    trace = shortest_wrong_trace(decoder(cached(3), target), target)
    assert trace is not None
    assert trace.states[-1] == (0, 0, 1)


def test_a_stale_cache_is_noticed_as_memory_where_states_meet() -> None:
    def forgetful(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        """Each token is drawn from the laws of the round before; who came first is a coin."""
        fresh = tuple(candidates.law(cell) for cell in range(len(state)))
        laws = cast("tuple[Law[int], ...] | None", memory) or fresh
        cell = choices.choose(Law({c: Fraction(1, state.count(MASK)) for c in masked_of(state)}))
        candidates.token(cell, laws[cell])
        return Step(reveal=frozenset({cell}), memory=fresh)

    found = run(forgetful, flip_chain(4, Fraction(1, 4)))
    assert found.behaviour.unmasking is Unmasking.MEMORY


def masked_of(state: State) -> list[int]:
    return [cell for cell, token in enumerate(state) if token == MASK]
