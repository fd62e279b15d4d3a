"""Certificates that are corrupt, truncated, swapped or foreign: none passes, each for its reason.

Each way to forge is tried on a certificate of each kind. A certificate need not be the only one
of its claim, so a few changes leave a good one behind: those are listed, with why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.errors import BadInput, DlmcheckError, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.report.schemas import schema
from tests.verify.sample_certificates import samples

GOOD = samples()
OTHER = samples(second=True)
HEAD = ("format", "version", "kind")


def outcome(text: str) -> DlmcheckError | None:
    """Why a text is not accepted; None if it is."""
    try:
        check_certificate(Document.parse(text, "file"))
    except DlmcheckError as error:
        return error
    return None


def fields(kind: str) -> list[str]:
    return [key for key in json.loads(GOOD[kind]) if key not in HEAD]


@pytest.mark.parametrize("kind", GOOD)
def test_the_samples_are_good_and_fit_the_schema(kind: str) -> None:
    for text in (GOOD[kind], OTHER[kind]):
        assert outcome(text) is None
        jsonschema.validate(json.loads(text), schema("evidence-1"))
    assert GOOD[kind] != OTHER[kind]


# --- corrupt and truncated as text ---------------------------------------------------------


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("eighths", range(8))
def test_a_truncated_file_is_malformed(kind: str, eighths: int) -> None:
    text = GOOD[kind]
    assert isinstance(outcome(text[: len(text) * eighths // 8]), MalformedSyntax)


TEXTS: dict[str, Callable[[str], str]] = {
    "a field twice": lambda text: text.replace('"kind":', '"kind": "law",\n "kind":', 1),
    "a number with a point": lambda text: text.replace('"version": 1', '"version": 1.0', 1),
    "not a number": lambda text: text.replace('"version": 1', '"version": NaN', 1),
    "another version": lambda text: text.replace('"version": 1', '"version": 2', 1),
    "another format": lambda text: text.replace("dlmcheck-evidence", "dlmcheck-audit", 1),
    "text after the end": lambda text: text + "{}",
    "a comma too many": lambda text: text.replace(",\n", ",,\n", 1),
    "a byte order mark": lambda text: "\ufeff" + text,
    "an unknown kind": lambda text: text.replace('"kind": "', '"kind": "un', 1),
    "a kind in capitals": lambda text: text.replace('"kind": "', '"kind": "X', 1),
}


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("how", TEXTS)
def test_a_corrupt_text_is_malformed(kind: str, how: str) -> None:
    text = TEXTS[how](GOOD[kind])
    assert text != GOOD[kind]
    error = outcome(text)
    assert isinstance(error, MalformedSyntax)
    assert error.line is not None


# --- fields --------------------------------------------------------------------------------

EVERY_FIELD = [(kind, field) for kind in GOOD for field in fields(kind)]


CHOOSING = {
    ("lower-bound", "string"),
    ("sampler", "table"),
    ("locality", "cases"),
    ("local-target", "proof"),
}
"""Fields that say which form a certificate has: without them it is read as one of the other."""


@pytest.mark.parametrize(("kind", "field"), EVERY_FIELD)
def test_a_missing_field_is_malformed_and_named(kind: str, field: str) -> None:
    raw = json.loads(GOOD[kind])
    del raw[field]
    error = outcome(json.dumps(raw))
    assert isinstance(error, MalformedSyntax)
    assert (kind, field) in CHOOSING or f'no key "{field}"' in str(error)


@pytest.mark.parametrize(("kind", "field"), EVERY_FIELD)
@pytest.mark.parametrize("value", [None, 7, True, {"x": 1}, "no such thing", [[["x"]]]])
def test_a_field_of_another_form_is_not_accepted(kind: str, field: str, value: object) -> None:
    raw = json.loads(GOOD[kind])
    if raw[field] == value or (isinstance(value, str) and (kind, field) in FREE):
        return
    raw[field] = value
    error = outcome(json.dumps(raw))
    same_form = isinstance(value, type(json.loads(GOOD[kind])[field]))
    wrong = (Rejected, BadInput) if same_form or (kind, field) in COMPARED else BadInput
    assert isinstance(error, wrong), error


FREE = {
    ("induction", "statement"),
    ("induction", "trusted"),
    ("lower-bound", "name"),
    ("sampler", "name"),
    ("upper-bound", "name"),
}
"""Names, of which nothing is concluded, and who was trusted with no query at all."""
COMPARED = {
    (kind, field) for kind in ("locality", "local-target") for field in ("clauses", "digest")
}
"""Held against what is made anew, whatever they are."""


@pytest.mark.parametrize("kind", GOOD)
def test_a_foreign_field_is_malformed_and_named(kind: str) -> None:
    raw = json.loads(GOOD[kind])
    raw["foreign"] = 1
    error = outcome(json.dumps(raw))
    assert isinstance(error, MalformedSyntax)
    assert 'unknown key "foreign"' in str(error)


# --- swapped -------------------------------------------------------------------------------


@pytest.mark.parametrize("claimed", GOOD)
@pytest.mark.parametrize("kind", GOOD)
def test_a_certificate_of_one_kind_does_not_pass_for_another(kind: str, claimed: str) -> None:
    raw = json.loads(GOOD[kind])
    raw["kind"] = claimed
    error = outcome(json.dumps(raw))
    assert (error is None) == (kind == claimed)
    assert error is None or isinstance(error, MalformedSyntax)


STILL_GOOD = {
    ("broken-mask", "schedule"): "the same cell breaks in both",
    ("round-dependence", "rounds"): "the other one claims less",
    ("round-strategy", "target"): "the strategy is good for both",
    ("lower-bound", "target"): "the string tells both from a product",
    ("induction", "base"): "both are good steps, and what they are steps of is not seen here",
    ("induction", "steps"): "both are good steps, and what they are steps of is not seen here",
    ("wrong-run", "run"): "AND and OR differ on both seeds",
}
SAME = {
    (kind, field)
    for kind, field in EVERY_FIELD
    if json.loads(GOOD[kind])[field] == json.loads(OTHER[kind])[field]
}


@pytest.mark.parametrize(("kind", "field"), [one for one in EVERY_FIELD if one not in SAME])
def test_a_field_of_a_foreign_certificate_is_rejected(kind: str, field: str) -> None:
    """Both are good, and of one kind, but of different things."""
    raw = json.loads(GOOD[kind])
    raw[field] = json.loads(OTHER[kind])[field]
    error = outcome(json.dumps(raw))
    if (kind, field) in STILL_GOOD:
        assert error is None
        return
    assert isinstance(error, Rejected), error


# --- corrupt in one place ------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]


def inner(field: str, old: str, new: str) -> Change:
    """Replace something in a text that stands in a field."""

    def change(raw: dict[str, Any]) -> None:
        assert old in raw[field]
        raw[field] = raw[field].replace(old, new, 1)

    return change


def put(field: str, value: object) -> Change:
    return lambda raw: raw.update({field: value})


def last_line_cut(raw: dict[str, Any]) -> None:
    raw["proof"] = raw["proof"].rsplit("\n", 2)[0] + "\n"


def clause_dropped(raw: dict[str, Any]) -> None:
    head, _, rest = raw["dimacs"].partition("\n")
    raw["dimacs"] = head + "\n" + rest.partition("\n")[2]


def clauses_swapped(raw: dict[str, Any]) -> None:
    first, second, third, *rest = raw["dimacs"].split("\n")
    raw["dimacs"] = "\n".join([first, third, second, *rest])


def hints_reversed(raw: dict[str, Any]) -> None:
    lines = raw["proof"].split("\n")
    lemma, _, hints = lines[0].partition(" 0 ")
    backwards = " ".join([*reversed(hints.split()[:-1]), "0"])
    raw["proof"] = "\n".join([f"{lemma} 0 {backwards}", *lines[1:]])


def strengthened(raw: dict[str, Any]) -> None:
    number, _, hints = raw["proof"].split("\n")[0].partition(" ")
    raw["proof"] = f"{number} 0 {hints.partition(' 0 ')[2]}\n"


def hint_dropped(raw: dict[str, Any]) -> None:
    lines = raw["proof"].split("\n")
    lemma, _, hints = lines[-2].rpartition(" 0 ")
    assert hints == "" or lemma
    parts = lines[-2].split()
    lines[-2] = " ".join([*parts[:-2], "0"])
    raw["proof"] = "\n".join(lines)


def circuits_swapped(raw: dict[str, Any]) -> None:
    claim = raw["claim"]
    claim["left"], claim["right"] = claim["right"], claim["left"]


def another_function(raw: dict[str, Any]) -> None:
    raw["claim"]["right"] = raw["claim"]["right"].replace("XOR", "AND", 1)


def encoder_swapped(raw: dict[str, Any]) -> None:
    claim = raw["claim"]
    raw["claim"] = {
        "encoder": "inverse-circuits", "forward": claim["left"], "backward": claim["right"]
    }  # fmt: skip


TWO = {"000": "1/2", "001": "1/2"}
NINE_COINS = circuit_to_json(
    Circuit(tuple(Input(f"r{k}", InputKind.RANDOM) for k in range(9)), (), (0,))
)
NOTHING: list[object] = []
NO_PLACES: list[list[int]] = [[]]

CHANGED: list[tuple[str, str, Change, str]] = [
    ("simulation", "a coin less", inner("certificate", "[[1, 0, 1]]", "[]"), "does not write"),
    ("simulation", "another coin", inner("certificate", "[1, 0, 1]", "[1, 0, 0]"), "random inputs"),
    ("simulation", "no such coin", inner("certificate", "[1, 0, 1]", "[1, 9, 1]"), "coin"),
    ("simulation", "a coin of no round", inner("certificate", "[1, 0, 1]", "[9, 0, 1]"), "coin"),
    ("simulation", "another gate", inner("circuit", '"AND"', '"OR"'), "does not write node 2"),
    ("simulation", "a round more", inner("schedule", '"rounds": 2', '"rounds": 3'), "2 rounds"),
    ("wrong-run", "other data", inner("run", '"data": "0"', '"data": "1"'), "nothing goes wrong"),
    ("wrong-run", "no data", inner("run", '"data": "0"', '"data": ""'), "one bit per data input"),
    ("wrong-run", "no coin", inner("run", '[["predictor", 1, 0]]', "[]"), "nothing goes wrong"),
    ("wrong-run", "the right circuit", inner("circuit", '"OR"', '"AND"'), "nothing goes wrong"),
    (
        "wrong-run",
        "a coin that there is not",
        put("coupling", {"r": [["predictor", 7, 0], False]}),
        "the run has no coin predictor, 7, 0",
    ),
    (
        "wrong-run",
        "an input that there is not",
        put("coupling", {"s": [["predictor", 1, 0], False]}),
        "no injection of random inputs",
    ),
    ("same-law", "another gate", inner("circuit", '"AND"', '"OR"'),
        "the laws differ: for data 0: output 0 has probability 1 in the run and 1/2"),
    ("same-law", "a round less", inner("schedule", '"rounds": 2', '"rounds": 1'),
        "the run is illegal (LeavesMask)"),
    ("same-law", "an input of another name", inner("circuit", '"name": "a"', '"name": "b"'),
        "the schedule's data inputs are not the circuit's"),
    ("same-law", "more inputs than are gone through", put("circuit", NINE_COINS),
        "too large to be gone through"),
    ("law", "the right circuit", inner("circuit", '"OR"', '"AND"'), "the laws are equal"),
    ("law", "other data", inner("witness", '"data": "0"', '"data": "1"'), "in another way"),
    ("law", "no data", inner("witness", '"data": "0"', '"data": ""'), "one bit per data input"),
    ("law", "another probability", inner("witness", '"1/2"', '"1/3"'), "in another way"),
    ("broken-mask", "another coin", inner("witness", '"coins": [0]', '"coins": [5]'), "coin"),
    ("broken-mask", "no such cell", inner("witness", '"cell": ', '"cell": 9'), "not visible"),
    ("induction", "another gate", lambda raw: raw["steps"][0].update(
        circuit=raw["steps"][0]["circuit"].replace("OR", "AND")), "contradict each other"),
    ("induction", "an output negated", lambda raw: raw["steps"][0].update(
        circuit=raw["steps"][0]["circuit"].replace('"literal": 1', '"literal": -2')), "fails at"),
    ("induction", "no rule", put("rules", []), "rests on a rule"),
    ("induction", "a query of nobody", put("queries", [{"name": "q", "text": ""}]), "answered"),
    ("refutation", "a clause less", clause_dropped, "line 2 is another"),
    ("refutation", "clauses swapped", clauses_swapped, "line 2 is another"),
    ("refutation", "another count", inner("dimacs", "p cnf 11 ", "p cnf 12 "), "line 1 is another"),
    ("refutation", "the end cut off", last_line_cut, "does not reach the empty clause"),
    ("refutation", "no proof", put("proof", ""), "does not reach the empty clause"),
    ("refutation", "hints backwards", hints_reversed, "literals left"),
    ("refutation", "a hint less", hint_dropped, "its hints lead to no conflict"),
    ("refutation", "the empty clause at once", strengthened, "lemma 30: "),
    ("refutation", "circuits swapped", circuits_swapped, "the clauses are not those"),
    ("refutation", "another function", another_function, "the clauses are not those"),
    ("refutation", "another encoder", encoder_swapped, "as many outputs as inputs"),
    ("round-dependence", "a round more", put("rounds", 4), "no claim says that the start takes 4"),
    ("round-dependence", "a claim less", lambda raw: raw["claims"].pop(1), "leaves 2 rounds"),
    ("round-strategy", "a round less", put("rounds", 2), "after 2 rounds state 00M is left"),
    ("round-strategy", "cells that depend", lambda raw: raw["choices"].update(
        {"MMM": [0, 1, 2]}), "are not independent"),
    ("exchangeable-rounds", "a round less", put("rounds", 2), "the start takes 3 rounds, not 2"),
    ("exchangeable-rounds", "other weights", put("weights", ["1/8"] * 4), "is wrong about"),
    ("upper-bound", "other weights", put("target", {
        "000": "1/4", "011": "1/4", "101": "1/2"}), "than the target's"),
    ("upper-bound", "a bin less", lambda raw: raw["data"].pop(), "3 bins"),
    ("upper-bound", "bins reversed", lambda raw: raw["data"].reverse(), "does not have is drawn"),
    ("lower-bound", "a product law", put("target", TWO), "the marginals gives"),
    ("sampler", "another probability", put("target", {
        "000": "1/4", "011": "1/2", "101": "1/4"}), "than the target's"),
    ("sampler", "a round less", lambda raw: raw["table"].update(rounds=1), "a token is still due"),
    ("locality", "a hint less", lambda raw: raw["cases"][0].update(
        proof=raw["cases"][0]["proof"].replace(" 11 20 0", " 11 0")), "lead to no conflict"),
    ("locality", "the end cut off", lambda raw: raw["cases"][0].update(
        proof=raw["cases"][0]["proof"].rpartition("38 ")[0]), "does not reach the empty clause"),
    ("locality", "a round more", inner("question", "D=2", "D=3"), "the clauses are not those"),
    ("locality", "no cases", put("cases", NOTHING), "no case for visible cells (0,)"),
    ("local-target", "a clause less", lambda raw: raw["core"].pop(), "there is no clause 28"),
    ("local-target", "a clause that there is not", lambda raw: raw["core"].append(10**6),
        "a clause beyond"),
    ("local-target", "the end cut off", lambda raw: raw.update(
        proof=raw["proof"][: raw["proof"].rindex("\n", 0, -1) + 1]), "reach the empty clause"),
    ("local-target", "a round more", inner("question", "D=2", "D=3"), "the clauses are not those"),
    ("length", "a cell more", put("length", 3), "the clauses are not those"),
    ("length", "other edits", put("edits", "revise-any"), "the clauses are not those"),
    ("length", "no proof", put("proof", ""), "does not reach the empty clause"),
    ("linear", "the odd strings", put("constants", [True]), "not every output solves"),
    ("linear", "an output less", put("equations", [[0, 1, 2]]), "not every output solves"),
    ("linear", "rows swapped", lambda raw: raw["left"].reverse(), "L A is not the identity"),
    ("linear", "no column", put("right", NO_PLACES), "H R is not the identity"),
    ("linear", "another gate", inner("circuit", '"XOR"', '"AND"'), "which is not linear"),
    ("linear", "an output negated", inner("circuit", '"literal": 3', '"literal": -4'), "solves"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [pytest.param(k, c, r, id=f"{k}: {what}") for k, what, c, r in CHANGED],
)
def test_a_changed_certificate_is_rejected_for_its_reason(
    kind: str, change: Change, reason: str
) -> None:
    raw = json.loads(GOOD[kind])
    change(raw)
    error = outcome(json.dumps(raw))
    assert isinstance(error, Rejected), error
    assert reason in error.reason


def test_what_is_still_good_is_no_longer_list_than_it_must_be() -> None:
    assert not set(STILL_GOOD) & SAME
    assert set(STILL_GOOD) <= set(EVERY_FIELD)


def test_there_are_enough_ways_to_forge_a_certificate() -> None:
    assert len({what for _, what, _, _ in CHANGED}) >= 30
    assert {kind for kind, _, _, _ in CHANGED} == set(GOOD)
