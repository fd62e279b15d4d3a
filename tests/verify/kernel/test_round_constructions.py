"""Constructions as upper bounds, and the cone bound: held against samplers that are run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.model.samplers.alias import Marking, any_target_by_revision
from dlmcheck.model.samplers.drawn_patterns import (
    any_target_by_joint_patterns,
    any_target_by_joint_remasking,
)
from dlmcheck.model.samplers.mixtures import Piece
from dlmcheck.model.targets import Target, parse_target
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Clock, Point, PredictorClass, Reals, Unmasking
from dlmcheck.verify.kernel import cone_bounds, round_bounds
from dlmcheck.verify.kernel.cone_bounds import most_cells, steps_digest
from dlmcheck.verify.kernel.evidence import Induction
from dlmcheck.verify.kernel.proof_documents import proof_text
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.round_constructions import check_document, construct
from dlmcheck.verify.proofs.locality import Planted, locality_proof
from dlmcheck.verify.rounds.by_argument import constructed, of_every_law, with_scratch
from dlmcheck.verify.rounds.cones import cone_bound
from dlmcheck.verify.rounds.facts import Upper
from dlmcheck.verify.rounds.upper_bounds import examined

NAMES = (
    "one-hot:3",
    "even-parity:4",
    "markov:4,1/3",
    "fixed-weight:4,2",
    "linear-code:1101,0110",
    "lacunary-parity:4",
)


def fields(fact: Upper) -> dict[str, Any]:
    assert fact.certificate is not None
    found: dict[str, Any] = json.loads(fact.certificate)
    return found


def document(raw: dict[str, Any]) -> Document:
    return Document.parse(json.dumps(raw), "file")


def by_argument(target: Target) -> dict[str, Upper]:
    return {fields(fact)["argument"]: fact for fact in of_every_law(target)}


@pytest.mark.parametrize("name", NAMES)
def test_a_construction_lies_where_the_sampler_that_is_run_lies(name: str) -> None:
    """The kernel takes the rounds; here the specification runs the sampler itself."""
    target = parse_target(name)
    found = by_argument(target)
    last = target.length - 1
    runs: dict[str, Callable[[], Sampler]] = {
        "alias": lambda: any_target_by_revision(target.law, last, Marking.UNWRITTEN),
        "alias-clock": lambda: any_target_by_revision(target.law, last, Marking.CLOCK),
        "alias-masks": lambda: any_target_by_revision(target.law, last, Marking.PREDICTED_MASK),
        "joint-F": lambda: any_target_by_joint_patterns(target.law),
        "joint-G": lambda: any_target_by_joint_remasking(target.law),
    }
    for argument, sampler in runs.items():
        run = examined(target, sampler(), "run")
        assert found[argument].rounds == run.rounds
        ours, theirs = found[argument].point, run.point
        # What a part reads is not counted here, and of joint draws not whether p is dyadic.
        numbers = PredictorClass(theirs.predictor.reals)
        if argument.startswith("joint"):
            numbers = PredictorClass()
        assert replace(ours, predictor=numbers) == replace(theirs, predictor=numbers)
        assert ours.predictor in (numbers, PredictorClass())


@pytest.mark.parametrize(
    ("name", "rounds"),
    [("even-parity:6", 2), ("fixed-weight:5,2", 5), ("one-hot:4", 4), ("markov:4,1/3", 4)],
)
def test_rounds_in_any_place(name: str, rounds: int) -> None:
    target = parse_target(name)
    found = by_argument(target)
    one = found.get("uniform-subset") or found["any-order"]
    assert one.rounds == rounds
    assert one.point.unmasking is Unmasking.EXCHANGEABLE
    assert one.point.clock is Clock.STATE_ONLY


def test_scratch_cells_by_a_list_and_by_fair_bits() -> None:
    target = parse_target("lacunary-parity:4")
    pieces = [Piece(w, tuple(map(Fraction, z))) for z, w in sorted(target.law.items())]
    listed, fair = with_scratch(target, pieces, fair=False), with_scratch(target, pieces, fair=True)
    assert listed.point == Point(scratch=5)
    assert fair.point == Point(scratch=2300, predictor=PredictorClass(Reals.DYADIC))
    one_hot = parse_target("one-hot:3")
    pieces = [Piece(w, tuple(map(Fraction, z))) for z, w in sorted(one_hot.law.items())]
    assert with_scratch(one_hot, pieces, fair=False).point == Point(scratch=2)
    with pytest.raises(Rejected, match="no mass that is not dyadic"):
        with_scratch(one_hot, pieces, fair=True)
    with pytest.raises(Rejected, match="do not sum to 1"):
        with_scratch(one_hot, pieces[1:], fair=False)
    with pytest.raises(Rejected, match="another probability"):
        with_scratch(one_hot, [replace(p, ones=pieces[0].ones) for p in pieces], fair=False)


@pytest.mark.parametrize(
    ("argument", "change", "reason"),
    [
        ("alias", {"target": {"0": "1/2", "1": "1/2"}}, "4 bins"),
        ("joint-G", {"target": {"0": "1/2", "1": "1/2"}}, "takes two cells"),
        ("any-order", {"argument": "uniform-subset"}, "more than its number of ones"),
        ("alias", {"argument": "scratch-list"}, "2 probabilities|3 probabilities|an array"),
        ("joint-F", {"argument": "alias"}, "0 bins"),
        ("joint-F", {"data": [["1", 0]]}, "nothing"),
        ("joint-F", {"argument": "joint-H"}, "any-order"),
    ],
)
def test_canary_another_construction_is_refused(
    argument: str, change: dict[str, Any], reason: str
) -> None:
    raw = fields(by_argument(parse_target("markov:3,1/3"))[argument])
    check_document(document(raw))
    with pytest.raises((Rejected, BadInput), match=reason):
        check_document(document({**raw, **change}))


def test_an_alias_beyond_the_bins_is_malformed() -> None:
    raw = fields(by_argument(parse_target("one-hot:3"))["alias"])
    raw["data"][1][1] = 4
    with pytest.raises(BadInput, match="a bin"):
        check_document(document(raw))


def test_the_name_in_the_file_is_its_own() -> None:
    fact = constructed(parse_target("one-hot:3"), "joint-F", "words")
    said = construct(document({**fields(fact), "name": "something else"})).checked.statement
    assert said.startswith("the target in the file, called 'something else'")


# --- the cone bound ----------------------------------------------------------------------------


def test_the_count_of_bits_is_that_of_the_theorem() -> None:
    for tokens in range(5):
        for rounds in range(1, 7):
            assert most_cells(tokens, rounds) == (tokens + 1) ** (rounds - 1)


@pytest.mark.parametrize("tokens", range(4))
def test_the_bound_is_certified_and_one_more_is_not(tokens: int) -> None:
    for n in (2, 3, 4, 8, 9, 10, 27, 28, 1000):
        text = cone_bound(n, tokens).certificate
        assert text is not None
        raw = json.loads(text)
        checked = round_bounds.check_document(document(raw))
        assert isinstance(checked.evidence, Induction)
        assert checked.evidence.rules  # named, and nobody was trusted on arithmetic
        assert not checked.evidence.trusted
        least = least_rounds(n, tokens)
        if least is None:
            assert ": never, " in checked.statement
            continue
        assert f"{n} cells: at least {least} rounds" in checked.statement
        for more in (least, least + 1, n, 10**6):
            with pytest.raises(Rejected, match=f"may see all {n} bits"):
                round_bounds.check_document(document({**raw, "rounds": more}))
        with pytest.raises(Rejected, match="some number of rounds"):
            round_bounds.check_document(document({**raw, "rounds": None}))


@pytest.mark.parametrize("planted", Planted)
def test_canary_a_proof_with_a_planted_error_is_refused(planted: Planted) -> None:
    proof = replace(locality_proof(planted), queries=())
    if steps_digest(proof) == cone_bounds.STEPS:
        # The error is in the sizes, which the kernel counts by itself.
        assert planted in (Planted.CELLS_COST_MASKS, Planted.GROWS_BY_K)
        return
    raw = json.loads(cone_bound(5, 1).certificate or "")
    with pytest.raises(Rejected, match="not those of the theorem"):
        round_bounds.check_document(document({**raw, "proof": proof_text(proof, {})}))


def test_canary_steps_that_fail_are_found_whatever_the_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof = replace(locality_proof(Planted.RANDOM_F), queries=())
    monkeypatch.setattr(cone_bounds, "STEPS", steps_digest(proof))
    raw = json.loads(cone_bound(5, 1).certificate or "")
    with pytest.raises(Rejected, match="fails at"):
        round_bounds.check_document(document({**raw, "proof": proof_text(proof, {})}))


def test_the_digest_is_that_of_the_proof() -> None:
    assert steps_digest(locality_proof()) == cone_bounds.STEPS


@pytest.mark.parametrize(
    "change", [{"cells": 0}, {"tokens": -1}, {"cells": 10**7}, {"target": {"0": "1"}}]
)
def test_other_forms_are_malformed(change: dict[str, Any]) -> None:
    raw = json.loads(cone_bound(5, 1).certificate or "")
    with pytest.raises(BadInput):
        round_bounds.check_document(document({**raw, **change}))
