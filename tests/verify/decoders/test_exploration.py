"""Paths with shared products, and cells that wait: the same laws as without either."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.targets.chains import flip_chain
from dlmcheck.spec.choices import Choices, NotReproducible, TooManyChoices, explore
from dlmcheck.spec.law import Law, bernoulli
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders import codes
from dlmcheck.verify.decoders.codes import Alphabet, Shows
from dlmcheck.verify.decoders.exploration import explored
from dlmcheck.verify.decoders.headline import run

WEIGHTS = st.lists(st.integers(1, 5), min_size=1, max_size=4)
LAWS = WEIGHTS.map(lambda ws: Law({i: Fraction(w, sum(ws)) for i, w in enumerate(ws)}))


@given(st.lists(LAWS, min_size=3, max_size=3), st.integers(0, 4))
def test_the_law_of_a_program_is_that_of_the_specification(laws: list[Law[int]], stop: int) -> None:
    def program(choices: Choices) -> int:
        total = 0
        for law in laws:
            total += choices.choose(law)
            if total == stop:
                break
        return total % 3

    found = explored(program)
    assert found == explore(program)
    assert list(found) == list(explore(program))


def test_a_program_that_changes_its_mind_is_refused() -> None:
    asked = 0

    def changing(choices: Choices) -> int:
        nonlocal asked
        asked += 1
        return choices.choose(bernoulli(Fraction(1, 1 + asked)))

    def stopping(choices: Choices) -> int:
        nonlocal asked
        asked += 1
        return sum(choices.choose(bernoulli(Fraction(1, 2))) for _ in range(3 if asked < 2 else 1))

    def endless(choices: Choices) -> int:
        while True:
            choices.choose(bernoulli(Fraction(1, 2)))

    with pytest.raises(NotReproducible):
        explored(changing)
    asked = 0
    with pytest.raises(NotReproducible):
        explored(stopping)
    with pytest.raises(TooManyChoices):
        explored(endless, 5)


def laws_with(few: int, name: str, patch: pytest.MonkeyPatch) -> tuple[dict[State, Fraction], ...]:
    patch.setattr(codes, "FEW", few)
    found = run(RULES[name], flip_chain(4, Fraction(1, 4)), 3)
    assert found is not None
    return (*found.by_round, found.law)


@pytest.mark.parametrize("name", ["remdm-cap", "remdm-loop", "dream-origin", "revision-all-cells"])
def test_who_waits_changes_no_law(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = laws_with(0, name, monkeypatch)
    assert nobody == laws_with(24, name, monkeypatch) == laws_with(10**9, name, monkeypatch)


def test_a_law_that_waits_is_multiplied_out_once_for_all() -> None:
    alphabet = Alphabet(2)
    coin: Shows = ((0, 1), (1, 2)), ((1, "note"),)
    alphabet.wait_for_common([[coin, coin], [coin, (((0, 1),), ())]])
    ((waits, _),) = alphabet.options(0, coin)
    assert len(alphabet.options(1, coin)) == 2, "one part has it there"
    ((rest, _),) = alphabet.options(1, (((0, 1),), ()))
    weights = {waits + rest: 5}
    alphabet.settle(weights)
    shown = {alphabet.configuration(code): weight for code, weight in weights.items()}
    assert {(one.state, one.memory): w for one, w in shown.items()} == {
        ((0, 0), ()): 5,
        ((1, 0), ((0, "note"),)): 10,
    }


def test_canary_a_law_settled_as_its_likeliest_outcome_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = laws_with(24, "remdm-cap", monkeypatch)
    outcomes = Alphabet._outcomes  # pyright: ignore[reportPrivateUsage]

    def likeliest(self: Alphabet, cell: int, shows: Shows) -> list[tuple[int, int]]:
        found = outcomes(self, cell, shows)
        total = sum(weight for _, weight in found)
        return [(max(found, key=lambda one: one[1])[0], total)]

    monkeypatch.setattr(Alphabet, "_outcomes", likeliest)
    assert laws_with(24, "remdm-cap", monkeypatch) != right
