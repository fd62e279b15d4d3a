"""Certificates that no scheme is so short, against the exhaustive search."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.encoders.lengths import NoScheme, check_document, length_text
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.propositional import Formula, Model
from dlmcheck.verify.searches.shortest import search


def proof_of(claim: NoScheme) -> Model | str:
    encoded = claim.encoded
    return refute(Formula(encoded.variables, list(encoded.clauses)))


def checked(raw: dict[str, Any]) -> Any:
    return check_document(Document.parse(json.dumps(raw), "file"))


CASES = [
    NoScheme(edits, width, depth, length, end)
    for edits, end in product(
        (Edits.REVISE_TOKEN, Edits.REVISE_ANY, Edits.REMASK), (End.OUTPUT_ONLY, End.WHOLE_STATE)
    )
    for width, depth, length in ((1, 1, 1), (1, 1, 2), (1, 2, 2), (1, 2, 3))
]


@pytest.mark.parametrize("claim", CASES, ids=str)
def test_a_claim_has_a_certificate_exactly_where_the_search_finds_nothing(claim: NoScheme) -> None:
    found = search(claim.edits, claim.width, claim.depth, claim.length, claim.end)
    proof = proof_of(claim)
    assert isinstance(proof, str) == (found.scheme is None)
    if isinstance(proof, str):
        result = checked(json.loads(length_text(claim, proof)))
        assert result.verdict is Verdict.PROVED
        assert result.statement == claim.encoded.statement
        assert isinstance(result.evidence, Certificate)
        assert "by the encoder 'schemes'" in result.evidence.kind


def good() -> dict[str, Any]:
    claim = NoScheme(Edits.REVISE_TOKEN, 2, 3, 3, End.OUTPUT_ONLY)
    proof = proof_of(claim)
    assert isinstance(proof, str)
    raw: dict[str, Any] = json.loads(length_text(claim, proof))
    return raw


@pytest.mark.parametrize(
    ("field", "value"),
    [("length", 4), ("length", 2), ("width", 1), ("depth", 2), ("edits", "remask"),
     ("end", "whole-state"), ("edits", "revise-any")],
)  # fmt: skip
def test_canary_the_clauses_of_one_claim_do_not_prove_another(field: str, value: object) -> None:
    raw = {**good(), field: value}
    assert raw != good()
    with pytest.raises(Rejected, match="not those that the encoder 'schemes' makes of the claim"):
        checked(raw)


@pytest.mark.parametrize(
    ("field", "value"),
    [("length", -1), ("width", 0), ("depth", 1000), ("edits", "none"), ("end", 1), ("proof", 1)],
)
def test_a_malformed_claim_is_bad_input(field: str, value: object) -> None:
    with pytest.raises(MalformedSyntax, match=f"{field} is "):
        checked({**good(), field: value})
