"""The library's front door: every name is there, and certificates go through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import schedule_to_json
from dlmcheck.verify import api
from tests.verify.sample_certificates import samples


def test_every_name_is_there() -> None:
    assert len(set(api.__all__)) == len(api.__all__)
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


def test_a_certificate_is_read_and_checked_alone(tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(samples()["same-law"], "utf-8")
    document = api.read_document(path)
    assert isinstance(document, api.Document)
    checked = api.check_certificate(document)
    assert isinstance(checked, api.Checked)
    assert (checked.statement, checked.verdict) == ("same law", api.Verdict.PROVED)
    path.write_text(path.read_text("utf-8").replace("AND", "OR", 1), "utf-8")
    with pytest.raises(api.Rejected, match="the laws differ"):
        api.check_certificate(api.read_document(path))


def test_widths_and_their_curve_are_those_of_the_command_line() -> None:
    circuit = FAMILIES["ripple-adder"](4)
    found = api.widths(circuit, moves=100)
    assert isinstance(found, api.Widths)
    assert found.gates.claim.bound <= found.gates.width <= found.early
    assert found.rounds == found.depth + 1
    points = api.width_curve(circuit, points=3, moves=100)
    assert [type(point) for point in points] == [api.CurvePoint] * len(points)
    assert (points[0].rounds, points[0].found.width) == (found.rounds, found.gates.width)
    with pytest.raises(BadInput, match="1 rounds"):
        api.width_curve(circuit, until=1)


def test_a_schedule_from_a_file_is_checked_with_a_plan_from_a_file(tmp_path: Path) -> None:
    circuit = FAMILIES["ripple-adder"](3)
    compiled = api.compile_write_once(circuit)
    schedule, plan = tmp_path / "schedule.json", tmp_path / "plan.json"
    schedule.write_text(schedule_to_json(compiled.schedule))
    plan.write_text(api.cut_points(compiled).to_json())
    loaded = api.load_schedule(schedule)
    assert loaded == compiled.schedule
    found = api.equivalent(loaded, circuit, plan=api.load_plan(plan), all_roads=False)
    assert (found.simulates, len(found.roads)) == (api.Verdict.PROVED, 1)
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        api.load_schedule(tmp_path / "missing.json")
    with pytest.raises(BadInput, match=r"schedule\.json:3: unknown key"):
        api.load_plan(schedule)
