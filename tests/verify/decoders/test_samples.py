"""The enumerator against 200,000 seeded samples of the same code: a test of it, never evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from random import Random

import pytest

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.targets import flip_chain
from dlmcheck.spec.choices import Choices, NotReproducible
from dlmcheck.spec.decoder import Candidates, Decoder, Step, one_round
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law, bernoulli
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.decoders import enumeration, exploration
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.codes import Alphabet, Site
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from tests.verify.decoders.drawing import RUNS, disagreement, drawn_states, drawn_together

CHAIN = flip_chain(3, Fraction(1, 4))


def remembers_a_bit(
    state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
) -> Step:
    """A coin of the first round is what the last cell shows in the end."""
    if number == 1:
        return Step(frozenset({0, 1}), memory=1 + choices.choose(bernoulli(Fraction(1, 3))))
    return Step(edit=((2, 0 if memory == 1 else 1),))


def decoder(name: str) -> Decoder:
    if name == "remembers a bit":
        return Decoder(3, tabulated_predictor(CHAIN), remembers_a_bit)
    rule = RULES[name]
    fixed = 3 + rule.extra if rule.fixed_rounds else None
    step = rule.make(3, 3)
    return Decoder(3, tabulated_predictor(CHAIN), step, rounds=fixed, may_revise=True, name=name)


@pytest.mark.parametrize("name", RULES)
def test_the_law_agrees_with_samples_of_the_same_code(name: str) -> None:
    exact = analyse(decoder(name), 12)
    assert exact.ended == 1
    counts = drawn_states(decoder(name), RUNS, name)
    assert counts.total() == RUNS
    assert disagreement(exact.law, counts) is None


class Drawing(Choices):
    """Answers every choice by one seeded draw."""

    def __init__(self, random: Random) -> None:
        super().__init__([], 0)
        self._random = random

    # A law of any outcome: what is generic in the base is one type here.
    def choose(self, law: object) -> object:  # type: ignore[override]
        """An outcome, drawn with the probabilities in floats."""
        outcomes, weights = zip(*law.items(), strict=True)  # type: ignore[attr-defined]  # it is a law
        return self._random.choices(outcomes, [float(w) for w in weights])[0]


def one_by_one(one: Decoder, runs: int, seed: str) -> Counter[State]:
    random = Random(seed)
    counts: Counter[State] = Counter()
    for _ in range(runs):
        configuration, number = one.start(), 0
        while not one.ends(configuration.state, number):
            number += 1
            made = one_round(one, configuration, number, Drawing(random))
            configuration = Configuration(made.state, made.step.memory)
        counts[configuration.state] += 1
    return counts


@pytest.mark.parametrize("name", ["llada-low-confidence", "remdm-conf", "revision-one-cell"])
def test_runs_that_share_nothing_agree_as_well(name: str) -> None:
    counts = one_by_one(decoder(name), 2_000, name)
    assert disagreement(analyse(decoder(name), 12).law, counts) is None


def test_every_run_draws_for_itself() -> None:
    def program(choices: Choices) -> int:
        first = choices.choose(bernoulli(Fraction(1, 4)))
        return first + choices.choose(bernoulli(Fraction(1, 2 + first)))

    counts = drawn_together(program, RUNS, Random(1))
    for value, weight in ((0, 3 / 8), (1, 3 / 8 + 1 / 6), (2, 1 / 12)):
        assert abs(counts[value] / RUNS - weight) < 5 * sqrt(weight * (1 - weight) / RUNS)


# --- planted errors ----------------------------------------------------------------------------


def _coins_are_off(patch: pytest.MonkeyPatch) -> None:
    chances = enumeration._chances  # pyright: ignore[reportPrivateUsage]

    def off(cells: frozenset[int], coins: tuple[tuple[int, Fraction], ...]) -> dict[int, Fraction]:
        found = chances(cells, coins)
        return {c: p / 2 if p < 1 else p for c, p in found.items()}

    patch.setattr(enumeration, "_chances", off)


def _remasking_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    sites = enumeration._sites  # pyright: ignore[reportPrivateUsage]

    def kept(one: Decoder, state: State, branch: enumeration.Branch) -> list[tuple[Site, int]]:
        step = replace(branch.step, remask=frozenset(), remask_coins=())
        return sites(one, state, replace(branch, step=step))

    patch.setattr(enumeration, "_sites", kept)


def _memory_is_merged(patch: pytest.MonkeyPatch) -> None:
    def forgetful(self: Alphabet, memory: Hashable) -> int:
        return remembered(self, None if memory is None else 1)

    remembered = Alphabet.memory
    patch.setattr(Alphabet, "memory", forgetful)


def _equal_states_overwrite_each_other(patch: pytest.MonkeyPatch) -> None:
    def overwritten(
        self: enumeration.Transition, weights: dict[int, int], weight: int, alphabet: Alphabet
    ) -> None:
        fresh: dict[int, int] = {}
        add_to(self, fresh, weight, alphabet)
        for code, value in fresh.items():
            # Keeps the total, as a merge that goes to the wrong state would.
            weights[next(iter(weights)) if code in weights else code] = (
                weights.get(next(iter(weights)) if code in weights else code, 0) + value
            )

    add_to = enumeration.Transition.add_to
    patch.setattr(enumeration.Transition, "add_to", overwritten)


def _a_branch_is_counted_twice(patch: pytest.MonkeyPatch) -> None:
    explored = exploration.explored

    def twice(program: Callable[[Choices], enumeration.Branch]) -> Law[enumeration.Branch]:
        law = explored(program)
        first, *others = law
        if not others:
            return law
        weights = {one: law[one] * (1 - law[first] / 2) / (1 - law[first]) for one in others}
        return Law({first: law[first] / 2, **weights})

    patch.setattr(enumeration, "explored", twice)


PLANTED = {
    "coins are off": (_coins_are_off, "mdlm-ancestral"),
    "remasking is forgotten": (_remasking_is_forgotten, "remdm-loop"),
    "memory is merged": (_memory_is_merged, "remembers a bit"),
    "equal states": (_equal_states_overwrite_each_other, "llada-random"),
    "branches misweighed": (_a_branch_is_counted_twice, "llada-low-confidence"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_canary_an_error_of_the_enumerator_is_seen_in_the_samples(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, rule = PLANTED[name]
    counts = drawn_states(decoder(rule), RUNS, rule)
    assert disagreement(analyse(decoder(rule), 12).law, counts) is None
    plant(monkeypatch)
    assert disagreement(analyse(decoder(rule), 12).law, counts) is not None


def test_canary_a_hidden_coin_of_the_step_is_refused() -> None:
    own = Random(0)

    def secretive(
        state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        choices.choose(bernoulli(Fraction(1, own.randint(2, 9))))
        return Step(reveal=frozenset({state.index(MASK)}))

    with pytest.raises(NotReproducible):
        analyse(Decoder(3, tabulated_predictor(CHAIN), secretive))
