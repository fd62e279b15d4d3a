"""`dlmcheck sampler`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlmcheck.spec.perfect import Impossible
from dlmcheck.verify.cli import main, sampler_command, sampler_outcomes

STEP = """
from fractions import Fraction
from dlmcheck.spec.decoder import Step

def both(state, number, memory, candidates, choices):
    return Step(reveal=frozenset({0, 1}))

def nothing(state, number, memory, candidates, choices):
    return Step()

def patient(state, number, memory, candidates, choices):
    return Step(reveal=frozenset({0, 1}) if number > 90 else frozenset())

def by_coins(state, number, memory, candidates, choices):
    masked = [cell for cell, token in enumerate(state) if token < 0]
    return Step(reveal_coins=tuple((cell, Fraction(1, 3)) for cell in masked))

def overwrites(state, number, memory, candidates, choices):
    return Step(reveal=frozenset({5}))

def broken(state, number, memory, candidates, choices):
    return 1 / 0

def waits_at_impossible_states(state, number, memory, candidates, choices):
    "Two cells; then the others, where the predictor is not sure of them after 90 rounds."
    masked = [cell for cell, token in enumerate(state) if token < 0]
    if len(masked) == len(state):
        return Step(reveal=frozenset({0, 1}))
    sure = all(max(dict(candidates.law(cell).items()).values()) == 1 for cell in masked)
    return Step(reveal=frozenset(masked if sure or number > 90 else ()))

def remasks_nothing(state, number, memory, candidates, choices):
    "The last one of those that stay masked."
    masked = [cell for cell, token in enumerate(state) if token < 0]
    return Step(reveal=frozenset(masked[:1]), remask=frozenset(masked[1:]))

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
    said = capsys.readouterr().out
    assert "total variation 81/1000" in said
    assert "  11  891/1000  (target 81/100)\n  10  9/100\n" in said
    document = json.loads(written.read_text())
    (outcome,) = document["outcomes"]
    assert outcome["law"]["11"] == "891/1000"
    assert (outcome["unmasking"], outcome["own_predictor"]) == (
        "after-sampling",
        ["after-sampling", "joint"],
    )
    assert (
        "goes wrong   in round 1: were the rest decoded exactly, the distance would be 81/1" in said
    )
    assert "MM -> 1M, probability 9/10:\n" in said
    assert "\n             which cells are written depends on the tokens drawn\n" in said
    assert outcome["goes_wrong"]["trace"] == {"states": ["MM", "1M"], "probability": "9/10"}
    assert outcome["distance_by_round"] == ["0", "81/1000", "81/1000"]
    before = written.read_bytes()
    assert run(*arguments) == 1
    assert written.read_bytes() == before


def test_the_effect_of_ties_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written = tmp_path / "found.json"
    target = "product:9/10,9/10"
    assert run("llada-low-confidence", "--target", target, "--json", str(written)) == 1
    # From the right 01 and 10 change places: (18 against 90) of 1000.
    said = capsys.readouterr().out
    assert "from right to left is at total variation 9/125 from this one" in said
    # In random order 01 and 10 have half of each other's probability.
    assert "with the cells in random order is at total variation 9/250 from this one" in said
    assert "so it depends on how ties are broken" in said
    (outcome,) = json.loads(written.read_text())["outcomes"]
    assert outcome["mirrored_law"]["10"] == outcome["law"]["01"] == "9/500"
    assert run("llada-random", "--target", target) == 0
    said = capsys.readouterr().out
    assert "from right to left is the same" in said
    assert "in random order is the same" in said
    assert "depends" not in said
    assert run("entropy-order", "--target", "even-parity:3") == 0
    said = capsys.readouterr().out
    assert (
        "order        left to right in every configuration, and ties are what decides in 3" in said
    )
    assert "ties         equal scores are put in order in 3 of 7 configurations" in said
    assert "first: the entropy of 1/2, 1/2 of cell 0 and cell 1 in round 1 at MMM" in said


