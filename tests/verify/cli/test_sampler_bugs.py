"""Bugs that decoders have had: `dlmcheck sampler` names each in words. Fixtures of our own."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from dlmcheck.spec.law import Law, uniform
from dlmcheck.verify.decoders.law_words import law_beside
from tests.verify.cli.running import Result, here

STEPS = """
from fractions import Fraction
from dlmcheck.model.decoders.adapters import with_random
from dlmcheck.model.decoders.confidence import sharpened
from dlmcheck.spec.decoder import Step

NINE = Fraction(9, 10)

def masked(state):
    return [cell for cell, token in enumerate(state) if token < 0]

def written(tokens, p, cells, source):
    return [int(source.random() < p[i][1]) if i in cells else t for i, t in enumerate(tokens)]

# never terminates

def no_fallback(tokens, p, number, source):
    return written(tokens, p, [c for c in masked(tokens) if max(p[c]) >= NINE], source)

def to_and_fro(tokens, p, number, source):
    return [-1] * len(tokens) if number % 2 == 0 else [*written(tokens, p, [0, 1], source)[:2], -1]

# "remasking" that never remasks

def marks_masked_cells(state, number, memory, candidates, choices):
    return Step(reveal=frozenset(masked(state)[:1]), remask=frozenset(masked(state)[1:]))

def too_sure_to_remask(tokens, p, number, source):
    sure = [1 if token >= 0 else max(p[i]) for i, token in enumerate(tokens)]
    after = written(tokens, p, masked(tokens)[:1], source)
    return [-1 if token >= 0 and sure[i] < NINE else token for i, token in enumerate(after)]

# ties that silently make it left to right

def surest(tokens, p, number, source):
    return written(tokens, p, [max(masked(tokens), key=lambda cell: max(p[cell]))], source)

# suppression applied after sampling

def suppressed_after(state, number, memory, candidates, choices):
    cell = masked(state)[0]
    token = candidates.token(cell)
    return Step(edit=((cell, 0 if token == 2 else token),))

def suppressed_before(state, number, memory, candidates, choices):
    cell = masked(state)[0]
    candidates.token(cell, candidates.law(cell).given(lambda one: one != 2))
    return Step(reveal=frozenset({cell}))

# confidence that ignores the temperature

def sharp(state, candidates, own):
    kept = []
    for cell in masked(state):
        law = candidates.law(cell)
        cold = sharpened(law, 2)
        if (cold if own else law)[candidates.token(cell, cold)] >= NINE:
            kept.append(cell)
    return Step(reveal=frozenset(kept or masked(state)[:1]))

def with_temperature(state, number, memory, candidates, choices):
    return sharp(state, candidates, True)

def without_temperature(state, number, memory, candidates, choices):
    return sharp(state, candidates, False)

# cached and uncached modes

def uncached(state, number, memory, candidates, choices):
    return cell_of(state, candidates, [candidates.law(i) for i in range(len(state))], None)

def cached(state, number, memory, candidates, choices):
    fresh = tuple(candidates.law(i) for i in range(len(state)))
    laws = fresh if number % 2 else memory
    return cell_of(state, candidates, laws, laws)

def cell_of(state, candidates, laws, memory):
    cell = max(masked(state), key=lambda i: (max(w for _, w in laws[i].items()), -i))
    candidates.token(cell, laws[cell])
    return Step(reveal=frozenset({cell}), memory=memory)

def cached_and_bolder(state, number, memory, candidates, choices):
    return Step(reveal=frozenset(masked(state)[:1 if number == 1 else 2]))

def left_to_right(state, number, memory, candidates, choices):
    return Step(reveal=frozenset(masked(state)[:1]))

