"""Certificates of limits: what the kernel finds in them, and what it rejects."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.targets import flip_chain
from dlmcheck.spec.decoder import Decoder, StepFunction
from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.certificate import decoder_certificate
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.kernel.decoder_table import check_document
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.decoders.test_limits import (
    may_be_caught,
    remasks_by_coins,
    waits_with_patience,
)

PAIR = flip_chain(2, Fraction(1, 4))


def certificate(step: StepFunction) -> str:
    decoder = Decoder(2, tabulated_predictor(PAIR), step, name="mine")
    found = analyse(decoder)
    return decoder_certificate(decoder, found, found.compare(PAIR), PAIR, "pair")


def check(text: str) -> str:
    checked = check_document(Document.parse(text, "file"))
    assert checked.verdict is Verdict.PROVED
    return checked.statement


def test_the_kernel_finds_the_limit() -> None:
    assert check(certificate(remasks_by_coins)) == (
        "the table in the file, taken for every round, called 'mine': in the limit total variation "
        "5/36 to the target in the file, called 'pair'; all runs end, after 9/4 rounds on average"
    )
    assert check(certificate(may_be_caught)).endswith("runs never end with probability 1/3")


def test_there_is_none_where_nothing_is_known() -> None:
    with pytest.raises(BadInput, match="what becomes of the others is not known"):
        certificate(waits_with_patience(70))


Change = Callable[[Any], object]


def put(key: str, value: object) -> Change:
    return lambda raw: raw.update({key: value})


def entry(raw: Any, state: str) -> Any:
    return next(one for one in raw["limit"] if one[0] == state)


FORGERIES: list[tuple[str, StepFunction, Change, str]] = [
    ("visits", remasks_by_coins, lambda raw: entry(raw, "0M").__setitem__(2, "1/7"), "visits to"),
    (
        # A closed class that feeds itself would take any number of visits.
        "visits to those that never end",
        may_be_caught,
        lambda raw: entry(raw, "0M").__setitem__(2, "1"),
        "whether a run ends from 0M is said wrongly",
    ),
    (
        "no visits",
        remasks_by_coins,
        lambda raw: entry(raw, "M1").__setitem__(2, None),
        "whether a run ends from M1",
    ),
    ("an entry less", remasks_by_coins, lambda raw: raw["limit"].pop(), "no entry for"),
    (
        "an entry more",
        may_be_caught,
        lambda raw: raw["limit"].append(["MM", 7, "0", [["1", 0, ["0", "0"]]]]),
        "MM with memory 7 is never reached",
    ),
    ("another law", remasks_by_coins, put("law", {"00": "1"}), "00 comes out with"),
    (
        "a law of all runs",
        may_be_caught,
        put("law", dict.fromkeys(("00", "11"), "1/4")),
        "01 comes",
    ),
    ("all end", may_be_caught, put("never_ends", "0"), "never end with probability 1/3"),
    ("some never end", remasks_by_coins, put("never_ends", "1/9"), "with probability 0"),
    ("rounds", remasks_by_coins, put("expected", "2"), "takes 9/4 rounds"),
    ("distance", remasks_by_coins, put("total_variation", "0"), "total variation is 5/36"),
    ("divergence", remasks_by_coins, put("kl_law_target", ["0", "1/1000"]), "kl_law_target is"),
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery[0])
def test_a_forged_limit_is_rejected(forgery: tuple[str, StepFunction, Change, str]) -> None:
    _, step, change, reason = forgery
    raw = json.loads(certificate(step))
    change(raw)
    with pytest.raises(Rejected, match=reason):
        check_document(Document.parse(json.dumps(raw), "file"))


MALFORMED: list[tuple[str, StepFunction, Change]] = [
    ("a distance without a law", may_be_caught, put("total_variation", "0")),
    ("an ended entry", remasks_by_coins, lambda raw: entry(raw, "0M").__setitem__(0, "00")),
    ("three parts", remasks_by_coins, lambda raw: raw["limit"][0].pop()),
    ("a longer target", remasks_by_coins, put("target", {"000": "1"})),
    ("a mask in the law", remasks_by_coins, put("law", {"0M": "1"})),
    ("rounds as well", remasks_by_coins, put("rounds", 0)),
]


@pytest.mark.parametrize("forgery", MALFORMED, ids=lambda forgery: forgery[0])
def test_a_text_of_another_form(forgery: tuple[str, StepFunction, Change]) -> None:
    _, step, change = forgery
    raw = json.loads(certificate(step))
    change(raw)
    with pytest.raises((MalformedSyntax, Rejected)):
        check_document(Document.parse(json.dumps(raw), "file"))
