"""The first round that cannot be made good, against the definition written out slowly."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.decoders.adapters import with_random
from dlmcheck.model.decoders.exact import Exact
from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.rules import evenly, left_to_right, most_confident, random_order
from dlmcheck.model.targets import even_parity, flip_chain, one_hot, parse_target, product_bits
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, StepFunction, decoder_laws
from dlmcheck.spec.law import Law, bernoulli, total_variation
from dlmcheck.spec.perfect import agrees, perfect_predictor
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.analysis import analyse, shortest_wrong_trace
from dlmcheck.verify.decoders.enumeration import Transition
from dlmcheck.verify.decoders.exact_rest import Whole, distance_by_round
from dlmcheck.verify.decoders.going_wrong import Cause, GoesWrong, causes, goes_wrong

NINE, HALF, QUARTER = Fraction(9, 10), Fraction(1, 2), Fraction(1, 4)


def decoder(step: StepFunction, target: Law[State], rounds: int | None = None) -> Decoder:
    length = len(next(iter(target)))
    predictor = perfect_predictor(target)
    return Decoder(length, predictor, step, rounds, may_revise=True)


def named(name: str, target: Law[State], rounds: int) -> Decoder:
    rule = RULES[name]
    made = rule.make(len(next(iter(target))), rounds)
    return decoder(made, target, rounds + rule.extra if rule.fixed_rounds else None)


def found(one: Decoder, target: Law[State]) -> tuple[tuple[Fraction, ...], GoesWrong | None]:
    analysis = analyse(one)
    distances = distance_by_round(analysis, target)
    return distances, goes_wrong(one, analysis, target, distances)


def exactly(state: State, target: Law[State]) -> Law[State]:
    """The law of the output from here on if the rest is decoded exactly; or the state itself."""
    if target.probability(lambda outcome: agrees(outcome, state)):
        return target.given(lambda outcome: agrees(outcome, state))
    return Law({state: 1})


def next_states(made: Transition) -> Law[State]:
    weights = {c: Fraction(w, made.denominator) for c, w in made.after.items()}
    return Law(weights).map(lambda c: c.state)


def completed(law: Law[State], target: Law[State]) -> Law[State]:
    return law.bind(lambda state: exactly(state, target))


def slowly(one: Decoder, target: Law[State], most: int = 8) -> list[Fraction]:
    laws = [law.map(lambda c: c.state) for law in decoder_laws(one, most)]
    return [total_variation(completed(law, target), target) for law in laws]


def fractions(*numbers: Fraction | int) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, numbers))


LEFT_OUT = ("remdm-conf", "llada-low-confidence-blocks")
"""The one is slow in the specification, the other wants the cells for its number of rounds."""
TARGETS = ("product:9/10,9/10,1/3", "markov:3,1/4", "even-parity:3", "one-hot:3")


@pytest.mark.parametrize("name", [name for name in RULES if name not in LEFT_OUT])
def test_the_distances_are_those_of_the_definition(name: str) -> None:
    for text in TARGETS:
        target = parse_target(text).law
        one = named(name, target, 2)
        distances, wrong = found(one, target)
        assert list(distances) == slowly(one, target)
        assert distances[0] == 0
        comparison = analyse(one).compare(target)
        assert comparison is not None
        assert distances[-1] == comparison.total_variation
        assert (wrong is None) == (not any(distances))


def test_confidence_goes_wrong_in_the_first_round() -> None:
    target = product_bits([NINE, NINE])
    distances, wrong = found(decoder(most_confident(evenly(2, 2)), target), target)
    assert distances == fractions(0, Fraction(81, 1000), Fraction(81, 1000))
    assert wrong is not None
    assert wrong.culprit is not None
    assert (wrong.round_number, wrong.distance) == (1, Fraction(81, 1000))
    assert wrong.culprit.trace.states == ((MASK, MASK), (1, MASK))
    assert wrong.culprit.trace.probability == NINE
    assert wrong.culprit.causes == (Cause.CHOSEN,)
    # No outcome is impossible, so that no run ends where nothing of the target is left.
    assert shortest_wrong_trace(decoder(most_confident(evenly(2, 2)), target), target) is None


def test_two_cells_of_even_parity_go_wrong_in_the_last_round_only() -> None:
    target = even_parity(4)
    distances, wrong = found(decoder(random_order(evenly(4, 2)), target), target)
    assert distances == fractions(0, 0, HALF)
    assert wrong is not None
    assert wrong.culprit is not None
    assert wrong.culprit.causes == (Cause.TOGETHER,)
    assert len(wrong.culprit.trace.states) == 3
    assert sum(wrong.culprit.trace.states[-1]) % 2 == 1


def test_remasking_by_coins_goes_wrong_by_what_it_writes_together() -> None:
    target = flip_chain(3, QUARTER)
    distances, wrong = found(named("remdm-cap", target, 3), target)
    assert wrong is not None
    assert wrong.culprit is not None
    assert wrong.round_number == 1
    assert wrong.culprit.causes == (Cause.TOGETHER,)
    # The greedy round at the end, of cells left masked, brings the law nearer by a little.
    assert distances[3] > distances[4] > distances[2]


def test_revision_makes_good_what_was_wrong() -> None:
    target = even_parity(3)
    distances, wrong = found(named("revision-one-cell", target, 3), target)
    assert distances == fractions(0, HALF, 0, 0)
    assert wrong is not None
    assert wrong.round_number == 1


# --- each kind of cause --------------------------------------------------------------------------


def forgets_zeros(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """The second of two bits, then the first is masked again if it shows 0."""
    if number == 1:
        return Step(reveal=frozenset({0}))
    if number == 2 and state[0] == 0:
        return Step(remask=frozenset({0}))
    return Step(reveal=frozenset(cell for cell, token in enumerate(state) if token == MASK))


def replaces_by_1(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    if number == 1:
        return Step(reveal=frozenset({0, 1}))
    return Step(edit=((0, 1),))


def writes_0(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    return Step(edit=((state.index(MASK), 0),))


def plainly(tokens: list[int], laws: list[list[Exact]], number: int, source: Any) -> list[int]:
    """Candidates for all cells, drawn by itself; the first 1 is kept, or else the first one."""
    masked = [cell for cell, token in enumerate(tokens) if token == MASK]
    drawn = {cell: int(source.random() < laws[cell][1]) for cell in masked}
    cell = next((cell for cell in masked if drawn[cell]), masked[0])
    return [drawn[i] if i == cell else token for i, token in enumerate(tokens)]


@pytest.mark.parametrize(
    ("step", "rounds", "number", "cause"),
    [
        (forgets_zeros, 3, 2, Cause.REMASKS),
        (replaces_by_1, 2, 2, Cause.REVISES),
        (writes_0, None, 1, Cause.OTHER_LAWS),
        (with_random(plainly), None, 1, Cause.CHOSEN_OR_OTHER_LAWS),
    ],
)
def test_each_cause_is_named(
    step: StepFunction, rounds: int | None, number: int, cause: Cause
) -> None:
    target = product_bits([NINE, NINE])
    one = decoder(step, target, rounds)
    distances, wrong = found(one, target)
    assert list(distances) == slowly(one, target)
    assert wrong is not None
    assert wrong.culprit is not None
    assert (wrong.round_number, wrong.culprit.causes) == (number, (cause,))


@pytest.mark.parametrize(
    "name", ["remdm-loop", "wino-drawn", "llada-low-confidence", "dream-origin"]
)
def test_the_parts_sum_to_the_distance_and_the_largest_one_is_shown(name: str) -> None:
    """The lemma of the note, (a), with all steps written out."""
    target = flip_chain(3, QUARTER)
    one = named(name, target, 3)
    analysis = analyse(one)
    _, wrong = found(one, target)
    assert wrong is not None
    assert wrong.culprit is not None
    number = wrong.round_number
    laws = decoder_laws(one, number)
    reached = laws[number].bind(lambda c: exactly(c.state, target))
    above = {z for z, weight in reached.items() if weight > target[z]}
    parts: list[Fraction] = []
    for before, chance in laws[number - 1].items():
        then = exactly(before.state, target).probability(above.__contains__)
        made = analysis.table[before, number]
        for state, p in next_states(made).items():
            now = exactly(state, target).probability(above.__contains__)
            parts.append(chance * p * (now - then))
    assert sum(parts) == wrong.distance
    assert max(parts) == wrong.culprit.share


@pytest.mark.parametrize("name", [name for name in RULES if name not in LEFT_OUT])
def test_where_no_cause_is_found_a_round_can_be_made_good(name: str) -> None:
    """The lemma of the note, (b), at every configuration that is reached and possible."""
    for text in TARGETS:
        target = parse_target(text).law
        whole = Whole(target)
        for (before, _), made in analyse(named(name, target, 2)).table.items():
            if not whole.sums(before.state):
                continue
            same = completed(next_states(made), target) == exactly(before.state, target)
            assert same or causes(made, before.state, whole)


def test_canary_left_to_right_has_no_cause_and_is_never_wrong() -> None:
    target = one_hot(3)
    one = decoder(left_to_right(evenly(3, 3)), target)
    distances, wrong = found(one, target)
    assert distances == fractions(0, 0, 0, 0)
    assert wrong is None
    whole = Whole(target)
    table = analyse(one).table
    assert not any(causes(made, before.state, whole) for (before, _), made in table.items())


def test_an_error_that_is_left_for_later_is_seen_when_it_is_made() -> None:
    """A coin decides in round 1 whether round 2 writes both of the other cells together."""

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        if number == 1:
            return Step(reveal=frozenset({0}), memory=choices.choose(bernoulli(HALF)))
        masked = [cell for cell, token in enumerate(state) if token == MASK]
        return Step(reveal=frozenset(masked if memory == 1 else masked[:1]))

    target = even_parity(3)
    distances, wrong = found(decoder(step, target), target)
    assert distances == fractions(0, 0, QUARTER, QUARTER)
    assert wrong is not None
    assert wrong.round_number == 2