p_no_fallback, p_to_and_fro = with_random(no_fallback), with_random(to_and_fro)
p_too_sure_to_remask, p_surest = with_random(too_sure_to_remask), with_random(surest)
"""


def said(
    capsys: pytest.CaptureFixture[str], folder: Path, step: str, target: str, *more: str
) -> Result:
    source = folder / "steps.py"
    source.write_text(STEPS)
    named = [one.replace("FILE", str(source)) for one in more]
    return here(capsys, "sampler", f"{source}:{step}", "--target", target, *named)


def test_it_never_terminates(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = said(capsys, tmp_path, "p_no_fallback", "product:9/10,1/2")
    assert found.code == 1
    assert "never ends   with probability 1" in found.out
    assert "and from there no run ends" in found.out
    # With the round number nothing is known of later rounds; what is seen is said.
    found = said(capsys, tmp_path, "p_to_and_fro", "even-parity:3")
    assert found.code == 3
    assert "runs         ended with probability 0 in 64 rounds" in found.out
    assert "limit        none: not every round is as the ones before" in found.out
    assert "repeats      so far the law of the state, every 2 rounds" in found.out


def test_remasking_that_never_remasks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = said(capsys, tmp_path, "marks_masked_cells", "markov:3,1/4")
    assert "remasking    never: the step names cells to remask in 3 configurations" in found.out
    # A plain function names none; that nothing is remasked is said all the same.
    found = said(capsys, tmp_path, "p_too_sure_to_remask", "markov:3,1/4")
    assert "write-once: nothing that is shown is remasked or replaced" in found.out


def test_ties_that_make_it_left_to_right(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = said(capsys, tmp_path, "p_surest", "even-parity:3")
    assert "order        left to right in every configuration, and ties are what decides in 3" in (
        found.out
    )
    assert (
        "ties         equal scores are put in order in 3 of 7 configurations, of diff" in found.out
    )
    own = said(capsys, tmp_path, "left_to_right", "even-parity:3")
    assert "order        left to right in every configuration\n" in own.out
    assert "ties         none: no two equal scores are put in order in 7 conf" in own.out
    ordered = said(capsys, tmp_path, "left_to_right", "one-hot:3", "--rounds", "2")
    assert "             no tie matters, so this is an order of the rule's own" in ordered.out


def test_suppression_after_sampling(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "three.json"
    document = {"format": "dlmcheck-target", "version": 1, "length": 1, "vocabulary": 3}
    target.write_text(json.dumps({**document, "law": {"0": "1/2", "1": "1/4", "2": "1/4"}}))
    after = said(capsys, tmp_path, "suppressed_after", str(target))
    assert "tokens are drawn from other laws than the target's conditionals" in after.out
    assert "cell 0: token 2 is left out after the draw: its probability goes to oth" in after.out
    before = said(capsys, tmp_path, "suppressed_before", str(target))
    assert "cell 0: token 2 is left out before the draw, the others are in prop" in before.out


def test_confidence_that_ignores_the_temperature(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = ("--against", "FILE:with_temperature")
    found = said(capsys, tmp_path, "without_temperature", "product:4/5,4/5", *other)
    assert found.code == 1
    assert "cell 0: drawn at temperature 1/2" in found.out
    # The published rule draws and scores alike; its choice of cells is by what was drawn.
    assert "F            deterministic" in found.out
    assert "steps.py:with_temperature: its law is at total variation 512/4913" in found.out
    assert "in round 1 MM goes to 1M with 16/17 here, and goes to 1M with 16/289 there" in found.out


def test_a_cache_with_another_policy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = ("--against", "FILE:uncached")
    found = said(capsys, tmp_path, "cached", "markov:4,1/4", *other)
    assert "memory is carried; in one round it is never seen to make a difference" in found.out
    assert "cell 1: token 0 has probability 1/2, where the conditional has 3/4" in found.out
    assert "steps.py:uncached: its law is at total variation 9/32 from this one" in found.out
    assert "in round 2 0MMM goes to 00MM with 1/2 here, and goes to 00MM with 3/4" in found.out
    # Where the law is the same, the two can still go other ways.
    written = tmp_path / "found.json"
    bolder = ("cached_and_bolder", "product:1/3,1/2,1/4", "--against", "FILE:left_to_right")
    found = said(capsys, tmp_path, *bolder, "--json", str(written))
    assert found.code == 0
    assert "left_to_right: it has the same law\n" in found.out
    (outcome,) = json.loads(written.read_text())["outcomes"]
    assert outcome["against"]["total_variation"] == "0"
    assert outcome["against"]["parting"] == {
        "round": 2,
        "before": "0MM",
        "after": "00M",
        "here": "0",
        "there": "1/2",
    }
    same = said(capsys, tmp_path, "uncached", "even-parity:3", "--against", "entropy-order")
    assert same.code == 0
    assert "in 3 rounds states follow each other in the same way" in same.out


def test_runs_that_end_too_early_are_wrong_at_the_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = said(capsys, tmp_path, "left_to_right", "even-parity:3", "--rounds", "2")
    assert found.code == 1
    assert "goes wrong   at the end: runs end with masked cells" in found.out


def test_the_exit_code_says_that_another_decoder_differs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Canary: this decoder is exact, the other is not."""
    other = ("--against", "llada-low-confidence")
    assert said(capsys, tmp_path, "left_to_right", "product:9/10,9/10", *other).code == 1
    assert said(capsys, tmp_path, "left_to_right", "product:9/10,9/10").code == 0
    found = said(capsys, tmp_path, "left_to_right", "product:9/10,9/10", "--against", "nobody")
    assert found.code == 2
    never = said(
        capsys, tmp_path, "left_to_right", "product:9/10,1/2", "--against", "FILE:p_no_fal"
    )
    assert never.code == 2
    stuck = ("--against", "FILE:p_no_fallback")
    found = said(capsys, tmp_path, "left_to_right", "product:9/10,1/2", *stuck)
    assert "of one of the two not all runs end, or are known to" in found.out


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (Law({0: Fraction(1, 2), 1: Fraction(1, 3), 2: Fraction(1, 6)}), ""),
        (Law({0: 1}), "always token 0, the likeliest one"),
        (Law({2: 1}), "always token 2, whatever the conditional is"),
        (Law({0: Fraction(9, 14), 1: Fraction(4, 14), 2: Fraction(1, 14)}), "temperature 1/2"),
        (Law({0: Fraction(3, 5), 1: Fraction(2, 5)}), "token 2 is left out before the draw"),
        (Law({0: Fraction(2, 3), 1: Fraction(1, 3)}), "token 2 is left out after the draw"),
        (uniform([0, 1, 3]), "token 3 is drawn, which the conditional excludes"),
        (uniform([0, 1, 2]), "token 0 has probability 1/3, where the conditional has 1/2"),
    ],
)
def test_how_a_law_differs(law: Law[int], words: str) -> None:
    wanted = Law({0: Fraction(1, 2), 1: Fraction(1, 3), 2: Fraction(1, 6)})
    assert words in law_beside(law, wanted)
    assert bool(words) == bool(law_beside(law, wanted))
