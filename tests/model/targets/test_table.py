"""JSON tables of exact rationals: round trips, and malformed ones refused for the right reason."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.targets import (
    Target,
    empirical_target,
    load_target,
    parse_target,
    target_from_json,
    target_to_json,
)
from dlmcheck.spec.errors import (
    BadInput,
    BadProbability,
    MalformedSyntax,
    UnnormalisedLaw,
    UnsupportedFeature,
)
from dlmcheck.spec.law import Law

PINNED = "4cd7a143f539b532"

GOOD = """{
 "format": "dlmcheck-target",
 "version": 1,
 "length": 4,
 "vocabulary": 2,
 "law": {
  "0110": "1/3",
  "1001": "2/3"
 }
}
"""


def test_a_table_is_read() -> None:
    target = target_from_json(GOOD, "mine.json")
    assert target.law == Law({(0, 1, 1, 0): Fraction(1, 3), (1, 0, 0, 1): Fraction(2, 3)})
    assert (target.name, target.length, target.vocabulary) == ("mine.json", 4, 2)


def test_weights_may_be_unreduced_zero_or_the_integers_0_and_1() -> None:
    unreduced = GOOD.replace('"1/3"', '"2/6"').replace('"2/3"', '"4/6",\n  "0000": "0"')
    assert target_from_json(unreduced).law == target_from_json(GOOD).law
    certain = GOOD.replace('"1/3"', "1").replace('"2/3"', "0")
    assert target_from_json(certain).law == Law({(0, 1, 1, 0): 1})


@st.composite
def targets(draw: st.DrawFn) -> Target:
    vocabulary = draw(st.integers(2, 10))
    n = draw(st.integers(1, 4))
    string = st.tuples(*[st.integers(0, vocabulary - 1)] * n)
    weights = draw(st.dictionaries(string, st.integers(1, 50), min_size=1, max_size=8))
    total = sum(weights.values())
    law = Law({x: Fraction(weight, total) for x, weight in weights.items()})
    return Target(draw(st.text(max_size=5)), law, vocabulary)


@given(targets())
def test_writing_and_reading_gives_the_same_target_and_the_same_bytes(target: Target) -> None:
    text = target_to_json(target)
    assert target_from_json(text) == target
    assert target_to_json(target_from_json(text)) == text


def test_the_bytes_of_a_table_are_pinned() -> None:
    text = target_to_json(parse_target("tilted-parity:2,3,1/2"))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == PINNED


def test_an_estimate_is_not_written_as_a_table() -> None:
    with pytest.raises(BadInput):
        target_to_json(empirical_target([(0, 1)]))


MALFORMED: list[tuple[str, str, type[BadInput], int]] = [
    # what is replaced, by what, the error, its line
    ('"1/3"', "0.5", MalformedSyntax, 7),
    ('"1/3"', "1e-1", MalformedSyntax, 7),
    ('"1/3"', "NaN", MalformedSyntax, 7),
    ('"1/3"', '"0.5"', BadProbability, 7),
    ('"1/3"', '"1 / 3"', BadProbability, 7),
    ('"1/3"', '""', BadProbability, 7),
    ('"1/3"', '"1/0"', BadProbability, 7),
    ('"1/3"', '"1/-3"', BadProbability, 7),
    ('"1/3"', '"-1/3"', BadProbability, 7),
    ('"2/3"', '"4/3"', BadProbability, 8),
    ('"2/3"', "2", BadProbability, 8),
    ('"2/3"', "-1", BadProbability, 8),
    ('"2/3"', "true", BadProbability, 8),
    ('"2/3"', "null", BadProbability, 8),
    ('"2/3"', '["2/3"]', BadProbability, 8),
    ('"2/3"', f'"1/{"9" * 5000}"', BadProbability, 8),
    ('"2/3"', '"1/3"', UnnormalisedLaw, 6),
    ('"2/3"', '"1"', UnnormalisedLaw, 6),
    ('"0110": "1/3",\n  "1001": "2/3"', "", UnnormalisedLaw, 6),
    ('"1001"', '"0110"', MalformedSyntax, 8),
    ('"1001"', '"100"', MalformedSyntax, 8),
    ('"1001"', '"10010"', MalformedSyntax, 8),
    ('"1001"', '"1002"', MalformedSyntax, 8),
    ('"1001"', '"100M"', MalformedSyntax, 8),
    ('"1001"', '"100１"', MalformedSyntax, 8),
    ('"length": 4', '"length": 5', MalformedSyntax, 7),
    ('"length": 4', '"length": 0', MalformedSyntax, 4),
    ('"length": 4', '"length": "4"', MalformedSyntax, 4),
    ('"length": 4', '"length": true', MalformedSyntax, 4),
    ('"vocabulary": 2', '"vocabulary": 1', MalformedSyntax, 5),
    ('"vocabulary": 2', '"vocabulary": 11', UnsupportedFeature, 5),
    ('"version": 1', '"version": 2', UnsupportedFeature, 3),
    ('"version": 1', '"version": "1"', MalformedSyntax, 3),
    ('"dlmcheck-target"', '"dlmcheck-circuit"', MalformedSyntax, 2),
    ('"version": 1,', '"version": 1, "versoin": 1,', MalformedSyntax, 3),
    ('"version": 1,', '"name": 7, "version": 1,', MalformedSyntax, 3),
    ('"version": 1,\n', "\n", MalformedSyntax, 1),
    ('"law": {', '"law": [{', MalformedSyntax, 10),
    ('"2/3"\n', '"2/3"\n,', MalformedSyntax, 9),
    ("{\n", "[\n", MalformedSyntax, 2),
]


@pytest.mark.parametrize(("old", "new", "error", "line"), MALFORMED)
def test_a_malformed_table_is_refused_for_the_right_reason_at_the_right_line(
    old: str, new: str, error: type[BadInput], line: int
) -> None:
    assert old in GOOD
    with pytest.raises(BadInput) as refused:
        target_from_json(GOOD.replace(old, new, 1), "mine.json")
    assert type(refused.value) is error
    assert (refused.value.source, refused.value.line) == ("mine.json", line)
    assert refused.value.expected
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_a_sum_other_than_one_is_named() -> None:
    with pytest.raises(UnnormalisedLaw) as refused:
        target_from_json(GOOD.replace('"2/3"', '"1/6"'))
    assert refused.value.total == Fraction(1, 2)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "target.json"
    path.write_text(GOOD, "utf-8")
    assert load_target(path).law == target_from_json(GOOD).law
    path.write_bytes(b'{\n"format": "\xff"}')
    with pytest.raises(MalformedSyntax) as refused:
        load_target(path)
    assert (refused.value.source, refused.value.line) == (str(path), 2)
    with pytest.raises(OSError, match=r"missing\.json"):
        load_target(tmp_path / "missing.json")
