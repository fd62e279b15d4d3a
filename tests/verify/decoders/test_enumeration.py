"""One round, enumerated by parts: against the specification, and what merges."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.decoders.mirror import RemembersByItself, mirrored, shuffled
from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.decoders.rules import evenly, left_to_right, random_order
from dlmcheck.model.targets import even_parity, flip_chain, one_hot, product_bits
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Step, decoder_laws, step_law
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import BadInput, BadProbability, ChangesPrompt, WritesVisibleToken
from dlmcheck.spec.law import Law, bernoulli, uniform
from dlmcheck.spec.perfect import Impossible, perfect_predictor
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.behaviour import classes
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.decoders.enumeration import Transition, transition, written_law
from dlmcheck.verify.kernel.round_forms import forms, token_laws

THIRD, QUARTER = Fraction(1, 3), Fraction(1, 4)
TARGETS = (
    flip_chain(3, QUARTER),
    even_parity(3),
    one_hot(3),
    product_bits([Fraction(9, 10), THIRD, Fraction(1, 2)]),
)
CELLS = st.lists(st.sampled_from([MASK, 0, 1]), min_size=3, max_size=3).map(tuple)
CHANCES = st.sampled_from([Fraction(0), THIRD, Fraction(1, 2), Fraction(1)])


@st.composite
def steps(draw: st.DrawFn, state: State, depth: int = 0) -> Step:
    """A legal step in a state: sets, coins, edits, notes."""
    masked = [cell for cell, token in enumerate(state) if token == MASK]
    parts = st.sampled_from(["reveal", "coin", "edit", "nothing"])
    how = {cell: draw(parts) for cell in masked}
    back = draw(st.lists(st.sampled_from(range(3)), unique=True, max_size=2))
    notes = None
    if draw(st.booleans()):
        notes = tuple((cell, ((0, "a"), (1, draw(st.sampled_from("ab"))))) for cell in (2, 0))
    return Step(
        frozenset(cell for cell, what in how.items() if what == "reveal"),
        frozenset(back[:1]),
        tuple((cell, 1) for cell, what in how.items() if what == "edit"),
        draw(st.sampled_from([None, 0, "x"])),
        tuple((cell, draw(CHANCES)) for cell, what in how.items() if what == "coin"),
        tuple((cell, draw(CHANCES)) for cell in back[1:]),
        notes,
    )


@st.composite
def programs(draw: st.DrawFn) -> tuple[State, Decoder]:
    """A step that looks at some candidates, tosses a coin, and goes one of several ways."""
    state = draw(CELLS)
    ways = [draw(steps(state)) for _ in range(draw(st.integers(1, 3)))]
    masked = [cell for cell, token in enumerate(state) if token == MASK]
    looked = draw(st.lists(st.sampled_from(masked), unique=True)) if masked else []

    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        way = sum(candidates.token(cell) for cell in looked)
        return ways[(way + choices.choose(bernoulli(THIRD))) % len(ways)]

    target = draw(st.sampled_from(TARGETS))
    return state, Decoder(3, perfect_predictor(target), step)


def law_of(made: Transition) -> Law[Configuration]:
    return Law({one: Fraction(w, made.denominator) for one, w in made.after.items()})


@given(programs())
def test_a_round_by_parts_is_the_round_of_the_specification(found: tuple[State, Decoder]) -> None:
    state, decoder = found
    before = Configuration(state)
    expected = step_law(decoder, before, 1).map(
        lambda made: Configuration(made.state, made.step.memory)
    )
    assert law_of(transition(decoder, before, 1)) == expected


@given(programs())
def test_classes_of_parts_are_those_of_the_written_law(found: tuple[State, Decoder]) -> None:
    state, decoder = found
    made = transition(decoder, Configuration(state), 1)
    offered, own = classes(made, state)
    pairs = written_law(made, state)
    masked = frozenset(cell for cell, token in enumerate(state) if token == MASK)
    assert own == forms(pairs, masked, token_laws(pairs))
    if made.sources is not None:
        assert offered == forms(pairs, masked, made.sources)


@pytest.mark.parametrize("name", RULES)
def test_the_law_of_a_published_rule_is_that_of_the_specification(name: str) -> None:
    rule = RULES[name]
    for target in (flip_chain(3, QUARTER), one_hot(3)):
        # The specification writes every path out: remasking with memory in one round fewer.
        rounds = 1 if name == "remdm-conf" else 2
        try:
            step = rule.make(3, rounds)
        except BadInput:
            step = rule.make(3, 3)
        fixed = rounds + rule.extra if rule.fixed_rounds else None
        one = Decoder(3, perfect_predictor(target), step, rounds=fixed, may_revise=True)
        merged = Decoder(3, tabulated_predictor(target), step, rounds=fixed, may_revise=True)
        expected = decoder_laws(one, 12)[-1].map(lambda after: after.state)
        assert Law(analyse(merged, 12).law) == expected


@given(CELLS, st.integers(0, 2), st.sampled_from(Impossible))
def test_tabulated_conditionals_are_those_of_the_definition(
    state: State, cell: int, impossible: Impossible
) -> None:
    ternary: Law[State] = uniform([(0, 2, 1), (1, 1, 1)])
    for target in (*TARGETS, ternary):
        one = tabulated_predictor(target, 3, impossible)
        assert one(state, cell) == perfect_predictor(target, 3, impossible)(state, cell)


def test_it_is_known_whether_a_convention_had_a_say() -> None:
    predictor = tabulated_predictor(one_hot(3))
    assert predictor((1, MASK, MASK), 1) == Law({0: Fraction(1)})
    assert not predictor.met_impossible
    assert predictor((1, 1, MASK), 2) == uniform([0, 1])
    assert predictor.met_impossible


# --- notes ---------------------------------------------------------------------------------


def takes_notes(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """Notes how likely the token of each cell was; a note of 1/4 or less is remasked."""
    noted = dict(cast("tuple[tuple[int, Fraction], ...] | None", memory) or ())
    masked = [cell for cell, token in enumerate(state) if token == MASK]
    notes: dict[int, tuple[tuple[int, Hashable], ...]] = {
        cell: ((state[cell], note),) for cell, note in noted.items()
    }
    notes |= {cell: tuple(candidates.law(cell).items()) for cell in masked}
    return Step(
        reveal=frozenset(masked[:1]),
        remask=frozenset(cell for cell, note in noted.items() if note <= QUARTER),
        notes=tuple(notes.items()),
    )


def test_notes_are_the_memory_of_the_next_round() -> None:
    one = Decoder(2, perfect_predictor(flip_chain(2, QUARTER)), takes_notes, rounds=4)
    laws = decoder_laws(one, 4)
    assert {after.memory for after in laws[1]} == {((0, Fraction(1, 2)),)}
    found = analyse(one)
    assert Law(found.law) == laws[-1].map(lambda after: after.state)
    assert found.configurations == 1 + sum(len(law) for law in laws[1:-1])


def test_notes_change_places_in_the_mirror() -> None:
    one = Decoder(3, perfect_predictor(flip_chain(3, QUARTER)), takes_notes, rounds=4)
    other = Decoder(3, one.predictor, mirrored(takes_notes), rounds=4)
    # The chain is its own mirror image.
    assert {state[::-1]: w for state, w in analyse(other).law.items()} == analyse(one).law


# --- the cells in another order --------------------------------------------------------------


@pytest.mark.parametrize("name", ["llada-random", "mdlm-ancestral", "remdm-conf"])
def test_a_rule_without_ties_does_not_care_for_the_order_of_cells(name: str) -> None:
    rule = RULES[name]
    step, fixed = rule.make(3, 2), 2 + rule.extra if rule.fixed_rounds else None
    one = Decoder(3, tabulated_predictor(TARGETS[3]), step, rounds=fixed)
    assert analyse(replace(one, step=shuffled(step))).law == analyse(one).law


def test_a_rule_from_left_to_right_becomes_random_order() -> None:
    one = Decoder(3, tabulated_predictor(one_hot(3)), shuffled(left_to_right(evenly(3, 2))))
    other = Decoder(3, one.predictor, random_order(evenly(3, 2)))
    assert analyse(one).law == analyse(other).law


def test_memory_that_may_speak_of_cells_is_not_put_in_random_order() -> None:
    one = Decoder(3, tabulated_predictor(one_hot(3)), shuffled(RULES["wino"].make(3, 3)))
    with pytest.raises(RemembersByItself):
        analyse(one)


# --- what is refused -----------------------------------------------------------------------


def coins(reveal: Fraction, remask: Fraction) -> Decoder:
    def step(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        return Step(reveal_coins=((1, reveal),), remask_coins=((0, remask),))

    predictor = perfect_predictor(flip_chain(2, QUARTER))
    return Decoder(2, predictor, step, rounds=2, prompt=((0, 1),))


def test_coins_of_cells_keep_to_the_rules() -> None:
    assert analyse(coins(Fraction(1), Fraction(0)), 1).by_round[1][1, 1] == 1 - QUARTER
    with pytest.raises(WritesVisibleToken):
        analyse(coins(Fraction(1), Fraction(0)))
    enumerators: list[Callable[[Decoder], object]] = [analyse, lambda one: decoder_laws(one, 2)]
    for laws_of in enumerators:
        with pytest.raises(ChangesPrompt, match="prompt cell 0"):
            laws_of(coins(THIRD, THIRD))
        with pytest.raises(BadProbability):
            laws_of(coins(Fraction(3, 2), Fraction(0)))
