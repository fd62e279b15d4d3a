"""`dlmcheck sampler`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlmcheck.spec.perfect import Impossible
from dlmcheck.verify.cli import main

STEP = """
from dlmcheck.spec.decoder import Step

def both(state, number, memory, candidates, choices):
    return Step(reveal=frozenset({0, 1}))

def nothing(state, number, memory, candidates, choices):
    return Step()

def overwrites(state, number, memory, candidates, choices):
    return Step(reveal=frozenset({5}))

def broken(state, number, memory, candidates, choices):
    return 1 / 0

def returns_a_set(state, number, memory, candidates, choices):
    return {0, 1}
"""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["sampler", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_confidence_decoding_misses_two_biased_bits(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written = tmp_path / "found.json"
    arguments = ("llada-low-confidence", "--target", "product:9/10,9/10", "--json", str(written))
    assert run(*arguments) == 1
    assert "total variation 81/1000" in capsys.readouterr().out
    document = json.loads(written.read_text())
    (outcome,) = document["outcomes"]
    assert outcome["law"]["11"] == "891/1000"
    assert (outcome["unmasking"], outcome["own_predictor"]) == (
        "after-sampling",
        ["after-sampling", "joint"],
    )
    before = written.read_bytes()
    assert run(*arguments) == 1
    assert written.read_bytes() == before


def test_the_effect_of_ties_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written = tmp_path / "found.json"
    target = "product:9/10,9/10"
    assert run("llada-low-confidence", "--target", target, "--json", str(written)) == 1
    # From the right 01 and 10 change places: (18 against 90) of 1000.
    assert "is at total variation 9/125 from this one" in capsys.readouterr().out
    (outcome,) = json.loads(written.read_text())["outcomes"]
    assert outcome["mirrored_law"]["10"] == outcome["law"]["01"] == "9/500"
    assert run("llada-random", "--target", target) == 0
    assert "from right to left is the same" in capsys.readouterr().out


def test_an_exact_decoder_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("left-to-right", "--target", "even-parity:3") == 0
    said = capsys.readouterr().out
    assert "total variation 0 (exact)" in said
    assert "deterministic" in said
    assert run("left-to-right", "--target", "even-parity:3", "--prompt", "1") == 0


def test_conventions_are_told_apart_where_they_matter(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("llada-random", "--target", "one-hot:3", "--rounds", "2") == 1
    said = capsys.readouterr().out
    assert [f"convention   {one.value}" in said for one in Impossible] == [True] * 3
    assert "goes wrong   MMM -> 11M" in said
    assert run("llada-random", "--target", "one-hot:3", "--rounds", "2", "--impossible", "low") == 1
    assert "convention" not in capsys.readouterr().out


def test_a_function_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.py"
    file.write_text(STEP)
    assert run(f"{file}:both", "--target", "product:1/3,1/2") == 0
    assert run(f"{file}:nothing", "--target", "product:1/3,1/2") == 3
    assert "never ends   with probability 1" in capsys.readouterr().out
    assert run(f"{file}:overwrites", "--target", "product:1/3,1/2") == 2
    assert run(f"{file}:broken", "--target", "product:1/3,1/2") == 2
    assert run(f"{file}:returns_a_set", "--target", "product:1/3,1/2") == 2
    assert run(f"{file}:absent", "--target", "product:1/3,1/2") == 2
    assert run("no_such_module:step", "--target", "product:1/3,1/2") == 2
    assert run("nobody", "--target", "product:1/3,1/2") == 2
    assert run("left-to-right", "--target", "one-hot:3", "--prompt", "11") == 2
    errors = capsys.readouterr().err
    assert "position 5 is selected" in errors
    assert "in round 1 at MM: ZeroDivisionError" in errors
    assert "returns {0, 1} (expected a Step)" in errors
    assert "no function 'absent'" in errors
    assert "the target excludes this prompt" in errors
