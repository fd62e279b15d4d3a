"""Somebody else's step: what it hides, breaks or rounds is one clear line, and never a law."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from dlmcheck.verify.cli import main
from dlmcheck.verify.decoders.foreign import floats_refused

FILE = '''
import math, random
import numpy
from fractions import Fraction
from dlmcheck.model.decoders.adapters import with_random, with_generator
from dlmcheck.spec.decoder import Step

M = -1
own = random.Random(7)
calls = []

def masked(state):
    return [cell for cell, token in enumerate(state) if token == M]

def write(state, cell):
    return Step(reveal=frozenset({cell}))

def global_generator(state, number, memory, candidates, choices):
    return write(state, random.choice(masked(state)))

def own_generator(state, number, memory, candidates, choices):
    return write(state, own.choice(masked(state)))

def counter(state, number, memory, candidates, choices):
    calls.append(state)
    return write(state, masked(state)[len(calls) % len(masked(state))])

cache = {}

def cached(state, number, memory, candidates, choices):
    """The law of a cell as it was in an even round, of whichever run came by last."""
    cell = masked(state)[0]
    if number % 2 == 0:
        cache[cell + 1] = candidates.law(min(cell + 1, len(state) - 1))
    candidates.token(cell, cache.get(cell, candidates.law(cell)))
    return write(state, cell)

def threshold(state, number, memory, candidates, choices):
    sure = [c for c in masked(state) if candidates.law(c)[1] >= 0.9]
    return write(state, (sure or masked(state))[0])

def entropy(state, number, memory, candidates, choices):
    def of(cell):
        return -sum(p * math.log(p) for _, p in candidates.law(cell).items())
    return write(state, min(masked(state), key=of))

def half(state, number, memory, candidates, choices):
    sure = [c for c in masked(state) if 0.5 < candidates.law(c)[1] < math.inf]
    return write(state, (sure or masked(state))[0])

def float_coin(state, number, memory, candidates, choices):
    return Step(reveal_coins=((0, 0.1),))

def large_coin(state, number, memory, candidates, choices):
    return Step(reveal_coins=((0, Fraction(3, 2)),))

def no_notes(state, number, memory, candidates, choices):
    return Step(reveal=frozenset(masked(state)), notes=5)

def two_tokens(state, number, memory, candidates, choices):
    return Step(edit=((0, 0), (0, 1)))

def outside(state, number, memory, candidates, choices):
    return write(state, 7)

def leaves(state, number, memory, candidates, choices):
    raise SystemExit(0)

def list_memory(state, number, memory, candidates, choices):
    return Step(reveal=[masked(state)[0]], memory=[1])

def lists(state, number, memory, candidates, choices):
    return Step(reveal=[masked(state)[0]])

def plain(tokens, probabilities, number, source):
    cell = source.choice(masked(tokens))
    tokens[cell] = source.choices(range(2), weights=probabilities[cell])[0]
    return tokens

def product(tokens, probabilities, number, source):
    return tokens if source.random() * 2 < 1 else tokens

def half_token(tokens, probabilities, number, source):
    return [0.5] * len(tokens)

def nothing(tokens, probabilities, number, source):
    pass

def two_of(tokens, probabilities, number, source):
    for cell in source.permutation(masked(tokens))[:2]:
        tokens[cell] = source.choice(2, p=probabilities[cell])
    return tokens

def first(tokens, probabilities, number, source):
    cell = masked(tokens)[0]
    tokens[cell] = int(source.random() < probabilities[cell][1])
    return tokens

def apart(state, number, memory, candidates, choices):
    share = candidates.law(masked(state)[0])[1]
    return write(state, masked(state)[0 if share.numerator / share.denominator > 0.5 else -1])

def scaled(state, number, memory, candidates, choices):
    share = candidates.law(masked(state)[0])[1]
    return write(state, masked(state)[0 if share.numerator * 2.5 > share.denominator else -1])

def whole_parts(state, number, memory, candidates, choices):
    share = candidates.law(masked(state)[0])[1]
    return write(state, masked(state)[0 if 2 * share.numerator > share.denominator else -1])

def forgets_once(state, number, memory, candidates, choices):
    """Everything in round 1; then a first cell that shows 0 is written anew."""
    if number == 2 and state[0] == 0:
        return Step(remask=frozenset({0}))
    return Step(reveal=frozenset(masked(state)))

first_step = with_random(first)
plain_step, product_step, half_step, nothing_step = map(
    with_random, (plain, product, half_token, nothing)
)
two_step = with_generator(two_of)

def races(tokens, probabilities, number, source):
    cell = masked(tokens)[0]
    tokens[cell] = (numpy.log(probabilities[cell]) + source.gumbel(size=2)).argmax()
    return tokens

def noise_and_number(tokens, probabilities, number, source):
    return tokens if (probabilities[0] / source.exponential(size=2))[0] > 1 else tokens

def two_noises(tokens, probabilities, number, source):
    return tokens if source.gumbel(size=2) + source.gumbel(size=2) else tokens

race_step, noise_step, noises_step = map(with_generator, (races, noise_and_number, two_noises))
'''


def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str, target: str, *options: str
) -> tuple[int, str]:
    source = tmp_path / "own.py"
    source.write_text(FILE)
    with pytest.raises(SystemExit) as ended:
        main(["sampler", f"{source}:{step}", "--target", target, *options])
    assert isinstance(ended.value.code, int)
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("global_generator", "randomness or state of its own"),
        ("own_generator", "randomness or state of its own"),
        ("counter", "randomness or state of its own"),
        ("threshold", "Fraction('0.9')"),
        ("apart", "becomes a float beside"),
        ("scaled", "becomes a float beside 2.5"),
        ("entropy", "adapters.log"),
        ("float_coin", "in round 1 at MM it returns"),
        ("large_coin", "3/2 for cell 0 is no probability"),
        ("no_notes", "notes as pairs"),
        ("two_tokens", "a cell gets two tokens"),
        ("outside", "in round 1 at MM: position 7 is selected"),
        ("leaves", "SystemExit"),
        ("list_memory", "a memory that can be hashed"),
        ("plain", "with_random"),
        ("product_step", "calculated with"),
        ("half_step", "returns the token 0.5"),
        ("nothing_step", "returns None"),
        ("noise_step", "noise is compared"),
        ("noises_step", "noise is no number"),
    ],
)
def test_one_clear_line_and_no_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str, expected: str
) -> None:
    code, said = run(tmp_path, capsys, step, "product:9/10,9/10")
    assert code == 2
    assert expected in said
    assert len(said.splitlines()) == 1


def test_state_that_only_another_order_of_the_calls_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(tmp_path, capsys, "cached", "markov:4,1/4")
    assert code == 2
    assert "randomness or state of its own" in said


def test_a_table_of_two_tokens_is_not_handed_to_a_target_of_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "three.json").write_text(
        '{"format": "dlmcheck-target", "version": 1, "length": 2, "vocabulary": 3, '
        '"law": {"00": "1/2", "12": "1/2"}}'
    )
    code, said = run(tmp_path, capsys, "plain_step", str(tmp_path / "three.json"))
    assert code == 2
    assert "vocabulary=3" in said


@pytest.mark.parametrize(
    "step", ["half", "lists", "plain_step", "two_step", "race_step", "whole_parts"]
)
def test_what_is_exact_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    code, said = run(tmp_path, capsys, step, "product:9/10,9/10")
    assert code == 0
    assert "(exact)" in said


@pytest.mark.parametrize(
    ("step", "found"), [("plain_step", "exchangeable"), ("first_step", "deterministic")]
)
def test_the_class_of_a_plain_function_is_that_of_its_positions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str, found: str
) -> None:
    code, said = run(tmp_path, capsys, step, "product:9/10,9/10,1/3")
    assert code == 0
    assert f"F            {found}," in said


def test_a_step_runs_for_the_rounds_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(tmp_path, capsys, "forgets_once", "product:9/10,1/2", "--rounds", "3")
    assert code == 1
    assert "remasks" in said
    assert "total variation 9/100" in said
    assert "at most 3, expected 3" in said
    code, said = run(tmp_path, capsys, "forgets_once", "product:9/10,1/2")
    assert code == 0
    assert "write-once" in said


def test_a_file_may_import_its_neighbours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "neighbour_of_own.py").write_text(FILE)
    (tmp_path / "importer_of_own.py").write_text("from neighbour_of_own import half\n")
    monkeypatch.chdir(tmp_path)
    for place in ("importer_of_own.py", "importer_of_own", "neighbour_of_own"):
        with pytest.raises(SystemExit) as ended:
            main(["sampler", f"{place}:half", "--target", "product:9/10,9/10"])
        assert ended.value.code == 0
    assert "(exact)" in capsys.readouterr().out


def test_fractions_are_as_they_were_afterwards() -> None:
    before = dict(vars(Fraction))
    with pytest.raises(ZeroDivisionError), floats_refused():
        raise ZeroDivisionError
    assert dict(vars(Fraction)) == before
    assert float(Fraction(1, 10)) == 0.1
    assert (Fraction(1, 10) == 0.1) is (Fraction(0.1) == Fraction(1, 10))
