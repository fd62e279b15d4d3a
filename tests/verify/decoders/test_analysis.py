"""Exact laws of decoders: against the specification, against samples, and what class they are."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from itertools import product

import pytest

from dlmcheck.model.decoders.noise import (
    Schedule,
    ancestral,
    capped,
    remasking,
    rescaled,
)
from dlmcheck.model.decoders.rules import (
    entropy_of,
    evenly,
    from_threshold,
    in_blocks,
    left_to_right,
    margin_of,
    most_confident,
    probability_of,
    random_order,
)
from dlmcheck.model.targets import even_parity, flip_chain, one_hot, product_bits
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, StepFunction, decoder_laws
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law, bernoulli, certain, product_law, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.analysis import analyse, shortest_wrong_trace
from dlmcheck.verify.kernel.divergence import Divergence
from dlmcheck.verify.kernel.round_forms import Written, forms, token_laws

NINE = Fraction(9, 10)
BIASED = product_bits([NINE, NINE, Fraction(1, 3)])
CHAIN = flip_chain(4, Fraction(1, 4))


def decoder(
    step: StepFunction, target: Law[State], rounds: int | None = None, name: str = "decoder"
) -> Decoder:
    return Decoder(
        len(next(iter(target))), perfect_predictor(target), step, rounds=rounds, name=name
    )


RULES: dict[str, tuple[StepFunction, int | None]] = {
    "left to right": (left_to_right(evenly(4, 2)), None),
    "random": (random_order(evenly(4, 2)), None),
    "low confidence": (most_confident(evenly(4, 4)), None),
    "low confidence, cold": (most_confident(evenly(4, 4), sharpen=2), None),
    "low confidence, greedy": (most_confident(evenly(4, 2), greedy=True), None),
    "entropy": (most_confident(evenly(4, 2), entropy_of), None),
    "margin": (most_confident(evenly(4, 2), margin_of), None),
    "threshold": (from_threshold(Fraction(7, 10)), None),
    "threshold, drawn": (from_threshold(Fraction(7, 10), greedy=False), None),
    "ancestral": (ancestral(Schedule(3, Fraction(1, 1000))), None),
    "remasking": (remasking(Schedule(3), capped(Fraction(1, 4))), 3),
    "rescaled": (remasking(Schedule(3), rescaled(Fraction(1, 2))), 3),
}


@pytest.mark.parametrize("name", RULES)
def test_the_law_is_that_of_the_specification(name: str) -> None:
    step, rounds = RULES[name]
    one = decoder(step, CHAIN, rounds)
    found = analyse(one)
    laws = decoder_laws(one, 64)
    assert found.ended == 1
    assert Law(found.law) == laws[-1].map(lambda configuration: configuration.state)
    assert found.worst == len(laws) - 1


CLASSES: dict[str, Unmasking] = {
    "left to right": Unmasking.DETERMINISTIC,
    "random": Unmasking.EXCHANGEABLE,
    "low confidence": Unmasking.AFTER_SAMPLING,
    "low confidence, cold": Unmasking.AFTER_SAMPLING,
    "low confidence, greedy": Unmasking.DETERMINISTIC,
    "entropy": Unmasking.DETERMINISTIC,
    "margin": Unmasking.DETERMINISTIC,
    "threshold": Unmasking.DETERMINISTIC,
    "threshold, drawn": Unmasking.AFTER_SAMPLING,
    "ancestral": Unmasking.EXCHANGEABLE,
    "remasking": Unmasking.EXCHANGEABLE,
}


@pytest.mark.parametrize("name", CLASSES)
def test_the_class_is_computed_from_what_is_done(name: str) -> None:
    step, rounds = RULES[name]
    found = analyse(decoder(step, CHAIN, rounds)).behaviour
    assert found.unmasking is CLASSES[name]
    assert found.remasks == (name == "remasking")
    assert not found.uses_memory
    assert not found.revises


def test_masking_coins_of_one_rate_are_independent_too() -> None:
    fits = analyse(decoder(RULES["ancestral"][0], CHAIN)).behaviour.fits
    assert {Unmasking.EXCHANGEABLE, Unmasking.INDEPENDENT} <= fits
    fits = analyse(decoder(RULES["random"][0], CHAIN)).behaviour.fits
    assert Unmasking.INDEPENDENT not in fits


def test_one_confident_token_a_round_is_a_joint_rule_with_another_predictor() -> None:
    found = analyse(decoder(RULES["low confidence"][0], CHAIN)).behaviour
    assert found.fits == {Unmasking.AFTER_SAMPLING}
    assert Unmasking.JOINT in found.own_predictor
    two = analyse(decoder(most_confident(evenly(3, 2)), BIASED)).behaviour
    assert two.fits == two.own_predictor == {Unmasking.AFTER_SAMPLING}


def after(values: dict[Written, Fraction]) -> Law[Written]:
    return Law(values)


HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("law", "narrowest"),
    [
        ({((0, 1),): HALF, ((1, 0),): HALF}, Unmasking.EXCHANGEABLE),
        ({((0, 1),): HALF, (): HALF}, Unmasking.INDEPENDENT),
        ({((0, 1), (1, 0)): Fraction(1)}, Unmasking.DETERMINISTIC),
        ({((0, 1),): Fraction(1, 3), ((1, 0),): Fraction(2, 3)}, Unmasking.JOINT),
        # The token says which set was selected.
        ({((0, 1),): HALF, ((0, 0), (1, 0)): HALF}, Unmasking.AFTER_SAMPLING),
        # Two tokens that depend on each other.
        ({((0, 0), (1, 0)): HALF, ((0, 1), (1, 1)): HALF}, Unmasking.AFTER_SAMPLING),
    ],
)
def test_planted_laws_of_one_round_are_told_apart(
    law: dict[Written, Fraction], narrowest: Unmasking
) -> None:
    order = (
        Unmasking.DETERMINISTIC,
        Unmasking.EXCHANGEABLE,
        Unmasking.INDEPENDENT,
        Unmasking.JOINT,
        Unmasking.AFTER_SAMPLING,
    )
    found = forms(after(law), frozenset({0, 1}), token_laws(after(law)))
    assert next(one for one in order if one in found) is narrowest


def test_hidden_memory_and_the_clock_are_noticed() -> None:
    def remembers(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if memory is None:
            return Step(memory=choices.choose(uniform([0, 1])))
        cell = state.index(MASK) if memory == 1 else len(state) - 1 - state[::-1].index(MASK)
        return Step(reveal=frozenset({cell}), memory=memory)

    found = analyse(decoder(remembers, CHAIN)).behaviour
    assert found.uses_memory
    assert found.unmasking is Unmasking.MEMORY

    def waits(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        masked = frozenset(i for i, token in enumerate(state) if token == MASK)
        return Step(reveal=masked if number == 3 else frozenset())

    found = analyse(decoder(waits, CHAIN)).behaviour
    assert found.uses_clock
    assert not found.uses_memory

    def counts(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        masked = frozenset(i for i, token in enumerate(state) if token == MASK)
        return Step(
            reveal=masked if memory == 2 else frozenset(), memory=1 if memory is None else 2
        )

    # What counts rounds in its memory is told from a clock by nothing that it does.
    found = analyse(decoder(counts, CHAIN)).behaviour
    assert found.clock_or_memory
    assert not found.uses_memory
    assert not found.uses_clock


# --- results -------------------------------------------------------------------------------


def test_two_biased_bits_by_confidence() -> None:
    target = product_bits([NINE, NINE])
    found = analyse(decoder(most_confident(lambda s, t: 1), target))
    comparison = found.compare(target)
    assert comparison is not None
    assert comparison.total_variation == Fraction(81, 1000)
    assert comparison.impossible == comparison.missing == ()
    assert shortest_wrong_trace(decoder(most_confident(lambda s, t: 1), target), target) is None


def test_one_token_a_step_is_exact_unless_the_draw_decides_where() -> None:
    one = evenly(4, 4)
    for step in (left_to_right(one), random_order(one), most_confident(one, entropy_of)):
        comparison = analyse(decoder(step, CHAIN)).compare(CHAIN)
        assert comparison is not None
        assert comparison.total_variation == 0
        assert comparison.forward == Divergence(Fraction(0), Fraction(0))
    comparison = analyse(decoder(most_confident(one), CHAIN)).compare(CHAIN)
    assert comparison is not None
    assert comparison.total_variation > 0


def test_the_schedule_n_minus_1_and_1_is_exact_for_parity() -> None:
    target = even_parity(4)
    found = analyse(decoder(left_to_right(lambda state, t: 3), target))
    assert found.compare(target) is not None
    assert Law(found.law) == target
    assert found.worst == 2


def test_what_goes_wrong_is_shown_by_its_shortest_run() -> None:
    target = one_hot(3)
    hasty = decoder(left_to_right(lambda state, t: 2), target)
    comparison = analyse(hasty).compare(target)
    assert comparison is not None
    # Both first cells 1 with probability 1/9; the perfect predictor then knows nothing.
    assert comparison.impossible == ((1, 1, 0), (1, 1, 1))
    assert comparison.backward.is_infinite
    trace = shortest_wrong_trace(hasty, target)
    assert trace is not None
    assert trace.states == ((MASK,) * 3, (1, 1, MASK))
    assert trace.probability == Fraction(1, 9)


def test_a_decoder_that_cannot_end_is_said_to_run_for_ever() -> None:
    def forgets(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if state[0] != MASK and candidates.law(0)[0] != 1:
            return Step()
        return Step(reveal=frozenset({state.index(MASK)}))

    target = product_law([certain(0), bernoulli(HALF)])
    found = analyse(decoder(forgets, target), most_rounds=5)
    assert found.ended == 1
    stuck = analyse(decoder(forgets, uniform(list(product((0, 1), repeat=2)))), most_rounds=5)
    assert stuck.ended == 0
    assert stuck.never_ends == 1
    assert stuck.expected is None

    def lazy(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        return Step(reveal=frozenset({0}) if choices.choose(bernoulli(HALF)) else frozenset())

    slow = analyse(decoder(lazy, product_bits([HALF])), most_rounds=5)
    assert slow.ended == 1 - Fraction(1, 32)
    assert slow.never_ends == 0


def test_blocks_are_decoded_one_after_the_other() -> None:
    quota, cells = in_blocks([[0, 1], [2, 3]], 1)
    found = analyse(decoder(random_order(quota, cells), CHAIN))
    assert found.worst == 2
    assert set(found.by_round[1]) == {(a, b, MASK, MASK) for a in (0, 1) for b in (0, 1)}


def test_scores_that_are_handed_over_are_those_of_the_law() -> None:
    law = Law({0: Fraction(1, 4), 1: Fraction(3, 4)})
    assert probability_of(law, 0) == Fraction(1, 4)
    assert margin_of(law, 0) == HALF
    assert entropy_of(law, 0) == entropy_of(law, 1)
