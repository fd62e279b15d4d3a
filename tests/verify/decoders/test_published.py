"""The published rules: their splits, thresholds and class of F, computed from what they do."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from dlmcheck.model.decoders.confidence import (
    NegativeEntropy,
    exponential,
    likeliest_ones,
    normalised,
    nucleus,
)
from dlmcheck.model.decoders.dream import diminishing, drawn_by_score, dream, prepared
from dlmcheck.model.decoders.mirror import mirrored
from dlmcheck.model.decoders.named import OURS, RULES
from dlmcheck.model.decoders.noise import Loop, Schedule, looping
from dlmcheck.model.decoders.rules import from_factor, from_threshold, in_equal_blocks, margin_of
from dlmcheck.model.targets import even_parity, flip_chain, product_bits
from dlmcheck.spec.choices import Choices, explore
from dlmcheck.spec.decoder import (
    Decoder,
    StepFunction,
    decoder_laws,
)
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.analysis import DecoderAnalysis, analyse

CHAIN = flip_chain(3, Fraction(1, 4))


def run(
    step: StepFunction, target: Law[State], rounds: int | None = None, most: int = 12
) -> DecoderAnalysis:
    length = len(next(iter(target)))
    decoder = Decoder(length, perfect_predictor(target), step, rounds=rounds, may_revise=True)
    return analyse(decoder, most)


def named(name: str, target: Law[State] = CHAIN, rounds: int = 3) -> DecoderAnalysis:
    rule, length = RULES[name], len(next(iter(target)))
    fixed = rounds + rule.extra if rule.fixed_rounds else None
    return run(rule.make(length, rounds), target, fixed)


DETERMINISTIC, EXCHANGEABLE = Unmasking.DETERMINISTIC, Unmasking.EXCHANGEABLE
AFTER, MEMORY = Unmasking.AFTER_SAMPLING, Unmasking.MEMORY

CLASSES: dict[str, tuple[Unmasking, str]] = {
    "left-to-right": (DETERMINISTIC, ""),
    "llada-random": (EXCHANGEABLE, ""),
    "llada-low-confidence": (AFTER, ""),
    "llada-low-confidence-cold": (AFTER, ""),
    "llada-low-confidence-greedy": (DETERMINISTIC, ""),
    "dream-origin": (EXCHANGEABLE, "clock"),
    "dream-entropy": (DETERMINISTIC, "clock"),
    "dream-topk-margin": (DETERMINISTIC, "clock"),
    # Two cells are written in the last round, the first is one of three equal ones.
    "dream-maskgit-plus": (DETERMINISTIC, "clock"),
    "dream-entropy-greedy": (DETERMINISTIC, "clock"),
    # The nucleus leaves no choice once a token is shown: from then on tokens are certain.
    "dream-entropy-nucleus": (DETERMINISTIC, "clock"),
    "dream-maskgit-plus-warm": (EXCHANGEABLE, "clock"),
    "entropy-order": (DETERMINISTIC, ""),
    "fast-dllm-threshold": (DETERMINISTIC, ""),
    "fast-dllm-threshold-drawn": (AFTER, ""),
    "fast-dllm-factor": (DETERMINISTIC, ""),
    "mdlm-ancestral": (EXCHANGEABLE, "clock"),
    "remdm-cap": (EXCHANGEABLE, "remasks clock"),
    "remdm-rescale": (EXCHANGEABLE, "remasks clock"),
    "remdm-loop": (EXCHANGEABLE, "remasks clock"),
    "remdm-conf": (MEMORY, "remasks clock memory"),
    "wino": (DETERMINISTIC, ""),
    "wino-drawn": (AFTER, ""),
    "revision-one-cell": (DETERMINISTIC, "revises clock"),
    "revision-all-cells": (DETERMINISTIC, "revises"),
}
"""On the chain of three cells, three rounds: the class of F and what else is seen."""


@pytest.mark.parametrize("name", CLASSES)
def test_the_class_of_a_published_rule(name: str) -> None:
    unmasking, flags = CLASSES[name]
    found = named(name).behaviour
    assert found.unmasking is unmasking
    seen = {
        "remasks": found.remasks,
        "revises": found.revises,
        "clock": found.uses_clock,
        "memory": found.uses_memory,
    }
    assert " ".join(flag for flag, yes in seen.items() if yes) == flags


def test_every_rule_is_classified_and_says_where_it_was_read() -> None:
    assert set(RULES) == {*CLASSES, "llada-low-confidence-blocks"}
    for rule in RULES.values():
        assert re.search(r" at [0-9a-f]{7}$", rule.source) or rule.source.endswith(OURS)


@pytest.mark.parametrize("name", ["remdm-conf", "remdm-loop", "wino-drawn", "revision-one-cell"])
def test_the_law_is_that_of_the_specification(name: str) -> None:
    rule = RULES[name]
    target = flip_chain(2, Fraction(1, 4))
    fixed = 2 + rule.extra if rule.fixed_rounds else None
    step = rule.make(2, 2)
    decoder = Decoder(2, perfect_predictor(target), step, rounds=fixed, may_revise=True)
    expected = decoder_laws(decoder, 12)[-1].map(lambda one: one.state)
    assert Law(run(step, target, fixed).law) == expected


@pytest.mark.parametrize("count", [1, 2, 3])
def test_positions_that_are_drawn_are_drawn_one_after_the_other(count: int) -> None:
    """The law of the set, against the definition by single draws."""
    scores = (Fraction(9, 10), Fraction(1, 3), Fraction(1, 3), Fraction(-30))
    temperature = Fraction(1, 3)

    def one_by_one(choices: Choices) -> frozenset[int]:
        left = {
            place: exponential((score - scores[0]) / temperature)
            for place, score in enumerate(scores)
        }
        found: set[int] = set()
        for _ in range(count):
            place = choices.choose(normalised(left))
            found.add(place)
            del left[place]
        return frozenset(found)

    assert drawn_by_score(scores, temperature, count) == explore(one_by_one)


# --- the splits --------------------------------------------------------------------------------


def test_dream_with_one_step_per_cell_is_not_one_cell_a_step() -> None:
    """The first step writes nothing, the last one two cells; and so parity comes out wrong."""
    found = named("dream-entropy", even_parity(4), 4)
    masked = [{state.count(MASK) for state in law} for law in found.by_round]
    assert masked == [{4}, {4}, {3}, {2}, {0}]
    comparison = found.compare(even_parity(4))
    assert comparison is not None
    assert comparison.total_variation == Fraction(1, 2)
    exact = named("entropy-order", even_parity(4), 4).compare(even_parity(4))
    assert exact is not None
    assert exact.total_variation == 0
    # With as many steps as cells m(1 - s/t) misses 1 in the first step, whatever their number.
    for cells in range(1, 40):
        assert diminishing(cells, Fraction(1, 1000))((MASK,) * cells, 1) == int(cells == 1)


def test_blocks_of_llada_come_one_after_the_other() -> None:
    found = named("llada-low-confidence-blocks", flip_chain(4, Fraction(1, 4)), 4)
    assert all(state[2:] == (MASK, MASK) for state in found.by_round[2])
    assert all(MASK not in state[:2] for state in found.by_round[2])
    with pytest.raises(BadInput, match="2 blocks for 3 cells"):
        in_equal_blocks(3, 2, 2)


# --- thresholds --------------------------------------------------------------------------------


def test_a_candidate_that_just_reaches_the_threshold_is_kept() -> None:
    target = product_bits([Fraction(9, 10)] * 2)
    assert run(from_threshold(Fraction(9, 10)), target).worst == 1
    assert run(from_threshold(Fraction(91, 100)), target).worst == 2


def test_of_two_masked_cells_the_factor_rule_writes_both_whatever_their_confidence() -> None:
    fair = product_bits([Fraction(1, 2)] * 2)
    assert run(from_factor(Fraction(1, 1000)), fair).worst == 1
    three = product_bits([Fraction(1, 2)] * 3)
    assert run(from_factor(Fraction(1, 1000)), three).worst == 2


# --- remasking ---------------------------------------------------------------------------------


def test_a_loop_whose_step_overshoots_writes_everything() -> None:
    loop = Loop(Fraction(11, 20), Fraction(1, 20), Fraction(9, 10), Fraction(1, 50))
    assert loop.masked_share(Fraction(0), Fraction(2, 3)) == 0
    found = run(looping(Schedule(2), loop), CHAIN, 2)
    assert all(MASK not in state for state in found.by_round[1])
    assert any(MASK in state for state in found.by_round[2])


def test_the_exponential_function_is_rounded_and_not_guessed() -> None:
    assert exponential(Fraction(0)) == 1
    assert exponential(Fraction(-1)) == Fraction(385750, 2**20)
    assert exponential(Fraction(-3, 2)) == Fraction(233969, 2**20)
    assert exponential(Fraction(-30)) == 0
    with pytest.raises(ValueError, match="exp of 1"):
        exponential(Fraction(1))


# --- what Dream makes of a law first -----------------------------------------------------------


def test_a_nucleus_ends_with_the_token_that_exceeds_the_share() -> None:
    law = Law({0: Fraction(1, 2), 1: Fraction(1, 3), 2: Fraction(1, 6)})
    assert nucleus(law, Fraction(1)) == law
    # The sum up to the first token is 1/2: that does not exceed 1/2.
    assert nucleus(law, Fraction(1, 2)) == Law({0: Fraction(3, 5), 1: Fraction(2, 5)})
    assert nucleus(law, Fraction(49, 100)) == Law({0: Fraction(1)})
    assert likeliest_ones(law, 2) == nucleus(law, Fraction(1, 2))
    # What is as likely as the last one stays.
    even = Law({0: Fraction(1, 2), 1: Fraction(1, 4), 2: Fraction(1, 4)})
    assert likeliest_ones(even, 2) == even
    with pytest.raises(ValueError, match="0 tokens"):
        likeliest_ones(law, 0)
    # First the temperature, then the nucleus, then the number.
    assert prepared(2, Fraction(7, 10))(law) == Law({0: Fraction(9, 13), 1: Fraction(4, 13)})
    assert prepared(2, Fraction(9, 10), 1)(law) == Law({0: Fraction(1)})


def test_entropies_are_told_apart_by_bounds_and_where_they_meet_by_factors() -> None:
    wide = NegativeEntropy(Law({k: Fraction(1, 4) for k in range(4)}))
    eighths = {k: Fraction(1, 8) for k in range(1, 5)}
    same = NegativeEntropy(Law({0: Fraction(1, 2), **eighths}))
    assert wide == same
    assert not wide < same
    assert not same < wide
    low, high = wide.bounds()
    log_four = Fraction("1.386294361119890618834464242916")
    assert low < -log_four < high
    assert high - low < Fraction(1, 2**80)
    tiny = Fraction(1, 10**40)
    near = Law({0: Fraction(1, 2) + tiny, 1: Fraction(1, 2) - tiny})
    fair = Law({0: Fraction(1, 2), 1: Fraction(1, 2)})
    assert NegativeEntropy(near) > NegativeEntropy(fair)
    steep = Law({0: 1 - Fraction(1, 10**12 + 39), 1: Fraction(1, 10**12 + 39)})
    assert NegativeEntropy(steep) > wide


def test_a_nucleus_loses_outcomes_for_ever() -> None:
    target = product_bits([Fraction(9, 10), Fraction(1, 2)])
    cut = named("dream-entropy-nucleus", target, 2).compare(target)
    assert cut is not None
    assert cut.missing == ((0, 0), (0, 1))
    assert cut.forward.is_infinite


def test_cells_are_drawn_by_their_scores_at_a_temperature() -> None:
    target = product_bits([Fraction(9, 10), Fraction(1, 2)])
    step = dream(lambda state, number: 1, margin_of, prepared(), alg_temperature=Fraction(4, 5))
    found = run(step, target)
    # The margins are 4/5 and 0, so that the weights are 1 and exp(-1).
    small = exponential(Fraction(-1))
    first = sum((w for state, w in found.by_round[1].items() if state[0] != MASK), Fraction(0))
    assert first == 1 / (1 + small)
    assert found.behaviour.unmasking is Unmasking.JOINT
    assert Law(found.law) == target
    greedy = dream(lambda state, number: 2, margin_of, prepared(), greedy=True)
    assert run(greedy, target).law == {(1, 0): 1}


# --- ties --------------------------------------------------------------------------------------


def test_ties_change_the_law_of_a_confidence_rule_but_not_of_a_random_order() -> None:
    for name, same in (("llada-low-confidence", False), ("llada-random", True)):
        step = RULES[name].make(3, 3)
        other = run(mirrored(step), CHAIN)
        assert (other.law == named(name).law) == same
        # The chain is its own mirror image.
        assert {state[::-1]: weight for state, weight in other.law.items()} == named(name).law
