"""Orders of coins for decision diagrams: those tried, reordering, and the limit of nodes."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from benchmarks.workloads import adder, xor_rich
from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.engines import law_by_diagrams, sifting
from dlmcheck.verify.engines.force import arrangement
from dlmcheck.verify.engines.law_by_diagrams import Found, coin_names, find_law
from dlmcheck.verify.engines.law_engines import CircuitLaw, Limits, Unknown, Why, law
from dlmcheck.verify.kernel.diagram_laws import law_by_diagrams as by_the_kernel

NODES = Limits(nodes=1 << 14)


def pairs(number: int) -> CircuitLaw:
    """Whether some x_i and its y_p(i) are 1, for a permutation p; and two parities.

    Searches from the outputs meet all x first and then all y: 2^number nodes.
    """
    partner = list(range(number))
    random.Random(number).shuffle(partner)
    names = [f"{letter}{i}" for letter in "xy" for i in range(number)]
    builder = Builder.with_names(random=names)
    even = [builder.xor(*range(low, low + number)) for low in (0, number)]
    some = builder.or_(*(builder.and_(i, number + partner[i]) for i in range(number)))
    return CircuitLaw(builder.build([even[0], some, even[1]], ["x", "some", "y"]))


def by_hand(number: int) -> Fraction:
    """The probability that no pair is 1."""
    return Fraction(3, 4) ** number


def none_of(found: Found) -> Fraction:
    return sum((found.law.probability(w) for w in found.law.counts if not w & 2), Fraction(0))


def without_force(patch: pytest.MonkeyPatch) -> None:
    def given(circuit: Circuit) -> tuple[int, ...]:
        return circuit.random_inputs

    patch.setattr(law_by_diagrams, "_by_force", given)


def without_sifting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sifting, "SWAPS", 0)


def test_no_search_from_the_outputs_fits_and_an_arrangement_does() -> None:
    found = find_law(pairs(24), NODES)
    assert isinstance(found, Found)
    assert found.how == "by force"
    assert none_of(found) == by_hand(24)
    names = coin_names(pairs(24).circuit, found.order)
    kernel = by_the_kernel(pairs(24).circuit, (), names)
    assert sum(c for text, c in kernel.counts.items() if text[1] == "0") == 3**24


def test_an_answer_says_in_which_order_it_was_found() -> None:
    assert law(pairs(24), "diagrams", NODES).why == "asked for; coins by force"
    assert law(pairs(4), "diagrams", NODES).why == "asked for"


def test_where_no_order_fits_diagrams_are_reordered_while_they_are_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_force(monkeypatch)
    found = find_law(pairs(20), NODES)
    assert isinstance(found, Found)
    assert found.how == "first met, sifted"
    assert none_of(found) == by_hand(20)
    names = coin_names(pairs(20).circuit, found.order)
    places = {name: place for place, name in enumerate(names)}
    assert sorted(places) == sorted(one.name for one in pairs(20).circuit.inputs)


def test_canary_without_reordering_the_limit_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    without_force(monkeypatch)
    without_sifting(monkeypatch)
    found = find_law(pairs(20), NODES)
    assert isinstance(found, Unknown)
    assert found.why is Why.NODES
    assert "in each of" in found.message


def test_what_has_no_structure_ends_in_unknown_as_before() -> None:
    found = find_law(CircuitLaw(xor_rich(40, 120, 4)), Limits(nodes=1 << 12))
    assert isinstance(found, Unknown)
    assert found.why is Why.NODES
    assert "more than 4096 nodes" in found.message


def test_no_time_ends_reordering(monkeypatch: pytest.MonkeyPatch) -> None:
    without_force(monkeypatch)
    found = find_law(pairs(20), Limits(nodes=1 << 14, seconds=0.05))
    assert isinstance(found, Unknown)
    assert found.why is Why.TIME


def test_separated_bits_of_two_numbers_are_interleaved_at_the_first_try() -> None:
    whole = adder(24)
    found = find_law(CircuitLaw(Circuit(whole.inputs, whole.gates, whole.outputs[-1:])), NODES)
    assert isinstance(found, Found)
    assert found.how == "first met"


def test_an_arrangement_brings_a_shuffled_path_into_line() -> None:
    size = 40
    line = list(range(size))
    random.Random(1).shuffle(line)
    nets = list(pairwise(line))
    place = arrangement(size, nets)
    assert sorted(place) == list(range(size))
    reach = [abs(place[a] - place[b]) for a, b in nets]
    assert sum(reach) < sum(abs(a - b) for a, b in nets) // 2


def test_an_arrangement_of_nothing() -> None:
    assert arrangement(0, []) == []
    assert arrangement(2, [()]) == [0, 1]


@pytest.mark.parametrize("nodes", [1, 2, 3, 39, 40, 41])
def test_where_not_even_the_coins_have_room_nodes_are_what_is_short(nodes: int) -> None:
    problem = pairs(20)
    answer = law(problem, "diagrams", Limits(nodes=nodes)).answer
    assert isinstance(answer, Unknown)
    assert answer.why is Why.NODES
    assert f"more than {nodes} nodes" in answer.message
