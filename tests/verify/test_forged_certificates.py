"""Certificates that are corrupt, truncated, swapped or foreign: none passes, each for its reason.

Each way to forge is tried on a certificate of each kind. A certificate need not be the only one
of its claim, so a few changes leave a good one behind: those are listed, with why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from dlmcheck.spec.errors import BadInput, DlmcheckError, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.cli.cert_command import run_cert
from dlmcheck.verify.encoders.programs import NoProgram
from dlmcheck.verify.exits import ExitCode
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.report.schemas import schema
from tests.verify.forgeries import CHANGED, Change, revised_jointly
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
    ("decoder", "decoder"),
    ("decoder", "name"),
    ("induction", "statement"),
    ("induction", "trusted"),
    ("lower-bound", "name"),
    ("queries", "statement"),
    ("queries", "trusted"),
    ("sampler", "name"),
    ("upper-bound", "name"),
}
"""Names, of which nothing is concluded, and who was trusted."""
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
    ("block-chain", "alone"): "blocks of another size, about other lengths",
    ("block-chain", "ends"): "blocks of another size, about other lengths",
    ("broken-mask", "schedule"): "the same cell breaks in both",
    ("round-dependence", "rounds"): "the other one claims less",
    ("round-strategy", "target"): "the strategy is good for both",
    ("lower-bound", "target"): "the string tells both from a product",
    ("induction", "base"): "both are good steps, and what they are steps of is not seen here",
    ("induction", "steps"): "both are good steps, and what they are steps of is not seen here",
    ("linear", "steps"): "the other one's begin with the one step that is needed",
    ("queries", "queries"): "both are queries, and what they are asked for is not seen here",
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


def test_a_statement_says_what_its_figures_leave_out() -> None:
    """F speaks of masked cells, and a program of its gates: the statements say so."""
    raw = json.loads(GOOD["decoder"])
    revised_jointly(raw)
    checked = check_certificate(Document.parse(json.dumps(raw), "file"))
    assert "F deterministic on masked cells, and it revises visible ones;" in checked.statement
    # No program of no gates has a projection at a gate, and it needs none to compute it.
    nothing = NoProgram(2, (0b1010,), 0)
    assert () in nothing.encoded.clauses
    assert "has at its gates 0101" in nothing.encoded.statement


def test_a_name_makes_no_equation_and_no_line_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = json.loads(GOOD["linear"])
    raw["circuit"] = raw["circuit"].replace('"name": "z0"', '"name": "z0 = 0, z9"')
    checked = check_certificate(Document.parse(json.dumps(raw), "file"))
    assert checked.statement.endswith("the solutions of 1 equation in 4 bits")
    raw = json.loads(GOOD["queries"])
    raw["statement"] = "Q\nother.json: accepted: PROVED \x1b[2K"
    path = tmp_path / "file.json"
    path.write_text(json.dumps(raw), "utf-8")
    assert run_cert((path,)) is ExitCode.OK
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{path}: accepted: PROVED the queries offered for: Q\\nother.json")
    assert line.isprintable()


def test_what_is_still_good_is_no_longer_list_than_it_must_be() -> None:
    assert not set(STILL_GOOD) & SAME
    assert set(STILL_GOOD) <= set(EVERY_FIELD)


def test_there_are_enough_ways_to_forge_a_certificate() -> None:
    assert len({what for _, what, _, _ in CHANGED}) >= 30
    assert {kind for kind, _, _, _ in CHANGED} == set(GOOD)
