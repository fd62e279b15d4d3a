"""`dlmcheck law` on schedules: laws of runs, linear samplers of any length, and their evidence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.formats import write_circuit
from dlmcheck.model.legal_schedules import KINDS, Selection, legal_schedule
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.model.samplers.remasking import parity_remask_clock
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_to_json
from tests.verify.cli.running import here


def written(schedule: Schedule, folder: Path) -> Path:
    path = folder / "schedule.json"
    path.write_text(schedule_to_json(schedule), "utf-8")
    return path


def test_a_run_with_many_coins_is_certified_by_its_states(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, evidence = written(local_schedule(6, 3, 1, whole=True), tmp_path), tmp_path / "c.json"
    result = here(capsys, "law", path, "--certificate", evidence)
    assert result.code == 0
    assert "engine       states: at most 729 states, cell by cell" in result.out
    assert "PROVED; exhaustive" in result.out
    assert here(capsys, "cert", evidence).code == 0
    raw = json.loads(evidence.read_text("utf-8"))
    assert raw["kind"] == "state-law"
    raw["counts"] = dict(zip(raw["counts"], reversed(raw["counts"].values()), strict=True))
    evidence.write_text(json.dumps(raw), "utf-8")
    result = here(capsys, "cert", evidence)
    assert result.code == 4
    assert "the law is another one" in result.out


@pytest.mark.parametrize("form", ["schedule", "circuit"])
def test_a_linear_sampler_is_certified_though_its_outcomes_cannot_be_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    path, evidence = tmp_path / "circuit.json", tmp_path / "c.json"
    if form == "schedule":
        path = written(parity_revision(500, clock=True), tmp_path)
    else:
        write_circuit(even_strings(500), path)
    result = here(capsys, "law", path, "--engine", "linear", "--certificate", evidence)
    assert result.code == 0
    assert "not listed: 2^499 outcomes" in result.out
    assert "uniform on the solutions of 1 equation in 500 bits" in result.out
    assert "PROVED; certificate: linear map with inverses" in result.out
    result = here(capsys, "cert", evidence)
    assert result.code == 0
    assert "uniform on the solutions of 1 equation in 500 bits" in result.out


def test_without_a_file_a_law_too_large_to_be_listed_is_said_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(parity_revision(60), tmp_path)
    result = here(capsys, "law", path, "--engine", "linear")
    assert result.code == 0
    assert "uniform on the solutions of 1 equation in 60 bits" in result.out


def test_a_run_that_is_not_linear_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, evidence = written(parity_remask_clock(4), tmp_path), tmp_path / "c.json"
    result = here(capsys, "law", path, "--engine", "linear", "--certificate", evidence)
    assert result.code == 3
    assert "UNKNOWN (refused): round 1: the remasking of cell 1 depends on coins" in result.out
    assert not evidence.exists()


def test_where_f_sees_the_candidates_the_law_rests_on_the_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sees = next(k for k in KINDS if k.selection is Selection.AFTER_SAMPLING)
    schedule = next(s for s in (legal_schedule(sees, k) for k in range(99)) if not s.data_cells)
    path, evidence = written(schedule, tmp_path), tmp_path / "c.json"
    result = here(capsys, "law", path, "--engine", "plain-states", "--certificate", evidence)
    assert result.code == 3
    assert "sees the candidates: trusted, plain-states" in result.err
    assert "evidence     none, trusted: plain-states\n" in result.out
    assert not evidence.exists()
    assert here(capsys, "law", path, "--engine", "states,plain-states").code == 3
    assert here(capsys, "law", path, "--engine", "reference,plain-states").code == 0


def test_engines_say_the_same_of_a_run_that_breaks_a_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = parity_remask_clock(3)
    path = written(replace(schedule, rounds=schedule.rounds - 2), tmp_path)
    said: dict[str, list[str]] = {}
    for name in ("auto", "reference", "columns", "diagrams", "states", "plain-states"):
        result = here(capsys, "law", path, "--engine", name)
        assert result.code == 1
        said[name] = result.out.splitlines()
        assert said[name][0] == "illegal      the run breaks a rule of the model"
    # Those that know all seeds say how many these are; the others name the state that they met.
    assert said["columns"][1] == said["diagrams"][1]
    assert "a rule is broken with probability " in said["columns"][1]
    assert said["columns"][1].endswith(", all cases together")
    for name in ("reference", "states", "plain-states"):
        assert said[name][1].startswith("example      after round ")
        assert "(in a state of probability " in said[name][1]
        assert "another engine may meet another one" in said[name][2]


def test_a_schedule_is_known_by_its_format_wherever_that_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(schedule_to_json(parity_revision(3, clock=True)))
    content["format"] = content.pop("format")  # the last key now
    path = tmp_path / "SCHEDULE.JSON"
    path.write_text(json.dumps(content), "utf-8")
    result = here(capsys, "law", path)
    assert result.code == 0, result
    assert "4 outcomes over 2^2" in result.out
