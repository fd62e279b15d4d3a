"""Targets by name, and targets from samples."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dlmcheck.model.targets import (
    TARGETS,
    EmpiricalTarget,
    Target,
    TokenLaw,
    empirical_target,
    even_parity,
    fixed_weight,
    flip_chain,
    lacunary_even_parity,
    linear_code,
    noisy_chain,
    odd_parity,
    one_hot,
    parse_target,
    permutation_matrices,
    product_bits,
    repetition,
    samples_from_text,
    tilted_even_parity,
    uniform,
)
from dlmcheck.spec.errors import BadInput, BadProbability, MalformedSyntax, UnsupportedFeature
from dlmcheck.spec.law import Law

EXAMPLES: dict[str, TokenLaw] = {
    "uniform:3": uniform(3),
    "product:1/2,1/3": product_bits([Fraction(1, 2), Fraction(1, 3)]),
    "even-parity:5": even_parity(5),
    "odd-parity:4": odd_parity(4),
    "tilted-parity:2,3,1/2": tilted_even_parity([2, 3, Fraction(1, 2)]),
    "one-hot:4": one_hot(4),
    "fixed-weight:5,2": fixed_weight(5, 2),
    "repetition:3": repetition(3),
    "linear-code:1011,0110": linear_code(generator=[[1, 0, 1, 1], [0, 1, 1, 0]]),
    "parity-check:1101,0111": linear_code(parity_check=[[1, 1, 0, 1], [0, 1, 1, 1]]),
    "markov:4,1/3": flip_chain(4, Fraction(1, 3)),
    "markov:4,1/3,0": flip_chain(4, Fraction(1, 3), 0),
    "noisy-markov:3,1/3,1/4": noisy_chain(3, Fraction(1, 3), Fraction(1, 4)),
    "permutations:3": permutation_matrices(3),
    "lacunary-parity:4": lacunary_even_parity(4),
}


def test_every_family_has_an_example_here() -> None:
    assert {name.partition(":")[0] for name in EXAMPLES} == set(TARGETS)


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_name_gives_the_law_of_its_family(text: str) -> None:
    target = parse_target(text)
    assert target.law == EXAMPLES[text]
    assert (target.name, target.vocabulary, target.is_estimate) == (text, 2, False)
    assert target.length == len(next(iter(EXAMPLES[text])))


def test_spaces_around_the_parts_do_not_matter() -> None:
    assert parse_target(" fixed-weight:5, 2 ").law == fixed_weight(5, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "uniform, product"),
        ("parity:3", "uniform, product"),
        ("even-parity", "even-parity:N"),
        ("even-parity:", "even-parity:N"),
        ("even-parity:x", "even-parity:N"),
        ("even-parity:3,4", "even-parity:N"),
        ("even-parity:1e3", "even-parity:N"),
        ("even-parity:99999", "even-parity:N"),
        ("even-parity:³", "even-parity:N"),
        ("fixed-weight:3", "fixed-weight:N,K"),
        ("markov:3", "markov:N,FLIP"),
        ("noisy-markov:3,1/3", "noisy-markov:N,FLIP,NOISE"),
        ("linear-code:", "linear-code:ROW"),
        ("linear-code:10,1", "linear-code:ROW"),
        ("parity-check:12", "parity-check:ROW"),
        ("product:", "product:P"),
    ],
)
def test_names_of_the_wrong_form_are_refused_with_the_right_form(text: str, expected: str) -> None:
    with pytest.raises(MalformedSyntax) as refused:
        parse_target(text)
    assert refused.value.expected.startswith(expected)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("even-parity:0", BadInput),
        ("even-parity:-3", BadInput),
        ("fixed-weight:3,4", BadInput),
        ("uniform:64", UnsupportedFeature),
        ("product:0.5", BadProbability),
        ("product:3/2", BadProbability),
        ("product:1/0", BadProbability),
        ("markov:3,1e-2", BadProbability),
        ("tilted-parity:1,-1", BadProbability),
        ("tilted-parity:1," + "9" * 5000, BadProbability),
    ],
)
def test_arguments_without_a_meaning_are_refused_for_the_right_reason(
    text: str, error: type[BadInput]
) -> None:
    with pytest.raises(BadInput) as refused:
        parse_target(text)
    assert type(refused.value) is error
    assert len(str(refused.value)) < 200


def test_a_target_checks_its_strings() -> None:
    bad: list[tuple[TokenLaw, int]] = [
        (Law({(0, 1): Fraction(1, 2), (0,): Fraction(1, 2)}), 2),
        (Law({(0, 2): 1}), 2),
        (Law({(0, -1): 1}), 3),
    ]
    for law, vocabulary in bad:
        with pytest.raises(BadInput):
            Target("bad", law, vocabulary)
    assert Target("ternary", Law({(0, 2): 1}), 3).length == 2


def test_an_empirical_target_says_that_it_is_an_estimate() -> None:
    samples = samples_from_text("010\n010\n\n111\r\n010\n")
    target = empirical_target(samples)
    assert isinstance(target, EmpiricalTarget)
    assert target.is_estimate
    assert target.samples == 4
    assert target.law == Law({(0, 1, 0): Fraction(3, 4), (1, 1, 1): Fraction(1, 4)})


@pytest.mark.parametrize(
    ("text", "line"), [("01\n02\n", 2), ("01\n\n011\n", 3), ("\n \n", 1), ("0M\n", 1)]
)
def test_samples_of_the_wrong_form_are_refused_with_their_line(text: str, line: int) -> None:
    with pytest.raises(MalformedSyntax) as refused:
        samples_from_text(text, "draws.txt")
    assert (refused.value.source, refused.value.line) == ("draws.txt", line)


def test_no_samples_are_no_target() -> None:
    with pytest.raises(BadInput):
        empirical_target([])
    assert samples_from_text("02\n", vocabulary=3) == [(0, 2)]
