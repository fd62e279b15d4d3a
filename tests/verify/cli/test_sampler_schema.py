"""What `dlmcheck sampler --json` writes keeps to its schema, whatever becomes of the runs."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from dlmcheck.verify.report.schemas import schema
from tests.verify.cli.running import here

STEPS = """
from fractions import Fraction
from dlmcheck.spec.decoder import Step

def coins(state, number, memory, candidates, choices):
    "Each masked cell with probability 1/2: no bound on the rounds."
    masked = [cell for cell, token in enumerate(state) if token < 0]
    return Step(reveal_coins=tuple((cell, Fraction(1, 2)) for cell in masked))

def stalls(state, number, memory, candidates, choices):
    "Never ends if the first cell shows 1."
    masked = [cell for cell, token in enumerate(state) if token < 0]
    return Step(reveal=frozenset(masked[:1] if state[0] != 1 else ()))

def late(state, number, memory, candidates, choices):
    return Step(reveal=frozenset(range(2) if number > 500 else ()))

def fair(tokens):
    return [[Fraction(1, 2)] * 2 for _ in tokens]
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("llada-low-confidence", "--target", "product:9/10,9/10"), 1),
        (("llada-random", "--target", "one-hot:4", "--rounds", "2"), 1),
        (("remdm-conf", "--target", "even-parity:3", "--rounds", "2", "--prompt", "0"), 1),
        (("left-to-right", "--model-law", "FILE:fair", "--cells", "2"), 0),
        (("FILE:coins", "--target", "product:1/2,1/3"), 0),
        (("FILE:stalls", "--target", "product:1/2,1/3"), 1),
        (("FILE:late", "--target", "product:1/2,1/3"), 3),
    ],
)
def test_the_json_keeps_to_its_schema(
    arguments: tuple[str, ...], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, written = tmp_path / "steps.py", tmp_path / "found.json"
    source.write_text(STEPS)
    named = [one.replace("FILE", str(source)) for one in arguments]
    result = here(capsys, "sampler", *named, "--json", written)
    assert result.code == code, result.err
    document = json.loads(written.read_text())
    jsonschema.validate(document, schema("sampler-1"))
    assert document["exit_code"] == code


def test_canary_a_float_or_an_unknown_class_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "found.json"
    here(capsys, "sampler", "llada-random", "--target", "even-parity:2", "--json", written)
    outcome = json.loads(written.read_text())["outcomes"][0]
    for key, value in (("ended", 1.0), ("unmasking", "random"), ("tie_effect", "0.5")):
        document = json.loads(written.read_text())
        document["outcomes"] = [{**outcome, key: value}]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, schema("sampler-1"))
