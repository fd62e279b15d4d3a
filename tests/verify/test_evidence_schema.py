"""The JSON schema of evidence: it lists every kind, takes what is written, and not much else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from dlmcheck.model.targets import Target, parse_target
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import State
from dlmcheck.verify.certificate_kinds import KINDS
from dlmcheck.verify.evidence_files import ROW
from dlmcheck.verify.kernel.local_parity import Question, Reading
from dlmcheck.verify.report.schemas import schema
from dlmcheck.verify.rounds.local import local_rounds
from dlmcheck.verify.rounds.lower_bounds import arguments
from dlmcheck.verify.rounds.upper_bounds import constructions
from dlmcheck.verify.rounds.write_once import write_once
from dlmcheck.verify.searches.locality_targets import decide_target
from tests.verify.sample_certificates import samples

SCHEMA = schema("evidence-1")
VALIDATOR: Any = jsonschema.Draft202012Validator(SCHEMA)
GOOD = samples()


def fits(raw: dict[str, Any]) -> bool:
    return bool(VALIDATOR.is_valid(raw))


def kind_of(alternative: dict[str, Any]) -> str:
    return str(alternative["properties"]["kind"]["const"])


def test_the_schema_is_one_and_lists_every_kind_once() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert sorted(map(kind_of, SCHEMA["oneOf"])) == sorted([*KINDS, ROW])


@pytest.mark.parametrize("kind", GOOD)
def test_a_field_less_or_more_or_of_another_form_does_not_fit(kind: str) -> None:
    raw: dict[str, Any] = json.loads(GOOD[kind])
    assert fits(raw)
    assert not fits({**raw, "foreign": 1})
    assert not fits({**raw, "kind": "hearsay"})
    for field, was in raw.items():
        others: list[object] = ["true" if isinstance(was, bool) else True]
        others += [] if was is None else [None]
        assert not fits({key: value for key, value in raw.items() if key != field}), field
        for value in [*others, {"foreign": 1}]:
            assert not fits({**raw, field: value}), (field, value)


def other_forms() -> Iterator[str | None]:
    """Certificates of the kinds that have more than one form."""
    for reading in (Reading.ONE_SET, Reading.STATE_ONLY):
        yield from (bound.certificate for bound in local_rounds(3, 2, reading))
    one_hot: Law[State] = uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    question = Question(3, 2, 3, Reading.STATE_ONLY)
    yield decide_target(one_hot, question, Reals.UNRESTRICTED).certificate
    strings: Law[State] = uniform([(0, 0, 0), (0, 1, 1), (1, 0, 1)])
    named = ("even-parity:3", "one-hot:4", "lacunary-parity:4", "product:1/3,1/2")
    for target in (Target("three strings", strings), *map(parse_target, named)):
        yield from (found.bound.certificate for found in arguments(target))
        yield from (found.bound().certificate for found in constructions(target))
        for adaptive in (True, False):
            result = write_once(target, adaptive=adaptive).result
            yield from (result.lower.certificate, result.upper.certificate)


def test_every_form_of_what_is_written_fits() -> None:
    forms: set[tuple[str, frozenset[str], bool]] = set()
    for text in filter(None, other_forms()):
        raw = json.loads(text)
        assert fits(raw), raw["kind"]
        forms.add((raw["kind"], frozenset(raw), bool(raw.get("adaptive"))))
    counts = Counter(kind for kind, _, _ in forms)
    assert counts["round-strategy"] == counts["round-dependence"] == 2
    assert counts["exchangeable-rounds"] == counts["locality"] == 2
    assert counts["lower-bound"] >= 3
    assert ("local-target", True) in {(kind, "select" in keys) for kind, keys, _ in forms}


def test_two_forms_at_once_do_not_fit() -> None:
    raw = json.loads(GOOD["locality"])
    assert not fits({**raw, "select": [], "write": []})
    raw = json.loads(GOOD["sampler"])
    assert not fits({**raw, "schedule": ""})
    raw = json.loads(GOOD["lower-bound"])
    assert not fits({**raw, "strings": []})
    assert not fits({**raw, "argument": "scratch"})