def test_a_decoder_of_many_configurations_is_run_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sampler_command, sampler_outcomes):
        monkeypatch.setattr(module, "MOST_MIRRORED", 3)
    assert run("llada-low-confidence", "--target", "product:9/10,9/10") == 1
    said = capsys.readouterr().out
    assert "mirrored     not run: more than 3 configurations" in said
    assert "from right to left" not in said


def test_remasking_that_never_remasks_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(STEP)
    assert run(f"{file}:remasks_nothing", "--target", "product:1/3,1/2") == 0
    said = capsys.readouterr().out
    assert "names cells to remask in 1 configurations, and in all 3 a visible cell turns" in said


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
    assert "dead end     MMM -> 11M, probability 1/27: no outcome of the target is left" in said
    assert run("llada-random", "--target", "one-hot:3", "--rounds", "2", "--impossible", "low") == 1
    assert "convention" not in capsys.readouterr().out


def test_a_law_that_is_wrong_under_one_convention_wins_over_one_that_does_not_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(STEP)
    asked = (f"{file}:waits_at_impossible_states", "--target", "one-hot:3")
    assert run(*asked, "--impossible", "uniform") == 3
    assert run(*asked, "--impossible", "low") == 1
    # All three: the fair coin at 11M is not sure of anything, the extremes are.
    assert run(*asked) == 1
    said = capsys.readouterr().out
    assert "ended with probability 8/9" in said


def test_a_law_in_the_limit_is_compared_as_well(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, written = tmp_path / "mine.py", tmp_path / "found.json"
    file.write_text(STEP)
    asked = (f"{file}:by_coins", "--target", "product:1/3,1/2", "--json", str(written))
    assert run(*asked) == 0
    said = capsys.readouterr().out
    # The longer of two geometric times: 3 + 3 - 9/5.
    assert "rounds       without a bound, expected 21/5" in said
    assert "limit        if every round is as the 12 seen and 40, 64, 100" in said
    (outcome,) = json.loads(written.read_text())["outcomes"]
    assert outcome["limit"]["law"]["01"] == "1/3"
    assert outcome["ended"] != "1"
    assert outcome["comparison"]["total_variation"] == "0"


def test_the_law_of_each_round_and_the_wrong_trace_are_in_the_json(tmp_path: Path) -> None:
    written = tmp_path / "found.json"
    asked = ("--target", "one-hot:3", "--rounds", "2", "--impossible", "low")
    assert run("left-to-right", *asked, "--json", str(written)) == 1
    (outcome,) = json.loads(written.read_text())["outcomes"]
    assert outcome["by_round"][0] == {"MMM": "1"}
    assert outcome["by_round"][1] == {"00M": "4/9", "01M": "2/9", "10M": "2/9", "11M": "1/9"}
    assert outcome["by_round"][-1] == outcome["law"]
    assert outcome["wrong_trace"] == {"states": ["MMM", "11M"], "probability": "1/9"}
    assert outcome["rounds"] == {"done": 2, "worst": 2, "expected": "2"}


def test_numbers_of_thousands_of_digits_are_cut_in_print_and_whole_in_the_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written = tmp_path / "found.json"
    asked = ("--target", "markov:3,1/4", "--rounds", "4", "--json", str(written))
    assert run("remdm-conf", *asked) == 1
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) < 120
    (outcome,) = json.loads(written.read_text())["outcomes"]
    distance = outcome["comparison"]["total_variation"]
    assert len(distance) > 500
    top, _, bottom = distance.partition("/")
    assert f"total variation 0.{int(top) * 10**12 // int(bottom):012d}.." in said


def test_a_decoder_written_for_pytorch(capsys: pytest.CaptureFixture[str]) -> None:
    step = "dlmcheck.model.decoders.torch_style:confident_step"
    assert run(step, "--target", "product:9/10,9/10") == 1
    assert "total variation 81/1000" in capsys.readouterr().out


