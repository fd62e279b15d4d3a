"""`dlmcheck counterexample`: each exit code, the file it saves, and what it searches."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from dlmcheck.verify.claims.registry import (
    Claim,
    DirectJob,
    Profile,
    Registry,
    Road,
    Row,
    SweepJob,
)
from dlmcheck.verify.cli.counterexample_command import readable
from dlmcheck.verify.counterexamples import first_failure
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.cli.planted import cited, crashes, is_not_three, numbers, sweep
from tests.verify.cli.running import Result, complaint, here, outside

LARGER = 20


def is_small(number: int) -> Outcome:
    return fails("it is large") if number > LARGER else HOLDS


def sleeps(_: int) -> Outcome:
    time.sleep(60)
    return HOLDS


SEEN: set[int] = set()


def disappears(number: int) -> Outcome:
    """Fails in the search and not in the replay: on each member, the first time only."""
    if number in SEEN:
        return HOLDS
    SEEN.add(number)
    return fails("once")


def growing(profile: Profile) -> Sweep[int, int]:
    count = 10 if profile is Profile.QUICK else 100
    return Sweep(numbers(count), lambda n: n, {"small": is_small})


def row(hypothesis: str, job: str, statement: str, number: int = 0) -> Row:
    return Row(
        "CLAIM",
        f"without,{hypothesis},{number}",
        f"it holds without {hypothesis}",
        (Road(job, statement, "an engine"),),
        dropped=hypothesis,
    )


HYPOTHESES = (
    "needed",
    "unused",
    "unused at first",
    "second row",
    "vacuous",
    "slow",
    "broken",
    "unsteady",
    "direct",
    "no row",
)


def registry() -> Registry:
    rows = (
        row("needed", "bad", "no three"),
        row("unused", "good", "holds"),
        row("unused at first", "grows", "small"),
        row("second row", "good", "holds", 1),
        row("second row", "bad", "no three", 2),
        row("vacuous", "vacuous", "nothing"),
        row("slow", "slow", "in time"),
        row("broken", "crash", "crashes"),
        row("unsteady", "unsteady", "once"),
        row("direct", "cited", "cited"),
        # A reading of the claim itself, refuted: no ablation, so it is never searched.
        Row("CLAIM", "reading", "it holds", (Road("bad", "no three", "an engine"),)),
    )
    jobs = (
        sweep("good", "holds", lambda _: HOLDS, split=2),
        sweep("bad", "no three", is_not_three, split=2),
        SweepJob("grows", growing),
        sweep("vacuous", "nothing", lambda _: NOT_MET),
        sweep("slow", "in time", sleeps),
        sweep("crash", "crashes", crashes),
        sweep("unsteady", "once", disappears),
        DirectJob("cited", cited),
    )
    claim = Claim("CLAIM", "a claim", "planted", HYPOTHESES, "CLAIM", rows)
    return Registry((claim, Claim("BARE", "no hypotheses", "planted", (), "BARE", ())), jobs)


def drop(capsys: pytest.CaptureFixture[str], hypothesis: str, *more: str | Path) -> Result:
    arguments = ("counterexample", "CLAIM", "--drop", hypothesis, *more)
    return here(capsys, *arguments, registry=registry())


def test_1_the_first_counterexample_is_printed_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = drop(capsys, "needed")
    assert done.code == 1, done
    assert "CLAIM/without,needed,0: REFUTED, so needed is needed" in done.out
    assert "fails     it is three [an engine]" in done.out
    assert "instance  3" in done.out


def test_1_all_rows_that_drop_the_hypothesis_are_searched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = drop(capsys, "second row")
    assert done.code == 1, done
    first, second = done.out.index("10 of 10 instances"), done.out.index("REFUTED")
    assert first < second


def test_0_none_up_to_the_bound_says_the_domain_and_its_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = drop(capsys, "unused")
    assert done.code == 0, done
    assert "exhaustive: 10 of 10 instances of numbers below 10" in done.out
    assert "no counterexample: unused is not used, as far as these domains reach" in done.out


def test_a_larger_profile_searches_a_larger_domain(capsys: pytest.CaptureFixture[str]) -> None:
    assert drop(capsys, "unused at first").code == 0
    done = drop(capsys, "unused at first", "--profile", "full")
    assert done.code == 1, done
    assert f"instance  {LARGER + 1}" in done.out


def test_2_unknown_claim_or_hypothesis_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    done = here(capsys, "counterexample", "CLAIMS", "--drop", "needed", registry=registry())
    assert done.code == 2
    assert complaint(done).endswith("(expected one of CLAIM, BARE)")
    done = drop(capsys, "need")
    assert done.code == 2
    assert f"expected one of {', '.join(HYPOTHESES)}" in complaint(done)
    done = here(capsys, "counterexample", "BARE", "--drop", "needed", registry=registry())
    assert done.code == 2
    assert "it has none" in complaint(done)


@pytest.mark.parametrize("more", [("--timeout", "0"), ("--profile", "slow"), ("--timeout", "x")])
def test_2_bad_options(capsys: pytest.CaptureFixture[str], more: tuple[str, str]) -> None:
    done = drop(capsys, "needed", *more)
    assert done.code == 2
    assert complaint(done)


def test_2_a_file_that_cannot_be_written_is_seen_before_the_search(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    done = drop(capsys, "slow", "--save", tmp_path / "no" / "file.json")
    assert done.code == 2
    assert "the folder does not exist" in complaint(done)


def test_3_timeout(capsys: pytest.CaptureFixture[str]) -> None:
    done = drop(capsys, "slow", "--timeout", "0.5")
    assert done.code == 3, done
    assert complaint(done) == "CLAIM/without,slow,0: timeout: 0.5 s in all"


def test_3_nothing_met_the_other_hypotheses(capsys: pytest.CaptureFixture[str]) -> None:
    done = drop(capsys, "vacuous")
    assert done.code == 3, done
    assert "0 of 10 instances" in done.out
    assert "nothing is said" in done.out


def test_3_a_citation_is_no_search(capsys: pytest.CaptureFixture[str]) -> None:
    assert drop(capsys, "direct").code == 3


def test_3_a_hypothesis_without_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert drop(capsys, "no row").code == 3


def test_4_a_search_that_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    done = drop(capsys, "broken")
    assert done.code == 4, done
    assert "RuntimeError: broken on 0" in done.err


def test_4_a_counterexample_that_does_not_replay_is_rejected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = drop(capsys, "unsteady")
    assert done.code == 4, done
    assert "the witness does not refute the statement" in done.err
    assert "REFUTED" not in done.out


def test_without_drop_the_hypotheses_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    done = here(capsys, "counterexample", "CLAIM", registry=registry())
    assert done.code == 0
    assert "--drop needed" in done.out
    assert "--drop 'unused at first'" in done.out
    assert "CLAIM/reading" not in done.out
    done = here(capsys, "counterexample", "BARE", registry=registry())
    assert done.code == 0
    assert "no hypothesis that can be dropped" in done.out


def test_the_file_replays_and_a_changed_one_does_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "three.json"
    assert drop(capsys, "needed", "--save", path).code == 1
    assert here(capsys, "replay", path, registry=registry()).code == 0
    saved = path.read_text()
    for old, new in (('"3"', '"4"'), ("it is three", "it is four")):
        path.write_text(saved.replace(old, new))
        done = here(capsys, "replay", path, registry=registry())
        assert done.code == 4, done
        assert "REJECTED" in done.out


def test_no_file_is_written_where_there_is_nothing_to_save(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "none.json"
    done = drop(capsys, "unused", "--save", path)
    assert done.code == 0
    assert "is not written: there is no counterexample" in done.err
    assert not path.exists()


def test_a_domain_that_is_not_what_it_is_said_to_be_is_rejected() -> None:
    def short(_: Profile) -> Sweep[int, int]:
        return Sweep(numbers(10, generated=9), lambda n: n, {"holds": lambda _: HOLDS})

    with pytest.raises(Rejected, match="9 members"):
        first_failure(SweepJob("short", short), "holds", Profile.QUICK, lambda _: None)


def test_the_search_stops_at_the_first_failure_and_says_what_an_audit_would() -> None:
    asked: list[int] = []

    def holds(number: int) -> Outcome:
        asked.append(number)
        return is_not_three(number)

    job = sweep("bad", "no three", holds)
    checked = first_failure(job, "no three", Profile.QUICK, lambda _: None)
    assert checked.verdict is Verdict.REFUTED
    assert asked == [0, 1, 2, 3, 3]
    whole = job.conclude(Profile.QUICK, [job.run(Profile.QUICK, 0, lambda _: None)])
    assert str(whole["no three"].evidence) == str(checked.evidence)


# --- the real claims, as a user asks -------------------------------------------------------


def test_a_hypothesis_of_the_catalogue_is_needed_and_its_file_replays(tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    done = outside("counterexample", "T3.2", "--drop", "layer-0-bank", "--save", path)
    assert done.code == 1, done
    assert "instance  inputs" in done.out
    saved = json.loads(path.read_text())
    assert (saved["kind"], saved["row"]) == ("row", "T3.2/without,layer-0-bank")
    done = outside("replay", path)
    assert done.code == 0, done
    assert "the refutation replays" in done.out


def test_a_claim_of_the_catalogue_lists_its_hypotheses() -> None:
    done = outside("counterexample", "R-4")
    assert done.code == 0, done
    assert "--drop 'n>=2'" in done.out


def test_an_instance_that_is_a_circuit_is_shown_gate_by_gate() -> None:
    text = (
        '{"format": "dlmcheck-circuit", "version": 1, "inputs": [{"name": "a", "kind": "data"}], '
        '"gates": [["AND", 0, -1]], "outputs": [{"name": "o", "literal": -2}]}'
    )
    assert readable(text) == ["inputs a (data)", "g0 = AND(a, ~a)", "outputs o = ~g0"]
    assert readable("two\nlines") == ["two", "lines"]
