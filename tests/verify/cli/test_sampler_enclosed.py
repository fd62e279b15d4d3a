"""`dlmcheck sampler` where a law is enclosed: what it says, and that it says so."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dlmcheck.verify.cli import sampler_outcomes
from dlmcheck.verify.decoders.streaming import FromBelow, law_from_below
from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import Result, here

ASKED = ("sampler", "remdm-conf", "--target", "markov:3,1/4", "--rounds", "4")
IMPOSSIBLE = ("sampler", "remdm-conf", "--target", "one-hot:3", "--rounds", "3")


def found(
    capsys: pytest.CaptureFixture[str], path: Path, *arguments: str
) -> tuple[Result, dict[str, Any]]:
    result = here(capsys, *arguments, "--json", path)
    document: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(document, schema("sampler-1"))
    assert document["exit_code"] == result.code
    return result, document


def test_what_is_enclosed_holds_what_is_exact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, document = found(capsys, tmp_path / "exact.json", *ASKED)
    (exact,) = document["outcomes"]
    monkeypatch.setattr(sampler_outcomes, "MOST_EXACT", 10)
    result, document = found(capsys, tmp_path / "enclosed.json", *ASKED)
    (enclosed,) = document["outcomes"]
    assert result.code == 1
    assert "law          enclosed, not exact: each probability to within 2^-31\n" in result.out
    assert "F            memory" in result.out
    assert enclosed["kind"] == "enclosed"
    missing = Fraction(enclosed["missing"])
    assert 0 < missing < Fraction(1, 2**31)
    assert enclosed["law_from_below"].keys() == exact["law"].keys()
    for state, weight in enclosed["law_from_below"].items():
        assert Fraction(weight) <= Fraction(exact["law"][state]) <= Fraction(weight) + missing
    low, high = map(Fraction, enclosed["comparison"]["total_variation"])
    assert low <= Fraction(exact["comparison"]["total_variation"]) <= high
    assert len(enclosed["by_round_from_below"]) == len(exact["by_round"])
    for name in ("remasks", "revises", "uses_clock", "uses_memory", "unmasking"):
        assert enclosed[name] == exact[name]


def test_conventions_that_matter_are_all_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, exact = found(capsys, tmp_path / "exact.json", *IMPOSSIBLE)
    monkeypatch.setattr(sampler_outcomes, "MOST_EXACT", 5)
    result, document = found(capsys, tmp_path / "enclosed.json", *IMPOSSIBLE)
    names = [one["convention"] for one in document["outcomes"]]
    assert names == [one["convention"] for one in exact["outcomes"]]
    assert len(names) > 1
    assert result.out.count("convention   ") == len(names)
    _, named = found(capsys, tmp_path / "named.json", *IMPOSSIBLE, "--impossible", "low")
    assert [one["convention"] for one in named["outcomes"]] == ["low"]


def test_a_certificate_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler_outcomes, "MOST_EXACT", 10)
    result = here(capsys, *ASKED, "--certificate", tmp_path / "law.json")
    assert result.code == 2
    assert "the law can be enclosed only" in result.err
    assert not (tmp_path / "law.json").exists()


def test_fewer_rounds_than_the_rule_takes_are_enumerated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler_outcomes, "MOST_EXACT", 10)
    result, _ = found(capsys, tmp_path / "cut.json", *ASKED, "--most-rounds", "3")
    assert result.code == 3


def test_what_may_be_the_target_is_not_called_exact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nearly everything missing, nothing is told apart from the target."""

    def lost(*arguments: Any) -> FromBelow:
        law = law_from_below(*arguments)
        last = {state: weight / 4 for state, weight in law.by_round[-1].items()}
        return FromBelow((*law.by_round[:-1], last), law.configurations)

    monkeypatch.setattr(sampler_outcomes, "MOST_EXACT", 10)
    monkeypatch.setattr("dlmcheck.verify.decoders.streaming.law_from_below", lost)
    result, _ = found(capsys, tmp_path / "lost.json", *ASKED)
    assert result.code == 3
    assert "to within 2^-0" in result.out


def test_canary_an_interval_is_no_exact_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler_outcomes, "MOST_EXACT", 10)
    _, document = found(capsys, tmp_path / "enclosed.json", *ASKED)
    (outcome,) = document["outcomes"]
    for key, value in (("kind", "exact"), ("missing", 0.0), ("convention", None)):
        changed = {**document, "outcomes": [{**outcome, key: value}]}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed, schema("sampler-1"))