def test_a_function_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.py"
    file.write_text(STEP)
    assert run(f"{file}:both", "--target", "product:1/3,1/2") == 0
    assert run(f"{file}:nothing", "--target", "product:1/3,1/2") == 1
    said = capsys.readouterr().out
    assert "never ends   with probability 1" in said
    assert "MM, probability 1, and from there no run ends" in said
    assert run(f"{file}:patient", "--target", "product:1/3,1/2") == 3
    assert "never ends" not in capsys.readouterr().out
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


# --- certificates ------------------------------------------------------------------------------


def cert(file: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["cert", str(file)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_certificate_is_checked_without_the_decoder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "mine.py"
    source.write_text(STEP)
    written = tmp_path / "found.json"
    target = ("--target", "markov:2,1/4")
    assert run(f"{source}:both", *target, "--certificate", str(written)) == 1
    assert f"certificate  {written}" in capsys.readouterr().out
    source.unlink()
    assert cert(written) == 0
    said = capsys.readouterr().out
    assert "total variation 1/4 to the target in the file, called 'markov:2,1/4'" in said
    assert "F deterministic; at most 1 rounds" in said
    text = written.read_text()
    written.write_text(text.replace('"total_variation": "1/4"', '"total_variation": "0"'))
    assert cert(written) == 4
    assert "the total variation is 1/4" in capsys.readouterr().out


def test_there_is_no_certificate_where_there_is_no_law(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source, written = tmp_path / "mine.py", tmp_path / "found.json"
    source.write_text(STEP)
    asked = ("--target", "product:1/3,1/2", "--certificate", str(written))
    assert run(f"{source}:patient", *asked) == 2
    assert "of which all runs end" in capsys.readouterr().err
    assert not written.exists()
    assert run(f"{source}:nothing", *asked) == 1
    assert cert(written) == 0
    assert "runs never end with probability 1" in capsys.readouterr().out
    assert run(f"{source}:by_coins", *asked) == 0
    assert cert(written) == 0
    assert "all runs end, after 21/5 rounds on average" in capsys.readouterr().out
    written.unlink()
    several = ("llada-random", "--target", "one-hot:3", "--rounds", "2")
    assert run(*several, "--certificate", str(written)) == 2
    assert "one convention, named by --impossible" in capsys.readouterr().err
    assert not written.exists()
    assert run(*several, "--certificate", str(written), "--impossible", "low") == 1
    assert cert(written) == 0


# --- models ------------------------------------------------------------------------------------

MODEL = """
from fractions import Fraction

half = Fraction(1, 2)

def fair(tokens):
    return [[half, half] for _ in tokens]

def forgets(tokens):
    "The second bit copies the first one; the first does not look at the second."
    first = tokens[0]
    return [[half, half], [half, half] if first < 0 else [1 - first, first]]

def loud(tokens):
    return [[0.1, 0.9] for _ in tokens]

def short(tokens):
    return [[1]]

def heavy(tokens):
    return [[half, 1] for _ in tokens]

def broken(tokens):
    return 1 / 0

def uneven(tokens):
    return [[half, half], [half, half, 0]]

def moody(tokens):
    import random
    p = Fraction(random.randrange(10**6), 10**6)
    return [[p, 1 - p] for _ in tokens]

def leaves(tokens):
    raise SystemExit
"""


def test_a_model_is_decoded_and_compared_with_what_it_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source, written = tmp_path / "model.py", tmp_path / "found.json"
    source.write_text(MODEL)
    two = ("--cells", "2")
    assert run("llada-random", "--model-law", f"{source}:fair", *two) == 0
    assert "the conditionals are those of one law" in capsys.readouterr().out
    forgets = ("--model-law", f"{source}:forgets")
    assert run("left-to-right", *forgets, *two) == 0
    said = capsys.readouterr().out
    contradiction = "of no law: at M0 it says P(0) = 1/2, P(1) = 1/2 of cell 1, its law"
    assert f"{contradiction} from left to right says P(0) = 1\n" in said
    arguments = ("llada-random", *forgets, *two, "--json", str(written))
    assert run(*arguments) == 1
    (outcome,) = json.loads(written.read_text())["outcomes"]
    # The second cell first, half of the time: then the first one is fair.
    assert outcome["comparison"]["total_variation"] == "1/4"
    assert outcome["model"]["says"] == {"00": "1/2", "11": "1/2"}
    assert outcome["model"]["contradiction"].startswith("at M0")
    assert outcome["convention"] is None
    certificate = tmp_path / "certificate.json"
    assert run("llada-random", *forgets, *two, "--certificate", str(certificate)) == 1
    assert cert(certificate) == 0


def test_a_model_can_be_held_against_a_target(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "model.py"
    source.write_text(MODEL)
    model = ("--model-law", f"{source}:fair", "--target", "markov:2,1/4")
    assert run("llada-random", *model) == 1
    assert "what it says is at total variation 1/4 from the target" in capsys.readouterr().out
    prompted = ("left-to-right", "--model-law", f"{source}:forgets", "--cells", "2")
    assert run(*prompted, "--prompt", "1") == 0
    assert "  11  1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--cells", "2"), "nothing to decode"),
        (("--model-law", "fair"), "--cells N with --model-law"),
        (("--model-law", "fair", "--cells", "3", "--target", "one-hot:2"), "the 2 of the target"),
        (("--model-law", "fair", "--cells", "2", "--impossible", "low"), "--target alone"),
        (("--model-law", "absent", "--cells", "2"), "no function 'absent'"),
        (("--model-law", "loud", "--cells", "2"), "no short binary fraction"),
        (("--model-law", "short", "--cells", "2"), "returns 1 rows"),
        (("--model-law", "heavy", "--cells", "2"), "sum"),
        (("--model-law", "broken", "--cells", "2"), "ZeroDivisionError"),
        (("--model-law", "moody", "--cells", "2"), "randomness or state of its own"),
        (("--model-law", "leaves", "--cells", "2"), "SystemExit"),
        (("--model-law", "uneven", "--cells", "2"), "cell 1: 2 probabilities (expected 3"),
    ],
)
def test_what_is_no_model(
    arguments: tuple[str, ...],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    source = tmp_path / "model.py"
    source.write_text(MODEL)
    found = [
        f"{source}:{one}" if before == "--model-law" else one
        for before, one in zip(("", *arguments), arguments, strict=False)
    ]
    assert run("left-to-right", *found) == 2
    assert reason in capsys.readouterr().err


def test_a_circuit_is_a_target(tmp_path: Path) -> None:
    circuit = tmp_path / "copy.aag"
    circuit.write_text("aag 1 1 0 2 0\n2\n2\n3\n")
    arguments = ("left-to-right", "--target", str(circuit), "--random", "all")
    assert run(*arguments) == 0
    assert run(*arguments, "--rounds", "1") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--cells", "4"), "4 cells (expected the 3 of the target)"),
        (("--prompt", "010"), "010 shows all 3 cells, so that nothing is left to decode"),
        (("--prompt", "0101"), "a prompt of 4 cells (expected 3)"),
    ],
)
def test_cells_and_prompts_that_do_not_fit_are_refused(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("left-to-right", "--target", "one-hot:3", *arguments) == 2
    assert reason in capsys.readouterr().err
    assert run("left-to-right", "--target", "one-hot:3", "--cells", "3", "--prompt", "01M") == 0


# --- prompts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule", ["remdm-cap", "remdm-loop", "remdm-conf", "wino", "revision-all-cells"]
)
def test_a_prompt_stays(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--target", "markov:3,1/4", "--prompt", "1", "--rounds", "3")
    assert run(rule, *asked) == 1
    said = capsys.readouterr().out
    listed = [line.split()[0] for line in said.splitlines() if line.startswith("  ")]
    strings = [word for word in listed if set(word) <= {"0", "1"} and len(word) == 3]
    assert strings
    assert all(word.startswith("1") for word in strings)
