"""Decoders by their step function: choices, one round, a run, the perfect predictor."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from itertools import product

import pytest

from dlmcheck.spec.choices import Choices, NotReproducible, TooManyChoices, explore
from dlmcheck.spec.decoder import (
    Candidates,
    Decoder,
    Made,
    Step,
    StepFunction,
    decoder_laws,
    step_law,
    unfinished,
)
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import (
    BadPoint,
    ChangesPrompt,
    IllegalSampler,
    SelectsNoCell,
    WritesForeignToken,
    WritesVisibleToken,
)
from dlmcheck.spec.law import Law, bernoulli, certain, product_law, total_variation, uniform
from dlmcheck.spec.perfect import Impossible, conditional, perfect_predictor
from dlmcheck.spec.policies import AfterSamplingUnmasking
from dlmcheck.spec.sampler import Sampler, output_law
from dlmcheck.spec.tokens import MASK, State

TWO_BITS: Law[State] = product_law([bernoulli(Fraction(9, 10))] * 2)
EVEN: Law[State] = uniform([z for z in product((0, 1), repeat=3) if sum(z) % 2 == 0])


# --- choices -------------------------------------------------------------------------------


def test_every_path_is_run_and_weighed() -> None:
    def program(choices: Choices) -> tuple[int, ...]:
        first = choices.choose(bernoulli(Fraction(1, 3)))
        return (first, choices.choose(uniform(range(2 + first))))

    assert explore(program) == Law(
        {(0, 0): Fraction(1, 3), (0, 1): Fraction(1, 3)}
        | {(1, value): Fraction(1, 9) for value in range(3)}
    )


def test_a_program_with_randomness_of_its_own_is_found_out() -> None:
    runs: list[int] = []

    def other_question(choices: Choices) -> int:
        runs.append(0)
        return choices.choose(uniform(range(2))) + choices.choose(uniform(range(1 + len(runs))))

    with pytest.raises(NotReproducible, match="question"):
        explore(other_question)

    def fewer_questions(choices: Choices) -> int:
        runs.append(0)
        first = choices.choose(uniform(range(2)))
        return first + (choices.choose(uniform(range(2))) if len(runs) % 2 == 0 else 0)

    runs.clear()
    runs.append(0)
    with pytest.raises(NotReproducible):
        explore(fewer_questions)


def test_a_program_that_draws_for_ever_is_stopped() -> None:
    def geometric(choices: Choices) -> int:
        while choices.choose(bernoulli(Fraction(1, 2))) == 0:
            pass
        return 1

    with pytest.raises(TooManyChoices, match="more than 50"):
        explore(geometric, limit=50)


# --- decoders ------------------------------------------------------------------------------


def most_confident(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """Draw everywhere, keep the candidate with the largest probability; ties to the left."""
    masked = [i for i, token in enumerate(state) if token == MASK]
    drawn = {i: candidates.law(i)[candidates.token(i)] for i in masked}
    return Step(reveal=frozenset({max(masked, key=lambda i: (drawn[i], -i))}))


def leftmost(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """From left to right, one token a step."""
    return Step(reveal=frozenset({state.index(MASK)}))


def law_of(
    step: StepFunction,
    target: Law[State],
    prompt: tuple[tuple[int, int], ...] = (),
    memory: Hashable = None,
) -> Law[State]:
    length = len(next(iter(target)))
    decoder = Decoder(length, perfect_predictor(target), step, prompt=prompt, memory=memory)
    laws = decoder_laws(decoder, 20)
    assert unfinished(decoder, laws) == 0
    return laws[-1].map(lambda one: one.state)


def test_confidence_decoding_of_two_independent_bits_misses_by_81_in_1000() -> None:
    law = law_of(most_confident, TWO_BITS)
    assert law == Law(
        {
            (0, 0): Fraction(1, 1000),
            (0, 1): Fraction(18, 1000),
            (1, 0): Fraction(90, 1000),
            (1, 1): Fraction(891, 1000),
        }
    )
    assert total_variation(law, TWO_BITS) == Fraction(81, 1000)


def test_the_same_rule_as_a_policy_of_the_lattice_gives_the_same_law() -> None:
    def select(state: State, drawn: State, number: int | None) -> Law[frozenset[int]]:
        masked = [i for i, token in enumerate(state) if token == MASK]
        seen = {i: conditional(TWO_BITS, state, i)[drawn[i]] for i in masked}
        return certain(frozenset({max(masked, key=lambda i: (seen[i], -i))}))

    def keeps(state: State, cell: int, number: int | None) -> Law[int]:
        shown = state[cell]
        return conditional(TWO_BITS, state, cell) if shown == MASK else certain(shown)

    sampler = Sampler(
        length=2,
        predictor=keeps,
        unmask=AfterSamplingUnmasking(select),
        rounds=2,
        output=(0, 1),
    )
    assert output_law(sampler) == law_of(most_confident, TWO_BITS)


@pytest.mark.parametrize("target", [TWO_BITS, EVEN])
def test_one_token_a_step_from_left_to_right_is_exact(target: Law[State]) -> None:
    assert law_of(leftmost, target) == target


def test_a_prompt_stays_and_memory_goes_along() -> None:
    def counting(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        assert memory == number - 1
        return Step(reveal=frozenset({state.index(MASK)}), memory=number)

    law = law_of(counting, EVEN, prompt=((0, 1),), memory=0)
    assert law == EVEN.given(lambda z: z[0] == 1)


def constant(step: Step) -> StepFunction:
    def same(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        return step

    return same


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (Step(reveal=frozenset({3})), SelectsNoCell),
        (Step(reveal=frozenset({1})), WritesVisibleToken),
        (Step(reveal=frozenset({2}), edit=((2, 1),)), WritesVisibleToken),
        (Step(edit=((1, 0),)), WritesVisibleToken),
        (Step(edit=((2, 2),)), WritesForeignToken),
        (Step(remask=frozenset({0})), ChangesPrompt),
        (Step(edit=((0, 0),)), ChangesPrompt),
        (Step(edit=((-1, 0),)), SelectsNoCell),
    ],
)
def test_steps_that_break_the_rules(step: Step, error: type[IllegalSampler]) -> None:
    decoder = Decoder(3, perfect_predictor(EVEN), constant(step), prompt=((0, 1),))
    with pytest.raises(error) as caught:
        step_law(decoder, Configuration((1, 1, MASK)), 4)
    assert caught.value.round_number == 4


def test_remasking_is_at_the_end_and_revision_needs_a_licence() -> None:
    step = Step(edit=((1, 0), (2, 1)), remask=frozenset({2}))
    decoder = Decoder(3, perfect_predictor(EVEN), constant(step), may_revise=True)
    (made,) = step_law(decoder, Configuration((1, 1, MASK)), 1)
    assert made == Made(step, (1, 0, MASK), ())


def test_a_candidate_may_be_drawn_from_a_law_of_the_steps_own() -> None:
    def cold(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        assert candidates.token(0, certain(1)) == candidates.token(0) == 1
        return Step(reveal=frozenset({0, 1}))

    decoder = Decoder(2, perfect_predictor(TWO_BITS), cold)
    law = step_law(decoder, decoder.start(), 1)
    assert {made.sources for made in law} == {(certain(1), bernoulli(Fraction(9, 10)))}
    assert {made.state for made in law} == {(1, 0), (1, 1)}


def test_a_decoder_that_does_nothing_never_ends() -> None:
    decoder = Decoder(3, perfect_predictor(EVEN), constant(Step()))
    assert unfinished(decoder, decoder_laws(decoder, 7)) == 1


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(BadPoint):
        Decoder(3, perfect_predictor(EVEN), leftmost, rounds=-1)
    for prompt in (((3, 0),), ((0, 2),), ((0, 0), (0, 0))):
        with pytest.raises(BadPoint):
            Decoder(3, perfect_predictor(EVEN), leftmost, prompt=prompt)


# --- the perfect predictor -----------------------------------------------------------------


def test_conditionals_at_impossible_states_are_a_named_convention() -> None:
    state = (1, 0, 0)
    assert conditional(EVEN, (1, 0, MASK), 2) == certain(1)
    assert conditional(EVEN, state, 0) == certain(0)
    impossible = (1, 1, 1)
    target: Law[State] = uniform([(0, 0, 0), (1, 0, 1)])
    for convention, law in (
        (Impossible.UNIFORM, uniform([0, 1])),
        (Impossible.LOW, certain(0)),
        (Impossible.HIGH, certain(1)),
    ):
        assert conditional(target, impossible, 0, impossible=convention) == law


# --- what a step leaves to the cells -------------------------------------------------------


def left_to_cells(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """Cell 0 is written by a coin, cell 1 in any case; a coin masks cell 1 again."""
    return Step(
        reveal=frozenset({1}),
        reveal_coins=((0, Fraction(1, 3)),),
        remask_coins=((1, Fraction(1, 4)),),
        notes=((1, ((0, "zero"), (1, "one"))), (0, ((1, "one"),))),
    )


def test_coins_of_cells_are_tossed_and_notes_follow_what_is_shown() -> None:
    decoder = Decoder(2, perfect_predictor(TWO_BITS), left_to_cells)
    law = step_law(decoder, decoder.start(), 1)
    after = law.map(lambda made: (made.state, made.step.memory))
    third, quarter, nine = Fraction(1, 3), Fraction(1, 4), Fraction(9, 10)
    # Cell 0 stays masked, cell 1 is written as 1 and kept.
    assert after[(MASK, 1), ((1, "one"),)] == (1 - third) * (1 - quarter) * nine
    # Cell 0 is written as 0, of which nothing is noted; cell 1 is masked again.
    assert after[(0, MASK), ()] == third * (1 - nine) * quarter
    assert after[(1, 0), ((0, "one"), (1, "zero"))] == third * nine * (1 - quarter) * (1 - nine)
    assert len(after) == 9
    # What is said of a step is what it came to.
    assert all(not made.step.reveal_coins and made.step.notes is None for made in law)
    assert {frozenset({0, 1}), frozenset({1})} == {made.step.reveal for made in law}


def test_a_coin_of_a_visible_cell_is_refused_where_it_comes_up() -> None:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        return Step(reveal_coins=((0, Fraction(1, 100)),))

    decoder = Decoder(2, perfect_predictor(TWO_BITS), step)
    with pytest.raises(WritesVisibleToken):
        step_law(decoder, Configuration((1, MASK)), 1)
